//! `[limits]`: how much judging one push may cost, and what becomes of a push that costs more.
//!
//! Each limit stands alone (`time = "60s"`) or with its outcome
//! (`time = { most = "60s", outcome = "accept" }`); `"none"` is no limit. `outcome` beside
//! them is for those that name none. How much of a file is searched is fixed, so `files` is an
//! outcome alone, and the general one does not reach it: large files are ordinary.

use std::fmt;
use std::time::Duration;

use crate::document::{Fields, Node, Place, Problem, Value};
use crate::text::WordEnum;
use bytesize::ByteSize;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What is limited.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Resource {
    /// How long it takes.
    Time,
    /// How many new commits a push brings.
    Commits,
    /// How many bytes of objects are read, inflated.
    Bytes,
    /// How many marks are looked at.
    Findings,
    /// How much memory the process has, without the files that it maps.
    Memory,
    /// How many bytes of a file are searched.
    Files,
}

/// Of larger files only this many bytes are searched: what marks a file stands near its top.
pub const LARGEST_FILE: usize = 16 << 20;

impl WordEnum for Resource {}

impl Resource {
    /// An amount as people write it.
    #[must_use]
    pub fn shown(self, amount: u64) -> String {
        match self {
            Self::Time => {
                let time = SignedDuration::from_millis(i64::try_from(amount).unwrap_or(i64::MAX));
                format!("{time:#}")
            }
            Self::Commits | Self::Findings => amount.to_string(),
            Self::Bytes | Self::Memory | Self::Files => ByteSize(amount).to_string(),
        }
    }
}

/// How much a limit allows that ended a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allowed {
    /// An amount of a resource: milliseconds, a number, or bytes.
    Amount(Resource, u64),
    /// Steps of work that read nothing, which the program itself bounds.
    Steps(u64),
    /// What the program itself keeps of one text, file or commit.
    OneText,
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount(resource, amount) => f.write_str(&resource.shown(*amount)),
            Self::Steps(steps) => write!(f, "{} million steps", steps / 1_000_000),
            Self::OneText => f.write_str("as many as one text may hold"),
        }
    }
}

/// What becomes of a push that costs more than a limit.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Outcome {
    /// It is let in, with what was left unjudged on record.
    Accept,
    /// It is refused.
    #[default]
    Reject,
}

impl WordEnum for Outcome {
    const LAST_FIRST: bool = true;
}

/// One limit.
#[derive(Clone, Debug, Default)]
pub struct Limit {
    /// The most: milliseconds, a number, or bytes. `None` for no limit.
    pub most: Option<u64>,
    /// What becomes of a push that goes beyond it.
    pub outcome: Outcome,
    /// Where it is written; `None` for the platform's own.
    pub place: Option<Place>,
}

/// The limits on what judging a push may cost, one for each resource.
#[derive(Clone, Debug, Default)]
pub struct Limits([Limit; <Resource as strum::VariantArray>::VARIANTS.len()]);

impl Limits {
    /// One of them.
    #[must_use]
    pub fn of(&self, resource: Resource) -> &Limit {
        let Self([time, commits, bytes, findings, memory, files]) = self;
        match resource {
            Resource::Time => time,
            Resource::Commits => commits,
            Resource::Bytes => bytes,
            Resource::Findings => findings,
            Resource::Memory => memory,
            Resource::Files => files,
        }
    }

    /// Sets a limit, for tests of what holds it.
    #[cfg(test)]
    pub(crate) fn set(&mut self, resource: Resource, most: u64) {
        let Self(all) = self;
        for (limit, known) in all.iter_mut().zip(Resource::all()) {
            if *known == resource {
                limit.most = Some(most);
            }
        }
    }

    /// The limit of time, with that of the platform, which would end the hook by itself.
    #[must_use]
    pub fn with_platform(mut self, budget: Option<Duration>) -> Self {
        let budget = budget.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let Self([time, ..]) = &mut self;
        if let Some(budget) = budget
            && time.most.is_none_or(|most| most > budget)
        {
            time.most = Some(budget);
            time.place = None;
        }
        self
    }

