//! Text handling without any knowledge of Git or of markers: untrusted bytes made
//! safe to show, messages cut into lines, odd encodings decoded, look-alike
//! characters folded.

pub mod decode;
pub mod escape;
pub mod fold;
pub mod lines;
pub mod shell;
