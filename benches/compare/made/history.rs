//! A made-up history of a realistic shape, written as a `git fast-import` stream.
//!
//! 2,000 files in 200 directories below 20; each commit edits some lines of one to three
//! files of 1 to 4 KB, or of 15 to 100 KB; three topic branches at a time grow beside the main one and are
//! merged into it, so that about 8 % of the commits are merges; branches and tags are
//! spread over the whole length. Equal parameters give equal object ids everywhere.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::random::Random;
use super::words;

/// Counts up whenever the same parameters give another history.
pub(crate) const VERSION: u32 = 3;
/// The branch that everything is merged into.
pub(crate) const MAIN: &str = "refs/heads/main";

const AREAS: usize = 20;
const DIRECTORIES: usize = 10;
const FILES: usize = 10;
/// Topic branches that are open at a time.
const TOPICS: usize = 3;
/// How many lines a file has.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    shortest: usize,
    longest: usize,
}

/// 1 to 4 KB.
pub(crate) const FEW: Lines = Lines { shortest: 25, longest: 90 };
/// 15 to 100 KB.
pub(crate) const MANY: Lines = Lines { shortest: 400, longest: 3000 };
/// 2015-01-01; the commits are spread over the eleven years after it.
const START: u64 = 1_420_070_400;
const SPAN: u64 = 11 * 365 * 86_400;

/// A file's lines, as numbers that stand for texts, and the mark of its blob.
#[derive(Clone)]
struct File {
    lines: Vec<u32>,
    mark: usize,
}

/// A topic branch: what it has changed since it left the main one.
#[derive(Default)]
struct Topic {
    changed: BTreeMap<usize, File>,
    commits: usize,
}

/// Writes a history.
pub(crate) struct History<W: Write> {
    out: W,
    random: Random,
    lines: Lines,
    commits: usize,
    /// The last mark given out; blobs and commits share the numbers.
    mark: usize,
    files: Vec<File>,
    topics: [Topic; TOPICS],
    /// The marks of the main branch's commits, oldest first.
    main: Vec<usize>,
    text: String,
}

/// What a commit is made of.
struct Commit<'c> {
    branch: &'c str,
    from: Option<usize>,
    merge: Option<(usize, usize)>,
    /// Path and mark of the blobs that are new.
    changes: Vec<(String, usize)>,
}

impl<W: Write> History<W> {
    /// Writes a history of so many commits to a `git fast-import` stream, with so many
    /// refs.
    pub(crate) fn write(out: W, lines: Lines, commits: usize, refs: usize) -> io::Result<()> {
        let mut history = Self {
            out,
            random: Random::new(0x70726f766f7374),
            lines,
            commits,
            mark: 0,
            files: Vec::new(),
            topics: Default::default(),
            main: Vec::new(),
            text: String::new(),
        };
        history.first()?;
        let mut done = 1;
        let mut tips = [0; TOPICS];
        while done < commits {
            history.step(done, &mut tips)?;
            done += 1;
        }
        let topics = tips.iter().filter(|tip| **tip != 0).count();
        history.refs(refs.saturating_sub(1 + topics))
    }

    /// The import that the history begins with.
    fn first(&mut self) -> io::Result<()> {
        let mut changes = Vec::new();
        for number in 0..AREAS * DIRECTORIES * FILES {
            let length = self.random.between(self.lines.shortest, self.lines.longest);
            let lines = (0..length).map(|_| low(self.random.number())).collect();
            let file = self.blob(lines)?;
            changes.push((path(number), file.mark));
            self.files.push(file);
        }
        let mark = self.commit(0, Commit { branch: MAIN, from: None, merge: None, changes })?;
        self.main.push(mark);
        Ok(())
    }

    /// One more commit, on the main branch or on a topic, or a merge.
    fn step(&mut self, done: usize, tips: &mut [usize; TOPICS]) -> io::Result<()> {
        let slot = self.random.below(TOPICS);
        let ripe = self.topics.get(slot).is_some_and(|topic| topic.commits > 0);
        match self.random.below(1000) {
            0..100 if ripe => self.merge(done, slot, tips),
            0..500 => self.on_topic(done, slot, tips),
            _ => self.on_main(done),
        }
    }

