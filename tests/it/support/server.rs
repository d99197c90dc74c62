//! The server's side: a repository whose pre-receive hook is the binary under test.
//!
//! The hook runs with `-v`, so that a test sees that it ran and how many commits it
//! judged; [`Options::quiet`] is for tests of the text that pushers see.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::sandbox::PROVOST;
use super::submit::Destination;
use super::{Client, Run, Sandbox, template};

/// How a server is set up.
#[derive(Clone, Default)]
pub(crate) struct Options {
    name: Option<String>,
    init: Vec<String>,
    config: Vec<(String, String)>,
    rules: Vec<String>,
    hook: Option<String>,
    hook_file: Option<PathBuf>,
    command: Option<String>,
    platform: Option<&'static str>,
    variables: Vec<(String, String)>,
    recording: bool,
    quiet: bool,
    worktree: bool,
}

impl Options {
    /// The directory of the repository, in the sandbox.
    pub(crate) fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// `sha1` or `sha256`; clients get the same.
    pub(crate) fn object_format(mut self, format: &str) -> Self {
        self.init.push(format!("--object-format={format}"));
        self
    }

    /// `files` or `reftable`.
    pub(crate) fn ref_format(mut self, format: &str) -> Self {
        self.init.push(format!("--ref-format={format}"));
        self
    }

    /// A setting of the repository.
    pub(crate) fn config(mut self, key: &str, value: &str) -> Self {
        self.config.push((key.to_owned(), value.to_owned()));
        self
    }

    /// One more layer of rules, laid over the others with `--rules`.
    pub(crate) fn rules(mut self, toml: &str) -> Self {
        self.rules.push(toml.to_owned());
        self
    }

    /// A hook of the test's own. `@PROVOST@` in it is the command line up to and with
    /// the options, `@JUDGE@` the whole of it, `@BINARY@` the binary, `@SANDBOX@` the
    /// directory of the test; all quoted for the shell.
    pub(crate) fn hook(mut self, body: &str) -> Self {
        self.hook = Some(body.to_owned());
        self
    }

    /// The same, where none was set.
    pub(crate) fn or_hook(mut self, body: &str) -> Self {
        self.hook.get_or_insert_with(|| body.to_owned());
        self
    }

    /// The file of the hook, in the sandbox, where it is not `hooks/pre-receive` of the
    /// repository.
    pub(crate) fn hook_file(mut self, path: &str) -> Self {
        self.hook_file = Some(path.into());
        self
    }

    /// The command that the hook runs, where it is not `pre-receive --platform plain`.
    pub(crate) fn command(mut self, words: &str) -> Self {
        self.command = Some(words.to_owned());
        self
    }

    /// The platform of the hook, with the variables that it sets. A hook of the test must do the
    /// same, so that a push without Git is what a push with Git is.
    pub(crate) fn platform(mut self, name: &'static str, variables: &[(&str, &str)]) -> Self {
        self.platform = Some(name);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.variables = variables.iter().map(owned).collect();
        self
    }

    /// The hook writes down what git gave it: see [`TestServer::recorded`].
    pub(crate) fn recording(mut self) -> Self {
        self.recording = true;
        self
    }

    /// The hook runs as it is installed, without `-v`.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The repository has a work tree.
    pub(crate) fn worktree(mut self) -> Self {
        self.worktree = true;
        self
    }

    /// Sets the server up in a sandbox of its own.
    pub(crate) fn start(self) -> TestServer {
        TestServer::start(Sandbox::new(), self)
    }
}

/// See the head of this file.
pub(crate) struct TestServer {
    sandbox: Sandbox,
    options: Options,
    clients: std::cell::Cell<usize>,
}

/// What git gave the hook.
pub(crate) struct Recorded {
    /// Standard input.
    pub(crate) stdin: Vec<u8>,
    /// The environment.
    pub(crate) env: BTreeMap<String, Vec<u8>>,
    /// The working directory.
    pub(crate) directory: PathBuf,
    /// The files in quarantine, relative to it.
    pub(crate) quarantine: Vec<String>,
    /// The exit code of provost.
    pub(crate) code: i32,
}

impl TestServer {
    /// A bare repository with the built-in policy.
    pub(crate) fn new() -> Self {
        Options::default().start()
    }

