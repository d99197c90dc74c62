//! Sums over the records of a log, for monitoring. They can be kept and gone on with, for
//! a counter must not fall when old files are rotated away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NOT_JUDGED, Record};

/// The upper bounds of the classes of durations, in seconds; what takes longer is in one
/// more.
pub const SECONDS: [f64; 12] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0];

/// How many there were of something, by two words.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// Sums over a decision log. Probes of `doctor` are in none of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Pushes, by verdict and by `accepted` or `refused`.
    pub pushes: Counts,
    /// Findings, by tool and verdict.
    pub findings: Counts,
    /// Pushes that could not be judged, by `open` or `closed`.
    pub failed: BTreeMap<String, u64>,
    /// Scans that a limit ended, by the key of the limit.
    pub cut: BTreeMap<String, u64>,
    /// Pushes that were accepted by a bypass.
    pub bypassed: u64,
    /// Pushes to which an exemption applied.
    pub exempted: u64,
    /// Pushes that were accepted and are not in the log, as far as that is known.
    pub lost: u64,
    /// Commits that were judged.
    pub commits: u64,
    /// Pushes by their duration: as many as [`SECONDS`], and one.
    pub durations: Vec<u64>,
    /// The sum of all durations, in seconds.
    pub seconds: f64,
    /// The time of the last record, RFC 3339 in UTC.
    pub last: Option<String>,
}

impl Tally {
    /// Adds a record.
    pub fn add(&mut self, record: &Record) {
        self.lost += record.lost;
        if record.probe {
            return;
        }
        let answer = if record.accepted { "accepted" } else { "refused" };
        let verdict = record.verdict.as_ref().map_or(NOT_JUDGED.into(), |verdict| verdict.text());
        *self.pushes.entry(verdict.into_owned()).or_default().entry(answer.into()).or_default() +=
            1;
        for found in &record.findings {
            let of = self.findings.entry(found.tool.clone()).or_default();
            *of.entry(found.verdict.to_string()).or_default() += 1;
        }
        if let Some(fail) = &record.fail {
            *self.failed.entry(fail.to_string()).or_default() += 1;
        }
        if let Some(cut) = &record.cut {
            *self.cut.entry(cut.limit.to_string()).or_default() += 1;
        }
        self.bypassed += u64::from(record.bypass.is_some());
        self.exempted += u64::from(!record.exemptions.is_empty());
        self.commits += record.commits as u64;
        let seconds = record.duration_ms / 1000.0;
        let class = SECONDS.iter().position(|bound| seconds <= *bound).unwrap_or(SECONDS.len());
        self.durations.resize(SECONDS.len() + 1, 0);
        if let Some(count) = self.durations.get_mut(class) {
            *count += 1;
        }
        self.seconds += seconds;
        // Of several logs the latest counts; these times sort as they follow.
        self.last = self.last.take().max(Some(record.time.clone()));
    }
}
