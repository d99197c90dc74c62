//! The progress bar of long scans, on standard error.

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::scan::Stage;

/// Shows how far a long scan is.
pub(super) fn show(bar: &ProgressBar, stage: Stage, done: usize) {
    if let Stage::Sifting(total) | Stage::Comparing(total) = stage {
        bar.set_length(total as u64);
    }
    bar.set_position(done as u64);
    bar.set_message(match stage {
        Stage::Reading => "reading commits",
        Stage::Sifting(_) => "reading trees",
        Stage::Comparing(_) => "comparing trees",
    });
}

/// A progress bar, hidden where standard error is no terminal.
pub(super) fn bar(output: &Output, name: &str) -> ProgressBar {
    if !output.shows_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    let style = ProgressStyle::with_template(
        "{prefix}: {msg} {wide_bar} {human_pos}/{human_len} ({eta} left)",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}
