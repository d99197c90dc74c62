//! Sentences that name tools without crediting them, people with the names of tools, and links
//! to the trackers of tools. Their right answer is nothing.

use std::collections::HashMap;

use provost::finding::Confidence;

use crate::bars::{Bar, share};
use crate::catalogue::Tool;
use crate::judge::{Judge, PERSON, raw};
use crate::labelled::Labelled;
use crate::named::Names;
use crate::sentences::Sentences;

/// Fewer sentences say little.
const ENOUGH: usize = 5000;
/// Sentences of one name beyond this many do not count in the share of those that are found:
/// names that are common words, such as `continue`, would hide what the others do.
const MOST_OF_A_NAME: usize = 1000;
/// How many of the sentences that are found are listed.
const MOST_LISTED: usize = 40;
/// The least share of sentences without a weak mark.
const LEAST_WITHOUT_WEAK: f64 = 0.999;

/// People with names of tools.
const PEOPLE: [&str; 9] = [
    "Claude Martin",
    "Devin Booker",
    "Jules Verne",
    "Junie Nakamura",
    "Cody Rhodes",
    "Serena Williams",
    "Patsy Cline",
    "Trae Young",
    "Kimi Raikkonen",
];

/// The keys under which people stand.
const KEYS: [&str; 8] = [
    "Co-authored-by",
    "Signed-off-by",
    "Reviewed-by",
    "Acked-by",
    "Tested-by",
    "Reported-by",
    "Co-developed-by",
    "Assisted-by",
];

/// Judges the sentences on this machine, each as the body of a message, prints the result, and
/// returns the figures that have a bar.
pub(crate) fn judge_sentences(
    judge: &Judge,
    tools: &[Tool],
    commits: &[Labelled],
    is_listed: bool,
) -> Vec<Bar> {
    let names = Names::new(tools);
    let sentences = Sentences::collect(&names, commits);
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    let (mut strong, mut weak) = (Vec::new(), Vec::new());
    for (text, (name, place)) in &sentences.all {
        *by_name.entry(name).or_default() += 1;
        let found = judge.message(&format!("cache: read it once\n\n{text}\n"));
        let Some(best) = found.values().max() else { continue };
        let tools: Vec<&str> = found.keys().map(String::as_str).collect();
        let line = format!("{} in {text:?} ({place})", tools.join(", "));
        let lines = if *best == Confidence::Strong { &mut strong } else { &mut weak };
        lines.push(line);
    }
    let count = sentences.all.len();
    let counted: usize = by_name.values().map(|&count| count.min(MOST_OF_A_NAME)).sum();
    println!(
        "\nsentences that name tools: {count} of {} names, in {} MiB of documentation and the \
         commits without a label; {} credit lines at listed addresses left out",
        by_name.len(),
        sentences.bytes >> 20,
        sentences.credits
    );
    let mut common: Vec<(&str, usize)> = by_name.into_iter().collect();
    common.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let common: Vec<String> =
        common.iter().take(12).map(|(name, count)| format!("{name} {count}")).collect();
    println!("most of: {}", common.join(", "));
    println!("strong {}, weak {}", strong.len(), weak.len());
    println!("the shares are of {counted}, at most {MOST_OF_A_NAME} of a name");
    if count < ENOUGH {
        println!("there are fewer than {ENOUGH} sentences on this machine: the shares say little");
    }
    println!();
    let without = |found: &[String]| 1.0 - share(found.len(), counted.max(1));
    let bars = vec![
        Bar::new("mentions without a strong mark", without(&strong), 1.0),
        Bar::new("mentions without a weak mark", without(&weak), LEAST_WITHOUT_WEAK),
    ];
    for (found, bar) in [("strong", &strong), ("weak", &weak)].into_iter().zip(&bars) {
        let (confidence, lines) = found;
        if is_listed || !bar.is_met() {
            lines.iter().take(MOST_LISTED).for_each(|line| println!("{confidence} {line}"));
        }
    }
    bars
}

/// Judges people with the names of tools in every role, and links to trackers; prints those in
/// which anything is found, and returns the figures that have a bar.
pub(crate) fn judge_people(judge: &Judge, tools: &[Tool]) -> Vec<Bar> {
    let (mut people, mut links) = (Vec::new(), Vec::new());
    for name in PEOPLE {
        let address = name.to_lowercase().replace(' ', ".");
        let (first, _) = address.split_once('.').unwrap_or_default();
        for address in [first, &address] {
            let person = format!("{name} <{address}@example.org>");
            people.push(raw([&person, PERSON], "cache: read it once\n"));
            people.push(raw([PERSON, &person], "cache: read it once\n"));
            people.extend(KEYS.map(|key| with_line(&format!("{key}: {person}"))));
        }
    }
    for tool in tools {
        let acme = format!("github.com/acme/{}", tool.id);
        for page in tool.repositories().chain([acme.as_str()]) {
            let lines = [
                format!("Fixes https://{page}/issues/1"),
                format!("See https://{page}/issues/12"),
                format!("See https://{page}/pull/12 for the discussion."),
                format!("- https://{page}/issues/1"),
                format!("Closes: https://{page}/issues/1"),
            ];
            links.extend(lines.map(|line| with_line(&line)));
        }
    }
    println!("\npeople with names of tools {}, links to trackers {}", people.len(), links.len());
    let unfound = |commits: &[String]| {
        let found = commits.iter().filter(|commit| {
            let found = judge.commit(commit.as_bytes());
            if !found.is_empty() {
                let lines: Vec<&str> = commit.lines().skip(1).collect();
                println!("found {found:?} in {:?}", lines.join("\n"));
            }
            !found.is_empty()
        });
        1.0 - share(found.count(), commits.len().max(1))
    };
    vec![
        Bar::new("people with names of tools who are not found", unfound(&people), 1.0),
        Bar::new("links to trackers that are not found", unfound(&links), 1.0),
    ]
}

/// A commit by a person whose message ends in a line.
fn with_line(line: &str) -> String {
    raw([PERSON, PERSON], &format!("cache: read it once\n\nIt was read twice.\n\n{line}\n"))
}
