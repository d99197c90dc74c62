//! `docs/performance.md` and `docs/scale.md` are made from the measurements beside them;
//! this fails when somebody has edited one, or has changed how it is made and not made it.
//!
//! To make them anew without measuring: `UPDATE_DOCS=1 cargo test --test it measured_pages`.

#[path = "../../benches/pages/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what measures uses the rest")]
mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use pages::{Page, Results, Scale, fit, performance, scale};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn measured<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let text = fs::read_to_string(docs(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn must_be_current(page: &Page) {
    for (end, text) in [("md", &page.markdown), ("svg", &page.svg)] {
        let name = format!("{}.{end}", page.name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(docs(&name), text).unwrap();
        }
        let kept = fs::read_to_string(docs(&name)).unwrap();
        assert!(kept == *text, "docs/{name} is not what docs/{}.json makes", page.name);
    }
}

#[test]
fn the_page_on_performance_is_what_its_measurements_make() {
    let results: Results = measured("performance.json");
    assert!(results.rows.len() > 20, "only {} cases", results.rows.len());
    must_be_current(&performance(&results, &measured("hostile.json")));
}

#[test]
fn the_page_on_scale_is_what_its_measurements_make() {
    let measured: Scale = measured("scale.json");
    let counts: Vec<_> = measured.points.iter().map(|point| point.counts).collect();
    let cpu: Vec<f64> = measured.points.iter().map(|point| point.cpu_ms.median).collect();
    assert_eq!(fit(&counts, &cpu).each, measured.cpu.each, "the formula is of other pushes");
    must_be_current(&scale(&measured));
}

#[test]
fn what_is_fitted_is_what_the_costs_were_made_of() {
    let each = [4.0, 0.02, 0.01, 2e-6, 0.0, 0.0003];
    let counts: Vec<[f64; 6]> = (0..40_u32)
        .map(|at| {
            let of = |prime: u32| f64::from(at * prime % 41);
            [1.0, of(7) * 10.0, of(11) * 30.0, of(13) * 1e5, of(17), of(19) * 1e3]
        })
        .collect();
    let cost =
        |row: &[f64; 6]| -> f64 { row.iter().zip(each).map(|(count, each)| count * each).sum() };
    // Milliseconds, and bytes of memory.
    for unit in [1.0, 1e7] {
        let measured: Vec<f64> = counts.iter().map(|row| cost(row) * unit).collect();
        let found = fit(&counts, &measured);
        for (found, each) in found.each.iter().zip(each) {
            let found = found / unit;
            assert!((found - each).abs() <= 0.001 * each + 1e-9, "{found} for {each}");
        }
        assert!(found.error.max < 0.001, "{:?}", found.error);
    }
}

#[test]
fn nothing_that_is_fitted_makes_a_push_cheaper() {
    let counts: Vec<[f64; 6]> =
        (1..10_u32).map(|at| [1.0, f64::from(at), 0.0, 0.0, f64::from(10 - at), 0.0]).collect();
    // The more of the fifth, the less it costs.
    let measured: Vec<f64> = counts.iter().map(|row| 100.0 - 9.0 * row[4]).collect();
    let found = fit(&counts, &measured);
    assert!(found.each.iter().all(|each| *each >= 0.0), "{:?}", found.each);
    assert!(found.each[1] > 0.0, "{:?}", found.each);
}