    /// Reads the section; without one nothing is limited.
    pub(super) fn read(root: &mut Fields<'_>) -> Self {
        let mut limits = Self::default();
        let reader = root.reader();
        let Some(node) = root.node("limits") else { return limits };
        let Some(mut fields) = reader.fields(node, "[limits]") else { return limits };
        let outcome = fields.one_of::<Outcome>("outcome").unwrap_or_default();
        let Self(all) = &mut limits;
        for (limit, resource) in all.iter_mut().zip(Resource::all().iter().copied()) {
            let word = resource.word();
            let node = fields.node(word);
            if resource == Resource::Files {
                limit.read_files(&fields, node);
                continue;
            }
            limit.outcome = outcome;
            if let Some(node) = node {
                limit.read(&fields, node, word, resource);
            }
        }
        fields.finish();
        limits
    }

    /// The first limit at which a push that `before` refuses is let in: a higher one, or a
    /// milder outcome.
    pub(super) fn looser_than(&self, before: &Self) -> Option<(Resource, Option<&Place>)> {
        let looser = Resource::all().iter().copied().find(|resource| {
            let (was, is) = (before.of(*resource), self.of(*resource));
            let higher = is.most.is_none_or(|is| was.most.is_some_and(|was| is > was));
            was.outcome == Outcome::Reject
                && was.most.is_some()
                && (is.outcome == Outcome::Accept || higher)
        });
        looser.map(|resource| (resource, self.of(resource).place.as_ref()))
    }
}

impl Limit {
    /// Reads what becomes of a push with a file that is not searched whole: without a refusal
    /// it is no limit, and the file is on record.
    fn read_files(&mut self, fields: &Fields<'_>, node: Option<&Node>) {
        let Some(node) = node else { return };
        self.place = Some(fields.place_of("files").clone());
        self.outcome = fields.one_of_at::<Outcome>(node, "`files`").unwrap_or_default();
        self.most = (self.outcome == Outcome::Reject).then_some(LARGEST_FILE as u64);
    }

    fn read(
        &mut self,
        fields: &Fields<'_>,
        node: &Node,
        word: &'static str,
        resource: Resource,
    ) -> Option<()> {
        self.place = Some(fields.place_of(word).clone());
        let reader = fields.reader();
        let mut most = Some(node);
        if let Value::Table(_) = node.value {
            let mut table = reader.fields(node, "a limit")?;
            most = table.node("most");
            self.outcome = table.one_of("outcome").unwrap_or(self.outcome);
            table.finish();
        }
        let most = most?;
        match amount(&most.value, resource) {
            Some(amount) => self.most = amount,
            None => {
                let example = match resource {
                    Resource::Time => "\"90s\", \"5m\"",
                    Resource::Commits | Resource::Findings => "100000",
                    Resource::Bytes | Resource::Memory | Resource::Files => "\"512MiB\", \"4GiB\"",
                };
                let problem = Problem::new(&most.place, format!("this is no limit of `{word}`"));
                let help = format!("write {word} = {example}, or \"none\"");
                reader.report(problem.help(help));
            }
        }
        Some(())
    }
}

