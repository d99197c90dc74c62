//! Exemptions that no push in the decision log has used: perhaps nobody needs them.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::cli::error::Error;
use crate::config::Config;
use crate::document::{Moment, Problem};
use crate::log::files;

/// What of a record is read.
#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    exemptions: Vec<String>,
}

/// A warning for each; none where no log is kept, or nothing is in it yet.
pub(super) fn exemptions(config: &Config) -> Result<Vec<Problem>, Error> {
    let Some(settings) = config.log.as_ref().filter(|_| !config.policy.exemptions().is_empty())
    else {
        return Ok(Vec::new());
    };
    let mut used = BTreeSet::new();
    let mut records = 0;
    for log in files::logs(settings)? {
        let mut all = files::rotated(&log)?;
        all.extend(log.exists().then_some(log));
        for path in all {
            files::lines(&path, &mut |_, text| {
                if let Ok(record) = serde_json::from_slice::<Used>(text) {
                    records += 1;
                    used.extend(record.exemptions);
                }
                Ok(std::ops::ControlFlow::Continue(()))
            })?;
        }
    }
    let now = Moment::now();
    let exemptions = config.policy.exemptions().iter();
    let unused = exemptions.filter(|it| records > 0 && !it.is_over(now) && !used.contains(&it.id));
    let warning = |it: &crate::policy::Exemption| {
        let message = format!("no push on record has used the exemption `{}`", it.id);
        let help = format!("{records} pushes are on record; ask {} if it is needed", it.approver);
        Problem::warning(&it.place, message).help(help)
    };
    Ok(unused.map(warning).collect())
}
