//! Refs whose present values passed by the hook: those of mirrors and imports, those of
//! pushes while the hook was switched off, and those that were let in unjudged.
//!
//! A value has been seen when a record has accepted it and nothing was left unjudged, when
//! an administrator declared it in a baseline, or when it was judged since by an audit.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Diagnosis;
use super::diagnosis::{Unseen, Why};
use super::git_runs::word;
use crate::config::Config;
use crate::git::{ObjectId, Repository};
use crate::log::Record;
use crate::policy::Situation;
use crate::scan::{Baselines, ScanError};
use crate::state::ledger::Ledger;
use crate::state::ledger::LedgerPlace;
use crate::text::escape::escape;

/// So many are named to people.
const MOST_NAMED: usize = 10;

/// The refs of one repository that wait for their record.
pub(super) struct Waiting {
    /// The repository's directory, as records have it.
    directory: String,
    refs: HashMap<String, (ObjectId, Why)>,
    /// The refs of which the ledger says that not all was judged.
    open: HashSet<String>,
}

impl Waiting {
    /// The refs of a repository that need a record.
    ///
    /// # Errors
    /// When its refs, baselines or list of the unjudged can't be read.
    pub(super) fn of(repository: &Repository, config: &Config) -> Result<Self, ScanError> {
        let ledger = Ledger::read(&LedgerPlace::of(config, repository))?;
        let judged_since = ledger.judged_since;
        let open = ledger.unjudged.iter().map(|entry| entry.ref_name.to_string()).collect();
        let mut baselines = Baselines::new(repository);
        let judge = config.judge(Situation::unknown(&repository.name()));
        let mut refs = HashMap::new();
        for reference in repository.references()? {
            let name = reference.name.as_bytes();
            if config.policy.judges(name)
                && !judged_since.contains(&reference.target)
                && !baselines.of(&judge, &judge.class(name))?.names(reference.target)
            {
                refs.insert(reference.name.to_string(), (reference.target, Why::Never));
            }
        }
        Ok(Self { directory: directory(repository.git_dir()), refs, open })
    }

    /// Takes out what a record has accepted.
    pub(super) fn see(&mut self, record: &Record) {
        if record.probe || !record.accepted || !self.is_of(record) {
            return;
        }
        for update in &record.refs {
            let Some((value, why)) = self.refs.get_mut(&update.name) else { continue };
            if update.new.as_ref().is_none_or(|new| !new.is(value)) {
                if *why == Why::Never {
                    *why = Why::OtherValues;
                }
            } else if self.open.contains(&update.name)
                || record.unjudged.iter().any(|id| id.is(value))
                || record.verdict.is_none()
            {
                *why = Why::LetIn;
            } else {
                self.refs.remove(&update.name);
            }
        }
        self.refs.retain(|_, (value, _)| !record.settled.iter().any(|id| id.is(value)));
    }

    fn is_of(&self, record: &Record) -> bool {
        let known = record.directory.as_deref().map(|path| path.trim_end_matches('/'));
        known == Some(&self.directory)
    }

    /// Says which refs no record has.
    pub(super) fn tell(self, whole: bool, diagnosis: &mut Diagnosis) {
        let mut all: Vec<Unseen> =
            self.refs.into_iter().map(|(name, (value, why))| Unseen { name, value, why }).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        if all.is_empty() {
            diagnosis.ok("refs", "the log has accepted the value of every ref");
            return;
        }
        let mut text = match all.len() {
            1 => "the log has not judged the value of 1 ref:".to_owned(),
            count => format!("the log has not judged the values of {count} refs:"),
        };
        for unseen in all.iter().take(MOST_NAMED) {
            let why = match unseen.why {
                Why::Never => "no record",
                Why::OtherValues => "records of other values: a push passed by the hook",
                Why::LetIn => "let in unjudged",
            };
            let value = unseen.value.to_string();
            let short = value.get(..12).unwrap_or(&value);
            text.push_str(&format!("\n{} {short} ({why})", unseen.name));
        }
        if let Some(more) = all.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            text.push_str(&format!("\nand {more} more"));
        }
        // What a log that has lost its beginning does not have may have been in there.
        let surely = whole || all.iter().any(|unseen| unseen.why != Why::Never);
        diagnosis.unseen = all;
        let path = word(&diagnosis.path);
        let step = format!(
            "judge them with provost audit {path}; what may stay: provost policy baseline \
             --add {path}"
        );
        if surely {
            diagnosis.wrong("refs", text, step);
        } else {
            text.push_str("\n(older files of the log are packed or gone: it may have been there)");
            diagnosis.note("refs", text);
        }
    }
}

/// A directory as records have it.
fn directory(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    escape(path.as_os_str().as_bytes())
}
