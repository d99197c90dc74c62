//! Reading and writing a repository without a process.
//!
//! Each function does what one command of Git does, or returns `None` where libgit2 can't do the
//! same: in a repository with reftable, say. The caller runs Git then, so that a test never
//! depends on which of the two did it. `a_commit_is_the_same_with_and_without_git` compares them.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{IndexAddOption, ObjectType, Oid, Repository, RepositoryOpenFlags, RepositoryState};

/// Opens the repository at exactly this path, unless libgit2 can't read its refs.
pub(super) fn open(path: &Path) -> Option<Repository> {
    let repository =
        Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, &[] as &[&Path]).ok()?;
    let format = repository.config().and_then(|config| config.get_string("extensions.refstorage"));
    (format.as_deref() != Ok("reftable")).then_some(repository)
}

/// `git hash-object -w --literally`.
pub(super) fn write(path: &Path, kind: ObjectType, content: &[u8]) -> Option<String> {
    let id = open(path)?.odb().ok()?.write(kind, content).ok()?;
    Some(id.to_string())
}

/// `git rev-parse --verify` of a name without `@{…}`, which libgit2 reads differently.
pub(super) fn resolve(path: &Path, revision: &str) -> Option<String> {
    if revision.contains('@') {
        return None;
    }
    Some(open(path)?.revparse_single(revision).ok()?.id().to_string())
}

/// `git update-ref` of a ref that is not symbolic.
pub(super) fn set_ref(path: &Path, name: &str, id: &str) -> Option<()> {
    let repository = open(path)?;
    let known = repository.find_reference(name).ok();
    if known.is_some_and(|known| known.target().is_none()) {
        return None;
    }
    let id = Oid::from_str_ext(id, repository.object_format()).ok()?;
    repository.odb().ok()?.exists(id).then_some(())?;
    repository.reference(name, id, true, "").ok()?;
    Some(())
}

/// What `git commit` is told.
pub(super) struct NewCommit<'c> {
    pub(super) author: &'c (String, String),
    pub(super) committer: &'c (String, String),
    pub(super) date: i64,
    pub(super) message: &'c [u8],
}

/// `git add --all` and `git commit` of what the work tree holds; the id.
pub(super) fn commit(path: &Path, new: &NewCommit<'_>) -> Option<String> {
    let people = [new.author, new.committer];
    if !people.iter().all(|(name, email)| is_plain(name) && is_plain(email))
        || new.message.contains(&0)
        // Git writes UTF-8 in place of other bytes.
        || std::str::from_utf8(new.message).is_err()
        || asks_for_more(path)
    {
        return None;
    }
    let mut repository = open(path)?;
    let mut parents: Vec<Oid> =
        repository.head().ok().and_then(|it| it.target()).into_iter().collect();
    if parents.is_empty() && repository.head_detached().unwrap_or(true) {
        return None;
    }
    match repository.state() {
        RepositoryState::Clean => {}
        RepositoryState::Merge => repository
            .mergehead_foreach(|id| {
                parents.push(*id);
                true
            })
            .ok()?,
        _ => return None,
    }
    let mut index = repository.index().ok()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None).ok()?;
    let tree = index.write_tree().ok()?;
    index.write().ok()?;
    let mut raw = format!("tree {tree}\n").into_bytes();
    for parent in &parents {
        raw.extend(format!("parent {parent}\n").bytes());
    }
    for (role, (name, email)) in [("author", new.author), ("committer", new.committer)] {
        raw.extend(format!("{role} {name} <{email}> {} +0000\n", new.date).bytes());
    }
    raw.push(b'\n');
    raw.extend(new.message);
    let id = repository.odb().ok()?.write(ObjectType::Commit, &raw).ok()?;
    let head = repository.find_reference("HEAD").ok()?;
    let name = head.symbolic_target().ok().flatten().unwrap_or("HEAD").to_owned();
    repository.reference(&name, id, true, "commit").ok()?;
    drop(head);
    repository.cleanup_state().ok()?;
    Some(id.to_string())
}

/// Whether Git writes the name or address of a person as it is.
fn is_plain(text: &str) -> bool {
    let is_crud = |c: char| c <= ' ' || ".,:;<>\"\\'".contains(c);
    !text.is_empty()
        && !text.contains(['<', '>', '\n', '\0'])
        && !text.starts_with(is_crud)
        && !text.ends_with(is_crud)
}

/// Whether hooks or the configuration make more of a commit than what it is told.
fn asks_for_more(path: &Path) -> bool {
    let git_dir = path.join(".git");
    let is_hook = |name: &[u8]| !name.ends_with(b".sample");
    let hooks = std::fs::read_dir(git_dir.join("hooks"));
    let has_hooks =
        hooks.is_ok_and(|hooks| hooks.flatten().any(|it| is_hook(it.file_name().as_bytes())));
    let of_home = path.parent().unwrap().join("home/.gitconfig");
    let is_configured = [git_dir.join("config"), of_home].iter().any(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_default().to_lowercase();
        let asks = ["hookspath", "gpgsign = true", "i18n", "filter", "autocrlf", "include"];
        asks.iter().any(|word| text.contains(word))
    });
    has_hooks || is_configured || !git_dir.is_dir()
}
