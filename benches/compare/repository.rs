//! The repositories that are measured on.
//!
//! What is made up is kept between runs, by its parameters; somebody's own repository is
//! never touched: a local clone of it is used, which shares its packs.

use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::git::{Git, IMPORT, Stream, import, utf8};
use crate::made::history::{self, History};
use crate::made::{line, wide};
use crate::pages::grouped;
use crate::quarantine::link_objects;
use crate::{Failure, note};

/// A bare repository to measure on.
pub(crate) struct Repository {
    pub(crate) path: PathBuf,
    /// Whether its history was made here, so that it is known what is in it.
    pub(crate) made: bool,
    /// Goes away with the run, if it is a clone.
    _clone: Option<TempDir>,
}

impl Repository {
    fn at(path: PathBuf) -> Self {
        Self { path, made: true, _clone: None }
    }

    /// The repository with the realistic history.
    pub(crate) fn history(
        git: &Git,
        data: &Path,
        commits: usize,
        refs: usize,
    ) -> Result<Self, Failure> {
        let name = format!("history-v{}-{commits}-refs-{refs}.git", history::VERSION);
        let write = |out: &mut Stream| History::write(out, history::FEW, commits, refs);
        made(data, &name, |path| imported(git, path, &[], write))
    }

    /// The same with larger files.
    pub(crate) fn large_files(
        git: &Git,
        data: &Path,
        commits: usize,
        refs: usize,
    ) -> Result<Self, Failure> {
        let name = format!("large-files-v{}-{commits}-refs-{refs}.git", history::VERSION);
        let write = |out: &mut Stream| History::write(out, history::MANY, commits, refs);
        made(data, &name, |path| imported(git, path, &[], write))
    }

    /// The same objects and refs with a commit-graph.
    pub(crate) fn with_graph(&self, git: &Git) -> Result<Self, Failure> {
        let data = self.path.parent().ok_or("a repository without a directory")?;
        let name = self.path.file_stem().and_then(|name| name.to_str()).unwrap_or("clone");
        made(data, &format!("{name}-graph.git"), |path| {
            git.ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
            link_objects(&self.path.join("objects"), &path.join("objects"))?;
            fs::copy(self.path.join("packed-refs"), path.join("packed-refs"))?;
            git.ask(path, &["commit-graph", "write", "--reachable", "--no-progress"])?;
            Ok(())
        })
    }

    /// The repository with the history of small commits and so many refs, packed.
    pub(crate) fn line(
        git: &Git,
        data: &Path,
        commits: usize,
        refs: usize,
        marked: bool,
    ) -> Result<Self, Failure> {
        let kind = if marked { "marked" } else { "plain" };
        let base = format!("line-v{}-{commits}-{kind}", line::VERSION);
        let objects = made(data, &format!("{base}.git"), |path| {
            imported(git, path, &["--export-marks=marks"], |out| {
                line::write(out, commits, marked, None)
            })
        })?;
        made(data, &format!("{base}-refs-{refs}.git"), |path| {
            git.ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
            link_objects(&objects.path.join("objects"), &path.join("objects"))?;
            let tip = git.ask(&objects.path, &["rev-parse", "--verify", line::MAIN])?;
            spread_refs(&objects.path, path, &tip, commits, refs)
        })
    }

    /// The repository with one tree of very many files.
    pub(crate) fn wide(
        git: &Git,
        data: &Path,
        files: usize,
        depth: usize,
    ) -> Result<Self, Failure> {
        let name = format!("wide-v{}-{files}-deep-{depth}.git", wide::VERSION);
        made(data, &name, |path| imported(git, path, &[], |out| wide::write(out, files, depth)))
    }

    /// A clone of somebody's repository.
    pub(crate) fn cloned(git: &Git, data: &Path, from: &Path) -> Result<Self, Failure> {
        note(&format!("cloning {}", from.display()))?;
        let from = from.canonicalize()?;
        let clone = tempfile::Builder::new().prefix("clone-").tempdir_in(data)?;
        let arguments = ["clone", "--quiet", "--mirror", utf8(&from)?, "repository.git"];
        git.ask(clone.path(), &arguments)?;
        let path = clone.path().join("repository.git");
        git.ask(&path, &["pack-refs", "--all"])?;
        Ok(Self { path, made: false, _clone: Some(clone) })
    }

