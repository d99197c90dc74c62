//! Where a credit line may stand in a message, and how it may be written: git itself
//! reads trailers in the last paragraph only, and people quote, indent and wrap them.

use crate::support::{CLAUDE, CLAUDE_MARKER, Client, Options, Pushed, TestServer, clean, marked};

const LOOK_ALIKE: &str = "tamper/look-alike";

/// Pushes a commit with this message to a branch of its own.
struct Bench {
    client: Client,
    _server: TestServer,
}

impl Bench {
    fn new() -> Self {
        let server = Options::default().start();
        let client = server.client();
        Self { client, _server: server }
    }

    fn push(&self, message: impl AsRef<[u8]>) -> (String, Pushed) {
        let is_large = message.as_ref().len() > 1 << 20;
        let id = self.client.raw(message).write();
        let branch = format!("refs/heads/{id}");
        let refspec = [format!("{id}:{branch}")];
        // The limit on memory counts the whole process, and here that has other tests.
        let pushed =
            if is_large { self.client.push(&refspec) } else { self.client.submit(&refspec) };
        (branch, pushed)
    }

    #[track_caller]
    fn passes(&self, message: impl AsRef<[u8]>) {
        let (branch, pushed) = self.push(message);
        pushed.must_accept(&[&branch]).must_judge(1).must_say(" 0 findings");
    }

    #[track_caller]
    fn fails(&self, message: impl AsRef<[u8]>, trick: Option<&str>) -> Pushed {
        let (branch, pushed) = self.push(message);
        pushed.must_reject(&[&branch]).must_judge(1);
        match trick {
            Some(trick) => pushed.must_say(&format!("marker {trick},")),
            None => pushed.must_not_say("marker tamper/"),
        };
        pushed
    }
}

#[test]
fn a_credit_line_counts_wherever_it_stands() {
    let bench = Bench::new();
    for (message, line) in [
        (format!("{CLAUDE}\n"), 1),
        (format!("Subject\n{CLAUDE}\n"), 2),
        (format!("Subject\n\n{CLAUDE}"), 3),
        (format!("Subject\n\n{CLAUDE}\n\nMore text after it,\non two lines.\n"), 3),
        (format!("Subject\n\nText runs on\n{CLAUDE}\nand on.\n"), 4),
        (format!("Subject\n\n{CLAUDE}\n---\n file | 2 +-\n"), 3),
        (format!("Subject\n\n* First commit\n\n  {CLAUDE}\n\n* Second commit\n"), 5),
        (format!("\n\n\nSubject\n\n{CLAUDE}\n\n\n\n"), 6),
    ] {
        let pushed = bench.fails(&message, None);
        let where_it_is = format!("message line {line}");
        pushed.must_say(CLAUDE_MARKER).must_say(&where_it_is).must_say(CLAUDE);
    }
    bench.passes(format!("Do not add the line {CLAUDE} to commits\n"));
}

#[test]
fn a_credit_line_counts_however_it_is_set() {
    let bench = Bench::new();
    for line in [
        "    Co-Authored-By: Claude <noreply@anthropic.com>",
        "\tCo-Authored-By: Claude <noreply@anthropic.com>",
        "* Co-Authored-By: Claude <noreply@anthropic.com>",
        "**Co-Authored-By:** Claude <noreply@anthropic.com>",
        "co-authored-by: claude <noreply@anthropic.com>",
        "CO-AUTHORED-BY: CLAUDE <NOREPLY@ANTHROPIC.COM>",
        "cO-aUtHoReD-bY: x <NoReply@Anthropic.Com>",
        "Co-Authored-By : Claude <noreply@anthropic.com>",
        "Co-Authored-By:Claude<noreply@anthropic.com>",
        "Co-Authored-By:\tClaude\t<noreply@anthropic.com>\t",
        "Co authored by: Claude <noreply@anthropic.com>",
        "Co_Authored_By: Claude <noreply@anthropic.com>",
        "Co-Authored-By: Claude noreply@anthropic.com",
        "Co-Authored-By: Claude (noreply@anthropic.com)",
        "Co-Authored-By: noreply@anthropic.com",
        "Co-Authored-By: Claude <noreply@anthropic.com",
        "Co-Authored-By: Claude < noreply@anthropic.com >",
        "Co-Authored-By: <noreply@anthropic.com>",
        "Co-Authored-By: Ann <noreply@anthropic.com>, Ben <ben@example.com>",
        "Co-Authored-By: Claude\n  <noreply@anthropic.com>",
        "Co-Authored-By:\n Claude\n <noreply@anthropic.com>",
        "Co-Authored-By: Claude Opus 4.6 (1M context)\n<noreply@anthropic.com>",
        "Co-Authored-By：Claude <noreply@anthropic.com>",
        "Co-Authored-By： Claude <noreply@anthropic.com>",
    ] {
        bench.fails(format!("Subject\n\n{line}\n"), None).must_say("Claude Code");
    }
}

