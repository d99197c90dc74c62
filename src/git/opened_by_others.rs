//! A look at the files of a repository before libgit2 or git opens them.
//!
//! Both open `HEAD`, the configuration with its includes, and the lists that belong to a
//! repository without asking what they are: a pipe in the place of one is waited for without
//! end, and a configuration that can't be read is passed over by libgit2 (config_file_open in
//! its config_file.c), where git stops. Here each has to be a regular file of bounded size, and
//! the configuration readable. Includes are looked at whatever their condition.
//!
//! The owner can still exchange a file between this look and the opening. That can only stop
//! the command, as its owner can by a signal.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{Error, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::GitError;
use super::includes::included;
use crate::file;

/// Longer files of one line are not read: `HEAD`, `commondir`, `.git`.
const MAX_LINE_BYTES: u64 = 64 << 10;
/// Longer files of configuration are not read.
const MAX_CONFIG_BYTES: u64 = 16 << 20;
/// Longer lists are not read: shallow commits, alternates, packed refs.
const MAX_LIST_BYTES: u64 = 4 << 30;
/// More files of configuration are not looked at.
const MAX_CONFIG_FILES: usize = 1000;

/// Looks at the files of the repository at a path, a bare one or the top of a work tree, or of
/// the repository that a directory belongs to if `is_above_too`. A path without a repository
/// is no error.
///
/// # Errors
/// The file that can't be used.
pub(super) fn check_at(path: &Path, is_above_too: bool) -> Result<(), GitError> {
    let Ok(path) = path.canonicalize() else { return Ok(()) };
    for directory in path.ancestors() {
        for top in [directory.join(".git"), directory.to_owned()] {
            if let Some(git_dir) = git_dir(&top)? {
                return check_files(&git_dir, std::env::var_os("HOME").map(PathBuf::from));
            }
        }
        if !is_above_too {
            break;
        }
    }
    Ok(())
}

/// The Git directory that `.git` is or names; `None` when it is neither.
fn git_dir(top: &Path) -> Result<Option<PathBuf>, GitError> {
    let is_file = top.ends_with(".git") && top.metadata().is_ok_and(|known| known.is_file());
    if is_file {
        let text = file::read(top, MAX_LINE_BYTES).map_err(failed(top))?;
        let Some(target) = text.strip_prefix(b"gitdir: ") else { return Ok(None) };
        let above = top.parent().unwrap_or(Path::new("/"));
        return Ok(Some(above.join(OsStr::from_bytes(target.trim_ascii_end()))));
    }
    let is_repository = top.join("HEAD").symlink_metadata().is_ok()
        && (top.join("objects").is_dir() || top.join("commondir").exists());
    Ok(is_repository.then(|| top.to_owned()))
}

/// Looks at the files of a Git directory that libgit2 and git open; `home` is where they look
/// for files that are named with `~`.
///
/// # Errors
/// The file that can't be used.
pub fn check_files(git_dir: &Path, home: Option<PathBuf>) -> Result<(), GitError> {
    let common = match file::read(&git_dir.join("commondir"), MAX_LINE_BYTES) {
        Ok(text) => git_dir.join(OsStr::from_bytes(text.trim_ascii_end())),
        Err(error) if is_absence(&error) => git_dir.to_owned(),
        Err(error) => return Err(failed(&git_dir.join("commondir"))(error)),
    };
    regular(&git_dir.join("HEAD"), MAX_LINE_BYTES)?;
    for name in ["shallow", "packed-refs", "info/grafts", "objects/info/alternates"] {
        regular(&common.join(name), MAX_LIST_BYTES)?;
    }
    for entry in common.join("reftable").read_dir().into_iter().flatten().flatten() {
        regular(&entry.path(), u64::MAX)?;
    }
    let mut look = Look { home, seen: HashSet::new() };
    look.configuration(&common.join("config"))?;
    look.configuration(&git_dir.join("config.worktree"))
}

/// Looks at an account's own configuration in its home, which git reads as this account.
///
/// # Errors
/// The file that can't be used.
pub fn check_home(home: &Path) -> Result<(), GitError> {
    let mut look = Look { home: Some(home.to_owned()), seen: HashSet::new() };
    for name in [".gitconfig", ".config/git/config"] {
        look.included(&home.join(name))?;
    }
    Ok(())
}

struct Look {
    home: Option<PathBuf>,
    seen: HashSet<PathBuf>,
}

