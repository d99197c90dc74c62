//! The cases: pushes of all kinds, and what of them is measured. `cases.toml` has the question of
//! each; those about a whole history are prepared in `histories.rs`.

use std::path::{Path, PathBuf};

use provost::config::BUILT_IN;

use crate::bench::{Bench, commits, count, described, tip};
use crate::made::{self, LINE, PLAIN_LINE, Random};
use crate::plan::By::{Cpu, Peak, Wall, Worse};
use crate::plan::{Bar, Plan};
use crate::process::{ask, git, utf8};
use crate::quarantine::{MAIN, Quarantine, temporary};
use crate::{histories, rules};

/// The message of a pushed commit.
pub(crate) const PLAIN: &str =
    "reader: Add one line to the unit\n\nSigned-off-by: Bench <bench@bench.test>\n";
/// What a tool adds to it.
pub(crate) const MARK: &str = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n";
pub(crate) const NULL: &str = "0000000000000000000000000000000000000000";
/// The date of a pushed commit.
pub(crate) const DATE: u64 = 1_780_000_000;

/// Milliseconds of a start.
const START: f64 = 5.0;
/// Ten times the size may cost 1.2 times ten times as much: a sort of what was read is in it.
const LINEAR: f64 = 1.2;
const TIMES: usize = 10;
/// The megabytes that `[limits]` of the built-in rules allows.
const MOST_MEGABYTES: f64 = 2147.0;

/// Prepares the case of this name.
pub(crate) fn plan(bench: &Bench, name: &str) -> Plan {
    match name {
        "start-up" => start_up(bench),
        "start-up-larger" => more_markers(bench, false, true),
        "start-up-rules-file" => more_markers(bench, false, false),
        "scan-larger" => more_markers(bench, true, true),
        "scan-rules-file" => more_markers(bench, true, false),
        "push-tip" => push_tip(bench),
        "push-marked" => push_marked(bench),
        "wide-tree" => one_changed(bench, 1),
        "wide-tree-nested" => one_changed(bench, 10),
        "large-message" => large_message(bench),
        "large-tree" => large_tree(bench),
        "many-refs" => many(bench, "branches", 100_000),
        "many-refs-marked" => many_marked_refs(bench),
        "many-commits" => many(bench, "commits", 1_000_000),
        "hooks-at-once" => at_once(bench, false),
        "hooks-at-once-logged" => at_once(bench, true),
        "messages" => histories::messages(bench),
        _ if name.starts_with("push-") => walked(bench, name),
        _ => histories::plan(bench, name),
    }
}

/// A push that only deletes a branch, its input, and what it is measured on.
fn deletion(bench: &Bench) -> (Quarantine, String, PathBuf) {
    let repository = bench.history(LINE, 1000, 1000);
    let input = format!("{} {NULL} {MAIN}\n", tip(&repository));
    (Quarantine::new(&repository), input, repository)
}

fn start_up(bench: &Bench) -> Plan {
    let (push, input, repository) = deletion(bench);
    let mut plan = Plan::on(described(&repository));
    let whole = plan.side("provost", push.hook(&bench.provost.program, &[], &input));
    plan.bars.push(Bar::Amount { of: whole, by: Wall, most: START });
    // git has nothing to look for: the least that a git process does.
    let least = plan.side("git", git(&repository, &["rev-parse", "--git-dir"]));
    plan.ratio(whole, least, Worse, None);
    if let Some(program) = bench.built(&mut plan, "ten-markers", &rules::few(10)) {
        let few = plan.side("provost with ten markers", push.hook(&program, &[], &input));
        plan.bars.push(Bar::More { of: whole, than: few, by: Cpu, most: 1.0 });
    }
    plan
}

