//! The policy that a server publishes and developers judge by: what it is, that nobody can
//! push it, and that a dry run says when it is old or not there.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::support::{Client, Finished, Options, PROVOST, Run, TestServer, clean, marked};

const REF: &str = "refs/meta/provost";
const MODE: &str = "[policy]\nmode = \"enforce\"\n[policy.tools]\nclaude-code = \"warn\"\n";

/// A server whose policy only warns of Claude Code, and a client whose machine refuses it.
fn server(options: Options) -> (TestServer, Client) {
    let hook = "#!/bin/sh\nexec @BINARY@ -v pre-receive --platform plain\n";
    let server = options.hook(hook).start();
    write_policy(&server, MODE);
    let client = server.client();
    client.commit(clean("One")).create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    (server, client)
}

fn write_policy(server: &TestServer, text: &str) {
    let folder = server.git_dir().join("provost");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rules.toml"), text).unwrap();
}

/// The binary, with the layers of the repository that it is run in.
fn provost(client: &Client, words: &[&str]) -> Run {
    client.sandbox().run(PROVOST, client.path()).args(words)
}

fn publish(server: &TestServer, more: &[&str]) -> Finished {
    let run = server.sandbox().run(PROVOST, "").args(["policy", "publish"]).args(more);
    run.arg(server.path()).finish()
}

fn value(server: &TestServer) -> String {
    server.git(&["rev-parse", "-q", "--verify", REF]).finish().word()
}

#[test]
fn developers_judge_by_what_the_server_published() {
    for options in [
        Options::default(),
        Options::default().object_format("sha256"),
        Options::default().ref_format("reftable"),
    ] {
        let (server, client) = server(options);
        client.commit(marked("Two")).create();
        let alone = provost(&client, &["check"]).finish().expect(1);
        assert!(alone.err().contains("no policy of origin is here"), "{}", alone.all());
        assert!(alone.err().contains("provost policy fetch"), "{}", alone.all());
        let none = provost(&client, &["policy", "fetch"]).finish().expect(2);
        assert!(none.err().contains("origin has published no policy"), "{}", none.all());
        let none = provost(&client, &["check", "--server-policy", "require"]).finish().expect(2);
        assert!(none.err().contains("origin has published no policy"), "{}", none.all());

        let said = publish(&server, &[]).expect(0).out();
        assert!(said.contains(REF) && said.contains("1 file over"), "{said}");
        let first = value(&server);
        let said = publish(&server, &[]).expect(0).out();
        assert!(said.contains("has it already") && value(&server) == first, "{said}");

        provost(&client, &["policy", "fetch"]).ok();
        let judged = provost(&client, &["check"]).finish().expect(0);
        let lines = provost(&client, &["check", "--format", "jsonl"]).ok().out();
        assert!(lines.contains("\"because\":\"origin:/"), "{lines}");
        assert!(judged.err().contains("Judged by the policy that origin published"));
        assert!(!judged.err().contains("STALE"), "{}", judged.all());
        let own = provost(&client, &["check", "--server-policy", "never"]).finish().expect(1);
        assert!(!own.err().contains("published at"), "{}", own.all());

        write_policy(&server, "[policy]\nmode = \"enforce\"\n");
        publish(&server, &[]).expect(0);
        assert_ne!(value(&server), first);
        assert_eq!(server.must(&["rev-parse", &format!("{REF}^")]), first, "its history stays");
        provost(&client, &["policy", "fetch"]).ok();
        provost(&client, &["check"]).finish().expect(1);
        server.git(&["fsck", "--strict"]).ok();
    }
}

