//! The gate without a process: a push is an arrival, and what comes of it is an answer.

mod process;
mod slow_git;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use provost::gate::{Answer, Arrival, Gate, Message, Process};
use provost::git::HookEnvironment;
use provost::platform::{self, Environment};

use crate::support::{Options, Sandbox, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";

/// What the gate answers to these ref updates, judged in this process.
fn answer(git_dir: &Path, rules: &[PathBuf], lines: &str) -> (Answer, Vec<Message>) {
    let told = RefCell::new(Vec::new());
    let tell = |message| told.borrow_mut().push(message);
    let gate = Gate { files: rules, isolated: true, process: Process::Own, tell: &tell };
    let environment = Environment::recorded([].into(), "ada", &[]);
    let git = Ok(HookEnvironment::of(git_dir.to_owned()));
    let arrival = Arrival::pre_receive(platform::plain(), &environment, git, &mut lines.as_bytes());
    let answer = gate.check(arrival);
    (answer, told.take())
}

#[test]
fn a_push_is_judged_without_a_process() {
    let server = Options::default().start();
    let client = server.client();
    let old = server.null_id();
    client.commit(clean("Clean")).create();
    let first = client.id("main");
    client.commit(marked("Marked")).create();
    server.push_unseen(&client, &["main:refs/unseen/main"]);
    let to = |new: &str| answer(&server.git_dir(), &[], &format!("{old} {new} {MAIN}\n"));
    let (accepted, told) = to(&first);
    assert_eq!((accepted.exit_code, accepted.text.as_str(), told.len()), (0, "", 0));
    let (rejected, _) = to(&client.id("main"));
    assert_eq!(rejected.exit_code, 1);
    assert!(rejected.text.contains("claude-code/co-author"), "{}", rejected.text);
    assert!(rejected.details.contains("2 commits judged, 1 findings"), "{}", rejected.details);
}

#[test]
fn every_failure_on_the_way_has_an_answer() {
    let sandbox = Sandbox::new();
    let broken = sandbox.write("broken.toml", "[policy]\nunknown-key = 1\n");
    let server = TestServer::start(sandbox, Options::default());
    let client = server.client();
    client.commit(clean("Clean")).create();
    server.push_unseen(&client, &["main:refs/unseen/main"]);
    let (null, id) = (server.null_id(), client.id("main"));
    let line = format!("{null} {id} {MAIN}\n");
    let twice = format!("{line}{null} {} {MAIN}\n", "1".repeat(40));
    let reserved = format!("{null} {id} refs/meta/provost\n");
    let elsewhere = server.sandbox().path("nothing-here");
    let none: &[PathBuf] = &[];
    for (git_dir, rules, lines, said) in [
        (server.git_dir(), none, "nonsense\n", "line 1 of the ref updates"),
        (server.git_dir(), none, "", "no ref update arrived"),
        (elsewhere, none, &line, "cannot open the repository"),
        (server.git_dir(), &[broken], &line, "unknown key"),
        (server.git_dir(), none, &twice, "twice, with different values"),
        (server.git_dir(), none, &reserved, "holds the policy of this server"),
    ] {
        let (answer, _) = answer(&git_dir, rules, lines);
        let text = answer.text.replace("\n         ", " ").replace('\n', " ");
        assert_eq!(answer.exit_code, 2, "{text}");
        assert!(text.contains(said) && text.contains("refused"), "{said}: {text}");
    }
}

/// Most tests push without Git's processes: what such a push says and does is what a push with
/// Git says and does.
#[test]
fn a_push_without_git_is_answered_like_one_with_git() {
    let rules = "[policy]\ncontact = \"core\"\n[policy.tools]\ngithub-copilot = \"warn\"\n\
                 [policy.bypass]\npushers = [\"dev\"]\n";
    let options = Options::default().config("receive.advertisePushOptions", "true");
    let side = || {
        let server = options.clone().rules(rules).quiet().start();
        let client = server.client();
        (server, client)
    };
    let (with, without) = (side(), side());
    let sides = [&with, &without];
    let clients = [&with.1, &without.1];
    let both = |arguments: &[&str], accepted: &[(&str, bool)]| {
        let pushed = [with.1.push(arguments), without.1.submit(arguments)];
        let shown = sides.iter().zip(&pushed).map(|((server, client), pushed)| {
            let path = server.sandbox().path("");
            let text = pushed.text().replace(path.to_str().unwrap(), "DIR/");
            let refs = server.must(&["for-each-ref"]);
            (text, refs, client.must(&["for-each-ref"]))
        });
        let shown: Vec<_> = shown.collect();
        assert_eq!(shown[0], shown[1], "{arguments:?}");
        for (name, accepted) in accepted {
            for pushed in &pushed {
                assert_eq!(pushed.accepted(name), *accepted, "{name}: {}", pushed.all());
            }
        }
    };
    for client in clients {
        client.commit(clean("Clean")).file("a", "1").create();
        client.must(&["tag", "-a", "-m", &marked("Release"), "v1"]);
        client.must(&["tag", "plain"]);
    }
    both(&["main"], &[(MAIN, true)]);
    both(&["v1", "main:topic"], &[("refs/tags/v1", false), ("refs/heads/topic", false)]);
    both(&["plain", "HEAD:topic"], &[("refs/tags/plain", true), ("refs/heads/topic", true)]);
    for client in clients {
        client.commit("Work\n\nCo-authored-by: Copilot <copilot@github.com>\n").create();
        client.commit(marked("Marked")).file("CLAUDE.md", "x").create();
    }
    both(&["main", ":topic"], &[(MAIN, false), ("refs/heads/topic", false)]);
    both(&["main~1:main"], &[(MAIN, true)]);
    both(&["-o", "provost.reason=outage 7", "main:topic"], &[("refs/heads/topic", true)]);
    both(&["+main~2:topic"], &[("refs/heads/topic", true)]);
    both(&[":topic"], &[("refs/heads/topic", true)]);
    for client in clients {
        client.must(&["reset", "-q", "--hard", "HEAD~2"]);
        client.commit(clean("Other")).file("b", "1").create();
    }
    both(&["-f", "main"], &[(MAIN, true)]);
}

/// Both ways of judging give the same, down to the record.
#[test]
fn a_process_of_its_own_changes_no_answer() {
    let sandbox = Sandbox::new();
    let log = sandbox.path("log.jsonl");
    let rules = format!(
        "[log]\nfile = \"{}\"\n[policy.disclosure]\ntrailers = [\"Assisted-by\"]\n\
         [policy.tools]\ngithub-copilot = \"disclose\"\n",
        log.display()
    );
    let server = TestServer::start(sandbox, Options::default().rules(&rules).quiet());
    let client = server.client();
    client.commit(marked("Marked")).file("CLAUDE.md", "x").create();
    client.commit("Copilot\n\nCo-authored-by: Copilot <copilot@github.com>\n").create();
    client.commit(clean("Clean")).file(".cursorrules", "x").create();
    server.push_unseen(&client, &["main:refs/unseen/main"]);
    let (null, id) = (server.null_id(), client.id("main"));
    let lines = format!("{null} {id} {MAIN}\n{null} {id} refs/heads/copilot/x\n");
    let file = server.sandbox().path("rules-0.toml");
    let (own, _) = answer(&server.git_dir(), &[file], &lines);
    let child = server.judge_by_hand(&lines);
    assert_eq!((child.code, child.err()), (Some(1), own.text), "the same text");
    let records = std::fs::read_to_string(log).unwrap();
    let mut records: Vec<_> = records.lines().map(crate::log::record).collect();
    for record in &mut records {
        for key in ["seq", "prev", "time", "duration_ms", "pusher", "groups", "protocol"] {
            record.as_object_mut().unwrap().remove(key);
        }
    }
    assert_eq!(records[0], records[1], "the same record");
    assert!(records[0]["findings"].as_array().unwrap().len() > 4);
}
