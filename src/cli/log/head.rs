//! `provost log head`: the number and the digest of the last record.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::chains::{at, settings};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::log::{Head as ChainHead, files};

#[derive(Serialize)]
struct HeadLine {
    log: String,
    #[serde(flatten)]
    head: ChainHead,
}

/// Show the head of the chain: the number and the digest of the last record.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost log head
  provost log head /var/log/provost/log.jsonl | ssh elsewhere 'cat >> heads'")]
pub(in crate::cli) struct Head {
    /// The log; that of the [log] section when none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Head {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let logs = if self.files.is_empty() {
            files::logs(&settings(context)?)?
        } else {
            self.files.iter().map(|path| at(context, path)).collect()
        };
        let mut heads = Vec::new();
        for log in &logs {
            heads.push(HeadLine { log: log.display().to_string(), head: ChainHead::of(log)? });
        }
        match self.format {
            Shape::Json => context.json(&heads)?,
            Shape::Human => {
                for line in &heads {
                    let name =
                        if heads.len() > 1 { format!("  {}", line.log) } else { String::new() };
                    context.output.say(&format!("{}{name}", line.head));
                }
            }
        }
        Ok(0)
    }
}
