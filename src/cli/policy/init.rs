//! `provost policy init`: a commented policy to start from.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::owner::Acting;
use crate::policy::presets::{self, PRESETS};

/// Write a policy to start from.
///
/// Without a name, lists the presets.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy init
  provost policy init observe --output /etc/provost/rules.toml
  provost policy init approved-tools > draft.toml")]
pub(in crate::cli) struct Init {
    /// The preset
    #[arg(value_name = "PRESET")]
    preset: Option<String>,
    /// Write it to this file instead of standard output; one that is there is kept
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Run for Init {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let Some(name) = &self.preset else {
            for preset in PRESETS {
                context.output.say(&format!("{:<20} {}", preset.name, preset.about));
            }
            return Ok(0);
        };
        let Some(preset) = presets::by_name(name) else {
            let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            return Err(Error::Preset { name: name.clone(), known: known.join(", ") });
        };
        let Some(path) = &self.output else {
            context.output.say(preset.text.trim_end());
            return Ok(0);
        };
        let path = context.at(path);
        let failed = |source| Error::WriteFile { path: path.clone(), source };
        let _acting = Acting::for_path(&path).map_err(failed)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // A policy in force is never lost to a preset.
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
        file.write_all(preset.text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if !context.output.quiet {
            context.output.note(&format!("provost: wrote {} to {}\n", preset.name, path.display()));
        }
        Ok(0)
    }
}
