//! Taking people out of records: each is replaced by a pseudonym, the same for the same
//! person under the same key, so that records can still be counted and compared.
//!
//! Source: RFC 2104 (HMAC). Without the key nobody can try names one by one.

use std::borrow::Cow;
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use regex::{Captures, Regex};
use sha2::Sha256;

use super::{Record, hex};

/// So many digits of a digest make a pseudonym: 48 bits.
const DIGITS: usize = 12;

/// The key of an export.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
}

impl Redactor {
    /// A redactor with a key; any number of bytes makes one.
    ///
    /// # Errors
    /// Never: HMAC takes keys of any length.
    pub fn new(key: &[u8]) -> Result<Self, hmac::digest::InvalidLength> {
        Ok(Self { mac: Hmac::new_from_slice(key)? })
    }

    /// The pseudonym of a person, an address or a place, by the kind of it.
    fn pseudonym(&self, kind: &str, text: &str) -> String {
        let mut mac = self.mac.clone();
        // One person writes his address in several ways.
        mac.update(text.trim().to_lowercase().as_bytes());
        let digits = hex("", &mac.finalize().into_bytes());
        format!("{kind}-{}", digits.get(..DIGITS).unwrap_or_default())
    }

    /// Takes the people out of a record.
    pub fn redact(&self, record: &mut Record) {
        let pusher = record.pusher.clone();
        let text = |text: &mut String| *text = self.text(text, pusher.as_deref());
        record.pusher.iter_mut().for_each(|it| *it = self.pseudonym("person", it));
        record.remote.iter_mut().for_each(|it| *it = self.pseudonym("place", it));
        text(&mut record.repository);
        record.directory.iter_mut().for_each(text);
        record.options.iter_mut().for_each(text);
        record.error.iter_mut().for_each(text);
        record.bypass.iter_mut().for_each(text);
        record.refs.iter_mut().map(|update| &mut update.name).for_each(text);
        for skipped in &mut record.skipped {
            text(&mut skipped.what);
            text(&mut skipped.why);
        }
        for found in &mut record.findings {
            text(&mut found.ref_name);
            text(&mut found.excerpt);
            found.path.iter_mut().for_each(text);
            found.reason.iter_mut().for_each(text);
        }
    }

    /// A text without names beside addresses, without addresses, and without the pusher.
    fn text(&self, text: &str, pusher: Option<&str>) -> String {
        let named = named().replace_all(text, |found: &Captures<'_>| {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
            let name = part(2).trim();
            let name =
                if name.is_empty() { String::new() } else { self.pseudonym("person", name) + " " };
            format!("{}{name}<{}>", part(1), self.pseudonym("address", part(3)))
        });
        let bare = bare().replace_all(&named, |found: &Captures<'_>| {
            self.pseudonym("address", found.get(0).map_or("", |it| it.as_str()))
        });
        match pusher.filter(|pusher| !pusher.is_empty()) {
            Some(pusher) => self.without(&bare, pusher).into_owned(),
            None => bare.into_owned(),
        }
    }

    /// Replaces a login where it stands as a word of its own.
    fn without<'t>(&self, text: &'t str, login: &str) -> Cow<'t, str> {
        if !text.contains(login) {
            return Cow::Borrowed(text);
        }
        let of_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(login) {
            out.push_str(before);
            if of_word(out.chars().next_back()) || of_word(after.chars().next()) {
                out.push_str(login);
            } else {
                out.push_str(&self.pseudonym("person", login));
            }
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// `Key: Name <address>`; what stands before the name is kept.
fn named() -> &'static Regex {
    static NAMED: OnceLock<Regex> = OnceLock::new();
    NAMED.get_or_init(|| expression(r"((?:^|[:;,(])\s*)?([^<>:;,(]*?)<([^<>\s]+@[^<>\s]+)>"))
}

/// An address by itself.
fn bare() -> &'static Regex {
    static BARE: OnceLock<Regex> = OnceLock::new();
    BARE.get_or_init(|| expression(r"[^\s<>,;:()@]+@[^\s<>,;:()@]+"))
}

fn expression(text: &str) -> Regex {
    #[allow(clippy::expect_used, reason = "both are written above, and a test runs them")]
    Regex::new(text).expect("a regular expression")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_replaced_and_stay_the_same() {
        let redactor = Redactor::new(b"key").unwrap();
        let text = |text: &str| redactor.text(text, Some("ada"));
        let line = text("Co-authored-by: Ada Lovelace <ada@lovelace.example>");
        assert!(line.starts_with("Co-authored-by: person-"), "{line}");
        assert!(!line.contains("Ada") && !line.contains("lovelace"), "{line}");
        assert_eq!(line, text("Co-authored-by: Ada Lovelace <ADA@lovelace.example>"));
        let bare = text("write to ada@lovelace.example");
        assert_eq!(bare.split('-').next_back(), line.trim_end_matches('>').split('-').next_back());
        let name = text("refs/heads/ada/radar");
        assert!(name.starts_with("refs/heads/person-") && name.ends_with("/radar"), "{name}");
        let other = Redactor::new(b"other").unwrap();
        assert_ne!(other.text("ada", Some("ada")), text("ada"));
        assert_eq!(text("nobody is named here"), "nobody is named here");
    }
}
