//! What every kind of scan keeps while it goes from stage to stage, and the stages that they
//! have in common: from new commits to the findings in these.
//!
//! | stage | value | file |
//! | --- | --- | --- |
//! | what is updated | [`Targets`](super::target::Targets) | target.rs |
//! | the commits that this brings | [`NewCommits`](super::new_commits::NewCommits) | new_commits.rs |
//! | what their own objects hold | [`OwnFindings`] | own_findings.rs |
//! | what their changes hold | [`TreeFindings`] | tree_findings.rs |
//! | for which refs that counts, with verdicts | [`Attributed`] | attribute.rs, attributed.rs |
//! | the report | [`Report`](crate::report::Report) | reporting.rs |

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

use super::attributed::Attributed;
use super::finder::{Finder, Walk};
use super::host::GitAnswer;
use super::ledger_notes::LedgerNotes;
use super::notes_of::NotesOf;
use super::own_findings::OwnFindings;
use super::source::Source;
use super::stage::Progress;
use super::tag_marks::TagMarks;
use super::tree::{Exceeded, Trees};
use super::tree_findings::{TreeFindings, find_redundant_parents};
use super::verdicts::{Decided, Marked, Verdicts};
use crate::config::limits::Resource;
use crate::finding::Finding;
use crate::git::{GitError, Graph, IdMap, IdSet, ObjectId, RefName, Unread};
use crate::policy::Situation;
use crate::report::{SearchedText, Skipped, UnjudgedUpdate, UnreadObject};

/// A scan of one repository.
pub(super) struct Scan<'s> {
    pub(super) source: Source<'s>,
    /// The commits; finds the marks of the new ones as it meets them.
    pub(super) walk: Walk<'s>,
    /// Made when a tree is first looked at.
    trees: Option<Trees<'s>>,
    pub(super) ref_marks: RefMarks,
    pub(super) verdicts: Verdicts<'s>,
    pub(super) attributed: Attributed<'s>,
    pub(super) not_judged: NotJudged,
    pub(super) counts: Counts,
    /// What of the judgement is of interest to the ledger.
    pub(super) ledger: LedgerNotes,
    /// The commits that a baseline admits by themselves, for the refs that are judged now.
    pub(super) admitted: IdSet,
    /// The commits that are judged or being judged, by the limit on commits.
    pub(super) begun: IdSet,
    /// Whether there are several groups of refs, which may bring the same commits.
    pub(super) has_groups: bool,
    /// Whether commits that were judged before lie between those that are judged now.
    pub(super) has_gaps: bool,
    pub(super) started: Instant,
}

/// What is known of objects that belong to a ref and to no commit. Each is looked at once.
#[derive(Default)]
pub(super) struct RefMarks {
    pub(super) tags: TagMarks,
    /// The findings in objects that refs stand on.
    pub(super) objects: IdMap<Rc<[Finding]>>,
    /// The notes of commits as they were judged.
    pub(super) notes: HashMap<NotesOf, IdMap<Rc<Decided>>>,
}

/// What was not looked at, or not judged.
#[derive(Default)]
pub(super) struct NotJudged {
    /// What the report says of it.
    pub(super) skipped: Vec<Skipped>,
    /// Updates that a limit left.
    pub(super) left: Vec<UnjudgedUpdate>,
    /// Objects that could not be read.
    pub(super) unread: Vec<UnreadObject>,
    /// What could not be read in the trees of commits, each with its commit.
    pub(super) unread_in_trees: Vec<(ObjectId, Unread)>,
    /// Whether git refuses updates by itself, of those for which it was asked.
    pub(super) asked_of_git: HashMap<(RefName, ObjectId), GitAnswer>,
    /// The updates for which the time was over before that.
    pub(super) late: HashSet<(RefName, ObjectId)>,
}

impl NotJudged {
    /// Whether an update was left because there was no time to ask git about it.
    pub(super) fn is_late(&self, name: &RefName, new: ObjectId) -> bool {
        !self.late.is_empty() && self.late.contains(&(name.clone(), new))
    }
}

/// How many commits there are.
pub(super) struct Counts {
    /// That were looked at.
    pub(super) commits: usize,
    /// Of these, that were judged whole.
    pub(super) whole: usize,
    /// That there are, if that is known.
    pub(super) known: Option<usize>,
    /// That were judged although they are not new.
    pub(super) rejudged: usize,
}

/// The findings in new commits.
pub(super) struct Found {
    /// Of the commits that have any, in the order given.
    pub(super) of: Vec<(ObjectId, Vec<Finding>)>,
    /// How many commits were looked at whole.
    pub(super) whole: usize,
}

impl<'s> Scan<'s> {
    /// A scan of what is in some repository.
    #[must_use]
    pub(super) fn new(source: Source<'s>, situation: Situation) -> Self {
        Self {
            source,
            walk: Graph::with(source.objects, Finder::new(source)),
            trees: None,
            ref_marks: RefMarks::default(),
            verdicts: Verdicts::new(source, situation),
            attributed: Attributed::new(source),
            not_judged: NotJudged::default(),
            counts: Counts { commits: 0, whole: 0, known: Some(0), rejudged: 0 },
            ledger: LedgerNotes::default(),
            admitted: IdSet::default(),
            begun: IdSet::default(),
            has_groups: false,
            has_gaps: false,
            started: Instant::now(),
        }
    }

