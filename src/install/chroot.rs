//! A hook in an environment that holds nothing else: an archive of a shell, the program and the
//! policy, which an administrator brings to where hooks run.
//!
//! Such an environment is a `tar.gz` of a chroot with `/bin/sh`; it has no git and no libraries,
//! so the program must be whole in itself.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::pack::Pack;
use super::{InstallError, Plan, Request, Site, Step, policy};
use crate::platform::Chroot;

/// Where the program is, in the environment.
const PROGRAM: &str = "/usr/local/bin/provost";

/// What goes into the environment.
pub(super) struct Inside {
    /// The request with the paths that hold in the environment.
    pub(super) request: Request,
    files: Vec<(&'static str, PathBuf)>,
}

/// Plans the policy of the environment.
pub(super) fn policy(
    site: &Site,
    chroot: Chroot,
    request: &Request,
    plan: &mut Plan,
) -> Result<Inside, InstallError> {
    for program in [&request.program, &request.shell] {
        is_static(program)
            .map_err(|reason| InstallError::Program { path: program.clone(), reason })?;
    }
    let policy = request.policy.clone().unwrap_or_else(|| site.path.join(chroot.policy));
    let with_policy = Request { policy: Some(policy.clone()), ..request.clone() };
    policy::plan(&with_policy, None, plan)?;
    let files = vec![
        ("bin/sh", request.shell.clone()),
        ("usr/local/bin/provost", request.program.clone()),
        ("etc/provost/rules.toml", policy),
    ];
    let inside = Request { program: PROGRAM.into(), policy: None, ..request.clone() };
    Ok(Inside { request: inside, files })
}

/// Plans the archive.
pub(super) fn pack(
    site: &Site,
    chroot: Chroot,
    inside: Inside,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let files = inside.files;
    let planned = plan.steps.iter().find_map(|step| match step {
        Step::Write { path, content, .. } if Some(path) == files.last().map(|file| &file.1) => {
            Some(content.clone())
        }
        _ => None,
    });
    let digest = digest(&files, planned)?;
    let [archive, stamp] = self::files(site, chroot);
    if !archive.exists() || fs::read_to_string(&stamp).ok().as_deref() != Some(&digest) {
        plan.step(Step::Pack(Pack { archive, stamp, digest, files }));
    }
    Ok(())
}

/// The archive, and the file that says what it was made of.
pub(super) fn files(site: &Site, chroot: Chroot) -> [PathBuf; 2] {
    let archive = site.path.join(chroot.archive);
    [archive, site.path.join(format!("{}.made-of", chroot.archive))]
}

fn read(path: &Path) -> Result<Vec<u8>, InstallError> {
    fs::read(path).map_err(|source| InstallError::Read { path: path.to_owned(), source })
}

fn digest(
    files: &[(&'static str, PathBuf)],
    mut planned: Option<Vec<u8>>,
) -> Result<String, InstallError> {
    let mut digest = Sha256::new();
    for (name, path) in files.iter().rev() {
        // The policy is the last, and may not be written yet.
        let content = match planned.take() {
            Some(content) => content,
            None => read(path)?,
        };
        digest.update(name.as_bytes());
        digest.update((content.len() as u64).to_be_bytes());
        digest.update(content);
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256:{hex}\n"))
}

/// Whether a program needs no libraries: an ELF file without an interpreter (elf(5)).
fn is_static(path: &Path) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let number = |at: usize, length: usize| {
        let part = bytes.get(at..at + length)?;
        Some(part.iter().rev().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte)))
    };
    // 64 bits, little end first.
    if bytes.get(..6) != Some(b"\x7fELF\x02\x01") {
        return Err("it is no program for 64-bit Linux".into());
    }
    let headers = (|| Some((number(32, 8)?, number(54, 2)?, number(56, 2)?)))();
    let (start, size, count) = headers.ok_or("its ELF header is cut off")?;
    for index in 0..count {
        let at = start.checked_add(size.saturating_mul(index)).filter(|at| *at < bytes.len());
        // PT_INTERP
        if at.and_then(|at| number(at, 4)) == Some(3) {
            return Err(
                "it needs libraries, which the environment has not; use a static one".into()
            );
        }
    }
    Ok(())
}
