//! Files of a repository that are no regular ones: no command waits for them.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::support::accounts::run_as;
use super::super::support::{Client, marked};
use super::*;

/// The program, ended by `timeout` (with exit code 124) if it waits.
fn in_time(sandbox: &Sandbox, words: &[&str]) -> Finished {
    let done = sandbox.run("timeout", "").args(["20", PROVOST]).args(words).finish();
    assert_ne!(done.code, Some(124), "{words:?} waits\n{}", done.all());
    done
}

/// What is put in the place of a file.
fn place(path: &Path, what: &str) {
    let _ = fs::remove_file(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match what {
        "a pipe" => nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap(),
        "a device" => symlink("/dev/zero", path).unwrap(),
        _ => fs::File::create(path).unwrap().set_len(1 << 40).unwrap(),
    }
}

/// A bare repository with a commit in a pack and one that is loose.
fn filled(sandbox: &Sandbox, name: &str) -> PathBuf {
    let client = Client::init(sandbox, format!("{name}-work"), &[]);
    let path = sandbox.path(name);
    sandbox.git("").args(["init", "-q", "--bare", name]).ok();
    client.commit(marked("One")).create();
    client.must(&["push", "-q", path.to_str().unwrap(), "HEAD:refs/heads/main"]);
    sandbox.git(&path).args(["repack", "-q", "-a", "-d"]).ok();
    sandbox.git(&path).args(["config", "receive.unpackLimit", "100"]).ok();
    client.commit("Two").create();
    client.must(&["push", "-q", path.to_str().unwrap(), "HEAD:refs/heads/main"]);
    path
}

#[test]
fn no_command_waits_for_what_git_reads_of_a_repository() {
    let Some(theirs) = Theirs::new() else { return };
    for name in [
        "HEAD",
        "config",
        "config.worktree",
        "included",
        "commondir",
        "packed-refs",
        "shallow",
        "objects/info/alternates",
    ] {
        for what in ["a pipe", "a device", "a file of 1 TiB"] {
            fs::remove_dir_all(&theirs.path).unwrap();
            theirs.init("theirs/project.git", USERS[0]);
            if name == "included" {
                theirs.config("include.path", "included");
            }
            place(&theirs.path.join(name), what);
            give(&theirs.path, USERS[0], GROUP);
            let path = "theirs/project.git";
            let commands = [
                &["audit", path][..],
                &["doctor", path],
                &["install", "--mode", "enforce", path],
                &["policy", "baseline", path],
                &["-C", path, "policy", "show"],
            ];
            // For a device and a large file the commands that read most.
            let count = if what == "a pipe" { commands.len() } else { 2 };
            for words in commands.into_iter().take(count) {
                let done = in_time(&theirs.sandbox, words);
                let shown = done.all();
                assert_ne!(done.code, Some(0), "{name} {what} {words:?} {shown}");
                assert!(shown.contains(name), "{name} {what} {words:?} {shown}");
            }
        }
    }
}

#[test]
fn no_audit_waits_for_objects_and_refs() {
    let sandbox = Sandbox::new();
    let path = filled(&sandbox, "project.git");
    sandbox.git(&path).args(["commit-graph", "write", "--reachable"]).ok();
    let id = sandbox.git(&path).args(["rev-parse", "main"]).ok().word();
    let (first, rest) = id.split_at(2);
    let loose = format!("objects/{first}/{rest}");
    let pack = fs::read_dir(path.join("objects/pack")).unwrap();
    let mut pack = pack.map(|entry| entry.unwrap().path());
    let pack = pack.find(|path| path.extension().is_some_and(|it| it == "pack")).unwrap();
    let pack = pack.strip_prefix(&path).unwrap();
    let audit = || in_time(&sandbox, &["--isolated", "audit", "project.git"]);
    assert_eq!(audit().code, Some(1));
    for name in [Path::new(&loose), pack, &pack.with_extension("idx"), "refs/heads/main".as_ref()] {
        let (place_of, aside) = (path.join(name), sandbox.path("aside"));
        fs::rename(&place_of, &aside).unwrap();
        place(&place_of, "a pipe");
        let done = audit();
        assert_eq!(done.code, Some(2), "{name:?} {}", done.all());
        assert!(done.all().contains("it is no regular file"), "{name:?} {}", done.all());
        fs::rename(&aside, &place_of).unwrap();
    }
    // It only saves time.
    place(&path.join("objects/info/commit-graph"), "a pipe");
    assert_eq!(audit().code, Some(1));
}

#[test]
fn no_command_waits_for_a_pipe_that_is_named() {
    let sandbox = Sandbox::new();
    filled(&sandbox, "project.git");
    sandbox.write("log.jsonl", "");
    place(&sandbox.path("pipe"), "a pipe");
    for words in [
        &["doctor", "--metrics", "pipe", "project.git"][..],
        &["log", "export", "--redact", "--key", "pipe", "log.jsonl"],
    ] {
        let refused = in_time(&sandbox, words).expect(2);
        assert!(refused.err().contains("it is no regular file"), "{}", refused.all());
    }
    // One without a name is what a shell makes.
    let key = "provost log export --redact --key <(head -c 32 /dev/zero) log.jsonl";
    let key = key.replace("provost", PROVOST);
    sandbox.run("bash", "").args(["-c", &key]).ok();
}

/// libgit2 passes over a configuration that it can't read, and the rules that it names.
#[test]
fn a_configuration_that_can_not_be_read_is_not_passed_over() {
    let Some(theirs) = Theirs::new() else { return };
    theirs.config("provost.rules", "provost/other.toml");
    set_mode(&theirs.path.join("config"), 0);
    let line = format!("{} {} refs/heads/x\n", "0".repeat(40), "1".repeat(40));
    let own = |words: &[&str]| {
        let run = run_as(&theirs.sandbox, USERS[0], GROUP, &theirs.path);
        run.arg(PROVOST)
            .args(words)
            .env("HOME", "/nonexistent")
            .env("GIT_DIR", ".")
            .input(line.clone())
            .finish()
    };
    for words in [
        &["audit", "."][..],
        &["check"],
        &["policy", "show"],
        &["policy", "baseline"],
        &["install", "--mode", "enforce", "."],
        &["pre-receive"],
    ] {
        let refused = own(words).expect(2);
        let shown = refused.all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("config: Permission denied"), "{words:?} {shown}");
    }
    // As root, by its owner.
    for command in ["audit", "doctor"] {
        let refused = theirs.root(&[command, "theirs/project.git"]);
        assert_ne!(refused.code, Some(0));
        assert!(refused.all().contains("config: Permission denied"), "{}", refused.all());
    }
}
