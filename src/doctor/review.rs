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

/// See the head of this file.
#[derive(Default)]
pub(super) struct Review {
    /// By the path of a log as it is configured: the refs that it should have, and by the
    /// number of the hook whose.
    logs: HashMap<String, (LogSettings, Vec<(usize, Waiting)>)>,
}

impl Review {
    /// Notes that a log is in use, and whose refs should be in it.
    pub(super) fn add(&mut self, settings: &LogSettings, hook: usize, waiting: Option<Waiting>) {
        let of = self.logs.entry(settings.file.clone());
        let (_, all) = of.or_insert_with(|| (settings.clone(), Vec::new()));
        all.extend(waiting.map(|waiting| (hook, waiting)));
    }

    /// Reads the logs, says which refs they lack, and goes on with the sums.
    pub(super) fn read(self, hooks: &mut [Diagnosis], sums: &mut Sums) {
        for (settings, mut all) in self.logs.into_values() {
            let read = files::logs(&settings).and_then(|logs| {
                let mut whole = true;
                for log in logs {
                    whole &= one(&log, &mut all, sums)?;
                }
                Ok(whole)
            });
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
