//! A long made-up history of small commits, written quickly: for questions in which the
//! number of commits and refs counts, and not what is in them.
//!
//! 256 files in 16 directories; each commit replaces one file by a few lines; one in ten
//! is a merge of a commit beside the main branch. Of their messages, as many are marked
//! as in the realistic history, or none.

use std::io::{self, Write};

use super::random::Random;
use super::words;

/// Counts up whenever the same parameters give another history.
pub(crate) const VERSION: u32 = 1;
/// The branch that everything is merged into.
pub(crate) const MAIN: &str = "refs/heads/main";
/// The branch beside it.
pub(crate) const SIDE: &str = "refs/heads/side";

const DIRECTORIES: usize = 16;
const FILES: usize = 16;
/// 2005-01-01.
const START: u64 = 1_104_537_600;
/// Eight minutes: a million commits fill fifteen years.
const STEP: u64 = 480;

/// Writes so many commits, numbered from 1 by their marks; onto `from`, if there is one.
pub(crate) fn write(
    out: &mut impl Write,
    commits: usize,
    marked: bool,
    from: Option<&str>,
) -> io::Result<()> {
    let mut random = Random::new(0x6c69_6e65);
    let mut done = 0;
    if from.is_none() {
        first(out)?;
        done = 1;
    }
    let mut parent = from.map(str::to_owned);
    while done < commits {
        if done > 1 && done + 2 <= commits && random.per_mille(100) {
            let main = done;
            commit(out, &mut random, done + 1, SIDE, marked, Some(&format!(":{main}")), None)?;
            // What the side changed is not taken over, as `merge -s ours` does.
            commit(out, &mut random, done + 2, MAIN, marked, None, Some(done + 1))?;
            done += 2;
        } else {
            commit(out, &mut random, done + 1, MAIN, marked, parent.take().as_deref(), None)?;
            done += 1;
        }
    }
    Ok(())
}

fn first(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "blob\ndata 6\nunit;\n")?;
    writeln!(out, "commit {MAIN}\nmark :1")?;
    writeln!(out, "committer Bench <bench@bench.test> {START} +0000\ndata 7\nImport\n")?;
    for number in 0..DIRECTORIES * FILES {
        writeln!(out, "M 100644 inline {}\ndata 6\nunit;\n", path(number))?;
    }
    writeln!(out)
}

fn commit(
    out: &mut impl Write,
    random: &mut Random,
    mark: usize,
    branch: &str,
    marked: bool,
    from: Option<&str>,
    merge: Option<usize>,
) -> io::Result<()> {
    let person = words::person(random);
    let seconds = START + STEP * mark as u64;
    let merged = merge.map(|_| 0);
    let (author, message) = if marked {
        (words::author(random, &person), words::message(random, &person, merged))
    } else {
        (person.clone(), words::plain_message(random, merged))
    };
    writeln!(out, "commit {branch}\nmark :{mark}\nauthor {author} {seconds} +0100")?;
    writeln!(out, "committer {person} {seconds} +0100")?;
    writeln!(out, "data {}\n{message}", message.len())?;
    if let Some(from) = from {
        writeln!(out, "from {from}")?;
    }
    if let Some(merge) = merge {
        writeln!(out, "merge :{merge}")?;
    }
    let mut text = String::new();
    for _ in 0..random.between(1, 4) {
        words::source_line(random.number() as u32 & 0x7fff_ffff, &mut text);
    }
    let path = path(random.below(DIRECTORIES * FILES));
    writeln!(out, "M 100644 inline {path}\ndata {}\n{text}", text.len())
}

fn path(number: usize) -> String {
    format!("module{:02}/unit{:02}.rs", number / FILES, number % FILES)
}
