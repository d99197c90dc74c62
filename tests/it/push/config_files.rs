//! Pushes of configuration files that are judged by what is in them: those that only
//! switch a tool's credits off, and those that have another name than their tool gives them.

use crate::support::{Client, Options, TestServer, clean};

const MAIN: &str = "refs/heads/main";
const SETTINGS: &str = ".claude/settings.json";
const OFF: &str = r#"{"attribution": {"commit": "", "pr": ""}}"#;
const FULL: &str = r#"{"permissions": {"allow": ["Bash(make:*)", "WebFetch"]}, "model": "opus"}"#;
const RENAMED: &str = "claude-code/renamed-settings";

/// A server that has a clean commit on `main`.
fn start(options: Options) -> (TestServer, Client) {
    let server = options.start();
    let client = server.client();
    client.commit(clean("Base")).file("a.json", "{}").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    (server, client)
}

/// The finding records of what `HEAD` brings.
fn records(client: &Client) -> Vec<serde_json::Value> {
    let finished = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]);
    let out = finished.out();
    let records = out.lines().map(|line| serde_json::from_str(line).unwrap());
    records.filter(|record: &serde_json::Value| record["type"] == "finding").collect()
}

/// Marker and verdict of each finding.
fn judged(client: &Client) -> Vec<(String, String)> {
    let word = |record: &serde_json::Value, key: &str| record[key].as_str().unwrap().to_owned();
    records(client).iter().map(|it| (word(it, "marker"), word(it, "verdict"))).collect()
}

#[test]
fn a_file_that_only_switches_credits_off_is_recorded() {
    let (_server, client) = start(Options::default());
    client.commit(clean("No credits")).file(SETTINGS, OFF).create();
    assert_eq!(judged(&client), [("claude-code/off-switch".into(), "record".into())]);
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1).must_say("1 finding");
}

#[test]
fn an_off_switch_that_becomes_a_configuration_counts_as_added() {
    let (_server, client) = start(Options::default());
    client.commit(clean("No credits")).file(SETTINGS, OFF).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.commit(clean("More")).file(SETTINGS, FULL).create();
    assert_eq!(judged(&client), [("claude-code/config".into(), "reject".into())]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("claude-code/config");
    // The other way round nothing comes into use.
    client.commit(clean("Less")).file(SETTINGS, OFF).create();
    assert_eq!(judged(&client), [("claude-code/off-switch".into(), "record".into())]);
}

#[test]
fn an_off_switch_beside_anything_else_is_a_configuration() {
    for (path, content) in [
        (SETTINGS, r#"{"includeCoAuthoredBy": false, "model": "opus"}"#),
        (SETTINGS, r#"{"includeCoAuthoredBy": false"#),
        (".claude/agents/a.md", OFF),
        ("crush.json", r#"{"options": {"attribution": {"trailer_style": "none"}, "debug": true}}"#),
    ] {
        let (_server, client) = start(Options::default());
        client.commit(clean("Settings")).file(path, content).create();
        client.submit(&["main"]).must_reject(&[MAIN]).must_say("/config");
    }
}

#[test]
fn policy_says_what_an_off_switch_is_worth() {
    let rules = "[policy.kinds.path]\noff-switch = \"reject\"\n";
    let (_server, client) = start(Options::default().rules(rules));
    client.commit(clean("No credits")).file(".noai", "").create();
    // A weak marker is no more than the weak ones.
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("junie/off-switch");
    client.commit(clean("No credits")).file(SETTINGS, OFF).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("claude-code/off-switch");

    let rules = "[policy.tools]\nclaude-code = { verdict = \"reject\", path = \"warn\" }\n";
    let (_server, client) = start(Options::default().rules(rules));
    client.commit(clean("No credits")).file(SETTINGS, OFF).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("claude-code/off-switch");
}

#[test]
fn a_configuration_under_another_name_is_tampering() {
    let (_server, client) = start(Options::default());
    client.commit(clean("Editor")).file("tools/editor.json", FULL).create();
    let found = judged(&client);
    let warned = |id: &str| (id.to_owned(), "warn".to_owned());
    assert_eq!(found, [warned("tamper/renamed"), warned(RENAMED)]);
    assert!(records(&client).iter().all(|record| record["tool"] == "claude-code"));
    let pushed = client.submit(&["main"]);
    pushed.must_accept(&[MAIN]).must_say("tamper/renamed").must_say("tools/editor.json");
    // One that was there before as something else is found when it becomes one.
    client.commit(clean("Settings")).file("a.json", FULL).create();
    assert_eq!(judged(&client), found);
    // And not again while it stays one.
    client.commit(clean("Again")).file("a.json", FULL.replace("make", "just")).create();
    assert_eq!(judged(&client), [] as [(String, String); 0]);
}

#[test]
fn policy_can_refuse_a_configuration_under_another_name() {
    let rules =
        "[policy.tools]\n\"tamper/renamed\" = { verdict = \"reject\", weak = \"reject\" }\n";
    let (_server, client) = start(Options::default().rules(rules));
    client.commit(clean("Editor")).file("tools/editor.json", FULL).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("tamper/renamed");
}

#[test]
fn what_quotes_a_configuration_is_none() {
    let (_server, client) = start(Options::default());
    let quoted = format!("To let it run make:\n\n```json\n{FULL}\n```\n");
    let heading = "# CLAUDE.md\n\nThis file provides guidance to Claude Code (claude.ai/code) \
                   when working with code in this repository.\n";
    let commit = client.commit(clean("About it")).file("notes.md", &quoted);
    let commit = commit.file("case.json", format!("{{\"name\": \"a case\", \"input\": {FULL}}}"));
    let commit = commit.file("cases.jsonl", format!("{FULL}\n{FULL}\n"));
    let commit = commit.file("tests/data/settings.json", FULL).file("src/settings_test.json", FULL);
    let commit = commit.file("settings.example.json", FULL).file("docs/claude.md", heading);
    commit.file("init.md", format!("It writes:\n\n{heading}")).create();
    assert_eq!(judged(&client), [] as [(String, String); 0]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
}

#[test]
fn a_file_with_its_own_name_is_not_renamed() {
    let rules = "[[tool]]\nid = \"claude-code\"\n[[tool.marker]]\nid = \"claude-code/config\"\n\
                 disabled = \"our template has it\"\n";
    let (_server, client) = start(Options::default());
    client.commit(clean("Settings")).file(SETTINGS, FULL).create();
    assert_eq!(judged(&client), [("claude-code/config".into(), "reject".into())]);
    // Nor when its marker is switched off.
    let (_server, client) = start(Options::default().rules(rules));
    client.commit(clean("Settings")).file(SETTINGS, FULL).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
}

#[test]
fn moving_a_configuration_away_is_not_using_it() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Before the hook")).file(SETTINGS, FULL).create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Kept for later")).remove(SETTINGS).file("old/x.json", FULL).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
}
