//! Files of a repository's state: baselines, what was not judged, and what else hooks write
//! below the repository's own directory.
//!
//! Several accounts may push to one repository, each with a umask of its own. A file that
//! one of them makes must not lock the others out, and must not be open to accounts that
//! have no business there. So owner and mode are never left to the umask: they follow
//! `core.sharedRepository` as git-config(1) documents it, and the repository's directory.
//! Reading needs nothing of this. Git's own rule (umask, then some bits added) was not
//! taken over: with a umask of 077 it gives files that nobody else can read.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use crate::git::Repository;
use crate::platform::accounts;
use crate::text::escape::escape;
use crate::text::shell;

/// A set-group-ID directory: what is made in it gets its group.
const SET_GROUP: u32 = 0o2000;

/// Opens a file of the state for reading and appending, and makes it if it is absent. The
/// name of a new file is on disk when this returns; what the caller writes is not.
///
/// Folders between the repository's directory and the file are made, too. A symbolic link
/// in the place of the file is not followed. Owner and mode of the file and of these folders
/// are corrected as far as this account may do that.
///
/// # Errors
/// When the file can't be made or opened. Where permissions are the reason, the error says
/// whose the file is and which command mends that.
pub fn append(repository: &Repository, path: &Path) -> io::Result<File> {
    let access = Access::of(repository)?;
    access.folders(repository, path)?;
    let open = || {
        let mut options = OpenOptions::new();
        options.read(true).append(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)
    };
    let file = match open() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            access.create(path).and_then(|()| open())
        }
        other => other,
    };
    let file = file.map_err(|error| access.explain(path, error))?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
    }
    access.give(&file, access.file)?;
    Ok(file)
}

