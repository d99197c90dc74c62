//! Comparing the trees of many commits.
//!
//! Of a large scan only those are compared that could give a finding.

use super::Stage;
use super::budget::Budget;
use super::sift::Sift;
use super::tree::Trees;
use crate::finding::Finding;
use crate::git::{GitError, ObjectId, Objects, Scale};

/// A commit whose trees are to be compared.
pub(super) struct Job {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents' trees.
    pub(super) parents: Vec<ObjectId>,
    /// When it was made.
    pub(super) time: i64,
}

/// Progress is told every so many commits.
const EVERY: usize = 1000;
/// A scan of fewer commits is small.
const MANY_JOBS: usize = 1000;
/// So is one of a small part of what a repository holds, for sifting looks at whole trees.
/// Histories have some ten objects for each commit.
const OBJECTS_PER_JOB: usize = 100;

/// Whether sifting costs less than comparing.
pub(super) fn is_large(jobs: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => jobs >= MANY_JOBS && objects.packed() / OBJECTS_PER_JOB <= jobs,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// What comparing gave.
pub(super) struct Compared {
    /// Findings by the number of the job, for jobs that have any.
    pub(super) found: Vec<(usize, Vec<Finding>)>,
    /// How many jobs were left when a limit ended it.
    pub(super) left: usize,
}

/// Compares the trees of all jobs.
///
/// # Errors
/// When a tree or blob can't be read.
pub(super) fn compare<'o>(
    jobs: &[Job],
    sift: Option<Sift<'o>>,
    trees: &mut Trees<'o>,
    budget: Option<&Budget<'_>>,
    progress: &mut dyn FnMut(Stage, usize),
) -> Result<Compared, GitError> {
    let mut some = false;
    let left = match sift {
        Some(mut sift) => {
            sift.files();
            let left = sifted(jobs, &mut sift, progress);
            // What could not be read any more counts as of interest.
            some = sift.is_stopped();
            trees.sifted(sift);
            left
        }
        None => (0..jobs.len()).collect(),
    };
    let mut found = Vec::new();
    for (nth, &at) in left.iter().enumerate() {
        if nth % EVERY == 0 {
            progress(Stage::Comparing(left.len()), nth);
        }
        let Some(job) = jobs.get(at) else { continue };
        let findings = match trees.findings(job.tree, &job.parents) {
            Err(GitError::Stopped) => {
                let left = if some { jobs.len() } else { left.len() - nth };
                return Ok(Compared { found, left });
            }
            findings => findings?,
        };
        if !findings.is_empty() {
            if let Some(budget) = budget {
                budget.findings(findings.len());
            }
            found.push((at, findings));
        }
    }
    Ok(Compared { found, left: 0 })
}

/// The jobs that could give a finding, in their order.
fn sifted(jobs: &[Job], sift: &mut Sift<'_>, progress: &mut dyn FnMut(Stage, usize)) -> Vec<usize> {
    let mut newest_first: Vec<usize> = (0..jobs.len()).collect();
    newest_first.sort_by_key(|&at| jobs.get(at).map(|job| std::cmp::Reverse(job.time)));
    let mut left = Vec::new();
    for (nth, at) in newest_first.into_iter().enumerate() {
        if nth % EVERY == 0 {
            progress(Stage::Sifting(jobs.len()), nth);
        }
        if jobs.get(at).is_some_and(|job| sift.matters(job.tree, &job.parents)) {
            left.push(at);
        }
    }
    left.sort_unstable();
    left
}
