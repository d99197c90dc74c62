//! gitolite 3 behind sshd, with two users and two repositories: the common hook and the
//! VREF, put there by `provost install`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::sshd::Sshd;
use super::support::{CLAUDE, Client, Finished, PROVOST, Pushed, Run, Sandbox, clean, marked};

const MAIN: &str = "refs/heads/main";

/// See the head of this file.
struct Gitolite {
    // Dropped first.
    sshd: Sshd,
    sandbox: Sandbox,
}

const CONF: &str = "\
repo gitolite-admin
    RW+ = alice
repo one
    RW+ = alice bob
repo team/two
    RW+ = alice
    R = bob
";
/// The line that has gitolite call the VREF for the repository above it.
const VREF: &str = "    -  VREF/provost = @all\n";

impl Gitolite {
    fn start() -> Self {
        let sandbox = Sandbox::new();
        let home = sandbox.path("home");
        // gitolite writes it itself.
        let keys = home.join(".ssh/authorized_keys");
        let sshd = Sshd::start_for(&sandbox, "LANG LC_*", &keys);
        for user in ["alice", "bob"] {
            let new = ["-q", "-t", "ed25519", "-N", "", "-C", user, "-f", user];
            sandbox.run("ssh-keygen", "sshd").args(new).ok();
        }
        let gitolite = Self { sshd, sandbox };
        // gitolite 3.6 reads its configuration from a branch of this name.
        let name = ["config", "--global", "init.defaultBranch", "master"];
        gitolite.sandbox.git("").args(name).ok();
        let key = gitolite.sandbox.path("sshd/alice.pub");
        gitolite.sandbox.run("gitolite", "home").args(["setup", "-pk"]).arg(&key).ok();
        gitolite
    }

    fn home(&self) -> PathBuf {
        self.sandbox.path("home")
    }

    /// `LOCAL_CODE` as an administrator switches it on: its line is there as a comment.
    fn local_code(&self) {
        let path = self.home().join(".gitolite.rc");
        let rc = std::fs::read_to_string(&path).unwrap();
        let line = "LOCAL_CODE                =>  \"$ENV{HOME}/local\"";
        let off = format!("# {line}");
        assert!(rc.contains(&off), "{rc}");
        std::fs::write(&path, rc.replace(&off, line)).unwrap();
    }

    /// The program under test, in place of which `bin/provost` says more.
    fn provost(&self, arguments: &[&str]) -> Run {
        let script = format!("#!/bin/sh\nexec '{PROVOST}' -v \"$@\"\n");
        let binary = self.sandbox.write("bin/provost", script);
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
        let policy = self.sandbox.path("etc/rules.toml");
        let run = self.sandbox.run(PROVOST, "home").args(arguments);
        run.arg("--policy").arg(policy).arg("--program").arg(binary).arg(self.home())
    }

    fn install(&self, more: &[&str]) -> Finished {
        self.provost(&[&["install", "--mode", "enforce"], more].concat()).ok()
    }

    fn gitolite(&self, arguments: &[&str]) {
        self.sandbox.run("gitolite", "home").args(arguments).ok();
    }

    fn url(&self, repository: &str) -> String {
        // gitolite names repositories without the path of its own.
        self.sshd.url(std::path::Path::new(&format!("/{repository}")), None)
    }

    fn client(&self, user: &str, repository: &str, number: usize) -> Client {
        let name = format!("{user}-{}-{number}", repository.replace('/', "-"));
        let client = Client::init(&self.sandbox, name, &[]);
        let key = self.sandbox.path("sshd").join(user);
        let ssh = format!("{} -i {}", self.sshd.client_command(&[]), key.display());
        client.must(&["config", "core.sshCommand", &ssh]);
        client.must(&["remote", "add", "origin", &self.url(repository)]);
        client
    }

    /// Two users and two repositories.
    fn configure(&self, more: &str) {
        let admin = self.client("alice", "gitolite-admin", 0);
        admin.must(&["fetch", "-q", "origin"]);
        admin.must(&["reset", "-q", "--hard", "origin/master"]);
        let bob = std::fs::read(self.sandbox.path("sshd/bob.pub")).unwrap();
        let commit = admin.commit(clean("Two users")).file("keydir/bob.pub", bob);
        commit.file("conf/gitolite.conf", format!("{CONF}{more}")).create();
        let pushed = admin.push(&["HEAD:master"]);
        assert!(pushed.accepted("refs/heads/master"), "{}", pushed.all());
    }

    fn objects(&self, repository: &str, id: &str) -> Option<i32> {
        let path = self.home().join("repositories").join(format!("{repository}.git"));
        self.sandbox.git(path).args(["cat-file", "-e", id]).finish().code
    }
}

