//! Exemptions, suspensions and the bypass: what policy lets pass although it would
//! refuse it, who granted that, and until when. All of it is recorded; nothing that is
//! written in a commit can bring it about.

use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::globs::Globs;
use super::pusher::{Pusher, Pushers};
use crate::document::{Fields, Moment, Place, Problem};
use crate::finding::Finding;
use crate::git::ObjectId;

/// A warning is shown for so long before an exemption ends.
pub(super) const LAST_DAYS: i64 = 14 * 24 * 60 * 60;

/// Which commits an exemption is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commits {
    /// This one.
    One(ObjectId),
    /// Those reachable from the second and not from the first.
    Range(ObjectId, ObjectId),
}

/// What exemptions ask of the commits of a repository.
pub trait Ancestry {
    /// Whether `new` reaches a commit and `old` does not.
    fn in_range(&self, old: ObjectId, new: ObjectId, id: ObjectId) -> bool;

    /// The commits of which a platform has made this one, by squashing or rebasing them;
    /// none, if it has not.
    fn made_of(&self, id: ObjectId) -> Rc<[ObjectId]>;
}

/// Commits of which nothing is known.
pub struct Unrelated;

impl Ancestry for Unrelated {
    fn in_range(&self, _: ObjectId, _: ObjectId, _: ObjectId) -> bool {
        false
    }

    fn made_of(&self, _: ObjectId) -> Rc<[ObjectId]> {
        Rc::default()
    }
}

/// What let a finding pass that policy refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExemptedBy {
    /// An exemption, by its id.
    Exemption(String),
    /// The pusher's right to bypass the policy.
    Bypass,
}

impl fmt::Display for ExemptedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exemption(id) => f.write_str(id),
            Self::Bypass => f.write_str("bypass"),
        }
    }
}

/// `[[policy.exemption]]`.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub place: Place,
    /// Why it was granted.
    pub reason: String,
    /// Who granted it.
    pub approver: String,
    /// Where that is on record.
    pub ticket: Option<String>,
    /// When it ends.
    pub expires: Moment,
    /// The commits that it is for; empty for all.
    pub commits: Vec<Commits>,
    pub(super) tools: Vec<(String, Place)>,
    pub(super) pull_requests: Vec<u64>,
    pub(super) repositories: Globs,
    pub(super) refs: Globs,
    pub(super) paths: Globs,
    pub(super) pushers: Pushers,
    /// Whether it counts only when the pusher asks for it by a push option.
    pub(super) on_request: bool,
}

impl Exemption {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let id = fields.required_string("id").unwrap_or_default().to_owned();
        let reason = fields.required_string("reason").unwrap_or_default().to_owned();
        let approver = fields.required_string("approver").unwrap_or_default().to_owned();
        let reader = fields.reader();
        let given = fields.entries().contains_key("expires");
        let expires = fields.end("expires");
        if !given {
            let message = format!("the exemption `{id}` has no `expires`");
            let problem = Problem::new(fields.place_of("id"), message);
            reader.report(
                problem.help("write the last day on which it counts: expires = 2027-06-30"),
            );
        }
        let commits = fields.strings("commits");
        let commits = commits.into_iter().filter_map(|(text, place)| {
            let read = commits_of(text);
            if read.is_none() {
                let problem = Problem::new(place, format!("`{text}` names no commit in full"));
                reader.report(problem.help("write whole object ids, or OLD..NEW of two of them"));
            }
            read
        });
        let commits = commits.collect();
        let own = |names: Vec<(&str, &Place)>| -> Vec<(String, Place)> {
            names.into_iter().map(|(name, place)| (name.to_owned(), place.clone())).collect()
        };
        let exemption = Self {
            place: fields.place_of("id").clone(),
            id,
            reason,
            approver,
            ticket: fields.string("ticket").map(str::to_owned),
            expires: expires.unwrap_or(Moment(i64::MIN)),
            commits,
            tools: own(fields.strings("tools")),
            pull_requests: fields.counts("pull-requests"),
            repositories: Globs::read(&mut fields, "repositories"),
            refs: Globs::read_refs(&mut fields, "refs"),
            paths: Globs::read(&mut fields, "paths"),
            pushers: Pushers::read(&mut fields),
            on_request: fields.boolean("on-request"),
        };
        fields.finish();
        expires.map(|_| exemption)
    }

    /// Whether it is for this tool.
    pub(super) fn is_for_tool(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.iter().any(|(known, _)| known == tool)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, now: Moment) -> bool {
        self.expires <= now
    }

    /// Whether it ends within two weeks.
    #[must_use]
    pub fn ends_soon(&self, now: Moment) -> bool {
        !self.is_over(now) && self.expires.0.saturating_sub(now.0) <= LAST_DAYS
    }

    /// Whether a finding of a commit is covered, once repository, ref and pusher are.
    pub(super) fn covers(
        &self,
        finding: &Finding,
        commit: Option<ObjectId>,
        ancestry: &dyn Ancestry,
    ) -> bool {
        self.is_for_tool(&finding.marker.tool)
            && (!self.paths.is_given()
                || finding.path.as_deref().is_some_and(|path| self.paths.matches(path)))
            && (self.commits.is_empty() || commit.is_some_and(|id| self.is_for(id, ancestry)))
    }

    /// Whether it names a commit, or every commit of which a platform has made it.
    fn is_for(&self, id: ObjectId, ancestry: &dyn Ancestry) -> bool {
        let names = |id: ObjectId| {
            self.commits.iter().any(|commits| match commits {
                Commits::One(one) => *one == id,
                Commits::Range(old, new) => ancestry.in_range(*old, *new, id),
            })
        };
        let squashed = || {
            let parts = ancestry.made_of(id);
            !parts.is_empty() && parts.iter().all(|&part| names(part))
        };
        names(id) || squashed()
    }

    pub(super) fn is_for_pull_request(&self, number: Option<u64>) -> bool {
        self.pull_requests.is_empty()
            || number.is_some_and(|number| self.pull_requests.contains(&number))
    }

    pub(super) fn is_for_pusher(&self, who: &Pusher) -> bool {
        !self.pushers.is_given() || self.pushers.include(who)
    }
}

