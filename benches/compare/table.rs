//! What was measured, as a table for a terminal.

use std::fmt::Write;

use crate::pages::{Row, megabytes, number, spread};

/// The table, a line for each bar, and what each side cost; columns are as wide as their
/// widest cell.
pub(crate) fn table(all: &[Row]) -> String {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut bars: Vec<Vec<String>> =
        vec![words(&["case", "what", "median (least..most)", "bar", "met"])];
    let mut sides: Vec<Vec<String>> =
        vec![words(&["case", "runs", "side", "CPU ms", "time ms", "peak MB"])];
    for row in all {
        for bar in &row.bars {
            bars.push(vec![
                row.case.clone(),
                bar.says.clone(),
                format!("{} {}", spread(bar.value), bar.unit),
                bar.most.map_or_else(String::new, |most| format!("<= {}", number(most))),
                match bar.met() {
                    Some(true) => "yes".to_owned(),
                    Some(false) => "NO".to_owned(),
                    None => String::new(),
                },
            ]);
        }
        for side in &row.sides {
            sides.push(vec![
                row.case.clone(),
                row.runs.to_string(),
                side.name.clone(),
                spread(side.cpu_ms),
                spread(side.wall_ms),
                number(megabytes(side.peak_bytes)),
            ]);
        }
    }
    let mut out = format!("{}\n{}", aligned(&bars), aligned(&sides));
    for row in all {
        for check in &row.checks {
            let word = match (check.agree, &check.may_differ) {
                (true, _) => "agree".to_owned(),
                (false, None) => "DIFFER".to_owned(),
                (false, Some(why)) => format!("differ: {why}"),
            };
            let _ = write!(out, "\n{}: {}: provost {}, ", row.case, check.what, check.provost);
            let _ = write!(out, "{} {}: {word}", check.other, check.others);
        }
        for missing in &row.missing {
            let _ = write!(out, "\n{}: without {missing}", row.case);
        }
    }
    out
}

fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(line, "{cell:<0$}  ", width(column));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
