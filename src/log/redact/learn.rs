//! Learning from a record who is a person.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use super::decoded::Decoded;
use super::named::named;
use super::people::{Kind, People, expression};

/// Local parts of addresses that name an office or a program.
const OFFICES: [&str; 10] =
    ["admin", "bot", "contact", "hello", "help", "info", "no", "noreply", "support", "team"];

/// What a part of a directory entry's name begins with, if that names a person or a group.
const ENTRIES: [&str; 7] = ["cn", "gecos", "mail", "name", "samaccountname", "uid", "upn"];

/// The longest name that is looked for in a longer stretch of words, in words.
const MOST_WORDS: usize = 4;

/// Adds those that a record names. Those with short names are added only if it is for this
/// record alone.
pub(super) fn record(record: &Value, people: &mut People, alone: bool) {
    let mut add = |name: &Value, kind| {
        for name in name.as_str().into_iter().flat_map(ways) {
            if alone { people.add_any(name, kind) } else { people.add(name, kind) }
        }
    };
    add(&record["pusher"], Kind::Person);
    for group in record["groups"].as_array().into_iter().flatten() {
        add(group, Kind::Group);
    }
    walk(record, "", people);
}

/// The ways in which a login or a group is written: as it is, and without what says where it
/// is known (`DOMAIN\name`, `name@realm`, `CN=name,DC=realm`).
fn ways(name: &str) -> Vec<&str> {
    let mut all = vec![name];
    all.extend(name.rsplit_once('\\').map(|(_, name)| name));
    all.extend(name.split_once('@').map(|(name, _)| name));
    for part in name.split([',', '+', '/']) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let is_entry = ENTRIES.iter().any(|entry| key.trim().eq_ignore_ascii_case(entry));
        all.extend(is_entry.then_some(value));
    }
    all
}

fn walk(value: &Value, key: &str, people: &mut People) {
    match value {
        Value::String(text) => {
            let mut decoded = Some(Decoded::new(text));
            while let Some(now) = decoded {
                learn(&now.text, people);
                // Only this program's own errors name accounts in that way.
                if matches!(key, "error" | "why") {
                    learn_owners(&now.text, people);
                }
                decoded = now.again();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, key, people)),
        Value::Object(fields) => fields.iter().for_each(|(key, it)| walk(it, key, people)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn learn(text: &str, people: &mut People) {
    for named in named(text, people) {
        for (at, person) in named.people.iter().enumerate() {
            let name = text.get(person.clone()).unwrap_or_default();
            learn_person(name, named.is_certain, people);
            // `Wei, Lin`.
            let next = named.people.get(at + 1).map(|next| (person.end..next.start, next.end));
            let Some((between, end)) = next else { continue };
            if text.get(between).is_some_and(|it| it.trim() == ",") {
                people.add(text.get(person.start..end).unwrap_or_default(), Kind::Person);
            }
        }
    }
    for pattern in patterns() {
        for found in pattern.captures_iter(text) {
            let name = found.get(1).map_or("", |name| name.as_str());
            let name = name.trim_matches(|it: char| !it.is_alphanumeric());
            if !people.is_no_person(name) {
                people.add(name, Kind::Person);
            }
        }
    }
    for found in local_part().captures_iter(text) {
        let name = found.get(1).map_or("", |name| name.as_str());
        let parts: Vec<&str> = name.split(|it: char| !it.is_alphanumeric()).collect();
        let is_office = parts.iter().any(|part| {
            OFFICES.iter().any(|office| part.eq_ignore_ascii_case(office))
                || people.is_no_person(part)
        });
        if parts.len() > 1 && !is_office {
            people.add(name, Kind::Person);
        }
    }
}

/// Learns a name, and the names that it may hold with words before or after them.
fn learn_person(name: &str, is_certain: bool, people: &mut People) {
    let words: Vec<&str> = name.split_whitespace().collect();
    if !is_certain && words.len() < 2 {
        return;
    }
    people.add(name, Kind::Person);
    let is_name = |word: &&str| word.starts_with(|it: char| !it.is_lowercase());
    for count in 2..words.len().min(MOST_WORDS + 1) {
        let ends = [words.get(..count), words.get(words.len() - count..)];
        for words in ends.into_iter().flatten().filter(|words| words.iter().all(is_name)) {
            let name = words.join(" ");
            if !people.is_no_person(&name) {
                people.add(&name, Kind::Person);
            }
        }
    }
}

fn learn_owners(text: &str, people: &mut People) {
    static OWNER: OnceLock<Regex> = OnceLock::new();
    let owner = OWNER.get_or_init(|| expression(r"\bbelongs to (?:account )?([^\s,:]+)"));
    for found in owner.captures_iter(text) {
        let name = found.get(1).map_or("", |name| name.as_str());
        if !people.is_no_person(name) {
            people.add(name, Kind::Person);
        }
    }
}

fn local_part() -> &'static Regex {
    static LOCAL: OnceLock<Regex> = OnceLock::new();
    LOCAL.get_or_init(|| expression(r#"([^\s<>,;:()@"/=\[\]{}|&]+)@[^\s@]+"#))
}

/// Where a person is named.
fn patterns() -> &'static [Regex; 2] {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            // Behind words for what people do.
            expression(
                r"(?:(?i:(?:acked|approved|granted|reported|requested|reviewed|signed-off|suggested|tested)[- ]by|approver|author|committer)[:=]?\s+)(\p{Lu}[\p{L}'’.-]*(?:[ ,]+\p{Lu}[\p{L}'’.-]*){1,3}|\p{Lo}+)",
            ),
            // In the name of a ref or a directory that belongs to one person.
            expression(
                r#"(?:refs/(?:[^\s:]*/)?(?:people|private|user|users)/|(?:^|[\s"'(=])/home/|(?:^|/)~)([^/\s:]+)"#,
            ),
        ]
    })
}
