//! How many labelled commits are found, by tool, and how many of the others are flagged.

use std::collections::BTreeMap;

use crate::bars::{Bar, share};
use crate::judge::Found;
use crate::labelled::Labelled;

/// Commits with a label: how many, how many of them are found, and found as the right tool.
#[derive(Clone, Copy, Default)]
struct Counts {
    all: usize,
    found: usize,
    right: usize,
}

impl Counts {
    fn add(&mut self, is_found: bool, is_right: bool) {
        self.all += 1;
        self.found += usize::from(is_found);
        self.right += usize::from(is_right);
    }
}

#[derive(Default)]
pub(crate) struct Figures {
    /// Of each tool, commits with a strong label and with weak ones only.
    tools: BTreeMap<String, [Counts; 2]>,
    /// Of all tools together.
    all: [Counts; 2],
    negatives: usize,
    false_positives: usize,
    wrong: Vec<String>,
}

impl Figures {
    pub(crate) fn add(&mut self, commit: &Labelled, found: &Found) {
        let name = format!("{} {} {}", commit.repo, commit.oid, commit.author);
        let any = !found.is_empty();
        if commit.labels.is_empty() {
            self.negatives += 1;
            self.false_positives += usize::from(any);
            if any {
                let hard = if commit.hard_negative { "hard " } else { "" };
                self.wrong.push(format!("{hard}false positive {found:?}: {name}"));
            }
            return;
        }
        // The best strength of each tool.
        let mut best = BTreeMap::<&str, bool>::new();
        for label in commit.labels.iter().filter(|label| label.strength != "unclear") {
            *best.entry(&label.tool).or_default() |= label.strength == "strong";
        }
        let is_right = |tool: &str| found.contains_key(tool) || (tool == "unknown-ai" && any);
        for (tool, is_strong) in &best {
            let counts = self.tools.entry((*tool).to_owned()).or_default();
            counts[usize::from(!is_strong)].add(any, is_right(tool));
            if *is_strong && !is_right(tool) {
                self.wrong.push(format!("missed {tool}, found {found:?}: {name}"));
            }
        }
        if let Some(is_strong) = best.values().max() {
            let mut strong = best.iter().filter(|(_, is_strong)| **is_strong);
            let all_right = strong.all(|(tool, _)| is_right(tool));
            self.all[usize::from(!is_strong)].add(any, all_right);
        }
    }

    /// Prints the table by tool and up to `most` of the commits that were judged wrong.
    pub(crate) fn print(&self, most: usize) {
        println!("\ntool                    strong   found   right  weak   right");
        for (tool, [strong, weak]) in &self.tools {
            let [found, right] = [strong.found, strong.right].map(|it| share(it, strong.all));
            let of_weak = share(weak.right, weak.all);
            let (strong, weak) = (strong.all, weak.all);
            println!("{tool:<22}{strong:>8}{found:>8.4}{right:>8.4}{weak:>6}{of_weak:>8.4}");
        }
        println!("\nfalse positives {} of {}\n", self.false_positives, self.negatives);
        self.wrong.iter().take(most).for_each(|wrong| println!("{wrong}"));
    }

    /// The figures that have a bar.
    pub(crate) fn bars(&self) -> Vec<Bar> {
        let [strong, weak] = self.all;
        let unflagged = 1.0 - self.false_positives as f64 / self.negatives.max(1) as f64;
        vec![
            Bar::new("recall on strong labels", share(strong.found, strong.all), 0.999),
            Bar::new("of these with the right tool", share(strong.right, strong.found), 0.999),
            Bar::new("macro average over tools", self.macro_average(), 0.99),
            Bar::new("recall on weak labels", share(weak.found, weak.all), 0.99),
            Bar::new("commits without a label that are not flagged", unflagged, 1.0),
        ]
    }

    /// The mean recall over the tools with enough strong examples.
    fn macro_average(&self) -> f64 {
        let enough = self.tools.values().filter(|[strong, _]| strong.all >= 20);
        let recalls: Vec<f64> = enough.map(|[it, _]| share(it.right, it.all)).collect();
        if recalls.is_empty() { 1.0 } else { recalls.iter().sum::<f64>() / recalls.len() as f64 }
    }
}
