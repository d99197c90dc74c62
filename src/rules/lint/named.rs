//! Facts of a tool that can't be meant as they are written: names of another tool, addresses
//! that are none.

use std::collections::HashMap;

use crate::document::{Place, Problem};
use crate::rules::entries::Written;

/// The lists of names.
const NAMES: [&str; 3] = ["names", "ambiguous", "people"];
/// Shorter names are found in ordinary words.
const SHORTEST_NAME: usize = 3;

/// Looks at the facts of all tools, and tells of those that `is_looked_at` holds for.
pub(super) fn lint(
    tools: &[Written<'_>],
    is_looked_at: &dyn Fn(&Place) -> bool,
    problems: &mut Vec<Problem>,
) {
    let mut first: HashMap<String, (&str, &Place)> = HashMap::new();
    let mut tell = |place: &Place, message: String, help: &str| {
        if is_looked_at(place) {
            problems.push(Problem::warning(place, message).help(help));
        }
    };
    for tool in tools {
        let id = tool.text("id");
        for (name, place) in NAMES.iter().flat_map(|key| tool.list(key)) {
            let folded: String =
                name.to_lowercase().chars().filter(|it| it.is_alphanumeric()).collect();
            if folded.is_ascii() && folded.len() < SHORTEST_NAME {
                let message = format!("the name `{name}` is in many other words");
                tell(place, message, "list it with what stands beside it, `v0.dev` say");
            }
            let (other, there) = *first.entry(folded).or_insert((id, place));
            if other != id {
                let place = if is_looked_at(place) { place } else { there };
                let message = format!("`{name}` is a name of `{other}` and of `{id}`");
                let help = "only one of them is credited; case, blanks and hyphens do not count";
                tell(place, message, help);
            }
        }
        for (email, place) in ["emails", "weak-emails"].iter().flat_map(|key| tool.list(key)) {
            if !email.contains('@') {
                let message = format!("`{email}` is no e-mail address");
                tell(place, message, "GitHub logins are listed under `logins`");
            }
        }
        for (login, place) in ["logins", "weak-logins"].iter().flat_map(|key| tool.list(key)) {
            if login.contains('@') {
                let message = format!("`{login}` is no login");
                tell(place, message, "addresses are listed under `emails`");
            }
        }
        for (branch, place) in tool.list("branches") {
            if branch.starts_with("refs/") {
                let message = format!("`{branch}` is a full ref name");
                tell(place, message, "branches are listed without refs/heads/");
            }
        }
    }
}
