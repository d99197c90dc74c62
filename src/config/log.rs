//! `[log]`: where decisions are recorded, and what happens when that fails.
//!
//! Without this section nothing is recorded. A weaker layer can lock it: then a stronger
//! one that has such a section is in error.

use std::path::PathBuf;

use crate::document::{Fields, Node, Place, Problem, Value};

/// What stands for the system user in the name of the file.
pub const USER: &str = "{user}";

/// Where syslog listens.
const SYSLOG: &str = "/dev/log";
/// Where journald listens for its own protocol; source: systemd's "Native Journal Protocol".
const JOURNALD: &str = "/run/systemd/journal/socket";
/// A head goes to the copies so often, if nothing else is said.
const HEAD_EVERY: usize = 100;
/// So many seconds a hook waits for the others, if nothing else is said.
const WAIT: usize = 30;
/// Who may read the file, if nothing else is said.
const MODE: u32 = 0o640;
/// The same of a file that only one account writes.
const OWN: u32 = 0o600;

/// What happens to a push whose record can't be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused.
    #[default]
    Reject,
    /// It gets the answer that it would have got, and the pusher is told.
    Accept,
}

/// Where a shortened copy of each record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// The syslog daemon.
    Syslog,
    /// journald, with fields of its own.
    Journald,
}

/// `[log]`, read.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// The path of the file, with `{user}` as it was written.
    pub file: String,
    /// Where it is written.
    pub file_place: Place,
    /// The permissions of a new file.
    pub mode: u32,
    /// What happens when a record can't be written.
    pub on_failure: OnFailure,
    /// Where copies go, with the socket of each.
    pub copies: Vec<(Copies, PathBuf)>,
    /// After so many records the head of the chain goes to the copies too.
    pub head_every: usize,
    /// So many seconds a hook waits for others that write.
    pub wait: usize,
    /// Where the section is written.
    pub place: Place,
}

impl LogSettings {
    /// Reads the section, if it is there.
    pub(super) fn read(root: &mut Fields<'_>) -> Option<Self> {
        let reader = root.reader();
        let node = root.node("log")?;
        let mut fields = reader.fields(node, "[log]")?;
        let file = fields.required_string("file").map(str::to_owned);
        let file_place = fields.place_of_value("file").clone();
        if let Some(file) = &file
            && !file.starts_with('/')
        {
            let problem = Problem::new(fields.place_of_value("file"), "the path is not absolute");
            reader.report(problem.help("a hook runs in the repository's own directory"));
        }
        let reactions = [("reject", OnFailure::Reject), ("accept", OnFailure::Accept)];
        let on_failure = fields.word("on-failure", &reactions).unwrap_or_default();
        // Of a file for each account the other accounts read nothing.
        let usual = if file.as_ref().is_some_and(|file| file.contains(USER)) { OWN } else { MODE };
        let mode = fields.string("mode").map(str::to_owned);
        let place = fields.place_of_value("mode");
        let mode = mode.map_or(Some(usual), |text| u32::from_str_radix(&text, 8).ok());
        if mode.is_none_or(|mode| mode & !0o777 != 0 || mode & 0o600 != 0o600) {
            let problem = Problem::new(place, "`mode` is not one of a file that its owner writes");
            reader.report(problem.help("write it as chmod does: mode = \"0640\""));
        }
        let copies = read_copies(&mut fields);
        let given = fields.entries().contains_key("head-every");
        let head_every = fields.count("head-every").unwrap_or(HEAD_EVERY);
        if given && (copies.is_empty() || head_every == 0) {
            let message = "`head-every` needs a `copy` to send to, and a number of 1 or more";
            reader.report(Problem::new(fields.place_of("head-every"), message));
        }
        let wait = fields.count("wait").unwrap_or(WAIT);
        let _ = fields.boolean("locked");
        let place = fields.place().clone();
        fields.finish();
        let (file, mode) = (file?, mode?);
        Some(Self { file, file_place, mode, on_failure, copies, head_every, wait, place })
    }
}

