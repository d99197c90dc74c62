//! What an installation is asked for.

use std::path::PathBuf;

use super::mode::Mode;
use super::site::Place;
use crate::platform::Platform;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub paths: Vec<PathBuf>,
    /// The platform, where it shall not be found out.
    pub platform: Option<&'static Platform>,
    /// What kind of place the paths are, where that shall not be found out.
    pub place: Option<Place>,
    /// The program that the hook runs.
    pub program: PathBuf,
    /// The policy's mode; `None` leaves that of a policy that is there.
    pub mode: Option<Mode>,
    /// The policy's file; `None` for the usual place.
    pub policy: Option<PathBuf>,
    /// The policy's file of the whole machine.
    pub machine_policy: PathBuf,
    /// Where hooks for all repositories of the machine are kept.
    pub hooks_directory: PathBuf,
    /// A directory of hooks outside of repositories that may be changed, too.
    pub named_hooks: Option<PathBuf>,
    /// A shell without libraries, for an environment that holds nothing else.
    pub shell: PathBuf,
    /// Whether gitolite shall call a VREF in place of a common hook.
    pub vref: bool,
}
