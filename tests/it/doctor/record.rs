//! What `provost doctor` reads in the decision log and in the policy, and what it writes for
//! monitoring.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use provost::git::{Repository, Trust};
use provost::state::ledger::{Ledger, LedgerPlace};

use super::{Patient, RUNS};
use crate::support::Finished;

impl Patient {
    /// Writes more into the repository's own rules.
    fn also(&self, text: &str) {
        let path = self.path.join("provost/rules.toml");
        let known = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{known}\n{text}\n")).unwrap();
    }

    fn logs(&self) -> PathBuf {
        let folder = self.sandbox.path("log");
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("provost.jsonl");
        self.also(&format!("[log]\nfile = {:?}", file.to_str().unwrap()));
        file
    }

    /// Makes a commit with this message in a work tree that is made for it, if need be.
    fn commit(&self, message: &str) {
        if !self.sandbox.path("work").exists() {
            self.sandbox.git("").args(["init", "-q", "work"]).ok();
        }
        self.sandbox.git("work").args(["commit", "-q", "--allow-empty", "-m", message]).ok();
    }

    fn push(&self, words: &[&str]) -> Finished {
        self.sandbox.git("work").args(["push", "-q", "../project.git"]).args(words).finish()
    }

    /// Puts a ref where it is, past the hook.
    fn sneak(&self, name: &str) {
        let none = ["-c", "core.hooksPath=/nonexistent", "fetch", "-q", "../work"];
        self.sandbox.git("project.git").args(none).arg(format!("+HEAD:{name}")).ok();
    }
}

const MARK: &str = "Co-Authored-By: Claude <noreply@anthropic.com>";

/// The record says what was decided, whatever words the pusher reads.
#[test]
fn the_log_shows_the_verdict_where_nothing_is_refused() {
    for (mode, says) in [
        ("observe", "a marked commit is accepted, verdict record, as the policy says"),
        ("warn", "a marked commit is accepted, verdict warn, as the policy says"),
        ("enforce", "a marked commit is refused, verdict reject, as the policy says"),
    ] {
        let patient = Patient::new(mode);
        patient.is_well(&["note  log: no decision is put on record"]);
        let log = patient.logs();
        patient.is_well(&[
            says,
            "a clean commit is accepted, verdict allow, as the policy says",
            "the decision log has a record of each probe",
            "the log has accepted the value of every ref",
        ]);
        let text = std::fs::read_to_string(log).unwrap();
        assert_eq!(text.matches("\"probe\":true").count(), 2, "{text}");
    }
}

#[test]
fn texts_of_ones_own_and_other_languages_change_nothing() {
    let patient = Patient::new("warn");
    patient.also("[policy.texts]\nwarned = \"\"\nnotes = \"\"");
    let path = patient.path.join("provost/rules.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replacen("[policy]", "[policy]\nlanguage = \"zh\"", 1);
    std::fs::write(&path, text).unwrap();
    patient.is_well(&["a marked commit is accepted, as the policy says", RUNS]);
    patient.logs();
    patient.is_well(&["a marked commit is accepted, verdict warn, as the policy says", RUNS]);
}

#[test]
fn a_policy_for_groups_and_repositories_is_asked_for_whom_the_probe_is() {
    let patient = Patient::new("enforce");
    patient.logs();
    patient.also(
        "[[policy.scope]]\nid = \"this\"\nrepositories = [\"project\"]\n\
         [policy.scope.tools]\nclaude-code = \"warn\"",
    );
    patient.is_well(&["a marked commit is accepted, verdict warn, as the policy says"]);
}

#[test]
fn a_log_that_can_not_be_written_is_found() {
    let patient = Patient::new("enforce");
    let log = patient.logs();
    std::fs::remove_dir(log.parent().unwrap()).unwrap();
    patient.is_ill(&["there is no folder", "every push is refused", "mkdir"]);
    std::fs::create_dir(log.parent().unwrap()).unwrap();
    patient.is_well(&[RUNS]);
    patient.set_mode(&log, 0o666);
    patient.is_ill(&["everybody may write", "a pusher could change what is on record"]);
}

