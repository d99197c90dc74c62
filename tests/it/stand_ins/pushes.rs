//! The same pushes to each stand-in.

use super::super::support::{CLAUDE, Options, clean, marked};
use super::{MAIN, StandIn};

/// Makes a test of each function for each stand-in.
macro_rules! over_each_stand_in {
    ($($test:ident),+ $(,)?) => {
        over_each_stand_in!(@one gitea Gitea $($test)+);
        over_each_stand_in!(@one forgejo Forgejo $($test)+);
        over_each_stand_in!(@one gitlab Gitlab $($test)+);
        over_each_stand_in!(@one github Github $($test)+);
        over_each_stand_in!(@one gerrit Gerrit $($test)+);
        over_each_stand_in!(@one bitbucket Bitbucket $($test)+);
    };
    (@one $module:ident $stand_in:ident $($test:ident)+) => {
        mod $module {
            $(#[test] fn $test() { super::$test(super::StandIn::$stand_in); })+
        }
    };
}

over_each_stand_in! {
    a_clean_push_is_accepted_and_a_marked_one_refused,
    a_tool_that_is_to_be_disclosed_gets_in_when_the_commit_says_so,
    a_push_option_asks_for_an_exemption,
}

fn a_clean_push_is_accepted_and_a_marked_one_refused(platform: StandIn) {
    let server = platform.start(Options::default());
    let client = server.client();
    client.commit(clean("Clean")).file("a", "1\n").create();
    let pushed = client.push(&["main"]);
    pushed.must_accept(&[MAIN]).must_judge(1);
    pushed.must_say(&format!("pushed by ann to {}", platform.repository()));
    let before = server.must(&["for-each-ref"]);
    let refused = client.commit(marked("Marked")).file("a", "2\n").create();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say(CLAUDE);
    assert_eq!(server.must(&["for-each-ref"]), before);
    let stored = server.git(&["cat-file", "-e", &refused]).finish().code == Some(0);
    assert_eq!(stored, platform == StandIn::Gerrit, "in quarantine only, save with Gerrit");
    let topic = ["refs/heads/topic"];
    client.push(&["main~1:refs/heads/topic"]).must_accept(&topic).must_judge(0);
    client.push(&[":topic"]).must_accept(&topic).must_judge(0);
}

fn a_tool_that_is_to_be_disclosed_gets_in_when_the_commit_says_so(platform: StandIn) {
    let rules = "[policy.tools]\ngithub-copilot = \"disclose\"\n";
    let server = platform.start(Options::default().rules(rules));
    let client = server.client();
    let commit = |message: &str| {
        let commit = client.commit(message);
        let author = "198982749+Copilot@users.noreply.github.com";
        commit.author("copilot-swe-agent[bot]", author).create();
        client.push(&["main"])
    };
    commit("Work\n").must_reject(&[MAIN]).must_say("Assisted-by: NAME");
    client.must(&["switch", "-q", "--orphan", "again"]);
    client.must(&["branch", "-D", "main"]);
    client.must(&["branch", "-m", "main"]);
    commit("Work\n\nAssisted-by: GitHub Copilot\n").must_accept(&[MAIN]).must_judge(1);
}

fn a_push_option_asks_for_an_exemption(platform: StandIn) {
    let rules = "[[policy.exemption]]\nid = \"waiver\"\nreason = \"a test\"\napprover = \"core\"\n\
                 expires = 2999-12-31\non-request = true\n";
    let server = platform.start(Options::default().rules(rules));
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
    let mut option = "provost.exempt=waiver".to_owned();
    if platform == StandIn::Gerrit {
        client.push_to("origin", &["main"], &["-o", &option]).must_reject(&[MAIN]);
        // Its plugin hands on what is meant for it.
        option.insert_str(0, "hooks~option=");
    }
    let pushed = client.push_to("origin", &["main"], &["-o", &option]);
    pushed.must_accept(&[MAIN]).must_say("let in by the exemption waiver");
}
