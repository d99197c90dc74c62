//! Revisions and ranges, as people type them: `gitrevisions(7)`.

use super::{GitError, ObjectId, ObjectKind, Objects, Repository, cli};

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
    pub fn revision(&self, revision: &str) -> Result<ObjectId, GitError> {
        let wrong = |reason: &str| GitError::Revision {
            revision: revision.to_owned(),
            reason: reason.to_owned(),
        };
        if self.is_reftable() {
            let arguments: [&[u8]; 4] =
                [b"rev-parse", b"--verify", b"--end-of-options", revision.as_bytes()];
            let output = cli::run(self.git_dir(), &arguments);
            let output = output.map_err(|error| wrong(&error.to_string()))?;
            return ObjectId::from_hex(output.trim_ascii()).ok_or_else(|| wrong("no object id"));
        }
        let object = self.libgit2().revparse_single(revision);
        let object = object.map_err(|error| wrong(error.message()))?;
        ObjectId::from_bytes(object.id().as_bytes()).ok_or_else(|| wrong("no object id"))
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
                let id = self.revision(if text.is_empty() { "HEAD" } else { text })?;
                Ok(objects.peel(id)?.id)
            };
            if let Some((left, right)) = range.split_once("...") {
                let (left, right) = (side(left)?, side(right)?);
                out.tips.extend([left, right]);
                out.hidden.extend(self.merge_bases(left, right)?);
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

    fn merge_bases(&self, left: ObjectId, right: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let oid = |id: ObjectId| git2::Oid::from_bytes(id.as_bytes());
        let bases = oid(left).and_then(|left| self.libgit2().merge_bases(left, oid(right)?));
        match bases {
            Ok(bases) => {
                Ok(bases.iter().filter_map(|oid| ObjectId::from_bytes(oid.as_bytes())).collect())
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(Vec::new()),
            Err(error) => Err(GitError::Revision {
                revision: format!("{left}...{right}"),
                reason: error.message().to_owned(),
            }),
        }
    }

    /// A file at the top of a commit's tree; `None` when there is none.
    ///
    /// # Errors
    /// When the commit, its tree or the file can't be read.
    pub fn file_of(&self, commit: ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let failed = |error: git2::Error| GitError::Revision {
            revision: format!("{commit}:{path}"),
            reason: error.message().to_owned(),
        };
        let oid = git2::Oid::from_bytes(commit.as_bytes()).map_err(failed)?;
        let object = self.libgit2().find_object(oid, None).map_err(failed)?;
        let tree = object.peel_to_tree().map_err(failed)?;
        let Some(entry) = tree.get_name(path) else { return Ok(None) };
        let file = self.libgit2().find_blob(entry.id()).map_err(failed)?;
        Ok(Some(file.content().to_owned()))
    }

    /// The full name of the branch that `HEAD` is on, and of its upstream.
    #[must_use]
    pub fn head_and_upstream(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        if self.is_reftable() {
            let ask = |arguments: &[&[u8]]| {
                let output = cli::run(self.git_dir(), arguments).ok()?;
                Some(output.trim_ascii().to_vec()).filter(|name| !name.is_empty())
            };
            let upstream = ask(&[b"rev-parse", b"--symbolic-full-name", b"@{upstream}"]);
            return (ask(&[b"symbolic-ref", b"-q", b"HEAD"]), upstream);
        }
        let head = self.libgit2().find_reference("HEAD").ok();
        let head = head.and_then(|head| head.symbolic_target_bytes().map(<[u8]>::to_vec));
        let name = head.as_deref().and_then(|name| std::str::from_utf8(name).ok());
        let upstream = name.and_then(|name| self.libgit2().branch_upstream_name(name).ok());
        (head, upstream.map(|name| name.to_vec()))
    }
}

/// What a ref's value leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// What is left in the end.
    pub id: ObjectId,
    /// Its kind; never a tag.
    pub kind: ObjectKind,
}
