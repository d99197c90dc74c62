//! libgit2's own way to objects: for what our readers do not find or leave aside, and for
//! what is wrong with an object.

use std::cell::OnceCell;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;

use git2::{ErrorCode, ObjectType, Odb, Oid};

use super::store::Store;
use super::{GitError, Object, ObjectId, ObjectKind};
use crate::text::escape;

/// See the head of this file.
pub(super) struct Fallback {
    store: Arc<Store>,
    /// Opened when it is needed, which is seldom.
    odb: OnceCell<(Odb<'static>, Vec<File>)>,
}

impl Fallback {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store, odb: OnceCell::new() }
    }

    fn odb(&self) -> Result<&Odb<'static>, GitError> {
        if let Some((odb, _)) = self.odb.get() {
            return Ok(odb);
        }
        let failed = |error: &git2::Error| GitError::Environment {
            what: "the object database".into(),
            reason: error.message().to_owned(),
        };
        let odb = Odb::new_ext(self.store.format).map_err(|error| failed(&error))?;
        let mut opened = Vec::new();
        for directory in &self.store.given {
            let text = match directory.to_str() {
                Some(text) => text.to_owned(),
                None => under_another_name(directory, &mut opened).map_err(|reason| {
                    let what = format!("the object directory {}", escape::path(directory));
                    GitError::Environment { what, reason }
                })?,
            };
            odb.add_disk_alternate(&text).map_err(|error| failed(&error))?;
        }
        Ok(&self.odb.get_or_init(|| (odb, opened)).0)
    }

    pub(super) fn read(&self, id: ObjectId) -> Result<Object, GitError> {
        let object = self.odb()?.read(self.oid(id)?).map_err(|error| classify(id, &error))?;
        let kind = match object.kind() {
            ObjectType::Commit => ObjectKind::Commit,
            ObjectType::Tree => ObjectKind::Tree,
            ObjectType::Blob => ObjectKind::Blob,
            ObjectType::Tag => ObjectKind::Tag,
            ObjectType::Any => {
                return Err(GitError::Malformed { id, reason: "of no known kind" });
            }
        };
        Ok(Object::new(kind, object.data().into()))
    }

    /// The size in bytes of an object, without its content.
    pub(super) fn size(&self, id: ObjectId) -> Result<usize, GitError> {
        let header = self.odb()?.read_header(self.oid(id)?);
        header.map(|(size, _)| size).map_err(|error| classify(id, &error))
    }

    pub(super) fn exists(&self, id: ObjectId) -> bool {
        let odb = self.odb();
        odb.is_ok_and(|odb| self.oid(id).is_ok_and(|oid| odb.exists(oid)))
    }

    /// The id for libgit2, which takes its length for granted: one of the other hash function
    /// names nothing here, and must not get there, because its memory would be overrun.
    fn oid(&self, id: ObjectId) -> Result<Oid, GitError> {
        if id.as_bytes().len() != self.store.id_length() {
            return Err(GitError::Missing { id });
        }
        Oid::from_bytes(id.as_bytes())
            .map_err(|error| GitError::Unreadable { id, reason: error.message().to_owned() })
    }
}

/// A name in UTF-8, as git2 wants it, of a directory that has another: that of the open
/// directory in proc(5), which holds as long as it is open.
fn under_another_name(directory: &Path, opened: &mut Vec<File>) -> Result<String, String> {
    let file = File::open(directory).map_err(|error| error.to_string())?;
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    if !Path::new(&name).is_dir() {
        return Err("its path is not UTF-8, and /proc is not there".into());
    }
    opened.push(file);
    Ok(name)
}

fn classify(id: ObjectId, error: &git2::Error) -> GitError {
    if error.code() == ErrorCode::NotFound {
        return GitError::Missing { id };
    }
    GitError::Unreadable { id, reason: error.message().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{IdSet, Scale};

    #[test]
    fn an_id_of_the_other_hash_function_names_nothing() {
        for (format, length) in [(git2::ObjectFormat::Sha1, 32), (git2::ObjectFormat::Sha256, 20)] {
            let store = Store::new(Vec::new(), format, IdSet::default(), Scale::Small);
            let fallback = Fallback::new(Arc::new(store));
            let id = ObjectId::from_bytes(&vec![0xaa; length]).unwrap();
            assert!(matches!(fallback.read(id), Err(GitError::Missing { .. })));
            assert!(matches!(fallback.size(id), Err(GitError::Missing { .. })));
            assert!(!fallback.exists(id));
        }
    }
}
