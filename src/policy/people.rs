//! Who must answer for a commit in which an AI tool was found: `[policy.people]`.
//!
//! Each rule speaks only of commits with findings, and raises the verdict of the finding
//! that it is about. Sources: the kernel's "AI agents MUST NOT add Signed-off-by tags";
//! LLVM's "the contributor is always the author and fully accountable".

use serde::{Deserialize, Serialize};

use super::Verdict;
use super::circumstances::Circumstances;
use super::placed::{Placed, PlacedVerdict, replace};
use crate::document::{Fields, Place, Problem};
use crate::finding::{Field, Finding, Kind};
use crate::text::{WordEnum, folded_key};

/// The roles that only people may hold where a policy names none.
const ROLES: [&str; 4] = ["Signed-off-by", "Reviewed-by", "Acked-by", "Tested-by"];

/// The rules about people: their roles, sign-off and approval.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// The verdict on an AI in a role that only people may hold.
    pub(super) roles: Option<PlacedVerdict>,
    /// The roles, as written.
    pub(super) role_trailers: Option<Placed<Vec<String>>>,
    /// The verdict on a commit that no person answers for as author or co-author.
    pub(super) accountable: Option<PlacedVerdict>,
    /// The verdict on a commit with AI credit and no person's sign-off.
    pub(super) sign_off: Option<PlacedVerdict>,
    /// The approvals that an agent's own commits need.
    pub(super) approval: Option<Approval>,
}

/// `[policy.people.approval]`: the commits of these tools need one of these trailers.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    pub(super) verdict: PlacedVerdict,
    pub(super) trailers: Vec<String>,
    /// Tool ids; empty for all.
    pub(super) tools: Vec<String>,
}

/// Which rule about people was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unaccounted {
    /// An AI stands where only people may.
    Role,
    /// No person is named as author or co-author.
    Author,
    /// No person signed off.
    SignOff,
    /// Nobody approved the agent's commit.
    Approval,
}

