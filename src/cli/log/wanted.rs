//! Which records of the decision log are wanted.

use clap::Args;
use globset::GlobMatcher;

use crate::document::Moment;
use crate::log::{Filter, NOT_JUDGED, PushVerdict};
use crate::policy::Verdict;
use crate::text::WordEnum;

/// Which records are wanted.
#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// Only of repositories whose name matches
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    repo: Option<GlobMatcher>,
    /// Only pushes to refs whose full name matches
    #[arg(long = "ref", value_name = "GLOB", value_parser = glob)]
    name: Option<GlobMatcher>,
    /// Only by this pusher
    #[arg(long, value_name = "LOGIN")]
    pusher: Option<String>,
    /// Only with a finding of this tool
    #[arg(long, value_name = "ID")]
    tool: Option<String>,
    /// Only with this verdict, of the push or, with --tool, of a finding of that tool:
    /// reject, warn, record, allow or not-judged
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    verdict: Option<PushVerdict>,
    /// Not before this: 2026-12-01, 2026-12-01T09:00:00Z, or 7d or 12h ago
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
    /// Before this
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
    /// Only pushes of which something was not judged
    #[arg(long)]
    pub(super) unjudged: bool,
}

impl Wanted {
    pub(super) fn filter(&self) -> Filter {
        Filter {
            repository: self.repo.clone(),
            ref_name: self.name.clone(),
            pusher: self.pusher.clone(),
            tool: self.tool.clone(),
            verdict: self.verdict,
            since: self.since,
            until: self.until,
            unjudged: self.unjudged,
        }
    }
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    Filter::glob(text).map_err(|error| error.kind().to_string())
}

fn verdict(text: &str) -> Result<PushVerdict, String> {
    let known = [Verdict::Reject, Verdict::Warn, Verdict::Record, Verdict::Allow];
    if let Some(verdict) = known.into_iter().find(|verdict| verdict.word() == text) {
        return Ok(PushVerdict::Judged(verdict));
    }
    if text == NOT_JUDGED {
        return Ok(PushVerdict::NotJudged);
    }
    Err(format!("it is one of reject, warn, record, allow, {NOT_JUDGED}"))
}

/// A moment, or a number of days or hours before now.
fn moment(text: &str) -> Result<Moment, String> {
    let ago = |number: &str, seconds: i64| {
        let number: i64 = number.parse().ok()?;
        Some(Moment(Moment::now().0.saturating_sub(number.checked_mul(seconds)?)))
    };
    let read = if let Some(days) = text.strip_suffix('d') {
        ago(days, 86_400)
    } else if let Some(hours) = text.strip_suffix('h') {
        ago(hours, 3_600)
    } else {
        Moment::parse(text)
    };
    read.ok_or_else(|| "write 2026-12-01, 2026-12-01T09:00:00Z, 7d or 12h".to_owned())
}
