//! The repositories that are measured on, and the state that a push finds them in.
//!
//! A made-up history is kept between runs, by its parameters; somebody's own repository
//! is never touched: a local clone of it is used, which shares its packs.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::history::{self, History};
use super::{Failure, note};

/// The program that is measured, as built with the options of a release.
const PROVOST: &str = env!("CARGO_BIN_EXE_provost");

/// Runs git and provost with nothing of the caller's environment and configuration.
pub(super) struct Git {
    home: TempDir,
    /// The program that is measured: a copy, which no build in the meantime replaces.
    pub(super) provost: String,
}

impl Git {
    pub(super) fn new() -> Result<Self, Failure> {
        let home = tempfile::tempdir()?;
        // The repository that the caller names may belong to somebody else.
        fs::write(home.path().join(".gitconfig"), "[safe]\n\tdirectory = *\n")?;
        let provost = home.path().join("provost");
        fs::copy(PROVOST, &provost)?;
        let provost = provost.to_str().ok_or("the temporary directory is not UTF-8")?.to_owned();
        Ok(Self { home, provost })
    }

    /// A command in a directory.
    pub(super) fn command(&self, program: &str, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Bench");
            command.env(format!("GIT_{role}_EMAIL"), "bench@bench.test");
            command.env(format!("GIT_{role}_DATE"), "1780000000 +0000");
        }
        command
    }

    /// What git prints, without the last line feed.
    pub(super) fn ask(&self, directory: &Path, arguments: &[&str]) -> Result<String, Failure> {
        output(&mut self.command("git", directory, arguments), b"")
    }
}

/// Runs a command with `input`, and returns what it prints without the last line feed.
fn output(command: &mut Command, input: &[u8]) -> Result<String, Failure> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// A bare repository to measure on.
pub(super) struct Repository {
    pub(super) path: PathBuf,
    /// Whether its history was made here, so that it is known what is in it.
    pub(super) made: bool,
    /// Goes away with the run, if it is a clone.
    _clone: Option<TempDir>,
}

impl Repository {
    /// The repository with a made-up history, made now unless it was made before.
    pub(super) fn made(
        git: &Git,
        data: &Path,
        commits: usize,
        refs: usize,
    ) -> Result<Self, Failure> {
        let name = format!("v{}-commits-{commits}-refs-{refs}.git", history::VERSION);
        let path = data.join(name);
        if !path.exists() {
            // Made aside and moved, so that a run that was broken off leaves no half of it.
            let aside = tempfile::Builder::new().prefix("making-").tempdir_in(data)?;
            make(git, aside.path(), commits, refs)?;
            fs::rename(aside.keep(), &path)?;
        }
        Ok(Self { path, made: true, _clone: None })
    }

    /// A clone of somebody's repository.
    pub(super) fn cloned(git: &Git, data: &Path, from: &Path) -> Result<Self, Failure> {
        note(&format!("cloning {}", from.display()))?;
        let from = from.canonicalize()?;
        let from = from.to_str().ok_or("the path of the repository is not UTF-8")?;
        let clone = tempfile::Builder::new().prefix("clone-").tempdir_in(data)?;
        git.ask(clone.path(), &["clone", "--quiet", "--mirror", from, "repository.git"])?;
        let path = clone.path().join("repository.git");
        Ok(Self { path, made: false, _clone: Some(clone) })
    }

