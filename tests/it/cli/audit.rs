//! `provost audit`: the whole history of repositories, each finding once.

use clap::ValueEnum;
use provost::report::Format;
use serde_json::Value;

use crate::support::{CLAUDE_MARKER, Client, Finished, Sandbox, TestServer, clean, marked};

/// Two repositories below one directory: `one` with a work tree, `two.git` without.
fn two() -> (Sandbox, Client) {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "one", &[]);
    client.commit(clean("Base")).create();
    client.commit(marked("Marked")).create();
    client.must(&["branch", "another"]);
    client
        .commit(clean("Generated"))
        .file("a.py", "# Generated with Claude Code\nx = 1\n")
        .create();
    client.commit(clean("Editor")).file(".tabnine_root", "").create();
    sandbox.git("").args(["init", "-q", "--bare", "two.git"]).ok();
    client.must(&[
        "push",
        "-q",
        sandbox.path("two.git").to_str().unwrap(),
        "main~2:refs/heads/main",
    ]);
    (sandbox, client)
}

fn audit(sandbox: &Sandbox, arguments: &[&str]) -> (Finished, Vec<Value>) {
    let finished = sandbox.provost("").arg("audit").args(arguments).finish();
    let records = finished.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (finished, records)
}

/// `repo marker verdict` of findings, `repo commits findings` of summaries.
fn brief(records: &[Value]) -> Vec<String> {
    let text = |record: &Value, key: &str| match &record[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let line = |record: &Value| {
        let keys = match record["type"].as_str() {
            Some("finding") => ["repo", "marker", "verdict"],
            _ => ["repo", "commits", "findings"],
        };
        keys.map(|key| text(record, key)).join(" ")
    };
    records.iter().map(line).collect()
}

#[test]
fn two_repositories_in_one_run() {
    let (sandbox, client) = two();
    let (finished, records) = audit(&sandbox, &["--format", "jsonl", "one", "two.git"]);
    finished.expect(1);
    assert_eq!(
        brief(&records),
        [
            format!("one {CLAUDE_MARKER} reject"),
            "one claude-code/in-file warn".into(),
            "one tabnine/config reject".into(),
            "one 4 3".into(),
            format!("two {CLAUDE_MARKER} reject"),
            "two 2 1".into(),
        ]
    );
    // Two branches reach the commit: the first by name stands for both.
    assert_eq!(records[0]["ref"], "refs/heads/another");
    assert_eq!(records[0]["commit"], client.id("another"));
    assert_eq!(records[1]["ref"], "refs/heads/main");
    assert_eq!(records[1]["path"], "a.py");
    assert_eq!((&records[1]["field"], &records[1]["line"]), (&"content".into(), &1.into()));
    assert_eq!((&records[3]["exit"], &records[3]["warned"]), (&1.into(), &1.into()));
}

#[test]
fn every_format_shows_each_repository_and_what_was_found_in_it() {
    let (sandbox, client) = two();
    for format in Format::value_variants() {
        let name = format.to_possible_value().unwrap();
        let words = ["audit", "--format", name.get_name(), "one", "two.git"];
        let finished = sandbox.provost("").args(words).finish().expect(1);
        let out = finished.out();
        for part in ["one", "two", &client.short("another")[..7], "Claude", ".tabnine_root"] {
            assert!(out.contains(part), "{part} in the format {}:\n{out}", name.get_name());
        }
    }
}

#[test]
fn without_content_files_are_not_read_and_without_path_trees_are_not() {
    let (sandbox, _client) = two();
    let (finished, records) =
        audit(&sandbox, &["--format", "jsonl", "--without", "content", "one"]);
    finished.expect(1);
    let marker = format!("one {CLAUDE_MARKER} reject");
    let expected = [marker.clone(), "one tabnine/config reject".into(), "one 4 2".into()];
    assert_eq!(brief(&records), expected);
    let (finished, records) = audit(&sandbox, &["--format", "jsonl", "--without", "path", "one"]);
    finished.expect(1);
    assert_eq!(brief(&records), [marker, "one 4 1".into()]);
    sandbox.provost("").args(["audit", "--without", "nothing", "one"]).finish().expect(2);
}

#[test]
fn a_clean_history_breaches_nothing() {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "clean", &[]);
    client.commit(clean("One")).create();
    let (finished, records) = audit(&sandbox, &["--format", "jsonl", "clean"]);
    finished.expect(0);
    assert_eq!(brief(&records), ["clean 1 0"]);
    sandbox.git("").args(["init", "-q", "--bare", "empty.git"]).ok();
    let (finished, records) = audit(&sandbox, &["--format", "jsonl", "empty.git"]);
    finished.expect(0);
    assert_eq!(brief(&records), ["empty 0 0"]);
}

