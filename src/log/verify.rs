//! Following the chain of a log: is every record there, as it was written, in its place?
//!
//! A chain shows that a record was changed, removed or moved. It can't show that the end
//! was cut off, or that all of it was written anew, to whoever has no head of his own:
//! hence a head that was kept elsewhere can be given.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::head;
use super::link::Link;
use super::{Head, LogError, digest, files, open};

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// It is not as it was written.
    Changed,
    /// It is not there.
    Removed,
    /// It stands at another place.
    Reordered,
    /// It was put there, or stands there twice.
    Inserted,
    /// It is no whole record.
    Torn,
}

impl Fault {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Inserted => "inserted",
            Self::Torn => "torn",
        }
    }
}

/// The first broken record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Break {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; of a record that is gone, the line that stands in its place.
    pub line: usize,
    /// Its number, if that is known.
    pub seq: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
    /// How that shows.
    pub why: String,
}

/// A line that a crash left unfinished, as the record after it says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TornLine {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

/// What following a chain gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// How many records there are.
    pub records: usize,
    /// The number of the first.
    pub first: Option<u64>,
    /// The head.
    pub head: Head,
    /// Lines that crashes left, known to the chain.
    pub torn: Vec<TornLine>,
    /// The first broken record.
    pub broken: Option<Break>,
}

/// A line of the chain, and where others stand.
struct Next<'n> {
    /// Its place among all lines.
    at: usize,
    line: &'n Line,
    link: &'n Link,
    /// The places of records, by their numbers.
    places: &'n HashMap<u64, usize>,
}

/// One line, without its text.
struct Line {
    file: usize,
    number: usize,
    digest: String,
    link: Option<Link>,
}

