//! Taking people out of records: each is replaced by a pseudonym, the same for the same
//! person under the same key, so that records can still be counted and compared.
//!
//! A record is walked as JSON, so that no field can be forgotten. Who is a person is learned
//! first, from all records of an export: pushers, groups, the names in front of addresses and
//! behind `Reviewed-by`, folders below `users/`. Then every text is searched for them, in any
//! order and punctuation, and for addresses, as they stand and decoded. Where the form of a text
//! names people, all is replaced that is no word of the catalogue.
//!
//! Source: RFC 2104 (HMAC). Without the key names can't be tried one by one.

mod decoded;
mod learn;
mod named;
mod people;
mod words;

use std::collections::HashSet;

use hmac::{Hmac, KeyInit, Mac};
use regex::Regex;
use serde_json::Value;
use sha2::Sha256;

use super::value::fact_words;
use super::{Record, hex};
use crate::platform;
use decoded::Decoded;
use named::named;
use people::{Kind, People, expression, key_of};

/// How many hexadecimal digits of a digest make a pseudonym: 48 bits.
const DIGITS: usize = 12;

/// Takes people out of the records of one export.
pub struct Redactor {
    mac: Hmac<Sha256>,
    people: People,
    /// Words of the catalogue and of the program's own, which name no person.
    words: HashSet<String>,
}

/// A part of a text that is replaced.
struct Part {
    start: usize,
    end: usize,
    by: String,
}

impl Redactor {
    /// A redactor with a key; any number of bytes makes one. `words` are names of tools,
    /// vendors and markers: a field that holds nothing else stays.
    ///
    /// # Errors
    /// Never: HMAC takes keys of any length.
    pub fn new(
        key: &[u8],
        words: impl IntoIterator<Item = String>,
    ) -> Result<Self, hmac::digest::InvalidLength> {
        let mut words: HashSet<String> = words.into_iter().collect();
        let own = fact_words().into_iter().chain(platform::NAMES.iter().copied());
        words.extend(own.map(str::to_owned));
        let people = People::new(words.iter().map(String::as_str).chain(OF_TOOLS));
        Ok(Self { mac: Hmac::new_from_slice(key)?, people, words })
    }

    /// Learns who is named in a record, for all records.
    ///
    /// # Errors
    /// Never, as far as is known: every part of a record can be written as JSON.
    pub fn learn(&mut self, record: &Record) -> Result<(), serde_json::Error> {
        let value = serde_json::to_value(record)?;
        learn::record(&value, &mut self.people, false);
        Ok(())
    }

    /// Learns the name of a person that is known from elsewhere.
    pub fn learn_name(&mut self, name: &str) {
        self.people.add(name, Kind::Person);
    }

    /// Takes the people out of a record.
    ///
    /// # Errors
    /// Never, as far as is known: what was a text stays one.
    pub fn redact(&self, record: &mut Record) -> Result<(), serde_json::Error> {
        let mut value = serde_json::to_value(&*record)?;
        let mut own = self.people.empty();
        learn::record(&value, &mut own, true);
        self.walk(&mut value, "", &own);
        *record = serde_json::from_value(value)?;
        Ok(())
    }

