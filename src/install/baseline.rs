//! A baseline of what a repository holds before it gets its hook: nobody is asked later
//! for what was there already.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::hook::{Found, state};
use super::{InstallError, Plan, Step};
use crate::document::Moment;
use crate::git::{GitError, ObjectId, Repository, Trust};
use crate::state::baseline::{Extent, Reach, path};
use crate::text::{escape, shell};

/// Plans the baseline of a repository that has neither one nor the hook.
pub(super) fn plan(git_dir: &Path, hook: &Path, plan: &mut Plan) -> Result<(), InstallError> {
    plan.has_baselines = true;
    if state(hook)? == Found::Ours {
        return Ok(());
    }
    match ids(git_dir) {
        Ok(None) => {}
        Ok(Some((path, ids))) => {
            let mut text = format!("# Taken {} by `provost install`\n", Moment::now());
            text.extend(ids.iter().map(|id| format!("{id}\n")));
            let what = format!("a baseline of {} commits that are there already", ids.len());
            let repository = git_dir.to_owned();
            plan.step(Step::State { repository, path, content: text.into(), what });
        }
        Err(error) => plan.warn(format!(
            "no baseline was taken of {}: {error}; take it by: provost policy baseline {}",
            escape::path(git_dir),
            shell::shown(git_dir.as_os_str().as_bytes())
        )),
    }
    Ok(())
}

type Baseline = (std::path::PathBuf, BTreeSet<ObjectId>);

/// The commits that branches and tags point to, and the file that they go into.
fn ids(git_dir: &Path) -> Result<Option<Baseline>, GitError> {
    let repository = Repository::open(git_dir, Trust::Git)?;
    let path = path(&repository, Extent::All, Reach::History);
    if path.exists() {
        return Ok(None);
    }
    let objects = repository.objects()?;
    let mut ids = BTreeSet::new();
    for reference in repository.references()? {
        let name = reference.name.as_bytes();
        if name.starts_with(b"refs/heads/") || name.starts_with(b"refs/tags/") {
            ids.insert(objects.peel(reference.target)?.id);
        }
    }
    Ok((!ids.is_empty()).then_some((path, ids)))
}
