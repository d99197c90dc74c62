//! The one pipeline for hook, dry run and audit: what is to be judged, the findings in
//! it, the verdict on each, the report.
//!
//! Commits are read once, when the walk for new commits meets them; trees and blobs are
//! compared with the parents' afterwards. Nothing is dropped in silence: what was not
//! looked at is in the report.

mod additions;
mod again;
mod ancestry;
mod attribute;
mod budget;
mod commit;
mod compare;
mod contents;
mod copies;
mod existing;
mod files;
mod history;
mod host;
mod inspector;
mod jobs;
mod keep;
mod ledger;
mod left;
mod moved;
mod original;
mod own;
mod push;
mod refs;
mod reporting;
mod second;
mod sift;
mod tree;
mod unread;
mod verdicts;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::config::Config;
use crate::config::ledger::Additions;
use crate::config::limits::Resource;
use crate::finding::Finding;
use crate::git::{GitError, Graph, IdMap, IdSet, ObjectId, Objects, RefName, Repository, Unread};
use crate::marker::Matchers;
use crate::policy::Situation;
use crate::report::{Left, SearchedText, Skipped, UnreadObject};
use budget::Budget;
use inspector::Inspector;
use jobs::{Compared, Job};
use ledger::LedgerNotes;
use second::Second;
use tree::Exceeded;
use verdicts::{Marked, Verdicts};

pub use budget::Bounds;
pub use commit::{message, raw_commit};
pub use existing::Baselines;
pub use history::{Progress, Stage, judge_history};
pub use host::{Host, NoHost};
pub use keep::keep;
pub use push::{judge_again, judge_outgoing, judge_push, judge_range, judge_resolved};
pub use reporting::{partial_report, texts, texts_for};
pub use verdicts::decide;

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Something in the repository can't be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A push to the ref at which the server publishes its policy.
    #[error("{0} holds the policy of this server, and only its administrator writes it")]
    Reserved(RefName),
    /// Something that the administrator wrote can't be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
}

/// Which markers are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Whether trees are compared (for the kinds `path` and `content`).
    pub trees: bool,
    /// Whether the contents of changed files are read.
    pub contents: bool,
}

impl Scope {
    /// Whether anything is looked for in trees at all.
    fn looks_into_trees(self, matchers: &Matchers) -> bool {
        self.reads_files(matchers) || self.trees && !matchers.path.is_empty()
    }

    /// Whether anything is looked for in files.
    fn reads_files(self, matchers: &Matchers) -> bool {
        self.trees && self.contents && !matchers.content.is_empty()
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self { trees: true, contents: true }
    }
}

/// What inspecting a commit's own object gave: nothing, mostly.
type Inspected = Option<Arc<Inspection>>;

struct Inspection {
    findings: Vec<Finding>,
    /// Whether its texts hold more marks than are kept.
    is_cut: bool,
}

/// Judges what is in one repository.
pub struct Scan<'s> {
    repository: &'s Repository,
    objects: &'s Objects<'s>,
    config: &'s Config,
    graph: Graph<'s>,
    /// Gets the new commits that the graph meets.
    inspector: Rc<RefCell<Inspector<'s>>>,
    /// Made when a tree is first looked at.
    trees: Option<tree::Trees<'s>>,
    scope: Scope,
    verdicts: Verdicts<'s>,
    skipped: Vec<Skipped>,
    commits: usize,
    started: Instant,
    budget: Option<&'s Budget<'s>>,
    /// How many of the commits were judged whole, and how many there are, if that is known.
    whole: usize,
    known: Option<usize>,
    left: Vec<Left>,
    unread: Vec<UnreadObject>,
    /// What could not be read in the trees of commits, each with its commit.
    unread_in_trees: Vec<(ObjectId, Unread)>,
    /// What tags hold.
    tag_marks: own::TagMarks,
    /// The findings in objects that refs stand on and that belong to no commit.
    own_found: IdMap<Rc<[Finding]>>,
    /// The notes of commits as they were judged.
    notes_judged: HashMap<refs::NotesOf, IdMap<Rc<verdicts::Decided>>>,
    /// Whether git refuses updates by itself, of those for which it was asked.
    refused_by_git: HashMap<(RefName, ObjectId), bool>,
    settled: Vec<(RefName, ObjectId)>,
    again: usize,
    /// The commits that a baseline admits by themselves, for the refs that are judged now.
    admitted: IdSet,
    /// The commits that are judged or being judged, by the limit on commits.
    begun: IdSet,
    /// Whether there are several groups of refs, which may bring the same commits.
    has_groups: bool,
    /// Whether commits that were judged before lie between those that are judged now.
    has_gaps: bool,
    /// What of the judgement is of interest to the ledger.
    ledger: LedgerNotes,
    /// What it adds to the ledger.
    additions: Additions,
    /// Whether there is a ledger: not in a client.
    has_ledger: bool,
}

