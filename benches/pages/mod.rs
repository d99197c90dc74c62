//! Pages of `docs/` that are made from measurements.
//!
//! The measurements are kept as JSON beside the pages; a template makes the same page of the same
//! JSON, byte for byte. The benches write them, and a test makes them again, so that a page that
//! was edited by hand is noticed.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::{Deserialize, Serialize};

/// What the cost of a push is made of, as the columns of a page name it; see `scale.md.j2`.
const TERMS: usize = 6;
/// How many of each term a push has.
pub(crate) type Counts = [f64; TERMS];

/// Median, least and most of what was measured.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// What one more of each term costs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Coefficients {
    pub(crate) each: Counts,
    /// How far the formula is from what was measured, as a share of it.
    pub(crate) error: Spread,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.into_iter().collect();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or_default();
        let last = all.len().saturating_sub(1);
        let median = (at(last / 2) + at(last.div_ceil(2))) / 2.0;
        Self { median: kept(median), min: kept(at(0)), max: kept(at(last)) }
    }
}

/// A number with four digits that count: more were not measured.
pub(crate) fn kept(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// What a formula gives for a push.
fn cost(each: &Counts, counts: &Counts) -> f64 {
    each.iter().zip(counts).map(|(each, count)| each * count).sum()
}

/// Fits a sum of terms, none of which makes a push cheaper, to what was measured. Each measurement
/// counts by its own size: being off by a tenth is as bad for a small push as for a large one.
/// Terms are adjusted one after the other, each to its best value that is not below zero, until
/// nothing changes: the sum of squares is convex, so that is its least.
pub(crate) fn fit(counts: &[Counts], measured: &[f64]) -> Coefficients {
    let rows: Vec<Counts> =
        counts.iter().zip(measured).map(|(row, value)| row.map(|count| count / value)).collect();
    let product = |i: usize, j: usize| rows.iter().map(|row| row[i] * row[j]).sum::<f64>();
    let products: Vec<Counts> =
        (0..TERMS).map(|i| std::array::from_fn(|j| product(i, j))).collect();
    let sums: Counts = std::array::from_fn(|i| rows.iter().map(|row| row[i]).sum());
    let mut each = [0.0; TERMS];
    for _ in 0..1_000_000 {
        let before = each;
        for (i, row) in products.iter().enumerate().filter(|(i, row)| row[*i] > 0.0) {
            each[i] = (each[i] + (sums[i] - cost(row, &each)) / row[i]).max(0.0);
        }
        if each == before {
            break;
        }
    }
    let errors = rows.iter().map(|row| (cost(&each, row) - 1.0).abs());
    Coefficients { error: Spread::of(errors), each: each.map(kept) }
}

/// Makes `docs/performance.md` of `docs/performance.json` and `docs/hostile.json`.
pub(crate) fn performance(results: &impl Serialize, hostile: &impl Serialize) -> String {
    let context = context! { ..Value::from(Serde(results)), ..Value::from(Serde(hostile)) };
    page(include_str!("performance.md.j2"), context)
}

/// Makes `docs/scale.md` of `docs/scale.json`.
pub(crate) fn scale(measured: &impl Serialize) -> String {
    page(include_str!("scale.md.j2"), Value::from(Serde(measured)))
}

fn page(template: &str, context: Value) -> String {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().unwrap_or_default());
    environment.add_filter("number", number);
    environment.add_filter("spread", |spread: Serde<Spread>| {
        let [median, min, max] = [spread.median, spread.min, spread.max].map(number);
        format!("{median} ({min}..{max})")
    });
    environment.add_filter("grouped", |value: f64| grouped(&format!("{value:.0}")));
    environment.add_filter("time", |ms: f64| {
        unit(ms, &[(1e3, "s"), (1.0, "ms"), (1e-3, "µs"), (1e-6, "ns")])
    });
    environment.add_filter("bytes", |bytes: f64| {
        unit(bytes, &[(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes")])
    });
    environment.add_filter("cost", |counts: Vec<f64>, each: Vec<f64>| {
        counts.iter().zip(each).map(|(count, each)| count * each).sum::<f64>()
    });
    environment.render_str(template, context).unwrap_or_else(|error| panic!("{error:#}"))
}

/// A number with the largest unit of which it holds one, or with the last unit.
fn unit(value: f64, units: &[(f64, &str)]) -> String {
    match units.iter().find(|(size, _)| value >= *size).or(units.last()) {
        Some((size, name)) if value != 0.0 => format!("{} {name}", number(value / size)),
        _ => "0".to_owned(),
    }
}

/// A number with as many digits as are worth reading.
pub(crate) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 || size == 0.0 => 2,
        _ => 3,
    };
    grouped(&format!("{value:.digits$}"))
}

/// A decimal number with a comma after each three digits of its whole part.
pub(crate) fn grouped(text: &str) -> String {
    let whole = text.find('.').unwrap_or(text.len());
    let mut out = String::new();
    for (at, digit) in text.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