/// A start, or judging a history, with 1,000 markers more: in the catalogue or in a rules file.
fn more_markers(bench: &Bench, is_scan: bool, is_built: bool) -> Plan {
    let (push, input, repository) = if is_scan {
        let from = bench.history(made::HISTORY, 20_000, 100);
        let (push, input) = pushed(bench, &from);
        (push, input, from)
    } else {
        deletion(bench)
    };
    let mut plan = Plan::on(described(&repository));
    let whole = plan.side("provost", push.hook(&bench.provost.program, &[], &input));
    let more = rules::more(1000);
    let hook = if is_built {
        let rules = format!("{BUILT_IN}\n{more}");
        let Some(program) = bench.built(&mut plan, "1,000-markers-more", &rules) else {
            return plan;
        };
        push.hook(&program, &[], &input)
    } else {
        let file = bench.file("more.toml", &more);
        push.hook(&bench.provost.program, &["--rules", &file], &input)
    };
    let more = plan.side("provost with 1,000 markers more", hook);
    if is_built && !is_scan {
        plan.bars.push(Bar::Amount { of: more, by: Wall, most: START });
    }
    match is_scan {
        true => plan.ratio(more, whole, Worse, Some(1.1)),
        false => plan.ratio(more, whole, Cpu, None),
    }
    plan
}

/// A push of one commit: what is in quarantine, what the hook reads, and the commits before and
/// after.
struct Update {
    quarantine: Quarantine,
    input: String,
    old: String,
    new: String,
}

/// Pushes one commit onto the tip of a repository, with a line more in the file at a path, or in
/// any.
fn onto_tip(repository: &Path, path: &[&str], message: &str) -> Update {
    let (old, quarantine) = (tip(repository), Quarantine::new(repository));
    let new = quarantine.commit(&old, path, message, DATE);
    Update { quarantine, input: format!("{old} {new} {MAIN}\n"), old, new }
}

/// Adds the hook on a push as a side, and checks how many commits it judges.
fn hook(
    bench: &Bench,
    plan: &mut Plan,
    name: &str,
    (quarantine, input): (&Quarantine, &str),
    commits: u64,
) -> usize {
    let side = plan.side(name, quarantine.hook(&bench.provost.program, &[], input));
    let what = if name == "provost" { "commits judged" } else { name };
    plan.check_said(side, what, "commits judged", commits);
    side
}

/// All refs of a repository as a push into an empty one, and what the hook reads of it.
pub(crate) fn pushed(bench: &Bench, from: &Path) -> (Quarantine, String) {
    let quarantine = Quarantine::of_empty(&bench.data);
    quarantine.everything(from);
    let refs = ask(from, &["for-each-ref", "--format=%(objectname) %(refname)"]);
    (quarantine, refs.lines().map(|line| format!("{NULL} {line}\n")).collect())
}

/// git's own way to find what a push brings, as receive-pack's check for missing objects
/// asks, without the objects.
fn rev_list(plan: &mut Plan, quarantine: &Quarantine, name: &str, new: &str) -> usize {
    let list = quarantine.run(&["git", "rev-list", "--stdin"]);
    let list = list.input(&format!("{new}\n--not\n--all\n"));
    let command = "git rev-list --stdin, which reads: ID --not --all".to_owned();
    plan.group(name, command, vec![list], false)
}

fn push_tip(bench: &Bench) -> Plan {
    let mut plan = Plan::on(
        "histories of small commits, refs packed, no commit-graph; sizes as the sides say",
    );
    let sizes = [(1000, 1000), (100_000, 1000), (1_000_000, 1000)];
    let mut all = Vec::new();
    for (commits, refs) in sizes.into_iter().chain([(100_000, 100_000), (1_000_000, 100_000)]) {
        let repository = bench.history(LINE, commits, refs);
        let Update { quarantine, input, new, .. } = onto_tip(&repository, &[], PLAIN);
        let [commits_shown, refs_shown] = [commits, refs].map(|it| count(bench.size(it)));
        let size = format!("{commits_shown} commits, {refs_shown} refs");
        let name = format!("provost, {size}");
        let ours = hook(bench, &mut plan, &name, (&quarantine, &input), 1);
        all.push(ours);
        if (commits, refs) == (100_000, 100_000) {
            let git = rev_list(&mut plan, &quarantine, &format!("git, {size}"), &new);
            plan.ratio(ours, git, Worse, Some(0.5));
        }
    }
    plan.bars.insert(0, Bar::Flat { of: all, most: 1.5 });
    plan
}

