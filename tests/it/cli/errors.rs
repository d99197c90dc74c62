//! Bad input: every mistake named at once with its place, and nothing accepted that
//! could not be judged.

use std::fs;

use crate::support::{Client, Finished, Sandbox};

/// A work tree with two commits.
fn repository() -> Client {
    let client = Client::alone();
    for name in ["one", "two"] {
        client.commit(name).file(name, name).create();
    }
    client
}

fn rules(client: &Client, content: &str) -> String {
    client.sandbox().write("my-rules.toml", content).display().to_string()
}

/// The hook, run by hand in the git directory, with the layers of the repository.
fn hook(client: &Client, arguments: &[&str], input: &str) -> Finished {
    let git_dir = client.path().join(".git");
    let run = client.sandbox().run(crate::support::PROVOST, git_dir);
    run.args(arguments).arg("pre-receive").input(input).finish()
}

#[test]
fn all_mistakes_of_a_rules_file_are_shown_at_once_with_their_places() {
    let client = repository();
    let path = rules(
        &client,
        r#"[policy]
defualt = "warn"
mode = "enforced"
[policy.tools]
claude-cod = "reject"

[[tool]]
id = "mine"
vendor = "Us"
[[tool.marker]]
id = "mine/footer"
kind = "line"
confidence = "strong"
keywords = ["made by"]
pattern = '^made by ('
"#,
    );
    let output = client.provost(&["--rules", &path, "check"]);
    assert_eq!(output.code, Some(2));
    let shown = output.err().replace(&path, "my-rules.toml");
    for expected in [
        "unknown key `defualt` in [policy]",
        "did you mean `default`?",
        "my-rules.toml:2:1",
        "`mode` can't be `enforced`",
        "did you mean `enforce`?",
        "my-rules.toml:3:8",
        "there is no tool `claude-cod` in the catalogue",
        "did you mean `claude-code`?",
        "my-rules.toml:5:1",
        "is not a regular expression",
        "my-rules.toml:15:11",
        "^^^",
        "4 mistakes found",
        "Nothing is judged with broken rules",
    ] {
        assert!(shown.contains(expected), "{expected:?} is missing from:\n{shown}");
    }
}

#[test]
fn syntax_errors_have_line_and_caret() {
    let client = repository();
    let path = rules(&client, "[policy]\nmode =\ndefault = reject\n");
    let output = client.provost(&["--rules", &path, "check"]);
    assert_eq!(output.code, Some(2));
    let shown = output.err();
    assert!(shown.contains("my-rules.toml:2:") && shown.contains("my-rules.toml:3:11"), "{shown}");
}

#[test]
fn an_id_appears_once_in_a_file() {
    let client = repository();
    let path = rules(
        &client,
        "[[tool]]\nid = \"cursor\"\nname = \"A\"\n[[tool]]\nid = \"cursor\"\nname = \"B\"\n",
    );
    let output = client.provost(&["--rules", &path, "check"]);
    assert_eq!(output.code, Some(2));
    assert!(output.err().contains("the id `cursor` appears twice"));
}

