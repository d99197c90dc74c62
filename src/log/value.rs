//! The values of a record that stand for facts: verdicts, kinds, object ids and the like.
//!
//! Records of all versions are read, and a redacted record has pseudonyms where it had texts. So
//! a value is either one that this version knows, or the text that stands there, and it is
//! written as it was read. Enums that refuse unknown words were not chosen: one new word in a
//! record would make the record unreadable.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::marker::PhantomData;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use strum::VariantNames;

use super::fact_words::{CopyState, Fail};
use crate::config::limits::Resource;
use crate::finding::{Confidence, Field, Kind, PathUse};
use crate::git::ObjectId;
use crate::platform::Protocol;
use crate::policy::Verdict;
use crate::push::Hook;
use crate::text::WordEnum;

/// A fact that records hold as a text.
pub trait LogFact: Sized {
    /// Returns the fact for a text; `None` when the text stands for none.
    fn read(text: &str) -> Option<Self>;

    /// Writes the text.
    ///
    /// # Errors
    /// When the formatter can't be written to.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! words {
    ($($fact:ty),+ $(,)?) => {
        $(impl LogFact for $fact {
            fn read(text: &str) -> Option<Self> {
                Self::from_word(text)
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        })+

        /// Returns the words of all facts that are one of a list.
        pub(super) fn fact_words() -> Vec<&'static str> {
            let mut words = Field::VARIANTS.to_vec();
            $(words.extend(<$fact>::words());)+
            words
        }
    };
}

words! { Confidence, CopyState, Fail, Hook, Kind, PathUse, Protocol, Resource, Verdict }

impl LogFact for ObjectId {
    fn read(text: &str) -> Option<Self> {
        Self::from_hex(text.as_bytes())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl LogFact for Field {
    fn read(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogValue<T> {
    /// A fact that this version knows.
    Known(T),
    /// The text of another.
    Other(String),
}

impl<T> LogValue<T> {
    /// Returns the fact, if this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(fact) => Some(fact),
            Self::Other(_) => None,
        }
    }
}

impl<T: PartialEq> LogValue<T> {
    /// Whether it is this fact.
    #[must_use]
    pub fn is(&self, fact: &T) -> bool {
        self.known() == Some(fact)
    }
}

impl<T: LogFact> LogValue<T> {
    /// Returns the value that a text stands for.
    #[must_use]
    pub fn read(text: Cow<'_, str>) -> Self {
        // What would be written in another way stays as it is: records are chained by digests.
        match T::read(&text).filter(|fact| is_written_as(fact, &text)) {
            Some(fact) => Self::Known(fact),
            None => Self::Other(text.into_owned()),
        }
    }

    /// Returns the text that stands for it.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Known(fact) => Cow::Owned(Text(fact).to_string()),
            Self::Other(text) => Cow::Borrowed(text),
        }
    }
}

impl<T> From<T> for LogValue<T> {
    fn from(fact: T) -> Self {
        Self::Known(fact)
    }
}

/// The value of a key that is missing: an empty text.
impl<T> Default for LogValue<T> {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl<T: LogFact> fmt::Display for LogValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(fact) => fact.write(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl<T: LogFact> Serialize for LogValue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: LogFact> Deserialize<'de> for LogValue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText<T>(PhantomData<T>);
        impl<T: LogFact> Visitor<'_> for OfText<T> {
            type Value = LogValue<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LogValue<T>, E> {
                Ok(LogValue::read(text.into()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<LogValue<T>, E> {
                Ok(LogValue::read(text.into()))
            }
        }
        deserializer.deserialize_string(OfText(PhantomData))
    }
}

/// A fact as the text that stands for it.
struct Text<'f, T>(&'f T);

impl<T: LogFact> fmt::Display for Text<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

/// Whether a text is the one that stands for a fact.
fn is_written_as<T: LogFact>(fact: &T, text: &str) -> bool {
    /// What of the text was not written yet.
    struct Rest<'t>(&'t str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(text);
    write!(rest, "{}", Text(fact)).is_ok() && rest.0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: LogFact + fmt::Debug>(text: &str) -> LogValue<T> {
        let json = serde_json::to_string(text).unwrap();
        let value: LogValue<T> = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json, "{value:?}");
        assert_eq!((value.text().as_ref(), value.to_string().as_str()), (text, text));
        value
    }

    #[test]
    fn known_words_are_facts_and_others_stay_as_they_are() {
        assert!(written::<Verdict>("disclose").is(&Verdict::Disclose));
        assert!(written::<PathUse>("off-switch").is(&PathUse::OffSwitch));
        assert!(written::<Hook>("pre-receive").is(&Hook::PreReceive));
        for text in ["", "Reject", "reject ", "person-0123456789ab"] {
            assert_eq!(written::<Verdict>(text).known(), None, "{text:?}");
        }
    }

    #[test]
    fn object_ids_are_those_that_are_written_as_records_write_them() {
        let id = ObjectId::from_hex(&[b'a'; 40]).unwrap();
        assert!(written::<ObjectId>(&"a".repeat(40)).is(&id));
        assert!(written::<ObjectId>(&"a".repeat(64)).known().is_some());
        for text in ["A".repeat(40), "a".repeat(39), "object a".into()] {
            assert_eq!(written::<ObjectId>(&text).known(), None, "{text}");
        }
    }

    #[test]
    fn fields_are_read_with_what_they_name() {
        let id = ObjectId::from_hex(&[b'1'; 40]).unwrap();
        for field in [
            Field::Message,
            Field::RefName,
            Field::Tag(id),
            Field::Replaced(id),
            Field::Header(b"mergetag".to_vec()),
        ] {
            assert!(written::<Field>(&field.to_string()).is(&field), "{field}");
        }
        // Of a long key records have the beginning, and of other bytes what stands for them.
        written::<Field>(&Field::Header(vec![b'k'; 100]).to_string());
        written::<Field>(&Field::Header(b"\xff\\".to_vec()).to_string());
        for text in ["", "tag 12", "tag", "headers x"] {
            assert_eq!(written::<Field>(text).known(), None, "{text:?}");
        }
    }
}
