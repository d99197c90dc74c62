//! Made-up histories, pushes and trees, as streams for `git fast-import`.

use std::io::{self, Write};

use super::{Random, TOOL_FILES, credited_line, said, source, source_line};

/// Counts up when the same parameters give another history.
pub(crate) const VERSION: u32 = 4;

/// A kind of history.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    files: usize,
    /// The fewest and the most lines of a file.
    lines: (usize, usize),
    /// The most files that a commit edits.
    edits: usize,
    /// Whether messages, people and files have marks.
    is_marked: bool,
    /// Whether half of the refs are tags.
    has_tags: bool,
}

/// Files of 1 to 4 KB, in 20 directories of ten directories.
pub(crate) const HISTORY: Shape = Shape {
    name: "history",
    files: 2000,
    lines: (25, 90),
    edits: 3,
    is_marked: true,
    has_tags: true,
};
/// Files of 15 to 100 KB.
pub(crate) const LARGE_FILES: Shape = Shape { name: "large-files", lines: (400, 3000), ..HISTORY };
/// Small commits, written quickly: where the number of commits and refs counts.
pub(crate) const LINE: Shape = Shape {
    name: "line-marked",
    files: 256,
    lines: (1, 4),
    edits: 1,
    is_marked: true,
    has_tags: false,
};
pub(crate) const PLAIN_LINE: Shape = Shape { name: "line-plain", is_marked: false, ..LINE };

/// 2015-01-01; the commits are spread over the eleven years after it.
const START: usize = 1_420_070_400;
const SPAN: usize = 11 * 365 * 86_400;
const TOPICS: usize = 3;

struct Writer<W> {
    out: W,
    random: Random,
    shape: Shape,
    /// The last mark given out; blobs and commits share the numbers.
    mark: usize,
    /// The lines of each file and the mark of its blob.
    files: Vec<(Vec<u32>, usize)>,
}

/// A topic branch: its tip, and the files that it has changed since it left the main one.
#[derive(Default)]
struct Topic {
    tip: usize,
    changed: Vec<usize>,
}

/// Writes a history of a realistic shape as a `git fast-import` stream: each commit edits some
/// lines of one to three files; three topic branches at a time grow beside the main one and are
/// merged into it, so that about 8 % of the commits are merges; refs are spread over the whole
/// length. Each branch edits the files that are its share, so that every merge is clean.
pub(crate) fn history(
    out: impl Write,
    shape: Shape,
    commits: usize,
    refs: usize,
) -> io::Result<()> {
    let random = Random(0x70726f766f7374);
    let mut writer = Writer { out, random, shape, mark: 0, files: Vec::new() };
    for _ in 0..shape.files {
        let length = writer.random.between(shape.lines.0, shape.lines.1);
        let lines = (0..length).map(|_| writer.random.line()).collect();
        let file = writer.blob(lines)?;
        writer.files.push(file);
    }
    let all: Vec<usize> = (0..shape.files).collect();
    let mut main = vec![writer.commit("refs/heads/main", START, "", &all)?];
    let mut topics: [Topic; TOPICS] = Default::default();
    for at in 1..commits {
        let seconds = START + SPAN / commits * at;
        let slot = writer.random.below(TOPICS);
        let (topic, branch) = (&mut topics[slot], format!("refs/heads/topic/{slot}"));
        match writer.random.below(1000) {
            0..100 if topic.tip != 0 => {
                let (merge, changed) = (format!("merge :{}\n", topic.tip), &topic.changed);
                main.push(writer.commit("refs/heads/main", seconds, &merge, changed)?);
                *topic = Topic::default();
            }
            0..500 => {
                let tip = format!("from :{}\n", main[main.len() - 1]);
                let from = if topic.tip == 0 { tip } else { String::new() };
                let edited = writer.edited(slot)?;
                topic.tip = writer.commit(&branch, seconds, &from, &edited)?;
                topic.changed.extend(edited);
            }
            _ => {
                let edited = writer.edited(TOPICS)?;
                main.push(writer.commit("refs/heads/main", seconds, "", &edited)?);
            }
        }
    }
    let refs = refs.saturating_sub(1 + TOPICS);
    for number in 0..refs {
        let mark = main[main.len() * number / refs];
        let out = &mut writer.out;
        match number % 4 {
            2 if shape.has_tags => writeln!(out, "reset refs/tags/build-{number}\nfrom :{mark}")?,
            3 if shape.has_tags => writeln!(
                out,
                "tag v{number}\nfrom :{mark}\ntagger A <a@a.test> {START} +0100\ndata 8\nRelease\n"
            )?,
            _ => writeln!(out, "reset refs/heads/release/{number:07}\nfrom :{mark}\n")?,
        }
    }
    Ok(())
}

