//! Limits: what becomes of a push that costs more, and of what it left unjudged.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use provost::config::limits::Resource;
use provost::config::{self, Layers};
use provost::document::Source;
use provost::git::{ObjectId, RefName, RefUpdate, Repository, Trust};
use provost::policy::Situation;
use provost::push::Push;
use provost::report::Judged as JudgedFinding;
use provost::scan::{self, Bounds, Host, Stage};

use crate::support::{CLAUDE, Client, Options, PROVOST, Pushed, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";

/// A server with a log and these rules, and a client of it.
fn under(rules: &str) -> (TestServer, Client) {
    let sandbox = crate::support::Sandbox::new();
    let log = format!("[log]\nfile = \"{}\"\n", sandbox.path("log.jsonl").display());
    let server = TestServer::start(sandbox, Options::default().rules(&format!("{rules}\n{log}")));
    let client = server.client();
    (server, client)
}

fn records(server: &TestServer) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(server.sandbox().path("log.jsonl")).unwrap();
    text.lines().map(crate::log::record).collect()
}

/// The values that were let in unjudged and are not judged yet.
fn unjudged(server: &TestServer) -> Vec<String> {
    let repository = Repository::open(&server.git_dir(), Trust::Git).unwrap();
    let place = provost::state::ledger::LedgerPlace::new(&repository, None);
    let all = provost::state::ledger::Ledger::read(&place).unwrap().unjudged;
    all.iter().map(|it| format!("{} {}", it.ref_name, it.id)).collect()
}

/// So many commits on `main`, of which one may add a tool's configuration file.
fn history(client: &Client, commits: usize, marked_at: Option<usize>) {
    let mut stream = String::new();
    for at in 1..=commits {
        let message = clean(&format!("C{at}"));
        let time = 1_767_225_600 + 60 * at;
        let marked = marked_at == Some(at);
        let file = if marked { "CLAUDE.md".into() } else { format!("file-{}", at % 10) };
        writeln!(stream, "commit refs/heads/main").unwrap();
        writeln!(stream, "committer A <a@example.com> {time} +0000").unwrap();
        writeln!(stream, "data {}\n{message}", message.len()).unwrap();
        writeln!(stream, "M 100644 inline {file}\ndata 4\n{at:03}\n").unwrap();
    }
    client.git(&["fast-import", "--quiet", "--force"]).input(stream).ok();
}

#[track_caller]
fn is_cut(pushed: &Pushed, name: &str) {
    assert!(pushed.rejected(name), "{}", pushed.all());
    pushed.must_say("this push could not be judged whole, so it is refused");
}

#[test]
fn a_push_beyond_a_limit_is_refused_with_the_line_that_says_so() {
    for (limit, amount, commits) in [
        ("time = \"1ms\"", "1ms on time", 3),
        ("commits = 9", "9 on commits", 10),
        ("bytes = \"1KiB\"", "1.0 KiB on bytes", 40),
        ("findings = 1", "1 on findings", 1),
        ("memory = \"1MiB\"", "1.0 MiB on memory", 1500),
    ] {
        let (server, client) = under(&format!("[limits]\n{limit}\n"));
        history(&client, commits, None);
        if limit.starts_with("findings") {
            let more = "Co-authored-by: Copilot <copilot@github.com>";
            client.commit(format!("x\n\n{CLAUDE}\n{more}\n")).create();
            let pushed = client.submit(&["main"]);
            // What was found refuses it anyway.
            pushed.must_reject(&[MAIN]).must_say(&format!("the limit of {amount} was reached"));
            continue;
        }
        // Memory is a limit of the process that judges.
        let in_process = !limit.starts_with("memory");
        let pushed = if in_process { client.submit(&["main"]) } else { client.push(&["main"]) };
        is_cut(&pushed, MAIN);
        let text = pushed.text().replace('\n', " ");
        assert!(text.contains(&format!("the limit of {amount} was reached after ")), "{text}");
        pushed.must_say("(").must_say("rules-0.toml:2)").must_say("in smaller parts");
        for line in pushed.remote.iter().take_while(|line| !line.contains(" commits judged, ")) {
            assert!(line.chars().count() <= 76, "{line}");
        }
        let record = records(&server).remove(0);
        assert_eq!((&record["accepted"], &record["fail"]), (&false.into(), &().into()));
        assert_eq!(record["cut"]["limit"], *limit.split(' ').next().unwrap());
        assert_eq!(unjudged(&server), Vec::<String>::new(), "it was not let in");
    }
}