fn push(client: &Client, branch: &str, message: &str) -> Pushed {
    client.commit(message).file(branch, "1\n").create();
    client.push(&[&format!("HEAD:{branch}")])
}

#[test]
fn the_common_hook_judges_every_repository_for_every_user() {
    let server = Gitolite::start();
    let refused = server.provost(&["install"]).finish().expect(2);
    assert!(refused.err().contains("LOCAL_CODE is not set"), "{}", refused.all());
    server.local_code();
    let said = server.install(&[]).out();
    assert!(said.contains("the home of gitolite"), "{said}");
    let ill = server.provost(&["doctor"]).finish().expect(1);
    assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
    server.gitolite(&["setup", "--hooks-only"]);
    // The repository of the configuration has the hook, too.
    server.configure("");
    let well = server.provost(&["doctor"]).finish().expect(0);
    assert!(well.out().contains("team/two.git (platform gitolite)"), "{}", well.all());
    assert!(well.out().contains("a marked commit is refused, as the policy says"));

    for (number, (user, repository)) in
        [("alice", "one"), ("bob", "one"), ("alice", "team/two")].into_iter().enumerate()
    {
        let client = server.client(user, repository, 1);
        let branch = format!("work-{number}");
        let name = format!("refs/heads/{branch}");
        let pushed = push(&client, &branch, &clean(&format!("Clean {number}")));
        assert!(pushed.accepted(&name), "{}", pushed.all());
        pushed.must_say(&format!("pushed by {user} to {repository}"));
        let pushed = push(&client, &branch, &marked(&format!("Marked {number}")));
        pushed.must_reject(&[&name]).must_say(CLAUDE);
        assert_eq!(server.objects(repository, &client.id("HEAD")), Some(1), "in quarantine only");
        assert_eq!(server.objects(repository, &client.id("HEAD~1")), Some(0));
    }
    // Whom gitolite does not let in, it refuses itself, after the hook.
    let client = server.client("bob", "team/two", 2);
    let refused = client.commit(clean("Not mine")).create();
    let pushed = client.git(&["push", "origin", "HEAD:main"]).finish();
    assert!(pushed.code != Some(0) && pushed.err().contains("DENIED"), "{}", pushed.all());
    assert_eq!(server.objects("team/two", &refused), Some(1));

    server.provost(&["uninstall"]).ok();
    let client = server.client("bob", "one", 3);
    let pushed = push(&client, "late", &marked("Marked"));
    assert!(pushed.accepted("refs/heads/late"), "{}", pushed.all());
}

#[test]
fn the_vref_judges_where_the_configuration_calls_it() {
    let server = Gitolite::start();
    server.local_code();
    let said = server.install(&["--vref"]).out();
    assert!(said.contains("-  VREF/provost = @all"), "{said}");
    server.configure(VREF);
    let client = server.client("alice", "team/two", 0);
    let pushed = push(&client, "main", &clean("Clean"));
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    pushed.must_say("pushed by alice to team/two");
    let pushed = push(&client, "main", &marked("Marked"));
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("this push is refused: it carries marks").must_say(CLAUDE);
    assert_eq!(server.objects("team/two", &client.id("HEAD")), Some(0), "stored before");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    // What was refused there before is judged again: no ref shows it.
    let pushed = client.push(&["HEAD@{1}:refs/heads/again"]);
    assert!(pushed.rejected("refs/heads/again"), "{}", pushed.all());
    // A repository whose configuration does not name it is not judged.
    let client = server.client("bob", "one", 0);
    let pushed = push(&client, "main", &marked("Marked"));
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
}

#[test]
fn a_common_hook_of_the_administrators_stays_and_runs_first() {
    let server = Gitolite::start();
    server.local_code();
    let theirs = "#!/bin/sh\ncat >/dev/null\necho theirs for $GL_USER\n";
    let path = server.sandbox.write("home/local/hooks/common/pre-receive", theirs);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    server.install(&[]);
    server.gitolite(&["setup", "--hooks-only"]);
    server.configure("");
    let client = server.client("bob", "one", 0);
    let pushed = push(&client, "main", &marked("Marked"));
    pushed.must_reject(&[MAIN]).must_say("theirs for bob").must_say("pushed by bob to one");
    let two = server.client("alice", "team/two", 0);
    let repository = server.home().join("repositories/team/two.git");
    let advertise = ["config", "receive.advertisePushOptions", "true"];
    server.sandbox.git(repository).args(advertise).ok();
    two.commit(clean("Clean")).create();
    let pushed = two.push_to("origin", &["HEAD:main"], &["-o", "ticket=1"]);
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    pushed.must_say("theirs for alice");
}
