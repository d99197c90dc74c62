//! Bad input: every mistake named at once with its place, and nothing accepted that
//! could not be judged.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = hermetic(Command::new("git"), directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}

fn hermetic(mut command: Command, directory: &Path) -> Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(name);
    }
    command
        .current_dir(directory)
        .env("HOME", directory)
        .env("XDG_CONFIG_HOME", directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.com");
    command
}

fn provost(directory: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = hermetic(Command::new(env!("CARGO_BIN_EXE_provost")), directory);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read its input closes it; that is no failure of the test.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A work tree with two commits.
fn repository() -> TempDir {
    let directory = TempDir::new().unwrap();
    git(directory.path(), &["init", "-q", "-b", "main"]);
    for name in ["one", "two"] {
        fs::write(directory.path().join(name), name).unwrap();
        git(directory.path(), &["add", name]);
        git(directory.path(), &["commit", "-q", "-m", name]);
    }
    directory
}

fn rules(directory: &TempDir, content: &str) -> String {
    let path = directory.path().join("my-rules.toml");
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

#[test]
fn all_mistakes_of_a_rules_file_are_shown_at_once_with_their_places() {
    let directory = repository();
    let path = rules(
        &directory,
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
    let output = provost(directory.path(), &["--isolated", "--rules", &path, "check"], b"");
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output.stderr).replace(&path, "my-rules.toml");
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
    let directory = repository();
    let path = rules(&directory, "[policy]\nmode =\ndefault = reject\n");
    let output = provost(directory.path(), &["--isolated", "--rules", &path, "check"], b"");
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output.stderr);
    assert!(shown.contains("my-rules.toml:2:") && shown.contains("my-rules.toml:3:11"), "{shown}");
}

#[test]
fn an_id_appears_once_in_a_file() {
    let directory = repository();
    let path = rules(
        &directory,
        "[[tool]]\nid = \"cursor\"\nname = \"A\"\n[[tool]]\nid = \"cursor\"\nname = \"B\"\n",
    );
    let output = provost(directory.path(), &["--isolated", "--rules", &path, "check"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the id `cursor` appears twice"));
}

#[test]
fn a_layer_changes_a_marker_by_its_id_and_names_itself_as_the_reason() {
    let directory = repository();
    let path = rules(
        &directory,
        "[policy.tools]\nclaude-code = { verdict = \"warn\", reason = \"on trial\" }\n\
         [[tool]]\nid = \"cursor\"\n[[tool.marker]]\nid = \"cursor/co-author\"\n\
         disabled = \"not here\"\n",
    );
    let commit = |trailer: &str| {
        git(directory.path(), &["commit", "-q", "--allow-empty", "-m", &format!("x\n\n{trailer}")]);
    };
    commit("Co-Authored-By: Claude <noreply@anthropic.com>");
    let arguments = ["--isolated", "--rules", &path, "check", "--format", "jsonl", "HEAD~1..HEAD"];
    let output = provost(directory.path(), &arguments, b"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains(r#""verdict":"warn""#) && shown.contains("my-rules.toml:2"), "{shown}");
    commit("Co-authored-by: Cursor <cursoragent@cursor.com>");
    let output = provost(directory.path(), &arguments, b"");
    assert!(text(&output.stdout).contains(r#""findings":0"#), "{}", text(&output.stdout));
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_named() {
    let directory = repository();
    let output = provost(directory.path(), &["--rules", "no/such.toml", "check"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read no/such.toml"));
    fs::write(directory.path().join("bytes.toml"), b"a = \"\xff\"").unwrap();
    let output = provost(directory.path(), &["--rules", "bytes.toml", "check"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("bytes.toml is not UTF-8 text (byte 5)"));
}

#[test]
fn a_revision_that_does_not_exist_is_named() {
    let directory = repository();
    for range in ["main..nowhere", "nowhere", "^nowhere"] {
        let output = provost(directory.path(), &["--isolated", "check", range], b"");
        assert_eq!(output.status.code(), Some(2));
        let shown = text(&output.stderr);
        assert!(shown.contains("the revision `nowhere` does not exist"), "{shown}");
        assert!(shown.contains("git branch --all"), "{shown}");
    }
}

#[test]
fn what_is_no_repository_is_named() {
    let directory = TempDir::new().unwrap();
    let output = provost(directory.path(), &["--isolated", "audit", "nowhere"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot open the repository nowhere"));
    let output = provost(directory.path(), &["--isolated", "-C", "nowhere", "check"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn one_unreadable_repository_does_not_hide_the_others() {
    let directory = repository();
    let arguments = ["--isolated", "audit", "--format", "jsonl", "nowhere", "."];
    let output = provost(directory.path(), &arguments, b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains(r#""type":"summary""#));
    assert!(text(&output.stderr).contains("1 of the repositories could not be judged whole"));
}

#[test]
fn a_corrupt_object_is_named_and_nothing_is_passed() {
    let directory = repository();
    let id = git(directory.path(), &["rev-parse", "HEAD~1"]);
    let (folder, file) = id.split_at(2);
    let path = directory.path().join(".git/objects").join(folder).join(file);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(&path, permissions).unwrap();
    fs::write(&path, b"garbage").unwrap();
    for arguments in [vec!["--isolated", "check", "HEAD"], vec!["--isolated", "audit", "."]] {
        let output = provost(directory.path(), &arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let shown = text(&output.stderr);
        assert!(shown.contains(&id) && shown.contains("git fsck"), "{shown}");
    }
}

#[test]
fn the_hook_refuses_what_it_was_not_told_whole() {
    let directory = repository();
    let git_dir = directory.path().join(".git");
    let new = git(directory.path(), &["rev-parse", "HEAD"]);
    let null = "0".repeat(40);
    let whole = format!("{null} {new} refs/heads/x\n");
    let run = |input: &str| provost(&git_dir, &["--isolated", "pre-receive"], input.as_bytes());
    assert_eq!(run(&whole).status.code(), Some(0), "{}", text(&run(&whole).stderr));
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
        assert_eq!(output.status.code(), Some(2), "{input:?}");
        let shown = text(&output.stderr);
        assert!(shown.contains("could not be judged, so it is refused"), "{shown}");
        assert!(shown.contains(cause), "{cause:?} is missing from:\n{shown}");
    }
}

#[test]
fn the_hook_refuses_with_broken_rules_of_the_repository() {
    let directory = repository();
    let git_dir = directory.path().join(".git");
    let new = git(directory.path(), &["rev-parse", "HEAD"]);
    let input = format!("{} {new} refs/heads/x\n", "0".repeat(40));
    fs::create_dir(git_dir.join("provost")).unwrap();
    fs::write(git_dir.join("provost/rules.toml"), "[policy]\nmode = 1\n").unwrap();
    let output = provost(&git_dir, &["pre-receive"], input.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output.stderr);
    assert!(shown.contains("provost/rules.toml:2:8"), "{shown}");
    assert!(shown.contains("administrators of this server"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
    // Named in the configuration, the file must be there.
    git(directory.path(), &["config", "provost.rules", "elsewhere.toml"]);
    let output = provost(&git_dir, &["pre-receive"], input.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("elsewhere.toml"));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let directory = TempDir::new().unwrap();
    for arguments in [
        vec!["no-such-command"],
        vec!["pre-receive", "--platform", "no-such-platform"],
        vec!["check", "--format", "no-such-format"],
        vec!["audit"],
        vec!["update", "refs/heads/x", "1", "2"],
    ] {
        let output = provost(directory.path(), &arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}
