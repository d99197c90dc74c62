//! Git platforms: who pushes, to which repository, and how he is spoken to.
//!
//! The platform is what the installation recorded (`--platform`), never guessed: a
//! pusher over a file path or SSH can set any environment variable. A platform is one
//! file and one name in the list below. What it makes of the environment is plain data,
//! a [`Context`]; variables that belong to other platforms are named there and nothing
//! more.

pub mod accounts;
mod context;
mod environment;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

pub use context::{Action, Context, Occasion, Protocol, Store};
pub use environment::{Environment, of_any_account};

macro_rules! platforms {
    ($($module:ident => $name:literal),+ $(,)?) => {
        $(mod $module;)+

        /// The names that `--platform` takes.
        pub const NAMES: &[&str] = &[$($name),+];

        /// All platforms, in the order of their names above.
        pub const ALL: &[&Platform] = &[$(&$module::PLATFORM),+];
    };
}

platforms! {
    plain => "plain",
    http => "http",
    gitea => "gitea",
    forgejo => "forgejo",
    gitlab => "gitlab",
    gitolite => "gitolite",
    gerrit => "gerrit",
    bitbucket => "bitbucket",
    github => "github",
}

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
    /// The environment variables that are its own.
    variables: &'static [&'static str],
    /// Reads them.
    read: fn(&Environment, &mut Context),
    /// Reads the arguments of a hook that is called once a ref.
    arguments: fn(&[OsString]) -> Result<Arguments, String>,
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

impl Platform {
    /// What an environment says of a push.
    #[must_use]
    pub fn context(&self, environment: &Environment) -> Context {
        let mut context = Context::new(self);
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

/// The arguments of Git's own `update` hook. Source: githooks(5).
fn update_hook(given: &[OsString]) -> Result<Arguments, String> {
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
