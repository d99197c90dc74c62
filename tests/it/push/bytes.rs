//! Messages and headers of any bytes: what git stores is what is judged, whatever `git log`
//! would show of it.
//!
//! Each case stands beside a clean one of the same make, which must be accepted: a NUL,
//! an odd encoding or an unusual line break alone is no reason to refuse a push.

use std::cell::{Cell, RefCell};

use crate::support::{CLAUDE, CLAUDE_MARKER, Client, Options, Pushed, TestServer};

/// A person whom nobody must take for a tool.
const PERSON: &str = "Reviewed-by: Claude Paroz <claude@2xlibre.net>";
const NUL: &str = "tamper/nul";
const ENCODING: &str = "tamper/encoding";

/// A server, and a client that pushes each commit to a branch of its own.
struct Bench {
    client: Client,
    pushed: Cell<usize>,
    all: RefCell<Vec<String>>,
    server: TestServer,
}

impl Bench {
    fn new() -> Self {
        let server = Options::default().config("transfer.fsckObjects", "false").start();
        let client = server.client();
        Self { client, pushed: Cell::new(0), all: RefCell::default(), server }
    }

    fn push(&self, id: &str) -> (String, Pushed) {
        let branch = format!("refs/heads/case-{}", self.pushed.get());
        self.pushed.set(self.pushed.get() + 1);
        let pushed = self.client.submit(&[&format!("{id}:{branch}")]);
        self.all.borrow_mut().push(id.to_owned());
        (branch, pushed)
    }

    /// Pushes all that was judged so far with Git, whose own checks must refuse none of it: what
    /// Git takes is what has to be judged.
    #[track_caller]
    fn git_takes_all(&self) {
        let all = self.all.borrow();
        let specs = all.iter().enumerate().map(|(at, id)| format!("{id}:refs/heads/again-{at}"));
        self.client.push(&specs.collect::<Vec<_>>()).must_reject(&["refs/heads/again-0"]);
        self.server.disable_hook();
        let specs = all.iter().enumerate().map(|(at, id)| format!("{id}:refs/heads/again-{at}"));
        let pushed = self.client.push(&specs.collect::<Vec<_>>());
        let taken = (0..all.len()).all(|at| pushed.accepted(format!("refs/heads/again-{at}")));
        assert!(taken && !all.is_empty(), "{}", pushed.all());
    }

    /// Pushes a commit that must be accepted without a finding.
    #[track_caller]
    fn passes(&self, id: &str) {
        let (branch, pushed) = self.push(id);
        pushed.must_accept(&[&branch]).must_judge(1).must_say(" 0 findings");
    }

    /// Pushes a commit that must be rejected; `trick` is the tamper marker that must be
    /// named, or none must.
    #[track_caller]
    fn fails(&self, id: &str, trick: Option<&str>) -> Pushed {
        let (branch, pushed) = self.push(id);
        pushed.must_reject(&[&branch]).must_judge(1);
        match trick {
            Some(trick) => pushed.must_say(&format!("marker {trick},")),
            None => pushed.must_not_say("marker tamper/"),
        };
        pushed
    }

    fn message(&self, message: impl AsRef<[u8]>) -> String {
        self.client.raw(message).write()
    }

    fn encoded(&self, encoding: &str, message: impl AsRef<[u8]>) -> String {
        self.client.raw(message).header(format!("encoding {encoding}").as_bytes()).write()
    }
}

#[test]
fn a_nul_before_the_trailer_hides_it_from_git_only() {
    let bench = Bench::new();
    for nul in ["Subject\0\n\n", "Subject\n\n\0", "\0Subject\n\n", "Subject\n\nBody\0\0 more\n\n"] {
        bench.passes(&bench.message(format!("{nul}{PERSON}\n")));
        let id = bench.message(format!("{nul}{CLAUDE}\n"));
        let shown = bench.client.must(&["log", "-1", "--format=%B", &id]);
        assert!(!shown.contains("Claude"), "git shows it: {shown:?}");
        bench.fails(&id, Some(NUL)).must_say(CLAUDE_MARKER);
    }
    bench.git_takes_all();
}

