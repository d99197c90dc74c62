//! Locks: what a weaker layer marks `locked`, no stronger layer may loosen.
//!
//! Loosening is any change after which something that was rejected would not be. Verdicts
//! are compared marker by marker over the catalogue, so it does not matter by which key a
//! file tries: a line for a marker, a milder kind, a scope, an exemption, a disabled
//! marker.

use std::sync::Arc;

use super::Policy;
use super::kind_keys::WEAK;
use super::schedule::Schedule;
use super::settings::Settings;
use super::strictness::loosened;
use crate::document::{Place, Problem, Source};
use crate::finding::{Confidence, Kind, Marker};
use crate::text::WordEnum;

/// A policy and the markers of its catalogue that are switched on.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The markers.
    pub markers: &'a [Arc<Marker>],
}

/// The keys that can be locked, as a whole or by a part after a dot.
pub(super) const KEYS: [&str; 14] = [
    "mode",
    "default",
    "unknown",
    "kinds",
    "tools",
    "disclosure",
    "people",
    "bypass",
    "exemption",
    "scope",
    "catalogue",
    "hiding-refs",
    "on-error",
    // Another section, which the room that reads it compares.
    "limits",
];

/// Checks a layer `above` that was laid over `before`, giving `after`: the places at which
/// it loosens what is locked.
#[must_use]
pub fn check_locks(before: Side<'_>, after: Side<'_>, above: &Arc<Source>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, locked) in &before.policy.locked {
        let change = Change { before, after, above };
        for (place, what) in change.loosened(key) {
            let message = format!("{what}, but `{key}` is locked");
            let help = format!("{} locks it; ask who looks after that file", locked.file_line());
            problems.push(Problem::new(place, message).help(help));
        }
    }
    problems
}

struct Change<'a> {
    before: Side<'a>,
    after: Side<'a>,
    above: &'a Arc<Source>,
}

type Loosened<'a> = Vec<(&'a Place, String)>;

impl<'a> Change<'a> {
    fn is_new(&self, place: &Place) -> bool {
        Arc::ptr_eq(&place.source, self.above)
    }

