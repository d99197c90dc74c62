//! The lines of a ledger, and the open entries that they make.

use std::collections::HashSet;

use provost::state::ledger::{Admission, Ledger};
use provost::fuzzing::{ledger, ledger_rewritten};

pub(crate) fn run(data: &[u8]) {
    let read = ledger(data);
    let written = ledger_rewritten(data);
    assert_eq!(read.is_ok(), written.is_some());
    let (Ok(read), Some(written)) = (read, written) else { return };
    // What is written is read as the same, and is written as the same again.
    assert_eq!(ledger_rewritten(&written).as_ref(), Some(&written));
    let again = ledger(&written).expect("what was written is read");
    assert_eq!(contents(&read), contents(&again));
    // Of a line that is cut before its end nothing counts, and it is no damage.
    if let Some(last) = written.strip_suffix(b"\n").and_then(|all| all.split(|it| *it == b'\n').next_back())
    {
        let before = &written[..written.len() - last.len() - 1];
        let without = ledger(before).expect("whole lines");
        for end in [1, last.len() / 3, last.len() / 2, last.len() - 1] {
            let torn = [before, &last[..end]].concat();
            let torn = ledger(&torn).expect("a line that a crash left unfinished");
            assert_eq!(contents(&torn), contents(&without));
            let damaged = [before, &last[..end], b"\n"].concat();
            assert!(ledger(&damaged).is_err(), "a complete line that lost its end");
        }
    }
}

type Contents = (Vec<String>, HashSet<String>, Vec<String>);

fn contents(ledger: &Ledger) -> Contents {
    let unjudged = ledger.unjudged.iter();
    let unjudged = unjudged.map(|it| format!("{} {} {:?}", it.ref_name, it.id, it.boundary));
    let judged = ledger.judged_since.iter().map(|id| id.to_string()).collect();
    let admitted = ledger.admitted.iter().map(admission).collect();
    (unjudged.collect(), judged, admitted)
}

fn admission(it: &Admission) -> String {
    format!(
        "{} {:?} {:?} {:?} {:?} {}",
        it.ref_name, it.exceptions, it.refs, it.ids, it.boundary, it.is_spread
    )
}
