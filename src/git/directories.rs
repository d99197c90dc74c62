//! The directories that hold a repository's objects: its own or the quarantine of a push,
//! and alternates.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::alternates::split_alternates;
use crate::file;
use crate::text::escape;

/// Git follows no more alternates of alternates (odb.c in git).
const DEEPEST_ALTERNATE: usize = 5;

/// A longer list of alternates is not read.
const MAX_LIST_BYTES: u64 = 16 << 20;

/// A directory of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// Whether a push has its objects there until it is accepted.
    pub(super) is_quarantine: bool,
}

/// Directories of objects, each once.
pub(super) struct Directories {
    /// In the order in which an object is looked for.
    pub(super) all: Vec<Directory>,
    /// Lists of further ones that could not be read, and why.
    pub(super) unread: Vec<String>,
}

impl Directories {
    /// These directories, and those that their `info/alternates` name
    /// (gitrepository-layout(5)).
    pub(super) fn with_alternates(directories: Vec<Directory>) -> Self {
        let mut found = Self { all: Vec::new(), unread: Vec::new() };
        let mut level = directories;
        for _ in 0..=DEEPEST_ALTERNATE {
            let mut next = Vec::new();
            for Directory { path, is_quarantine } in level {
                let path = path.canonicalize().unwrap_or(path);
                if found.all.iter().any(|known| known.path == path) {
                    continue;
                }
                let list = path.join("info/alternates");
                match file::read(&list, MAX_LIST_BYTES) {
                    Ok(listed) => next.extend(alternates(&path, &listed)),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => {
                        let list = escape::path(&list);
                        found.unread.push(format!("{list} cannot be read: {error}"));
                    }
                }
                found.all.push(Directory { path, is_quarantine });
            }
            level = next;
        }
        found
    }
}

fn alternates(directory: &Path, listed: &[u8]) -> Vec<Directory> {
    let path = |line: &Vec<u8>| directory.join(OsStr::from_bytes(line));
    let lines = split_alternates(listed, b'\n');
    lines.iter().map(|line| Directory { path: path(line), is_quarantine: false }).collect()
}
