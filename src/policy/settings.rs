//! What `[policy]`, or one `[[policy.scope]]`, says of verdicts; how one lies over
//! another; and what the lines of it say of one finding.
//!
//! The most specific line speaks: marker, model, model vendor, tool, vendor, default. For
//! weak markers and for the kinds `ref`, `path` and `content` it is that line or the
//! kind's own, whichever is milder, so that forbidding a tool does not forbid what only
//! hints at it. For the other kinds, what is written for the kind decides. What is
//! written for one marker stands as it is.

use std::collections::BTreeMap;
use std::fmt;

use super::disclosure::Disclosure;
use super::kind_keys::{COPIED, MERGE, WEAK, kind_key};
use super::people::People;
use super::placed::{Placed, PlacedVerdict, replace};
use super::schedule::Schedule;
use super::texts::Texts;
use super::{Bypass, Verdict};
use crate::document::Place;
use crate::finding::{Confidence, Finding, Marker, PathUse, UNKNOWN_AI};

/// Verdicts by the keys of `[policy.kinds]`, those of its table `path` as `path.added`.
pub(super) type Kinds = BTreeMap<&'static str, PlacedVerdict>;

/// What one line of `[policy.tools]` says.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) verdict: Option<PlacedVerdict>,
    pub(super) reason: Option<String>,
    pub(super) text: Option<String>,
    pub(super) kinds: Kinds,
}

impl Line {
    fn lay_over(&mut self, over: &Self) {
        if over.verdict.is_some() {
            self.verdict.clone_from(&over.verdict);
            // A reason belongs to its verdict.
            self.reason = None;
        }
        replace(&mut self.reason, &over.reason);
        replace(&mut self.text, &over.text);
        self.kinds.extend(over.kinds.iter().map(|(key, said)| (*key, said.clone())));
    }
}

/// What a line of `[policy.tools]` is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One marker, by id.
    Marker(String),
    /// A model as findings name it, in lower case; `*` stands for anything.
    Model(String),
    /// The vendor of a model, by name.
    ModelVendor(String),
    /// A tool, by id.
    Tool(String),
    /// The vendor of a tool, by name.
    Vendor(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marker(name) | Self::Tool(name) => f.write_str(name),
            Self::Model(name) => write!(f, "model:{name}"),
            Self::ModelVendor(name) => write!(f, "model-vendor:{name}"),
            Self::Vendor(name) => write!(f, "vendor:{name}"),
        }
    }
}

/// A catalogue version, compared number by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Vec<u64>);

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u64::to_string).collect();
        write!(f, "\"{}\"", parts.join("."))
    }
}

/// The settings of the policy or of one scope. What is absent is left to the settings below.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(super) mode: Option<Placed<Schedule>>,
    pub(super) default: Option<PlacedVerdict>,
    pub(super) unknown: Option<PlacedVerdict>,
    pub(super) catalogue: Option<Placed<Version>>,
    pub(super) contact: Option<Placed<String>>,
    pub(super) lines: BTreeMap<Subject, Line>,
    pub(super) kinds: Kinds,
    pub(super) disclosure: Disclosure,
    pub(super) people: People,
    pub(super) bypass: Option<Placed<Bypass>>,
    pub(super) texts: Texts,
}

/// What of a finding the lines of a policy look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits<'t> {
    pub(super) marker: &'t Marker,
    pub(super) model: Option<&'t str>,
    pub(super) model_vendor: Option<&'t str>,
    pub(super) path_use: Option<PathUse>,
    /// Whether a revert or a cherry-pick demonstrably copied it.
    pub(super) copied: bool,
    /// Whether it is in a merge.
    pub(super) in_merge: bool,
}

impl<'t> From<&'t Finding> for Traits<'t> {
    fn from(finding: &'t Finding) -> Self {
        Self {
            marker: &finding.marker,
            model: finding.model.as_deref(),
            model_vendor: finding.model_vendor.as_deref(),
            path_use: finding.path_use,
            copied: finding.copy.is_some_and(|copy| copy.confirmed),
            in_merge: finding.in_merge,
        }
    }
}

/// The verdict that the lines give one finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved<'s> {
    pub(super) verdict: Verdict,
    pub(super) place: Option<&'s Place>,
    pub(super) line: Option<&'s Line>,
}

/// A line of the policy that was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key<'s> {
    Tool(&'s Subject),
    Unknown,
    Default,
    Kind(&'static str),
    ToolKind(&'s Subject, &'static str),
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tool(subject) => write!(f, "tools.{subject}"),
            Self::Unknown => f.write_str("unknown"),
            Self::Default => f.write_str("default"),
            Self::Kind(key) => write!(f, "kinds.{key}"),
            Self::ToolKind(subject, key) => write!(f, "tools.{subject}.{key}"),
        }
    }
}

impl Settings {
    /// Lays `over` on this: what it says wins.
    pub(super) fn lay_over(&mut self, over: &Self) {
        replace(&mut self.mode, &over.mode);
        replace(&mut self.default, &over.default);
        replace(&mut self.unknown, &over.unknown);
        replace(&mut self.catalogue, &over.catalogue);
        replace(&mut self.contact, &over.contact);
        replace(&mut self.bypass, &over.bypass);
        for (subject, line) in &over.lines {
            self.lines.entry(subject.clone()).or_default().lay_over(line);
        }
        self.kinds.extend(over.kinds.iter().map(|(key, said)| (*key, said.clone())));
        self.disclosure.lay_over(&over.disclosure);
        self.people.lay_over(&over.people);
        self.texts.lay_over(&over.texts);
    }

