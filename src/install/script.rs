//! The texts of hooks. POSIX shell; nothing in them is taken from the environment but
//! what Git itself sets, for the pusher may be able to choose the rest.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Request;
use crate::text::shell;

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
    let path = |word: &[u8]| PathBuf::from(OsStr::from_bytes(word));
    let commands = commands(text);
    // The last command that runs it says all but where it is.
    let runs = |command: &&Vec<Word>| command.iter().any(|word| word == b"--platform");
    let command = commands.iter().rfind(runs)?;
    let mut rules = Vec::new();
    let mut platform = String::new();
    let mut words = command.iter();
    while let Some(word) = words.next() {
        match word.as_slice() {
            b"--rules" => rules.extend(words.next().map(|word| path(word))),
            b"--platform" => platform = String::from_utf8(words.next()?.clone()).ok()?,
            _ => {}
        }
    }
    let first = |command: &Vec<Word>| command.first()?.strip_prefix(b"provost=").map(path);
    let program = match commands.iter().find_map(first) {
        Some(assigned) => assigned,
        None => path(command.first()?),
    };
    (program.is_absolute() && !platform.is_empty()).then_some(Recorded { program, rules, platform })
}

type Word = Vec<u8>;

/// The commands of a script, a line each, as their words. A line feed in quotes is part of a
/// word; quotes are taken off, double ones stay.
fn commands(text: &[u8]) -> Vec<Vec<Word>> {
    let mut commands = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (None, b'#') if word.is_none() => {
                // A remark, to the end of the line.
                let _ = bytes.find(|&byte| byte == b'\n');
                commands.push(std::mem::take(&mut words));
            }
            (None, b'\n') => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            (None, b' ' | b'\t') => words.extend(word.take()),
            (None, b'\'') => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (Some(b'\''), b'\'') => quote = None,
            (None, b'\\') => word.get_or_insert_default().extend(bytes.next()),
            (Some(b'"'), b'\\') => {
                let word = word.get_or_insert_default();
                word.push(byte);
                word.extend(bytes.next());
            }
            _ => {
                if byte == b'"' && quote != Some(b'\'') {
                    quote = if quote.is_none() { Some(byte) } else { None };
                }
                word.get_or_insert_default().push(byte);
            }
        }
    }
    words.extend(word);
    commands.push(words);
    commands
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
pub(super) fn quote(path: &Path) -> Vec<u8> {
    shell::quote(path.as_os_str().as_bytes())
}

fn head(platform: &str, program: &Path) -> Vec<u8> {
    let before = format!(
        "#!/bin/sh\n\
         {MARK}1 platform={platform}\n\
         # Written by `provost install`; `provost uninstall` takes it away and puts back what\n\
         # was here before. Another hook that was here is in provost.d, and runs first.\n\
         provost="
    );
    let after = "\n\
         \n\
         if [ ! -x \"$provost\" ]; then\n\
         \x20   echo \"provost: $provost is missing or not executable: no push can be judged, so none is accepted.\" >&2\n\
         \x20   echo \"provost: ask the administrators of this server to install it.\" >&2\n\
         \x20   exit 2\n\
         fi\n";
    [before.as_bytes(), &quote(program), after.as_bytes()].concat()
}

/// The words between the program and the command.
pub(super) fn options(request: &Request) -> Vec<u8> {
    match &request.policy {
        Some(policy) => [b" --rules ".as_slice(), &quote(policy)].concat(),
        None => Vec::new(),
    }
}

/// What is called first, and where it is kept.
const BESIDE: &str = "\"${0%/*}/provost.d/${0##*/}\"";
/// With hooks for all repositories, those of each one's own.
const OWN: &str = "\"$GIT_DIR/hooks/pre-receive\"";

/// A `pre-receive` hook.
pub(super) fn pre_receive(request: &Request, platform: &str) -> Vec<u8> {
    with_input(request, platform, BESIDE)
}

/// A `pre-receive` hook for all repositories of a machine.
pub(super) fn pre_receive_of_system(request: &Request, platform: &str) -> Vec<u8> {
    with_input(request, platform, OWN)
}

/// The input is kept with the line feed at its end, which `$(...)` would take away.
fn with_input(request: &Request, platform: &str, first: &str) -> Vec<u8> {
    let options = options(request);
    let judge = |before: &str| {
        let after = format!(" pre-receive --platform {platform}\n");
        [before.as_bytes(), b"\"$provost\"", &options, after.as_bytes()].concat()
    };
    let before = format!(
        "first={first}\n\
         if [ -x \"$first\" ]; then\n\
         \x20   # Each hook reads all of its input.\n\
         \x20   input=$(PATH=/usr/bin:/bin cat && echo x) || exit 2\n\
         \x20   input=${{input%x}}\n\
         \x20   printf '%s' \"$input\" | \"$first\" \"$@\" || exit $?\n"
    );
    [
        head(platform, &request.program),
        before.into_bytes(),
        judge("    printf '%s' \"$input\" | "),
        b"    exit $?\nfi\n".to_vec(),
        judge("exec "),
    ]
    .concat()
}

