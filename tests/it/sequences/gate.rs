//! The product, as the model sees it: it is given a policy and pushes, and accepts or refuses.
//! Once in this process, without a push of git; once as the hook of a real repository.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use provost::config::{self, Config};
use provost::document::{Moment, Source};
use provost::git::{ObjectId, RefName, RefUpdate, Repository, Trust};
use provost::policy::{Pusher, Request, Situation, Verdict};
use provost::push::Push;
use provost::scan::{self, Bounds, NoHost, Scope};
use provost::state::baseline::{self, Extent, Reach};
use provost::state::ledger::{self, Additions, LedgerPlace};

use super::world::CATALOGUE;
use crate::support::receive_pack::{NULL, RawPush};
use crate::support::{Client, Options, Sandbox, TestServer};

/// A ref update as a client sends it: claimed old value, new value, name; an empty id for
/// the null id.
pub(super) type Sent<'s> = (&'s str, &'s str, &'static str);

pub(super) trait Gate {
    /// How many operations a sequence has at most.
    const LONGEST: usize;

    /// The repository of the server.
    fn repository(&self) -> PathBuf;

    /// Where objects are written that pushes bring.
    fn objects(&self) -> PathBuf;

    /// A server without refs, baselines and state; its symbolic ref leads to the first ref.
    fn reset(&mut self);

    fn set_policy(&mut self, text: String);

    /// When day 0 began, on a given day.
    fn epoch(&self, day: i64) -> i64;

