//! What hides commits from a ref update: the refs that exist before the push and whose
//! policy is at least as strict, and baselines. Read at most once, and only when needed.

use std::rc::Rc;

use crate::config::ConfigError;
use crate::config::baseline::{self, Extent};
use crate::config::unjudged::{self, Unjudged};
use crate::git::{
    GitError, IdMap, IdSet, ObjectId, ObjectKind, Objects, RefKind, Reference, Repository, peel,
};
use crate::policy::{Class, Judge};

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

/// See the head of this file.
pub(super) struct Existing<'e> {
    repository: &'e Repository,
    objects: &'e Objects<'e>,
    judges: &'e dyn Fn(&[u8]) -> bool,
    hiding: Hiding<'e>,
    refs: Option<Refs>,
    baselines: Baselines<'e>,
    unjudged: Option<Rc<[Unjudged]>>,
}

/// The refs that can hide, sorted by class.
struct Refs {
    classes: Vec<(Class, Vec<Reference>)>,
    /// For each value, the numbers of the classes that have it.
    values: IdMap<Vec<usize>>,
}

impl<'e> Existing<'e> {
    pub(super) fn new(
        repository: &'e Repository,
        objects: &'e Objects<'e>,
        judges: &'e dyn Fn(&[u8]) -> bool,
        hiding: Hiding<'e>,
    ) -> Self {
        Self {
            repository,
            objects,
            judges,
            hiding,
            refs: None,
            baselines: Baselines::new(repository),
            unjudged: None,
        }
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
            let mut values: IdMap<Vec<usize>> = IdMap::default();
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
                let of = values.entry(reference.target).or_default();
                if !of.contains(&at) {
                    of.push(at);
                }
                if let Some((_, refs)) = classes.get_mut(at) {
                    refs.push(reference);
                }
            }
            self.refs = Some(Refs { classes, values });
        }
        // Just filled.
        self.refs.as_ref().ok_or(GitError::References { reason: String::new() })
    }

    fn hides(hiding: Hiding<'_>, judge: &Judge<'_>, existing: &Class, target: &Class) -> bool {
        matches!(hiding, Hiding::Known(_)) || judge.hides(existing, target)
    }

    /// Whether some ref that hides from a class already has this very value.
    pub(super) fn has_value(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
        id: ObjectId,
    ) -> Result<bool, GitError> {
        let hiding = self.hiding;
        let refs = self.load(judge)?;
        let of = refs.values.get(&id).map_or(&[][..], Vec::as_slice);
        let mut classes = of.iter().filter_map(|&at| refs.classes.get(at));
        Ok(classes.any(|(class, _)| Self::hides(hiding, judge, class, target)))
    }

    /// The commits that the refs point to which hide from a class.
    pub(super) fn commits(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
    ) -> Result<Vec<ObjectId>, GitError> {
        let (objects, hiding) = (self.objects, self.hiding);
        let refs = self.load(judge)?;
        let mut commits = Vec::new();
        for (class, refs) in &refs.classes {
            if !Self::hides(hiding, judge, class, target) {
                continue;
            }
            for reference in refs {
                // What can't be followed hides nothing.
                let tags = reference.name.kind() == RefKind::Tag;
                match tags.then(|| peel(objects, reference.target)) {
                    None => commits.push(reference.target),
                    Some(Ok(peeled)) if peeled.kind == ObjectKind::Commit => {
                        commits.push(peeled.id);
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(commits)
    }

    /// What a server has let in without judging it whole.
    pub(super) fn unjudged(&mut self) -> Result<Rc<[Unjudged]>, ConfigError> {
        if let Some(known) = &self.unjudged {
            return Ok(Rc::clone(known));
        }
        let all = match self.hiding {
            Hiding::Judged => unjudged::open(self.repository)?,
            Hiding::Known(_) | Hiding::Then(_) => Vec::new(),
        };
        Ok(Rc::clone(self.unjudged.insert(all.into())))
    }

    /// The baseline for refs of a class.
    pub(super) fn baseline(
        &mut self,
        judge: &Judge<'_>,
        target: &Class,
    ) -> Result<Rc<IdSet>, ConfigError> {
        self.baselines.of(judge, target)
    }
}

/// The baselines of a repository by class, each read once.
pub struct Baselines<'b> {
    repository: &'b Repository,
    known: Vec<(Class, Rc<IdSet>)>,
}

impl<'b> Baselines<'b> {
    /// None of them is read yet.
    #[must_use]
    pub fn new(repository: &'b Repository) -> Self {
        Self { repository, known: Vec::new() }
    }

    /// The ids that hide for refs of a class.
    ///
    /// # Errors
    /// When a baseline can't be read.
    pub fn of(&mut self, judge: &Judge<'_>, class: &Class) -> Result<Rc<IdSet>, ConfigError> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| known == class) {
            return Ok(Rc::clone(known));
        }
        let ids = Rc::new(of_class(self.repository, judge, class)?);
        self.known.push((class.clone(), Rc::clone(&ids)));
        Ok(ids)
    }
}

/// The ids that the baselines for refs of a class hold.
pub(super) fn of_class(
    repository: &Repository,
    judge: &Judge<'_>,
    class: &Class,
) -> Result<IdSet, ConfigError> {
    let mut ids: IdSet = baseline::read(repository, Extent::All)?.into_iter().collect();
    for scope in judge.baselines(class) {
        ids.extend(baseline::read(repository, Extent::Scope(scope))?);
    }
    Ok(ids)
}
