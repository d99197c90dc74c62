//! Servers of every make: object and ref formats, extensions, owners, alternates,
//! namespaces, work trees; and a hook that has no git to ask.

use std::os::unix::fs::MetadataExt;

use crate::support::{
    CLAUDE_MARKER, Client, Options, Pushed, TestServer, clean, marked, refspec, skip,
};

const MAIN: &str = "refs/heads/main";

/// Pushes a clean commit, then a marked one on a new branch, then a clean child of a
/// commit that is marked and there already: accepted, rejected, accepted.
fn judge_all(server: &TestServer) -> Client {
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.must(&["switch", "-q", "-c", "topic"]);
    let sin = client.commit(marked("Marked")).file("a", "2").create();
    let pushed = client.push(&["topic"]);
    pushed.must_reject(&["refs/heads/topic"]).must_judge(1).must_say(CLAUDE_MARKER);
    server.push_unseen(&client, &["topic:seen-before"]);
    client.commit(clean("Child")).file("a", "3").create();
    client.push(&["topic"]).must_accept(&["refs/heads/topic"]).must_judge(1);
    assert_eq!(server.must(&["rev-parse", "topic~1"]), sin);
    client
}

#[test]
fn an_ordinary_bare_repository() {
    let server = Options::default().recording().start();
    judge_all(&server);
    let recorded = server.recorded();
    assert_eq!(recorded.env["GIT_DIR"], b".");
    assert_eq!(recorded.directory, server.path());
}

#[test]
fn a_sha256_repository() {
    let server = Options::default().object_format("sha256").recording().start();
    let client = judge_all(&server);
    assert_eq!(client.id("main").len(), 64);
    client.push(&[":topic"]).must_accept(&["refs/heads/topic"]);
    assert!(server.recorded().lines()[0].contains(&format!(" {} ", "0".repeat(64))));
}

/// libgit2 lists no refs in such a repository, and reports no error.
#[test]
fn a_reftable_repository() {
    if !has_reftable() {
        return skip("this git has no reftable format");
    }
    let server = Options::default().ref_format("reftable").start();
    let client = judge_all(&server);
    client.push(&["topic:same"]).must_accept(&["refs/heads/same"]).must_judge(0);
    assert_eq!(server.must(&["config", "extensions.refStorage"]), "reftable");
}

#[test]
fn a_sha256_repository_with_reftable() {
    if !has_reftable() {
        return skip("this git has no reftable format");
    }
    judge_all(&Options::default().object_format("sha256").ref_format("reftable").start());
}

/// Where the refs cannot be read, nothing may pass as if there were none.
#[test]
fn a_reftable_repository_without_git_refuses_what_it_cannot_judge() {
    if !has_reftable() {
        return skip("this git has no reftable format");
    }
    let server = Options::default().ref_format("reftable").hook(NO_GIT).start();
    let client = server.client();
    client.commit(clean("Base")).create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Child")).create();
    let pushed = client.push(&["main:other"]);
    assert!(pushed.rejected("refs/heads/other"), "{}", pushed.all());
    pushed.must_say("this push could not be judged, so it is refused");
}

fn has_reftable() -> bool {
    let sandbox = crate::support::Sandbox::new();
    let init = sandbox.git("").args(["init", "-q", "--bare", "--ref-format=reftable", "probe"]);
    init.finish().code == Some(0)
}

#[test]
fn the_files_ref_storage_extension() {
    let options = Options::default().config("core.repositoryFormatVersion", "1");
    judge_all(&options.config("extensions.refStorage", "files").start());
}

#[test]
fn the_partial_clone_extension() {
    let options = Options::default().config("core.repositoryFormatVersion", "1");
    let options = options.config("extensions.partialClone", "origin");
    judge_all(&options.config("remote.origin.promisor", "true").start());
}

#[test]
fn extensions_that_change_nothing_about_objects() {
    let options = Options::default().config("core.repositoryFormatVersion", "1");
    let options = options.config("extensions.worktreeConfig", "true");
    judge_all(&options.config("extensions.preciousObjects", "true").start());
}

#[test]
fn a_repository_with_a_work_tree() {
    let options = Options::default().worktree().recording();
    let server = options.config("receive.denyCurrentBranch", "ignore").start();
    judge_all(&server);
    assert_eq!(server.recorded().directory, server.git_dir());
}

