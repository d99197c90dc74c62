//! Real sentences that name tools: lines of the documentation that is installed on this
//! machine, of commits without a label, and of change logs of packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;

use crate::labelled::Labelled;
use crate::named::Names;

/// Lines with fewer or more bytes are no sentences.
const LENGTHS: std::ops::RangeInclusive<usize> = 20..=300;
/// How many bytes of text are read below one root.
const MOST_BYTES: usize = 256 << 20;
/// Larger files are left out.
const LARGEST_FILE: usize = 16 << 20;
/// Directories below this depth are left out.
const DEEPEST: usize = 16;

/// The sentences by text, each with the name that it holds and where it was found first.
#[derive(Default)]
pub(crate) struct Sentences {
    pub(crate) all: BTreeMap<String, (String, String)>,
    /// Credit lines at a listed address, which were left out.
    pub(crate) credits: usize,
    /// How many bytes of documentation were read.
    pub(crate) bytes: usize,
}

impl Sentences {
    /// Collects the sentences of commits without a label and of this machine.
    pub(crate) fn collect(names: &Names, commits: &[Labelled]) -> Self {
        let mut sentences = Self::default();
        for commit in commits.iter().filter(|commit| commit.labels.is_empty()) {
            sentences.add(names, &commit.message, &format!("{} {}", commit.repo, commit.oid));
        }
        for (root, is_all_documentation) in roots() {
            let mut files = Vec::new();
            files_below(&root, is_all_documentation, DEEPEST, &mut files);
            let mut left = MOST_BYTES;
            for path in files {
                let Some(text) = text_of(&path) else { continue };
                let Some(rest) = left.checked_sub(text.len()) else { break };
                left = rest;
                sentences.add(names, &text, &path.display().to_string());
            }
            sentences.bytes += MOST_BYTES - left;
        }
        sentences
    }

    fn add(&mut self, names: &Names, text: &str, place: &str) {
        for line in text.lines().map(str::trim).filter(|line| LENGTHS.contains(&line.len())) {
            let Some(name) = names.named(line) else { continue };
            if names.is_listed_credit(line) {
                self.credits += 1;
            } else if !self.all.contains_key(line) {
                self.all.insert(line.to_owned(), (name.to_owned(), place.to_owned()));
            }
        }
    }
}

/// Where packages put documentation, and whether all that is there is documentation.
fn roots() -> Vec<(PathBuf, bool)> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let mut roots = vec![(PathBuf::from("/usr/share/doc"), true)];
    let mut add = |path: PathBuf| roots.push((path, false));
    add(home.join(".cargo/registry/src"));
    for prefix in ["/usr", "/usr/local"].map(PathBuf::from) {
        add(prefix.join("lib/node_modules"));
        python_below(&prefix).into_iter().for_each(&mut add);
    }
    python_below(&home.join(".local")).into_iter().for_each(&mut add);
    for version in entries(&home.join(".pyenv/versions")) {
        python_below(&version).into_iter().for_each(&mut add);
    }
    for version in entries(&home.join(".nvm/versions/node")) {
        add(version.join("lib/node_modules"));
    }
    roots
}

/// The directories of installed packages of all Pythons below a prefix.
fn python_below(prefix: &Path) -> Vec<PathBuf> {
    let is_python = |path: &PathBuf| file_name(path).starts_with("python");
    let pythons = entries(&prefix.join("lib")).into_iter().filter(is_python);
    let packages =
        pythons.flat_map(|python| ["site-packages", "dist-packages"].map(|it| python.join(it)));
    packages.collect()
}

/// What is in a directory, in a fixed order; nothing where it can't be read.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(all) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = all.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn files_below(directory: &Path, is_all: bool, depth: usize, files: &mut Vec<PathBuf>) {
    for path in entries(directory) {
        let Ok(kind) = fs::symlink_metadata(&path) else { continue };
        if kind.is_dir() {
            // The documentation of this program shows attributions.
            if depth > 0 && file_name(&path) != env!("CARGO_PKG_NAME") {
                files_below(&path, is_all, depth - 1, files);
            }
        } else if kind.is_file() && (is_all || is_documentation(&path)) {
            files.push(path);
        }
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether a file of a package is there to be read by people.
fn is_documentation(path: &Path) -> bool {
    const NAMES: [&str; 8] =
        ["README", "CHANGELOG", "CHANGES", "HISTORY", "NEWS", "RELEASES", "METADATA", "PKG-INFO"];
    let name = file_name(path).to_uppercase();
    let is_text = [".MD", ".RST", ".TXT"].iter().any(|end| name.ends_with(end));
    let in_docs = || path.iter().any(|part| part == "docs" || part == "doc");
    NAMES.iter().any(|known| name.starts_with(known)) || is_text && in_docs()
}

/// The text of a file, uncompressed; `None` where it is no text, too large or unreadable.
fn text_of(path: &Path) -> Option<String> {
    let is_small = fs::metadata(path).ok()?.len() <= LARGEST_FILE as u64;
    let mut bytes = fs::read(path).ok().filter(|_| is_small)?;
    if bytes.starts_with(b"\x1f\x8b") {
        let size = u32::from_le_bytes(*bytes.last_chunk()?) as usize;
        let mut text = vec![0; Some(size).filter(|&size| size <= LARGEST_FILE)?];
        Decompressor::new().gzip_decompress(&bytes, &mut text).ok()?;
        bytes = text;
    }
    let is_binary = bytes.iter().take(8192).any(|&byte| byte == 0);
    (!is_binary).then(|| String::from_utf8_lossy(&bytes).into_owned())
}
