//! The commits that were read: of each its tree, its parents and its date.
//!
//! A new commit is read once, when a walk meets it, and its object handed to the graph's
//! [`OnNewCommit`]. What a walk only passes is taken from the repository's commit-graph, if
//! that has it.

use std::rc::Rc;

use super::commit::Links;
use super::limit::{Flags, HIDDEN, NEW};
use super::{GitError, IdMap, IdSet, ObjectId, ObjectKind, Objects, Unread};

/// What is kept of a commit that was read.
#[derive(Debug)]
struct Node {
    tree: Option<ObjectId>,
    parents: Box<[u32]>,
    seconds: i64,
    /// Whether the commit is known to be new, and its object was shown.
    is_visited: bool,
}

/// Gets the new commits that walks meet.
pub trait OnNewCommit {
    /// Takes the raw object of a new commit, each once.
    fn new_commit(&mut self, id: ObjectId, raw: &[u8]);
}

impl<F: FnMut(ObjectId, &[u8])> OnNewCommit for F {
    fn new_commit(&mut self, id: ObjectId, raw: &[u8]) {
        self(id, raw);
    }
}

/// For walks of which nothing but ids is wanted.
impl OnNewCommit for () {
    fn new_commit(&mut self, _: ObjectId, _: &[u8]) {}
}

/// What is known of the further parents of a merge.
#[derive(Debug, Default)]
pub(super) struct FurtherParents {
    /// Those that the first parent reaches.
    pub(super) redundant: IdSet,
    /// Those of which that is not known.
    pub(super) open: Vec<ObjectId>,
}

/// The commits read so far.
pub struct Graph<'o, C = ()> {
    pub(super) objects: &'o Objects<'o>,
    /// Gets the new commits.
    pub on_new_commit: C,
    index: IdMap<u32>,
    ids: Vec<ObjectId>,
    nodes: Vec<Option<Node>>,
    /// By the position of a commit in the repository's commit-graph, the number that it has
    /// here, if it has one yet; these are in `index` only when they were asked for by id.
    recorded: Vec<u32>,
    /// Commits on the side of the tips that could not be read.
    unread: Vec<Unread>,
    /// Those that refs point to and that are known to be there, by their numbers.
    there: Flags,
    /// The commits that hid in the last walk, and their numbers: a push of many refs asks for
    /// the same again and again.
    hiding: Option<HidingCommits>,
    /// What is known of the further parents of merges.
    pub(super) further_parents: IdMap<FurtherParents>,
}

/// Commits by their ids and, in the same order, by their numbers.
type HidingCommits = (Rc<[ObjectId]>, Rc<[u32]>);

/// No number of a commit.
const UNSEEN: u32 = u32::MAX;

impl<'o> Graph<'o> {
    /// An empty graph.
    #[must_use]
    pub fn new(objects: &'o Objects<'o>) -> Self {
        Self::with(objects, ())
    }
}

impl<'o, C: OnNewCommit> Graph<'o, C> {
    /// An empty graph that hands the raw object of each new commit to `on_new_commit`.
    pub fn with(objects: &'o Objects<'o>, on_new_commit: C) -> Self {
        Self {
            objects,
            on_new_commit,
            index: IdMap::default(),
            ids: Vec::new(),
            nodes: Vec::new(),
            recorded: Vec::new(),
            unread: Vec::new(),
            there: Flags::default(),
            hiding: None,
            further_parents: IdMap::default(),
        }
    }

    /// The commits that could not be read since this was last asked. A walk takes each as a
    /// commit without parents and goes on.
    pub fn take_unread(&mut self) -> Vec<Unread> {
        std::mem::take(&mut self.unread)
    }

    /// Whether a commit could not be read since they were last taken.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Puts back what was taken.
    pub(super) fn put_unread(&mut self, unread: Vec<Unread>) {
        self.unread = unread;
    }

    /// Walks for another reason than to judge what is met: a commit that can't be read is
    /// noted only when it is among the result.
    ///
    /// # Errors
    /// As the walk.
    pub fn aside(
        &mut self,
        walk: impl FnOnce(&mut Self) -> Result<Vec<ObjectId>, GitError>,
    ) -> Result<Vec<ObjectId>, GitError> {
        let before = self.unread.len();
        let result = walk(self);
        let met = self.unread.split_off(before.min(self.unread.len()));
        let result = result?;
        self.unread.extend(met.into_iter().filter(|unread| result.contains(&unread.id)));
        Ok(result)
    }

    /// Sees to it that a commit, which is new, was shown, or noted as one that can't be read.
    ///
    /// # Errors
    /// When a limit has ended the scan.
    pub fn visit(&mut self, id: ObjectId) -> Result<(), GitError> {
        let at = self.slot(id);
        self.read_reached(at, true)
    }

