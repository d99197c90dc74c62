//! The server's hooks: `pre-receive` and `update`.

use super::args::{Global, PreReceive, Update};
use super::output::Output;
use crate::gate::{Arrival, Gate, Message, Process};
use crate::git::HookEnvironment;
use crate::platform::{self, Environment, Platform};

pub(super) fn pre_receive(global: &Global, command: &PreReceive, output: &Output) -> u8 {
    let environment = Environment::of_process();
    let mut input = std::io::stdin().lock();
    let (platform, git) = (named(&command.platform), HookEnvironment::read());
    let arrival = Arrival::pre_receive(platform, &environment, git, &mut input);
    check(global, arrival, command.in_process, output)
}

pub(super) fn update(global: &Global, command: &Update, output: &Output) -> u8 {
    let environment = Environment::of_process();
    let (platform, git) = (named(&command.platform), HookEnvironment::read());
    let arrival = Arrival::update(platform, &environment, git, &command.arguments);
    check(global, arrival, command.in_process, output)
}

fn check(global: &Global, arrival: Arrival, in_process: bool, output: &Output) -> u8 {
    let tell = |message| match message {
        Message::Note(text) => output.note(&text),
        Message::Progress(text) => output.plain(&text),
    };
    let gate = Gate {
        files: &global.rules,
        isolated: global.isolated,
        process: if in_process { Process::Own } else { Process::Child },
        tell: &tell,
    };
    let answer = gate.check(arrival);
    if !answer.text.is_empty() {
        output.note(&answer.text);
    }
    if output.verbose {
        output.note(&answer.details);
    }
    answer.exit_code
}

/// The platform of a name that the command line has checked already.
pub(super) fn named(name: &str) -> &'static Platform {
    platform::by_name(name).unwrap_or_else(platform::plain)
}
