//! Other people's property: acting as the account that owns something, and opening files
//! without following links.
//!
//! An administrator runs `doctor`, `install`, `audit` and their like as root, on repositories
//! that belong to other accounts. What such an account can replace (configuration, hooks,
//! links) must not direct root. So root only looks up whose a place is ([`Acting::for_path`])
//! and then acts as that account: the kernel allows no more than the account may do anyway.
//! Files are reached through the handle of their directory ([`Folder`]), and no link on the
//! way is followed that another account could have made.
//!
//! Checking paths first and using them afterwards was not chosen: between the two the owner
//! can put something else there.

mod acting;
mod folder;
mod trust;
mod way;

pub use acting::{Account, Acting, Replaceable, confine, current, is_alone, replaceable};
pub use folder::Folder;
pub use trust::{Distrust, content, named_content, open_in, trust};
pub use way::first_link;
