//! Rough days over each transport: a large first push, clients that are killed in the
//! middle, many pushers at the same time. Whatever happens, no marked commit gets in,
//! and the next push is judged as if nothing had been.

use std::fmt::Write;
use std::path::PathBuf;

use super::connection::Connection;
use super::daemon::wait_until;
use super::relay::Relay;
use super::served::Served;
use super::support::{Client, Finished, Options, Pushed, clean, marked};
use super::transport::{Transport, over_each_transport};
use super::users::USERS;

over_each_transport! {
    a_large_first_push_is_judged_whole,
    a_client_killed_while_it_sends_leaves_the_server_usable,
    a_client_killed_while_the_hook_judges_leaves_the_server_usable,
    a_server_restarted_while_the_hook_judges_is_usable,
    twenty_pushers_at_the_same_time_get_their_verdicts
}

const MANY: usize = 3000;

/// The stream of git-fast-import(1) for so many commits, of which one may be marked.
fn history(commits: usize, marked_at: Option<usize>) -> String {
    let mut stream = String::new();
    for number in 1..=commits {
        let subject = format!("Commit {number}");
        let hit = marked_at == Some(number);
        let message = if hit { marked(&subject) } else { clean(&subject) };
        let date = 1_767_225_600 + 60 * number;
        let content = format!("{number}\n");
        write!(
            stream,
            "commit refs/heads/main\n\
             committer A Developer <dev@example.com> {date} +0000\n\
             data {}\n{message}\n\
             M 100644 inline file-{}\n\
             data {}\n{content}\n",
            message.len(),
            number % 100,
            content.len(),
        )
        .unwrap();
    }
    stream
}

fn a_large_first_push_is_judged_whole(transport: Transport) {
    let served = transport.serve();
    let client = served.client();
    client.git(&["fast-import", "--quiet"]).input(history(MANY, Some(MANY / 2))).ok();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&["refs/heads/main"]).must_judge(MANY).must_say("Commit 1500");
    assert_eq!(served.refs(), "");
    client.git(&["fast-import", "--quiet", "--force"]).input(history(MANY, None)).ok();
    client.push(&["main"]).must_accept(&["refs/heads/main"]).must_judge(MANY);
    assert_eq!(served.server.must(&["rev-list", "--count", "main"]), MANY.to_string());
}

/// A push from a sandbox of its own, as a process group that can be killed.
struct Victim {
    pid_file: PathBuf,
    thread: std::thread::JoinHandle<Finished>,
}

impl Victim {
    /// Starts to push a marked commit with a file of so many bytes.
    fn start(served: &Served, connection: Connection, bytes: usize) -> Self {
        let pid_file = served.server.sandbox().path("victim.pid");
        let shown = pid_file.clone();
        let thread = std::thread::spawn(move || {
            let client = Client::alone();
            connection.give_to(&client);
            client.commit(marked("Too late")).file("noise", noise(bytes)).create();
            // The leader of a new session leads a process group of its own too.
            let script =
                "echo $$ > \"$0.new\"; mv \"$0.new\" \"$0\"; exec git push origin main:late";
            let run = client.sandbox().run("setsid", client.path());
            run.args(["sh", "-c", script]).arg(shown).finish()
        });
        Self { pid_file, thread }
    }

    /// Waits for its end, which is no success.
    fn fails(self) {
        let finished = self.thread.join().unwrap();
        assert_ne!(finished.code, Some(0), "{}", finished.all());
    }

    /// Kills git and all that it started, without a chance to say good-bye.
    fn kill(self, served: &Served, then: impl FnOnce()) {
        let pid = std::fs::read_to_string(&self.pid_file).unwrap();
        let script = "kill -s KILL -- \"-$0\"";
        served.server.sandbox().run("sh", "").args(["-c", script, pid.trim()]).ok();
        then();
        let finished = self.thread.join().unwrap();
        assert_eq!(finished.code, None, "it was not killed: {}", finished.all());
    }
}

/// Bytes that do not get smaller by compression, the same on every run (xorshift).
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..bytes.div_ceil(8)).flat_map(|_| next()).collect()
}

/// The push of the dead has changed nothing, and those of the living are judged.
fn is_usable(served: &Served) {
    wait_until("git has noticed", || !served.is_busy());
    assert_eq!(served.refs(), "", "the push of a dead client was accepted");
    let client = served.client();
    let one = client.commit(clean("One")).file("a", "1\n").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    client.commit(marked("Two")).file("a", "2\n").create();
    client.push(&["main", "main:late"]).must_reject(&["refs/heads/main", "refs/heads/late"]);
    assert_eq!(served.refs(), format!("refs/heads/main {one}"));
    served.server.git(&["fsck", "--strict", "--full"]).ok();
}

