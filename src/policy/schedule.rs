//! How much of a policy is in force, and from when: `mode = "warn"`, or
//! `mode = { warn = 2026-12-01, enforce = 2027-01-10 }` by the server's clock.

use crate::document::{Fields, Moment, Problem, Value};

use super::Verdict;
use crate::text::WordEnum;

/// How much of the policy is in force.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Mode {
    /// What would be refused or warned of is recorded only.
    Observe,
    /// What would be refused is warned of.
    Warn,
    /// Verdicts are what they say.
    #[default]
    Enforce,
}

impl WordEnum for Mode {
    const LAST_FIRST: bool = true;
}

impl Mode {
    /// What is left of a verdict.
    #[must_use]
    pub fn limit(self, verdict: Verdict) -> Verdict {
        match self {
            Self::Enforce => verdict,
            Self::Warn => verdict.min(Verdict::Warn),
            Self::Observe => verdict.min(Verdict::Record),
        }
    }
}

/// A mode now, and what it becomes when.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Schedule {
    first: Mode,
    /// In the order of time.
    steps: Vec<(Moment, Mode)>,
}

impl Schedule {
    /// Reads `mode`; problems go to the fields' reader.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let node = fields.node("mode")?;
        let Value::Table(_) = node.value else {
            let first = fields.one_of_at(node, "`mode`")?;
            return Some(Self { first, steps: Vec::new() });
        };
        let reader = fields.reader();
        let mut dates = reader.fields(node, "`mode`")?;
        let mut steps = Vec::new();
        for mode in Mode::all() {
            if let Some(moment) = dates.moment(mode.word()) {
                steps.push((moment, *mode));
            }
        }
        let place = dates.place().clone();
        dates.finish();
        if steps.is_empty() {
            reader.report(
                Problem::new(&place, "`mode` names no date")
                    .help("write mode = \"enforce\", or mode = { warn = DATE, enforce = DATE }"),
            );
            return None;
        }
        if !steps.is_sorted_by(|a, b| a.0 < b.0) {
            reader.report(
                Problem::new(&place, "the dates of `mode` contradict each other")
                    .help("they must go from observe over warn to enforce"),
            );
            return None;
        }
        Some(Self { first: Mode::Observe, steps })
    }

    /// The beginning of time, and each moment at which the mode changes.
    pub(super) fn moments(&self) -> Vec<Moment> {
        let steps = self.steps.iter().map(|(moment, _)| *moment);
        std::iter::once(Moment(i64::MIN)).chain(steps).collect()
    }

    /// The mode at a moment.
    #[must_use]
    pub(super) fn at(&self, now: Moment) -> Mode {
        let passed = self.steps.iter().take_while(|(moment, _)| *moment <= now);
        passed.last().map_or(self.first, |(_, mode)| *mode)
    }

    /// Since when it enforces without a break: `None` if it does not at `now`. The first
    /// moment of all stands for "always".
    #[must_use]
    pub(super) fn enforces_since(&self, now: Moment) -> Option<Moment> {
        if self.at(now) != Mode::Enforce {
            return None;
        }
        let step = self.steps.iter().rev().find(|(moment, _)| *moment <= now);
        Some(step.map_or(Moment(i64::MIN), |(moment, _)| *moment))
    }

    /// When it will begin to enforce, if it does not yet.
    #[must_use]
    pub(super) fn enforces_from(&self, now: Moment) -> Option<Moment> {
        let coming =
            self.steps.iter().find(|(moment, mode)| *moment > now && *mode == Mode::Enforce);
        coming.filter(|_| self.at(now) != Mode::Enforce).map(|(moment, _)| *moment)
    }
}

/// As it is written in a file.
impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.steps.is_empty() {
            return write!(f, "\"{}\"", self.first.word());
        }
        let steps: Vec<String> =
            self.steps.iter().map(|(moment, mode)| format!("{} = {moment}", mode.word())).collect();
        write!(f, "{{ {} }}", steps.join(", "))
    }
}
