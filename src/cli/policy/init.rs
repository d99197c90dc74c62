//! `provost policy init`: a commented policy to start from.

use std::fs::OpenOptions;
use std::io::Write;

use super::args::Init;
use crate::cli::error::Error;
use crate::cli::rules::Bench;
use crate::owner::Acting;
use crate::policy::presets::{self, PRESETS};

pub(super) fn init(bench: &Bench<'_>, command: &Init) -> Result<u8, Error> {
    let Some(name) = &command.preset else {
        for preset in PRESETS {
            bench.output.say(&format!("{:<20} {}", preset.name, preset.about));
        }
        return Ok(0);
    };
    let Some(preset) = presets::by_name(name) else {
        let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        return Err(Error::Preset { name: name.clone(), known: known.join(", ") });
    };
    let Some(path) = &command.output else {
        bench.output.say(preset.text.trim_end());
        return Ok(0);
    };
    let path = bench.at(path);
    let failed = |source| Error::WriteFile { path: path.clone(), source };
    let _acting = Acting::for_path(&path).map_err(failed)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // A policy in force is never lost to a preset.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(preset.text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    if !bench.output.quiet {
        bench.output.note(&format!("provost: wrote {} to {}\n", preset.name, path.display()));
    }
    Ok(0)
}
