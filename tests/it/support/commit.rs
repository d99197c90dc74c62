//! Making commits: through `git commit`, or byte by byte.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::store::NewCommit;
use super::{Client, store};

/// A commit to be made by `git commit` on the branch that is checked out.
pub(crate) struct Commit<'c> {
    client: &'c Client,
    message: Vec<u8>,
    author: (String, String),
    committer: (String, String),
    date: i64,
}

impl<'c> Commit<'c> {
    pub(super) fn new(client: &'c Client, message: &[u8]) -> Self {
        let person = || ("A Developer".to_owned(), "dev@example.com".to_owned());
        let date = client.tick();
        Self { client, message: message.to_vec(), author: person(), committer: person(), date }
    }

    /// Adds or changes a file.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let full = self.client.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, content).unwrap();
        self
    }

    /// Takes a file away.
    pub(crate) fn remove(self, path: &str) -> Self {
        std::fs::remove_file(self.client.path().join(path)).unwrap();
        self
    }

    pub(crate) fn author(mut self, name: &str, email: &str) -> Self {
        self.author = (name.to_owned(), email.to_owned());
        self
    }

    pub(crate) fn committer(mut self, name: &str, email: &str) -> Self {
        self.committer = (name.to_owned(), email.to_owned());
        self
    }

    /// Seconds since the epoch; without it each commit is a minute after the one before.
    pub(crate) fn date(mut self, seconds: i64) -> Self {
        self.date = seconds;
        self
    }

    /// Makes it; its id.
    pub(crate) fn create(self) -> String {
        let client = self.client;
        let new = NewCommit {
            author: &self.author,
            committer: &self.committer,
            date: self.date,
            message: &self.message,
        };
        store::commit(&client.path(), &new).unwrap_or_else(|| self.create_with_git())
    }

    fn create_with_git(self) -> String {
        let client = self.client;
        client.git(&["add", "--all"]).ok();
        let date = format!("@{} +0000", self.date);
        client
            .git(&["commit", "-q", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim"])
            .args(["-F", "-"])
            .env("GIT_AUTHOR_NAME", &self.author.0)
            .env("GIT_AUTHOR_EMAIL", &self.author.1)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", &self.committer.0)
            .env("GIT_COMMITTER_EMAIL", &self.committer.1)
            .env("GIT_COMMITTER_DATE", &date)
            .input(self.message)
            .ok();
        client.id("HEAD")
    }
}

/// A raw commit object, part by part; every part can be left out or be nonsense.
pub(crate) struct RawCommit<'c> {
    client: &'c Client,
    tree: Option<Vec<u8>>,
    parents: Vec<String>,
    author: Option<Vec<u8>>,
    committer: Option<Vec<u8>>,
    more: Vec<Vec<u8>>,
    message: Vec<u8>,
}

impl<'c> RawCommit<'c> {
    pub(super) fn new(client: &'c Client, message: &[u8]) -> Self {
        let person = format!("A Developer <dev@example.com> {} +0000", client.tick()).into_bytes();
        Self {
            client,
            tree: Some(client.empty_tree().into_bytes()),
            parents: Vec::new(),
            author: Some(person.clone()),
            committer: Some(person),
            more: Vec::new(),
            message: message.to_vec(),
        }
    }

    pub(crate) fn tree(mut self, value: Option<&[u8]>) -> Self {
        self.tree = value.map(<[u8]>::to_vec);
        self
    }

    pub(crate) fn parent(mut self, id: &str) -> Self {
        self.parents.push(id.to_owned());
        self
    }

    /// The value of the `author` header; `None` for no such header.
    pub(crate) fn author(mut self, value: Option<&[u8]>) -> Self {
        self.author = value.map(<[u8]>::to_vec);
        self
    }

    /// The value of the `committer` header; `None` for no such header.
    pub(crate) fn committer(mut self, value: Option<&[u8]>) -> Self {
        self.committer = value.map(<[u8]>::to_vec);
        self
    }

    /// One more header line, `encoding ISO-8859-1` say.
    pub(crate) fn header(mut self, line: &[u8]) -> Self {
        self.more.push(line.to_vec());
        self
    }

    /// Writes the object; its id.
    pub(crate) fn write(self) -> String {
        let mut raw = Vec::with_capacity(self.message.len() + 400);
        let mut line = |key: &str, value: &[u8]| {
            raw.extend_from_slice(&[key.as_bytes(), b" ", value, b"\n"].concat());
        };
        self.tree.iter().for_each(|tree| line("tree", tree));
        self.parents.iter().for_each(|parent| line("parent", parent.as_bytes()));
        self.author.iter().for_each(|author| line("author", author));
        self.committer.iter().for_each(|committer| line("committer", committer));
        for more in &self.more {
            raw.extend_from_slice(more);
            raw.push(b'\n');
        }
        raw.push(b'\n');
        raw.extend_from_slice(&self.message);
        self.client.commit_raw(&raw)
    }
}

/// A refspec from bytes, for names that are not UTF-8.
pub(crate) fn refspec(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

/// [`Commit::create`] runs no process where libgit2 does the same.
#[test]
fn a_commit_is_the_same_with_and_without_git() {
    let (with, without) = (Client::alone(), Client::alone());
    let both = |what: &str, make: &dyn Fn(&Client) -> Commit<'_>| {
        let id = make(&without).create();
        make(&with).create_with_git();
        assert_eq!(id, with.must(&["rev-parse", "HEAD"]), "{what}");
        let status = without.must(&["status", "--porcelain"]);
        assert_eq!(status, "", "{what}: the index is another");
    };
    both("nothing", &|client| client.commit("Nothing\n"));
    both("an empty message", &|client| client.commit(""));
    both("bytes", &|client| client.commit(b"caf\xe9 \xff\n\n\n  text  "));
    both("files", &|client| client.commit("Files").file("a", "1\n").file("b/c/d", "2\r\n"));
    both("a change of the same size", &|client| client.commit("Change").file("a", "2\n"));
    both("a removal", &|client| client.commit("Removal").remove("b/c/d"));
    both("an ignored file", &|client| {
        client.commit("Ignored").file(".gitignore", "*.o\n").file("x.o", "1").file("x.c", "1")
    });
    both("people", &|client| {
        let commit = client.commit("People").author("Ann \u{e9}", "ann@example.com");
        commit.committer("Ben", "ben@example.org").date(1_000_000)
    });
    both("crud around a name", &|client| client.commit("Crud").author(" .Ann, ", "<a@b>"));
    both("a link and a program", &|client| {
        std::os::unix::fs::symlink("a", client.path().join("link")).unwrap();
        super::accounts::set_mode(&client.path().join("a"), 0o755);
        client.commit("Modes")
    });
    for client in [&with, &without] {
        client.must(&["switch", "-q", "-c", "side", "HEAD~2"]);
    }
    both("a branch", &|client| client.commit("Side").file("side", "1"));
    for client in [&with, &without] {
        client.must(&["switch", "-q", "main"]);
        client.must(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    }
    both("a merge", &|client| client.commit("Merge").file("merged", "1"));
    assert!(!without.path().join(".git/MERGE_HEAD").exists());
    for client in [&with, &without] {
        client.must(&["switch", "-q", "--detach", "side"]);
    }
    both("a detached head", &|client| client.commit("Detached").file("e", "1"));
    without.must(&["fsck", "--strict"]);
}
