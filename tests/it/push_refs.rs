//! Pushes as git makes them: one ref or many, created, moved, forced, deleted.
//!
//! Every case pushes marked and clean commits and asserts both verdicts of the built-in
//! policy; where it matters what git tells the hook, a recording hook proves it.

use crate::support::{Options, TestServer, clean, marked};

#[test]
fn a_created_branch_is_judged() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).file("a", "1").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]).must_judge(1);
    client.must(&["switch", "-q", "--orphan", "other"]);
    client.commit(marked("Two")).file("b", "2").create();
    client.push(&["other"]).must_reject(&["refs/heads/other"]).must_judge(1);
}
