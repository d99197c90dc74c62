//! A limit ends work within one text, and what it left is on record.

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

#[test]
fn what_was_not_looked_at_in_a_text_is_on_record_and_on_the_ledger() {
    let sandbox = Sandbox::new();
    let log = sandbox.path("log.jsonl");
    let rules = format!(
        "[limits]\nfindings = {{ most = 100000, outcome = \"accept\" }}\n[log]\nfile = \"{}\"\n\
         [policy]\ndefault = \"warn\"\n",
        log.display()
    );
    let server = TestServer::start(sandbox, Options::default().rules(&rules));
    let client = made(&server, texts::keywords_below_a_key, 1);
    let pushed = client.push(&["--mirror"]);
    pushed.must_accept(&["refs/heads/hostile"]).must_say("not judged whole");
    pushed.must_say("not looked at: further marks in the texts of commit");
    let record = crate::log::record(std::fs::read_to_string(log).unwrap().trim_end());
    assert_eq!(record["cut"]["limit"], "findings");
    assert_eq!(record["unjudged"], serde_json::json!([client.id("hostile")]));
}
