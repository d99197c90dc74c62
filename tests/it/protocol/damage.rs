//! Objects that can't be read, where policy accepts what could not be judged: each costs
//! itself only.

use std::os::unix::fs::PermissionsExt;

use super::*;

const LENIENT: &str = "[policy]\non-error = \"accept\"\n";
const BAD: &str = "refs/heads/bad";
const OTHER: &str = "refs/heads/other";

/// A tree whose one entry is a folder of mode `40755`, as old tools wrote it; its id. Git
/// reads it as it reads `40000`.
fn odd_tree(stage: &Stage, file: &str) -> String {
    let client = &stage.client;
    let blob = client.blob("x\n");
    let inner = client.git(&["mktree"]).input(format!("100644 blob {blob}\t{file}\n")).ok().word();
    let id = (0..inner.len()).step_by(2).map(|at| u8::from_str_radix(&inner[at..at + 2], 16));
    let mut raw = b"40755 folder\0".to_vec();
    raw.extend(id.map(Result::unwrap));
    client.object(git2::ObjectType::Tree, &raw)
}

#[test]
fn a_folder_of_an_odd_mode_is_entered() {
    for policy in ["", LENIENT] {
        let stage = Stage::with(Options::default(), policy);
        let tree = odd_tree(&stage, "plain");
        let odd = stage.client.raw(clean("Odd")).tree(Some(tree.as_bytes()));
        let odd = odd.parent(&stage.base).write();
        // A marked commit elsewhere in the push is found.
        let push = stage.push(&[&odd, &stage.mark]).line(NULL, &odd, BAD);
        push.line(&stage.base, &stage.mark, MAIN).send().must_reject();
        stage.push(&[&odd]).line(NULL, &odd, BAD).send().must_update(&[BAD]);
        let record = stage.record();
        assert!(record["error"].is_null(), "{record:#}");
        assert_eq!(record["unjudged"], serde_json::json!([]), "{record:#}");
        // On top of it everything is judged as ever.
        let mark = stage.commit(&marked("On top"), &odd);
        stage.push(&[&mark]).line(&odd, &mark, BAD).send().must_reject();
        // What lies in such a folder counts.
        let tree = odd_tree(&stage, "CLAUDE.md");
        let told = stage.client.raw(clean("Told")).tree(Some(tree.as_bytes()));
        let told = told.parent(&stage.base).write();
        stage.push(&[&told]).line(&stage.base, &told, MAIN).send().must_reject();
    }
}

/// A commit with one file, which holds a comment.
fn with_code(stage: &Stage, message: &str, parent: &str, code: &str) -> (String, String) {
    let client = &stage.client;
    let blob = client.blob(code);
    let tree = client.git(&["mktree"]).input(format!("100644 blob {blob}\ta.py\n")).ok().word();
    let commit = client.raw(message).tree(Some(tree.as_bytes())).parent(parent);
    (commit.write(), blob)
}

/// A commit on the server whose file is damaged. Git does not read that when something is
/// pushed on top of it, but what is pushed has to be compared with it.
fn damaged(stage: &Stage) -> String {
    let code = "# Generated with Claude Code\n";
    let (below, blob) = with_code(stage, &clean("Below"), &stage.base, code);
    stage.push(&[&below]).line(NULL, &below, BAD).send().must_update(&[BAD]);
    let (folder, file) = blob.split_at(2);
    let path = stage.server.git_dir().join("objects").join(folder).join(file);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&path, "this is no object").unwrap();
    below
}

/// A commit that changes the damaged file.
fn on_top(stage: &Stage, message: &str, below: &str) -> String {
    with_code(stage, message, below, "# Generated with Claude Code\n# more\n").0
}

#[test]
fn a_damaged_object_does_not_let_a_marked_commit_on_another_ref_pass() {
    let stage = Stage::with(Options::default(), LENIENT);
    let below = damaged(&stage);
    let top = on_top(&stage, &clean("Top"), &below);
    for first in [true, false] {
        let mut lines = vec![(below.as_str(), top.as_str(), BAD)];
        lines.insert(usize::from(first), (&stage.base, &stage.mark, MAIN));
        let push = stage.push(&[&top, &stage.mark]);
        let push = lines.iter().fold(push, |push, (old, new, name)| push.line(old, new, name));
        let answer = push.send();
        answer.must_decline();
        stage.must_not_reach(&stage.mark);
    }
}

