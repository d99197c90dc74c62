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

/// A ref that a push updates, symbolic refs followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The ref that gets the new value.
    pub name: RefName,
    /// The value that it has; `None` when it does not exist.
    pub value: Option<ObjectId>,
}

/// What is stored under the name of a ref.
enum Stored {
    /// The name of another ref.
    Symbolic(Vec<u8>),
    /// An object id, or nothing.
    Direct(Option<ObjectId>),
}

/// Whether libgit2 says that there is no such ref, not that it can't be read.
fn is_absence(error: &git2::Error) -> bool {
    use git2::{ErrorClass, ErrorCode};
    matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Directory)
        || (error.class() == ErrorClass::Os && error.code() == ErrorCode::GenericError)
            && error.message().contains("Not a directory")
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

    /// The ref that an update of `name` really changes, and the value that it has now:
    /// `name` itself, or what a chain of symbolic refs leads to (git-receive-pack(1)
    /// follows it).
    ///
    /// # Errors
    /// When the chain does not end, or a ref on it can't be read.
    pub fn resolve(&self, name: &RefName) -> Result<Resolved, GitError> {
        let mut name = self.with_namespace(name);
        for _ in 0..=DEPTH {
            match self.stored(&name)? {
                Stored::Symbolic(target) => name = target,
                Stored::Direct(value) => {
                    let name = self.in_namespace(&name).unwrap_or_else(|| RefName::new(name));
                    return Ok(Resolved { name, value });
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

    /// What is stored under a name.
    fn stored(&self, name: &[u8]) -> Result<Stored, GitError> {
        if let Some(text) = std::str::from_utf8(name).ok().filter(|_| !self.is_reftable()) {
            return match self.libgit2().find_reference(text) {
                Ok(reference) => Ok(match reference.symbolic_target_bytes() {
                    Some(target) => Stored::Symbolic(target.to_vec()),
                    None => {
                        let id = reference.target();
                        Stored::Direct(id.and_then(|id| ObjectId::from_bytes(id.as_bytes())))
                    }
                }),
                // A name that no ref can have, or one below or above an existing ref: there
                // is none, and git refuses to make it.
                Err(error) if is_absence(&error) => Ok(Stored::Direct(None)),
                Err(error) => Err(GitError::References { reason: error.message().into() }),
            };
        }
        let mut value = None;
        if self.is_reftable() {
            let listed = self.listed_by_git()?;
            if let Ok(at) = listed.binary_search_by(|listed| listed.name.as_slice().cmp(name))
                && let Some(listed) = listed.get(at)
            {
                if let Some(target) = &listed.symbolic {
                    return Ok(Stored::Symbolic(target.clone()));
                }
                value = Some(listed.target);
            }
        } else if let Some(own) = self.in_namespace(name) {
            let all = self.references()?;
            let at = all.binary_search_by(|reference| reference.name.cmp(&own)).ok();
            value = at.and_then(|at| all.get(at)).map(|reference| reference.target);
        }
        if value.is_some() {
            return Ok(Stored::Direct(value));
        }
        // A symbolic ref to a ref that is not there yet is in no list.
        let output = cli::run(self.git_dir(), &[b"symbolic-ref", b"-q", name]).ok();
        let target = output.map(|output| output.trim_ascii().to_vec());
        Ok(target.map_or(Stored::Direct(None), Stored::Symbolic))
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
