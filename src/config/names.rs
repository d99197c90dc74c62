//! Names in a policy that the catalogue does not know: such a line decides nothing, which
//! nobody means.

use super::Rules;
use crate::document::{Place, Problem, Reader};
use crate::policy::{Policy, Subject};
use crate::text::similar;

/// Reports each of them, with the nearest name that is known.
pub(super) fn check(reader: &Reader, rules: &Rules, policy: &Policy) {
    // A catalogue that nobody changed knows the names of the built-in policy.
    let unsure = |place: &Place| !(rules.is_built_in() && place.source.built_in);
    let tools = || rules.tools.iter().map(|tool| tool.id.as_str()).collect::<Vec<_>>();
    for (subject, place) in policy.subjects().into_iter().filter(|(_, place)| unsure(place)) {
        match subject {
            Subject::Tool(name) => known(reader, "tool", name, &tools(), place),
            Subject::Vendor(name) => {
                let vendors: Vec<&str> =
                    rules.tools.iter().map(|tool| tool.vendor.as_str()).collect();
                known(reader, "vendor", name, &vendors, place);
            }
            Subject::ModelVendor(name) => {
                known(reader, "model vendor", name, &rules.matchers.model_vendors(), place);
            }
            Subject::Marker(name) => {
                let markers: Vec<&str> =
                    rules.rules.iter().map(|rule| rule.marker.id.as_str()).collect();
                known(reader, "marker", name, &markers, place);
            }
            Subject::Model(_) => {}
        }
    }
    for (name, place) in policy.tools_in_lists() {
        known(reader, "tool", name, &tools(), place);
    }
}

fn known(reader: &Reader, what: &str, name: &str, known: &[&str], place: &Place) {
    if known.contains(&name) {
        return;
    }
    let mut problem = Problem::new(place, format!("there is no {what} `{name}` in the catalogue"));
    if let Some(id) = similar(name, known.iter().copied()) {
        problem = problem.help(format!("did you mean `{id}`?"));
    }
    reader.report(problem);
}