/// Findings that belong to no commit have `null` there, and the ref says where they are.
#[test]
fn tags_notes_and_branch_names_belong_to_their_refs() {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "one", &[]);
    let id = client.commit(clean("Base")).create();
    client.must(&["branch", "claude/fix-1"]);
    client.must(&["tag", "-a", "-m", &marked("Release"), "v1"]);
    let note = "src/main.rs\n  s_0123456789abcd::t_89abcdef012345 1-4\n---\n{}\n";
    client.must(&["notes", "--ref=ai", "add", "-m", note]);
    let (finished, records) = audit(&sandbox, &["--format", "jsonl", "one"]);
    finished.expect(1);
    let found = |kind: &str| {
        let mut of_kind = records.iter().filter(|record| record["kind"] == kind);
        let one = of_kind.next().unwrap_or_else(|| panic!("no {kind}"));
        assert!(of_kind.next().is_none() && one["commit"].is_null(), "{records:?}");
        one
    };
    let tag = found("trailer");
    assert_eq!(tag["field"], format!("tag {}", client.id("refs/tags/v1")));
    assert_eq!((&tag["ref"], &tag["line"]), (&"refs/tags/v1".into(), &3.into()));
    let note = found("note");
    assert_eq!((&note["ref"], &note["path"]), (&"refs/notes/ai".into(), &id.into()));
    assert_eq!(note["field"], "note");
    let name = found("ref");
    assert_eq!(
        (&name["ref"], &name["verdict"]),
        (&"refs/heads/claude/fix-1".into(), &"record".into())
    );
    assert_eq!(records.last().unwrap()["commits"], 2);
}

#[test]
fn repositories_of_every_make() {
    for options in [
        &["--bare", "--object-format=sha256"][..],
        &["--bare", "--ref-format=reftable"],
        &["--bare", "--object-format=sha256", "--ref-format=reftable"],
    ] {
        let sandbox = Sandbox::new();
        let made = sandbox.git("").args(["init", "-q"]).args(options).arg("server.git").finish();
        if made.code != Some(0) {
            crate::support::skip("this git has no reftable format");
            continue;
        }
        let sha256 = options.contains(&"--object-format=sha256");
        let format = if sha256 { "--object-format=sha256" } else { "--object-format=sha1" };
        let client = Client::init(&sandbox, "client", &[format]);
        client.commit(clean("One")).create();
        let id = client.commit(marked("Two")).create();
        client.must(&["push", "-q", sandbox.path("server.git").to_str().unwrap(), "main"]);
        let (finished, records) = audit(&sandbox, &["--format", "jsonl", "server.git"]);
        finished.expect(1);
        let expected = [format!("server {CLAUDE_MARKER} reject"), "server 2 1".into()];
        assert_eq!(brief(&records), expected, "{options:?}");
        assert_eq!(records[0]["commit"], id);
    }
}

/// Merges bring nothing of their own, and what was in a pack is found as what was loose.
#[test]
fn a_packed_history_with_merges_gives_each_finding_once() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(marked("Side")).file("CLAUDE.md", "Be kind.\n").create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("Main")).file("a", "2").create();
    client.must(&["merge", "-q", "--no-ff", "-m", "Merge", "topic"]);
    server.push_unseen(&client, &["main", "topic"]);
    let before = audit(server.sandbox(), &["--format", "jsonl", "server.git"]).1;
    server.must(&["repack", "-adq"]);
    let after = audit(server.sandbox(), &["--format", "jsonl", "server.git"]).1;
    let expected = ["server claude-code/co-author reject", "server claude-code/config reject"];
    assert_eq!(brief(&before), [&expected[..], &["server 4 2"]].concat());
    assert_eq!(brief(&after), brief(&before));
    assert!(before[..2].iter().all(|record| record["commit"] == client.id("topic")));
}
