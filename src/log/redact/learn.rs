//! Learning from a record who is a person.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use super::decoded::Decoded;
use super::people::{Kind, People, expression};

/// Local parts of addresses that name an office or a program.
const OFFICES: [&str; 10] =
    ["admin", "bot", "contact", "hello", "help", "info", "no", "noreply", "support", "team"];

/// Adds those that a record names. Those with short names are added only if it is for this
/// record alone.
pub(super) fn record(record: &Value, people: &mut People, alone: bool) {
    let mut add = |name: &Value, kind| {
        let Some(name) = name.as_str() else { return };
        if alone { people.add_any(name, kind) } else { people.add(name, kind) }
    };
    add(&record["pusher"], Kind::Person);
    for group in record["groups"].as_array().into_iter().flatten() {
        add(group, Kind::Group);
    }
    walk(record, people);
}

fn walk(value: &Value, people: &mut People) {
    match value {
        Value::String(text) => {
            let mut decoded = Some(Decoded::new(text));
            while let Some(now) = decoded {
                learn(&now.text, people);
                decoded = now.again();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, people)),
        Value::Object(fields) => fields.values().for_each(|value| walk(value, people)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn learn(text: &str, people: &mut People) {
    for pattern in patterns() {
        for found in pattern.captures_iter(text) {
            let name = found.get(1).map_or("", |name| name.as_str());
            let name = name.trim_matches(|it: char| !it.is_alphanumeric());
            // `Wei, Lin <address>`, and what stands behind the last comma.
            for name in [name, name.rsplit(',').next().unwrap_or_default()] {
                if !people.is_no_person(name) {
                    people.add(name, Kind::Person);
                }
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

fn local_part() -> &'static Regex {
    static LOCAL: OnceLock<Regex> = OnceLock::new();
    LOCAL.get_or_init(|| expression(r#"([^\s<>,;:()@"/=\[\]{}|&]+)@[^\s@]+"#))
}

/// Where a person is named.
fn patterns() -> &'static [Regex; 4] {
    static PATTERNS: OnceLock<[Regex; 4]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            // Beside an address.
            expression(r"([^<>:;()\n]{1,80})<[^<>\s]*@[^<>\s]*>"),
            // Behind words for what people do.
            expression(
                r"(?:(?i:(?:acked|approved|granted|reported|requested|reviewed|signed-off|suggested|tested)[- ]by|approver|author|committer)[:=]?\s+)(\p{Lu}[\p{L}'’.-]*(?:[ ,]+\p{Lu}[\p{L}'’.-]*){1,3})",
            ),
            // In the name of a ref or a directory that belongs to one person.
            expression(
                r#"(?:refs/(?:[^\s:]*/)?(?:people|private|user|users)/|(?:^|[\s"'(=])/home/|(?:^|/)~)([^/\s:]+)"#,
            ),
            // As this program names the owner of a file.
            expression(r"\bbelongs to (?:account )?([^\s,:]+)"),
        ]
    })
}
