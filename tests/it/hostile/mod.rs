//! Pushes that are made to be expensive: at a small scale, each has the verdict that its marks
//! deserve. What they cost at a large one is measured by `benches/hostile.rs`.

mod limits;
#[allow(unreachable_pub, reason = "the bench has them too")]
#[path = "../../../benches/hostile/texts.rs"]
mod texts;
mod work;

use std::path::Path;

use crate::support::{Client, Options, Pushed, TestServer};

/// A case, and the scale at which it is cheap.
type Case = (&'static str, fn(&Path, usize), usize);

/// Pushes a case to a server with these rules.
fn push(options: Options, make: fn(&Path, usize), scale: usize) -> (TestServer, Pushed) {
    let server = options.start();
    let client = made(&server, make, scale);
    let pushed = client.push(&["--mirror"]);
    (server, pushed)
}

fn made(server: &TestServer, make: fn(&Path, usize), scale: usize) -> Client {
    let client = server.client();
    make(&client.path(), scale);
    client
}

/// What no more than weak marks are in, and is no more than expensive.
const ACCEPTED: [Case; 12] = [
    ("marks below a long key", texts::marks_below_a_long_key, 1),
    ("weak marks behind a message", texts::weak_marks_behind_a_message, 1),
    ("many weak marks", texts::many_weak_marks_behind_a_message, 18),
    ("keywords on one line", texts::keywords_on_one_line, 1),
    ("keywords on many lines", texts::keywords_on_many_lines, 1),
    ("keywords in files", texts::files_of_keywords, 3),
    ("keywords in a file", texts::keywords_in_a_file, 1),
    ("values below a long key", texts::values_below_a_long_key, 2),
    ("credits behind marks", texts::credits_behind_marks, 90),
    ("a message in UTF-16", texts::utf16_without_an_order, 1),
    ("written line feeds", texts::written_line_feeds, 1),
    ("a long label", texts::people_below_a_long_label, 1),
];

#[test]
fn what_is_only_expensive_is_accepted() {
    for (name, make, scale) in ACCEPTED {
        let (_server, pushed) = push(Options::default(), make, scale);
        assert!(pushed.accepted("refs/heads/hostile"), "{name}: {}", pushed.all());
        pushed.must_judge(1);
    }
}

/// What strong marks are in, however they are surrounded.
const REFUSED: [Case; 9] = [
    ("marks behind carriage returns", texts::marks_behind_carriage_returns, 1),
    ("configurations", texts::configurations_that_are_one_file, 1),
    ("reverts of one commit", texts::reverts_of_one_commit, 100),
    ("reverts of many commits", texts::reverts_of_many_commits, 100),
    ("picks of one commit", texts::picks_of_one_commit, 100),
    ("marks behind credits", texts::marks_behind_credits, 1),
    ("marks in headers", texts::marks_in_headers, 1),
    ("long subjects", texts::long_subjects, 2),
    ("picks of a long commit", texts::picks_of_a_long_commit, 1),
];

#[test]
fn a_mark_counts_whatever_it_costs_to_find_it() {
    for (name, make, scale) in REFUSED {
        let (_server, pushed) = push(Options::default(), make, scale);
        assert!(pushed.rejected("refs/heads/hostile"), "{name}: {}", pushed.all());
        pushed.must_say("this push is refused");
        pushed.must_not_say("as many as one text may hold");
    }
}

#[test]
fn a_note_counts_for_everything_that_it_annotates() {
    for (make, scale, findings) in
        [(texts::notes_of_one_blob as fn(&Path, usize), 1, 10), (texts::a_note_of_json, 2, 1)]
    {
        let (_server, pushed) = push(Options::default(), make, scale);
        let names = ["agent-trace", "ai-attribution", "ai"].map(|it| format!("refs/notes/{it}"));
        assert!(names.iter().all(|name| pushed.rejected(name)), "{}", pushed.all());
        pushed.must_say(&format!(" {findings} findings"));
    }
}

/// What takes too much work for its length: each is a text that no person and no tool writes.
const CUT: [Case; 5] = [
    ("keywords below a key", texts::keywords_below_a_key, 1),
    ("keywords below many keys", texts::keywords_below_many_keys, 1),
    ("keywords among other letters", texts::keywords_among_other_letters, 1),
    ("letters of other scripts", texts::letters_of_other_scripts, 1),
    ("a long message in UTF-16", texts::utf16_without_an_order, 5),
];

#[test]
fn a_text_that_is_too_much_work_is_never_clean() {
    for (name, make, scale) in CUT {
        let (_server, pushed) = push(Options::default(), make, scale);
        assert!(pushed.rejected("refs/heads/hostile"), "{name}: {}", pushed.all());
        let text = pushed.text().replace('\n', " ");
        assert!(text.contains("as many as one text may hold on findings"), "{name}: {text}");
    }
}
