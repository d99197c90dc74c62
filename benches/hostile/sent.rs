//! A push as the hook meets it: a server, the objects in quarantine, the ref updates.

use std::collections::HashMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::git::{Git, output};
use crate::made::ON_SERVER;
use crate::measure::{Ended, Process};
use crate::quarantine::Quarantine;
use crate::{Failure, Generator, callgrind};

/// The exit codes of a push that was judged: 2 is a cut, where a text takes more work than its
/// length allows.
pub(crate) const JUDGED: RangeInclusive<i32> = 0..=2;

/// A push that was made.
pub(crate) struct Sent {
    pub(crate) source: PathBuf,
    pub(crate) server: PathBuf,
    quarantine: Quarantine,
    /// The lines that the hook reads.
    input: String,
    /// The inflated bytes of the objects, and those of the lines.
    pub(crate) bytes: u64,
}

impl Sent {
    /// Makes a push at a scale in a directory.
    pub(crate) fn make(
        git: &Git,
        directory: &Path,
        make: Generator,
        scale: usize,
    ) -> Result<Self, Failure> {
        let source = directory.join("source.git");
        let server = directory.join("server.git");
        for path in [&source, &server] {
            fs::create_dir_all(path)?;
            git.ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
        }
        make(&source, scale);
        git.ask(&source, &["pack-refs", "--all"])?;
        serve(git, &source, &server)?;
        let sizes = git.ask(
            &source,
            &["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectsize)"],
        )?;
        let input = lines(git, &source, &server)?;
        let bytes: u64 = sizes.lines().filter_map(|size| size.parse::<u64>().ok()).sum();
        let bytes = bytes + input.len() as u64;
        let quarantine = Quarantine::new(&server)?;
        quarantine.everything(&source)?;
        Ok(Self { source, server, quarantine, input, bytes })
    }

    /// Runs the hook on it; stops it after a number of seconds of CPU time.
    pub(crate) fn judged(&self, git: &Git, most: u32) -> Result<Ended, Failure> {
        let most = format!("--cpu={most}");
        let hook = [&most, &git.provost, "--isolated", "pre-receive"];
        let command = self.quarantine.command(git, "prlimit", &hook);
        Ok(Process::new(command, self.input.as_bytes())?.run(None)?)
    }

    /// How many instructions the hook takes.
    pub(crate) fn instructions(&self, git: &Git, place: &Path, name: &str) -> Result<u64, Failure> {
        let mut command = self.quarantine.command(git, "valgrind", &[]);
        let provost = Path::new(&git.provost);
        callgrind::prepare(&mut command, place, provost, &callgrind::HOOK)?;
        callgrind::count(place, name, command, &self.input, JUDGED)
    }
}

/// Brings to the server what it has before the push.
fn serve(git: &Git, source: &Path, server: &Path) -> Result<(), Failure> {
    let packed = fs::read_to_string(source.join("packed-refs"))?;
    if packed.contains(ON_SERVER) {
        let from = source.to_str().ok_or("a path that is not UTF-8")?;
        let refs = format!("+{ON_SERVER}*:refs/*");
        git.ask(server, &["fetch", "--quiet", "--no-tags", from, &refs])?;
        git.ask(server, &["pack-refs", "--all"])?;
    }
    copy(&source.join("provost"), &server.join("provost"))
}

/// Copies a folder, if it is there.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// The ref updates of all refs that are pushed.
fn lines(git: &Git, source: &Path, server: &Path) -> Result<String, Failure> {
    let refs = |path: &Path| {
        let mut command =
            git.command("git", path, &["for-each-ref", "--format=%(refname) %(objectname)"]);
        output(&mut command, b"")
    };
    let (new, old) = (refs(source)?, refs(server)?);
    let old: HashMap<&str, &str> = old.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut input = String::new();
    for (name, id) in new.lines().filter_map(|line| line.split_once(' ')) {
        if !name.starts_with(ON_SERVER) {
            let null = "0".repeat(id.len());
            let before = old.get(name).map_or(null.as_str(), |id| *id);
            input.push_str(&format!("{before} {id} {name}\n"));
        }
    }
    Ok(input)
}
