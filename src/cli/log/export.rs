//! `provost log export`.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::chains::{Chain, at, chains, records, settings};
use super::wanted::Wanted;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config::{BUILT_IN, merge};
use crate::document::Source;
use crate::log::redact::Redactor;
use crate::log::{Found, LogFact, LogValue, Record, RefLine, digest, files};
use crate::owner;

/// How records are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Table {
    /// A row for each finding, and for each ref without any
    Csv,
    /// One JSON array
    Json,
}

/// A key is at least so long, in bytes.
const SHORTEST_KEY: usize = 16;

/// A record with the digest by which the chain knows it.
#[derive(Serialize)]
struct Exported {
    digest: String,
    #[serde(flatten)]
    record: Record,
}

/// Write records as CSV or JSON, without names if that is wanted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost log export --since 2026-10-01 --until 2027-01-01 > quarter.csv
  provost log export --format json --redact > for-the-works-council.json
  provost log export --redact --key /etc/provost/pseudonyms.key > january.csv")]
pub(in crate::cli) struct Export {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    wanted: Wanted,
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Table,
    /// Replace people, addresses and places by pseudonyms
    #[arg(long)]
    redact: bool,
    /// The secret that pseudonyms are made with, so that those of several exports are the
    /// same; without it they hold for one export
    #[arg(long, value_name = "FILE", requires = "redact")]
    key: Option<PathBuf>,
}

impl Run for Export {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        match write(context, self) {
            // The reader has seen enough.
            Err(Error::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            other => other,
        }
    }
}

fn write(context: &CommandContext, command: &Export) -> Result<u8, Error> {
    let chains = chains(context, &command.files, || settings(context))?;
    let mut redactor = if command.redact { Some(redactor(context, command)?) } else { None };
    // Standard input can be read only once; what is named in any record is learned first.
    let mut kept = chains.iter().any(has_stdin).then(Vec::new);
    if let Some(redactor) = &mut redactor {
        records(context, &chains, &mut |record, line| {
            redactor.learn(&record)?;
            kept.iter_mut().for_each(|kept| kept.push((record.clone(), line.to_owned())));
            Ok(())
        })?;
    } else {
        kept = None;
    }
    let filter = command.wanted.filter();
    let mut rows = match command.format {
        Table::Csv => Some(csv::Writer::from_writer(io::stdout().lock())),
        Table::Json => None,
    };
    if let Some(rows) = &mut rows {
        rows.write_record(COLUMNS).map_err(written)?;
    }
    let mut exported = Vec::new();
    let mut each = |mut record: Record, line: &[u8]| -> Result<(), Error> {
        if !filter.wants(&record) {
            return Ok(());
        }
        if let Some(redactor) = &redactor {
            redactor.redact(&mut record)?;
        }
        match &mut rows {
            Some(rows) => write_rows(rows, &record, &digest(line)).map_err(written),
            None => {
                exported.push(Exported { digest: digest(line), record });
                Ok(())
            }
        }
    };
    match kept {
        Some(kept) => kept.into_iter().try_for_each(|(record, line)| each(record, &line))?,
        None => records(context, &chains, &mut each)?,
    }
    match &mut rows {
        Some(rows) => rows.flush().map_err(Error::Write)?,
        None => context.json(&exported)?,
    }
    io::stdout().flush().map_err(Error::Write)?;
    Ok(0)
}