/// The hook reads other rules than those that doctor finds, and has no log.
#[test]
fn a_hook_that_puts_nothing_on_record_is_found() {
    let patient = Patient::new("enforce");
    patient.logs();
    let hook = std::fs::read_to_string(patient.hook()).unwrap();
    let rules = patient.sandbox.write("rules.toml", "[policy]\nmode = \"enforce\"\n");
    let isolated = format!("--isolated --rules {}", rules.display());
    let changed = hook.replace("--platform", &format!("{isolated} --platform"));
    assert_ne!(hook, changed);
    std::fs::write(patient.hook(), changed).unwrap();
    patient.is_ill(&["the decision log has no record of the probe", "may write there"]);
}

#[test]
fn refs_that_passed_by_the_hook_are_named() {
    let patient = Patient::new("enforce");
    patient.logs();
    patient.commit("one");
    assert_eq!(patient.push(&["HEAD:main", "HEAD:old"]).code, Some(0));
    patient.is_well(&["the log has accepted the value of every ref"]);

    // Refused, and then brought in otherwise.
    patient.commit(&format!("two\n\n{MARK}"));
    assert_ne!(patient.push(&["HEAD:main"]).code, Some(0));
    patient.is_well(&["the log has accepted the value of every ref"]);
    patient.sneak("refs/heads/main");
    patient.sneak("refs/tags/v1");
    patient.sneak("refs/pull/1/head");
    let said = patient.is_ill(&[
        "has not judged the values of 2 refs",
        "(records of other values: a push passed by the hook)",
        "(no record)",
        "provost audit",
        "provost policy baseline --add",
    ]);
    assert!(!said.contains("refs/pull/1/head") && !said.contains("heads/old"), "{said}");
    let json = patient.run(&["doctor", "--format", "json", "project.git"]).finish().expect(1);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let unseen = &document["hooks"][0]["unseen"];
    assert_eq!(unseen[0]["ref"], "refs/heads/main");
    assert_eq!(unseen[0]["why"], "other-values");
    assert_eq!(unseen[1]["ref"], "refs/tags/v1");
    assert_eq!(unseen[1]["why"], "never");
    assert_eq!(unseen[2], serde_json::Value::Null);

    patient.run(&["policy", "baseline", "--add", "project.git"]).ok();
    patient.is_well(&["the log has accepted the value of every ref"]);
}

#[test]
fn a_log_without_its_beginning_accuses_nobody() {
    let patient = Patient::new("enforce");
    let log = patient.logs();
    patient.commit("one");
    assert_eq!(patient.push(&["HEAD:main"]).code, Some(0));
    patient.commit("two");
    assert_eq!(patient.push(&["HEAD:next"]).code, Some(0));
    let rotated = log.with_file_name("provost.jsonl.1");
    std::fs::rename(&log, &rotated).unwrap();
    patient.is_well(&["the log has accepted the value of every ref"]);
    std::fs::remove_file(&rotated).unwrap();
    patient.is_well(&["note  refs: the log has not judged the values of 2 refs", "may have been"]);
    // But what it has of a ref counts.
    patient.commit("three");
    assert_eq!(patient.push(&["HEAD:main"]).code, Some(0));
    patient.commit("four");
    patient.sneak("refs/heads/main");
    patient.is_ill(&["a push passed by the hook"]);
}

#[test]
fn what_was_let_in_unjudged_is_named_until_it_is_judged() {
    let patient = Patient::new("enforce");
    patient.logs();
    patient.also("[limits]\ncommits = { most = 1, outcome = \"accept\" }");
    patient.commit("one");
    patient.commit("two");
    patient.commit("three");
    assert_eq!(patient.push(&["HEAD:main"]).code, Some(0));
    patient.is_ill(&["1 ref update was let in unjudged", "(let in unjudged)", "provost audit"]);
    patient.run(&["audit", "project.git"]).ok();
    patient.is_well(&["the log has accepted the value of every ref"]);
}