    /// The commits that `tips` reach through commits that were met as new, these included;
    /// parents before children. Nothing is read for it, so of a walk that was not finished it
    /// gives what that has met. With each its date, in seconds since 1970.
    #[must_use]
    pub fn met_below(&self, tips: &[ObjectId]) -> Vec<(ObjectId, i64)> {
        let mut seen = Flags::default();
        let mut met = Vec::new();
        // A commit, and how many of its parents were gone into.
        let mut path: Vec<(u32, usize)> = Vec::new();
        for tip in tips.iter().filter_map(|tip| self.index.get(tip)) {
            path.push((*tip, 0));
            while let Some((at, next)) = path.pop() {
                let Some(node) = self.node(at).filter(|node| node.is_visited) else { continue };
                if next == 0 {
                    if seen.has(at) {
                        continue;
                    }
                    seen.set(at, NEW);
                }
                match node.parents.get(next) {
                    Some(&parent) => path.extend([(at, next + 1), (parent, 0)]),
                    None => met.push((self.id(at), node.seconds)),
                }
            }
        }
        met
    }

    /// The tree of a commit, read if need be; `None` when its header names none.
    ///
    /// # Errors
    /// When the commit can't be read.
    pub fn tree(&mut self, id: ObjectId) -> Result<Option<ObjectId>, GitError> {
        let at = self.load(id)?;
        Ok(self.node(at).and_then(|node| node.tree))
    }

    /// The parents of a commit, none for the boundary of a shallow repository.
    ///
    /// # Errors
    /// When the commit can't be read.
    pub fn parents(&mut self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let at = self.load(id)?;
        Ok(self.parent_slots(at).iter().map(|&parent| self.id(parent)).collect())
    }

    /// Of commits in an order that has parents before children, the parents of each among
    /// them, by their places in it: those of all, one commit after the other, and where those
    /// of each end.
    ///
    /// # Errors
    /// When a commit can't be read.
    pub fn parents_among(&mut self, ids: &[ObjectId]) -> Result<(Vec<u32>, Vec<usize>), GitError> {
        let mut places = vec![UNSEEN; self.ids.len()];
        let mut parents = Vec::with_capacity(ids.len());
        let mut ends = Vec::with_capacity(ids.len());
        for (place, &id) in ids.iter().enumerate() {
            let at = self.load(id)?;
            let mine = self.parent_slots(at).iter().filter_map(|&at| places.get(at as usize));
            parents.extend(mine.copied().filter(|&place| place != UNSEEN));
            ends.push(parents.len());
            let at = at as usize;
            if at >= places.len() {
                places.resize(at + 1, UNSEEN);
            }
            if let Some(slot) = places.get_mut(at) {
                *slot = u32::try_from(place).unwrap_or(UNSEEN);
            }
        }
        Ok((parents, ends))
    }

    /// When a commit was made, in seconds since the epoch.
    ///
    /// # Errors
    /// When the commit can't be read.
    pub fn time(&mut self, id: ObjectId) -> Result<i64, GitError> {
        let at = self.load(id)?;
        Ok(self.seconds(at))
    }

    /// The number by which a commit is known here, given out at first sight.
    pub(super) fn slot(&mut self, id: ObjectId) -> u32 {
        if let Some(&at) = self.index.get(&id) {
            return at;
        }
        let position = self.objects.commit_graph().and_then(|graph| graph.find(id));
        let at = match position.and_then(|position| self.slot_at(position)) {
            Some(at) => at,
            None => self.add(id),
        };
        self.index.insert(id, at);
        at
    }

    /// The same of the commit at a position of the commit-graph.
    fn slot_at(&mut self, position: u32) -> Option<u32> {
        let graph = self.objects.commit_graph()?;
        if self.recorded.is_empty() {
            self.recorded.resize(graph.len() as usize, UNSEEN);
        }
        match self.recorded.get(position as usize) {
            Some(&UNSEEN) => {}
            known => return known.copied(),
        }
        let at = self.add(graph.id(position)?);
        if let Some(slot) = self.recorded.get_mut(position as usize) {
            *slot = at;
        }
        Some(at)
    }

    fn add(&mut self, id: ObjectId) -> u32 {
        let at = u32::try_from(self.ids.len()).unwrap_or(UNSEEN);
        self.ids.push(id);
        self.nodes.push(None);
        at
    }

    /// The number of a commit, if it has one.
    pub(super) fn known(&self, id: ObjectId) -> Option<u32> {
        self.index.get(&id).copied()
    }

