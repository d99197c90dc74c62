//! People in evidence, shortened: an example of what a rule hits must help to judge the
//! rule, and is passed on; it need not name anybody.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::finding::Marker;
use crate::marker::Matchers;

/// `Name <address>`, the name beginning after a colon, a bracket or the line's start.
static PERSON: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([^:<>]*)<([^<>\s]+@[^<>\s]*)>?").ok());
/// An address by itself.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}._%+\[\]-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}").ok());

/// The text with people shortened. Addresses that the rules list are tools', and words of
/// the tool's own name stay, for they are the evidence.
pub(super) fn shortened(text: &str, marker: &Marker, matchers: &Matchers) -> String {
    let (Some(person), Some(address)) = (PERSON.as_ref(), ADDRESS.as_ref()) else {
        return String::new();
    };
    let text = person.replace_all(text, |found: &Captures<'_>| {
        let (name, email) = (part(found, 1), part(found, 2));
        if matchers.lists(email) {
            return format!("{name}<{email}>");
        }
        format!("{}<{}>", initials(name, marker), short(email))
    });
    let text = address.replace_all(&text, |found: &Captures<'_>| {
        let email = part(found, 0);
        if matchers.lists(email) { email.to_owned() } else { short(email) }
    });
    text.into_owned()
}

fn part<'t>(found: &Captures<'t>, group: usize) -> &'t str {
    found.get(group).map_or("", |found| found.as_str())
}

/// `a...@example.org`; what is shortened already stays.
fn short(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}...@{domain}")
}

/// `Ada Lovelace` as `A. L.`.
fn initials(name: &str, marker: &Marker) -> String {
    let tool = format!("{} {}", marker.tool_name, marker.tool).to_lowercase();
    let tool: Vec<&str> = tool.split(|c: char| !c.is_alphanumeric()).collect();
    let mut out = String::new();
    for word in name.split_inclusive(char::is_whitespace) {
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if letters.is_empty() || tool.contains(&letters.to_lowercase().as_str()) {
            out.push_str(word);
            continue;
        }
        out.extend(letters.chars().take(1));
        out.push_str(". ");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Kind};
    use crate::marker::Models;

    #[test]
    fn people_are_shortened_and_tools_are_not() {
        let marker = Marker {
            id: "claude-code/co-author".into(),
            tool: "claude-code".into(),
            tool_name: "Claude Code".into(),
            vendor: "Anthropic".into(),
            kind: Kind::Trailer,
            confidence: Confidence::Strong,
            since: String::new(),
        };
        let matchers = Matchers::new(Vec::new(), Models::default(), Vec::new());
        for (text, shown) in [
            ("Co-authored-by: Ada Lovelace <ada@x.org>", "Co-authored-by: A. L. <a...@x.org>"),
            ("Claude Paroz <claude@2xlibre.net>", "Claude P. <c...@2xlibre.net>"),
            ("mail ada@x.org, please", "mail a...@x.org, please"),
            ("Made with Claude Code", "Made with Claude Code"),
        ] {
            assert_eq!(shortened(text, &marker, &matchers), shown);
        }
    }
}
