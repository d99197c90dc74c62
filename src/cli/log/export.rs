//! `provost log export`.

use std::io::{self, Write};

use serde::Serialize;

use super::Desk;
use super::args::{Export, Table};
use crate::cli::error::Error;
use crate::log::redact::Redactor;
use crate::log::{Found, Record, RefLine, digest};

/// A key is at least so long, in bytes.
const SHORTEST_KEY: usize = 16;

/// A record with the digest by which the chain knows it.
#[derive(Serialize)]
struct Exported {
    digest: String,
    #[serde(flatten)]
    record: Record,
}

pub(super) fn export(desk: &Desk<'_>, command: &Export) -> Result<u8, Error> {
    let chains = desk.chains(&command.files, || desk.settings())?;
    let redactor = if command.redact { Some(redactor(desk, command)?) } else { None };
    let filter = command.wanted.filter();
    let mut rows = match command.format {
        Table::Csv => Some(csv::Writer::from_writer(io::stdout().lock())),
        Table::Json => None,
    };
    if let Some(rows) = &mut rows {
        rows.write_record(COLUMNS).map_err(written)?;
    }
    let mut records = Vec::new();
    desk.records(&chains, &mut |mut record, line| {
        if !filter.wants(&record) {
            return Ok(());
        }
        if let Some(redactor) = &redactor {
            redactor.redact(&mut record);
        }
        match &mut rows {
            Some(rows) => write_rows(rows, &record, &digest(line)).map_err(written),
            None => {
                records.push(Exported { digest: digest(line), record });
                Ok(())
            }
        }
    })?;
    match &mut rows {
        Some(rows) => rows.flush().map_err(Error::Write)?,
        None => desk.json(&records)?,
    }
    io::stdout().flush().map_err(Error::Write)?;
    Ok(0)
}

fn written(error: csv::Error) -> Error {
    Error::Write(error.into())
}

/// The key of a file, or one for this export.
fn redactor(desk: &Desk<'_>, command: &Export) -> Result<Redactor, Error> {
    let path = command.key.as_ref().map(|path| desk.at(path));
    let key = match &path {
        Some(path) => std::fs::read(path)
            .map_err(|error| Error::Key { path: path.clone(), reason: error.to_string() })?,
        None => random()?,
    };
    let path = path.unwrap_or_default();
    if key.len() < SHORTEST_KEY {
        let reason = format!("it is shorter than {SHORTEST_KEY} bytes");
        return Err(Error::Key { path, reason });
    }
    if command.key.is_none() && !desk.output.quiet {
        desk.output.note(
            "provost: these pseudonyms are for this export alone; for the same ones in \
             several exports use --key.\n",
        );
    }
    Redactor::new(&key).map_err(|error| Error::Key { path, reason: error.to_string() })
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
    let fields: [Option<&str>; COLUMNS.len()] = [
        Some(&seq),
        Some(digest),
        Some(&record.time),
        Some(&record.repository),
        Some(&record.platform),
        Some(&record.hook),
        record.pusher.as_deref(),
        record.remote.as_deref(),
        Some(&accepted),
        record.verdict.as_deref(),
        Some(&probe),
        Some(&update.name),
        update.old.as_deref(),
        update.new.as_deref(),
        update.verdict.as_deref(),
        found.commit.as_deref(),
        Some(&found.tool),
        Some(&found.vendor),
        found.model.as_deref(),
        Some(&found.marker),
        Some(&found.kind),
        Some(&found.confidence),
        Some(&found.field),
        found.path.as_deref(),
        Some(&found.excerpt),
        Some(&found.verdict),
        Some(&found.because),
        found.exemption.as_deref(),
        record.error.as_deref(),
    ];
    rows.write_record(fields.map(|field| harmless(field.unwrap_or_default())))
}

/// A spreadsheet takes what begins so for a formula; a pusher may have written it.
fn harmless(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{field}") } else { field.to_owned() }
}