    fn on_main(&mut self, done: usize) -> io::Result<()> {
        let mut changes = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let number = self.random.below(self.files.len());
            // What a topic has changed is left alone, so that every merge is clean.
            if self.topics.iter().any(|topic| topic.changed.contains_key(&number)) {
                continue;
            }
            let Some(old) = self.files.get(number).cloned() else {
                continue;
            };
            let new = self.edited(old)?;
            changes.push((path(number), new.mark));
            if let Some(file) = self.files.get_mut(number) {
                *file = new;
            }
        }
        if self.random.per_mille(1) {
            let lines = (0..10).map(|_| low(self.random.number())).collect();
            let mark = self.blob(lines)?.mark;
            changes.push((words::tool_file(&mut self.random).to_owned(), mark));
        }
        let mark = self.commit(done, Commit { branch: MAIN, from: None, merge: None, changes })?;
        self.main.push(mark);
        Ok(())
    }

    fn on_topic(&mut self, done: usize, slot: usize, tips: &mut [usize; TOPICS]) -> io::Result<()> {
        let mut topic = self.topics.get_mut(slot).map(std::mem::take).unwrap_or_default();
        let from = if topic.commits == 0 { self.main.last().copied() } else { None };
        let mut changes = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let number = self.random.below(self.files.len());
            if self.topics.iter().any(|other| other.changed.contains_key(&number)) {
                continue;
            }
            let old = topic.changed.get(&number).or_else(|| self.files.get(number)).cloned();
            let Some(old) = old else {
                continue;
            };
            let new = self.edited(old)?;
            changes.push((path(number), new.mark));
            topic.changed.insert(number, new);
        }
        topic.commits += 1;
        let branch = format!("refs/heads/topic/{slot}");
        let mark = self.commit(done, Commit { branch: &branch, from, merge: None, changes })?;
        if let (Some(tip), Some(place)) = (tips.get_mut(slot), self.topics.get_mut(slot)) {
            (*tip, *place) = (mark, topic);
        }
        Ok(())
    }

    fn merge(&mut self, done: usize, slot: usize, tips: &[usize; TOPICS]) -> io::Result<()> {
        let topic = self.topics.get_mut(slot).map(std::mem::take).unwrap_or_default();
        let mut changes = Vec::new();
        for (number, file) in topic.changed {
            changes.push((path(number), file.mark));
            if let Some(place) = self.files.get_mut(number) {
                *place = file;
            }
        }
        let merge = tips.get(slot).map(|&tip| (slot, tip));
        let mark = self.commit(done, Commit { branch: MAIN, from: None, merge, changes })?;
        self.main.push(mark);
        Ok(())
    }

    /// A file with some lines changed, added and removed.
    fn edited(&mut self, mut file: File) -> io::Result<File> {
        let lines = &mut file.lines;
        for _ in 0..self.random.between(1, 3) {
            let at = self.random.below(lines.len());
            for line in lines.iter_mut().skip(at).take(self.random.between(1, 5)) {
                *line = low(self.random.number());
            }
        }
        let at = self.random.below(lines.len());
        let some = self.random.between(1, 4);
        if self.random.per_mille(500) && lines.len() + some <= self.lines.longest {
            let more: Vec<u32> = (0..some).map(|_| low(self.random.number())).collect();
            lines.splice(at..at, more);
        } else if lines.len() - some >= self.lines.shortest {
            lines.drain(at..lines.len().min(at + some));
        }
        if self.random.per_mille(1) {
            lines.insert(0, words::credited_line(&mut self.random));
        }
        self.blob(file.lines)
    }

    fn blob(&mut self, lines: Vec<u32>) -> io::Result<File> {
        self.text.clear();
        for &line in &lines {
            words::source_line(line, &mut self.text);
        }
        self.mark += 1;
        let (mark, length) = (self.mark, self.text.len());
        write!(self.out, "blob\nmark :{mark}\ndata {length}\n{}\n", self.text)?;
        Ok(File { lines, mark })
    }

    fn commit(&mut self, done: usize, commit: Commit<'_>) -> io::Result<usize> {
        let committer = words::person(&mut self.random);
        let author = words::author(&mut self.random, &committer);
        let merged = commit.merge.map(|(slot, _)| slot);
        let message = words::message(&mut self.random, &committer, merged);
        let seconds = START + SPAN / self.commits.max(1) as u64 * done as u64;
        let written = seconds - self.random.below(86_400) as u64;
        self.mark += 1;
        let (mark, length) = (self.mark, message.len());
        writeln!(self.out, "commit {}\nmark :{mark}", commit.branch)?;
        writeln!(self.out, "author {author} {written} +0100")?;
        writeln!(self.out, "committer {committer} {seconds} +0100\ndata {length}\n{message}")?;
        if let Some(from) = commit.from {
            writeln!(self.out, "from :{from}")?;
        }
        if let Some((_, tip)) = commit.merge {
            writeln!(self.out, "merge :{tip}")?;
        }
        for (path, mark) in commit.changes {
            writeln!(self.out, "M 100644 :{mark} {path}")?;
        }
        writeln!(self.out)?;
        Ok(mark)
    }

    /// Branches and tags at commits of the main branch, from the oldest to the newest.
    fn refs(&mut self, refs: usize) -> io::Result<()> {
        for number in 0..refs {
            let at = self.main.len() * number / refs.max(1);
            let mark = self.main.get(at).copied().unwrap_or(1);
            let name = match number % 4 {
                0 | 1 => format!("refs/heads/release/{number:05}"),
                2 => format!("refs/tags/build-{number:05}"),
                _ => {
                    let tagger = words::person(&mut self.random);
                    let text = format!("Release {number}\n");
                    writeln!(self.out, "tag v{number}\nfrom :{mark}")?;
                    writeln!(self.out, "tagger {tagger} {} +0100", START + SPAN)?;
                    writeln!(self.out, "data {}\n{text}", text.len())?;
                    continue;
                }
            };
            writeln!(self.out, "reset {name}\nfrom :{mark}\n")?;
        }
        Ok(())
    }
}

/// The path of a file by its number.
fn path(number: usize) -> String {
    let (rest, file) = (number / FILES, number % FILES);
    let (area, directory) = (rest / DIRECTORIES, rest % DIRECTORIES);
    format!("area{area:02}/module{directory}/unit{file}.rs")
}

/// The lower half of a random number, kept clear of the few that stand for comments.
fn low(number: u64) -> u32 {
    (number as u32) & 0x7fff_ffff
}
