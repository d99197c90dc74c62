//! `provost log verify`: follows the chain, and names the first broken record.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::chains::{chains, settings};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::log::verify::{Verified, verify as follow};
use crate::log::{Head, files};
use crate::text::counted;

#[derive(Serialize)]
struct OfLog {
    log: String,
    #[serde(flatten)]
    verified: Verified,
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

/// Follow the chain, and name the first broken record.
///
/// Files of one log are one chain, in whatever order they are given. A chain can't show
/// that all of it was rewritten: compare it with a head that was kept elsewhere.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost log verify
  provost log verify --head 12:sha256:7d86...
  zcat log.jsonl.2.gz | provost log verify -")]
pub(in crate::cli) struct Verify {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A head that was kept elsewhere, as `log head` printed it
    #[arg(long, value_name = "SEQ:DIGEST", value_parser = head)]
    head: Option<Head>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Verify {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let mut all = follow_all(context, self)?;
        let broken = |all: &[OfLog]| all.iter().any(|of| of.verified.broken.is_some());
        if broken(&all) && self.files.is_empty() {
            // A rotation in between would look as if records were missing.
            all = follow_all(context, self)?;
        }
        match self.format {
            Shape::Json => context.json(&all)?,
            Shape::Human => {
                all.iter().for_each(|of| context.output.say(text(of).trim_end()));
            }
        }
        Ok(u8::from(broken(&all)))
    }
}

fn follow_all(context: &CommandContext, command: &Verify) -> Result<Vec<OfLog>, Error> {
    let mut all = Vec::new();
    for chain in chains(context, &command.files, || settings(context))? {
        let first = chain.files.first().map(|path| files::base(path));
        let name = chain.live.clone().or(first).unwrap_or_default();
        for path in &chain.packed {
            let path = path.display();
            context.output.note(&format!(
                "provost: not read, for it is packed: {path}\n         \
                 Unpack it into a pipe: provost log verify -\n"
            ));
        }
        let verified = follow(chain.files, chain.live.as_deref(), command.head.as_ref())?;
        all.push(OfLog { log: name.display().to_string(), verified });
    }
    Ok(all)
}

fn text(of: &OfLog) -> String {
    let verified = &of.verified;
    let mut text = format!("{}: ", of.log);
    match &verified.broken {
        None => {
            let records = counted(verified.records, "record");
            text.push_str(&format!("{records}, head {}\n", verified.head));
        }
        Some(broken) => {
            let seq = broken.seq.map(|seq| format!("record {seq} ")).unwrap_or_default();
            text.push_str(&format!("{seq}is {}\n", broken.fault.word()));
            text.push_str(&format!(
                "    {}:{}: {}\n",
                broken.file.display(),
                broken.line,
                broken.why
            ));
        }
    }
    if let Some(first) = verified.first.filter(|first| *first > 1) {
        text.push_str(&format!("    it begins with record {first}: older files were not read\n"));
    }
    for torn in &verified.torn {
        let place = format!("{}:{}", torn.file.display(), torn.line);
        text.push_str(&format!(
            "    {place}: a crash left this unfinished, as the next record says\n"
        ));
    }
    text
}
