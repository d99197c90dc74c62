//! A policy as it stands for one repository, one pusher and one moment.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::circumstances::Circumstances;
use super::decision::{Decision, Why};
use super::exemption::{Ancestry, ExemptedBy, Exemption, Request};
use super::pusher::Pusher;
use super::settings::{Settings, Traits};
use super::{Mode, Policy, Verdict};
use crate::document::{Moment, Place};
use crate::finding::{Context, Finding, Marker};
use crate::git::{ChangeSize, ObjectId, RefName, without_namespaces};

/// What a verdict depends on beside the finding and its ref.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The repository's name on its platform.
    pub repository: String,
    /// Who pushes.
    pub pusher: Pusher,
    /// What he asks for by push options.
    pub request: Request,
    /// The pull or merge request that is merged, if the platform says so.
    pub pull_request: Option<u64>,
    /// The ref of what it brings.
    pub merged: Option<String>,
    /// The server's clock.
    pub now: Moment,
}

impl Situation {
    /// A situation in which nothing is known but the repository and the time.
    #[must_use]
    pub fn unknown(repository: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            pusher: Pusher::default(),
            request: Request::default(),
            pull_request: None,
            merged: None,
            now: Moment::now(),
        }
    }
}

/// Refs of one class are judged alike: the same scopes and exemptions match them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class {
    /// Numbers of scopes that match by repository and ref, in file order.
    pub(super) scopes: Vec<usize>,
    /// Numbers of exemptions that are for these refs and not for all.
    pub(super) exemptions: Vec<usize>,
}

/// A policy as it stands for one repository, one pusher and one moment.
pub struct Judge<'p> {
    pub(super) policy: &'p Policy,
    pub(super) situation: Situation,
    /// The scopes whose repositories match.
    scopes: Vec<usize>,
    /// The exemptions that count here and now, pusher and request included.
    pub(super) exemptions: Vec<usize>,
    /// The exemptions that are for some refs only, whoever pushes.
    by_ref: Vec<usize>,
    suspended: bool,
    /// Those of the catalogue.
    pub(super) markers: Box<dyn Fn() -> Vec<Arc<Marker>> + 'p>,
    together: RefCell<HashMap<Vec<usize>, Arc<Settings>>>,
    pub(super) hiding: RefCell<HashMap<(Class, Class), bool>>,
}

impl<'p> Judge<'p> {
    /// The policy in a situation; `markers` gives those of the catalogue when the policies
    /// of two refs have to be compared.
    pub fn new(
        policy: &'p Policy,
        mut situation: Situation,
        markers: impl Fn() -> Vec<Arc<Marker>> + 'p,
    ) -> Self {
        if let Some(login) = &situation.pusher.login {
            let groups = policy.groups.iter().filter(|(_, logins)| logins.contains(login));
            situation.pusher.groups.extend(groups.map(|(name, _)| name.clone()));
        }
        let name = situation.repository.as_bytes();
        let numbers = |holds: &dyn Fn(&Exemption) -> bool| -> Vec<usize> {
            let all = policy.exemptions.iter().enumerate();
            all.filter(|(_, it)| holds(it)).map(|(at, _)| at).collect()
        };
        let here = |it: &Exemption| !it.is_over(situation.now) && it.repositories.matches(name);
        let exemptions = numbers(&|it| {
            here(it)
                && it.is_for_pull_request(situation.pull_request)
                && it.is_for_pusher(&situation.pusher)
                && (!it.on_request || situation.request.exemptions.contains(&it.id))
        });
        let by_ref = numbers(&|it| it.refs.is_given() && here(it));
        let scopes = policy.scopes.iter().enumerate();
        let scopes = scopes.filter(|(_, scope)| scope.repositories.matches(name));
        let scopes = scopes.map(|(at, _)| at).collect();
        let mut suspensions = policy.suspensions.iter();
        let suspended = suspensions.any(|it| it.holds(&situation.repository, situation.now));
        Self {
            policy,
            scopes,
            exemptions,
            by_ref,
            suspended,
            situation,
            markers: Box::new(markers),
            together: RefCell::default(),
            hiding: RefCell::default(),
        }
    }