/// Git quotes a path that holds a colon in `GIT_ALTERNATE_OBJECT_DIRECTORIES`. The
/// parent of what is pushed is only in the main store then.
#[test]
fn a_path_that_holds_a_colon() {
    let server = Options::default().name("a:b/\"c\" d.git").recording().start();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(clean("Child")).file("a", "2").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    let recorded = server.recorded();
    let alternates = String::from_utf8_lossy(&recorded.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"]);
    assert!(alternates.starts_with('"') && alternates.contains("a:b/"), "{alternates}");
    client.commit(marked("Grandchild")).file("a", "3").create();
    client.push(&["main:other"]).must_reject(&["refs/heads/other"]).must_judge(1);
}

/// What another repository keeps for this one was not judged here.
#[test]
fn objects_borrowed_from_a_fork_hide_nothing() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(marked("In the fork")).file("a", "1").create();
    server.sandbox().git("").args(["init", "-q", "--bare", "fork.git"]).ok();
    let fork = server.sandbox().path("fork.git");
    client.must(&["push", "-q", fork.to_str().unwrap(), "main"]);
    let borrowed = fork.join("objects");
    std::fs::create_dir_all(server.git_dir().join("objects/info")).unwrap();
    let list = server.git_dir().join("objects/info/alternates");
    std::fs::write(list, format!("{}\n", borrowed.display())).unwrap();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1);
    assert!(server.recorded().quarantine.is_empty());
    client.must(&["switch", "-q", "--orphan", "clean"]);
    client.commit(clean("In the fork, too")).file("b", "1").create();
    client.must(&["push", "-q", fork.to_str().unwrap(), "clean"]);
    client.push(&["clean"]).must_accept(&["refs/heads/clean"]).must_judge(1);
}

/// Git has decided to trust the repository when it runs the hook; libgit2 would not.
#[test]
fn a_repository_that_belongs_to_another_user() {
    const NOBODY: u32 = 65534;
    let server = TestServer::new();
    if std::fs::metadata(server.path()).unwrap().uid() != 0 {
        return skip("only root can give a repository to another user");
    }
    server.must(&["config", "--global", "safe.directory", "*"]);
    let give = || chown(&server.path(), NOBODY);
    give();
    let client = server.client();
    client.commit(clean("Base")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    give();
    assert_eq!(std::fs::metadata(server.git_dir().join("config")).unwrap().uid(), NOBODY);
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

fn chown(path: &std::path::Path, user: u32) {
    std::os::unix::fs::lchown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            chown(&entry.unwrap().path(), user);
        }
    }
}

/// Some servers run hooks where there is no git.
const NO_GIT: &str = "#!/bin/sh\nPATH=/var/empty/nothing\nexport PATH\n\
    command -v git && exit 99\nexec @PROVOST@ pre-receive --platform plain\n";

#[test]
fn a_hook_without_git_on_its_path() {
    for options in [Options::default(), Options::default().object_format("sha256")] {
        let server = options.hook(NO_GIT).start();
        let client = judge_all(&server);
        client.push(&[":topic"]).must_accept(&["refs/heads/topic"]);
        client.must(&["tag", "-a", "-m", &marked("Release"), "v1", "main"]);
        client.push(&["v1"]).must_reject(&["refs/tags/v1"]);
    }
}

/// Pushing to a symbolic ref moves what it points to, and that is what is judged: here
/// the branch `claude/x` is forbidden and the name `alias` is not.
#[test]
fn a_symbolic_ref_stands_for_what_it_points_to() {
    let rules = "[policy.tools]\nclaude-code = { verdict = \"reject\", ref = \"reject\", weak = \"reject\" }\n";
    for format in ["files", "reftable"] {
        let server = Options::default().ref_format(format).rules(rules).recording().start();
        let client = server.client();
        client.commit(clean("Base")).create();
        client.push(&["main"]).must_accept(&[MAIN]);
        server.must(&["symbolic-ref", "refs/heads/alias", "refs/heads/claude/x"]);
        let pushed = client.push(&["main:alias"]);
        pushed.must_reject(&["refs/heads/alias"]).must_say("refs/heads/claude/x");
        let lines = server.recorded().lines();
        assert!(lines[0].ends_with(" refs/heads/alias"), "{lines:?}");

        server.must(&["symbolic-ref", "refs/heads/claude/alias", "refs/heads/second"]);
        server.must(&["symbolic-ref", "refs/heads/second", MAIN]);
        client.commit(clean("Child")).create();
        let pushed = client.push(&["main:claude/alias"]);
        pushed.must_accept(&["refs/heads/claude/alias"]).must_say(" 0 findings");
        assert_eq!(server.must(&["rev-parse", MAIN]), client.id("main"));
        // What the ref really was before is its own old value.
        pushed.must_judge(1);
    }
}

