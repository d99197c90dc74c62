//! Opening a repository: as a hook finds it, or by path.
//!
//! A hook must see the quarantine, which git names in the environment. libgit2 reads
//! that too, but splits alternates at `:` even inside quotes, so the object database is
//! put together here. Source: githooks(5), git(1) on `GIT_OBJECT_DIRECTORY` and
//! `GIT_ALTERNATE_OBJECT_DIRECTORIES`, "Quarantine Environment" in git-receive-pack(1).

use std::cell::{Cell, OnceCell};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use git2::{ErrorCode, RepositoryOpenFlags};

use super::alternates::split_alternates;
use super::connectivity::Connectivity;
use super::directories::Directory;
use super::hook_environment::HookEnvironment;
use super::opened_by_others::check_at;
use super::ref_store::ListedByGit;
use super::{GitError, IdSet, ObjectId, Objects, Scale, Watch, cli, shallow};
use crate::file;
use crate::text::escape;

/// A longer list of shallow commits is not read: this is room for 4 million.
const MAX_SHALLOW_BYTES: u64 = 256 << 20;

/// Whether the owner of a repository is checked (`safe.directory` in git-config(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Git has already decided to trust it and runs us: no check.
    Git,
    /// Somebody named it: libgit2 checks the owner.
    Verify,
}

/// An open repository. Once it is open, objects and refs are read without libgit2, and
/// `Repository::libgit2` is asked for configuration and for revisions that are no plain
/// names.
pub struct Repository {
    inner: git2::Repository,
    git_dir: PathBuf,
    common_dir: PathBuf,
    id_length: usize,
    environment: HookEnvironment,
    reftable: bool,
    namespace_prefix: Vec<u8>,
    /// For how large scans of this repository are taken.
    pub scale: Scale,
    /// The refs as git lists them, where libgit2 can't.
    pub(super) listed: OnceCell<Vec<ListedByGit>>,
    /// What git answered about the objects of a push.
    connectivity: Connectivity,
    /// Until when programs may run for it.
    programs_end: Cell<Option<Instant>>,
}

impl Repository {
    /// Opens the repository that git runs this hook in.
    ///
    /// # Errors
    /// When there is none or it can't be read.
    pub fn open_in_hook(environment: HookEnvironment) -> Result<Self, GitError> {
        let path = environment.git_dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::BARE;
        prepare(Trust::Git);
        check_at(&path, false)?;
        let inner = git2::Repository::open_ext(&path, flags, &[] as &[&Path]);
        Self::opened(inner, path, environment)
    }

