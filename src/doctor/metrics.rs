//! The metrics of a server for Prometheus, as a text file that its node exporter reads.
//!
//! Counters must not fall, and records go with the files that are rotated away: so the
//! file keeps the sums as they are, in a comment that the next run goes on from.
//!
//! Sources: Prometheus' "Exposition formats" and "Metric and label naming"; node
//! exporter's textfile collector, which wants the file replaced in one step.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use prometheus::proto::MetricType;
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily};
use prometheus::{Encoder, TextEncoder};

use super::review::Sums;
use super::{Examination, Outcome};
use crate::config::files;
use crate::document::Moment;
use crate::log::tally::SECONDS;
use crate::owner;
use crate::report::VERSION;

/// What the comment with the sums begins with.
const KEPT: &str = "# provost keeps here what it has counted: ";

/// The sums that an earlier run has left in a file; none when there is no such file.
///
/// # Errors
/// When it can't be read.
pub fn kept(path: &Path) -> io::Result<Sums> {
    // A pipe in its place is not waited for.
    let text = match owner::content(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Sums::default()),
        other => String::from_utf8(other?).map_err(io::Error::other)?,
    };
    let kept = text.lines().find_map(|line| line.strip_prefix(KEPT));
    // A file of another version is begun anew, as a program that was restarted would.
    Ok(kept.and_then(|sums| serde_json::from_str(sums).ok()).unwrap_or_default())
}

/// Replaces the file.
///
/// # Errors
/// When it can't be written.
pub fn write(path: &Path, examination: &Examination) -> io::Result<()> {
    let mut text = Vec::new();
    TextEncoder::new().encode(&families(examination), &mut text).map_err(io::Error::other)?;
    text.extend(KEPT.as_bytes());
    serde_json::to_writer(&mut text, &examination.sums).map_err(io::Error::from)?;
    text.push(b'\n');
    files::replace(path, &text)
}

/// One metric under its name, with what it counts.
fn family(name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(format!("provost_{name}"));
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

fn labels(pairs: &[(&str, &str)]) -> Vec<LabelPair> {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    pairs.iter().map(pair).collect()
}

fn count(pairs: &[(&str, &str)], value: u64) -> Metric {
    let mut counter = Counter::default();
    counter.set_value(value as f64);
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_counter(counter);
    metric
}

fn gauge(pairs: &[(&str, &str)], value: f64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value);
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_gauge(gauge);
    metric
}

/// A counter for each word, `known` ones also when there are none yet.
fn by_word(label: &str, known: &[&str], of: &BTreeMap<String, u64>) -> Vec<Metric> {
    let none = known.iter().filter(|word| !of.contains_key(**word));
    let none = none.map(|word| count(&[(label, word)], 0));
    none.chain(of.iter().map(|(word, sum)| count(&[(label, word)], *sum))).collect()
}

fn families(examination: &Examination) -> Vec<MetricFamily> {
    use MetricType::{COUNTER, GAUGE, HISTOGRAM};
    let tally = &examination.sums.tally;
    let two = |(a, b): (&str, &str), of: &BTreeMap<String, BTreeMap<String, u64>>| {
        let rows = of.iter().flat_map(|(x, row)| row.iter().map(move |(y, sum)| (x, y, *sum)));
        rows.map(|(x, y, sum)| count(&[(a, x), (b, y)], sum)).collect::<Vec<_>>()
    };
    let counter =
        |name: &str, help: &str, sum: u64| family(name, help, COUNTER, vec![count(&[], sum)]);
    let level =
        |name: &str, help: &str, value: f64| family(name, help, GAUGE, vec![gauge(&[], value)]);
    let mut all = vec![
        family(
            "build_info",
            "The version of provost.",
            GAUGE,
            vec![gauge(&[("version", VERSION)], 1.0)],
        ),
        family(
            "pushes_total",
            "Pushes in the decision log, by verdict and answer.",
            COUNTER,
            two(("verdict", "answer"), &tally.pushes),
        ),
        family(
            "findings_total",
            "Findings in the decision log, by tool and verdict.",
            COUNTER,
            two(("tool", "verdict"), &tally.findings),
        ),
        family(
            "failures_total",
            "Pushes that could not be judged: let in (open) or refused (closed).",
            COUNTER,
            by_word("fail", &["open", "closed"], &tally.failed),
        ),
        family(
            "cuts_total",
            "Scans that a limit ended, by limit.",
            COUNTER,
            by_word("limit", &[], &tally.cut),
        ),
        counter("bypassed_total", "Pushes accepted by a bypass.", tally.bypassed),
        counter("exempted_total", "Pushes to which an exemption applied.", tally.exempted),
        counter("unrecorded_total", "Pushes accepted without a record.", tally.lost),
        counter("commits_total", "Commits that were judged.", tally.commits),
        family(
            "push_duration_seconds",
            "How long pushes took to judge.",
            HISTOGRAM,
            vec![durations(&tally.durations, tally.seconds)],
        ),
        family(
            "hooks",
            "Hooks that were looked at, by what was found.",
            GAUGE,
            [("ok", Outcome::Ok), ("note", Outcome::Note), ("wrong", Outcome::Wrong)]
                .map(|(word, outcome)| {
                    let of = examination.hooks.iter().filter(|hook| hook.outcome() == outcome);
                    gauge(&[("outcome", word)], of.count() as f64)
                })
                .into(),
        ),
        family(
            "unseen_refs",
            "Refs whose values the log has not judged.",
            GAUGE,
            vec![gauge(
                &[],
                examination.hooks.iter().map(|hook| hook.unseen.len()).sum::<usize>() as f64,
            )],
        ),
        level(
            "unjudged_updates",
            "Ref updates that were let in unjudged and have not been judged since.",
            examination.standing.unjudged as f64,
        ),
        level(
            "suspensions",
            "Suspensions of the policy that hold now.",
            examination.standing.suspended.len() as f64,
        ),
        family(
            "exemptions",
            "Exemptions of the policy, by state.",
            GAUGE,
            vec![
                gauge(&[("state", "ending")], examination.standing.ending.len() as f64),
                gauge(&[("state", "over")], examination.standing.over.len() as f64),
            ],
        ),
        level(
            "doctor_timestamp_seconds",
            "When provost doctor wrote this.",
            Moment::now().0 as f64,
        ),
    ];
    if let Some(last) = tally.last.as_deref().and_then(Moment::parse) {
        let help = "When the last push of the decision log came.";
        all.push(level("last_push_timestamp_seconds", help, last.0 as f64));
    }
    // The format has no family without a metric.
    all.retain(|family| !family.get_metric().is_empty());
    all
}

fn durations(classes: &[u64], seconds: f64) -> Metric {
    let mut sum = 0;
    let mut buckets = Vec::new();
    for (at, bound) in SECONDS.iter().enumerate() {
        sum += classes.get(at).copied().unwrap_or(0);
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound);
        bucket.set_cumulative_count(sum);
        buckets.push(bucket);
    }
    let mut histogram = Histogram::default();
    histogram.set_sample_count(classes.iter().sum());
    histogram.set_sample_sum(seconds);
    histogram.set_bucket(buckets);
    let mut metric = Metric::default();
    metric.set_histogram(histogram);
    metric
}
