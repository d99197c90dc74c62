//! `provost install` and `provost uninstall`: plans are shown, then carried out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use clap::builder::PossibleValuesParser;

use super::args::Global;
use super::error::Error;
use super::output::Output;
use crate::config;
use crate::install::{self, MODES, Mode, Place, Plan, Request};
use crate::platform;
use crate::text::{escape, shell};

/// Put the hook on a server, or on a developer's machine.
///
/// It finds out what each path is, from files and configuration, says so, and does what
/// is missing: a second run changes nothing. A hook that is there already stays and runs
/// first. Where there is no policy yet, one is written that only observes.
#[derive(Debug, ClapArgs)]
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
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(MODES.map(|(word, _)| word)))]
    mode: Option<String>,
    /// Call a VREF in place of a common hook (gitolite)
    #[arg(long)]
    vref: bool,
    /// A shell without libraries, for the environment of GitHub Enterprise Server
    #[arg(long, value_name = "FILE", default_value = "/bin/busybox")]
    shell: PathBuf,
}

/// Take the hook off again, and put back what was there before.
///
/// Policies stay. Give the same paths and options as for `provost install`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost uninstall /srv/git/project.git
  provost uninstall --dry-run --system")]
pub(super) struct Uninstall {
    #[command(flatten)]
    target: Target,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Target {
    /// Repositories, folders with repositories, or homes of platforms
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The platform, where it shall not be found out from the files there
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(platform::NAMES))]
    platform: Option<String>,
    /// PATH is a template for new repositories
    #[arg(long, group = "place")]
    template: bool,
    /// All repositories of this machine, by core.hooksPath
    #[arg(long, group = "place", conflicts_with = "paths")]
    system: bool,
    /// All repositories of this machine, by hooks in git's configuration (git 2.54)
    #[arg(long, group = "place", conflicts_with = "paths")]
    configured: bool,
    /// PATH is a developer's repository
    #[arg(long, group = "place")]
    client: bool,
    /// Where --system keeps its hooks (otherwise /etc/provost/hooks); or a directory outside
    /// of repositories, named by their core.hooksPath, that may be changed, too
    #[arg(long, value_name = "DIR")]
    hooks_directory: Option<PathBuf>,
    /// The policy's file; it is written if it is not there
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The program that hooks run; without it, this one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Where --system keeps its hooks, if nothing else is asked for.
const HOOKS_DIRECTORY: &str = "/etc/provost/hooks";

impl Target {
    pub(super) fn request(&self, global: &Global) -> Result<Request, Error> {
        let start = global.directory.as_deref().unwrap_or(Path::new(""));
        let absolute = |path: &Path| {
            let path = start.join(path);
            let failed = |source| Error::Read { what: escape::path(&path), source };
            std::path::absolute(&path).map_err(failed)
        };
        let own = || {
            std::env::current_exe()
                .map_err(|source| Error::Read { what: "this program's own path".into(), source })
        };
        let place = if self.template {
            Some(Place::Template)
        } else if self.system {
            Some(Place::System)
        } else if self.configured {
            Some(Place::Configured)
        } else if self.client {
            Some(Place::Client)
        } else {
            None
        };
        let named = self.platform.as_deref().and_then(platform::by_name);
        Ok(Request {
            paths: self.paths.iter().map(|path| start.join(path)).collect(),
            platform: named.map(|platform| platform.name),
            place,
            program: match &self.program {
                Some(path) => absolute(path)?,
                None => own()?,
            },
            mode: None,
            policy: self.policy.as_deref().map(absolute).transpose()?,
            machine_policy: config::SYSTEM.into(),
            hooks_directory: absolute(
                self.hooks_directory.as_deref().unwrap_or(Path::new(HOOKS_DIRECTORY)),
            )?,
            named_hooks: self.hooks_directory.as_deref().map(absolute).transpose()?,
            shell: PathBuf::new(),
            vref: false,
        })
    }
}

pub(super) fn install(global: &Global, command: &Install, output: &Output) -> Result<u8, Error> {
    let mode = command.mode.as_deref();
    let mode = mode.and_then(|word| MODES.iter().find(|(known, _)| *known == word));
    let request = Request {
        mode: mode.map(|(_, mode)| *mode),
        shell: command.shell.clone(),
        vref: command.vref,
        ..command.target.request(global)?
    };
    let plan = install::install(&request)?;
    let done = perform(&plan, command.dry_run, output)?;
    if done && request.place != Some(Place::Client) {
        next(&plan, &command.target, output);
    }
    Ok(left(plan, output))
}

pub(super) fn uninstall(
    global: &Global,
    command: &Uninstall,
    output: &Output,
) -> Result<u8, Error> {
    let plan = install::uninstall(&command.target.request(global)?)?;
    perform(&plan, command.dry_run, output)?;
    Ok(left(plan, output))
}

/// Names the places in which nothing was changed; the exit code.
fn left(plan: Plan, output: &Output) -> u8 {
    let any = !plan.left.is_empty();
    plan.left.into_iter().for_each(|error| output.error(&error.into()));
    if any { 2 } else { 0 }
}

/// Shows a plan and carries it out; whether it was.
fn perform(plan: &Plan, dry_run: bool, output: &Output) -> Result<bool, Error> {
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

/// What comes after an installation: the proof, and enforcement.
fn next(plan: &Plan, target: &Target, output: &Output) {
    if output.quiet {
        return;
    }
    let again = again(target);
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

/// The words that name the same place again.
fn again(target: &Target) -> String {
    let mut words = Vec::new();
    let mut option = |name: &str, value: Option<&OsStr>| {
        words.push(name.to_owned());
        words.extend(value.map(|value| shell::shown(value.as_bytes())));
    };
    for (name, given) in [
        ("--template", target.template),
        ("--system", target.system),
        ("--configured", target.configured),
    ] {
        if given {
            option(name, None);
        }
    }
    if let Some(platform) = &target.platform {
        option("--platform", Some(platform.as_ref()));
    }
    if let Some(hooks) = &target.hooks_directory {
        option("--hooks-directory", Some(hooks.as_os_str()));
    }
    if let Some(policy) = &target.policy {
        option("--policy", Some(policy.as_os_str()));
    }
    if let Some(program) = &target.program {
        option("--program", Some(program.as_os_str()));
    }
    if !target.system && !target.configured {
        words.extend(target.paths.iter().map(|path| shell::shown(path.as_os_str().as_bytes())));
    }
    words.join(" ")
}
