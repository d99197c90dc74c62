//! Who owns the state of a repository, and who may do what with it: what
//! `core.sharedRepository` asks for, and making files and folders that way.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use nix::unistd::geteuid;

use crate::git::Repository;
use crate::owner::{Distrust, Folder};
use crate::platform::accounts;
use crate::text::escape::{self, escape};
use crate::text::shell;

/// A set-group-ID directory: what is made in it gets its group.
const SET_GROUP: u32 = 0o2000;

/// Who owns the state of a repository, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    /// The mode of files.
    pub(super) file: u32,
    /// The mode of folders.
    pub(super) folder: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
}

impl Access {
    pub(super) fn of(repository: &Repository) -> io::Result<Self> {
        let home = fs::metadata(repository.common_dir())?;
        let set = repository.local_config("core.sharedRepository").map_err(io::Error::other)?;
        let file = match set {
            Some(value) => Sharing::parse(&value).ok_or_else(|| {
                let text = format!(
                    "core.sharedRepository is `{}`, which git does not know",
                    escape(value.as_bytes())
                );
                io::Error::new(ErrorKind::InvalidData, text)
            })?,
            None => Sharing::Umask,
        }
        .mode(home.mode());
        let mut folder = file | (file & 0o444) >> 2;
        if file & 0o020 != 0 || home.mode() & SET_GROUP != 0 {
            folder |= SET_GROUP;
        }
        Ok(Self { file, folder, owner: home.uid(), group: home.gid() })
    }

