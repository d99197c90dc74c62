//! The ledger of a repository: what was accepted without a full check, or for one place
//! only, and therefore does not hide everywhere.
//!
//! It has two kinds of entries. *Unjudged*: a limit or an error left something unchecked; it
//! hides nothing until it has been checked. *Admitted*: an exception that names `refs` let an
//! object in that policy would otherwise refuse; it is new on every other ref.
//!
//! The ledger is a file of the repository, one JSON object a line, to which hooks only add.
//! A line is on disk before the push is answered, so a line that a crash left unfinished
//! belongs to no push that was accepted. A line that is complete but can't be read is damage,
//! and stops every push: what it held would otherwise count as checked.

mod entries;
mod entry;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod line;
mod place;
mod reason;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{StateError, files};
use crate::git::{IdSet, ObjectId, RefName, Repository};
use crate::policy::RefPatterns;
use entries::Entries;
use line::{Entry, Line, Read, UNFINISHED, read_lines};

pub use entry::{Admission, AdmissionKey, Unjudged};
pub use place::LedgerPlace;
pub use reason::UnjudgedReason;

/// What a push adds to the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Additions {
    /// What was left unchecked.
    pub unjudged: Vec<Unjudged>,
    /// What was unchecked and has been checked now, by ref and object.
    pub judged: Vec<(RefName, ObjectId)>,
    /// What place-bound exceptions let in.
    pub admitted: Vec<Admission>,
    /// What was accepted outside of its place without such an exception.
    pub ended: Vec<(AdmissionKey, Vec<ObjectId>)>,
    /// What another ref reaches now without having been checked there: see
    /// [`Admission::is_spread`].
    pub spread: Vec<(AdmissionKey, Vec<ObjectId>)>,
}

impl Additions {
    fn lines(&self, time: &str) -> Vec<Line> {
        let mut lines: Vec<Line> = self.unjudged.iter().map(Line::from).collect();
        lines.extend(self.judged.iter().map(|(name, id)| Line::judged(time, name, *id)));
        lines.extend(self.admitted.iter().map(Line::from));
        lines.extend(self.ended.iter().map(|(key, ids)| Line::ended(time, key, ids)));
        lines.extend(self.spread.iter().map(|(key, ids)| Line::spread(time, key, ids)));
        lines
    }
}

/// The entries that are open.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// What was left unchecked.
    pub unjudged: Vec<Unjudged>,
    /// What place-bound exceptions let in.
    pub admitted: Vec<Admission>,
    /// The values that were left unchecked and have been checked since.
    pub judged_since: IdSet,
    /// The size of the file in bytes and its inode when it was read; `None` when there is
    /// no file, so that the refs of the present policy have not been looked at yet.
    version: Option<Version>,
}

impl Ledger {
    /// Reads the ledger of a repository.
    ///
    /// # Errors
    /// When it can't be read, or a line of it is damaged: nothing can be said then of what
    /// was checked.
    pub fn read(place: &LedgerPlace) -> Result<Self, StateError> {
        let mut ledger = Self::default();
        // What versions before the ledger have left.
        if let Some((text, _)) = contents(place, &place.legacy())? {
            ledger.take(&place.legacy(), &text)?;
        }
        let path = place.path();
        if let Some((text, version)) = contents(place, &path)? {
            ledger.version = Some(version);
            ledger.take(&path, &text)?;
        }
        Ok(ledger)
    }

    /// Whether nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unjudged.is_empty() && self.admitted.is_empty()
    }

    /// Whether the repository has a ledger.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version.is_some()
    }

    /// Whether the file has not changed since it was read.
    #[must_use]
    pub fn is_current(&self, place: &LedgerPlace) -> bool {
        let now = version(&place.path()).ok();
        now == self.version
    }

    /// The patterns of all open admissions together.
    #[must_use]
    pub fn patterns(&self) -> Vec<&str> {
        let all: HashSet<&str> =
            self.admitted.iter().flat_map(|it| &it.refs).map(String::as_str).collect();
        all.into_iter().collect()
    }

    fn take(&mut self, path: &std::path::Path, text: &[u8]) -> Result<(), StateError> {
        let mut admitted = Admissions::default();
        let mut unjudged = Entries::of(std::mem::take(&mut self.unjudged));
        for read in read_lines(text) {
            let entry = match read {
                Read::Entry(entry) => entry,
                Read::Torn => continue,
                Read::Damaged(number) => {
                    return Err(StateError::Ledger { path: path.to_owned(), line: number });
                }
            };
            match entry {
                Entry::Header => {}
                Entry::Unjudged(entry) => {
                    self.judged_since.remove(&entry.id);
                    unjudged.put(entry);
                }
                Entry::Judged(name, id) => {
                    unjudged.remove(name, id);
                    self.judged_since.insert(id);
                }
                Entry::Admitted(entry) => admitted.add(entry),
                Entry::Ended(key, ids) => admitted.end(&key, &ids),
                Entry::Spread(key, ids) => admitted.spread(&key, &ids),
            }
        }
        self.unjudged = unjudged.into_entries();
        let open: IdSet = self.unjudged.iter().map(|entry| entry.id).collect();
        self.judged_since.retain(|id| !open.contains(id));
        self.admitted.extend(admitted.into_entries());
        Ok(())
    }
}

