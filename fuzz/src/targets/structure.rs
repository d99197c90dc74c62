//! Files that a structure marker reads as a whole: JSON, TOML, YAML, front matter, text.

use provost::fuzzing::{plain_json, structure_lines};

/// Configuration files have fewer lines.
const MOST_LINES: usize = 4000;

pub(crate) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for format in ["json", "toml", "yaml", "front-matter", "text"] {
        let Some(lines) = structure_lines(format, &text) else { continue };
        assert!(lines.len() <= MOST_LINES, "{format}");
        assert!(lines.iter().all(|line| !line.contains('\n')), "{format}: {lines:?}");
    }
    json(&text);
    toml(&text);
    front_matter(&text);
    // A file is looked at with every marker of the catalogue.
    let (path, content) = text.split_once('\n').unwrap_or(("a/b.json", &text));
    let matchers = &crate::config().rules.matchers;
    let found = matchers.find_in_file(path.as_bytes(), Some(content.as_bytes()));
    let lines = content.split('\n').count();
    assert!(found.iter().all(|it| it.line.is_none_or(|line| (1..=lines).contains(&line))));
}

fn json(text: &str) {
    let plain = plain_json(text);
    assert!(plain.len() <= text.len() + 1);
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let read: serde_json::Value = serde_json::from_str(&plain).expect("JSON stays JSON");
    assert_eq!(read, value, "JSON without comments is changed");
    if structure_lines("json", text).is_none() {
        assert!(!value.is_object() || leaves(&value) > MOST_LINES);
    }
}

fn leaves(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    match value {
        Value::Object(map) if !map.is_empty() => map.values().map(leaves).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

fn toml(text: &str) {
    let valid = toml::from_str::<toml::Table>(text).is_ok();
    let lines = structure_lines("toml", text);
    assert!(valid || lines.is_none(), "lines of a file that is no TOML");
    assert!(!valid || lines.is_some() || text.len() > MOST_LINES, "no lines of TOML");
    let source = crate::source("x.toml", text);
    assert_eq!(provost::document::parse(&source).is_ok(), valid, "another opinion of TOML");
}

fn front_matter(text: &str) {
    let inner = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let Some((inner, _)) = inner.filter(|(inner, _)| inner.lines().count() < 60) else { return };
    if inner.lines().all(|line| line.trim_end() != "---") {
        assert_eq!(structure_lines("front-matter", text), structure_lines("yaml", inner));
    }
}
