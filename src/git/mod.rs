//! Reading Git repositories: the only room that names `git2`.
//!
//! Objects are read raw and parsed by our own tolerant parsers, because libgit2 stops
//! at a NUL in a message and fails on identities that `git push` accepts. Nothing here
//! knows of markers or policy, and nothing here writes to a repository.

mod alternates;
mod arrivals;
mod beside;
mod changes;
mod cli;
mod commit;
mod commit_graph;
mod config;
mod connectivity;
mod cursor;
mod damage;
mod directories;
mod error;
mod find;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod graph;
mod hash;
mod hook_environment;
mod ident;
mod includes;
mod level;
mod limit;
mod lookup;
mod loose;
#[cfg(test)]
pub(crate) mod made;
mod merged;
mod meter;
mod new_commits;
mod object;
mod object_id;
mod objects;
mod opened_by_others;
mod packs;
mod process;
mod readers;
mod ref_format;
mod ref_name;
mod ref_store;
mod ref_text;
mod ref_update;
mod references;
mod repository;
mod revision;
mod shallow;
mod signature;
mod size;
mod store;
mod tag;
mod tag_chains;
mod tags;
mod tree;
mod tree_cache;
mod unread;

pub use beside::{ObjectsSeed, two_at_once};
pub use changes::{Change, Changes, Visitor};
pub use commit::{Commit, Extra, subject, unfolded};
pub use cursor::Side;
pub use error::GitError;
pub use graph::{Graph, OnNewCommit};
pub use hook_environment::HookEnvironment;
pub use ident::Ident;
pub use lookup::Lookup;
pub use meter::{Reads, Watch};
pub use new_commits::Hidden;
pub use object::{Object, ObjectKind};
pub use object_id::{IdMap, IdSet, NumberMap, ObjectId};
pub use objects::Objects;
pub use opened_by_others::{check_files, check_home};
pub use packs::{DeltaWalker, Files, Mapped, Place};
pub use ref_name::{RefKind, RefName, without_namespaces};
pub use ref_store::UnreadRef;
pub use ref_update::{RefUpdate, parse_updates};
pub use references::{Reference, Resolved};
pub use repository::{Repository, Trust};
pub use revision::Range;
pub use signature::ssh_public_key;
pub use size::{ChangeSize, size_of_change};
pub use store::Scale;
pub use tag::Tag;
pub use tags::{Peeled, TagsOf};
pub use tree::{Entry, Mode, entries};
pub use unread::{Unread, UnreadObjects};
