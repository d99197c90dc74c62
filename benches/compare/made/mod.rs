//! Data that is made up: equal parameters give equal object ids everywhere.

pub(crate) mod history;
pub(crate) mod line;
pub(crate) mod push;
pub(crate) mod random;
pub(crate) mod wide;
pub(crate) mod words;