/// A hook that is called once a ref, with arguments.
pub(super) fn update(request: &Request, platform: &str) -> Vec<u8> {
    let before = format!(
        "first={BESIDE}\n\
         if [ -x \"$first\" ]; then\n\
         \x20   \"$first\" \"$@\" || exit $?\n\
         fi\n\
         exec \"$provost\""
    );
    let after = format!(" update --platform {platform} -- \"$@\"\n");
    let head = head(platform, &request.program);
    [head, before.into_bytes(), options(request), after.into_bytes()].concat()
}

/// A hook in a directory for all repositories that only calls each one's own.
pub(super) fn hand_on(name: &str) -> Vec<u8> {
    let text = format!(
        "#!/bin/sh\n\
         {MARK}1 hands-on\n\
         # Written by `provost install --system`. With core.hooksPath, git passes over the\n\
         # hooks of each repository: this one calls them.\n\
         own=${{GIT_DIR-}}\n\
         if [ -z \"$own\" ]; then\n\
         \x20   # With the line feeds at the end of the path, without the one that git adds.\n\
         \x20   own=$(git rev-parse --git-common-dir && echo x) || exit\n\
         \x20   own=${{own%?x}}\n\
         fi\n\
         own=$own/hooks/{name}\n\
         [ -x \"$own\" ] || exit 0\n\
         exec \"$own\" \"$@\"\n"
    );
    text.into_bytes()
}

/// A client's hook. A developer who has lost the program can still work: the server
/// judges in any case.
pub(super) fn client(request: &Request, hook: &str, husky: bool) -> Vec<u8> {
    // husky calls files that are not executable too.
    let (test, run) = if husky { ("-f", "sh -e \"$first\"") } else { ("-x", "\"$first\"") };
    let command = match hook {
        "pre-push" => "pre-push \"$1\" \"$2\"",
        _ => "commit-msg \"$1\"",
    };
    let before = format!(
        "#!/bin/sh\n\
         {MARK}1 client\n\
         # Written by `provost install --client`; `provost uninstall --client` takes it away\n\
         # and puts back what was here before. What was here is in provost.d, and runs first.\n\
         provost="
    );
    let missing = "\
        if [ ! -x \"$provost\" ]; then\n\
        \x20   echo \"provost: $provost is missing: not checked here, the server will.\" >&2\n\
        \x20   exit 0\n\
        fi\n";
    let rest = if hook == "pre-push" {
        format!(
            "input=$(cat && echo x) || exit 2\n\
             input=${{input%x}}\n\
             if [ {test} \"$first\" ]; then\n\
             \x20   printf '%s' \"$input\" | {run} \"$@\" || exit $?\n\
             fi\n\
             {missing}\
             printf '%s' \"$input\" | \"$provost\""
        )
    } else {
        format!(
            "if [ {test} \"$first\" ]; then\n\
             \x20   {run} \"$@\" || exit $?\n\
             fi\n\
             {missing}\
             exec \"$provost\""
        )
    };
    [
        before.into_bytes(),
        quote(&request.program),
        format!("\nfirst={BESIDE}\n").into_bytes(),
        rest.into_bytes(),
        options(request),
        format!(" {command}\n").into_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    fn request(path: &Path) -> Request {
        Request {
            paths: Vec::new(),
            platform: None,
            place: None,
            program: path.to_owned(),
            mode: None,
            policy: Some(path.to_owned()),
            machine_policy: PathBuf::new(),
            hooks_directory: PathBuf::new(),
            named_hooks: None,
            shell: PathBuf::new(),
            vref: false,
        }
    }

    #[test]
    fn what_a_hook_runs_can_be_read_back_whatever_the_path_is() {
        for path in [
            &b"/a b/it's/provost"[..],
            b"/r\xff/provost",
            b"/a\n/provost\n",
            b"/x\n--platform y\n/provost",
            b"/#\"`$(id)\\/ provost ",
            b"/\r/provost\r",
        ] {
            let path = PathBuf::from(OsString::from_vec(path.to_vec()));
            let request = request(&path);
            let wanted = |platform: &str| {
                let rules = vec![path.clone()];
                Some(Recorded { program: path.clone(), rules, platform: platform.into() })
            };
            let hook = pre_receive(&request, "http");
            assert_eq!(recorded(&hook), wanted("http"), "{}", hook.escape_ascii());
            assert_eq!(recorded(&update(&request, "gerrit")), wanted("gerrit"));
            let command =
                [quote(&path), options(&request), b" pre-receive --platform gitea".to_vec()];
            assert_eq!(recorded(&command.concat()), wanted("gitea"));
        }
        assert_eq!(recorded(b"#!/bin/sh\nexec something else\n"), None);
    }
}