    /// Opens the repository at a path (a bare repository, or a work tree's top).
    ///
    /// # Errors
    /// When there is none or it can't be read.
    pub fn open(path: &Path, trust: Trust) -> Result<Self, GitError> {
        prepare(trust);
        check_at(path, false)?;
        let inner =
            git2::Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, &[] as &[&Path]);
        Self::opened(inner, path.to_owned(), HookEnvironment::default())
    }

    /// Opens the repository that a directory belongs to, as `git` itself would find it.
    ///
    /// # Errors
    /// When there is none or it can't be read.
    pub fn discover(directory: &Path) -> Result<Self, GitError> {
        prepare(Trust::Verify);
        let inner = match std::env::var_os("GIT_DIR") {
            Some(path) => {
                check_at(Path::new(&path), false)?;
                git2::Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, &[] as &[&Path])
            }
            None => {
                check_at(directory, true)?;
                git2::Repository::discover(directory)
            }
        };
        Self::opened(inner, directory.to_owned(), HookEnvironment::default())
    }

    fn opened(
        inner: Result<git2::Repository, git2::Error>,
        path: PathBuf,
        environment: HookEnvironment,
    ) -> Result<Self, GitError> {
        let inner = inner.map_err(|error| match error.code() {
            ErrorCode::Owner => GitError::Owner { path: path.clone() },
            _ => GitError::Open { path, reason: error.message().to_owned() },
        })?;
        // Relative paths would not survive a change of directory by a child process.
        let git_dir = inner.path().canonicalize().unwrap_or_else(|_| inner.path().to_owned());
        let mut repository = Self {
            namespace_prefix: namespace_prefix(&environment.namespace),
            common_dir: inner.commondir().to_owned(),
            id_length: match inner.object_format() {
                git2::ObjectFormat::Sha1 => 20,
                git2::ObjectFormat::Sha256 => 32,
            },
            inner,
            git_dir,
            environment,
            reftable: false,
            scale: Scale::default(),
            listed: OnceCell::new(),
            connectivity: Connectivity::default(),
            programs_end: Cell::default(),
        };
        let storage = repository.local_config("extensions.refstorage")?;
        repository.reftable = storage.is_some_and(|format| {
            // `reftable`, or `reftable://<path>` in newer versions of Git.
            format.split(':').next() == Some("reftable")
        });
        Ok(repository)
    }

    /// The repository's own directory (`.git`, or the bare repository).
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Where refs, configuration and objects are, which differs from the git directory
    /// in a linked work tree.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// A name for people and records: the directory's own name, or for `.git` that of
    /// the work tree, without `.git` at its end.
    #[must_use]
    pub fn name(&self) -> String {
        let common = self.common_dir();
        let common = common.canonicalize().unwrap_or_else(|_| common.to_owned());
        let named = if common.file_name().is_some_and(|name| name == ".git") {
            common.parent().unwrap_or(&common)
        } else {
            &common
        };
        let name = named.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
        escape::escape(name.strip_suffix(b".git").unwrap_or(name))
    }

    /// The object database, with what a push has put in quarantine.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn objects(&self) -> Result<Objects<'_>, GitError> {
        self.objects_watched(None)
    }

    /// The same, with somebody who watches what is read and may end that.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn objects_watched<'r>(
        &'r self,
        watch: Option<&'r dyn Watch>,
    ) -> Result<Objects<'r>, GitError> {
        let shallow = self.shallow_commits()?;
        let directory = |path: PathBuf, is_quarantine: bool| Directory { path, is_quarantine };
        let directories = match &self.environment.object_directory {
            None => vec![directory(self.common_dir().join("objects"), false)],
            Some(own) => {
                let alternates = self.environment.alternates.as_deref().unwrap_or_default();
                let alternates = split_alternates(alternates.as_bytes(), b':');
                // Without alternates it is the repository's own and nothing is in quarantine.
                let mut all = vec![directory(own.into(), !alternates.is_empty())];
                let path = |bytes| PathBuf::from(OsString::from_vec(bytes));
                all.extend(alternates.into_iter().map(|bytes| directory(path(bytes), false)));
                all
            }
        };
        Ok(Objects::new(directories, self.id_length(), shallow, self.scale, watch))
    }

    fn shallow_commits(&self) -> Result<IdSet, GitError> {
        let path = match &self.environment.shallow_file {
            Some(path) => path.clone(),
            None => self.common_dir().join("shallow"),
        };
        let text = match file::read(&path, MAX_SHALLOW_BYTES) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(IdSet::default());
            }
            Err(error) => {
                let what = escape::path(&path);
                return Err(GitError::Environment { what, reason: error.to_string() });
            }
        };
        shallow::parse(&text, self.id_length()).map_err(|damage| GitError::Environment {
            what: escape::path(&path),
            reason: damage.to_string(),
        })
    }

    /// Whether git refuses an update to `new` by itself, because it misses an object that
    /// is missing here. `false` when it does not, or can't be asked; `None` when the time for
    /// that is over. `updates` are the new values of all updates of the push.
    #[must_use]
    pub fn git_refuses(
        &self,
        updates: &[ObjectId],
        new: ObjectId,
        missing: ObjectId,
    ) -> Option<bool> {
        if !self.environment.git_may_refuse {
            return Some(false);
        }
        let until = self.programs_end.get();
        let ask = |arguments: &[&[u8]], input: &[u8]| {
            cli::run_plain(&self.git_dir, arguments, input, until)
        };
        self.connectivity.refuses(&ask, updates, new, missing)
    }

    /// Has the programs that are run for this repository end then.
    pub fn end_programs_at(&self, end: Option<Instant>) {
        self.programs_end.set(end);
    }

    /// Runs git, and returns its standard output.
    pub(super) fn run_git(&self, arguments: &[&[u8]]) -> Result<Vec<u8>, GitError> {
        cli::run(&self.git_dir, arguments, self.programs_end.get())
    }

    /// Length of object ids in bytes: 20 or 32.
    #[must_use]
    pub fn id_length(&self) -> usize {
        self.id_length
    }

    pub(super) fn libgit2(&self) -> &git2::Repository {
        &self.inner
    }

    pub(super) fn is_reftable(&self) -> bool {
        self.reftable
    }

    pub(super) fn namespace_prefix(&self) -> &[u8] {
        &self.namespace_prefix
    }
}

/// Whether libgit2 looks for no file of configuration in a home directory.
static HOMELESS: AtomicBool = AtomicBool::new(false);

/// Has libgit2 read no configuration of the account that started this process while that is
/// root and acts as another account, which may not look into root's home directory.
fn leave_home() {
    let acts =
        nix::unistd::getresuid().is_ok_and(|ids| ids.saved.is_root() && !ids.effective.is_root());
    if HOMELESS.swap(acts, Ordering::Relaxed) == acts {
        return;
    }
    for level in [git2::ConfigLevel::Global, git2::ConfigLevel::XDG] {
        #[expect(unsafe_code, reason = "the paths are global")]
        // SAFETY: the account changes only between scans, when there is no other thread.
        unsafe {
            let _ = match acts {
                true => git2::opts::set_search_path(level, ""),
                false => git2::opts::reset_search_path(level),
            };
        }
    }
}

/// Sets libgit2's process-wide options, before its first use.
fn prepare(trust: Trust) {
    leave_home();
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Extensions that do not change how an object is read; refs in the reftable
        // format are read by other means.
        let extensions = [
            "noop",
            "objectformat",
            "worktreeconfig",
            "preciousobjects",
            "relativeworktrees",
            "refstorage",
            "partialclone",
            "compatobjectformat",
            "submodulepathconfig",
        ];
        // libgit2 would keep up to 256 MiB of objects; what is worth keeping is kept here.
        git2::opts::enable_caching(false);
        // Git does not hash what it reads either; what a push brings was hashed when git
        // put it into the quarantine.
        git2::opts::strict_hash_verification(false);
        #[expect(unsafe_code, reason = "the options are global; set once, before any other use")]
        // SAFETY: no other thread uses libgit2 before this returns.
        unsafe {
            let _ = git2::opts::set_extensions(&extensions);
            if trust == Trust::Git {
                let _ = git2::opts::set_verify_owner_validation(false);
            }
        }
    });
}

/// `a/b` is stored below `refs/namespaces/a/refs/namespaces/b/` (gitnamespaces(7)).
fn namespace_prefix(namespace: &[u8]) -> Vec<u8> {
    let parts = namespace.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    parts.flat_map(|part| [b"refs/namespaces/", part, b"/"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_nest() {
        assert_eq!(namespace_prefix(b"a/b"), b"refs/namespaces/a/refs/namespaces/b/");
        assert!(namespace_prefix(b"").is_empty());
    }
}
