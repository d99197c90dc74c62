//! How far a scan is.

use serde::{Deserialize, Serialize};

/// What a long scan is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Reading commits; how many there are is not known yet.
    Reading,
    /// Finding out in which of this number of commits trees have to be compared.
    Sifting(usize),
    /// Comparing the trees of this number of commits.
    Comparing(usize),
}

/// Receives the progress of a long scan: the stage, and how many commits are done.
pub type Progress<'p> = &'p mut dyn FnMut(Stage, usize);
