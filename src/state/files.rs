//! Files of a repository's state: baselines, what was not judged, and what else hooks write
//! below the repository's own directory.
//!
//! Several accounts may push to one repository, each with another umask. A file that
//! one of them makes must not lock the others out, and must not be open to accounts that
//! have no business there. So owner and mode are never left to the umask: they follow
//! `core.sharedRepository` as git-config(1) documents it, and the repository's directory.
//! Reading needs nothing of this. Git's own rule (umask, then some bits added) was not
//! taken over: a umask of 077 gives files that other accounts can't read.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::access::{Access, beside};
use crate::git::Repository;
use crate::owner::{Distrust, Folder, open_in};
use crate::text::escape;

/// Reads a file of the state whole; `None` when there is none. No link is followed, below the
/// repository's directory.
///
/// # Errors
/// When it can't be read. Where permissions are the reason, the error says whose the file is
/// and which command mends that.
pub fn read(repository: &Repository, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let explained = |error| match Access::of(repository) {
        Ok(access) => access.explain(path, error),
        Err(_) => error,
    };
    match opened(repository.common_dir(), path, Use::Read) {
        Ok(Some(mut file)) => {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(explained)?;
            Ok(Some(content))
        }
        Ok(None) => Ok(None),
        Err(error) => Err(explained(error)),
    }
}

/// What a file of the state is for, and so who may have written it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// An administrator writes it.
    Read,
    /// Hooks write it: a second name, or another account's file, is not used.
    Written,
}

/// Opens a file of the state for reading; `None` when there is none. `home` is the
/// repository's directory.
///
/// # Errors
/// When it is no regular file, or can't be opened.
pub(super) fn opened(home: &Path, path: &Path, what: Use) -> io::Result<Option<File>> {
    let parent = path.parent().ok_or(ErrorKind::InvalidFilename)?;
    let folder = match parent.strip_prefix(home) {
        Ok(below) => Folder::named(home).and_then(|home| home.below(below)),
        Err(_) => Folder::named(parent),
    };
    let found = folder.and_then(|folder| {
        let found = open_in(&folder, path, OFlag::O_RDONLY)?;
        Ok((folder, found))
    });
    let (folder, why) = match found {
        Ok((_, Ok(file))) => return Ok(Some(file)),
        Ok((folder, Err(why))) => (folder, why),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_for_all = folder.metadata()?.mode() & 0o1002 == 0o0002;
    match why {
        Distrust::Names(_) | Distrust::Owner(_) if what == Use::Read => {}
        Distrust::Owner(_) if is_for_all => {}
        _ => {
            let text = format!("it {why}: put the file itself there");
            return Err(io::Error::new(ErrorKind::InvalidInput, text));
        }
    }
    let name = path.file_name().unwrap_or_default();
    folder.file(name, OFlag::O_RDONLY, 0).map(Some)
}

/// Opens a file of the state for reading and appending, and makes it if it is absent. The
/// name of a new file is on disk when this returns; what the caller writes is not.
///
/// Folders between the repository's directory and the file are made, too. No symbolic link in
/// the place of the file or of these folders is followed, and a file that another account has
/// put there or that has a second name is not used. Owner and mode of the file and of these
/// folders are corrected as far as this account may do that.
///
/// # Errors
/// When the file can't be made or opened. Where permissions are the reason, the error says
/// whose the file is and which command mends that.
pub fn append(repository: &Repository, path: &Path) -> io::Result<File> {
    let access = Access::of(repository)?;
    let folder = access.folder_for(repository, path)?;
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let how = OFlag::O_RDWR | OFlag::O_APPEND;
    let found = match open_in(&folder, path, how) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            access.create(&folder, name).and_then(|()| open_in(&folder, path, how))
        }
        other => other,
    };
    let file = match found.map_err(|error| access.explain(path, error))? {
        Ok(file) => file,
        Err(why) => match access.refuse(path, why) {
            Some(error) => return Err(error),
            None => folder.file(name, how, 0)?,
        },
    };
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
    let folder = access.folder_for(repository, path)?;
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let beside = beside(name);
    let written = (|| {
        let mut file = access.fresh(&folder, &beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        folder.rename(&beside, &folder, name)?;
        folder.sync()
    })();
    if written.is_err() {
        let _ = folder.remove(&beside);
    }
    written.map_err(|error| access.explain(path, error))
}

/// Removes a file of the state, if it is there.
///
/// # Errors
/// When it can't be removed, or a link is on the way to it.
pub fn remove(repository: &Repository, path: &Path) -> io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    Access::of(repository)?.folder_for(repository, path)?.remove(name)
}

/// Makes a folder of the state and those above it, below the repository's directory.
///
/// # Errors
/// When one can't be made.
pub fn folder(repository: &Repository, path: &Path) -> io::Result<()> {
    // Any name in it: all above that are folders.
    Access::of(repository)?.folder_for(repository, &path.join("file")).map(drop)
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
        fault(&access, path, &metadata, written)
    });
    Ok(faults.collect())
}

/// What hooks write of the state, below the repository's directory. Baselines they only read,
/// and rules are no state: those are the administrator's.
const WRITTEN: [&str; 3] = ["provost", "provost/ledger", "provost-unjudged"];

/// What is wrong with a file or folder, which hooks write or only read.
fn fault(access: &Access, path: PathBuf, metadata: &Metadata, written: bool) -> Option<Fault> {
    if metadata.is_symlink() {
        return None;
    }
    let (wanted, mode) = (access.wanted(metadata), metadata.mode() & 0o7777);
    // Of what several accounts write, each file belongs to whichever made it.
    let foreign = if !written {
        false
    } else if wanted & 0o020 == 0 {
        metadata.uid() != access.owner
    } else {
        metadata.gid() != access.group
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
        escape::path(&path),
        access.owner,
        access.group,
    );
    Some(Fault { command: access.command(&path, metadata), text, path })
}

#[cfg(test)]
mod tests {
    use super::super::access::BESIDE;
    use super::*;
    use crate::git::Trust;
    use std::fs::Permissions;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
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
    fn no_link_above_a_file_is_followed() {
        let (home, repository) = repository(&[]);
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), home.path().join("provost")).unwrap();
        for name in ["provost/ledger", "provost/baseline/all"] {
            let path = repository.common_dir().join(name);
            let append = append(&repository, &path).unwrap_err();
            let replace = replace(&repository, &path, b"x").unwrap_err();
            for error in [append, replace, remove(&repository, &path).unwrap_err()] {
                assert!(error.to_string().contains("provost is a symbolic link"), "{error}");
            }
            assert!(read(&repository, &path).is_err());
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn a_ledger_with_a_second_name_is_not_written() {
        let (home, repository) = repository(&[]);
        let path = home.path().join("provost/ledger");
        append(&repository, &path).unwrap();
        fs::hard_link(&path, home.path().join("again")).unwrap();
        let error = append(&repository, &path).unwrap_err();
        assert!(error.to_string().contains("has 2 names"), "{error}");
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
