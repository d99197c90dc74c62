//! Becoming the account that owns something, and returning.
//!
//! The real and the effective user become that account, and the saved one stays root: only
//! this process can return, and a program that it starts cannot. Where the process is not
//! root nothing is changed, for then the kernel has its say already.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use nix::unistd::{
    Gid, Uid, getegid, geteuid, getgroups, getresuid, setgroups, setresgid, setresuid,
};

use crate::platform::{accounts, of_any_account};
use crate::text::escape::{self, escape};

use super::way::{Way, way};

/// An account other than root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub user: u32,
    /// Its primary group.
    pub group: u32,
    /// Its other groups.
    groups: Vec<u32>,
    /// Its home directory, where the machine knows the account.
    pub home: Option<PathBuf>,
}

impl Account {
    /// An account by its number. Its groups are those that the machine knows; `group` counts
    /// only for an account that it does not know.
    #[must_use]
    pub fn of(user: u32, group: u32) -> Self {
        match accounts::entry(user) {
            Some(entry) => {
                Self { user, group: entry.group, groups: entry.groups, home: Some(entry.home) }
            }
            None => Self { user, group, groups: Vec::new(), home: None },
        }
    }

    /// Its name, or else its number.
    #[must_use]
    pub fn name(&self) -> String {
        name_of(self.user)
    }
}

fn name_of(user: u32) -> String {
    accounts::user(user).map_or_else(|| user.to_string(), |name| escape(&name))
}

/// The account that this process acts as, where it is not the one that started it.
static CURRENT: Mutex<Option<Account>> = Mutex::new(None);
/// The groups of the account that started it.
static OWN_GROUPS: OnceLock<(Gid, Vec<Gid>)> = OnceLock::new();

/// The account that this process acts as, where that is not the one that started it.
#[must_use]
pub fn current() -> Option<Account> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// As long as it lives, this process acts as one account; then as the one before. Values of
/// it are dropped in the reverse order.
#[derive(Debug)]
#[must_use]
pub struct Acting {
    /// The account before; the outer `None` where nothing was changed.
    before: Option<Option<Account>>,
}

impl Acting {
    /// Acts as the account that controls a path. For a path that belongs to root all the
    /// way, as root. Links on the way may be root's, or that account's.
    ///
    /// # Errors
    /// When that account can't be found out or taken, or a link of another account leads
    /// there: nothing may be done there then.
    pub fn for_path(path: &Path) -> io::Result<Self> {
        Self::named(path).map(|(acting, _)| acting)
    }

    /// The same, and where the path leads, which is what has to be used from then on: a link
    /// may be another one a moment later. Where the process is not root, the path as it is.
    ///
    /// # Errors
    /// As for [`Acting::for_path`].
    pub fn named(path: &Path) -> io::Result<(Self, PathBuf)> {
        if !started_as_root() {
            return Ok((Self::unchanged(), path.to_owned()));
        }
        let (account, real) = {
            let _own = Self::own()?;
            controller(path)?
        };
        Ok((Self::take(account)?, real))
    }

    /// Acts as the account that controls a path, if this process acts as the one that started
    /// it; another account stays, for it gets no further rights.
    ///
    /// # Errors
    /// As for [`Acting::for_path`].
    pub fn narrowed(path: &Path) -> io::Result<Self> {
        if current().is_some() { Ok(Self::unchanged()) } else { Self::for_path(path) }
    }

    /// Goes on as before.
    pub const fn unchanged() -> Self {
        Self { before: None }
    }

    /// Acts as the account that started this process.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn own() -> io::Result<Self> {
        Self::take(None)
    }

    /// Acts as an account, or for `None` as the one that started this process.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take(account: Option<Account>) -> io::Result<Self> {
        let before = current();
        if before == account || !started_as_root() {
            return Ok(Self::unchanged());
        }
        let Err(error) = switch(account.as_ref()) else {
            return Ok(Self { before: Some(before) });
        };
        return_to(before.as_ref());
        Err(match account {
            Some(account) => io::Error::other(format!(
                "it belongs to {0}, and root can't become {0} here ({error}): run this as {0}",
                account.name(),
            )),
            None => error,
        })
    }
}

impl Drop for Acting {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            return_to(before.as_ref());
        }
    }
}

/// Nothing may be done as an account that it was not meant for: where the kernel refuses, this
/// process ends.
fn return_to(before: Option<&Account>) {
    if switch(before).is_err() {
        std::process::abort();
    }
}

fn started_as_root() -> bool {
    getresuid().is_ok_and(|ids| ids.effective.is_root() || ids.saved.is_root())
}

fn switch(to: Option<&Account>) -> io::Result<()> {
    let own = OWN_GROUPS.get_or_init(|| (getegid(), getgroups().unwrap_or_default()));
    let root = Uid::from_raw(0);
    if !geteuid().is_root() {
        setresuid(root, root, root)?;
    }
    let (group, groups) = match to {
        None => own.clone(),
        Some(account) => {
            let groups = account.groups.iter().map(|&group| Gid::from_raw(group)).collect();
            (Gid::from_raw(account.group), groups)
        }
    };
    setgroups(&groups)?;
    setresgid(group, group, group)?;
    if let Some(account) = to {
        let user = Uid::from_raw(account.user);
        setresuid(user, user, root)?;
    }
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = to.cloned();
    Ok(())
}

