//! Inflating the data of a pack's entries: whole by libdeflate, which takes two thirds of
//! the time of a zlib for the small objects that most are, and beginnings by zlib-rs, for
//! libdeflate can't stop.

use libdeflater::Decompressor;
use zlib_rs::{Inflate, InflateFlush};

use super::data::{Entry, make_room};
use crate::git::damage::Damage;

/// What inflates; used again and again.
pub(super) struct Inflater {
    whole: Decompressor,
    beginning: Option<Inflate>,
}

/// The largest window that a zlib stream can ask for (RFC 1950, CINFO 7).
const WINDOW_BITS: u8 = 15;

impl Inflater {
    pub(super) fn new() -> Self {
        Self { whole: Decompressor::new(), beginning: None }
    }

    /// Inflates the data of an entry, or only its first `wanted` bytes. What is inflated whole
    /// is so to the end of its stream, and has the checksum that stands there.
    pub(super) fn inflate(
        &mut self,
        entry: &Entry<'_>,
        wanted: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        const BROKEN: Damage = Damage("its data in a pack is damaged");
        let size = entry.size.min(wanted);
        make_room(out, size)?;
        out.resize(size, 0);
        let written = if out.len() == entry.size {
            self.whole.zlib_decompress(entry.data, out).ok().ok_or(BROKEN)?
        } else {
            let inflate = self.beginning.get_or_insert_with(|| Inflate::new(true, WINDOW_BITS));
            inflate.reset(true);
            inflate.decompress(entry.data, out, InflateFlush::NoFlush).ok().ok_or(BROKEN)?;
            usize::try_from(inflate.total_out()).ok().ok_or(BROKEN)?
        };
        if written == out.len() { Ok(()) } else { Err(BROKEN) }
    }
}
