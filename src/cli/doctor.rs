//! `provost doctor`: what was found out, for people and for monitoring.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::global::Shape;
use super::output::Output;
use super::progress;
use super::target::Target;
use crate::doctor::{self, Diagnosis, Outcome, Standing, Sums};
use crate::report::VERSION;
use crate::text::escape::{self, escape};

/// Prove that installed hooks work.
///
/// It looks at what keeps git from running a hook, and then pushes a clean and a marked
/// commit to a throw-away repository with the same configuration, through the same hook:
/// both must end as the policy says. Hooks of others are not run. Then it asks the decision
/// log for the present value of each ref: what is not in there passed by the hook. Exit
/// code 1 when something is wrong; the list of what to do stands at the end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost doctor /srv/git
  provost doctor --system
  provost doctor --format json /srv/git > doctor.json
  provost doctor --metrics /var/lib/prometheus/node-exporter/provost.prom /srv/git
  runuser -u git -- provost doctor /srv/git       as the account that pushes run as")]
pub(super) struct Doctor {
    #[command(flatten)]
    target: Target,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
    /// Write metrics for Prometheus there, from the decision log and from what was found
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'d> {
    #[serde(rename = "type")]
    kind: &'static str,
    provost: &'static str,
    ok: bool,
    hooks: &'d [Diagnosis],
    standing: &'d Standing,
}

impl Run for Doctor {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let metrics = self.metrics.as_deref();
        let sums = match metrics {
            Some(path) => doctor::metrics::kept(path)
                .map_err(|source| Error::Read { what: escape::path(path), source })?,
            None => Sums::default(),
        };
        let request = self.target.request(&context.global)?;
        let bar = progress::bar(&context.output, "hooks");
        let examination = doctor::examine(&request, sums, &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        })?;
        bar.finish_and_clear();
        if let Some(path) = metrics {
            doctor::metrics::write(path, &examination)
                .map_err(|source| Error::WriteFile { path: path.to_owned(), source })?;
        }
        let (ok, hooks) = (examination.is_well(), examination.hooks.as_slice());
        match self.format {
            Shape::Json => {
                let standing = &examination.standing;
                let document = Document { kind: "doctor", provost: VERSION, ok, hooks, standing };
                let text = serde_json::to_string_pretty(&document);
                context.output.say(&text.map_err(|error| Error::Write(error.into()))?);
            }
            Shape::Human => human(hooks, &context.output),
        }
        Ok(u8::from(!ok))
    }
}

fn human(all: &[Diagnosis], output: &Output) {
    let mut steps = Vec::new();
    // Names of repositories can be the choice of their owners.
    let shown = |diagnosis: &Diagnosis| escape(diagnosis.path.as_os_str().as_bytes());
    for diagnosis in all {
        let wrong = diagnosis.outcome() == Outcome::Wrong;
        if output.quiet && !wrong {
            continue;
        }
        output.say(&format!("{} (platform {})", shown(diagnosis), diagnosis.platform));
        for check in &diagnosis.checks {
            let word = match check.outcome {
                Outcome::Ok => "ok   ",
                Outcome::Note => "note ",
                Outcome::Wrong => "WRONG",
            };
            output.say(&format!(
                "  {word} {}: {}",
                check.name,
                check.text.replace('\n', "\n        ")
            ));
            if let Some(step) = &check.step {
                steps.push(format!("  {}: {step}", shown(diagnosis)));
            }
        }
    }
    if steps.is_empty() {
        output.say(match all.len() {
            1 => "The hook works.",
            _ => "All hooks work.",
        });
    } else {
        output.say("What to do:");
        steps.iter().for_each(|step| output.say(step));
    }
}
