//! What `provost install` puts into gitolite, who may do what there, and what its VREF
//! does otherwise than the common hook. What both have in common with other servers is
//! tested with these.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::gitolite::{self, Gitolite, VREF};
use super::support::{CLAUDE, Client, Finished, Pushed, Run, Sandbox, clean, marked};
use super::transport::Transport;

const MAIN: &str = "refs/heads/main";

/// A gitolite and the hook of its administrator.
struct Site {
    // Dropped first.
    gitolite: Gitolite,
    sandbox: Sandbox,
    program: PathBuf,
}

impl Site {
    /// As `gitolite setup` leaves it.
    fn set_up() -> Self {
        let sandbox = Sandbox::new();
        let gitolite = Gitolite::set_up(&sandbox);
        Self { gitolite, program: gitolite::talkative(&sandbox), sandbox }
    }

    fn provost(&self, command: &str) -> Run {
        gitolite::provost(&self.sandbox, &self.program, &[command])
    }

    fn install(&self, more: &[&str]) -> Finished {
        gitolite::install(&self.sandbox, &self.program, more)
    }

    fn configure(&self, more: &str) {
        self.gitolite.configure(&self.sandbox, more);
    }

    fn client(&self, user: &str, repository: &str) -> Client {
        self.gitolite.client(&self.sandbox, user, repository)
    }

    fn objects(&self, repository: &str, id: &str) -> Option<i32> {
        let path = self.sandbox.path("home/repositories").join(format!("{repository}.git"));
        self.sandbox.git(path).args(["cat-file", "-e", id]).finish().code
    }
}

fn push(client: &Client, branch: &str, message: &str) -> Pushed {
    client.commit(message).file(branch, "1\n").create();
    client.push(&[&format!("HEAD:{branch}")])
}

#[test]
fn the_common_hook_judges_every_repository_for_every_user() {
    let site = Site::set_up();
    let refused = site.provost("install").finish().expect(2);
    assert!(refused.err().contains("LOCAL_CODE is not set"), "{}", refused.all());
    gitolite::switch_local_code_on(&site.sandbox);
    let said = site.install(&[]).out();
    assert!(said.contains("the home of gitolite"), "{said}");
    let ill = site.provost("doctor").finish().expect(1);
    assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
    gitolite::link_hooks(&site.sandbox);
    // The repository of the configuration has the hook, too.
    site.configure("");
    let well = site.provost("doctor").finish().expect(0);
    assert!(well.out().contains("team/two.git (platform gitolite)"), "{}", well.all());
    assert!(well.out().contains("a marked commit is refused, as the policy says"));

    for (user, repository) in [("alice", "one"), ("bob", "one"), ("alice", "team/two")] {
        let client = site.client(user, repository);
        let branch = format!("work-of-{user}");
        let name = format!("refs/heads/{branch}");
        let pushed = push(&client, &branch, &clean(&format!("Clean {user}")));
        pushed.must_accept(&[&name]).must_say(&format!("pushed by {user} to {repository}"));
        let pushed = push(&client, &branch, &marked(&format!("Marked {user}")));
        pushed.must_reject(&[&name]).must_say(CLAUDE);
        assert_eq!(site.objects(repository, &client.id("HEAD")), Some(1), "in quarantine only");
        assert_eq!(site.objects(repository, &client.id("HEAD~1")), Some(0));
    }
    // Whom gitolite does not let in, it refuses itself, before git runs.
    let client = site.client("bob", "team/two");
    let refused = client.commit(clean("Not mine")).create();
    let pushed = client.git(&["push", "origin", "HEAD:main"]).finish();
    assert!(pushed.code != Some(0) && pushed.err().contains("DENIED"), "{}", pushed.all());
    assert_eq!(site.objects("team/two", &refused), Some(1));

    site.provost("uninstall").ok();
    let client = Client::open(&site.sandbox, "bob-one");
    let pushed = push(&client, "late", &marked("Marked"));
    assert!(pushed.accepted("refs/heads/late"), "{}", pushed.all());
}

#[test]
fn a_common_hook_of_the_administrators_stays_and_runs_first() {
    let site = Site::set_up();
    gitolite::switch_local_code_on(&site.sandbox);
    let theirs = "#!/bin/sh\ncat >/dev/null\necho theirs for $GL_USER\n";
    let path = site.sandbox.write(gitolite::COMMON_HOOK, theirs);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    site.install(&[]);
    gitolite::link_hooks(&site.sandbox);
    site.configure("");
    let pushed = push(&site.client("bob", "one"), "main", &marked("Marked"));
    pushed.must_reject(&[MAIN]).must_say("theirs for bob").must_say("pushed by bob to one");
    let pushed = push(&site.client("alice", "team/two"), "main", &clean("Clean"));
    pushed.must_accept(&[MAIN]).must_say("theirs for alice");
}

#[test]
fn the_vref_judges_where_the_configuration_calls_it() {
    let site = Site::set_up();
    gitolite::switch_local_code_on(&site.sandbox);
    let said = site.install(&["--vref"]).out();
    assert!(said.contains("-  VREF/provost = @all"), "{said}");
    site.configure(VREF);
    for user in ["alice", "bob"] {
        let client = site.client(user, "one");
        let pushed = push(&client, user, &clean("Clean"));
        let name = format!("refs/heads/{user}");
        pushed.must_accept(&[&name]).must_say(&format!("pushed by {user} to one"));
        push(&client, user, &marked("Marked")).must_reject(&[&name]).must_say(CLAUDE);
    }
    // A repository whose configuration does not name it is not judged.
    let pushed = push(&site.client("alice", "team/two"), "main", &marked("Marked"));
    assert!(pushed.accepted(MAIN) && pushed.judged().is_none(), "{}", pushed.all());
}

/// Git has stored what it asks about, and no ref shows it: it is judged again.
#[test]
fn what_the_vref_has_refused_before_is_refused_again_under_another_name() {
    let served = Transport::Vref.serve();
    let client = served.client();
    client.commit(marked("Marked")).file("a", "1\n").create();
    client.push(&["main"]).must_reject(&[MAIN]);
    assert!(served.has_object(&client.id("main")), "stored before");
    client.push(&["main:again"]).must_reject(&["refs/heads/again"]).must_judge(1);
    assert_eq!(served.refs(), "");
}

/// Refs stand and fall together only for clients that ask for it.
#[test]
fn the_vref_is_asked_once_a_ref() {
    let served = Transport::Vref.serve();
    let client = served.client();
    let begin = client.commit(clean("Begin")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(marked("Marked")).file("marked", "1\n").create();
    client.must(&["switch", "-q", "main"]);
    let clean = client.commit(clean("Clean")).file("clean", "1\n").create();
    let pushed = client.push_to("origin", &["main", "topic"], &["--atomic"]);
    pushed.must_reject(&["refs/heads/topic"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    assert_eq!(served.refs(), format!("{MAIN} {begin}"));
    let pushed = client.push(&["main", "topic"]);
    pushed.must_reject(&["refs/heads/topic"]).must_accept(&[MAIN]);
    assert_eq!(served.refs(), format!("{MAIN} {clean}"));
}

#[test]
fn without_its_vref_gitolite_refuses_every_push() {
    let site = Site::set_up();
    gitolite::switch_local_code_on(&site.sandbox);
    site.configure(VREF);
    let pushed = push(&site.client("alice", "one"), "main", &clean("Clean"));
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("helper program missing or unexecutable");
}
