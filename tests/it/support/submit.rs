//! A push without Git's processes: the objects go to a quarantine directory, the gate judges the
//! ref updates in this process, and accepted objects and refs move into the repository.
//!
//! What a test pushes this way is about findings, verdicts and the text of the answer. That Git
//! runs the hook, and what it passes to it, is shown by tests that push with `git push`. So are
//! objects of many megabytes: `[limits] memory` counts the whole process, with all other tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::{ObjectFormat, Oid, Repository};
use provost::gate::{Arrival, Gate, Message, Process};
use provost::git::HookEnvironment;
use provost::platform::{self, Environment};

use super::store;

/// What a client knows of its server, to push to it without Git.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(super) git_dir: PathBuf,
    /// The files of `--rules`.
    pub(super) rules: Vec<PathBuf>,
    pub(super) platform: &'static str,
    pub(super) variables: Vec<(String, String)>,
    /// Whether the answer has what `-v` adds.
    pub(super) verbose: bool,
    /// Whether the hook is the test's, so that only Git can run it.
    pub(super) hook_of_test: bool,
}

/// One ref of a push.
#[derive(Debug)]
pub(super) struct Update {
    pub(super) name: Vec<u8>,
    old: Option<Oid>,
    new: Option<Oid>,
}

/// What became of a push.
pub(super) struct Submitted {
    pub(super) updates: Vec<Update>,
    pub(super) exit_code: u8,
    pub(super) text: String,
}

/// A push: the ref updates, and the values of `-o`.
struct Request {
    updates: Vec<Update>,
    options: Vec<Vec<u8>>,
}

impl Destination {
    /// Pushes what the refspecs name from the repository of a client.
    pub(super) fn submit(&self, client: &Path, arguments: &[&OsStr]) -> Submitted {
        assert!(!self.hook_of_test, "use a real push for a hook of the test");
        let from = store::open(client).unwrap();
        let to = store::open(&self.git_dir).unwrap();
        let request = Request::read(arguments, &from, &to);
        if request.updates.is_empty() {
            return Submitted { updates: Vec::new(), exit_code: 0, text: String::new() };
        }
        let quarantine = Quarantine::of(&from, &to);
        let (exit_code, text) = self.judge(&request, &quarantine);
        if exit_code == 0 {
            quarantine.accept(&to);
            request.updates.iter().for_each(|update| update.carry_out(&from, &to));
        }
        Submitted { updates: request.updates, exit_code, text }
    }

    /// The same without the gate, as if from a time before the hook was installed.
    pub(super) fn take_unseen(&self, client: &Path, refspecs: &[&OsStr]) -> Option<()> {
        let (from, to) = (store::open(client)?, store::open(&self.git_dir)?);
        let request = Request::read(refspecs, &from, &to);
        Quarantine::of(&from, &to).accept(&to);
        request.updates.iter().for_each(|update| update.carry_out(&from, &to));
        Some(())
    }

    fn judge(&self, request: &Request, quarantine: &Quarantine) -> (u8, String) {
        let mut lines = Vec::new();
        for update in &request.updates {
            lines.extend(format!("{} {} ", hex(update.old, self), hex(update.new, self)).bytes());
            lines.extend([&update.name, b"\n".as_slice()].concat());
        }
        let told = RefCell::new(String::new());
        let tell = |message| {
            if let Message::Note(text) = message {
                told.borrow_mut().push_str(&text);
            }
        };
        let process = Process::Own;
        let gate = Gate { files: &self.rules, isolated: true, process, tell: &tell };
        let variables = self.variables.iter();
        let variables: BTreeMap<Vec<u8>, Vec<u8>> =
            variables.map(|(name, value)| (name.clone().into(), value.clone().into())).collect();
        let environment = Environment::recorded(variables, "dev", &[]);
        let mut git = HookEnvironment::of(self.git_dir.clone())
            .with_quarantine(quarantine.folder.path().to_owned());
        git.push_options.clone_from(&request.options);
        let platform = platform::by_name(self.platform).unwrap();
        let arrival = Arrival::pre_receive(platform, &environment, Ok(git), &mut lines.as_slice());
        let answer = gate.check(arrival);
        let mut text = told.take();
        text.push_str(&answer.text);
        if self.verbose {
            text.push_str(&answer.details);
        }
        (answer.exit_code, text)
    }

    fn null(&self) -> String {
        let repository = store::open(&self.git_dir).unwrap();
        let is_sha1 = repository.object_format() == ObjectFormat::Sha1;
        "0".repeat(if is_sha1 { 40 } else { 64 })
    }
}

fn hex(id: Option<Oid>, destination: &Destination) -> String {
    id.map_or_else(|| destination.null(), |id| id.to_string())
}

impl Request {
    /// Reads the arguments of a push as git-push(1) describes them, as far as tests use them.
    fn read(arguments: &[&OsStr], from: &Repository, to: &Repository) -> Self {
        let mut request = Self { updates: Vec::new(), options: Vec::new() };
        let mut is_forced = false;
        let mut arguments = arguments.iter().map(|it| it.as_bytes());
        while let Some(argument) = arguments.next() {
            if argument == b"-o" {
                request.options.push(arguments.next().unwrap().to_vec());
                continue;
            }
            if argument == b"-f" {
                is_forced = true;
                continue;
            }
            let refspecs = match argument {
                b"--tags" => names_of(from, "refs/tags/"),
                b"--mirror" => names_of(from, "refs/"),
                _ => vec![argument.to_vec()],
            };
            for refspec in refspecs {
                let shown = String::from_utf8_lossy(argument);
                assert!(!refspec.starts_with(b"-"), "use a real push for the option {shown}");
                let update = Update::read(&refspec, is_forced, from, to);
                if update.old != update.new {
                    request.updates.push(update);
                }
            }
        }
        request
    }
}

