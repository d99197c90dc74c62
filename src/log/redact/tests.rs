//! What is taken out, and what stays.

use proptest::prelude::*;

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
