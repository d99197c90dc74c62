//! Marks among the texts of some hundred languages.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use provost::finding::{Confidence, Finding, Kind};

use super::catalogues::{Language, languages};
use super::texts::{Text, name};
use crate::evasion::marks::{Carrier, MARKS, Mark, Parts, findings};
use crate::support::random::from_environment;
use crate::support::{Random, figures, skip};

/// With a mark; a third as many are tried without.
const MESSAGES: u64 = 20_400;
pub(super) const SEED: u64 = 20_261_130;
/// How many writing systems there must be.
const SCRIPTS: usize = 20;

/// The languages by writing system, read once.
pub(super) static LANGUAGES: LazyLock<Option<BTreeMap<&'static str, Vec<Language>>>> =
    LazyLock::new(|| {
        let found = languages();
        if found.is_none() {
            skip("no catalogues below /usr/share/locale: install iso-codes (see .ci/words)");
        }
        found
    });

/// What a finding is of, to be compared with that of another text.
pub(super) type Seen = Vec<(String, Confidence)>;

pub(super) fn seen(findings: &[Finding]) -> Seen {
    let pair = |it: &Finding| (it.marker.id.clone(), it.confidence());
    let mut seen: Seen = findings.iter().map(pair).collect();
    seen.sort();
    seen.dedup();
    seen
}

/// A commit with a text, and a mark in its place.
pub(super) fn planted(text: &Text, mark: &Mark, line: &str, middle: bool) -> (String, Text) {
    let mut text = text.clone();
    match mark.carrier {
        Carrier::Author => text.author = line.to_owned(),
        Carrier::Committer => text.committer = line.to_owned(),
        // A trailer stands with the trailers, or in a separate paragraph.
        Carrier::Line if middle => text.paragraphs.push(line.to_owned()),
        Carrier::Line => text.trailers.push(line.to_owned()),
    }
    (text.message(), text)
}

/// The object of a text.
pub(super) fn raw(
    text: &Text,
    encode: &dyn Fn(&str) -> Option<Vec<u8>>,
    label: Option<&str>,
) -> Option<Vec<u8>> {
    let (author, committer) = (encode(&text.author)?, encode(&text.committer)?);
    let message = encode(&text.message())?;
    let encoding = label.map(|label| ("encoding", label.as_bytes().to_vec()));
    let headers = encoding.into_iter().collect();
    Some(Parts { author: &author, committer: &committer, headers, message: &message }.raw())
}

pub(super) fn utf8(text: &str) -> Option<Vec<u8>> {
    Some(text.as_bytes().to_vec())
}

/// What the mark shows in an English text at the same place.
pub(super) fn in_english(mark: &Mark, line: &str, middle: bool) -> Seen {
    let person = "A Person <a@example.com>".to_owned();
    let text = Text {
        author: person.clone(),
        committer: person.clone(),
        subject: "Subject".to_owned(),
        paragraphs: vec!["What changed.".to_owned()],
        trailers: vec![format!("Reviewed-by: {person}")],
        line_end: "\n",
        start: "",
    };
    let (_, text) = planted(&text, mark, line, middle);
    seen(&findings(&raw(&text, &utf8, None).unwrap()))
}

/// A line as a keyboard of the language writes it.
fn written(mark: &Mark, line: &str, language: &Language, random: &mut Random) -> String {
    // In a sentence the colon is the tool's own; in a credit it is the writer's.
    let credit = matches!(mark.kind, Kind::Trailer | Kind::SignOff);
    let colon = |colon: &str| if credit { line.replacen(": ", colon, 1) } else { line.to_owned() };
    let blank = |blank: &str| line.replacen(' ', blank, 1);
    match random.below(14) {
        0 => colon("\u{a0}: "),
        1 => colon("\u{202f}: "),
        2 => colon("："),
        3 => colon("： "),
        4 => colon(":\u{3000}"),
        5 => colon(":\u{a0}"),
        6 => blank("\u{a0}"),
        7 => blank("\u{2009}"),
        8 if language.is_right_to_left() => format!("\u{200f}{line}"),
        9 if language.is_right_to_left() => format!("{line}\u{200f}"),
        8 | 9 => format!("{line}\u{200e}"),
        10 => format!("{line}\u{3000}"),
        _ => line.to_owned(),
    }
}

