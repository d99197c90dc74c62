//! Packs that lack objects, together with what makes git overlook that: replacements and
//! grafts. No update is accepted because git was expected to refuse it.

use super::*;

/// The parent that the server never gets, and a marked and a clean commit on top of it.
struct Absent {
    stage: Stage,
    parent: String,
    mark: String,
    plain: String,
}

impl Absent {
    fn new() -> Self {
        let stage = Stage::new();
        let parent = stage.commit(&marked("Never sent"), &stage.base);
        let mark = stage.commit(&marked("On top"), &parent);
        let plain = stage.commit(&clean("On top"), &parent);
        Self { stage, parent, mark, plain }
    }

    /// A push of one commit, by itself, to `main`.
    fn alone(&self, id: &str) -> RawPush<'_> {
        let push = RawPush::to(&self.stage.server).objects(&self.stage.client, &[id]);
        push.line(&self.stage.base, id, MAIN)
    }

    /// Pushes a replacement for the parent, as a client may.
    fn replace(&self) {
        let name = format!("refs/replace/{}", self.parent);
        let push = RawPush::to(&self.stage.server).line(NULL, &self.stage.base, &name);
        push.send().must_update(&[&name]);
    }
}

/// With a replacement in place git finds all parents, and accepts the update.
#[test]
fn a_replaced_absent_parent_lets_nothing_pass_unjudged() {
    let absent = Absent::new();
    absent.replace();
    for id in [&absent.mark, &absent.plain] {
        let answer = absent.alone(id).send();
        assert!(!answer.updated(MAIN), "{answer:#?}");
        absent.stage.must_not_reach(id);
    }
    // Also beside a good one, and below a commit of the same push.
    let good = absent.stage.commit(&clean("Good"), &absent.stage.base);
    let server = &absent.stage.server;
    let push = RawPush::to(server).objects(&absent.stage.client, &[&absent.mark, &good]);
    let push = push.line(&absent.stage.base, &absent.mark, MAIN);
    let answer = push.line(NULL, &good, "refs/heads/good").send();
    assert!(!answer.updated(MAIN), "{answer:#?}");
    let top = absent.stage.commit(&clean("Top"), &absent.mark);
    let push = RawPush::to(server).objects(&absent.stage.client, &[&absent.mark, &top]);
    let answer = push.line(NULL, &top, "refs/heads/top").send();
    assert!(!answer.updated("refs/heads/top"), "{answer:#?}");
}

/// The replacement and what it makes possible in one push.
#[test]
fn a_replacement_in_the_same_push_changes_nothing() {
    let absent = Absent::new();
    let name = format!("refs/replace/{}", absent.parent);
    let answer = absent.alone(&absent.mark).line(NULL, &absent.stage.base, &name).send();
    assert!(!answer.updated(MAIN), "{answer:#?}");
    absent.alone(&absent.mark).send();
    absent.stage.must_not_reach(&absent.mark);
}

/// Where git is told not to use replacements, it refuses the update itself; that is no
/// reason to refuse the good one beside it. A mark in what is there is one.
#[test]
fn without_replacements_git_refuses_it_and_accepts_the_good_one() {
    let absent = Absent::new();
    absent.replace();
    let good = absent.stage.commit(&clean("Good"), &absent.stage.base);
    let client = &absent.stage.client;
    for (broken, id, accepted) in [
        (&absent.plain, &absent.stage.mark, false),
        (&absent.mark, &good, false),
        (&absent.plain, &good, true),
    ] {
        let push = RawPush::to(&absent.stage.server).objects(client, &[broken, id]);
        let push = push.line(&absent.stage.base, broken, MAIN);
        let push = push.line(NULL, id, "refs/heads/good").env("GIT_NO_REPLACE_OBJECTS", "1");
        let answer = push.send();
        assert!(!answer.updated(MAIN), "{answer:#?}");
        assert_eq!(answer.updated("refs/heads/good"), accepted, "{answer:#?}");
    }
}

/// A grafts file of the server gives a commit other parents, or none.
#[test]
fn a_graft_lets_nothing_marked_pass() {
    for parents in ["", " @BASE@"] {
        let absent = Absent::new();
        let parents = parents.replace("@BASE@", &absent.stage.base);
        let grafts = absent.stage.server.git_dir().join("info/grafts");
        std::fs::create_dir_all(grafts.parent().unwrap()).unwrap();
        let lines = format!("{}{parents}\n{}{parents}\n", absent.mark, absent.plain);
        std::fs::write(grafts, lines).unwrap();
        let answer = absent.alone(&absent.mark).send();
        assert!(!answer.updated(MAIN), "{answer:#?}");
        // The absent parent is not judged, and must not be on a ref unjudged.
        let answer = absent.alone(&absent.plain).send();
        assert!(!answer.updated(MAIN), "{answer:#?}");
    }
}

/// Without such tricks git refuses an update whose objects are missing, and the hook hears
/// of it all the same.
#[test]
fn an_update_that_lacks_objects_stands_beside_good_and_marked_ones() {
    let absent = Absent::new();
    let client = &absent.stage.client;
    let good = absent.stage.commit(&clean("Good"), &absent.stage.base);
    for (broken, id, accepted) in [
        (&absent.plain, &absent.stage.mark, false),
        (&absent.mark, &absent.stage.mark, false),
        // What is there of the one that git refuses is judged, too.
        (&absent.mark, &good, false),
        (&absent.plain, &good, true),
    ] {
        let push = RawPush::to(&absent.stage.server).objects(client, &[broken, id]);
        let push = push.line(NULL, broken, "refs/heads/broken");
        let answer = push.line(&absent.stage.base, id, MAIN).send();
        assert!(!answer.updated("refs/heads/broken"), "{answer:#?}");
        assert_eq!(answer.updated(MAIN), accepted, "{answer:#?}");
    }
}

/// The parent comes later, in the pack of another push: it is judged then, as part of what
/// the ref gains.
#[test]
fn a_parent_that_comes_later_is_judged_then() {
    let absent = Absent::new();
    absent.replace();
    absent.alone(&absent.plain).send();
    let ids = [&absent.parent, &absent.plain];
    let push = RawPush::to(&absent.stage.server).objects(&absent.stage.client, &ids);
    let answer = push.line(&absent.stage.base, &absent.plain, MAIN).send();
    assert!(!answer.updated(MAIN), "{answer:#?}");
    absent.stage.must_not_reach(&absent.parent);
}

/// A pack can bring more than its refs reach: those objects lie in the repository then, and
/// nothing is in quarantine when a later push makes a ref of one.
#[test]
fn what_came_along_unreached_is_judged_when_a_ref_gets_it() {
    let stage = Stage::new();
    let next = stage.commit(&clean("Next"), &stage.base);
    let top = stage.commit(&clean("Top"), &stage.mark);
    let push = stage.push(&[&next, &top]).line(&stage.base, &next, MAIN);
    push.send().must_update(&[MAIN]);
    for id in [&stage.mark, &top] {
        let push = RawPush::to(&stage.server).line(NULL, id, "refs/heads/side");
        push.send().must_reject();
        // A false claim of it is no use either.
        let push = RawPush::to(&stage.server).line(id, &stage.base, "refs/heads/junk");
        push.line(NULL, id, "refs/heads/side").send().must_reject();
    }
    stage.must_not_reach(&stage.mark);
}
