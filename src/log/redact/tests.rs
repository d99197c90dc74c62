//! What is taken out, and what stays.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::*;
use crate::policy::Verdict;

fn redactor(key: &[u8]) -> Redactor {
    let words = ["claude-code", "Claude Code", "Anthropic"].map(str::to_owned);
    Redactor::new(key, words).unwrap()
}

/// A text, in a record of a pusher.
fn of(key: &[u8], pusher: &str, text: &str) -> String {
    let redactor = redactor(key);
    let mut record =
        Record { pusher: Some(pusher.into()), error: Some(text.into()), ..Record::default() };
    redactor.redact(&mut record).unwrap();
    record.error.unwrap()
}

#[test]
fn people_are_replaced_and_stay_the_same() {
    let text = |text: &str| of(b"key", "ada", text);
    let line = text("Co-authored-by: Ada Lovelace <ada@lovelace.example>");
    assert!(line.starts_with("Co-authored-by: person-"), "{line}");
    assert!(!line.contains("Ada") && !line.contains("lovelace"), "{line}");
    assert_eq!(line, text("Co-authored-by: Ada Lovelace <ADA@lovelace.example>"));
    let bare = text("write to ada@lovelace.example");
    assert_eq!(bare.split('-').next_back(), line.trim_end_matches('>').split('-').next_back());
    let name = text("refs/heads/ada/radar");
    assert!(name.starts_with("refs/heads/person-") && name.ends_with("/radar"), "{name}");
    assert_ne!(of(b"other", "ada", "ada"), text("ada"));
    assert_eq!(text("no person is named here"), "no person is named here");
}

#[test]
fn addresses_are_found_in_every_spelling() {
    for address in [
        "lin@example.org",
        "lin%40example.org",
        "lin%2540example.org",
        "lin&#64;example.org",
        "lin&#x40;example.org",
        "lin&commat;example.org",
        "&lt;lin@example.org&gt;",
        "%6C%69%6E%40example%2Eorg",
        "lin\\u{40}example.org",
        "lin\\x40example.org",
        "lin＠example.org",
        "lin at example dot org",
        "lin [at] example [dot] org",
        "lin(at)example.org",
    ] {
        let redacted = of(b"key", "x", &format!("write to {address} now"));
        assert!(redacted.contains("address-"), "{address}: {redacted}");
        assert!(!redacted.contains("example"), "{address}: {redacted}");
        assert!(redacted.ends_with(" now"), "{redacted}");
    }
    assert_eq!(of(b"key", "x", "look at it: 100% at 20 dots"), "look at it: 100% at 20 dots");
}

#[test]
fn a_person_has_one_pseudonym_whatever_the_spelling() {
    let text = |text: &str| of(b"key", "lin.wei", text);
    let first = text("Lin Wei");
    assert!(first.starts_with("person-"), "{first}");
    for spelling in ["Wei, Lin", "lin.wei", "LIN-WEI", "wei_lin", "LinWei", "wei%20lin", "Lín WEI"]
    {
        assert_eq!(text(spelling), first, "{spelling}");
    }
    // What only begins so is another word.
    assert_eq!(text("linweiler"), "linweiler");
    assert_eq!(text("the river Wei"), "the river Wei");
}

#[test]
fn people_are_known_from_other_records_and_from_the_text_itself() {
    let mut redactor = redactor(b"key");
    let first = Record {
        pusher: Some("grace.hopper".into()),
        groups: vec!["compiler-team".into()],
        ..Record::default()
    };
    redactor.learn(&first).unwrap();
    redactor.learn_name("Barbara Liskov");
    let mut second = Record {
        repository: "grace.hopper/cobol".into(),
        options: vec![
            "Hopper, Grace and the Compiler Team".into(),
            "Reviewed-by: Alan Turing".into(),
            "asked turing, alan and Liskov, Barbara".into(),
            "Edsger Dijkstra <e@x>".into(),
            "DIJKSTRA-EDSGER".into(),
            "refs/heads/users/knuth/tex, by knuth".into(),
        ],
        ..Record::default()
    };
    redactor.redact(&mut second).unwrap();
    let shown = serde_json::to_string(&second).unwrap().to_lowercase();
    for name in ["grace", "hopper", "compiler", "turing", "liskov", "dijkstra", "knuth"] {
        assert!(!shown.contains(name), "{name} in {shown}");
    }
    assert!(shown.contains("group-"), "{shown}");
}