    /// The server's clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.situation.now
    }

    /// The class of a ref.
    #[must_use]
    pub fn class(&self, name: &[u8]) -> Class {
        let name = without_namespaces(name);
        let scope =
            |at: &usize| self.policy.scopes.get(*at).is_some_and(|it| it.refs.matches(name));
        let exempt =
            |at: &usize| self.policy.exemptions.get(*at).is_some_and(|it| it.refs.matches(name));
        Class {
            scopes: self.scopes.iter().copied().filter(scope).collect(),
            exemptions: self.by_ref.iter().copied().filter(exempt).collect(),
        }
    }

    /// The ids of the scopes whose baselines hide for refs of a class.
    pub fn baselines<'j>(&'j self, class: &'j Class) -> impl Iterator<Item = &'j str> {
        let scopes = class.scopes.iter().filter_map(|&at| self.policy.scopes.get(at));
        scopes.map(|scope| scope.id.as_str())
    }

    /// Judges the findings of one commit, or of one tag, note or ref name, for a ref.
    pub fn judge(
        &self,
        found_on: &FoundOn<'_>,
        findings: &[Finding],
        context: &Context,
    ) -> Vec<Decision> {
        if findings.is_empty() {
            return Vec::new();
        }
        let class = self.class(found_on.name.as_bytes());
        let among = Circumstances::new(findings, context);
        let about = About { found_on, among };
        let decide = |finding| {
            let scopes = self.matching(&class, Some(finding), context.size);
            let settings = self.together(scopes.clone());
            let mut decision = self.decide(&settings, finding, &about, true);
            if decision.verdict < Verdict::Reject && self.has_places(&scopes, &class) {
                decision.place_bound = self.place_bound(&scopes, finding, &about);
            }
            decision
        };
        findings.iter().map(decide).collect()
    }

    /// Decides on a finding under some settings; `with_places` says whether exemptions for
    /// some refs only count.
    pub(super) fn decide<'a>(
        &self,
        settings: &Settings,
        finding: &'a Finding,
        about: &About<'a>,
        with_places: bool,
    ) -> Decision {
        let resolved = settings.resolve(Traits::from(finding));
        let mut decision = Decision {
            verdict: resolved.verdict,
            said: resolved.verdict,
            full: resolved.verdict,
            because: resolved.place.map(Place::at_line),
            reason: resolved.line.and_then(|line| line.reason.clone()),
            text: resolved.line.and_then(|line| line.text.clone()),
            why: None,
            exemption: None,
            exemption_ends: None,
            refused_from: None,
            suspended: false,
            place_bound: Vec::new(),
        };
        let pin = settings.pinned(&finding.marker).filter(|_| resolved.verdict > Verdict::Record);
        if let Some(place) = pin {
            decision.full = Verdict::Record;
            decision.because = Some(place.at_line());
            decision.why = Some(Why::Pinned);
        } else {
            self.ask(settings, finding, about, &mut decision);
        }
        decision.verdict = decision.full;
        if decision.full > Verdict::Record {
            let mut covering = self.covering(finding, about);
            let covering = covering.find(|it| with_places || !it.refs.is_given());
            self.exempt(settings, covering, &mut decision);
            self.in_force(settings, &mut decision);
        }
        decision
    }

    /// Asks for disclosure and for people.
    fn ask<'a>(
        &self,
        settings: &Settings,
        finding: &'a Finding,
        about: &About<'a>,
        decision: &mut Decision,
    ) {
        if decision.full == Verdict::Disclose {
            let disclosed = settings.disclosure.of(finding, &about.among);
            (decision.full, decision.why) = match disclosed {
                Ok(()) => (Verdict::Record, Some(Why::Disclosed)),
                Err(why) => (Verdict::Reject, Some(Why::Undisclosed(why))),
            };
        }
        let broken = settings.people.broken(finding, &about.among);
        if let Some((verdict, place, why)) = broken
            && verdict > decision.full
        {
            decision.full = verdict;
            decision.because = Some(place.at_line());
            decision.reason = None;
            decision.why = Some(Why::Unaccounted(why));
        }
    }

    /// Takes a finding out of what is enforced where an exemption covers it, or the pusher
    /// bypasses the policy.
    fn exempt(&self, settings: &Settings, covering: Option<&Exemption>, decision: &mut Decision) {
        if let Some(exemption) = covering {
            decision.verdict = Verdict::Record;
            decision.exemption = Some(ExemptedBy::Exemption(exemption.id.clone()));
            let soon = exemption.ends_soon(self.situation.now);
            decision.exemption_ends = soon.then_some(exemption.expires);
        } else if decision.full == Verdict::Reject
            && self.situation.request.reason.is_some()
            && self.may_bypass(settings)
        {
            decision.verdict = Verdict::Record;
            decision.exemption = Some(ExemptedBy::Bypass);
        }
    }

    /// The exemptions that hold for a finding.
    pub(super) fn covering(
        &self,
        finding: &Finding,
        about: &About<'_>,
    ) -> impl Iterator<Item = &Exemption> {
        let exemptions = self.exemptions.iter().filter_map(|&at| self.policy.exemptions.get(at));
        exemptions.filter(move |it| {
            it.refs.matches(about.found_on.name.judged())
                && it.covers(finding, about.found_on.commit, about.found_on.ancestry)
        })
    }

    fn may_bypass(&self, settings: &Settings) -> bool {
        let bypass = settings.bypass.as_ref();
        bypass.is_some_and(|bypass| bypass.value.pushers.include(&self.situation.pusher))
    }

    /// Whether what can't be judged is refused on a ref when a limit says so: not where a
    /// mark would not be refused either.
    #[must_use]
    pub fn refuses_on(&self, name: &RefName) -> bool {
        let settings = self.settings(&self.class(name.as_bytes()), None, None);
        let bypassed = self.situation.request.reason.is_some() && self.may_bypass(&settings);
        let enforces = settings.schedule().at(self.situation.now) == Mode::Enforce;
        enforces && !self.suspended && !bypassed
    }

    /// Applies mode and suspension.
    fn in_force(&self, settings: &Settings, decision: &mut Decision) {
        let schedule = settings.schedule();
        let mode = schedule.at(self.situation.now);
        let verdict = decision.verdict;
        decision.verdict = mode.limit(verdict);
        if verdict == Verdict::Reject {
            decision.refused_from = schedule.enforces_from(self.situation.now);
        }
        if self.suspended {
            let limited = Mode::Observe.limit(decision.verdict);
            decision.suspended = limited < decision.verdict;
            decision.verdict = limited;
        }
    }

    /// What the scopes of a class say together for a finding, for this pusher; without a
    /// finding, what they say whatever is changed.
    pub(super) fn settings(
        &self,
        class: &Class,
        finding: Option<&Finding>,
        size: Option<ChangeSize>,
    ) -> Arc<Settings> {
        self.together(self.matching(class, finding, size))
    }

    /// The scopes of a class that hold for a finding and this pusher.
    fn matching(
        &self,
        class: &Class,
        finding: Option<&Finding>,
        size: Option<ChangeSize>,
    ) -> Vec<usize> {
        let path = finding.and_then(|finding| finding.path.as_deref());
        let matches = |at: &usize| {
            self.policy.scopes.get(*at).is_some_and(|scope| {
                (!scope.pushers.is_given() || scope.pushers.include(&self.situation.pusher))
                    && scope.covers_change(path, size)
            })
        };
        class.scopes.iter().copied().filter(matches).collect()
    }

    /// The policy with these scopes laid over it.
    pub(super) fn together(&self, scopes: Vec<usize>) -> Arc<Settings> {
        if let Some(known) = self.together.borrow().get(&scopes) {
            return Arc::clone(known);
        }
        let mut settings = self.policy.base.clone();
        for scope in scopes.iter().filter_map(|&at| self.policy.scopes.get(at)) {
            settings.lay_over(&scope.settings);
        }
        let settings = Arc::new(settings);
        self.together.borrow_mut().insert(scopes, Arc::clone(&settings));
        settings
    }
}

/// What a finding is judged with.
pub(super) struct About<'a> {
    found_on: &'a FoundOn<'a>,
    among: Circumstances<'a>,
}

/// Where findings were made.
#[derive(Clone, Copy)]
pub struct FoundOn<'f> {
    /// The ref for which they count.
    pub name: &'f RefName,
    /// The commit that they are in, if it is one.
    pub commit: Option<ObjectId>,
    /// Answers what exemptions ask of commits.
    pub ancestry: &'f dyn Ancestry,
}
