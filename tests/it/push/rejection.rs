//! What a pusher's terminal shows: snapshots of the server's lines as `git push` prints
//! them, and what holds for all of them whatever a commit says.
//!
//! Object ids and the line numbers of the built-in rules are replaced. The snapshots
//! are written again by `INSTA_UPDATE=always cargo test --test it push::rejection`.

use insta::assert_snapshot;

use crate::support::{Client, Options, Pushed, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
/// Git puts `remote: ` before each line: 84 columns in all at most.
const WIDTH: usize = 76;

fn start() -> (TestServer, Client) {
    let server = Options::default().quiet().start();
    let client = server.client();
    (server, client)
}

/// The server's text, checked for what must hold of every text, made comparable.
#[track_caller]
fn shown(pushed: &Pushed) -> String {
    for line in &pushed.remote {
        assert!(columns(line) <= WIDTH, "{} columns: {line:?}\n{}", columns(line), pushed.all());
        let plain = |c: char| !c.is_control() && !is_invisible(c);
        assert!(line.chars().all(plain), "unprintable: {line:?}");
    }
    let text = pushed.text();
    let lower = text.to_lowercase();
    for advice in ["remove", "delete", "strip", "erase", "rebase", "reword", "--amend", "clean up"]
    {
        assert!(!lower.contains(advice), "the text says `{advice}`:\n{text}");
    }
    assert!(!pushed.all().contains('\x1b'), "an escape reached the terminal");
    text.lines().map(comparable).collect::<Vec<_>>().join("\n")
}

/// Columns of a terminal: wide characters take two.
fn columns(line: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0x1F300..=0x1FAFF)
    };
    line.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

fn comparable(line: &str) -> String {
    let mut out = Vec::new();
    for word in line.split(' ') {
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        out.push(match word.split_once(':') {
            Some(("rules.toml", _)) => "rules.toml:N".to_owned(),
            // The temporary directory has another name every time.
            _ if word.contains("/sandbox-") => {
                format!("DIR/{}", word.rsplit('/').next().unwrap_or_default())
            }
            _ if matches!(word.len(), 7 | 40) && hex(word) => "ID".to_owned(),
            _ => word.to_owned(),
        });
    }
    out.join(" ")
}

#[test]
fn one_commit_of_claude_code() {
    let (_server, client) = start();
    client.commit(clean("Greet the user")).file("greet.sh", "echo hello\n").create();
    client.commit(marked("Parse the input")).file("parse.sh", "read -r line\n").create();
    assert_snapshot!("one_commit", shown(client.push(&["main"]).must_reject(&[MAIN])));
}

#[test]
fn several_commits_by_several_tools() {
    let (_server, client) = start();
    let with = |subject: &str, line: &str| {
        client.commit(format!("{subject}\n\n{line}\n")).file(subject, "x").create();
    };
    with("One", "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>");
    with("Two", "Co-authored-by: Cursor <cursoragent@cursor.com>");
    client.commit("Three\n").author("copilot-swe-agent[bot]", COPILOT).file("3", "x").create();
    with("Four", "Assisted-by: Tabnine");
    with("Five", "Co-authored-by: aider (gpt-4o) <aider@aider.chat>");
    with("Six", "🤖 Generated with [Claude Code](https://claude.com/claude-code)");
    with("Seven", "Co-authored-by: openhands <openhands@all-hands.dev>");
    assert_snapshot!("several_commits", shown(client.push(&["main"]).must_reject(&[MAIN])));
}

const COPILOT: &str = "198982749+Copilot@users.noreply.github.com";

#[test]
fn a_path_of_tabnine() {
    let (_server, client) = start();
    client.commit(clean("Set up the editor")).file("web/.tabnine_root", "").create();
    assert_snapshot!("a_path", shown(client.submit(&["main"]).must_reject(&[MAIN])));
}

#[test]
fn a_warning_only() {
    let (server, client) = start();
    client.commit(clean("Ignore build results")).file(".kiteignore", "build/\n").create();
    let pushed = client.push(&["main"]);
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    assert_snapshot!("a_warning", shown(&pushed));
    assert_eq!(server.must(&["rev-parse", "main"]), client.id("main"));
}

#[test]
fn a_push_without_findings_says_nothing() {
    let (_server, client) = start();
    client.commit(clean("Greet the user")).file("greet.sh", "echo hello\n").create();
    let pushed = client.push(&["main"]);
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    assert_eq!(pushed.remote, [""; 0], "{}", pushed.all());
}

