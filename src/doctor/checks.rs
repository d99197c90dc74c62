//! What can be seen without a push: whether git would run the hook, and what it needs.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::Diagnosis;
use super::git_runs::{configured, elsewhere, origin, switched_off, word};
use super::target::Target;
use crate::config::{self, Config, ConfigError, Layers};
use crate::git::Repository;
use crate::install::{Found, Git, recorded, state};
use crate::owner::{self, Folder};
use crate::platform::{self, accounts};
use crate::text::escape::{self, escape};

/// A hook that git would run, and what it says of itself.
#[derive(Clone, Debug)]
pub(super) struct Runnable {
    /// The program that it runs.
    pub(super) program: PathBuf,
    /// The files of rules that it names.
    pub(super) rules: Vec<PathBuf>,
    /// The platform that it names.
    pub(super) platform: String,
}

/// Less than this many bytes free, and git can't take in a push of some size.
const LEAST_FREE: u64 = 100 << 20;
/// Clocks further apart than this disagree.
const APART: Duration = Duration::from_secs(120);
/// 2026-01-01: a clock that shows less was never set.
const NEVER_BEFORE: Duration = Duration::from_secs(1_767_225_600);

/// Looks whether git would run the hook; `None` when there is nothing to run.
pub(super) fn hook(target: &Target, diagnosis: &mut Diagnosis) -> Option<Runnable> {
    if let Some(repository) = &target.repository {
        elsewhere(target, repository, diagnosis);
    }
    let text = match &target.hook {
        Some(path) => file(path, diagnosis)?,
        None => configured(target.repository.as_deref(), diagnosis)?,
    };
    if let Some(repository) = &target.repository {
        switched_off(repository, diagnosis);
    }
    let found = recorded(&text);
    let Some(found) = found else {
        let what = "the hook names no program of provost";
        let ask = ["config", "-z", "--show-origin", "--get", "hook.provost.command"];
        let set = target.repository.as_deref().filter(|_| target.hook.is_none());
        let set = set.and_then(|path| {
            let set = Git::ask_as_pusher(&ask, path).ok().flatten()?;
            origin(path, set.as_bytes())
        });
        match set {
            Some(file) => diagnosis.wrong(
                "written-by",
                format!("{what}: it is `{}` in {}", escape(&text), escape::path(&file)),
                format!("git config --file {} --unset-all hook.provost.command", word(&file)),
            ),
            None => diagnosis.wrong("written-by", what, "provost install writes it again"),
        }
        return None;
    };
    if found.platform != target.platform.name {
        diagnosis.note(
            "platform",
            format!(
                "the hook was written for {}, and this looks like {}",
                found.platform, target.platform.name
            ),
        );
    }
    diagnosis.platform.clone_from(&found.platform);
    let files = target.hook.iter().chain([&found.program]);
    if files.into_iter().any(|path| !may_run(path, diagnosis)) {
        return None;
    }
    starts(&found.program, diagnosis).then_some(Runnable {
        program: found.program,
        rules: found.rules,
        platform: found.platform,
    })
}

fn file(path: &Path, diagnosis: &mut Diagnosis) -> Option<Vec<u8>> {
    let shown = escape::path(path);
    match state(path) {
        Ok(Found::Ours) => {}
        Ok(Found::Nothing) => {
            let step = "provost install puts it there";
            diagnosis.wrong("hook", format!("there is no {shown}: every push is accepted"), step);
            return None;
        }
        Ok(Found::Foreign) if !path.exists() => {
            let text = format!("{shown} is a link to nothing: git accepts every push");
            diagnosis.wrong("hook", text, "mend the link, or remove it and run provost install");
            return None;
        }
        Ok(Found::Foreign) => {
            let text = format!("{shown} is another hook, which was not run");
            diagnosis.wrong("hook", text, "provost install puts this one beside it");
            return None;
        }
        Err(error) => {
            diagnosis.wrong("hook", error.to_string(), error.next_step());
            return None;
        }
    }
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o111 == 0 {
        let text = format!("{shown} is not executable: git passes over it and accepts every push");
        diagnosis.wrong("executable", text, format!("chmod 755 {}", word(path)));
        return None;
    }
    if mode & 0o001 == 0 {
        let text = format!("{shown} can't be run by every account (mode {:o})", mode & 0o777);
        diagnosis.note("executable", text);
    }
    diagnosis.ok("hook", format!("git runs {shown}"));
    owner::content(path).ok()
}

/// Whether a file may be run by the account that this process acts as: as root, only what
/// root alone could have put there.
fn may_run(path: &Path, diagnosis: &mut Diagnosis) -> bool {
    if !owner::is_alone() {
        return true;
    }
    let Ok(Some(found)) = owner::replaceable(path) else { return true };
    let text = format!(
        "{}: a pusher could switch the hook off, so {} was not run as root",
        found.why,
        escape::path(path)
    );
    let step = if found.by_everybody {
        format!("chmod o-w {}", word(&found.place))
    } else {
        format!(
            "let only root write {}, or run provost doctor as the account that pushes run as",
            word(&found.place)
        )
    };
    diagnosis.wrong("permissions", text, step);
    false
}

fn starts(program: &Path, diagnosis: &mut Diagnosis) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null());
    owner::confine(&mut command);
    let output = command.output();
    let shown = escape::path(program);
    let wrong = |diagnosis: &mut Diagnosis, why: String| {
        let text = format!("{shown} does not start: {why}; every push is refused");
        diagnosis.wrong("program", text, "install the program there, for every account to run");
        false
    };
    match output {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            diagnosis.ok("program", format!("{shown} starts: {version}"));
            true
        }
        Ok(output) => wrong(diagnosis, output.status.to_string()),
        Err(error) => wrong(diagnosis, error.to_string()),
    }
}

