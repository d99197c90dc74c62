//! Marker kinds: what each can be told in `rules.toml`, and how it is found.
//!
//! A kind is one file here and one name in the list below. Its `Spec` is what a
//! marker's table says; its `Matcher` holds all markers of the kind, ready to look at
//! one subject. Matchers give findings and no verdicts.

use std::sync::Arc;

use crate::document::Fields;
use crate::finding::{Carrier, Field, Finding, Kind, Marker, PathUse};

mod alike;
mod claims;
mod content;
mod copied;
mod credit;
mod credit_keys;
mod credited;
mod example_paths;
mod file_name;
mod forms;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod hits;
mod identity;
mod in_ref;
mod line;
mod literals;
mod message;
mod message_matcher;
mod model;
mod note;
mod note_json;
mod path;
mod pattern;
mod quoted;
mod ref_name;
mod sentences;
mod signature;
mod structure;
mod tamper;
mod text_findings;
mod trace;
mod trace_files;
mod ways;

pub use claims::Claim;
pub use content::{MOST_TEXTS, Text, Texts};
pub use copied::{Named, Picked, is_same_text};
pub use credited::{CreditLine, credit_line};
pub use example_paths::weaken_examples;
use forms::Forms;
pub use forms::{FORMS_SINCE, Facts, FormOf};
pub use hits::MOST_HITS;
pub use identity::{PersonHeader, Role};
pub use model::{Model, Models};
pub use note::note_format;
pub use path::{Disguised, Owner, PathMatch};
pub use pattern::{expression, glob};
pub use structure::StructuredFile;
pub use tamper::Trick;
pub use text_findings::TextFindings;
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

        impl Spec {
            /// What the marker claims.
            #[must_use]
            pub fn claims(&self) -> Vec<Claim> {
                match self {
                    $(Self::$kind(spec) => spec.claims(),)+
                }
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

impl Spec {
    /// What a marker of a kind looks for that is a form; `None` for a kind that has none.
    #[must_use]
    pub fn of_form(kind: Kind, form: FormOf) -> Option<Self> {
        let form = forms::Spec(form);
        Some(match kind {
            Kind::Trailer => Self::Trailer(credit::Spec::of_form(form)),
            Kind::Line => Self::Line(line::Spec::Form(form)),
            Kind::Identity => Self::Identity(identity::Spec::of_form(form)),
            _ => return None,
        })
    }
}

impl Spec {
    /// What a marker of a kind looks for that lists addresses and logins, in lower case: under
    /// some keys of credit lines, without any under those of its kind. `None` for a kind that is
    /// of no people.
    #[must_use]
    pub fn of_addresses(
        kind: Kind,
        keys: &[&str],
        [emails, logins]: [Vec<&str>; 2],
    ) -> Option<Self> {
        let lower = |all: Vec<&str>| all.iter().map(|it| it.to_ascii_lowercase()).collect();
        let person = credit::Person::of(lower(emails), lower(logins));
        Some(match kind {
            Kind::Trailer => Self::Trailer(credit::Spec::of_person(kind, keys, person)),
            Kind::SignOff => Self::SignOff(credit::Spec::of_person(kind, keys, person)),
            Kind::Identity => Self::Identity(identity::Spec::of_person(person)),
            _ => return None,
        })
    }
}

/// A marker and what it looks for.
pub type Entry<S> = (Arc<Marker>, S);

/// All markers of a catalogue, ready to look.
#[derive(Debug)]
pub struct Matchers {
    /// Messages of commits and tags.
    pub message: message_matcher::MessageMatcher,
    /// Authors, committers, taggers.
    pub identity: identity::Matcher,
    /// Signing keys.
    pub signature: signature::Matcher,
    /// Changed paths.
    pub path: path::Matcher,
    /// Paths whose markers are switched off: a file there has its own name nevertheless.
    disabled_paths: path::Matcher,
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
    /// Sorts markers by kind; `tools` is what forms know of the tools. Automata and expressions are built at their first use.
    #[must_use]
    pub fn new(entries: Vec<Entry<Spec>>, models: Models, tools: Vec<Facts>) -> Self {
        let forms = Arc::new(Forms::new(tools, models.words()));
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
        let (paths, renamed) = paths.into_iter().partition(|(_, spec)| !spec.globs.is_empty());
        Self {
            message: message_matcher::MessageMatcher::new(
                lines,
                credits,
                (&models, &forms),
                &tamper,
            ),
            identity: identity::Matcher::new(identities, (&models, &forms), &tamper, false),
            signature: signature::Matcher::new(signatures),
            path: path::Matcher::new(paths),
            disabled_paths: path::Matcher::new(Vec::new()),
            ref_name: ref_name::Matcher::new(refs),
            note: note::Matcher::new(notes),
            content: content::Matcher::new(contents, renamed),
            tamper,
        }
    }

    /// The vendors of the model families.
    #[must_use]
    pub fn model_vendors(&self) -> Vec<&str> {
        self.message.models.vendors().collect()
    }

    /// Makes markers known that are switched off.
    #[must_use]
    pub fn with_disabled_paths(mut self, entries: Vec<Entry<Spec>>) -> Self {
        let paths = entries.into_iter().filter_map(|(marker, spec)| match spec {
            Spec::Path(spec) => Some((marker, spec)),
            _ => None,
        });
        self.disabled_paths = path::Matcher::new(paths.collect());
        self
    }

    /// The findings of a file whose content is a tool's configuration, as
    /// `content::Matcher::find` saw it, under a name that is not: none where the path is
    /// a marker itself, and none where such files are kept to be read by people or tests.
    #[must_use]
    pub fn renamed(&self, text: &Text, path: &[u8]) -> Vec<Finding> {
        let is_of = |paths: &path::Matcher| !paths.find_all(path, false).is_empty();
        if is_of(&self.path) || is_of(&self.disabled_paths) || self.is_example(path) {
            return Vec::new();
        }
        let mut finding = Finding::new(&text.marker, Field::Tree, path);
        finding.path_use = Some(PathUse::Added);
        finding.path = Some(path.to_vec());
        let mut all = self.tamper.beside(&finding, Trick::Renamed);
        all.push(finding);
        all
    }

    /// Whether a tool's configuration is kept at this path to be read by people or tests.
    #[must_use]
    pub fn is_example(&self, path: &[u8]) -> bool {
        self.tamper.excepts(Trick::Renamed, path)
    }

    /// The findings of a file that a commit adds, its path and its content.
    #[must_use]
    pub fn find_in_file(&self, path: &[u8], content: Option<&[u8]>) -> Vec<Finding> {
        let mut found = self.path.find_all(path, false);
        let file = content.map(StructuredFile::new);
        self.path.settle_all(&mut found, &mut |found| {
            file.as_ref().is_some_and(|file| self.path.has_structure(found, file))
        });
        let mut findings = Vec::new();
        for (found, trick) in found {
            let mut finding = Finding::new(&found.marker, Field::Tree, path);
            finding.path_use = Some(found.owner.used(true));
            finding.path = Some(path.to_vec());
            findings.extend(trick.iter().flat_map(|&it| self.tamper.beside(&finding, it)));
            findings.push(finding);
        }
        for text in content.map(|content| self.content.find(content)).unwrap_or_default() {
            if text.is_whole_file() {
                findings.extend(self.renamed(&text, path));
                continue;
            }
            let mut finding = Finding::new(&text.marker, Field::Content, &text.excerpt);
            finding.line = Some(text.line);
            finding.path = Some(path.to_vec());
            findings.push(finding);
        }
        weaken_examples(&mut findings);
        findings
    }

    /// Looks at an example of a marker as `rules test` does: the text is taken as the
    /// subject that the kind looks at; for a path, its first line, and what follows is the
    /// content of the file.
    #[must_use]
    pub fn find_in_example(&self, kind: Kind, example: &str) -> Vec<Arc<Marker>> {
        let bytes = example.as_bytes();
        let of = |findings: Vec<Finding>| findings.into_iter().map(|found| found.marker).collect();
        match kind.carrier() {
            // A text that is hidden stands in a message.
            Carrier::Message | Carrier::HiddenMark => of(self.message.find(None, bytes)),
            Carrier::Person => self.identity.find_in_any_role(bytes),
            Carrier::Signature => self.signature.find_public(example),
            Carrier::Path => match example.split_once('\n') {
                Some((path, content)) => {
                    of(self.find_in_file(path.as_bytes(), Some(content.as_bytes())))
                }
                None => {
                    let mut found = self.path.find(bytes);
                    self.path.settle(&mut found, &mut |_| false);
                    found.into_iter().map(|found| found.marker).collect()
                }
            },
            Carrier::RefName => self.ref_name.find(bytes),
            Carrier::Note => self.note.find_in_example(bytes),
            Carrier::Content => self.content.find_in_example(bytes),
        }
    }
}
