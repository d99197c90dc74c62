//! Very many ref updates, tags around tags, and pushes beyond a limit.

use super::*;
use crate::support::PROVOST;

fn name(at: usize) -> String {
    format!("refs/heads/many/branch-{at:04}")
}

#[test]
fn five_thousand_lines_are_judged_to_the_last() {
    const LINES: usize = 5000;
    let stage = Stage::new();
    let next = stage.commit(&clean("Next"), &stage.base);
    let push = |bad: Option<usize>, claims: bool| {
        let mut push = stage.push(&[&next, &stage.mark]);
        for at in 0..LINES {
            // The last ones claim what the marked one is to bring.
            let old = if claims && at > LINES - 10 { &stage.mark } else { NULL };
            let new = if bad == Some(at) { &stage.mark } else { &next };
            push = push.line(old, new, name(at));
        }
        push.send()
    };
    push(Some(LINES - 11), true).must_reject();
    push(Some(0), false).must_reject();
    stage.must_not_reach(&stage.mark);
    let answer = push(None, false);
    assert!((0..LINES).all(|at| answer.updated(name(at))));
    assert_eq!(stage.record()["refs"].as_array().unwrap().len(), LINES);
}

/// A ref hides the tags through which it leads, not those around its commit.
#[test]
fn a_tag_is_hidden_only_by_a_ref_that_leads_through_it() {
    let stage = Stage::new();
    let client = &stage.client;
    client.must(&["tag", "-a", "-m", &marked("Inner"), "inner", &stage.base]);
    client.must(&["tag", "-a", "-m", "Around it", "outer", "inner"]);
    client.must(&["tag", "-a", "-m", "Around that", "outermost", "outer"]);
    let id = |tag: &str| client.id(&format!("refs/tags/{tag}"));
    // `main` has the commit of all of them.
    for tag in ["inner", "outer", "outermost"] {
        let name = format!("refs/tags/{tag}");
        stage.push(&[&id(tag)]).line(NULL, &id(tag), &name).send().must_reject();
        assert_eq!(stage.value(&name), NULL);
    }
    // One that leads through the marked one, from before the hook: that is hidden, alone
    // and below another.
    stage.server.push_unseen(client, &["refs/tags/outer"]);
    let outermost = "refs/tags/outermost";
    stage.push(&[&id("outermost")]).line(NULL, &id("outermost"), outermost).send();
    assert_eq!(stage.value(outermost), id("outermost"));
    // The tag goes, and so does what it hid.
    for name in ["refs/tags/outer", outermost] {
        let push = stage.push(&[]).line(&stage.value(name), NULL, name);
        push.send().must_update(&[name]);
    }
    let push = stage.push(&[]).line(NULL, &id("inner"), "refs/tags/inner");
    push.send().must_reject();
}

const CUT: &str = "[limits]\ncommits = { most = 9, outcome = \"accept\" }\n";

/// `length` commits on top of the base, of which some add a tool's configuration; the last
/// one's id. What is in trees is compared after all messages were read.
fn chain(stage: &Stage, length: usize, marks: &[usize]) -> String {
    use std::fmt::Write as _;
    let mut stream = format!("reset refs/heads/long\nfrom {}\n\n", stage.base);
    for at in 1..=length {
        let subject = format!("Link {at}");
        let message = clean(&subject);
        let file = if marks.contains(&at) { format!("{at}/CLAUDE.md") } else { "plain".into() };
        writeln!(stream, "commit refs/heads/long").unwrap();
        writeln!(stream, "committer A <a@example.com> {} +0000", 1_767_300_000 + at).unwrap();
        writeln!(stream, "data {}\n{message}", message.len()).unwrap();
        writeln!(stream, "M 100644 inline {file}\ndata 4\n{at:03}\n").unwrap();
    }
    stage.client.git(&["fast-import", "--quiet", "--force"]).input(stream).ok();
    stage.client.id("refs/heads/long")
}

/// An oversized push must not blind the gate for what matters most: what is on top.
#[test]
fn the_newest_commits_of_an_oversized_push_are_judged_first() {
    for marks in [[60, 60], [55, 30]] {
        let stage = Stage::with(Options::default(), CUT);
        let tip = chain(&stage, 60, &marks);
        stage.push(&[&tip]).line(&stage.base, &tip, MAIN).send().must_reject();
        assert_eq!(stage.value(MAIN), stage.base);
    }
    // What lies below is left for later, and that is on record.
    let stage = Stage::with(Options::default(), CUT);
    let tip = chain(&stage, 60, &[3]);
    stage.push(&[&tip]).line(&stage.base, &tip, MAIN).send().must_update(&[MAIN]);
    assert_eq!(stage.record()["cut"]["limit"], "commits");
}

