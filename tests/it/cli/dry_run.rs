//! `provost check`: which commits it judges without being told, with ranges, and what it
//! writes in each format. The form of the `jsonl` records is a contract.

use serde_json::Value;

use crate::support::{CLAUDE, Client, Finished, TestServer, clean, marked};

/// A client whose server knows `main` with one marked commit, and has no hook.
fn cloned() -> (TestServer, Client) {
    let server = TestServer::new();
    let client = server.client();
    client.commit(marked("At the server")).file("a", "1").create();
    server.disable_hook();
    client.must(&["push", "-q", "-u", "origin", "main"]);
    (server, client)
}

/// Runs `check --format jsonl` with these arguments; its records, the summary apart.
fn check(client: &Client, arguments: &[&str]) -> (Finished, Vec<Value>, Value) {
    let finished = client.provost(&[&["check", "--format", "jsonl"], arguments].concat());
    let out = finished.out();
    let mut records: Vec<Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = records.pop().unwrap_or_else(|| panic!("no record: {}", finished.all()));
    assert_eq!(summary["type"], "summary", "{}", finished.all());
    assert!(records.iter().all(|record| record["type"] == "finding"), "{}", finished.all());
    assert_eq!(summary["findings"], records.len());
    assert_eq!(summary["exit"], finished.code.unwrap());
    (finished, records, summary)
}

/// The ids of the commits with findings, in order.
fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["commit"].as_str().unwrap()).collect()
}

#[test]
fn with_an_upstream_the_commits_that_it_has_not_are_judged() {
    let (_server, client) = cloned();
    let (finished, _, summary) = check(&client, &[]);
    finished.expect(0);
    assert_eq!(summary["commits"], 0);
    client.must(&["switch", "-q", "-c", "topic", "--track", "origin/main"]);
    client.commit(clean("One")).create();
    let (finished, _, summary) = check(&client, &[]);
    finished.expect(0);
    assert_eq!(summary["commits"], 1);
    let sin = client.commit(marked("Two")).create();
    let (finished, records, summary) = check(&client, &[]);
    finished.expect(1);
    assert_eq!((&summary["commits"], ids(&records)), (&Value::from(2), vec![sin.as_str()]));
    // Where a plain `git push` to the upstream would go.
    assert_eq!(records[0]["ref"], "refs/heads/main");
}

#[test]
fn without_an_upstream_the_commits_that_no_remote_has_are_judged() {
    let (server, client) = cloned();
    client.must(&["switch", "-q", "-c", "topic", "--no-track"]);
    client.commit(marked("On another remote")).create();
    server.sandbox().git("").args(["init", "-q", "--bare", "second.git"]).ok();
    let second = server.sandbox().path("second.git");
    client.must(&["remote", "add", "second", second.to_str().unwrap()]);
    client.must(&["push", "-q", "second", "topic"]);
    let (finished, _, summary) = check(&client, &[]);
    finished.expect(0);
    assert_eq!(summary["commits"], 0);
    let sin = client.commit(marked("On none")).create();
    let (finished, records, summary) = check(&client, &[]);
    finished.expect(1);
    assert_eq!((&summary["commits"], ids(&records)), (&Value::from(1), vec![sin.as_str()]));
    assert_eq!(records[0]["ref"], "refs/heads/topic");
}

