//! The limit on time while the hook waits for `git`.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Finished, Options, Sandbox, TestServer, clean, skip};

/// A git that needs this many seconds longer for everything.
fn slow_git(sandbox: &Sandbox, seconds: &str) -> String {
    let path = std::env::var("PATH").unwrap();
    let script = format!("#!/bin/sh\nsleep {seconds}\nPATH='{path}'\nexec git \"$@\"\n");
    let git = sandbox.write("slow/git", script);
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{path}", git.parent().unwrap().display())
}

/// A server that waits two seconds for git at most, and the id of its only commit, which no ref
/// has.
fn server(options: Options, outcome: &str) -> (TestServer, String) {
    let sandbox = Sandbox::new();
    let log = sandbox.path("log.jsonl");
    let rules = format!(
        "[policy]\non-error = \"accept\"\n[limits]\ntime = \"2s\"\noutcome = \"{outcome}\"\n\
         [log]\nfile = \"{}\"\n",
        log.display()
    );
    let server = TestServer::start(sandbox, options.rules(&rules));
    let client = server.client();
    let id = client.commit(clean("Good")).file("a", "1").create();
    server.push_unseen(&client, &["main:refs/keep/1"]);
    (server, id)
}

/// What the hook answers, and its record.
fn judge(server: &TestServer, lines: &str, seconds: &str) -> (Finished, Value) {
    let path = slow_git(server.sandbox(), seconds);
    let started = Instant::now();
    let judged = server.judge_by_hand_on_path(lines, &path);
    assert!(started.elapsed() < Duration::from_secs(20), "{}", judged.all());
    let text = std::fs::read_to_string(server.sandbox().path("log.jsonl")).unwrap();
    (judged, crate::log::record(text.lines().last().unwrap()))
}

/// Updates to objects that are not there, and one to a commit.
fn lines(id: &str, absent: usize) -> String {
    let null = "0".repeat(40);
    let mut lines = format!("{null} {id} refs/heads/good\n");
    for at in 1..=absent {
        writeln!(lines, "{null} {at:040x} refs/heads/absent-{at}").unwrap();
    }
    lines
}

/// `on-error` says that it may pass; the limit says whether.
#[test]
fn a_git_that_hangs_is_ended_by_the_limit_on_time() {
    for (outcome, code) in [("reject", 2), ("accept", 0)] {
        let (server, id) = server(Options::default(), outcome);
        let (judged, record) = judge(&server, &lines(&id, 1), "60");
        assert_eq!(judged.code, Some(code), "{}", judged.all());
        assert_eq!(record["cut"]["limit"], "time", "{record}");
        assert_eq!(record["error"], Value::Null, "{record}");
        let unjudged = record["unjudged"].as_array().unwrap();
        assert!(unjudged.contains(&format!("{:040x}", 1).into()), "{record}");
    }
}

/// Each question takes less than the limit.
#[test]
fn many_questions_to_git_end_with_the_limit_on_time() {
    let (server, id) = server(Options::default(), "reject");
    let (judged, record) = judge(&server, &lines(&id, 60), "0.2");
    assert_eq!(judged.code, Some(2), "{}", judged.all());
    assert_eq!((&record["cut"]["limit"], &record["error"]), (&"time".into(), &Value::Null));
    let unjudged = record["unjudged"].as_array().unwrap();
    assert!(unjudged.contains(&format!("{:040x}", 60).into()), "{record}");
    // Once git is quick, it is asked about all.
    let (judged, record) = judge(&server, &lines(&id, 60), "0");
    assert_eq!(judged.code, Some(0), "{}", judged.all());
    assert_eq!(record["cut"], Value::Null, "{record}");
}

/// There git lists the refs.
#[test]
fn a_git_that_hangs_while_it_lists_refs_is_ended_too() {
    let sandbox = Sandbox::new();
    let init = sandbox.git("").args(["init", "-q", "--bare", "--ref-format=reftable", "probe"]);
    if init.finish().code != Some(0) {
        return skip("this git has no reftable format");
    }
    let (server, id) = server(Options::default().ref_format("reftable"), "reject");
    let (judged, record) = judge(&server, &lines(&id, 0), "60");
    assert_eq!(judged.code, Some(2), "{}", judged.all());
    assert_eq!((&record["cut"]["limit"], &record["error"]), (&"time".into(), &Value::Null));
    assert_eq!(record["unjudged"], serde_json::json!([id]), "{record}");
}
