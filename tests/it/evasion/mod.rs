//! Marks written so that people or tools overlook them.
//!
//! Two kinds of test: disguises that are known by name ([`known`]), and disguises that are
//! made at random from all of Unicode, the encodings of Git's iconv, the places of a commit
//! and each other ([`single`], [`declared`], [`composed`]), so that what is not listed is
//! tried too.

mod atoms;
mod caps;
mod characters;
mod composed;
mod declared;
mod disguises;
mod encodings;
mod hunt;
mod known;
pub(crate) mod marks;
mod names;
mod places;
mod references;
mod sequences;
mod single;
