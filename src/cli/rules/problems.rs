//! Mistakes in layers of rules, and lines that are probably unintended.

use std::sync::Arc;

use crate::config::{self, Config};
use crate::document::{Moment, Problem, Source};
use crate::policy::Subject;

/// The problems that stand in a draft, and those that it makes in other layers: an example
/// that no longer matches, say. What those do wrong by themselves is not the draft's.
pub(super) fn brought_by(
    draft: &Arc<Source>,
    with: &[Arc<Source>],
    without: &[Arc<Source>],
) -> Vec<Problem> {
    let own = |problem: &Problem| Arc::ptr_eq(&problem.place.source, draft);
    let mut problems = problems_of(with);
    if problems.iter().all(own) {
        return problems;
    }
    let before = problems_of(without);
    let same = |a: &Problem, b: &Problem| {
        a.place.source.name == b.place.source.name
            && a.place.span == b.place.span
            && a.message == b.message
    };
    problems.retain(|problem| own(problem) || !before.iter().any(|old| same(old, problem)));
    problems
}

/// All that is wrong or probably unintended in layers.
pub(super) fn problems_of(layers: &[Arc<Source>]) -> Vec<Problem> {
    let (config, mut problems) = config::examine(layers);
    if let Some(config) = config {
        let hardly_meant = crate::rules::lint::lint(&config.merged, &config.rules, &problems);
        problems.extend(hardly_meant);
        problems.extend(lines_about_disabled_markers(&config));
        problems.extend(ending(&config, Moment::now()));
    }
    problems
}

/// Exemptions and suspensions that are over, or soon will be.
fn ending(config: &Config, now: Moment) -> Vec<Problem> {
    let mut problems = Vec::new();
    for exemption in config.policy.exemptions() {
        let (id, place) = (&exemption.id, &exemption.place);
        if exemption.is_over(now) {
            let message = format!("the exemption `{id}` is over since {}", exemption.expires);
            let help = "it decides nothing; take it out, or have it granted again";
            problems.push(Problem::warning(place, message).help(help));
        } else if exemption.ends_soon(now) {
            let message = format!("the exemption `{id}` ends at {}", exemption.expires);
            let help = format!("{} granted it", exemption.approver);
            problems.push(Problem::warning(place, message).help(help));
        }
    }
    for suspension in config.policy.all_suspensions() {
        if suspension.until <= now {
            let message = format!("the suspension `{}` is over", suspension.id);
            let help = "take it out: provost policy suspend --end";
            problems.push(Problem::warning(&suspension.place, message).help(help));
        }
    }
    problems
}

/// Policy lines about markers that are switched off decide nothing.
fn lines_about_disabled_markers(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (subject, place) in config.policy.subjects() {
        let Subject::Marker(id) = subject else {
            continue;
        };
        let rule = config.rules.rules.iter().find(|rule| rule.marker.id == *id);
        if let Some(reason) = rule.and_then(|rule| rule.disabled.as_ref()) {
            let message = format!("`{id}` is switched off, so this line decides nothing");
            let help = format!("it is off because: {reason}");
            problems.push(Problem::warning(place, message).help(help));
        }
    }
    problems
}
