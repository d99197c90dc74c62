//! `provost install`: a plan is shown, then carried out.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::hook_plan;
use super::output::Output;
use super::target::Target;
use crate::install::{self, Mode, Place, Plan, Request};
use crate::text::WordEnum;

/// Put the hook on a server, or on a developer's machine.
///
/// It finds out what each path is, from files and configuration, says so, and does what
/// is missing: a second run changes nothing. A hook that is there already stays and runs
/// first. Where there is no policy yet, one is written that only observes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost install --dry-run /srv/git                 what would be done
  provost install /srv/git/project.git               one repository
  provost install /srv/git                           all repositories below a folder
  provost install --template /usr/share/git-core/templates
  provost install --system                           all of the machine, by core.hooksPath
  provost install --configured                       the same by git's configuration (2.54)
  provost install /var/lib/gitea/data/gitea-repositories
  provost install /var/opt/gitlab/gitaly/custom_hooks
  provost install /var/lib/gitolite3                 gitolite; --vref for a VREF
  provost install /srv/gerrit/site
  provost install --platform bitbucket /var/atlassian/application-data/bitbucket
  provost install --platform github ./hooks --program ./provost-static
  provost install --mode enforce /srv/git            from now on, refuse
  provost install --client .                         pre-push and commit-msg")]
pub(super) struct Install {
    #[command(flatten)]
    target: Target,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// The policy's mode; without it a policy that is there stays as it is
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(Mode::words()))]
    mode: Option<String>,
    /// Call a VREF in place of a common hook (gitolite)
    #[arg(long)]
    vref: bool,
    /// A shell without libraries, for the environment of GitHub Enterprise Server
    #[arg(long, value_name = "FILE", default_value = "/bin/busybox")]
    shell: PathBuf,
}

impl Run for Install {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let mode = self.mode.as_deref();
        let request = Request {
            mode: mode.and_then(Mode::from_word),
            shell: self.shell.clone(),
            vref: self.vref,
            ..self.target.request(&context.global)?
        };
        let plan = install::install(&request)?;
        let done = hook_plan::perform(&plan, self.dry_run, &context.output)?;
        if done && !matches!(request.place, Some(Place::Client)) {
            next(&plan, &self.target, &context.output);
        }
        Ok(hook_plan::left(plan, &context.output))
    }
}

/// What comes after an installation: the proof, and enforcement.
fn next(plan: &Plan, target: &Target, output: &Output) {
    if output.quiet {
        return;
    }
    let again = target.words();
    if let Some(mode) = plan.mode.filter(|mode| *mode != Mode::Enforce) {
        output.say(&format!("The policy's mode is \"{}\": nothing is refused yet.", mode.word()));
        output.say(&format!("  to refuse:   provost install --mode enforce {again}"));
    }
    output.say(&format!("  to prove it: provost doctor {again}"));
    if !plan.has_baselines {
        output.say(
            "  to leave alone what repositories hold already: provost policy baseline REPOSITORY...",
        );
    }
}