#[test]
fn nul_bytes_within_the_trailer_hide_nothing() {
    let bench = Bench::new();
    let spread = |text: &str| text.chars().flat_map(|letter| [letter, '\0']).collect::<String>();
    bench.passes(&bench.message(format!("Subject\n\n{}\n", spread(PERSON))));
    bench.fails(&bench.message(format!("Subject\n\n{}\n", spread(CLAUDE))), Some(NUL));
    let broken = CLAUDE.replace("anthropic", "anth\0ropic");
    bench.fails(&bench.message(format!("Subject\n\n{broken}\n")), Some(NUL));
}

/// A NUL after the trailer hides nothing, so it is no trick.
#[test]
fn a_nul_after_the_trailer_is_not_tampering() {
    let bench = Bench::new();
    bench.fails(&bench.message(format!("Subject\n\n{CLAUDE}\n\0rest\n")), None);
}

#[test]
fn identities_of_any_form_are_read() {
    const BOT: &str = "209825114+claude[bot]@users.noreply.github.com";
    let bench = Bench::new();
    for (bad, good) in [
        (format!("claude[bot] <{BOT}>"), "Ann <ann@example.com>".to_owned()),
        (format!("<{BOT}> 1767225600"), "<ann@example.com> 1767225600".to_owned()),
        (format!("{BOT} 1767225600 +0000"), "ann@example.com 1767225600 +0000".to_owned()),
        (format!("x <{BOT} 1767225600 +0000"), "x <ann@example.com 1767225600 +0000".to_owned()),
        (format!("x < {BOT} > 1 +0"), "x < ann@example.com > 1 +0".to_owned()),
        (
            format!("x <{}> 99999999999999999999 +9999", BOT.to_uppercase()),
            "x <a> 99999999999999999999 +9999".to_owned(),
        ),
        (
            format!("\u{feff}\x1b[31mx\x07 <{BOT}> -1 +0000"),
            "\x1b[31mx\x07 <a@b> -1 +0000".to_owned(),
        ),
    ] {
        let raw = || bench.client.raw("Subject\n");
        bench.passes(&raw().author(Some(good.as_bytes())).write());
        bench.passes(&raw().committer(Some(good.as_bytes())).write());
        bench.fails(&raw().author(Some(bad.as_bytes())).write(), None);
        bench.fails(&raw().committer(Some(bad.as_bytes())).write(), None);
    }
    // Bytes that are not UTF-8, an empty value, a value of nothing but punctuation.
    for odd in [&b"J\xfcrgen <j@example.com> 1 +0000"[..], b"", b"<", b"> <", b"<>", b"\xff\xfe"] {
        bench.passes(&bench.client.raw("Subject\n").author(Some(odd)).write());
    }
    bench.git_takes_all();
}

#[test]
fn a_commit_without_an_author_or_committer_is_judged() {
    let bench = Bench::new();
    for message in [format!("Subject\n\n{PERSON}\n"), format!("Subject\n\n{CLAUDE}\n")] {
        let raw = || bench.client.raw(&message);
        let ids = [
            raw().author(None).write(),
            raw().committer(None).write(),
            raw().author(None).committer(None).write(),
        ];
        for id in &ids {
            if message.contains(CLAUDE) { drop(bench.fails(id, None)) } else { bench.passes(id) }
        }
    }
    bench.git_takes_all();
}

#[test]
fn a_second_header_of_the_same_name_counts_too() {
    let bench = Bench::new();
    let raw = || bench.client.raw("Subject\n");
    let with = |header: &str| raw().header(header.as_bytes()).write();
    bench.passes(&with("author Ann <ann@example.com> 1 +0000"));
    bench.fails(&with("author x <noreply@anthropic.com> 1 +0000"), None);
    bench.fails(&with("committer x <noreply@anthropic.com> 1 +0000"), None);
}

/// Git can make nothing of a commit without a tree: the client does not send it, and if
/// it did the server would refuse it before any hook.
#[test]
fn a_commit_without_a_tree_does_not_get_as_far_as_the_hook() {
    let bench = Bench::new();
    let id = bench.client.raw(format!("Subject\n\n{CLAUDE}\n")).tree(None).write();
    let push = bench.client.git(&["push", "--porcelain", "origin"]);
    let finished = push.arg(format!("{id}:refs/heads/case")).finish();
    assert_ne!(finished.code, Some(0), "{}", finished.all());
    assert!(!finished.err().contains("remote: provost"), "{}", finished.all());
}