/// The findings of some commits, of those that have any, in the order given.
type Found = Vec<(ObjectId, Vec<Finding>)>;

/// How many findings of a push are reported, one for each finding and ref update.
const MOST_OF_A_PUSH: usize = 20_000;

impl<'s> Scan<'s> {
    /// A scan of a repository's objects.
    #[must_use]
    fn new(
        repository: &'s Repository,
        objects: &'s Objects<'s>,
        config: &'s Config,
        situation: Situation,
        scope: Scope,
        budget: Option<&'s Budget<'s>>,
    ) -> Self {
        let host = budget.map(Budget::host);
        let inspector = Inspector::new(config, objects, scope, budget);
        let inspector = Rc::new(RefCell::new(inspector));
        let taking = Rc::clone(&inspector);
        Self {
            repository,
            objects,
            config,
            graph: Graph::new(objects, move |id, raw| taking.borrow_mut().take(id, raw)),
            inspector,
            trees: None,
            scope,
            verdicts: Verdicts::new(repository, objects, config, situation, scope, host),
            skipped: Vec::new(),
            commits: 0,
            started: Instant::now(),
            budget,
            whole: 0,
            known: Some(0),
            left: Vec::new(),
            unread: Vec::new(),
            unread_in_trees: Vec::new(),
            tag_marks: own::TagMarks::default(),
            own_found: IdMap::default(),
            notes_judged: HashMap::new(),
            refused_by_git: HashMap::new(),
            settled: Vec::new(),
            again: 0,
            admitted: IdSet::default(),
            begun: IdSet::default(),
            has_groups: false,
            has_gaps: false,
            ledger: LedgerNotes::default(),
            additions: Additions::default(),
            has_ledger: false,
        }
    }

    /// The findings of new commits, in their own objects and in what they change; how many
    /// commits were looked at whole. When a limit ends it, what was found until then.
    fn findings_of(
        &mut self,
        ids: &[ObjectId],
        progress: Progress<'_>,
    ) -> Result<(Found, usize), GitError> {
        let mut by_place: HashMap<usize, Vec<Finding>> = HashMap::new();
        let mut whole = ids.len();
        for &id in ids {
            match self.graph.visit(id) {
                // Others were inspected on the way here, and what they hold counts.
                Err(GitError::Stopped) => whole = 0,
                visited => visited?,
            }
        }
        let second = self.inspected(ids, &mut by_place)?;
        if self.objects.is_stopped() {
            whole = 0;
        } else if self.scope.looks_into_trees(&self.config.rules.matchers) {
            let Compared { found, left, .. } = self.tree_findings(ids, second, progress)?;
            whole -= left;
            for (at, findings) in found {
                by_place.entry(at).or_default().extend(findings);
            }
        }
        let of = |(at, &id): (usize, &ObjectId)| Some((id, by_place.remove(&at)?));
        let found = ids.iter().enumerate().filter_map(of);
        let found: Found = found.filter(|(_, findings)| !findings.is_empty()).collect();
        let marked: Vec<ObjectId> = found.iter().map(|(id, _)| *id).collect();
        self.find_redundant_parents(ids, &marked)?;
        Ok((found, whole))
    }

