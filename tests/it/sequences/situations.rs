//! What administrators meet, with real pushes: what was let in for the whole repository stays
//! in; what was let in for one place stays there, also when the exception is over.

use std::fmt::Write as _;

use super::place::Place;
use crate::support::receive_pack::{NULL, RawPush};
use crate::support::{CLAUDE, PROVOST, clean, marked};

pub(super) const MAIN: &str = "refs/heads/main";
const DEVELOP: &str = "refs/heads/develop";
const EXP: &str = "refs/heads/exp/1";
const RELEASE: &str = "refs/heads/release/1";
const OBSERVE: &str = "[policy]\nmode = \"observe\"\n";

/// A scope that refuses nothing on some refs.
const FREE: &str = "[[policy.scope]]\nid = \"free\"\nrefs = [\"refs/heads/exp/*\"]\n\
                    tools = { claude-code = \"record\" }\nkinds = { path = \"record\" }\n";

fn exemption(rest: &str) -> String {
    let head = "id = \"waiver\"\nreason = \"agreed\"\napprover = \"core\"\nexpires = 2999-12-31\n";
    format!("[[policy.exemption]]\n{head}{rest}\n")
}

/// Half a year under observation, then enforcement: nothing of those months is held against
/// anybody, on any ref.
#[test]
fn what_came_in_under_observation_stays_in() {
    const COMMITS: usize = 2000;
    let before = [
        OBSERVE,
        "[policy]\nmode = \"warn\"\n",
        "[policy]\nmode = { enforce = 2999-01-01 }\n",
        "[[policy.scope]]\nid = \"all\"\nmode = \"observe\"\n",
        "[[policy.suspension]]\nid = \"i\"\nuntil = 2999-01-01T00:00:00Z\nreason = \"incident\"\n",
    ];
    for (nth, policy) in before.iter().enumerate() {
        let place = Place::under(policy);
        let commits = if nth == 0 { COMMITS } else { 5 };
        let mut stream = String::new();
        for at in 0..commits {
            let message = marked(&format!("Number {at}"));
            writeln!(stream, "commit refs/heads/long").unwrap();
            writeln!(stream, "committer A <a@example.com> {} +0000", 1_767_300_000 + at).unwrap();
            writeln!(stream, "data {}\n{message}", message.len()).unwrap();
            if at == 0 {
                writeln!(stream, "from {}", place.base).unwrap();
            }
        }
        place.client.git(&["fast-import", "--quiet", "--force"]).input(stream).ok();
        let tip = place.client.id("long");
        place.accept(&tip, MAIN);
        let topic = place.commit(&marked("Topic"), &place.client.id("long~3"));
        place.accept(&topic, "refs/heads/topic");
        place.policy("");
        let old = place.client.id(&format!("long~{}", commits / 2));
        place.accept(&tip, DEVELOP);
        place.accept(&tip, RELEASE);
        place.accept(&old, "refs/heads/old");
        place.client.must(&["tag", "-a", "-m", "Release", "v1", &old]);
        place.accept(&place.client.id("refs/tags/v1"), "refs/tags/v1");
        let next = place.commit(&clean("Next"), &tip);
        place.accept(&next, MAIN);
        place.accept(&place.merge(&next, &topic), MAIN);
        place.reject(&place.commit(&marked("New"), &next), MAIN);
        place.reject(&place.commit(&marked("New"), &next), "refs/heads/new");
        // A scope that begins to enforce something else changes nothing for the others.
        place.policy(FREE);
        place.accept(&topic, "refs/heads/again");
        // The branch by which it came goes.
        place.accept(NULL, "refs/heads/topic");
        place.accept(&topic, "refs/heads/third");
    }
}

/// Work goes to `develop` under observation, and to `main` from there.
#[test]
fn what_one_branch_let_in_does_not_flow_into_another() {
    let scope =
        "[[policy.scope]]\nid = \"flow\"\nrefs = [\"refs/heads/develop\"]\nmode = \"observe\"\n";
    for head in [MAIN, DEVELOP] {
        let place = Place::under(scope);
        place.server.must(&["symbolic-ref", "HEAD", head]);
        place.accept(&place.base, DEVELOP);
        let mark = place.commit(&marked("Feature"), &place.base);
        place.accept(&mark, DEVELOP);
        place.reject(&mark, RELEASE);
        place.reject(&place.merge(&place.base, &mark), MAIN);
        // The scope is deleted, and all refs are alike.
        place.policy("");
        place.reject(&mark, RELEASE);
        place.reject(&mark, "refs/tags/v1");
        place.reject(&place.merge(&place.base, &mark), MAIN);
        // Where it is, it stays, and work goes on there.
        let next = place.commit(&clean("Next"), &mark);
        place.accept(&next, DEVELOP);
        place.reject(&place.commit(&marked("More"), &next), DEVELOP);
        place.reject(&next, RELEASE);
        // Clean work beside it is no matter.
        place.accept(&place.commit(&clean("Beside"), &place.base), RELEASE);
        // An administrator decides that it may go on.
        place.policy(&exemption(&format!("commits = [\"{mark}\"]")));
        place.accept(&place.merge(&place.base, &next), MAIN);
        place.policy("");
        place.accept(&next, "refs/heads/release/2");
        place.accept(&place.commit(&clean("On top"), &place.value(MAIN)), "refs/heads/topic");
    }
}

