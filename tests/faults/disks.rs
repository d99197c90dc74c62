//! Disks that are full, or can't be written to.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::workshop::Workshop;

/// A separate file system, for as long as the value lives.
struct Mount(PathBuf);

impl Mount {
    fn on(path: &Path, options: &str) -> Self {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path);
        assert!(mount.status().unwrap().success(), "this test mounts, as root");
        Self(path.to_owned())
    }

    fn again(&self, options: &str) {
        let options = format!("remount,{options}");
        let again = Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap();
        assert!(again.success());
    }
}

/// Moves the folder of the log to a separate file system.
fn move_log(workshop: &Workshop, options: &str) -> Mount {
    let folder = workshop.server.sandbox().path("log");
    let files = ["log.jsonl", "log.jsonl.head"];
    let kept = files.map(|name| std::fs::read(folder.join(name)).unwrap());
    let mount = Mount::on(&folder, options);
    for (name, content) in files.iter().zip(kept) {
        std::fs::write(folder.join(name), content).unwrap();
    }
    mount
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_log_on_a_full_disk_refuses_until_there_is_room() {
    let mut workshop = Workshop::new("");
    let mount = move_log(&workshop, "size=64k");
    let mut refused = 0;
    for _ in 0..60 {
        let pushed = workshop.push("a disk that fills up");
        if pushed.all().contains("rejected") {
            pushed.must_say("could not be recorded").must_say("(os error 28)");
            refused += 1;
        }
    }
    assert!(refused > 5, "the disk was never full");
    mount.again("size=10m");
    workshop.is_well("there is room again");
}

#[test]
fn a_log_that_can_not_be_written_to_refuses() {
    let mut workshop = Workshop::new("");
    let mount = move_log(&workshop, "size=1m");
    mount.again("ro");
    workshop.push("read-only").must_say("could not be recorded").must_say("os error 30");
    mount.again("rw");
    workshop.is_well("writable again");
}

#[test]
fn a_ledger_that_can_not_be_written_to_refuses_what_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let mount = Mount::on(folder.path(), "size=1m,mode=755");
    let state = format!("[state]\ndirectory = \"{}\"\n", folder.path().display());
    let mut workshop = Workshop::new(&state);
    workshop.push("writable");
    mount.again("ro");
    let pushed = workshop.push("read-only");
    assert!(pushed.all().contains("rejected"), "{}", pushed.all());
    pushed.must_say("os error 30");
    workshop.client.commit("Clean").create();
    workshop.client.push(&["main"]).must_accept(&["refs/heads/main"]);
    mount.again("rw");
    workshop.is_well("writable again");
}
