//! Notes that are JSON, searched while they are read: a note of a hundred megabytes takes no
//! memory beside its bytes. As a tree of values it would take thirty times as much.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::finding::EXCERPT;
use crate::text::escape::beginning;

/// The kind of the first contributor that is an AI, alone or with a person, in JSON as Agent
/// Trace writes it: one document, or a document a line.
pub(super) fn ai_contributor(text: &str) -> Option<&'static str> {
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Contributor>();
    documents.map_while(Result::ok).find_map(|Contributor(kind)| kind)
}

/// The first share of an AI that is not zero, and its key; `None` where the text is no JSON.
pub(super) fn ai_share(text: &str) -> Option<(String, f64)> {
    serde_json::from_str::<Share>(text).ok()?.0
}

/// The kind of an AI contributor in a document.
struct Contributor(Option<&'static str>);

impl<'de> Deserialize<'de> for Contributor {
    fn deserialize<D: Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        let mut kind = None;
        let search = ContributorSearch { kind: &mut kind, at: At::Elsewhere };
        search.deserialize(document).map(|()| Self(kind))
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Contributor,
    /// The type of a contributor.
    Type,
    Elsewhere,
}

struct ContributorSearch<'k> {
    kind: &'k mut Option<&'static str>,
    at: At,
}

/// The share of an AI in a document.
struct Share(Option<(String, f64)>);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        let mut share = None;
        let search = ShareSearch { share: &mut share, key: None };
        search.deserialize(document).map(|()| Self(share))
    }
}

struct ShareSearch<'s> {
    share: &'s mut Option<(String, f64)>,
    /// The key above the value, if it says that it is of an AI.
    key: Option<String>,
}

/// The values that end a search, as visitors are asked for them.
macro_rules! search {
    ($search:ident) => {
        impl<'de> DeserializeSeed<'de> for $search<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
                value.deserialize_any(self)
            }
        }

        impl<'de> Visitor<'de> for $search<'_> {
            type Value = ();

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("JSON")
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
                Ok(())
            }

            fn visit_unit<E: Error>(self) -> Result<(), E> {
                Ok(())
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
                self.number(number as f64);
                Ok(())
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
                self.number(number as f64);
                Ok(())
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
                self.number(number);
                Ok(())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
                self.text(text);
                Ok(())
            }

            fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
                while items.next_element_seed(self.item())?.is_some() {}
                Ok(())
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
                while let Some(value) = map.next_key_seed(Key(&mut self))? {
                    map.next_value_seed(value)?;
                }
                Ok(())
            }
        }

        impl<'de, 'k> DeserializeSeed<'de> for Key<'k, $search<'_>> {
            type Value = $search<'k>;

            fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
                key.deserialize_str(self)
            }
        }

        impl<'k> Visitor<'_> for Key<'k, $search<'_>> {
            type Value = $search<'k>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a key")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
                Ok(self.0.below(key))
            }
        }
    };
}

/// A key, and the search that meets it.
struct Key<'k, S>(&'k mut S);

search!(ContributorSearch);
search!(ShareSearch);

impl ContributorSearch<'_> {
    fn number(self, _: f64) {}

    fn text(self, text: &str) {
        let kind = ["ai", "mixed"].into_iter().find(|kind| *kind == text);
        if self.at == At::Type {
            *self.kind = self.kind.or(kind);
        }
    }

    fn item(&mut self) -> ContributorSearch<'_> {
        ContributorSearch { kind: self.kind, at: At::Elsewhere }
    }

    fn below(&mut self, key: &str) -> ContributorSearch<'_> {
        let at = match key {
            "contributor" => At::Contributor,
            "type" if self.at == At::Contributor => At::Type,
            _ => At::Elsewhere,
        };
        ContributorSearch { kind: self.kind, at }
    }
}

impl ShareSearch<'_> {
    fn number(self, share: f64) {
        if let Some(key) = self.key.filter(|_| share > 0.0 && self.share.is_none()) {
            *self.share = Some((key, share));
        }
    }

    fn text(self, _: &str) {}

    fn item(&mut self) -> ShareSearch<'_> {
        ShareSearch { share: self.share, key: None }
    }

    fn below(&mut self, key: &str) -> ShareSearch<'_> {
        let bytes = key.as_bytes();
        let ends = [bytes.first_chunk::<2>(), bytes.last_chunk::<2>()];
        let is_ai = ends.into_iter().flatten().any(|end| end.eq_ignore_ascii_case(b"ai"));
        let shown = || beginning(key, EXCERPT).to_owned();
        ShareSearch { share: self.share, key: is_ai.then(shown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributors_are_found_wherever_they_stand() {
        for (text, kind) in [
            (r#"{"contributor":{"type":"ai"}}"#, Some("ai")),
            (r#"{"files":[{"a":{"contributor":{"name":"x","type":"mixed"}}}]}"#, Some("mixed")),
            (
                "{\"contributor\":{\"type\":\"human\"}}\n{\"contributor\":{\"type\":\"ai\"}}",
                Some("ai"),
            ),
            (r#"{"contributor":{"type":"h","contributor":{"type":"ai"}}}"#, Some("ai")),
            (r#"{"contributor":{"type":"human"}, "type": "ai"}"#, None),
            (r#"{"contributor":[{"type":"ai"}]}"#, None),
            (r#"{"contributor":{"a":{"type":"ai"}}}"#, None),
            (r#"{"contributor":{"type":"ai"}"#, None),
            (r#"{"contributor":"ai","type":["ai"],"a":null,"b":true,"c":-1,"d":1e3}"#, None),
        ] {
            assert_eq!(ai_contributor(text), kind, "{text}");
        }
    }

    #[test]
    fn shares_are_found_wherever_they_stand() {
        for (text, share) in [
            (r#"{"aiLines": 3}"#, Some(("aiLines".to_owned(), 3.0))),
            (r#"[{"x": {"byAI": 0.5}}]"#, Some(("byAI".to_owned(), 0.5))),
            (r#"{"ai": 0, "human": 7}"#, None),
            (r#"{"ai": -1, "AI": {"lines": 1}}"#, None),
            (r#"{"ai": [1]}"#, None),
            (r#"{"ai": 1} x"#, None),
            (r#"{"a": 1}"#, None),
        ] {
            assert_eq!(ai_share(text), share, "{text}");
        }
    }
}