#[test]
fn paths_of_code_name_no_person() {
    let mut redactor = redactor(b"key");
    let texts = ["app/users/CLAUDE.md", "src/home/view.rs", "Vec<String>, in List<Name>"];
    let options = texts.map(str::to_owned).to_vec();
    redactor.learn(&Record { options, ..Record::default() }).unwrap();
    let mut other =
        Record { error: Some("CLAUDE.md, view.rs, a list".into()), ..Record::default() };
    redactor.redact(&mut other).unwrap();
    assert_eq!(other.error.as_deref(), Some("CLAUDE.md, view.rs, a list"));
}

#[test]
fn names_of_tools_stay() {
    let redactor = redactor(b"key");
    let mut record = Record {
        pusher: Some("claude".into()),
        findings: vec![crate::log::Found {
            tool: "claude-code".into(),
            excerpt: "Co-Authored-By: Claude <noreply@anthropic.com>".into(),
            verdict: Verdict::Reject.into(),
            ..Default::default()
        }],
        ..Record::default()
    };
    redactor.redact(&mut record).unwrap();
    let found = record.findings.first().unwrap();
    assert_eq!((found.tool.as_str(), &found.verdict), ("claude-code", &Verdict::Reject.into()));
    assert!(!found.excerpt.contains("anthropic"), "{}", found.excerpt);
}

#[test]
fn a_name_in_a_script_without_spaces_is_found_inside_a_sentence() {
    let text = of(b"key", "林伟", "由林伟批准");
    assert!(text.starts_with("由person-") && text.ends_with("批准"), "{text}");
}

/// Names that must not be left, in lower case and without diacritics.
const HIDDEN: [&str; 13] = [
    "quentin",
    "zebedee",
    "umberto",
    "vance",
    "小明",
    "noreply",
    "aider.chat",
    "a@b",
    "team7",
    "annamaria",
    "muller",
    "mueller",
    "secret",
];

fn assert_hidden(redacted: &str) {
    let mut now = Some(Decoded::new(redacted));
    while let Some(decoded) = now {
        let plain: String =
            decoded.text.nfkd().filter(|it| !is_combining_mark(*it)).collect::<String>();
        for name in HIDDEN {
            assert!(!plain.to_lowercase().contains(name), "{name} in {redacted}");
        }
        now = decoded.again();
    }
}

/// Where the form of a text names people, all is replaced but names of tools.
#[test]
fn identities_and_people_trailers_keep_words_of_the_catalogue_alone() {
    let text = |text: &str| {
        let words = ["aider", "Claude Code", "Cursor", "claude-code/co-author"].map(str::to_owned);
        let redactor = Redactor::new(b"key", words).unwrap();
        let mut record = Record { error: Some(text.into()), ..Record::default() };
        redactor.redact(&mut record).unwrap();
        record.error.unwrap()
    };
    for (from, stays) in [
        ("Quentin Zebedee (aider) <noreply@aider.chat>", " (aider) <address-"),
        ("王小明 (aider) <w@x>", " (aider) <address-"),
        ("王小明（Claude）<w@x>", "（Claude）<address-"),
        ("Co-authored-by: Claude for Umberto-Vance (team) ‹a@b.c›", "Co-authored-by: person-"),
        ("Co-authored-by: Quentin Zebedee; Cursor <a@b.c>", "; Cursor <address-"),
        ("Co-authored-by: Cursor; Quentin: Zebedee <a@b.c>", "Co-authored-by: Cursor; person-"),
        ("Quentin Zebedee <>", " <>"),
        ("Quentin Zebedee <zebedee>", " <address-"),
        ("Quentin Zebedee <quentin zebedee@x>", " <address-"),
        ("Quentin Zebedee <a@b", " <address-"),
        ("Quentin Zebedee &lt;a@b.c&gt;", " &lt;address-"),
        ("Reviewed-by: quentin.zebedee", "Reviewed-by: person-"),
        ("Reviewed-by: 王小明", "Reviewed-by: person-"),
        ("Reviewed-by 王小明", "Reviewed-by person-"),
        ("Reviewed-by： 王小明", "Reviewed-by： person-"),
        ("审核人：王小明", "审核人：person-"),
        ("Signed-off-by: Zebedee", "Signed-off-by: person-"),
        ("Co-authored-by: Quentin Zebedee", "Co-authored-by: person-"),
        ("Co-developed-by: Quentin Zebedee", "Co-developed-by: person-"),
        ("Ordered-by: Quentin Zebedee", "Ordered-by: person-"),
        ("Assisted-by: Quentin Zebedee", "Assisted-by: person-"),
        ("Assisted-by=Quentin Zebedee", "Assisted-by=person-"),
        ("fix it\\nSigned-off-by: quentin\\nCc: Zebedee", "fix it\\nSigned-off-by: person-"),
        ("Assisted-by: Claude Code 2.1, Quentin", "Assisted-by: Claude Code 2.1, person-"),
        ("Generated-by: Claude Opus 4.5", "Generated-by: Claude Opus 4.5"),
        ("Co-Authored-By: Claude <a@b.c>", "Co-Authored-By: Claude <address-"),
    ] {
        let redacted = text(from);
        assert!(redacted.contains(stays), "{from} -> {redacted}");
        assert_hidden(&redacted);
    }
    for stays in ["if a < b, c > d", "<!-- made by Claude -->", "the author is unknown"] {
        assert_eq!(text(stays), stays);
    }
}

