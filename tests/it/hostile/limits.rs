//! A limit ends work, also within one text, and what it left is on record.

use super::{Case, Options, TestServer, made, push};
use crate::support::Sandbox;

/// What a case takes is bounded by the kernel: data, in KiB.
fn within(kibibytes: usize) -> Options {
    Options::default().hook(&format!("#!/bin/sh\nulimit -d {kibibytes}\nexec @JUDGE@\n"))
}

#[test]
fn memory_grows_as_the_bytes_of_a_text_do() {
    let cases: [Case; 4] = [
        ("marks_below_a_long_key", 2),
        ("a_note_of_json", 16),
        ("values_below_a_long_key", 2),
        ("utf16_without_an_order", 8),
    ];
    for case in cases {
        let (_server, pushed) = push(within(200 << 10), case);
        assert_eq!(pushed.judged(), Some(1), "{case:?}: {}", pushed.all());
    }
}

#[test]
fn a_blob_that_is_many_notes_is_read_once_for_each_ref() {
    let rules = "[limits]\nbytes = \"8MiB\"\n";
    let (_server, pushed) = push(Options::default().rules(rules), ("notes_of_one_blob", 3));
    pushed.must_not_say("could not be judged whole").must_say("30 findings");
}

#[test]
fn what_was_not_looked_at_is_on_record_and_on_the_ledger() {
    let cases: [(&str, Case, &str, &str); 2] = [
        (
            "findings",
            ("keywords_below_a_key", 1),
            "as many as one text may hold",
            "further marks in the texts of commit",
        ),
        // A path has to be made for each file, from two objects each, whatever the bytes are.
        ("time", ("ever_deeper_marks", 33), "million steps", "what is left after"),
    ];
    for (limit, case, allowed, left) in cases {
        let sandbox = Sandbox::new();
        let log = sandbox.path("log.jsonl");
        let rules = format!(
            "[limits]\nfindings = {{ most = 100000, outcome = \"accept\" }}\n\
             time = {{ most = \"5min\", outcome = \"accept\" }}\n\
             [log]\nfile = \"{}\"\n[policy]\ndefault = \"warn\"\n",
            log.display()
        );
        let server = TestServer::start(sandbox, Options::default().rules(&rules));
        let client = made(&server, case);
        let pushed = client.push(&["--mirror"]);
        pushed.must_accept(&["refs/heads/hostile"]).must_say("not judged whole");
        pushed.must_say(allowed).must_say(&format!("not looked at: {left}"));
        let record = crate::log::record(std::fs::read_to_string(log).unwrap().trim_end());
        assert_eq!(record["cut"]["limit"], limit);
        assert_eq!(record["unjudged"], serde_json::json!([client.id("hostile")]));
    }
}