impl<W: Write> Writer<W> {
    /// Edits one to three files of the branch with this number; their numbers.
    fn edited(&mut self, branch: usize) -> io::Result<Vec<usize>> {
        let (Shape { files, lines: (shortest, longest), is_marked, .. }, mut edited) =
            (self.shape, Vec::new());
        for _ in 0..self.random.between(1, self.shape.edits) {
            let number = self.random.below(files / (TOPICS + 1)) * (TOPICS + 1) + branch;
            let random = &mut self.random;
            let mut lines = std::mem::take(&mut self.files[number].0);
            for _ in 0..random.between(1, 3) {
                let at = random.below(lines.len());
                for line in lines.iter_mut().skip(at).take(random.between(1, 5)) {
                    *line = random.line();
                }
            }
            let (at, some) = (random.below(lines.len()), random.between(1, 4));
            if random.per_mille(500) && lines.len() + some <= longest {
                lines.splice(at..at, (0..some).map(|_| random.line()));
            } else if lines.len() >= shortest + some {
                lines.drain(at..lines.len().min(at + some));
            }
            if is_marked && random.per_mille(1) {
                lines.insert(0, credited_line(random));
            }
            self.files[number] = self.blob(lines)?;
            edited.push(number);
        }
        Ok(edited)
    }

    fn blob(&mut self, lines: Vec<u32>) -> io::Result<(Vec<u32>, usize)> {
        let mut text = String::new();
        lines.iter().for_each(|line| source_line(*line, &mut text));
        self.mark += 1;
        writeln!(self.out, "blob\nmark :{}\ndata {}\n{text}", self.mark, text.len())?;
        Ok((lines, self.mark))
    }

    /// Writes a commit with the present texts of some files; its mark.
    fn commit(
        &mut self,
        branch: &str,
        time: usize,
        from: &str,
        files: &[usize],
    ) -> io::Result<usize> {
        let (random, is_merge) = (&mut self.random, from.starts_with("merge"));
        let [committer, author, message] = said(random, self.shape.is_marked, is_merge);
        let written = time - random.below(86_400);
        let tool_file =
            (self.shape.is_marked && random.per_mille(1)).then(|| random.pick(&TOOL_FILES));
        self.mark += 1;
        writeln!(
            self.out,
            "commit {branch}\nmark :{}\nauthor {author} {written} +0100",
            self.mark
        )?;
        writeln!(self.out, "committer {committer} {time} +0100")?;
        write!(self.out, "data {}\n{message}\n{from}", message.len())?;
        for number in files {
            let (rest, file) = (number / 10, number % 10);
            let path = match self.shape.edits {
                1 => format!("module{:02}/unit{:02}.rs", number / 16, number % 16),
                _ => format!("area{:02}/module{}/unit{file}.rs", rest / 10, rest % 10),
            };
            writeln!(self.out, "M 100644 :{} {path}", self.files[*number].1)?;
        }
        if let Some(path) = tool_file {
            writeln!(self.out, "M 100644 inline {path}\ndata 6\nunit;\n")?;
        }
        writeln!(self.out)?;
        Ok(self.mark)
    }
}

/// What a push onto a tip brings.
#[derive(Clone, Copy)]
pub(crate) struct Brought {
    pub(crate) commits: usize,
    /// Files that each commit replaces, each in another directory.
    pub(crate) files: usize,
    /// Bytes of each file.
    pub(crate) bytes: usize,
    pub(crate) is_marked: bool,
}

/// Writes the commits of a push as a `git fast-import` stream.
pub(crate) fn push(out: &mut impl Write, brought: Brought, tip: &str) -> io::Result<()> {
    let Brought { commits, files, bytes, is_marked } = brought;
    let random = &mut Random(0x0070_7573_6865_7321);
    for number in 0..commits {
        let [committer, author, message] = said(random, is_marked, false);
        let time = 1_780_000_000 + number;
        writeln!(out, "commit refs/heads/main\nauthor {author} {time} +0100")?;
        writeln!(out, "committer {committer} {time} +0100\ndata {}\n{message}", message.len())?;
        if number == 0 {
            writeln!(out, "from {tip}")?;
        }
        for file in 0..files {
            let text = source(random, bytes);
            writeln!(out, "M 100644 inline module{file:02}/unit{:02}.rs", random.below(16))?;
            writeln!(out, "data {}\n{text}", text.len())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The path of a file in a tree of very many, `depth` directories deep.
pub(crate) fn wide_path(number: usize, depth: usize) -> String {
    format!("{}unit{number:07}.rs", "nested/".repeat(depth))
}

/// Writes one commit with very many files, each with another content, spread over directories that
/// are nested: with a depth of 10, each of ten holds a tenth and the next one.
pub(crate) fn wide(out: &mut impl Write, files: usize, depth: usize) -> io::Result<()> {
    let person = "Bench <bench@bench.test> 1780000000 +0000";
    writeln!(out, "commit refs/heads/main\ncommitter {person}\ndata 7\nImport\n")?;
    let each = files.div_ceil(depth);
    for number in 0..files {
        let (path, content) = (wide_path(number, number / each), format!("UNIT = {number};\n"));
        writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())?;
    }
    writeln!(out)
}
