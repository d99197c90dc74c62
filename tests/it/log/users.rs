//! Several system users who push over file paths or SSH: a file each, or one for a group.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use super::super::support::accounts::{GROUP, USERS, can_be_others, open, run_as, set_mode};
use super::super::support::{Options, PROVOST};
use super::*;

/// The hook, run by hand as another system user of a group.
fn as_user(logged: &Logged, user: u32, group: u32, rules: &str) -> Finished {
    let zero = logged.server.null_id();
    let id = logged.server.must(&["rev-parse", "main"]);
    let run = run_as(logged.sandbox(), user, group, &logged.server.path());
    let run = run.args([PROVOST, "--isolated", "--rules", rules, "pre-receive"]);
    run.env("GIT_DIR", ".").input(format!("{zero} {id} refs/heads/u{user}\n")).finish()
}

/// A log in a folder of a group; `None` when this user can't be others.
fn group(file: &str, mode: &str) -> Option<(Logged, String)> {
    if !can_be_others() {
        return None;
    }
    let logged = Logged::with(Options::default(), "", "");
    logged.client.commit("one").create();
    logged.server.push_unseen(&logged.client, &["HEAD:refs/heads/main"]);
    let folder = logged.sandbox().path("log");
    chown(&folder, None, Some(GROUP)).unwrap();
    set_mode(&folder, 0o2770);
    open(logged.sandbox());
    let text = format!("[log]\nfile = \"{}\"\nmode = \"{mode}\"\n", folder.join(file).display());
    let rules = logged.sandbox().write("users.toml", text);
    let rules = rules.to_str().unwrap().to_owned();
    Some((logged, rules))
}

#[test]
fn one_file_for_a_group() {
    let Some((logged, rules)) = group("provost.jsonl", "0660") else { return };
    for round in 0..4 {
        as_user(&logged, USERS[round % 2], GROUP, &rules).expect(0);
    }
    assert_eq!(logged.records().len(), 4);
    let mode = std::fs::metadata(&logged.log).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o660, "whatever the umask says");
    logged.provost(&["--rules", &rules, "log", "verify"]).expect(0);
    // Somebody outside of the group can't, and so can't push.
    let refused = as_user(&logged, 64_003, 64_003, &rules).expect(2);
    assert!(refused.err().contains("could not be recorded"), "{}", refused.all());
}

#[test]
fn a_file_for_each_user() {
    let Some((logged, rules)) = group("{user}.jsonl", "0640") else { return };
    // Everybody may make a file there, and nobody may list or remove others'.
    let folder = logged.sandbox().path("log");
    set_mode(&folder, 0o1733);
    for round in 0..4 {
        let user = USERS[round % 2];
        as_user(&logged, user, user, &rules).expect(0);
    }
    for user in USERS {
        let own = records(&logged.sandbox().path(format!("log/{user}.jsonl")));
        let seq: Vec<_> = own.iter().map(|record| record["seq"].as_u64().unwrap()).collect();
        assert_eq!(seq, [1, 2], "a chain each");
    }
    let verified = logged.provost(&["--rules", &rules, "log", "verify"]).expect(0).out();
    assert_eq!(verified.matches(": 2 records, head 2:").count(), 2, "{verified}");
    let shown = logged.provost(&["--rules", &rules, "log", "show", "--format", "json"]).expect(0);
    let shown: Vec<Value> = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown.len(), 4);
    let heads = logged.provost(&["--rules", &rules, "log", "head"]).expect(0).out();
    assert_eq!(heads.lines().count(), 2, "{heads}");
}

/// A log for each account in a folder that all of them may write.
fn sticky() -> Option<(Logged, String)> {
    let (logged, rules) = group("{user}.jsonl", "0600")?;
    set_mode(&logged.sandbox().path("log"), 0o1733);
    Some((logged, rules))
}

#[test]
fn what_another_account_has_put_there_is_no_log_of_ours() {
    let Some((logged, rules)) = sticky() else { return };
    let [user, other] = USERS;
    let log = logged.sandbox().path(format!("log/{user}.jsonl"));
    let head = logged.sandbox().path(format!("log/{user}.jsonl.head"));
    let target = logged.sandbox().write("target", "kept\n");
    chown(&target, Some(user), Some(user)).unwrap();
    for path in [&log, &head] {
        for (what, says) in [
            ("its own file", "belongs to account 64002"),
            ("a link", "is a symbolic link, which is not followed"),
            ("a second name", "has 2 names (hard links)"),
            ("a pipe", "is not a regular file"),
        ] {
            match what {
                "its own file" => {
                    std::fs::write(path, "").unwrap();
                    set_mode(path, 0o666);
                    chown(path, Some(other), Some(other)).unwrap();
                }
                "a link" => symlink(&target, path).unwrap(),
                "a second name" => std::fs::hard_link(&target, path).unwrap(),
                _ => nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap(),
            }
            let refused = as_user(&logged, user, user, &rules).expect(2);
            let said = refused.err().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains("could not be recorded"), "{what}: {said}");
            assert!(said.contains(says), "{what}: {said}");
            assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept\n", "{what}");
            std::fs::remove_file(path).unwrap();
        }
    }
    as_user(&logged, user, user, &rules).expect(0);
    for path in [&log, &head] {
        let known = std::fs::metadata(path).unwrap();
        assert_eq!((known.uid(), known.mode() & 0o777), (user, 0o600), "no other may read it");
    }
}

