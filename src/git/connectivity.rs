//! Whether git refuses ref updates by itself, because objects are missing.
//!
//! `receive-pack` has decided that before it runs the hook, by `git rev-list` (check_connected
//! in git's connected.c, set_connectivity_errors in its receive-pack.c). The same command is
//! run here in the environment that the hook got, so that replacements, grafts, alternates
//! and the quarantine count here as they counted there. As there, one command looks at all
//! updates, and others at each only if that one fails.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use super::{GitError, ObjectId};

/// What git answered about a push.
#[derive(Default)]
pub(super) struct Connectivity {
    /// Whether all that is updated is there whole.
    is_whole: OnceCell<bool>,
    /// Whether git can walk what the refs have.
    can_walk: OnceCell<bool>,
    exists: RefCell<HashMap<ObjectId, bool>>,
    is_there: RefCell<HashMap<ObjectId, bool>>,
}

/// Runs git with arguments and an input; fails as [`super::cli::run`] does.
pub(super) type Ask<'a> = &'a dyn Fn(&[&[u8]], &[u8]) -> Result<Vec<u8>, GitError>;

const REV_LIST: [&[u8]; 9] = [
    b"rev-list",
    b"--objects",
    b"--stdin",
    b"--exclude-promisor-objects",
    b"--not",
    b"--exclude-hidden=receive",
    b"--all",
    b"--quiet",
    b"--alternate-refs",
];

impl Connectivity {
    /// Whether git refuses an update to `new` because `missing` is missing; `false` also when
    /// git can't be asked. `updates` are the new values of all updates. `None` when the time
    /// for that is over.
    pub(super) fn refuses(
        &self,
        ask: Ask<'_>,
        updates: &[ObjectId],
        new: ObjectId,
        missing: ObjectId,
    ) -> Option<bool> {
        if updates.len() > 1 && once(&self.is_whole, || succeeds(ask, &REV_LIST, updates))? {
            return Some(false);
        }
        // A walk that fails for another reason than a missing object says nothing.
        if !once(&self.can_walk, || succeeds(ask, &REV_LIST, &[]))? {
            return Some(false);
        }
        let cat_file = || {
            let id = missing.to_string();
            succeeds(ask, &[b"cat-file", b"-e", id.as_bytes()], &[])
        };
        if known(&self.exists, missing, cat_file)? {
            return Some(false);
        }
        let is_there = known(&self.is_there, new, || succeeds(ask, &REV_LIST, &[new]))?;
        Some(!is_there)
    }
}

/// Whether a command succeeds; `None` when its time was over.
fn succeeds(ask: Ask<'_>, arguments: &[&[u8]], ids: &[ObjectId]) -> Option<bool> {
    let input: String = ids.iter().map(|id| format!("{id}\n")).collect();
    match ask(arguments, input.as_bytes()) {
        Err(GitError::Late { .. }) => None,
        answer => Some(answer.is_ok()),
    }
}

fn once(slot: &OnceCell<bool>, ask: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match slot.get() {
        Some(known) => Some(*known),
        None => ask().inspect(|answer| {
            let _ = slot.set(*answer);
        }),
    }
}

fn known(
    all: &RefCell<HashMap<ObjectId, bool>>,
    id: ObjectId,
    ask: impl FnOnce() -> Option<bool>,
) -> Option<bool> {
    let before = all.borrow().get(&id).copied();
    before.or_else(|| {
        ask().inspect(|answer| {
            all.borrow_mut().insert(id, *answer);
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn id(number: u32) -> ObjectId {
        ObjectId::from_hex(format!("{number:040x}").as_bytes()).unwrap()
    }

    fn failed() -> GitError {
        GitError::Git { command: String::new(), reason: String::new() }
    }

    /// How many commands are run, and what is answered, where git finds that `lacking` updates
    /// lack something, and the refs are sound if `can_walk`.
    fn asked(updates: u32, lacking: &dyn Fn(u32) -> bool, can_walk: bool) -> (usize, usize) {
        let all: Vec<ObjectId> = (1..=updates).map(id).collect();
        let count = Cell::new(0);
        let ask = |arguments: &[&[u8]], input: &[u8]| {
            count.set(count.get() + 1);
            let input = String::from_utf8_lossy(input).into_owned();
            let lacks = (1..=updates)
                .filter(|it| lacking(*it))
                .any(|it| input.contains(&id(it).to_string()));
            let is_there = arguments[0] == b"rev-list" && can_walk && !lacks;
            if is_there { Ok(Vec::new()) } else { Err(failed()) }
        };
        let git = Connectivity::default();
        let refused =
            all.iter().filter(|new| git.refuses(&ask, &all, **new, id(0)) == Some(true)).count();
        (count.get(), refused)
    }

    #[test]
    fn all_updates_are_asked_about_at_once_and_each_only_if_that_fails() {
        assert_eq!(asked(800, &|_| false, true), (1, 0));
        assert_eq!(asked(800, &|it| it == 7, true), (803, 1));
        assert_eq!(asked(800, &|_| true, true), (803, 800));
        assert_eq!(asked(1, &|_| true, true), (3, 1));
        assert_eq!(asked(800, &|_| true, false), (2, 0), "the refs themselves lack something");
    }

    #[test]
    fn without_time_there_is_no_answer_and_none_is_remembered() {
        let git = Connectivity::default();
        let late = |_: &[&[u8]], _: &[u8]| Err(GitError::Late { command: String::new() });
        assert_eq!(git.refuses(&late, &[id(1), id(2)], id(1), id(0)), None);
        let ask = |_: &[&[u8]], _: &[u8]| Ok(Vec::new());
        assert_eq!(git.refuses(&ask, &[id(1), id(2)], id(1), id(0)), Some(false));
    }
}
