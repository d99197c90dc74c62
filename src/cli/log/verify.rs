//! `provost log verify` and `provost log head`.

use serde::Serialize;

use super::args::{HeadOf, Shape, Verify};
use super::{Desk, count};
use crate::cli::error::Error;
use crate::log::verify::{Verified, verify as follow};
use crate::log::{Head, files};

#[derive(Serialize)]
struct OfLog {
    log: String,
    #[serde(flatten)]
    verified: Verified,
}

pub(super) fn verify(desk: &Desk<'_>, command: &Verify) -> Result<u8, Error> {
    let chains = desk.chains(&command.files, || desk.settings())?;
    let mut all = Vec::new();
    for chain in chains {
        let first = chain.files.first().map(|path| files::base(path));
        let name = chain.live.clone().or(first).unwrap_or_default();
        for path in &chain.packed {
            let path = path.display();
            desk.output.note(&format!(
                "provost: not read, for it is packed: {path}\n         \
                 Unpack it into a pipe: provost log verify -\n"
            ));
        }
        let verified = follow(chain.files, chain.live.as_deref(), command.head.as_ref())?;
        all.push(OfLog { log: name.display().to_string(), verified });
    }
    let broken = all.iter().any(|of| of.verified.broken.is_some());
    if command.format == Shape::Json {
        desk.json(&all)?;
    } else {
        all.iter().for_each(|of| desk.output.say(text(of).trim_end()));
    }
    Ok(u8::from(broken))
}

fn text(of: &OfLog) -> String {
    let verified = &of.verified;
    let mut text = format!("{}: ", of.log);
    match &verified.broken {
        None => {
            let records = count(verified.records, "record");
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

#[derive(Serialize)]
struct HeadLine {
    log: String,
    #[serde(flatten)]
    head: Head,
}

pub(super) fn head(desk: &Desk<'_>, command: &HeadOf) -> Result<u8, Error> {
    let logs = if command.files.is_empty() {
        files::logs(&desk.settings()?)?
    } else {
        command.files.iter().map(|path| desk.at(path)).collect()
    };
    let mut heads = Vec::new();
    for log in &logs {
        heads.push(HeadLine { log: log.display().to_string(), head: Head::of(log)? });
    }
    if command.format == Shape::Json {
        desk.json(&heads)?;
    } else {
        for line in &heads {
            let name = if heads.len() > 1 { format!("  {}", line.log) } else { String::new() };
            desk.output.say(&format!("{}{name}", line.head));
        }
    }
    Ok(0)
}