    /// What of its state decides how quick git is, and how quick provost.
    pub(super) fn state(&self, git: &Git) -> Result<serde_json::Value, Failure> {
        let counted = git.ask(&self.path, &["count-objects", "-v"])?;
        let number = |key: &str| {
            let line = counted.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|text| text.trim_start_matches(':').trim().parse::<u64>().ok())
        };
        let has = |name: &str| self.path.join("objects").join(name).exists();
        let graph = has("info/commit-graph") || has("info/commit-graphs/commit-graph-chain");
        let bitmap = fs::read_dir(self.path.join("objects/pack"))?
            .filter_map(Result::ok)
            .any(|entry| entry.path().extension().is_some_and(|end| end == "bitmap"));
        let count = |what: &[&str]| -> Result<u64, Failure> {
            Ok(git.ask(&self.path, &[&["rev-list", "--count"], what].concat())?.parse()?)
        };
        Ok(json!({
            "commits": count(&["--all"])?,
            "merges": count(&["--all", "--merges"])?,
            "refs": git.ask(&self.path, &["for-each-ref", "--format=x"])?.lines().count(),
            "objects_packed": number("in-pack"),
            "objects_loose": number("count"),
            "packs": number("packs"),
            "pack_megabytes": number("size-pack").map(|kib| kib / 1024),
            "commit_graph": graph,
            "bitmap": bitmap,
        }))
    }
}

fn make(git: &Git, path: &Path, commits: usize, refs: usize) -> Result<(), Failure> {
    note(&format!("making a history of {commits} commits (kept for the next run)"))?;
    git.ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
    let mut import = git.command("git", path, &["fast-import", "--quiet", "--done"]);
    let mut import = import.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(stdin) = import.stdin.take() {
        History::write(BufWriter::new(stdin), commits, refs)?.flush()?;
    }
    if !import.wait()?.success() {
        return Err("git fast-import failed".into());
    }
    note("repacking it")?;
    git.ask(path, &["repack", "-adq"])?;
    git.ask(path, &["pack-refs", "--all"])?;
    Ok(())
}

/// What git-receive-pack makes of a repository while a push waits for the hook: the
/// objects that it brings stand apart from the others.
pub(super) struct Quarantine {
    objects: TempDir,
    repository: PathBuf,
}

impl Quarantine {
    pub(super) fn new(repository: &Path) -> Result<Self, Failure> {
        let repository = repository.canonicalize()?;
        let objects = tempfile::Builder::new()
            .prefix("tmp_objdir-incoming-")
            .tempdir_in(repository.join("objects"))?;
        Ok(Self { objects, repository })
    }

    /// A command as receive-pack runs it.
    pub(super) fn command(&self, git: &Git, program: &str, arguments: &[&str]) -> Command {
        let mut command = git.command(program, &self.repository, arguments);
        command.env("GIT_DIR", ".").env("GIT_PUSH_OPTION_COUNT", "0");
        command.env("GIT_OBJECT_DIRECTORY", self.objects.path());
        command.env("GIT_QUARANTINE_PATH", self.objects.path());
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.repository.join("objects"));
        command
    }

    /// Brings one new commit with a changed file onto `parent`; its id.
    pub(super) fn commit(&self, git: &Git, parent: &str, message: &str) -> Result<String, Failure> {
        let index = self.objects.path().join("index");
        let ask = |arguments: &[&str], input: &[u8]| {
            let mut command = self.command(git, "git", arguments);
            output(command.env("GIT_INDEX_FILE", &index), input)
        };
        ask(&["read-tree", parent], b"")?;
        let listed = ask(&["ls-files", "--stage", "-z"], b"")?;
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
        let commit = ask(&["commit-tree", "-p", parent, "-m", message, &tree], b"")?;
        fs::remove_file(&index)?;
        Ok(commit)
    }

    /// Brings every object of another repository, as hard links.
    pub(super) fn everything(&self, from: &Path) -> Result<(), Failure> {
        let from = from.join("objects");
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with("tmp_") || !entry.file_type()?.is_dir() {
                continue;
            }
            // Packs come with an index; a bitmap or a commit-graph is the server's own.
            let wanted = |path: &Path| {
                let end = path.extension().and_then(|end| end.to_str());
                match name.to_str() {
                    Some("pack") => matches!(end, Some("pack" | "idx" | "rev")),
                    Some("info") => path.ends_with("alternates"),
                    _ => true,
                }
            };
            let to = self.objects.path().join(&name);
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
}
