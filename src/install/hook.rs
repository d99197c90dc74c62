//! One hook: what stands in its place, and how this one gets there beside it.
//!
//! A hook of somebody else's is kept in `provost.d/` beside it, under its own name, for
//! scripts look at their name; ours calls it first. Git takes no notice of that folder.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::script::{self, MARK};
use super::{InstallError, Plan, Step};
use crate::owner;
use crate::text::escape;

/// The folder, beside the hook, of what was there before.
const KEPT: &str = "provost.d";

/// What stands in the place of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A hook that `provost install` wrote.
    Ours,
    /// Somebody else's.
    Foreign,
}

/// What stands at a path.
///
/// # Errors
/// When it can't be read.
pub fn state(path: &Path) -> Result<Found, InstallError> {
    let failed = |source| InstallError::Read { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(InstallError::InTheWay {
            path: path.to_owned(),
            reason: "a directory is where the hook goes".into(),
        }),
        Ok(_) => match owner::content(path) {
            Ok(text) if is_ours(&text) => Ok(Found::Ours),
            Ok(_) => Ok(Found::Foreign),
            // A link to nothing, which git passes over.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Foreign),
            Err(source) => Err(failed(source)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(source) => Err(failed(source)),
    }
}

fn is_ours(text: &[u8]) -> bool {
    let head = text.get(..text.len().min(400)).unwrap_or_default();
    head.split(|&byte| byte == b'\n').any(|line| line.starts_with(MARK.as_bytes()))
}

/// Where a foreign hook is kept.
pub(super) fn kept(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    path.with_file_name(KEPT).join(name)
}

/// Plans a hook that calls what was there before.
pub(super) fn install(path: &Path, text: &[u8], plan: &mut Plan) -> Result<(), InstallError> {
    let kept = kept(path);
    if state(path)? == Found::Foreign {
        if fs::symlink_metadata(&kept).is_ok() {
            if !same(path, &kept) {
                return Err(InstallError::InTheWay {
                    path: path.to_owned(),
                    reason: format!(
                        "it was put there after provost was installed, and an older hook is \
                         kept as {}",
                        escape::path(&kept)
                    ),
                });
            }
        } else {
            let folder = path.with_file_name(KEPT);
            plan.say(format!(
                "  another hook is there; it stays and runs first: {}",
                escape::path(path)
            ));
            if !runs(path) {
                plan.warn(format!("{} is not executable: git does not run it", escape::path(path)));
            }
            plan.directory(&folder);
            plan.step(Step::Keep { from: path.to_owned(), to: kept });
        }
    }
    install_alone(path, text, plan)
}

/// Plans a hook in a folder where each hook is a file of its own.
pub(super) fn install_alone(path: &Path, text: &[u8], plan: &mut Plan) -> Result<(), InstallError> {
    state(path)?;
    let unchanged = owner::content(path).is_ok_and(|now| now == text) && runs(path);
    if unchanged {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        plan.directory(folder);
    }
    let what = match script::recorded_platform(text) {
        Some(platform) => format!("the hook, for platform {platform}"),
        None => "the hook".into(),
    };
    let content = text.to_vec();
    plan.step(Step::Write { path: path.to_owned(), content, mode: 0o755, what });
    Ok(())
}

/// Plans the way back.
pub(super) fn uninstall(path: &Path, plan: &mut Plan) -> Result<(), InstallError> {
    let kept = kept(path);
    let is_kept = fs::symlink_metadata(&kept).is_ok();
    match state(path)? {
        Found::Ours if is_kept => plan.step(Step::PutBack { from: kept, to: path.to_owned() }),
        Found::Ours => plan.step(Step::Remove { path: path.to_owned() }),
        // Killed between keeping and writing, or between putting back and removing.
        Found::Foreign if is_kept && same(path, &kept) => plan.step(Step::Remove { path: kept }),
        Found::Foreign => {
            plan.say(format!("  not written by provost, left alone: {}", escape::path(path)));
            return Ok(());
        }
        Found::Nothing if is_kept => plan.step(Step::PutBack { from: kept, to: path.to_owned() }),
        Found::Nothing => return Ok(()),
    }
    let folder = path.with_file_name(KEPT);
    if folder.is_dir() {
        plan.step(Step::RemoveDirectory { path: folder });
    }
    Ok(())
}

/// Whether a file may be executed by anybody.
pub(super) fn runs(path: &Path) -> bool {
    fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Whether two names are one hook: one file, one content, or links to one place.
fn same(one: &Path, other: &Path) -> bool {
    if let (Ok(a), Ok(b)) = (fs::metadata(one), fs::metadata(other))
        && (a.dev(), a.ino()) == (b.dev(), b.ino())
    {
        return true;
    }
    match (owner::content(one), owner::content(other)) {
        (Ok(a), Ok(b)) => a == b,
        (Err(_), Err(_)) => fs::read_link(one)
            .is_ok_and(|a| fs::read_link(other).is_ok_and(|b| b.ends_with(&a) || a == b)),
        _ => false,
    }
}
