//! `provost log replay`: what pushes would have got under a draft.

use super::super::support::{Options, marked};
use super::*;

fn replay(logged: &Logged, draft: &str, more: &[&str]) -> Value {
    let draft = logged.sandbox().write("draft.toml", draft);
    let log = logged.log.to_str().unwrap();
    let all =
        [&["--rules", draft.to_str().unwrap(), "log", "replay", "--format", "json"], more, &[log]];
    let finished = logged.provost(&all.concat()).expect(0);
    serde_json::from_slice(&finished.stdout).unwrap()
}

const AIDER: &str = "by aider\n\nCo-authored-by: aider (gpt-5) <noreply@aider.chat>\n";

#[test]
fn objects_are_read_again_and_a_stricter_draft_shows() {
    let logged = Logged::with(Options::default(), "", "[policy]\nmode = \"observe\"\n");
    logged.submit("one").must_accept(&["refs/heads/main"]);
    logged.submit(AIDER).must_accept(&["refs/heads/main"]);
    logged.submit(&marked("three")).must_accept(&["refs/heads/main"]);
    logged.submit("four").must_accept(&["refs/heads/main"]);
    let replayed = replay(&logged, "[policy.tools]\naider = \"allow\"\n", &[]);
    assert_eq!((&replayed["pushes"], &replayed["from_record"]), (&4.into(), &0.into()));
    let changes = replayed["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{replayed:#}");
    let seq: Vec<_> = changes
        .iter()
        .map(|it| (it["seq"].as_u64().unwrap(), it["to"].as_str().unwrap()))
        .collect();
    assert_eq!(seq, [(2, "allow"), (3, "reject")]);
    assert_eq!(changes[1]["from"], "record");
    assert_eq!(changes[1]["would_be_accepted"], false);
    assert_eq!(replayed["by_tool"], serde_json::json!({"aider": 1, "claude-code": 1}));
    assert_eq!(replayed["by_repository"], serde_json::json!({"server": 2}));
}

#[test]
fn a_draft_with_a_new_marker_finds_it_where_objects_are() {
    let logged = Logged::new();
    logged.submit("one\n\nMade with Acme Coder\n").must_accept(&["refs/heads/main"]);
    let draft = "[[tool]]\nid = \"acme\"\nname = \"Acme\"\nvendor = \"Acme\"\n\
        [[tool.marker]]\nid = \"acme/footer\"\nkind = \"line\"\nconfidence = \"strong\"\n\
        pattern = \"^Made with Acme Coder$\"\nkeywords = [\"Acme\"]\nsource = \"seen\"\n\
        since = \"0.1\"\nhits = [\"Made with Acme Coder\"]\nmisses = [\"Acme Coder\"]\n";
    let replayed = replay(&logged, draft, &[]);
    assert_eq!(replayed["changes"][0]["to"], "reject", "{replayed:#}");
    assert_eq!(replayed["changes"][0]["tools"], serde_json::json!(["acme"]));
}

#[test]
fn refused_objects_are_gone_and_their_marks_are_judged() {
    let logged = Logged::new();
    logged.submit(&marked("one")).must_reject(&["refs/heads/main"]);
    let replayed = replay(&logged, "[policy.tools]\nclaude-code = \"warn\"\n", &[]);
    let change = &replayed["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&"reject".into(), &"warn".into()));
    assert_eq!(replayed["from_record"], 1);
    let why = change["from_record"].as_str().unwrap();
    assert!(why.contains(&logged.client.id("HEAD")) && why.contains("not there any more"), "{why}");
    let draft = logged.sandbox().path("draft.toml");
    let log = logged.log.to_str().unwrap();
    let shown = logged.provost(&["log", "replay", "--rules", draft.to_str().unwrap(), log]);
    let shown = shown.expect(0).out();
    assert!(
        shown.starts_with("1 push since ") && shown.contains("in 1 repository: 1 would"),
        "{shown}"
    );
    assert!(shown.contains("reject -> warn  claude-code  (by the record)"), "{shown}");
    assert!(shown.contains("1 push could not be read again"), "{shown}");
}

#[test]
fn only_what_a_push_brought_is_judged_again() {
    let logged = Logged::with(Options::default(), "", "[policy]\nmode = \"observe\"\n");
    // From before the log; a branch that was pushed, merged and deleted; a new branch.
    logged.client.commit(marked("old")).create();
    logged.server.push_unseen(&logged.client, &["HEAD:refs/heads/old"]);
    logged.client.must(&["checkout", "-q", "-b", "topic"]);
    logged.client.commit("topic").create();
    logged.client.submit(&["HEAD:refs/heads/topic"]).must_accept(&["refs/heads/topic"]);
    logged.client.commit(marked("marked")).create();
    logged.client.submit(&["HEAD:refs/heads/topic"]).must_accept(&["refs/heads/topic"]);
    logged.client.submit(&["HEAD:refs/heads/main"]).must_accept(&["refs/heads/main"]);
    logged.client.submit(&[":refs/heads/topic"]).must_accept(&["refs/heads/topic"]);
    logged.client.submit(&["HEAD:refs/heads/copy"]).must_accept(&["refs/heads/copy"]);
    let replayed = replay(&logged, "[policy]\nmode = \"enforce\"\n", &[]);
    let changes = replayed["changes"].as_array().unwrap();
    let seq: Vec<_> = changes.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(seq, [2], "{replayed:#}");
}

#[test]
fn repositories_are_found_elsewhere_and_days_are_counted() {
    let logged = Logged::with(Options::default(), "", "[policy]\nmode = \"observe\"\n");
    logged.submit(&marked("one")).must_accept(&["refs/heads/main"]);
    std::fs::create_dir(logged.sandbox().path("moved")).unwrap();
    let moved = logged.sandbox().path("moved/server.git");
    std::fs::rename(logged.server.path(), moved).unwrap();
    let draft = "[policy]\nmode = \"enforce\"\n";
    let replayed = replay(&logged, draft, &[]);
    assert_eq!(replayed["from_record"], 1, "{replayed:#}");
    let place = logged.sandbox().path("moved");
    let replayed = replay(&logged, draft, &["--repositories", place.to_str().unwrap()]);
    assert_eq!((&replayed["from_record"], &replayed["pushes"]), (&0.into(), &1.into()));
    // A push of long ago.
    let text = std::fs::read_to_string(&logged.log).unwrap();
    let time = logged.records()[0]["time"].as_str().unwrap().to_owned();
    let year = &time[..4];
    std::fs::write(&logged.log, text.replacen(&format!("\"time\":\"{year}"), "\"time\":\"2020", 1))
        .unwrap();
    assert_eq!(replay(&logged, draft, &["--days", "90"])["pushes"], 0);
}

#[test]
fn a_draft_is_needed() {
    let logged = Logged::new();
    logged.submit("one").must_accept(&["refs/heads/main"]);
    let log = logged.log.to_str().unwrap();
    let refused = logged.provost(&["log", "replay", log]).expect(2);
    assert!(refused.err().contains("no draft is named"), "{}", refused.all());
}