fn read_copies(fields: &mut Fields<'_>) -> Vec<(Copies, PathBuf)> {
    let socket = |text: Option<&str>, known: &str| PathBuf::from(text.unwrap_or(known));
    let syslog = socket(fields.string("syslog-socket"), SYSLOG);
    let journald = socket(fields.string("journald-socket"), JOURNALD);
    let mut copies = Vec::new();
    for (word, place) in fields.strings("copy") {
        match word {
            "syslog" => copies.push((Copies::Syslog, syslog.clone())),
            "journald" => copies.push((Copies::Journald, journald.clone())),
            other => {
                let problem = Problem::new(place, format!("a copy can't go to `{other}`"));
                fields.reader().report(problem.help("known here: syslog, journald"));
            }
        }
    }
    copies
}

/// The place of the lock on `[log]` in the layers so far.
pub(super) fn locked(merged: &Node) -> Option<Place> {
    let Value::Table(root) = &merged.value else { return None };
    let Value::Table(log) = &root.get("log")?.1.value else { return None };
    let (place, node) = log.get("locked")?;
    matches!(node.value, Value::Boolean(true)).then(|| place.clone())
}

/// The mistake of a layer that has a `[log]` although a weaker one locks it.
pub(super) fn unlocks(lock: Option<Place>, layer: &Node) -> Option<Problem> {
    let Value::Table(root) = &layer.value else { return None };
    let (place, _) = root.get("log")?;
    let lock = lock?;
    let problem = Problem::new(place, "`[log]` is locked");
    Some(problem.help(format!("{} locks it; ask who looks after that file", lock.file_line())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, Reader, Source};
    use std::sync::Arc;

    fn read(text: &str) -> Result<Option<LogSettings>, Vec<String>> {
        let source =
            Source { name: "x.toml".into(), text: text.to_owned().into(), built_in: false };
        let node = document::parse(&Arc::new(source)).unwrap();
        let reader = Reader::default();
        let mut root = reader.fields(&node, "the top level").unwrap();
        let settings = LogSettings::read(&mut root);
        root.finish();
        let problems = reader.take();
        let messages = problems.iter().map(|problem| problem.message.clone()).collect();
        if problems.is_empty() { Ok(settings) } else { Err(messages) }
    }

    #[test]
    fn a_section_is_read_with_its_defaults() {
        assert!(read("").unwrap().is_none());
        let settings = read("[log]\nfile = \"/var/log/provost/{user}.jsonl\"\n").unwrap().unwrap();
        assert_eq!(settings.on_failure, OnFailure::Reject);
        assert_eq!((settings.mode, settings.head_every), (0o600, 100));
        assert!(settings.copies.is_empty());
        let text = "[log]\nfile = \"/l\"\ncopy = [\"syslog\", \"journald\"]\nhead-every = 5\n\
                    mode = \"0660\"\non-failure = \"accept\"\nsyslog-socket = \"/s\"\n";
        let settings = read(text).unwrap().unwrap();
        assert_eq!(settings.copies[0], (Copies::Syslog, "/s".into()));
        assert_eq!(settings.copies[1], (Copies::Journald, JOURNALD.into()));
        assert_eq!((settings.mode, settings.head_every), (0o660, 5));
        assert_eq!(settings.on_failure, OnFailure::Accept);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("[log]\n", "[log] needs `file`"),
            ("[log]\nfile = \"log.jsonl\"\n", "the path is not absolute"),
            ("[log]\nfile = \"/l\"\nfiles = 1\n", "unknown key `files` in [log]"),
            ("[log]\nfile = \"/l\"\non-failure = \"shrug\"\n", "`on-failure` can't be `shrug`"),
            ("[log]\nfile = \"/l\"\ncopy = [\"mail\"]\n", "a copy can't go to `mail`"),
            ("[log]\nfile = \"/l\"\nhead-every = 5\n", "`head-every` needs a `copy`"),
            ("[log]\nfile = \"/l\"\nmode = \"0440\"\n", "`mode` is not one"),
        ] {
            let problems = read(text).unwrap_err();
            assert!(problems.iter().any(|it| it.starts_with(named)), "{text}: {problems:?}");
        }
    }
}
