//! The third step: everything is known that judging needs.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use super::arrived::Arrived;
use super::child;
use super::judged::{Judged, Judgement};
use super::{Failure, Gate, GateError, Message, Opened, Process};
use crate::config::Config;
use crate::config::limits::Limits;
use crate::document::Moment;
use crate::git::{ObjectId, RefName};
use crate::policy::{Pusher, Request, Situation};
use crate::push::Update;
use crate::report::notes::{Note, note};
use crate::report::{Judged as Found, Report, Texts};
use crate::scan::{self, Bounds, Host, Stage};

/// A push of which everything is known that judging needs.
pub struct Configured {
    pub(super) opened: Opened,
    /// Never dropped: the process ends soon, and taking the catalogue apart costs time.
    pub(super) config: ManuallyDrop<Config>,
    /// The ref updates with the values that the refs have.
    pub(super) updates: Result<Vec<Update>, Failure>,
    /// What policy wants to be read as long as nothing is found.
    pub(super) texts: Texts,
}

impl Arrived {
    /// When the push came.
    pub(super) fn now(&self) -> Moment {
        Moment(self.time.as_second())
    }

    /// What verdicts depend on beside findings.
    pub(super) fn situation(&self) -> Situation {
        let context = &self.context;
        Situation {
            repository: self.push.repository.clone(),
            pusher: Pusher {
                login: context.pusher.clone(),
                groups: context.groups.clone().unwrap_or_default(),
            },
            request: Request::read(&self.push.options),
            pull_request: context.pull_request,
            merged: context.pull_request_head.clone(),
            now: self.now(),
        }
    }
}

impl Configured {
    /// Judges the push. A failure on the way is part of the result.
    pub(super) fn judge(self, gate: &Gate<'_>) -> Judged {
        let updates = match &self.updates {
            Ok(updates) => updates,
            Err(failure) => {
                let failure = failure.clone();
                return Judged { reached: self.into(), report: None, failure: Some(failure) };
            }
        };
        let judgement = match gate.process {
            Process::Child => child::judge(&self, updates, gate),
            Process::Own => {
                let host = Observer { configured: &self, gate, found: RefCell::default() };
                match self.judge_with(updates, &host) {
                    Ok(report) => Judgement::Whole(Box::new(report)),
                    Err(failure) => Judgement::Ended { found: host.found.take(), failure },
                }
            }
        };
        Judged::new(self, judgement)
    }

    /// Judges in this process; `host` gets what is found until a failure.
    pub(super) fn judge_with(
        &self,
        updates: &[Update],
        host: &dyn Host,
    ) -> Result<Report, Failure> {
        let arrived = &self.opened.arrived;
        let bounds = Bounds { limits: self.limits(), started: arrived.started, host };
        let (name, situation) = (&arrived.push.repository, arrived.situation());
        let repository = &self.opened.repository;
        scan::judge_resolved(repository, &self.config, name, updates, situation, &bounds)
            .map_err(|error| Failure::from(&GateError::from(error)))
    }

    /// The limits, with the time that the platform gives.
    pub(super) fn limits(&self) -> Limits {
        let limits = self.config.limits.clone();
        limits.with_platform(self.opened.arrived.context.time_budget)
    }

    /// Whether any ref of the push is under enforcement.
    pub(super) fn is_enforced(&self) -> bool {
        let judge = self.config.judge(self.opened.arrived.situation());
        self.names().iter().any(|name| judge.refuses_on(name))
    }

    /// The refs that the push updates, symbolic refs followed where that is known.
    pub(super) fn names(&self) -> Vec<RefName> {
        match &self.updates {
            Ok(updates) => updates.iter().map(|update| update.name.clone()).collect(),
            Err(_) => {
                let updates = self.opened.arrived.push.updates.iter();
                updates.map(|update| update.name().clone()).collect()
            }
        }
    }

    /// Tells the pusher how far judging is.
    pub(super) fn tell_progress(&self, gate: &Gate<'_>, stage: Stage, done: usize) {
        let of = match stage {
            Stage::Reading => None,
            Stage::Sifting(of) | Stage::Comparing(of) => Some(of),
        };
        let seconds = self.opened.arrived.started.elapsed().as_secs();
        let text = note(&self.texts, &Note::Progress { done, of, seconds });
        (gate.tell)(Message::Progress(text));
    }

    /// Whether git refuses an update by itself, because an object is missing.
    pub(super) fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> bool {
        self.opened.repository.git_refuses(new, missing)
    }
}

/// The gate as the host of a scan in its own process.
struct Observer<'o> {
    configured: &'o Configured,
    gate: &'o Gate<'o>,
    found: RefCell<Vec<Found>>,
}

impl Host for Observer<'_> {
    fn progress(&self, stage: Stage, done: usize) {
        self.configured.tell_progress(self.gate, stage, done);
    }

    fn judged(&self, judged: &Found) {
        self.found.borrow_mut().push(judged.clone());
    }

    fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> bool {
        self.configured.git_refuses(new, missing)
    }
}