    /// Sets a server up in a sandbox that is there already.
    pub(crate) fn start(sandbox: Sandbox, options: Options) -> Self {
        let server = Self { sandbox, options, clients: std::cell::Cell::default() };
        let name = server.name();
        let mut options = server.options.init.clone();
        options.extend((!server.options.worktree).then(|| "--bare".to_owned()));
        template::init(&server.sandbox.path(&name), &options);
        for (key, value) in &server.options.config {
            server.git(&["config", key, value]).ok();
        }
        server.enable_hook();
        server
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    fn name(&self) -> String {
        self.options.name.clone().unwrap_or_else(|| "server.git".into())
    }

    /// The top of the repository: what clients push to.
    pub(crate) fn path(&self) -> PathBuf {
        self.sandbox.path(self.name())
    }

    /// The bare repository, or `.git`.
    pub(crate) fn git_dir(&self) -> PathBuf {
        if self.options.worktree { self.path().join(".git") } else { self.path() }
    }

    /// Git, in the repository.
    pub(crate) fn git(&self, arguments: &[&str]) -> Run {
        self.sandbox.git(self.name()).args(arguments)
    }

    /// Git, which must succeed; what it prints, trimmed.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        self.git(arguments).ok().word()
    }

    /// A fresh client whose `origin` is this server. Nothing is fetched.
    pub(crate) fn client(&self) -> Client {
        let number = self.clients.get();
        self.clients.set(number + 1);
        let format = self.options.init.iter().map(String::as_str);
        let format: Vec<&str> = format.filter(|it| it.starts_with("--object-format")).collect();
        let client = Client::init(&self.sandbox, format!("client-{number}"), &format);
        let url = self.path().to_str().unwrap().replace('\\', "\\\\").replace('"', "\\\"");
        let remote = format!(
            "[remote \"origin\"]\n\turl = \"{url}\"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
        );
        let config = client.path().join(".git/config");
        let config = std::fs::OpenOptions::new().append(true).open(config);
        config.unwrap().write_all(remote.as_bytes()).unwrap();
        client.with_destination(self.destination())
    }

    /// What the gate is given in the hook, for a push without Git.
    fn destination(&self) -> Destination {
        let options = &self.options;
        let quiet = [("REMOTE_USER".to_owned(), "dev".to_owned())];
        let (platform, variables) = match options.platform {
            Some(platform) => (platform, options.variables.clone()),
            None if options.quiet => ("http", quiet.to_vec()),
            None => ("plain", Vec::new()),
        };
        let rules = 0..options.rules.len();
        let rules = rules.map(|at| self.sandbox.path(format!("rules-{at}.toml"))).collect();
        let hook_of_test =
            options.platform.is_none() && (options.hook.is_some() || options.command.is_some());
        let (git_dir, verbose) = (self.git_dir(), !options.quiet);
        Destination { git_dir, rules, platform, variables, verbose, hook_of_test }
    }

    /// The null object id of this repository.
    pub(crate) fn null_id(&self) -> String {
        let sha256 = self.options.init.iter().any(|option| option.ends_with("=sha256"));
        "0".repeat(if sha256 { 64 } else { 40 })
    }

    fn record(&self) -> PathBuf {
        self.sandbox.path("record")
    }

    /// The command line of provost in the hook, quoted for the shell, up to the command.
    fn command_line(&self) -> String {
        let mut words = format!("{} --isolated", quote(PROVOST));
        if !self.options.quiet {
            words.push_str(" -v");
        }
        for (at, rules) in self.options.rules.iter().enumerate() {
            let path = self.sandbox.write(format!("rules-{at}.toml"), rules);
            words.push_str(&format!(" --rules {}", quote(path.to_str().unwrap())));
        }
        words
    }

    /// Puts the hook in place.
    pub(crate) fn enable_hook(&self) {
        let body = match &self.options.hook {
            Some(body) => body.clone(),
            None if self.options.recording => {
                std::fs::create_dir_all(self.record()).unwrap();
                RECORDING.replace("@RECORD@", &quote(self.record().to_str().unwrap()))
            }
            None if self.options.platform.is_some() => {
                let set = |(name, value): &(String, String)| {
                    format!("{name}={}\nexport {name}\n", quote(value))
                };
                let set: String = self.options.variables.iter().map(set).collect();
                let platform = self.options.platform.unwrap_or_default();
                format!("#!/bin/sh\n{set}exec @PROVOST@ pre-receive --platform {platform}\n")
            }
            // What pushers see names the pusher, who must be the same on every machine.
            None if self.options.quiet => "#!/bin/sh\nREMOTE_USER=dev\nexport REMOTE_USER\n\
                exec @PROVOST@ pre-receive --platform http\n"
                .to_owned(),
            None => "#!/bin/sh\nexec @JUDGE@\n".to_owned(),
        };
        self.write_hook(&self.hook_file(), &body);
    }