/// Trees of so many commits are compared on two threads.
#[test]
fn a_limit_that_is_reached_among_the_trees_ends_the_work_on_them() {
    let (server, client) = under("[limits]\nbytes = \"1MB\"\n");
    history(&client, 3000, None);
    // With Git: the memory of all tests together may be above the limit.
    let pushed = client.push(&["main"]);
    is_cut(&pushed, MAIN);
    let text = pushed.text().replace('\n', " ");
    let judged = text.split_once(" was reached after ").unwrap().1.split_once(" of 3000 commits");
    let judged: usize = judged.unwrap_or_else(|| panic!("{text}")).0.parse().unwrap();
    assert!(judged > 0 && judged < 3000, "{text}");
    assert_eq!(records(&server).remove(0)["cut"]["limit"], "bytes");
}

#[test]
fn what_was_found_before_a_limit_counts() {
    for limit in [
        "bytes = { most = \"1KiB\", outcome = \"accept\" }",
        "findings = { most = 1, outcome = \"accept\" }",
    ] {
        let (server, client) = under(&format!("[limits]\n{limit}\n"));
        history(&client, 60, None);
        let more = "Co-authored-by: Copilot <copilot@github.com>";
        client.commit(format!("Top\n\n{CLAUDE}\n{more}\n")).create();
        client.push(&["main"]).must_reject(&[MAIN]).must_say("Top");
        let record = records(&server).remove(0);
        assert_eq!(record["cut"]["limit"], *limit.split(' ').next().unwrap());
        assert_eq!(record["verdict"], "reject");
        // A ref that does not reach the mark is not refused for it.
        let pushed = client.push(&["main~1:refs/heads/clean", "main:refs/heads/marked"]);
        pushed.must_reject(&["refs/heads/clean", "refs/heads/marked"]);
        let findings = records(&server).remove(1)["findings"].clone();
        let refs = findings.as_array().unwrap().iter().map(|it| it["ref"].as_str().unwrap());
        assert!(refs.clone().count() > 0 && refs.clone().all(|it| it == "refs/heads/marked"));
    }
}

/// Takes its time over the first finding.
struct Slow(Cell<bool>);

impl Host for Slow {
    fn progress(&self, _: Stage, _: usize) {}

    fn judged(&self, _: &JudgedFinding) {
        if !self.0.replace(true) {
            std::thread::sleep(Duration::from_millis(1500));
        }
    }

    fn git_refuses(&self, _: ObjectId, _: ObjectId) -> Option<bool> {
        Some(false)
    }
}

#[test]
fn a_limit_that_is_reached_when_all_was_found_loses_nothing_of_it() {
    let (server, client) = under("");
    let commits = 150;
    for at in 0..commits {
        client.commit(marked(&format!("C{at}"))).create();
    }
    let objects = server.git_dir().join("objects");
    let from = client.path().join(".git/objects");
    client.sandbox().run("cp", "").arg("-r").arg(from.join(".")).arg(objects).ok();
    let rules = "[limits]\ntime = { most = \"1s\", outcome = \"accept\" }\n";
    let rules = Source { name: "rules.toml".into(), text: rules.into(), built_in: false };
    let built_in = config::sources(Layers { isolated: true, ..Layers::default() }).unwrap();
    let layers: Vec<Arc<Source>> = built_in.into_iter().chain([Arc::new(rules)]).collect();
    let config = config::merge(&layers).unwrap();
    let repository = Repository::open(&server.git_dir(), Trust::Git).unwrap();
    let tip = ObjectId::from_hex(client.id("main").as_bytes()).unwrap();
    let names = [MAIN, "refs/heads/other"];
    let updates =
        names.map(|name| RefUpdate::new(RefName::new(name), ObjectId::NULL, tip).unwrap());
    let push = Push { repository: "app".into(), updates: updates.into(), options: vec![] };
    let host = Slow(Cell::new(false));
    let bounds = Bounds { limits: config.limits.clone(), started: Instant::now(), host: &host };
    let situation = Situation::unknown("app");
    let report = scan::judge_push(&repository, &config, &push, situation, &bounds).unwrap();
    assert_eq!(report.cut.as_ref().map(|cut| cut.limit), Some(Resource::Time));
    assert_eq!(report.findings.len(), names.len() * commits);
    assert_eq!(report.left.len(), names.len(), "each update once");
}

