//! The architecture as a test: rooms use only what lies below them, git2 has one home,
//! the environment is read in two places, and every file says what it is for.
//!
//! The floors are read from the head of `src/lib.rs`, so the picture can't go stale.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Longer files hold more than one thing.
const LONGEST_FILE: usize = 400;

struct File {
    path: PathBuf,
    room: String,
    text: String,
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut stack = vec![root.clone()];
    while let Some(directory) = stack.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap().to_owned();
                let room = inside.components().next().unwrap().as_os_str().to_string_lossy();
                let room = room.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                files.push(File { path: inside, room, text });
            }
        }
    }
    assert!(files.len() > 40, "only {} files were found", files.len());
    files
}

/// The floor of each room, from lines such as `//! 4  marker      one file per kind`.
fn floors(files: &[File]) -> BTreeMap<String, u32> {
    let lib = files.iter().find(|file| file.path == Path::new("lib.rs")).unwrap();
    let mut floors = BTreeMap::new();
    for line in lib.text.lines() {
        let mut words = line.trim_start_matches("//!").split_whitespace();
        if let (Some(floor), Some(room)) = (words.next(), words.next())
            && let Ok(floor) = floor.parse()
        {
            floors.insert(room.to_owned(), floor);
        }
    }
    floors
}

/// The rooms that a source names as `crate::room`.
fn uses(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for (at, _) in line.match_indices("crate::") {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let names = group.split([',', '}']).map(|name| first_word(name.trim()));
                let names = names.filter(|name| !name.is_empty());
                found.extend(names.map(|name| (number + 1, name)));
            } else {
                found.push((number + 1, first_word(rest)));
            }
        }
    }
    found
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let files = sources();
    let floors = floors(&files);
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for file in files.iter().filter(|file| file.room != "lib" && file.room != "main") {
        let own = floors.get(&file.room).unwrap_or_else(|| panic!("{} has no floor", file.room));
        for (line, room) in uses(&file.text) {
            let Some(other) = floors.get(&room) else {
                wrong.push(format!("{}:{line} names `{room}`, no room", file.path.display()));
                continue;
            };
            arrows += 1;
            if room != file.room && other >= own {
                let direction = if other == own { "sideways" } else { "up" };
                wrong.push(format!("{}:{line} points {direction} to {room}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(arrows > 50, "only {arrows} imports were seen");
}

#[test]
fn an_upward_or_sideways_import_would_be_seen() {
    let named = uses("use crate::{git, rules::RuleSet};\nlet x = crate::scan::y();\n// crate::z");
    let named: Vec<&str> = named.iter().map(|(_, room)| room.as_str()).collect();
    assert_eq!(named, ["git", "rules", "scan"]);
    let files = sources();
    let floors = floors(&files);
    assert_eq!(floors["rules"], floors["policy"], "siblings");
    assert!(floors["scan"] > floors["report"] && floors["git"] > floors["text"]);
}

#[test]
fn git2_is_named_in_one_room_and_the_environment_read_in_two() {
    for file in sources() {
        let code: Vec<&str> =
            file.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        if file.room != "git" {
            assert!(!code.contains("git2"), "{} names git2", file.path.display());
        }
        if file.room != "git" && file.room != "platform" {
            for reading in ["env::var(", "env::var_os(", "env::vars(", "env::vars_os("] {
                assert!(!code.contains(reading), "{} reads {reading}", file.path.display());
            }
        }
    }
}

#[test]
fn every_file_is_short_and_says_what_it_is_for() {
    for file in sources() {
        let lines = file.text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.path.display());
        assert!(file.text.starts_with("//!"), "{} has no head", file.path.display());
    }
}