#[test]
fn an_encoding_whose_ascii_is_ascii_changes_nothing() {
    let bench = Bench::new();
    for encoding in ["ISO-8859-1", "latin-1", "windows-1251", "UTF-8", "US-ASCII", "EUC-JP", "GBK"]
    {
        let with = |line: &str| [b"Caf\xe9 \xc4\xe3\n\n", line.as_bytes(), b"\n"].concat();
        bench.passes(&bench.encoded(encoding, with(PERSON)));
        bench.fails(&bench.encoded(encoding, with(CLAUDE)), None);
    }
}

#[test]
fn an_encoding_of_no_known_name_changes_nothing() {
    let bench = Bench::new();
    for encoding in ["x-klingon", "", "\u{202e}", "utf-8\0", "\x1b[2J"] {
        bench.passes(&bench.encoded(encoding, format!("Subject\n\n{PERSON}\n")));
        bench.fails(&bench.encoded(encoding, format!("Subject\n\n{CLAUDE}\n")), None);
    }
}

#[test]
fn utf16_and_utf32_show_their_text_whatever_the_header_says() {
    let bench = Bench::new();
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let utf32 =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<_>>();
    for line in [PERSON, CLAUDE] {
        let text = format!("Subject\n\n{line}\n");
        let mut ids = Vec::new();
        for name in ["UTF-16LE", "UTF-16", "UTF-8", "x-unknown"] {
            ids.push(bench.encoded(name, utf16(&text, true)));
            ids.push(bench.encoded(name, [b"\xff\xfe", &*utf16(&text, true)].concat()));
        }
        ids.push(bench.encoded("UTF-16BE", utf16(&text, false)));
        ids.push(bench.encoded("UTF-32LE", utf32(&text)));
        ids.push(bench.message(utf16(&text, false)));
        for id in ids {
            if line == PERSON {
                bench.passes(&id);
            } else {
                // Both names are right: it is hidden by NUL bytes and by the encoding.
                let (branch, pushed) = bench.push(&id);
                pushed.must_reject(&[&branch]).must_say(CLAUDE_MARKER).must_say("marker tamper/");
            }
        }
    }
}

#[test]
fn utf7_is_decoded() {
    let bench = Bench::new();
    for (trick, plain) in [
        (
            "Co-Authored-By: Claude <noreply+AEA-anthropic.com>",
            "R+AOk-sum+AOk- by Claude +AEA- Paroz",
        ),
        ("+AEMAbwAtAEEAdQB0AGgAbwByAGUAZAAtAEIAeQ-: Claude <noreply+AEA-anthropic.com>", "1 +- 1"),
    ] {
        for name in ["UTF-7", "utf7", "unicode-1-1-utf-7", "UTF-7//", "'UTF-7'", "UTF 7//IGNORE"] {
            bench.passes(&bench.encoded(name, format!("Subject\n\n{plain}\n")));
            bench.fails(&bench.encoded(name, format!("Subject\n\n{trick}\n")), Some(ENCODING));
        }
        // Without the header it is only odd text.
        bench.passes(&bench.message(format!("Subject\n\n{trick}\n")));
    }
}

/// Git shows the trailer whole where its iconv knows the encoding.
#[test]
fn escapes_of_iso_2022_within_the_trailer_hide_nothing() {
    let bench = Bench::new();
    let japanese = b"\x1b$B=$@5\x1b(B\n\n".to_vec();
    for (name, trick) in [
        ("ISO-2022-JP", "noreply\x1b(B@anthropic.com"),
        ("ISO-2022-JP", "nore\x1b(Jply\x1b(B@anthropic.com"),
        ("csISO2022JP", "noreply\x1b(B@anthropic.com"),
        ("ISO-2022-JP-2", "noreply\x1b(B@anthropic.com"),
        ("ISO-2022-JP-3", "noreply\x1b(B@anthropic.com"),
        ("ISO-2022-KR", "noreply\x0f@anthropic.com"),
        ("ISO-2022-CN", "noreply\x0f@anthropic.com"),
    ] {
        let line = CLAUDE.replace("noreply@anthropic.com", trick);
        let with = |line: &str| [&*japanese, line.as_bytes(), b"\n"].concat();
        bench.passes(&bench.encoded(name, with(PERSON)));
        bench.fails(&bench.encoded(name, with(&line)), Some(ENCODING));
    }
}

