//! A server whose policy an administrator edits between the pushes of one client.

use super::situations::MAIN;
use crate::support::receive_pack::{Answer, NULL, RawPush};
use crate::support::{Client, Options, Sandbox, TestServer, clean};

/// The server, its client and the first commit.
pub(super) struct Place {
    pub(super) server: TestServer,
    pub(super) client: Client,
    pub(super) base: String,
}

impl Place {
    /// With a clean commit on `main`.
    pub(super) fn under(policy: &str) -> Self {
        let server = Self::server(Sandbox::new(), "server.git", policy);
        let client = server.client();
        let base = client.raw(clean("Base")).write();
        let place = Self { server, client, base };
        place.accept(&place.base, MAIN);
        place
    }

    /// Another server in the same sandbox, to which the same client pushes.
    pub(super) fn beside(&self, name: &str, policy: &str) -> Self {
        let sandbox = self.server.sandbox();
        let server = Self::server(sandbox.clone(), name, policy);
        let client = Client::open(sandbox, "client-0");
        Self { server, client, base: self.base.clone() }
    }

    fn server(sandbox: Sandbox, name: &str, policy: &str) -> TestServer {
        let hook = "#!/bin/sh\nREMOTE_USER=${REMOTE_USER:-dev}\nexport REMOTE_USER\n\
                    exec @PROVOST@ pre-receive --platform http\n";
        let options = Options::default().name(name).rules(policy).hook(hook);
        let options = options.config("receive.advertisePushOptions", "true");
        let options = options.config("receive.denyDeleteCurrent", "ignore");
        TestServer::start(sandbox, options)
    }

    /// The administrator edits the file.
    pub(super) fn policy(&self, text: &str) {
        self.server.sandbox().write("rules-0.toml", text);
    }

    pub(super) fn commit(&self, message: &str, parent: &str) -> String {
        self.client.raw(message).parent(parent).write()
    }

    /// A commit with one file that no other has.
    pub(super) fn with_file(&self, message: &str, parent: &str, path: &str) -> String {
        let blob = self.client.blob("# Rules\n");
        let mut entry = format!("100644 blob {blob}\t{}\n", path.rsplit('/').next().unwrap());
        let mut tree = self.client.git(&["mktree"]).input(entry).ok().word();
        for folder in path.rsplit('/').skip(1) {
            entry = format!("040000 tree {tree}\t{folder}\n");
            tree = self.client.git(&["mktree"]).input(entry).ok().word();
        }
        self.client.raw(message).tree(Some(tree.as_bytes())).parent(parent).write()
    }

    pub(super) fn merge(&self, one: &str, other: &str) -> String {
        self.client.raw(clean("Merge")).parent(one).parent(other).write()
    }

    pub(super) fn value(&self, name: &str) -> String {
        self.server.git(&["rev-parse", "-q", "--verify", name]).finish().word()
    }

    /// A push of one commit, tag or nothing to each of some refs, with all that is needed.
    pub(super) fn send(&self, lines: &[(&str, &str)], user: &str, options: &[&str]) -> Answer {
        let tips: Vec<&str> =
            lines.iter().map(|(new, _)| *new).filter(|new| *new != NULL).collect();
        let push =
            RawPush::to(&self.server).revisions(&self.client, &tips).env("REMOTE_USER", user);
        let push = options.iter().fold(push, |push, option| push.option(option));
        let values: Vec<String> = lines.iter().map(|(_, name)| self.value(name)).collect();
        let lines = lines.iter().zip(&values);
        lines.fold(push, |push, ((new, name), old)| push.line(old, new, name)).send()
    }

    #[track_caller]
    pub(super) fn accept(&self, new: &str, name: &str) {
        self.send(&[(new, name)], "dev", &[]).must_update(&[name]);
    }

    #[track_caller]
    pub(super) fn reject(&self, new: &str, name: &str) {
        let before = self.value(name);
        self.send(&[(new, name)], "dev", &[]).must_reject();
        assert_eq!(self.value(name), before);
    }
}