impl Look {
    /// A file that has to be readable if it is there, and what it includes.
    fn configuration(&mut self, path: &Path) -> Result<(), GitError> {
        match file::read(path, MAX_CONFIG_BYTES) {
            Ok(text) => self.includes(path, &text),
            Err(error) if is_absence(&error) => Ok(()),
            Err(error) => Err(failed(path)(error)),
        }
    }

    /// A file that is passed over if it can't be read: its condition may not hold.
    fn included(&mut self, path: &Path) -> Result<(), GitError> {
        match file::read(path, MAX_CONFIG_BYTES) {
            Ok(text) => self.includes(path, &text),
            Err(_) => regular(path, MAX_CONFIG_BYTES),
        }
    }

    fn includes(&mut self, path: &Path, text: &[u8]) -> Result<(), GitError> {
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        if !self.seen.insert(path.to_owned()) {
            return Ok(());
        }
        if self.seen.len() > MAX_CONFIG_FILES {
            return Err(failed(path)(Error::other(format!(
                "more than {MAX_CONFIG_FILES} files are included"
            ))));
        }
        for value in included(text) {
            let path = match (value.strip_prefix(b"~/"), &self.home) {
                (Some(rest), Some(home)) => home.join(OsStr::from_bytes(rest)),
                _ => folder.join(OsStr::from_bytes(&value)),
            };
            self.included(&path)?;
        }
        Ok(())
    }
}

/// Looks whether a path, if it is there, is a regular file of at most this many bytes. A
/// directory is damage that its reader finds without waiting.
fn regular(path: &Path, max_bytes: u64) -> Result<(), GitError> {
    let reason = match path.metadata() {
        Ok(known) if !file::has_an_end(&known) && !known.is_dir() => {
            "it is no regular file".to_owned()
        }
        Ok(known) if known.len() > max_bytes => format!("it is larger than {max_bytes} bytes"),
        // What can't be looked at can't be waited for either.
        _ => return Ok(()),
    };
    Err(GitError::File { path: path.to_owned(), reason })
}

fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn failed(path: &Path) -> impl FnOnce(Error) -> GitError + '_ {
    |error| GitError::File { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A repository as far as it is looked at, and what is wrong with it.
    fn look(change: impl FnOnce(&Path)) -> Result<(), String> {
        let home = tempfile::tempdir().unwrap();
        let top = home.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("objects/info")).unwrap();
        fs::write(top.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(top.join("config"), "[core]\n\tbare = true\n").unwrap();
        change(&top);
        check_at(&top, false).map_err(|error| error.to_string())
    }

    fn pipe(path: &Path) {
        let _ = fs::remove_file(path);
        nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    }

    #[test]
    fn no_file_of_a_repository_may_be_a_pipe_or_have_no_end() {
        look(|_| {}).unwrap();
        for name in [
            "HEAD",
            "config",
            "config.worktree",
            "commondir",
            "shallow",
            "packed-refs",
            "info/grafts",
            "objects/info/alternates",
            "reftable/tables.list",
        ] {
            let why = look(|top| {
                let _ = fs::create_dir_all(top.join(name).parent().unwrap());
                pipe(&top.join(name));
            });
            let why = why.unwrap_err();
            assert!(why.contains(name) && why.contains("no regular file"), "{name}: {why}");
        }
        for name in ["HEAD", "config", "commondir"] {
            let why = look(|top| {
                fs::File::create(top.join(name)).unwrap().set_len(1 << 40).unwrap();
            });
            assert!(why.unwrap_err().contains("larger than"), "{name}");
        }
    }

    #[test]
    fn includes_are_looked_at_with_their_includes() {
        let include = |top: &Path, text: &str| {
            fs::write(top.join("config"), "[include]\n path = one\n path = none\n").unwrap();
            fs::write(top.join("one"), text).unwrap();
            pipe(&top.join("pipe"));
        };
        let why = look(|top| include(top, "[includeIf \"onbranch:x\"] path = ../x/../pipe\n"));
        assert!(why.is_ok(), "not there: {why:?}");
        for text in ["[includeIf \"onbranch:x\"] path = pipe\n", "[INCLUDE]\npath=\"pi\\\npe\" # x"]
        {
            let why = look(|top| include(top, text)).unwrap_err();
            assert!(why.contains("/pipe: it is no regular file"), "{why}");
        }
        // A circle is git's to find.
        look(|top| include(top, "[include]\npath = config\n")).unwrap();
    }
}
