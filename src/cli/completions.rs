//! `provost completions`: what a shell needs to complete commands and options, made from
//! the same declarations as the help texts.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use super::args::Args;
use super::error::Error;
use super::output::Output;

/// Write the completions of a shell.
///
/// On standard output, as a script that the shell loads.
#[derive(Debug, ClapArgs)]
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

pub(super) fn completions(command: &Completions, output: &Output) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Args::command(), "provost", &mut script);
    output.print(&script)?;
    Ok(0)
}
