//! Commands: arguments in, exit code out.
//!
//! 0: accepted, or nothing breached. 1: policy breached. 2: could not judge. Every error is
//! shown here, with its cause and the next step, and nowhere else.
//!
//! A command is one file, with its arguments, its help text and its code, and one name in the
//! list of `command_line` or of the command that it belongs to.

mod audit;
mod check;
mod command;
mod command_context;
mod command_line;
mod commit_msg;
mod completions;
mod demo;
mod doctor;
mod error;
mod global;
mod hook_plan;
mod install;
mod layers;
mod log;
mod man;
mod opened;
mod output;
mod policy;
mod pre_push;
mod pre_receive;
mod progress;
mod published;
mod rules;
mod server_hook;
mod suggestion;
mod target;
mod uninstall;
mod update;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use command::Run;
use command_context::CommandContext;
use command_line::Args;
use output::Output;

/// Runs a command line and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Args { global, command } = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let output = Output::new(&global);
    let context = CommandContext { global, output, command_line: Args::command };
    match command.run(&context) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            context.output.error(&error);
            ExitCode::from(2)
        }
    }
}
