//! Whether the process that judges can be confined on this machine. Where it can't, pushes are
//! judged all the same, so it is worth a note and no more.

use super::Diagnosis;
use crate::gate::{Held, Protection};
use crate::text::WordEnum;

/// What the machine gave when it was tried, once for all hooks.
pub(super) type Tried = std::io::Result<Vec<Held>>;

/// Notes which protections hold.
pub(super) fn look(tried: &Tried, diagnosis: &mut Diagnosis) {
    const NAME: &str = "confinement";
    let held = match tried {
        Ok(held) => held,
        Err(error) => {
            let text = format!("the process that judges could not be started: {error}");
            let step = "check how many processes the account of the hook may have (ulimit -u)";
            diagnosis.wrong(NAME, text, step);
            return;
        }
    };
    let name = |protection: Protection| protection.word();
    let holds = held.iter().filter(|it| it.missing.is_none());
    let holds: Vec<&str> = holds.map(|it| name(it.protection)).collect();
    let missing: Vec<String> = held
        .iter()
        .filter_map(|it| Some(format!("{} ({})", name(it.protection), it.missing.as_ref()?)))
        .collect();
    let holds = if holds.is_empty() { "nothing".to_owned() } else { holds.join(", ") };
    if missing.is_empty() {
        diagnosis.ok(NAME, format!("the process that judges is confined: {holds}"));
    } else {
        let missing = missing.join(", ");
        let text = format!("the process that judges lacks {missing}; it is confined by {holds}");
        diagnosis.note(NAME, text);
    }
}
