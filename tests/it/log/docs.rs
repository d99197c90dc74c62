//! docs/log.md: its commands run, its output is that of the program, its keys and fields
//! are all there are.

use super::super::support::marked;
use super::*;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/log.md");
    std::fs::read_to_string(path).unwrap()
}

fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let page = page();
    page.split(fence.as_str())
        .skip(1)
        .map(|it| it.split("```").next().unwrap().to_owned())
        .collect()
}

/// Ids, digests and times are others on each run.
fn without_change(text: &str) -> String {
    let hex = regex::Regex::new(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{7}\b").unwrap();
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT[\d:.]+Z").unwrap();
    time.replace_all(&hex.replace_all(text, "ID"), "TIME").into_owned()
}

#[test]
fn what_the_page_shows_is_what_is_shown() {
    let logged = Logged::new();
    logged.submit("one").must_accept(&["refs/heads/main"]);
    logged.submit(&marked("two")).must_reject(&["refs/heads/main"]);
    logged.sandbox().write("draft.toml", "[policy.tools]\nclaude-code = \"warn\"\n");
    let rules = logged.sandbox().path("rules-0.toml");
    let log = logged.log.to_str().unwrap();
    let mut seen = 0;
    for block in blocks("shell-session") {
        for part in block.split("$ ").skip(1) {
            let (command, shown) = part.split_once('\n').unwrap();
            let words: Vec<&str> = command.strip_prefix("provost ").unwrap().split(' ').collect();
            // A draft would hide the section that a test has in place of the system's.
            let replays = words.contains(&"replay");
            let own: &[&str] = if replays { &[] } else { &["--rules", rules.to_str().unwrap()] };
            let end: &[&str] = if replays { &[log] } else { &[] };
            let finished = logged.provost(&[own, &words, end].concat()).expect(0);
            let out = finished.out().replace(log, "/var/log/provost/log.jsonl");
            assert_eq!(without_change(&out), without_change(shown), "{command}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn every_field_and_every_key_is_on_the_page() {
    let page = page();
    let schema =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/log-schema.json"));
    let schema: Value = serde_json::from_str(&schema.unwrap()).unwrap();
    for (field, of) in schema["properties"].as_object().unwrap() {
        assert!(page.contains(&format!("`{field}`")), "{field}");
        assert!(of["description"].is_string(), "{field}");
    }
    // A key that nobody knows is answered with those that are known.
    let logged = Logged::new();
    let rules =
        logged.sandbox().write("wrong.toml", "[log]\nfile = \"/x\"\nzzzzzzzzzzzzzzzzzz = 1\n");
    let refused = logged.provost(&["--rules", rules.to_str().unwrap(), "rules", "list"]).expect(2);
    let known = refused.err();
    let known = known.split("known here: ").nth(1).unwrap().lines().next().unwrap();
    let keys: Vec<&str> = known.split(", ").map(str::trim).collect();
    assert_eq!(keys.len(), 9, "{known}");
    for key in keys {
        assert!(page.contains(&format!("| `{key}` |")), "{key}");
    }
}

#[test]
fn every_subcommand_has_a_help_text_with_examples() {
    let logged = Logged::new();
    for name in ["show", "verify", "head", "export", "replay"] {
        let help = logged.provost(&["log", name, "--help"]).expect(0).out();
        assert!(help.contains("Examples:\n  provost log "), "{name}: {help}");
        assert!(help.contains("--format"), "{name}");
    }
}
