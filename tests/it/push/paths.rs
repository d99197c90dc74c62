//! Pushes of tools' files under other names, in other places and as other things: what is
//! found as disguised, what counts as moved, and how large a change is.

use crate::support::{Client, Options, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
const SETTINGS: &str = ".claude/settings.json";
const OFF: &str = r#"{"attribution": {"commit": "", "pr": ""}}"#;
const FULL: &str = r#"{"permissions": {"allow": ["Bash(make:*)", "WebFetch"]}, "model": "opus"}"#;

/// Marker, verdict and path of each finding in what `HEAD` brings.
fn judged(client: &Client) -> Vec<(String, String, String)> {
    let out = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]).out();
    let records = out.lines().map(|line| serde_json::from_str(line).unwrap());
    let found = records.filter(|record: &serde_json::Value| record["type"] == "finding");
    let word =
        |record: &serde_json::Value, key: &str| record[key].as_str().unwrap_or_default().to_owned();
    found.map(|it| (word(&it, "marker"), word(&it, "verdict"), word(&it, "path"))).collect()
}

fn start() -> (TestServer, Client) {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("readme", "x").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    (server, client)
}

/// Names that Windows, macOS or a file system that ignores case take for a tool's.
#[test]
fn names_that_a_file_system_takes_for_a_tool_s_are_found() {
    let (_server, client) = start();
    for (path, marker) in [
        ("CLAUDE.md.", "claude-code/config"),
        ("sub/CLAUDE.md . .", "claude-code/config"),
        ("CLAUDE.md::$DATA", "claude-code/config"),
        ("CLA\u{200d}UDE.md", "claude-code/config"),
        (".claude./commands/a.md", "claude-code/config"),
        (".Claude /commands/a.md", "claude-code/config"),
        (".cla\u{200b}ude/commands/a.md", "claude-code/config"),
        (".cur\u{17f}or/rules/a.mdc", "cursor/config"),
        (".AIDER.model.yml", "aider/config"),
        (".GitHub/Copilot-Instructions.md", "github-copilot/config"),
        // A weak marker of the same path does not hide it.
        (".Claude/AGENTS.md", "claude-code/config"),
        (".agents/.CLAUDE/x", "claude-code/config"),
    ] {
        client.commit(clean("Disguised")).file(path, "{}").create();
        let found = judged(&client);
        let has = |id: &str| found.iter().any(|(marker, ..)| marker == id);
        assert!(has(marker) && has("tamper/case"), "{path}: {found:?}");
        client.submit(&["main"]).must_reject(&[MAIN]).must_say(marker);
        client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    let commit = client.commit(clean("Documents")).file("docs/claude.md", "x");
    let commit = commit.file("agents.md", "x").file("claude.md.", "x").file("claude/x", "x");
    let commit = commit.file("Claude Code.", "x").file("docs/copilot-instructions.md.", "x");
    commit.file("CLAUDE.md.txt", "x").file("a.b. /c", "x").file("Skills/x", "x").create();
    assert_eq!(judged(&client), []);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
}

/// A file that is no finding becomes a link in the place of a directory: that is new.
#[test]
fn a_file_that_becomes_a_link_is_added() {
    let (_server, client) = start();
    client.commit(clean("A file")).file(".claude", "x").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
    std::fs::remove_file(client.path().join(".claude")).unwrap();
    std::os::unix::fs::symlink("elsewhere", client.path().join(".claude")).unwrap();
    client.must(&["add", ".claude"]);
    client.must(&["commit", "-q", "-m", "A link"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("claude-code/config");
}

/// An off-switch goes elsewhere and becomes a configuration, at once or in two steps.
#[test]
fn an_off_switch_that_moves_and_grows_is_added() {
    let moved = "web/.claude/settings.json";
    let config = |path: &str| ("claude-code/config".into(), "reject".into(), path.into());
    let (_server, client) = start();
    client.commit(clean("Off")).file(SETTINGS, OFF).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.commit(clean("Move and grow")).remove(SETTINGS).file(moved, FULL).create();
    assert_eq!(judged(&client), [config(moved)]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say(moved);
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    // In two commits of one push.
    client.commit(clean("Move")).remove(SETTINGS).file(moved, OFF).create();
    let off = [("claude-code/off-switch".into(), "record".into(), moved.into())];
    assert_eq!(judged(&client), off);
    client.commit(clean("Grow")).file(moved, FULL).create();
    assert_eq!(judged(&client), [config(moved)]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Grow");
    // In two pushes.
    client.submit(&["main~1:main"]).must_accept(&[MAIN]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Grow");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    // The same object, in a place where it is no off-switch.
    let agent = ".claude/agents/settings.json";
    client.commit(clean("Into use")).remove(moved).file(agent, OFF).create();
    assert_eq!(judged(&client), [config(agent)]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say(agent);
}

/// Only the same object under the same marker was moved, and it was moved once.
#[test]
fn a_file_of_the_same_name_is_not_moved() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("CLAUDE.md", "1\n").file(".cursorrules", "2\n").create();
    server.push_unseen(&client, &["main"]);
    let uses = || {
        let out = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]).out();
        let out = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let paths = out.filter(|it| it["type"] == "finding");
        paths.map(|it| (it["path"].clone(), it["verdict"].clone())).collect::<Vec<_>>()
    };
    let is = |path: &str, verdict: &str| (path.into(), verdict.into());
    client.commit(clean("Move")).remove("CLAUDE.md").file("a/CLAUDE.md", "1\n").create();
    assert_eq!(uses(), [is("a/CLAUDE.md", "record")]);
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.commit(clean("Rewrite")).remove("a/CLAUDE.md").file("CLAUDE.md", "3\n").create();
    assert_eq!(uses(), [is("CLAUDE.md", "reject")]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Rewrite");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    // Another tool's file with the same content.
    client.commit(clean("Other")).remove("a/CLAUDE.md").file("GEMINI.md", "1\n").create();
    assert_eq!(uses(), [is("GEMINI.md", "reject")]);
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    let commit = client.commit(clean("Twice")).remove("a/CLAUDE.md");
    commit.file("b/CLAUDE.md", "1\n").file("c/CLAUDE.md", "1\n").create();
    assert_eq!(uses(), [is("b/CLAUDE.md", "record"), is("c/CLAUDE.md", "reject")]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("c/CLAUDE.md");
}

/// A text that did not count where it was is new where it goes.
#[test]
fn a_text_that_comes_from_where_it_did_not_count_is_added() {
    let (_server, client) = start();
    let mark = "# Generated with Claude Code\n";
    std::os::unix::fs::symlink(mark, client.path().join("link")).unwrap();
    client.must(&["add", "link"]);
    client.commit(clean("A link")).file("tests/data/settings.json", FULL).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
    client.commit(clean("A file")).remove("link").file("a.py", mark).create();
    assert_eq!(client.id("HEAD:a.py"), client.id("HEAD~1:link"));
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("claude-code/in-file");
    let commit = client.commit(clean("Into use")).remove("tests/data/settings.json");
    commit.file("tools/editor.json", FULL).create();
    let found: Vec<String> = judged(&client).into_iter().map(|(marker, ..)| marker).collect();
    assert_eq!(found, ["tamper/renamed", "claude-code/renamed-settings"]);
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["mv", "tools/editor.json", "tools/other.json"]);
    client.commit(clean("Elsewhere")).create();
    assert_eq!(judged(&client), []);
}

/// What a scope for small changes takes for small.
#[test]
fn no_text_is_smaller_than_it_is() {
    let scope = |bound: &str| {
        format!(
            "[[policy.scope]]\nid = \"small\"\n{bound}\ntools = {{ claude-code = \"allow\" }}\n"
        )
    };
    let large = "y".repeat(500);
    let lines = |end: &str| ["1", "2", "3", "4", ""].join(end);
    for (bound, content, is_small) in [
        ("max-lines = 3", "1\n2\n3\n".to_owned(), true),
        ("max-lines = 3", "1\r\n2\r\n3\r\n".to_owned(), true),
        ("max-lines = 3", lines("\n"), false),
        ("max-lines = 3", lines("\r"), false),
        ("max-lines = 3", lines("\r\n"), false),
        ("max-lines = 3", lines("\u{b}"), false),
        ("max-lines = 3", lines("\u{c}"), false),
        ("max-lines = 3", lines("\u{85}"), false),
        ("max-lines = 3", lines("\u{2028}"), false),
        ("max-lines = 3", lines("\u{2029}"), false),
        ("max-lines = 3", "\0".to_owned(), false),
        ("max-lines = 1000000", format!("{}\0", lines("\n").repeat(2000)), false),
        ("max-lines = 3", large.clone(), true),
        ("max-lines = 3\nmax-bytes = 100", large.clone(), false),
        ("max-bytes = 100", lines("\n"), true),
        ("max-bytes = 100", "\0".to_owned(), false),
        ("max-bytes = 499", large.clone(), false),
        ("max-bytes = 500", large.clone(), true),
        ("min-bytes = 501", large.clone(), false),
        ("min-bytes = 500\nmax-bytes = 500", large.clone(), true),
        ("min-lines = 5", lines("\r"), false),
        ("min-lines = 4", lines("\r"), true),
    ] {
        let server = Options::default().rules(&scope(bound)).start();
        let client = server.client();
        client.commit(marked("Change")).file("a", &content).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), is_small, "{bound}, {content:?}: {}", pushed.all());
    }
}
