//! The arguments of `provost log`, declared once.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use globset::GlobMatcher;

use crate::document::Moment;
use crate::log::{Filter, Head, NOT_JUDGED, PushVerdict};
use crate::policy::Verdict;

/// Read and check the decision log.
///
/// The hook writes a record of each push, where the configuration has a [log] section.
/// Without a FILE the commands read the files that this section names, those that were
/// rotated away included; `-` stands for standard input.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Exit codes:
  0  done; what was checked is in order
  1  the chain is broken (verify)
  2  could not be done: no log, unreadable files, wrong usage

Examples:
  provost log show --since 2026-12-01 --verdict reject
  provost log verify
  provost log head >> /mnt/elsewhere/provost.heads")]
pub(in crate::cli) struct Log {
    #[command(subcommand)]
    pub(in crate::cli) command: LogCommand,
}

// What each is for stands at its arguments: said here, it would hide all but its first line.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LogCommand {
    Show(Show),
    Verify(Verify),
    Head(HeadOf),
    Export(Export),
    Replay(Replay),
}

/// How records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Records {
    /// Text for people
    Human,
    /// One JSON array
    Json,
    /// The lines of the log as they are
    Jsonl,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Shape {
    /// Text for people
    Human,
    /// One JSON document
    Json,
}

/// How records are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Table {
    /// A row for each finding, and for each ref without any
    Csv,
    /// One JSON array
    Json,
}

/// Which records are wanted.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Wanted {
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

/// A moment, or so many days or hours before now.
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

/// A head as `log head` prints it.
fn head(text: &str) -> Result<Head, String> {
    let wrong = || "write it as `provost log head` prints it: 12:sha256:...".to_owned();
    let (seq, digest) = text.trim().split_once([' ', ':']).ok_or_else(wrong)?;
    let seq = seq.parse().ok().ok_or_else(wrong)?;
    let hex = digest.strip_prefix("sha256:").ok_or_else(wrong)?;
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    Ok(Head { seq, digest: Some(digest.to_owned()) })
}

/// Show records.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost log show --last 20
  provost log show --repo 'team/**' --tool claude-code --verdict reject
  provost log show --since 7d --unjudged
  provost log show --pusher ada --format jsonl /var/log/provost/log.jsonl.1")]
pub(in crate::cli) struct Show {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) wanted: Wanted,
    /// Only the last so many
    #[arg(long, value_name = "N")]
    pub(super) last: Option<usize>,
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Records,
}

/// Follow the chain, and name the first broken record.
///
/// Files of one log are one chain, in whatever order they are given. A chain can't show
/// that all of it was written anew: compare it with a head that was kept elsewhere.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost log verify
  provost log verify --head 12:sha256:7d86...
  zcat log.jsonl.2.gz | provost log verify -")]
pub(in crate::cli) struct Verify {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// A head that was kept elsewhere, as `log head` printed it
    #[arg(long, value_name = "SEQ:DIGEST", value_parser = head)]
    pub(super) head: Option<Head>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Show the head of the chain: the number and the digest of the last record.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost log head
  provost log head /var/log/provost/log.jsonl | ssh elsewhere 'cat >> heads'")]
pub(in crate::cli) struct HeadOf {
    /// The log; that of the [log] section when none is named
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Write records as CSV or JSON, without names if that is wanted.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost log export --since 2026-10-01 --until 2027-01-01 > quarter.csv
  provost log export --format json --redact > for-the-works-council.json
  provost log export --redact --key /etc/provost/pseudonyms.key > january.csv")]
pub(in crate::cli) struct Export {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) wanted: Wanted,
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub(super) format: Table,
    /// Replace people, addresses and places by pseudonyms
    #[arg(long)]
    pub(super) redact: bool,
    /// The secret that pseudonyms are made with, so that those of several exports are the
    /// same; without it they hold for one export
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub(super) key: Option<PathBuf>,
}

/// Show what pushes of the last days would have got under a draft.
///
/// The draft is given by --rules and laid over the layers in force, in the place of the
/// layer of the same path if there is one. Pushes are judged as if they came now. Objects
/// are read again where they are still there; those of refused pushes mostly are not, and
/// then the marks on record are judged.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost log replay --rules draft.toml
  provost log replay --rules draft.toml --days 90 --repositories /srv/git
  provost log replay --rules draft.toml --format json log.jsonl log.jsonl.1")]
pub(in crate::cli) struct Replay {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Only pushes of the last so many days
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(super) days: u32,
    /// Where the repositories are; without it, where they were
    #[arg(long, value_name = "DIR")]
    pub(super) repositories: Option<PathBuf>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}