#[test]
fn a_name_in_a_trailer_or_identity_is_replaced_elsewhere_too() {
    for trailer in [
        "Signed-off-by: Zebedee",
        "Reviewed-by: Umberto, Vance",
        "write to Quentin Zebedee <q@x>",
        "Co-authored-by: Claude for Quentin Zebedee",
        "Reviewed-by: 王小明",
    ] {
        let options = vec![trailer.to_owned(), "by quentin-zebedee, vance umberto".into()];
        let options =
            [options, vec!["refs/heads/zebedee/x".into(), "由王小明批准".into()]].concat();
        let mut all = redactor(b"key");
        all.learn(&Record { options: vec![trailer.into()], ..Record::default() }).unwrap();
        let mut record = Record { options, ..Record::default() };
        all.redact(&mut record).unwrap();
        let shown = record.options.join("\n");
        let is_left = |name: &str| shown.to_lowercase().contains(name);
        let of = |name: &str| trailer.to_lowercase().contains(name);
        for name in ["quentin-zebedee", "vance umberto", "王小明"] {
            let parts: Vec<&str> = name.split(['-', ' ']).collect();
            assert!(!parts.iter().all(|part| of(part)) || !is_left(name), "{trailer}: {shown}");
        }
        assert!(!trailer.ends_with(": Zebedee") || !is_left("zebedee"), "{trailer}: {shown}");
    }
}

/// A login and a group of any form, written in any way.
#[test]
fn long_joined_hidden_and_foreign_spellings_of_a_login_are_found() {
    for (login, written) in [
        (
            "CN=Quentin Zebedee,OU=a,OU=b,OU=c,DC=d,DC=e,DC=f",
            "cn=quentin zebedee,ou=a,ou=b,ou=c,dc=d,dc=e,dc=f",
        ),
        ("CN=Quentin Zebedee,OU=a,OU=b,OU=c,DC=d,DC=e,DC=f", "zebedee.quentin"),
        ("CORP\\zebedee", "zebedee"),
        ("zebedee@CORP.EXAMPLE", "zebedee"),
        ("anna.maria.von.berg", "annamariavonberg"),
        ("anna.maria.von.berg", "vonberg, anna maria"),
        ("anna.maria.von.berg", "von-berg annamaria"),
        ("quentinzebedee", "Quentin Zebedee"),
        ("quentin.zebedee", "quen\u{ad}tin.zeb\u{200b}edee"),
        ("quentin.zebedee", "quen\\u{ad}tin.zeb\\u{200b}edee"),
        ("quentin.zebedee", "Zebedee   --   Quentin"),
        ("große.müller", "gro\\u00dfe.m\\u00fcller"),
        ("große.müller", "Grosse Mueller"),
        ("große.müller", "grosse-muller"),
        ("grosse.mueller", "Große Müller"),
        ("Jörg.Müller", "Joerg Muller"),
    ] {
        let redacted = of(b"key", login, &format!("see {written} now"));
        assert!(redacted.starts_with("see ") && redacted.ends_with(" now"), "{redacted}");
        assert_hidden(&redacted);
        assert!(redacted.contains("person-"), "{login}: {redacted}");
    }
    let group = "org/kernel/core/arm/soc/hz/team7";
    let mut record = Record {
        groups: vec![group.into()],
        repository: format!("{group}/linux"),
        ..Record::default()
    };
    redactor(b"key").redact(&mut record).unwrap();
    assert!(record.repository.starts_with("group-"), "{}", record.repository);
    assert_hidden(&record.repository);
    // Of very many parts each is a name.
    let login: Vec<String> = (0..40).map(|at| format!("part{at}")).collect();
    let redacted = of(b"key", &login.join("."), "see part17 now");
    assert!(redacted.starts_with("see person-"), "{redacted}");
}

