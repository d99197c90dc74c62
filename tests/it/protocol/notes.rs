//! Notes that take another way in: what a notes ref brings is hidden by its own value only,
//! for on other refs it was not read as notes.

use super::*;

const AI: &str = "refs/notes/ai";
const SIDE: &str = "refs/heads/side";
/// A note by which git-ai attests that a tool wrote lines; one that attests a person.
const BY_TOOL: &str = "s_0123456789abcd::t_89abcdef012345";
const BY_PERSON: &str = "h_0123456789abcd";

/// A commit that adds such a note to the base of a stage; nothing of it is on the server.
fn note(stage: &Stage, attests: &str) -> String {
    let json = "{\n  \"schema_version\": \"authorship/3.0.0\",\n  \"prompts\": {}\n}\n";
    let text = format!("src/main.rs\n  {attests} 1-4,9\n---\n{json}");
    let path = stage.client.sandbox().write("note", text);
    let add = ["notes", "--ref", AI, "add", "-f", "-F", path.to_str().unwrap(), &stage.base];
    stage.client.must(&add);
    stage.client.id(AI)
}

#[test]
fn a_refused_note_does_not_come_in_by_way_of_a_branch() {
    let stage = Stage::new();
    let id = note(&stage, BY_TOOL);
    stage.push(&[&id]).line(NULL, &id, AI).send().must_reject();
    // On a branch it is a commit with a file.
    for way in [SIDE, "refs/tags/side", "refs/notes/other"] {
        let answer = stage.push(&[&id]).line(NULL, &id, way).send();
        if way != "refs/notes/other" {
            answer.must_update(&[way]);
        }
        stage.push(&[&id]).line(NULL, &id, AI).send().must_reject();
        // Both in one push, in either order.
        let old = stage.value(way);
        let push = stage.push(&[&id]).line(&old, &id, way).line(NULL, &id, AI);
        push.send().must_reject();
    }
    // The branch goes; what it held stays an object of the server.
    stage.push(&[]).line(&id, NULL, SIDE).send().must_update(&[SIDE]);
    stage.push(&[&id]).line(NULL, &id, AI).send().must_reject();
    assert_eq!(stage.value(AI), NULL);
}

#[test]
fn a_note_on_top_of_such_a_branch_is_judged_with_all_below_it() {
    let stage = Stage::new();
    let id = note(&stage, BY_TOOL);
    stage.push(&[&id]).line(NULL, &id, SIDE).send().must_update(&[SIDE]);
    // The next commit keeps the note as it is and adds another.
    stage.client.must(&["notes", "--ref", AI, "add", "-m", "Tested", &stage.mark]);
    let top = stage.client.id(AI);
    stage.push(&[&top]).line(NULL, &top, AI).send().must_reject();
    assert_eq!(stage.value(AI), NULL);
}

/// What its own value hides stays hidden: notes grow note by note.
#[test]
fn the_ref_itself_hides_what_it_was_judged_for() {
    let stage = Stage::new();
    let one = note(&stage, BY_PERSON);
    stage.push(&[&one]).line(NULL, &one, AI).send().must_update(&[AI]);
    let two = note(&stage, BY_TOOL);
    stage.push(&[&two]).line(&one, &two, AI).send().must_reject();
    // From before the hook.
    stage.server.push_unseen(&stage.client, &[AI]);
    let three = note(&stage, BY_PERSON);
    stage.push(&[&three]).line(&two, &three, AI).send().must_update(&[AI]);
    assert_eq!(stage.value(AI), three);
}

/// A ref that was deleted hides nothing any more, and neither does a false claim.
#[test]
fn a_deleted_notes_ref_that_is_restored_is_judged_again() {
    let stage = Stage::new();
    let id = note(&stage, BY_TOOL);
    stage.server.push_unseen(&stage.client, &[AI]);
    stage.push(&[]).line(&id, NULL, AI).send().must_update(&[AI]);
    for claimed in [NULL, &id] {
        stage.push(&[]).line(claimed, &id, AI).send().must_reject();
    }
    assert_eq!(stage.value(AI), NULL);
}

/// Audits read a commit as notes of each notes ref that reaches it, also where a branch
/// that comes before it by name reaches it.
#[test]
fn an_audit_finds_notes_that_a_branch_reaches_too() {
    for branch in ["refs/heads/a", "refs/zzz/a", "refs/tags/a"] {
        let stage = Stage::new();
        let id = note(&stage, BY_TOOL);
        stage.server.push_unseen(&stage.client, &[AI]);
        stage.server.must(&["update-ref", branch, &id]);
        let audit = stage.server.sandbox().provost("").args(["audit", "--format", "jsonl"]);
        let audit = audit.arg(stage.server.path()).finish().expect(1);
        let of_notes = |line: &serde_json::Value| {
            line["ref"] == AI && line["marker"].as_str().is_some_and(|it| it.ends_with("/note"))
        };
        let out = audit.out();
        let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(lines.filter(of_notes).count(), 1, "{branch}\n{}", audit.all());
    }
}