    /// Judges a push; what was accepted, and why not otherwise.
    fn push(&mut self, lines: &[Sent<'_>], by_alice: bool) -> Result<(), String>;

    /// Sets the refs to what git would make of them, where that did not happen with the push.
    fn update(&mut self, refs: &BTreeMap<&'static str, String>);

    /// The refs as they are, where git has updated them.
    fn refs(&self) -> Option<BTreeMap<String, String>>;

    /// An administrator's audit of all that is there.
    fn audit(&mut self);

    fn baseline(&mut self, scope: Option<&str>, reach: Reach, ids: &[String]) {
        let repository = Repository::open(&self.repository(), Trust::Git).unwrap();
        let ids: Vec<ObjectId> = ids.iter().map(|id| parse(id)).collect();
        let extent = scope.map_or(Extent::All, Extent::Scope);
        baseline::write(&repository, extent, reach, &ids, "").unwrap();
    }
}

fn parse(id: &str) -> ObjectId {
    ObjectId::from_hex(if id == NULL { [b'0'; 40].as_slice() } else { id.as_bytes() }).unwrap()
}

/// Takes refs and state away, and makes the symbolic ref again.
fn clear(repository: &Path) {
    for folder in ["refs", "provost", "logs"] {
        let _ = std::fs::remove_dir_all(repository.join(folder));
    }
    for entry in std::fs::read_dir(repository).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("provost") || name == "packed-refs" {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::create_dir_all(repository.join("refs/heads")).unwrap();
    std::fs::create_dir_all(repository.join("refs/tags")).unwrap();
    std::fs::write(repository.join("refs/heads/alias"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(repository.join("HEAD"), "ref: refs/heads/unborn\n").unwrap();
}

/// The product in this process, without a push of git.
pub(super) struct InProcess {
    folder: tempfile::TempDir,
    built_in: Arc<Source>,
    configurations: HashMap<String, Rc<Config>>,
    config: Option<Rc<Config>>,
    now: Moment,
}

impl InProcess {
    pub(super) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("sequences-").tempdir().unwrap();
        git2::Repository::init_bare(folder.path()).unwrap();
        let text = CATALOGUE.into();
        let built_in = Arc::new(Source { name: "rules.toml".into(), text, built_in: true });
        let now = Moment::now();
        Self { folder, built_in, configurations: HashMap::new(), config: None, now }
    }

    fn situation(by_alice: bool, now: Moment) -> Situation {
        let login = Some(if by_alice { "alice" } else { "bob" }.to_owned());
        Situation {
            pusher: Pusher { login, groups: vec![] },
            request: Request::default(),
            now,
            ..Situation::unknown("app")
        }
    }
}

impl Gate for InProcess {
    const LONGEST: usize = 24;

    fn repository(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn objects(&self) -> PathBuf {
        self.repository()
    }

    fn reset(&mut self) {
        clear(self.folder.path());
        if self.configurations.len() > 500 {
            self.configurations.clear();
        }
    }

    fn set_policy(&mut self, text: String) {
        let built_in = Arc::clone(&self.built_in);
        let load = |text: &String| {
            let own =
                Source { name: "own.toml".into(), text: text.clone().into(), built_in: false };
            let merged = config::merge(&[built_in, Arc::new(own)]);
            Rc::new(merged.unwrap_or_else(|error| panic!("{error:?}\n{text}")))
        };
        let config = self.configurations.entry(text).or_insert_with_key(load);
        self.config = Some(Rc::clone(config));
    }

    /// The days pass in the policy's dates, for an audit has the machine's clock.
    fn epoch(&self, day: i64) -> i64 {
        self.now.0 - day * super::policy::DAY
    }

    fn push(&mut self, lines: &[Sent<'_>], by_alice: bool) -> Result<(), String> {
        let config = self.config.clone().unwrap();
        let repository = Repository::open(self.folder.path(), Trust::Git).unwrap();
        let update = |(old, new, name): &Sent<'_>| {
            RefUpdate::new(RefName::new(*name), parse(old), parse(new)).unwrap()
        };
        let push = Push {
            repository: "app".into(),
            updates: lines.iter().map(update).collect(),
            options: vec![],
        };
        let limits = config.limits.clone();
        let bounds = Bounds { limits, started: Instant::now(), host: &NoHost };
        let situation = Self::situation(by_alice, self.now);
        let report = scan::judge_push(&repository, &config, &push, situation, &bounds);
        let report = report.map_err(|error| error.to_string())?;
        if report.exit_code() != 0 {
            let rejected =
                report.findings.iter().filter(|it| it.decision.verdict == Verdict::Reject);
            let rejected = rejected.map(|it| {
                let of = it.commit.as_ref().map_or("a tag".to_owned(), |it| {
                    String::from_utf8_lossy(&it.subject).into_owned()
                });
                format!("{of} on {}", it.ref_name)
            });
            return Err(rejected.collect::<Vec<_>>().join(", "));
        }
        scan::keep(&repository, &LedgerPlace::of(&config, &repository), &report, self.now)
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    fn update(&mut self, refs: &BTreeMap<&'static str, String>) {
        let _ = std::fs::remove_dir_all(self.folder.path().join("refs"));
        clear_refs(self.folder.path());
        for (name, id) in refs {
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{id}\n")).unwrap();
        }
    }

    fn refs(&self) -> Option<BTreeMap<String, String>> {
        None
    }

    fn audit(&mut self) {
        let config = self.config.clone().unwrap();
        let repository = Repository::open(self.folder.path(), Trust::Git).unwrap();
        let scope = Scope::default();
        let report = scan::judge_history(&repository, &config, "app".into(), scope, &mut |_, _| {});
        let additions = Additions { judged: report.unwrap().now_judged, ..Additions::default() };
        let place = LedgerPlace::of(&config, &repository);
        ledger::add(&repository, &place, &additions, "2027-01-01T00:00:00Z").unwrap();
    }
}

fn clear_refs(repository: &Path) {
    std::fs::create_dir_all(repository.join("refs/heads")).unwrap();
    std::fs::create_dir_all(repository.join("refs/tags")).unwrap();
    std::fs::write(repository.join("refs/heads/alias"), "ref: refs/heads/main\n").unwrap();
}

/// The hook of a real repository, to which packs are sent.
pub(super) struct Pushed {
    server: TestServer,
    client: Client,
    packs: HashMap<Vec<String>, Vec<u8>>,
}

impl Pushed {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::new();
        // The pusher is in the environment, as with a web server.
        let hook = "#!/bin/sh\nexec @PROVOST@ pre-receive --platform http\n";
        let options = Options::default().rules("").hook(hook);
        let options = options.config("receive.denyDeleteCurrent", "ignore");
        let server = TestServer::start(sandbox, options);
        let client = server.client();
        Self { server, client, packs: HashMap::new() }
    }
}

impl Gate for Pushed {
    const LONGEST: usize = 14;

    fn repository(&self) -> PathBuf {
        self.server.git_dir()
    }

    fn objects(&self) -> PathBuf {
        self.client.path().join(".git")
    }

    fn reset(&mut self) {
        let objects = self.server.git_dir().join("objects");
        std::fs::remove_dir_all(&objects).unwrap();
        std::fs::create_dir_all(objects.join("pack")).unwrap();
        std::fs::create_dir_all(objects.join("info")).unwrap();
        clear(&self.server.git_dir());
        self.packs.clear();
    }

    fn set_policy(&mut self, text: String) {
        let text = format!("[policy]\ndefault = \"allow\"\n{}", text.replacen("[policy]\n", "", 1));
        self.server.sandbox().write("rules-0.toml", text);
    }

    /// The days pass in the policy's dates, for the hook has the machine's clock.
    fn epoch(&self, day: i64) -> i64 {
        Moment::now().0 - day * super::policy::DAY
    }

    fn push(&mut self, lines: &[Sent<'_>], by_alice: bool) -> Result<(), String> {
        let tips = lines.iter().map(|(_, new, _)| (*new).to_owned()).filter(|new| new != NULL);
        let mut tips: Vec<String> = tips.collect();
        tips.sort();
        tips.dedup();
        let client = &self.client;
        let pack = self.packs.entry(tips).or_insert_with_key(|tips| {
            let tips: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
            client.git(&["pack-objects", "-q", "--stdout", "--revs"]).input(tips).ok().stdout
        });
        let user = if by_alice { "alice" } else { "bob" };
        let push = RawPush::to(&self.server).pack(pack.clone()).env("REMOTE_USER", user);
        let push = lines.iter().fold(push, |push, (old, new, name)| push.line(old, new, name));
        let answer = push.send();
        if answer.is_declined() { Err(answer.text) } else { Ok(()) }
    }

    fn update(&mut self, _refs: &BTreeMap<&'static str, String>) {}

    fn refs(&self) -> Option<BTreeMap<String, String>> {
        let repository = git2::Repository::open_bare(self.server.git_dir()).unwrap();
        let refs = repository.references().unwrap().map(Result::unwrap);
        let direct =
            refs.filter_map(|it| Some((it.name().unwrap().to_owned(), it.target()?.to_string())));
        Some(direct.collect())
    }

    fn audit(&mut self) {}
}
