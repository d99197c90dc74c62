//! Policy: from a finding to a verdict, and the line of the file that decided.
//!
//! The most specific line speaks: marker, model, tool, vendor, default. For weak markers
//! and for the kinds `ref`, `path` and `content` it is that line or the kind's own,
//! whichever is milder, so that forbidding a tool does not forbid what only hints at it.

mod schema;

use std::collections::HashMap;

use serde::Serialize;

use crate::document::Place;
use crate::finding::{Confidence, Finding, Kind, PathUse};

/// What policy says of a finding, of a ref, of a push; milder first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to say.
    Allow,
    /// Noted in reports and logs only.
    Record,
    /// Accepted, and the pusher is told.
    Warn,
    /// Refused.
    Reject,
}

impl Verdict {
    /// The words for it in configuration files.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("reject", Self::Reject),
        ("warn", Self::Warn),
        ("record", Self::Record),
        ("allow", Self::Allow),
    ];
}

/// How much of the policy is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// What would be refused or warned of is recorded only.
    Observe,
    /// What would be refused is warned of.
    Warn,
    /// Verdicts are what they say.
    #[default]
    Enforce,
}

/// A verdict and the place that gave it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) verdict: Verdict,
    pub(crate) place: Place,
}

/// What one line of `[policy.tools]` says.
#[derive(Clone, Debug, Default)]
struct Line {
    verdict: Option<Said>,
    reason: Option<String>,
    kinds: Kinds,
}

/// Verdicts by kind of marker; `None` where nothing is said.
#[derive(Clone, Debug, Default)]
struct Kinds {
    added: Option<Said>,
    changed: Option<Said>,
    shared: Option<Said>,
    off_switch: Option<Said>,
    content: Option<Said>,
    ref_name: Option<Said>,
    weak: Option<Said>,
    tamper: Option<Said>,
}

/// What a policy says, ready to judge.
#[derive(Debug)]
pub struct Policy {
    /// How much of it is in force.
    pub mode: Mode,
    /// Whom to ask, for texts.
    pub contact: Option<String>,
    default: Option<Said>,
    lines: HashMap<Subject, Line>,
    kinds: Kinds,
    hiding: Vec<globset::GlobMatcher>,
    /// Where each line stands, for checking the names against the catalogue.
    named: Vec<(Subject, Place)>,
}

/// What a line of `[policy.tools]` is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One marker, by id.
    Marker(String),
    /// A model, as findings name it, in lower case.
    Model(String),
    /// A tool, by id.
    Tool(String),
    /// A vendor, by name.
    Vendor(String),
}

/// The verdict on a finding, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict, the mode already applied.
    pub verdict: Verdict,
    /// `file:line` of the policy that decided.
    pub because: String,
    /// The reason that policy gives, for people.
    pub reason: Option<String>,
}

impl Policy {
    /// Judges a finding.
    #[must_use]
    pub fn judge(&self, finding: &Finding) -> Decision {
        let marker = &finding.marker;
        let line = self.line(finding);
        let said = line.and_then(|line| line.verdict.as_ref()).or(self.default.as_ref());
        let own = |pick: fn(&Kinds) -> &Option<Said>| {
            let named = line.and_then(|line| pick(&line.kinds).as_ref()).map(|said| (said, true));
            named.or_else(|| pick(&self.kinds).as_ref().map(|said| (said, false)))
        };
        let by_kind = match (marker.kind, finding.path_use) {
            (Kind::Path, Some(PathUse::Shared)) => own(|kinds| &kinds.shared),
            (Kind::Path, Some(PathUse::OffSwitch)) => own(|kinds| &kinds.off_switch),
            (Kind::Path, Some(PathUse::Changed)) => own(|kinds| &kinds.changed),
            (Kind::Path, _) => own(|kinds| &kinds.added),
            (Kind::Content, _) => own(|kinds| &kinds.content),
            (Kind::Ref, _) => own(|kinds| &kinds.ref_name),
            _ => None,
        };
        let mut decided = said;
        if marker.kind == Kind::Tamper {
            decided = own(|kinds| &kinds.tamper).map(|(said, _)| said).or(decided);
        }
        decided = milder_of(decided, by_kind);
        let copied = finding.copy.is_some_and(|copy| copy.confirmed);
        if marker.confidence == Confidence::Weak || copied {
            decided = milder_of(decided, own(|kinds| &kinds.weak));
        }
        Decision {
            verdict: self.in_force(decided.map_or(Verdict::Reject, |said| said.verdict)),
            because: decided.map_or_else(String::new, |said| said.place.file_line()),
            reason: line.and_then(|line| line.reason.clone()),
        }
    }

    /// Whether an existing ref of this name hides what it reaches: the hook has judged
    /// its commits when they were pushed to it.
    #[must_use]
    pub fn hides(&self, name: &[u8]) -> bool {
        use std::os::unix::ffi::OsStrExt;
        name.starts_with(b"refs/heads/")
            || name.starts_with(b"refs/tags/")
            || self.hiding.iter().any(|glob| glob.is_match(std::ffi::OsStr::from_bytes(name)))
    }

    /// What the lines of `[policy.tools]` are about, with their places.
    pub fn subjects(&self) -> impl Iterator<Item = &(Subject, Place)> {
        self.named.iter()
    }

    /// The most specific line about a finding.
    fn line(&self, finding: &Finding) -> Option<&Line> {
        let marker = &finding.marker;
        let by = |subject: Subject| self.lines.get(&subject);
        by(Subject::Marker(marker.id.clone()))
            .or_else(|| by(Subject::Model(finding.model.as_ref()?.to_lowercase())))
            .or_else(|| by(Subject::Tool(marker.tool.clone())))
            .or_else(|| by(Subject::Vendor(marker.vendor.clone())))
    }

    fn in_force(&self, verdict: Verdict) -> Verdict {
        match self.mode {
            Mode::Enforce => verdict,
            Mode::Warn => verdict.min(Verdict::Warn),
            Mode::Observe => verdict.min(Verdict::Record),
        }
    }
}

/// The milder of the verdict so far and the kind's own; what a line itself says of the
/// kind (`true`) stands as it is.
fn milder_of<'s>(decided: Option<&'s Said>, kind: Option<(&'s Said, bool)>) -> Option<&'s Said> {
    match (decided, kind) {
        (_, Some((said, true))) => Some(said),
        (Some(decided), Some((said, false))) if said.verdict >= decided.verdict => Some(decided),
        (_, Some((said, false))) => Some(said),
        (decided, None) => decided,
    }
}
