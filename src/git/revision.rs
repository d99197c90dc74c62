//! Revisions and ranges, as people type them: `gitrevisions(7)`.

use std::rc::Rc;

use super::ref_text::Held;
use super::{GitError, Graph, Hidden, IdSet, Lookup, ObjectId, ObjectKind, Objects, Repository};

/// What a range says: commits reachable from `tips` and not from `hidden`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Where to start.
    pub tips: Vec<ObjectId>,
    /// What to leave out, with all of its history.
    pub hidden: Vec<ObjectId>,
}

impl Repository {
    /// Resolves one revision to the object it names, which may be a tag object.
    ///
    /// # Errors
    /// When it names nothing.
    fn revision(&self, objects: &Objects<'_>, revision: &str) -> Result<ObjectId, GitError> {
        if let Some(id) = self.plain_revision(objects, revision)? {
            return Ok(id);
        }
        let wrong = |reason: &str| GitError::Revision {
            revision: revision.to_owned(),
            reason: reason.to_owned(),
        };
        if self.is_reftable() {
            let arguments: [&[u8]; 4] =
                [b"rev-parse", b"--verify", b"--end-of-options", revision.as_bytes()];
            let output = self.run_git(&arguments);
            let output = output.map_err(|error| wrong(&error.to_string()))?;
            return ObjectId::from_hex(output.trim_ascii()).ok_or_else(|| wrong("no object id"));
        }
        let object = self.libgit2().revparse_single(revision);
        let object = object.map_err(|error| wrong(error.message()))?;
        ObjectId::from_bytes(object.id().as_bytes()).ok_or_else(|| wrong("no object id"))
    }

    /// Resolves a whole object id or a ref, with any number of `~`, `~N`, `^` and `^N` behind
    /// it; `None` for any other revision, and where the ref or parent is not there.
    fn plain_revision(
        &self,
        objects: &Objects<'_>,
        revision: &str,
    ) -> Result<Option<ObjectId>, GitError> {
        let (name, mut steps) = match revision.find(['~', '^']) {
            Some(at) => revision.split_at(at),
            None => (revision, ""),
        };
        let whole = ObjectId::from_hex(name.as_bytes());
        let whole = whole.filter(|id| id.as_bytes().len() == self.id_length());
        let Some(mut id) = whole.map_or_else(|| self.ref_of(name), |id| Ok(Some(id)))? else {
            return Ok(None);
        };
        let mut graph = Graph::new(objects);
        while let Some(kind) = steps.chars().next() {
            let rest = steps.get(1..).unwrap_or_default();
            let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            let number: usize = match digits {
                "" => 1,
                digits => match digits.parse() {
                    Ok(number) => number,
                    Err(_) => return Ok(None),
                },
            };
            // `^{…}`, `^@` and others of the kind.
            if !after.is_empty() && !after.starts_with(['~', '^']) {
                return Ok(None);
            }
            id = objects.peel(id)?.id;
            let (times, nth) = if kind == '~' { (number, 1) } else { (1, number) };
            for _ in 0..if nth == 0 { 0 } else { times } {
                let parents = graph.parents(id)?;
                match parents.get(nth - 1) {
                    Some(parent) => id = *parent,
                    None => return Ok(None),
                }
            }
            steps = after;
        }
        Ok(Some(id))
    }

    /// The value of the ref that a short name stands for, in the order of gitrevisions(7).
    fn ref_of(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        let name = if name == "@" { "HEAD" } else { name };
        for (before, after) in [
            ("", ""),
            ("refs/", ""),
            ("refs/tags/", ""),
            ("refs/heads/", ""),
            ("refs/remotes/", ""),
            ("refs/remotes/", "/HEAD"),
        ] {
            if let Some(id) = self.value_of(&format!("{before}{name}{after}"))? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Resolves ranges: `A..B`, `A...B`, `^A` or a revision alone; an empty side of a
    /// range is `HEAD`.
    ///
    /// # Errors
    /// When a revision names nothing.
    pub fn ranges(&self, objects: &Objects<'_>, ranges: &[String]) -> Result<Range, GitError> {
        let mut out = Range::default();
        for range in ranges {
            let side = |text: &str| {
                let id = self.revision(objects, if text.is_empty() { "HEAD" } else { text })?;
                Ok(objects.peel(id)?.id)
            };
            if let Some((left, right)) = range.split_once("...") {
                let (left, right) = (side(left)?, side(right)?);
                out.tips.extend([left, right]);
                out.hidden.extend(common(objects, left, right)?);
            } else if let Some((left, right)) = range.split_once("..") {
                out.hidden.push(side(left)?);
                out.tips.push(side(right)?);
            } else if let Some(left) = range.strip_prefix('^') {
                out.hidden.push(side(left)?);
            } else {
                out.tips.push(side(range)?);
            }
        }
        Ok(out)
    }

    /// A file at the top of a commit's tree; `None` when there is none.
    ///
    /// # Errors
    /// When the commit, its tree or the file can't be read.
    pub fn file_of(&self, commit: ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let objects = self.objects()?;
        let id = objects.peel(commit)?.id;
        let tree = Graph::new(&objects).tree(id)?;
        let reason = "it is a commit without a tree";
        let tree = tree.ok_or(GitError::Malformed { id, reason })?;
        let found = Lookup::new(&objects, usize::MAX).sides(tree, &[path.as_bytes()])?;
        let Some(Some(side)) = found.first() else { return Ok(None) };
        Ok(Some(objects.read_kind(side.id, ObjectKind::Blob)?.data().to_vec()))
    }

    /// The full name of the branch that `HEAD` is on, and of its upstream.
    #[must_use]
    pub fn head_and_upstream(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        if self.is_reftable() {
            let ask = |arguments: &[&[u8]]| {
                let output = self.run_git(arguments).ok()?;
                Some(output.trim_ascii().to_vec()).filter(|name| !name.is_empty())
            };
            let upstream = ask(&[b"rev-parse", b"--symbolic-full-name", b"@{upstream}"]);
            return (ask(&[b"symbolic-ref", b"-q", b"HEAD"]), upstream);
        }
        let head = match self.held(b"HEAD") {
            Ok(Some(Held::Symbolic(name))) => Some(name),
            _ => None,
        };
        let name = head.as_deref().and_then(|name| std::str::from_utf8(name).ok());
        let upstream = name.and_then(|name| self.libgit2().branch_upstream_name(name).ok());
        (head, upstream.map(|name| name.to_vec()))
    }
}

/// Commits that both of two reach, and that reach all others of these.
fn common(
    objects: &Objects<'_>,
    left: ObjectId,
    right: ObjectId,
) -> Result<Vec<ObjectId>, GitError> {
    let mut graph = Graph::new(objects);
    let mut of_one = IdSet::default();
    for (tip, other) in [(left, right), (right, left)] {
        let mut others = || Ok(Rc::from([other]));
        let hidden = Hidden { old: IdSet::default(), others: &mut others };
        of_one.extend(graph.new_commits(&[tip], hidden)?);
    }
    if let Some(unread) = graph.take_unread().into_iter().next() {
        return Err(unread.error);
    }
    let mut both = IdSet::default();
    both.extend([left, right]);
    for &id in &of_one {
        both.extend(graph.parents(id)?);
    }
    Ok(both.into_iter().filter(|id| !of_one.contains(id)).collect())
}
