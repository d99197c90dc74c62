//! A limit ends work, also within one text, and what it left is on record.

use std::path::Path;

use super::{Options, TestServer, made, push, texts};
use crate::support::Sandbox;

/// Fills an empty repository; the number scales what it brings.
type Generator = fn(&Path, usize);

/// What a case takes is bounded by the kernel: data, in KiB.
fn within(kibibytes: usize) -> Options {
    Options::default().hook(&format!("#!/bin/sh\nulimit -d {kibibytes}\nexec @JUDGE@\n"))
}

#[test]
fn memory_grows_as_the_bytes_of_a_text_do() {
    let cases: [(&str, Generator, usize); 4] = [
        ("a key of a header", texts::marks_below_a_long_key, 2),
        ("a note", texts::a_note_of_json, 16),
        ("values below a long key", texts::values_below_a_long_key, 2),
        ("a message in UTF-16", texts::utf16_without_an_order, 8),
    ];
    for (name, make, scale) in cases {
        let (_server, pushed) = push(within(200 << 10), make, scale);
        assert_eq!(pushed.judged(), Some(1), "{name}: {}", pushed.all());
    }
}

#[test]
fn a_blob_that_is_many_notes_is_read_once_for_each_ref() {
    let rules = "[limits]\nbytes = \"8MiB\"\n";
    let (_server, pushed) = push(Options::default().rules(rules), texts::notes_of_one_blob, 3);
    pushed.must_not_say("could not be judged whole").must_say("30 findings");
}

/// Makes commits each of which brings a tool's file at a longer path, from two objects each: a
/// path has to be made for each file, whatever the bytes are.
fn ever_deeper_marks(repository: &Path, commits: usize) {
    let repository = git2::Repository::open_bare(repository.join(".git")).unwrap();
    let someone =
        git2::Signature::new("Ann", "ann@example.com", &git2::Time::new(1_700_000_000, 0)).unwrap();
    let add = |name, id, mode| {
        let mut tree = repository.treebuilder(None).unwrap();
        tree.insert(name, id, mode).unwrap();
        tree.write().unwrap()
    };
    let mut tree = add("CLAUDE.md", repository.blob(b"Rules\n").unwrap(), 0o100_644);
    for _ in 0..commits {
        tree = add("d", tree, 0o040_000);
        let parent =
            repository.find_reference("refs/heads/hostile").and_then(|it| it.peel_to_commit());
        let parents: Vec<_> = parent.iter().collect();
        let tree = repository.find_tree(tree).unwrap();
        let name = Some("refs/heads/hostile");
        repository.commit(name, &someone, &someone, "Move\n", &tree, &parents).unwrap();
    }
}

#[test]
fn what_was_not_looked_at_is_on_record_and_on_the_ledger() {
    let cases: [(&str, Generator, usize, &str, &str); 2] = [
        (
            "findings",
            texts::keywords_below_a_key,
            1,
            "as many as one text may hold",
            "further marks in the texts of commit",
        ),
        ("time", ever_deeper_marks, 1300, "million steps", "what is left after"),
    ];
    for (limit, make, scale, allowed, left) in cases {
        let sandbox = Sandbox::new();
        let log = sandbox.path("log.jsonl");
        let rules = format!(
            "[limits]\nfindings = {{ most = 100000, outcome = \"accept\" }}\n\
             time = {{ most = \"5min\", outcome = \"accept\" }}\n\
             [log]\nfile = \"{}\"\n[policy]\ndefault = \"warn\"\n",
            log.display()
        );
        let server = TestServer::start(sandbox, Options::default().rules(&rules));
        let client = made(&server, make, scale);
        let pushed = client.push(&["--mirror"]);
        pushed.must_accept(&["refs/heads/hostile"]).must_say("not judged whole");
        pushed.must_say(allowed).must_say(&format!("not looked at: {left}"));
        let record = crate::log::record(std::fs::read_to_string(log).unwrap().trim_end());
        assert_eq!(record["cut"]["limit"], limit);
        assert_eq!(record["unjudged"], serde_json::json!([client.id("hostile")]));
    }
}
