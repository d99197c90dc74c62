//! Disguised marks in the names of branches, and in annotated tags.

use provost::finding::{Confidence, Finding, Kind};
use provost::rules::entries;
use provost::rules::subject::Subject;

use super::atoms::{Density, atoms, text};
use super::caps::start;
use super::characters::ALL;
use super::disguises::TRICKS;
use super::marks::{BUILT_IN, Carrier, MARKS, Mark, PERSON, strength};
use super::places::Place;
use crate::support::Random;

fn of_ref(name: &str) -> Vec<Finding> {
    Subject::Ref(name.as_bytes().to_vec()).findings(&BUILT_IN.rules.matchers)
}

/// Whether git takes it as a name (git-check-ref-format(1)).
fn is_ref_name(name: &str) -> bool {
    let forbidden = |c: char| c <= ' ' || c == '\u{7f}' || "~^:?*[\\".contains(c);
    !name.contains(forbidden) && !name.contains("..") && !name.contains("//")
}

#[test]
fn a_disguised_branch_is_found() {
    let (mut tried, mut missed) = (0, Vec::new());
    let mut random = Random::new(3);
    for entry in entries::markers(&BUILT_IN.merged) {
        if entry.kind() != Some(Kind::Ref) {
            continue;
        }
        let tool = entry.tool.text("id");
        for (hit, _) in entry.marker.list("hits") {
            let at = hit.match_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
            let (before, name) = hit.split_at(at);
            let plain = strength(tool, &of_ref(hit));
            assert!(plain >= Some(Confidence::Weak), "{hit}");
            for trick in TRICKS.iter().filter(|trick| trick.in_header) {
                for density in [Density::All, Density::Some, Density::One] {
                    let mut row = atoms(name);
                    (trick.apply)(&mut row, &ALL, density, &mut random);
                    let disguised = format!("{before}{}", text(&row));
                    if !is_ref_name(&disguised) || disguised == hit {
                        continue;
                    }
                    tried += 1;
                    if strength(tool, &of_ref(&disguised)) < plain {
                        missed.push(format!("{} {hit}: {disguised:?}", trick.name));
                    }
                }
            }
        }
    }
    assert!(tried > 150, "only {tried}");
    missed.sort();
    let count = missed.len();
    missed.truncate(20);
    assert!(count == 0, "{count} of {tried} missed\n{}", missed.join("\n"));
}

/// A tag object with a line in its text or a person as its tagger.
fn tag(target: &str, name: &str, mark: &Mark, disguised: &str, random: &mut Random) -> String {
    let (tagger, message) = match mark.carrier {
        Carrier::Line => {
            let places = [Place::Subject, Place::Middle, Place::Last, Place::SpelledOut];
            let place = *random.pick(&places);
            let place = if place.takes(disguised) { place } else { Place::Last };
            (PERSON, place.text(disguised, random))
        }
        _ => (disguised, "Version 1\n".to_owned()),
    };
    format!(
        "object {target}\ntype commit\ntag {name}\ntagger {tagger} 1767225600 +0000\n\n{message}"
    )
}

#[test]
fn a_disguised_mark_in_an_annotated_tag_is_refused() {
    let (_server, client) = start();
    let target = client.id("main");
    let mut random = Random::new(4);
    let mut specs = Vec::new();
    let mut cases = Vec::new();
    // The catalogue says of no marker that it looks at taggers only; some do not at all.
    let marks: Vec<&Mark> =
        MARKS.iter().filter(|m| m.carrier == Carrier::Line || m.tool == "claude-code").collect();
    for number in 0..60 {
        let mark = *random.pick(&marks);
        let trick = random.pick(&TRICKS);
        let mut row = atoms(&mark.text);
        let in_header = mark.carrier != Carrier::Line;
        let name = if in_header && !trick.in_header { "none" } else { trick.name };
        if name != "none" {
            (trick.apply)(&mut row, &ALL, Density::Some, &mut random);
        }
        let short = format!("v{number}");
        let raw = tag(&target, &short, mark, &text(&row), &mut random);
        let id = client.object(git2::ObjectType::Tag, raw.as_bytes());
        specs.push(format!("{id}:refs/tags/{short}"));
        cases.push((format!("refs/tags/{short}"), format!("{name}: {}", raw.escape_default())));
    }
    let pushed = client.push(&specs);
    let accepted: Vec<&str> = cases
        .iter()
        .filter(|(name, _)| pushed.accepted(name))
        .map(|(_, case)| case.as_str())
        .collect();
    assert!(accepted.is_empty(), "{} accepted\n{}", accepted.len(), accepted.join("\n"));
}
