//! Writing the objects and refs of a push quickly: trees as deep, tags as nested and names as
//! long as no porcelain command of git makes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{Buf, Odb, Oid, Repository};

pub(crate) use git2::ObjectType as Kind;

/// Refs below this are on the server before the push; the others are pushed.
pub(crate) const ON_SERVER: &str = "refs/server/";

/// A message with a mark that the built-in policy rejects.
pub(crate) const MARKED: &str = "Add\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";

/// Collects objects and refs.
pub(crate) struct Push<'r> {
    odb: &'r Odb<'r>,
    /// In the order in which they were made.
    objects: Vec<Oid>,
    refs: BTreeMap<String, Oid>,
    /// Seconds since the epoch of the next commit.
    time: u64,
}

/// Makes the objects and refs of a push in an empty bare repository.
pub(crate) fn push(repository: &Path, make: impl FnOnce(&mut Push<'_>)) {
    let opened = Repository::open_bare(repository).expect("a bare repository");
    let odb = opened.odb().expect("its objects");
    odb.add_new_mempack_backend(1000).expect("objects in memory");
    let mut push =
        Push { odb: &odb, objects: Vec::new(), refs: BTreeMap::new(), time: 1_780_000_000 };
    make(&mut push);
    let mut builder = opened.packbuilder().expect("a pack");
    for id in &push.objects {
        builder.insert_object(*id, None).expect("an object of the pack");
    }
    let mut pack = Buf::new();
    builder.write_buf(&mut pack).expect("a pack");
    let file = repository.join("objects/pack/hostile.pack");
    fs::create_dir_all(repository.join("objects/pack")).expect("a directory");
    fs::write(&file, &*pack).expect("a pack on disk");
    let indexed = std::process::Command::new("git")
        .args(["index-pack", "hostile.pack"])
        .current_dir(repository.join("objects/pack"))
        .stdout(std::process::Stdio::null())
        .status();
    assert!(indexed.is_ok_and(|status| status.success()), "git index-pack failed");
    let mut packed = String::from("# pack-refs with: sorted \n");
    for (name, id) in &push.refs {
        packed.push_str(&format!("{id} {name}\n"));
    }
    fs::write(repository.join("packed-refs"), packed).expect("refs");
}

impl Push<'_> {
    pub(crate) fn object(&mut self, kind: Kind, data: &[u8]) -> Oid {
        let id = self.odb.write(kind, data).expect("an object");
        self.objects.push(id);
        id
    }

    pub(crate) fn blob(&mut self, data: impl AsRef<[u8]>) -> Oid {
        self.object(Kind::Blob, data.as_ref())
    }

    /// A tree; whether each entry is a directory is its first part.
    pub(crate) fn tree(&mut self, entries: &[(bool, String, Oid)]) -> Oid {
        let key = |(is_directory, name, _): &(bool, String, Oid)| {
            format!("{name}{}", if *is_directory { "/" } else { "" })
        };
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by_cached_key(|entry| key(entry));
        let mut raw = Vec::new();
        for (is_directory, name, id) in sorted {
            let mode = if *is_directory { "40000" } else { "100644" };
            raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            raw.extend_from_slice(id.as_bytes());
        }
        self.object(Kind::Tree, &raw)
    }

    /// A tree with one file.
    pub(crate) fn file(&mut self, name: &str, content: impl AsRef<[u8]>) -> Oid {
        let blob = self.blob(content);
        self.tree(&[(false, name.to_owned(), blob)])
    }

    /// A directory in another.
    pub(crate) fn below(&mut self, name: &str, tree: Oid) -> Oid {
        self.tree(&[(true, name.to_owned(), tree)])
    }

    pub(crate) fn commit(&mut self, tree: Oid, parents: &[Oid], message: &str) -> Oid {
        self.time += 60;
        let time = self.time;
        let mut raw = format!("tree {tree}\n");
        for parent in parents {
            raw.push_str(&format!("parent {parent}\n"));
        }
        let person = format!("A <a@example.com> {time} +0000");
        raw.push_str(&format!("author {person}\ncommitter {person}\n\n{message}"));
        self.object(Kind::Commit, raw.as_bytes())
    }

    pub(crate) fn tag(&mut self, target: Oid, kind: &str, message: &str) -> Oid {
        let number = self.objects.len();
        let raw = format!(
            "object {target}\ntype {kind}\ntag t{number}\n\
             tagger A <a@example.com> 1780000000 +0000\n\n{message}"
        );
        self.object(Kind::Tag, raw.as_bytes())
    }

    /// A ref that is pushed.
    pub(crate) fn reference(&mut self, name: &str, id: Oid) {
        self.refs.insert(name.to_owned(), id);
    }

    /// A ref that is on the server before; `name` begins with `refs/`.
    pub(crate) fn on_server(&mut self, name: &str, id: Oid) {
        let rest = name.strip_prefix("refs/").unwrap_or(name);
        self.refs.insert(format!("{ON_SERVER}{rest}"), id);
    }
}

/// A number of something: at least one.
pub(crate) fn of(base: usize, scale: usize) -> usize {
    (base * scale).max(1)
}
