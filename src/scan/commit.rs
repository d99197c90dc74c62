//! The findings in a commit's or tag's own object: message, identities, signatures, and the
//! text in every other header. What each header is taken for is listed in
//! docs/threat-model.md.

use std::collections::HashSet;
use std::sync::Arc;

use super::inspection::{Inspected, Inspection};
use crate::finding::{Field, surest};
use crate::git::{Commit, Extra, Ident, ObjectId, Tag, unfolded};
use crate::marker::{Matchers, PersonHeader, Role, TextFindings};
use crate::text::{Pace, is_plain_encoding, is_unreadable};

/// People in whom nothing was found: in a history the same few come again and again.
#[derive(Default)]
pub(super) struct Known {
    authors: HashSet<Box<[u8]>>,
    committers: HashSet<Box<[u8]>>,
}

/// How many people are remembered in each role; others are looked at again.
const MOST_KNOWN: usize = 50_000;

pub(super) fn inspect(
    matchers: &Matchers,
    pace: &dyn Pace,
    commit: &Commit<'_>,
    known: &mut Known,
) -> Inspected {
    let look = Look { matchers, pace };
    let mut found = TextFindings::default();
    let is_plain = is_plain_encoding(commit.encoding);
    for (role, field, idents, known) in [
        (Role::Author, Field::Author, &commit.authors, &mut known.authors),
        (Role::Committer, Field::Committer, &commit.committers, &mut known.committers),
    ] {
        for ident in idents {
            // What the same bytes say depends on the encoding.
            let person = person(ident).filter(|_| is_plain);
            if person.is_some_and(|person| known.contains(person)) {
                continue;
            }
            let header = PersonHeader { role, raw: ident.raw, field: &field };
            let seen = matchers.identity.look(pace, commit.encoding, &header);
            let is_empty = seen.findings.is_empty() && !seen.is_cut;
            if let Some(person) = person.filter(|_| is_empty && known.len() < MOST_KNOWN) {
                known.insert(person.into());
            }
            found.add(seen);
        }
    }
    look.signatures(&commit.signatures, &Field::Signature, &mut found);
    found.add(matchers.message.look(pace, commit.encoding, commit.message));
    let people = commit.authors.iter().chain(&commit.committers).map(|ident| ident.raw);
    let mut texts = people.chain([commit.message]);
    if let Some(label) = commit.encoding
        && texts.any(|text| is_unreadable(commit.encoding, text))
    {
        found.findings.extend(matchers.tamper.of_unreadable(label));
    }
    look.extras(commit.encoding, &commit.extras, &mut found);
    for value in &commit.merged_tags {
        look.merged_tag(commit.encoding, value, &mut found);
    }
    (found.is_cut || !found.findings.is_empty())
        .then(|| Arc::new(Inspection { findings: surest(found.findings), is_cut: found.is_cut }))
}

/// The matchers, and who watches them.
#[derive(Clone, Copy)]
struct Look<'l> {
    matchers: &'l Matchers,
    pace: &'l dyn Pace,
}

/// The longest key of a header that findings name, in bytes; of a longer one the beginning.
const LONGEST_KEY: usize = 200;

impl Look<'_> {
    /// A tag that a merge brings in a `mergetag` header.
    fn merged_tag(self, encoding: Option<&[u8]>, value: &[u8], found: &mut TextFindings) {
        let field = Field::Header(b"mergetag".to_vec());
        let raw = unfolded(value);
        match Tag::parse(ObjectId::NULL, &raw) {
            Ok(mut parsed) => {
                parsed.encoding = parsed.encoding.or(encoding);
                found.add(tag(self.matchers, self.pace, &field, &parsed));
            }
            // No tag, but a text all the same.
            Err(_) => found.add(self.header(encoding, &raw).at(&field)),
        }
    }

    /// The headers that mean nothing to git, or say more than they should.
    fn extras(self, encoding: Option<&[u8]>, extras: &[Extra<'_>], found: &mut TextFindings) {
        for extra in extras {
            let key = extra.key.get(..LONGEST_KEY).unwrap_or(extra.key);
            let seen = self.header(encoding, &extra.text());
            found.add(seen.at(&Field::Header(key.to_vec())));
        }
    }

    /// The keys in signatures, and the text that may stand before the base64 in one.
    fn signatures(self, all: &[&[u8]], field: &Field, found: &mut TextFindings) {
        for signature in all {
            let keys = self.matchers.signature.find(signature, field);
            found.add(TextFindings::of(keys, false));
            let is_text = |line: &&[u8]| {
                let line = line.trim_ascii();
                !line.starts_with(b"-----") && line.iter().any(|byte| !is_base64(*byte))
            };
            let lines: Vec<&[u8]> =
                signature.split(|&byte| byte == b'\n').filter(is_text).collect();
            if !lines.is_empty() {
                let text = lines.join(b"\n".as_slice());
                found.add(self.header(None, &text).at(field));
            }
        }
    }

    fn header(self, encoding: Option<&[u8]>, text: &[u8]) -> TextFindings {
        self.matchers.message.look_at_header(self.pace, encoding, text)
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// The findings in a tag object, with this field.
pub(super) fn tag(
    matchers: &Matchers,
    pace: &dyn Pace,
    field: &Field,
    tag: &Tag<'_>,
) -> TextFindings {
    let look = Look { matchers, pace };
    let mut found = TextFindings::default();
    for ident in &tag.taggers {
        let header = PersonHeader { role: Role::Tagger, raw: ident.raw, field };
        found.add(matchers.identity.look(pace, tag.encoding, &header));
    }
    for signature in &tag.signatures {
        found.add(TextFindings::of(matchers.signature.find(signature, field), false));
    }
    found.add(matchers.message.look(pace, tag.encoding, tag.message).at(field));
    if let Some(label) = tag.encoding.filter(|_| is_unreadable(tag.encoding, tag.message)) {
        let unreadable = matchers.tamper.of_unreadable(label);
        found.add(TextFindings::of(unreadable, false).at(field));
    }
    let mut others = TextFindings::default();
    look.extras(tag.encoding, &tag.extras, &mut others);
    found.add(others.at(field));
    found.findings = surest(found.findings);
    found
}

/// An identity without its time, if that is nothing but a time.
fn person<'i>(ident: &Ident<'i>) -> Option<&'i [u8]> {
    let end = memchr::memrchr(b'>', ident.raw)? + 1;
    let (person, time) = ident.raw.split_at_checked(end)?;
    let is_time = time.iter().all(|byte| byte.is_ascii_digit() || b" +-".contains(byte));
    is_time.then_some(person)
}
