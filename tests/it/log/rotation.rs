//! Rotation: the chain goes on in the new file, with the real logrotate where it is
//! installed, and by its documented steps.

use super::super::support::skip;
use super::*;

fn push(logged: &Logged, message: &str) {
    logged.submit(message).must_accept(&["refs/heads/main"]);
}

#[test]
fn a_renamed_log_is_followed_by_a_new_one() {
    let logged = Logged::new();
    push(&logged, "one");
    push(&logged, "two");
    let old = logged.log.with_extension("jsonl.1");
    std::fs::rename(&logged.log, &old).unwrap();
    push(&logged, "three");
    assert_eq!(logged.records()[0]["seq"], 3);
    let verified = logged.verify().expect(0);
    assert!(verified.out().contains("3 records"), "{}", verified.all());
    // In whatever order they are given; and the new one alone says what it lacks.
    let (new, old) = (logged.log.to_str().unwrap(), old.to_str().unwrap());
    logged.provost(&["log", "verify", new, old]).expect(0);
    let alone = logged.provost(&["log", "verify", new]).expect(0);
    assert!(alone.out().contains("it begins with record 3"), "{}", alone.all());
    // With `create`, the new file is there before the next push.
    std::fs::rename(new, logged.log.with_extension("jsonl.2")).unwrap();
    std::fs::write(new, "").unwrap();
    push(&logged, "four");
    logged.verify().expect(0);
}

#[test]
fn the_chain_goes_on_from_the_rotated_file_when_the_sidecar_is_lost() {
    let logged = Logged::new();
    push(&logged, "one");
    push(&logged, "two");
    std::fs::rename(&logged.log, logged.sandbox().path("log/provost.jsonl-20261201")).unwrap();
    std::fs::remove_file(logged.sandbox().path("log/provost.jsonl.head")).unwrap();
    push(&logged, "three");
    assert_eq!(logged.records()[0]["seq"], 3);
    logged.verify().expect(0);
}

#[test]
fn a_packed_file_is_read_through_a_pipe() {
    let logged = Logged::new();
    push(&logged, "one");
    let old = logged.log.with_extension("jsonl.1");
    std::fs::rename(&logged.log, &old).unwrap();
    let text = std::fs::read(&old).unwrap();
    push(&logged, "two");
    logged.sandbox().run("gzip", "log").arg("provost.jsonl.1").ok();
    let verified = logged.verify().expect(0);
    assert!(verified.err().contains("not read, for it is packed"), "{}", verified.all());
    assert!(verified.out().contains("it begins with record 2"), "{}", verified.all());
    let whole = [text, std::fs::read(&logged.log).unwrap()].concat();
    let piped = logged.sandbox().provost("").args(["log", "verify", "-"]).input(whole).ok();
    assert!(piped.out().contains("2 records"), "{}", piped.all());
}

#[test]
fn records_that_copytruncate_loses_are_missed() {
    let logged = Logged::new();
    push(&logged, "one");
    std::fs::copy(&logged.log, logged.log.with_extension("jsonl.1")).unwrap();
    // Between the copy and the truncation nobody waits for a lock.
    push(&logged, "two");
    std::fs::File::options().write(true).open(&logged.log).unwrap().set_len(0).unwrap();
    push(&logged, "three");
    let verified = logged.verify().expect(1);
    assert!(verified.out().contains("record 2 is removed"), "{}", verified.all());
}

#[test]
fn logrotate_rotates_as_the_documentation_says() {
    let sandbox = Sandbox::new();
    let version = std::process::Command::new("logrotate").arg("--version").output();
    if version.is_err() {
        skip("logrotate is not installed");
        return;
    }
    let block = include_str!("../../../hooks/logrotate/provost");
    drop(sandbox);
    for extra in ["", "create 0640\n", "dateext\ndateformat -%Y%m%d-%s\n"] {
        let logged = Logged::new();
        let block = block.replace("/var/log/provost/*.jsonl", logged.log.to_str().unwrap());
        let block = if extra.starts_with("create") { block.replace("nocreate", "") } else { block };
        let block = block.replace("weekly", &format!("weekly\n{extra}"));
        let config = logged.sandbox().write("logrotate.conf", block);
        std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .unwrap();
        let state = logged.sandbox().path("state");
        for round in 0..3 {
            push(&logged, &format!("a {round}"));
            push(&logged, &format!("b {round}"));
            let run = logged.sandbox().run("logrotate", "").arg("--force").arg("--state");
            run.arg(&state).arg(&config).ok();
            assert!(std::fs::metadata(&logged.log).map_or(0, |it| it.len()) == 0, "{extra}");
            if extra.starts_with("dateext") {
                break;
            }
        }
        push(&logged, "last");
        let verified = logged.verify().expect(0);
        assert!(verified.out().contains("record"), "{}", verified.all());
        assert!(!verified.out().contains("begins with"), "{}", verified.all());
    }
}
