//! Cases about whole histories, as a first push and as an audit, and about the messages of some
//! hundred commits; with what others find in the same.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use crate::bench::{Bench, commits, count, described, tip};
use crate::cases::pushed;
use crate::made::{self, Brought, CLAUDE, CREDITS, PLAIN_LINE};
use crate::plan::By::{Cpu, Peak, Wall, Worse};
use crate::plan::{Bar, Plan};
use crate::process::{Run, ask, git};
use crate::quarantine::{MAIN, Quarantine};
use crate::{rivals, rules};

type Set = BTreeSet<String>;

fn set(lines: &str) -> Set {
    lines.lines().map(str::to_owned).collect()
}

/// Prepares a case of a whole history: a first push into an empty repository or an audit, beside
/// the `git log` that shows the same.
pub(crate) fn plan(bench: &Bench, name: &str) -> Plan {
    let (is_audit, provost) = (name.starts_with("audit"), bench.provost.program.as_str());
    let (without, shows, most): (_, &[&str], _) = match name.trim_start_matches("first-push") {
        "-metadata" | "audit-metadata" => ("path", &[], 1.0),
        "" | "audit" => ("content", &["--raw", "--no-renames"], 0.5),
        _ => ("", &["-p"], 0.2),
    };
    let from = match name {
        "first-push-large-files" => bench.history(made::LARGE_FILES, 5000, 100),
        _ => bench.realistic(),
    };
    let mut plan = Plan::on(described(&from));
    let ours = if is_audit {
        let options: &[&str] = if without.is_empty() { &[] } else { &["--without", without] };
        let audit = [&[provost, "--isolated", "audit", "--format", "jsonl"], options, &["."]];
        plan.side("provost", Run::new(&from, &audit.concat()).codes([0, 1]))
    } else {
        let rules = rules::without_content(without == "path");
        let file = match without {
            "path" => bench.file("without-trees.toml", &rules),
            _ => bench.file("without-content.toml", &rules),
        };
        let options: &[&str] = if without.is_empty() { &[] } else { &["--rules", &file] };
        let (quarantine, input) = pushed(bench, &from);
        plan.side("provost", quarantine.hook(provost, options, &input))
    };
    let log = [&["log", "--all"], shows, &["--format=raw"]].concat();
    let theirs = plan.side("git", git(&from, &log));
    // provost spends two threads on a long history and git one, so the CPU time is only shown.
    plan.ratio(ours, theirs, Wall, Some(most));
    plan.ratio(ours, theirs, Cpu, None);
    if !is_audit {
        plan.check_said(ours, "commits judged", "commits judged", commits(&from));
    }
    if name == "first-push" {
        // git's most is what `git log` shows, so its own memory and this much more is allowed.
        plan.bars.push(Bar::More { of: ours, than: theirs, by: Peak, most: 200.0 });
    }
    if !is_audit && !without.is_empty() {
        plan.notes.push(
            "A hook has no `--without`: a rules file switches off every marker of the kind \
             `content`, and the `path` markers that look for a structure in files of any name, so \
             that no file is read for what it holds; for metadata alone it switches off all `path` \
             markers too."
                .to_owned(),
        );
    }
    let found = is_audit.then(|| Found::by(plan.run(ours)));
    if let Some(found) = &found {
        plan.check("commits judged", found.commits, "git", commits(&from));
    }
    match &found {
        Some(found) if without == "content" => {
            let grep = ["log", "--all", "--format=%H", "--fixed-strings"];
            let git = ask(&from, &[&grep[..], &[&format!("--grep={CLAUDE}")]].concat());
            let what = "commits with a Claude credit";
            plan.check_sets(what, (&found.credited, "git log --grep"), &set(&git), None);
        }
        Some(found) if without.is_empty() => {
            let git = comments_in_git(&from);
            let what = "files in commits that add a comment crediting a tool";
            plan.check_sets(what, (&found.comments, "git log -p"), &git, None);
        }
        _ => {}
    }
    let kingfisher = match without.is_empty() {
        true => rivals::kingfisher(bench, &mut plan, &from),
        false => None,
    };
    if let Some(theirs) = kingfisher {
        plan.ratio(ours, theirs, Worse, Some(0.5));
        if let Some(found) = found {
            check_kingfisher(&mut plan, theirs, &from, &found);
        }
    }
    if !is_audit && without.is_empty() {
        let read = ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"];
        let read = plan.side("git, reading every object once", git(&from, &read));
        plan.ratio(ours, read, Cpu, None);
        plan.ratio(ours, read, Wall, None);
    }
    plan
}