    fn loosened(&self, key: &str) -> Loosened<'a> {
        let (first, rest) = key.split_once('.').unwrap_or((key, ""));
        match first {
            "mode" => self.mode(),
            "disclosure" => self.part("asks for less disclosure", |before, after| {
                after.disclosure.is_as_strict_as(&before.disclosure)
            }),
            "people" => self.part("asks less of people", |before, after| {
                after.people.is_as_strict_as(&before.people)
            }),
            "bypass" => self.part("lets more people bypass the policy", |before, after| {
                let Some(new) = &after.bypass else { return true };
                before
                    .bypass
                    .as_ref()
                    .is_some_and(|old| new.value.pushers.are_among(&old.value.pushers))
            }),
            "catalogue" => self.part("pins an older catalogue", |before, after| {
                let pin =
                    |settings: &Settings| settings.catalogue.as_ref().map(|it| it.value.clone());
                match (pin(before), pin(after)) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(old), Some(new)) => new >= old,
                }
            }),
            "exemption" => self.exemptions(&|_| true),
            "scope" => self.scopes("adds or changes a scope"),
            "hiding-refs" => self.part("changes which refs hide", |_, _| {
                self.before.policy.hides_more == self.after.policy.hides_more
            }),
            "on-error" => {
                let after = self.after.policy.on_error.iter().filter(|place| self.is_new(place));
                after.map(|place| (place, "this lets in what could not be judged".into())).collect()
            }
            "limits" => Vec::new(),
            _ => self.verdicts(first, rest),
        }
    }

    /// The base, and each scope that the layer adds or changes laid over it, before and
    /// after, with the place to point at.
    fn pairs(&self) -> Vec<(Settings, Settings, &'a Place)> {
        let (before, after) = (self.before.policy, self.after.policy);
        let new = [&after.base].into_iter().flat_map(|base| base.places());
        let place = new.into_iter().find(|place| self.is_new(place));
        let mut pairs = Vec::new();
        if let Some(place) = place {
            pairs.push((before.base.clone(), after.base.clone(), place));
        }
        for scope in &after.scopes {
            let changed = scope.settings.places().into_iter().find(|place| self.is_new(place));
            let Some(place) = changed.or_else(|| self.is_new(&scope.place).then_some(&scope.place))
            else {
                continue;
            };
            let mut old = before.base.clone();
            if let Some(same) = before.scopes.iter().find(|old| old.id == scope.id) {
                old.lay_over(&same.settings);
            }
            let mut with = after.base.clone();
            with.lay_over(&scope.settings);
            pairs.push((old, with, place));
        }
        pairs
    }

    fn part(&self, what: &str, holds: impl Fn(&Settings, &Settings) -> bool) -> Loosened<'a> {
        let broken = self.pairs().into_iter().filter(|(before, after, _)| !holds(before, after));
        broken.map(|(_, _, place)| (place, format!("this {what}"))).collect()
    }

    fn mode(&self) -> Loosened<'a> {
        let mut out = self.part("puts less of the policy in force, or later", |before, after| {
            !is_later(&before.schedule(), &after.schedule())
        });
        for suspension in &self.after.policy.suspensions {
            if self.is_new(&suspension.place) {
                out.push((&suspension.place, "this suspends the policy".into()));
            }
        }
        out
    }

    fn scopes(&self, what: &str) -> Loosened<'a> {
        let new = self.after.policy.scopes.iter().filter(|scope| self.is_new(&scope.place));
        new.map(|scope| (&scope.place, format!("this {what}"))).collect()
    }

    fn exemptions(&self, concerns: &dyn Fn(&super::Exemption) -> bool) -> Loosened<'a> {
        let all = self.after.policy.exemptions.iter();
        let new = all.filter(|it| self.is_new(&it.place) && concerns(it));
        new.map(|it| (&it.place, format!("this adds or changes the exemption `{}`", it.id)))
            .collect()
    }

    /// `default`, `unknown`, `kinds.KIND`, `tools.NAME`, or all of one of them.
    fn verdicts(&self, first: &str, rest: &str) -> Loosened<'a> {
        let concerns = |marker: &Marker| concerns(first, rest, marker);
        let mut out = Loosened::new();
        for (before, after, place) in self.pairs() {
            let markers = self.before.markers.iter().map(AsRef::as_ref);
            let markers = markers.filter(|marker| concerns(marker));
            let discloses = after.disclosure.is_as_strict_as(&before.disclosure);
            let mut loose = loosened(&before, &after, markers, discloses);
            if let Some(marker) = loose.next() {
                out.push((place, format!("this makes `{}` milder", marker.id)));
            }
        }
        let about = |exemption: &super::Exemption| {
            self.before.markers.iter().any(|it| concerns(it) && exemption.is_for_tool(&it.tool))
        };
        out.extend(self.exemptions(&about));
        out
    }
}

/// The key that locks a marker, if one does: then no stronger layer may change it, save
/// to hold it for surer.
#[must_use]
pub fn lock_on<'p>(policy: &'p Policy, marker: &Marker) -> Option<&'p str> {
    let mut keys = policy.locked.iter().map(|(key, _)| key.as_str());
    keys.find(|key| {
        let (first, rest) = key.split_once('.').unwrap_or((key, ""));
        ["tools", "default", "unknown", "kinds"].contains(&first) && concerns(first, rest, marker)
    })
}

/// Whether a locked key of verdicts is about a marker.
fn concerns(first: &str, rest: &str, marker: &Marker) -> bool {
    match (first, rest) {
        ("tools", name) if !name.is_empty() => is_about(name, marker),
        ("kinds", WEAK) => marker.confidence == Confidence::Weak,
        ("kinds", kind) if !kind.is_empty() => {
            let kind = kind.split('.').next().unwrap_or_default();
            Kind::from_word(kind) == Some(marker.kind)
        }
        _ => true,
    }
}

/// Whether a line under this name can be about a marker.
fn is_about(name: &str, marker: &Marker) -> bool {
    match name.split_once(':') {
        Some(("vendor", vendor)) => marker.vendor == vendor,
        Some(_) => true,
        None => marker.id == name || marker.tool == name,
    }
}

/// Whether `after` is at any time less in force than `before`.
fn is_later(before: &Schedule, after: &Schedule) -> bool {
    let mut moments = before.moments();
    moments.extend(after.moments());
    moments.into_iter().any(|moment| after.at(moment) < before.at(moment))
}
