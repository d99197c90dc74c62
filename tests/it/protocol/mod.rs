//! What only a client can send that speaks to `git receive-pack` itself: see
//! [`crate::support::receive_pack`].
//!
//! Everything on the hook's standard input is a claim of the client. These tests hold that
//! no claim, no order of pushes and no object that is left out brings a marked commit in.

mod claims;
mod damage;
mod hook_input;
mod missing;
mod notes;
mod proc_receive;
mod reserved;
mod volume;

use crate::support::receive_pack::{NULL, RawPush};
use crate::support::{Client, Options, Sandbox, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
const OBSERVE: &str = "[policy]\nmode = \"observe\"\n";

/// A server whose `main` has one clean commit, a client, and a marked commit on top of that
/// one which the server does not have.
struct Stage {
    server: TestServer,
    client: Client,
    /// The value of `main`.
    base: String,
    /// The marked commit.
    mark: String,
}

impl Stage {
    fn new() -> Self {
        Self::with(Options::default(), "")
    }

    /// With more options and a policy; there is a decision log.
    fn with(options: Options, policy: &str) -> Self {
        let sandbox = Sandbox::new();
        let log = format!("[log]\nfile = \"{}\"\n", sandbox.path("log.jsonl").display());
        let server = TestServer::start(sandbox, options.rules(&format!("{policy}\n{log}")));
        let client = server.client();
        let base = client.raw(clean("Base")).write();
        client.submit(&[&format!("{base}:{MAIN}")]).must_accept(&[MAIN]);
        let mark = client.raw(marked("Marked")).parent(&base).write();
        Self { server, client, base, mark }
    }

    /// A push with a pack of all that these commits reach and `main` does not.
    fn push(&self, tips: &[&str]) -> RawPush<'_> {
        let below = format!("^{}", self.base);
        let revisions: Vec<&str> = tips.iter().copied().chain([below.as_str()]).collect();
        RawPush::to(&self.server).revisions(&self.client, &revisions)
    }

    /// A commit on top of others.
    fn commit(&self, message: &str, parent: &str) -> String {
        self.client.raw(message).parent(parent).write()
    }

    /// The value of a ref of the server; [`NULL`] if it is not there.
    fn value(&self, name: &str) -> String {
        self.server.git(&["rev-parse", "-q", "--verify", name]).finish().word()
    }

    /// Fails the test if a ref of the server reaches a commit.
    #[track_caller]
    fn must_not_reach(&self, id: &str) {
        let reached = self.server.git(&["for-each-ref", "--contains", id]).finish().out();
        assert!(reached.is_empty(), "{id} is reached by\n{reached}");
    }

    /// The decision log.
    fn records(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.server.sandbox().path("log.jsonl")).unwrap();
        text.lines().map(crate::log::record).collect()
    }

    /// The last record.
    fn record(&self) -> serde_json::Value {
        self.records().pop().unwrap()
    }
}

/// The client itself works: what an honest client would send is accepted, in both formats.
#[test]
fn an_honest_push_is_accepted_and_a_marked_one_refused() {
    for format in ["sha1", "sha256"] {
        let stage = Stage::with(Options::default().object_format(format), "");
        let next = stage.commit(&clean("Next"), &stage.base);
        let side = "refs/heads/side";
        let answer = stage.push(&[&next]).line(&stage.base, &next, MAIN).send();
        answer.must_update(&[MAIN]);
        stage.push(&[&stage.mark]).line(NULL, &stage.mark, side).send().must_reject();
        stage.must_not_reach(&stage.mark);
        // Nothing new, and a deletion.
        let (one, two) = ("refs/heads/one", "refs/heads/two");
        RawPush::to(&stage.server).line(NULL, &next, one).send().must_update(&[one]);
        let push = RawPush::to(&stage.server).line(NULL, &next, two).line(&next, NULL, one);
        push.send().must_update(&[one, two]);
        assert_eq!((stage.value(one).as_str(), stage.value(two)), (NULL, next));
    }
}

/// The pack is taken as it is: with an object missing, git itself refuses the update.
#[test]
fn a_pack_can_lack_objects() {
    let stage = Stage::new();
    let next = stage.commit(&clean("Next"), &stage.base);
    let top = stage.commit(&clean("Top"), &next);
    let push = RawPush::to(&stage.server).objects(&stage.client, &[&top]);
    let answer = push.line(&stage.base, &top, MAIN).send();
    assert!(!answer.updated(MAIN) && answer.unpack.is_none(), "{answer:#?}");
    stage.must_not_reach(&top);
}
