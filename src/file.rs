//! Regular files, where other accounts may have put something else.
//!
//! Who opens a pipe waits until another process writes to it, and a device or a sparse file may
//! have no end. So a file of another account's repository is opened without waiting, has to be a
//! regular one, and is read up to a size that is given. `/dev/null` is as good: Git's own
//! documentation gives it where a file is to be empty. Looking at the path first was not
//! chosen where it can be avoided: the owner can put something else there in between.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;

/// Larger files that people write, or programs for them, are not read: rules, hooks, lists.
pub const MAX_TEXT_BYTES: u64 = 256 << 20;

/// Whether it is a regular file or the null device.
#[must_use]
pub fn has_an_end(known: &Metadata) -> bool {
    // The numbers of /dev/null on Linux: Documentation/admin-guide/devices.txt.
    let null_device = nix::sys::stat::makedev(1, 3);
    known.is_file() || known.file_type().is_char_device() && known.rdev() == null_device
}

/// Opens a regular file for reading. Links are followed; no pipe or device is waited for.
///
/// # Errors
/// When it is no regular file, or can't be opened.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    if !has_an_end(&file.metadata()?) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
    }
    Ok(file)
}

/// Opens a regular file of at most this many bytes for reading.
///
/// # Errors
/// As for [`open`], and when it is larger.
pub fn open_bounded(path: &Path, max_bytes: u64) -> io::Result<File> {
    let file = open(path)?;
    if file.metadata()?.len() > max_bytes {
        return Err(too_large(max_bytes));
    }
    Ok(file)
}

/// Reads a regular file of at most this many bytes.
///
/// # Errors
/// As for [`open_bounded`].
pub fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    read_to_end(open_bounded(path, max_bytes)?, max_bytes)
}

/// Reads an open file, which may be a pipe, of at most this many bytes.
///
/// # Errors
/// When it has more, or can't be read.
pub fn read_to_end(file: File, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > max_bytes { Err(too_large(max_bytes)) } else { Ok(content) }
}

fn too_large(max_bytes: u64) -> io::Error {
    let text = format!("it is larger than {} KiB", max_bytes >> 10);
    io::Error::new(ErrorKind::FileTooLarge, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_devices_and_large_files_are_not_read() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
        std::os::unix::fs::symlink("/dev/null", path("null")).unwrap();
        nix::unistd::mkfifo(&path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        File::create(path("sparse")).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read(&path("link"), 4).unwrap(), b"text");
        assert_eq!(read(&path("null"), 0).unwrap(), b"");
        assert_eq!(read(&path("file"), 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(&path("sparse"), 1 << 20).unwrap_err().kind(), ErrorKind::FileTooLarge);
        for name in ["pipe", "zero", "."] {
            assert_eq!(open(&path(name)).unwrap_err().kind(), ErrorKind::InvalidInput, "{name}");
        }
        assert_eq!(open(&path("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