/// What provost finds.
#[derive(Default)]
struct Found {
    /// Commits judged.
    commits: u64,
    /// Commits with a credit line that names Claude's address.
    credited: Set,
    /// Commits with any mark in message or people.
    marked: Set,
    /// `<commit>:<path>` of files that gained a comment which credits a tool.
    comments: Set,
}

impl Found {
    /// Runs a process once more with its output kept.
    fn by(run: &Run) -> Self {
        let mut found = Self::default();
        for line in run.said().0.lines() {
            let record: Value = serde_json::from_str(line).expect("JSON");
            let text = |key: &str| record[key].as_str().unwrap_or_default();
            let commit = text("commit").to_owned();
            match (text("type"), text("kind")) {
                ("summary", _) => found.commits = record["commits"].as_u64().unwrap_or_default(),
                ("finding", "content") => {
                    found.comments.insert(format!("{commit}:{}", text("path")));
                }
                ("finding", kind) if kind != "path" && kind != "ref" => {
                    if kind == "trailer" && text("excerpt").contains(CLAUDE) {
                        found.credited.insert(commit.clone());
                    }
                    found.marked.insert(commit);
                }
                _ => {}
            }
        }
        found
    }
}

/// `<commit>:<path>` of each file to which a commit adds a comment that credits a tool
/// among its first lines, as far as provost's markers look, as the patches of git show it.
fn comments_in_git(from: &Path) -> Set {
    const FIRST_LINES: usize = 30;
    let hunk = Regex::new(r"^@@ -\S+ \+(\d+)").expect("an expression");
    let credits = format!("-G^({})$", CREDITS.join("|"));
    let arguments =
        ["log", "--all", "-p", "--unified=0", "--no-renames", "-E", &credits, "--format=commit %H"];
    let (mut commit, mut path, mut at) = ("", "", 0);
    let mut found = Set::new();
    let patches = ask(from, &arguments);
    for line in patches.lines() {
        if let Some(id) = line.strip_prefix("commit ") {
            commit = id;
        } else if let Some(name) = line.strip_prefix("+++ b/") {
            path = name;
        } else if let Some(first) = hunk.captures(line) {
            at = first[1].parse().expect("the number of a line");
        } else if let Some(added) = line.strip_prefix('+') {
            if at <= FIRST_LINES && CREDITS.contains(&added) {
                found.insert(format!("{commit}:{path}"));
            }
            at += 1;
        }
    }
    found
}

/// Checks the comments that provost finds by the files that kingfisher reports.
fn check_kingfisher(plan: &mut Plan, theirs: usize, from: &Path, found: &Found) {
    let said = plan.run(theirs).said().0;
    let records = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // It gives objects the names that loose ones would have.
    let reported = records.filter_map(|record| {
        let mut parts = record.pointer("/finding/path")?.as_str()?.rsplit('/');
        let (rest, first) = (parts.next()?, parts.next()?);
        Some(format!("{first}{rest}"))
    });
    let reported: Set = reported.collect();
    let files: String = found.comments.iter().map(|file| format!("{file}\n")).collect();
    let blobs = git(from, &["cat-file", "--batch-check=%(objectname)"]).input(&files).said().0;
    let blobs = set(&blobs);
    // It has no comparison with the parent's file: a line that stays is found in each version.
    let both = blobs.intersection(&reported).cloned().collect();
    let what = "files that gained such a comment, of those that kingfisher reports";
    plan.check_sets(what, (&blobs, "kingfisher"), &both, None);
    plan.notes.push(format!(
        "kingfisher reports {} files: a comment that stays is in every later version of the \
         file, while provost reports the commit that added it.",
        count(reported.len())
    ));
}

