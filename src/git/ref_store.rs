//! Refs as files: loose ones below `refs`, and the file of packed ones.
//!
//! Git and libgit2 leave out of their lists what they can't read: a ref that is empty or
//! garbage, a directory that can't be opened. What a list of refs lacks is judged as if it
//! were not there, so here each of these is noted.
//!
//! Source: gitrepository-layout(5), "refs"; `files_read_raw_ref` and
//! `loose_fill_ref_dir_regular_file` in git's refs/files-backend.c.

use std::fs::{self, FileType};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::damage::Damage;
use super::packs::Mapped;
use super::ref_format::{is_root, is_valid};
use super::ref_text::{Held, PackedRefs, parse_loose, symbolic};
use super::{ObjectId, RefName};
use crate::file;

/// The refs of a repository that has them in files.
pub(super) struct RefStore<'r> {
    /// The directory of this work tree, which has its own `HEAD` and some refs.
    pub(super) own: &'r Path,
    /// The directory of all work trees together.
    pub(super) common: &'r Path,
    pub(super) id_length: usize,
}

/// A line of `git for-each-ref`.
#[derive(Debug)]
pub(super) struct ListedByGit {
    pub(super) name: Vec<u8>,
    pub(super) symbolic: Option<Vec<u8>>,
    pub(super) target: ObjectId,
}

/// A ref, or a part of the refs, that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadRef {
    /// The ref, or the directory of refs.
    pub name: RefName,
    /// Why not.
    pub why: String,
}

/// The refs with an object id, and what could not be read.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) refs: Vec<(Vec<u8>, ObjectId)>,
    pub(super) unread: Vec<UnreadRef>,
}

/// Refs that each work tree has for itself (gitrepository-layout(5), "refs").
const OF_WORK_TREE: [&[u8]; 3] = [b"refs/bisect", b"refs/rewritten", b"refs/worktree"];
/// What Git writes into a ref is shorter.
const LONGEST: u64 = 1 << 16;
/// A larger file of packed refs is not read: this is room for 60 million.
const MAX_PACKED_BYTES: usize = 4 << 30;
/// The file of packed refs, where it stands for a ref.
const PACKED: &[u8] = b"packed-refs";