/// Follows the chain through files, in the order of their first records. `live` is the log
/// whose sidecar counts, `kept` a head that was kept elsewhere.
///
/// # Errors
/// When a file can't be read.
pub fn verify(
    paths: Vec<PathBuf>,
    live: Option<&Path>,
    kept: Option<&Head>,
) -> Result<Verified, LogError> {
    let snapshot = live.map(Snapshot::take).transpose()?.unwrap_or_default();
    let paths = files::in_order(paths)?;
    let heads =
        [(snapshot.head.as_ref(), "the file beside the log"), (kept, "the head kept elsewhere")];
    let length = |path: &Path| {
        // Rotated since, it is another file.
        let same = std::fs::metadata(path).is_ok_and(|it| it.ino() == snapshot.inode);
        if Some(path) == live && same { snapshot.length } else { u64::MAX }
    };
    // Standard input can be read only once.
    if paths.iter().all(|path| path != Path::new(files::STDIN))
        && let Some(verified) = holds(&paths, &length, &heads)?
    {
        return Ok(verified);
    }
    // Something is wrong: what it is takes all lines at once.
    let mut lines = Vec::new();
    for (file, path) in paths.iter().enumerate() {
        files::lines_of(path, length(path), &mut |number, line| {
            let link = serde_json::from_slice(line).ok();
            lines.push(Line { file, number, digest: digest(line), link });
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let chain = Chain { paths: &paths, lines: &lines };
    let mut verified = chain.follow();
    if verified.broken.is_none() {
        let mut heads = heads.into_iter();
        verified.broken = heads.find_map(|(head, whose)| chain.misses(head?, whose, &verified));
    }
    Ok(verified)
}

/// The log as it was at one moment, so that hooks need not wait for whoever verifies it.
#[derive(Default)]
struct Snapshot {
    head: Option<Head>,
    length: u64,
    inode: u64,
}

impl Snapshot {
    fn take(log: &Path) -> Result<Self, LogError> {
        // Under the lock, if this user may open what hooks lock.
        let locked = open::to_read(&head::sidecar(log)).ok();
        let _locked = locked.filter(|file| file.lock_shared().is_ok());
        let head = head::kept_of(log)?.map(|kept| kept.head);
        let (length, inode) = std::fs::metadata(log).map_or((0, 0), |it| (it.len(), it.ino()));
        Ok(Self { head, length, inode })
    }
}

/// Follows the chain line by line, keeping none: `None` when anything is wrong.
fn holds(
    paths: &[PathBuf],
    length: &dyn Fn(&Path) -> u64,
    heads: &[(Option<&Head>, &str)],
) -> Result<Option<Verified>, LogError> {
    let mut verified = Verified::default();
    let mut torn: Vec<(TornLine, String)> = Vec::new();
    let mut good = true;
    let heads: Vec<&Head> = heads.iter().filter_map(|(head, _)| *head).collect();
    for path in paths {
        files::lines_of(path, length(path), &mut |number, line| {
            let own = digest(line);
            let Ok(link) = serde_json::from_slice::<Link>(line) else {
                torn.push((TornLine { file: path.clone(), line: number }, own));
                return Ok(ControlFlow::Continue(()));
            };
            let first = verified.first.is_none();
            let follows = link.seq == verified.head.seq + 1 && link.prev == verified.head.digest;
            let starts = first && link.seq > 0 && (link.seq == 1) == link.prev.is_none();
            let noted = torn.iter().map(|(_, digest)| digest).eq(&link.torn);
            let known =
                heads.iter().all(|head| head.seq != link.seq || head.digest.as_ref() == Some(&own));
            good = noted && known && if first { starts } else { follows };
            verified.torn.extend(torn.drain(..).map(|(line, _)| line));
            verified.first.get_or_insert(link.seq);
            verified.records += 1;
            verified.head = Head { seq: link.seq, digest: Some(own) };
            Ok(if good { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        if !good {
            return Ok(None);
        }
    }
    let cut = heads.iter().any(|head| head.seq > verified.head.seq);
    Ok((torn.is_empty() && !cut).then_some(verified))
}

struct Chain<'c> {
    paths: &'c [PathBuf],
    lines: &'c [Line],
}

impl Chain<'_> {
    fn breaks(&self, line: &Line, seq: Option<u64>, fault: Fault, why: String) -> Break {
        let file = self.paths.get(line.file).cloned().unwrap_or_default();
        Break { file, line: line.number, seq, fault, why }
    }

    fn follow(&self) -> Verified {
        let mut verified = Verified::default();
        let places: HashMap<u64, usize> = (self.lines.iter().enumerate())
            .filter_map(|(at, line)| Some((line.link.as_ref()?.seq, at)))
            .collect();
        let mut before: Option<usize> = None;
        let mut torn: Vec<usize> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let Some(link) = &line.link else {
                torn.push(at);
                continue;
            };
            let noted: Vec<&str> =
                torn.iter().filter_map(|&at| Some(self.lines.get(at)?.digest.as_str())).collect();
            if noted != link.torn
                && let Some(line) = torn.first().and_then(|&at| self.lines.get(at))
            {
                let why = "this line is no record, and no crash that is on record left it";
                let seq = (verified.head.seq > 0).then(|| verified.head.seq + 1);
                verified.broken = Some(self.breaks(line, seq, Fault::Torn, why.into()));
                return verified;
            }
            if torn.is_empty() && !link.torn.is_empty() {
                let why = "the torn line that it speaks of is not there".to_owned();
                verified.broken = Some(self.breaks(line, Some(link.seq), Fault::Changed, why));
                return verified;
            }
            for at in torn.drain(..) {
                if let Some(line) = self.lines.get(at) {
                    let file = self.paths.get(line.file).cloned().unwrap_or_default();
                    verified.torn.push(TornLine { file, line: line.number });
                }
            }
            let last = before.and_then(|at| self.lines.get(at));
            let broken = match last {
                Some(last) => {
                    let next = Next { at, line, link, places: &places };
                    self.wrong(last, &verified.head, &next)
                }
                None => self.wrong_start(line, link),
            };
            if broken.is_some() {
                verified.broken = broken;
                return verified;
            }
            verified.records += 1;
            verified.first.get_or_insert(link.seq);
            verified.head = Head { seq: link.seq, digest: Some(line.digest.clone()) };
            before = Some(at);
        }
        if let Some(line) = torn.first().and_then(|&at| self.lines.get(at)) {
            let why = "it is unfinished; the next push will note that it was";
            let seq = Some(verified.head.seq + 1);
            verified.broken = Some(self.breaks(line, seq, Fault::Torn, why.into()));
        }
        verified
    }

    /// The first line of all can't be compared with one before it.
    fn wrong_start(&self, line: &Line, link: &Link) -> Option<Break> {
        let fits = (link.seq == 1) == link.prev.is_none() && link.seq > 0;
        let why = || "the first record of a chain has the number 1 and follows none".to_owned();
        (!fits).then(|| self.breaks(line, Some(link.seq), Fault::Changed, why()))
    }

    /// What is wrong where the next line follows `last`.
    fn wrong(&self, last: &Line, head: &Head, next: &Next<'_>) -> Option<Break> {
        let Next { at, line, link, places } = *next;
        let expected = head.seq + 1;
        let follows = link.prev.as_deref() == head.digest.as_deref();
        if follows && link.seq == expected {
            return None;
        }
        let seq = Some(link.seq);
        if follows {
            let why = format!("it follows record {}, but says that it is another", head.seq);
            return Some(self.breaks(line, Some(expected), Fault::Changed, why));
        }
        if link.seq > expected {
            return Some(match places.get(&expected) {
                Some(&place) if place > at => {
                    let why = format!("record {} stands in its place", link.seq);
                    let moved = self.lines.get(place).unwrap_or(line);
                    self.breaks(moved, Some(expected), Fault::Reordered, why)
                }
                _ => {
                    let gone = link.seq - expected;
                    let why = match gone {
                        1 => format!("record {} follows record {}", link.seq, head.seq),
                        _ => format!(
                            "record {} follows record {}: {gone} are missing",
                            link.seq, head.seq
                        ),
                    };
                    self.breaks(line, Some(expected), Fault::Removed, why)
                }
            });
        }
        if link.seq < expected {
            let why = format!("it stands behind record {}", head.seq);
            return Some(self.breaks(line, seq, Fault::Inserted, why));
        }
        // Of the two, the one that the next record does not know either was changed.
        let next = self.lines.iter().skip(at + 1).find_map(|line| line.link.as_ref());
        let known = next.is_none_or(|next| {
            next.seq != link.seq + 1 || next.prev.as_deref() == Some(line.digest.as_str())
        });
        Some(if known {
            let why = format!("its digest is not the one that record {} holds", link.seq);
            self.breaks(last, Some(head.seq), Fault::Changed, why)
        } else {
            let why = format!("neither record {} nor the one behind it fits", head.seq);
            self.breaks(line, seq, Fault::Changed, why)
        })
    }

    /// What a head that is kept somewhere knows better.
    fn misses(&self, kept: &Head, whose: &str, verified: &Verified) -> Option<Break> {
        if kept.seq == 0 || verified.first.is_some_and(|first| kept.seq < first) {
            return None;
        }
        if kept.seq > verified.head.seq {
            let nothing = Line { file: 0, number: 0, digest: String::new(), link: None };
            let last = self.lines.last().unwrap_or(&nothing);
            let why = format!(
                "the log ends with record {}, but {whose} is of record {}",
                verified.head.seq, kept.seq
            );
            let mut found = self.breaks(last, Some(verified.head.seq + 1), Fault::Removed, why);
            found.line += 1;
            return Some(found);
        }
        let same = |line: &&Line| line.link.as_ref().is_some_and(|link| link.seq == kept.seq);
        let line = self.lines.iter().find(same)?;
        let why = || format!("its digest is not that of {whose}");
        (Some(&line.digest) != kept.digest.as_ref())
            .then(|| self.breaks(line, Some(kept.seq), Fault::Changed, why()))
    }
}
