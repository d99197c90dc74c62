//! `provost rules try` and `compare`: what a change of rules would do to whole histories.

use serde_json::Value;

use super::bench::{OWN, json};
use crate::support::{CLAUDE, Client, Finished, Sandbox, marked};

/// A history with one commit of each kind.
fn history(sandbox: &Sandbox, name: &str, options: &[&str]) -> Client {
    let client = Client::init(sandbox, name, options);
    client.commit("Plain").file("a", "1").create();
    client.commit(marked("By Claude")).create();
    client.commit("Footer\n\nMade with Acme Coder 2.1\n").create();
    client.commit("Mention\n\nWe stopped writing: Made with Acme Coder 2.1\n").create();
    client.commit("Settings").file(".cursor/rules/a.mdc", "x").create();
    let person = "Wide\n\nPaired-with: Ada Lovelace <ada@lovelace.example>\n";
    client.commit(person).create();
    client
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    sandbox.provost("").arg("rules").args(arguments).finish()
}

fn effect(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    json(&run(sandbox, &[arguments, &["--format", "json"]].concat()).expect(0))
}

fn marker<'e>(effect: &'e Value, id: &str) -> &'e Value {
    let markers = effect["markers"].as_array().unwrap();
    markers.iter().find(|marker| marker["id"] == id).unwrap_or_else(|| panic!("{id}: {effect:#}"))
}

#[test]
fn a_draft_is_tried_on_history() {
    let sandbox = Sandbox::new();
    let client = history(&sandbox, "one", &[]);
    sandbox.write("draft.toml", OWN);
    let effect = effect(&sandbox, &["try", "draft.toml", "one"]);
    assert_eq!(effect["repositories"][0]["commits"], 6);
    assert_eq!(effect["newly_rejected"]["count"], 0, "{effect:#}");
    // The draft warns of what is not Claude, and switches Cursor's path marker off.
    assert_eq!(effect["no_longer_rejected"]["count"], 1);
    let sample = &effect["no_longer_rejected"]["samples"][0];
    assert_eq!(sample["commit"], client.id("HEAD~1").as_str());
    assert_eq!(sample["marker"], "cursor/config");
    assert_eq!(effect["unchanged"]["reject"], 1);
    let other = &effect["other"][0];
    assert_eq!((&other["from"], &other["to"]), (&"allow".into(), &"warn".into()));
    assert_eq!(other["samples"][0]["commit"], client.id("HEAD~3").as_str());
    let footer = marker(&effect, "acme/footer");
    assert_eq!((&footer["before"], &footer["after"]), (&0.into(), &1.into()));
    assert_eq!(footer["samples"][0]["excerpt"], "Made with Acme Coder 2.1");
    assert_eq!(marker(&effect, "cursor/config")["no_longer"], 1);
    let same = marker(&effect, "claude-code/co-author");
    assert_eq!(
        (&same["before"], &same["after"], &same["newly"]),
        (&1.into(), &1.into(), &0.into())
    );
}

#[test]
fn the_text_says_it_all_shortly() {
    let sandbox = Sandbox::new();
    let client = history(&sandbox, "one", &[]);
    sandbox.write("draft.toml", OWN.replace("default = \"warn\"\n", ""));
    let out = run(&sandbox, &["try", "draft.toml", "one"]).expect(0).out();
    for expected in [
        "6 commits of 1 repository judged under the rules in force and with draft.toml\n".into(),
        format!("newly rejected: 1\n  {}  acme/footer in message line 3\n", client.short("HEAD~3")),
        format!("no longer rejected: 1\n  {}  cursor/config in", client.short("HEAD~1")),
        "unchanged: 1 reject\n".into(),
        "acme/footer           0         1  +1\n".into(),
        "cursor/config         1         0  -1\n".into(),
        "1 marker found as before; --verbose shows them".into(),
    ] {
        assert!(out.contains(&expected), "{expected:?} is missing from:\n{out}");
    }
    let verbose = run(&sandbox, &["-v", "try", "draft.toml", "one"]).expect(0).out();
    assert!(verbose.contains("claude-code/co-author"), "{verbose}");
}

