//! Baselines: commits that an administrator declared to be there already. They hide what
//! they reach from every ref of the repository, or of one scope, as if it had been judged.
//!
//! A baseline is a file of object ids below `provost/baseline` in the repository's own
//! directory, where no push can write: `all`, or `scope-ID`. A file with `.commits` behind
//! that name holds commits that are admitted by themselves, and hide nothing below them.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{StateError, files};
use crate::git::{ObjectId, Repository};

/// Which refs a baseline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent<'s> {
    /// All of the repository's.
    All,
    /// Those that a scope matches.
    Scope(&'s str),
}

/// What the ids of a baseline stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A commit and everything below it.
    History,
    /// One commit.
    Commit,
}

/// The file that holds a repository's baseline.
#[must_use]
pub fn path(repository: &Repository, extent: Extent<'_>, reach: Reach) -> PathBuf {
    let mut name = match extent {
        Extent::All => "all".to_owned(),
        Extent::Scope(id) => format!("scope-{id}"),
    };
    if reach == Reach::Commit {
        name.push_str(".commits");
    }
    repository.common_dir().join("provost/baseline").join(name)
}

/// The ids of a baseline; none when there is no such file.
///
/// # Errors
/// When the file can't be read, or a line of it is no object id: then nothing can be
/// judged, for hiding less than was meant refuses, and hiding more lets in.
pub fn read(
    repository: &Repository,
    extent: Extent<'_>,
    reach: Reach,
) -> Result<Vec<ObjectId>, StateError> {
    let path = path(repository, extent, reach);
    let text = files::read(repository, &path).and_then(|text| match text {
        Some(text) => String::from_utf8(text).map_err(|_not_text| ErrorKind::InvalidData.into()),
        None => Ok(String::new()),
    });
    let text = text.map_err(|source| StateError::File { path: path.clone(), source })?;
    parse(&text).map_err(|line| StateError::Baseline { path, line })
}

/// The ids in the text of a baseline, or the number of the line that is none, from 1.
pub(crate) fn parse(text: &str) -> Result<Vec<ObjectId>, usize> {
    let mut ids = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            ids.push(ObjectId::from_hex(line.as_bytes()).ok_or(number + 1)?);
        }
    }
    Ok(ids)
}

/// Replaces a baseline in one step, with a comment that says where it came from. An empty
/// one takes the file away.
///
/// # Errors
/// When the file can't be written.
pub fn write(
    repository: &Repository,
    extent: Extent<'_>,
    reach: Reach,
    ids: &[ObjectId],
    comment: &str,
) -> Result<PathBuf, StateError> {
    let path = path(repository, extent, reach);
    let failed = |source| StateError::Write { path: path.clone(), source };
    if ids.is_empty() {
        files::remove(repository, &path).map_err(failed)?;
        return Ok(path);
    }
    let mut text = String::new();
    for line in comment.lines() {
        text.push_str(&format!("# {line}\n"));
    }
    for id in ids {
        text.push_str(&format!("{id}\n"));
    }
    files::replace(repository, &path, text.as_bytes()).map_err(failed)?;
    Ok(path)
}
