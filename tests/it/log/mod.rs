//! The decision log: what pushes leave in it, and what `provost log` makes of it.
//!
//! Every record that a test reads is checked against the schema in `docs/`.

mod chain;
mod copies;
mod docs;
mod failure;
mod kinds;
mod load;
mod read;
mod records;
mod replay;
mod rotation;
mod users;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::support::{Client, Finished, Options, Sandbox, TestServer};

/// The name of the log in the sandbox.
const LOG: &str = "log/provost.jsonl";

/// Pushes come from `dev`, unless the pusher says who he is.
const HOOK: &str = "#!/bin/sh\nREMOTE_USER=${REMOTE_USER:-dev}\nexport REMOTE_USER\n\
                    exec @PROVOST@ pre-receive --platform http\n";

/// A server whose hook writes a log.
struct Logged {
    server: TestServer,
    client: Client,
    log: PathBuf,
}

impl Logged {
    fn new() -> Self {
        Self::with(Options::default(), "", "")
    }

    /// With more lines in `[log]`, and a policy.
    fn with(options: Options, more: &str, policy: &str) -> Self {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.path("log")).unwrap();
        let log = sandbox.path(LOG);
        let rules = format!("[log]\nfile = \"{}\"\n{more}\n{policy}\n", log.display());
        let server = TestServer::start(
            sandbox,
            options.rules(&rules).or_hook(HOOK).platform("http", &[("REMOTE_USER", "dev")]),
        );
        let client = server.client();
        Self { server, client, log }
    }

    fn sandbox(&self) -> &Sandbox {
        self.server.sandbox()
    }

    /// Makes a commit and pushes it to `main`.
    fn push(&self, message: &str) -> super::support::Pushed {
        self.client.commit(message).create();
        self.client.push(&["HEAD:refs/heads/main"])
    }

    /// The same without Git's processes.
    fn submit(&self, message: &str) -> super::support::Pushed {
        self.client.commit(message).create();
        self.client.submit(&["HEAD:refs/heads/main"])
    }

    fn records(&self) -> Vec<Value> {
        records(&self.log)
    }

    fn provost(&self, arguments: &[&str]) -> Finished {
        provost(self.sandbox(), arguments)
    }

    /// `provost log verify` of the log and what was rotated away from it.
    fn verify(&self) -> Finished {
        let rules = self.sandbox().path("rules-0.toml");
        self.provost(&["--rules", rules.to_str().unwrap(), "log", "verify"])
    }
}

fn provost(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    sandbox.provost("").args(arguments).finish()
}

/// The records of a file, each as the schema wants it.
pub(crate) fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.lines().map(record).collect()
}

pub(crate) fn record(line: &str) -> Value {
    let record = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let problems: Vec<String> = schema()
        .iter_errors(&record)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}\n{record:#}");
    record
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/log-schema.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    })
}

#[test]
fn the_schema_refuses_what_is_no_record() {
    let logged = Logged::new();
    logged.push("one").must_accept(&["refs/heads/main"]);
    let good = logged.records().remove(0);
    for (key, value) in [
        ("seq", Value::from(0)),
        ("prev", Value::from("sha256:12")),
        ("verdict", Value::from("maybe")),
        ("more", Value::from(1)),
        ("refs", Value::from(vec![1])),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!schema().is_valid(&bad), "{key}");
    }
    let mut short = good;
    short.as_object_mut().unwrap().remove("unjudged");
    assert!(!schema().is_valid(&short));
}
