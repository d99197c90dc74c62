//! `provost policy fetch`: the policy that a server has published.

use std::process::{Command, Stdio};

use clap::Args;

use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::published;
use crate::config::published::{Published, local_ref, refspec};
use crate::owner;

/// Fetch the policy that a server has published.
///
/// `provost install --client` makes every `git fetch` do that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy fetch
  provost policy fetch upstream")]
pub(in crate::cli) struct Fetch {
    /// The remote; by default the one that is pushed to
    #[arg(value_name = "REMOTE")]
    remote: Option<String>,
}

impl Run for Fetch {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let repository = context.discover()?;
        let remote = match &self.remote {
            Some(remote) => remote.clone(),
            None => published::remote(&repository)?,
        };
        let refspec = String::from_utf8_lossy(&refspec(remote.as_bytes())).into_owned();
        // Git itself finds addresses, keys and passwords.
        let mut git = Command::new("git");
        owner::confine(&mut git);
        git.arg("-C").arg(repository.git_dir()).args(["fetch", "--quiet", "--no-tags"]);
        let output = git
            .args([&remote, &refspec])
            .stdin(Stdio::inherit())
            .stderr(Stdio::inherit())
            .output()
            .map_err(Error::NoGit)?;
        if !output.status.success() {
            let command = format!("fetch {remote} '{refspec}'");
            return Err(Error::GitFailed { command, output: "see above".into() });
        }
        let Some(published) = Published::at(&repository, &local_ref(&remote))? else {
            return Err(Error::NotPublished(remote));
        };
        if !context.output.quiet {
            context.output.say(&format!(
                "{remote} published its policy at {}; provost check, pre-push and commit-msg judge \
                 by it now",
                published.time
            ));
        }
        Ok(0)
    }
}
