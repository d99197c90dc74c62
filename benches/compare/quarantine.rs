//! The state in which a push finds a repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Failure;
use crate::git::{Git, IMPORT, Stream, import, output, utf8};

/// What git-receive-pack makes of a repository while a push waits for the hook: the
/// objects that it brings stand apart from the others.
pub(crate) struct Quarantine {
    objects: TempDir,
    repository: PathBuf,
    /// The repository, if it is there for this push only.
    _own: Option<TempDir>,
}

/// A commit that a push brings.
pub(crate) struct New<'n> {
    pub(crate) parent: &'n str,
    pub(crate) message: &'n str,
    /// The file that it changes; any when there is none.
    pub(crate) path: Option<&'n str>,
    /// The committer's date.
    pub(crate) date: Option<&'n str>,
}

impl Quarantine {
    pub(crate) fn new(repository: &Path) -> Result<Self, Failure> {
        let repository = repository.canonicalize()?;
        let objects = tempfile::Builder::new()
            .prefix("tmp_objdir-incoming-")
            .tempdir_in(repository.join("objects"))?;
        Ok(Self { objects, repository, _own: None })
    }

    /// One for the first push into an empty repository.
    pub(crate) fn of_empty(git: &Git, data: &Path, format: &str) -> Result<Self, Failure> {
        let empty = tempfile::Builder::new().prefix("empty-").tempdir_in(data)?;
        let format = format!("--object-format={format}");
        git.ask(empty.path(), &["init", "--quiet", "--bare", &format, "."])?;
        let mut quarantine = Self::new(empty.path())?;
        quarantine._own = Some(empty);
        Ok(quarantine)
    }

    /// A command as receive-pack runs it.
    pub(crate) fn command(&self, git: &Git, program: &str, arguments: &[&str]) -> Command {
        let mut command = git.command(program, &self.repository, arguments);
        command.env("GIT_DIR", ".").env("GIT_PUSH_OPTION_COUNT", "0");
        command.env("GIT_OBJECT_DIRECTORY", self.objects.path());
        command.env("GIT_QUARANTINE_PATH", self.objects.path());
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.repository.join("objects"));
        command
    }

    /// The hook, as receive-pack runs it.
    pub(crate) fn hook(&self, git: &Git, options: &[&str]) -> Command {
        let arguments = [&["--isolated"], options, &["pre-receive"]].concat();
        self.command(git, &git.provost, &arguments)
    }

    /// Brings one new commit with a changed file; its id.
    pub(crate) fn commit(&self, git: &Git, new: &New<'_>) -> Result<String, Failure> {
        let index = self.objects.path().join("index");
        let ask = |arguments: &[&str], input: &[u8]| {
            let mut command = self.command(git, "git", arguments);
            if let Some(date) = new.date {
                command.env("GIT_COMMITTER_DATE", date);
            }
            output(command.env("GIT_INDEX_FILE", &index), input)
        };
        ask(&["read-tree", new.parent], b"")?;
        let listed = match new.path {
            Some(path) => ask(&["ls-files", "--stage", "-z", path], b"")?,
            None => ask(&["ls-files", "--stage", "-z"], b"")?,
        };
        let files: Vec<&str> =
            listed.split('\0').filter(|entry| entry.starts_with("100644 ")).collect();
        let (content, name) = match files.get(files.len() / 2).and_then(|entry| {
            let (entry, name) = entry.split_once('\t')?;
            Some((entry.split(' ').nth(1)?, name))
        }) {
            Some((blob, name)) => (ask(&["cat-file", "blob", blob], b"")?, name),
            None => (String::new(), "bench.txt"),
        };
        let content = format!("{content}\n// One line more.\n");
        let blob = ask(&["hash-object", "-w", "--stdin"], content.as_bytes())?;
        ask(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{name}")], b"")?;
        let tree = ask(&["write-tree"], b"")?;
        let commit = ask(&["commit-tree", "-p", new.parent, "-m", new.message, &tree], b"")?;
        fs::remove_file(&index)?;
        Ok(commit)
    }

    /// Brings a first commit with files of these names, all of the same content; its id.
    /// git fast-import looks through all that it has for each file of a directory.
    pub(crate) fn tree(&self, git: &Git, names: &[String]) -> Result<String, Failure> {
        let ask = |arguments: &[&str], input: &[u8]| {
            output(&mut self.command(git, "git", arguments), input)
        };
        let blob = ask(&["hash-object", "-w", "--stdin"], b"unit;\n")?;
        let listed: String = names.iter().map(|it| format!("100644 blob {blob}\t{it}\n")).collect();
        let tree = ask(&["mktree"], listed.as_bytes())?;
        ask(&["commit-tree", "-m", "Import the units", &tree], b"")
    }

    /// Brings what a `git fast-import` stream makes; the value of its ref `name`.
    pub(crate) fn import(
        &self,
        git: &Git,
        name: &str,
        write: impl FnOnce(&mut Stream) -> io::Result<()>,
    ) -> Result<String, Failure> {
        // Its refs must not appear in the repository: they have one of their own.
        let aside = tempfile::tempdir()?;
        git.ask(aside.path(), &["init", "--quiet", "--bare", "."])?;
        let command = |arguments: &[&str]| {
            let mut command = self.command(git, "git", arguments);
            command.env("GIT_DIR", aside.path()).env_remove("GIT_QUARANTINE_PATH");
            command
        };
        import(&mut command(&IMPORT), write)?;
        output(&mut command(&["rev-parse", "--verify", name]), b"")
    }

    /// The repository as it is when the push was accepted: a copy, of hard links, with a
    /// work tree, for those who want one.
    pub(crate) fn accepted(
        &self,
        git: &Git,
        data: &Path,
        branch: &str,
        new: &str,
    ) -> Result<TempDir, Failure> {
        let accepted = tempfile::Builder::new().prefix("accepted-").tempdir_in(data)?;
        git.ask(accepted.path(), &["init", "--quiet", "--initial-branch=main", "."])?;
        let path = accepted.path().join(".git");
        link_objects(&self.repository.join("objects"), &path.join("objects"))?;
        link_objects(self.objects.path(), &path.join("objects"))?;
        fs::copy(self.repository.join("packed-refs"), path.join("packed-refs"))?;
        git.ask(&path, &["update-ref", branch, new])?;
        Ok(accepted)
    }

    /// Brings every object of another repository, as hard links.
    pub(crate) fn everything(&self, from: &Path) -> Result<(), Failure> {
        link_objects(&from.join("objects"), self.objects.path())
    }
}

/// Links all objects of an object directory into another.
pub(crate) fn link_objects(from: &Path, objects: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = utf8(Path::new(&name))?;
        if name.starts_with("tmp_") || !entry.file_type()?.is_dir() {
            continue;
        }
        // Packs come with an index; a bitmap or a commit-graph is the server's own.
        let wanted = |path: &Path| {
            let end = path.extension().and_then(|end| end.to_str());
            match name {
                "pack" => matches!(end, Some("pack" | "idx" | "rev")),
                "info" => path.ends_with("alternates"),
                _ => true,
            }
        };
        let to = objects.join(name);
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(entry.path())? {
            let file = file?;
            if wanted(&file.path()) {
                fs::hard_link(file.path(), to.join(file.file_name()))?;
            }
        }
    }
    Ok(())
}
