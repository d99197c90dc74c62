//! The section of `docs/performance.md` on pushes that are made to be expensive.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::text::{grouped, megabytes, number};

/// What was measured of the named cases, as it is kept in JSON.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Hostile {
    pub(crate) cases: Vec<HostileCase>,
}

/// A named case.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct HostileCase {
    pub(crate) name: String,
    /// What is pushed.
    pub(crate) says: String,
    /// The inflated bytes of its objects, and those of the ref updates.
    pub(crate) bytes: u64,
    /// The time of the whole push without a hook, in milliseconds.
    pub(crate) without_ms: u64,
    /// What the hook took before its work was made linear; `None` where that was not measured.
    pub(crate) before: Option<HookCost>,
    /// What it takes.
    pub(crate) after: HookCost,
}

/// What the hook took.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct HookCost {
    /// CPU time in milliseconds.
    pub(crate) cpu_ms: u64,
    pub(crate) peak_bytes: u64,
    /// How it ended; `None` when it was stopped.
    pub(crate) exit: Option<i32>,
}

const HEAD: &str = "
## Hostile pushes

A push can be made so that it is small and costs much: its objects can meet each other in very
many ways. The hook's work follows the bytes of a push all the same. What that cannot be true
of (one marked file at millions of paths, thousands of refs that each reach thousands of marks)
has a bound on its steps, and reaching it is a cut like any limit: in the report, on the record
and on the ledger.

Each case is pushed by `git push` over a local path, into a server without a hook; the hook is
then run on the same quarantine. *Before* is the hook as it was when the cases were collected.
`stopped` means that it had not ended after 10 seconds of CPU time. Exit code 2 is a cut. The
machine has two processors and did nothing else, but for the pushes without a hook of the last
six cases.

| case | what is pushed | KB | without a hook, s | hook before: CPU s, MB | hook: CPU s, MB, exit |
| --- | --- | ---: | ---: | ---: | ---: |
";

const BENCH: &str = "
```console
$ cargo bench --bench hostile -- cases --json docs/hostile.json
$ cargo bench --bench hostile
```

The first line measures the table. The second scales every dimension of a push by 1, 4 and 16
(commits, parents, refs, tags and their depth, the depth and width of trees, names, marks,
notes, entries of the ledger and of baselines), counts the instructions of the hook by
callgrind, and fits the exponent with which they grow over the bytes of the push. It fails
where an exponent is above 1.1 in a dimension that has no bound on steps. Of 68 dimensions 63
have none; their exponents are 1.05 at most. No push at scale 16 took more than 76 MB.

With `time = \"100ms\"` in `[limits]`, hooks for 65 of these dimensions at scale 32 ended after 507 ms
at most, the start of the program and the answer included: the limit is looked at inside one text
and one tree as well. (Git pushes no trees as deep as the other three have at that scale.)
";

/// Makes the section.
pub(crate) fn hostile(page: &mut String, hostile: &Hostile) {
    page.push_str(HEAD);
    let seconds = |ms: u64| number(ms as f64 / 1e3);
    let cost = |cost: &HookCost| {
        let time = match cost.exit {
            Some(_) => seconds(cost.cpu_ms),
            None => "stopped".to_owned(),
        };
        format!("{time}, {}", number(megabytes(cost.peak_bytes)))
    };
    for case in &hostile.cases {
        let before = case.before.as_ref().map_or_else(String::new, cost);
        let exit = case.after.exit.map_or_else(String::new, |exit| format!(", {exit}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {before} | {}{exit} |",
            case.name,
            case.says,
            grouped(&(case.bytes / 1000).to_string()),
            seconds(case.without_ms),
            cost(&case.after),
        );
    }
    page.push_str(BENCH);
}
