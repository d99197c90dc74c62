//! What the hook puts on record of a push: all that was known of it when it was judged, or
//! when that could not be done; and what it lets in unjudged.

use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;
use std::time::Instant;

use jiff::Timestamp;

use super::args::Global;
use super::error::Error;
use super::load;
use super::output::Output;
use crate::config::ledger::{self, Additions, LedgerPlace, Unjudged};
use crate::config::log::{LogSettings, OnFailure, despite};
use crate::config::{self, Config, Layers};
use crate::document::Moment;
use crate::git::{GitError, Repository};
use crate::log::{self, Context, LogError, Outcome, Record};
use crate::platform;
use crate::policy::{Judge, Situation};
use crate::push::{Push, Update};
use crate::report::notes::{self, Note, note};
use crate::report::{Report, Texts};
use crate::scan;

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
    /// The repository, once it is open.
    repository: Option<Rc<Repository>>,
    /// The ref updates with the values that the refs have, once these are known.
    pub(super) updates: Option<Vec<Update>>,
    /// Where the ledger is, once the configuration says so.
    ledger: Option<LedgerPlace>,
    /// Whether policy lets in what can't be judged.
    lets_in: bool,
    /// What policy wants to be read, once that is known.
    texts: Option<Texts>,
    time: Timestamp,
    pub(super) started: Instant,
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
            repository: None,
            updates: None,
            ledger: None,
            lets_in: false,
            texts: None,
            time: Timestamp::now(),
            started: Instant::now(),
        }
    }

    /// Loads the configuration, and finds what it says of the log even when it is broken.
    pub(super) fn configured(
        &mut self,
        global: &Global,
        repository: &Rc<Repository>,
    ) -> Result<Config, Error> {
        self.repository = Some(Rc::clone(repository));
        self.directory = Some(repository.git_dir().as_os_str().as_bytes().to_vec());
        match load(global, Some(repository)) {
            Ok(config) => {
                self.settings = Some(config.log.clone());
                self.ledger = Some(config.ledger(repository));
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

    /// Keeps what is needed of a configuration when the push can't be judged.
    pub(super) fn know(&mut self, config: &Config, texts: Texts) {
        self.lets_in = config.policy.accepts_unjudged().is_some();
        self.texts = Some(texts);
    }

    /// What policy wants to be read, as far as that can be known.
    pub(super) fn texts(&self, global: &Global) -> Texts {
        match &self.texts {
            Some(texts) => texts.clone(),
            None => self.texts_despite(global, self.repository.as_deref()),
        }
    }

    /// The same before anything is known of the repository.
    pub(super) fn texts_of_machine(&self, global: &Global) -> Texts {
        self.texts_despite(global, None)
    }

    fn texts_despite(&self, global: &Global, repository: Option<&Repository>) -> Texts {
        let policy = config::policy_despite(layers(global, repository));
        let judge = Judge::new(&policy, Situation::unknown(&self.push.repository), Vec::new);
        let refs: Vec<_> = self.push.updates.iter().map(|update| update.name().clone()).collect();
        scan::texts(&judge, &[], &refs)
    }

    /// Whether policy lets a push in that this error kept from being judged. What the
    /// platform or git gave must be right, and so must the configuration.
    pub(super) fn lets_in(&self, error: &Error) -> bool {
        let unreadable = match error {
            Error::Git(error) => !matches!(
                error,
                GitError::RefUpdate { .. } | GitError::NoRefUpdate | GitError::Contradiction { .. }
            ),
            _ => false,
        };
        self.lets_in && unreadable
    }

    /// Puts on the ledger what is about to be accepted without a full check, or for one place
    /// only, and what of before was checked now. What can't be put there is not accepted.
    pub(super) fn keep(&self, judged: Result<Report, Error>) -> Result<Report, Error> {
        let Some(repository) = &self.repository else { return judged };
        let now = Moment::now();
        match judged {
            Ok(report) => {
                scan::keep(repository, &report, now)?;
                Ok(report)
            }
            Err(error) if self.lets_in(&error) => {
                let Some(place) = &self.ledger else { return Err(error) };
                let updates = self.push.updates.iter().enumerate();
                let unjudged = updates.filter_map(|(at, sent)| {
                    let real = self.updates.as_ref().and_then(|updates| updates.get(at));
                    Some(Unjudged {
                        time: now.to_string(),
                        why: "error".to_owned(),
                        ref_name: real.map_or_else(|| sent.name(), |real| &real.name).clone(),
                        id: sent.new_id()?,
                        // What the client said of the value before proves nothing.
                        boundary: real.and_then(|real| real.old).into_iter().collect(),
                    })
                });
                let unjudged = unjudged.collect();
                let additions = Additions { unjudged, ..Additions::default() };
                ledger::add(repository, place, &additions, &now.to_string())?;
                Err(error)
            }
            other => other,
        }
    }

    /// Writes the record, if there is a log; it is on disk when this returns.
    pub(super) fn write(
        &mut self,
        global: &Global,
        judged: &Result<Report, Error>,
    ) -> Result<(), Box<Unrecorded>> {
        let settings = self.settings.take().unwrap_or_else(|| despite(layers(global, None)));
        let Some(settings) = settings else { return Ok(()) };
        let error = judged.as_ref().err().map(in_full);
        let outcome = match (judged, &error) {
            (Ok(report), _) => Outcome::Judged(report),
            (Err(why), error) => Outcome::NotJudged {
                error: error.as_deref().unwrap_or_default(),
                accepted: self.lets_in(why),
            },
        };
        let protocol = self.context.protocol.map(|it| format!("{it:?}").to_lowercase());
        let context = Context {
            hook: self.hook,
            platform: self.context.platform,
            directory: self.directory.as_deref(),
            push: &self.push,
            updates: self.updates.as_deref(),
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
            Err(error) => Err(Box::new(Unrecorded { error, settings })),
        }
    }
}

fn layers<'a>(global: &'a Global, repository: Option<&'a Repository>) -> Layers<'a> {
    Layers { repository, files: &global.rules, isolated: global.isolated, ..Layers::default() }
}

/// An error with the mistakes that it sums up.
fn in_full(error: &Error) -> String {
    let problems = error.problems().iter().take(MOST_PROBLEMS);
    let named =
        problems.map(|problem| format!("; {}: {}", problem.place.file_line(), problem.message));
    std::iter::once(error.to_string()).chain(named).collect()
}

impl Unrecorded {
    /// What becomes of a push whose answer would be this exit code.
    pub(super) fn settle(self, code: u8, texts: &Texts, output: &Output) -> u8 {
        if self.settings.on_failure == OnFailure::Accept {
            let place = self.settings.place.file_line();
            let error = self.error.to_string();
            output.note(&note(texts, &Note::Unrecorded { error, place }));
            return code;
        }
        let shown = output.told(&self.error.into());
        let contact = texts.contact.as_deref();
        let values = notes::Unjudged { refused: true, beside_others: code != 0, contact, ..shown };
        output.note(&notes::unjudged(texts, &values));
        2
    }
}
