//! `docs/performance.md` and `docs/scale.md` are made from the measurements beside them;
//! this fails when one was edited, or when the way it is made has changed and it was not made.
//!
//! To make them again without measuring: `UPDATE_DOCS=1 cargo test --test it pages::measured_pages`.

#[path = "../../../benches/pages/mod.rs"]
#[allow(dead_code, reason = "what measures uses the rest")]
mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use pages::{fit, performance, scale};
use serde_json::Value;

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn measured(name: &str) -> Value {
    let text = fs::read_to_string(docs(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn must_be_current(name: &str, page: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(docs(name), page).unwrap();
    }
    assert!(fs::read_to_string(docs(name)).unwrap() == page, "docs/{name} is not what is made");
}

#[test]
fn the_page_on_performance_is_what_its_measurements_make() {
    let results = measured("performance.json");
    let rows = results["rows"].as_array().unwrap().len();
    assert!(rows > 20, "only {rows} cases");
    must_be_current("performance.md", &performance(&results, &measured("hostile.json")));
}

#[test]
fn the_page_on_scale_is_what_its_measurements_make() {
    let measured = measured("scale.json");
    let points = measured["points"].as_array().unwrap();
    let counts: Vec<[f64; 6]> = points
        .iter()
        .map(|point| serde_json::from_value(point["counts"].clone()).unwrap())
        .collect();
    type Cost = fn(&Value) -> f64;
    let costs: [(&str, Cost); 2] = [
        ("cpu", |point| point["cpu_ms"]["median"].as_f64().unwrap()),
        ("memory", |point| point["peak_bytes"].as_f64().unwrap()),
    ];
    for (of, cost) in costs {
        let fitted = fit(&counts, &points.iter().map(cost).collect::<Vec<_>>());
        let kept = &measured[of];
        assert_eq!(serde_json::to_value(fitted).unwrap(), *kept, "{of}: of other pushes");
    }
    must_be_current("scale.md", &scale(&measured));
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
