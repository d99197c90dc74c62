//! `provost audit`: the whole history of repositories.

use std::path::{Path, PathBuf};

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::global::Costly;
use super::opened::Opened;
use super::output::Output;
use super::progress;
use crate::document::Moment;
use crate::git::Repository;
use crate::report::{Format, Report};
use crate::scan::{self, Scope};
use crate::state::ledger::{self, Additions, LedgerPlace};
use crate::text::escape;

/// Judge the whole history of repositories.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost audit .
  provost audit --format jsonl /srv/git/*.git > findings.jsonl
  provost audit --without content /srv/git/monorepo.git")]
pub(super) struct Audit {
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    repositories: Vec<PathBuf>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Leave out a kind of marker that takes long to look for
    #[arg(long, value_name = "KIND")]
    without: Vec<Costly>,
}

impl Run for Audit {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let scope = Costly::scope(&self.without);
        let mut reports = Vec::new();
        let mut failed = 0;
        let mut code = 0;
        for path in &self.repositories {
            let path = context.at(path);
            match one(context, &path, scope) {
                Ok(report) => {
                    code = code.max(report.exit_code());
                    if self.format.is_written_together(self.repositories.len()) {
                        reports.push(report);
                    } else {
                        context.output.reports(self.format, &[report])?;
                    }
                }
                Err(error) => {
                    failed += 1;
                    context.output.note(&format!("provost: {}:\n", escape::path(&path)));
                    context.output.error(&error);
                }
            }
        }
        if !reports.is_empty() {
            context.output.reports(self.format, &reports)?;
        }
        if failed > 0 { Err(Error::SomeUnread(failed)) } else { Ok(code) }
    }
}

fn one(context: &CommandContext, path: &Path, scope: Scope) -> Result<Report, Error> {
    let repository = Opened::at(path)?;
    let config = context.load(Some(&repository))?;
    let name = repository.name();
    let bar = progress::bar(&context.output, &name);
    let report = scan::judge_history(&repository, &config, name, scope, &mut |stage, done| {
        progress::show(&bar, stage, done);
    });
    bar.finish_and_clear();
    let report = report?;
    // Only the rules that the hook judges by can say that nothing in it is refused.
    let in_force = !context.global.isolated && context.global.rules.is_empty();
    if in_force && scope.trees && scope.contents {
        settle(&repository, &LedgerPlace::of(&config, &repository), &report, &context.output);
    }
    Ok(report)
}

/// Notes that what pushes had brought in unjudged is judged now.
fn settle(repository: &Repository, place: &LedgerPlace, report: &Report, output: &Output) {
    if report.now_judged.is_empty() {
        return;
    }
    let count = match report.now_judged.len() {
        1 => "1 ref update that was accepted without being checked is checked now".to_owned(),
        count => {
            format!("{count} ref updates that were accepted without being checked are checked now")
        }
    };
    let additions = Additions { judged: report.now_judged.clone(), ..Additions::default() };
    let added = ledger::add(repository, place, &additions, &Moment::now().to_string());
    output.note(&match added {
        Ok(()) => format!("provost: {count}\n"),
        Err(error) => format!("provost: {count}, but that could not be noted: {error}\n"),
    });
}
