//! What the hooks of a server have in common.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::command_context::CommandContext;
use crate::gate::{Arrival, Gate, Message, Process};
use crate::platform::{self, Platform};

/// The options of a server's hook.
#[derive(Debug, Args)]
pub(super) struct ServerHook {
    /// The Git platform that runs the hook; the installation records it
    #[arg(long, value_name = "NAME", default_value = "plain", value_parser = PossibleValuesParser::new(platform::NAMES))]
    platform: String,
    /// Judge in the hook's own process, which confines nothing: for profilers
    #[arg(long, hide = true)]
    in_process: bool,
}

impl ServerHook {
    /// Returns the platform whose name was given, which clap has checked.
    pub(super) fn platform(&self) -> &'static Platform {
        platform::by_name(&self.platform).unwrap_or_else(platform::plain)
    }

    /// Checks a push, shows the answer and returns the exit code.
    pub(super) fn check(&self, context: &CommandContext, arrival: Arrival) -> u8 {
        let output = &context.output.with_prefix(self.platform().line_prefix);
        let tell = |message| match message {
            Message::Note(text) => output.note(&text),
            Message::Progress(text) => output.plain(&text),
        };
        let gate = Gate {
            files: &context.global.rules,
            isolated: context.global.isolated,
            process: if self.in_process { Process::Own } else { Process::Child },
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
}
