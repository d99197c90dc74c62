//! The refs of a repository.
//!
//! libgit2 can't read the reftable format: it would list no refs and report no error.
//! There `git for-each-ref` answers instead.

use super::{GitError, ObjectId, RefName, Repository, cli};

/// A ref and its value. Symbolic refs are not listed: their targets are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name, without the prefix of the namespace in use.
    pub name: RefName,
    /// The object that it holds; a tag object for an annotated tag.
    pub target: ObjectId,
}

/// A line of `git for-each-ref`.
#[derive(Debug)]
pub(super) struct Listed {
    name: Vec<u8>,
    symbolic: Option<Vec<u8>>,
    target: ObjectId,
}

/// How many symbolic refs may point to one another (`SYMREF_MAXDEPTH` in git's refs.c).
const DEPTH: usize = 5;

impl Repository {
    /// All refs of the namespace in use, sorted by name.
    ///
    /// # Errors
    /// When they can't be listed; never an empty list instead.
    pub fn references(&self) -> Result<Vec<Reference>, GitError> {
        let mut all =
            if self.is_reftable() { self.list_by_git()? } else { self.list_by_libgit2()? };
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    fn list_by_libgit2(&self) -> Result<Vec<Reference>, GitError> {
        let failed = |error: git2::Error| GitError::References { reason: error.message().into() };
        let mut all = Vec::new();
        for reference in self.libgit2().references().map_err(failed)? {
            let reference = reference.map_err(failed)?;
            let target = reference.target().and_then(|oid| ObjectId::from_bytes(oid.as_bytes()));
            let name = self.in_namespace(reference.name_bytes());
            if let (Some(target), Some(name)) = (target, name) {
                all.push(Reference { name, target });
            }
        }
        Ok(all)
    }

    fn list_by_git(&self) -> Result<Vec<Reference>, GitError> {
        let listed = self.listed_by_git()?.iter().filter(|listed| listed.symbolic.is_none());
        Ok(listed
            .filter_map(|listed| {
                let name = self.in_namespace(&listed.name)?;
                Some(Reference { name, target: listed.target })
            })
            .collect())
    }

    /// What `git for-each-ref` says, asked once.
    fn listed_by_git(&self) -> Result<&[Listed], GitError> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let wrong = |reason: &str| GitError::References { reason: reason.to_owned() };
        let format = b"--format=%(objectname) %(symref) %(refname)";
        let output = cli::run(self.git_dir(), &[b"for-each-ref", format])?;
        let mut all = Vec::new();
        for line in output.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let mut parts = line.splitn(3, |&byte| byte == b' ');
            let (Some(id), Some(symbolic), Some(name)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err(wrong("git printed a line in another form"));
            };
            all.push(Listed {
                name: name.to_vec(),
                symbolic: (!symbolic.is_empty()).then(|| symbolic.to_vec()),
                target: ObjectId::from_hex(id).ok_or_else(|| wrong("git printed no object id"))?,
            });
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(self.listed.get_or_init(|| all))
    }

    /// The ref that an update of `name` really changes: `name` itself, or what a chain
    /// of symbolic refs leads to (git-receive-pack(1) follows it).
    ///
    /// # Errors
    /// When the chain does not end.
    pub fn resolve_symbolic(&self, name: &RefName) -> Result<RefName, GitError> {
        let mut name = self.with_namespace(name);
        for _ in 0..=DEPTH {
            match self.symbolic_target(&name)? {
                Some(target) => name = target,
                None => {
                    return Ok(self.in_namespace(&name).unwrap_or_else(|| RefName::new(name)));
                }
            }
        }
        let reason = format!("{} is a chain of symbolic refs without end", RefName::new(name));
        Err(GitError::References { reason })
    }

    /// The value of one ref of the namespace in use, if it is there.
    #[must_use]
    pub fn value_of(&self, name: &str) -> Option<ObjectId> {
        let stored = self.with_namespace(&RefName::new(name));
        if self.is_reftable() {
            let listed = self.listed_by_git().ok()?;
            let at = listed.binary_search_by(|listed| listed.name.cmp(&stored)).ok()?;
            return listed.get(at).map(|listed| listed.target);
        }
        let reference = self.libgit2().find_reference(std::str::from_utf8(&stored).ok()?).ok()?;
        ObjectId::from_bytes(reference.resolve().ok()?.target()?.as_bytes())
    }

    fn symbolic_target(&self, name: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        let text = std::str::from_utf8(name).ok().filter(|_| !self.is_reftable());
        if let Some(text) = text {
            let reference = self.libgit2().find_reference(text).ok();
            return Ok(reference.and_then(|it| it.symbolic_target_bytes().map(<[u8]>::to_vec)));
        }
        if self.is_reftable() {
            let listed = self.listed_by_git()?;
            if let Ok(at) = listed.binary_search_by(|listed| listed.name.as_slice().cmp(name)) {
                return Ok(listed.get(at).and_then(|listed| listed.symbolic.clone()));
            }
        }
        // A symbolic ref to a ref that is not there yet is in no list.
        let output = cli::run(self.git_dir(), &[b"symbolic-ref", b"-q", name]).ok();
        Ok(output.map(|output| output.trim_ascii().to_vec()))
    }

    /// The stored name of a ref of the namespace in use.
    fn with_namespace(&self, name: &RefName) -> Vec<u8> {
        [self.namespace_prefix(), name.as_bytes()].concat()
    }

    /// A stored name without the prefix of the namespace in use; `None` for a ref that
    /// is not in it.
    fn in_namespace(&self, stored: &[u8]) -> Option<RefName> {
        stored.strip_prefix(self.namespace_prefix()).map(RefName::new)
    }
}
