//! Git platforms: who pushes, to which repository, and how he is spoken to.
//!
//! The platform is what the installation recorded (`--platform`), never guessed: a
//! pusher over a file path or SSH can set any environment variable. A platform is one
//! file and one name in the list below: how it is recognised, where its hooks go and what it
//! sets around a push are fields of [`Platform`], and no other file names a platform. What it
//! makes of the environment is plain data, a [`Context`]; variables that belong to other
//! platforms are named there and nothing more.

pub mod accounts;
mod context;
mod definition;
mod environment;
mod hooks;

use std::ffi::OsString;

pub use context::{Action, Context, Occasion, Protocol, Store};
pub use definition::{Arguments, Platform};
pub use environment::{Environment, of_any_account};
pub use hooks::{
    AskedHome, Chroot, Examined, Home, HomeError, HomeHook, HomeHooks, ProbePush, ProbeUpdate,
    RepositoryHook, Traces,
};

use definition::update_hook;

macro_rules! platforms {
    ($($module:ident),+ $(,)?) => {
        $(mod $module;)+

        /// The names that `--platform` takes.
        pub const NAMES: &[&str] = &[$($module::PLATFORM.name),+];

        /// All platforms, in the order of their names above.
        pub const ALL: &[&Platform] = &[$(&$module::PLATFORM),+];
    };
}

// A repository is of the first that recognises it, so a fork comes before what it was made of.
platforms! { plain, http, forgejo, gitea, gitlab, gitolite, gerrit, bitbucket, github }

impl Platform {
    /// What an environment says of a push.
    #[must_use]
    pub fn context(&self, environment: &Environment) -> Context {
        let mut context = Context {
            line_prefix: self.line_prefix,
            time_budget: self.time_budget,
            ..Context::new(self.name)
        };
        let foreign = ALL.iter().flat_map(|platform| platform.variables);
        let foreign = foreign.filter(|name| !self.variables.contains(name));
        context.ignored = foreign.copied().filter(|name| environment.has(name)).collect();
        context.ignored.sort_unstable();
        context.ignored.dedup();
        (self.read)(environment, &mut context);
        context
    }

    /// Reads the arguments that the platform gives to a hook called once a ref.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn arguments(&self, given: &[OsString]) -> Result<Arguments, String> {
        (self.arguments)(given)
    }

    /// Returns the variables that the platform sets around a push, as it documents them.
    #[must_use]
    pub fn set_around(&self, push: &ProbePush<'_>) -> Vec<(&'static str, OsString)> {
        (self.set_around)(push)
    }

    /// Returns the arguments with which the platform calls a hook once a ref.
    #[must_use]
    pub fn probe_arguments(&self, update: &ProbeUpdate<'_>) -> Vec<String> {
        (self.probe_arguments)(update)
    }
}

/// Returns the platform of a repository, and by what it was recognised.
#[must_use]
pub fn of_repository(traces: &Traces<'_>) -> (&'static Platform, &'static str) {
    let recognised = ALL.iter().find_map(|it| Some((*it, (it.recognise)(traces)?)));
    recognised.unwrap_or((plain(), "a plain repository: nothing in it is of a platform"))
}

/// The platform of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Platform> {
    ALL.iter().copied().find(|platform| platform.name == name)
}

/// The platform that is assumed when nothing else was recorded.
#[must_use]
pub fn plain() -> &'static Platform {
    &plain::PLATFORM
}
