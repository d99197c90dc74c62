//! GitHub Enterprise Server: a script for a repository of the instance, and an archive of
//! the environment that it runs in, which holds a shell, the program and the policy.
//!
//! Source: GitHub's documentation of pre-receive hook environments: a `tar.gz` of a
//! chroot with `/bin/sh`; it has no git, so the program must be whole in itself.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::pack::Pack;
use super::{InstallError, Plan, Request, Site, Step, hook, policy, script};
use crate::text::escape;

const SCRIPT: &str = "provost-pre-receive.sh";
const ARCHIVE: &str = "provost-environment.tar.gz";
const POLICY: &str = "provost-rules.toml";
/// Where the program is, in the chroot.
const PROGRAM: &str = "/usr/local/bin/provost";

pub(super) fn install(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!(
        "{}: files for GitHub Enterprise Server, {}",
        escape::path(&site.path),
        site.why
    ));
    for program in [&request.program, &request.shell] {
        is_static(program)
            .map_err(|reason| InstallError::Program { path: program.clone(), reason })?;
    }
    let policy = request.policy.clone().unwrap_or_else(|| site.path.join(POLICY));
    let with_policy = Request { policy: Some(policy.clone()), ..request.clone() };
    policy::plan(&with_policy, None, plan)?;
    let inside = Request { program: PROGRAM.into(), policy: None, ..request.clone() };
    hook::install_alone(&site.path.join(SCRIPT), &script::pre_receive(&inside, "github"), plan)?;
    let files = vec![
        ("bin/sh", request.shell.clone()),
        ("usr/local/bin/provost", request.program.clone()),
        ("etc/provost/rules.toml", policy),
    ];
    let planned = plan.steps.iter().find_map(|step| match step {
        Step::Write { path, content, .. } if Some(path) == files.last().map(|file| &file.1) => {
            Some(content.clone())
        }
        _ => None,
    });
    let digest = digest(&files, planned)?;
    let (archive, stamp) = (site.path.join(ARCHIVE), site.path.join(format!("{ARCHIVE}.made-of")));
    if !archive.exists() || fs::read_to_string(&stamp).ok().as_deref() != Some(&digest) {
        plan.step(Step::Pack(Pack { archive, stamp, digest, files }));
    }
    plan.say(format!(
        "Upload {ARCHIVE} (Management of the enterprise, Hooks, or ghe-hook-env-create), put \
         {SCRIPT} on the default branch of a repository of the instance, and add it as a \
         pre-receive hook in this environment."
    ));
    plan.say(
        "All hooks of a push have five seconds together. In testing mode exit codes count for \
         nothing, but a time-out can still fail the push.",
    );
    Ok(())
}

pub(super) fn uninstall(site: &Site, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say("Take the hook and its environment out of GitHub Enterprise Server first.");
    hook::uninstall(&site.path.join(SCRIPT), plan)?;
    for name in [ARCHIVE.to_owned(), format!("{ARCHIVE}.made-of")] {
        let path = site.path.join(name);
        if path.exists() {
            plan.step(Step::Remove { path });
        }
    }
    Ok(())
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
