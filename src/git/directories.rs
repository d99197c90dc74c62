//! The directories that hold a repository's objects: its own or the quarantine of a push,
//! and alternates.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::alternates::split_alternates;

/// Git follows no more alternates of alternates (odb.c in git).
const DEEPEST_ALTERNATE: usize = 5;

/// A directory of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// Whether a push has its objects there until it is accepted.
    pub(super) is_quarantine: bool,
}

/// These directories, and those that their `info/alternates` name
/// (gitrepository-layout(5)), each once.
pub(super) fn with_alternates(directories: Vec<Directory>) -> Vec<Directory> {
    let mut all: Vec<Directory> = Vec::new();
    let mut level = directories;
    for _ in 0..=DEEPEST_ALTERNATE {
        let mut next = Vec::new();
        for Directory { path, is_quarantine } in level {
            let path = path.canonicalize().unwrap_or(path);
            if all.iter().any(|known| known.path == path) {
                continue;
            }
            let listed = std::fs::read(path.join("info/alternates")).unwrap_or_default();
            next.extend(alternates(&path, &listed));
            all.push(Directory { path, is_quarantine });
        }
        level = next;
    }
    all
}

fn alternates(directory: &Path, listed: &[u8]) -> Vec<Directory> {
    let path = |line: &Vec<u8>| directory.join(OsStr::from_bytes(line));
    let lines = split_alternates(listed, b'\n');
    lines.iter().map(|line| Directory { path: path(line), is_quarantine: false }).collect()
}
