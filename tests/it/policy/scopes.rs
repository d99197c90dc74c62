//! Scopes, and what hides: a commit that an exempt ref let in is judged where it goes next.

use super::{MAIN, pushed_by_alice, under};
use crate::support::{CLAUDE, Options, clean, marked};

/// Everything is allowed on sandbox branches and tags.
const SANDBOX: &str = "\
[[policy.scope]]
id = \"sandbox\"
refs = [\"refs/heads/sandbox/*\", \"refs/tags/sandbox/*\"]
default = \"allow\"
";

const EXEMPT: &str = "refs/heads/sandbox/x";

#[test]
fn an_exempt_branch_is_no_way_into_main() {
    let (_server, client) = under(SANDBOX);
    client.commit(marked("Experiment")).create();
    client.push(&["main:sandbox/x"]).must_accept(&[EXEMPT]).must_judge(1);
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say("Experiment");
    // On its own branch it goes on, and on another one under the same scope.
    client.commit(clean("More")).create();
    client.push(&["main:sandbox/x"]).must_accept(&[EXEMPT]).must_judge(1);
    client.push(&["main:sandbox/y"]).must_accept(&["refs/heads/sandbox/y"]).must_judge(0);
}

#[test]
fn an_exempt_tag_is_no_way_into_main() {
    let (_server, client) = under(SANDBOX);
    client.commit(marked("Experiment")).create();
    client.submit(&["main:refs/tags/sandbox/1"]).must_accept(&["refs/tags/sandbox/1"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
    client.must(&["tag", "-a", "-m", "Two", "two"]);
    client.submit(&["two:refs/tags/sandbox/2"]).must_accept(&["refs/tags/sandbox/2"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

#[test]
fn a_deleted_exempt_branch_is_no_way_into_main() {
    let server = Options::default().rules(SANDBOX).recording().start();
    let client = server.client();
    client.commit(marked("Experiment")).create();
    client.push(&["main:sandbox/x"]).must_accept(&[EXEMPT]);
    client.push(&[":sandbox/x"]).must_accept(&[EXEMPT]);
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1);
    // Without the objects being sent again.
    client.push(&["main:sandbox/x"]).must_accept(&[EXEMPT]);
    client.push(&[":sandbox/x", "main"]).must_reject(&[MAIN]).must_judge(1);
    assert!(server.recorded().quarantine.is_empty());
}

#[test]
fn both_in_one_push_are_refused() {
    let (_server, client) = under(SANDBOX);
    client.commit(marked("Experiment")).create();
    let pushed = client.submit(&["main:sandbox/x", "main"]);
    pushed.must_reject(&[EXEMPT, MAIN]).must_say("Experiment");
}

#[test]
fn a_merge_of_an_exempt_branch_is_refused_for_what_it_brings() {
    let (_server, client) = under(SANDBOX);
    client.commit(clean("Begin")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["switch", "-q", "-c", "x"]);
    client.commit(marked("Experiment")).file("x", "1\n").create();
    client.submit(&["x:sandbox/x"]).must_accept(&[EXEMPT]);
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("Meanwhile")).file("m", "1\n").create();
    client.must(&["merge", "-q", "--no-ff", "-m", "Merge x", "x"]);
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(3).must_say("Experiment").must_not_say("Merge x");
}

#[test]
fn what_a_stricter_ref_let_in_is_not_judged_again() {
    let (_server, client) = under(SANDBOX);
    client.commit(clean("Good")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.submit(&["main:sandbox/x"]).must_accept(&[EXEMPT]).must_judge(0);
    client.submit(&["main:release"]).must_accept(&["refs/heads/release"]).must_judge(0);
}

#[test]
fn a_stricter_scope_judges_what_a_looser_main_let_in() {
    let rules = "\
[policy.tools]
github-copilot = \"warn\"
[[policy.scope]]
id = \"releases\"
refs = [\"refs/heads/release/*\"]
tools = { github-copilot = \"reject\" }
";
    let (_server, client) = under(rules);
    let copilot = "Work\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n";
    client.commit(copilot).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("accepted, with a warning");
    let release = "refs/heads/release/1";
    client.submit(&["main:release/1"]).must_reject(&[release]).must_judge(1);
}

#[test]
fn scopes_by_pusher_hold_for_him_alone_and_are_no_way_round() {
    let rules = "\
[policy.groups]
bots-team = [\"alice\"]
[[policy.scope]]
id = \"bots\"
groups = [\"bots-team\"]
refs = [\"refs/heads/topic\"]
tools = { claude-code = \"allow\" }
";
    let (server, client) = pushed_by_alice(rules);
    client.commit(marked("By alice")).create();
    client.submit(&["main:topic"]).must_accept(&["refs/heads/topic"]).must_judge(1);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
    drop(server);
    let (_server, client) = under(rules);
    client.commit(marked("By another")).create();
    client.submit(&["main:topic"]).must_reject(&["refs/heads/topic"]);
}

#[test]
fn findings_in_some_paths_are_judged_apart() {
    let rules = "\
[[policy.scope]]
id = \"docs\"
paths = [\"docs/**\"]
kinds = { path = \"allow\", content = \"allow\" }
";
    let (_server, client) = under(rules);
    client.commit(clean("Docs")).file("docs/examples/CLAUDE.md", "# Rules\n").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(clean("Code")).file("CLAUDE.md", "# Rules\n").create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

#[test]
fn small_changes_are_judged_apart() {
    let rules = "\
[[policy.scope]]
id = \"small-fixes\"
max-lines = 3
tools = { claude-code = \"allow\" }
";
    let (_server, client) = under(rules);
    client.commit(marked("Small")).file("a", "1\n2\n3\n").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(marked("Large")).file("b", "1\n2\n3\n4\n").create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say("Large");
}

#[test]
fn scopes_by_repository_take_the_name_of_the_platform() {
    let rules = "\
[[policy.scope]]
id = \"playground\"
repositories = [\"playground/**\"]
default = \"allow\"
";
    for (name, allowed) in [("playground/team/a.git", true), ("product/a.git", false)] {
        let path = name.trim_end_matches(".git");
        let options = Options::default().rules(rules);
        let server = options.platform("gitlab", &[("GL_PROJECT_PATH", path)]).start();
        let client = server.client();
        client.commit(marked("Work")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), allowed, "{name}\n{}", pushed.text());
    }
}

#[test]
fn later_scopes_win_and_the_pusher_s_text_names_the_line() {
    let rules = "\
[[policy.scope]]
id = \"one\"
refs = [\"refs/heads/**\"]
tools = { claude-code = \"allow\" }
[[policy.scope]]
id = \"two\"
refs = [\"refs/heads/main\"]
tools = { claude-code = { verdict = \"reject\", reason = \"not on main\" } }
";
    let (_server, client) = under(rules);
    client.commit(format!("Work\n\n{CLAUDE}\n")).create();
    client.submit(&["main:topic"]).must_accept(&["refs/heads/topic"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("not on main").must_say(":8");
}