    /// The findings of new commits, in their own objects and in what they change. When a
    /// limit ends it, what was found until then.
    pub(super) fn findings_of(
        &mut self,
        ids: &[ObjectId],
        progress: Progress<'_>,
    ) -> Result<Found, GitError> {
        let own = OwnFindings::of(ids, &mut self.walk)?;
        let mut whole = if own.are_complete { ids.len() } else { 0 };
        let mut by_place = self.by_place(ids, own);
        let Source { objects, config, scope, .. } = self.source;
        if objects.is_stopped() {
            whole = 0;
        } else if scope.looks_into_trees(&config.rules.matchers) {
            let (walk, trees) = (&mut self.walk, lazy_trees(&mut self.trees, self.source));
            let in_trees = TreeFindings::of(ids, walk, trees, progress)?;
            let TreeFindings { found, skipped, unread, exceeded, left } = in_trees;
            self.not_judged.skipped.extend(skipped);
            self.not_judged.unread_in_trees.extend(unread);
            self.note_exceeded(exceeded);
            whole -= left;
            for (at, findings) in found {
                by_place.entry(at).or_default().extend(findings);
            }
        }
        let of = self.in_order(ids, by_place)?;
        Ok(Found { of, whole })
    }

    /// The findings of commits that were met, in their own objects alone.
    pub(super) fn own_findings_of(&mut self, ids: &[ObjectId]) -> Result<Found, GitError> {
        let own = OwnFindings::of(ids, &mut self.walk)?;
        let by_place = self.by_place(ids, own);
        Ok(Found { of: self.in_order(ids, by_place)?, whole: 0 })
    }

    /// Findings by the places of their commits.
    fn by_place(&mut self, ids: &[ObjectId], own: OwnFindings) -> HashMap<usize, Vec<Finding>> {
        let mut by_place = HashMap::new();
        for (at, inspected) in own.found {
            if inspected.is_cut {
                let id = ids.get(at).copied().unwrap_or(ObjectId::NULL);
                self.note_cut(SearchedText::Commit(id));
            }
            by_place.insert(at, inspected.findings.clone());
        }
        by_place
    }

    /// Findings in the order of their commits.
    fn in_order(
        &mut self,
        ids: &[ObjectId],
        mut by_place: HashMap<usize, Vec<Finding>>,
    ) -> Result<Vec<(ObjectId, Vec<Finding>)>, GitError> {
        self.walk.on_new_commit.finish();
        let of = |(at, &id): (usize, &ObjectId)| Some((id, by_place.remove(&at)?));
        let of = ids.iter().enumerate().filter_map(of);
        let of: Vec<(ObjectId, Vec<Finding>)> =
            of.filter(|(_, findings)| !findings.is_empty()).collect();
        let marked: Vec<ObjectId> = of.iter().map(|(id, _)| *id).collect();
        find_redundant_parents(ids, &marked, &mut self.walk)?;
        Ok(of)
    }

    /// Looks at a tree, or a file, that belongs to no commit.
    pub(super) fn trees(&mut self) -> &mut Trees<'s> {
        lazy_trees(&mut self.trees, self.source)
    }

    /// Notes what was not looked at while trees were looked at that belong to no commit.
    pub(super) fn after_trees(&mut self) {
        let Some(trees) = &mut self.trees else { return };
        self.not_judged.skipped.append(&mut trees.skipped);
        let exceeded = trees.exceeded;
        self.note_exceeded(exceeded);
    }

    /// Notes which bounds were reached while trees were compared.
    fn note_exceeded(&self, exceeded: Exceeded) {
        if exceeded.marks {
            self.exceed();
        }
        if let Some(budget) = self.source.budget.filter(|_| exceeded.files) {
            budget.exceed(Resource::Files);
        }
    }

    /// Notes that a text holds more marks than are kept.
    pub(super) fn note_cut(&mut self, text: SearchedText) {
        self.exceed();
        self.not_judged.skipped.push(Skipped::FurtherMarks(text));
    }

    /// Notes that a text holds more marks than are looked at.
    pub(super) fn exceed(&self) {
        if let Some(budget) = self.source.budget {
            budget.exceed(Resource::Findings);
        }
    }

    /// What is known of a commit with findings.
    pub(super) fn marked(&mut self, id: ObjectId) -> Result<Marked, GitError> {
        let marked = self.verdicts.marked(id, &mut self.walk)?;
        if marked.context.is_cut {
            self.exceed();
            self.not_judged.skipped.push(Skipped::FurtherCredits { commit: id });
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
        if findings.is_empty() {
            return false;
        }
        let decided = self.verdicts.decided(commit, name, findings);
        self.attributed.add(&decided, name);
        decided.is_refused()
    }
}

/// What looks at trees, made when that is first needed.
fn lazy_trees<'t, 's>(trees: &'t mut Option<Trees<'s>>, source: Source<'s>) -> &'t mut Trees<'s> {
    let Source { objects, config, scope, .. } = source;
    trees.get_or_insert_with(|| Trees::new(objects, &config.rules.matchers, scope))
}
