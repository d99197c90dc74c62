//! One thing that can be looked at by itself: a message, an identity, a path, a ref
//! name, a file, a note. `rules test` and `rules explain` ask with it what a push would
//! find there.

use crate::finding::{Carrier, Field, Finding, surest};
use crate::git::Ident;
use crate::marker::{Matchers, Role};

/// A thing that markers can be looked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A message of a commit, with the value of its `encoding` header.
    Message {
        /// The `encoding` header.
        encoding: Option<Vec<u8>>,
        /// The message.
        text: Vec<u8>,
    },
    /// An author, committer or tagger: `Name <address>`.
    Identity {
        /// In which role.
        role: Role,
        /// As written.
        raw: Vec<u8>,
    },
    /// A file that a commit adds, whatever it holds.
    Path(Vec<u8>),
    /// A file that a commit adds.
    File {
        /// Its path.
        path: Vec<u8>,
        /// Its content.
        content: Vec<u8>,
    },
    /// A full ref name.
    Ref(Vec<u8>),
    /// A file's content.
    Content(Vec<u8>),
    /// A note.
    Note {
        /// The notes ref.
        ref_name: Vec<u8>,
        /// The note.
        text: Vec<u8>,
    },
}

impl Subject {
    /// Returns the thing in which a marker of this carrier would be found, when its text is all
    /// that is known.
    #[must_use]
    pub fn of_carrier(carrier: Carrier, text: Vec<u8>, notes_ref: &str) -> Self {
        match carrier {
            Carrier::Person => Self::Identity { role: Role::Author, raw: text },
            Carrier::Path => Self::Path(text),
            Carrier::RefName => Self::Ref(text),
            Carrier::Content => Self::Content(text),
            Carrier::Note => Self::Note { ref_name: notes_ref.into(), text },
            // A signature stands in no text, and what is hidden is read in a message.
            Carrier::Message | Carrier::Signature | Carrier::HiddenMark => {
                Self::Message { encoding: None, text }
            }
        }
    }

    /// The text that is looked at.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        match self {
            Self::Message { text, .. }
            | Self::Identity { raw: text, .. }
            | Self::Path(text)
            | Self::File { content: text, .. }
            | Self::Ref(text)
            | Self::Content(text)
            | Self::Note { text, .. } => text,
        }
    }

    /// The findings, as a push has them: of several markers of a tool at one place the
    /// surest.
    #[must_use]
    pub fn findings(&self, matchers: &Matchers) -> Vec<Finding> {
        surest(self.all_findings(matchers))
    }

    /// The findings, outdone ones too.
    #[must_use]
    pub fn all_findings(&self, matchers: &Matchers) -> Vec<Finding> {
        match self {
            Self::Message { encoding, text } => matchers.message.find(encoding.as_deref(), text),
            Self::Identity { role, raw } => {
                let field = if *role == Role::Committer { Field::Committer } else { Field::Author };
                matchers.identity.find(*role, &Ident::parse(raw), &field)
            }
            Self::Path(path) => matchers.find_in_file(path, None),
            Self::File { path, content } => matchers.find_in_file(path, Some(content)),
            Self::Ref(name) => matchers.find_in_ref(name),
            Self::Content(content) => {
                // Without a path there is no other name.
                let found = matchers.content.find(content).into_iter();
                let found = found.filter(|text| !text.is_whole_file());
                let found = found.map(|text| {
                    let mut finding = Finding::new(&text.marker, Field::Content, &text.excerpt);
                    finding.line = Some(text.line);
                    finding
                });
                found.collect()
            }
            Self::Note { ref_name, text } => matchers.note.find(ref_name, text),
        }
    }
}