/// A text that names a commit, or changes another text.
type Text<'t> = &'t dyn Fn(&str) -> String;

/// A release branch has an exemption, by ref alone or with a commit, a tool, or a path.
#[test]
fn what_an_exemption_let_in_for_one_ref_stays_there() {
    let refs = "refs = [\"refs/heads/release/*\"]";
    let by_commit: &dyn Fn(&str) -> String = &|id| format!("{refs}\ncommits = [\"{id}\"]");
    let plain = |rest: &'static str| move |_: &str| format!("{refs}\n{rest}");
    let (by_ref, by_tool) = (plain(""), plain("tools = [\"claude-code\"]"));
    let by_path = plain("paths = [\"docs/**\"]");
    let all: [(Text<'_>, bool); 4] =
        [(&by_ref, false), (by_commit, false), (&by_tool, false), (&by_path, true)];
    let over = |text: &str| text.replace("2999-12-31", "2020-12-31");
    for (rest, is_path) in all {
        for end in [&|_: &str| String::new() as String, &over as &dyn Fn(&str) -> String] {
            let place = Place::under("");
            let mark = if is_path {
                place.with_file(&clean("Rules"), &place.base, "docs/CLAUDE.md")
            } else {
                place.commit(&marked("Fix"), &place.base)
            };
            let policy = exemption(&rest(&mark));
            place.policy(&policy);
            place.accept(&mark, RELEASE);
            place.reject(&mark, MAIN);
            place.accept(&mark, "refs/heads/release/2");
            place.policy(&end(&policy));
            for name in [MAIN, DEVELOP, "refs/tags/v1"] {
                place.reject(&mark, name);
            }
            // A merge of it is no way either.
            place.reject(&place.merge(&place.base, &mark), MAIN);
            // On the refs for which it was let in it is at home.
            place.accept(&mark, "refs/heads/release/3");
            let next = place.client.raw(clean("Next")).parent(&mark);
            let tree = place.client.id(&format!("{mark}^{{tree}}"));
            let next = next.tree(Some(tree.as_bytes())).write();
            place.accept(&next, RELEASE);
            place.reject(&next, MAIN);
            // All of them go, and with them what kept it there.
            for name in [RELEASE, "refs/heads/release/2", "refs/heads/release/3"] {
                place.accept(NULL, name);
            }
            place.reject(&mark, RELEASE);
            place.reject(&mark, MAIN);
        }
    }
}

/// The same without `refs` is for the whole repository, and it stays in when it is over.
#[test]
fn what_an_exemption_let_in_for_the_repository_stays_in() {
    for is_path in [false, true] {
        let place = Place::under("");
        let mark = if is_path {
            place.with_file(&clean("Rules"), &place.base, "docs/CLAUDE.md")
        } else {
            place.commit(&marked("Fix"), &place.base)
        };
        let rest = if is_path {
            "paths = [\"docs/**\"]".to_owned()
        } else {
            format!("commits = [\"{mark}\"]")
        };
        place.policy(&exemption(&rest));
        place.accept(&mark, RELEASE);
        place.policy("");
        place.accept(&mark, MAIN);
        place.accept(&mark, "refs/tags/v1");
        place.reject(&place.commit(&marked("More"), &mark), MAIN);
    }
}

/// A fix goes to `main` in a hurry, and everything else is based on `main`.
#[test]
fn a_hot_fix_that_was_let_in_on_main_stays_on_main() {
    let place = Place::under(&exemption("refs = [\"refs/heads/main\"]"));
    let fix = place.commit(&marked("Hot fix"), &place.base);
    place.accept(&fix, MAIN);
    place.policy("");
    let next = place.commit(&clean("Next"), &fix);
    place.accept(&next, MAIN);
    place.reject(&next, "refs/heads/topic");
    // One commit is admitted for good.
    let admit = ["--isolated", "policy", "baseline", "--add", "--commit", &fix];
    let server = place.server.path();
    place.server.sandbox().run(PROVOST, ".").args(admit).arg(&server).ok();
    place.accept(&next, "refs/heads/topic");
    place.accept(&next, RELEASE);
    let more = place.commit(&marked("More"), &fix);
    place.reject(&more, RELEASE);
}

/// A commit that is admitted by itself hides nothing below it, also where several refs are
/// pushed together.
#[test]
fn what_lies_below_an_admitted_commit_is_judged_for_each_ref() {
    let place = Place::under("");
    let below = place.commit(&marked("Below"), &place.base);
    let fix = place.commit(&marked("Hot fix"), &below);
    let top = place.commit(&clean("Top"), &fix);
    let other = place.commit(&clean("Other"), &place.base);
    // On a ref that hides nothing the server has it already.
    place.server.push_unseen(&place.client, &[&format!("{top}:refs/keep/1")]);
    let admit = ["--isolated", "policy", "baseline", "--add", "--commit", &fix];
    let server = place.server.path();
    place.server.sandbox().run(PROVOST, ".").args(admit).arg(&server).ok();
    for tip in [&fix, &top] {
        place.reject(tip, DEVELOP);
        place.send(&[(tip, DEVELOP), (&other, RELEASE)], "dev", &[]).must_reject();
        place.send(&[(&other, RELEASE), (tip, DEVELOP)], "dev", &[]).must_reject();
    }
}

#[test]
fn a_branch_can_be_renamed_within_its_place_and_not_out_of_it() {
    let place = Place::under(FREE);
    let mark = place.commit(&marked("Trial"), &place.base);
    place.accept(&mark, EXP);
    for (policy, from, to) in [(FREE, EXP, "refs/heads/exp/2"), ("", "refs/heads/exp/2", EXP)] {
        place.policy(policy);
        for name in ["refs/heads/feature", "refs/tags/feature", MAIN] {
            place.send(&[(NULL, from), (&mark, name)], "dev", &[]).must_reject();
            place.send(&[(&mark, name), (NULL, from)], "dev", &[]).must_reject();
        }
        place.send(&[(NULL, from), (&mark, to)], "dev", &[]).must_update(&[from, to]);
    }
    // Without an exception nothing brings it back once it is gone.
    place.accept(NULL, EXP);
    place.reject(&mark, "refs/heads/exp/3");
}

#[test]
fn a_tag_on_an_old_commit_is_judged_by_where_that_came_in() {
    let place = Place::under(&format!("{OBSERVE}{FREE}"));
    let old = place.commit(&marked("Old"), &place.base);
    place.accept(&old, MAIN);
    place.policy(FREE);
    let trial = place.commit(&marked("Trial"), &old);
    place.accept(&trial, EXP);
    place.accept(&place.commit(&clean("Next"), &old), MAIN);
    for policy in [FREE, ""] {
        place.policy(policy);
        for (name, id) in [("old", &old), ("trial", &trial)] {
            place.client.must(&["tag", "-f", "-a", "-m", "Tag", name, id]);
            let (tag, name) =
                (place.client.id(&format!("refs/tags/{name}")), format!("refs/tags/{name}"));
            if name.ends_with("old") {
                place.accept(&tag, &name);
                place.accept(id, "refs/tags/plain");
                place.accept(NULL, "refs/tags/plain");
                place.accept(NULL, &name);
            } else {
                place.reject(&tag, &name);
                place.reject(id, "refs/tags/plain");
            }
        }
    }
}

/// `main` is set back, and then restored.
#[test]
fn a_ref_that_is_set_back_is_restored_with_what_another_still_has() {
    let place = Place::under(&format!("{OBSERVE}{FREE}"));
    let old = place.commit(&marked("Old"), &place.base);
    place.accept(&old, MAIN);
    place.accept(&old, "refs/tags/kept");
    place.policy(FREE);
    place.accept(&place.base, MAIN);
    place.accept(&old, MAIN);
    let trial = place.commit(&marked("Trial"), &place.base);
    place.accept(&trial, EXP);
    place.accept(&trial, "refs/heads/exp/kept");
    place.policy("");
    place.accept(&place.base, EXP);
    place.accept(&trial, EXP);
    place.accept(&place.base, MAIN);
    place.reject(&trial, MAIN);
    place.accept(&old, MAIN);
}

/// A scope's own bypass, and its use, count on its refs.
#[test]
fn what_a_bypass_of_one_scope_let_in_stays_there() {
    let scope = "[[policy.scope]]\nid = \"r\"\nrefs = [\"refs/heads/release/*\"]\n\
                 [policy.scope.bypass]\npushers = [\"alice\"]\n";
    for (policy, is_bound) in [(scope, true), ("[policy.bypass]\npushers = [\"alice\"]\n", false)] {
        let place = Place::under(policy);
        let mark = place.commit(&marked("Fix"), &place.base);
        let reason = ["provost.reason=outage 7"];
        place.send(&[(&mark, RELEASE)], "bob", &reason).must_reject();
        place.send(&[(&mark, RELEASE)], "alice", &reason).must_update(&[RELEASE]);
        place.policy("");
        if is_bound {
            place.reject(&mark, MAIN);
            place.accept(&mark, "refs/heads/release/2");
        } else {
            place.accept(&mark, MAIN);
        }
    }
}

/// A fork shares the objects of its origin, not what was decided there.
#[test]
fn a_fork_does_not_inherit_what_its_origin_let_in() {
    let origin = Place::under(OBSERVE);
    let mark = origin.commit(&marked("Old"), &origin.base);
    origin.accept(&mark, MAIN);
    let fork = origin.beside("fork.git", "");
    let alternates = fork.server.git_dir().join("objects/info/alternates");
    let objects = origin.server.git_dir().join("objects");
    std::fs::write(alternates, format!("{}\n", objects.display())).unwrap();
    let theirs = "refs/heads/theirs";
    fork.reject(&mark, theirs);
    // Nothing is sent at all: git finds the objects there.
    RawPush::to(&fork.server).line(NULL, &mark, theirs).send().must_reject();
    let baseline = ["--isolated", "policy", "baseline", "--from"];
    let run = fork.server.sandbox().run(PROVOST, ".").args(baseline).arg(origin.server.path());
    run.args(["--ref", "refs/heads/*"]).arg(fork.server.path()).ok();
    fork.accept(&mark, theirs);
}

/// A mirror pushes all refs at once; a repository that is made again begins without a ledger.
#[test]
fn a_repository_that_is_made_again_begins_anew() {
    let place = Place::under(FREE);
    let mark = place.commit(&marked("Trial"), &place.base);
    place.accept(&mark, EXP);
    let mirror = [(mark.as_str(), "refs/heads/exp/2"), (place.base.as_str(), DEVELOP)];
    place.send(&mirror, "dev", &[]).must_update(&["refs/heads/exp/2", DEVELOP]);
    let mirror = [(mark.as_str(), "refs/heads/exp/3"), (mark.as_str(), "refs/heads/all")];
    place.send(&mirror, "dev", &[]).must_reject();
    std::fs::remove_dir_all(place.server.path()).unwrap();
    let again = place.beside("server.git", FREE);
    again.reject(&mark, "refs/heads/all");
    again.accept(&mark, EXP);
    again.policy("");
    again.reject(&mark, "refs/heads/all");
}

/// What was reverted comes back by a revert of the revert.
#[test]
fn a_revert_of_a_revert_follows_what_it_brings_back() {
    let place = Place::under(&format!("{OBSERVE}{FREE}"));
    let rules = place.with_file(&clean("Rules"), &place.base, "CLAUDE.md");
    place.accept(&rules, MAIN);
    let empty = place.client.empty_tree();
    let tree = place.client.id(&format!("{rules}^{{tree}}"));
    let revert = |of: &str, on: &str, subject: &str, tree: &str| {
        let message = format!("{subject}\n\nThis reverts commit {of}.\n");
        place.client.raw(message).tree(Some(tree.as_bytes())).parent(on).write()
    };
    let back = revert(&rules, &rules, "Revert \"Rules\"", &empty);
    let again = revert(&back, &back, "Reapply \"Rules\"", &tree);
    place.policy(FREE);
    place.accept(&back, MAIN);
    place.accept(&again, MAIN);
    // What only a trial branch was let in with is nothing that can be brought back here.
    let trial = place.with_file(&clean("Trial"), &place.base, "sub/CLAUDE.md");
    place.accept(&trial, EXP);
    let tree = place.client.id(&format!("{trial}^{{tree}}"));
    let back = revert(&trial, &place.base, "Revert \"Trial\"", &empty);
    let brought = revert(&back, &back, "Reapply \"Trial\"", &tree);
    for policy in [FREE, ""] {
        place.policy(policy);
        place.reject(&brought, "refs/heads/topic");
    }
    // A message that copies marks is no copy of what is hidden.
    let fresh = format!("Reapply\n\nThis reverts commit {back}.\n\n{CLAUDE}\n");
    place.reject(&place.commit(&fresh, &place.value(MAIN)), MAIN);
}

/// An exemption is asked for and used, and then it is used up.
#[test]
fn what_was_accepted_elsewhere_without_an_exception_is_for_all() {
    let place = Place::under(FREE);
    let mark = place.commit(&marked("Trial"), &place.base);
    place.accept(&mark, EXP);
    // The policy does not mind this tool for a while.
    place.policy(&format!("[policy.tools]\nclaude-code = \"warn\"\n{FREE}"));
    place.accept(&mark, DEVELOP);
    place.policy("");
    place.accept(&mark, MAIN);
    place.accept(&mark, RELEASE);
}