/// Replaces a file of the state, or makes it, in one step: who reads it meanwhile, or after
/// a crash, sees the old content or the new one. Folders are made, and owner and mode set,
/// as [`append`] does it. A symbolic link in the place of the file is replaced.
///
/// # Errors
/// When a step of it fails; then the old file is untouched.
pub fn replace(repository: &Repository, path: &Path, content: &[u8]) -> io::Result<()> {
    let access = Access::of(repository)?;
    access.folders(repository, path)?;
    let beside = beside(path)?;
    let written = (|| {
        let mut file = access.fresh(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder(path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| access.explain(path, error))
}

/// Makes a folder of the state and those above it, below the repository's directory.
///
/// # Errors
/// When one can't be made.
pub fn folder(repository: &Repository, path: &Path) -> io::Result<()> {
    // Any name in it: all above that are folders.
    Access::of(repository)?.folders(repository, &path.join("file"))
}

/// A file or folder of the state whose owner or mode is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which one, as an absolute path.
    pub path: PathBuf,
    /// What is wrong with it, for people.
    pub text: String,
    /// The command that corrects it, as root.
    pub command: String,
}

/// Looks for files and folders of the state that lock pushers out, or that accounts may
/// write which should not.
///
/// # Errors
/// When `core.sharedRepository` or the repository's directory can't be read.
pub fn faults(repository: &Repository) -> io::Result<Vec<Fault>> {
    let access = Access::of(repository)?;
    let home = repository.common_dir().canonicalize()?;
    let written = WRITTEN.iter().map(|name| (home.join(name), true));
    let mut places: Vec<(PathBuf, bool)> = written.collect();
    let read = home.join("provost/baseline");
    if let Ok(entries) = fs::read_dir(&read) {
        places.extend(entries.flatten().map(|entry| (entry.path(), false)));
    }
    places.push((read, false));
    places.sort();
    let faults = places.into_iter().filter_map(|(path, written)| {
        let metadata = fs::symlink_metadata(&path).ok()?;
        access.fault(path, &metadata, written)
    });
    Ok(faults.collect())
}

/// What hooks write of the state, below the repository's directory. Baselines they only read,
/// and rules are no state: those are the administrator's.
const WRITTEN: [&str; 3] = ["provost", "provost/ledger", "provost-unjudged"];

/// Who owns the state of a repository, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Access {
    /// The mode of files.
    file: u32,
    /// The mode of folders.
    folder: u32,
    owner: u32,
    group: u32,
}

impl Access {
    fn of(repository: &Repository) -> io::Result<Self> {
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
    fn folders(&self, repository: &Repository, path: &Path) -> io::Result<()> {
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

    /// Makes an empty file in one step: nobody sees it before its owner and mode are right.
    fn create(&self, path: &Path) -> io::Result<()> {
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
    fn fresh(&self, path: &Path) -> io::Result<File> {
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
    fn give(&self, file: &File, mode: u32) -> io::Result<()> {
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
    fn explain(&self, path: &Path, error: io::Error) -> io::Error {
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        if is_link {
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
            "{} belongs to {owner} and has mode {:o}, so this account may not write it; an \
             administrator can run: {}",
            escape(closed.as_os_str().as_bytes()),
            metadata.mode() & 0o7777,
            self.command(closed, &metadata),
        );
        io::Error::new(ErrorKind::PermissionDenied, text)
    }

    fn wanted(&self, metadata: &Metadata) -> u32 {
        if metadata.is_dir() { self.folder } else { self.file }
    }

    /// What gives a file its owner and mode.
    fn command(&self, path: &Path, metadata: &Metadata) -> String {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let path = shell::shown(path.as_os_str().as_bytes());
        let Self { owner, group, .. } = self;
        let mode = self.wanted(metadata);
        format!("chown {owner}:{group} {path} && chmod {mode:o} {path}")
    }

    /// What is wrong with a file or folder, which hooks write or only read.
    fn fault(&self, path: PathBuf, metadata: &Metadata, written: bool) -> Option<Fault> {
        if metadata.is_symlink() {
            return None;
        }
        let (wanted, mode) = (self.wanted(metadata), metadata.mode() & 0o7777);
        // Of what several accounts write, each file belongs to whichever made it.
        let foreign = if !written {
            false
        } else if wanted & 0o020 == 0 {
            metadata.uid() != self.owner
        } else {
            metadata.gid() != self.group
        };
        let needed = if written { 0o777 } else { 0o555 };
        let (missing, too_much) = (wanted & !mode & needed, mode & !wanted & 0o022);
        let why = if foreign {
            format!("belongs to {}:{}", metadata.uid(), metadata.gid())
        } else if missing | too_much != 0 {
            format!("has mode {mode:o}")
        } else {
            return None;
        };
        let effect = if too_much != 0 && !foreign {
            "more accounts than those of the repository may write it"
        } else {
            "pushes of some accounts are refused"
        };
        let text = format!(
            "{} {why}, and should belong to {}:{} with mode {wanted:o}: {effect}",
            escape(path.as_os_str().as_bytes()),
            self.owner,
            self.group,
        );
        Some(Fault { command: self.command(&path, metadata), text, path })
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

const BESIDE: &str = ".provost-new";

/// A name beside a file, of this process.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(ErrorKind::InvalidFilename)?);
    name.push(format!(".{}{BESIDE}", std::process::id()));
    Ok(path.with_file_name(name))
}

fn is_beside(path: &Path) -> bool {
    path.as_os_str().as_bytes().ends_with(BESIDE.as_bytes())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Trust;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    fn repository(config: &[&str]) -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| {
            let done = Command::new("git").current_dir(&folder).args(words).status();
            assert!(done.unwrap().success());
        };
        git(&["init", "-q", "--bare", "."]);
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        if let [value] = config {
            git(&["config", "core.sharedRepository", value]);
        }
        let repository = Repository::open(folder.path(), Trust::Git).unwrap();
        (folder, repository)
    }

    fn mode(path: impl AsRef<Path>) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn modes_are_those_of_shared_repository() {
        for (value, file, folder) in [
            (&[][..], 0o644, 0o755),
            (&["umask"], 0o644, 0o755),
            (&["false"], 0o644, 0o755),
            (&["group"], 0o664, 0o2775),
            (&["True"], 0o664, 0o2775),
            (&["all"], 0o664, 0o2775),
            (&["0640"], 0o640, 0o750),
            (&["0660"], 0o660, 0o2770),
            (&["0666"], 0o666, 0o2777),
        ] {
            let (home, repository) = repository(value);
            let path = repository.common_dir().join("provost/baseline/all");
            replace(&repository, &path, b"x").unwrap();
            append(&repository, &home.path().join("provost/ledger")).unwrap();
            assert_eq!(mode(&path), file, "{value:?}");
            assert_eq!(mode(home.path().join("provost/ledger")), file, "{value:?}");
            assert_eq!(mode(home.path().join("provost")), folder, "{value:?}");
            assert_eq!(mode(home.path().join("provost/baseline")), folder, "{value:?}");
            assert_eq!(faults(&repository).unwrap(), []);
        }
        let (home, repository) = repository(&["0066"]);
        let error = append(&repository, &home.path().join("x")).unwrap_err();
        assert!(error.to_string().contains("core.sharedRepository is `0066`"), "{error}");
    }

    #[test]
    fn a_folder_that_the_group_may_write_makes_files_that_it_may_write() {
        let (home, repository) = repository(&[]);
        fs::set_permissions(&home, Permissions::from_mode(0o2775)).unwrap();
        append(&repository, &home.path().join("provost/ledger")).unwrap();
        assert_eq!(mode(home.path().join("provost/ledger")), 0o664);
        assert_eq!(mode(home.path().join("provost")), 0o2775);
    }

    #[test]
    fn a_file_of_ours_with_another_mode_is_corrected_and_reported_until_then() {
        let (home, repository) = repository(&[]);
        let path = home.path().join("provost-unjudged");
        append(&repository, &path).unwrap().write_all(b"one").unwrap();
        for wrong in [0o600, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(wrong)).unwrap();
            let found = faults(&repository).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].command.contains(" && chmod 644 /"), "{found:?}");
            append(&repository, &path).unwrap();
            assert_eq!(mode(&path), 0o644);
        }
        replace(&repository, &path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let left = fs::read_dir(&home).unwrap().filter(|entry| {
            entry.as_ref().unwrap().file_name().as_bytes().ends_with(BESIDE.as_bytes())
        });
        assert_eq!(left.count(), 0, "nothing is left beside");
    }

    #[test]
    fn a_link_in_the_place_of_a_file_is_not_followed() {
        let (home, repository) = repository(&[]);
        let (target, path) = (home.path().join("target"), home.path().join("link"));
        fs::write(&target, "kept").unwrap();
        symlink(&target, &path).unwrap();
        let error = append(&repository, &path).unwrap_err();
        assert!(error.to_string().contains("symbolic link"), "{error}");
        replace(&repository, &path, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"kept");
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn root_gives_what_it_makes_to_the_owner_of_the_repository() {
        let (home, repository) = repository(&[]);
        if std::os::unix::fs::chown(&home, Some(12345), Some(12346)).is_err() {
            return;
        }
        let path = home.path().join("provost/ledger");
        append(&repository, &path).unwrap();
        for path in [path.clone(), home.path().join("provost")] {
            let metadata = fs::metadata(path).unwrap();
            assert_eq!((metadata.uid(), metadata.gid()), (12345, 12346));
        }
        std::os::unix::fs::chown(&path, Some(0), Some(0)).unwrap();
        let found = faults(&repository).unwrap();
        assert!(found[0].command.starts_with("chown 12345:12346 /"), "{found:?}");
        append(&repository, &path).unwrap();
        assert_eq!(faults(&repository).unwrap(), []);
    }
}