    pub(super) fn id(&self, at: u32) -> ObjectId {
        self.ids.get(at as usize).copied().unwrap_or(ObjectId::NULL)
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)?.as_ref()
    }

    pub(super) fn parent_slots(&self, at: u32) -> &[u32] {
        self.node(at).map_or(&[], |node| &node.parents)
    }

    pub(super) fn seconds(&self, at: u32) -> i64 {
        self.node(at).map_or(0, |node| node.seconds)
    }

    fn load(&mut self, id: ObjectId) -> Result<u32, GitError> {
        let at = self.slot(id);
        self.read(at, false)?;
        Ok(at)
    }

    /// Reads a commit, and shows it if it is known to be new: most commits that are read
    /// only to find out, or for their tree, are not, and may be in the commit-graph.
    pub(super) fn read(&mut self, at: u32, is_new: bool) -> Result<(), GitError> {
        let known = self.node(at).map(|node| node.is_visited);
        if known.is_some_and(|is_visited| is_visited || !is_new) {
            return Ok(());
        }
        let id = self.id(at);
        if !is_new && self.look_up(at, id).is_some() {
            return Ok(());
        }
        let objects = self.objects;
        let object = objects.read_kind(id, ObjectKind::Commit)?;
        if known.is_none() {
            let Links { tree, mut parents, seconds } = Links::parse(id, object.data())?;
            if objects.is_cut(id, &parents) {
                parents.retain(|&parent| objects.exists(parent));
            }
            let parents = parents.iter().map(|&parent| self.slot(parent)).collect();
            self.put(at, Node { tree, parents, seconds, is_visited: is_new });
        } else {
            self.compare(at, &Links::parse(id, object.data())?)?;
            if let Some(Some(node)) = self.nodes.get_mut(at as usize) {
                node.is_visited = true;
            }
        }
        if is_new {
            self.on_new_commit.new_commit(id, object.data());
        }
        Ok(())
    }

    /// Compares a commit with what the commit-graph has told of it, by which the walk went on.
    fn compare(&self, at: u32, links: &Links) -> Result<(), GitError> {
        let Some(node) = self.node(at) else { return Ok(()) };
        let id = self.id(at);
        let is_same = node.tree == links.tree
            && node.parents.len() == links.parents.len()
            && node.parents.iter().zip(&links.parents).all(|(&at, parent)| self.id(at) == *parent);
        if is_same || self.objects.is_cut(id, &links.parents) {
            return Ok(());
        }
        let reason = "the commit-graph of the repository records something else".into();
        Err(GitError::Unreadable { id, reason })
    }

    /// As [`Graph::read`], for a commit that a tip reaches: one that can't be read is noted
    /// and has no parents here, so that the others are judged.
    pub(super) fn read_reached(&mut self, at: u32, is_new: bool) -> Result<(), GitError> {
        match self.read(at, is_new) {
            Ok(()) => Ok(()),
            Err(GitError::Stopped) => Err(GitError::Stopped),
            Err(error) => {
                let parents = Box::default();
                self.put(at, Node { tree: None, parents, seconds: 0, is_visited: true });
                self.unread.push(Unread { id: self.id(at), error });
                Ok(())
            }
        }
    }

    /// Reads a commit that a ref points to: one that is gone is an error, even if the
    /// commit-graph still has it.
    pub(super) fn read_ref(&mut self, at: u32) -> Result<(), GitError> {
        if self.there.has(at) {
            return Ok(());
        }
        let id = self.id(at);
        if !self.objects.exists(id) {
            return Err(GitError::Missing { id });
        }
        self.read(at, false)?;
        self.there.set(at, HIDDEN);
        Ok(())
    }

    /// The numbers of commits that hide.
    pub(super) fn slots_of(&mut self, hiding: &Rc<[ObjectId]>) -> Rc<[u32]> {
        if let Some((_, slots)) = self.hiding.as_ref().filter(|(ids, _)| Rc::ptr_eq(ids, hiding)) {
            return Rc::clone(slots);
        }
        let slots: Rc<[u32]> = hiding.iter().map(|&id| self.slot(id)).collect();
        self.hiding = Some((Rc::clone(hiding), Rc::clone(&slots)));
        slots
    }

    /// Takes a commit from the commit-graph, if it is in there.
    fn look_up(&mut self, at: u32, id: ObjectId) -> Option<()> {
        let graph = self.objects.commit_graph()?;
        let recorded = graph.commit(graph.find(id)?)?;
        let parents = recorded.parents.iter().map(|&parent| self.slot_at(parent));
        let parents = parents.collect::<Option<Box<[u32]>>>()?;
        let (tree, seconds) = (Some(recorded.tree), recorded.seconds);
        self.put(at, Node { tree, parents, seconds, is_visited: false });
        Some(())
    }

    fn put(&mut self, at: u32, node: Node) {
        if let Some(slot) = self.nodes.get_mut(at as usize) {
            *slot = Some(node);
        }
    }
}