    /// The schedule of the mode; always enforcing when nothing is said.
    pub(super) fn schedule(&self) -> Schedule {
        self.mode.as_ref().map(|mode| mode.value.clone()).unwrap_or_default()
    }

    /// Resolves the lines for a finding to a verdict, before disclosure, exemptions and the mode.
    pub(super) fn resolve<'s>(&'s self, traits: Traits<'_>) -> Resolved<'s> {
        self.resolve_with(traits, &mut |_, _| {})
    }

    /// The same; calls `on_step` with each line that changes the verdict, in order.
    pub(super) fn resolve_with<'s>(
        &'s self,
        traits: Traits<'_>,
        on_step: &mut dyn FnMut(Key<'s>, &'s PlacedVerdict),
    ) -> Resolved<'s> {
        let marker = traits.marker;
        let found = self.line(traits);
        let line = found.map(|(_, line)| line);
        let named = found.and_then(|(subject, line)| Some((subject, line.verdict.as_ref()?)));
        let unknown = self.unknown.as_ref().filter(|_| marker.tool == UNKNOWN_AI);
        let said = match (named, unknown) {
            (Some((subject, said)), _) => Some((Key::Tool(subject), said)),
            (None, Some(said)) => Some((Key::Unknown, said)),
            (None, None) => self.default.as_ref().map(|said| (Key::Default, said)),
        };
        let mut verdict = said.map_or(Verdict::Reject, |(_, said)| said.value);
        let mut place = said.map(|(_, said)| &said.place);
        if let Some((key, said)) = said {
            on_step(key, said);
        }
        let of_marker = named.is_some_and(|(subject, _)| matches!(subject, Subject::Marker(_)));
        for (key, mild) in self.keys(traits, line) {
            let by_line = line.and_then(|line| line.kinds.get(key));
            let by_kind = self.kinds.get(key).filter(|_| !of_marker);
            // What only hints at a tool can't be disclosed in a message.
            if mild && verdict == Verdict::Disclose {
                verdict = Verdict::Record;
            }
            let (said, key) = match (by_line, by_kind, found) {
                (Some(said), _, Some((subject, _))) => (said, Key::ToolKind(subject, key)),
                (_, Some(said), _) if !mild || said.value < verdict => (said, Key::Kind(key)),
                _ => continue,
            };
            verdict = match said.value {
                Verdict::Disclose if mild => Verdict::Record,
                other => other,
            };
            place = Some(&said.place);
            on_step(key, said);
        }
        Resolved { verdict, place, line }
    }

    /// The keys of `kinds` that a finding comes under, and whether the milder of that and
    /// the tool's line counts.
    fn keys(&self, traits: Traits<'_>, line: Option<&Line>) -> Vec<(&'static str, bool)> {
        let kind = traits.marker.kind;
        let mut keys = vec![(kind_key(kind, traits.path_use), kind.carrier().only_hints())];
        let named = |key| {
            self.kinds.contains_key(key) || line.is_some_and(|line| line.kinds.contains_key(key))
        };
        if traits.copied && named(COPIED) {
            keys.push((COPIED, true));
        } else if traits.copied || traits.marker.confidence == Confidence::Weak {
            keys.push((WEAK, true));
        }
        if traits.in_merge && named(MERGE) {
            keys.push((MERGE, true));
        }
        keys
    }

    /// Whether a marker is newer than the catalogue that this policy is pinned to; where
    /// that is said.
    pub(super) fn pinned(&self, marker: &Marker) -> Option<&Place> {
        let pin = self.catalogue.as_ref()?;
        (Version::parse(&marker.since)? > pin.value).then_some(&pin.place)
    }

    /// The most specific line about a finding.
    fn line(&self, traits: Traits<'_>) -> Option<(&Subject, &Line)> {
        if self.lines.is_empty() {
            return None;
        }
        let by = |subject: Subject| self.lines.get_key_value(&subject);
        by(Subject::Marker(traits.marker.id.clone()))
            .or_else(|| self.model_line(traits.model?))
            .or_else(|| by(Subject::ModelVendor(traits.model_vendor?.to_owned())))
            .or_else(|| by(Subject::Tool(traits.marker.tool.clone())))
            .or_else(|| by(Subject::Vendor(traits.marker.vendor.clone())))
    }

    /// The line about a model: the one with its whole name, or the strictest of those
    /// with a `*` that cover it.
    fn model_line(&self, model: &str) -> Option<(&Subject, &Line)> {
        let model = model.to_lowercase();
        if let Some(whole) = self.lines.get_key_value(&Subject::Model(model.clone())) {
            return Some(whole);
        }
        let covering = self.lines.iter().filter(|(subject, _)| match subject {
            Subject::Model(glob) if glob.contains('*') => covers(glob, &model),
            _ => false,
        });
        covering.max_by_key(|(_, line)| line.verdict.as_ref().map(|said| said.value))
    }
}

/// Whether a name with `*` covers another.
fn covers(glob: &str, name: &str) -> bool {
    globset::Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text| Version::parse(text);
        assert!(version("0.10") > version("0.9"));
        assert!(version("1.0") > version("0.10.3"));
        assert_eq!(version("new"), None);
    }

    #[test]
    fn a_star_in_a_model_stands_for_anything() {
        for (glob, name, covered) in [
            ("opus*", "opus 4.6", true),
            ("*opus*", "claude opus 4.6", true),
            ("opus", "opus 4.6", false),
            ("gpt-*-codex", "gpt-5.3-codex", true),
            ("gpt-*-codex", "gpt-5.3", false),
            ("*", "", true),
        ] {
            assert_eq!(covers(glob, name), covered, "{glob} {name}");
        }
    }
}
