//! The developer's side: a repository with a work tree, and pushing from it.

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use git2::ObjectType;

use super::commit::{Commit, RawCommit};
use super::submit::Destination;
use super::{Finished, Pushed, Run, Sandbox, store, template};

/// The date of the first commit; each further one comes a minute later.
const FIRST: i64 = 1_767_225_600;

/// A repository with a work tree.
pub(crate) struct Client {
    sandbox: Sandbox,
    name: PathBuf,
    next: Cell<i64>,
    destination: Option<Destination>,
}

impl Client {
    /// A fresh repository in a sandbox of its own, without a remote.
    pub(crate) fn alone() -> Self {
        Self::init(&Sandbox::new(), "alone", &[])
    }

    /// A fresh repository; `options` go to `git init`.
    pub(crate) fn init(sandbox: &Sandbox, name: impl AsRef<Path>, options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        template::init(&sandbox.path(&name), &options);
        Self::open(sandbox, name)
    }

    /// A repository that is there already.
    pub(crate) fn open(sandbox: &Sandbox, name: impl AsRef<Path>) -> Self {
        let name = name.as_ref().to_owned();
        let sandbox = sandbox.clone();
        Self { sandbox, name, next: Cell::new(FIRST), destination: None }
    }

    /// The same with a server that [`Client::submit`] pushes to.
    pub(super) fn with_destination(self, destination: Destination) -> Self {
        Self { destination: Some(destination), ..self }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The top of the work tree.
    pub(crate) fn path(&self) -> PathBuf {
        self.sandbox.path(&self.name)
    }

    /// The next date of a commit.
    pub(super) fn tick(&self) -> i64 {
        let now = self.next.get();
        self.next.set(now + 60);
        now
    }

    /// Git, in the work tree.
    pub(crate) fn git<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Run {
        let date = format!("@{} +0000", self.next.get());
        let git = self.sandbox.git(&self.name).args(arguments);
        git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date)
    }

    /// Git, which must succeed; what it prints, trimmed.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        self.git(arguments).ok().word()
    }

    /// The binary under test, in the work tree, with `--isolated`.
    pub(crate) fn provost<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Finished {
        self.sandbox.provost(&self.name).args(arguments).finish()
    }

    /// A commit on the branch that is checked out.
    pub(crate) fn commit(&self, message: impl AsRef<[u8]>) -> Commit<'_> {
        Commit::new(self, message.as_ref())
    }

    /// A commit object put together part by part; no branch moves.
    pub(crate) fn raw(&self, message: impl AsRef<[u8]>) -> RawCommit<'_> {
        RawCommit::new(self, message.as_ref())
    }

    /// Writes bytes as a commit object; its id.
    pub(crate) fn commit_raw(&self, raw: &[u8]) -> String {
        self.object(ObjectType::Commit, raw)
    }

    /// Writes a blob; its id.
    pub(crate) fn blob(&self, content: impl AsRef<[u8]>) -> String {
        self.object(ObjectType::Blob, content.as_ref())
    }

    /// The tree without entries, written; its id.
    pub(crate) fn empty_tree(&self) -> String {
        self.object(ObjectType::Tree, b"")
    }

    /// Writes these bytes as an object, whatever they are; its id.
    pub(crate) fn object(&self, kind: ObjectType, raw: &[u8]) -> String {
        let hash = ["hash-object", "-t", kind.str(), "-w", "--stdin", "--literally"];
        let with_git = || self.git(&hash).input(raw).ok().word();
        store::write(&self.path(), kind, raw).unwrap_or_else(with_git)
    }

    /// The id that a revision names.
    pub(crate) fn id(&self, revision: &str) -> String {
        let with_git = || self.must(&["rev-parse", "--verify", revision]);
        store::resolve(&self.path(), revision).unwrap_or_else(with_git)
    }

    /// As many digits of an id as reports show.
    pub(crate) fn short(&self, revision: &str) -> String {
        self.id(revision).chars().take(7).collect()
    }

    /// Sets a ref.
    pub(crate) fn set_ref(&self, name: &str, id: &str) {
        if store::set_ref(&self.path(), name, id).is_none() {
            self.must(&["update-ref", name, id]);
        }
    }

    /// Pushes to `origin` without Git: see the head of `submit.rs`.
    pub(crate) fn submit<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Pushed {
        let destination = self.destination.as_ref().expect("a client of a server");
        let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        Pushed::submitted(&destination.submit(&self.path(), &arguments))
    }

    /// Pushes to `origin`.
    pub(crate) fn push<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Pushed {
        self.push_to("origin", arguments, &[])
    }

    /// Pushes to a remote, with options of `git push` before its name.
    pub(crate) fn push_to<A: AsRef<OsStr>>(
        &self,
        remote: &str,
        arguments: &[A],
        options: &[&str],
    ) -> Pushed {
        let push = self.git(&["push", "--porcelain"]).args(options).arg(remote).args(arguments);
        Pushed::new(&push.finish())
    }
}
