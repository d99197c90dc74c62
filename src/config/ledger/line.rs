//! The lines of the ledger.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Admission, AdmissionKey, Unjudged};
use crate::git::{ObjectId, RefName};

/// The version of the form of lines.
const FORM: u32 = 1;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum Line {
    Ledger {
        time: String,
        form: u32,
    },
    Unjudged {
        time: String,
        why: String,
        #[serde(rename = "ref")]
        name: Name,
        id: Id,
        boundary: Vec<Id>,
    },
    Judged {
        time: String,
        #[serde(rename = "ref")]
        name: Name,
        id: Id,
    },
    Admitted {
        time: String,
        #[serde(flatten)]
        key: Key,
        refs: Vec<String>,
        ids: Vec<Id>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boundary: Option<Vec<Id>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        spread: bool,
    },
    Ended {
        time: String,
        #[serde(flatten)]
        key: Key,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        range: bool,
        ids: Vec<Id>,
    },
    Spread {
        time: String,
        #[serde(flatten)]
        key: Key,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        range: bool,
        ids: Vec<Id>,
    },
}

/// Which admission a line is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    #[serde(rename = "ref")]
    name: Name,
    exceptions: Vec<String>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) struct Id(ObjectId);

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0.to_string()
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        ObjectId::from_hex(text.as_bytes()).map(Self).ok_or("this is no object id")
    }
}

fn ids(all: &[ObjectId]) -> Vec<Id> {
    all.iter().copied().map(Id).collect()
}

fn objects(all: Vec<Id>) -> Vec<ObjectId> {
    all.into_iter().map(|id| id.0).collect()
}

impl From<&Unjudged> for Line {
    fn from(entry: &Unjudged) -> Self {
        Self::Unjudged {
            time: entry.time.clone(),
            why: entry.why.clone(),
            name: (&entry.ref_name).into(),
            id: Id(entry.id),
            boundary: ids(&entry.boundary),
        }
    }
}

impl From<&Admission> for Line {
    fn from(entry: &Admission) -> Self {
        Self::Admitted {
            time: entry.time.clone(),
            key: (&entry.key()).into(),
            refs: entry.refs.clone(),
            ids: ids(&entry.ids),
            boundary: entry.boundary.as_deref().map(ids),
            spread: entry.is_spread,
        }
    }
}

impl From<&AdmissionKey> for Key {
    fn from(key: &AdmissionKey) -> Self {
        Self { name: (&key.ref_name).into(), exceptions: key.exceptions.clone() }
    }
}

impl Line {
    pub(super) fn header(time: &str) -> Self {
        Self::Ledger { time: time.to_owned(), form: FORM }
    }

    pub(super) fn judged(time: &str, name: &RefName, id: ObjectId) -> Self {
        Self::Judged { time: time.to_owned(), name: name.into(), id: Id(id) }
    }

    pub(super) fn ended(time: &str, key: &AdmissionKey, all: &[ObjectId]) -> Self {
        Self::Ended { time: time.to_owned(), key: key.into(), range: key.is_range, ids: ids(all) }
    }

    pub(super) fn spread(time: &str, key: &AdmissionKey, all: &[ObjectId]) -> Self {
        Self::Spread { time: time.to_owned(), key: key.into(), range: key.is_range, ids: ids(all) }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }

    pub(super) fn entry(self) -> Entry {
        let key_of = |key: Key, is_range| AdmissionKey {
            ref_name: key.name.into(),
            exceptions: key.exceptions,
            is_range,
        };
        match self {
            Self::Ledger { .. } => Entry::Header,
            Self::Unjudged { time, why, name, id, boundary } => Entry::Unjudged(Unjudged {
                time,
                why,
                ref_name: name.into(),
                id: id.0,
                boundary: objects(boundary),
            }),
            Self::Judged { name, id, .. } => Entry::Judged(name.into(), id.0),
            Self::Admitted { time, key, refs, ids, boundary, spread } => {
                Entry::Admitted(Admission {
                    time,
                    ref_name: key.name.into(),
                    exceptions: key.exceptions,
                    refs,
                    ids: objects(ids),
                    boundary: boundary.map(objects),
                    is_spread: spread,
                })
            }
            Self::Ended { key, range, ids, .. } => Entry::Ended(key_of(key, range), objects(ids)),
            Self::Spread { key, range, ids, .. } => Entry::Spread(key_of(key, range), objects(ids)),
        }
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
    Line(Line),
    /// A crash left it unfinished: the push that it belongs to was not answered.
    Torn,
    /// It is complete and can't be understood; its number, from 1.
    Damaged(usize),
}

/// Reads all lines.
pub(super) fn read_lines(text: &[u8]) -> impl Iterator<Item = Read> + '_ {
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| {
        match serde_json::from_slice(line) {
            Ok(Line::Ledger { form, .. }) if form != FORM => Read::Damaged(at + 1),
            Ok(line) => Read::Line(line),
            Err(error) if error.is_eof() => Read::Torn,
            Err(_) => Read::Damaged(at + 1),
        }
    })
}