/// The admissions as they are read: objects that the same exceptions let in for the same refs
/// are one entry, for a server may let in thousands.
#[derive(Default)]
struct Admissions {
    all: Vec<(Admission, IdSet)>,
    by_key: HashMap<AdmissionKey, Vec<usize>>,
}

impl Admissions {
    fn of(&self, key: &AdmissionKey) -> Vec<usize> {
        self.by_key.get(key).cloned().unwrap_or_default()
    }

    fn add(&mut self, mut entry: Admission) {
        let key = entry.key();
        let ids: IdSet = std::mem::take(&mut entry.ids).into_iter().collect();
        for at in self.of(&key) {
            if let Some((known, all)) = self.all.get_mut(at)
                && !key.is_range
                && known.refs == entry.refs
                && known.is_spread == entry.is_spread
            {
                all.extend(ids);
                return;
            }
        }
        self.by_key.entry(key).or_default().push(self.all.len());
        self.all.push((entry, ids));
    }

    fn end(&mut self, key: &AdmissionKey, ids: &[ObjectId]) {
        for at in self.of(key) {
            if let Some((_, all)) = self.all.get_mut(at) {
                ids.iter().for_each(|id| {
                    all.remove(id);
                });
            }
        }
    }

    /// Moves objects to an entry of those that other refs reach.
    fn spread(&mut self, key: &AdmissionKey, ids: &[ObjectId]) {
        for at in self.of(key) {
            let Some((entry, all)) = self.all.get_mut(at).filter(|(it, _)| !it.is_spread) else {
                continue;
            };
            if key.is_range {
                entry.is_spread = ids.iter().any(|id| all.contains(id));
                continue;
            }
            let moved: Vec<ObjectId> = ids.iter().copied().filter(|id| all.remove(id)).collect();
            if !moved.is_empty() {
                let moved = Admission { ids: moved, is_spread: true, ..entry.clone() };
                self.add(moved);
            }
        }
    }

    fn into_entries(self) -> impl Iterator<Item = Admission> {
        let entries = self.all.into_iter().filter(|(_, ids)| !ids.is_empty());
        entries.map(|(entry, ids)| {
            let mut ids: Vec<ObjectId> = ids.into_iter().collect();
            ids.sort_unstable();
            Admission { ids, ..entry }
        })
    }
}

/// The size of a file in bytes, and its inode.
type Version = (u64, u64);

/// The bytes of a file and its version; `None` when there is none.
fn contents(
    place: &LedgerPlace,
    path: &std::path::Path,
) -> Result<Option<(Vec<u8>, Version)>, StateError> {
    let read = || {
        let Some(mut file) = files::opened(place.home(), path, files::Use::Written)? else {
            return Ok(None);
        };
        let version = version_of(&file.metadata()?);
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut text)?;
        Ok(Some((text, version)))
    };
    read().map_err(|source| StateError::File { path: path.to_owned(), source })
}

fn version(path: &std::path::Path) -> std::io::Result<Version> {
    fs::symlink_metadata(path).map(|known| version_of(&known))
}

fn version_of(known: &fs::Metadata) -> Version {
    use std::os::unix::fs::MetadataExt;
    (known.len(), known.ino())
}

/// Adds to the ledger of a repository; it is on disk when this returns. Without a ledger,
/// one is begun, also when there is nothing to add.
///
/// # Errors
/// When it can't be written.
pub fn add(
    repository: &Repository,
    place: &LedgerPlace,
    additions: &Additions,
    time: &str,
) -> Result<(), StateError> {
    let lines = additions.lines(time);
    let path = place.path();
    let (exists, legacy) = (path.exists(), place.legacy());
    if lines.is_empty() && exists {
        return Ok(());
    }
    let old = if legacy.exists() { Some(Ledger::read(place)?) } else { None };
    let written = (|| {
        let mut file = files::append(repository, &path)?;
        // No other hook adds to it meanwhile.
        file.lock()?;
        let length = file.metadata()?.len();
        let mut text = Vec::new();
        if length == 0 {
            Line::header(time).write(&mut text)?;
        } else if !ends_whole(&mut file, length)? {
            text.extend_from_slice(UNFINISHED);
            text.push(b'\n');
        }
        if legacy.exists() {
            for entry in old.iter().flat_map(|old| &old.unjudged) {
                Line::from(entry).write(&mut text)?;
            }
        }
        for line in &lines {
            line.write(&mut text)?;
        }
        file.write_all(&text)?;
        file.sync_all()?;
        // The name of a new file has to last too.
        path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())?;
        if old.is_some() {
            // Another hook may have done it.
            let _ = fs::rename(&legacy, moved(&legacy));
        }
        Ok(())
    })();
    written.map_err(|source| StateError::Write { path, source })
}

/// Where the list of versions before the ledger is kept.
fn moved(legacy: &std::path::Path) -> PathBuf {
    let mut name = legacy.as_os_str().to_owned();
    name.push(".migrated");
    name.into()
}

/// Whether the last line has its line feed.
fn ends_whole(file: &mut fs::File, length: u64) -> std::io::Result<bool> {
    use std::os::unix::fs::FileExt;
    let mut last = [0];
    file.read_exact_at(&mut last, length - 1)?;
    Ok(last == *b"\n")
}

/// The patterns of an admission, ready to match.
#[must_use]
pub fn patterns(admission: &Admission) -> RefPatterns {
    RefPatterns::new(admission.refs.iter().map(String::as_str))
}

#[cfg(test)]
mod tests;
