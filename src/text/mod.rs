//! Text handling without any knowledge of Git or of markers: untrusted bytes made safe to
//! show, messages cut into lines, texts read through encodings and disguises.
//!
//! [`read`] is the only way to a text that a matcher looks at. Its steps are files here:
//! `label`, `declared` and `decode`, `feeds`, `controls`, `references`, `fold`, and `rounds`,
//! which repeats them; `effort` bounds them.

mod controls;
mod declared;
mod decode;
mod effort;
pub mod escape;
mod feeds;
mod fold;
mod label;
pub mod lines;
mod reading;
mod references;
mod rounds;
pub mod shell;
mod utf7;
mod word_enum;
mod words;

pub use declared::{is_plain_encoding, is_unreadable};
pub use effort::{Effort, Pace, Unwatched};
pub(crate) use fold::is_invisible;
pub use reading::{Disguise, Form, Reading, read, shown, undisguised};
pub use word_enum::WordEnum;
pub use words::{counted, folded_key, similar};
