//! The commits of a push, with as many trees and bytes as wanted.

use std::io::{self, Write};

use super::line::MAIN;
use super::random::Random;
use super::words;

/// What a push brings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought {
    pub(crate) commits: usize,
    /// Files that each commit replaces, each in a directory of its own.
    pub(crate) files: usize,
    /// Bytes of each file.
    pub(crate) bytes: usize,
}

/// Directories below the root.
const DIRECTORIES: usize = 16;

/// Writes them onto `from`.
pub(crate) fn write(out: &mut impl Write, brought: Brought, from: &str) -> io::Result<()> {
    let mut random = Random::new(0x0070_7573_6865_7321);
    for number in 0..brought.commits {
        let person = words::person(&mut random);
        let message = words::plain_message(&mut random, None);
        writeln!(out, "commit {MAIN}\ncommitter {person} {} +0100", 1_780_000_000 + number)?;
        writeln!(out, "data {}\n{message}", message.len())?;
        if number == 0 {
            writeln!(out, "from {from}")?;
        }
        for file in 0..brought.files {
            let mut text = String::with_capacity(brought.bytes + 100);
            while text.len() < brought.bytes {
                words::source_line(random.number() as u32 & 0x7fff_ffff, &mut text);
            }
            let (directory, name) = (file % DIRECTORIES, random.below(16));
            writeln!(out, "M 100644 inline module{directory:02}/unit{name:02}.rs")?;
            writeln!(out, "data {}\n{text}", text.len())?;
        }
        writeln!(out)?;
    }
    Ok(())
}
