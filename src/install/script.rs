//! The texts of hooks. POSIX shell; nothing in them is taken from the environment but
//! what Git itself sets, for the pusher may be able to choose the rest.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Request;

/// The beginning of the line by which our hooks are known.
pub const MARK: &str = "# provost-hook ";

/// What a hook of ours, or a command in git's configuration, runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The program.
    pub program: PathBuf,
    /// The files of rules that it is told of.
    pub rules: Vec<PathBuf>,
    /// The platform.
    pub platform: String,
}

/// Reads that; `None` when it names no program or platform.
#[must_use]
pub fn recorded(text: &[u8]) -> Option<Recorded> {
    let text = String::from_utf8_lossy(text);
    let mut found =
        Recorded { program: PathBuf::new(), rules: Vec::new(), platform: String::new() };
    // The last line that runs it says all but where it is.
    let command = text.lines().rfind(|line| line.contains(" --platform "))?;
    let mut words = words(command).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rules" => found.rules.extend(words.next().map(PathBuf::from)),
            "--platform" => found.platform = words.next()?,
            _ => {}
        }
    }
    let assigned = text.lines().find_map(|line| line.strip_prefix("provost="));
    let program = self::words(assigned.unwrap_or(command)).into_iter().next()?;
    found.program = program.into();
    (found.program.is_absolute() && !found.platform.is_empty()).then_some(found)
}

/// The words of a command, as `quote` writes them.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if !quoted => word.get_or_insert_default().extend(characters.next()),
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

/// The platform that a hook of ours was written for.
#[must_use]
pub fn recorded_platform(text: &[u8]) -> Option<String> {
    let lines = text.split(|&byte| byte == b'\n');
    let mut marked = lines.filter_map(|line| line.strip_prefix(MARK.as_bytes()));
    let words = String::from_utf8_lossy(marked.next()?).into_owned();
    words.split_whitespace().find_map(|word| word.strip_prefix("platform=").map(str::to_owned))
}

/// A path as one word of the shell.
pub(super) fn quote(path: &Path) -> String {
    let text = String::from_utf8_lossy(path.as_os_str().as_bytes()).into_owned();
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn head(platform: &str, program: &Path) -> String {
    format!(
        "#!/bin/sh\n\
         {MARK}1 platform={platform}\n\
         # Written by `provost install`; `provost uninstall` takes it away and puts back what\n\
         # was here before. Another hook that was here is in provost.d, and runs first.\n\
         provost={}\n\
         \n\
         if [ ! -x \"$provost\" ]; then\n\
         \x20   echo \"provost: $provost is missing or not executable: no push can be judged, so none is accepted.\" >&2\n\
         \x20   echo \"provost: ask the administrators of this server to install it.\" >&2\n\
         \x20   exit 2\n\
         fi\n",
        quote(program)
    )
}

/// The words between the program and the command.
pub(super) fn options(request: &Request) -> String {
    match &request.policy {
        Some(policy) => format!(" --rules {}", quote(policy)),
        None => String::new(),
    }
}

/// What is called first, and where it is kept.
const BESIDE: &str = "\"${0%/*}/provost.d/${0##*/}\"";
/// With hooks for all repositories, those of each one's own.
const OWN: &str = "\"$GIT_DIR/hooks/pre-receive\"";

/// A `pre-receive` hook.
pub(super) fn pre_receive(request: &Request, platform: &str) -> String {
    with_input(request, platform, BESIDE)
}

/// A `pre-receive` hook for all repositories of a machine.
pub(super) fn pre_receive_of_system(request: &Request, platform: &str) -> String {
    with_input(request, platform, OWN)
}

/// The input is kept with the line feed at its end, which `$(...)` would take away.
fn with_input(request: &Request, platform: &str, first: &str) -> String {
    format!(
        "{}\
         first={first}\n\
         if [ -x \"$first\" ]; then\n\
         \x20   # Each hook reads all of its input.\n\
         \x20   input=$(PATH=/usr/bin:/bin cat && echo x) || exit 2\n\
         \x20   input=${{input%x}}\n\
         \x20   printf '%s' \"$input\" | \"$first\" \"$@\" || exit $?\n\
         \x20   printf '%s' \"$input\" | \"$provost\"{options} pre-receive --platform {platform}\n\
         \x20   exit $?\n\
         fi\n\
         exec \"$provost\"{options} pre-receive --platform {platform}\n",
        head(platform, &request.program),
        options = options(request),
    )
}

/// A hook that is called once a ref, with arguments.
pub(super) fn update(request: &Request, platform: &str) -> String {
    format!(
        "{}\
         first={BESIDE}\n\
         if [ -x \"$first\" ]; then\n\
         \x20   \"$first\" \"$@\" || exit $?\n\
         fi\n\
         exec \"$provost\"{} update --platform {platform} -- \"$@\"\n",
        head(platform, &request.program),
        options(request),
    )
}

/// A hook in a directory for all repositories that only calls each one's own.
pub(super) fn hand_on(name: &str) -> String {
    format!(
        "#!/bin/sh\n\
         {MARK}1 hands-on\n\
         # Written by `provost install --system`. With core.hooksPath, git passes over the\n\
         # hooks of each repository: this one calls them.\n\
         own=${{GIT_DIR:-$(git rev-parse --git-common-dir)}}/hooks/{name}\n\
         [ -x \"$own\" ] || exit 0\n\
         exec \"$own\" \"$@\"\n"
    )
}

/// A client's hook. A developer who has lost the program can still work: the server
/// judges in any case.
pub(super) fn client(request: &Request, hook: &str, husky: bool) -> String {
    // husky calls files that are not executable too.
    let (test, run) = if husky { ("-f", "sh -e \"$first\"") } else { ("-x", "\"$first\"") };
    let program = quote(&request.program);
    let command = match hook {
        "pre-push" => "pre-push \"$1\" \"$2\"",
        _ => "commit-msg \"$1\"",
    };
    let first = format!(
        "#!/bin/sh\n\
         {MARK}1 client\n\
         # Written by `provost install --client`; `provost uninstall --client` takes it away\n\
         # and puts back what was here before. What was here is in provost.d, and runs first.\n\
         provost={program}\n\
         first={BESIDE}\n"
    );
    let missing = "\
        if [ ! -x \"$provost\" ]; then\n\
        \x20   echo \"provost: $provost is missing: not checked here, the server will.\" >&2\n\
        \x20   exit 0\n\
        fi\n";
    if hook == "pre-push" {
        format!(
            "{first}\
             input=$(cat && echo x) || exit 2\n\
             input=${{input%x}}\n\
             if [ {test} \"$first\" ]; then\n\
             \x20   printf '%s' \"$input\" | {run} \"$@\" || exit $?\n\
             fi\n\
             {missing}\
             printf '%s' \"$input\" | \"$provost\"{} {command}\n",
            options(request),
        )
    } else {
        format!(
            "{first}\
             if [ {test} \"$first\" ]; then\n\
             \x20   {run} \"$@\" || exit $?\n\
             fi\n\
             {missing}\
             exec \"$provost\"{} {command}\n",
            options(request),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hook_runs_can_be_read_back() {
        let path = PathBuf::from("/a b/it's/provost");
        let command =
            format!("{} --rules {} pre-receive --platform gitea", quote(&path), quote(&path));
        let wanted =
            Recorded { program: path.clone(), rules: vec![path], platform: "gitea".into() };
        assert_eq!(recorded(command.as_bytes()), Some(wanted));
        assert_eq!(recorded(b"#!/bin/sh\nexec something else\n"), None);
    }
}
