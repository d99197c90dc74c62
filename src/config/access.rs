//! Who owns the state of a repository, and who may do what with it: what
//! `core.sharedRepository` asks for, and making files and folders that way.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use crate::git::Repository;
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

    /// Makes the folders above a file: those below the repository's directory, or elsewhere
    /// those that are missing.
    pub(super) fn folders(&self, repository: &Repository, path: &Path) -> io::Result<()> {
        let home = repository.common_dir();
        let inside = path.starts_with(home);
        let above = path.ancestors().skip(1);
        let above = above.take_while(|it| if inside { *it != home } else { !it.exists() });
        for folder in above.collect::<Vec<_>>().into_iter().rev() {
            match DirBuilder::new().mode(self.folder).create(folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(self.explain(folder, error));
                }
                _ => {}
            }
            // A link is the administrator's own choice: what it points to stays as it is.
            let flags = (OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY).bits();
            if let Ok(opened) = OpenOptions::new().read(true).custom_flags(flags).open(folder) {
                self.give(&opened, self.folder)?;
            }
        }
        Ok(())
    }

    /// Makes an empty file in one step, so that it is never visible with another owner or mode.
    pub(super) fn create(&self, path: &Path) -> io::Result<()> {
        let beside = beside(path)?;
        self.fresh(&beside)?.sync_all()?;
        let linked = fs::hard_link(&beside, path);
        let removed = fs::remove_file(&beside);
        match linked {
            Ok(()) => {}
            // Another hook was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // A file system without links.
            Err(_) => drop(self.fresh(path)?),
        }
        removed?;
        sync_folder(path)
    }

    /// A new file, with owner and mode.
    pub(super) fn fresh(&self, path: &Path) -> io::Result<File> {
        let make = || {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(self.file).open(path)
        };
        let file = match make() {
            // Left behind by a process of this number that was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && is_beside(path) => {
                fs::remove_file(path)?;
                make()?
            }
            other => other?,
        };
        self.give(&file, self.file)?;
        Ok(file)
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
        }
        if (root || now.uid() == own) && now.mode() & 0o7777 != mode {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    /// Adds to an error what a reader can do about it.
    pub(super) fn explain(&self, path: &Path, error: io::Error) -> io::Error {
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        if is_link && error.raw_os_error().map(Errno::from_raw) == Some(Errno::ELOOP) {
            let text = "it is a symbolic link, which is not followed: put the file itself there";
            return io::Error::new(error.kind(), text);
        }
        if error.kind() != ErrorKind::PermissionDenied {
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
        let path = shell::shown(path.as_os_str().as_bytes());
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
pub(super) fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(ErrorKind::InvalidFilename)?);
    name.push(format!(".{}{BESIDE}", std::process::id()));
    Ok(path.with_file_name(name))
}

fn is_beside(path: &Path) -> bool {
    path.as_os_str().as_bytes().ends_with(BESIDE.as_bytes())
}

pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
