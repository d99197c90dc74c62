//! What a command is: a type that holds its arguments and its help text, and knows how to run.
//!
//! Every command has a file with such a type, and stands in one list, from which the
//! [`commands`] macro makes the subcommands of the command line.

use super::command_context::CommandContext;
use super::error::Error;

/// A command, with the arguments that were given to it.
pub(super) trait Run {
    /// Runs the command and returns the exit code.
    fn run(&self, context: &CommandContext) -> Result<u8, Error>;
}

/// Makes an enum of subcommands from a list of `module::Type`.
macro_rules! commands {
    ($($module:ident::$name:ident),+ $(,)?) => {
        // The doc comment of each type is its help text: one here would hide all but the first
        // line of it.
        #[derive(Debug, clap::Subcommand)]
        pub(in crate::cli) enum Command {
            $($name($module::$name)),+
        }

        impl $crate::cli::command::Run for Command {
            fn run(
                &self,
                context: &$crate::cli::command_context::CommandContext,
            ) -> Result<u8, $crate::cli::error::Error> {
                match self {
                    $(Self::$name(command) => command.run(context)),+
                }
            }
        }
    };
}

pub(super) use commands;
