//! Finding the marks of very many commits at once, for first pushes and audits: a second
//! thread inspects commits while the walk goes on and reads files meanwhile, packs are read
//! in their own order, and only those trees are compared that could give a finding.
//!
//! It finds what [`Direct`] finds. Nothing outside of this folder needs to know how.

mod files;
mod files_seen;
mod same_entries;
mod second;
mod sift;
mod way;
mod work;
mod worth;

pub(super) use way::Bulk;
pub(super) use worth::{is_worth_it, is_worth_it_for_trees};
