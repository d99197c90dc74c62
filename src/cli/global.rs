//! The options of every command, and values that several commands take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::scan::Scope;

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// Lay this file over the other rules; may be given several times, later ones win
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) rules: Vec<PathBuf>,
    /// Use only the built-in rules and those of --rules
    #[arg(long, global = true)]
    pub(super) isolated: bool,
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) directory: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: Color,
    /// Say nothing but errors and verdicts
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// When the output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// Text for people
    Human,
    /// One JSON document
    Json,
}

/// Kinds of markers that take long to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Costly {
    /// Do not read the contents of files
    Content,
    /// Do not compare trees, so no contents either
    Path,
}

impl Costly {
    /// Returns what is looked at without these kinds.
    pub(super) fn scope(without: &[Self]) -> Scope {
        let trees = !without.contains(&Self::Path);
        Scope { trees, contents: trees && !without.contains(&Self::Content) }
    }
}
