//! What becomes of a push when its record can't be written.

use super::super::support::{Options, marked};
use super::*;

const REFUSED: &str = "this push could not be recorded, so it is refused";

#[test]
fn a_missing_folder_refuses_the_push() {
    let logged = Logged::new();
    std::fs::remove_dir(logged.sandbox().path("log")).unwrap();
    let pushed = logged.push("one");
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    pushed.must_say(REFUSED).must_say("provost.jsonl").must_say("administrators of this server");
    assert_eq!(logged.server.must(&["for-each-ref"]), "");
}

#[test]
fn a_missing_folder_is_told_and_passed_where_policy_says_so() {
    let logged = Logged::with(Options::default(), "on-failure = \"accept\"\n", "");
    std::fs::remove_dir(logged.sandbox().path("log")).unwrap();
    let pushed = logged.push("one");
    pushed.must_accept(&["refs/heads/main"]);
    pushed.must_say("could not be recorded").must_say("rules-0.toml:1");
    pushed.must_not_say(REFUSED);
    // What policy refuses stays refused, by its own text.
    let pushed = logged.push(&marked("two"));
    pushed.must_reject(&["refs/heads/main"]).must_say("could not be recorded");
}

#[test]
fn a_refused_push_says_both() {
    let logged = Logged::new();
    std::fs::remove_dir(logged.sandbox().path("log")).unwrap();
    let pushed = logged.push(&marked("one"));
    pushed.must_reject(&["refs/heads/main"]).must_say("nor could it be recorded");
    std::fs::write(logged.sandbox().path("log"), "").unwrap();
    let exit = logged.server.judge_by_hand("cut");
    assert_eq!(exit.code, Some(2), "{}", exit.all());
    assert!(exit.err().contains("nor could it be recorded"), "{}", exit.all());
}

/// A full disk, as far as a process can tell: no file may grow beyond this.
fn limited(logged: &Logged, blocks: usize) {
    let hook = format!("#!/bin/sh\ntrap '' XFSZ\nulimit -f {blocks}\nexec @PROVOST@ pre-receive\n");
    logged.server.install("pre-receive", &hook);
}

#[test]
fn a_full_disk_refuses_the_push_and_leaves_the_log_whole() {
    let logged = Logged::new();
    // The second record does not fit: it is about as long as the first, and a block has
    // 512 bytes.
    logged.push("one").must_accept(&["refs/heads/main"]);
    let whole = std::fs::read(&logged.log).unwrap();
    limited(&logged, (whole.len() + 300).div_ceil(512));
    let pushed = logged.push(&marked("two"));
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    pushed.must_say("nor could it be recorded");
    assert_eq!(std::fs::read(&logged.log).unwrap(), whole, "nothing of the record is left");
    logged.verify().expect(0);
    // There is room again.
    logged.server.enable_hook();
    logged.push("three").must_reject(&["refs/heads/main"]);
    assert_eq!(logged.records()[1]["seq"], 2);
    logged.verify().expect(0);
}

#[test]
fn a_full_disk_is_told_and_passed_where_policy_says_so() {
    let logged = Logged::with(Options::default(), "on-failure = \"accept\"\n", "");
    logged.push("one").must_accept(&["refs/heads/main"]);
    limited(&logged, std::fs::read(&logged.log).unwrap().len().div_ceil(512));
    for message in ["two", "three"] {
        let pushed = logged.push(message);
        pushed.must_accept(&["refs/heads/main"]).must_say("could not be recorded");
    }
    // The next record tells of them.
    logged.server.enable_hook();
    logged.push("four").must_accept(&["refs/heads/main"]);
    logged.push("five").must_accept(&["refs/heads/main"]);
    let records = logged.records();
    assert_eq!((&records[1]["seq"], &records[1]["lost"]), (&2.into(), &2.into()));
    assert_eq!(records[2]["lost"], Value::Null);
    let log = logged.log.to_str().unwrap();
    let shown = logged.provost(&["log", "show", "--unjudged", log]).expect(0).out();
    assert!(shown.contains("before it 2 passed without a record"), "{shown}");
    logged.verify().expect(0);
}

#[test]
fn a_lock_that_is_kept_is_not_waited_for_for_ever() {
    let logged = Logged::with(Options::default(), "wait = 1\n", "");
    logged.push("one").must_accept(&["refs/heads/main"]);
    let kept = std::fs::File::open(logged.log.with_extension("jsonl.head")).unwrap();
    kept.lock().unwrap();
    let pushed = logged.push("two");
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    pushed.must_say(REFUSED).must_say("has held the lock");
    drop(kept);
    logged.push("three").must_accept(&["refs/heads/main"]);
}

#[test]
fn only_a_regular_file_is_a_log() {
    let logged = Logged::new();
    std::fs::create_dir(&logged.log).unwrap();
    logged.push("one").must_say(REFUSED).must_say("is not a regular file");
    std::fs::remove_dir(&logged.log).unwrap();
    // Writing there would succeed, and record nothing.
    std::os::unix::fs::symlink("/dev/null", &logged.log).unwrap();
    logged.push("two").must_say(REFUSED).must_say("is a symbolic link");
}
