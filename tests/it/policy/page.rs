//! `docs/policy.md` can't lie: what it shows loads, and every key that is read is on it.

use std::sync::Arc;

use provost::config::{self, BUILT_IN};
use provost::document::Source;

fn read(name: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(name)).unwrap()
}

#[test]
fn every_file_that_is_shown_is_one() {
    let page = read("docs/policy.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).collect();
    assert!(blocks.len() > 10);
    for block in blocks {
        let text = block.split("```").next().unwrap();
        let layer = |name: &str, text: &str, built_in| {
            Arc::new(Source { name: name.into(), text: text.to_owned().into(), built_in })
        };
        let merged =
            config::merge(&[layer("rules.toml", BUILT_IN, true), layer("own", text, false)]);
        if let Err(config::ConfigError::Problems(problems)) = merged {
            panic!("{}", provost::document::render(&problems, false));
        }
    }
}

/// The keys that the source asks for are all explained.
#[test]
fn every_key_is_explained() {
    let page = read("docs/policy.md");
    let rooms = ["schema", "scope", "exemption", "disclosure", "people", "texts", "schedule"];
    let mut missing = Vec::new();
    for room in rooms {
        let source = read(&format!("src/policy/{room}.rs"));
        let source = source.split("#[cfg(test)]").next().unwrap();
        let asks = [
            "string(\"",
            "strings(\"",
            "boolean(\"",
            "count(\"",
            "counts(\"",
            "word(\"",
            "moment(\"",
            "end(\"",
            "node(\"",
            "tables(\"",
            "&mut fields, \"",
            "(fields, \"",
        ];
        for ask in asks {
            for found in source.split(ask).skip(1) {
                let key = found.split('"').next().unwrap();
                if !page.contains(key) {
                    missing.push(format!("{room}: {key}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
