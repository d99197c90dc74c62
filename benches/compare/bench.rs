//! What the cases are prepared with: git, data, sizes, the rivals.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::git::Git;
use crate::repository::Repository;
use crate::rivals::Rivals;

/// Commits and refs of the realistic history.
const HISTORY: (usize, usize) = (200_000, 1000);

/// The bench.
pub(crate) struct Bench {
    pub(crate) git: Git,
    /// Where made-up data is kept between runs.
    pub(crate) data: PathBuf,
    /// All sizes are divided by this.
    pub(crate) divisor: usize,
    /// Whether it only has to be shown that everything works.
    pub(crate) rehearsal: bool,
    /// Somebody's own repository, in the place of the realistic history.
    pub(crate) own: Option<PathBuf>,
    pub(crate) rivals: Rivals,
}

impl Bench {
    /// A size, divided as asked for.
    pub(crate) fn size(&self, full: usize) -> usize {
        (full / self.divisor.max(1)).max(10)
    }

    /// The realistic history.
    pub(crate) fn history(&self) -> Result<Repository, Failure> {
        if let Some(own) = &self.own {
            return Repository::cloned(&self.git, &self.data, own);
        }
        let (commits, refs) = HISTORY;
        Repository::history(&self.git, &self.data, self.size(commits), self.size(refs))
    }

    /// The history of small commits.
    pub(crate) fn line(
        &self,
        commits: usize,
        refs: usize,
        marked: bool,
    ) -> Result<Repository, Failure> {
        Repository::line(&self.git, &self.data, self.size(commits), self.size(refs), marked)
    }

    /// Writes a file that programs are given.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let folder = self.data.join("files");
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(&folder);
        std::fs::create_dir_all(parent)?;
        // A build that depends on it is not made anew when nothing has changed.
        if std::fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
            std::fs::write(&path, text)?;
        }
        Ok(path)
    }

    /// The folder for programs that the bench installs or builds.
    pub(crate) fn tools(&self) -> PathBuf {
        let target = self.data.parent().unwrap_or(Path::new("."));
        target.join("bench-tools")
    }
}
