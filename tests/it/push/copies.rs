//! Marks that a cherry-pick or a revert copied: milder only when they demonstrably are copies
//! of marks of a commit that was judged before. A line that is only typed softens nothing.

use git2::ObjectType;

use crate::support::{CLAUDE, Client, Options, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
const TOPIC: &str = "refs/heads/topic";
/// Files count in full, unless they are copies.
const FILES: &str = "[policy.kinds]\npath = { added = \"reject\", changed = \"reject\" }\n\
    content = \"reject\"\nweak = \"warn\"\n";

/// A server that has accepted a marked commit and a clean one on `main`, from before the hook.
struct History {
    server: TestServer,
    client: Client,
    base: String,
    /// The marked commit: it changes `src/parse` and `doc/parse`.
    sin: String,
    clean: String,
}

fn with_history() -> History {
    with_message(&marked("Parse"), Options::default())
}

fn with_message(message: &str, options: Options) -> History {
    let server = options.start();
    let client = server.client();
    client.must(&["config", "core.editor", ":"]);
    let base = client.commit(clean("Base")).file("doc/parse", "1\n2\n3\n").create();
    let sin = client.commit(message).author("Ann Other", "ann@example.com").date(1_700_000_000);
    let sin = sin.file("src/parse", "1").file("doc/parse", "1\n2\n3\n4\n").create();
    let clean = client.commit(clean("Count")).create();
    server.push_unseen(&client, &["main"]);
    client.must(&["switch", "-q", "-c", "topic", &base]);
    History { server, client, base, sin, clean }
}

impl History {
    /// `git cherry-pick -x` onto the branch that is checked out.
    fn pick(&self, options: &[&str], id: &str) {
        self.client.must(&[&["cherry-pick", "-x"], options, &[id]].concat());
    }

    /// Replaces the last commit by one with another message; it keeps the rest.
    fn reword(&self, message: impl AsRef<[u8]>) {
        let raw = self.client.must(&["cat-file", "commit", "HEAD"]);
        let (headers, _) = raw.split_once("\n\n").unwrap();
        let raw = [headers.as_bytes(), b"\n\n", message.as_ref()].concat();
        let id = self.client.commit_raw(&raw);
        self.client.must(&["reset", "-q", "--soft", &id]);
    }

    fn message(&self) -> String {
        self.client.must(&["log", "-1", "--format=%B"]) + "\n"
    }

    /// Starts `topic` again at the first commit.
    fn restart(&self) {
        self.client.must(&["reset", "-q", "--hard", &self.base]);
    }

    #[track_caller]
    fn must_be_copy(&self) {
        let pushed = self.client.submit(&["-f", "topic"]);
        pushed.must_accept(&[TOPIC]).must_say("with a warning").must_say("claude-code/");
        self.client.submit(&[":topic"]).must_accept(&[TOPIC]);
    }

    #[track_caller]
    fn must_be_its_own(&self) {
        self.client.submit(&["-f", "topic"]).must_reject(&[TOPIC]).must_say("claude-code/");
    }
}

fn picking(id: &str) -> String {
    format!("Parse\n\n{CLAUDE}\n(cherry picked from commit {id})\n")
}

#[test]
fn a_cherry_pick_copies_the_marks_of_its_original() {
    let messages = [
        marked("Parse"),
        "Parse\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)".into(),
        format!("\n\nParse  \n\n\n\nText\t\n\n{CLAUDE}\r\n\n"),
        format!("Parse\n\n{CLAUDE}\n\nMore text, which is no trailer.\n"),
    ];
    for message in messages {
        let history = with_message(&message, Options::default());
        for options in [&[][..], &["-s"], &["-e"], &["-X", "theirs"]] {
            history.restart();
            history.pick(options, &history.sin);
            history.must_be_copy();
        }
    }
}

#[test]
fn a_pick_of_a_pick_is_a_copy_of_it() {
    let history = with_history();
    history.pick(&["-s"], &history.sin);
    let first = history.client.id("HEAD");
    history.client.submit(&["topic:first"]).must_accept(&["refs/heads/first"]);
    history.client.must(&["reset", "-q", "--hard", &history.base]);
    history.client.commit(clean("Between")).create();
    history.pick(&[], &first);
    assert_eq!(history.message().matches("(cherry picked from commit ").count(), 2);
    history.must_be_copy();
    // The last line names the source. It does not hide it here.
    history.client.submit(&[":first"]).must_accept(&["refs/heads/first"]);
    history.must_be_its_own();
}

#[test]
fn a_merge_is_picked_by_what_it_changes_in_its_first_parent() {
    let history = with_history();
    let client = &history.client;
    client.must(&["switch", "-q", "-c", "side", &history.clean]);
    client.commit(clean("Aside")).file("aside", "1").create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--no-ff", "-m", &marked("Merge"), "side"]);
    history.server.push_unseen(client, &["main"]);
    client.must(&["switch", "-q", "topic"]);
    history.pick(&["-m", "1"], "main");
    history.must_be_copy();
    client.commit(clean("x")).file("src/parse", "7").create();
    client.must(&["reset", "-q", "--soft", "HEAD~1"]);
    client.must(&["commit", "-q", "--amend", "--no-edit"]);
    history.must_be_its_own();
}

/// Git appends what was in conflict as comments, and takes away all lines like these.
#[test]
fn a_conflict_leaves_a_copy_that_changes_fewer_paths() {
    let message = format!("Parse\n\n#12 needs this.\nText.\n\n{CLAUDE}\n");
    let history = with_message(&message, Options::default());
    let client = &history.client;
    for cleanup in ["strip", "whitespace"] {
        history.restart();
        client.commit(clean("Diverge")).file("doc/parse", "9\n").create();
        assert_ne!(client.git(&["cherry-pick", "-x", &history.sin]).finish().code, Some(0));
        client.must(&["checkout", "-q", "--ours", "doc/parse"]);
        client.must(&["add", "doc/parse"]);
        client.must(&["commit", "-q", "--no-edit", &format!("--cleanup={cleanup}")]);
        assert_eq!(history.message().contains("#12"), cleanup == "whitespace");
        assert_eq!(client.must(&["show", "--format=", "--name-only"]), "src/parse");
        history.must_be_copy();
    }
}

/// What the gate once took for a copy: one line that names a judged commit, and all the rest
/// the committer's own.
#[test]
fn what_differs_from_the_original_is_no_copy() {
    let history = with_history();
    let (client, sin) = (&history.client, history.sin.as_str());
    client.commit(picking(sin)).file("own", "1").create();
    history.must_be_its_own();
    let amend = |arguments: &[&str]| {
        client.git(&[&["commit", "-q", "--amend", "--no-edit"], arguments].concat()).ok();
    };
    let changes: [(&str, &dyn Fn()); 10] = [
        ("subject", &|| history.reword(history.message().replace("Parse", "Parse more"))),
        ("text", &|| history.reword(history.message().replace("\n\n", "\n\nMore.\n\n"))),
        ("model", &|| history.reword(history.message().replace("Opus 4.6", "Opus 4.7"))),
        ("mark", &|| {
            history.reword(history.message().replace(CLAUDE, &format!("{CLAUDE}\n{CLAUDE}")));
        }),
        ("name", &|| amend(&["--author=Ann <ann@example.com>"])),
        ("address", &|| amend(&["--author=Ann Other <ann@example.org>"])),
        ("seconds", &|| amend(&["--date=@1700000001 +0000"])),
        ("zone", &|| amend(&["--date=@1700000000 +0100"])),
        ("path", &|| {
            std::fs::write(client.path().join("src/own"), "1").unwrap();
            client.must(&["add", "--all"]);
            amend(&[]);
        }),
        ("removed path", &|| {
            client.must(&["mv", "src/parse", "src/moved"]);
            amend(&[]);
        }),
    ];
    for (what, change) in changes {
        history.restart();
        history.pick(&[], sin);
        history.must_be_copy();
        change();
        let pushed = client.submit(&["-f", "topic"]);
        assert!(pushed.rejected(TOPIC), "{what} differs: {}", pushed.text());
    }
}

#[test]
fn a_line_that_names_nothing_softens_nothing() {
    let history = with_history();
    history.pick(&[], &history.sin);
    let (message, sin) = (history.message(), history.sin.as_str());
    let upper = sin.to_uppercase();
    assert_ne!(upper, sin);
    for id in [&"1".repeat(40), &history.clean, &sin[..10], &upper, "nonsense", &"a".repeat(64)] {
        history.reword(message.replace(sin, id));
        history.must_be_its_own();
    }
    let line = format!("(cherry picked from commit {sin})");
    for other in [
        format!("> {line}"),
        format!("  {line}"),
        format!("{line}."),
        format!("Text\r{line}"),
        format!("Text\0{line}"),
        format!("\0\n{line}"),
        format!("\u{200b}{line}"),
        line.replace("(cherry", "(сherry"),
        line.replace("cherry", "cherry\u{ad}"),
        line.replace(sin, &format!("{}\n{}", &sin[..20], &sin[20..])),
        format!("{line}\n(cherry picked from commit {})", history.clean),
    ] {
        history.reword(message.replace(&line, &other));
        history.must_be_its_own();
    }
}

/// In UTF-16, only believing the header would show the line; in UTF-7 its first character.
#[test]
fn a_line_in_another_encoding_softens_nothing() {
    let history = with_history();
    let client = &history.client;
    history.pick(&[], &history.sin);
    let raw = client.must(&["cat-file", "commit", "HEAD"]);
    let (headers, message) = raw.split_once("\n\n").unwrap();
    let utf16: Vec<u8> = message.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let utf7 = message.replace("(cherry", "+ACg-cherry").into_bytes();
    for (encoding, message) in [("UTF-16", utf16), ("UTF-7", utf7)] {
        let head = format!("{headers}\nencoding {encoding}\n\n");
        let id = client.commit_raw(&[head.as_bytes(), &message].concat());
        client.must(&["reset", "-q", "--soft", &id]);
        history.must_be_its_own();
    }
}

#[test]
fn only_what_stands_above_the_line_is_a_copy() {
    let history = with_history();
    history.pick(&[], &history.sin);
    let message = history.message();
    history.reword(format!("{message}\nBackported by hand.\n"));
    history.must_be_copy();
    for own in [CLAUDE, "Co-Authored-By: Claude Opus 4.7 <noreply@anthropic.com>"] {
        history.reword(format!("{message}{own}\n"));
        history.must_be_its_own();
        history.reword(format!("{}\r{own}\n", message.trim_end()));
        history.must_be_its_own();
        history.reword(format!("{}\0\n{own}\n", message.trim_end()));
        history.must_be_its_own();
    }
}

#[test]
fn an_original_that_nothing_judged_hides_softens_nothing() {
    let server = TestServer::new();
    let client = server.client();
    let base = client.commit(clean("Base")).create();
    let sin = client.commit(marked("Parse")).file("parse", "1").create();
    // A platform writes such refs without running the hook.
    server.push_unseen(&client, &["main:refs/pull/1/head", &format!("{base}:refs/heads/base")]);
    client.must(&["switch", "-q", "-c", "topic", &base]);
    client.must(&["cherry-pick", "-x", &sin]);
    client.submit(&["topic"]).must_reject(&[TOPIC]);
    // Nor does one that comes in the same push.
    client.submit(&["main", "topic"]).must_reject(&[MAIN, TOPIC]);
    server.push_unseen(&client, &["main"]);
    client.submit(&["topic"]).must_accept(&[TOPIC]).must_say("with a warning");
}

/// What a commit changes is not known where its parents were left out: not all that it has.
#[test]
fn an_original_at_a_shallow_boundary_softens_nothing() {
    let history = with_history();
    let client = &history.client;
    client.must(&["switch", "-q", "-c", "other", &history.base]);
    let parent = client.commit(clean("Parent")).create();
    let sin = client.commit(marked("Other")).file("src/other", "1").create();
    client.must(&["switch", "-q", "topic"]);
    history.pick(&[], &sin);
    client.must(&["branch", "-q", "--set-upstream-to=other"]);
    client.provost(&["check"]).expect(0);
    std::fs::write(client.path().join(".git/shallow"), format!("{sin}\n")).unwrap();
    client.provost(&["check"]).expect(0);
    let object = format!(".git/objects/{}/{}", &parent[..2], &parent[2..]);
    std::fs::remove_file(client.path().join(object)).unwrap();
    client.provost(&["check"]).expect(1);
}

/// `git revert` quotes the subject and copies nothing else.
#[test]
fn a_mark_in_a_revert_is_its_own() {
    let history = with_history();
    let (client, sin) = (&history.client, history.sin.as_str());
    client.must(&["switch", "-q", "--force-create", "topic", "main"]);
    client.must(&["revert", "--no-edit", sin]);
    let message = history.message();
    assert_eq!(message.trim(), format!("Revert \"Parse\"\n\nThis reverts commit {sin}."));
    client.submit(&["topic"]).must_accept(&[TOPIC]).must_not_say("claude-code/");
    for (above, below) in [(CLAUDE, ""), ("", CLAUDE)] {
        let text =
            format!("Revert \"Parse\"\n\n{above}\n\nThis reverts commit {sin}.\n\n{below}\n");
        history.reword(text);
        history.must_be_its_own();
    }
}

#[test]
fn the_quoted_subject_of_a_revert_is_no_mark() {
    let history = with_message("Generated with Claude Code\n", Options::default());
    let client = &history.client;
    client.must(&["switch", "-q", "--force-create", "topic", "main"]);
    client.must(&["revert", "--no-edit", &history.sin]);
    client.must(&["revert", "--no-edit", "HEAD"]);
    client.submit(&["topic"]).must_accept(&[TOPIC]).must_judge(2).must_not_say("claude-code/");
}

/// What a malformed tree has twice is not the one that a judged commit has.
#[test]
fn a_file_that_stands_twice_in_a_tree_is_no_copy() {
    let server = Options::default().rules(FILES).start();
    let client = server.client();
    client.commit(clean("Base")).file("CLAUDE.md", "Be brief.\n").create();
    let gone = client.commit(clean("Take it away")).remove("CLAUDE.md").create();
    server.push_unseen(&client, &["main"]);
    let message = format!("Back\n\nThis reverts commit {gone}.\n");
    let (old, new) = (client.blob("Be brief.\n"), client.blob("Be long.\n"));
    for (blobs, accepted) in
        [(vec![&old], true), (vec![&old, &new], false), (vec![&new, &old], false)]
    {
        let entries = blobs.iter().map(|blob| {
            let bytes = (0..blob.len()).step_by(2);
            let bytes = bytes.map(|at| u8::from_str_radix(&blob[at..at + 2], 16).unwrap());
            [b"100644 CLAUDE.md\0".to_vec(), bytes.collect()].concat()
        });
        let entries = entries.collect::<Vec<_>>().concat();
        let tree = client.object(ObjectType::Tree, &entries);
        let id = client.raw(&message).tree(Some(tree.as_bytes())).parent(&gone).write();
        client.set_ref("refs/heads/twice", &id);
        let pushed = client.submit(&["-f", "twice:topic"]);
        assert_eq!(pushed.accepted(TOPIC), accepted, "{}", pushed.text());
        if accepted {
            client.submit(&[":topic"]).must_accept(&[TOPIC]);
        }
    }
}

/// A tool's file and a comment in a file, taken away and brought back.
#[test]
fn the_revert_of_a_removal_brings_back_copies_of_files() {
    let server = Options::default().rules(FILES).start();
    let client = server.client();
    let comment = "# Generated with Claude Code\nx = 1\n";
    client
        .commit(clean("Base"))
        .file("CLAUDE.md", "Be brief.\n")
        .file("src/x.py", comment)
        .create();
    client.commit(clean("More")).file("other", "1").create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Take them away")).remove("CLAUDE.md").remove("src/x.py").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["revert", "--no-edit", "HEAD"]);
    let back = client.id("HEAD");
    let say = |message: &str| {
        client.git(&["commit", "-q", "--amend", "-F", "-"]).input(message).ok();
    };
    let message = client.must(&["log", "-1", "--format=%B"]);
    // Other words name no commit.
    say("Bring them back\n");
    client.submit(&["main"]).must_reject(&[MAIN]);
    say(&message.replace("This reverts", "This undoes"));
    client.submit(&["main"]).must_reject(&[MAIN]);
    // The same files, but one is another, or elsewhere.
    for (path, content) in [("CLAUDE.md", "Be long.\n"), ("sub/CLAUDE.md", "Be brief.\n")] {
        client.must(&["reset", "-q", "--hard", &back]);
        client.commit("x").file(path, content).create();
        client.must(&["reset", "-q", "--soft", "HEAD~1"]);
        say(&message);
        client.submit(&["main"]).must_reject(&[MAIN]).must_say(path);
    }
    client.must(&["reset", "-q", "--hard", &back]);
    let pushed = client.submit(&["main"]);
    pushed.must_accept(&[MAIN]).must_say("CLAUDE.md").must_say("src/x.py");
    // Taken away and brought back once more, which git calls `Reapply`.
    client.must(&["revert", "--no-edit", "HEAD"]);
    client.must(&["revert", "--no-edit", "HEAD"]);
    assert!(client.must(&["log", "-1", "--format=%s", "HEAD~1"]).starts_with("Reapply"));
    client.submit(&["main~1:main"]).must_accept(&[MAIN]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("CLAUDE.md");
}

#[test]
fn a_revert_of_the_revert_of_a_merge_brings_back_copies_of_files() {
    let server = Options::default().rules(FILES).start();
    let client = server.client();
    client.commit(clean("Base")).create();
    client.must(&["switch", "-q", "-c", "side"]);
    client.commit(clean("Aside")).file("CLAUDE.md", "Be brief.\n").create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    server.push_unseen(&client, &["main"]);
    client.must(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    assert!(client.must(&["log", "-1", "--format=%B"]).contains(", reversing\nchanges made to "));
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["revert", "--no-edit", "HEAD"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("CLAUDE.md");
}

#[test]
fn a_cherry_pick_copies_files_but_no_new_ones() {
    let server = Options::default().rules(FILES).start();
    let client = server.client();
    let base = client.commit(clean("Base")).create();
    let add = client.commit(clean("Add")).file("CLAUDE.md", "Be brief.\n").create();
    server.push_unseen(&client, &["main", &format!("{base}:refs/heads/base")]);
    client.must(&["switch", "-q", "-c", "topic", &base]);
    client.must(&["cherry-pick", "-x", &add]);
    client.submit(&["topic"]).must_accept(&[TOPIC]).must_say("CLAUDE.md");
    client.submit(&[":topic"]).must_accept(&[TOPIC]);
    std::fs::write(client.path().join("AGENTS.md"), "Be long.\n").unwrap();
    std::fs::create_dir_all(client.path().join(".claude")).unwrap();
    std::fs::write(client.path().join(".claude/settings.json"), "{\"model\": \"opus\"}\n").unwrap();
    client.must(&["add", "--all"]);
    client.must(&["commit", "-q", "--amend", "--no-edit"]);
    client.submit(&["topic"]).must_reject(&[TOPIC]).must_say(".claude/settings.json");
}

#[test]
fn a_hundred_thousand_lines_that_name_commits_cost_little() {
    // The message has six megabytes, and is read a few times.
    let bounded = format!("{FILES}\n[limits]\nbytes = \"40MiB\"\n");
    let server = Options::default().rules(&bounded).start();
    let client = server.client();
    client.commit(clean("Base")).file("CLAUDE.md", "Be brief.\n").create();
    client.commit(clean("Take it away")).remove("CLAUDE.md").create();
    server.push_unseen(&client, &["main"]);
    let line = |id: &str| format!("This reverts commit {id}.\n");
    let other: String = (1..=100_000).map(|at| line(&format!("{at:040x}"))).collect();
    let gone = client.id("HEAD");
    for (lines, accepted) in [
        (line(&gone).repeat(100_000), true),
        (line(&gone) + &other, true),
        (other + &line(&gone), false),
    ] {
        client.commit(format!("Back\n\n{lines}")).file("CLAUDE.md", "Be brief.\n").create();
        let pushed = client.submit(&["main:topic"]);
        assert_eq!(pushed.accepted(TOPIC), accepted, "{}", pushed.all());
        pushed.must_not_say("could not be judged whole");
        client.must(&["reset", "-q", "--hard", &gone]);
        if accepted {
            client.submit(&[":topic"]).must_accept(&[TOPIC]);
        }
    }
}

#[test]
fn a_copied_mark_is_weak_in_the_records_and_a_claimed_one_is_not() {
    let history = with_history();
    let client = &history.client;
    let check = |code| {
        client.must(&["branch", "-q", "--set-upstream-to=main"]);
        client.provost(&["check", "--format", "jsonl"]).expect(code).out()
    };
    history.pick(&[], &history.sin);
    let out = check(0);
    assert!(out.contains(r#""confidence":"weak""#) && out.contains(r#""verdict":"warn""#), "{out}");
    // The audit judges the original, and knows the copy for one.
    let finished = client.provost(&["audit", "--format", "jsonl", "."]).expect(1);
    assert_eq!(finished.out().matches(r#""verdict":"warn""#).count(), 1, "{}", finished.all());
    assert_eq!(finished.out().matches(r#""verdict":"reject""#).count(), 1, "{}", finished.all());
    history.reword(history.message().replace("Parse", "Other"));
    let out = check(1);
    assert!(out.contains(r#""confidence":"strong""#), "{out}");
    assert!(out.contains(r#""verdict":"reject""#), "{out}");
}
