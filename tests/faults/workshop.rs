//! A server whose pushes all leave something behind: a record, and an entry on the ledger.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::support::{Client, Options, PROVOST, Pushed, Sandbox, TestServer, marked};

/// What is pushed below here is let in for this place only.
const LAB: &str = "refs/heads/lab";
/// The rest of the server refuses it.
const MAIN: &str = "refs/heads/main";

/// A server with a log and a place-bound scope, and a client of it.
pub(crate) struct Workshop {
    pub(crate) server: TestServer,
    pub(crate) client: Client,
    pushes: usize,
    /// The records that were there at the last look, by number.
    records: BTreeMap<u64, String>,
}

impl Workshop {
    /// With these further lines of policy.
    pub(crate) fn new(rules: &str) -> Self {
        let sandbox = Sandbox::new();
        let folder = sandbox.path("log");
        std::fs::create_dir(&folder).unwrap();
        let rules = format!(
            "[log]\nfile = \"{}\"\nwait = 5\n\
             [[policy.scope]]\nid = \"lab\"\nrefs = [\"{LAB}/*\"]\nmode = \"observe\"\n{rules}",
            folder.join("log.jsonl").display()
        );
        let server = TestServer::start(sandbox, Options::default().rules(&rules));
        let client = server.client();
        client.commit("Begin").create();
        client.push(&["main"]).must_accept(&[MAIN]);
        let mut workshop = Self { server, client, pushes: 0, records: BTreeMap::new() };
        workshop.records = workshop.read();
        workshop
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.server.sandbox().path("log/log.jsonl")
    }

    /// Runs the hook below another program from now on; nothing for the hook alone.
    pub(crate) fn below(&self, program: &str) {
        let body = format!("#!/bin/sh\nexec {program} @PROVOST@ pre-receive --platform plain\n");
        self.server.install("pre-receive", &body);
    }

    /// Writes a marked commit that no other push has had.
    pub(crate) fn commit(&mut self) -> String {
        self.pushes += 1;
        let message = marked(&format!("Commit {}", self.pushes));
        self.client.raw(message).parent(&self.client.id("main")).write()
    }

    /// Pushes a marked commit to a new branch of the lab, and looks at what came of it.
    pub(crate) fn push(&mut self, what: &str) -> Pushed {
        let id = self.commit();
        let name = format!("{LAB}/{}", self.pushes);
        let pushed = self.client.push(&[&format!("{id}:{name}")]);
        self.look(what, &[(&id, pushed.accepted(&name))]);
        pushed
    }

    /// Whether everything holds after pushes of these commits, accepted or not.
    pub(crate) fn look(&mut self, what: &str, pushed: &[(&str, bool)]) {
        let records = self.read();
        for (seq, line) in &self.records {
            assert_eq!(records.get(seq), Some(line), "{what}: record {seq} is lost or changed");
        }
        let ledger = self.ledger();
        for (id, accepted) in pushed.iter().filter(|(_, accepted)| *accepted) {
            let is_of = |line: &&String| {
                let record: Value = serde_json::from_str(line).unwrap();
                record["accepted"] == *accepted && record["refs"][0]["new"] == **id
            };
            assert_eq!(records.values().filter(is_of).count(), 1, "{what}: no record of {id}");
            assert!(ledger.contains(id), "{what}: {id} is not on the ledger");
        }
        self.records = records;
    }

    /// Whether the log verifies, and the next pushes get what policy says.
    pub(crate) fn is_well(&mut self, what: &str) {
        self.below("");
        let verified = self.server.sandbox().run(PROVOST, "").args(["log", "verify"]);
        let verified = verified.arg(self.log()).finish();
        assert_eq!(verified.code, Some(0), "{what}: {}", verified.all());
        let next = self.push(what);
        assert!(next.all().contains("new branch"), "{what}: {}", next.all());
        let id = self.commit();
        let refused = self.client.push(&[&format!("{id}:{MAIN}")]);
        assert!(refused.rejected(MAIN), "{what}: {}", refused.all());
        self.look(what, &[(&id, false)]);
    }

    /// The text of the ledger, wherever policy keeps it.
    fn ledger(&self) -> String {
        use provost::config::{self, Layers};
        use provost::git::{Repository, Trust};
        use provost::state::ledger::LedgerPlace;
        let repository = Repository::open(&self.server.git_dir(), Trust::Git).unwrap();
        let rules = [self.server.sandbox().path("rules-0.toml")];
        let layers = Layers { files: &rules, isolated: true, ..Layers::default() };
        let place: LedgerPlace = LedgerPlace::of(&config::load(layers).unwrap(), &repository);
        std::fs::read_to_string(place.path()).unwrap_or_default()
    }

    /// Kills one of the hooks that run now, if there is any.
    pub(crate) fn kill_a_hook(&self) {
        let git_dir = self.server.git_dir();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let is_hook = |path: &std::path::Path| {
            std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name == "provost\n")
                && std::fs::read_link(path.join("cwd")).is_ok_and(|folder| folder == git_dir)
        };
        let hook = processes.map(|entry| entry.path()).find(|path| is_hook(path));
        if let Some(id) = hook.and_then(|path| path.file_name()?.to_str()?.parse().ok()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
        }
    }

    /// The records by number. A line that a fault has torn is none.
    fn read(&self) -> BTreeMap<u64, String> {
        let text = std::fs::read(self.log()).unwrap_or_default();
        let lines = text.split(|&byte| byte == b'\n');
        let record = |line: &[u8]| {
            let record: Value = serde_json::from_slice(line).ok()?;
            Some((record["seq"].as_u64()?, String::from_utf8(line.to_vec()).ok()?))
        };
        lines.filter_map(record).collect()
    }
}
