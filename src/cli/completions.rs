//! `provost completions`: what a shell needs to complete commands and options, made from
//! the same declarations as the help texts.

use clap::Args;
use clap_complete::Shell;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;

/// Write the completions of a shell.
///
/// On standard output, as a script that the shell loads.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost completions bash > /usr/share/bash-completion/completions/provost
  provost completions zsh > /usr/local/share/zsh/site-functions/_provost
  provost completions fish > ~/.config/fish/completions/provost.fish
  provost completions elvish >> ~/.config/elvish/rc.elv
  provost completions powershell >> $PROFILE")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Run for Completions {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut (context.command_line)(), "provost", &mut script);
        context.output.print(&script)?;
        Ok(0)
    }
}