/// The line of a credit with another name before the address.
fn renamed(mark: &Mark, name: &str) -> Option<String> {
    let (key, value) = mark.text.split_once(": ").filter(|_| mark.carrier == Carrier::Line)?;
    let (_, address) = value.split_once(" <")?;
    Some(format!("{key}: {name} <{address}"))
}

/// The number of messages that are asked for, which is never less than promised.
fn messages() -> u64 {
    from_environment("PROVOST_MESSAGES", MESSAGES)
}

/// Calls `each` with a language of each writing system in turn.
fn over_languages(messages: u64, mut each: impl FnMut(u64, &Language, &mut Random)) {
    let Some(languages) = &*LANGUAGES else { return };
    let scripts: Vec<_> = languages.iter().collect();
    assert!(scripts.len() >= SCRIPTS, "only {:?}", languages.keys());
    let seed = from_environment("PROVOST_SEED", SEED);
    for number in 0..messages {
        let mut random = Random::new(seed.wrapping_add(number));
        let (_, languages) = scripts[number as usize % scripts.len()];
        each(seed.wrapping_add(number), random.pick(languages), &mut random);
    }
}

#[test]
fn an_honest_mark_is_found_in_any_language_and_is_no_disguise() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut by_script: BTreeMap<&str, usize> = BTreeMap::new();
    let mut plain_of: HashMap<(String, bool), Seen> = HashMap::new();
    over_languages(messages(), |seed, language, random| {
        let text = Text::new(language, random);
        let mark = random.pick(&MARKS);
        let middle = random.one_in(2);
        let other = random.one_in(3).then(|| renamed(mark, &name(language, random))).flatten();
        let plain = renamed(mark, "Someone Else").filter(|_| other.is_some());
        let plain = plain.unwrap_or_else(|| mark.text.clone());
        let key = (format!("{:?} {plain}", mark.carrier), middle);
        let plain = plain_of.entry(key).or_insert_with(|| in_english(mark, &plain, middle)).clone();
        let line = other.unwrap_or_else(|| mark.text.clone());
        // A person in a header is written by a program.
        let line = match mark.carrier {
            Carrier::Line => written(mark, &line, language, random),
            _ => line,
        };
        let (_, text) = planted(&text, mark, &line, middle);
        let raw = raw(&text, &utf8, None).unwrap();
        let found = findings(&raw);
        tried += 1;
        *by_script.entry(language.script).or_default() += 1;
        if seen(&found) != plain {
            wrong.push(format!(
                "PROVOST_SEED={seed}, {}: {} {line:?}: {:?} and not {plain:?}\n    {}",
                language.code,
                mark.id,
                seen(&found),
                text.message().escape_debug()
            ));
        }
    });
    report("marked", tried, messages(), &by_script, wrong);
}

#[test]
fn text_without_a_mark_shows_nothing_in_any_language() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut by_script: BTreeMap<&str, usize> = BTreeMap::new();
    // Most of it is tried with a mark already, and shows nothing but the mark.
    let messages = messages() / 3;
    over_languages(messages, |seed, language, random| {
        let text = Text::new(language, random);
        let found = findings(&raw(&text, &utf8, None).unwrap());
        tried += 1;
        *by_script.entry(language.script).or_default() += 1;
        if !found.is_empty() {
            let message = text.message();
            wrong.push(format!(
                "PROVOST_SEED={seed}, {}: {:?}\n    {} {:?}",
                language.code,
                seen(&found),
                message.escape_debug(),
                (text.author, text.committer)
            ));
        }
    });
    report("unmarked", tried, messages, &by_script, wrong);
}

/// Fails if something was wrong; says how much there was.
fn report(
    what: &str,
    tried: u64,
    least: u64,
    by_script: &BTreeMap<&str, usize>,
    mut wrong: Vec<String>,
) {
    if tried == 0 {
        return;
    }
    let count = wrong.len();
    let tamper = wrong.iter().filter(|line| line.contains("tamper")).count();
    wrong.truncate(10);
    let wrong = wrong.join("\n");
    figures(&format!("{tried} {what} messages: {by_script:?}"));
    assert!(count == 0, "{count} of {tried} {what} messages, {tamper} as disguised\n{wrong}");
    assert!(tried >= least, "only {tried} {what} messages");
}
