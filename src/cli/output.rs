//! Where text goes, and whether it has colours.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::error::Error;
use super::global::{Color, Global};
use crate::document;
use crate::report::{Format, Report};
use crate::text::escape::escape_lines;

/// What to do about an object that can't be read.
pub(super) const DAMAGE: &str = "Run `git fsck` in the repository to see what is damaged.";

/// The two streams of a command.
pub(super) struct Output {
    choice: ColorChoice,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    /// What each line for a pusher begins with.
    prefix: &'static str,
}

impl Output {
    pub(super) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { choice, quiet: global.quiet, verbose: global.verbose, prefix: "" }
    }

    /// Returns the same output for a pusher, each of whose lines begins with `prefix`.
    pub(super) fn with_prefix(&self, prefix: &'static str) -> Self {
        Self { prefix, ..*self }
    }

    /// Writes reports to standard output, and to standard error what could not be read.
    pub(super) fn reports(&self, format: Format, reports: &[Report]) -> Result<(), Error> {
        self.whole(|out| format.write(reports, out))?;
        for report in reports {
            let Some(first) = report.unread.first() else { continue };
            let count = match report.unread.len() {
                1 => "1 object".to_owned(),
                count => format!("{count} objects"),
            };
            self.note(&format!(
                "provost: {}: {count} could not be read, and the rest was checked: {}\n{DAMAGE}\n",
                report.repository, first.reason
            ));
        }
        Ok(())
    }

    /// Writes bytes to standard output as they are.
    pub(super) fn print(&self, bytes: &[u8]) -> Result<(), Error> {
        self.whole(|out| out.write_all(bytes))
    }

    /// Writes a result, which is of use as a whole only.
    fn whole(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let mut out = AutoStream::new(io::stdout().lock(), self.choice);
        match write(&mut out).and_then(|()| out.flush()) {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Error::Write),
        }
    }

    /// A line on standard output.
    pub(super) fn say(&self, text: &str) {
        let mut out = AutoStream::new(io::stdout().lock(), self.choice);
        let _ = writeln!(out, "{text}");
    }

    /// Text on standard error, as it is, each line as the platform wants it.
    pub(super) fn note(&self, text: &str) {
        let mut out = AutoStream::new(io::stderr().lock(), self.choice);
        let lines: String =
            text.split_inclusive('\n').flat_map(|line| [self.prefix, line]).collect();
        let _ = out.write_all(lines.as_bytes());
    }

    /// Text on standard error, as it is: nothing that a platform's pages should show.
    pub(super) fn plain(&self, text: &str) {
        let mut out = AutoStream::new(io::stderr().lock(), self.choice);
        let _ = out.write_all(text.as_bytes());
    }

    /// Whether text for a stream has colours, by whether that is a terminal.
    pub(super) fn color(&self, terminal: bool) -> bool {
        match self.choice {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal,
        }
    }

    /// Whether a progress bar would be seen.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// An error with its cause and the next step.
    pub(super) fn error(&self, error: &Error) {
        let mut text = String::new();
        let problems = error.problems();
        if !problems.is_empty() {
            text.push_str(&document::render(problems, self.color(io::stderr().is_terminal())));
            text.push('\n');
        }
        text.push_str(&format!(
            "provost: {}\n         {}\n",
            escape_lines(&error.to_string()),
            error.next_step()
        ));
        self.note(&text);
    }
}
