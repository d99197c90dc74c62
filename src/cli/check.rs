//! `provost check`: the dry run.

use super::args::{Check, Global};
use super::error::Error;
use super::output::Output;
use super::{discover, published};
use crate::git::{GitError, Range, RefName, Repository};
use crate::report::Format;
use crate::scan;

pub(super) fn check(global: &Global, command: &Check, output: &Output) -> Result<u8, Error> {
    let repository = discover(global)?;
    let judged =
        command.server_policy.load(global, &repository, published::remote(&repository)?)?;
    let config = &judged.config;
    let (head, upstream) = repository.head_and_upstream();
    let unborn = match head.as_deref() {
        Some(head) => repository.resolve(&RefName::new(head))?.value.is_none(),
        None => false,
    };
    let range = if command.ranges.is_empty() && unborn {
        Range::default()
    } else if command.ranges.is_empty() {
        unpushed(&repository, upstream.as_deref())?
    } else {
        repository.ranges(&repository.objects()?, &command.ranges)?
    };
    let name = match &command.name {
        Some(name) if name.starts_with("refs/") => RefName::new(name.as_bytes()),
        Some(name) => RefName::new(format!("refs/heads/{name}")),
        None => pushed_to(&repository, head.as_deref())?,
    };
    let (tips, hidden) = (&range.tips, &range.hidden);
    let report = scan::judge_range(&repository, config, judged.situation(), &name, tips, hidden)?;
    judged.sign(command.format != Format::Human, output);
    output.reports(command.format, std::slice::from_ref(&report))?;
    if report.commits == 0 && command.format == Format::Human && !output.quiet {
        let hint = if unborn {
            "This branch has no commit yet."
        } else if command.ranges.is_empty() {
            "Every commit of HEAD is already at the remote. To judge others: provost check RANGE"
        } else {
            "The range holds no commit."
        };
        output.note(&format!("{hint}\n"));
    }
    Ok(report.exit_code())
}

/// The commits of `HEAD` that the upstream has not, or else that no remote has.
fn unpushed(repository: &Repository, upstream: Option<&[u8]>) -> Result<Range, GitError> {
    let objects = repository.objects()?;
    let head = repository.ranges(&objects, &["HEAD".to_owned()])?;
    if let Some(name) = upstream.and_then(|name| std::str::from_utf8(name).ok())
        && let Ok(upstream) = repository.ranges(&objects, &[name.to_owned()])
    {
        return Ok(Range { tips: head.tips, hidden: upstream.tips });
    }
    let refs = repository.references()?;
    let remote =
        refs.iter().filter(|reference| reference.name.as_bytes().starts_with(b"refs/remotes/"));
    Ok(Range { tips: head.tips, hidden: remote.map(|reference| reference.target).collect() })
}

/// The ref that a plain `git push` would update.
fn pushed_to(repository: &Repository, head: Option<&[u8]>) -> Result<RefName, GitError> {
    let Some(head) = head else {
        return Ok(RefName::new("HEAD"));
    };
    let branch = head.strip_prefix(b"refs/heads/").and_then(|name| std::str::from_utf8(name).ok());
    let merge = match branch {
        Some(branch) => repository.local_config(&format!("branch.{branch}.merge"))?,
        None => None,
    };
    Ok(merge.map_or_else(|| RefName::new(head), RefName::new))
}