/// A text in an encoding that is unknown here is searched as it stands: that is a finding, and
/// nothing that waits to be judged.
#[test]
fn a_commit_in_an_unknown_encoding_is_not_let_in_unjudged() {
    let patient = Patient::new("enforce");
    let log = patient.logs();
    patient.commit("one");
    let write = |encoding: &str, message: &[u8]| {
        let head = format!(
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@x.example> 1 +0000\n\
             committer A <a@x.example> 1 +0000\nencoding {encoding}\n\n"
        );
        let raw = [head.as_bytes(), message].concat();
        let hash = ["hash-object", "-t", "commit", "-w", "--stdin"];
        patient.sandbox.git("work").args(hash).input(raw).ok().word()
    };
    let readable = write("no-such-encoding", "Größe\n".as_bytes());
    // Code page 37, an EBCDIC.
    let unreadable = write("IBM037", b"\xe2\xa4\x82\x91\x85\x83\xa3\x25");
    for (id, name) in [(&readable, "readable"), (&unreadable, "unreadable")] {
        let pushed = patient.push(&[&format!("{id}:refs/heads/{name}")]);
        assert_eq!(pushed.code, Some(0), "{}", pushed.all());
    }
    let records = crate::log::records(&log);
    assert_eq!(records[0]["findings"], serde_json::json!([]));
    assert_eq!(records[1]["findings"][0]["marker"], "tamper/unknown-encoding");
    for record in &records {
        assert_eq!(
            (&record["unjudged"], &record["fail"]),
            (&serde_json::json!([]), &serde_json::Value::Null)
        );
    }
    let repository = Repository::open(&patient.path, Trust::Git).unwrap();
    let ledger = Ledger::read(&LedgerPlace::new(&repository, None)).unwrap();
    assert!(ledger.is_empty(), "{ledger:?}");
    patient.is_well(&["the log has accepted the value of every ref"]);
}

#[test]
fn suspensions_and_exemptions_are_told() {
    let patient = Patient::new("enforce");
    patient.also(
        "[[policy.exemption]]\nid = \"over\"\nreason = \"r\"\napprover = \"Ora\"\n\
         expires = 2026-01-01\ntools = [\"devin\"]",
    );
    let soon = jiff::Timestamp::now() + jiff::Span::new().hours(72);
    patient.also(&format!(
        "[[policy.exemption]]\nid = \"soon\"\nreason = \"r\"\napprover = \"Ora\"\n\
         expires = {soon:.0}\ntools = [\"devin\"]",
    ));
    patient.is_well(&["note  exemption: `over` is over since", "note  exemption: `soon` ends at"]);
    patient.also(&format!(
        "[[policy.suspension]]\nid = \"s\"\nreason = \"the outage\"\nby = \"Ora\"\n\
         until = {soon:.0}"
    ));
    patient.is_ill(&["WRONG suspended: nothing is refused until", "by Ora: the outage"]);
    let json = patient.run(&["doctor", "--format", "json", "project.git"]).finish().expect(1);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["standing"]["suspended"][0], "s");
    assert_eq!(document["standing"]["over"][0], "over");
    assert_eq!(document["standing"]["ending"][0], "soon");
}

/// A metric of the file, by its name and labels.
fn metric(file: &Path, name: &str) -> Option<f64> {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.map(|value| value.parse().unwrap())
}