#[test]
fn examples_name_no_people() {
    let sandbox = Sandbox::new();
    history(&sandbox, "one", &[]);
    sandbox.write(
        "draft.toml",
        "[[tool]]\nid = \"acme\"\nvendor = \"Acme\"\n[[tool.marker]]\nid = \"acme/pair\"\n\
         kind = \"trailer\"\nconfidence = \"strong\"\nkeys = [\"paired-with\"]\n",
    );
    let finished = run(&sandbox, &["try", "draft.toml", "one", "--format", "json"]).expect(0);
    let effect = json(&finished);
    assert_eq!(effect["newly_rejected"]["count"], 1);
    let excerpt = &marker(&effect, "acme/pair")["samples"][0]["excerpt"];
    assert_eq!(excerpt, "Paired-with: A. L. <a...@lovelace.example>");
    assert!(!finished.out().contains("Ada") && !finished.out().contains("Lovelace <"));
}

#[test]
fn samples_are_bounded() {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "one", &[]);
    for number in 0..7 {
        client.commit(format!("Fix\n\nMade with Acme Coder 2.{number}\n")).create();
    }
    sandbox.write("draft.toml", OWN.replace("default = \"warn\"\n", ""));
    let effect = effect(&sandbox, &["try", "draft.toml", "one", "--sample", "2"]);
    assert_eq!(effect["newly_rejected"]["count"], 7);
    assert_eq!(effect["newly_rejected"]["samples"].as_array().unwrap().len(), 2);
    assert_eq!(marker(&effect, "acme/footer")["samples"].as_array().unwrap().len(), 2);
    let none = run(&sandbox, &["try", "draft.toml", "one", "--sample", "0"]).expect(0).out();
    assert!(none.contains("newly rejected: 7\n  and 7 more\n"), "{none}");
}

#[test]
fn many_repositories_are_added_up_and_one_that_can_not_be_read_does_not_hide_them() {
    let sandbox = Sandbox::new();
    history(&sandbox, "one", &[]);
    history(&sandbox, "two", &["--object-format=sha256"]);
    sandbox.write("draft.toml", OWN);
    let finished = run(&sandbox, &["try", "draft.toml", "one", "nowhere", "two"]).expect(2);
    assert!(
        finished.out().starts_with("12 commits of 2 repositories judged"),
        "{}",
        finished.all()
    );
    assert!(finished.out().contains("  two: 2 -> 1 rejected\n"), "{}", finished.all());
    assert!(finished.err().contains("nowhere"), "{}", finished.all());
    assert!(finished.err().contains("1 of the repositories could not be judged whole"));
}

#[test]
fn a_draft_takes_the_place_of_a_layer() {
    let sandbox = Sandbox::new();
    history(&sandbox, "one", &[]);
    sandbox.write("force.toml", OWN.replace("default = \"warn\"", "default = \"record\""));
    // Without the marker that is switched off, and without a word on what is not named.
    let (head, _) = OWN.split_once("\n[[tool]]\nid = \"cursor\"").unwrap();
    sandbox.write("draft.toml", head.replace("default = \"warn\"\n", ""));
    let run = |more: &[&str]| {
        let rules = ["--rules", "force.toml", "rules", "try", "draft.toml", "one"];
        let arguments = [&rules[..], more, &["--format", "json"]].concat();
        json(&sandbox.provost("").args(arguments).finish().expect(0))
    };
    // Over the layer, nothing comes back; in its place, the built-in rules do.
    let over = run(&[]);
    assert_eq!(over["newly_rejected"]["count"], 0, "{over:#}");
    let instead = run(&["--instead-of", "force.toml"]);
    assert_eq!(instead["newly_rejected"]["count"], 2, "{instead:#}");
    assert_eq!(marker(&instead, "cursor/config")["after"], 1);
}

