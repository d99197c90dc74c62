//! Exemptions by commit, range, path, tool, ref, pusher and request; the bypass. Nothing
//! that is written in a commit brings either about.

use super::{MAIN, pushed_by_alice, under};
use crate::support::{Client, Options, clean, marked};

const HEAD: &str = "reason = \"agreed\"\napprover = \"core\"\nexpires = 2999-12-31\n";

fn exemption(rest: &str) -> String {
    format!("[[policy.exemption]]\nid = \"waiver-1\"\n{HEAD}{rest}\n")
}

#[test]
fn one_commit_is_exempt_and_the_next_is_not() {
    // Ids are the same on every run, so a first server tells them.
    let (server, client) = under("");
    let id = client.commit(marked("Agreed")).create();
    drop(server);
    let (_server, client) = under(&exemption(&format!("commits = [\"{id}\"]")));
    assert_eq!(client.commit(marked("Agreed")).create(), id);
    let pushed = client.submit(&["main"]);
    pushed.must_accept(&[MAIN]).must_judge(1).must_say("let in by the exemption waiver-1");
    client.commit(marked("Another")).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say("Another");
}

#[test]
fn a_range_is_exempt() {
    let (server, client) = under("");
    let old = client.commit(clean("Begin")).create();
    client.commit(marked("One")).create();
    let new = client.commit(marked("Two")).create();
    drop(server);
    let (_server, client) = under(&exemption(&format!("commits = [\"{old}..{new}\"]")));
    client.commit(clean("Begin")).create();
    client.commit(marked("One")).create();
    client.commit(marked("Two")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(3);
    client.commit(marked("Three")).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Three");
}

#[test]
fn exemptions_can_be_for_tools_paths_refs_and_repositories() {
    for (rest, accepted) in [
        ("tools = [\"claude-code\"]", true),
        ("tools = [\"cursor\"]", false),
        ("refs = [\"refs/heads/main\"]", true),
        ("refs = [\"refs/heads/other\"]", false),
        ("repositories = [\"**\"]", true),
        ("repositories = [\"other/*\"]", false),
        ("paths = [\"docs/**\"]", false),
        ("pull-requests = [7]", false),
        ("pushers = [\"nobody-here\"]", false),
    ] {
        let (_server, client) = under(&exemption(rest));
        client.commit(marked("Work")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{rest}\n{}", pushed.text());
    }
    let (_server, client) = under(&exemption("paths = [\"docs/**\"]"));
    client.commit(clean("Docs")).file("docs/CLAUDE.md", "# Rules\n").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
}

#[test]
fn an_exemption_that_is_over_counts_no_more() {
    let over = exemption("").replace("2999-12-31", "2020-12-31");
    let (_server, client) = under(&over);
    client.commit(marked("Work")).create();
    client.submit(&["main"]).must_reject(&[MAIN]);
}

#[test]
fn a_pull_request_can_be_exempt() {
    let rules = exemption("pull-requests = [7]");
    for (number, accepted) in [("7", true), ("8", false)] {
        let variables = [
            ("GITEA_REPO_NAME", "a"),
            ("GITEA_REPO_USER_NAME", "g"),
            ("GITEA_PR_ID", number),
            ("GITEA_PR_INDEX", number),
            ("GITEA_PUSHER_NAME", "alice"),
        ];
        let server = Options::default().rules(&rules).platform("gitea", &variables).start();
        let client = server.client();
        client.commit(marked("Squashed")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{number}\n{}", pushed.text());
    }
}

#[test]
fn what_an_exempt_ref_let_in_is_judged_elsewhere() {
    let (_server, client) = under(&exemption("refs = [\"refs/heads/waived\"]"));
    client.commit(marked("Work")).create();
    client.submit(&["main:waived"]).must_accept(&["refs/heads/waived"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

const BYPASS: &str =
    "[policy.groups]\nrelease = [\"alice\"]\n[policy.bypass]\ngroups = [\"release\"]\n";

#[test]
fn a_bypass_is_for_those_whom_policy_names_and_needs_a_reason() {
    let (_server, client) = pushed_by_alice(BYPASS);
    client.commit(marked("Hot fix")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
    client.push(&["-o", "provost.reason=", "main"]).must_reject(&[MAIN]);
    let pushed = client.push(&["-o", "provost.reason=outage 7", "main"]);
    pushed.must_accept(&[MAIN]).must_say("outage 7").must_say("This is on record");
}

#[test]
fn nobody_else_can_bypass() {
    for rules in ["", "[policy.bypass]\npushers = [\"bob\"]\n"] {
        let (_server, client) = pushed_by_alice(rules);
        client.commit(marked("Hot fix")).create();
        let pushed = client.submit(&["-o", "provost.reason=outage 7", "main"]);
        pushed
            .must_reject(&[MAIN])
            .must_say("you asked for the policy to be bypassed; you are not among those");
    }
}

#[test]
fn what_a_bypass_let_in_does_not_make_main_looser_than_itself() {
    let rules = format!(
        "{BYPASS}[[policy.scope]]\nid = \"sandbox\"\nrefs = [\"refs/heads/sandbox/*\"]\n\
         default = \"allow\"\n"
    );
    let (_server, client) = pushed_by_alice(&rules);
    client.commit(marked("Experiment")).create();
    client.submit(&["main:sandbox/x"]).must_accept(&["refs/heads/sandbox/x"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
    client.submit(&["-o", "provost.reason=agreed", "main"]).must_accept(&[MAIN]);
    client.submit(&["main:release"]).must_accept(&["refs/heads/release"]).must_judge(0);
}

#[test]
fn an_exemption_on_request_must_be_asked_for() {
    let (_server, client) = pushed_by_alice(&exemption("on-request = true\npushers = [\"alice\"]"));
    client.commit(marked("Work")).create();
    client.submit(&["main"]).must_reject(&[MAIN]);
    let pushed = client.submit(&["-o", "provost.exempt=waiver-9", "main"]);
    pushed.must_reject(&[MAIN]).must_say("there is no exemption waiver-9");
    let pushed = client.submit(&["-o", "provost.exempt=waiver-1", "main"]);
    pushed.must_accept(&[MAIN]).must_say("let in by the exemption waiver-1");
}

#[test]
fn nothing_in_a_commit_bypasses_anything() {
    let (_server, client) = pushed_by_alice(&format!("{BYPASS}{}", exemption("on-request = true")));
    let message = marked("Work").replace(
        "Work",
        "Work\n\nprovost.reason=mine\nprovost.exempt=waiver-1\nProvost-Exempt: waiver-1",
    );
    client.commit(message).file(".provost.toml", "[policy]\nmode = \"observe\"\n").create();
    client.submit(&["main"]).must_reject(&[MAIN]);
}

#[test]
fn an_exemption_that_ends_soon_says_when() {
    let soon = exemption("").replace("2999-12-31", &in_days(3));
    let (_server, client) = under(&soon);
    client.commit(marked("Work")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("which ends on");
}

/// The date in so many days.
fn in_days(days: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let then = i64::try_from(now.as_secs() + days * 86_400).unwrap();
    provost::document::Moment(then).date()
}

/// A Gitea that squashes the request 7, as the hook learns of it.
const SQUASHES: [(&str, &str); 2] =
    [("GITEA_PR_INDEX", "7"), ("GITEA_PUSH_TRIGGER", "pr-merge-to-base")];

#[test]
fn a_squash_is_exempt_when_every_commit_of_it_is() {
    // Ids are the same on every run, so a first server tells them.
    let topic = |client: &Client| {
        client.commit(clean("Begin")).create();
        let one = client.commit(marked("One")).file("one", "1\n").create();
        let two = client.commit(marked("Two")).file("two", "2\n").create();
        (one, two)
    };
    let (server, client) = under("");
    let (one, two) = topic(&client);
    drop(server);
    for (exempt, platform, accepted) in [
        (vec![&one, &two], "gitea", true),
        (vec![&one], "gitea", false),
        // Nobody but the platform squashes.
        (vec![&one, &two], "plain", false),
    ] {
        let commits: Vec<String> = exempt.iter().map(|id| format!("\"{id}\"")).collect();
        let rules = exemption(&format!("commits = [{}]", commits.join(", ")));
        let server = Options::default().rules(&rules).platform(platform, &SQUASHES).start();
        let client = server.client();
        assert_eq!(topic(&client), (one.clone(), two.clone()));
        server.push_unseen(&client, &["HEAD:refs/pull/7/head", "HEAD~2:refs/heads/main"]);
        client.must(&["reset", "-q", "--soft", "HEAD~2"]);
        client.commit(marked("One and two")).create();
        let pushed = client.submit(&["HEAD:main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{exempt:?}\n{}", pushed.all());
        if accepted {
            pushed.must_say("let in by the exemption waiver-1");
        }
    }
}

#[test]
fn a_refused_merge_names_who_can_act() {
    let rules = "[policy]\ncontact = \"core@example.com\"\n";
    let server = Options::default().rules(rules).platform("gitea", &SQUASHES).start();
    let client = server.client();
    client.commit(marked("Squashed")).create();
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("a merge that the platform makes is judged like any push");
    let text = pushed.text().replace('\n', " ");
    assert!(text.contains("(request 7). Whoever asked for it can amend its commits"), "{text}");
    assert!(text.contains("an exemption is for core@example.com to grant"), "{text}");
}