/// Of two `encoding` headers git believes the first.
#[test]
fn a_second_encoding_header_does_not_overrule_the_first() {
    let bench = Bench::new();
    let trick = "Subject\n\nCo-Authored-By: Claude <noreply+AEA-anthropic.com>\n";
    for (first, second) in [("UTF-7", "UTF-8"), ("UTF-8", "UTF-7")] {
        let raw = bench.client.raw(trick).header(format!("encoding {first}").as_bytes());
        let id = raw.header(format!("encoding {second}").as_bytes()).write();
        let shown = bench.client.must(&["log", "-1", "--format=%B", &id]);
        let shows = shown.contains("noreply@anthropic.com");
        let (branch, pushed) = bench.push(&id);
        // Git may not know UTF-7 itself; what it shows must be judged in any case.
        if shows || first == "UTF-7" {
            pushed.must_reject(&[&branch]).must_say(ENCODING);
        }
    }
}

/// Who writes a message in bytes declares them too, and an author's name is one of them.
#[test]
fn identities_are_decoded_as_the_message_is() {
    let bench = Bench::new();
    for (encoding, author) in [
        ("UTF-7", &b"Claude <noreply+AEA-anthropic.com> 1 +0000"[..]),
        ("ISO-8859-1", b"Claude <nore\xadply@anthropic.com> 1 +0000"),
        ("KOI8-R", b"Claude <n\xcfreply@anthropic.com> 1 +0000"),
    ] {
        let header = format!("encoding {encoding}");
        let raw = bench.client.raw("Subject\n").author(Some(author)).header(header.as_bytes());
        let (branch, pushed) = bench.push(&raw.write());
        pushed.must_reject(&[&branch]).must_say("marker tamper/").must_say("Claude Code");
    }
}

/// A trailer may stand in a header that Git does not show.
#[test]
fn every_header_is_read() {
    let bench = Bench::new();
    let with = |header: &str| bench.client.raw("Subject\n").header(header.as_bytes()).write();
    for head in ["x-note ", "HG:extra a:b\n ", "encoding UTF-8\n ", "gpgsig -----BEGIN PGP\n ", ""]
    {
        bench.fails(&with(&format!("{head}{CLAUDE}")), None).must_say(CLAUDE_MARKER);
        bench.passes(&with(&format!("{head}{PERSON}")));
    }
    let tag = |tagger: &str, line: &str| {
        let id = "1".repeat(40);
        format!(
            "mergetag object {id}\n type commit\n tag v1\n tagger {tagger} 1 +0\n \n v1\n \n {line}"
        )
    };
    bench.passes(&with(&tag("A <a@example.com>", PERSON)));
    bench.fails(&with(&tag("A <a@example.com>", CLAUDE)), None).must_say("header mergetag");
    bench.fails(&with(&tag("x <noreply@anthropic.com>", PERSON)), None).must_say("header mergetag");
    bench.git_takes_all();
}

/// What nobody here can decode was not looked at, and that is said.
#[test]
fn an_encoding_that_cannot_be_decoded_is_not_passed_over_in_silence() {
    let bench = Bench::new();
    // EBCDIC, code page 37: git shows the text where its iconv knows it.
    let ebcdic = b"\xe2\xa4\x82\x91\x85\x83\xa3\x25\x25\xc3\x96\x60\xc1\xa4\xa3\x88\x96\x99\x85\x84\
        \x60\xc2\xa8\x7a\x40\xc3\x93\x81\xa4\x84\x85\x40\xd6\x97\xa4\xa2\x40\xf4\x4b\xf6\x40\x4c\x95\
        \x96\x99\x85\x97\x93\xa8\x7c\x81\x95\xa3\x88\x99\x96\x97\x89\x83\x4b\x83\x96\x94\x6e\x25";
    let (_, pushed) = bench.push(&bench.encoded("IBM037", ebcdic));
    pushed.must_say("tamper/unknown-encoding").must_say("IBM037");
    // Plain text by whatever name is read.
    bench.passes(&bench.encoded("IBM037", "Subject\n"));
    bench.passes(&bench.encoded("no-such-thing", "Größe\n"));
    bench.fails(&bench.encoded("no-such-thing", format!("Größe\n\n{CLAUDE}\n")), None);
}
