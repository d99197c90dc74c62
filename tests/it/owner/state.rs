//! Files of a repository's state: no umask of one account locks the others out, or lets
//! strangers in.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use crate::support::accounts::{GROUP, USERS, can_be_others, open, set_mode};
use crate::support::{Finished, Options, PROVOST, Sandbox, TestServer, clean, marked};

/// Whatever is pushed is let in unjudged, and so goes on the list of that.
const LETS_IN: &str = "[limits]\ncommits = { most = 1, outcome = \"accept\" }\n";

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_pusher_s_umask_is_not_that_of_the_state() {
    for umask in ["000", "022", "077"] {
        let server = Options::default().rules(LETS_IN).start();
        let client = server.client();
        client.commit(clean("One")).create();
        client.commit(clean("Two")).create();
        let script = format!("umask {umask}; exec git push -q origin main");
        server.sandbox().run("sh", client.path()).arg("-c").arg(script).ok();
        assert_eq!(mode(server.git_dir().join("provost/ledger")), 0o644, "umask {umask}");

        let script = format!("umask {umask}; exec \"$0\" --isolated policy baseline \"$1\"");
        let run = server.sandbox().run("sh", "").arg("-c").arg(script);
        run.arg(PROVOST).arg(server.path()).ok();
        assert_eq!(mode(server.git_dir().join("provost/baseline/all")), 0o644, "umask {umask}");
        assert_eq!(mode(server.git_dir().join("provost/baseline")), 0o755, "umask {umask}");
    }
}

/// A repository of a group with two commits that no branch has; `None` when this user can't
/// be others.
fn of_a_group(message: &str) -> Option<(TestServer, String)> {
    if !can_be_others() {
        return None;
    }
    let server = TestServer::start(Sandbox::new(), Options::default().rules(LETS_IN));
    let client = server.client();
    client.commit(clean("One")).create();
    client.commit(message).create();
    server.push_unseen(&client, &["HEAD:refs/elsewhere/x"]);
    open(server.sandbox());
    chown(server.path(), Some(USERS[0]), Some(GROUP)).unwrap();
    let id = client.id("HEAD");
    Some((server, id))
}

/// The hook, run by hand as another user of the group, whose umask is 077.
fn as_user(
    server: &TestServer,
    user: u32,
    more: &[(&str, &str)],
    words: &str,
    id: &str,
) -> Finished {
    let rules = server.sandbox().path("rules-0.toml");
    let script = format!(
        "umask 077; exec setpriv --reuid={user} --regid={GROUP} --clear-groups {PROVOST} \
         --isolated --rules {} {words}",
        rules.display()
    );
    let mut run = server.sandbox().run("sh", server.path()).arg("-c").arg(script);
    for (name, value) in more {
        run = run.env(name, value);
    }
    let zero = "0".repeat(id.len());
    run.env("GIT_DIR", ".").input(format!("{zero} {id} refs/heads/u{user}\n")).finish()
}

#[test]
fn one_account_does_not_lock_out_the_others_of_its_group() {
    let Some((server, id)) = of_a_group(&clean("Two")) else { return };
    std::fs::set_permissions(server.path(), std::fs::Permissions::from_mode(0o2775)).unwrap();
    for _ in 0..2 {
        for user in USERS {
            as_user(&server, user, &[], "pre-receive", &id).expect(0);
        }
    }
    let list = server.git_dir().join("provost/ledger");
    assert_eq!(mode(&list), 0o664);
    assert_eq!(std::fs::metadata(&list).unwrap().gid(), GROUP);
    assert_eq!(std::fs::read_to_string(&list).unwrap().lines().count(), 5);
    // A file that was made before: the error says whose it is, and what to run.
    chown(&list, Some(USERS[0]), Some(GROUP)).unwrap();
    std::fs::set_permissions(&list, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = as_user(&server, USERS[1], &[], "pre-receive", &id).expect(2);
    let command = format!("chown {}:{GROUP} {}", USERS[0], list.display());
    assert!(refused.err().replace('\n', " ").contains("belongs to"), "{}", refused.all());
    let squeezed: String = refused.err().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(squeezed.contains(&command), "{squeezed}");
    // Its owner's next push corrects it.
    as_user(&server, USERS[0], &[], "pre-receive", &id).expect(0);
    as_user(&server, USERS[1], &[], "pre-receive", &id).expect(0);
}

#[test]
fn an_installation_by_root_is_of_use_to_the_owner() {
    let Some((server, _)) = of_a_group(&clean("Two")) else { return };
    let script = "umask 077; exec \"$0\" install \"$1\"";
    let run = server.sandbox().run("sh", "").arg("-c").arg(script);
    run.arg(PROVOST).arg(server.path()).ok();
    let folder = server.git_dir().join("provost");
    let metadata = std::fs::metadata(&folder).unwrap();
    assert_eq!((metadata.uid(), metadata.gid(), mode(&folder)), (USERS[0], GROUP, 0o755));
    assert_eq!(mode(folder.join("rules.toml")), 0o644);
}

/// Over a file path every variable is the pusher's own.
#[test]
fn another_account_does_not_push_under_the_name_of_an_exempt_one() {
    let Some((server, id)) = of_a_group(&marked("Two")) else { return };
    let rules = "[[policy.exemption]]\nid = \"boss\"\nreason = \"x\"\napprover = \"x\"\n\
                 expires = 2999-12-31\npushers = [\"boss\"]\n";
    server.sandbox().write("rules-0.toml", rules);
    let claim = [("REMOTE_USER", "boss"), ("REQUEST_METHOD", "POST")];
    let plain = "pre-receive --platform plain";
    as_user(&server, USERS[1], &claim, plain, &id).expect(1);
    // Whom the repository belongs to, as it does to the account of a web server.
    as_user(&server, USERS[0], &claim, plain, &id).expect(0);
    // For platform `http` nothing tells the two apart.
    as_user(&server, USERS[1], &claim, "pre-receive --platform http", &id).expect(0);
}

/// Below a directory that all accounts may write, the name of a repository's folder can be
/// guessed.
#[test]
fn a_state_folder_that_another_account_has_made_is_not_used() {
    let Some((server, id)) = of_a_group(&clean("Two")) else { return };
    let state = server.sandbox().path("state");
    std::fs::create_dir(&state).unwrap();
    set_mode(&state, 0o1777);
    let rules = format!("{LETS_IN}[state]\ndirectory = \"{}\"\n", state.display());
    server.sandbox().write("rules-0.toml", rules);
    as_user(&server, USERS[0], &[], "pre-receive", &id).expect(0);
    let folder = std::fs::read_dir(&state).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::metadata(folder.join("ledger")).unwrap().uid(), USERS[0]);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o777);
    chown(&folder, Some(USERS[1]), Some(USERS[1])).unwrap();
    let refused = as_user(&server, USERS[0], &[], "pre-receive", &id).expect(2);
    let said = refused.err().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("belongs to account 64002"), "{said}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