#[test]
fn a_symbolic_ref_whose_name_is_not_utf8_is_resolved_too() {
    let rules = "[policy.tools]\nclaude-code = { verdict = \"reject\", ref = \"reject\", weak = \"reject\" }\n";
    let server = Options::default().rules(rules).start();
    let client = server.client();
    client.commit(clean("Base")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let alias = refspec(b"refs/heads/\xe9");
    server.git(&["symbolic-ref"]).arg(alias).arg("refs/heads/claude/x").ok();
    let pushed = client.push(&[refspec(b"main:refs/heads/\xe9")]);
    assert!(pushed.rejected(b"refs/heads/\xe9"), "{}", pushed.all());
    pushed.must_say("refs/heads/claude/x");
}

/// Pushes into a namespace of the server.
fn push_into(client: &Client, namespace: &str, refspecs: &[&str]) -> Pushed {
    let program = format!("--receive-pack=env GIT_NAMESPACE={namespace} git-receive-pack");
    client.push_to("origin", refspecs, &[&program])
}

#[test]
fn refs_of_another_namespace_hide_nothing() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(marked("Elsewhere")).create();
    server.push_unseen(&client, &["main", "main:refs/namespaces/other/refs/heads/main"]);
    let pushed = push_into(&client, "foo", &["main"]);
    pushed.must_reject(&[MAIN]).must_judge(1).must_say("Elsewhere");
    let recorded = server.recorded();
    assert_eq!(recorded.env["GIT_NAMESPACE"], b"foo");
    assert!(recorded.lines()[0].ends_with(&format!(" {MAIN}")));
    assert!(recorded.lines()[0].starts_with(&server.null_id()));
}

#[test]
fn refs_of_the_same_namespace_hide() {
    for namespace in ["foo", "foo/bar"] {
        let server = TestServer::new();
        let client = server.client();
        client.commit(marked("Old sin")).create();
        let stored = namespace.replace('/', "/refs/namespaces/");
        server.push_unseen(&client, &[&format!("main:refs/namespaces/{stored}/{MAIN}")]);
        client.commit(clean("Child")).create();
        push_into(&client, namespace, &["main"]).must_accept(&[MAIN]).must_judge(1);
        client.commit(marked("New sin")).create();
        push_into(&client, namespace, &["main"]).must_reject(&[MAIN]).must_judge(1);
        // Without the namespace, all of it is new.
        client.push(&["main"]).must_reject(&[MAIN]).must_judge(3);
    }
}

/// Where git has to be asked for the refs, it is asked a few times and not once a ref.
#[test]
fn many_refs_in_a_reftable_repository_need_few_calls_of_git() {
    if !has_reftable() {
        return skip("this git has no reftable format");
    }
    let sandbox = crate::support::Sandbox::new();
    let counter = sandbox.path("calls");
    let real = sandbox.run("sh", "").args(["-c", "command -v git"]).ok().word();
    let body = format!("#!/bin/sh\necho >> '{}'\nexec '{real}' \"$@\"\n", counter.display());
    let wrapper = sandbox.write("bin/git", body);
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let path = sandbox.path("bin");
    let hook = format!(
        "#!/bin/sh\nPATH='{}':$PATH\nexport PATH\nexec @PROVOST@ pre-receive\n",
        path.display()
    );
    let options = Options::default().ref_format("reftable").hook(&hook);
    let server = TestServer::start(sandbox, options);
    let client = server.client();
    let id = client.commit(clean("Base")).create();
    let lines: String = (0..300).map(|at| format!("update refs/many/{at} {id}\n")).collect();
    client.git(&["update-ref", "--stdin"]).input(lines).ok();
    // A new name may be a symbolic ref to nothing yet, which no list shows: those cost a
    // call each. So the refs are there before.
    server.push_unseen(&client, &["refs/many/*:refs/heads/many/*"]);
    let id = client.commit(clean("Next")).create();
    let lines: String = (0..300).map(|at| format!("update refs/many/{at} {id}\n")).collect();
    client.git(&["update-ref", "--stdin"]).input(lines).ok();
    let _ = std::fs::write(&counter, "");
    let pushed = client.push(&["refs/many/*:refs/heads/many/*"]);
    pushed.must_accept(&["refs/heads/many/0", "refs/heads/many/299"]).must_judge(1);
    let calls = std::fs::read(&counter).unwrap().len();
    assert!(calls <= 10, "git was called {calls} times");
}