impl RefStore<'_> {
    /// All refs in no order; symbolic ones are left out.
    pub(super) fn list(&self) -> Listed {
        let mut listed = Listed::default();
        let mut loose: Vec<(Vec<u8>, Option<ObjectId>)> = Vec::new();
        let mut directories: Vec<Vec<u8>> = vec![b"refs".to_vec()];
        if self.own != self.common {
            directories.extend(OF_WORK_TREE.map(<[u8]>::to_vec));
        }
        while let Some(directory) = directories.pop() {
            let result =
                self.list_directory(&directory, &mut directories, &mut |name, held| match held {
                    Ok(Held::Direct(id)) => loose.push((name, Some(id))),
                    Ok(Held::Symbolic(_)) => loose.push((name, None)),
                    Err(why) => listed.unread.push(UnreadRef { name: RefName::new(name), why }),
                });
            if let Err(error) = result {
                let (name, why) = (RefName::new(directory), error.to_string());
                listed.unread.push(UnreadRef { name, why });
            }
        }
        loose.sort_unstable();
        let is_loose =
            |name: &[u8]| loose.binary_search_by(|(it, _)| it.as_slice().cmp(name)).is_ok();
        // After the loose ones, for they are packed before they are removed.
        let packed = self.packed().map(|packed| {
            for line in packed.iter().flat_map(PackedRefs::all) {
                let (name, id) = line.map_err(|damage| damage.to_string())?;
                if !is_loose(name) {
                    listed.refs.push((name.to_vec(), id));
                }
            }
            Ok(())
        });
        if let Err(why) = packed.and_then(|all| all) {
            listed.unread.push(UnreadRef { name: RefName::new(PACKED), why });
        }
        listed.refs.extend(loose.into_iter().filter_map(|(name, id)| Some((name, id?))));
        listed
    }

    /// Lists a directory: calls `found` with each ref in it, and adds the directories below.
    fn list_directory(
        &self,
        directory: &[u8],
        below: &mut Vec<Vec<u8>>,
        found: &mut dyn FnMut(Vec<u8>, Result<Held, String>),
    ) -> std::io::Result<()> {
        let path = self.path(directory);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            // It was emptied and removed meanwhile, or this work tree has none.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let (part, kind) = (entry.file_name(), entry.file_type()?);
            // Git looks at neither: locks, and files that are being written.
            if part.as_bytes().starts_with(b".") || part.as_bytes().ends_with(b".lock") {
                continue;
            }
            let name = [directory, b"/", part.as_bytes()].concat();
            if is_directory(kind, &entry.path()) {
                // Those of this work tree are listed where it has them.
                let is_other = self.own != self.common
                    && directory == b"refs"
                    && OF_WORK_TREE.contains(&name.as_slice());
                if !is_other {
                    below.push(name);
                }
            } else if !is_valid(&name) {
                found(name, Err("a ref can't have this name".into()));
            } else {
                match self.read_loose(&name) {
                    Ok(None) => {}
                    Ok(Some(held)) => found(name, Ok(held)),
                    Err(why) => found(name, Err(why)),
                }
            }
        }
        Ok(())
    }

    /// What a ref holds; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and can't be read.
    pub(super) fn read(&self, name: &[u8]) -> Result<Option<Held>, String> {
        let is_name = name.starts_with(b"refs/") && is_valid(name);
        if !is_name && !is_root(name) {
            return Ok(None);
        }
        if let Some(held) = self.read_loose(name)? {
            return Ok(Some(held));
        }
        let Some(packed) = self.packed()? else { return Ok(None) };
        let id = packed.find(name).map_err(|damage| format!("packed-refs: {damage}"))?;
        Ok(id.map(Held::Direct))
    }

    fn read_loose(&self, name: &[u8]) -> Result<Option<Held>, String> {
        let path = self.path(name);
        let is_absence = |error: &std::io::Error| {
            matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        };
        let kind = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(|error| error.to_string())?.into_os_string();
            let target = target.into_vec();
            if target.starts_with(b"refs/") && is_valid(&target) {
                return symbolic(&target).map(Some).map_err(|damage| damage.to_string());
            }
        }
        if is_directory(kind, &path) {
            return Ok(None);
        }
        let mut content = Vec::new();
        let file = match file::open(&path) {
            Ok(file) => file,
            // It was packed or removed meanwhile; what a link leads to has to be there.
            Err(error) if is_absence(&error) && !kind.is_symlink() => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let read = file.take(LONGEST).read_to_end(&mut content);
        read.map_err(|error| error.to_string())?;
        parse_loose(&content, self.id_length).map(Some).map_err(|damage| damage.to_string())
    }

    fn packed(&self) -> Result<Option<PackedRefs<Mapped>>, String> {
        match Mapped::open(&self.common.join("packed-refs")) {
            Ok(file) if file.as_ref().len() > MAX_PACKED_BYTES => {
                Err(format!("packed-refs: it is larger than {} GiB", MAX_PACKED_BYTES >> 30))
            }
            Ok(file) => {
                let refs = PackedRefs::new(file, self.id_length);
                refs.map(Some).map_err(|Damage(reason)| format!("packed-refs: {reason}"))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("packed-refs: {error}")),
        }
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        let is_own = |of: &[u8]| {
            name.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let is_own = is_root(name) || OF_WORK_TREE.into_iter().any(is_own);
        let directory = if is_own { self.own } else { self.common };
        directory.join(std::ffi::OsStr::from_bytes(name))
    }
}

/// Whether a file is a directory, or a link to one.
fn is_directory(kind: FileType, path: &Path) -> bool {
    kind.is_dir() || kind.is_symlink() && path.is_dir()
}
