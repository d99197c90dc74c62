//! A push as the hook meets it: a server, the objects in quarantine, the ref updates.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;

use crate::made::{Generator, ON_SERVER, push};
use crate::process::{Ended, Provost, Run, ask, git, utf8};
use crate::quarantine::{Quarantine, init};

/// A push that was made.
pub(crate) struct Sent {
    place: TempDir,
    quarantine: Quarantine,
    /// The lines that the hook reads.
    input: String,
    /// The inflated bytes of the objects, and those of the lines.
    pub(crate) bytes: u64,
}

impl Sent {
    /// Makes a push at a scale.
    pub(crate) fn make(make: Generator, scale: usize) -> Self {
        let place = tempfile::Builder::new().prefix("provost-").rand_bytes(8).tempdir();
        let place = place.expect("a directory");
        let [source, server] = ["source.git", "server.git"].map(|name| place.path().join(name));
        for path in [&source, &server] {
            fs::create_dir(path).expect("a directory");
            init(path);
        }
        push(&source, |push| make(push, scale));
        serve(&source, &server);
        let sizes =
            ["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectsize)"];
        let sizes = ask(&source, &sizes);
        let sizes = sizes.lines().map(|size| size.parse::<u64>().expect("a size"));
        let input = lines(&source, &server);
        let bytes = sizes.sum::<u64>() + input.len() as u64;
        let quarantine = Quarantine::new(&server);
        quarantine.everything(&source);
        Self { place, quarantine, input, bytes }
    }

    /// Runs the hook on it; it is stopped after a number of seconds of CPU time.
    pub(crate) fn judged(&self, provost: &Provost, most: u32) -> Ended {
        let hook = self.quarantine.hook(&provost.program, &[], &self.input);
        hook.between(&["prlimit", &format!("--cpu={most}")], &[]).ended()
    }

    /// How many instructions the hook takes, judging in its own process: callgrind could not write
    /// what it counted in one that may write nothing. Exit code 2 is a cut, where a text takes
    /// more work than its length allows.
    pub(crate) fn instructions(&self, provost: &Provost) -> u64 {
        let hook = self.quarantine.hook(&provost.program, &[], &self.input);
        hook.between(&[], &["--in-process"]).codes(0..=2).instructions()
    }

    /// Pushes all refs to a copy of the server, which has no hook; the milliseconds that takes.
    pub(crate) fn pushed(&self) -> u64 {
        let place = self.place.path();
        Run::new(place, &["cp", "-a", "server.git", "copy.git"]).said();
        let pattern = format!("^{ON_SERVER}*");
        let push = ["push", "--quiet", "--force", "../copy.git", "refs/*:refs/*", &pattern];
        let push = git(&place.join("source.git"), &push);
        let started = Instant::now();
        push.said();
        started.elapsed().as_millis() as u64
    }
}

/// Brings to the server what it has before the push.
fn serve(source: &Path, server: &Path) {
    let packed = fs::read_to_string(source.join("packed-refs")).expect("refs");
    if packed.contains(ON_SERVER) {
        let refs = format!("+{ON_SERVER}*:refs/*");
        ask(server, &["fetch", "--quiet", "--no-tags", utf8(source), &refs]);
        ask(server, &["pack-refs", "--all"]);
    }
    if source.join("provost").exists() {
        Run::new(source, &["cp", "-a", "provost", utf8(server)]).said();
    }
}

/// The ref updates of all refs that are pushed.
fn lines(source: &Path, server: &Path) -> String {
    let refs = |path: &Path| ask(path, &["for-each-ref", "--format=%(refname) %(objectname)"]);
    let (new, old) = (refs(source), refs(server));
    let old: HashMap<&str, &str> = old.lines().filter_map(|line| line.split_once(' ')).collect();
    let new = new.lines().filter_map(|line| line.split_once(' '));
    let pushed = new.filter(|(name, _)| !name.starts_with(ON_SERVER));
    let null = "0".repeat(40);
    pushed.map(|(name, id)| format!("{} {id} {name}\n", old.get(name).unwrap_or(&&*null))).collect()
}
