//! What the hook puts on record of a push: all that was known of it when it was judged, or
//! when that could not be done.

use std::os::unix::ffi::OsStrExt;
use std::time::Instant;

use jiff::Timestamp;

use super::args::Global;
use super::error::Error;
use super::load;
use super::output::Output;
use crate::config::log::{LogSettings, OnFailure, despite};
use crate::config::{Config, Layers};
use crate::git::Repository;
use crate::log::{self, Context, LogError, Outcome, Record};
use crate::platform;
use crate::push::Push;
use crate::report::Report;

/// So many mistakes of a configuration are named in a record.
const MOST_PROBLEMS: usize = 5;

/// A push, from its arrival to its record.
pub(super) struct Recording {
    pub(super) hook: &'static str,
    pub(super) context: platform::Context,
    pub(super) push: Push,
    directory: Option<Vec<u8>>,
    rules_digest: Option<String>,
    policy_digest: Option<String>,
    /// What `[log]` says, once that is known.
    settings: Option<Option<LogSettings>>,
    time: Timestamp,
    started: Instant,
}

/// A record that could not be written.
pub(super) struct Unrecorded {
    error: LogError,
    settings: LogSettings,
}

impl Recording {
    pub(super) fn begin(hook: &'static str, context: platform::Context) -> Self {
        let push =
            Push { repository: String::new(), pusher: None, updates: vec![], options: vec![] };
        Self {
            hook,
            context,
            push,
            directory: None,
            rules_digest: None,
            policy_digest: None,
            settings: None,
            time: Timestamp::now(),
            started: Instant::now(),
        }
    }

    /// Loads the configuration, and finds what it says of the log even when it is broken.
    pub(super) fn configured(
        &mut self,
        global: &Global,
        repository: &Repository,
    ) -> Result<Config, Error> {
        self.directory = Some(repository.git_dir().as_os_str().as_bytes().to_vec());
        match load(global, Some(repository)) {
            Ok(config) => {
                self.settings = Some(config.log.clone());
                if config.log.is_some() {
                    self.rules_digest = Some(config.digest.clone());
                    self.policy_digest = Some(log::policy_digest(&config.merged));
                }
                Ok(config)
            }
            Err(error) => {
                self.settings = Some(despite(layers(global, Some(repository))));
                Err(error)
            }
        }
    }

    /// Writes the record, if there is a log; it is on disk when this returns.
    pub(super) fn write(
        &mut self,
        global: &Global,
        judged: &Result<Report, Error>,
    ) -> Result<(), Unrecorded> {
        let settings = self.settings.take().unwrap_or_else(|| despite(layers(global, None)));
        let Some(settings) = settings else { return Ok(()) };
        let error = judged.as_ref().err().map(in_full);
        let outcome = match (judged, &error) {
            (Ok(report), _) => Outcome::Judged(report),
            (Err(_), error) => {
                Outcome::NotJudged { error: error.as_deref().unwrap_or_default(), accepted: false }
            }
        };
        let protocol = self.context.protocol.map(|it| format!("{it:?}").to_lowercase());
        let context = Context {
            hook: self.hook,
            platform: self.context.platform,
            directory: self.directory.as_deref(),
            push: &self.push,
            groups: self.context.groups.as_deref().unwrap_or_default(),
            remote: self.context.remote_address.as_deref(),
            protocol: protocol.as_deref(),
            pull_request: self.context.pull_request,
            rules_digest: self.rules_digest.take(),
            policy_digest: self.policy_digest.take(),
            time: self.time,
            started: self.started,
        };
        match log::append(&settings, Record::new(&context, outcome)) {
            Ok(_) => Ok(()),
            Err(error) => Err(Unrecorded { error, settings }),
        }
    }
}

fn layers<'a>(global: &'a Global, repository: Option<&'a Repository>) -> Layers<'a> {
    Layers { repository, files: &global.rules, isolated: global.isolated, system: None }
}

/// An error with the mistakes that it sums up.
fn in_full(error: &Error) -> String {
    let problems = error.problems().iter().take(MOST_PROBLEMS);
    let named =
        problems.map(|problem| format!("; {}: {}", problem.place.file_line(), problem.message));
    std::iter::once(error.to_string()).chain(named).collect()
}

impl Unrecorded {
    /// What becomes of a push that was judged.
    pub(super) fn settle(self, code: u8, output: &Output) -> Result<u8, Error> {
        if self.settings.on_failure == OnFailure::Reject {
            return Err(self.error.into());
        }
        let place = self.settings.place.file_line();
        output.note(&format!(
            "provost: this decision could not be recorded: {}\n         \
             It stands all the same, by `on-failure = \"accept\"` in [log] ({place}).\n",
            self.error
        ));
        Ok(code)
    }

    /// What is said beside an error that refuses the push anyway.
    pub(super) fn beside_another(&self) -> String {
        format!("provost: nor could it be recorded: {}\n", self.error)
    }
}
