//! Marker kinds: what each can be told in `rules.toml`, and how it is found.
//!
//! A kind is one file here and one name in the list below. Its `Spec` is what a
//! marker's table says; its `Matcher` holds all markers of the kind, ready to look at
//! one subject. Matchers give findings and no verdicts.

use std::sync::Arc;

use crate::document::Fields;
use crate::finding::{Finding, Kind, Marker};

mod claims;
mod content;
mod credit;
mod credited;
mod identity;
mod line;
mod literals;
mod message;
mod model;
mod note;
mod path;
mod pattern;
mod ref_name;
mod signature;
mod tamper;
mod trace;

pub use claims::Claim;
pub use content::{MOST_TEXTS, Text};
pub use credited::{CreditLine, credit_line};
pub use identity::Role;
pub use message::MOST_HITS;
pub use model::{Model, Models};
pub use path::PathMatch;
pub use pattern::{expression, glob};
pub use tamper::Trick;
pub use trace::{Candidate, View};

macro_rules! marker_kinds {
    ($($kind:ident => $module:ident),+ $(,)?) => {
        /// What a marker's table says, by kind.
        #[derive(Debug)]
        pub enum Spec {
            $(#[doc = concat!("A marker of the kind `", stringify!($module), "`.")]
            $kind($module::Spec),)+
        }

        /// Reads the keys that belong to a kind; problems are reported to the fields'
        /// reader, and then there is no spec.
        pub fn read(kind: Kind, fields: &mut Fields<'_>) -> Option<Spec> {
            match kind {
                $(Kind::$kind => $module::Spec::read(kind, fields).map(Spec::$kind),)+
            }
        }
    };
}

marker_kinds! {
    Trailer => credit,
    SignOff => credit,
    Line => line,
    Identity => identity,
    Signature => signature,
    Path => path,
    Ref => ref_name,
    Note => note,
    Content => content,
    Tamper => tamper,
}

/// A marker and what it looks for.
pub type Entry<S> = (Arc<Marker>, S);

/// All markers of a catalogue, ready to look.
#[derive(Debug)]
pub struct Matchers {
    /// Messages of commits and tags.
    pub message: message::Matcher,
    /// Authors, committers, taggers.
    pub identity: identity::Matcher,
    /// Signing keys.
    pub signature: signature::Matcher,
    /// Changed paths.
    pub path: path::Matcher,
    /// Ref names.
    pub ref_name: ref_name::Matcher,
    /// Notes.
    pub note: note::Matcher,
    /// Contents of files.
    pub content: content::Matcher,
    /// What hides a marker.
    pub tamper: Arc<tamper::Tampers>,
}

impl Matchers {
    /// Sorts markers by kind. Automata and expressions are built at their first use.
    #[must_use]
    pub fn new(entries: Vec<Entry<Spec>>, models: Models) -> Self {
        let models = Arc::new(models);
        let (mut lines, mut credits, mut identities) = (vec![], vec![], vec![]);
        let (mut signatures, mut paths, mut refs) = (vec![], vec![], vec![]);
        let (mut notes, mut contents, mut tampers) = (vec![], vec![], vec![]);
        for (marker, spec) in entries {
            match spec {
                Spec::Trailer(spec) | Spec::SignOff(spec) => credits.push((marker, spec)),
                Spec::Line(spec) => lines.push((marker, spec)),
                Spec::Identity(spec) => identities.push((marker, spec)),
                Spec::Signature(spec) => signatures.push((marker, spec)),
                Spec::Path(spec) => paths.push((marker, spec)),
                Spec::Ref(spec) => refs.push((marker, spec)),
                Spec::Note(spec) => notes.push((marker, spec)),
                Spec::Content(spec) => contents.push((marker, spec)),
                Spec::Tamper(spec) => tampers.push((marker, spec)),
            }
        }
        let tamper = Arc::new(tamper::Tampers::new(tampers));
        Self {
            message: message::Matcher::new(lines, credits, &models, &tamper),
            identity: identity::Matcher::new(identities, &models, &tamper),
            signature: signature::Matcher::new(signatures),
            path: path::Matcher::new(paths),
            ref_name: ref_name::Matcher::new(refs),
            note: note::Matcher::new(notes),
            content: content::Matcher::new(contents),
            tamper,
        }
    }

    /// The vendors of the model families.
    #[must_use]
    pub fn model_vendors(&self) -> Vec<&str> {
        self.message.models.vendors().collect()
    }

    /// Looks at an example of a marker as `rules test` does: the text is taken as the
    /// subject that the kind looks at.
    #[must_use]
    pub fn find_in_example(&self, kind: Kind, example: &str) -> Vec<Arc<Marker>> {
        let bytes = example.as_bytes();
        let of = |findings: Vec<Finding>| findings.into_iter().map(|found| found.marker).collect();
        match kind {
            Kind::Trailer | Kind::SignOff | Kind::Line => of(self.message.find(None, bytes)),
            Kind::Identity => self.identity.find_in_any_role(bytes),
            Kind::Signature => self.signature.find_public(example),
            Kind::Path => self.path.find(bytes).into_iter().map(|found| found.marker).collect(),
            Kind::Ref => self.ref_name.find(bytes),
            Kind::Note => self.note.find_in_example(bytes),
            Kind::Content => self.content.find_in_example(bytes),
            Kind::Tamper => of(self.message.find(None, bytes)),
        }
    }
}