#[test]
fn addresses_of_every_form_are_replaced() {
    for address in [
        "zebedee@[10.0.0.1]",
        "zebedee@[IPv6:fe80::1]",
        "zebedee @ x.org",
        "zebedee@ x.org",
        "\"quentin zebedee\"@x.org",
        "https://zebedee:secret@x.org/y",
    ] {
        let redacted = of(b"key", "x", &format!("see {address} now"));
        assert!(redacted.contains("address-") && redacted.ends_with(" now"), "{redacted}");
        assert_hidden(&redacted);
    }
}

#[test]
fn owners_are_learned_from_this_programs_own_errors_alone() {
    let mut record = Record {
        error: Some("/x belongs to account zebedee, and should not".into()),
        options: vec!["it belongs to everyone".into(), "zebedee and everyone".into()],
        ..Record::default()
    };
    redactor(b"key").redact(&mut record).unwrap();
    assert!(!format!("{record:?}").contains("zebedee"), "{record:?}");
    assert!(record.options.iter().all(|option| option.ends_with("everyone")), "{record:?}");
}

/// No text and no name makes the search slow.
#[test]
fn names_of_many_parts_are_searched_in_long_texts() {
    let login = ["a", "aa", "aaa"].repeat(8).join(".");
    let text = "a.aa.aaa.".repeat(2000);
    let redacted = of(b"key", &login, &text);
    assert!(redacted.starts_with("person-"), "{}", redacted.len());
}

proptest! {
    /// Any order, case and punctuation of a name, in any encoding of a letter.
    #[test]
    fn no_spelling_of_a_name_is_left(
        backwards: bool,
        case in 0..3,
        between in "[ .,_+/'-]{1,3}|, |%20|&#32;|&nbsp;|",
        before in "[a-z ]{0,8}[ (/:]",
        after in "[ )/:,.]{1}[a-z ]{0,8}",
        encoded in 0..4,
    ) {
        let mut names = ["Marisol", "Quintero"].map(str::to_owned);
        if backwards {
            names.reverse();
        }
        for name in &mut names {
            *name = match case {
                0 => name.to_uppercase(),
                1 => name.to_lowercase(),
                _ => name.clone(),
            };
        }
        let mut name = names.join(&between);
        name = match encoded {
            1 => name.replace(['i', 'I'], "%69"),
            2 => name.replace(['o', 'O'], "&#111;"),
            3 => name.replace(['q', 'Q'], "\\u{71}"),
            _ => name,
        };
        // Behind these all is a name.
        prop_assume!(!["cc:", "to:", "from:", "owner:", "author:", "tester:", "pair:"]
            .iter()
            .any(|key| before.ends_with(key)));
        let text = format!("{before}{name}{after}");
        let redacted = of(b"key", "marisol.quintero", &text);
        let mut now = Some(Decoded::new(&redacted));
        while let Some(decoded) = now {
            let lower = decoded.text.to_lowercase();
            prop_assert!(!lower.contains("marisol"), "{} -> {}", text, redacted);
            prop_assert!(!lower.contains("quintero"), "{} -> {}", text, redacted);
            now = decoded.again();
        }
        prop_assert!(redacted.starts_with(&before) && redacted.ends_with(&after), "{}", redacted);
    }

    #[test]
    fn any_text_is_redacted(text: String, pusher: String) {
        let _ = of(b"key", &pusher, &text);
    }
}
