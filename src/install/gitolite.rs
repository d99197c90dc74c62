//! gitolite: a common hook, or a VREF, in the directory that `LOCAL_CODE` names.
//!
//! Source: gitolite's documentation of `LOCAL_CODE`, hooks and VREFs. `hooks/update` is
//! gitolite's own and left alone. `gitolite setup --hooks-only` links common hooks into
//! the repositories.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::{InstallError, Plan, Request, Site, hook, policy, script};
use crate::text::escape;

pub(super) fn install(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    let local = local_code(&site.path)?;
    policy::plan(request, None, plan)?;
    if request.vref {
        let script = script::update(request, "gitolite");
        hook::install_alone(&local.join("VREF/provost"), &script, plan)?;
        plan.say(
            "Have it called for a repository by this line in gitolite.conf: -  VREF/provost = @all",
        );
        plan.say(
            "A VREF is called when git has stored the objects already: what it refuses stays \
             on the disk until git gc. The common hook refuses before.",
        );
        return Ok(());
    }
    let text = read(&site.path.join(".gitolite.rc"))?;
    if String::from_utf8_lossy(&text)
        .lines()
        .any(|line| line.trim_start().starts_with("'repo-specific-hooks'"))
    {
        plan.warn(
            "repo-specific-hooks is on in .gitolite.rc: where a repository has one, gitolite's \
             driver takes the place of the common hook; use provost install --vref there",
        );
    }
    let script = script::pre_receive(request, "gitolite");
    hook::install(&local.join("hooks/common/pre-receive"), &script, plan)?;
    plan.say("Then, as gitolite's account: gitolite setup --hooks-only");
    Ok(())
}

pub(super) fn uninstall(site: &Site, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    let local = local_code(&site.path)?;
    hook::uninstall(&local.join("VREF/provost"), plan)?;
    hook::uninstall(&local.join("hooks/common/pre-receive"), plan)?;
    plan.say(
        "Take VREF/provost out of gitolite.conf. Links to the common hook stay in the \
         repositories, where git passes over them, until you remove them.",
    );
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, InstallError> {
    fs::read(path).map_err(|source| InstallError::Read { path: path.to_owned(), source })
}

/// The value of `LOCAL_CODE`, whose line in a fresh `.gitolite.rc` is a comment.
fn local_code(home: &Path) -> Result<PathBuf, InstallError> {
    let not_set = || InstallError::Platform {
        platform: "gitolite",
        reason: format!(
            "LOCAL_CODE is not set in {}; its line is there, as a comment",
            escape::path(&home.join(".gitolite.rc"))
        ),
    };
    let text = read(&home.join(".gitolite.rc"))?;
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
    let line = lines.find(|line| line.starts_with(b"LOCAL_CODE")).ok_or_else(not_set)?;
    let value = line.split(|byte| b"\"'".contains(byte)).nth(1).ok_or_else(not_set)?;
    let home = home.as_os_str().as_bytes();
    let value = value.replace("$ENV{HOME}", home);
    let value = value.replace("$rc{GL_ADMIN_BASE}", [home, b"/.gitolite"].concat());
    // A home may have such a byte in its name itself.
    if value.strip_prefix(home).unwrap_or(&value).contains(&b'$') {
        return Err(not_set());
    }
    Ok(PathBuf::from(OsString::from_vec(value)))
}