    /// What is in it, for people.
    pub(crate) fn described(&self, git: &Git) -> Result<String, Failure> {
        let counted = git.ask(&self.path, &["count-objects", "-v"])?;
        let number = |key: &str| {
            let line = counted.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|text| text.trim_start_matches(':').trim().parse::<u64>().ok())
        };
        let objects = number("in-pack").unwrap_or_default() + number("count").unwrap_or_default();
        let commits = git.ask(&self.path, &["rev-list", "--count", "--all"])?;
        let refs = git.ask(&self.path, &["for-each-ref", "--format=x"])?.lines().count();
        let graph = self.path.join("objects/info/commit-graph").exists();
        Ok(format!(
            "{} commits, {} refs, {} objects, {} MB of packs, {} commit-graph",
            grouped(&commits),
            grouped(&refs.to_string()),
            grouped(&objects.to_string()),
            grouped(&number("size-pack").map_or(0, |kib| kib * 1024 / 1_000_000).to_string()),
            if graph { "with a" } else { "no" }
        ))
    }

    /// The branch of `HEAD` and its tip.
    pub(crate) fn head(&self, git: &Git) -> Result<(String, String), Failure> {
        let branch = git.ask(&self.path, &["symbolic-ref", "HEAD"])?;
        let tip = git.ask(&self.path, &["rev-parse", "--verify", &branch])?;
        Ok((branch, tip))
    }
}

/// A repository of that name, made now unless it was made before.
fn made(
    data: &Path,
    name: &str,
    make: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<Repository, Failure> {
    let path = data.join(name);
    if !path.exists() {
        note(&format!("making {name} (kept for the next run)"))?;
        // Made aside and moved, so that a run that was broken off leaves no half of it.
        let aside = tempfile::Builder::new().prefix("making-").tempdir_in(data)?;
        make(aside.path())?;
        fs::rename(aside.keep(), &path)?;
    }
    Ok(Repository::at(path))
}

/// Makes a repository of what a stream says, packed as a server would have it.
fn imported(
    git: &Git,
    path: &Path,
    options: &[&str],
    write: impl FnOnce(&mut Stream) -> io::Result<()>,
) -> Result<(), Failure> {
    git.ask(path, &["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
    import(&mut git.command("git", path, &[&IMPORT, options].concat()), write)?;
    git.ask(path, &["repack", "-adq"])?;
    git.ask(path, &["pack-refs", "--all"])?;
    Ok(())
}

/// Gives a repository so many refs, from the oldest commit to the newest, in a file as
/// `git pack-refs` writes it; by git itself it would take minutes.
fn spread_refs(
    marks: &Path,
    path: &Path,
    tip: &str,
    commits: usize,
    refs: usize,
) -> Result<(), Failure> {
    let wanted = refs.saturating_sub(1).max(1);
    let mut out = BufWriter::new(fs::File::create(path.join("packed-refs"))?);
    writeln!(out, "# pack-refs with: peeled fully-peeled sorted ")?;
    writeln!(out, "{tip} {}", line::MAIN)?;
    let mut ids: Vec<(usize, String)> = Vec::with_capacity(wanted.min(commits));
    for line in BufReader::new(fs::File::open(marks.join("marks"))?).lines() {
        let line = line?;
        let (mark, id) = line.split_once(' ').ok_or("a line of marks without an id")?;
        let mark: usize = mark.trim_start_matches(':').parse()?;
        if commits <= wanted || mark.is_multiple_of(commits / wanted) {
            ids.push((mark, id.to_owned()));
        }
    }
    ids.sort();
    for number in 0..wanted {
        let (_, id) = ids.get(number * ids.len() / wanted).ok_or("no commit for a ref")?;
        writeln!(out, "{id} refs/heads/release/{number:07}")?;
    }
    Ok(out.flush()?)
}
