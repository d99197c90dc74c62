//! A whole repository with damaged files: an audit's answer is complete, or says that it is not.
//!
//! The input is a list of changes to the files of a repository that is made once: each change
//! has five bytes, which choose a file, what happens to it, where, and by how much. What an
//! audit reports then is compared with what it reports of the repository as it was. A finding
//! may be missing only if the report says that something could not be read, or if git lists the
//! refs without a complaint and none of them reaches the finding any more.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use provost::finding::Field;
use provost::git::{Repository, Trust};
use provost::report::{Judged, Report};
use provost::scan::{self, Scope};

mod original;

/// More changes than these are not made.
const MOST_CHANGES: usize = 6;
const CHANGE: usize = 5;

static ORIGINAL: LazyLock<Original> = LazyLock::new(Original::new);

struct Original {
    folder: PathBuf,
    /// The files, by their paths below the folder.
    files: BTreeMap<PathBuf, Vec<u8>>,
    findings: BTreeSet<Mark>,
    /// What each commit and tag reaches, itself included.
    reached: BTreeMap<String, BTreeSet<String>>,
}

/// A finding, as far as damage elsewhere must not change it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    /// The commit or tag object; for the name of a ref or a note, the ref.
    subject: String,
    marker: String,
    path: Vec<u8>,
    excerpt: Vec<u8>,
}

impl From<&Judged> for Mark {
    fn from(judged: &Judged) -> Self {
        let finding = &judged.finding;
        let subject = match (&judged.commit, &finding.field) {
            (_, Field::Tag(id) | Field::Replaced(id)) => id.to_string(),
            (Some(commit), _) => commit.id.to_string(),
            (None, _) => judged.ref_name.to_string(),
        };
        Self {
            subject,
            marker: finding.marker.id.clone(),
            path: finding.path.clone().unwrap_or_default(),
            excerpt: finding.excerpt.clone(),
        }
    }
}

impl Original {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(crate::scratch()).expect("a folder").keep();
        let folder = original::make(&folder).canonicalize().expect("the folder");
        let mut files = BTreeMap::new();
        list(&folder, &folder, &mut files);
        let report = audit(&folder).expect("the repository as it was");
        assert!(is_complete(&report));
        let findings = marks(&report);
        assert!(findings.len() > 10, "the repository holds too little: {findings:?}");
        let all = git(&folder, &["cat-file", "--batch-all-objects", "--batch-check"]);
        let all = all.expect("the objects");
        let words = all.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let tips = words.filter(|it| matches!(it[1], "commit" | "tag")).map(|it| it[0].to_owned());
        let reached = |tip: String| {
            let list = git(&folder, &["rev-list", "--objects", "--no-object-names", &tip]);
            let list = list.expect("what it reaches").lines().map(str::to_owned).collect();
            (tip, list)
        };
        let reached = tips.map(reached).collect();
        Self { folder, files, findings, reached }
    }

    fn restore(&self, changed: &BTreeSet<&PathBuf>) {
        for path in changed {
            let full = self.folder.join(path);
            // A new file: what was read of the old one may still be mapped.
            let _ = std::fs::remove_file(&full);
            std::fs::write(&full, &self.files[*path]).expect("a file");
        }
    }
}

fn list(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("a path below it").to_owned();
            files.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
}

fn audit(folder: &Path) -> Result<Report, String> {
    let repository = Repository::open(folder, Trust::Verify).map_err(|it| it.to_string())?;
    let (config, scope) = (crate::config(), Scope::default());
    scan::judge_history(&repository, config, "a/b".into(), scope, &mut |_, _| ())
        .map_err(|it| it.to_string())
}

/// Whether the report claims that everything was looked at.
fn is_complete(report: &Report) -> bool {
    report.unread.is_empty() && report.cut.is_none() && report.left.is_empty()
}

fn marks(report: &Report) -> BTreeSet<Mark> {
    report.findings.iter().map(Mark::from).collect()
}

pub(crate) fn run(data: &[u8]) {
    let original = &*ORIGINAL;
    let mut changed = BTreeSet::new();
    let names: Vec<&PathBuf> = original.files.keys().collect();
    for change in data.chunks_exact(CHANGE).take(MOST_CHANGES) {
        let &[file, kind, high, low, value] = change else { continue };
        let name = names[usize::from(file) % names.len()];
        let path = original.folder.join(name);
        let Ok(mut bytes) = std::fs::read(&path) else { continue };
        changed.insert(name);
        let at = (usize::from(high) << 8 | usize::from(low)) % bytes.len().max(1);
        let _ = std::fs::remove_file(&path);
        match kind % 8 {
            0 | 1 => bytes.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1 << (value % 8)),
            2 => bytes.iter_mut().skip(at).take(1).for_each(|it| *it = value),
            3 => bytes.truncate(at),
            4 => bytes.iter_mut().skip(at).take(usize::from(value)).for_each(|it| *it = 0),
            5 => bytes.extend(std::iter::repeat_n(value, 1 + at % 64)),
            6 => bytes = original.files[names[usize::from(value) % names.len()]].clone(),
            _ => continue,
        }
        std::fs::write(&path, bytes).expect("a file");
    }
    let verdict = verdict(original);
    original.restore(&changed);
    if let Err(why) = verdict {
        let changed: Vec<String> = changed.iter().map(|it| it.display().to_string()).collect();
        panic!("with {changed:?} damaged, {why}");
    }
}

/// Whether the answer about the damaged repository is complete, or says that it is not.
fn verdict(original: &Original) -> Result<(), String> {
    let Ok(report) = audit(&original.folder) else { return Ok(()) };
    if !is_complete(&report) {
        return Ok(());
    }
    let found = marks(&report);
    let missing: Vec<&Mark> = original.findings.difference(&found).collect();
    if missing.is_empty() {
        return Ok(());
    }
    unreached(original, &missing).map_err(|why| {
        let missing: Vec<String> =
            missing.iter().map(|it| format!("{} of {}", it.marker, it.subject)).collect();
        format!("{missing:?} is not found, and for git: {why}")
    })
}

/// Whether git lists the refs without a complaint, and none of them reaches what is missing.
///
/// An id stands for its content, so what a value reaches is known from the repository as it was,
/// whatever is damaged. `HEAD` and the configuration are no refs: git gets them back, so that it
/// answers.
fn unreached(original: &Original, missing: &[&Mark]) -> Result<(), String> {
    let (head, config) = (PathBuf::from("HEAD"), PathBuf::from("config"));
    original.restore(&BTreeSet::from([&head, &config]));
    let folder = &original.folder;
    let refs = git(folder, &["for-each-ref", "--format=%(objectname) %(refname)"])?;
    for line in refs.lines() {
        let (value, name) = line.split_once(' ').ok_or("no ref in a line")?;
        let reached = original.reached.get(value).ok_or("a ref has a value that never was")?;
        if let Some(mark) =
            missing.iter().find(|it| it.subject == name || reached.contains(&it.subject))
        {
            let fsck = git(folder, &["fsck", "--full", "--no-dangling", "--no-reflogs"]);
            let fsck = fsck.err().unwrap_or_else(|| "nothing".to_owned());
            return Err(format!("{name} reaches {}; git fsck finds: {fsck}", mark.subject));
        }
    }
    Ok(())
}

/// What git prints; an error when it fails or complains.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(folder).args(arguments).stdin(Stdio::null());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", OsStr::new("/nonexistent"));
    let output = command.output().map_err(|error| error.to_string())?;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && complaint.is_empty() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(if complaint.is_empty() { format!("git {} fails", arguments.join(" ")) } else { complaint })
}
