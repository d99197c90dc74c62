//! Least squares, with coefficients that are not below zero: nothing makes a push cheaper.

use super::results::{Spread, kept};
use super::scale::{Coefficients, Counts, TERMS};

const N: usize = TERMS.len();

/// Fits a sum of terms to what was measured. Each measurement counts by its own size:
/// being off by a tenth is as bad for a small push as for a large one.
pub(crate) fn fit(counts: &[Counts], measured: &[f64]) -> Coefficients {
    // Whatever the unit, what is solved are numbers about one.
    let unit = measured.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let scaled: Vec<f64> = measured.iter().map(|value| value / unit).collect();
    let mut used = [true; N];
    let each = loop {
        let each = least_squares(counts, &scaled, &used).map(|each| each * unit);
        // The term that is most below zero, by its part of the cost, is left out.
        let weight = |at: usize| {
            let most = counts.iter().filter_map(|row| row.get(at)).copied().fold(0.0, f64::max);
            each.get(at).copied().unwrap_or_default() * most
        };
        let worst = (0..N).filter(|at| weight(*at) < 0.0);
        match worst.min_by(|a, b| weight(*a).total_cmp(&weight(*b))) {
            Some(at) => used.iter_mut().skip(at).take(1).for_each(|used| *used = false),
            None => break each,
        }
    };
    let said = Coefficients { each, error: Spread::of([]) };
    let errors = counts.iter().zip(measured).map(|(row, value)| (said.of(row) / value - 1.0).abs());
    let each = each.map(kept);
    Coefficients { each, error: Spread::of(errors) }
}

fn least_squares(counts: &[Counts], measured: &[f64], used: &[bool; N]) -> Counts {
    let terms: Vec<usize> = (0..N).filter(|at| used.get(*at) == Some(&true)).collect();
    let at = |row: &Counts, term: usize| row.get(term).copied().unwrap_or_default();
    // Terms of very different sizes are brought to the same first.
    let scale = |term: usize| {
        counts.iter().map(|row| at(row, term)).fold(0.0, f64::max).max(f64::MIN_POSITIVE)
    };
    let scales: Vec<f64> = terms.iter().map(|term| scale(*term)).collect();
    // What was measured is 1 in each row: every measurement counts by its own size.
    let rows: Vec<Vec<f64>> = counts
        .iter()
        .zip(measured)
        .map(|(row, value)| {
            let part = |(term, scale): (&usize, &f64)| {
                at(row, *term) / scale / value.max(f64::MIN_POSITIVE)
            };
            terms.iter().zip(&scales).map(part).collect()
        })
        .collect();
    let part = |row: &Vec<f64>, at: usize| row.get(at).copied().unwrap_or_default();
    // The normal equations, one row for each term, the right side last.
    let equation = |i: usize| -> Vec<f64> {
        let left =
            (0..terms.len()).map(|j| rows.iter().map(|row| part(row, i) * part(row, j)).sum());
        left.chain([rows.iter().map(|row| part(row, i)).sum()]).collect()
    };
    let mut equations: Vec<Vec<f64>> = (0..terms.len()).map(equation).collect();
    let solved = solve(&mut equations);
    let mut each = [0.0; N];
    for ((term, scale), value) in terms.iter().zip(&scales).zip(solved) {
        if let Some(place) = each.get_mut(*term) {
            *place = value / scale;
        }
    }
    each
}

/// Gauss and Jordan; a term that nothing tells apart from others is nought.
fn solve(equations: &mut [Vec<f64>]) -> Vec<f64> {
    let n = equations.len();
    let at = |equations: &[Vec<f64>], row: usize, column: usize| {
        equations.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
    };
    for column in 0..n {
        let largest = (column..n).max_by(|a, b| {
            at(equations, *a, column).abs().total_cmp(&at(equations, *b, column).abs())
        });
        equations.swap(column, largest.unwrap_or(column));
        let pivot = at(equations, column, column);
        if pivot.abs() < 1e-12 {
            equations.iter_mut().skip(column).take(1).for_each(|row| row.fill(0.0));
            continue;
        }
        let base: Vec<f64> =
            equations.get(column).into_iter().flatten().map(|value| value / pivot).collect();
        for (row, equation) in equations.iter_mut().enumerate() {
            if row == column {
                equation.clone_from(&base);
                continue;
            }
            let factor = equation.get(column).copied().unwrap_or_default();
            for (value, base) in equation.iter_mut().zip(&base) {
                *value -= factor * base;
            }
        }
    }
    (0..n).map(|row| at(equations, row, n)).collect()
}