fn a_client_killed_while_it_sends_leaves_the_server_usable(transport: Transport) {
    let served = transport.serve();
    let relay = Relay::start(served.port(), 1_000_000);
    let victim = Victim::start(&served, served.connection_through(relay.port()), 4_000_000);
    relay.wait_for_stall();
    if transport == Transport::Lighttpd {
        // It starts git when it has all of the push. The git that listed the refs before may
        // still be at its end.
        wait_until("the list of refs is sent", || !served.is_busy());
        assert!(!served.has_quarantine());
    } else {
        wait_until("git has begun to unpack", || served.has_quarantine());
        assert!(served.is_busy());
    }
    victim.kill(&served, || relay.close());
    is_usable(&served);
}

/// A hook that waits until it is told to go on.
const WAITING: &str = "#!/bin/sh\n\
    : > @SANDBOX@/hook-waits\n\
    until [ -e @SANDBOX@/hook-may-go ]; do sleep 0.02; done\n\
    exec @JUDGE@\n";

fn a_server_restarted_while_the_hook_judges_is_usable(transport: Transport) {
    let mut served = transport.serve_with(Options::default().hook(WAITING));
    let file = |served: &Served, name: &str| served.server.sandbox().path(name);
    let victim = Victim::start(&served, served.connection(), 100);
    wait_until("the hook runs", || file(&served, "hook-waits").exists());
    served.restart();
    // Where the hook outlives its server, it goes on to its end.
    served.server.sandbox().write("hook-may-go", "");
    victim.fails();
    is_usable(&served);
}

fn a_client_killed_while_the_hook_judges_leaves_the_server_usable(transport: Transport) {
    let served = transport.serve_with(Options::default().hook(WAITING));
    let file = |name: &str| served.server.sandbox().path(name);
    let victim = Victim::start(&served, served.connection(), 100);
    wait_until("the hook runs", || file("hook-waits").exists());
    victim.kill(&served, || {
        served.server.sandbox().write("hook-may-go", "");
    });
    is_usable(&served);
}

const PUSHERS: usize = 20;

fn twenty_pushers_at_the_same_time_get_their_verdicts(transport: Transport) {
    // No hook begins before all have come: twenty quarantines are there at once.
    let hook = "#!/bin/sh\n\
                cd @SANDBOX@/arrived 2>/dev/null || exec @JUDGE@\n\
                : > $$\n\
                tries=0\n\
                until [ \"$(ls | wc -l)\" -ge 20 ]; do\n\
                    tries=$((tries + 1))\n\
                    [ $tries -lt 6000 ] || { echo 'the others did not come'; exit 3; }\n\
                    sleep 0.02\n\
                done\n\
                cd \"$OLDPWD\"\n\
                exec @JUDGE@\n";
    let served = transport.serve_with(Options::default().hook(hook));
    let first = served.client();
    first.commit(clean("Begin")).file("begin", "1\n").create();
    first.push(&["main"]).must_accept(&["refs/heads/main"]);
    std::fs::create_dir(served.server.sandbox().path("arrived")).unwrap();
    let pushers: Vec<_> = (0..PUSHERS)
        .map(|number| {
            let connection = served.connection_of(USERS[number % USERS.len()].0);
            std::thread::spawn(move || push_branch(&connection, number))
        })
        .collect();
    for (number, pusher) in pushers.into_iter().enumerate() {
        let pushed = pusher.join().unwrap();
        let name = format!("refs/heads/branch-{number}");
        if is_marked(number) {
            pushed.must_reject(&[&name]).must_say(&format!("Marked {number}"));
        } else {
            pushed.must_accept(&[&name]);
        }
        pushed.must_judge(1);
    }
    let mut expected: Vec<_> =
        (0..PUSHERS).filter(|&number| !is_marked(number)).map(|n| format!("branch-{n}")).collect();
    expected.sort_unstable();
    let format = "--format=%(refname:lstrip=2)";
    let branches = served.server.must(&["for-each-ref", format, "refs/heads/branch-*"]);
    assert_eq!(branches.lines().collect::<Vec<_>>(), expected);
    served.server.git(&["fsck", "--strict", "--full"]).ok();
}

fn is_marked(number: usize) -> bool {
    number % 3 == 1
}

/// Pushes a branch of one commit, from a sandbox of its own.
fn push_branch(connection: &Connection, number: usize) -> Pushed {
    let client = Client::alone();
    connection.give_to(&client);
    client.must(&["fetch", "-q", "origin"]);
    let branch = format!("branch-{number}");
    client.must(&["switch", "-q", "--no-track", "-c", &branch, "origin/main"]);
    let subject = format!("{} {number}", if is_marked(number) { "Marked" } else { "Clean" });
    let message = if is_marked(number) { marked(&subject) } else { clean(&subject) };
    client.commit(message).file(&branch, "1\n").create();
    client.push(&[&branch])
}