/// Programs that look through commit messages, on the same commits.
pub(crate) fn messages(bench: &Bench) -> Plan {
    let repository = bench.history(PLAIN_LINE, 1000, 1000);
    // Fewer would hold no mark.
    let commits = if bench.is_rehearsal { 50 } else { 200 };
    let mut plan = Plan::on(format!("{} commits onto a tip", count(commits)));
    let (old, quarantine) = (tip(&repository), Quarantine::new(&repository));
    let brought = Brought { commits, files: 1, bytes: 100, is_marked: true };
    let new = quarantine.import(|out| made::push(out, brought, &old));
    let (input, range) = (format!("{old} {new} {MAIN}\n"), format!("{old}..{new}"));
    let ours = plan.side("provost", quarantine.hook(&bench.provost.program, &[], &input));
    plan.check_said(ours, "commits judged", "commits judged", commits as u64);
    let accepted = quarantine.accepted(&bench.data, &new);
    let here = accepted.path();
    let all = set(&ask(here, &["rev-list", &range]));
    let check = [&bench.provost.program, "--isolated", "check", "--format", "jsonl", &range];
    let marked = Found::by(&Run::new(here, &check).codes([0, 1])).marked;
    // Checks what another program names against what provost marks.
    let compare = |plan: &mut Plan, side, name, of: fn(&str) -> Option<&str>| {
        let (output, errors) = plan.run(side).said();
        let named = output.lines().chain(errors.lines()).filter_map(of);
        let named = named.filter_map(|short| all.iter().find(|id| id.starts_with(short)).cloned());
        let named: Set = named.collect();
        let both = marked.intersection(&named).count();
        let why = format!(
            "misses {} and finds {} others: one expression for a few names in credit lines: no \
             identities, no other tools, and people whose names hold such a word",
            marked.len() - both,
            named.len() - both
        );
        plan.check_sets("commits with a mark", (&marked, name), &named, Some(&why));
        plan.ratio(ours, side, Worse, None);
    };
    let shell = quarantine.run(&["sh", &rivals::file("pre-receive")]).input(&input).codes([0, 1]);
    let shell = plan.side("shell hook", shell);
    compare(&mut plan, shell, "shell hook", |line| line.strip_suffix(": AI credit"));
    if let Some(gitlint) = bench.rival(&mut plan, "gitlint", "python/bin/gitlint") {
        let others = "T1,T2,T3,T4,T5,T6,T7,T8,B1,B2,B3,B4,B5,B6,B7,B8,M1";
        let rule = rivals::file("credit.py");
        let words = [&gitlint, "--extra-path", &rule, "--ignore", others, "--commits", &range];
        // The number of violations, and 252 for more.
        let gitlint = plan.side("gitlint", quarantine.run(&words).codes(0..=252));
        compare(&mut plan, gitlint, "gitlint", |it| it.strip_prefix("Commit ")?.strip_suffix(':'));
    }
    if let Some(committed) = bench.rival(&mut plan, "committed", "bin/committed") {
        let committed = Run::new(here, &[&committed, &range]).codes([0, 1]);
        let side = plan.side("committed", committed.keep([accepted.clone()]));
        plan.ratio(ours, side, Worse, None);
        plan.notes.push(
            "committed can't be told to look for anything in a message but its style, and \
             doesn't see commits in quarantine: it was run where they are accepted."
                .to_owned(),
        );
    }
    // What a process costs that looks at nothing, for each commit: the part of the hook
    // that no expression makes quicker.
    let git = plan.side("git", quarantine.run(&["git", "log", "--format=%B", &range]));
    plan.ratio(ours, git, Worse, None);
    plan
}