fn push_marked(bench: &Bench) -> Plan {
    let repository = bench.realistic();
    let mut plan = Plan::on(described(&repository));
    let message = format!("{PLAIN}{MARK}");
    let Update { quarantine, input, new, .. } = onto_tip(&repository, &[], &message);
    let ours = hook(bench, &mut plan, "provost", (&quarantine, &input), 1);
    plan.check_said(ours, "findings", "findings", 1);
    let git = rev_list(&mut plan, &quarantine, "git", &new);
    plan.ratio(ours, git, Cpu, None);
    plan
}

/// A push for which the history has to be walked to know what is new.
fn walked(bench: &Bench, name: &str) -> Plan {
    let has_graph = name.ends_with("-graph");
    let plain = bench.realistic();
    let repository = if has_graph { bench.with_graph(&plain) } else { plain };
    let mut plan = Plan::on(described(&repository));
    let (old, quarantine) = (tip(&repository), Quarantine::new(&repository));
    let new = match name.trim_end_matches("-graph") {
        "push-old-parent" => {
            let of = ["rev-list", "--count", "--first-parent", &old];
            let count: u64 = ask(&repository, &of).parse().expect("a number");
            // Not the half: there a ref of the made-up history stands next to it.
            let parent = ask(&repository, &["rev-parse", &format!("{old}~{}", count / 7 * 4)]);
            quarantine.commit(&parent, &[], PLAIN, DATE)
        }
        "push-back-dated" => quarantine.commit(&old, &[], PLAIN, 1_136_073_600),
        _ => quarantine.commit(&old, &[], PLAIN, DATE),
    };
    let input = match name.contains("back-dated") {
        true => format!("{old} {new} {MAIN}\n"),
        false => format!("{NULL} {new} refs/heads/new\n"),
    };
    let ours = hook(bench, &mut plan, "provost", (&quarantine, &input), 1);
    let theirs = rev_list(&mut plan, &quarantine, "git", &new);
    // With a commit-graph it is only to be known.
    plan.ratio(ours, theirs, Worse, (!has_graph).then_some(1.0));
    plan
}

/// One changed file among very many.
fn one_changed(bench: &Bench, depth: usize) -> Plan {
    let files = bench.size(100_000);
    let repository = bench.wide(files, depth);
    let mut plan = Plan::on(format!("a tree of {} files, {depth} deep", count(files)));
    let path = made::wide_path(files - 1, depth - 1);
    let Update { quarantine, input, old, new } = onto_tip(&repository, &[&path], PLAIN);
    let ours = hook(bench, &mut plan, "provost", (&quarantine, &input), 1);
    // Into directories, or it would not find the file.
    let theirs = quarantine.run(&["git", "diff-tree", "-r", "--raw", &old, &new]);
    let theirs = plan.side("git", theirs);
    plan.ratio(ours, theirs, Cpu, Some(1.0));
    plan.notes.push(
        "git only compares the two trees; provost also starts with its whole catalogue, finds \
         out which commits are new, and judges message, people, paths and the file."
            .to_owned(),
    );
    plan
}

/// A tenth of a size, and the size.
fn sizes(bench: &Bench, full: usize) -> [usize; 2] {
    [full / TIMES, full].map(|size| bench.size(size))
}

/// Expects of two sides that the second costs as many times more as it is larger.
fn linear(plan: &mut Plan, sides: &[usize]) {
    let (small, large) = (sides[0], sides[1]);
    plan.bars.push(Bar::Linear { small, large, times: TIMES, most: LINEAR });
    plan.bars.push(Bar::Amount { of: large, by: Peak, most: MOST_MEGABYTES });
}

