//! The lines of the ledger.

use std::{fmt, io};

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::entry::{Admission, AdmissionKey, Unjudged};
use crate::git::{ObjectId, RefName};
use crate::policy::PlaceException;

/// The version of the form of lines.
const FORM: u32 = 1;

/// A line of the file, with the keys of all kinds of lines: read so, each line is read once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    is: Is,
    time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exceptions: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refs: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<Id>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boundary: Option<Vec<Id>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    spread: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    range: bool,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Is {
    #[default]
    Ledger,
    Unjudged,
    Judged,
    Admitted,
    Ended,
    Spread,
}

/// A ref name: text, or bytes in hexadecimal digits where it is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Name {
    Text(String),
    Bytes { hex: String },
}

impl From<&RefName> for Name {
    fn from(name: &RefName) -> Self {
        match std::str::from_utf8(name.as_bytes()) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes {
                hex: name.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
            },
        }
    }
}

impl From<Name> for RefName {
    fn from(name: Name) -> Self {
        match name {
            Name::Text(text) => Self::new(text),
            Name::Bytes { hex } => {
                let digits: Vec<u8> = hex.bytes().map(|digit| digit.to_ascii_lowercase()).collect();
                let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
                let bytes = digits.chunks(2).map(|pair| {
                    let byte = pair.iter().fold(0, |all, &digit| all * 16 + value(digit));
                    u8::try_from(byte).unwrap_or_default()
                });
                Self::new(bytes.collect::<Vec<u8>>())
            }
        }
    }
}

/// An object id in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(ObjectId);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hex;
        impl Visitor<'_> for Hex {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                let id = ObjectId::from_hex(text.as_bytes());
                id.map(Id).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Hex)
    }
}

fn exceptions(all: Vec<String>) -> Vec<PlaceException> {
    all.into_iter().map(PlaceException::from).collect()
}

fn ids(all: &[ObjectId]) -> Vec<Id> {
    all.iter().copied().map(Id).collect()
}

fn objects(all: Vec<Id>) -> Vec<ObjectId> {
    all.into_iter().map(|id| id.0).collect()
}

impl From<&Unjudged> for Line {
    fn from(entry: &Unjudged) -> Self {
        Self {
            is: Is::Unjudged,
            time: entry.time.clone(),
            why: Some(entry.why.to_string()),
            name: Some((&entry.ref_name).into()),
            id: Some(Id(entry.id)),
            boundary: Some(ids(&entry.boundary)),
            ..Self::default()
        }
    }
}

impl From<&Admission> for Line {
    fn from(entry: &Admission) -> Self {
        Self {
            refs: Some(entry.refs.clone()),
            boundary: entry.boundary.as_deref().map(ids),
            spread: entry.is_spread,
            range: false,
            ..Self::about(Is::Admitted, &entry.time, &entry.key(), &entry.ids)
        }
    }
}

impl Line {
    pub(super) fn header(time: &str) -> Self {
        Self { time: time.to_owned(), form: Some(FORM), ..Self::default() }
    }

    pub(super) fn judged(time: &str, name: &RefName, id: ObjectId) -> Self {
        Self {
            is: Is::Judged,
            time: time.to_owned(),
            name: Some(name.into()),
            id: Some(Id(id)),
            ..Self::default()
        }
    }

    pub(super) fn ended(time: &str, key: &AdmissionKey, all: &[ObjectId]) -> Self {
        Self::about(Is::Ended, time, key, all)
    }

    pub(super) fn spread(time: &str, key: &AdmissionKey, all: &[ObjectId]) -> Self {
        Self::about(Is::Spread, time, key, all)
    }

    fn about(is: Is, time: &str, key: &AdmissionKey, all: &[ObjectId]) -> Self {
        Self {
            is,
            time: time.to_owned(),
            name: Some((&key.ref_name).into()),
            exceptions: Some(key.exceptions.iter().map(ToString::to_string).collect()),
            ids: Some(ids(all)),
            range: key.is_range,
            ..Self::default()
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }

    /// What the line says; `None` when a key that it needs is not there.
    fn entry(self) -> Option<Entry> {
        Some(match self.is {
            Is::Ledger => {
                self.form.filter(|form| *form == FORM)?;
                Entry::Header
            }
            Is::Unjudged => Entry::Unjudged(Unjudged {
                time: self.time,
                why: self.why?.into(),
                ref_name: self.name?.into(),
                id: self.id?.0,
                boundary: objects(self.boundary?),
            }),
            Is::Judged => Entry::Judged(self.name?.into(), self.id?.0),
            Is::Admitted => Entry::Admitted(Admission {
                time: self.time,
                ref_name: self.name?.into(),
                exceptions: exceptions(self.exceptions?),
                refs: self.refs?,
                ids: objects(self.ids?),
                boundary: self.boundary.map(objects),
                is_spread: self.spread,
            }),
            Is::Ended | Is::Spread => {
                let key = AdmissionKey {
                    ref_name: self.name?.into(),
                    exceptions: exceptions(self.exceptions?),
                    is_range: self.range,
                };
                let ids = objects(self.ids?);
                if self.is == Is::Ended { Entry::Ended(key, ids) } else { Entry::Spread(key, ids) }
            }
        })
    }
}

/// What a line says.
pub(super) enum Entry {
    Header,
    Unjudged(Unjudged),
    Judged(RefName, ObjectId),
    Admitted(Admission),
    Ended(AdmissionKey, Vec<ObjectId>),
    Spread(AdmissionKey, Vec<ObjectId>),
}

/// A line as it was read.
pub(super) enum Read {
    Entry(Entry),
    /// A crash left it unfinished: the push that it belongs to was not answered.
    Torn,
    /// It is complete and can't be understood; its number, from 1.
    Damaged(usize),
}

/// What follows a line that a crash left unfinished, once another line comes behind it. Without
/// that, a complete line of which damage took the last quotation mark would look unfinished.
pub(super) const UNFINISHED: &[u8] = b" unfinished";

/// Reads all lines.
pub(super) fn read_lines(text: &[u8]) -> impl Iterator<Item = Read> + '_ {
    let lines = text.split_inclusive(|&byte| byte == b'\n').enumerate();
    lines.filter(|(_, line)| *line != b"\n").map(|(at, line)| {
        let ended = line.strip_suffix(b"\n");
        let line = ended.unwrap_or(line);
        let is_unfinished = ended.is_none() || line.ends_with(UNFINISHED);
        let begun = if is_unfinished { without_notes(line) } else { line };
        match serde_json::from_slice::<Line>(begun).map(Line::entry) {
            Ok(Some(entry)) => Read::Entry(entry),
            Err(error) if error.is_eof() && is_unfinished => Read::Torn,
            Ok(None) | Err(_) => Read::Damaged(at + 1),
        }
    })
}

/// An unfinished line without the notes that it is so. A crash may have cut a note too, so there
/// can be several, each of them a part.
fn without_notes(mut line: &[u8]) -> &[u8] {
    while let Some(shorter) =
        (1..=UNFINISHED.len()).rev().find_map(|end| line.strip_suffix(UNFINISHED.get(..end)?))
    {
        line = shorter;
    }
    line
}
