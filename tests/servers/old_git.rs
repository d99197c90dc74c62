//! sshd in front of the git of Debian's package, which is older than the one that clients
//! have where another was installed beside it: 2.39 on Debian 12, which knows no reftable.

use super::sshd::{Settings, Sshd};
use super::support::{Options, Sandbox, clean, marked};
use super::transport::Transport;

const MAIN: &str = "refs/heads/main";

/// Starts it.
pub(crate) fn start(sandbox: &Sandbox) -> Sshd {
    let programs = sandbox.path("debian-git");
    let _ = std::fs::create_dir(&programs);
    for name in ["git", "git-receive-pack", "git-upload-pack", "git-shell"] {
        let link = programs.join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(format!("/usr/bin/{name}"), link).unwrap();
        }
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    Sshd::start(sandbox, &Settings { path, ..Settings::default() })
}

/// The client's git may make what the server's does not know.
#[test]
fn its_version_is_that_of_debian_s_package() {
    let served = Transport::OldGit.serve_with(
        Options::default().hook("#!/bin/sh\ngit version > @SANDBOX@/version\nexec @JUDGE@\n"),
    );
    let client = served.client();
    client.commit(clean("One")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let sandbox = served.server.sandbox();
    let package = sandbox.run("/usr/bin/git", "").arg("version").ok().word();
    assert_eq!(std::fs::read_to_string(sandbox.path("version")).unwrap().trim(), package);
}

#[test]
fn a_repository_with_sha256() {
    let served = Transport::OldGit.serve_with(Options::default().object_format("sha256"));
    let client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(marked("Two")).file("a", "2\n").create();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

/// Git itself refuses a repository whose refs it can't read: nothing gets in unjudged.
#[test]
fn a_repository_with_reftable_is_refused_by_a_git_that_does_not_know_it() {
    let served = Transport::OldGit.serve_with(Options::default().ref_format("reftable"));
    let client = served.client();
    client.commit(marked("One")).file("a", "1\n").create();
    let pushed = client.git(&["push", "origin", "main"]).finish();
    assert_ne!(pushed.code, Some(0), "{}", pushed.all());
    assert_eq!(served.refs(), "");
}