#[test]
fn metrics_come_from_the_log_and_never_fall() {
    let patient = Patient::new("enforce");
    let log = patient.logs();
    let file = patient.sandbox.path("provost.prom");
    let doctor = || patient.run(&["doctor", "--metrics"]).arg(&file).arg("project.git").finish();
    patient.commit("one");
    assert_eq!(patient.push(&["HEAD:main"]).code, Some(0));
    patient.commit(&format!("two\n\n{MARK}"));
    for _ in 0..3 {
        assert_ne!(patient.push(&["HEAD:main"]).code, Some(0));
    }
    let allowed = "provost_pushes_total{verdict=\"allow\",answer=\"accepted\"}";
    let refused = "provost_pushes_total{verdict=\"reject\",answer=\"refused\"}";
    let found = "provost_findings_total{tool=\"claude-code\",verdict=\"reject\"}";
    let count = "provost_push_duration_seconds_count";
    for _ in 0..2 {
        doctor().expect(0);
        // Its own probes are no pushes.
        assert_eq!(metric(&file, allowed), Some(1.0));
        assert_eq!(metric(&file, refused), Some(3.0));
        assert_eq!(metric(&file, found), Some(3.0));
        assert_eq!(metric(&file, count), Some(4.0));
        assert!(metric(&file, "provost_push_duration_seconds_sum").unwrap() > 0.0);
        assert_eq!(metric(&file, "provost_failures_total{fail=\"open\"}"), Some(0.0));
        assert_eq!(metric(&file, "provost_hooks{outcome=\"wrong\"}"), Some(0.0));
        assert_eq!(metric(&file, "provost_unseen_refs"), Some(0.0));
        assert!(metric(&file, "provost_last_push_timestamp_seconds").unwrap() > 1.7e9);
    }
    // The records go, the sums stay; new records come on top.
    std::fs::remove_file(&log).unwrap();
    assert_ne!(patient.push(&["HEAD:main"]).code, Some(0));
    doctor().expect(0);
    assert_eq!(metric(&file, allowed), Some(1.0));
    assert_eq!(metric(&file, refused), Some(4.0));
    // Also in a chain that was begun anew.
    std::fs::remove_file(&log).unwrap();
    std::fs::remove_file(log.with_file_name("provost.jsonl.head")).unwrap();
    assert_ne!(patient.push(&["HEAD:main"]).code, Some(0));
    // It has its beginning, and nothing of the ref.
    doctor().expect(1);
    assert_eq!(metric(&file, refused), Some(5.0));
    assert_eq!(metric(&file, "provost_unseen_refs"), Some(1.0));
    assert_eq!(metric(&file, "provost_hooks{outcome=\"wrong\"}"), Some(1.0));

    let nowhere = patient.run(&["doctor", "--metrics", "missing/x.prom", "project.git"]).finish();
    let nowhere = nowhere.expect(2);
    assert!(nowhere.err().contains("cannot write missing/x.prom"), "{}", nowhere.all());
}

/// As Prometheus' own checker would read it: a type and a help for each family, no name
/// twice, and numbers.
#[test]
fn metrics_have_the_form_that_prometheus_reads() {
    let patient = Patient::new("enforce");
    patient.logs();
    let file = patient.sandbox.path("provost.prom");
    patient.run(&["doctor", "--metrics"]).arg(&file).arg("project.git").finish().expect(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(name.starts_with("provost_") && seen.insert(name), "{line}");
            family = name;
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(rest.contains(' '), "{line}");
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(family) && value.parse::<f64>().is_ok(), "{line}");
        }
    }
    // Its page names them all, and no others; some wait for their first push.
    let page = include_str!("../../../docs/doctor.md");
    let shown = page.lines().filter_map(|line| line.strip_prefix("| `provost_"));
    let mut shown: Vec<&str> = shown.map(|rest| rest.split('`').next().unwrap()).collect();
    let waiting = ["pushes_total", "findings_total", "cuts_total", "last_push_timestamp_seconds"];
    shown.retain(|name| !waiting.contains(name));
    shown.sort_unstable();
    let seen: Vec<&str> = seen.iter().map(|name| name.strip_prefix("provost_").unwrap()).collect();
    assert_eq!(seen, shown);
}

/// As root it takes the account that the repository belongs to: what the hook writes must
/// not become root's, or the next push could not be recorded.
#[test]
fn root_leaves_nothing_of_its_own() {
    use std::os::unix::fs::{MetadataExt, chown};
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let patient = Patient::new("enforce");
    let log = patient.logs();
    let other = Some(65534);
    for path in walk(&patient.path).iter().chain([&log.parent().unwrap().to_owned()]) {
        chown(path, other, other).unwrap();
    }
    // The account has to come to it.
    for path in patient.path.ancestors().take_while(|path| path.starts_with("/tmp/")) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        patient.set_mode(path, mode | 0o011);
    }
    patient.is_well(&["a marked commit is refused, verdict reject", RUNS]);
    for path in [&log, &log.with_file_name("provost.jsonl.head")] {
        assert_eq!(std::fs::metadata(path).unwrap().uid(), 65534, "{}", path.display());
    }
}

fn walk(path: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_owned()];
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            all.extend(walk(&entry.unwrap().path()));
        }
    }
    all
}
