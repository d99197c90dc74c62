//! Several system users who push over file paths or SSH: a file each, or one for a group.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use super::super::support::{Options, PROVOST, skip};
use super::*;

/// The hook, run by hand as another system user of a group.
fn as_user(logged: &Logged, user: u32, group: u32, rules: &str) -> Finished {
    let zero = logged.server.null_id();
    let id = logged.server.must(&["rev-parse", "main"]);
    let run = logged.sandbox().run("setpriv", logged.server.path());
    let run = run.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
    let run = run.args(["--clear-groups", PROVOST, "--isolated", "--rules", rules, "pre-receive"]);
    run.env("GIT_DIR", ".").input(format!("{zero} {id} refs/heads/u{user}\n")).finish()
}

/// A log in a folder of a group; `None` when this user can't be others.
fn group(file: &str, mode: &str) -> Option<(Logged, String)> {
    let sandbox = Sandbox::new();
    let able = std::fs::metadata(sandbox.path("")).unwrap().uid() == 0
        && std::process::Command::new("setpriv").arg("--version").output().is_ok();
    if !able {
        skip("only root can push as others");
        return None;
    }
    let logged = Logged::with(Options::default(), "", "");
    logged.client.commit("one").create();
    logged.server.push_unseen(&logged.client, &["HEAD:refs/heads/main"]);
    let folder = logged.sandbox().path("log");
    chown(&folder, None, Some(GROUP)).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o2770)).unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(logged.sandbox().path(""), open).unwrap();
    let text = format!("[log]\nfile = \"{}\"\nmode = \"{mode}\"\n", folder.join(file).display());
    let rules = logged.sandbox().write("users.toml", text);
    let rules = rules.to_str().unwrap().to_owned();
    Some((logged, rules))
}

const GROUP: u32 = 64_000;
const USERS: [u32; 2] = [64_001, 64_002];

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
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o1733)).unwrap();
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
