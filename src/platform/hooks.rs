//! Where a platform keeps hooks, and by what its repositories are recognised: data, from which
//! `install` makes its plans and `doctor` its probes. Nothing here writes.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Where the hook of one repository goes, and what calls it.
#[derive(Clone, Copy, Debug)]
pub enum RepositoryHook {
    /// The file that Git itself calls.
    OfGit,
    /// A file in a folder of hooks, each of which the platform calls.
    InFolder {
        /// The file, below the repository.
        file: &'static str,
        /// Where an administrator has the platform write `hooks/pre-receive` again, which calls
        /// the file; `None` when the platform needs no such file.
        rewritten_by: Option<&'static str>,
        /// What an administrator should know when the hook was installed.
        note: Option<&'static str>,
    },
    /// None, for the platform links its own hooks over those of its repositories.
    Replaced {
        /// What to name in place of the repository.
        instead: &'static str,
    },
}

/// What can be seen of a repository by which a platform recognises it.
pub struct Traces<'t> {
    /// The Git directory.
    pub path: &'t Path,
    /// The text of `hooks/pre-receive`, in lower case.
    pub pre_receive: String,
    /// Returns whether the repository's own configuration has a key.
    pub has_key: &'t dyn Fn(&str) -> bool,
}

impl Traces<'_> {
    /// Whether there is a file below the repository.
    pub(super) fn has(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }
}

/// The push of a probe to a stand-in for a repository.
pub struct ProbePush<'p> {
    /// The name of the folder above the repository.
    pub owner: OsString,
    /// The repository's name, without `.git`.
    pub name: OsString,
    /// The login of who pushes.
    pub pusher: OsString,
    /// Returns a value of the repository's own configuration.
    pub config: &'p dyn Fn(&str) -> Option<OsString>,
}

/// The ref update of a probe, for a hook that is called once a ref.
#[derive(Clone, Copy, Debug)]
pub struct ProbeUpdate<'p> {
    /// The ref's name.
    pub ref_name: &'p str,
    /// Its object id before, in hexadecimal digits.
    pub old: &'p str,
    /// Its object id afterwards.
    pub new: &'p str,
    /// The login of who pushes, which is the repository's name, too.
    pub pusher: &'p str,
}

/// A place outside of repositories that holds hooks for all of them.
#[derive(Clone, Copy)]
pub struct Home {
    /// Whether `--platform` makes any folder such a place.
    pub any_folder: bool,
    /// A file in the format of Git's configuration, and the key in it that may name the folder of
    /// hooks.
    pub folder_setting: Option<(&'static str, &'static str)>,
    /// Whether symbolic links on the way to a hook are refused.
    pub refuses_links: bool,
    /// The environment of the hook, where that has no files of the machine.
    pub chroot: Option<Chroot>,
    /// What of it can be examined.
    pub examined: Examined,
    /// Returns by what a folder is recognised as such a place.
    pub(super) recognise: fn(&Path) -> Option<&'static str>,
    /// Returns its hooks.
    pub(super) hooks: fn(&AskedHome<'_>) -> Result<HomeHooks, HomeError>,
}

impl Home {
    /// Returns by what a folder is recognised as such a place.
    #[must_use]
    pub fn recognise(&self, path: &Path) -> Option<&'static str> {
        (self.recognise)(path)
    }

    /// Returns the hooks of such a place.
    ///
    /// # Errors
    /// When the platform is not set up for hooks, or a file of it can't be read.
    pub fn hooks(&self, asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
        (self.hooks)(asked)
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("examined", &self.examined).finish_non_exhaustive()
    }
}

/// What `doctor` can examine of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examined {
    /// Each hook, as the platform calls it.
    Hooks,
    /// The repositories in this folder of it, to which the platform has linked the hook.
    Repositories(&'static str),
    /// Nothing.
    Nothing,
}

/// An archive of everything that a hook can see: a shell, the program and the policy.
#[derive(Clone, Copy, Debug)]
pub struct Chroot {
    /// The name of the archive.
    pub archive: &'static str,
    /// The name of the policy that goes into it.
    pub policy: &'static str,
}

/// A home whose hooks are asked for.
#[derive(Clone, Debug)]
pub struct AskedHome<'a> {
    /// Its path.
    pub path: &'a Path,
    /// The value of [`Home::folder_setting`].
    pub folder: Option<OsString>,
    /// Whether a hook is wanted that is called once a ref, where there is a choice.
    pub once_a_ref: bool,
}

/// The hooks of a home.
#[derive(Debug, Default)]
pub struct HomeHooks {
    /// Those that are asked for.
    pub wanted: Vec<HomeHook>,
    /// The hooks that another choice had installed.
    pub others: Vec<PathBuf>,
    /// What keeps them from being called.
    pub warnings: Vec<&'static str>,
    /// What an administrator does after the installation.
    pub notes: Vec<String>,
    /// What an administrator does when they are removed.
    pub removal: Option<&'static str>,
}

/// A hook of a home.
#[derive(Debug)]
pub struct HomeHook {
    /// The file.
    pub path: PathBuf,
    /// Whether it gets the ref updates as arguments, once a ref, and not on standard input.
    pub takes_arguments: bool,
    /// Whether the file can be the hook of another program, which is called first then.
    pub is_shared: bool,
}

/// Why the hooks of a home are not known.
#[derive(Debug)]
pub enum HomeError {
    /// A file can't be read.
    Read {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The platform is not set up for hooks of administrators; what is missing.
    NotReady(String),
}
