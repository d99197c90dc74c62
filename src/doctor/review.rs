//! One pass over the decision logs of all hooks that were looked at: for the refs that
//! passed by, and for the sums that monitoring wants.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Diagnosis;
use super::unseen::Waiting;
use crate::config::log::LogSettings;
use crate::log::tally::Tally;
use crate::log::{LogError, Record, files};
use crate::owner::{self, Account, Acting};
use crate::text::escape;

/// Sums, and how far each log is in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sums {
    /// The sums.
    pub tally: Tally,
    /// By the path of a log, the number of the last record that is in the sums.
    pub counted: BTreeMap<String, u64>,
}

/// What the decision logs of the examined hooks hold.
#[derive(Default)]
pub(super) struct Review {
    /// By the path of a log as it is configured: the refs that it should have, and by the
    /// number of the hook whose.
    logs: HashMap<(String, Option<u32>), Log>,
}

/// A log that is to be read.
struct Log {
    settings: LogSettings,
    /// The account that reads it: the one that has said where it is.
    reader: Option<Account>,
    waiting: Vec<(usize, Waiting)>,
}

impl Review {
    /// Notes that a log is in use, and whose refs should be in it.
    pub(super) fn add(&mut self, settings: &LogSettings, hook: usize, waiting: Option<Waiting>) {
        let said_in = Path::new(&settings.file_place.source.name);
        // Where root alone says it, root reads the logs of all accounts.
        let by_root =
            Acting::own().is_ok_and(|_own| matches!(owner::replaceable(said_in), Ok(None)));
        let reader = owner::current().filter(|_| !by_root);
        let key = (settings.file.clone(), reader.as_ref().map(|account| account.user));
        let log = self.logs.entry(key).or_insert_with(|| Log {
            settings: settings.clone(),
            reader,
            waiting: Vec::new(),
        });
        log.waiting.extend(waiting.map(|waiting| (hook, waiting)));
    }

    /// Reads the logs, says which refs they lack, and goes on with the sums.
    pub(super) fn read(self, hooks: &mut [Diagnosis], sums: &mut Sums) {
        for Log { settings, reader, waiting: mut all } in self.logs.into_values() {
            let read = (|| {
                let _acting = Acting::take(reader).map_err(|source| LogError::Read {
                    path: settings.file.clone().into(),
                    source,
                })?;
                let mut whole = true;
                for log in files::logs(&settings)? {
                    whole &= one(&log, &mut all, sums)?;
                }
                Ok::<_, LogError>(whole)
            })();
            for (hook, waiting) in all {
                let Some(diagnosis) = hooks.get_mut(hook) else { continue };
                match &read {
                    Ok(whole) => waiting.tell(*whole, diagnosis),
                    Err(error) => diagnosis.wrong(
                        "refs",
                        format!("the log can't be read: {error}"),
                        "run provost doctor as an account that may read it",
                    ),
                }
            }
        }
    }
}

/// Reads one chain; whether it has its beginning.
fn one(log: &Path, all: &mut [(usize, Waiting)], sums: &mut Sums) -> Result<bool, LogError> {
    let mut parts: Vec<PathBuf> = files::rotated(log)?;
    // Nobody has pushed since the last rotation, or ever.
    parts.extend(log.exists().then(|| log.to_owned()));
    let counted = sums.counted.entry(escape::path(log)).or_default();
    // A chain that was begun anew is counted from its beginning, which shows at its end.
    let (mut anew, mut on) = (sums.tally.clone(), sums.tally.clone());
    let (mut first, mut last) = (None, 0);
    for part in files::in_order(parts)? {
        files::lines(&part, &mut |_, line| {
            // What a crash left of a line is named by `log verify`.
            let Ok(record) = serde_json::from_slice::<Record>(line) else {
                return Ok(ControlFlow::Continue(()));
            };
            all.iter_mut().for_each(|(_, waiting)| waiting.see(&record));
            anew.add(&record);
            if record.seq > *counted {
                on.add(&record);
            }
            first = first.or(Some(record.seq));
            last = record.seq;
            Ok(ControlFlow::Continue(()))
        })?;
    }
    if first.is_some() {
        sums.tally = if last < *counted { anew } else { on };
        *counted = last;
    }
    Ok(first.is_none_or(|first| first <= 1) && files::packed(log)?.is_empty())
}
