//! A file that is mapped into memory.

use std::path::Path;

use memmap2::Mmap;

use crate::file;

/// A file as memory.
pub struct Mapped(Mmap);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Mapped {
    /// Maps a file.
    ///
    /// What the file has now is what is read: one that is cut off while it is mapped ends the
    /// process by a signal, which no check can prevent. Git never does that to these files.
    pub(in crate::git) fn open(path: &Path) -> std::io::Result<Self> {
        let file = file::open(path)?;
        #[expect(unsafe_code, reason = "there is no mapping a file without it")]
        // SAFETY: git writes packs, indexes, commit-graphs and packed refs under another name
        // and never changes them afterwards; git and libgit2 rely on the same.
        unsafe {
            Mmap::map(&file).map(Self)
        }
    }
}