/// The names of the refs below a folder.
fn names_of(repository: &Repository, folder: &str) -> Vec<Vec<u8>> {
    let names = repository.references_glob(&format!("{folder}*")).unwrap();
    names.map(|it| it.unwrap().name_bytes().to_vec()).collect()
}

impl Update {
    fn read(refspec: &[u8], is_forced: bool, from: &Repository, to: &Repository) -> Self {
        let (is_forced, refspec) = match refspec.strip_prefix(b"+") {
            Some(refspec) => (true, refspec),
            None => (is_forced, refspec),
        };
        let refspec = std::str::from_utf8(refspec).expect("use a real push for odd names");
        let (source, target) = match refspec.split_once(':') {
            Some((source, target)) => (source, Some(target)),
            None => (refspec, None),
        };
        let known = (!source.is_empty()).then(|| from.resolve_reference_from_short_name(source));
        let known = known.and_then(Result::ok).filter(|_| source != "HEAD");
        let known = known.map(|it| it.name().unwrap().to_owned());
        let new = (!source.is_empty()).then(|| {
            let name = known.as_deref().unwrap_or(source);
            // An id as it is: libgit2 reads no commit that is malformed.
            let id = Oid::from_str_ext(name, from.object_format()).ok();
            let id = id.filter(|id| name.len() == id.to_string().len());
            let named = || from.revparse_single(name).map(|object| object.id());
            id.map_or_else(named, Ok).unwrap_or_else(|error| panic!("{source}: {error}"))
        });
        let target = target.or(known.as_deref());
        let target = target.unwrap_or_else(|| panic!("{refspec} names no ref to push to"));
        let name = if target.starts_with("refs/") {
            target.to_owned()
        } else if let Ok(existing) = to.resolve_reference_from_short_name(target) {
            existing.name().unwrap().to_owned()
        } else {
            let is_tag = known.as_ref().is_some_and(|known| known.starts_with("refs/tags/"));
            format!("refs/{}/{target}", if is_tag { "tags" } else { "heads" })
        };
        let old = to.find_reference(&name).ok();
        let old = old.map(|it| it.target().expect("use a real push for a symbolic ref"));
        if let (Some(old), Some(new), false, true) =
            (old, new, is_forced, name.starts_with("refs/heads/"))
        {
            let is_forward = old == new || from.graph_descendant_of(new, old).unwrap_or(true);
            assert!(is_forward, "Git refuses {refspec}, which is no fast-forward");
        }
        assert!(old.is_some() || new.is_some(), "Git refuses to delete {name}, which is not there");
        Self { name: name.into_bytes(), old, new }
    }

    /// The sign with which `git push --porcelain` shows it.
    pub(super) fn flag(&self) -> u8 {
        match (self.old, self.new) {
            (None, _) => b'*',
            (_, None) => b'-',
            _ => b' ',
        }
    }

    /// Updates the ref, and what the client knows of it.
    fn carry_out(&self, from: &Repository, to: &Repository) {
        let name = std::str::from_utf8(&self.name).unwrap();
        match self.new {
            Some(new) => drop(to.reference(name, new, true, "push").unwrap()),
            None => to.find_reference(name).unwrap().delete().unwrap(),
        }
        let Some(branch) = name.strip_prefix("refs/heads/") else { return };
        let tracking = format!("refs/remotes/origin/{branch}");
        match self.new {
            Some(new) => drop(from.reference(&tracking, new, true, "push").unwrap()),
            None => drop(from.find_reference(&tracking).map(|mut it| it.delete())),
        }
    }
}

/// A quarantine directory as `git receive-pack` makes it.
struct Quarantine {
    folder: tempfile::TempDir,
    /// The files in it, relative to it.
    files: Vec<PathBuf>,
}

impl Quarantine {
    /// Takes the objects that the server lacks.
    fn of(from: &Repository, to: &Repository) -> Self {
        let existing = to.path().join("objects");
        let folder =
            tempfile::Builder::new().prefix("tmp_objdir-incoming-").tempdir_in(&existing).unwrap();
        let objects = from.path().join("objects");
        let mut files = Vec::new();
        for group in std::fs::read_dir(&objects).unwrap().map(Result::unwrap) {
            let group = PathBuf::from(group.file_name());
            if group == OsStr::new("info") {
                let alternates = objects.join("info/alternates").exists();
                assert!(!alternates, "use a real push for a client with alternates");
                continue;
            }
            for file in std::fs::read_dir(objects.join(&group)).unwrap().map(Result::unwrap) {
                let name: OsString = file.file_name();
                let relative = group.join(name);
                if existing.join(&relative).exists() {
                    continue;
                }
                std::fs::create_dir_all(folder.path().join(&group)).unwrap();
                std::fs::hard_link(file.path(), folder.path().join(&relative)).unwrap();
                files.push(relative);
            }
        }
        Self { folder, files }
    }

    /// Moves the objects into the repository.
    fn accept(self, to: &Repository) {
        let existing = to.path().join("objects");
        for file in &self.files {
            std::fs::create_dir_all(existing.join(file.parent().unwrap())).unwrap();
            std::fs::rename(self.folder.path().join(file), existing.join(file)).unwrap();
        }
    }
}