#[test]
fn a_layer_changes_a_marker_by_its_id_and_names_itself_as_the_reason() {
    let client = repository();
    let path = rules(
        &client,
        "[policy.tools]\nclaude-code = { verdict = \"warn\", reason = \"on trial\" }\n\
         [[tool]]\nid = \"cursor\"\n[[tool.marker]]\nid = \"cursor/co-author\"\n\
         disabled = \"not here\"\n",
    );
    let commit = |trailer: &str| client.commit(format!("x\n\n{trailer}\n")).create();
    commit("Co-Authored-By: Claude <noreply@anthropic.com>");
    let arguments = ["--rules", &path, "check", "--format", "jsonl", "HEAD~1..HEAD"];
    let output = client.provost(&arguments);
    assert_eq!(output.code, Some(0), "{}", output.err());
    let shown = output.out();
    assert!(shown.contains(r#""verdict":"warn""#) && shown.contains("my-rules.toml:2"), "{shown}");
    commit("Co-authored-by: Cursor <cursoragent@cursor.com>");
    let output = client.provost(&arguments);
    assert!(output.out().contains(r#""findings":0"#), "{}", output.out());
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_named() {
    let client = repository();
    let output = client.provost(&["--rules", "no/such.toml", "check"]);
    assert_eq!(output.code, Some(2));
    assert!(output.err().contains("cannot read no/such.toml"));
    fs::write(client.path().join("bytes.toml"), b"a = \"\xff\"").unwrap();
    let output = client.provost(&["--rules", "bytes.toml", "check"]);
    assert_eq!(output.code, Some(2));
    assert!(output.err().contains("bytes.toml is not UTF-8 text (byte 5)"));
}

#[test]
fn a_revision_that_does_not_exist_is_named() {
    let client = repository();
    for range in ["main..nowhere", "nowhere", "^nowhere"] {
        let output = client.provost(&["check", range]);
        assert_eq!(output.code, Some(2));
        let shown = output.err();
        assert!(shown.contains("the revision `nowhere` does not exist"), "{shown}");
        assert!(shown.contains("git branch --all"), "{shown}");
    }
}

#[test]
fn what_is_no_repository_is_named() {
    let client = repository();
    let output = client.provost(&["audit", "nowhere"]);
    assert_eq!(output.code, Some(2));
    assert!(output.err().contains("cannot open the repository nowhere"));
    let output = client.provost(&["-C", "nowhere", "check"]);
    assert_eq!(output.code, Some(2));
}

#[test]
fn one_unreadable_repository_does_not_hide_the_others() {
    let client = repository();
    let arguments = ["audit", "--format", "jsonl", "nowhere", "."];
    let output = client.provost(&arguments);
    assert_eq!(output.code, Some(2));
    assert!(output.out().contains(r#""type":"summary""#));
    assert!(output.err().contains("1 of the repositories could not be judged whole"));
}

#[test]
fn a_corrupt_object_is_named_and_nothing_is_passed() {
    let client = repository();
    let id = client.id("HEAD~1");
    let (folder, file) = id.split_at(2);
    let path = client.path().join(".git/objects").join(folder).join(file);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(&path, permissions).unwrap();
    fs::write(&path, b"garbage").unwrap();
    for arguments in [vec!["check", "HEAD"], vec!["audit", "."]] {
        let output = client.provost(&arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}");
        let shown = output.err();
        assert!(shown.contains(&id) && shown.contains("git fsck"), "{shown}");
    }
}

#[test]
fn the_hook_refuses_what_it_was_not_told_whole() {
    let client = repository();
    let new = client.id("HEAD");
    let null = "0".repeat(40);
    let whole = format!("{null} {new} refs/heads/x\n");
    let run = |input: &str| hook(&client, &["--isolated"], input);
    run(&whole).expect(0);
    for (input, cause) in [
        (String::new(), "no ref update arrived"),
        (whole[..whole.len() - 1].to_owned(), "the input was cut off here"),
        (whole[..50].to_owned(), "the input was cut off here"),
        (format!("{whole}{whole}nonsense\n"), "line 3 of the ref updates"),
        (format!("{} {new} refs/heads/x\n", "g".repeat(40)), "the old object id is not one"),
        (format!("{null} {new}\n"), "the ref name is missing"),
        (format!("{} {} refs/heads/x\n", "0".repeat(64), "1".repeat(64)), "length"),
    ] {
        let output = run(&input);
        assert_eq!(output.code, Some(2), "{input:?}");
        let shown = output.err();
        assert!(shown.contains("could not be judged, so it is refused"), "{shown}");
        let text = shown.replace('\n', " ");
        assert!(text.contains(cause), "{cause:?} is missing from:\n{shown}");
    }
}

#[test]
fn the_hook_refuses_with_broken_rules_of_the_repository() {
    let client = repository();
    let git_dir = client.path().join(".git");
    let new = client.id("HEAD");
    let input = format!("{} {new} refs/heads/x\n", "0".repeat(40));
    fs::create_dir(git_dir.join("provost")).unwrap();
    fs::write(git_dir.join("provost/rules.toml"), "[policy]\nmode = 1\n").unwrap();
    let output = hook(&client, &[], &input);
    assert_eq!(output.code, Some(2));
    let shown = output.err();
    assert!(shown.contains("provost/rules.toml:2:8"), "{shown}");
    assert!(shown.contains("administrators of this server"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
    // Named in the configuration, the file must be there.
    client.must(&["config", "provost.rules", "elsewhere.toml"]);
    let output = hook(&client, &[], &input);
    assert_eq!(output.code, Some(2));
    assert!(output.err().contains("elsewhere.toml"));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let sandbox = Sandbox::new();
    for arguments in [
        vec!["no-such-command"],
        vec!["pre-receive", "--platform", "no-such-platform"],
        vec!["check", "--format", "no-such-format"],
        vec!["audit"],
        vec!["update", "refs/heads/x", "1", "2"],
    ] {
        let output = sandbox.provost("").args(&arguments).finish();
        assert_eq!(output.code, Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}
