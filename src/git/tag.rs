//! Annotated tag objects, parsed as tolerantly as commits.

use super::commit::{Extra, Header, Headers, first_line};
use super::{GitError, Ident, ObjectId, ObjectKind};

/// A parsed tag object.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// What it points to.
    pub target: ObjectId,
    /// The kind that it claims for its target; the object itself decides.
    pub kind: Option<ObjectKind>,
    /// What the `tag` header names it.
    pub name: Option<&'a [u8]>,
    /// Every `tagger` header.
    pub taggers: Vec<Ident<'a>>,
    /// The values of signature headers; a signature of a SHA-1 tag stands in the message.
    pub signatures: Vec<&'a [u8]>,
    /// The `encoding` header, which git does not write into tags.
    pub encoding: Option<&'a [u8]>,
    /// What else the headers hold, as in [`super::Commit`].
    pub extras: Vec<Extra<'a>>,
    /// The message, signature included.
    pub message: &'a [u8],
}

impl<'a> Tag<'a> {
    /// Parses a raw tag object.
    ///
    /// # Errors
    /// When it does not say what it points to.
    pub fn parse(id: ObjectId, raw: &'a [u8]) -> Result<Self, GitError> {
        let mut target = None;
        let mut tag = Self {
            target: id,
            kind: None,
            name: None,
            taggers: vec![],
            signatures: vec![],
            encoding: None,
            extras: vec![],
            message: b"",
        };
        for header in Headers::new(raw) {
            let (key, value) = match header {
                Header::Field { key, value } => (key, value),
                Header::Body(message) => {
                    tag.message = message;
                    continue;
                }
            };
            let extra = Extra { key, value };
            match key {
                b"object" if target.is_none() => {
                    target = ObjectId::from_hex(first_line(value));
                    tag.extras.extend(extra.continued());
                }
                b"type" if tag.kind.is_none() => {
                    tag.kind = ObjectKind::from_name(first_line(value));
                    tag.extras.extend(extra.continued());
                }
                b"tag" if tag.name.is_none() => {
                    tag.name = Some(value);
                    tag.extras.push(extra);
                }
                b"tagger" => {
                    tag.taggers.push(Ident::parse(value));
                    tag.extras.extend(extra.continued());
                }
                b"encoding" if tag.encoding.is_none() => {
                    tag.encoding = Some(first_line(value));
                    tag.extras.extend(extra.continued());
                }
                b"gpgsig" | b"gpgsig-sha256" => tag.signatures.push(value),
                _ => tag.extras.push(extra),
            }
        }
        let reason = "the tag does not say which object it points to";
        tag.target = target.ok_or(GitError::Malformed { id, reason })?;
        const SIGNATURE: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
        let at = tag.message.windows(SIGNATURE.len()).rposition(|window| window == SIGNATURE);
        tag.signatures.extend(at.and_then(|at| tag.message.get(at..)));
        Ok(tag)
    }

    /// The first line of the message that is not empty.
    #[must_use]
    pub fn subject(&self) -> &'a [u8] {
        super::commit::subject(self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_signature_in_the_message_is_seen() {
        let id = ObjectId::from_bytes(&[0; 20]).unwrap();
        let raw = b"object 1111111111111111111111111111111111111111\ntype commit\ntag v1\n\
            tagger T <t@x> 3 +0000\n\nRelease\n-----BEGIN SSH SIGNATURE-----\nU1NI\n";
        let tag = Tag::parse(id, raw).unwrap();
        assert_eq!(tag.kind, Some(ObjectKind::Commit));
        assert_eq!((tag.taggers.len(), tag.signatures.len()), (1, 1));
        assert_eq!(tag.subject(), b"Release");
        assert!(Tag::parse(id, b"type commit\n\n").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed(raw: Vec<u8>) {
            let _ = Tag::parse(ObjectId::from_bytes(&[0; 20]).unwrap(), &raw);
        }
    }
}