/// What the hook needs besides: rules, owners, room, time. The rules, if they load.
pub(super) fn surroundings(
    target: &Target,
    repository: Option<&Repository>,
    runnable: &Runnable,
    diagnosis: &mut Diagnosis,
) -> Option<Config> {
    let layers = Layers { repository, files: &runnable.rules, ..Layers::default() };
    let config = match config::load(layers) {
        Ok(config) => {
            let digest = config.digest.get(..19).unwrap_or(&config.digest);
            diagnosis.ok("rules", format!("the rules load ({digest})"));
            Some(config)
        }
        Err(error) => {
            let why = match error {
                ConfigError::Problems(problems) => crate::document::render(&problems, false),
                other => other.to_string(),
            };
            diagnosis.wrong(
                "rules",
                format!("the rules do not load, so every push is refused: {why}"),
                "mend the file that is named; provost rules lint shows all mistakes",
            );
            None
        }
    };
    let path = target.repository.as_deref();
    let mut guarded = vec![runnable.program.clone()];
    guarded.extend(target.hook.iter().cloned());
    guarded.extend(runnable.rules.iter().cloned());
    guarded.push(config::SYSTEM.into());
    guarded.extend(path.map(|path| path.join("provost/rules.toml")));
    for path in guarded.iter().filter(|path| path.exists()) {
        writable(path, "switch the hook off", diagnosis);
    }
    if let Some(path) = path {
        room(path, diagnosis);
        owner(path, diagnosis);
    }
    if let Some(repository) = repository {
        state_files(repository, diagnosis);
    }
    clock(diagnosis);
    config
}

/// Files that hooks write: each account that pushes must be able to, and no other.
fn state_files(repository: &Repository, diagnosis: &mut Diagnosis) {
    match crate::state::files::faults(repository) {
        Ok(faults) if faults.is_empty() => {
            diagnosis.ok("state", "the files of its state have the right owner and mode");
        }
        Ok(faults) => {
            for fault in faults {
                diagnosis.wrong("state", fault.text, fault.command);
            }
        }
        Err(error) => {
            let step = "see what git config core.sharedRepository says, and fix it";
            diagnosis.wrong("state", format!("its state can't be used: {error}"), step);
        }
    }
}

/// What everybody may write, a pusher may.
pub(super) fn writable(path: &Path, and_could: &str, diagnosis: &mut Diagnosis) {
    let mut at = Some(path);
    while let Some(part) = at {
        let mode = fs::metadata(part).map_or(0, |metadata| metadata.permissions().mode());
        // In a sticky directory nobody can replace what is another's.
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            let text =
                format!("everybody may write {}: a pusher could {and_could}", escape::path(part));
            diagnosis.wrong("permissions", text, format!("chmod o-w {}", word(part)));
            return;
        }
        at = part.parent().filter(|_| part == path);
    }
}

/// Whether there is room for what is written to a directory.
pub(super) fn room(directory: &Path, diagnosis: &mut Diagnosis) {
    match nix::sys::statvfs::statvfs(directory) {
        Ok(room) => {
            let free = room.blocks_available().saturating_mul(room.fragment_size());
            let inodes_out = room.files() > 0 && room.files_available() == 0;
            let text = format!("{} MB are free for {}", free >> 20, escape::path(directory));
            if free < LEAST_FREE || inodes_out {
                diagnosis.wrong("disk", text, "make room: pushes and their records need it");
            } else {
                diagnosis.ok("disk", text);
            }
        }
        Err(error) => {
            diagnosis.note("disk", format!("how much room is left is not known: {error}"));
        }
    }
}

/// Under another account the hook may not be able to read what it needs.
fn owner(repository: &Path, diagnosis: &mut Diagnosis) {
    let Ok(metadata) = fs::metadata(repository) else { return };
    let own = nix::unistd::getuid();
    let platform = platform::by_name(&diagnosis.platform);
    if metadata.mode() & 0o022 != 0
        && let Some(platform) = platform
        && let Some(variable) = platform.believed_variable
    {
        let text = format!(
            "other accounts of this machine may write to the repository: over a file path they \
             push under any name, for platform {} believes {variable}",
            platform.name
        );
        diagnosis.note("pusher", text);
    }
    // Root acts as that account here.
    if metadata.uid() != own.as_raw() && !own.is_root() {
        let owner = accounts::user(metadata.uid());
        let owner = owner.map_or_else(|| metadata.uid().to_string(), |name| escape(&name));
        let text = format!(
            "the repository belongs to {owner}, and this runs as another account: run \
             provost doctor as {owner}, or as root, to prove what its pushes meet"
        );
        diagnosis.note("account", text);
    }
}

/// Policies change by dates.
fn clock(diagnosis: &mut Diagnosis) {
    let step = "set the clock: policies change by dates";
    let Ok(now) = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) else {
        diagnosis.wrong("clock", "the clock is before 1970", step);
        return;
    };
    if now < NEVER_BEFORE {
        diagnosis.wrong("clock", "the clock is before this version of provost", step);
        return;
    }
    let written = (|| {
        let path = std::env::temp_dir().join(format!("provost-clock-{}", std::process::id()));
        let (folder, name) = Folder::holding(&path)?;
        let modified = folder.create(&name, 0o600)?.metadata()?.modified();
        folder.remove(&name)?;
        modified
    })();
    let apart = written.ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    match apart.map(|time| time.abs_diff(now)) {
        Some(apart) if apart > APART => {
            diagnosis.wrong("clock", format!("clock and file system are {apart:?} apart"), step);
        }
        _ => diagnosis.ok("clock", "the clock is set"),
    }
}