/// What of a repository counts: another account's file there directs what Git does.
const PARTS: [&str; 10] = [
    ".git",
    "HEAD",
    "config",
    "config.worktree",
    "hooks",
    "info",
    "objects",
    "packed-refs",
    "provost",
    "refs",
];

/// The account that controls a path: whose it is, or a part of it if it is a repository, or
/// else whose the nearest directory above it is. `None` when all of that is root's. For a
/// path that is not there, what is above it counts. The second value is where it leads.
///
/// # Errors
/// When the path leads there by a link that neither root nor this account has made: the
/// account whose link it is has no say over the place.
fn controller(path: &Path) -> io::Result<(Option<Account>, PathBuf)> {
    let Way { real: leads_to, links } = way(path)?;
    let there = leads_to.ancestors().find(|it| it.symlink_metadata().is_ok());
    let real = there.unwrap_or(Path::new("/")).to_owned();
    let mut places = vec![real.clone()];
    let mut tops = vec![real.clone(), real.join(".git")];
    tops.extend(linked(&real));
    for top in tops {
        // Only in a repository do such names mean something.
        let is_repository = top.join("HEAD").symlink_metadata().is_ok();
        let parts = PARTS.iter().filter(|part| is_repository || **part == ".git");
        places.extend(parts.map(|part| top.join(part)));
    }
    places.extend(real.ancestors().skip(1).map(Path::to_owned));
    let other = places.iter().find_map(|place| {
        let known = place.symlink_metadata().ok()?;
        (known.uid() != 0).then(|| (known.uid(), known.gid()))
    });
    let acts = other.map_or(0, |(user, _)| user);
    if let Some((link, user)) = links.into_iter().find(|(_, user)| *user != acts) {
        let text = format!(
            "{} is a symbolic link of {}, which root does not follow to {}, which is not its \
             own: name that instead",
            escape::path(&link),
            name_of(user),
            escape::path(&leads_to),
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok((other.map(|(user, group)| Account::of(user, group)), leads_to))
}

/// The repository that a work tree of root's says is its own (`.git` as a file).
fn linked(top: &Path) -> Option<PathBuf> {
    let file = top.join(".git");
    let known = file.symlink_metadata().ok()?;
    if !known.is_file() || known.uid() != 0 {
        return None;
    }
    let text = fs::read(file).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    Some(top.join(std::ffi::OsStr::from_bytes(target)))
}

/// A file, a directory above it or a link on the way that others than root can replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaceable {
    /// Which one.
    pub place: PathBuf,
    /// Who can, for people.
    pub why: String,
    /// Whether everybody can.
    pub by_everybody: bool,
}

/// Whether others than root could replace a file that is to be run as root.
///
/// # Errors
/// When the way to it can't be looked at.
pub fn replaceable(path: &Path) -> io::Result<Option<Replaceable>> {
    let path = std::path::absolute(path)?;
    let real = path.canonicalize()?;
    for place in path.ancestors().chain(real.ancestors()) {
        let known = place.symlink_metadata()?;
        let shown = escape::path(place);
        let found = |why, by_everybody| {
            Ok(Some(Replaceable { place: place.to_owned(), why, by_everybody }))
        };
        if known.uid() != 0 {
            return found(format!("{shown} belongs to {}", name_of(known.uid())), false);
        }
        // In a sticky directory each account replaces only what is its own.
        if known.is_symlink() || known.is_dir() && known.mode() & 0o1000 != 0 {
            continue;
        }
        if known.mode() & 0o002 != 0 {
            return found(format!("everybody may write {shown}"), true);
        }
        if known.mode() & 0o020 != 0 && known.gid() != 0 {
            return found(format!("the group {} may write {shown}", known.gid()), false);
        }
    }
    Ok(None)
}

/// Whether this process acts as root, so that what it starts could do anything.
#[must_use]
pub fn is_alone() -> bool {
    geteuid().is_root()
}

/// Prepares a command for the account that this process acts as, where that is not the one
/// that started it: with its home, without the variables of the administrator, and without
/// the administrator's terminal, into which it could type.
pub fn confine(command: &mut Command) {
    let Some(account) = current() else { return };
    let own: Vec<_> = command
        .get_envs()
        .map(|(key, value)| (key.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    command.env_clear();
    command.envs(of_any_account());
    if let Some(home) = &account.home {
        command.env("HOME", home);
    }
    for (key, value) in own {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    #[expect(unsafe_code, reason = "the standard library has no other way to leave a terminal")]
    // SAFETY: setsid(2) is async-signal-safe, and the closure does nothing else.
    unsafe {
        command.pre_exec(|| {
            // It fails only for the leader of a group, which a new process is not.
            let _ = nix::unistd::setsid();
            Ok(())
        });
    }
}
