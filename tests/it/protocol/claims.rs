//! Old values that a client claims, refs that it names twice, and symbolic refs.

use super::*;
use crate::log::record;
use serde_json::{Value, json};

const SIDE: &str = "refs/heads/side";
const JUNK: &str = "refs/heads/junk";

/// What the ref of the false claim is to get.
type NewValue<'n> = &'n dyn Fn(&Stage) -> String;

/// Each line claims the marked commit as the old value of a ref that does not have it; the
/// other line brings that commit in.
#[test]
fn a_claimed_old_value_hides_nothing() {
    let claims: [(&str, NewValue<'_>); 6] = [
        // A branch and a tag that are not there.
        (JUNK, &|stage| stage.base.clone()),
        ("refs/tags/junk", &|stage| stage.base.clone()),
        ("refs/notes/junk", &|stage| stage.base.clone()),
        // One that is there, with another value; and a deletion of it.
        (SIDE, &|stage| stage.commit(&clean("Other"), &stage.mark)),
        (SIDE, &|stage| stage.base.clone()),
        (SIDE, &|_| NULL.to_owned()),
    ];
    for (name, new) in claims {
        for format in ["sha1", "sha256"] {
            let stage = Stage::with(Options::default().object_format(format), "");
            stage.server.must(&["update-ref", SIDE, &stage.base]);
            let new = new(&stage);
            for first in [true, false] {
                let (mut tips, mut push) = (vec![stage.mark.as_str()], Vec::new());
                if new != NULL {
                    tips.push(&new);
                }
                push.push((stage.mark.as_str(), new.as_str(), name));
                push.insert(usize::from(first), (&stage.base, &stage.mark, MAIN));
                let lines =
                    |raw, (old, new, name): &(&str, &str, &str)| RawPush::line(raw, old, new, name);
                let answer = push.iter().fold(stage.push(&tips), lines).send();
                answer.must_reject();
                stage.must_not_reach(&stage.mark);
            }
        }
    }
}

/// The ref that is to be updated claims to have the marked commit already; another one of
/// the same push gets a clean commit on top of it.
#[test]
fn a_claim_of_the_ref_itself_hides_nothing_either() {
    let stage = Stage::new();
    let child = stage.commit(&clean("Child"), &stage.mark);
    let push = stage.push(&[&child]).line(&stage.mark, &child, MAIN).line(NULL, &child, SIDE);
    push.send().must_reject();
    stage.must_not_reach(&stage.mark);
    // By itself git would refuse it for its false claim; it is refused for the mark before.
    stage.push(&[&child]).line(&stage.mark, &child, MAIN).send().must_reject();
}

/// An annotated tag that is claimed as an old value hides neither itself nor its commits.
#[test]
fn a_claimed_tag_hides_nothing() {
    let stage = Stage::new();
    let client = &stage.client;
    client.must(&["tag", "-a", "-m", &marked("Release"), "release", &stage.base]);
    client.must(&["tag", "-a", "-m", "Around it", "outer", "release"]);
    let (release, outer) = (client.id("refs/tags/release"), client.id("refs/tags/outer"));
    let (junk, new) = ("refs/tags/junk", "refs/tags/outer");
    for claimed in [&release, &outer] {
        let push = stage.push(&[&outer]).line(claimed, &stage.base, junk);
        push.line(NULL, &outer, new).send().must_reject();
        assert_eq!(stage.value(new), NULL);
    }
    let clean_tag = "refs/tags/clean";
    client.must(&["tag", "-a", "-m", "Release", "clean", &stage.mark]);
    let id = client.id(clean_tag);
    let push = stage.push(&[&id]).line(&id, &stage.base, junk).line(NULL, &stage.mark, SIDE);
    push.send().must_reject();
    stage.must_not_reach(&stage.mark);
}

/// Git carries out both lines, one after the other.
#[test]
fn one_ref_named_twice_is_refused() {
    for policy in ["", OBSERVE] {
        let stage = Stage::with(Options::default(), policy);
        let child = stage.commit(&clean("Child"), &stage.mark);
        let push = stage.push(&[&child]).line(&stage.base, &stage.mark, MAIN);
        let answer = push.line(&stage.mark, &child, MAIN).send();
        answer.must_decline().must_say("updates refs/heads/main twice");
        // The pusher can mend it, and no administrator.
        answer.must_say("provost: this push is refused.").must_say("Push it once.");
        assert!(!answer.text.contains("administrators"), "{answer:#?}");
        // Also where all of it is clean: the order of judging does not matter.
        let one = stage.commit(&clean("One"), &stage.base);
        let two = stage.commit(&clean("Two"), &one);
        let push = stage.push(&[&two]).line(&stage.base, &one, MAIN).line(&one, &two, MAIN);
        push.send().must_decline();
        // Deleted, and made again with another value.
        let push = stage.push(&[&one]).line(&stage.base, NULL, MAIN).line(NULL, &one, MAIN);
        push.send().must_decline();
        assert_eq!(stage.value(MAIN), stage.base);
        assert_eq!(stage.record()["accepted"], false);
    }
}

#[test]
fn two_names_of_one_ref_with_different_values_are_refused() {
    for policy in ["", OBSERVE] {
        let stage = Stage::with(Options::default(), policy);
        stage.server.must(&["symbolic-ref", "refs/heads/alias", MAIN]);
        stage.server.must(&["symbolic-ref", "refs/heads/alias-of-alias", "refs/heads/alias"]);
        let one = stage.commit(&clean("One"), &stage.base);
        let two = stage.commit(&clean("Two"), &stage.base);
        for (this, that) in [
            ("refs/heads/alias", MAIN),
            (MAIN, "refs/heads/alias"),
            ("refs/heads/alias", "refs/heads/alias-of-alias"),
        ] {
            let push = stage.push(&[&one, &two]).line(&stage.base, &one, this);
            push.line(&stage.base, &two, that).send().must_decline();
            let push = stage.push(&[&one]).line(&stage.base, &one, this);
            push.line(&stage.base, NULL, that).send().must_decline();
            assert_eq!(stage.value(MAIN), stage.base);
        }
    }
}

/// Mirrors send a ref and its symbolic alias together: git updates the ref once.
#[test]
fn a_ref_and_its_alias_with_the_same_values_are_one_update() {
    let stage = Stage::new();
    stage.server.must(&["symbolic-ref", "refs/heads/alias", MAIN]);
    let next = stage.commit(&clean("Next"), &stage.base);
    let push = stage.push(&[&next]).line(&stage.base, &next, MAIN);
    push.line(&stage.base, &next, "refs/heads/alias").send().must_update(&[MAIN]);
    assert_eq!(stage.value(MAIN), next);
    let mark = stage.commit(&marked("More"), &next);
    let push = stage.push(&[&mark]).line(&next, &mark, "refs/heads/alias");
    push.line(&next, &mark, MAIN).send().must_reject();
    assert_eq!(stage.value(MAIN), next);
}

/// An alias whose target is not there yet creates that.
#[test]
fn an_alias_of_a_ref_that_is_not_there_is_judged_as_that_ref() {
    let policy =
        "[[policy.scope]]\nid = \"free\"\nrefs = [\"refs/heads/free\"]\nmode = \"observe\"\n";
    let stage = Stage::with(Options::default(), policy);
    stage.server.must(&["symbolic-ref", "refs/heads/free", "refs/heads/strict"]);
    let push = stage.push(&[&stage.mark]).line(NULL, &stage.mark, "refs/heads/free");
    push.send().must_reject();
    stage.must_not_reach(&stage.mark);
}

/// The old value on record is the ref's own; what the client claimed is there as a claim.
#[test]
fn the_record_holds_the_real_old_value_and_the_claim() {
    let stage = Stage::with(Options::default(), OBSERVE);
    stage.server.must(&["update-ref", SIDE, &stage.base]);
    let push = stage.push(&[&stage.mark]).line(&stage.mark, &stage.base, JUNK);
    let push = push.line(&stage.mark, &stage.base, SIDE);
    let answer = push.line(&stage.base, &stage.mark, MAIN).send();
    // Under observation nothing is refused; git refuses the false claims itself.
    answer.must_update(&[MAIN]);
    assert!(!answer.updated(JUNK) && !answer.updated(SIDE), "{answer:#?}");
    let record = stage.record();
    let refs = record["refs"].as_array().unwrap();
    let of = |name: &str| {
        let found = refs.iter().find(|line| line["name"] == name);
        let line = found.unwrap_or_else(|| panic!("{name}: {record:#}"));
        (line["old"].clone(), line.get("claimed").cloned().unwrap_or_default())
    };
    assert_eq!(of(JUNK), (Value::Null, json!(stage.mark)));
    assert_eq!(of(SIDE), (json!(stage.base), json!(stage.mark)));
    assert_eq!(of(MAIN), (json!(stage.base), Value::Null));
    assert_eq!(record["findings"].as_array().unwrap().len(), 1, "{record:#}");
}

/// A claim that a ref is not there, or is to be there, is on record too.
#[test]
fn a_claimed_absence_is_on_record() {
    let stage = Stage::with(Options::default(), OBSERVE);
    let next = stage.commit(&clean("Next"), &stage.base);
    let answer = stage.push(&[&next]).line(NULL, &next, MAIN).line(NULL, &next, SIDE).send();
    assert!(!answer.updated(MAIN) && answer.updated(SIDE), "{answer:#?}");
    let record = stage.record();
    let line = &record["refs"][0];
    assert_eq!((&line["name"], &line["old"]), (&json!(MAIN), &json!(stage.base)));
    assert!(line.get("claimed").is_some(), "{record:#}");
    assert!(record["refs"][1].get("claimed").is_none(), "{record:#}");
}

#[test]
fn replay_reads_the_real_old_value() {
    let stage = Stage::with(Options::default(), OBSERVE);
    let push = stage.push(&[&stage.mark]).line(&stage.mark, &stage.base, JUNK);
    push.line(&stage.base, &stage.mark, MAIN).send().must_update(&[MAIN]);
    let sandbox = stage.server.sandbox();
    let draft = sandbox.write("draft.toml", "[policy]\nmode = \"enforce\"\n");
    let (draft, log) = (draft.to_str().unwrap().to_owned(), sandbox.path("log.jsonl"));
    let replay = ["--rules", &draft, "log", "replay", "--format", "json", log.to_str().unwrap()];
    let replayed = sandbox.provost("").args(replay).finish().expect(0);
    let replayed: Value = serde_json::from_slice(&replayed.stdout).unwrap();
    let refused = |change: &Value| change["to"] == "reject";
    assert!(replayed["changes"].as_array().unwrap().iter().any(refused), "{replayed:#}");
    assert_eq!(replayed["from_record"], 0, "{replayed:#}");
    // The records are what the schema says.
    stage.records().iter().for_each(|it| drop(record(&it.to_string())));
}

/// Git carries out an atomic push as a whole or not at all; the hook sees no difference.
#[test]
fn an_atomic_push_with_a_false_claim_is_judged_like_any_other() {
    let stage = Stage::new();
    for name in [JUNK, SIDE] {
        let push = stage.push(&[&stage.mark]).line(&stage.mark, &stage.base, name);
        let push = push.line(&stage.base, &stage.mark, MAIN).capability("atomic");
        push.send().must_reject();
    }
    stage.must_not_reach(&stage.mark);
}

/// Names are bytes: none of them is taken for another ref, or for none.
#[test]
fn odd_names_are_judged_and_hide_like_others() {
    let stage = Stage::new();
    let names: [&[u8]; 5] = [
        b"refs/heads/caf\xe9",
        b"refs/heads/\xff\xfe",
        b"refs/heads/a;b|c$(d)'\"e",
        b"refs/heads/\xe2\x80\xae/x",
        b"refs/tags/-x",
    ];
    for name in names {
        let push = stage.push(&[&stage.mark]).line(&stage.mark, &stage.base, name);
        push.line(NULL, &stage.mark, SIDE).send().must_reject();
        stage.push(&[&stage.mark]).line(NULL, &stage.mark, name).send().must_reject();
        let answer = stage.push(&[]).line(NULL, &stage.base, name).send();
        assert!(answer.updated(name), "{answer:#?}");
        // The next one is on top of its real value, whatever is claimed.
        let next = stage.commit(&clean("Next"), &stage.base);
        stage.push(&[&next]).line(&stage.base, &next, name).send();
        let push = stage.push(&[&stage.mark]).line(&stage.mark, &next, name);
        push.line(NULL, &stage.mark, SIDE).send().must_reject();
    }
    stage.must_not_reach(&stage.mark);
}
