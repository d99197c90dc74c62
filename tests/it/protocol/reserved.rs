//! Names that no push may touch: the server's published policy and its own notes.

use super::*;

const RESERVED: [&str; 7] = [
    "refs/meta/provost",
    "refs/meta/provost/x",
    "refs/meta/provost-x",
    "refs/namespaces/n/refs/meta/provost",
    "refs/namespaces/n/refs/namespaces/m/refs/meta/provost/x",
    "refs/notes/provost",
    "refs/namespaces/n/refs/notes/provost",
];

#[test]
fn a_reserved_ref_is_neither_made_nor_moved_nor_deleted() {
    for policy in ["", OBSERVE] {
        let stage = Stage::with(Options::default(), policy);
        let next = stage.commit(&clean("Next"), &stage.base);
        for name in RESERVED {
            stage.push(&[&next]).line(NULL, &next, name).send().must_decline();
            assert_eq!(stage.value(name), NULL, "{name}");
            // Nothing else of such a push is accepted.
            let push = stage.push(&[&next]).line(&stage.base, &next, MAIN);
            push.line(NULL, &next, name).send().must_decline();
            assert_eq!(stage.value(MAIN), stage.base);
            stage.server.must(&["update-ref", name, &stage.base]);
            stage.push(&[&next]).line(&stage.base, &next, name).send().must_decline();
            stage.push(&[]).line(&stage.base, NULL, name).send().must_decline();
            assert_eq!(stage.value(name), stage.base, "{name}");
            stage.server.must(&["update-ref", "-d", name]);
        }
    }
}

/// A branch that is an alias of a reserved ref is that ref.
#[test]
fn an_alias_of_a_reserved_ref_is_reserved() {
    let stage = Stage::with(Options::default(), OBSERVE);
    stage.server.must(&["symbolic-ref", "refs/heads/alias", "refs/meta/provost"]);
    let push = stage.push(&[]).line(NULL, &stage.base, "refs/heads/alias");
    push.send().must_decline();
    assert_eq!(stage.value("refs/meta/provost"), NULL);
}

/// Within a namespace the name is stored below `refs/namespaces/`.
#[test]
fn a_reserved_ref_of_a_namespace_is_reserved() {
    for policy in ["", OBSERVE] {
        let stage = Stage::with(Options::default(), policy);
        for name in ["refs/meta/provost", "refs/meta/provost-x", "refs/notes/provost"] {
            let push = stage.push(&[]).line(NULL, &stage.base, name);
            push.env("GIT_NAMESPACE", "n").send().must_decline();
            assert_eq!(stage.value(&format!("refs/namespaces/n/{name}")), NULL);
        }
    }
}

/// Names that only resemble them are anybody's.
#[test]
fn similar_names_are_not_reserved() {
    let stage = Stage::new();
    for name in ["refs/meta/prov", "refs/heads/meta/provost", "refs/meta/a/provost"] {
        stage.push(&[]).line(NULL, &stage.base, name).send().must_update(&[name]);
    }
}

/// Pushed without the namespace, a ref below `refs/namespaces/` becomes a ref of that
/// namespace. It is judged like any other ref.
#[test]
fn a_ref_of_a_namespace_that_is_pushed_from_outside_is_judged() {
    let stage = Stage::new();
    let name = "refs/namespaces/n/refs/heads/main";
    stage.push(&[&stage.mark]).line(NULL, &stage.mark, name).send().must_reject();
    stage.push(&[]).line(NULL, &stage.base, name).send().must_update(&[name]);
}
