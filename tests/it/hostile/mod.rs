//! Pushes that are made to be expensive: at a small scale, each has the verdict that its marks
//! deserve. What they cost at a large one is measured by `benches/hostile.rs`.

mod limits;
#[allow(dead_code, reason = "the bench uses the rest")]
#[path = "../../../benches/hostile/made.rs"]
mod made;
#[path = "../../../benches/hostile/texts.rs"]
mod texts;
#[path = "../../../benches/hostile/trees.rs"]
mod trees;
mod work;

use crate::support::{Client, Options, Pushed, TestServer};

/// A dimension, and the scale at which it is cheap.
type Case = (&'static str, usize);

/// Pushes a case to a server with these rules.
fn push(options: Options, case: Case) -> (TestServer, Pushed) {
    let server = options.start();
    let client = made(&server, case);
    let pushed = client.push(&["--mirror"]);
    (server, pushed)
}

fn made(server: &TestServer, (name, scale): Case) -> Client {
    let client = server.client();
    let mut all = texts::TEXTS.iter().chain(trees::TREES);
    let (_, make) = all.find(|(other, _)| *other == name).unwrap();
    made::push(&client.path().join(".git"), |push| make(push, scale));
    client
}

/// What no more than weak marks are in, and is no more than expensive.
const ACCEPTED: [Case; 12] = [
    ("marks_below_a_long_key", 1),
    ("weak_marks_behind_a_message", 1),
    ("many_weak_marks_behind_a_message", 18),
    ("keywords_on_one_line", 1),
    ("keywords_on_many_lines", 1),
    ("files_of_keywords", 3),
    ("keywords_in_a_file", 1),
    ("values_below_a_long_key", 2),
    ("credits_behind_marks", 90),
    ("utf16_without_an_order", 1),
    ("written_line_feeds", 1),
    ("people_below_a_long_label", 1),
];

#[test]
fn what_is_only_expensive_is_accepted() {
    for case in ACCEPTED {
        let (_server, pushed) = push(Options::default(), case);
        assert!(pushed.accepted("refs/heads/hostile"), "{case:?}: {}", pushed.all());
        pushed.must_judge(1);
    }
}

/// What strong marks are in, however they are surrounded.
const REFUSED: [Case; 9] = [
    ("marks_behind_carriage_returns", 1),
    ("configurations_that_are_one_file", 1),
    ("reverts_of_one_commit", 100),
    ("reverts_of_many_commits", 100),
    ("picks_of_one_commit", 100),
    ("marks_behind_credits", 1),
    ("marks_in_headers", 1),
    ("long_subjects", 2),
    ("picks_of_a_long_commit", 1),
];

#[test]
fn a_mark_counts_whatever_it_costs_to_find_it() {
    for case in REFUSED {
        let (_server, pushed) = push(Options::default(), case);
        assert!(pushed.rejected("refs/heads/hostile"), "{case:?}: {}", pushed.all());
        pushed.must_say("this push is refused");
        pushed.must_not_say("as many as one text may hold");
    }
}

#[test]
fn a_note_counts_for_everything_that_it_annotates() {
    for (case, findings) in [(("notes_of_one_blob", 1), 10), (("a_note_of_json", 2), 1)] {
        let (_server, pushed) = push(Options::default(), case);
        let names = ["agent-trace", "ai-attribution", "ai"].map(|it| format!("refs/notes/{it}"));
        assert!(names.iter().all(|name| pushed.rejected(name)), "{}", pushed.all());
        pushed.must_say(&format!(" {findings} findings"));
    }
}

/// What takes too much work for its length: each is a text that no person and no tool writes.
const CUT: [Case; 4] = [
    ("keywords_below_a_key", 1),
    ("keywords_among_other_letters", 1),
    ("letters_of_other_scripts", 1),
    ("utf16_without_an_order", 5),
];

#[test]
fn a_text_that_is_too_much_work_is_never_clean() {
    for case in CUT {
        let (_server, pushed) = push(Options::default(), case);
        assert!(pushed.rejected("refs/heads/hostile"), "{case:?}: {}", pushed.all());
        let text = pushed.text().replace('\n', " ");
        assert!(text.contains("as many as one text may hold on findings"), "{case:?}: {text}");
    }
}
