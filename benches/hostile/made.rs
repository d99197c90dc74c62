//! Writing the objects and refs of a push quickly: trees as deep, tags as nested and names as
//! long as no porcelain command of git makes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{Buf, ObjectType, Odb, Oid, Repository};

/// Fills a push. `scale` multiplies the one dimension that its name speaks of and leaves the
/// others alone, so the work of judging the push may grow by no more than `scale` does.
pub(crate) type Generator = fn(push: &mut Push<'_>, scale: usize);
/// Generators by their names.
pub(crate) type Dimensions = [(&'static str, Generator)];

/// Refs below this are on the server before the push; the others are pushed.
pub(crate) const ON_SERVER: &str = "refs/server/";
/// A message with a mark that the built-in policy rejects.
pub(crate) const MARKED: &str = "Add\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";
const PERSON: &str = "A <a@example.com> 1780000000 +0000";

/// Collects objects and refs.
pub(crate) struct Push<'r> {
    odb: &'r Odb<'r>,
    repository: PathBuf,
    /// In the order in which they were made.
    objects: Vec<Oid>,
    refs: BTreeMap<String, Oid>,
}

/// Makes the objects and refs of a push in an empty repository.
pub(crate) fn push(repository: &Path, make: impl FnOnce(&mut Push<'_>)) {
    let opened = Repository::open_bare(repository).expect("a repository");
    let odb = opened.odb().expect("its objects");
    odb.add_new_mempack_backend(1000).expect("objects in memory");
    let place = repository.to_owned();
    let mut push =
        Push { odb: &odb, repository: place, objects: Vec::new(), refs: BTreeMap::new() };
    make(&mut push);
    let mut builder = opened.packbuilder().expect("a pack");
    for id in &push.objects {
        builder.insert_object(*id, None).expect("an object of the pack");
    }
    let mut pack = Buf::new();
    builder.write_buf(&mut pack).expect("a pack");
    let folder = repository.join("objects/pack");
    fs::create_dir_all(&folder).expect("a directory");
    fs::write(folder.join("hostile.pack"), &*pack).expect("a pack on disk");
    let index =
        Command::new("git").args(["index-pack", "hostile.pack"]).current_dir(folder).output();
    assert!(index.is_ok_and(|it| it.status.success()), "git index-pack failed");
    let refs: String = push.refs.iter().map(|(name, id)| format!("{id} {name}\n")).collect();
    let refs = format!("# pack-refs with: sorted \n{refs}");
    fs::write(repository.join("packed-refs"), refs).expect("refs");
}

impl Push<'_> {
    fn object(&mut self, kind: ObjectType, data: &[u8]) -> Oid {
        let id = self.odb.write(kind, data).expect("an object");
        self.objects.push(id);
        id
    }

    pub(crate) fn blob(&mut self, data: impl AsRef<[u8]>) -> Oid {
        self.object(ObjectType::Blob, data.as_ref())
    }

    /// A tree; whether each entry is a directory is its first part.
    pub(crate) fn tree(&mut self, mut entries: Vec<(bool, String, Oid)>) -> Oid {
        entries.sort_by_cached_key(|(is_directory, name, _)| {
            format!("{name}{}", if *is_directory { "/" } else { "" })
        });
        let mut raw = Vec::new();
        for (is_directory, name, id) in entries {
            let mode = if is_directory { "40000" } else { "100644" };
            raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            raw.extend_from_slice(id.as_bytes());
        }
        self.object(ObjectType::Tree, &raw)
    }

    /// A tree with one file.
    pub(crate) fn file(&mut self, name: &str, content: impl AsRef<[u8]>) -> Oid {
        let blob = self.blob(content);
        self.tree(vec![(false, name.to_owned(), blob)])
    }

    /// A tree of files, no two of which are in the same directory below it.
    pub(crate) fn files(&mut self, files: impl Iterator<Item = (String, String)>) -> Oid {
        let mut entries = Vec::new();
        for (path, content) in files {
            let mut names = path.rsplit('/');
            let mut id = self.blob(content);
            let mut last = (false, names.next().unwrap_or_default().to_owned());
            for name in names {
                id = self.tree(vec![(last.0, last.1, id)]);
                last = (true, name.to_owned());
            }
            entries.push((last.0, last.1, id));
        }
        self.tree(entries)
    }

    /// A directory in others.
    pub(crate) fn below(&mut self, name: &str, depth: usize, tree: Oid) -> Oid {
        (0..depth).fold(tree, |tree, _| self.tree(vec![(true, name.to_owned(), tree)]))
    }

    pub(crate) fn commit(&mut self, tree: Oid, parents: &[Oid], message: &str) -> Oid {
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        // Each is newer than all before.
        let time = 1_780_000_000 + 60 * self.objects.len();
        let person = format!("A <a@example.com> {time} +0000");
        let people = format!("author {person}\ncommitter {person}\n");
        let raw = format!("tree {tree}\n{parents}{people}\n{message}");
        self.object(ObjectType::Commit, raw.as_bytes())
    }

    /// Makes the branch that is pushed: a commit of the empty tree with further headers.
    pub(crate) fn headers(&mut self, headers: &str, message: &[u8]) {
        let tree = self.tree(Vec::new());
        let head = format!("tree {tree}\nauthor {PERSON}\ncommitter {PERSON}\n{headers}\n");
        let commit = self.object(ObjectType::Commit, &[head.as_bytes(), message].concat());
        self.branch(commit);
    }

    /// Makes the branch that is pushed: a first commit of a tree.
    pub(crate) fn first(&mut self, tree: Oid, message: &str) {
        let commit = self.commit(tree, &[], message);
        self.branch(commit);
    }

    /// A line of commits, each with a tree that is made for it; the newest last.
    pub(crate) fn line_of(
        &mut self,
        commits: usize,
        message: &str,
        mut tree: impl FnMut(&mut Self, usize) -> Oid,
    ) -> Vec<Oid> {
        let mut all: Vec<Oid> = Vec::new();
        for at in 0..commits {
            let (tree, parent) = (tree(self, at), all.last().copied());
            all.push(self.commit(tree, parent.as_slice(), &format!("{at}: {message}")));
        }
        all
    }

    /// A line of commits without changes; the newest last.
    pub(crate) fn line(&mut self, commits: usize, message: &str) -> Vec<Oid> {
        let tree = self.file("a", "a\n");
        self.line_of(commits, message, |_, _| tree)
    }

    pub(crate) fn tag(&mut self, target: Oid, kind: &str, message: &str) -> Oid {
        let number = self.objects.len();
        let raw =
            format!("object {target}\ntype {kind}\ntag t{number}\ntagger {PERSON}\n\n{message}");
        self.object(ObjectType::Tag, raw.as_bytes())
    }

    pub(crate) fn reference(&mut self, name: &str, id: Oid) {
        self.refs.insert(name.to_owned(), id);
    }

    /// A ref on each of many objects.
    pub(crate) fn references(&mut self, before: &str, ids: impl IntoIterator<Item = Oid>) {
        for (at, id) in ids.into_iter().enumerate() {
            self.reference(&format!("{before}{at}"), id);
        }
    }

    /// The branch that is pushed.
    pub(crate) fn branch(&mut self, id: Oid) {
        self.reference("refs/heads/hostile", id);
    }

    /// Writes a file that the server keeps with its refs.
    pub(crate) fn state(&self, name: &str, text: &str) {
        let file = self.repository.join("provost").join(name);
        fs::create_dir_all(file.with_file_name("")).expect("a directory");
        fs::write(file, text).expect("a file");
    }
}

/// A number of something: at least one.
pub(crate) fn of(base: usize, scale: usize) -> usize {
    (base * scale).max(1)
}

pub(crate) fn last(ids: &[Oid]) -> Oid {
    ids[ids.len() - 1]
}