#[test]
fn within_its_limits_a_push_is_judged_as_ever() {
    let (server, client) = under("[limits]\ncommits = 10\ntime = \"1h\"\nbytes = \"1GB\"\n");
    history(&client, 10, None);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(10);
    assert_eq!(records(&server).remove(0)["cut"], serde_json::Value::Null);
}

#[test]
fn what_was_let_in_unjudged_hides_nothing_until_it_is_judged() {
    let (server, client) = under("[limits]\ncommits = { most = 9, outcome = \"accept\" }\n");
    history(&client, 12, Some(2));
    let pushed = client.push(&["main"]);
    pushed.must_accept(&[MAIN]).must_judge(9).must_say("accepted, but not judged whole");
    // The newest were judged, and the three that they stand on are left.
    let left = client.id("main~9");
    assert_eq!(unjudged(&server), [format!("{MAIN} {left}")]);
    let record = records(&server).remove(0);
    assert_eq!(record["accepted"], true);
    assert_eq!(record["unjudged"], serde_json::json!([left]));
    // A commit in the middle of it, under another name: nothing new, and judged all the same.
    let pushed = client.push(&["main~3:refs/heads/middle"]);
    pushed.must_reject(&["refs/heads/middle"]).must_judge(3).must_say("C2");
    pushed.must_say("3 of these commits were let in before without being judged");
    // Below the mark there is nothing to refuse.
    client.push(&["main~11:refs/heads/below"]).must_accept(&["refs/heads/below"]).must_judge(1);
    // Not even on top of itself.
    client.commit(clean("Top")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(4);
    // Clean work beside it is no matter.
    client.must(&["switch", "-q", "--orphan", "other"]);
    client.commit(clean("Other")).create();
    client.push(&["other"]).must_accept(&["refs/heads/other"]).must_judge(1);
    // An audit that would refuse it settles nothing.
    server.sandbox().provost("").arg("audit").arg(server.path()).finish().expect(1);
    assert_eq!(unjudged(&server).len(), 1);
}

#[test]
fn an_audit_settles_what_is_clean_by_the_rules_in_force_only() {
    let (server, client) = under("[limits]\ncommits = { most = 9, outcome = \"accept\" }\n");
    history(&client, 12, None);
    client.submit(&["main"]).must_accept(&[MAIN]);
    let audit = |options: &[&str]| {
        let run = server.sandbox().run(PROVOST, "").args(options).arg("audit");
        run.arg(server.path()).finish().expect(0)
    };
    let lenient = server.sandbox().write("lenient.toml", "[policy]\ndefault = \"allow\"\n");
    audit(&["--isolated"]);
    audit(&["--rules", lenient.to_str().unwrap()]);
    assert_eq!(unjudged(&server).len(), 1, "these are not the rules of the server");
    let done = audit(&[]);
    let text = "1 ref update that was accepted without being checked is checked now";
    assert!(done.err().contains(text), "{}", done.all());
    assert_eq!(unjudged(&server), Vec::<String>::new());
    client.submit(&["main~4:refs/heads/middle"]).must_accept(&["refs/heads/middle"]).must_judge(0);
}

/// Most of a large push is left, and what is pushed on top of it is judged all the same.
#[test]
fn a_push_beyond_the_limit_does_not_blind_the_next() {
    let (_server, client) = under("[limits]\ncommits = { most = 3, outcome = \"accept\" }\n");
    history(&client, 40, None);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(3);
    client.commit(marked("Top")).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Top");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    client.commit(clean("Other top")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(3);
}

/// A scope's own baseline covers what it covers for that scope.
#[test]
fn a_baseline_of_a_scope_settles_nothing_for_others() {
    let scope = "[[policy.scope]]\nid = \"side\"\nrefs = [\"refs/heads/side\"]\n";
    let limit = "[limits]\ncommits = { most = 3, outcome = \"accept\" }\n";
    let (server, client) = under(&format!("{scope}{limit}"));
    history(&client, 5, Some(2));
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(3);
    client.submit(&["main~2:refs/heads/old"]).must_reject(&["refs/heads/old"]);
    let rules = server.sandbox().path("rules-0.toml");
    let baseline = server.sandbox().provost("").arg("--rules").arg(rules);
    let baseline = baseline.args(["policy", "baseline", "--scope", "side"]);
    // Of the scope's refs there are none yet, so the tips of all are named.
    baseline.args(["--ref", MAIN]).arg(server.path()).ok();
    client.submit(&["main:refs/heads/side"]).must_accept(&["refs/heads/side"]);
    assert_eq!(unjudged(&server).len(), 1);
    client.submit(&["main~2:refs/heads/old"]).must_reject(&["refs/heads/old"]);
}

#[test]
fn what_a_later_push_judges_whole_is_off_the_list() {
    let (server, client) = under("[limits]\ncommits = { most = 9, outcome = \"accept\" }\n");
    history(&client, 10, None);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("not judged whole");
    // The limit is higher the next day.
    server.sandbox().write("rules-0.toml", "[limits]\ncommits = 100\n");
    client.commit(clean("Next")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(2);
    assert_eq!(unjudged(&server), Vec::<String>::new());
    client.commit(clean("And next")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
}

#[test]
fn a_baseline_is_an_answer_to_what_was_let_in_unjudged() {
    let (server, client) = under("[limits]\ncommits = { most = 3, outcome = \"accept\" }\n");
    history(&client, 5, Some(2));
    client.submit(&["main"]).must_accept(&[MAIN]);
    server.sandbox().provost("").args(["policy", "baseline"]).arg(server.path()).ok();
    client.commit(clean("Next")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.submit(&["main:refs/heads/more"]).must_accept(&["refs/heads/more"]).must_judge(0);
}

#[test]
fn a_server_that_observes_refuses_nothing_for_a_limit_either() {
    for mode in ["observe", "warn"] {
        let rules = format!("[policy]\nmode = \"{mode}\"\n[limits]\ncommits = 2\n");
        let (server, client) = under(&rules);
        history(&client, 3, None);
        client.submit(&["main"]).must_accept(&[MAIN]).must_say("accepted, but not judged whole");
        assert_eq!(unjudged(&server).len(), 1);
    }
}

#[test]
fn a_tag_that_was_let_in_unjudged_is_judged_under_another_name() {
    let (server, client) = under("[limits]\nbytes = { most = \"1kB\", outcome = \"accept\" }\n");
    history(&client, 1, None);
    let mut tags = String::new();
    for at in 100..300 {
        let message = if at == 299 { marked("Release") } else { "Release".to_owned() };
        let tagger = "tagger A <a@example.com> 1767225600 +0000";
        writeln!(tags, "tag v{at}\nfrom refs/heads/main\n{tagger}\ndata {}", message.len())
            .unwrap();
        writeln!(tags, "{message}").unwrap();
    }
    client.git(&["fast-import", "--quiet"]).input(tags).ok();
    client.submit(&["--tags"]).must_accept(&["refs/tags/v299"]);
    assert!(unjudged(&server).iter().any(|left| left.starts_with("refs/tags/v299 ")));
    server.sandbox().write("rules-0.toml", "");
    client.submit(&["v299:refs/tags/again"]).must_reject(&["refs/tags/again"]);
    client.submit(&["v101:refs/tags/again"]).must_accept(&["refs/tags/again"]);
}

#[test]
fn what_can_not_be_noted_is_not_let_in() {
    let (server, client) = under("[limits]\ncommits = { most = 2, outcome = \"accept\" }\n");
    std::fs::create_dir_all(server.git_dir().join("provost/ledger")).unwrap();
    history(&client, 3, None);
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("cannot read").must_say("provost/ledger");
}

#[test]
fn a_mark_behind_a_thousand_that_are_allowed_is_not_passed_over() {
    let rules = "[policy.tools]\ngithub-copilot = \"allow\"\n";
    let (_server, client) = under(rules);
    let mut message = "Many\n\n".to_owned();
    for at in 0..2000 {
        writeln!(message, "Co-authored-by: Copilot {at} <copilot@github.com>").unwrap();
    }
    client.commit(format!("{message}{CLAUDE}\n")).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    // The same line again and again, as in a squash of many commits, says it once.
    client.must(&["checkout", "-q", "--orphan", "squash"]);
    let line = "Co-authored-by: Copilot <copilot@github.com>\n";
    client.commit(format!("Squash\n\n{}", line.repeat(2000))).create();
    client.submit(&["squash"]).must_accept(&["refs/heads/squash"]);
    client.commit(format!("Squash\n\n{}{CLAUDE}\n", line.repeat(2000))).create();
    client.submit(&["squash"]).must_reject(&["refs/heads/squash"]);
}

#[test]
fn a_push_that_can_not_be_judged_is_let_in_where_policy_says_so_and_stays_unjudged() {
    let sandbox = crate::support::Sandbox::new();
    let log = format!("[log]\nfile = \"{}\"\n", sandbox.path("log.jsonl").display());
    let rules = format!("[policy]\non-error = \"accept\"\n{log}");
    // Refs in this format can't be read without git.
    let hook = "#!/bin/sh\nPATH=/var/empty exec @PROVOST@ pre-receive\n";
    let options = Options::default().ref_format("reftable").hook(hook).rules(&rules);
    let server = TestServer::start(sandbox, options);
    let client = server.client();
    client.commit(marked("One")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    pushed.must_say("accepted although it could not be judged").must_say("for-each-ref");
    let record = records(&server).remove(0);
    assert_eq!((&record["accepted"], &record["fail"]), (&true.into(), &"open".into()));
    assert_eq!(unjudged(&server), [format!("{MAIN} {}", client.id("main"))]);
    // Mended, it is judged where it goes next.
    server.install("pre-receive", "#!/bin/sh\nexec @PROVOST@ pre-receive\n");
    client.push(&["main:refs/heads/next"]).must_reject(&["refs/heads/next"]);
    // Broken rules are another matter: nobody knows what they would say.
    server.sandbox().write("rules-0.toml", "[policy]\non-error = \"accept\"\nbroken = 1\n");
    let pushed = client.push(&["main:refs/heads/broken"]);
    assert!(pushed.rejected("refs/heads/broken"), "{}", pushed.all());
}

#[test]
fn limits_and_their_outcomes_can_be_locked() {
    let locked = "[policy]\nlocked = [\"limits\", \"on-error\"]\n[limits]\ntime = \"60s\"\n";
    for (above, what) in [
        ("[limits]\ntime = \"2m\"\n", "this loosens the limit of `time`"),
        ("[limits]\noutcome = \"accept\"\n", "this loosens the limit of `time`"),
        ("[policy]\non-error = \"accept\"\n", "this lets in what could not be judged"),
    ] {
        let server = Options::default().rules(locked).rules(above).start();
        let client = server.client();
        client.commit(clean("One")).create();
        let pushed = client.submit(&["main"]);
        assert!(pushed.rejected(MAIN), "{above}\n{}", pushed.all());
        pushed.must_say(what);
    }
    let files = "[policy]\nlocked = [\"limits\"]\n[limits]\nfiles = \"reject\"\n";
    let server = Options::default().rules(files).rules("[limits]\nfiles = \"accept\"\n").start();
    let client = server.client();
    client.commit(clean("One")).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("this loosens the limit of `files`");
    let server = Options::default().rules(locked).rules("[limits]\ntime = \"50s\"\n").start();
    let client = server.client();
    client.commit(clean("One")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
}

/// A bound of the program itself is a cut, whether the administrator has set a limit or not.
#[test]
fn more_marks_than_a_text_may_hold_are_a_cut_without_any_limit() {
    let rules = "[limits]\nfindings = \"none\"\n[policy.tools]\ngithub-copilot = \"allow\"\n";
    let (_server, client) = under(rules);
    let mut message = "Many\n\n".to_owned();
    for at in 0..2000 {
        writeln!(message, "Co-authored-by: Copilot {at} <copilot@github.com>").unwrap();
    }
    client.commit(message).create();
    is_cut(&client.submit(&["main"]), MAIN);
}
