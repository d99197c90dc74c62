//! What a policy lets pass for the time being, and what waits for somebody: suspensions,
//! exemptions, files that are replaced, pushes that were let in unjudged; and whether
//! decisions are put on record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Diagnosis;
use super::checks::{room, writable};
use super::git_runs::word;
use crate::config::log::{LogSettings, OnFailure};
use crate::config::published::{Published, REF};
use crate::config::{self, Config, Layers};
use crate::document::Moment;
use crate::git::Repository;
use crate::log::path_of;
use crate::state::StateError;
use crate::state::ledger::Ledger;
use crate::state::ledger::LedgerPlace;
use crate::text::escape;

/// What holds of all policies together that were looked at.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Standing {
    /// Suspensions that hold now, by id.
    pub suspended: BTreeSet<String>,
    /// Exemptions that end within two weeks, by id.
    pub ending: BTreeSet<String>,
    /// Exemptions that are over, by id.
    pub over: BTreeSet<String>,
    /// How many ref updates were let in unjudged and have not been judged since.
    pub unjudged: usize,
}

impl Standing {
    /// Looks at the policy of one repository, or of the machine; `rules` are the files that
    /// its hook is told of.
    pub(super) fn look(
        &mut self,
        repository: Option<&Repository>,
        config: &Config,
        rules: &[PathBuf],
        diagnosis: &mut Diagnosis,
    ) {
        for file in &config.replaced {
            let text = format!("{file} has mistakes; its last good text is in force");
            diagnosis.wrong("policy", text, format!("mend it: provost rules lint {file}"));
        }
        self.dates(repository, config, Moment::now(), diagnosis);
        if let Some(repository) = repository {
            self.unjudged(repository, config, diagnosis);
            published(repository, rules, diagnosis);
        }
        match &config.log {
            Some(settings) => log(settings, diagnosis),
            None => diagnosis.note(
                "log",
                "no decision is put on record, for the rules have no [log]; nor can be said \
                 which refs passed by the hook",
            ),
        }
    }

    fn dates(
        &mut self,
        repository: Option<&Repository>,
        config: &Config,
        now: Moment,
        diagnosis: &mut Diagnosis,
    ) {
        let name = repository.map(Repository::name);
        let here =
            |it: &&crate::policy::Suspension| name.as_ref().is_none_or(|name| it.holds(name, now));
        for suspension in config.policy.suspensions(now).filter(here) {
            let until = suspension.until;
            let by = suspension.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
            let text = format!("nothing is refused until {until}{by}: {}", suspension.reason);
            let step = "when that is over: provost policy suspend --end";
            diagnosis.wrong("suspended", text, step);
            self.suspended.insert(suspension.id.clone());
        }
        for exemption in config.policy.exemptions() {
            let (id, expires) = (&exemption.id, exemption.expires);
            let known = if exemption.is_over(now) {
                diagnosis.note("exemption", format!("`{id}` is over since {expires}"));
                &mut self.over
            } else if exemption.ends_soon(now) {
                let text = format!("`{id}` ends at {expires}; {} granted it", exemption.approver);
                diagnosis.note("exemption", text);
                &mut self.ending
            } else {
                continue;
            };
            known.insert(id.clone());
        }
    }

    fn unjudged(&mut self, repository: &Repository, config: &Config, diagnosis: &mut Diagnosis) {
        match Ledger::read(&LedgerPlace::of(config, repository)).map(|ledger| ledger.unjudged) {
            Ok(open) if open.is_empty() => {}
            Ok(open) => {
                self.unjudged += open.len();
                let text = match open.len() {
                    1 => "1 ref update was let in unjudged".to_owned(),
                    count => format!("{count} ref updates were let in unjudged"),
                };
                let path = word(&diagnosis.path);
                diagnosis.wrong("unjudged", text, format!("provost audit {path} judges them"));
            }
            Err(error) => unreadable(&error, diagnosis),
        }
    }
}

/// Whether what developers judge by is what the server judges by.
fn published(repository: &Repository, rules: &[PathBuf], diagnosis: &mut Diagnosis) {
    let layers = Layers { repository: Some(repository), files: rules, ..Layers::default() };
    let now = config::sources(layers);
    let known = Published::at(repository, REF);
    let (known, now) = match known.and_then(|known| Ok((known, now?))) {
        Ok((None, _)) => return,
        Ok((Some(known), now)) => (known, now),
        Err(error) => {
            let step = "publish it anew: provost policy publish";
            diagnosis.wrong("published", error.to_string(), step);
            return;
        }
    };
    if known.is_as(&Published::of(&now, known.repository.clone())) {
        let text = format!("{REF} has the policy that is in force");
        diagnosis.ok("published", text);
    } else {
        let path = word(&diagnosis.path);
        let text = format!("{REF} has the policy of {}, and another is in force", known.time);
        diagnosis.wrong("published", text, format!("provost policy publish {path}"));
    }
}

fn unreadable(error: &StateError, diagnosis: &mut Diagnosis) {
    let text = format!("{error}, so every push is refused");
    diagnosis.wrong("unjudged", text, "let the account that pushes run as read and write it");
}

/// Whether a record could be written. The probe shows whether it is.
fn log(settings: &LogSettings, diagnosis: &mut Diagnosis) {
    let file = path_of(settings);
    let folder = file.parent().unwrap_or(Path::new("/"));
    if folder.is_dir() {
        writable(&file, "change what is on record", diagnosis);
        room(folder, diagnosis);
        return;
    }
    let then = match settings.on_failure {
        OnFailure::Reject => "every push is refused",
        OnFailure::Accept => "nothing is put on record",
    };
    let text = format!("there is no folder {}: {then}", escape::path(folder));
    diagnosis.wrong("log", text, format!("mkdir {}, for the hook to write there", word(folder)));
}
