//! Baselines: what an administrator declared to be there already.

use super::{MAIN, under};
use crate::support::{Client, Options, PROVOST, TestServer, clean, marked};

fn provost(server: &TestServer, arguments: &[&str]) -> String {
    let repository = server.path();
    let mut all = vec!["--isolated", "policy", "baseline"];
    all.extend(arguments);
    let run = server.sandbox().run(PROVOST, ".").args(all).arg(&repository);
    String::from_utf8(run.ok().stdout).unwrap()
}

/// A branch that the hook never saw, kept only by a ref that does not hide.
fn with_history(server: &TestServer) -> Client {
    let client = server.client();
    client.commit(marked("Old sin")).create();
    client.commit(clean("Tip")).create();
    client
}

#[test]
fn a_baseline_of_an_upstream_hides_what_it_reaches() {
    let server = TestServer::new();
    let client = with_history(&server);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(2);
    let mirror = server.sandbox().path("mirror.git");
    let from = client.path().to_str().unwrap().to_owned();
    client.must(&["clone", "-q", "--bare", &from, mirror.to_str().unwrap()]);
    let said = provost(&server, &["--from", mirror.to_str().unwrap(), "--ref", "refs/heads/*"]);
    assert!(said.contains("1 commit"), "{said}");
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(0);
    client.commit(marked("New sin")).create();
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
}

#[test]
fn a_baseline_of_the_repository_itself_lets_a_stricter_scope_begin() {
    let rules = "\
[policy.tools]
claude-code = \"warn\"
[[policy.scope]]
id = \"releases\"
refs = [\"refs/heads/release/*\"]
tools = { claude-code = \"reject\" }
";
    let (server, client) = under(rules);
    client.commit(marked("Known")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    let release = "refs/heads/release/1";
    client.submit(&["main:release/1"]).must_reject(&[release]);
    // The scope of this layer is not there for a command without it.
    let path = server.sandbox().write("releases.toml", rules);
    let repository = server.path();
    let mut run = server.sandbox().run(PROVOST, ".");
    run = run.args(["--isolated", "--rules", path.to_str().unwrap(), "policy", "baseline"]);
    run = run.args(["--scope", "releases", "--ref", MAIN]).arg(&repository);
    run.ok();
    client.submit(&["main:release/1"]).must_accept(&[release]).must_judge(0);
    assert!(repository.join("provost/baseline/scope-releases").exists());
    client.commit(marked("New")).create();
    client.submit(&["main:release/2"]).must_reject(&["refs/heads/release/2"]).must_judge(1);
}

#[test]
fn a_baseline_is_shown_added_to_and_taken_away() {
    let server = TestServer::new();
    let client = server.client();
    let id = client.commit(clean("One")).create();
    server.push_unseen(&client, &["main"]);
    assert!(provost(&server, &[]).contains("1 commit"));
    assert!(provost(&server, &["--show"]).contains(&id));
    let two = client.commit(clean("Two")).create();
    server.push_unseen(&client, &["main"]);
    provost(&server, &["--add"]);
    let shown = provost(&server, &["--show"]);
    assert!(shown.contains(&id) && shown.contains(&two), "{shown}");
    provost(&server, &["--clear"]);
    assert!(provost(&server, &["--show"]).contains("0 commits"));
}

#[test]
fn a_broken_baseline_refuses() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).create();
    let folder = server.path().join("provost/baseline");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("all"), "# taken\nmain\n").unwrap();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN));
    assert!(pushed.text().contains("could not be judged"), "{}", pushed.text());
    assert!(pushed.text().contains("line 2 of the baseline"), "{}", pushed.text());
}

#[test]
fn a_push_can_not_write_a_baseline() {
    let server = Options::default().start();
    let client = server.client();
    let id = client.commit(marked("Sin")).create();
    client.must(&["update-ref", "refs/provost/baseline/all", &id]);
    let pushed = client.push(&["refs/provost/baseline/all", "main"]);
    pushed.must_reject(&[MAIN]);
}
