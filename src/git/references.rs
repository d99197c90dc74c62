//! The refs of a repository, those of the namespace in use.
//!
//! Refs in files are read here ([`super::ref_store`]), for libgit2 leaves out of its list what
//! it can't read. It can't read the reftable format either, and lists no refs there; `git
//! for-each-ref` answers instead.

use super::ref_store::ListedByGit;
use super::ref_store::{RefStore, UnreadRef};
use super::ref_text::Held;
use super::{GitError, ObjectId, RefName, Repository};

/// A ref and its value. Symbolic refs are not listed: their targets are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name, without the prefix of the namespace in use.
    pub name: RefName,
    /// The object that it holds; a tag object for an annotated tag.
    pub target: ObjectId,
}

/// A ref that a push updates, symbolic refs followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The ref that gets the new value.
    pub name: RefName,
    /// The value that it has; `None` when it does not exist.
    pub value: Option<ObjectId>,
}

/// How many symbolic refs may point to one another (`SYMREF_MAXDEPTH` in git's refs.c).
const DEPTH: usize = 5;

impl Repository {
    /// All refs of the namespace in use, sorted by name.
    ///
    /// # Errors
    /// When one of them can't be read; never a list without it.
    pub fn references(&self) -> Result<Vec<Reference>, GitError> {
        let (all, unread) = self.readable_references()?;
        match unread.first() {
            None => Ok(all),
            Some(first) => Err(unreadable(first, unread.len())),
        }
    }

    /// The refs of the namespace in use that can be read, sorted by name, and those that
    /// can't.
    ///
    /// # Errors
    /// When git has to list them and does not.
    pub fn readable_references(&self) -> Result<(Vec<Reference>, Vec<UnreadRef>), GitError> {
        let (mut all, unread) = if self.is_reftable() {
            (self.list_by_git()?, Vec::new())
        } else {
            let listed = self.ref_store().list();
            let of = |(name, target): (Vec<u8>, ObjectId)| {
                Some(Reference { name: self.in_namespace(&name)?, target })
            };
            (listed.refs.into_iter().filter_map(of).collect(), listed.unread)
        };
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((all, unread))
    }

    fn ref_store(&self) -> RefStore<'_> {
        RefStore { own: self.git_dir(), common: self.common_dir(), id_length: self.id_length() }
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

    /// Lists refs in the reftable format now, so that no program has to be run for them later.
    ///
    /// # Errors
    /// When git can't list them.
    pub fn list_reftable(&self) -> Result<(), GitError> {
        if self.is_reftable() {
            self.listed_by_git()?;
        }
        Ok(())
    }

    /// What `git for-each-ref` says, asked once.
    fn listed_by_git(&self) -> Result<&[ListedByGit], GitError> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let wrong = |reason: &str| GitError::References { reason: reason.to_owned() };
        let format = b"--format=%(objectname) %(symref) %(refname)";
        let output = self.run_git(&[b"for-each-ref", format])?;
        let mut all = Vec::new();
        for line in output.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let mut parts = line.splitn(3, |&byte| byte == b' ');
            let (Some(id), Some(symbolic), Some(name)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err(wrong("git printed a line in another form"));
            };
            all.push(ListedByGit {
                name: name.to_vec(),
                symbolic: (!symbolic.is_empty()).then(|| symbolic.to_vec()),
                target: ObjectId::from_hex(id).ok_or_else(|| wrong("git printed no object id"))?,
            });
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(self.listed.get_or_init(|| all))
    }

    /// The ref that an update of `name` really changes, and the value that it has now:
    /// `name` itself, or what a chain of symbolic refs leads to (git-receive-pack(1)
    /// follows it).
    ///
    /// # Errors
    /// When the chain does not end, or a ref on it can't be read.
    pub fn resolve(&self, name: &RefName) -> Result<Resolved, GitError> {
        let mut name = self.with_namespace(name);
        for _ in 0..=DEPTH {
            match self.held(&name)? {
                Some(Held::Symbolic(target)) => name = target,
                held => {
                    let value = match held {
                        Some(Held::Direct(id)) => Some(id),
                        _ => None,
                    };
                    let name = self.in_namespace(&name).unwrap_or_else(|| RefName::new(name));
                    return Ok(Resolved { name, value });
                }
            }
        }
        let reason = format!("{} is a chain of symbolic refs without end", RefName::new(name));
        Err(GitError::References { reason })
    }

    /// The value of one ref of the namespace in use, if it is there.
    ///
    /// # Errors
    /// As [`Repository::resolve`].
    pub fn value_of(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        Ok(self.resolve(&RefName::new(name))?.value)
    }

    /// What is stored under a name; `None` where there is no such ref, and where there can be
    /// none: below or above an existing one, or of a name that git refuses.
    pub(super) fn held(&self, name: &[u8]) -> Result<Option<Held>, GitError> {
        if !self.is_reftable() {
            return self.ref_store().read(name).map_err(|why| {
                let unread = UnreadRef { name: RefName::new(name), why };
                unreadable(&unread, 1)
            });
        }
        let listed = self.listed_by_git()?;
        if let Ok(at) = listed.binary_search_by(|listed| listed.name.as_slice().cmp(name))
            && let Some(listed) = listed.get(at)
        {
            let symbolic = listed.symbolic.clone().map(Held::Symbolic);
            return Ok(Some(symbolic.unwrap_or(Held::Direct(listed.target))));
        }
        // A symbolic ref to a ref that is not there yet is in no list.
        let output = match self.run_git(&[b"symbolic-ref", b"-q", name]) {
            Err(late @ GitError::Late { .. }) => return Err(late),
            output => output.ok(),
        };
        Ok(output.map(|output| Held::Symbolic(output.trim_ascii().to_vec())))
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

/// The error of a list of refs in which that number can't be read.
fn unreadable(first: &UnreadRef, count: usize) -> GitError {
    let more = match count {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    GitError::References { reason: format!("{}: {}{more}", first.name, first.why) }
}