#[test]
fn hooks_of_developers_judge_by_it_too() {
    let (server, client) = server(Options::default());
    publish(&server, &[]).expect(0);
    let plan = provost(&client, &["install", "--client", "--dry-run"]).ok().out();
    assert!(plan.contains("remote.origin.fetch '+refs/meta/provost*"), "{plan}");
    provost(&client, &["install", "--client"]).ok();
    let again = provost(&client, &["install", "--client"]).ok().out();
    assert!(again.contains("Nothing had to be done"), "{again}");
    // Any fetch brings it.
    client.must(&["fetch", "-q"]);
    client.must(&["commit", "-q", "--allow-empty", "-m", &marked("Two")]);
    client.push(&["main"]).must_accept(&["refs/heads/main"]);

    write_policy(&server, "[policy]\nmode = \"enforce\"\n");
    publish(&server, &[]).expect(0);
    client.must(&["fetch", "-q", "--prune"]);
    let refused = client.git(&["commit", "--allow-empty", "-m", &marked("Three")]).finish();
    let refused = refused.expect(1);
    assert!(refused.err().contains("the policy of origin would refuse this"), "{}", refused.all());
    client.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", &marked("Three")]).ok();
    let refused = client.git(&["push", "origin", "main"]).finish().expect(1);
    assert!(refused.err().contains("the policy of origin would refuse this"), "{}", refused.all());

    provost(&client, &["uninstall", "--client"]).ok();
    let left = client.must(&["config", "--get-all", "remote.origin.fetch"]);
    assert_eq!(left, "+refs/heads/*:refs/remotes/origin/*");
}

/// A server that has published nothing does not break `git fetch`.
#[test]
fn fetching_works_where_nothing_is_published() {
    let (server, client) = server(Options::default());
    provost(&client, &["install", "--client"]).ok();
    client.must(&["fetch", "-q", "--prune"]);
    publish(&server, &[]).expect(0);
    client.must(&["fetch", "-q"]);
    assert_eq!(client.id("refs/provost/origin/policy"), value(&server));
    // One that was taken back is gone here too.
    server.must(&["update-ref", "-d", REF]);
    client.must(&["fetch", "-q", "--prune"]);
    let judged = provost(&client, &["check"]).finish();
    assert!(judged.err().contains("no policy of origin is here"), "{}", judged.all());
}

#[test]
fn nobody_can_push_it() {
    for mode in ["observe", "enforce"] {
        let (server, client) = server(Options::default());
        write_policy(&server, &format!("[policy]\nmode = \"{mode}\"\n"));
        assert!(client.push(&["main:refs/meta/provost"]).rejected(REF));
        publish(&server, &[]).expect(0);
        let before = value(&server);
        for refspecs in [
            &["+main:refs/meta/provost"][..],
            &[":refs/meta/provost"],
            &["+main:refs/meta/provost", "main:refs/heads/other"],
        ] {
            let pushed = client.push(refspecs);
            assert!(pushed.rejected(REF), "{}", pushed.all());
            pushed.must_say("refs/meta/provost holds the policy of this server");
            pushed.must_say("this push is refused");
            assert_eq!(value(&server), before);
        }
        assert!(server.git(&["rev-parse", "-q", "--verify", "other"]).finish().code != Some(0));
        // Nor by a ref that leads there.
        server.must(&["symbolic-ref", "refs/heads/way", REF]);
        assert!(client.push(&["+main:way"]).rejected("refs/heads/way"));
        assert_eq!(value(&server), before);
        server.must(&["symbolic-ref", "--delete", "refs/heads/way"]);
        // Others of that kind are refs like any.
        client.push(&["main:refs/meta/other"]).must_accept(&["refs/meta/other"]);
    }
}

#[test]
fn an_old_one_is_called_old() {
    let (server, client) = server(Options::default());
    publish(&server, &[]).expect(0);
    provost(&client, &["policy", "fetch"]).ok();
    client.commit(clean("Two")).create();
    let age = |path: PathBuf, days: u64| {
        let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60 + 60);
        File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    };
    age(client.path().join(".git/FETCH_HEAD"), 9);
    for words in [&["check"][..], &["-q", "check"]] {
        let judged = provost(&client, words).finish().expect(0);
        assert!(judged.err().contains("STALE: the policy of origin"), "{}", judged.all());
        assert!(judged.err().contains("for 9 days: git fetch origin"), "{}", judged.all());
    }
    client.must(&["fetch", "-q"]);
    let judged = provost(&client, &["check"]).finish().expect(0);
    assert!(!judged.err().contains("STALE"), "{}", judged.all());

    // The other way: a file.
    let file = client.sandbox().path("share/policy.toml");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    let said = publish(&server, &["--output", file.to_str().unwrap()]).expect(0).out();
    assert!(said.contains("written to"), "{said}");
    client.must(&["config", "provost.policy", file.to_str().unwrap()]);
    let judged = provost(&client, &["check"]).finish().expect(0);
    assert!(judged.err().contains("that /") && !judged.err().contains("STALE"));
    age(file.clone(), 8);
    let judged = provost(&client, &["check"]).finish().expect(0);
    assert!(judged.err().contains("for 8 days: have it published anew"), "{}", judged.all());
    std::fs::remove_file(&file).unwrap();
    let gone = provost(&client, &["check"]).finish().expect(2);
    assert!(gone.err().contains("policy.toml"), "{}", gone.all());
}

