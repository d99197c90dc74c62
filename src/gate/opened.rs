//! The second step: the repository is open, and its configuration is not read yet.

use std::mem::ManuallyDrop;

use super::arrived::Arrived;
use super::{Configured, Failure, Gate, GateError, Judged, Message};
use crate::config;
use crate::report::notes::{Note, note};
use crate::scan;
use crate::text::escape::escape;

/// A push whose repository is open.
pub struct Opened {
    pub(super) arrived: Arrived,
    pub(super) repository: crate::git::Repository,
}

impl Opened {
    /// Loads the configuration, and looks up the refs that the push updates.
    ///
    /// # Errors
    /// When the configuration can't be used: the push that can't be judged. A ref that can't be
    /// looked up is an error of the next step, by which it is known what policy says of it.
    pub(super) fn configure(self, gate: &Gate<'_>) -> Result<Configured, Box<Judged>> {
        let config = match config::load(gate.layers(Some(&self.repository))) {
            Ok(config) => ManuallyDrop::new(config),
            Err(error) => return Err(Box::new(Judged::failed(self, &error.into()))),
        };
        let updates = self.arrived.push.resolve(&self.repository);
        let updates = updates.map_err(|error| Failure::from(&GateError::from(error)));
        let situation = self.arrived.situation();
        let names = self.arrived.push.updates.iter().map(|update| update.name().clone());
        let texts = scan::texts_for(&config, situation, &names.collect::<Vec<_>>());
        for file in &config.replaced {
            let file = escape(file.as_bytes());
            (gate.tell)(Message::Note(note(&texts, &Note::LastGood { file })));
        }
        Ok(Configured { opened: self, config, updates, texts })
    }
}