#[test]
fn a_policy_with_a_reason_and_a_contact() {
    let rules = "\
[policy]
contact = \"open-source-office@example.com\"
[policy.tools]
claude-code = { verdict = \"reject\", reason = \"It is classified as high-risk software by the \
committee for information security, decision 2026-17 of the first of October.\" }
";
    let server = Options::default().quiet().rules(rules).start();
    let client = server.client();
    client.commit(marked("Parse the input")).file("parse.sh", "read -r line\n").create();
    let pushed = client.submit(&["main"]);
    assert_snapshot!("reason_and_contact", shown(pushed.must_reject(&[MAIN])));
    // The line of the policy that decided.
    pushed.must_say("rules-0.toml:4");
}

#[test]
fn one_commit_with_many_marks_and_a_warning_beside() {
    let (_server, client) = start();
    let message = "Everything at once\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n\n\
        Claude-Session: https://claude.ai/code/session_01AbCdEfGhIjKlMnOpQrStUv\n\
        Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n\
        Co-authored-by: Cursor <cursoragent@cursor.com>\n";
    let commit = client.commit(message).author("claude[bot]", "noreply@anthropic.com");
    let commit = commit.file("CLAUDE.md", "Be kind.\n").file(".cursor/rules/a.mdc", "Be short.\n");
    commit.file(".kiteignore", "build/\n").create();
    assert_snapshot!("many_marks", shown(client.submit(&["main"]).must_reject(&[MAIN])));
}

#[test]
fn a_tag_and_a_note() {
    let (server, client) = start();
    client.commit(clean("Greet the user")).create();
    server.push_unseen(&client, &["main"]);
    client.must(&["tag", "-a", "-m", &marked("Release one"), "v1"]);
    let note = "src/main.rs\n  s_0123456789abcd::t_89abcdef012345 1-4,9\n---\n{}\n";
    client.must(&["notes", "--ref=ai", "add", "-m", note]);
    let pushed = client.push(&["v1", "refs/notes/ai"]);
    pushed.must_reject(&["refs/tags/v1", "refs/notes/ai"]);
    assert_snapshot!("tag_and_note", shown(&pushed));
}

/// The commits of somebody else are not the pusher's to change.
#[test]
fn commits_of_others_are_a_matter_for_a_baseline() {
    for count in [1, 2] {
        let (_server, client) = start();
        for number in 0..count {
            let commit = client.commit(marked(&format!("Import {number}")));
            commit.author("Ann", "ann@example.org").committer("Ben", "ben@example.org").create();
        }
        let pushed = client.submit(&["main"]);
        pushed.must_reject(&[MAIN]).must_say("baseline");
        shown(&pushed);
    }
}

#[test]
fn commits_that_the_pusher_committed_are_his_own() {
    let (_server, client) = start();
    for number in 0..2 {
        let commit = client.commit(marked(&format!("Apply {number}")));
        commit.author("Ann", "ann@example.org").committer("Dev", "dev@example.com").create();
    }
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_not_say("baseline");
    shown(&pushed);
}

#[test]
fn more_than_a_few_commits_are_a_matter_for_a_baseline() {
    let (_server, client) = start();
    for number in 0..6 {
        client.commit(marked(&format!("Number {number}"))).create();
    }
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("baseline").must_say("... and 1 more");
    shown(&pushed);
}

/// Subjects, identities and paths are the pusher's own bytes, and are shown to whoever
/// pushes them on.
#[test]
fn hostile_text_reaches_no_terminal() {
    let (_server, client) = start();
    let long = "w".repeat(5000);
    let subjects: [&[u8]; 5] = [
        b"\x1b[2J\x1b[31mgone\x1b]0;title\x07 \x9b31m",
        b"a\rremote: provost: accepted\x08\x08\x7f",
        "\u{202e}desrever\u{202c} \u{200b}\u{feff}\u{2066}\u{ad}".as_bytes(),
        b"caf\xe9 \xff\xfe \xf0\x9f\x92 \xc2\x9b1m",
        long.as_bytes(),
    ];
    client.must(&["switch", "-q", "--orphan", "trees"]);
    let mut parent = None;
    for (at, subject) in subjects.iter().enumerate() {
        let path = format!("\x1b[7m{at}\r\u{202e}/CLAUDE.md");
        client.commit("For its tree").file(&path, "x").create();
        let trailer = b"\n\nCo-Authored-By: \x1b[1mClaude\x1b[0m \xe9 <noreply@anthropic.com>\n";
        // Not by `git commit`, which would make UTF-8 of it.
        let raw = client.raw([subject, &trailer[..]].concat());
        let raw = raw.tree(Some(client.id("HEAD^{tree}").as_bytes()));
        let raw = raw.author(Some(b"\x1b[1m\xe9\r <dev@example.com> 1 +0000"));
        parent = Some(parent.iter().fold(raw, |raw, id: &String| raw.parent(id)).write());
    }
    client.set_ref(MAIN, &parent.unwrap());
    assert_snapshot!("hostile_text", shown(client.push(&["main"]).must_reject(&[MAIN])));
}

#[test]
fn a_hostile_ref_name_reaches_no_terminal() {
    let (_server, client) = start();
    client.commit(clean("Base")).create();
    client.must(&["tag", "-a", "-m", &marked("Release"), "v1"]);
    let name = "refs/tags/\u{202e}v\u{200b}1-\u{9b}31m";
    let pushed = client.push(&[format!("refs/tags/v1:{name}")]);
    pushed.must_reject(&[name]);
    assert_snapshot!("hostile_ref", shown(&pushed));
}

/// A Chinese character takes two columns.
#[test]
fn wide_characters_stay_within_the_columns() {
    let (_server, client) = start();
    let subject = "修复缓存在并发写入时偶尔丢失数据的问题".repeat(4);
    let path = format!("{}/CLAUDE.md", "目录".repeat(30));
    client.commit(marked(&subject)).file(&path, "x").create();
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("修复缓存");
    shown(&pushed);
}

/// Not the pusher's fault: the text says so, and whose it is.
#[test]
fn broken_rules_refuse_with_their_own_text() {
    let server = Options::default().quiet().rules("[policy]\nmodus = \"enforce\"\n").start();
    let client = server.client();
    client.commit(clean("Greet the user")).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    let text = pushed.text();
    pushed.must_say("this push could not be judged, so it is refused");
    pushed.must_say("modus").must_not_say("carries marks");
    assert!(text.contains("rules-0.toml:2"), "{text}");
}
