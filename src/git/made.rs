//! Repositories for tests of this room, made of objects that no porcelain command makes.

use super::{ObjectId, Repository, Trust};

/// A bare repository that goes away with the test.
pub(crate) struct Made {
    directory: tempfile::TempDir,
    git: git2::Repository,
}

impl Made {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let git = git2::Repository::init_bare(directory.path()).unwrap();
        Self { directory, git }
    }

    /// The repository, to be read.
    pub(crate) fn open(&self) -> Repository {
        Repository::open(self.directory.path(), Trust::Git).unwrap()
    }

    pub(crate) fn write(&self, kind: git2::ObjectType, data: &[u8]) -> ObjectId {
        let id = self.git.odb().unwrap().write(kind, data).unwrap();
        ObjectId::from_bytes(id.as_bytes()).unwrap()
    }

    pub(crate) fn blob(&self, data: &str) -> ObjectId {
        self.write(git2::ObjectType::Blob, data.as_bytes())
    }

    /// A tree of entries in git's order; each name follows its mode.
    pub(crate) fn tree(&self, entries: &[(&str, ObjectId)]) -> ObjectId {
        let mut raw = Vec::new();
        for (head, id) in entries {
            raw.extend_from_slice(head.as_bytes());
            raw.push(0);
            raw.extend_from_slice(id.as_bytes());
        }
        self.write(git2::ObjectType::Tree, &raw)
    }

    /// A tree below that number of directories named `d`.
    pub(crate) fn deep(&self, mut tree: ObjectId, levels: usize) -> ObjectId {
        for _ in 0..levels {
            tree = self.tree(&[("40000 d", tree)]);
        }
        tree
    }

    pub(crate) fn commit(&self, tree: ObjectId, parents: &[ObjectId], message: &str) -> ObjectId {
        let mut raw = format!("tree {tree}\n");
        for parent in parents {
            raw.push_str(&format!("parent {parent}\n"));
        }
        let person = "A <a@example.com> 1780000000 +0000";
        raw.push_str(&format!("author {person}\ncommitter {person}\n\n{message}\n"));
        self.write(git2::ObjectType::Commit, raw.as_bytes())
    }

    pub(crate) fn tag(&self, target: ObjectId, kind: &str, name: &str) -> ObjectId {
        let raw = format!(
            "object {target}\ntype {kind}\ntag {name}\n\
             tagger A <a@example.com> 1780000000 +0000\n\nRelease\n"
        );
        self.write(git2::ObjectType::Tag, raw.as_bytes())
    }
}
