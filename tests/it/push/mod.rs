//! What pushes bring, a kind of object or way of writing it in each file, and what pushers read.
//! Most cases are judged without Git: see `support/submit.rs`.

mod bytes;
mod claims;
mod config_files;
mod copies;
pub(crate) mod hand_made;
mod history;
mod limits;
mod messages;
mod objects;
mod paths;
mod refs;
mod rejection;
mod repositories;
mod trees;
