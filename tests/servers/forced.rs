//! sshd with a forced command for each key: one account for two people, and no way in but
//! git, as hooks/README.md has it.

use std::os::unix::fs::PermissionsExt;

use super::daemon::account;
use super::http_users::{FOREIGN, push_work_of_alice};
use super::served::Served;
use super::sshd::{Settings, Sshd};
use super::support::{Client, Finished, Options, Sandbox, clean};
use super::transport::Transport;

/// The command as it is shipped.
const SHIPPED: &str = include_str!("../../hooks/ssh-command");
const PAGE: &str = include_str!("../../hooks/README.md");

/// Starts it.
pub(crate) fn start(sandbox: &Sandbox, settings: Settings) -> Sshd {
    let command = sandbox.write("bin/provost-ssh", SHIPPED);
    std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o755)).unwrap();
    let line = of_page("restrict,command=");
    let line = line.replace("/usr/local/bin/provost-ssh", command.to_str().unwrap());
    let line = line.replace(" alice\"", " @USER@\"");
    let line = line.replace("ssh-ed25519 AAAA... alice@laptop", "@KEY@");
    Sshd::start(sandbox, &Settings { line, ..settings })
}

/// The line of the page that begins so.
fn of_page(start: &str) -> String {
    let mut lines = PAGE.lines().map(str::trim_start).filter(|line| line.starts_with(start));
    lines.next().unwrap_or_else(|| panic!("{start} is not on the page")).to_owned()
}

/// Runs something on the server, or tries to.
fn ssh(served: &Served, words: &str) -> Finished {
    let ssh = served.connection().ssh_command().to_owned();
    let line = format!("{ssh} -p {} {words}", served.port());
    served.server.sandbox().run("sh", "").args(["-c", &line]).finish()
}

/// No command but git's, no shell, no way through to another port.
fn only_git_gets_in(served: &Served) {
    let at = format!("{}@127.0.0.1", account());
    let repository = served.server.path();
    let repository = repository.display();
    for command in [
        "id",
        "''",
        "/bin/sh -c id",
        "git version",
        &format!("\"git-receive-pack '{repository}'; id\""),
        &format!("\"git-receive-pack '{repository}' \\$(id)\""),
        "\"git-receive-pack --help\"",
    ] {
        let refused = ssh(served, &format!("{at} {command}"));
        assert_ne!(refused.code, Some(0), "{}", refused.all());
        assert!(refused.err().contains("fatal: "), "{}", refused.all());
        assert_eq!(refused.out(), "", "{command}");
    }
}

#[test]
fn the_pusher_is_the_owner_of_the_key_and_none_of_his_choice() {
    let sandbox = Sandbox::new();
    let front = start(&sandbox, Settings { accepted: "*", ..Settings::default() });
    let served =
        Transport::Forced.put_behind(Box::new(front), sandbox, Options::default().recording());
    for (user, own) in [("alice", true), ("bob", false)] {
        let client = served.client();
        let connection = served.connection_of(user);
        connection.setting(&[("REMOTE_USER", "alice"), ("REMOTE_ADDR", "x")]).give_to(&client);
        let pushed = push_work_of_alice(&client);
        pushed.must_say(&format!("pushed by {user} to server"));
        assert_eq!(pushed.text().contains(FOREIGN), !own, "{}", pushed.all());
        assert_eq!(served.server.recorded().env["REMOTE_USER"], user.as_bytes());
    }
}

/// Platform `plain` believes nobody over SSH but the operating system.
#[test]
fn without_the_platform_the_pusher_is_the_account() {
    let hook = "#!/bin/sh\nexec @PROVOST@ pre-receive --platform plain\n";
    let served = Transport::Forced.serve_with(Options::default().hook(hook));
    let pushed = push_work_of_alice(&served.client());
    pushed.must_say(&format!("pushed by {} to server", account())).must_say(FOREIGN);
}

#[test]
fn whoever_has_a_key_can_do_nothing_but_git() {
    let served = Transport::Forced.serve();
    only_git_gets_in(&served);
    let at = format!("{}@127.0.0.1", account());
    let refused = ssh(&served, &format!("-W 127.0.0.1:{} {at}", served.port()));
    assert!(refused.code != Some(0) && refused.out().is_empty(), "{}", refused.all());
    assert!(refused.err().contains("forwarding failed"), "{}", refused.all());
}

/// For an account whose keys have no commands of their own.
#[test]
fn a_forced_command_in_the_configuration_of_sshd() {
    let sandbox = Sandbox::new();
    let more = of_page("ForceCommand");
    let front = Sshd::start(&sandbox, &Settings { more, ..Settings::default() });
    let served = Transport::Ssh.put_behind(Box::new(front), sandbox, Options::default());
    only_git_gets_in(&served);
    let client: Client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    let pushed = client.push(&["main"]);
    pushed.must_accept(&["refs/heads/main"]);
    pushed.must_say(&format!("pushed by {} to server", account()));
    push_work_of_alice(&client);
}