/// One oversized push after another: each next one is judged at its top.
#[test]
fn an_oversized_push_does_not_blind_the_next() {
    let stage = Stage::with(Options::default(), CUT);
    let tip = chain(&stage, 60, &[]);
    stage.push(&[&tip]).line(&stage.base, &tip, MAIN).send().must_update(&[MAIN]);
    let mark = stage.commit(&marked("On top"), &tip);
    stage.push(&[&mark]).line(&tip, &mark, MAIN).send().must_reject();
    let push = stage.push(&[&mark]).line(NULL, &mark, "refs/heads/other");
    push.send().must_reject();
    stage.must_not_reach(&mark);
    // Beside it, on another ref of the same push.
    let push = stage.push(&[&tip, &stage.mark]).line(NULL, &tip, "refs/heads/long");
    push.line(NULL, &stage.mark, "refs/heads/short").send().must_reject();
    stage.must_not_reach(&stage.mark);
}

/// What was left lies below commits that were judged since. It is judged for each ref that
/// gets it, also where several refs get it together.
#[test]
fn what_was_left_below_judged_commits_is_judged_for_each_ref() {
    let stage = Stage::with(Options::default(), CUT);
    let tip = chain(&stage, 60, &[3]);
    stage.push(&[&tip]).line(&stage.base, &tip, MAIN).send().must_update(&[MAIN]);
    let next = stage.commit(&clean("Next"), &tip);
    stage.push(&[&next]).line(&tip, &next, MAIN).send().must_update(&[MAIN]);
    lift(&stage);
    let top = stage.commit(&clean("Top"), &next);
    let (one, two) = ("refs/heads/one", "refs/heads/two");
    for (first, second) in [(&next, &next), (&next, &top), (&top, &stage.base)] {
        let push = stage.push(&[first, second]).line(NULL, first, one);
        push.line(NULL, second, two).send().must_reject();
        stage.push(&[first]).line(NULL, first, one).send().must_reject();
    }
    assert_eq!((stage.value(one).as_str(), stage.value(two).as_str()), (NULL, NULL));
}

/// Takes the limits out of the policy.
fn lift(stage: &Stage) {
    let log = stage.server.sandbox().path("log.jsonl");
    let rules = format!("[log]\nfile = \"{}\"\n", log.display());
    stage.server.sandbox().write("rules-0.toml", rules);
}

/// Wherever a limit ends the judgement: what was left is judged later, also below a commit
/// that an administrator has admitted by itself.
#[test]
fn what_was_left_below_an_admitted_commit_is_judged_later() {
    let limits =
        (1..12).map(|at| format!("bytes = {{ most = \"{}KiB\", outcome = \"accept\" }}", 2 * at));
    let limits = limits.chain(["commits = { most = 9, outcome = \"accept\" }".to_owned()]);
    let mut accepted = 0;
    for limit in limits {
        let stage = Stage::with(Options::default(), &format!("[limits]\n{limit}\n"));
        let tip = chain(&stage, 60, &[3]);
        let middle = stage.client.id(&format!("{tip}~30"));
        stage.server.push_unseen(&stage.client, &[&format!("{middle}:refs/keep/1")]);
        let admit = ["--isolated", "policy", "baseline", "--add", "--commit", &middle];
        let server = stage.server.path();
        stage.server.sandbox().run(PROVOST, ".").args(admit).arg(&server).ok();
        let answer = stage.push(&[&tip]).line(&stage.base, &tip, MAIN).send();
        if !answer.updated(MAIN) {
            continue;
        }
        accepted += 1;
        lift(&stage);
        let (one, two) = ("refs/heads/one", "refs/heads/two");
        let push = stage.push(&[&tip]).line(NULL, &tip, one);
        push.line(NULL, &middle, two).send().must_reject();
        stage.push(&[&tip]).line(NULL, &tip, one).send().must_reject();
        stage.push(&[]).line(NULL, &middle, two).send().must_reject();
    }
    assert!(accepted > 2, "{accepted}");
}
