//! The first step: what git and the platform passed to the hook.

use std::ffi::OsString;
use std::io::Read;
use std::time::Instant;

use jiff::Timestamp;

use super::failure::GateError;
use crate::document::Moment;
use crate::git::{GitError, HookEnvironment, ObjectId, RefName, RefUpdate, parse_updates};
use crate::platform::{Context, Environment, Platform};
use crate::policy::{Pusher, Request, Situation};
use crate::push::{Hook, Push};
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
    pub(super) git: HookEnvironment,
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
