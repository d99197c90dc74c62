//! The examples that each marker carries: what it must match (`hits`) and what it must
//! not (`misses`).

use super::RuleSet;
use crate::document::{Fields, Node, Place, Reader, Value};
use crate::finding::Kind;
use crate::marker::Model;

/// An example that does not do what it should.
#[derive(Debug)]
pub struct ExampleFailure {
    /// The marker or model.
    pub id: String,
    /// The example.
    pub example: String,
    /// Whether it had to match.
    pub should_match: bool,
    /// Where the example stands.
    pub place: Place,
}

/// Runs every example of the merged configuration, and reports markers without any.
///
/// Returns how many examples were run, and those that failed; a marker without a hit or
/// a miss counts as a failure with an empty example.
#[must_use]
pub fn check_examples(root: &Node, rules: &RuleSet) -> (usize, Vec<ExampleFailure>) {
    let reader = Reader::default();
    let mut run = 0;
    let mut failures = Vec::new();
    let Some(mut root) = reader.fields(root, "the configuration") else {
        return (0, failures);
    };
    for node in root.tables("model") {
        let Some(mut fields) = reader.fields(node, "a model") else {
            continue;
        };
        let Some(model) = Model::read(&mut fields) else {
            continue;
        };
        examples(&mut fields, &model.id, &mut run, &mut failures, &mut |text| {
            model.named_in(text).is_some()
        });
    }
    for tool in root.tables("tool") {
        let Some(mut tool) = reader.fields(tool, "a tool") else {
            continue;
        };
        for node in tool.tables("marker") {
            let Some(mut fields) = reader.fields(node, "a marker") else {
                continue;
            };
            let (Some(id), Some(kind)) = (fields.string("id"), fields.one_of::<Kind>("kind"))
            else {
                continue;
            };
            if fields.string("disabled").is_some() {
                continue;
            }
            examples(&mut fields, id, &mut run, &mut failures, &mut |text| {
                rules.matchers.find_in_example(kind, text).iter().any(|marker| marker.id == id)
            });
        }
    }
    (run, failures)
}

fn examples(
    fields: &mut Fields<'_>,
    id: &str,
    run: &mut usize,
    failures: &mut Vec<ExampleFailure>,
    matches: &mut dyn FnMut(&str) -> bool,
) {
    for (key, should_match) in [("hits", true), ("misses", false)] {
        let nodes = match fields.node(key).map(|node| &node.value) {
            Some(Value::Array(nodes)) => nodes.as_slice(),
            _ => &[],
        };
        let mut fail = |example: &str, place: &Place| {
            let (id, example, place) = (id.to_owned(), example.to_owned(), place.clone());
            failures.push(ExampleFailure { id, example, should_match, place });
        };
        if nodes.is_empty() {
            fail("", fields.place());
        }
        for node in nodes {
            let Value::String(text) = &node.value else {
                continue;
            };
            *run += 1;
            if matches(text) != should_match {
                fail(text, &node.place);
            }
        }
    }
}
