//! Objects made to be read differently by git and by the hook, and repositories that
//! lack what the hook would compare with. What git does not refuse must be judged.

use std::path::PathBuf;

use git2::ObjectType;

use crate::support::{CLAUDE_MARKER, Client, Options, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
/// An id that no object has.
const ABSENT: &str = "00000000000000000000000000000000000000a1";

/// Where a loose object of the server lies.
fn loose(server: &TestServer, id: &str) -> PathBuf {
    let (folder, file) = id.split_at(2);
    server.git_dir().join("objects").join(folder).join(file)
}

/// Git reads parents only straight after the tree. A `parent` line further down is no
/// parent, so git does not miss the object that it names.
#[test]
fn a_parent_line_in_the_wrong_place_does_not_stop_the_judgement() {
    for header in [format!("parent {ABSENT}"), "parent of all evil".to_owned()] {
        let server = TestServer::new();
        let client = server.client();
        let id = client.raw(marked("Marked")).header(header.as_bytes()).write();
        client.submit(&[&format!("{id}:{MAIN}")]).must_reject(&[MAIN]).must_say(CLAUDE_MARKER);
        let id = client.raw(clean("Clean")).header(header.as_bytes()).write();
        client.submit(&[&format!("{id}:{MAIN}")]).must_accept(&[MAIN]).must_judge(1);
    }
}

/// A real parent after a misplaced one is followed by neither.
#[test]
fn a_misplaced_parent_line_does_not_hide_a_real_history() {
    let server = TestServer::new();
    let client = server.client();
    let base = client.commit(clean("Base")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    let sin = client.raw(marked("Below")).parent(&base).write();
    let top = client.raw(clean("Top")).parent(&sin);
    let top = top.header(format!("parent {base}").as_bytes()).write();
    let pushed = client.submit(&[&format!("{top}:{MAIN}")]);
    pushed.must_reject(&[MAIN]).must_judge(2).must_say("Below");
}

/// A server that has lost an object below what is pushed; git does not look there.
fn judge_over_a_loss(lose: &dyn Fn(&TestServer, &Client), options: &Options) {
    for (message, good) in [(clean("Change"), true), (marked("Change"), false)] {
        let server = options.clone().start();
        let client = server.client();
        let base = client.commit(clean("Base")).file("a/b", "# Generated with Claude Code\n");
        base.file("top", "1").create();
        server.push_unseen(&client, &["main"]);
        lose(&server, &client);
        // A comment in the new content makes the hook look at the old one.
        let content = "# Generated with Claude Code\n# more\n";
        client.commit(message).file("a/b", content).create();
        let pushed = client.submit(&["main"]);
        if good {
            // To refuse it with exit code 2 would be safe, too; to accept it needs no
            // look at what is lost.
            assert!(pushed.judged().is_some() || pushed.text().contains("could not be judged"));
        } else {
            assert!(pushed.rejected(MAIN), "{}", pushed.all());
        }
    }
}

#[test]
fn a_lost_old_file_lets_nothing_pass_unjudged() {
    let lose = |server: &TestServer, client: &Client| {
        std::fs::remove_file(loose(server, &client.id("HEAD:a/b"))).unwrap();
    };
    judge_over_a_loss(&lose, &Options::default());
}

#[test]
fn a_lost_old_tree_lets_nothing_pass_unjudged() {
    let lose = |server: &TestServer, client: &Client| {
        std::fs::remove_file(loose(server, &client.id("HEAD:a"))).unwrap();
    };
    judge_over_a_loss(&lose, &Options::default());
}

/// The same in a partial clone, where such a loss is ordinary: the objects are promised.
#[test]
fn a_promised_old_file_lets_nothing_pass_unjudged() {
    let options = Options::default().config("core.repositoryFormatVersion", "1");
    let options = options.config("extensions.partialClone", "origin");
    let options = options.config("remote.origin.promisor", "true");
    let lose = |server: &TestServer, client: &Client| {
        let pack = server.git(&["pack-objects", "--all", "--filter=blob:none", "-q"]);
        let pack = pack.arg(server.git_dir().join("objects/pack/pack")).input("").ok().word();
        let promise = server.git_dir().join(format!("objects/pack/pack-{pack}.promisor"));
        std::fs::write(promise, "").unwrap();
        for revision in ["HEAD:a/b", "HEAD:top", "HEAD:a", "HEAD^{tree}", "HEAD"] {
            std::fs::remove_file(loose(server, &client.id(revision))).unwrap();
        }
    };
    judge_over_a_loss(&lose, &options);
}

/// Mode, name and object id.
pub(crate) type TreeEntry<'e> = (&'e str, &'e str, &'e str);

/// Writes a tree byte by byte, entries in the order given; its id.
pub(crate) fn raw_tree(client: &Client, entries: &[TreeEntry<'_>]) -> String {
    let mut raw = Vec::new();
    for (mode, name, id) in entries {
        raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        let byte = |at: usize| u8::from_str_radix(&id[at..at + 2], 16).unwrap();
        raw.extend((0..id.len()).step_by(2).map(byte));
    }
    client.object(ObjectType::Tree, &raw)
}

/// Git stores trees as they come; only `receive.fsckObjects` would look.
#[test]
fn a_tree_of_any_make_hides_no_tool_file() {
    let server = TestServer::new();
    let client = server.client();
    let blob = client.blob("Be kind.\n");
    let other = client.blob("x\n");
    let below = raw_tree(&client, &[("100644", "settings.json", &blob)]);
    let file = |name, mode| (mode, name, blob.as_str());
    let above = raw_tree(&client, &[file("CLAUDE.md", "100644")]);
    let trees: [(&str, Vec<TreeEntry<'_>>); 18] = [
        ("zero-padded mode", vec![("0100644", "CLAUDE.md", &blob)]),
        ("odd mode", vec![("100600", "CLAUDE.md", &blob)]),
        ("executable", vec![file("CLAUDE.md", "100755")]),
        ("symbolic link", vec![file("CLAUDE.md", "120000")]),
        (
            "out of order",
            vec![file("z", "100644"), file("CLAUDE.md", "100644"), file("a", "100644")],
        ),
        ("twice", vec![("100644", "CLAUDE.md", &other), ("100644", "CLAUDE.md", &blob)]),
        ("directory", vec![("40000", ".claude", &below)]),
        ("zero-padded directory", vec![("040000", ".claude", &below)]),
        ("beside itself", vec![("100644", ".claude", &other), ("40000", ".claude", &below)]),
        ("dots", vec![("40000", "..", &above)]),
        ("odd directory", vec![("40755", ".claude", &below)]),
        ("very zero-padded directory", vec![("00000000040000", ".claude", &below)]),
        ("link", vec![("120000", ".claude", &other)]),
        ("odd link", vec![("120777", ".claude", &other)]),
        ("zero-padded link", vec![("0120000", ".claude", &other)]),
        ("submodule", vec![("160000", ".claude", ABSENT)]),
        ("device", vec![("20000", ".claude", ABSENT)]),
        ("link beside others", vec![file("AGENTS.md", "100644"), ("120000", ".claude", &other)]),
    ];
    let base = raw_tree(&client, &[("100644", "m", &other)]);
    let base = client.raw(clean("Base")).tree(Some(base.as_bytes())).write();
    client.submit(&[format!("{base}:{MAIN}")]).must_accept(&[MAIN]).must_judge(1);
    let mut all = Vec::new();
    for (what, entries) in &trees {
        let tree = raw_tree(&client, entries);
        let id = client.raw(clean(what)).tree(Some(tree.as_bytes())).parent(&base).write();
        let pushed = client.submit(&[format!("{id}:{MAIN}")]);
        pushed.must_reject(&[MAIN]).must_say(what).must_say("claude-code/config");
        all.push(format!("{id}:refs/heads/case-{}", all.len()));
    }
    // Git itself refuses none of them.
    let names: Vec<String> = (0..all.len()).map(|at| format!("refs/heads/case-{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    client.push(&all).must_reject(&names).must_judge(trees.len());
    // The same makes with ordinary names.
    for (mode, name) in [("0100644", "zero"), ("100600", "odd"), ("120000", "link")] {
        let tree = raw_tree(&client, &[("100644", "z", &other), (mode, name, &blob)]);
        let id = client.raw(clean(name)).tree(Some(tree.as_bytes())).parent(&base).write();
        let branch = format!("refs/heads/{name}");
        client.submit(&[format!("{id}:{branch}")]).must_accept(&[&branch]).must_say(" 0 findings");
    }
}

/// A file that takes the place of a directory, a link or a submodule of its name is new.
#[test]
fn a_tool_file_in_place_of_something_else_is_added() {
    let server = TestServer::new();
    let client = server.client();
    let blob = client.blob("Be kind.\n");
    let below = raw_tree(&client, &[("100644", "readme", &blob)]);
    let tree = raw_tree(&client, &[("40000", "CLAUDE.md", &below)]);
    let base = client.raw(clean("A directory")).tree(Some(tree.as_bytes())).write();
    server.push_unseen(&client, &[&format!("{base}:{MAIN}")]);
    let tree = raw_tree(&client, &[("100644", "CLAUDE.md", &blob)]);
    let id = client.raw(clean("A file")).tree(Some(tree.as_bytes())).parent(&base).write();
    client.submit(&[format!("{id}:{MAIN}")]).must_reject(&[MAIN]).must_say("claude-code/config");
}

/// Deleting or renaming a tool's file is no use of the tool; changing it is recorded.
#[test]
fn taking_a_tool_file_away_or_elsewhere_is_accepted() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("CLAUDE.md", "1").file(".claude/settings.json", "2").create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Change")).file("CLAUDE.md", "3").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 1 findings");
    client.must(&["mv", "CLAUDE.md", "old.md"]);
    client.commit(clean("Rename away")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
    std::fs::create_dir(client.path().join("web")).unwrap();
    client.must(&["mv", ".claude", "web/.claude"]);
    client.commit(clean("Move")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.commit(clean("Delete")).remove("web/.claude/settings.json").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say(" 0 findings");
    client.commit(clean("Back again")).file("web/.claude/settings.json", "2").create();
    client.submit(&["main"]).must_reject(&[MAIN]);
}
