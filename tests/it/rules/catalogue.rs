//! The built-in catalogue proves itself: every marker's examples, run by the same
//! matchers that judge a push.

use std::sync::Arc;

use provost::config::{self, Layers};
use provost::document::{self, Source};
use provost::finding::Kind;
use provost::rules::check_examples;
use provost::text::WordEnum;
#[test]
fn every_example_of_the_built_in_rules_does_what_it_says() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    let (run, failures) = check_examples(&config.merged, &config.rules);
    let failures: Vec<String> = failures
        .iter()
        // Tricks that need more than a message have no example that could match.
        .filter(|failure| !(failure.example.is_empty() && failure.id.starts_with("tamper/")))
        .map(|failure| {
            let should = if failure.should_match { "should match" } else { "should not match" };
            format!("{} {should} {:?} ({})", failure.id, failure.example, failure.place.file_line())
        })
        .collect();
    assert!(failures.is_empty(), "{} of {run} examples:\n{}", failures.len(), failures.join("\n"));
    assert!(run > 1000, "only {run} examples were run");
}

#[test]
fn no_id_appears_twice_in_the_built_in_rules() {
    let source = |text: &str| {
        Arc::new(Source { name: "rules.toml".into(), text: text.to_owned().into(), built_in: true })
    };
    let mut problems = Vec::new();
    let mut base = document::parse(&source("")).unwrap();
    let layer = document::parse(&source(config::BUILT_IN)).unwrap();
    document::overlay(&mut base, layer, &mut problems);
    let messages: Vec<&String> = problems.iter().map(|problem| &problem.message).collect();
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn every_marker_says_where_it_was_seen_and_since_when() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    for rule in &config.rules.rules {
        assert!(!rule.source.is_empty(), "{} has no source", rule.marker.id);
        assert!(!rule.marker.since.is_empty(), "{} has no since", rule.marker.id);
    }
    for &kind in Kind::all() {
        let of_kind = config.rules.rules.iter().filter(|rule| rule.marker.kind == kind);
        assert!(of_kind.count() > 0, "no marker of the kind {kind}");
    }
}
