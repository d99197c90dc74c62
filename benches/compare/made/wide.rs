//! Trees with very many files, each with a content of its own.

use std::io::{self, Write};

/// Counts up whenever the same parameters give another tree.
pub(crate) const VERSION: u32 = 1;
/// The branch that holds it.
pub(crate) const MAIN: &str = "refs/heads/main";

/// How files are named, in their directory.
pub(crate) fn name(number: usize) -> String {
    format!("unit{number:07}.rs")
}

/// The directory at a depth: `nested/nested/`.
pub(crate) fn directory(depth: usize) -> String {
    "nested/".repeat(depth)
}

/// Writes one commit with so many files, spread over directories that are nested so
/// deep: with 10, each of ten holds a tenth and the next one.
pub(crate) fn write(out: &mut impl Write, files: usize, depth: usize) -> io::Result<()> {
    header(out, MAIN, "Import the units\n")?;
    let each = files.div_ceil(depth.max(1));
    for number in 0..files {
        let content = format!("pub const UNIT: usize = {number};\n");
        let path = format!("{}{}", directory(number / each), name(number));
        write!(out, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())?;
    }
    writeln!(out)
}

/// The names of so many files in one directory.
pub(crate) fn names(entries: usize) -> Vec<String> {
    (0..entries).map(name).collect()
}

/// Writes the beginning of a commit.
pub(crate) fn header(out: &mut impl Write, branch: &str, message: &str) -> io::Result<()> {
    writeln!(out, "commit {branch}")?;
    writeln!(out, "committer Bench <bench@bench.test> 1780000000 +0000")?;
    writeln!(out, "data {}\n{message}", message.len())
}
