//! Every system call of the hook's gate, one after the other: the hook is killed at it, or it
//! fails. The process that judges is another matter: how much of what it sends arrives is
//! tested byte by byte in `src/gate/child/watch.rs`.

use std::collections::BTreeMap;

use super::support::figures;
use super::workshop::Workshop;

/// After this number of faults the server is looked at as a whole.
const LOOK_EVERY: usize = 25;

/// How often the gate of a push makes each system call.
fn calls(workshop: &mut Workshop) -> BTreeMap<String, usize> {
    let trace = workshop.server.sandbox().path("trace");
    workshop.below(&format!("strace -qq -o {}", trace.display()));
    workshop.push("a push that is only traced");
    let mut calls = BTreeMap::new();
    for line in std::fs::read_to_string(trace).unwrap().lines() {
        if let Some((name, _)) = line.split_once('(') {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    // The start of the program is not its own.
    calls.remove("execve");
    calls
}

/// Injects a fault at each call that `is_hit` names.
fn inject(fault: &str, is_hit: impl Fn(&str) -> bool) {
    let mut workshop = Workshop::new("");
    let calls = calls(&mut workshop);
    let (mut points, mut accepted) = (0, 0);
    for (name, count) in calls.iter().filter(|(name, _)| is_hit(name)) {
        for when in 1..=*count {
            points += 1;
            let what = format!("{fault} at {name} {when}");
            let option = format!("-e trace={name} -e inject={name}:{fault}:when={when}");
            workshop.below(&format!("strace -qq -o /dev/null {option}"));
            accepted += usize::from(workshop.push(&what).all().contains("new branch"));
            if points % LOOK_EVERY == 0 {
                workshop.is_well(&what);
            }
        }
    }
    workshop.is_well(fault);
    figures(&format!("{fault}: {points} points, {accepted} of the pushes accepted"));
    assert!(points > 5, "{calls:?}");
}

#[test]
fn killed_at_every_system_call() {
    inject("signal=KILL", |_| true);
}

#[test]
fn an_error_of_the_device_at_every_system_call() {
    inject("error=EIO", |_| true);
}

#[test]
fn no_room_at_every_write() {
    let writes = [
        "write",
        "writev",
        "pwrite64",
        "pwritev",
        "fsync",
        "fdatasync",
        "ftruncate",
        "fallocate",
        "openat",
        "open",
        "mkdir",
        "mkdirat",
        "rename",
        "renameat",
        "renameat2",
        "link",
        "linkat",
        "fchmod",
        "fchown",
        "chmod",
        "chown",
        "close",
    ];
    inject("error=ENOSPC", |name| writes.contains(&name));
}