#[test]
fn the_same_forms_with_a_person_are_accepted() {
    let bench = Bench::new();
    for line in [
        "    Co-Authored-By: Claude Paroz <claude@2xlibre.net>",
        "> Co-Authored-By: Claude Paroz <claude@2xlibre.net>",
        "CO-AUTHORED-BY: CLAUDE PAROZ <CLAUDE@2XLIBRE.NET>",
        "Co-Authored-By: Claude claude@2xlibre.net",
        "Co-Authored-By: Claude\n  <claude@2xlibre.net>",
        "Co-Authored-By: Claude <claude@2xlibre.net",
        "Co-Authored-By：Claude <claude@2xlibre.net>",
        "Co-Authored-By: Claude <noreply@anthropic.com.example.org>",
        "Co-Authored-By: Claude <not.noreply@anthropic.com>",
        "Cc: Claude <noreply@anthropic.com>",
        "Ask noreply@anthropic.com about it.",
    ] {
        bench.passes(format!("Subject\n\n{line}\n"));
    }
}

#[test]
fn line_breaks_of_every_kind_end_the_line_before_the_trailer() {
    let bench = Bench::new();
    for end in ["\r\n", "\r", "\n\r", "\x0b", "\x0c", "\r\r\n"] {
        for message in [marked("Subject"), clean("Subject")] {
            let text = message.replace('\n', end);
            if message == clean("Subject") {
                bench.passes(text);
            } else {
                bench.fails(text, None).must_say(CLAUDE_MARKER);
            }
        }
    }
}

/// What looks like a line break to a reader only, or is none to git's own parser, is one, and
/// no trick.
#[test]
fn line_breaks_of_unicode_do_not_hide_the_trailer() {
    let bench = Bench::new();
    for end in ["\u{85}", "\u{2028}", "\u{2029}"] {
        bench.fails(marked("Subject").replace('\n', end), None).must_say(CLAUDE_MARKER);
        bench.passes(clean("Subject").replace('\n', end));
    }
}

#[test]
fn letters_that_only_look_the_same_are_tampering() {
    let bench = Bench::new();
    for line in [
        // Zero-width space, joiner, soft hyphen.
        "Co-Authored-By: Claude <nore\u{200b}ply@anthropic.com>",
        "Co-Authored-By: Claude <noreply@anthropic\u{200d}.com>",
        "Co\u{ad}-Authored-By: Claude <noreply@anthropic.com>",
        // Cyrillic, Greek, mathematical letters.
        "C\u{43e}-Authored-By: Claude <noreply@anthropic.com>",
        "Co-Authored-By: Claude <noreply@\u{430}nthropic.com>",
        "Co-\u{391}uthored-By: Claude <noreply@anthropic.com>",
        "Co-Authored-By: Claude <\u{1d427}oreply@anthropic.com>",
        // Letters that resemble I and l and i, each in the place of another.
        "Co-Authored-By: C\u{4c0}aude <norep\u{4c0}y@anthrop\u{4c0}c.com>",
        "Co-Authored-By: Claude <norep\u{406}y@anthrop\u{131}c.com>",
        // Reordering, controls, sequences, backspaces, character references.
        "Co-Authored-By: Claude <\u{202d}noreply@anthropic.com\u{202c}>",
        "Co-Authored-By: Claude <nore\u{7f}ply@anthropic.com>",
        "Co-Authored-By: Claude <nore\x01ply@anthropic.com>",
        "Co-Authored-By: Claude <nore\u{86}ply@anthropic.com>",
        "Co-Authored-By: Claude <nore\x1b]0;x\x07ply@anthropic.com>",
        "Co-Authored-By: Claude <norex\x08ply@anthropic.com>",
        "Co-Authored-By: Claude <nore\u{2800}ply@anthropic.com>",
        "Co-Authored-By: Claude <nore&shy;ply@anthropic.com>",
        "Co-Authored-By: Claude <noreply&#0000064anthropic.com>",
        "Co-Authored-By: Claude <noreply&#64;anthropic.com>",
        "Co-Authored-By&colon; Claude &lt;noreply@anthropic.com&gt;",
    ] {
        bench.fails(format!("Subject\n\n{line}\n"), Some(LOOK_ALIKE)).must_say(CLAUDE_MARKER);
    }
}

