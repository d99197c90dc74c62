//! The state in which a push finds a repository.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::rc::Rc;

use tempfile::TempDir;

use crate::process::{Run, ask, git, import, utf8};

/// The branch that everything is pushed to.
pub(crate) const MAIN: &str = "refs/heads/main";

/// What git-receive-pack makes of a repository while a push waits for the hook: the
/// objects that it brings stand apart from the others.
pub(crate) struct Quarantine {
    objects: Rc<TempDir>,
    repository: PathBuf,
    /// The repository, if it exists for this push only.
    own: Option<Rc<TempDir>>,
}

/// Makes a temporary directory.
pub(crate) fn temporary(parent: &Path, prefix: &str) -> Rc<TempDir> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
    Rc::new(made.expect("a directory"))
}

pub(crate) fn init(path: &Path) {
    ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."]);
}

/// Hard-links all packs of a repository into an object directory.
pub(crate) fn link_packs(from: &Path, objects: &Path) {
    let packs = from.join("objects/pack");
    Run::new(objects, &["cp", "--archive", "--link", utf8(&packs), "."]).said();
}

impl Quarantine {
    pub(crate) fn new(repository: &Path) -> Self {
        let repository = repository.canonicalize().expect("a repository");
        let objects = temporary(&repository.join("objects"), "tmp_objdir-incoming-");
        Self { objects, repository, own: None }
    }

    /// One for the first push into an empty repository.
    pub(crate) fn of_empty(data: &Path) -> Self {
        let empty = temporary(data, "empty-");
        init(empty.path());
        Self { own: Some(empty.clone()), ..Self::new(empty.path()) }
    }

    fn with_objects(&self, run: Run) -> Run {
        run.env("GIT_OBJECT_DIRECTORY", utf8(self.objects.path()))
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", utf8(&self.repository.join("objects")))
            .keep(self.own.iter().chain([&self.objects]).cloned())
    }

    /// A process as receive-pack runs it.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        self.with_objects(Run::new(&self.repository, words))
            .env("GIT_DIR", ".")
            .env("GIT_PUSH_OPTION_COUNT", "0")
            .env("GIT_QUARANTINE_PATH", utf8(self.objects.path()))
    }

    /// The hook, as receive-pack runs it.
    pub(crate) fn hook(&self, provost: &str, options: &[&str], input: &str) -> Run {
        let words = [&[provost, "--isolated"], options, &["pre-receive"]].concat();
        self.run(&words).input(input).codes([0, 1])
    }

    /// Brings one commit with a line more in a file, which is any when no path is given; its id.
    pub(crate) fn commit(&self, parent: &str, path: &[&str], message: &str, date: u64) -> String {
        let list = [&["ls-tree", "-r", "--name-only", parent, "--"], path].concat();
        let files = ask(&self.repository, &list);
        let files: Vec<&str> = files.lines().collect();
        let path = files[files.len() / 2];
        let before = ask(&self.repository, &["cat-file", "blob", &format!("{parent}:{path}")]);
        let content = format!("{before}\n// One line more.\n");
        self.import(|out| {
            let person = "Bench <bench@bench.test>";
            writeln!(out, "commit {MAIN}\nauthor {person} 1780000000 +0000")?;
            writeln!(out, "committer {person} {date} +0000")?;
            writeln!(out, "data {}\n{message}\nfrom {parent}", message.len())?;
            writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())
        })
    }

    /// Brings a first commit with files of these names, all of the same content; its id.
    /// git fast-import looks through all that it has for each file of a directory.
    pub(crate) fn tree(&self, names: impl Iterator<Item = String>) -> String {
        let ask = |words: &[&str], input: &str| self.run(words).input(input).said().0;
        let blob = ask(&["git", "hash-object", "-w", "--stdin"], "unit;\n");
        let tree: String = names.map(|name| format!("100644 blob {blob}\t{name}\n")).collect();
        let tree = ask(&["git", "mktree"], &tree);
        let name = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@bench.test"];
        ask(&[&name[..], &["commit-tree", "-m", "Import the units", &tree]].concat(), "")
    }

    /// Brings what a `git fast-import` stream makes; the value of [`MAIN`] in it.
    pub(crate) fn import(
        &self,
        write: impl FnOnce(&mut BufWriter<ChildStdin>) -> io::Result<()>,
    ) -> String {
        // Its refs must not appear in the repository: they get another one.
        let aside = tempfile::tempdir().expect("a directory");
        init(aside.path());
        let run = git(aside.path(), &["fast-import", "--quiet", "--done"]);
        import(&self.with_objects(run), write);
        ask(aside.path(), &["rev-parse", MAIN])
    }

    /// A repository with a work tree, as it is when the push was accepted.
    pub(crate) fn accepted(&self, data: &Path, new: &str) -> Rc<TempDir> {
        let accepted = temporary(data, "accepted-");
        ask(accepted.path(), &["init", "--quiet", "--initial-branch=main", "."]);
        let objects = [&self.repository.join("objects"), self.objects.path()];
        let lines = objects.map(|path| format!("{}\n", utf8(path))).concat();
        let alternates = accepted.path().join(".git/objects/info/alternates");
        fs::write(alternates, lines).expect("the alternates");
        ask(accepted.path(), &["update-ref", MAIN, new]);
        accepted
    }

    /// Brings every pack of another repository.
    pub(crate) fn everything(&self, from: &Path) {
        link_packs(from, self.objects.path());
    }
}