    /// Opens the folder of a file, after making it and those above it: those below the
    /// repository's directory, or elsewhere those that are missing. No link below the
    /// repository's directory is followed.
    pub(super) fn folder_for(&self, repository: &Repository, path: &Path) -> io::Result<Folder> {
        let home = repository.common_dir();
        let wanted = path.parent().unwrap_or(home);
        let inside = path.starts_with(home);
        let start = match inside {
            true => home,
            false => wanted.ancestors().find(|it| it.exists()).unwrap_or(Path::new("/")),
        };
        let mut at = Folder::named(start)?;
        for part in wanted.strip_prefix(start).unwrap_or(Path::new("")).iter() {
            let next = match at.below(part.as_ref()) {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    match at.make_folder(part, self.folder) {
                        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                            return Err(self.explain(&at.path().join(part), error));
                        }
                        _ => at.below(part.as_ref())?,
                    }
                }
                other => other?,
            };
            if let Ok(opened) = next.opened() {
                self.give(&opened, self.folder)?;
            }
            at = next;
        }
        if !inside {
            self.is_ours(&at)?;
        }
        Ok(at)
    }

    /// Whether a folder outside of the repository was made for it, and not by an account that
    /// has only guessed its name.
    fn is_ours(&self, folder: &Folder) -> io::Result<()> {
        let known = folder.metadata()?;
        let of_group = self.folder & 0o020 != 0 && known.gid() == self.group;
        if [0, geteuid().as_raw(), self.owner].contains(&known.uid()) || of_group {
            return Ok(());
        }
        let text = format!(
            "{} belongs to account {}, which is not the repository's: an administrator can run: {}",
            escape::path(folder.path()),
            known.uid(),
            self.command(folder.path(), &known),
        );
        Err(io::Error::new(ErrorKind::PermissionDenied, text))
    }

    /// Makes an empty file in one step, so that it is never visible with another owner or mode.
    pub(super) fn create(&self, folder: &Folder, name: &OsStr) -> io::Result<()> {
        let beside = beside(name);
        self.fresh(folder, &beside)?.sync_all()?;
        // Not by a second name: a process that is killed in between would leave a file with two
        // names, which is not trusted.
        let moved = folder.rename_to_new(&beside, folder, name);
        if let Err(error) = moved {
            folder.remove(&beside)?;
            // Otherwise another hook was quicker.
            if error.kind() != ErrorKind::AlreadyExists {
                // A file system without this operation.
                drop(self.fresh(folder, name)?);
            }
        }
        folder.sync()
    }

    /// A new file, with owner and mode.
    pub(super) fn fresh(&self, folder: &Folder, name: &OsStr) -> io::Result<File> {
        let file = match folder.create(name, self.file) {
            // Left behind by a process of this number that was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && is_beside(name) => {
                folder.remove(name)?;
                folder.create(name, self.file)?
            }
            other => other?,
        };
        self.give(&file, self.file)?;
        Ok(file)
    }

    /// Adds to a reason not to use a file what a reader can do about it; `None` where every
    /// account may write there by the repository's own settings, and so own a file.
    pub(super) fn refuse(&self, path: &Path, why: Distrust) -> Option<io::Error> {
        let next = match why {
            Distrust::Owner(_) if self.file & 0o002 != 0 => return None,
            Distrust::Owner(_) => "see what it holds, and remove it or run: chown ",
            Distrust::Names(_) => "remove the other names: find / -xdev -samefile ",
            Distrust::Link | Distrust::NotAFile => "put the file itself there",
        };
        let command = match why {
            Distrust::Owner(_) => {
                format!("{}:{} {}", self.owner, self.group, shown(path))
            }
            Distrust::Names(_) => shown(path),
            Distrust::Link | Distrust::NotAFile => String::new(),
        };
        let text = format!("it {why}: {next}{command}");
        Some(io::Error::new(ErrorKind::InvalidInput, text))
    }

    /// Sets owner and mode, as far as this account may.
    pub(super) fn give(&self, file: &File, mode: u32) -> io::Result<()> {
        let now = file.metadata()?;
        // Another name of it may be anybody's file.
        if now.is_file() && now.nlink() > 1 {
            return Ok(());
        }
        let (root, own) = (geteuid().is_root(), geteuid().as_raw());
        if root && (now.uid(), now.gid()) != (self.owner, self.group) {
            // Not possible for every owner where root is one of a container only.
            let _ = fchown(file, Some(self.owner), Some(self.group));
        } else if now.uid() == own && now.gid() != self.group {
            // Possible for the groups that this account is in.
            let _ = fchown(file, None, Some(self.group));
        }
        if (root || now.uid() == own) && now.mode() & 0o7777 != mode {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    /// Adds to an error what a reader can do about it.
    pub(super) fn explain(&self, path: &Path, error: io::Error) -> io::Error {
        if error.kind() != ErrorKind::PermissionDenied || error.raw_os_error().is_none() {
            return error;
        }
        // The file itself, or the folder that keeps it from being made or reached.
        let closed = path.ancestors().find_map(|it| Some((it, fs::symlink_metadata(it).ok()?)));
        let Some((closed, metadata)) = closed else { return error };
        let owner = accounts::user(metadata.uid());
        let owner = owner.map_or_else(|| metadata.uid().to_string(), |name| escape(&name));
        let text = format!(
            "{} belongs to {owner} and has mode {:o}, so this account may not use it; an \
             administrator can run: {}",
            escape::path(closed),
            metadata.mode() & 0o7777,
            self.command(closed, &metadata),
        );
        io::Error::new(ErrorKind::PermissionDenied, text)
    }

    pub(super) fn wanted(&self, metadata: &Metadata) -> u32 {
        if metadata.is_dir() { self.folder } else { self.file }
    }

    /// What gives a file its owner and mode.
    pub(super) fn command(&self, path: &Path, metadata: &Metadata) -> String {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let path = shown(&path);
        let Self { owner, group, .. } = self;
        let mode = self.wanted(metadata);
        format!("chown {owner}:{group} {path} && chmod {mode:o} {path}")
    }
}

/// What `core.sharedRepository` asks for (git-config(1), `git_config_perm` in git's setup.c).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sharing {
    /// Nothing.
    Umask,
    /// These bits, besides the usual ones.
    Added(u32),
    /// These bits, and no others.
    Exactly(u32),
}

impl Sharing {
    fn parse(value: &str) -> Option<Self> {
        match value.to_ascii_lowercase().as_str() {
            "umask" | "false" | "no" | "off" | "0" | "" => Some(Self::Umask),
            "group" | "true" | "yes" | "on" | "1" => Some(Self::Added(0o660)),
            "all" | "world" | "everybody" | "2" => Some(Self::Added(0o664)),
            digits => {
                let mode = u32::from_str_radix(digits, 8).ok()?;
                // Git itself refuses a mode in which the owner may not write.
                (mode & 0o600 == 0o600).then_some(Self::Exactly(mode & 0o666))
            }
        }
    }

    /// The mode of files, in a repository whose directory has a mode.
    fn mode(self, home: u32) -> u32 {
        match self {
            Self::Umask => 0o644 | home & 0o020,
            Self::Added(bits) => 0o644 | bits,
            Self::Exactly(bits) => bits,
        }
    }
}

pub(super) const BESIDE: &str = ".provost-new";

/// A name beside a file, of this process.
pub(super) fn beside(name: &OsStr) -> OsString {
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}{BESIDE}", std::process::id()));
    beside
}

fn is_beside(name: &OsStr) -> bool {
    name.as_bytes().ends_with(BESIDE.as_bytes())
}

fn shown(path: &Path) -> String {
    shell::shown(path.as_os_str().as_bytes())
}
