//! `policy show`, `explain`, `apply`, `revert`, `suspend`; the last good file.

use super::MAIN;
use crate::support::{CLAUDE, Finished, Options, PROVOST, Sandbox, TestServer, marked};

const RULES: &str = "\
[policy]
contact = \"office@example.com\"
[policy.tools]
cursor = \"warn\"
[[policy.scope]]
id = \"sandbox\"
refs = [\"refs/heads/sandbox/*\"]
default = \"allow\"
[[policy.exemption]]
id = \"waiver\"
reason = \"agreed\"
approver = \"core\"
expires = 2999-12-31
tools = [\"kite\"]
";

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    sandbox.run(PROVOST, ".").args(["--isolated", "--rules", "rules.toml"]).args(arguments).finish()
}

#[test]
fn show_names_the_file_and_line_of_each_value() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.toml", RULES);
    let shown =
        run(&sandbox, &["policy", "show", "--ref", "refs/heads/sandbox/x", "--user", "eve"]);
    let text = shown.out();
    for line in [
        "refs/heads/sandbox/x in any repository, pushed by eve",
        "scope sandbox (rules.toml:6)",
        "# rules.toml:8",
        "contact = \"office@example.com\"",
        "# rules.toml:2",
        "tools.cursor = \"warn\"",
        "exemption waiver by core, in force until 3000-01-01T00:00:00Z",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json = run(&sandbox, &["policy", "show", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let keys: Vec<&str> =
        value["values"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"default") && keys.contains(&"kinds.path.added"), "{keys:?}");
    assert_eq!(value["scopes"].as_array().unwrap().len(), 0);
}

#[test]
fn explain_gives_the_lines_that_lead_to_a_verdict() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.toml", RULES);
    let text = run(&sandbox, &["policy", "explain", "cursor/co-author"]).out().to_string();
    assert!(text.contains("cursor/co-author on refs/heads/main: warn"), "{text}");
    assert!(text.contains("tools.cursor") && text.contains("# rules.toml:4"), "{text}");
    let wrong = run(&sandbox, &["policy", "explain", "cursor/coauthor"]);
    assert_eq!(wrong.code, Some(2));

    let server = TestServer::new();
    let client = server.client();
    client.commit(format!("Work\n\n{CLAUDE}\n")).create();
    let finished = server
        .sandbox()
        .run(PROVOST, client.path().to_str().unwrap())
        .args(["--isolated", "policy", "explain", "HEAD"])
        .ok();
    let text = finished.out();
    assert!(text.contains("claude-code/co-author on refs/heads/main: reject"), "{text}");
    assert!(text.contains("decided by rules.toml:"), "{text}");
}

#[test]
fn apply_checks_shows_and_keeps_the_file_before() {
    let sandbox = Sandbox::new();
    let draft = RULES.replace("cursor = \"warn\"", "cursor = \"reject\"");
    sandbox.write("draft.toml", &draft);
    sandbox.write("rules.toml", RULES);
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap_or_default();
    let dry = run(&sandbox, &["policy", "apply", "draft.toml", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{}", dry.err());
    assert!(dry.out().contains("+ cursor = \"reject\""), "{}", dry.out());
    assert_eq!(read("rules.toml"), RULES);
    let applied = run(&sandbox, &["policy", "apply", "draft.toml"]);
    assert_eq!(applied.code, Some(0), "{}", applied.err());
    assert_eq!((read("rules.toml"), read("rules.toml.previous")), (draft.clone(), RULES.into()));
    let reverted = run(&sandbox, &["policy", "revert"]);
    assert_eq!(reverted.code, Some(0), "{}", reverted.err());
    assert_eq!((read("rules.toml"), read("rules.toml.previous")), (RULES.into(), draft));
}

#[test]
fn a_draft_with_mistakes_is_not_applied() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.toml", RULES);
    sandbox.write("draft.toml", "[policy.tools]\ncursr = \"reject\"\n");
    let applied = run(&sandbox, &["policy", "apply", "draft.toml"]);
    assert_eq!(applied.code, Some(2));
    assert!(applied.err().contains("did you mean `cursor`?"), "{}", applied.err());
    assert_eq!(std::fs::read_to_string(sandbox.path("rules.toml")).unwrap(), RULES);
}

#[test]
fn apply_shows_its_effect_on_histories() {
    let server = TestServer::new();
    let client = server.client();
    client.commit("Work\n\nCo-authored-by: Cursor <cursoragent@cursor.com>\n").create();
    let sandbox = server.sandbox();
    sandbox.write("rules.toml", RULES);
    sandbox.write("draft.toml", RULES.replace("cursor = \"warn\"", "cursor = \"reject\""));
    let path = client.path().to_str().unwrap().to_owned();
    let dry = run(sandbox, &["policy", "apply", "draft.toml", "-n", "--on", &path]);
    assert_eq!(dry.code, Some(0), "{}", dry.err());
    assert!(dry.out().contains("newly rejected"), "{}", dry.out());
}

#[test]
fn suspend_is_written_into_the_file_and_ends() {
    let server = Options::default()
        .hook("#!/bin/sh\nexec @BINARY@ --isolated --rules ../rules.toml -v pre-receive\n");
    let server = server.start();
    let rules = server.path().parent().unwrap().join("rules.toml");
    std::fs::write(&rules, "# ours\n[policy]\ncontact = \"me\"\n").unwrap();
    let provost = |arguments: &[&str]| {
        let folder = rules.parent().unwrap().to_str().unwrap().to_owned();
        let run = server.sandbox().run(PROVOST, &folder);
        run.args(["--isolated", "--rules", "rules.toml", "policy", "suspend"])
            .args(arguments)
            .finish()
    };
    let client = server.client();
    client.commit(marked("Work")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
    for wrong in [
        &["--until", "yesterday", "--reason", "x"][..],
        &["--until", "2020-01-01", "--reason", "x"],
    ] {
        assert_eq!(provost(wrong).code, Some(2));
    }
    let said = provost(&["--until", "2h", "--reason", "INC-1"]);
    assert_eq!(said.code, Some(0), "{}", said.err());
    assert!(std::fs::read_to_string(&rules).unwrap().starts_with("# ours\n"));
    client.push(&["main"]).must_accept(&[MAIN]).must_say("suspended at present");
    assert_eq!(provost(&["--end"]).code, Some(0));
    client.commit(marked("More")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
}

#[test]
fn exemptions_that_no_push_has_used_are_named() {
    let server = Options::default()
        .hook("#!/bin/sh\nexec @BINARY@ --isolated --rules ../rules.toml -v pre-receive\n");
    let server = server.start();
    let folder = server.path().parent().unwrap().to_owned();
    let exemption = |id: &str, tool: &str| {
        format!(
            "[[policy.exemption]]\nid = \"{id}\"\nreason = \"r\"\napprover = \"core\"\n\
             expires = 2999-01-01\ntools = [\"{tool}\"]\n"
        )
    };
    let log = folder.join("decisions.jsonl");
    let rules = format!(
        "[log]\nfile = \"{}\"\n{}{}",
        log.display(),
        exemption("used", "claude-code"),
        exemption("idle", "cursor")
    );
    std::fs::write(folder.join("rules.toml"), rules).unwrap();
    let lint = || {
        let run = server.sandbox().run(PROVOST, folder.to_str().unwrap());
        run.args(["--isolated", "--rules", "rules.toml", "rules", "lint"]).ok().out()
    };
    assert!(!lint().contains("has used"), "{}", lint());
    let client = server.client();
    client.commit(marked("Work")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let text = lint();
    assert!(text.contains("no push on record has used the exemption `idle`"), "{text}");
    assert!(!text.contains("`used`"), "{text}");
}

#[test]
fn a_file_written_half_never_judges_and_the_last_good_one_may() {
    for (falls_back, accepted) in [(true, true), (false, false)] {
        let server = Options::default()
            .hook("#!/bin/sh\nexec @BINARY@ --isolated --rules ../rules.toml -v pre-receive\n");
        let server = server.start();
        let folder = server.path().parent().unwrap().to_owned();
        let good = format!("[policy]\nfall-back-to-last-good = {falls_back}\ndefault = \"warn\"\n");
        std::fs::write(folder.join("draft.toml"), &good).unwrap();
        let run = server.sandbox().run(PROVOST, folder.to_str().unwrap());
        run.args(["--isolated", "policy", "apply", "draft.toml", "--to", "rules.toml"]).ok();
        std::fs::write(folder.join("rules.toml"), "[policy]\ndefault = \"wa").unwrap();
        let client = server.client();
        client.commit(marked("Work")).create();
        let pushed = client.push(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{}", pushed.text());
        let says = if accepted { "its last good text is in force" } else { "could not be judged" };
        assert!(pushed.text().contains(says), "{}", pushed.text());
    }
}