    /// Finds out once for all what of some merges brings nothing to them.
    fn find_redundant_parents(
        &mut self,
        ids: &[ObjectId],
        merges: &[ObjectId],
    ) -> Result<(), GitError> {
        match self.graph.find_redundant_parents(ids, merges) {
            // What was found before a limit ended the scan counts all the same.
            Err(GitError::Stopped) => Ok(()),
            found => found,
        }
    }

    /// The findings in the commits' own objects, by their places; and the second thread, if
    /// it reads files.
    fn inspected(
        &mut self,
        ids: &[ObjectId],
        by_place: &mut HashMap<usize, Vec<Finding>>,
    ) -> Result<Option<Second>, GitError> {
        let inspector = Rc::clone(&self.inspector);
        let mut inspector = inspector.borrow_mut();
        let (found, second) = inspector.found()?;
        for (at, &id) in ids.iter().enumerate().filter(|_| !found.is_empty()) {
            if let Some(inspected) = found.get(&id) {
                if inspected.is_cut {
                    self.note_cut(SearchedText::Commit(id));
                }
                by_place.insert(at, inspected.findings.clone());
            }
        }
        Ok(second)
    }

    /// Notes what was not looked at while trees were compared.
    fn after_trees(&mut self) {
        let Some(trees) = &mut self.trees else { return };
        self.skipped.append(&mut trees.skipped);
        let exceeded = trees.exceeded;
        self.exceed_in_trees(exceeded);
    }

    /// Notes which bounds were reached while trees were compared.
    fn exceed_in_trees(&self, exceeded: Exceeded) {
        if exceeded.marks {
            self.exceed();
        }
        if let Some(budget) = self.budget.filter(|_| exceeded.files) {
            budget.exceed(Resource::Files);
        }
    }

    fn trees(&mut self) -> &mut tree::Trees<'s> {
        let (objects, config, scope) = (self.objects, self.config, self.scope);
        self.trees.get_or_insert_with(|| tree::Trees::new(objects, &config.rules.matchers, scope))
    }

    /// What has to be compared for a commit, if it has a tree.
    fn job(&mut self, id: ObjectId) -> Result<Option<Job>, GitError> {
        let Some(tree) = self.graph.tree(id)? else { return Ok(None) };
        let parents = self.parent_trees(id)?;
        Ok(Some(Job { tree, parents, time: self.graph.time(id)? }))
    }

    /// The trees of a commit's parents.
    fn parent_trees(&mut self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let mut trees = Vec::new();
        for parent in self.graph.parents(id)? {
            trees.extend(self.graph.tree(parent)?);
        }
        Ok(trees)
    }

    /// Notes that a text holds more marks than are kept.
    fn note_cut(&mut self, text: SearchedText) {
        self.exceed();
        self.skipped.push(Skipped::FurtherMarks(text));
    }

    /// Notes that a text holds more marks than are looked at.
    fn exceed(&self) {
        if let Some(budget) = self.budget {
            budget.exceed(Resource::Findings);
        }
    }

    /// What is known of a commit with findings.
    fn marked(&mut self, id: ObjectId) -> Result<Marked, GitError> {
        let marked = self.verdicts.marked(id, &mut self.graph)?;
        if marked.context.is_cut {
            self.exceed();
            self.skipped.push(Skipped::FurtherCredits { commit: id });
        }
        Ok(marked)
    }

    /// Judges findings and adds them to the report; whether any of them is refused.
    fn add(&mut self, commit: Option<&Marked>, name: &RefName, findings: Vec<Finding>) -> bool {
        self.verdicts.add(commit, name, findings)
    }
}
