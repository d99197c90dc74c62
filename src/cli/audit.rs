//! `provost audit`: the whole history of repositories.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Audit, Costly, Global};
use super::error::Error;
use super::load;
use super::opened::Opened;
use super::output::Output;
use crate::config::ledger::{self, Additions, LedgerPlace};
use crate::document::Moment;
use crate::git::Repository;
use crate::report::{Format, Report};
use crate::scan::{self, Scope, Stage};
use crate::text::escape;

pub(super) fn audit(global: &Global, command: &Audit, output: &Output) -> Result<u8, Error> {
    let trees = !command.without.contains(&Costly::Path);
    let scope = Scope { trees, contents: trees && !command.without.contains(&Costly::Content) };
    let mut reports = Vec::new();
    let mut failed = 0;
    let mut code = 0;
    for path in &command.repositories {
        let path = match &global.directory {
            Some(directory) => directory.join(path),
            None => path.clone(),
        };
        match one(global, &path, scope, output) {
            Ok(report) => {
                code = code.max(report.exit_code());
                // One document needs all of them; otherwise each is shown when it is done.
                if command.format == Format::Json
                    || command.format == Format::Human && command.repositories.len() > 1
                {
                    reports.push(report);
                } else {
                    output.reports(command.format, &[report])?;
                }
            }
            Err(error) => {
                failed += 1;
                output.note(&format!("provost: {}:\n", escape::path(&path)));
                output.error(&error);
            }
        }
    }
    if !reports.is_empty() {
        output.reports(command.format, &reports)?;
    }
    if failed > 0 { Err(Error::SomeUnread(failed)) } else { Ok(code) }
}

fn one(global: &Global, path: &Path, scope: Scope, output: &Output) -> Result<Report, Error> {
    let repository = Opened::at(path)?;
    let config = load(global, Some(&repository))?;
    let name = repository.name();
    let bar = bar(output, &name);
    let report = scan::judge_history(&repository, &config, name, scope, &mut |stage, done| {
        show(&bar, stage, done);
    });
    bar.finish_and_clear();
    let report = report?;
    // Only the rules that the hook judges by can say that nothing in it is refused.
    let in_force = !global.isolated && global.rules.is_empty();
    if in_force && scope.trees && scope.contents {
        settle(&repository, &config.ledger(&repository), &report, output);
    }
    Ok(report)
}

/// Notes that what pushes had brought in unjudged is judged now.
fn settle(repository: &Repository, place: &LedgerPlace, report: &Report, output: &Output) {
    if report.settled.is_empty() {
        return;
    }
    let count = match report.settled.len() {
        1 => "1 ref update that was accepted without being checked is checked now".to_owned(),
        count => {
            format!("{count} ref updates that were accepted without being checked are checked now")
        }
    };
    let additions = Additions { judged: report.settled.clone(), ..Additions::default() };
    let added = ledger::add(repository, place, &additions, &Moment::now().to_string());
    output.note(&match added {
        Ok(()) => format!("provost: {count}\n"),
        Err(error) => format!("provost: {count}, but that could not be noted: {error}\n"),
    });
}

/// Shows how far a long scan is.
pub(super) fn show(bar: &ProgressBar, stage: Stage, done: usize) {
    if let Stage::Sifting(total) | Stage::Comparing(total) = stage {
        bar.set_length(total as u64);
    }
    bar.set_position(done as u64);
    bar.set_message(match stage {
        Stage::Reading => "reading commits",
        Stage::Sifting(_) => "reading trees",
        Stage::Comparing(_) => "comparing trees",
    });
}

/// A progress bar, if somebody would see it.
pub(super) fn bar(output: &Output, name: &str) -> ProgressBar {
    if !output.shows_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    let style = ProgressStyle::with_template(
        "{prefix}: {msg} {wide_bar} {human_pos}/{human_len} ({eta} left)",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}
