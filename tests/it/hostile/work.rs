//! What is done for a text grows as the text does, and ends when that is asked for.

use std::cell::Cell;

use provost::config::{Config, Layers, load};
use provost::text::Pace;

/// Counts work on texts, and ends it after so much.
struct Count {
    done: Cell<usize>,
    most: usize,
    /// How often it was asked after it had said no.
    late: Cell<usize>,
}

impl Count {
    fn to(most: usize) -> Self {
        Self { done: Cell::new(0), most, late: Cell::new(0) }
    }
}

impl Pace for Count {
    fn goes_on(&self, bytes: usize) -> bool {
        self.late.set(self.late.get() + usize::from(self.done.get() > self.most));
        self.done.set(self.done.get().saturating_add(bytes));
        self.done.get() <= self.most
    }

    fn admits(&self, _: usize) -> bool {
        true
    }
}

fn built_in() -> Config {
    load(Layers { isolated: true, ..Layers::default() }).unwrap()
}

/// What a text shows, its encoding, and its bytes.
type Text = (&'static str, Option<&'static [u8]>, Vec<u8>);

/// Texts of about that many bytes, by name.
fn texts(bytes: usize) -> Vec<Text> {
    let repeated = |unit: &str| unit.repeat(bytes / unit.len()).into_bytes();
    let words = "claude copilot cursor devin gemini codex noreply@anthropic.com aider ";
    vec![
        ("one line of keywords", None, repeated(words)),
        ("a credit of keywords", None, [b"AI-Tool: ", repeated(words).as_slice()].concat()),
        ("credits of keywords", None, repeated(&format!("AI-Tool: {words}\n"))),
        ("weak marks", None, repeated("AI-Lines: 1\n")),
        ("weak marks between CR", None, repeated("AI-Lines: 1\r")),
        ("strong marks", None, repeated("Co-authored-by: Claude <noreply@anthropic.com>\n")),
        (
            "other letters",
            None,
            repeated("\u{456}\u{4cf}\u{1d5ba}\u{2800}&amp;#97;\u{8}\u{1b}[0m\n"),
        ),
        ("UTF-16", Some(b"UTF-16"), repeated("a\0b\0\n\0")),
        ("UTF-7", Some(b"UTF-7"), repeated("+AGE-\n")),
    ]
}

#[test]
fn work_grows_as_texts_do() {
    let config = built_in();
    let look = |(_, label, text): &(&str, Option<&[u8]>, Vec<u8>)| {
        let count = Count::to(usize::MAX);
        let found = config.rules.matchers.message.look(&count, *label, text);
        (count.done.get(), found)
    };
    for (small, large) in texts(64 << 10).iter().zip(&texts(256 << 10)) {
        let ((before, _), (after, found)) = (look(small), look(large));
        assert!(after <= before * 9 / 2, "{}: {before} to {after}", small.0);
        assert!(after <= 64 * large.2.len() + (4 << 20), "{}: {after}", small.0);
        assert!(found.findings.len() <= 16_000, "{}", small.0);
    }
}

#[test]
fn work_within_one_text_ends_when_that_is_asked_for() {
    let config = built_in();
    for (name, label, text) in texts(64 << 10) {
        let whole = Count::to(usize::MAX);
        let _ = config.rules.matchers.message.look(&whole, label, &text);
        let most = whole.done.get() / 2;
        let count = Count::to(most);
        let found = config.rules.matchers.message.look(&count, label, &text);
        if whole.done.get() == 0 {
            continue;
        }
        assert!(found.is_cut, "{name}: what was not looked at is not clean");
        // Each of the efforts of a text may ask once more.
        assert!(count.late.get() <= 1, "{name}: asked {} times more", count.late.get());
    }
}
