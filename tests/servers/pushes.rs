//! Pushes as developers make them every day, over each transport, to a repository with
//! the hook that is shipped.

use super::served::Served;
use super::support::{CLAUDE, CLAUDE_MARKER, Client, Options, Sandbox, clean, marked};
use super::transport::{Transport, over_each_transport};

over_each_transport! {
    a_clean_push_is_accepted,
    a_marked_push_is_refused_with_its_reason,
    a_push_that_only_deletes_is_accepted,
    push_options_reach_the_hook,
    a_tool_that_is_to_be_disclosed_gets_in_when_the_commit_says_so,
    a_force_push_is_judged_by_what_it_brings,
    an_existing_commit_under_a_new_name_is_accepted,
    a_hook_without_its_binary_refuses_every_push;
    two_refs_stand_and_fall_together
}

/// A client that has pushed a first clean commit to `main`.
fn started(served: &Served) -> Client {
    let client = served.client();
    client.commit(clean("Begin")).file("begin", "1\n").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    client
}

fn a_clean_push_is_accepted(transport: Transport) {
    let served = transport.serve();
    let client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    let two = client.commit(clean("Two")).file("a", "2\n").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]).must_judge(2);
    assert_eq!(served.refs(), format!("refs/heads/main {two}"));
    // Which git this result is of.
    let git = std::fs::read_to_string(served.server.sandbox().path("git-version")).unwrap();
    served.tell(&format!("the server runs {}", git.trim()));
}

fn a_marked_push_is_refused_with_its_reason(transport: Transport) {
    let served = transport.serve();
    let client = started(&served);
    let before = served.refs();
    client.commit(marked("Parse the input")).file("parse", "read\n").create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&["refs/heads/main"]).must_judge(1);
    pushed.must_say(&format!("{} Parse the input", client.short("HEAD")));
    pushed.must_say(CLAUDE).must_say(CLAUDE_MARKER).must_say("What to do:");
    for line in &pushed.remote {
        assert!(line.chars().count() <= 76 && !line.contains(char::is_control), "{line:?}");
    }
    assert_eq!(served.refs(), before);
    // What was refused is gone with its quarantine, where there was one.
    assert_eq!(served.has_object(&client.id("HEAD")), transport.stores_before());
}

fn a_push_that_only_deletes_is_accepted(transport: Transport) {
    let served = transport.serve();
    let client = started(&served);
    client.push(&["main:topic"]).must_accept(&["refs/heads/topic"]);
    client.push(&[":topic"]).must_accept(&["refs/heads/topic"]).must_judge(0);
    assert_eq!(served.refs(), format!("refs/heads/main {}", client.id("main")));
}

fn two_refs_stand_and_fall_together(transport: Transport) {
    let served = transport.serve();
    let client = started(&served);
    let before = served.refs();
    client.commit(clean("Clean")).file("clean", "1\n").create();
    client.must(&["switch", "-q", "-c", "topic", "main~1"]);
    client.commit(marked("Marked")).file("marked", "1\n").create();
    let both = ["refs/heads/main", "refs/heads/topic"];
    client.push(&["main", "topic"]).must_reject(&both).must_judge(2);
    assert_eq!(served.refs(), before, "a part of a refused push was accepted");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    let topic = client.commit(clean("Mended")).file("mended", "1\n").create();
    client.push(&["main", "topic"]).must_accept(&both).must_judge(2);
    let main = client.id("main");
    assert_eq!(served.refs(), format!("{} {main}\n{} {topic}", both[0], both[1]));
}

fn push_options_reach_the_hook(transport: Transport) {
    let advertised = Options::default().config("receive.advertisePushOptions", "true");
    let served = transport.serve_with(advertised.recording());
    let client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    let options = ["-o", "ticket=42", "-o", "two words"];
    client.push_to("origin", &["main"], &options).must_accept(&["refs/heads/main"]);
    let recorded = served.server.recorded();
    if transport.stores_before() {
        // Git tells them to no hook that is called once a ref (githooks(5)).
        assert!(!recorded.has("GIT_PUSH_OPTION_COUNT"));
    } else {
        assert_eq!(recorded.env["GIT_PUSH_OPTION_COUNT"], b"2");
        assert_eq!(recorded.env["GIT_PUSH_OPTION_0"], b"ticket=42");
        assert_eq!(recorded.env["GIT_PUSH_OPTION_1"], b"two words");
    }
    client.commit(marked("Two")).file("a", "2\n").create();
    client.push_to("origin", &["main"], &options).must_reject(&["refs/heads/main"]);
}

/// Marks that are no credit: who wrote it, and where he talked to a tool.
fn a_tool_that_is_to_be_disclosed_gets_in_when_the_commit_says_so(transport: Transport) {
    let rules = "[policy.tools]\ngithub-copilot = \"disclose\"\nclaude-code = \"disclose\"\n";
    let served = transport.serve_with(Options::default().rules(rules));
    let client = started(&served);
    let copilot = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com");
    let person = ("A Developer", "dev@example.com");
    let session = "https://claude.ai/code/session_01CVaUSUp7nnMrCvp3pM2XzD\n\n";
    for (number, (author, line, tool)) in
        [(copilot, "", "GitHub Copilot"), (person, session, "Claude Code")].into_iter().enumerate()
    {
        let before = served.refs();
        let commit = |trailer: &str| {
            let message = format!("Work\n\n{line}{trailer}Reviewed-by: Ada <ada@example.com>\n");
            let commit = client.commit(message).author(author.0, author.1);
            commit.file("work", format!("{number} {trailer}")).create();
            client.push(&["main"])
        };
        let pushed = commit("");
        pushed.must_reject(&["refs/heads/main"]).must_judge(1).must_say("Assisted-by: ");
        assert_eq!(served.refs(), before);
        client.must(&["reset", "-q", "--hard", "HEAD~1"]);
        let pushed = commit(&format!("Assisted-by: {tool}\n"));
        pushed.must_accept(&["refs/heads/main"]).must_judge(1);
        assert_eq!(served.refs(), format!("refs/heads/main {}", client.id("HEAD")));
    }
}

fn a_force_push_is_judged_by_what_it_brings(transport: Transport) {
    let served = transport.serve();
    let client = started(&served);
    client.commit(clean("First try")).file("a", "1\n").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    let second = client.commit(clean("Second try")).file("a", "2\n").create();
    assert!(client.push(&["main"]).rejected("refs/heads/main"), "not a fast-forward");
    client.push(&["+main"]).must_accept(&["refs/heads/main"]).must_judge(1);
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    client.commit(marked("Third try")).file("a", "3\n").create();
    client.push(&["+main"]).must_reject(&["refs/heads/main"]).must_judge(1);
    assert_eq!(served.refs(), format!("refs/heads/main {second}"));
}

fn an_existing_commit_under_a_new_name_is_accepted(transport: Transport) {
    let served = transport.serve();
    let client = started(&served);
    client.must(&["tag", "v1"]);
    client.push(&["v1"]).must_accept(&["refs/tags/v1"]).must_judge(0);
}

fn a_hook_without_its_binary_refuses_every_push(transport: Transport) {
    let served = transport.serve_program(Sandbox::new(), "/nonexistent/provost");
    let client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    pushed.must_say("/nonexistent/provost is missing or not executable");
    assert_eq!(served.refs(), "");
}
