//! What hides commits from a ref update: the refs that exist before the push and whose
//! policy is at least as strict, and baselines. Read at most once, and only when needed.

use std::collections::HashMap;
use std::rc::Rc;

use crate::git::{
    GitError, IdMap, IdSet, ObjectId, ObjectKind, Objects, RefKind, Reference, Repository,
};
use crate::policy::{Class, Judge, RefPatterns};
use crate::state::StateError;
use crate::state::baseline::{self, Extent, Reach};
use crate::state::ledger::{Ledger, LedgerPlace};

/// Which existing refs hide.
#[derive(Clone, Copy)]
pub(super) enum Hiding<'h> {
    /// On a server: those that the hook judges, under a policy as strict as the update's.
    Judged,
    /// In a client: those of which the server is known to have what they reach.
    Known(&'h dyn Fn(&[u8]) -> bool),
    /// As on a server, but with the refs of another time.
    Then(&'h [Reference]),
}

/// The refs of the server as they were before the push, and what they hide.
pub(super) struct Existing<'e> {
    repository: &'e Repository,
    objects: &'e Objects<'e>,
    judges: &'e dyn Fn(&[u8]) -> bool,
    hiding: Hiding<'e>,
    refs: Option<Refs>,
    baselines: Baselines<'e>,
    /// The commits that the refs point to which hide from a class.
    commits: HashMap<Class, Rc<[ObjectId]>>,
    place: &'e LedgerPlace,
    /// Read when it is first needed, and again when it has changed.
    ledger: Option<Rc<Ledger>>,
    /// The commits of refs that no pattern of the ledger matches, for the present ledger.
    outside: Option<Rc<[ObjectId]>>,
    /// The tag objects that refs peel through, with the numbers of the classes of these.
    tags: Option<IdMap<Vec<usize>>>,
}

/// The refs that can hide, sorted by class.
struct Refs {
    classes: Vec<(Class, Vec<Reference>)>,
}

impl<'e> Existing<'e> {
    pub(super) fn new(
        repository: &'e Repository,
        objects: &'e Objects<'e>,
        judges: &'e dyn Fn(&[u8]) -> bool,
        hiding: Hiding<'e>,
        place: &'e LedgerPlace,
    ) -> Self {
        Self {
            repository,
            objects,
            judges,
            hiding,
            refs: None,
            baselines: Baselines::new(repository),
            commits: HashMap::new(),
            place,
            ledger: None,
            outside: None,
            tags: None,
        }
    }

    /// Whether this is a push to a server, whose ledger counts.
    pub(super) fn is_recorded(&self) -> bool {
        matches!(self.hiding, Hiding::Judged)
    }

    /// Whether a ref of this name can hide.
    pub(super) fn can_hide(&self, name: &[u8]) -> bool {
        match self.hiding {
            Hiding::Judged | Hiding::Then(_) => (self.judges)(name),
            Hiding::Known(known) => known(name),
        }
    }

    fn load(&mut self, judge: &Judge<'_>) -> Result<&Refs, GitError> {
        if self.refs.is_none() {
            let mut classes: Vec<(Class, Vec<Reference>)> = Vec::new();
            let refs = match self.hiding {
                Hiding::Then(refs) => refs.to_vec(),
                _ => self.repository.references()?,
            };
            for reference in refs {
                let name = reference.name.as_bytes();
                if !self.can_hide(name) {
                    continue;
                }
                let class = match self.hiding {
                    Hiding::Judged | Hiding::Then(_) => judge.class(name),
                    Hiding::Known(_) => Class::default(),
                };
                let known = classes.iter().position(|(known, _)| *known == class);
                let at = known.unwrap_or_else(|| {
                    classes.push((class, Vec::new()));
                    classes.len() - 1
                });
                if let Some((_, refs)) = classes.get_mut(at) {
                    refs.push(reference);
                }
            }
            self.refs = Some(Refs { classes });
        }
        // Just filled.
        self.refs.as_ref().ok_or(GitError::References { reason: String::new() })
    }