#[test]
fn root_reads_no_file_that_an_account_has_put_there_in_another_s_name() {
    let Some((logged, rules)) = sticky() else { return };
    let [user, other] = USERS;
    as_user(&logged, user, user, &rules).expect(0);
    let show = || logged.provost(&["--rules", &rules, "log", "show", "--format", "json"]);
    show().expect(0);
    let log = |name: &str| logged.sandbox().path(format!("log/{name}"));
    let secret = logged.sandbox().write("secret", "{\"repository\": \"a secret\"}\n");
    for name in [format!("{other}.jsonl"), format!("{user}.jsonl.1"), "root.jsonl".into()] {
        let path = log(&name);
        symlink(&secret, &path).unwrap();
        std::os::unix::fs::lchown(&path, Some(other), Some(other)).unwrap();
        let refused = show().expect(2);
        assert!(!refused.all().contains("a secret"), "{name}: {}", refused.all());
        assert!(refused.err().contains(path.to_str().unwrap()), "{name}: {}", refused.all());
        std::fs::remove_file(&path).unwrap();
    }
    let path = log("root.jsonl");
    std::fs::write(&path, "").unwrap();
    chown(&path, Some(other), Some(other)).unwrap();
    let refused = show().expect(2);
    assert!(refused.err().contains("belongs to account 64002"), "{}", refused.all());
}

/// One file for all, where each account could have made it.
#[test]
fn root_takes_no_log_as_genuine_that_any_account_can_have_made() {
    let Some((logged, rules)) = group("provost.jsonl", "0600") else { return };
    let [user, _] = USERS;
    as_user(&logged, user, GROUP, &rules).expect(0);
    let run = |words: &[&str]| logged.provost(&[&["--rules", &rules], words].concat());
    run(&["log", "show"]).expect(0);
    let sandbox = logged.sandbox();
    sandbox.git("").args(["init", "-q", "--bare", "roots.git"]).ok();
    sandbox.run(PROVOST, "").args(["install", "--policy", &rules, "roots.git"]).ok();
    set_mode(&sandbox.path("log"), 0o1777);
    let before = std::fs::read(&logged.log).unwrap();
    for words in
        [&["log", "show"][..], &["log", "verify"], &["log", "export"], &["doctor", "roots.git"]]
    {
        let refused = run(words);
        assert_ne!(refused.code, Some(0), "{words:?} {}", refused.all());
        let why = "any of them may have made it";
        assert!(refused.all().contains(why), "{words:?} {}", refused.all());
    }
    assert_eq!(std::fs::read(&logged.log).unwrap(), before);
    // By its name, root can look at it.
    run(&["log", "show", logged.log.to_str().unwrap()]).expect(0);
}

/// What has no line feed is not read to its end.
#[test]
fn a_file_without_lines_does_not_keep_a_reader_busy() {
    let logged = Logged::new();
    let rotated = logged.sandbox().path("log/provost.jsonl.1");
    std::fs::File::create(&rotated).unwrap().set_len(30 << 30).unwrap();
    let refused = logged.provost(&["log", "show", rotated.to_str().unwrap()]).expect(2);
    assert!(refused.err().contains("line 1 is longer than 256 MiB"), "{}", refused.all());
}

#[test]
fn the_name_of_the_user_is_that_of_the_system() {
    let logged = Logged::new();
    let file = logged.sandbox().path("log/{user}.jsonl");
    let rules = format!("[log]\nfile = \"{}\"\n", file.display());
    logged.sandbox().write("rules-0.toml", rules);
    // A pusher can set any variable.
    logged.client.commit("one").create();
    let push = logged.client.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
    push.env("USER", "../../mallory").ok();
    let user = logged.sandbox().run("id", "").arg("-un").ok().word();
    let own = records(&logged.sandbox().path(format!("log/{user}.jsonl")));
    assert_eq!(own.len(), 1);
}