    fn hook_file(&self) -> PathBuf {
        match &self.options.hook_file {
            Some(path) => self.sandbox.path(path),
            None => self.git_dir().join("hooks/pre-receive"),
        }
    }

    /// Writes a hook; see [`Options::hook`] for what stands for the command line.
    pub(crate) fn install(&self, hook: &str, body: &str) {
        self.write_hook(&self.git_dir().join("hooks").join(hook), body);
    }

    fn write_hook(&self, path: &Path, body: &str) {
        let command = self.options.command.as_deref().unwrap_or("pre-receive --platform plain");
        let body = body.replace("@JUDGE@", &format!("@PROVOST@ {command}"));
        let body = body.replace("@PROVOST@", &self.command_line());
        let body = body.replace("@BINARY@", &quote(PROVOST));
        let body = body.replace("@SANDBOX@", &quote(self.sandbox.path("").to_str().unwrap()));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Written beside and moved, for a shell may still read the old one.
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, body).unwrap();
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(fresh, path).unwrap();
    }

    /// Takes the hook away: what is pushed then is accepted unseen.
    pub(crate) fn disable_hook(&self) {
        std::fs::remove_file(self.hook_file()).unwrap();
    }

    /// Pushes with the hook out of the way, as if from a time before it was installed.
    pub(crate) fn push_unseen(&self, client: &Client, refspecs: &[&str]) {
        let of_client: Vec<&OsStr> = refspecs.iter().map(OsStr::new).collect();
        if self.destination().take_unseen(&client.path(), &of_client).is_none() {
            self.disable_hook();
            client.git(&["push", "-q", "origin"]).args(refspecs).ok();
            self.enable_hook();
        }
    }

    /// Runs the hook's command by hand with these ref updates, in the environment of a
    /// push that brings no object.
    pub(crate) fn judge_by_hand(&self, lines: &str) -> super::Finished {
        self.by_hand().input(lines).finish()
    }

    /// Starts it with these ref updates and does not wait for its end.
    pub(crate) fn start_by_hand(&self, lines: &str) -> std::process::Child {
        let (mut child, _sandbox) = self.by_hand().start();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        child
    }

    /// The same, with no git on the `PATH`.
    pub(crate) fn judge_by_hand_without_git(&self, lines: &str) -> super::Finished {
        self.judge_by_hand_on_path(lines, "/var/empty/nothing")
    }

    /// The same, with the programs of these directories.
    pub(crate) fn judge_by_hand_on_path(&self, lines: &str, path: &str) -> super::Finished {
        self.by_hand().env("PATH", path).input(lines).finish()
    }

    fn by_hand(&self) -> Run {
        let script = format!("exec {} pre-receive --platform plain", self.command_line());
        self.sandbox.run("/bin/sh", self.git_dir()).arg("-c").arg(script).env("GIT_DIR", ".")
    }

    /// What git gave the recording hook the last time, which is forgotten now.
    pub(crate) fn recorded(&self) -> Recorded {
        let read = |name: &str| {
            let path = self.record().join(name);
            let content = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            std::fs::remove_file(path).unwrap();
            content
        };
        let text = |name: &str| String::from_utf8_lossy(&read(name)).trim().to_owned();
        let env = read("env");
        let env = env.split(|&byte| byte == 0).filter_map(|entry| {
            let equals = entry.iter().position(|&byte| byte == b'=')?;
            let (name, value) = entry.split_at(equals);
            Some((String::from_utf8_lossy(name).into_owned(), value[1..].to_vec()))
        });
        Recorded {
            env: env.collect(),
            stdin: read("stdin"),
            directory: PathBuf::from(text("directory")),
            quarantine: text("quarantine").lines().map(str::to_owned).collect(),
            code: text("code").parse().unwrap(),
        }
    }
}

impl Recorded {
    /// Whether git set a variable.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.env.contains_key(name)
    }

    /// The ref updates as text.
    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.stdin).lines().map(str::to_owned).collect()
    }
}

const RECORDING: &str = r#"#!/bin/sh
record=@RECORD@
cat > "$record/stdin"
env -0 > "$record/env"
pwd -P > "$record/directory"
: > "$record/quarantine"
if [ -n "$GIT_QUARANTINE_PATH" ]; then
    (cd "$GIT_QUARANTINE_PATH" && find . -type f | sort) > "$record/quarantine"
fi
@JUDGE@ < "$record/stdin"
code=$?
echo $code > "$record/code"
exit $code
"#;

/// Quotes a word for the shell.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