    fn hides(hiding: Hiding<'_>, judge: &Judge<'_>, existing: &Class, target: &Class) -> bool {
        matches!(hiding, Hiding::Known(_)) || judge.hides(existing, target)
    }

    /// Whether some ref that hides from a class peels through this tag object.
    pub(super) fn peels_through(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
        id: ObjectId,
    ) -> Result<bool, GitError> {
        let (hiding, objects) = (self.hiding, self.objects);
        let known = self.tags.take();
        let refs = self.load(judge)?;
        let tags = known.unwrap_or_else(|| refs.tags(objects));
        let of = tags.get(&id).map_or(&[][..], Vec::as_slice);
        let mut classes = of.iter().filter_map(|&at| refs.classes.get(at));
        let hides = classes.any(|(class, _)| Self::hides(hiding, judge, class, target));
        self.tags = Some(tags);
        Ok(hides)
    }

    /// The commits that the refs point to which hide from a class.
    pub(super) fn commits(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
    ) -> Result<Rc<[ObjectId]>, GitError> {
        if let Some(known) = self.commits.get(target) {
            return Ok(Rc::clone(known));
        }
        let (objects, hiding) = (self.objects, self.hiding);
        let refs = self.load(judge)?;
        let mut commits = Vec::new();
        for (class, refs) in &refs.classes {
            if !Self::hides(hiding, judge, class, target) {
                continue;
            }
            commits.extend(refs.iter().filter_map(|reference| commit_of(objects, reference)));
        }
        let commits: Rc<[ObjectId]> = commits.into();
        self.commits.insert(target.clone(), Rc::clone(&commits));
        Ok(commits)
    }

    /// The ledger as it was last read; empty before that, and in a client.
    pub(super) fn ledger(&self) -> Rc<Ledger> {
        self.ledger.clone().unwrap_or_default()
    }

    /// Reads the ledger, if it has changed since it was read. The refs that hide must have
    /// been read before.
    pub(super) fn refresh_ledger(&mut self) -> Result<Rc<Ledger>, StateError> {
        let known = self.ledger.as_ref().filter(|ledger| ledger.is_current(self.place));
        if let Some(known) = known {
            return Ok(Rc::clone(known));
        }
        let ledger = if self.is_recorded() { Ledger::read(self.place)? } else { Ledger::default() };
        self.outside = None;
        Ok(Rc::clone(self.ledger.insert(Rc::new(ledger))))
    }

    /// Takes entries into the ledger of this push that are not on disk yet.
    pub(super) fn set_ledger(&mut self, ledger: Ledger) {
        self.outside = None;
        self.ledger = Some(Rc::new(ledger));
    }

    /// The refs that the hook judges, with their classes.
    pub(super) fn classes(
        &mut self,
        judge: &Judge<'_>,
    ) -> Result<&[(Class, Vec<Reference>)], GitError> {
        Ok(&self.load(judge)?.classes)
    }

    /// The commits of the refs that no open admission is for: none of them reaches what was
    /// let in for one place only, save what the ledger itself says is spread.
    pub(super) fn outside(&mut self, judge: &Judge<'_>) -> Result<Rc<[ObjectId]>, GitError> {
        if let Some(known) = &self.outside {
            return Ok(Rc::clone(known));
        }
        let ledger = self.ledger();
        let all = self.outside_of(judge, &RefPatterns::new(ledger.patterns()))?;
        Ok(Rc::clone(self.outside.insert(all)))
    }

    /// The commits of the refs that some patterns do not match.
    pub(super) fn outside_of(
        &mut self,
        judge: &Judge<'_>,
        patterns: &RefPatterns,
    ) -> Result<Rc<[ObjectId]>, GitError> {
        let objects = self.objects;
        let refs = self.load(judge)?;
        let refs = refs.classes.iter().flat_map(|(_, refs)| refs);
        let outside = refs.filter(|reference| !patterns.matches(reference.name.as_bytes()));
        Ok(outside.filter_map(|reference| commit_of(objects, reference)).collect())
    }

