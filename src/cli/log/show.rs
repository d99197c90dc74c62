//! `provost log show`.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::chains::{chains, records, settings};
use super::wanted::Wanted;
use super::words::short;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::opened::Opened;
use crate::git::{IdSet, ObjectId};
use crate::log::{Fail, Found, LogValue, NOT_JUDGED, Record};
use crate::policy::Verdict;
use crate::state::ledger::Ledger;
use crate::state::ledger::LedgerPlace;
use crate::text::counted;
use crate::text::escape::{cut, escape};

/// How records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Records {
    /// Text for people
    Human,
    /// One JSON array
    Json,
    /// The lines of the log as they are
    Jsonl,
}

/// So many findings of a push are shown to people; the other formats have them all.
const MOST_FINDINGS: usize = 10;
/// The widest line of a finding.
const WIDEST: usize = 100;

/// Show records.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost log show --last 20
  provost log show --repo 'team/**' --tool claude-code --verdict reject
  provost log show --since 7d --unjudged
  provost log show --pusher ada --format jsonl /var/log/provost/log.jsonl.1")]
pub(in crate::cli) struct Show {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    wanted: Wanted,
    /// Only the last N records
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Records,
}

impl Run for Show {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let chains = chains(context, &self.files, || settings(context))?;
        let filter = self.wanted.filter();
        // With --last only these are kept; otherwise each is shown when it is read.
        let mut kept: VecDeque<(Record, Vec<u8>)> = VecDeque::new();
        let last = self.last.unwrap_or(usize::MAX);
        let hold = self.last.is_some() || self.format == Records::Json;
        let mut shown = 0;
        let mut since = Since::new(context);
        records(context, &chains, &mut |record, line| {
            if !filter.wants(&record) || last == 0 || (filter.unjudged && since.is_judged(&record))
            {
                return Ok(());
            }
            if hold {
                if kept.len() >= last {
                    kept.pop_front();
                }
                kept.push_back((record, line.to_vec()));
            } else {
                shown += 1;
                one(context, self, &record, line);
            }
            Ok(())
        })?;
        if self.format == Records::Json {
            context.json(&kept.iter().map(|(record, _)| record).collect::<Vec<_>>())?;
        } else {
            shown += kept.len();
            kept.iter().for_each(|(record, line)| one(context, self, record, line));
            if shown == 0 && self.format == Records::Human && !context.output.quiet {
                context.output.note("No record is like that.\n");
            }
        }
        Ok(0)
    }
}

/// What was let in unjudged and has been judged since, by the directory of a repository.
struct Since<'a> {
    context: &'a CommandContext,
    judged: HashMap<String, IdSet>,
}

impl<'a> Since<'a> {
    fn new(context: &'a CommandContext) -> Self {
        Self { context, judged: HashMap::new() }
    }

    /// Whether all that a push left unjudged has been judged since, by its repository's
    /// ledger.
    fn is_judged(&mut self, record: &Record) -> bool {
        let Some(directory) = record.directory.as_ref().filter(|_| !record.unjudged.is_empty())
        else {
            return false;
        };
        let known = self.judged.entry(directory.clone()).or_insert_with(|| {
            judged_since(self.context, Path::new(directory)).unwrap_or_default()
        });
        record.unjudged.iter().all(|id| id.known().is_some_and(|id| known.contains(id)))
    }
}

/// What a repository's ledger says; nothing if it, or the rules that say where it is, can't be
/// read: then all is shown.
fn judged_since(context: &CommandContext, directory: &Path) -> Option<IdSet> {
    let repository = Opened::at(directory).ok()?;
    let config = context.load(Some(&repository)).ok()?;
    Ledger::read(&LedgerPlace::of(&config, &repository)).ok().map(|ledger| ledger.judged_since)
}

fn one(context: &CommandContext, command: &Show, record: &Record, line: &[u8]) {
    if command.format == Records::Jsonl {
        context.output.say(&String::from_utf8_lossy(line));
    } else {
        context.output.say(text(record, command.wanted.unjudged).trim_end());
    }
}

/// A record for people. The log may have been written by whomever, so it is escaped.
fn text(record: &Record, unjudged: bool) -> String {
    let safe = |text: &str| escape(text.as_bytes());
    let shown = |verdict: &Option<LogValue<Verdict>>| match verdict {
        Some(verdict) => safe(&verdict.text()),
        None => NOT_JUDGED.to_owned(),
    };
    let answer = if record.accepted { "accepted" } else { "refused" };
    let mut text = format!(
        "#{} {}  {answer} ({})  {}  by {}, {}, {}{}\n",
        record.seq,
        safe(&record.time),
        shown(&record.verdict),
        safe(&record.repository),
        record.pusher.as_deref().map_or_else(|| "somebody".into(), safe),
        counted(record.commits, "commit"),
        counted(record.findings.len(), "finding"),
        if record.probe { ", a probe" } else { "" },
    );
    for update in &record.refs {
        let id = |id: &Option<LogValue<ObjectId>>| {
            id.as_ref().map_or_else(|| "none".to_owned(), |id| safe(short(&id.text())))
        };
        let (old, new) = (id(&update.old), id(&update.new));
        let verdict = shown(&update.verdict);
        text.push_str(&format!("    {} {old}..{new} {verdict}\n", safe(&update.name)));
    }
    for found in record.findings.iter().take(MOST_FINDINGS) {
        text.push_str(&format!("      {}\n", cut(&finding(found), WIDEST)));
    }
    if let Some(more) = record.findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        text.push_str(&format!("      and {more} more\n"));
    }
    if record.lost > 0 {
        let lost = record.lost;
        text.push_str(&format!("    before it {lost} passed without a record\n"));
    }
    if let Some(reason) = &record.bypass {
        text.push_str(&format!("    bypassed: {}\n", safe(reason)));
    }
    if let Some(error) = &record.error {
        let closed = LogValue::from(Fail::Closed);
        let fail = record.fail.as_ref().unwrap_or(&closed).text();
        text.push_str(&format!("    not judged (fail {}): {}\n", safe(&fail), safe(error)));
    }
    for skipped in &record.skipped {
        text.push_str(&format!(
            "    not looked at: {} ({})\n",
            safe(&skipped.what),
            safe(&skipped.why)
        ));
    }
    if unjudged {
        for id in &record.unjudged {
            text.push_str(&format!("    unjudged: {}\n", safe(&id.text())));
        }
    }
    text
}

fn finding(found: &Found) -> String {
    let safe = |text: &str| escape(text.as_bytes());
    let place = match (&found.commit, &found.path) {
        (Some(commit), Some(path)) => format!("{} {}", safe(short(&commit.text())), safe(path)),
        (Some(commit), None) => safe(short(&commit.text())),
        _ => safe(&found.ref_name),
    };
    let exemption = found.exemption.as_deref();
    let exemption = exemption.map(|id| format!(", exemption {}", safe(id))).unwrap_or_default();
    format!(
        "{place} {} {} ({}{exemption})",
        safe(&found.marker),
        safe(&found.verdict.text()),
        safe(&found.because)
    )
}