impl People {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let names = trailers(fields, "role-trailers");
        let given = fields.entries().contains_key("role-trailers");
        let place = fields.place_of("role-trailers").clone();
        Self {
            roles: said(fields, "roles"),
            role_trailers: given.then_some(Placed { value: names, place }),
            accountable: said(fields, "accountable-person"),
            sign_off: said(fields, "sign-off"),
            approval: Approval::read(fields),
        }
    }

    pub(super) fn lay_over(&mut self, over: &Self) {
        replace(&mut self.roles, &over.roles);
        replace(&mut self.role_trailers, &over.role_trailers);
        replace(&mut self.accountable, &over.accountable);
        replace(&mut self.sign_off, &over.sign_off);
        replace(&mut self.approval, &over.approval);
    }

    /// The verdicts that are given, by key.
    pub(super) fn verdicts(&self) -> Vec<(&'static str, &PlacedVerdict)> {
        let approval = self.approval.as_ref().map(|approval| &approval.verdict);
        let all = [
            ("roles", self.roles.as_ref()),
            ("accountable-person", self.accountable.as_ref()),
            ("sign-off", self.sign_off.as_ref()),
            ("approval.verdict", approval),
        ];
        all.into_iter().filter_map(|(key, said)| Some((key, said?))).collect()
    }

    fn roles(&self) -> Vec<String> {
        match &self.role_trailers {
            Some(placed) => placed.value.iter().map(|key| folded_key(key.as_bytes())).collect(),
            None => ROLES.iter().map(|key| folded_key(key.as_bytes())).collect(),
        }
    }

    /// The strictest rule that one of a commit's findings breaks.
    pub(super) fn broken<'s>(
        &'s self,
        finding: &Finding,
        among: &Circumstances<'_>,
    ) -> Option<(Verdict, &'s Place, Unaccounted)> {
        let marker = &finding.marker;
        let mut broken: Vec<(&PlacedVerdict, Unaccounted)> = Vec::new();
        let in_message = finding.field == Field::Message;
        if let Some(said) = &self.roles
            && in_message
        {
            let roles = self.roles();
            let here = |line| among.credits_on(line).any(|credit| roles.contains(&credit.key));
            if finding.line.is_some_and(here) {
                broken.push((said, Unaccounted::Role));
            }
        }
        let is_author = marker.kind == Kind::Identity && finding.field == Field::Author;
        if let Some(said) = &self.accountable
            && is_author
            && !among.names_person("coauthoredby")
        {
            broken.push((said, Unaccounted::Author));
        }
        if let Some(said) = &self.sign_off
            && in_message
            && marker.kind == Kind::Trailer
            && !among.names_person("signedoffby")
        {
            broken.push((said, Unaccounted::SignOff));
        }
        if let Some(approval) = &self.approval
            && is_author
            && approval.is_for(&marker.tool)
            && !approval.trailers.iter().any(|key| among.names_person(&folded_key(key.as_bytes())))
        {
            broken.push((&approval.verdict, Unaccounted::Approval));
        }
        let strictest = broken.into_iter().max_by_key(|(said, _)| said.value);
        strictest.map(|(said, why)| (said.value, &said.place, why))
    }

    /// Whether whatever `other` rejects is rejected by this too, as far as can be shown.
    pub(super) fn is_as_strict_as(&self, other: &Self) -> bool {
        let rejects = |said: &Option<PlacedVerdict>| {
            said.as_ref().is_some_and(|said| said.value == Verdict::Reject)
        };
        let roles_cover = || {
            let mine = self.roles();
            other.roles().iter().all(|role| mine.contains(role))
        };
        let approves = match (&self.approval, &other.approval) {
            (_, None) => true,
            (_, Some(theirs)) if theirs.verdict.value != Verdict::Reject => true,
            (None, Some(_)) => false,
            (Some(mine), Some(theirs)) => {
                mine.verdict.value == Verdict::Reject
                    && mine.trailers.iter().all(|key| theirs.trailers.contains(key))
                    && (mine.tools.is_empty()
                        || (!theirs.tools.is_empty()
                            && theirs.tools.iter().all(|tool| mine.is_for(tool))))
            }
        };
        (!rejects(&other.roles) || (rejects(&self.roles) && roles_cover()))
            && (!rejects(&other.accountable) || rejects(&self.accountable))
            && (!rejects(&other.sign_off) || rejects(&self.sign_off))
            && approves
    }
}

impl Approval {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let reader = fields.reader();
        let node = fields.node("approval")?;
        let mut approval = reader.fields(node, "[policy.people.approval]")?;
        let verdict = said(&mut approval, "verdict");
        let verdict = verdict
            .unwrap_or_else(|| Placed { value: Verdict::Reject, place: approval.place().clone() });
        let trailers = trailers(&mut approval, "trailers");
        if trailers.is_empty() {
            let problem =
                Problem::new(approval.place_of("trailers"), "an approval needs `trailers`");
            reader.report(problem.help("write trailers = [\"Ordered-by\"]"));
        }
        let tools = approval.strings("tools").into_iter().map(|(id, _)| id.to_owned()).collect();
        approval.finish();
        Some(Self { verdict, trailers, tools })
    }

    fn is_for(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.iter().any(|known| known == tool)
    }
}

fn trailers(fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    fields.strings(key).into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// A verdict under a key; `disclose` is none here.
pub(super) fn said(fields: &mut Fields<'_>, key: &'static str) -> Option<PlacedVerdict> {
    let verdicts = Verdict::all().iter().rev().filter(|it| **it != Verdict::Disclose);
    let words: Vec<(&'static str, Verdict)> = verdicts.map(|it| (it.word(), *it)).collect();
    let value = fields.word(key, &words)?;
    Some(PlacedVerdict { value, place: fields.place_of(key).clone() })
}