    fn walk(&self, value: &mut Value, key: &str, own: &People) {
        match value {
            Value::String(text) => *text = self.field(text, key, own),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item, key, own)),
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(key, value)| self.walk(value, key, own));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn field(&self, text: &str, key: &str, own: &People) -> String {
        match key {
            "pusher" => self.person(Kind::Person, text),
            "groups" => self.person(Kind::Group, text),
            "remote" => self.pseudonym("place", text),
            _ if OF_WORDS.contains(&key) && self.words.contains(text) => text.to_owned(),
            _ => self.text(text, own),
        }
    }

    /// The pseudonym of an address or a place, by the kind of it.
    fn pseudonym(&self, kind: &str, text: &str) -> String {
        let mut mac = self.mac.clone();
        // An address is written in several ways.
        mac.update(text.trim().to_lowercase().as_bytes());
        let digits = hex("", &mac.finalize().into_bytes());
        format!("{kind}-{}", digits.get(..DIGITS).unwrap_or_default())
    }

    /// The pseudonym of a person or a group, the same for every order of the name's parts.
    fn person(&self, kind: Kind, name: &str) -> String {
        let key = key_of(name);
        self.pseudonym(kind.word(), if key.is_empty() { name } else { &key })
    }

    /// A text without people and addresses.
    fn text(&self, text: &str, own: &People) -> String {
        let mut parts = Vec::new();
        // What is decoded may hide what stands there as it is, so both are searched.
        let mut decoded = Some(Decoded::new(text));
        while let Some(now) = decoded {
            let named = named(&now.text, &self.people);
            for address in named.iter().filter_map(|named| named.address.clone()) {
                let by = self.pseudonym("address", now.text.get(address.clone()).unwrap_or(""));
                let (start, end) = now.place(address.start, address.end);
                parts.push(Part { start, end, by });
            }
            self.addresses(&now, &mut parts);
            for people in [&self.people, own] {
                for found in people.find(&now.text) {
                    let (start, end) = now.place(found.start, found.end);
                    parts.push(Part { start, end, by: self.person(found.kind, &found.key) });
                }
            }
            for person in named.into_iter().flat_map(|named| named.people) {
                let name = now.text.get(person.clone()).unwrap_or_default();
                let (start, end) = now.place(person.start, person.end);
                parts.push(Part { start, end, by: self.person(Kind::Person, name) });
            }
            decoded = now.again();
        }
        replaced(text, parts)
    }

    fn addresses(&self, decoded: &Decoded, parts: &mut Vec<Part>) {
        let text = decoded.text.as_str();
        let mut add = |start, end, by| {
            let (start, end) = decoded.place(start, end);
            parts.push(Part { start, end, by });
        };
        for found in patterns().bare.find_iter(text) {
            let address = found.as_str().trim_end_matches(['.', '!', '?', '\'', '*', '`']);
            let by = self.pseudonym("address", address);
            add(found.start(), found.start() + address.len(), by);
        }
        for spelled in &patterns().spelled {
            for found in spelled.find_iter(text) {
                add(found.start(), found.end(), self.pseudonym("address", found.as_str()));
            }
        }
    }
}

/// A text with parts of it replaced. Of parts that overlap the first is written, for all of
/// them.
fn replaced(text: &str, mut parts: Vec<Part>) -> String {
    parts.retain(|part| part.start < part.end);
    parts.sort_by(|a, b| (a.start, b.end).cmp(&(b.start, a.end)));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for part in parts {
        if part.start >= done {
            out.push_str(text.get(done..part.start).unwrap_or_default());
            out.push_str(&part.by);
        }
        done = done.max(part.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Fields that hold a word of the program or of the catalogue, mostly.
const OF_WORDS: [&str; 19] = [
    "confidence",
    "copied",
    "fail",
    "field",
    "full",
    "hook",
    "kind",
    "limit",
    "marker",
    "model",
    "model_vendor",
    "path_use",
    "platform",
    "protocol",
    "said",
    "skipped",
    "tool",
    "vendor",
    "verdict",
];

/// Words in the names of models and programs that the catalogue does not list.
const OF_TOOLS: [&str; 14] = [
    "ai",
    "agent",
    "assistant",
    "bot",
    "context",
    "flash",
    "haiku",
    "llm",
    "mini",
    "opus",
    "preview",
    "pro",
    "sonnet",
    "turbo",
];

struct Patterns {
    /// An address by itself.
    bare: Regex,
    /// An address in words.
    spelled: [Regex; 6],
}

fn patterns() -> &'static Patterns {
    static PATTERNS: std::sync::OnceLock<Patterns> = std::sync::OnceLock::new();
    PATTERNS.get_or_init(|| Patterns {
        bare: expression(r#"[^\s<>,;:()@"/=\[\]{}|&]+@[^\s<>,;:()@"/=\[\]{}|&]+"#),
        spelled: [
            expression(r"(?i)[\w.+-]+\s+at\s+[\w-]+(?:\s+dot\s+[\w-]+)+"),
            expression(
                r"(?i)[\w.+-]+\s*[\[({]\s*at\s*[\])}]\s*[\w-]+(?:\s*(?:[\[({]\s*dot\s*[\])}]|\.|\bdot\b)\s*[\w-]+)*",
            ),
            // With blanks around the sign.
            expression(r"[\w.%+'-]+(?:\s+@\s*|@\s+)[\w-]+(?:\.[\w-]+)+"),
            // Of a host by its number, and of a person with blanks: RFC 5321, section 4.1.2.
            expression(r#"(?:"[^"\n]+"|[^\s<>,;:()@"\[\]]+)\s*@\s*\[[^\]\n]*\]?"#),
            expression(r#""[^"\n]+"@[^\s<>,;()"]+"#),
            // Who reads a URL, and the password.
            expression(r"://[^/\s@]+@"),
        ],
    })
}

#[cfg(test)]
mod tests;
