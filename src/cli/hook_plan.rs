//! Showing plans of an installation, and carrying them out.

use super::error::Error;
use super::output::Output;
use crate::install::Plan;

/// Names the places in which nothing was changed; the exit code.
pub(super) fn left(plan: Plan, output: &Output) -> u8 {
    let any = !plan.left.is_empty();
    plan.left.into_iter().for_each(|error| output.error(&error.into()));
    if any { 2 } else { 0 }
}

/// Shows a plan and carries it out; whether it was.
pub(super) fn perform(plan: &Plan, dry_run: bool, output: &Output) -> Result<bool, Error> {
    if !output.quiet {
        for note in &plan.notes {
            output.say(note);
        }
        for step in &plan.steps {
            output.say(&format!("  {step}"));
        }
    }
    for warning in &plan.warnings {
        output.note(&format!("warning: {warning}\n"));
    }
    if dry_run {
        output.say("Nothing was done (--dry-run).");
        return Ok(false);
    }
    plan.carry_out(usize::MAX)?;
    if !output.quiet {
        output.say(match plan.steps.len() {
            0 => "Nothing had to be done.",
            _ => "Done.",
        });
    }
    Ok(true)
}