    /// The baseline for refs of a class.
    pub(super) fn baseline(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
    ) -> Result<Rc<Baseline>, StateError> {
        self.baselines.of(judge, target)
    }
}

/// The commit that a ref points to. What can't be followed hides nothing.
pub(super) fn commit_of(objects: &Objects<'_>, reference: &Reference) -> Option<ObjectId> {
    if reference.name.kind() != RefKind::Tag {
        return Some(reference.target);
    }
    let peeled = objects.peel(reference.target).ok()?;
    (peeled.kind == ObjectKind::Commit).then_some(peeled.id)
}

impl Refs {
    /// The tag objects that refs peel through, with the numbers of the classes of these.
    fn tags(&self, objects: &Objects<'_>) -> IdMap<Vec<usize>> {
        let mut all: IdMap<Vec<usize>> = IdMap::default();
        for (at, (_, refs)) in self.classes.iter().enumerate() {
            for reference in refs.iter().filter(|it| it.name.kind() != RefKind::Branch) {
                // What can be followed of the chain is what was judged of it.
                for tag in objects.tags_of(reference.target) {
                    let of = all.entry(tag).or_default();
                    // Another ref of the class has gone through the rest of it.
                    if of.last() == Some(&at) {
                        break;
                    }
                    of.push(at);
                }
            }
        }
        all
    }
}

/// What an administrator declared to be there already.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// These hide themselves and what they reach.
    pub(super) tips: IdSet,
    /// These are admitted by themselves.
    pub(super) commits: IdSet,
}

impl Baseline {
    fn add(&mut self, repository: &Repository, extent: Extent<'_>) -> Result<(), StateError> {
        self.tips.extend(baseline::read(repository, extent, Reach::History)?);
        self.commits.extend(baseline::read(repository, extent, Reach::Commit)?);
        Ok(())
    }

    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tips.is_empty() && self.commits.is_empty()
    }

    /// Whether it names an object itself.
    #[must_use]
    pub fn names(&self, id: ObjectId) -> bool {
        self.tips.contains(&id) || self.commits.contains(&id)
    }

    /// Takes out what is admitted by itself.
    pub(super) fn retain_due(&self, ids: &mut Vec<ObjectId>) {
        if !self.commits.is_empty() {
            ids.retain(|id| !self.commits.contains(id));
        }
    }
}

/// The baselines of a repository by class, each read once.
pub struct Baselines<'b> {
    repository: &'b Repository,
    known: Vec<(Class, Rc<Baseline>)>,
}

impl<'b> Baselines<'b> {
    /// None of them is read yet.
    #[must_use]
    pub fn new(repository: &'b Repository) -> Self {
        Self { repository, known: Vec::new() }
    }

    /// The baseline for refs of a class.
    ///
    /// # Errors
    /// When a baseline can't be read.
    pub fn of(&mut self, judge: &Judge<'_>, class: &Class) -> Result<Rc<Baseline>, StateError> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| known == class) {
            return Ok(Rc::clone(known));
        }
        let ids = Rc::new(of_class(self.repository, judge, class)?);
        self.known.push((class.clone(), Rc::clone(&ids)));
        Ok(ids)
    }
}

/// The baseline for refs of a class: those for all refs and of its scopes together.
pub(super) fn of_class(
    repository: &Repository,
    judge: &Judge<'_>,
    class: &Class,
) -> Result<Baseline, StateError> {
    let mut all = Baseline::default();
    all.add(repository, Extent::All)?;
    for scope in judge.baselines(class) {
        all.add(repository, Extent::Scope(scope))?;
    }
    Ok(all)
}
