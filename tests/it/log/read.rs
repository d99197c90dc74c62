//! `provost log show`, `export` and `head`.

use super::super::support::{Options, marked};
use super::*;

/// A log of two repositories, three pushers and three verdicts.
fn mixed() -> (Logged, String) {
    let logged = Logged::with(Options::default(), "", "[policy.tools]\naider = \"warn\"\n");
    logged.submit("one").must_accept(&["refs/heads/main"]);
    let aider = "two\n\nCo-authored-by: aider (gpt-5) <noreply@aider.chat>\n";
    logged.submit(aider).must_accept(&["refs/heads/main"]);
    logged.submit(&marked("three")).must_reject(&["refs/heads/main"]);
    // By somebody else, to another repository.
    let other = logged.sandbox().path("team/other.git");
    std::fs::create_dir_all(other.parent().unwrap()).unwrap();
    logged
        .sandbox()
        .git("")
        .args(["clone", "-q", "--bare"])
        .arg(logged.server.path())
        .arg(&other)
        .ok();
    let hook = std::fs::read(logged.server.path().join("hooks/pre-receive")).unwrap();
    let place = logged.sandbox().write("team/other.git/hooks/pre-receive", hook);
    std::fs::set_permissions(place, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let push = logged.client.git(&["push", "-q"]).arg(&other).arg("HEAD~1:refs/heads/topic");
    push.env("REMOTE_USER", "ada").ok();
    let log = logged.log.to_str().unwrap().to_owned();
    (logged, log)
}

fn numbers(logged: &Logged, arguments: &[&str], log: &str) -> Vec<u64> {
    let all = [&["log", "show", "--format", "json"], arguments, &[log]].concat();
    let shown = logged.provost(&all).expect(0);
    let json: Vec<Value> = serde_json::from_slice(&shown.stdout).unwrap();
    json.iter().map(|record| record["seq"].as_u64().unwrap()).collect()
}

#[test]
fn records_are_chosen_by_what_is_in_them() {
    let (logged, log) = mixed();
    for (arguments, expected) in [
        (&[][..], &[1, 2, 3, 4][..]),
        (&["--repo", "other"], &[4]),
        (&["--repo", "ser*"], &[1, 2, 3]),
        (&["--ref", "refs/heads/topic"], &[4]),
        (&["--ref", "refs/*/main"], &[1, 2, 3]),
        (&["--pusher", "ada"], &[4]),
        (&["--tool", "aider"], &[2]),
        (&["--tool", "claude-code"], &[3]),
        (&["--verdict", "reject"], &[3]),
        (&["--tool", "aider", "--verdict", "warn"], &[2]),
        (&["--tool", "aider", "--verdict", "reject"], &[]),
        (&["--verdict", "not-judged"], &[]),
        (&["--since", "1h"], &[1, 2, 3, 4]),
        (&["--since", "2999-01-01"], &[]),
        (&["--until", "2026-01-01"], &[]),
        (&["--last", "2"], &[3, 4]),
        (&["--unjudged"], &[]),
    ] {
        assert_eq!(numbers(&logged, arguments, &log), expected, "{arguments:?}");
    }
    for wrong in [&["--verdict", "maybe"][..], &["--since", "soon"], &["--repo", "["]] {
        let all = [&["log", "show"], wrong, &[&log]].concat();
        logged.provost(&all).expect(2);
    }
}

#[test]
fn people_and_programs_read_records() {
    let (logged, log) = mixed();
    let shown = logged.provost(&["log", "show", &log]).expect(0).out();
    assert!(shown.contains("  refused (reject)  server  by dev, 1 commit, 1 finding\n"), "{shown}");
    assert!(shown.contains(" claude-code/co-author reject (rules.toml:"), "{shown}");
    let lines = logged.provost(&["log", "show", "--format", "jsonl", &log]).expect(0);
    assert_eq!(lines.stdout, std::fs::read(&log).unwrap());
    let none = logged.provost(&["log", "show", "--pusher", "nobody", &log]).expect(0);
    assert_eq!((none.out().as_str(), none.err().as_str()), ("", "No record is like that.\n"));
    logged.provost(&["log", "show", "no-such-file"]).expect(2);
}

#[test]
fn an_export_has_a_row_for_each_finding_and_clean_ref() {
    let (logged, log) = mixed();
    let csv = logged.provost(&["log", "export", &log]).expect(0).stdout;
    let mut rows = csv::Reader::from_reader(csv.as_slice());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    let of = |column: &str| -> Vec<&str> { rows.iter().map(|row| &row[at(column)]).collect() };
    assert_eq!(of("push_verdict"), ["allow", "warn", "reject", "allow"]);
    assert_eq!(of("tool"), ["", "aider", "claude-code", ""]);
    assert_eq!(of("pusher"), ["dev", "dev", "dev", "ada"]);
    // The digests are those of the chain.
    let records = logged.records();
    assert_eq!(of("digest")[0], records[1]["prev"].as_str().unwrap());
    let json = logged.provost(&["log", "export", "--format", "json", &log]).expect(0).stdout;
    let json: Vec<Value> = serde_json::from_slice(&json).unwrap();
    assert_eq!(json[1]["digest"], records[2]["prev"]);
    assert_eq!(json[2]["findings"], records[2]["findings"]);
}

#[test]
fn a_field_is_no_formula_of_a_spreadsheet() {
    let options = Options::default();
    let logged = Logged::with(options, "", "[policy]\nmode = \"observe\"\n");
    logged.client.commit(marked("x")).create();
    let name = "refs/heads/=cmd";
    logged.client.submit(&[format!("HEAD:{name}")]).must_accept(&[name]);
    let log = logged.log.to_str().unwrap();
    std::fs::write(log, std::fs::read_to_string(log).unwrap().replace(name, "=cmd()")).unwrap();
    let csv = logged.provost(&["log", "export", log]).expect(0).out();
    assert!(csv.contains(",'=cmd(),"), "{csv}");
}

#[test]
fn an_export_without_people_keeps_what_can_be_counted() {
    let (logged, log) = mixed();
    let key = logged.sandbox().write("key", "a secret of thirty-two bytes....");
    let key = key.to_str().unwrap();
    let export = |more: &[&str]| {
        let all = [&["log", "export", "--redact", "--format", "json"], more, &[&log]].concat();
        logged.provost(&all).expect(0)
    };
    let once = export(&["--key", key]);
    let text = once.out();
    for person in ["\"dev\"", "\"ada\"", "noreply@"] {
        assert!(!text.contains(person), "{person}: {text}");
    }
    assert_eq!(export(&["--key", key]).out(), text, "stable under one key");
    let json: Vec<Value> = serde_json::from_str(&text).unwrap();
    let pusher = |at: usize| json[at]["pusher"].as_str().unwrap();
    assert_eq!(pusher(0), pusher(2));
    assert_ne!(pusher(0), pusher(3));
    assert_eq!(json[2]["findings"][0]["marker"], "claude-code/co-author");
    let other = export(&[]);
    assert!(!other.out().contains(pusher(0)), "another key each time");
    assert!(other.err().contains("for this export alone"), "{}", other.all());
    let short = logged.sandbox().write("short", "abc");
    let short = short.to_str().unwrap();
    let refused = logged.provost(&["log", "export", "--redact", "--key", short, &log]).expect(2);
    assert!(refused.err().contains("shorter than 16 bytes"), "{}", refused.all());
}

#[test]
fn the_head_of_an_empty_log_is_nothing() {
    let logged = Logged::new();
    let log = logged.log.to_str().unwrap();
    let head = logged.provost(&["log", "head", log]).expect(0).out();
    assert_eq!(head, "0:-\n");
    logged.submit("one").must_accept(&["refs/heads/main"]);
    let json = logged.provost(&["log", "head", "--format", "json", log]).expect(0).stdout;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!((&json[0]["seq"], &json[0]["log"]), (&1.into(), &log.into()));
}
