//! Many hooks at once: no record is lost, none is torn, and the chain holds, also while the
//! log is rotated under them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::super::support::PROVOST;
use super::*;

const PROCESSES: usize = 50;
const EACH: usize = 20;

/// Starts the hook as git would for a push that brings no object.
fn start(directory: &Path, rules: &Path, name: &str, id: &str) -> Child {
    let mut hook = Command::new(PROVOST);
    hook.env_clear().env("GIT_DIR", ".").env("REMOTE_USER", name).current_dir(directory);
    hook.arg("--isolated").arg("--rules").arg(rules).args(["pre-receive", "--platform", "http"]);
    hook.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = hook.spawn().unwrap();
    let line = format!("{} {id} refs/heads/{name}\n", "0".repeat(40));
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
    child
}

/// A server with one commit on `main`, and the commit.
fn with_a_commit() -> (Logged, String) {
    let logged = Logged::new();
    logged.client.commit("one").create();
    logged.server.push_unseen(&logged.client, &["HEAD:refs/heads/main"]);
    let id = logged.client.id("HEAD");
    (logged, id)
}

#[test]
fn a_thousand_pushes_of_fifty_processes_are_all_on_record() {
    let (logged, id) = with_a_commit();
    let (directory, rules) = (logged.server.path(), logged.sandbox().path("rules-0.toml"));
    let done = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    let log = &logged.log;
    let rotated = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..PROCESSES)
            .map(|worker| {
                let (directory, rules, id, done) = (&directory, &rules, &id, &done);
                scope.spawn(move || {
                    for push in 0..EACH {
                        let name = format!("w{worker}-{push}");
                        let code = start(directory, rules, &name, id).wait().unwrap().code();
                        assert_eq!(code, Some(0));
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        // Rotated as logrotate does it with `nocreate`, in the middle of it all.
        let rotating = scope.spawn(|| {
            let mut rotated = 0;
            while !over.load(Ordering::Relaxed) {
                if done.load(Ordering::Relaxed) >= (rotated + 1) * 200 {
                    rotated += 1;
                    std::fs::rename(log, log.with_extension(format!("jsonl.{rotated}"))).unwrap();
                }
                std::thread::yield_now();
            }
            rotated
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        over.store(true, Ordering::Relaxed);
        rotating.join().unwrap()
    });
    assert!(rotated >= 3, "rotated {rotated} times");
    let mut files: Vec<PathBuf> =
        (1..=rotated).map(|number| log.with_extension(format!("jsonl.{number}"))).collect();
    files.extend(log.exists().then(|| log.clone()));
    let records: Vec<Value> = files.iter().flat_map(|path| records(path)).collect();
    assert_eq!(records.len(), PROCESSES * EACH);
    let pushers: BTreeSet<&str> =
        records.iter().map(|record| record["pusher"].as_str().unwrap()).collect();
    assert_eq!(pushers.len(), PROCESSES * EACH, "each push has its own");
    let numbers: Vec<u64> = records.iter().map(|record| record["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=(PROCESSES * EACH) as u64).collect::<Vec<_>>());
    let verified = logged.verify().expect(0);
    assert!(verified.out().contains("1000 records"), "{}", verified.all());
}

#[test]
fn hooks_that_are_killed_at_any_moment_leave_a_log_that_holds() {
    let (logged, id) = with_a_commit();
    let (directory, rules) = (logged.server.path(), logged.sandbox().path("rules-0.toml"));
    let answered: BTreeSet<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8_u64)
            .map(|worker| {
                let (directory, rules, id) = (&directory, &rules, &id);
                scope.spawn(move || {
                    let mut answered = BTreeSet::new();
                    for push in 0..25 {
                        let name = format!("k{worker}-{push}");
                        let mut hook = start(directory, rules, &name, id);
                        let moment = Duration::from_micros((push * 8 + worker) * 200);
                        let started = Instant::now();
                        while started.elapsed() < moment && hook.try_wait().unwrap().is_none() {
                            std::thread::yield_now();
                        }
                        // It may have ended already, which is well.
                        let _ = hook.kill();
                        if hook.wait().unwrap().code() == Some(0) {
                            answered.insert(name);
                        }
                    }
                    answered
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let last = start(&directory, &rules, "last", &id).wait_with_output().unwrap();
    assert_eq!(last.status.code(), Some(0), "{}", String::from_utf8_lossy(&last.stderr));
    let verified = logged.verify().expect(0);
    // Whoever had an answer is on record.
    let shown = logged.provost(&["log", "show", "--format", "json", logged.log.to_str().unwrap()]);
    let shown: Vec<Value> = serde_json::from_slice(&shown.expect(0).stdout).unwrap();
    let recorded: BTreeSet<&str> =
        shown.iter().map(|record| record["pusher"].as_str().unwrap()).collect();
    let lost: Vec<&String> =
        answered.iter().filter(|name| !recorded.contains(name.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}\n{}", verified.all());
    assert!(recorded.contains("last"));
}
