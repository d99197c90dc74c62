//! What a repository has let in without its being judged whole: a scan that a limit cut, a
//! push that could not be judged. It hides nothing until it is judged after all.
//!
//! The list is a file in the repository's own directory, a JSON object a line, which hooks
//! only add to: what was let in, and later that it was judged. A line is on disk before
//! the push is answered, so one that a crash left unfinished speaks of no push that was
//! accepted.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, state};
use crate::git::{IdSet, ObjectId, RefName, Repository};

/// Something that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Why it was not judged whole: the word of a limit, or `error`.
    pub why: String,
    /// The ref that it was let in on.
    pub ref_name: RefName,
    /// The value that the ref got.
    pub id: ObjectId,
    /// What that reaches beyond these was judged before, or was there.
    pub boundary: Vec<ObjectId>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
enum Line {
    Unjudged {
        time: String,
        why: String,
        #[serde(rename = "ref")]
        name: String,
        id: String,
        boundary: Vec<String>,
    },
    Judged {
        time: String,
        #[serde(rename = "ref")]
        name: String,
        id: String,
    },
}

/// The file of a repository.
#[must_use]
pub fn path(repository: &Repository) -> PathBuf {
    repository.common_dir().join("provost-unjudged")
}

/// What was let in and has not been judged since.
///
/// # Errors
/// When the file can't be read: then nothing can be said of what is judged.
pub fn open(repository: &Repository) -> Result<Vec<Unjudged>, ConfigError> {
    Ok(read(repository)?.0)
}

/// The values that were let in unjudged and have been judged since.
///
/// # Errors
/// When the file can't be read.
pub fn judged_since(repository: &Repository) -> Result<IdSet, ConfigError> {
    Ok(read(repository)?.1)
}

fn read(repository: &Repository) -> Result<(Vec<Unjudged>, IdSet), ConfigError> {
    let path = path(repository);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(source) => return Err(ConfigError::File { path, source }),
    };
    let mut open: Vec<Unjudged> = Vec::new();
    let mut judged = IdSet::default();
    for line in text.split(|&byte| byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Unjudged { time, why, name, id, boundary }) => {
                let boundary = boundary.iter().filter_map(|id| ObjectId::from_hex(id.as_bytes()));
                let boundary = boundary.collect();
                let Some(id) = ObjectId::from_hex(id.as_bytes()) else { continue };
                let ref_name = RefName::new(name);
                open.retain(|it| it.id != id || it.ref_name != ref_name);
                judged.remove(&id);
                open.push(Unjudged { time, why, ref_name, id, boundary });
            }
            Ok(Line::Judged { name, id, .. }) => {
                let Some(id) = ObjectId::from_hex(id.as_bytes()) else { continue };
                open.retain(|it| it.id != id || it.ref_name.as_bytes() != name.as_bytes());
                judged.insert(id);
            }
            // Left unfinished by a crash.
            Err(_) => {}
        }
    }
    judged.retain(|id| open.iter().all(|it| it.id != *id));
    Ok((open, judged))
}

/// Notes what is about to be let in; it is on disk when this returns.
///
/// # Errors
/// When it can't be written.
pub fn note(repository: &Repository, all: &[Unjudged]) -> Result<(), ConfigError> {
    let lines = all.iter().map(|it| Line::Unjudged {
        time: it.time.clone(),
        why: it.why.clone(),
        name: it.ref_name.to_string(),
        id: it.id.to_string(),
        boundary: it.boundary.iter().map(ObjectId::to_string).collect(),
    });
    append(repository, &lines.collect::<Vec<_>>())
}

/// Notes that something has been judged whole now.
///
/// # Errors
/// When it can't be written.
pub fn settle(
    repository: &Repository,
    all: &[(RefName, ObjectId)],
    time: &str,
) -> Result<(), ConfigError> {
    let lines = all.iter().map(|(name, id)| Line::Judged {
        time: time.to_owned(),
        name: name.to_string(),
        id: id.to_string(),
    });
    append(repository, &lines.collect::<Vec<_>>())
}

fn append(repository: &Repository, lines: &[Line]) -> Result<(), ConfigError> {
    if lines.is_empty() {
        return Ok(());
    }
    let path = path(repository);
    let written = (|| {
        let mut file = state::append(repository, &path)?;
        // No other hook adds to it meanwhile.
        file.lock()?;
        let mut text = if ends_whole(&mut file)? { Vec::new() } else { vec![b'\n'] };
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        file.write_all(&text)?;
        file.sync_all()
    })();
    written.map_err(|source| ConfigError::Write { path, source })
}

/// Whether the last line has its line feed.
fn ends_whole(file: &mut File) -> std::io::Result<bool> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text.last().is_none_or(|&byte| byte == b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Trust;
    use std::fs::OpenOptions;

    #[test]
    fn what_was_let_in_stays_until_it_is_judged() {
        let folder = tempfile::tempdir().unwrap();
        let init = ["init", "-q", "--bare", "."];
        let done = std::process::Command::new("git").current_dir(&folder).args(init).status();
        assert!(done.unwrap().success());
        let repository = Repository::open(folder.path(), Trust::Git).unwrap();
        assert_eq!(open(&repository).unwrap(), []);
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let of = |name: &str, digit: &str| Unjudged {
            time: "2026-12-01T00:00:00Z".into(),
            why: "time".into(),
            ref_name: RefName::new(name),
            id: id(digit),
            boundary: vec![id("9")],
        };
        let (main, side) = (of("refs/heads/main", "1"), of("refs/heads/side", "1"));
        note(&repository, &[main.clone(), side.clone()]).unwrap();
        // A hook that was killed while it wrote.
        let mut file = OpenOptions::new().append(true).open(path(&repository)).unwrap();
        file.write_all(b"{\"is\":\"unjud").unwrap();
        note(&repository, &[of("refs/heads/main", "2")]).unwrap();
        assert_eq!(open(&repository).unwrap().len(), 3);
        settle(&repository, &[(main.ref_name, id("1"))], "now").unwrap();
        assert_eq!(open(&repository).unwrap(), [side, of("refs/heads/main", "2")]);
    }
}
