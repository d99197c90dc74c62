//! Two markers of one tool and kind that claim the same literal, and markers of which
//! another claims everything.

use std::collections::BTreeMap;

use super::spec::spec;
use crate::document::{Place, Problem};
use crate::finding::{Confidence, Kind};
use crate::marker::Claim;
use crate::rules::entries::Entry;
use crate::text::WordEnum;

struct Claimed<'e, 'n> {
    entry: &'e Entry<'n>,
    kind: Kind,
    confidence: Confidence,
    claims: Vec<Claim>,
}

pub(super) fn lint(markers: &[Entry<'_>], problems: &mut Vec<Problem>) {
    let mut groups: BTreeMap<(&str, &str), Vec<Claimed<'_, '_>>> = BTreeMap::new();
    for entry in markers.iter().filter(|entry| !entry.is_disabled()) {
        let Some((kind, spec)) = spec(entry) else {
            continue;
        };
        let weak = entry.marker.text("confidence") == "weak";
        let confidence = if weak { Confidence::Weak } else { Confidence::Strong };
        let claims = spec.claims();
        let group = groups.entry((entry.tool.text("id"), kind.word())).or_default();
        group.push(Claimed { entry, kind, confidence, claims });
    }
    for group in groups.values() {
        for (at, marker) in group.iter().enumerate() {
            listed_twice(marker, problems);
            let others = group.iter().enumerate().filter(|(other, _)| *other != at);
            let shadow = others.clone().find(|(other, by)| shadows(*other, by, at, marker));
            if let Some((_, by)) = shadow {
                let message = format!("`{}` can never win", marker.entry.id());
                let help = format!("`{}` claims all that it claims", by.entry.id());
                let place = marker.entry.marker.place_of("id");
                problems.push(Problem::warning(place, message).help(help));
                continue;
            }
            for (_, other) in others.filter(|(other, _)| *other < at) {
                twins(marker, other, problems);
            }
        }
    }
}

/// Whether `by` is found, and preferred, wherever `marker` is. Only lines and identities
/// are reduced to one marker a place.
fn shadows(by_at: usize, by: &Claimed<'_, '_>, at: usize, marker: &Claimed<'_, '_>) -> bool {
    let reduced = marker.kind.carrier().holds_one_mark();
    let preferred = by.confidence > marker.confidence
        || by.confidence == marker.confidence && by_at < at && by.claims != marker.claims;
    let covers = |claim: &Claim| {
        by.claims.iter().any(|wider| {
            wider.subject == claim.subject
                && wider.literal == claim.literal
                && (wider.condition.is_empty() || wider.condition == claim.condition)
        })
    };
    reduced && preferred && !marker.claims.is_empty() && marker.claims.iter().all(covers)
}

/// The same claim in two markers of a tool and kind.
fn twins(marker: &Claimed<'_, '_>, other: &Claimed<'_, '_>, problems: &mut Vec<Problem>) {
    let both: Vec<&Claim> =
        marker.claims.iter().filter(|claim| other.claims.contains(claim)).collect();
    let mut told: Vec<&str> = Vec::new();
    for claim in both {
        if told.contains(&claim.literal.as_str()) {
            continue;
        }
        told.push(&claim.literal);
        // The place to mend is in the stronger layer.
        let (mine, theirs) = (place(marker, claim), place(other, claim));
        let swapped = mine.source.built_in && !theirs.source.built_in;
        let (at, beside, id) = if swapped {
            (theirs, mine, marker.entry.id())
        } else {
            (mine, theirs, other.entry.id())
        };
        let literal = shown(claim);
        let message = format!("{literal} is also claimed by `{id}`");
        let help = format!("it stands at {} too; one of them is enough", beside.file_line());
        problems.push(Problem::warning(at, message).help(help));
    }
}

/// The same literal twice in one marker.
fn listed_twice(marker: &Claimed<'_, '_>, problems: &mut Vec<Problem>) {
    for key in ["emails", "logins", "paths", "refs", "ssh-keys", "keys", "keywords", "names"] {
        let list = marker.entry.marker.list(key);
        for (at, (text, place)) in list.iter().enumerate() {
            let same = |(other, _): &(&str, &Place)| other.eq_ignore_ascii_case(text);
            // Paths and names of refs are compared with their case.
            let exact = matches!(key, "paths" | "refs" | "ssh-keys");
            let earlier = list.iter().take(at);
            let again =
                earlier.into_iter().any(|pair| if exact { pair.0 == *text } else { same(pair) });
            if again {
                let message = format!("`{text}` stands twice in `{key}`");
                problems.push(Problem::warning(place, message).help("once is enough"));
            }
        }
    }
}

fn shown(claim: &Claim) -> String {
    let literal = claim.literal.lines().next().unwrap_or_default();
    let literal = literal.trim_start_matches("**/");
    match literal {
        "" => format!("the key `{}`", claim.subject),
        literal if literal.chars().count() > 60 => "this expression".into(),
        literal => format!("`{literal}`"),
    }
}

/// Where a claim is written, as near as can be told.
fn place<'n>(marker: &Claimed<'_, 'n>, claim: &Claim) -> &'n Place {
    let entry = marker.entry.marker;
    let same = |text: &str| {
        text.eq_ignore_ascii_case(&claim.literal)
            || claim.literal.strip_prefix("**/") == Some(text)
            || text.strip_prefix('/') == Some(&claim.literal)
            || !claim.literal.is_empty() && text.contains(&claim.literal)
    };
    let lists = ["emails", "logins", "paths", "refs", "ssh-keys", "pattern", "value", "names"];
    let mut written = lists.iter().flat_map(|key| entry.list(key));
    written.find(|(text, _)| same(text)).map_or(entry.place_of("id"), |(_, place)| place)
}
