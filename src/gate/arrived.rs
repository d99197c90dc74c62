//! The first step: what git and the platform passed to the hook.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::time::Instant;

use jiff::Timestamp;

use super::{Configured, Gate, GateError, Judged, Opened};
use crate::config::log::{LogSettings, despite};
use crate::config::policy_despite;
use crate::git::{
    GitError, HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates,
};
use crate::platform::{Context, Environment, Platform};
use crate::policy::{Judge, Situation};
use crate::push::{Hook, Push};
use crate::report::Texts;
use crate::scan;
use crate::text::escape::escape;

/// What a hook was called for.
pub enum Arrival {
    /// A push that is to be checked.
    Push(Arrived),
    /// Nothing: the platform only asks whether a merge would be accepted that is not made
    /// yet. It asks again when it is.
    Nothing(Arrived),
    /// A push that can't be read.
    Failed(Arrived, GateError),
}

/// A push as git and the platform announce it.
pub struct Arrived {
    pub(super) hook: Hook,
    /// What the platform says of it: who pushes, and how.
    pub(super) context: Context,
    /// What git says of the repository; taken when that is opened.
    git: HookEnvironment,
    pub(super) push: Push,
    /// When it came, by this machine's clock.
    pub(super) time: Timestamp,
    /// The same moment, for measuring.
    pub(super) started: Instant,
}

impl Arrived {
    /// A push without its ref updates; the error of an environment that is not whole.
    fn new(
        hook: Hook,
        context: Context,
        git: Result<HookEnvironment, GitError>,
    ) -> (Self, Result<(), GateError>) {
        let repository = context.repository.clone().unwrap_or_default();
        let (mut git, is_whole) = match git {
            Ok(git) => (git, Ok(())),
            Err(error) => (HookEnvironment::default(), Err(error.into())),
        };
        git.git_may_refuse = hook == Hook::PreReceive;
        let push = Push { repository, updates: Vec::new(), options: git.push_options.clone() };
        let (time, started) = (Timestamp::now(), Instant::now());
        (Self { hook, context, git, push, time, started }, is_whole)
    }

    /// Opens the repository that git runs the hook in.
    ///
    /// # Errors
    /// When it can't be opened: the push that can't be judged.
    pub(super) fn open(mut self) -> Result<Opened, Box<Judged>> {
        let opened = Repository::open_in_hook(std::mem::take(&mut self.git));
        match opened {
            Ok(repository) => {
                if self.context.repository.is_none() {
                    self.push.repository = repository.name();
                }
                Ok(Opened { arrived: self, repository })
            }
            Err(error) => Err(Box::new(Judged::failed(self, &error.into()))),
        }
    }
}

impl Arrival {
    /// Reads what git passes to a `pre-receive` hook.
    #[must_use]
    pub fn pre_receive(
        platform: &Platform,
        environment: &Environment,
        git: Result<HookEnvironment, GitError>,
        input: &mut dyn Read,
    ) -> Self {
        let context = platform.context(environment);
        let (arrived, git) = Arrived::new(Hook::PreReceive, context, git);
        let mut text = Vec::new();
        if let Err(error) = input.read_to_end(&mut text) {
            return Self::Failed(arrived, GateError::Input(error));
        }
        if arrived.context.dry_run && text.is_empty() {
            return Self::Nothing(arrived);
        }
        arrived.with_updates(git.and_then(|()| Ok(parse_updates(&text)?)))
    }

    /// Reads the arguments of a hook that is called once a ref.
    #[must_use]
    pub fn update(
        platform: &Platform,
        environment: &Environment,
        git: Result<HookEnvironment, GitError>,
        arguments: &[OsString],
    ) -> Self {
        let (mut arrived, git) = Arrived::new(Hook::Update, platform.context(environment), git);
        let update = one_update(platform, arguments, &mut arrived);
        arrived.with_updates(git.and_then(|()| Ok(vec![update?])))
    }
}

impl Arrived {
    fn with_updates(mut self, updates: Result<Vec<RefUpdate>, GateError>) -> Arrival {
        match updates {
            Ok(updates) => {
                self.push.updates = updates;
                Arrival::Push(self)
            }
            Err(error) => Arrival::Failed(self, error),
        }
    }
}

fn one_update(
    platform: &Platform,
    arguments: &[OsString],
    arrived: &mut Arrived,
) -> Result<RefUpdate, GateError> {
    let wrong = |reason| GateError::Arguments { platform: platform.title, reason };
    let given = platform.arguments(arguments).map_err(wrong)?;
    let id = |text: &[u8]| ObjectId::from_hex(text).ok_or_else(|| GateError::NotAnId(escape(text)));
    let update = RefUpdate::new(RefName::new(given.ref_name), id(&given.old)?, id(&given.new)?);
    let context = &mut arrived.context;
    context.repository = given.repository.or(context.repository.take());
    context.pusher = given.pusher.or(context.pusher.take());
    arrived.push.repository = context.repository.clone().unwrap_or_default();
    Ok(update.ok_or(GitError::NoRefUpdate)?)
}

/// How far a push has come, with what is known of it by then.
pub(super) enum Reached {
    Arrived(Box<Arrived>),
    Opened(Box<Opened>),
    Configured(Box<Configured>),
}

impl From<Arrived> for Reached {
    fn from(arrived: Arrived) -> Self {
        Self::Arrived(Box::new(arrived))
    }
}

impl From<Opened> for Reached {
    fn from(opened: Opened) -> Self {
        Self::Opened(Box::new(opened))
    }
}

impl From<Configured> for Reached {
    fn from(configured: Configured) -> Self {
        Self::Configured(Box::new(configured))
    }
}

impl Reached {
    pub(super) fn arrived(&self) -> &Arrived {
        match self {
            Self::Arrived(arrived) => arrived,
            Self::Opened(opened) => &opened.arrived,
            Self::Configured(configured) => &configured.opened.arrived,
        }
    }

    pub(super) fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Arrived(_) => None,
            Self::Opened(opened) => Some(&opened.repository),
            Self::Configured(configured) => Some(&configured.opened.repository),
        }
    }

    pub(super) fn configured(&self) -> Option<&Configured> {
        match self {
            Self::Configured(configured) => Some(configured),
            _ => None,
        }
    }

    /// The repository's directory as bytes.
    pub(super) fn directory(&self) -> Option<&[u8]> {
        self.repository().map(|repository| repository.git_dir().as_os_str().as_bytes())
    }

    /// What `[log]` says, as far as it can be read.
    pub(super) fn log(&self, gate: &Gate<'_>) -> Option<LogSettings> {
        match self.configured() {
            Some(configured) => configured.config.log.clone(),
            None => despite(gate.layers(self.repository())),
        }
    }

    /// What policy wants to be read, as far as it can be known.
    pub(super) fn texts(&self, gate: &Gate<'_>) -> Texts {
        if let Some(configured) = self.configured() {
            return configured.texts.clone();
        }
        let policy = policy_despite(gate.layers(self.repository()));
        let push = &self.arrived().push;
        let judge = Judge::new(&policy, Situation::unknown(&push.repository), Vec::new);
        let refs: Vec<_> = push.updates.iter().map(|update| update.name().clone()).collect();
        scan::texts(&judge, &[], &refs)
    }
}