/// What word processors, keyboards and languages do to a line is no trick.
#[test]
fn typography_does_not_hide_a_trailer_and_is_no_tampering() {
    let bench = Bench::new();
    for line in [
        "Co-Authored-By\u{a0}: Claude <noreply@anthropic.com>",
        "Co-Authored-By\u{202f}:\u{a0}Claude\u{a0}<noreply@anthropic.com>",
        "Co-Authored-By\t: Claude <noreply@anthropic.com>",
        "\u{feff}Co-\u{feff}Authored-By: Claude <noreply@anthropic.com>",
        "Co-Authored\u{fe0f}-By: Claude <noreply@anthropic.com>",
        "Ｃｏ-Ａｕｔｈｏｒｅｄ-Ｂｙ： Claude <noreply＠anthropic.com>",
        "Co-Authored-By: Claude <nor\u{301}eply@anthropic.com>",
        "Co\u{2010}Authored\u{2010}By: Claude <noreply@anthropic.com>",
        "Co-Authored-By: Claude &lt;noreply@anthropic.com&gt;",
        "\u{200f}Co-Authored-By:\u{200f} Claude <noreply@anthropic.com>\u{200e}",
        "Co-Authored-By: Claude <noreply@anthropic.com>, Yıldız İbrahim, Сергій, Οδυσσέας",
        "--------------------------\nCo-Authored-By: Claude <noreply@anthropic.com>",
    ] {
        bench.fails(format!("Subject\n\n{line}\n"), None).must_say(CLAUDE_MARKER);
    }
    bench.fails(format!("Subject\\n\\n{CLAUDE}\n"), None).must_say(CLAUDE_MARKER);
    bench.passes(format!("Do not write \"\\n{CLAUDE}\" into messages\n"));
}

#[test]
fn other_scripts_and_invisible_letters_alone_are_nothing() {
    let bench = Bench::new();
    for line in [
        "Co-Authored-By: Пётр Сергеев <p@example.com>",
        "Co-Authored-By: Κλαύδιος <k@example.com>",
        "Co-Authored-By: 张伟 <zhang@example.com>",
        "Emoji \u{1f469}\u{200d}\u{1f4bb} and a soft\u{ad}hyphen",
        "\u{202b}שלום\u{202c} <a@example.com>",
        "a &lt;b&gt; &#64; c",
    ] {
        bench.passes(format!("Subject\n\n{line}\n"));
    }
}

/// A pager passes colours on, so nobody sees them in the middle of a word.
#[test]
fn colours_within_the_trailer_do_not_hide_it() {
    let bench = Bench::new();
    for trick in ["nore\x1b[0mply@anthropic.com", "nore\x1b[mply\x1b[1;31m@anthropic.com"] {
        let line = CLAUDE.replace("noreply@anthropic.com", trick);
        let (branch, pushed) = bench.push(format!("Subject\n\n{line}\n"));
        pushed.must_reject(&[&branch]).must_say("marker tamper/");
        bench.passes("Subject\n\nReviewed-by: Claude \x1b[1mParoz <claude@2xlibre.net>\n");
    }
}

/// 50 MB of prose before the marker, or none.
#[test]
fn a_message_of_fifty_megabytes_is_read_to_its_end() {
    let bench = Bench::new();
    let prose = "Nobody writes so much about a change, not even for claude or cursor.\n";
    let mut message = String::from("Subject\n\n");
    message.push_str(&prose.repeat((50 << 20) / prose.len()));
    bench.passes(&message);
    message.push_str(&format!("\n{CLAUDE}\n"));
    bench.fails(&message, None).must_say(CLAUDE_MARKER);
}

/// The same in one line, with the beginnings of markers all over it.
#[test]
fn a_long_line_of_beginnings_is_read_to_its_end() {
    let bench = Bench::new();
    let line = |bytes: usize| {
        let text = "co-authored-by: claude noreply@anthropic ";
        format!("Subject\n\n{}", text.repeat(bytes / text.len()))
    };
    bench.passes(line(32 << 10));
    bench.fails(format!("{}\n{CLAUDE}\n", line(32 << 10)), None).must_say(CLAUDE_MARKER);
    bench.passes(line(50 << 20));
    bench.fails(format!("{}\n{CLAUDE}\n", line(50 << 20)), None).must_say(CLAUDE_MARKER);
}