fn written(error: csv::Error) -> Error {
    Error::Write(match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

/// The key of a file, or one for this export.
fn redactor(context: &CommandContext, command: &Export) -> Result<Redactor, Error> {
    let path = command.key.as_ref().map(|path| at(context, path));
    let key = match &path {
        Some(path) => key_in(path)
            .map_err(|error| Error::Key { path: path.clone(), reason: error.to_string() })?,
        None => random()?,
    };
    let path = path.unwrap_or_default();
    if key.len() < SHORTEST_KEY {
        let reason = format!("it is shorter than {SHORTEST_KEY} bytes");
        return Err(Error::Key { path, reason });
    }
    if command.key.is_none() && !context.output.quiet {
        context.output.note(
            "provost: these pseudonyms are for this export alone; for the same ones in \
             several exports use --key.\n",
        );
    }
    let (words, names) = known(context)?;
    let redactor = Redactor::new(&key, words);
    let mut redactor = redactor.map_err(|error| Error::Key { path, reason: error.to_string() })?;
    names.iter().for_each(|name| redactor.learn_name(name));
    Ok(redactor)
}

/// The words of the catalogue, and the people whom the policy names.
fn known(context: &CommandContext) -> Result<(Vec<String>, Vec<String>), Error> {
    let built_in = || {
        let source = Source { name: "rules.toml".into(), text: BUILT_IN.into(), built_in: true };
        merge(&[Arc::new(source)])
    };
    // A log is exported also where the configuration is broken, or another machine's.
    let config = context.here().and_then(|here| context.load(here.as_deref()));
    let config = config.or_else(|_| built_in())?;
    let mut words = Vec::new();
    for tool in &config.rules.tools {
        words.extend([tool.id.clone(), tool.name.clone(), tool.vendor.clone()]);
    }
    words.extend(config.rules.matchers.model_vendors().into_iter().map(str::to_owned));
    words.extend(config.rules.rules.iter().map(|rule| rule.marker.id.clone()));
    let names = config.policy.exemptions().iter().map(|exemption| exemption.approver.clone());
    Ok((words, names.collect()))
}

fn has_stdin(chain: &Chain) -> bool {
    chain.files.iter().any(|path| path == Path::new(files::STDIN))
}

/// The key of a file, or of a pipe that the shell makes for `<(...)`. A pipe with a name is
/// not waited for.
fn key_in(path: &Path) -> io::Result<Vec<u8>> {
    let is_named = path.canonicalize().is_ok();
    if is_named && !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    owner::named_content(path)
}

/// Bytes that nobody can guess; source: random(4).
fn random() -> Result<Vec<u8>, Error> {
    let mut key = vec![0; 32];
    let read = std::fs::File::open("/dev/urandom")
        .and_then(|mut file| io::Read::read_exact(&mut file, &mut key));
    read.map_err(|source| Error::Read { what: "/dev/urandom".into(), source })?;
    Ok(key)
}

const COLUMNS: [&str; 29] = [
    "seq",
    "digest",
    "time",
    "repository",
    "platform",
    "hook",
    "pusher",
    "remote",
    "accepted",
    "push_verdict",
    "probe",
    "ref",
    "old",
    "new",
    "ref_verdict",
    "commit",
    "tool",
    "vendor",
    "model",
    "marker",
    "kind",
    "confidence",
    "field",
    "path",
    "excerpt",
    "verdict",
    "because",
    "exemption",
    "error",
];

fn write_rows(
    rows: &mut csv::Writer<impl Write>,
    record: &Record,
    digest: &str,
) -> Result<(), csv::Error> {
    // A push that was not even read has no ref; it has a row all the same.
    let none = [RefLine::default()];
    let refs = if record.refs.is_empty() { &none[..] } else { &record.refs };
    for update in refs {
        let mut any = false;
        for found in record.findings.iter().filter(|found| found.ref_name == update.name) {
            any = true;
            write_row(rows, record, digest, update, found)?;
        }
        if !any {
            write_row(rows, record, digest, update, &Found::default())?;
        }
    }
    Ok(())
}

fn write_row(
    rows: &mut csv::Writer<impl Write>,
    record: &Record,
    digest: &str,
    update: &RefLine,
    found: &Found,
) -> Result<(), csv::Error> {
    let (seq, accepted) = (record.seq.to_string(), record.accepted.to_string());
    let probe = record.probe.to_string();
    let fields: [Option<Cow<'_, str>>; COLUMNS.len()] = [
        Some(seq.into()),
        Some(digest.into()),
        Some(record.time.as_str().into()),
        Some(record.repository.as_str().into()),
        Some(record.platform.as_str().into()),
        Some(record.hook.text()),
        text(record.pusher.as_ref()),
        text(record.remote.as_ref()),
        Some(accepted.into()),
        value(record.verdict.as_ref()),
        Some(probe.into()),
        Some(update.name.as_str().into()),
        value(update.old.as_ref()),
        value(update.new.as_ref()),
        value(update.verdict.as_ref()),
        value(found.commit.as_ref()),
        Some(found.tool.as_str().into()),
        Some(found.vendor.as_str().into()),
        text(found.model.as_ref()),
        Some(found.marker.as_str().into()),
        Some(found.kind.text()),
        Some(found.confidence.text()),
        Some(found.field.text()),
        text(found.path.as_ref()),
        Some(found.excerpt.as_str().into()),
        Some(found.verdict.text()),
        Some(found.because.as_str().into()),
        text(found.exemption.as_ref()),
        text(record.error.as_ref()),
    ];
    rows.write_record(fields.map(|field| harmless(&field.unwrap_or_default())))
}

fn text(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| text.as_str().into())
}

fn value<T: LogFact>(value: Option<&LogValue<T>>) -> Option<Cow<'_, str>> {
    value.map(LogValue::text)
}

/// A spreadsheet takes what begins so for a formula; a pusher may have written it.
fn harmless(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{field}") } else { field.to_owned() }
}
