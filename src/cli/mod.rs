//! Commands: arguments in, exit code out.
//!
//! 0: accepted, or nothing breached. 1: policy breached. 2: could not judge. Whatever
//! goes wrong is shown here, with its cause and the next step, and nowhere else.

mod args;
mod audit;
mod check;
mod client;
mod completions;
mod demo;
mod doctor;
mod error;
mod hook;
mod install;
mod log;
mod man;
mod opened;
mod output;
mod policy;
mod published;
mod rules;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use error::Error;
use opened::Opened;
use output::Output;

use crate::config::{self, Config, Layers};
use crate::git::Repository;

/// Runs a command line and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let platform = args.command.platform().map(hook::named);
    let output = Output::new(&args.global, platform.map_or("", |platform| platform.line_prefix));
    let code = match &args.command {
        Command::PreReceive(command) => Ok(hook::pre_receive(&args.global, command, &output)),
        Command::Update(command) => Ok(hook::update(&args.global, command, &output)),
        Command::PrePush(command) => client::pre_push(&args.global, command, &output),
        Command::CommitMsg(command) => client::commit_msg(&args.global, command, &output),
        Command::Check(command) => check::check(&args.global, command, &output),
        Command::Audit(command) => audit::audit(&args.global, command, &output),
        Command::Rules(command) => rules::rules(&args.global, command, &output),
        Command::Policy(command) => policy::policy(&args.global, command, &output),
        Command::Log(command) => log::log(&args.global, command, &output),
        Command::Install(command) => install::install(&args.global, command, &output),
        Command::Uninstall(command) => install::uninstall(&args.global, command, &output),
        Command::Doctor(command) => doctor::doctor(&args.global, command, &output),
        Command::Demo(command) => demo::demo(command, &output),
        Command::Completions(command) => completions::completions(command, &output),
        Command::Man(command) => man::man(&args.global, command, &output),
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output.error(&error);
            ExitCode::from(2)
        }
    }
}

/// Loads the configuration for a repository.
fn load(global: &args::Global, repository: Option<&Repository>) -> Result<Config, Error> {
    // The repository's own layer is read as its owner all the same.
    let _own = opened::own()?;
    let (files, isolated) = (global.rules.as_slice(), global.isolated);
    let layers = Layers { repository, files, isolated, ..Layers::default() };
    Ok(config::load(layers)?)
}

/// Opens the repository of the working directory, or that of `-C`.
fn discover(global: &args::Global) -> Result<Opened, Error> {
    Opened::discover(global)
}
