//! A git 2.54 as far as hooks of its configuration go, made of the git of this machine:
//! `git` tells that version, and its `receive-pack` calls hooks as `hook.c` of 2.54 and
//! git-config(1) of 2.55 have it. Where the machine's git is that new, it is used itself.

use std::path::Path;

use super::super::support::{Run, Sandbox};
use super::script;

/// Runs the git of this machine with a `receive-pack` of ours.
const GIT: &str = r#"#!/bin/sh
if [ "$1" = version ]; then echo git version @VERSION@; exit; fi
GIT_EXEC_PATH=@EXEC@
export GIT_EXEC_PATH
exec @GIT@ "$@"
"#;

const RECEIVE_PACK: &str = "#!/bin/sh\n\
    exec @GIT@ -c core.hooksPath=@HOOKS@ receive-pack \"$@\"\n";

/// For one event: the hooks of the configuration, in the order in which they are last named
/// there, an empty event forgetting all before; then the hook of the directory. Each gets
/// all of the input and is run whatever the others say; exit codes are joined by OR. What
/// the configuration names runs in a shell. `hook.EVENT.enabled`, which 2.55 brought, is no
/// switch for the hook of the directory.
const HOOK: &str = r#"#!/bin/sh
unset GIT_CONFIG_PARAMETERS
event=${0##*/}
input=$(cat && echo x)
input=${input%x}
code=0
names=$(@GIT@ config --get-regexp '^hook\..*\.event$' | awk -v event="$event" '
    { name = $1; sub(/^hook\./, "", name); sub(/\.event$/, "", name) }
    $2 == "" { delete place[name] }
    $2 == event { place[name] = NR }
    END { for (name in place) print place[name], name }' | sort -n | cut -d ' ' -f 2)
for name in $names; do
    [ "$(@GIT@ config --type=bool "hook.$name.enabled")" != false ] || continue
    [ "$(@GIT@ config --type=bool "hook.$event.enabled")" != false ] || continue
    if ! command=$(@GIT@ config "hook.$name.command"); then
        echo "fatal: 'hook.$name.command' must be configured" >&2
        exit 128
    fi
    printf '%s' "$input" | sh -c "$command \"\$@\"" "$command" "$@" || code=$((code | $?))
done
directory=$(@GIT@ config --type=path core.hooksPath) || directory=$GIT_DIR/hooks
if [ -x "$directory/$event" ]; then
    printf '%s' "$input" | "$directory/$event" "$@" || code=$((code | $?))
fi
exit "$code"
"#;

/// See the head of this file.
pub(crate) struct NewerGit {
    path: String,
}

impl NewerGit {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let version = sandbox.git("").arg("version").ok().word();
        let mut numbers = version.trim_start_matches("git version ").split('.');
        let mut next = || numbers.next().and_then(|number| number.parse().ok()).unwrap_or(0);
        if (next(), next()) >= (2_u32, 54_u32) {
            return Self { path: std::env::var("PATH").unwrap() };
        }
        Self::of_version(sandbox, "2.54.0")
    }

    /// The same, telling another version.
    pub(crate) fn of_version(sandbox: &Sandbox, version: &str) -> Self {
        let real = sandbox.run("sh", "").args(["-c", "command -v git"]).ok().word();
        let exec_path = sandbox.git("").arg("--exec-path").ok().word();
        let at = |name: &str| sandbox.path("newer-git").join(name).display().to_string();
        let fill = |text: &str| {
            let text = text.replace("@GIT@", &real).replace("@VERSION@", version);
            text.replace("@EXEC@", &at("exec")).replace("@HOOKS@", &at("hooks"))
        };
        script(sandbox, "newer-git/bin/git", &fill(GIT));
        for event in ["pre-receive", "update", "post-receive", "post-update"] {
            script(sandbox, &format!("newer-git/hooks/{event}"), &fill(HOOK));
        }
        script(sandbox, "newer-git/exec/git-receive-pack", &fill(RECEIVE_PACK));
        for entry in std::fs::read_dir(Path::new(&exec_path)).unwrap() {
            let entry = entry.unwrap();
            let link = sandbox.path("newer-git/exec").join(entry.file_name());
            if !link.exists() {
                std::os::unix::fs::symlink(entry.path(), link).unwrap();
            }
        }
        Self { path: format!("{}:{}", at("bin"), std::env::var("PATH").unwrap()) }
    }

    /// A command that finds it in place of the machine's.
    pub(crate) fn seen_by(&self, run: Run) -> Run {
        run.env("PATH", &self.path)
    }
}
