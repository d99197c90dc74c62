//! The annotated tags that were met. Each names one object, so together they are a forest:
//! however many refs stand on a chain of tags, each of these is read once.

use std::cell::RefCell;

use super::tag_chains::Tags;
use super::{GitError, ObjectId, ObjectKind, Objects, Tag};

/// What a ref's value leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// What is left in the end.
    pub id: ObjectId,
    /// Its kind; never a tag.
    pub kind: ObjectKind,
}

/// The tags on the way from an object, the outermost first.
pub struct TagsOf<'t> {
    tags: &'t RefCell<Tags>,
    at: Option<u32>,
}

impl Iterator for TagsOf<'_> {
    type Item = ObjectId;

    fn next(&mut self) -> Option<ObjectId> {
        let tags = self.tags.borrow();
        let node = tags.node(self.at?).filter(|node| node.depth > 0)?;
        self.at = Some(node.next);
        Some(node.id)
    }
}

impl Objects<'_> {
    /// Follows tags to what they point to in the end. A tag can't contain its own id, so the
    /// chain ends.
    ///
    /// # Errors
    /// When an object on the way is missing or can't be read.
    pub fn peel(&self, id: ObjectId) -> Result<Peeled, GitError> {
        let at = self.tag_node(id)?;
        let end = {
            let tags = self.tags.borrow();
            tags.node(at).and_then(|node| tags.node(node.end)).copied()
        };
        let Some(end) = end else { return Err(GitError::Missing { id }) };
        match end.kind {
            Some(kind) => Ok(Peeled { id: end.id, kind }),
            None => Err(self.why_unread(end.id)),
        }
    }

    /// The tags on the way to what an object leads to, also to one that can't be read.
    pub fn tags_of(&self, id: ObjectId) -> TagsOf<'_> {
        TagsOf { at: self.tag_node(id).ok(), tags: &self.tags }
    }

    /// Whether a tag is on the way from an object to what that leads to.
    #[must_use]
    pub fn leads_through(&self, from: ObjectId, tag: ObjectId) -> bool {
        let (Ok(from), Ok(tag)) = (self.tag_node(from), self.tag_node(tag)) else { return false };
        let tags = self.tags.borrow();
        let depth = tags.node(tag).map_or(0, |node| node.depth);
        depth > 0 && tags.at_depth(from, depth) == Some(tag)
    }

    /// The node of an object; reads the tags from there on that are not known.
    fn tag_node(&self, id: ObjectId) -> Result<u32, GitError> {
        let mut chain = Vec::new();
        let mut next = id;
        let end = loop {
            if let Some(&known) = self.tags.borrow().index.get(&next) {
                break known;
            }
            let object = match self.read(next) {
                Ok(object) => object,
                Err(error) if error.object().is_some() => {
                    break self.tags.borrow_mut().add_end(next, None);
                }
                Err(error) => return Err(error),
            };
            if object.kind != ObjectKind::Tag {
                let mut tags = self.tags.borrow_mut();
                let end = tags.add_end(next, Some(object.kind));
                tags.index.insert(next, end);
                break end;
            }
            chain.push(next);
            match Tag::parse(next, object.data()) {
                Ok(tag) => next = tag.target,
                Err(_) => break self.tags.borrow_mut().add_end(next, None),
            }
        };
        let mut tags = self.tags.borrow_mut();
        Ok(chain.into_iter().rev().fold(end, |next, id| tags.add_tag(id, next)))
    }

    /// Why an object ends a chain of tags and is neither a tag nor anything else.
    fn why_unread(&self, id: ObjectId) -> GitError {
        let parsed = self.read(id).and_then(|object| Tag::parse(id, object.data()).map(|_| ()));
        match parsed {
            Err(error) => error,
            Ok(()) => GitError::Unreadable { id, reason: "it could not be read before".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::made::Made;

    /// Two chains that share their end, by their numbers from the inside: tag 4 names tag 1.
    fn forest(made: &Made) -> (ObjectId, Vec<ObjectId>) {
        let tree = made.tree(&[]);
        let commit = made.commit(tree, &[], "Add");
        let mut tags: Vec<ObjectId> = Vec::new();
        for (at, of) in [None, Some(0), Some(1), Some(2), Some(1), Some(4)].into_iter().enumerate()
        {
            let (target, kind) = of.map_or((commit, "commit"), |of: usize| (tags[of], "tag"));
            tags.push(made.tag(target, kind, &format!("t{at}")));
        }
        (commit, tags)
    }

    #[test]
    fn tags_lead_through_those_that_they_name() {
        let made = Made::new();
        let (commit, tags) = forest(&made);
        let repository = made.open();
        let objects = repository.objects().unwrap();
        let below = [vec![0], vec![1, 0], vec![2, 1, 0], vec![3, 2, 1, 0], vec![4, 1, 0]];
        for (from, below) in below.iter().enumerate() {
            let found: Vec<ObjectId> = objects.tags_of(tags[from]).collect();
            let expected: Vec<ObjectId> = below.iter().map(|&at| tags[at]).collect();
            assert_eq!(found, expected, "from tag {from}");
            for (at, &tag) in tags.iter().enumerate() {
                assert_eq!(
                    objects.leads_through(tags[from], tag),
                    below.contains(&at),
                    "{from} {at}"
                );
            }
            assert!(!objects.leads_through(tags[from], commit), "a commit is no tag");
            assert_eq!(objects.peel(tags[from]).unwrap().id, commit);
        }
        assert_eq!(objects.tags_of(commit).count(), 0);
        assert_eq!(objects.peel(commit).unwrap().kind, ObjectKind::Commit);
    }

    #[test]
    fn a_chain_is_read_once_however_many_refs_stand_on_it() {
        let made = Made::new();
        let mut target = made.commit(made.tree(&[]), &[], "Add");
        let mut tags = Vec::new();
        for at in 0..200 {
            let kind = if at == 0 { "commit" } else { "tag" };
            target = made.tag(target, kind, &format!("t{at}"));
            tags.push(target);
        }
        let repository = made.open();
        let objects = repository.objects().unwrap();
        for &tag in tags.iter().rev().chain(&tags) {
            assert_eq!(objects.peel(tag).unwrap().kind, ObjectKind::Commit);
            assert!(objects.leads_through(tag, tags[0]));
        }
        assert_eq!(objects.reads().objects, 201);
    }

    #[test]
    fn a_chain_to_something_that_is_not_there_has_its_tags_and_an_error() {
        let made = Made::new();
        let absent = ObjectId::from_bytes(&[7; 20]).unwrap();
        let inner = made.tag(absent, "commit", "inner");
        let outer = made.tag(inner, "tag", "outer");
        let broken = made.write(git2::ObjectType::Tag, b"type commit\n\nx\n");
        let repository = made.open();
        let objects = repository.objects().unwrap();
        for _ in 0..2 {
            assert_eq!(objects.tags_of(outer).collect::<Vec<_>>(), [outer, inner]);
            let error = objects.peel(outer).unwrap_err();
            assert!(matches!(error, GitError::Missing { id } if id == absent), "{error}");
            assert_eq!(objects.tags_of(broken).collect::<Vec<_>>(), [broken]);
            let error = objects.peel(broken).unwrap_err();
            assert!(matches!(error, GitError::Malformed { id, .. } if id == broken), "{error}");
        }
    }
}
