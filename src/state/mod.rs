//! What hooks and administrators keep of a repository beside it: baselines, the ledger of what
//! was let in unjudged or by a place-bound exception, and how their files are read and written.

mod access;
pub mod baseline;
mod error;
pub mod files;
pub mod ledger;

pub use error::StateError;
