//! The state of a scan of one repository, and what every kind of scan does with it.

use super::budget::Budget;
use super::inspector::Inspector;
use super::jobs::{Compared, Job};
use super::ledger_notes::LedgerNotes;
use super::notes_of::NotesOf;
use super::scope::Scope;
use super::second::Second;
use super::stage::Progress;
use super::tag_marks::TagMarks;
use super::tree::Exceeded;
use super::tree::Trees;
use super::verdicts::Decided;
use super::verdicts::{Marked, Verdicts};
use crate::config::Config;
use crate::config::ledger::Additions;
use crate::config::limits::Resource;
use crate::finding::Finding;
use crate::git::{GitError, Graph, IdMap, IdSet, ObjectId, Objects, RefName, Repository, Unread};
use crate::policy::Situation;
use crate::report::{SearchedText, Skipped, UnjudgedUpdate, UnreadObject};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

/// Judges what is in one repository.
pub(super) struct Scan<'s> {
    pub(super) repository: &'s Repository,
    pub(super) objects: &'s Objects<'s>,
    pub(super) config: &'s Config,
    pub(super) graph: Graph<'s>,
    /// Gets the new commits that the graph meets.
    pub(super) inspector: Rc<RefCell<Inspector<'s>>>,
    /// Made when a tree is first looked at.
    pub(super) trees: Option<Trees<'s>>,
    pub(super) scope: Scope,
    pub(super) verdicts: Verdicts<'s>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) commits: usize,
    pub(super) started: Instant,
    pub(super) budget: Option<&'s Budget<'s>>,
    /// How many of the commits were judged whole, and how many there are, if that is known.
    pub(super) whole: usize,
    pub(super) known: Option<usize>,
    pub(super) left: Vec<UnjudgedUpdate>,
    pub(super) unread: Vec<UnreadObject>,
    /// What could not be read in the trees of commits, each with its commit.
    pub(super) unread_in_trees: Vec<(ObjectId, Unread)>,
    /// What tags hold.
    pub(super) tag_marks: TagMarks,
    /// The findings in objects that refs stand on and that belong to no commit.
    pub(super) own_found: IdMap<Rc<[Finding]>>,
    /// The notes of commits as they were judged.
    pub(super) notes_judged: HashMap<NotesOf, IdMap<Rc<Decided>>>,
    /// Whether git refuses updates by itself, of those for which it was asked.
    pub(super) refused_by_git: HashMap<(RefName, ObjectId), bool>,
    pub(super) now_judged: Vec<(RefName, ObjectId)>,
    pub(super) rejudged_commits: usize,
    /// The commits that a baseline admits by themselves, for the refs that are judged now.
    pub(super) admitted: IdSet,
    /// The commits that are judged or being judged, by the limit on commits.
    pub(super) begun: IdSet,
    /// Whether there are several groups of refs, which may bring the same commits.
    pub(super) has_groups: bool,
    /// Whether commits that were judged before lie between those that are judged now.
    pub(super) has_gaps: bool,
    /// What of the judgement is of interest to the ledger.
    pub(super) ledger: LedgerNotes,
    /// What it adds to the ledger.
    pub(super) additions: Additions,
    /// Whether there is a ledger: not in a client.
    pub(super) has_ledger: bool,
}

/// The findings of some commits, of those that have any, in the order given.
pub(super) type Found = Vec<(ObjectId, Vec<Finding>)>;

/// How many findings of a push are reported, one for each finding and ref update.
pub(super) const MOST_OF_A_PUSH: usize = 20_000;

impl<'s> Scan<'s> {
    /// A scan of a repository's objects.
    #[must_use]
    pub(super) fn new(
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
            tag_marks: TagMarks::default(),
            own_found: IdMap::default(),
            notes_judged: HashMap::new(),
            refused_by_git: HashMap::new(),
            now_judged: Vec::new(),
            rejudged_commits: 0,
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
    pub(super) fn findings_of(
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
    pub(super) fn find_redundant_parents(
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
    pub(super) fn inspected(
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
    pub(super) fn after_trees(&mut self) {
        let Some(trees) = &mut self.trees else { return };
        self.skipped.append(&mut trees.skipped);
        let exceeded = trees.exceeded;
        self.exceed_in_trees(exceeded);
    }

    /// Notes which bounds were reached while trees were compared.
    pub(super) fn exceed_in_trees(&self, exceeded: Exceeded) {
        if exceeded.marks {
            self.exceed();
        }
        if let Some(budget) = self.budget.filter(|_| exceeded.files) {
            budget.exceed(Resource::Files);
        }
    }

    pub(super) fn trees(&mut self) -> &mut Trees<'s> {
        let (objects, config, scope) = (self.objects, self.config, self.scope);
        self.trees.get_or_insert_with(|| Trees::new(objects, &config.rules.matchers, scope))
    }

    /// What has to be compared for a commit, if it has a tree.
    pub(super) fn job(&mut self, id: ObjectId) -> Result<Option<Job>, GitError> {
        let Some(tree) = self.graph.tree(id)? else { return Ok(None) };
        let parents = self.parent_trees(id)?;
        Ok(Some(Job { tree, parents, time: self.graph.time(id)? }))
    }

    /// The trees of a commit's parents.
    pub(super) fn parent_trees(&mut self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let mut trees = Vec::new();
        for parent in self.graph.parents(id)? {
            trees.extend(self.graph.tree(parent)?);
        }
        Ok(trees)
    }

    /// Notes that a text holds more marks than are kept.
    pub(super) fn note_cut(&mut self, text: SearchedText) {
        self.exceed();
        self.skipped.push(Skipped::FurtherMarks(text));
    }

    /// Notes that a text holds more marks than are looked at.
    pub(super) fn exceed(&self) {
        if let Some(budget) = self.budget {
            budget.exceed(Resource::Findings);
        }
    }

    /// What is known of a commit with findings.
    pub(super) fn marked(&mut self, id: ObjectId) -> Result<Marked, GitError> {
        let marked = self.verdicts.marked(id, &mut self.graph)?;
        if marked.context.is_cut {
            self.exceed();
            self.skipped.push(Skipped::FurtherCredits { commit: id });
        }
        Ok(marked)
    }

    /// Judges findings and adds them to the report; whether any of them is refused.
    pub(super) fn add(
        &mut self,
        commit: Option<&Marked>,
        name: &RefName,
        findings: Vec<Finding>,
    ) -> bool {
        self.verdicts.add(commit, name, findings)
    }
}
