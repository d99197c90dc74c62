//! What a Git platform is: the facts that the other rooms ask for.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::context::Context;
use super::environment::Environment;
use super::hooks::{Home, ProbePush, ProbeUpdate, RepositoryHook, Traces};

/// What is known of a platform.
#[derive(Debug)]
pub struct Platform {
    /// What `--platform` calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What each line shown to the pusher must begin with.
    pub line_prefix: &'static str,
    /// How long a judgement may take, where the platform ends hooks that take longer.
    pub time_budget: Option<Duration>,
    /// The variable whose value is the pusher's name, for every account that can push.
    pub believed_variable: Option<&'static str>,
    /// Where the hook of one repository goes.
    pub repository_hook: RepositoryHook,
    /// The place outside of repositories that holds hooks for all of them.
    pub home: Option<Home>,
    /// Returns by what a repository is recognised as one of this platform.
    pub(super) recognise: fn(&Traces<'_>) -> Option<&'static str>,
    /// Returns the variables that the platform sets around a push.
    pub(super) set_around: fn(&ProbePush<'_>) -> Vec<(&'static str, OsString)>,
    /// Returns the arguments of a hook that is called once a ref.
    pub(super) probe_arguments: fn(&ProbeUpdate<'_>) -> Vec<String>,
    /// The environment variables that are its own.
    pub variables: &'static [&'static str],
    /// Reads them.
    pub(super) read: fn(&Environment, &mut Context),
    /// Reads the arguments of a hook that is called once a ref.
    pub(super) arguments: fn(&[OsString]) -> Result<Arguments, String>,
}

impl Platform {
    /// Git without a platform: a file names what differs from this.
    pub(super) const GIT: Self = Self {
        name: "",
        title: "",
        line_prefix: "",
        time_budget: None,
        believed_variable: None,
        repository_hook: RepositoryHook::OfGit,
        home: None,
        recognise: |_| None,
        set_around: |_| Vec::new(),
        probe_arguments: |update| [update.ref_name, update.old, update.new].map(Into::into).into(),
        variables: &[],
        read: |_, _| (),
        arguments: update_hook,
    };
}

/// What a hook that is called once a ref learns from its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The ref's name.
    pub ref_name: Vec<u8>,
    /// Its object id before, in hexadecimal digits.
    pub old: Vec<u8>,
    /// Its object id afterwards.
    pub new: Vec<u8>,
    /// The repository's name, where the arguments give it.
    pub repository: Option<String>,
    /// The pusher's login, where the arguments give it.
    pub pusher: Option<String>,
}

/// The arguments of Git's own `update` hook. Source: githooks(5).
pub(super) fn update_hook(given: &[OsString]) -> Result<Arguments, String> {
    let [name, old, new] = given else {
        return Err(format!(
            "an update hook gets three arguments, REF OLD NEW, not {}",
            given.len()
        ));
    };
    Ok(Arguments {
        ref_name: name.as_bytes().to_vec(),
        old: old.as_bytes().to_vec(),
        new: new.as_bytes().to_vec(),
        ..Arguments::default()
    })
}