/// Reads an amount; the inner `None` is no limit.
fn amount(value: &Value, resource: Resource) -> Option<Option<u64>> {
    let positive = |amount: u64| (amount > 0).then_some(Some(amount));
    match (value, resource) {
        (Value::String(text), _) if text == "none" => Some(None),
        (Value::String(text), Resource::Time) => {
            let time: SignedDuration = text.parse().ok()?;
            positive(u64::try_from(time.as_millis()).ok()?)
        }
        (Value::String(text), Resource::Bytes | Resource::Memory) => {
            positive(text.parse::<ByteSize>().ok()?.as_u64())
        }
        (Value::Integer(number), Resource::Commits | Resource::Findings) => {
            positive(u64::try_from(*number).ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Reader, Source, parse};
    use std::sync::Arc;

    fn read(text: &str) -> Result<Limits, Vec<String>> {
        let source =
            Source { name: "x.toml".into(), text: text.to_owned().into(), built_in: false };
        let node = parse(&Arc::new(source)).unwrap();
        let reader = Reader::default();
        let mut root = reader.fields(&node, "the top level").unwrap();
        let limits = Limits::read(&mut root);
        root.finish();
        let problems = reader.take();
        let messages = problems.iter().map(|problem| problem.message.clone()).collect();
        if problems.is_empty() { Ok(limits) } else { Err(messages) }
    }

    #[test]
    fn a_limit_stands_alone_or_with_its_outcome() {
        let limits = read(
            "[limits]\noutcome = \"accept\"\ntime = \"90s\"\nbytes = \"1.5GiB\"\n\
             commits = { most = 7, outcome = \"reject\" }\nmemory = \"none\"\n",
        );
        let limits = limits.unwrap();
        let of = |resource| (limits.of(resource).most, limits.of(resource).outcome);
        assert_eq!(of(Resource::Time), (Some(90_000), Outcome::Accept));
        assert_eq!(of(Resource::Bytes), (Some(3 << 29), Outcome::Accept));
        assert_eq!(of(Resource::Commits), (Some(7), Outcome::Reject));
        assert_eq!(of(Resource::Memory), (None, Outcome::Accept));
        assert_eq!(of(Resource::Findings), (None, Outcome::Accept));
        assert_eq!(Resource::Time.shown(90_000), "1m 30s");
        assert_eq!(Resource::Bytes.shown(3 << 29), "1.5 GiB");
    }

    #[test]
    fn what_is_no_limit_is_named() {
        for text in ["time = 5", "time = \"soon\"", "commits = \"7\"", "commits = 0", "bytes = 5"] {
            let problems = read(&format!("[limits]\n{text}\n")).unwrap_err();
            assert!(problems[0].starts_with("this is no limit of"), "{text}: {problems:?}");
        }
        let problems = read("[limits]\ntime = { most = \"5s\", result = \"x\" }\n").unwrap_err();
        assert_eq!(problems, ["unknown key `result` in a limit"]);
    }

    #[test]
    fn files_that_are_not_searched_whole_are_accepted_unless_they_are_named() {
        let files = |text: &str| {
            let limits = read(&format!("[limits]\n{text}\n")).unwrap();
            (limits.of(Resource::Files).most, limits.of(Resource::Files).outcome)
        };
        let most = Some(16 << 20);
        assert_eq!(files(""), (None, Outcome::Reject), "no limit, so its outcome is none");
        assert_eq!(files("outcome = \"reject\""), (None, Outcome::Reject), "not for all");
        assert_eq!(files("files = \"accept\""), (None, Outcome::Accept));
        assert_eq!(files("files = \"reject\"\noutcome = \"accept\""), (most, Outcome::Reject));
        let problems = read("[limits]\nfiles = \"refuse\"\n").unwrap_err();
        assert_eq!(problems, ["`files` can't be `refuse`"]);
        assert_eq!(read("[limits]\nfiles = 5\n").unwrap_err().len(), 1);
        let before = read("[limits]\nfiles = \"reject\"\n").unwrap();
        let after = read("[limits]\nfiles = \"accept\"\n").unwrap();
        let looser = |after: &Limits, before| after.looser_than(before).map(|(it, _)| it);
        assert_eq!(looser(&after, &before), Some(Resource::Files));
        assert_eq!(looser(&before, &after), None);
    }

    #[test]
    fn a_platform_s_own_limit_of_time_counts_where_it_is_lower() {
        let of = |text, seconds: u64| {
            let limits = read(text).unwrap().with_platform(Some(Duration::from_secs(seconds)));
            limits.of(Resource::Time).most
        };
        assert_eq!(of("", 3), Some(3_000));
        assert_eq!(of("[limits]\ntime = \"2s\"\n", 3), Some(2_000));
        assert_eq!(of("[limits]\ntime = \"none\"\n", 3), Some(3_000));
    }

    #[test]
    fn a_higher_limit_and_a_milder_outcome_are_looser() {
        let before = read("[limits]\ntime = \"60s\"\n").unwrap();
        let looser = |text| {
            let after = read(text).unwrap();
            after.looser_than(&before).map(|(resource, _)| resource)
        };
        assert_eq!(looser("[limits]\ntime = \"50s\"\n"), None);
        assert_eq!(looser("[limits]\ntime = \"70s\"\n"), Some(Resource::Time));
        assert_eq!(looser("[limits]\ntime = \"none\"\n"), Some(Resource::Time));
        let milder = "[limits]\ntime = { most = \"60s\", outcome = \"accept\" }\n";
        assert_eq!(looser(milder), Some(Resource::Time));
        assert_eq!(looser("[limits]\ntime = \"60s\"\nbytes = \"1GB\"\n"), None);
    }
}
