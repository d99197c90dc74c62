//! `provost check`: the dry run.

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::published::{self, ServerPolicy};
use crate::git::{GitError, Range, RefName, Repository};
use crate::report::Format;
use crate::scan;

/// Judge local commits as if they were pushed.
///
/// Without a range: the commits of HEAD that its upstream has not, or, without an
/// upstream, those that no remote-tracking branch has. By the policy that the server has
/// published, if it was fetched (provost policy fetch), or else by the rules of this machine.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost check
  provost check main..topic
  provost check --ref refs/heads/release HEAD~3..
  provost check --format jsonl origin/main..HEAD")]
pub(super) struct Check {
    /// Ranges as in gitrevisions(7): A..B, A...B, ^A, or a revision with all its history
    #[arg(value_name = "RANGE")]
    ranges: Vec<String>,
    /// The ref that the commits would be pushed to
    #[arg(long = "ref", value_name = "REF")]
    name: Option<String>,
    #[command(flatten)]
    server_policy: ServerPolicy,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

impl Run for Check {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let repository = context.discover()?;
        let judged = self.server_policy.load(
            &context.global,
            &repository,
            published::remote(&repository)?,
        )?;
        let config = &judged.config;
        let (head, upstream) = repository.head_and_upstream();
        let unborn = match head.as_deref() {
            Some(head) => repository.resolve(&RefName::new(head))?.value.is_none(),
            None => false,
        };
        let range = if self.ranges.is_empty() && unborn {
            Range::default()
        } else if self.ranges.is_empty() {
            unpushed(&repository, upstream.as_deref())?
        } else {
            repository.ranges(&repository.objects()?, &self.ranges)?
        };
        let name = match &self.name {
            Some(name) if name.starts_with("refs/") => RefName::new(name.as_bytes()),
            Some(name) => RefName::new(format!("refs/heads/{name}")),
            None => pushed_to(&repository, head.as_deref())?,
        };
        let report = scan::judge_range(&repository, config, judged.situation(), &name, &range)?;
        judged.sign(!self.format.is_for_people(), &context.output);
        context.output.reports(self.format, std::slice::from_ref(&report))?;
        if report.commits == 0 && self.format.is_for_people() && !context.output.quiet {
            let hint = if unborn {
                "This branch has no commit yet."
            } else if self.ranges.is_empty() {
                "Every commit of HEAD is already at the remote. To judge others: provost check RANGE"
            } else {
                "The range holds no commit."
            };
            context.output.note(&format!("{hint}\n"));
        }
        Ok(report.exit_code())
    }
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
