//! The administrator's own file: which it is, whether a change of it holds, and writing
//! it so that a hook that runs meanwhile sees the old text or the new one, never a part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Target;
use super::lint::brought_by;
use super::{Bench, is_file, with_draft};
use crate::cli::error::Error;
use crate::config::{self, ConfigError, SYSTEM};
use crate::document::{Problem, Severity, Source};

/// A file, and the layers that it belongs to.
pub(super) struct Own {
    path: PathBuf,
    /// Whether it is one of the layers in force where this is run.
    pub(super) in_force: bool,
    /// Its text; empty when it is not there yet.
    pub(super) before: String,
    /// The layers in force, without it.
    without: Vec<Arc<Source>>,
    /// The layers in force, with it as it is.
    pub(super) layers: Vec<Arc<Source>>,
}

/// A change that holds.
pub(super) struct Checked {
    pub(super) source: Arc<Source>,
    pub(super) warnings: Vec<Problem>,
}

impl Own {
    /// The file that is to be changed.
    pub(super) fn open(bench: &Bench<'_>, target: &Target) -> Result<Self, Error> {
        let path = match (&target.file, bench.global.rules.last()) {
            (Some(path), _) => bench.at(path),
            (None, Some(path)) => path.clone(),
            (None, None) if bench.global.isolated => return Err(Error::NoTarget),
            (None, None) => PathBuf::from(SYSTEM),
        };
        let here = bench.here()?;
        let in_force = bench.sources(here.as_ref())?;
        let before = match config::read(&path) {
            Ok(source) => source.text.clone(),
            Err(ConfigError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => return Err(error.into()),
        };
        let mut without = in_force.clone();
        without.retain(|layer| !is_file(layer, &path));
        let is_layer = without.len() < in_force.len() || path == Path::new(SYSTEM);
        let mut own = Self { path, in_force: is_layer, before, without, layers: in_force };
        if !own.before.is_empty() {
            let source = own.source(&own.before);
            with_draft(&mut own.layers, source, None);
        }
        Ok(own)
    }

    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn source(&self, text: &str) -> Arc<Source> {
        Arc::new(Source { name: self.shown(), text: text.to_owned(), built_in: false })
    }

    /// The layers with a new text of this file.
    pub(super) fn layers_with(&self, source: &Arc<Source>) -> Vec<Arc<Source>> {
        let mut layers = self.layers.clone();
        with_draft(&mut layers, Arc::clone(source), None);
        layers
    }

    /// Checks a new text: what it makes worse.
    ///
    /// # Errors
    /// All mistakes that it would have or make.
    pub(super) fn check(&self, text: &str) -> Result<Checked, Error> {
        let source = self.source(text);
        let problems = brought_by(&source, &self.layers_with(&source), &self.without);
        let (errors, mut warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(Error::WouldBreak { file: self.shown(), problems: errors });
        }
        if !warnings.is_empty() && !self.before.is_empty() {
            // What was hardly meant before is not this change's.
            let old = self.source(&self.before);
            let known = brought_by(&old, &self.layers_with(&old), &self.without);
            warnings.retain(|warning| !known.iter().any(|old| old.message == warning.message));
        }
        Ok(Checked { source, warnings })
    }

    /// Writes a new text that was checked.
    pub(super) fn write(&self, checked: &Checked) -> Result<(), Error> {
        let failed = |source| Error::WriteFile { path: self.path.clone(), source };
        write_whole(&self.path, checked.source.text.as_bytes()).map_err(failed)
    }

    /// The lines that a new text takes away and adds.
    pub(super) fn difference(&self, text: &str) -> String {
        difference(&self.before, text)
    }
}

/// Writes a file beside its place and moves it there. A symbolic link keeps pointing to
/// the file, which keeps its mode.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = real.file_name().ok_or(ErrorKind::InvalidFilename)?.to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        if let Ok(old) = fs::metadata(&real) {
            keep_owner(&file, &old)?;
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&beside, &real)?;
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Gives a new file the owner and the group of the old one. The account that the hook runs
/// in may read the file by its group only: another group would stop every push.
fn keep_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if new.gid() != old.gid() {
        fchown(file, None, Some(old.gid()))?;
    }
    if new.uid() != old.uid() {
        // Only the administrator of the machine may; the group is what counts.
        let _ = fchown(file, Some(old.uid()), None);
    }
    Ok(())
}

/// More lines than this are not aligned with each other.
const MOST_LINES: usize = 2000;

/// The lines that differ, `-` for old and `+` for new ones.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let same = |(a, b): &(&&str, &&str)| a == b;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let old = old.get(head..old.len() - tail).unwrap_or_default();
    let new = new.get(head..new.len() - tail).unwrap_or_default();
    let mut out = String::new();
    if old.len() > MOST_LINES || new.len() > MOST_LINES {
        return format!("{} lines become {}\n", old.len(), new.len());
    }
    // Longest common subsequence, from the ends.
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    let at = |longest: &[u32], i: usize, j: usize| longest.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let value = if a == b {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(slot) = longest.get_mut(i * width + j) {
                *slot = value;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (a, Some(b)) if a.is_none() || at(&longest, i, j + 1) > at(&longest, i + 1, j) => {
                out.push_str(&format!("+ {b}\n"));
                j += 1;
            }
            (Some(a), _) => {
                out.push_str(&format!("- {a}\n"));
                i += 1;
            }
            (None, _) => break,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_shown() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "- b\n+ x\n");
        assert_eq!(difference("a\nb\nc\nd\n", "a\n1\nb\nc\n2\nd\n"), "+ 1\n+ 2\n");
        assert_eq!(difference("", "a\n"), "+ a\n");
        assert_eq!(difference("a\nb\n", "a\n"), "- b\n");
        assert_eq!(difference("a\n", "a\n"), "");
    }

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode_and_its_link() {
        use std::os::unix::fs::{PermissionsExt, chown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("rules.toml"), folder.path().join("link.toml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        // Whoever may give files away has to keep whose they are.
        let given = chown(&file, Some(12345), Some(12345)).is_ok();
        symlink("rules.toml", &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let metadata = fs::metadata(&file).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        assert!(!given || (metadata.uid(), metadata.gid()) == (12345, 12345));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
        assert!(write_whole(&folder.path().join("no/such/file"), b"x").is_err());
    }
}