#[test]
fn one_that_this_program_can_not_use_is_an_error_that_says_so() {
    let (_server, client) = server(Options::default());
    let write = |text: &str| {
        let file = client.sandbox().write("policy.toml", text);
        client.must(&["config", "provost.policy", file.to_str().unwrap()]);
    };
    let head = "[published]\ntime = \"2026-12-01T00:00:00Z\"\nprovost = \"9.0.0\"\n\
                catalogue = \"0\"\nrepository = \"r\"\n";
    write("nonsense = true\n");
    let refused = provost(&client, &["check"]).finish().expect(2);
    assert!(refused.err().contains("can't be used"), "{}", refused.all());
    assert!(refused.err().contains("--server-policy never"), "{}", refused.all());
    write(&format!("{head}[[published.layer]]\nname = \"/x\"\ntext = \"[policy]\\nnew = 1\"\n"));
    let refused = provost(&client, &["check"]).finish().expect(2);
    assert!(refused.err().contains("new") && refused.err().contains("/x:2"), "{}", refused.all());
    write(head);
    let judged = provost(&client, &["check"]).finish().expect(0);
    assert!(judged.err().contains("runs provost 9.0.0 with another catalogue"));
    provost(&client, &["check", "--server-policy", "never"]).ok();
    provost(&client, &["--isolated", "check"]).ok();
}

/// Scopes know a repository by its name on the platform, which a clone does not have.
#[test]
fn the_name_on_the_platform_is_published_with_it() {
    let (server, client) = server(Options::default());
    write_policy(
        &server,
        "[policy]\nmode = \"enforce\"\n[[policy.scope]]\nid = \"s\"\n\
         repositories = [\"team/tool\"]\n[policy.scope.tools]\nclaude-code = \"allow\"\n",
    );
    client.commit(marked("Two")).create();
    publish(&server, &[]).expect(0);
    provost(&client, &["policy", "fetch"]).ok();
    provost(&client, &["check"]).finish().expect(1);
    publish(&server, &["--name", "team/tool"]).expect(0);
    provost(&client, &["policy", "fetch"]).ok();
    provost(&client, &["check"]).finish().expect(0);
    // It is kept.
    let said = publish(&server, &[]).expect(0).out();
    assert!(said.contains("team/tool") && said.contains("already"), "{said}");
}

#[test]
fn a_policy_with_mistakes_is_not_published() {
    let (server, _) = server(Options::default());
    write_policy(&server, "[policy]\nmodus = 1\n");
    let refused = publish(&server, &[]).expect(2);
    assert!(refused.err().contains("modus"), "{}", refused.all());
    assert_eq!(value(&server), "");
}

/// What the hook was told by `--rules` is in force, and is published.
#[test]
fn the_files_of_the_hook_are_published_and_doctor_compares() {
    let (server, client) = server(Options::default());
    let sandbox = server.sandbox();
    std::fs::remove_file(server.git_dir().join("hooks/pre-receive")).unwrap();
    let policy = sandbox.write("etc/more.toml", "[policy.tools]\naider = \"warn\"\n");
    let install = sandbox.run(PROVOST, "").args(["install", "--policy"]).arg(&policy);
    install.arg(server.path()).ok();
    let said = publish(&server, &[]).expect(0).out();
    assert!(said.contains("2 files over"), "{said}");
    let doctor = || sandbox.run(PROVOST, "").arg("doctor").arg(server.path()).finish();
    let well = doctor().expect(0);
    assert!(well.out().contains("refs/meta/provost has the policy that is in force"));
    std::fs::write(&policy, "[policy.tools]\naider = \"allow\"\n").unwrap();
    let ill = doctor().expect(1);
    assert!(ill.out().contains("WRONG published"), "{}", ill.all());
    assert!(ill.out().contains("provost policy publish"), "{}", ill.all());
    drop(client);
}
