//! Objects made to be read differently by git and by the hook, and repositories that
//! lack what the hook would compare with. What git does not refuse must be judged.

use std::path::PathBuf;

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
        client.push(&[&format!("{id}:{MAIN}")]).must_reject(&[MAIN]).must_say(CLAUDE_MARKER);
        let id = client.raw(clean("Clean")).header(header.as_bytes()).write();
        client.push(&[&format!("{id}:{MAIN}")]).must_accept(&[MAIN]).must_judge(1);
    }
}

/// A real parent after a misplaced one is followed by neither.
#[test]
fn a_misplaced_parent_line_does_not_hide_a_real_history() {
    let server = TestServer::new();
    let client = server.client();
    let base = client.commit(clean("Base")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let sin = client.raw(marked("Below")).parent(&base).write();
    let top = client.raw(clean("Top")).parent(&sin);
    let top = top.header(format!("parent {base}").as_bytes()).write();
    let pushed = client.push(&[&format!("{top}:{MAIN}")]);
    pushed.must_reject(&[MAIN]).must_judge(2).must_say("Below");
}

/// A server that has lost an object below what is pushed; git does not look there.
fn judge_over_a_loss(lose: &dyn Fn(&TestServer, &Client), options: Options) {
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
        let pushed = client.push(&["main"]);
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
    judge_over_a_loss(&lose, Options::default());
}

#[test]
fn a_lost_old_tree_lets_nothing_pass_unjudged() {
    let lose = |server: &TestServer, client: &Client| {
        std::fs::remove_file(loose(server, &client.id("HEAD:a"))).unwrap();
    };
    judge_over_a_loss(&lose, Options::default());
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
    judge_over_a_loss(&lose, options);
}
