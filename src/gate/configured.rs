//! The third step: everything is known that judging needs.

use std::mem::ManuallyDrop;
use std::time::Duration;

use super::failure::{Failure, GateError};
use super::opened::Opened;
use super::settings::{Gate, Message};
use crate::config::limits::{Limits, Resource};
use crate::config::{self, Config, published};
use crate::git::{ObjectId, RefName, RefUpdate};
use crate::push::Update;
use crate::report::notes::{Note, note};
use crate::report::{Judged, Report, Texts};
use crate::scan::{self, Bounds, Host, ScanError, Stage};
use crate::text::escape::escape;

/// How long after the limit on time programs are killed. The judging process is killed later
/// and still has to end by itself.
const GRACE: Duration = Duration::from_millis(50);

fn limits(config: &Config, opened: &Opened) -> Limits {
    config.limits.clone().with_platform(opened.arrived.context.time_budget)
}

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

impl Configured {
    /// Loads the configuration, and looks up the refs that the push updates.
    ///
    /// # Errors
    /// When the configuration can't be used. A ref that can't be looked up is an error of the
    /// next step, by which it is known what policy says of it.
    pub(super) fn of(opened: Opened, gate: &Gate<'_>) -> Result<Self, Box<(Opened, GateError)>> {
        let config = match config::load(gate.layers(Some(&opened.repository))) {
            Ok(config) => ManuallyDrop::new(config),
            Err(error) => return Err(Box::new((opened, error.into()))),
        };
        let limits = limits(&config, &opened);
        let time = limits.of(Resource::Time).most.map(Duration::from_millis);
        let end = time.and_then(|time| opened.arrived.started.checked_add(time + GRACE));
        opened.repository.end_programs_at(end);
        let updates = opened.arrived.push.resolve(&opened.repository);
        let updates = updates.map_err(|error| Failure::from(&GateError::from(error)));
        let situation = opened.arrived.situation();
        let names = opened.arrived.push.updates.iter().map(|update| update.name().clone());
        let texts = scan::texts_for(&config, situation, &names.collect::<Vec<_>>());
        for file in &config.replaced {
            let file = escape(file.as_bytes());
            (gate.tell)(Message::Note(note(&texts, &Note::LastGood { file })));
        }
        Ok(Self { opened, config, updates, texts })
    }

    /// Judges in this process; `host` gets what is found until a failure.
    pub(super) fn judge_with(
        &self,
        updates: &[Update],
        host: &dyn Host,
    ) -> Result<Report, Failure> {
        let arrived = &self.opened.arrived;
        let bounds = Bounds { limits: self.limits(), started: arrived.started, host };
        let situation = arrived.situation();
        let repository = &self.opened.repository;
        scan::judge_resolved(repository, &self.config, updates, situation, &bounds)
            .map_err(|error| Failure::from(&GateError::from(error)))
    }

    /// The error of an update that may never be made, if there is one.
    pub(super) fn reserved(&self) -> Option<GateError> {
        let mut names = self.names().into_iter();
        let reserved = names.find(|name| published::is_reserved(name.as_bytes()))?;
        Some(ScanError::Reserved(reserved).into())
    }

    /// The report on a push for which there was no time left before its commits were read.
    pub(super) fn late_report(&self, found: Vec<Judged>) -> Report {
        let of = |update: &RefUpdate| Update {
            name: update.name().clone(),
            // What the client claims of it proves nothing.
            old: None,
            new: update.new_id(),
        };
        let sent = || self.opened.arrived.push.updates.iter().map(of).collect();
        let updates = self.updates.clone().unwrap_or_else(|_| sent());
        let situation = self.opened.arrived.situation();
        scan::late_report(&self.config, situation, &updates, found, &self.limits())
    }

    /// The limits, with the time that the platform gives.
    pub(super) fn limits(&self) -> Limits {
        limits(&self.config, &self.opened)
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

    /// Whether git refuses an update by itself, because an object is missing; `None` when the
    /// time for asking is over.
    pub(super) fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> Option<bool> {
        let updates = self.opened.arrived.push.updates.iter();
        let updates: Vec<ObjectId> = updates.filter_map(RefUpdate::new_id).collect();
        self.opened.repository.git_refuses(&updates, new, missing)
    }
}
