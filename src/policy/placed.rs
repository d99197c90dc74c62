//! Values with the place in a file that sets them.

use super::Verdict;
use crate::document::Place;

/// A value, and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// A verdict, and where it is written.
pub(crate) type PlacedVerdict = Placed<Verdict>;

pub(super) fn replace<T: Clone>(below: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        below.clone_from(over);
    }
}