#[test]
fn a_marked_commit_on_top_of_a_damaged_object_is_refused() {
    let stage = Stage::with(Options::default(), LENIENT);
    let below = damaged(&stage);
    let top = on_top(&stage, &marked("Top"), &below);
    stage.push(&[&top]).line(&below, &top, BAD).send().must_decline();
    stage.must_not_reach(&top);
}

/// What was accepted unjudged does not make the pushes after it unjudged.
#[test]
fn what_comes_after_a_damaged_object_is_judged() {
    let stage = Stage::with(Options::default(), LENIENT);
    let below = damaged(&stage);
    let top = on_top(&stage, &clean("Top"), &below);
    stage.push(&[&top]).line(&below, &top, BAD).send().must_update(&[BAD]);
    for parent in [&top, &stage.base] {
        let mark = stage.commit(&marked("Later"), parent);
        stage.push(&[&mark]).line(NULL, &mark, OTHER).send().must_decline();
        stage.must_not_reach(&mark);
    }
    let fine = stage.commit(&clean("Later"), &stage.base);
    stage.push(&[&fine]).line(NULL, &fine, OTHER).send().must_update(&[OTHER]);
}

/// A commit with a second file, whose content is the damaged object that the server has.
fn with_damaged(stage: &Stage, message: &str, below: &str) -> String {
    let client = &stage.client;
    let blob = client.id(&format!("{below}:a.py"));
    let tree = format!("100644 blob {blob}\ta.py\n100644 blob {blob}\tb.py\n");
    let tree = client.git(&["mktree"]).input(tree).ok().word();
    client.raw(message).tree(Some(tree.as_bytes())).parent(below).write()
}

/// A push without that object: git finds it on the server, and does not read it.
fn without_it<'s>(stage: &'s Stage, ids: &[&str]) -> RawPush<'s> {
    let trees = ids.iter().map(|id| stage.client.id(&format!("{id}^{{tree}}")));
    let objects: Vec<String> = trees.chain(ids.iter().map(|id| (*id).to_owned())).collect();
    RawPush::to(&stage.server).objects(&stage.client, &objects)
}

/// What a push brings and can't be read refuses it, unless policy says otherwise.
#[test]
fn what_is_brought_and_can_not_be_read_is_on_record() {
    for policy in ["", LENIENT] {
        let stage = Stage::with(Options::default(), policy);
        let below = damaged(&stage);
        let mark = with_damaged(&stage, &marked("Brings it"), &below);
        let push = without_it(&stage, &[&mark]).line(&below, &mark, BAD);
        push.send().must_decline();
        let top = with_damaged(&stage, &clean("Brings it"), &below);
        let push = without_it(&stage, &[&top, &stage.mark]).line(&below, &top, BAD);
        push.line(NULL, &stage.mark, OTHER).send().must_decline();
        stage.must_not_reach(&stage.mark);
        let answer = without_it(&stage, &[&top]).line(&below, &top, BAD).send();
        assert_eq!(answer.updated(BAD), policy == LENIENT, "{answer:#?}");
        let record = stage.record();
        assert_ne!(record["unjudged"], serde_json::json!([]), "{record:#}");
        // Everything else is judged as ever.
        let fine = stage.commit(&clean("Fine"), &stage.base);
        let push = stage.push(&[&fine]).line(NULL, &fine, OTHER);
        push.send().must_update(&[OTHER]);
        let later = stage.commit(&marked("Later"), &fine);
        stage.push(&[&later]).line(&fine, &later, OTHER).send().must_reject();
    }
}

/// What can't be compared counts as new: more is judged, never less.
#[test]
fn what_lies_on_a_damaged_object_is_judged_by_default() {
    let stage = Stage::new();
    let below = damaged(&stage);
    let top = on_top(&stage, &clean("Top"), &below);
    let answer = stage.push(&[&top]).line(&below, &top, BAD).send();
    assert!(answer.is_declined() || answer.text.contains("1 commits judged"), "{answer:#?}");
    let mark = on_top(&stage, &marked("Top"), &below);
    stage.push(&[&mark]).line(&below, &mark, BAD).send().must_decline();
    stage.must_not_reach(&mark);
}