fn commits_of(text: &str) -> Option<Commits> {
    let id = |text: &str| ObjectId::from_hex(text.trim().as_bytes());
    match text.split_once("..") {
        Some((old, new)) => Some(Commits::Range(id(old)?, id(new)?)),
        None => id(text).map(Commits::One),
    }
}

/// `[[policy.suspension]]`: for a while nothing is refused, in an incident say.
#[derive(Clone, Debug)]
pub struct Suspension {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub place: Place,
    /// Until when.
    pub until: Moment,
    /// Why.
    pub reason: String,
    /// Who did it, if he said so.
    pub by: Option<String>,
    pub(super) repositories: Globs,
}

impl Suspension {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let id = fields.required_string("id").unwrap_or_default().to_owned();
        let reason = fields.required_string("reason").unwrap_or_default().to_owned();
        if !fields.entries().contains_key("until") {
            let problem = Problem::new(fields.place(), "a suspension needs an `until`");
            fields.reader().report(problem.help("write until = 2026-12-01T18:00:00Z"));
        }
        let until = fields.end("until");
        let place = fields.place_of("id").clone();
        let by = fields.string("by").map(str::to_owned);
        let repositories = Globs::read(&mut fields, "repositories");
        fields.finish();
        Some(Self { id, place, until: until?, reason, by, repositories })
    }

    /// Whether it holds for a repository now.
    #[must_use]
    pub fn holds(&self, repository: &str, now: Moment) -> bool {
        now < self.until && self.repositories.matches(repository.as_bytes())
    }
}

/// `[policy.bypass]`: who may push what would be refused, by a push option.
#[derive(Clone, Debug, Default)]
pub struct Bypass {
    pub(super) pushers: Pushers,
}

impl Bypass {
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<(Self, Place)> {
        let reader = fields.reader();
        let node = fields.node("bypass")?;
        let mut bypass = reader.fields(node, "[policy.bypass]")?;
        let pushers = Pushers::read(&mut bypass);
        if !pushers.is_given() {
            let problem = Problem::new(bypass.place(), "a bypass is for nobody");
            reader.report(problem.help("name `groups` or `pushers`, or leave [policy.bypass] out"));
        }
        let place = bypass.place().clone();
        bypass.finish();
        Some((Self { pushers }, place))
    }
}

/// As it is written in a file.
impl fmt::Display for Bypass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.pushers)
    }
}

/// What a pusher asks for by push options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `-o provost.exempt=ID`, every one.
    pub exemptions: Vec<String>,
    /// `-o provost.reason=TEXT`: why everything should pass.
    pub reason: Option<String>,
}

impl Request {
    /// Reads push options; others are not ours.
    #[must_use]
    pub fn read(options: &[Vec<u8>]) -> Self {
        let mut request = Self::default();
        for option in options {
            let text = String::from_utf8_lossy(option);
            match text.split_once('=') {
                Some(("provost.exempt", id)) => request.exemptions.push(id.trim().to_owned()),
                Some(("provost.reason", reason)) if !reason.trim().is_empty() => {
                    request.reason = Some(reason.trim().to_owned());
                }
                _ => {}
            }
        }
        request
    }
}