#[test]
fn two_files_are_compared_in_each_others_place() {
    let sandbox = Sandbox::new();
    history(&sandbox, "one", &[]);
    sandbox.write("a.toml", OWN);
    let (head, _) = OWN.split_once("\n[[tool]]\nid = \"cursor\"").unwrap();
    sandbox.write("b.toml", head.replace("default = \"warn\"", "default = \"reject\""));
    let compare = |in_force: &[&str], one: &str, other: &str| {
        let rules = ["rules", "compare", one, other, "one", "--format", "json"];
        json(&sandbox.provost("").args(in_force).args(rules).finish().expect(0))
    };
    for in_force in [&[][..], &["--rules", "a.toml"], &["--rules", "b.toml"]] {
        let there = compare(in_force, "a.toml", "b.toml");
        assert_eq!((&there["before"], &there["after"]), (&"a.toml".into(), &"b.toml".into()));
        assert_eq!(there["newly_rejected"]["count"], 2, "{in_force:?} {there:#}");
        let back = compare(in_force, "b.toml", "a.toml");
        assert_eq!(back["no_longer_rejected"]["count"], 2, "{in_force:?} {back:#}");
    }
    let same = compare(&[], "a.toml", "a.toml");
    assert_eq!(same["other"].as_array().unwrap().len(), 0);
    let text = run(&sandbox, &["compare", "a.toml", "b.toml", "one"]).expect(0).out();
    assert!(text.contains("judged under the rules of a.toml and of b.toml"), "{text}");
}

#[test]
fn what_takes_long_can_be_left_out() {
    let sandbox = Sandbox::new();
    let client = history(&sandbox, "one", &[]);
    client.commit("Comment").file("x.c", "// Generated by Claude Code\n").create();
    sandbox.write("draft.toml", "[policy.kinds]\ncontent = \"reject\"\npath = \"record\"\n");
    let counts = |without: &[&str]| {
        let effect = effect(&sandbox, &[&["try", "draft.toml", "one"], without].concat());
        let of = |key: &str| effect[key]["count"].as_u64().unwrap();
        (of("newly_rejected"), of("no_longer_rejected"))
    };
    assert_eq!(counts(&[]), (1, 1));
    assert_eq!(counts(&["--without", "content"]), (0, 1));
    assert_eq!(counts(&["--without", "path"]), (0, 0));
}

#[test]
fn what_refs_hold_counts_too() {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "one", &[]);
    client.commit("Plain").create();
    client.must(&["tag", "-a", "-m", &format!("Release\n\n{CLAUDE}"), "v1"]);
    client.must(&["branch", "claude/fix"]);
    sandbox.write(
        "draft.toml",
        "[policy.tools]\nclaude-code = { verdict = \"warn\", ref = \"reject\", weak = \"reject\" }\n",
    );
    let effect = effect(&sandbox, &["try", "draft.toml", "one"]);
    let one = |key: &str| {
        assert_eq!(effect[key]["count"], 1, "{effect:#}");
        let sample = &effect[key]["samples"][0];
        assert!(sample["commit"].is_null());
        sample["ref"].as_str().unwrap().to_owned()
    };
    assert_eq!(one("newly_rejected"), "refs/heads/claude/fix");
    assert_eq!(one("no_longer_rejected"), "refs/tags/v1");
}

#[test]
fn nothing_is_tried_with_a_broken_draft() {
    let sandbox = Sandbox::new();
    history(&sandbox, "one", &[]);
    sandbox.write("draft.toml", "[policy]\nmode = \"enforced\"\n");
    let finished = run(&sandbox, &["try", "draft.toml", "one"]).expect(2);
    assert!(finished.err().contains("draft.toml:2:8"), "{}", finished.all());
    assert!(finished.out().is_empty(), "{}", finished.all());
    run(&sandbox, &["try", "no-such.toml", "one"]).expect(2);
    run(&sandbox, &["try", "draft.toml"]).expect(2);
}