fn large_message(bench: &Bench) -> Plan {
    let repository = bench.history(LINE, 1000, 1000);
    let mut plan = Plan::on("onto the tip of a history of small commits");
    let sides = sizes(bench, 100_000_000).map(|bytes| {
        let lines = made::source(&mut Random(0x006d_6573_7361_6765), bytes);
        let message = format!("Import the log of the old server\n\n{lines}\n{MARK}");
        let name = format!("provost, {} bytes", count(bytes));
        let Update { quarantine, input, .. } = onto_tip(&repository, &[], &message);
        let side = plan.side(&name, quarantine.hook(&bench.provost.program, &[], &input));
        plan.check_said(side, &format!("{name}: findings"), "findings", 1);
        side
    });
    linear(&mut plan, &sides);
    plan
}

fn large_tree(bench: &Bench) -> Plan {
    let mut plan = Plan::on("the first push into an empty repository");
    let sides = sizes(bench, 1_000_000).map(|files| {
        let quarantine = Quarantine::of_empty(&bench.data);
        let new = quarantine.tree((0..files).map(|number| made::wide_path(number, 0)));
        let name = format!("provost, {} files", count(files));
        let input = format!("{NULL} {new} {MAIN}\n");
        hook(bench, &mut plan, &name, (&quarantine, &input), 1)
    });
    linear(&mut plan, &sides);
    plan
}

/// Very many branches or commits at once.
fn many(bench: &Bench, what: &str, full: usize) -> Plan {
    let of_commits = what == "commits";
    let mut plan = Plan::on(match of_commits {
        true => "histories of small commits, into an empty repository, with content",
        false => "a history of 1,000 small commits, into an empty repository",
    });
    let sides = [full / TIMES, full].map(|size| {
        let from = match of_commits {
            true => bench.history(LINE, size, 1000),
            false => bench.history(PLAIN_LINE, 1000, size),
        };
        let (quarantine, input) = pushed(bench, &from);
        let name = format!("provost, {} {what}", count(bench.size(size)));
        hook(bench, &mut plan, &name, (&quarantine, &input), commits(&from))
    });
    linear(&mut plan, &sides);
    plan
}

fn many_marked_refs(bench: &Bench) -> Plan {
    let mut plan = Plan::on("a history of 1,000 small commits, into an empty repository");
    let (quarantine, input) = pushed(bench, &bench.history(LINE, 1000, 100_000));
    let name = format!("provost, {} branches", count(bench.size(100_000)));
    let side = plan.side(name, quarantine.hook(&bench.provost.program, &[], &input));
    plan.bars.push(Bar::Amount { of: side, by: Peak, most: MOST_MEGABYTES });
    let (_, said) = plan.run(side).between(&[], &["--verbose"]).said();
    let cut = said.lines().find(|line| line.contains("limits"));
    let said = cut.map(|line| format!("The hook said: {}", line.trim()));
    plan.notes.push(said.unwrap_or_else(|| "No limit was reached.".to_owned()));
    plan
}

/// Many pushes at the same time.
fn at_once(bench: &Bench, is_logged: bool) -> Plan {
    const HOOKS: usize = 50;
    let repository = bench.realistic();
    let mut plan = Plan::on(described(&repository));
    let log = temporary(&bench.data, "log-");
    let rules = format!("[log]\nfile = \"{}/log.jsonl\"\n", utf8(log.path()));
    let rules = bench.file("logged.toml", &rules);
    let options: &[&str] = if is_logged { &["--rules", &rules] } else { &[] };
    let hooks = || {
        let hook = |number: usize| {
            let message = format!("{PLAIN}Fixes: {number}\n");
            let Update { quarantine, input, .. } = onto_tip(&repository, &[], &message);
            quarantine.hook(&bench.provost.program, options, &input).keep([log.clone()])
        };
        (0..HOOKS).map(hook).collect()
    };
    let shown = format!("{HOOKS} times provost pre-receive");
    let at_once = plan.group("at once", shown.clone(), hooks(), true);
    let in_turn = plan.group("in turn", shown, hooks(), false);
    // As much is done in nine tenths of the time at least.
    plan.ratio(at_once, in_turn, Wall, Some(1.111));
    plan.ratio(at_once, in_turn, Cpu, None);
    plan.notes.push("The memory is that of the hook that held most.".to_owned());
    plan
}