#[test]
fn an_upstream_that_is_gone_is_none() {
    let (_server, client) = cloned();
    client.must(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let (finished, records, _) = check(&client, &[]);
    finished.expect(1);
    assert_eq!(ids(&records), [client.id("main")]);
}

#[test]
fn a_local_branch_can_be_the_upstream() {
    let (_server, client) = cloned();
    client.commit(marked("On main, not pushed")).create();
    client.must(&["switch", "-q", "-c", "topic", "--track", "main"]);
    client.commit(clean("On the topic")).create();
    let (finished, _, summary) = check(&client, &[]);
    finished.expect(0);
    assert_eq!(summary["commits"], 1);
}

#[test]
fn without_a_remote_the_whole_history_is_judged() {
    let client = Client::alone();
    client.commit(clean("One")).create();
    let sin = client.commit(marked("Two")).create();
    client.commit(clean("Three")).create();
    let (finished, records, summary) = check(&client, &[]);
    finished.expect(1);
    assert_eq!((&summary["commits"], ids(&records)), (&Value::from(3), vec![sin.as_str()]));
}

/// There is nothing to judge yet, and nothing is wrong with that.
#[test]
fn a_repository_without_a_commit_breaches_nothing() {
    let client = Client::alone();
    let finished = client.provost(&["check"]).expect(0);
    assert!(finished.out().contains("0 commits judged"), "{}", finished.all());
    let server = TestServer::new();
    let client = server.client();
    client.provost(&["check"]).expect(0);
}

#[test]
fn a_detached_head_is_judged_like_a_branch_without_an_upstream() {
    let (_server, client) = cloned();
    client.must(&["switch", "-q", "--detach"]);
    let sin = client.commit(marked("Detached")).create();
    let (finished, records, summary) = check(&client, &[]);
    finished.expect(1);
    assert_eq!((&summary["commits"], ids(&records)), (&Value::from(1), vec![sin.as_str()]));
    assert_eq!(records[0]["ref"], "HEAD");
}

#[test]
fn a_subdirectory_and_a_linked_work_tree_are_the_same_repository() {
    let (_server, client) = cloned();
    let sin = client.commit(marked("Two")).file("deep/er/file", "x").create();
    client.must(&["worktree", "add", "-q", "-b", "linked", "../linked"]);
    let inside = client.sandbox().provost(client.path().join("deep/er"));
    let linked = client.sandbox().provost("linked");
    let directory = client.path().join("deep");
    let elsewhere = client.sandbox().provost("").arg("-C").arg(directory);
    for run in [inside, linked, elsewhere] {
        let finished = run.args(["check", "--format", "jsonl"]).finish().expect(1);
        assert!(finished.out().contains(&sin), "{}", finished.all());
        assert_eq!(finished.out().lines().count(), 2, "{}", finished.all());
    }
}

/// A history with two arms:
///
/// ```text
/// base - l1 - l2      left
///      \ r1 - r2      right
/// ```
fn arms() -> (Client, [String; 5]) {
    let client = Client::alone();
    let base = client.commit(marked("base")).create();
    client.must(&["switch", "-q", "-c", "left"]);
    let (l1, l2) = (client.commit(marked("l1")).create(), client.commit(marked("l2")).create());
    client.must(&["switch", "-q", "-c", "right", "main"]);
    let (r1, r2) = (client.commit(marked("r1")).create(), client.commit(marked("r2")).create());
    (client, [base, l1, l2, r1, r2])
}

#[test]
fn ranges_mean_what_they_mean_to_git() {
    let (client, _) = arms();
    client.must(&["tag", "-a", "-m", "A tag", "annotated", "left"]);
    let ranges: [&[&str]; 14] = [
        &["left..right"],
        &["right..left"],
        &["left...right"],
        &["main..left", "main..right"],
        &["right", "^left"],
        &["^main", "left", "right"],
        &["main.."],
        &["..left"],
        &["left..."],
        &["right~1..right"],
        &["annotated~1..annotated"],
        &["right"],
        &["left..left"],
        &["left", "--ref", "x"],
    ];
    for range in ranges {
        let (_, records, summary) = check(&client, range);
        let git: Vec<&str> =
            range.iter().copied().filter(|word| !["--ref", "x"].contains(word)).collect();
        let expected = client.git(&["rev-list"]).args(git).ok().out();
        let mut expected: Vec<&str> = expected.lines().collect();
        let mut found = ids(&records);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{range:?}");
        assert_eq!(summary["commits"], expected.len(), "{range:?}");
        assert_eq!(summary["exit"], u8::from(!expected.is_empty()), "{range:?}");
    }
}

#[test]
fn parents_come_before_children() {
    let (client, [base, l1, l2, r1, r2]) = arms();
    let (_, records, _) = check(&client, &["left", "right"]);
    let found = ids(&records);
    let at = |id: &String| found.iter().position(|found| found == id).unwrap();
    assert!(at(&base) < at(&l1) && at(&l1) < at(&l2), "{found:?}");
    assert!(at(&base) < at(&r1) && at(&r1) < at(&r2), "{found:?}");
}

#[test]
fn the_ref_to_push_to_can_be_said() {
    let client = Client::alone();
    client.commit(marked("One")).create();
    for (said, meant) in [
        ("release", "refs/heads/release"),
        ("refs/tags/v1", "refs/tags/v1"),
        ("refs/for/main", "refs/for/main"),
        ("claude/fix", "refs/heads/claude/fix"),
    ] {
        let (_, records, _) = check(&client, &["--ref", said, "HEAD"]);
        assert!(records.iter().all(|record| record["ref"] == meant), "{records:?}");
        // The name itself is judged too, as it would be on the server.
        let by_name = records.iter().filter(|record| record["kind"] == "ref").count();
        assert_eq!(by_name, usize::from(said == "claude/fix"), "{records:?}");
    }
}

#[test]
fn the_jsonl_records_have_their_keys_in_order() {
    let client = Client::alone();
    let one = client.commit(marked("One")).create();
    let message = b"Two\n\nCo-Authored-By: Clau\xe9 \x1b[1m <noreply@anthropic.com>\n";
    let two = client.raw(message).parent(&one).write();
    client.set_ref("refs/heads/main", &two);
    client.must(&["reset", "-q", "--hard"]);
    client.commit(clean("Three")).file("web/.kiteignore", "build/\n").create();
    let three = client.id("HEAD");
    let (finished, records, summary) = check(&client, &[]);
    let because = |at: usize| records[at]["because"].as_str().unwrap();
    let digest = summary["rules_digest"].as_str().unwrap();
    let elapsed = &summary["elapsed_ms"];
    let expected = [
        format!(
            "{{\"type\":\"finding\",\"repo\":\"alone\",\"commit\":\"{one}\",\
             \"ref\":\"refs/heads/main\",\"tool\":\"claude-code\",\"vendor\":\"Anthropic\",\
             \"model\":\"Opus 4.6\",\"marker\":\"claude-code/co-author\",\"kind\":\"trailer\",\
             \"confidence\":\"strong\",\"field\":\"message\",\"line\":3,\"path\":null,\
             \"excerpt\":\"{CLAUDE}\",\"verdict\":\"reject\",\"because\":\"{}\",\
             \"exemption\":null}}",
            because(0)
        ),
        format!(
            "{{\"type\":\"finding\",\"repo\":\"alone\",\"commit\":\"{two}\",\
             \"ref\":\"refs/heads/main\",\"tool\":\"claude-code\",\"vendor\":\"Anthropic\",\
             \"model\":null,\"marker\":\"claude-code/co-author\",\"kind\":\"trailer\",\
             \"confidence\":\"strong\",\"field\":\"message\",\"line\":3,\"path\":null,\
             \"excerpt\":\"Co-Authored-By: Clau\\\\xe9 \\\\x1b[1m <noreply@anthropic.com>\",\
             \"verdict\":\"reject\",\"because\":\"{}\",\"exemption\":null}}",
            because(1)
        ),
        format!(
            "{{\"type\":\"finding\",\"repo\":\"alone\",\"commit\":\"{three}\",\
             \"ref\":\"refs/heads/main\",\"tool\":\"kite\",\"vendor\":\"Kite\",\"model\":null,\
             \"marker\":\"kite/possible-config\",\"kind\":\"path\",\"confidence\":\"weak\",\
             \"field\":\"tree\",\"line\":null,\"path\":\"web/.kiteignore\",\
             \"excerpt\":\"web/.kiteignore\",\"verdict\":\"warn\",\"because\":\"{}\",\
             \"exemption\":null}}",
            because(2)
        ),
        format!(
            "{{\"type\":\"summary\",\"repo\":\"alone\",\"commits\":3,\"findings\":3,\
             \"rejected\":2,\"warned\":1,\"recorded\":0,\"skipped\":[],\"exit\":1,\
             \"provost\":\"{}\",\"rules_digest\":\"{digest}\",\"elapsed_ms\":{elapsed}}}",
            env!("CARGO_PKG_VERSION")
        ),
    ];
    assert_eq!(finished.out().lines().collect::<Vec<_>>(), expected);
    assert!(finished.out().ends_with("}\n") && finished.stderr.is_empty());
    let number = |at| because(at).strip_prefix("rules.toml:").unwrap().parse::<usize>().unwrap();
    // The lines of the built-in policy that say `default` and `weak`.
    let rules: Vec<&str> = provost::config::BUILT_IN.lines().collect();
    assert!(rules[number(0) - 1].starts_with("default = \"reject\""));
    assert!(rules[number(2) - 1].starts_with("weak = \"warn\""));
    let hex = digest.strip_prefix("sha256:").unwrap();
    assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(elapsed.is_u64());
}

#[test]
fn the_json_document_holds_the_same_records() {
    let client = Client::alone();
    client.commit(marked("One")).file("CLAUDE.md", "Be kind.\n").create();
    let (_, records, mut summary) = check(&client, &[]);
    let finished = client.provost(&["check", "--format", "json"]).expect(1);
    let mut document: Value = serde_json::from_str(&finished.out()).unwrap();
    let mut same = document[0].take();
    for summary in [&mut summary, &mut same["summary"]] {
        summary["elapsed_ms"] = Value::Null;
    }
    assert_eq!(same["findings"], Value::Array(records));
    assert_eq!(same["summary"], summary);
}

#[test]
fn the_text_for_people() {
    let client = Client::alone();
    client.commit(clean("One")).create();
    let finished = client.provost(&["check"]).expect(0);
    assert_eq!(finished.out(), "1 commit judged, 0 findings\n");
    let id = client.commit(marked("Two")).file(".kiteignore", "build/\n").create();
    let finished = client.provost(&["check"]).expect(1);
    let expected = format!(
        "{} Two\n  reject  Claude Code (claude-code/co-author) in message line 3\n          {CLAUDE}\n  \
         warn    Kite (kite/possible-config, weak) in .kiteignore\n\
         2 commits judged, 2 findings: 1 to reject, 1 to warn of\n",
        &id[..7]
    );
    assert_eq!(finished.out(), expected);
    // In colour only when asked, for this is no terminal.
    let finished = client.provost(&["--color", "always", "check"]).expect(1);
    assert!(finished.out().contains("\x1b["), "{}", finished.all());
}

/// What the dry run says is what the server says.
#[test]
fn the_dry_run_and_the_hook_agree() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).file("CLAUDE.md", "Be kind.\n").create();
    client.commit(marked("Two")).file(".kiteignore", "x").create();
    let (_, records, summary) = check(&client, &[]);
    let pushed = client.push(&["main"]);
    pushed.must_reject(&["refs/heads/main"]);
    let count = &summary["commits"];
    pushed.must_say(&format!("{count} commits judged, {} findings", records.len()));
}
