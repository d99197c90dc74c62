//! One record a push: accepted, warned of, refused, or not judged at all.

use super::super::support::{CLAUDE, CLAUDE_MARKER, Options, PROVOST, marked, refspec};
use super::*;

#[test]
fn every_push_is_on_record_with_what_decided() {
    let logged = Logged::new();
    logged.push("one").must_accept(&["refs/heads/main"]);
    let one = logged.client.id("HEAD");
    logged.push(&marked("two")).must_reject(&["refs/heads/main"]);
    let two = logged.client.id("HEAD");
    let records = logged.records();
    assert_eq!(records.len(), 2);
    let first = &records[0];
    assert_eq!((&first["seq"], &first["prev"]), (&1.into(), &Value::Null));
    assert_eq!((&first["accepted"], &first["verdict"]), (&true.into(), &"allow".into()));
    assert_eq!(first["refs"][0]["old"], Value::Null);
    assert_eq!(first["refs"][0]["new"], one.as_str());
    assert_eq!(first["commits"], 1);
    assert_eq!(first["repository"], "server");
    assert_eq!(first["pusher"], "dev");
    assert_eq!(first["directory"], logged.server.path().to_str().unwrap());
    let second = &records[1];
    assert_eq!(second["seq"], 2);
    assert_eq!((&second["accepted"], &second["verdict"]), (&false.into(), &"reject".into()));
    let update = &second["refs"][0];
    assert_eq!((&update["old"], &update["new"]), (&one.as_str().into(), &two.as_str().into()));
    assert_eq!(update["verdict"], "reject");
    let found = &second["findings"][0];
    assert_eq!(found["marker"], CLAUDE_MARKER);
    assert_eq!((&found["commit"], &found["excerpt"]), (&two.as_str().into(), &CLAUDE.into()));
    assert!(found["because"].as_str().unwrap().starts_with("rules.toml:"), "{found}");
    assert_eq!(first["policy_digest"], second["policy_digest"]);
}

#[test]
fn without_a_section_nothing_is_written() {
    let server = TestServer::new();
    let client = server.client();
    client.commit("one").create();
    client.push(&["HEAD:refs/heads/main"]).must_accept(&["refs/heads/main"]);
    let left: Vec<_> = std::fs::read_dir(server.sandbox().path("")).unwrap().collect();
    let names: Vec<String> =
        left.into_iter().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains("jsonl")), "{names:?}");
    let shown = provost(server.sandbox(), &["log", "show"]).expect(2);
    assert!(shown.err().contains("no [log] section"), "{}", shown.all());
}

#[test]
fn each_ref_has_its_own_verdict_and_the_mode_is_applied() {
    let logged = Logged::with(Options::default(), "", "[policy]\nmode = \"warn\"\n");
    let clean = logged.client.commit("one").create();
    let bad = logged.client.commit(marked("two")).create();
    let specs = [format!("{clean}:refs/heads/a"), format!("{bad}:refs/heads/b")];
    logged.client.push(&specs).must_accept(&["refs/heads/a", "refs/heads/b"]);
    logged.client.push(&[":refs/heads/a"]).must_accept(&["refs/heads/a"]);
    let records = logged.records();
    let verdicts: Vec<_> =
        records[0]["refs"].as_array().unwrap().iter().map(|it| &it["verdict"]).collect();
    assert_eq!(verdicts, [&Value::from("allow"), &Value::from("warn")]);
    let found = &records[0]["findings"][0];
    assert_eq!((&found["verdict"], &found["full"]), (&"warn".into(), &"reject".into()));
    assert_eq!(records[0]["verdict"], "warn");
    let deleted = &records[1]["refs"][0];
    assert_eq!((&deleted["old"], &deleted["new"]), (&clean.as_str().into(), &Value::Null));
}

#[test]
fn exemptions_bypass_and_probe_are_named() {
    let policy = "[policy.bypass]\npushers = [\"dev\"]\n\
        [[policy.exemption]]\nid = \"EX-1\"\nreason = \"r\"\napprover = \"a\"\n\
        expires = 2999-01-01\nrefs = [\"refs/heads/exempt\"]\n";
    let options = Options::default().config("receive.advertisePushOptions", "true");
    let logged = Logged::with(options, "", policy);
    logged.client.commit(marked("one")).create();
    logged.client.push(&["HEAD:refs/heads/exempt"]).must_accept(&["refs/heads/exempt"]);
    let options = ["-o", "provost.reason=an incident", "-o", "provost.probe"];
    let pushed = logged.client.push_to("origin", &["HEAD:refs/heads/main"], &options);
    pushed.must_accept(&["refs/heads/main"]);
    let records = logged.records();
    assert_eq!(records[0]["exemptions"], serde_json::json!(["EX-1"]));
    assert_eq!(records[0]["findings"][0]["exemption"], "EX-1");
    assert_eq!(records[0]["probe"], false);
    assert_eq!(records[1]["bypass"], "an incident");
    assert_eq!(records[1]["findings"][0]["exemption"], "bypass");
    assert_eq!(records[1]["options"][0], "provost.reason=an incident");
    assert_eq!(records[1]["probe"], true);
}

/// An exemption may have any id, also the word for a bypass.
#[test]
fn an_exemption_is_not_taken_for_a_bypass_by_its_id() {
    let policy = "[[policy.exemption]]\nid = \"bypass\"\nreason = \"r\"\napprover = \"a\"\n\
        expires = 2999-01-01\n";
    let logged = Logged::with(Options::default(), "", policy);
    logged.push(&marked("one")).must_accept(&["refs/heads/main"]).must_say("exemption bypass");
    let record = &logged.records()[0];
    assert_eq!(record["exemptions"], serde_json::json!(["bypass"]));
    assert_eq!(record["bypass"], Value::Null);
}

/// Object ids on record are those of objects: what a pusher writes never becomes one.
#[test]
fn an_encoding_that_looks_like_an_object_id_is_none_on_record() {
    let logged = Logged::with(
        Options::default(),
        "",
        "[limits]\ncommits = { most = 1, outcome = \"accept\" }\n",
    );
    let label = "ab".repeat(20);
    let in_encoding = |message: &[u8], parent: Option<&str>| {
        let commit = logged.client.raw(message).header(format!("encoding {label}").as_bytes());
        let commit = match parent {
            Some(parent) => commit.parent(parent),
            None => commit,
        };
        commit.write()
    };
    let push = |id: &str| {
        logged.client.push(&[&format!("{id}:refs/heads/main")]).must_accept(&["refs/heads/main"]);
    };
    // EBCDIC: no text as it stands, so that the label is reported.
    let first = in_encoding(b"\xe2\xa4\x82\x91\x85\x83\xa3\x25", None);
    push(&first);
    let second = in_encoding(b"\xe2\xa4\x82\x91\x85\x83\xa3\x25\x25", Some(&first));
    let third = in_encoding("Größe\n".as_bytes(), Some(&second));
    push(&third);
    let records = logged.records();
    let found = &records[0]["findings"][0];
    assert_eq!(found["marker"], "tamper/unknown-encoding");
    assert!(found["excerpt"].as_str().unwrap().contains(&label), "{found}");
    assert_eq!(records[0]["unjudged"], serde_json::json!([]));
    assert_eq!(records[0]["skipped"], serde_json::json!([]));
    // Where something is left, that alone is named.
    assert_eq!(records[1]["unjudged"], serde_json::json!([second]));
}

#[test]
fn a_push_that_can_not_be_judged_is_on_record() {
    let logged = Logged::with(Options::default(), "", "[policy]\nmode = \"sometimes\"\n");
    let pushed = logged.push("one");
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    pushed.must_say("could not be judged");
    let cut = logged.server.judge_by_hand("cut").expect(2);
    assert!(!cut.err().contains("recorded"), "{}", cut.all());
    let records = logged.records();
    let first = &records[0];
    assert_eq!((&first["accepted"], &first["verdict"]), (&false.into(), &Value::Null));
    assert_eq!(first["fail"], "closed");
    let error = first["error"].as_str().unwrap();
    assert!(error.contains("rules-0.toml:5: ") && error.contains("sometimes"), "{error}");
    assert_eq!(first["rules_digest"], Value::Null);
    assert_eq!(first["unjudged"][0], logged.client.id("HEAD").as_str());
    assert_eq!(records[1]["refs"], serde_json::json!([]));
    assert!(records[1]["error"].as_str().unwrap().contains("cut off"), "{}", records[1]);
    // The log can be read although the configuration is broken.
    let verified = logged.verify().expect(0);
    assert!(verified.err().contains("the configuration is broken"), "{}", verified.all());
}

#[test]
fn a_file_that_no_longer_parses_is_on_record_where_another_layer_has_the_log() {
    let logged = Logged::new();
    let log = logged.sandbox().path("rules-0.toml");
    let broken = logged.sandbox().write("broken.toml", "[policy\n");
    let hook = format!(
        "#!/bin/sh\nexec @BINARY@ --isolated --rules {} --rules {} pre-receive\n",
        log.display(),
        broken.display()
    );
    logged.server.install("pre-receive", &hook);
    assert!(logged.push("one").rejected("refs/heads/main"));
    let records = logged.records();
    let error = records[0]["error"].as_str().unwrap();
    assert!(error.contains("broken.toml:1"), "{error}");
}

#[test]
fn what_was_not_judged_is_shown_until_an_audit_has_judged_it() {
    for elsewhere in [false, true] {
        let limits = "[limits]\ncommits = { most = 1, outcome = \"accept\" }\n";
        let hook = "#!/bin/sh\nREMOTE_USER=dev\nexport REMOTE_USER\n\
            exec @BINARY@ -v --rules @SANDBOX@/rules-0.toml pre-receive --platform http\n";
        let logged = Logged::with(Options::default().hook(hook), "", limits);
        let state = logged.sandbox().path("state");
        if elsewhere {
            let table = format!("[state]\ndirectory = \"{}\"\n", state.display());
            let rules = logged.sandbox().write("repository.toml", table);
            logged.server.git(&["config", "provost.rules", rules.to_str().unwrap()]).ok();
        }
        logged.client.commit("one").create();
        logged.push("two").must_accept(&["refs/heads/main"]);
        assert_eq!(state.exists(), elsewhere);
        assert_eq!(logged.server.git_dir().join("provost").exists(), !elsewhere);
        // The newest commit was judged.
        let left = logged.client.id("HEAD~1");
        logged.client.must(&["switch", "-q", "--orphan", "other"]);
        logged.client.commit("other").create();
        logged.client.push(&["other"]).must_accept(&["refs/heads/other"]);
        let records = logged.records();
        assert_eq!(records[0]["unjudged"], serde_json::json!([left]));
        assert!(records[0]["skipped"][0]["why"].as_str().unwrap().contains("limit"));
        // By the layers of the server, and not by others.
        let provost = || logged.sandbox().run(PROVOST, "");
        let log = logged.log.to_str().unwrap();
        let show = || provost().args(["log", "show", "--unjudged", log]).finish().expect(0).out();
        let shown = show();
        assert!(shown.contains(&format!("unjudged: {left}")), "{shown}");
        assert!(shown.starts_with("#1 ") && !shown.contains("#2 "), "{shown}");
        let audited = provost().arg("audit").arg(logged.server.path()).finish();
        assert_eq!(audited.code, Some(0), "{}", audited.all());
        assert_eq!(show(), "", "it is judged now");
    }
}

#[test]
fn a_file_that_is_refused_for_its_size_is_on_record() {
    let logged = Logged::with(Options::default(), "", "[limits]\nfiles = \"reject\"\n");
    logged.client.commit("large").file("large.bin", vec![b'x'; (16 << 20) + 1]).create();
    let pushed = logged.client.push(&["HEAD:refs/heads/main"]);
    assert!(pushed.rejected("refs/heads/main"), "{}", pushed.all());
    let record = &logged.records()[0];
    assert_eq!(
        (&record["cut"]["limit"], &record["cut"]["most"]),
        (&"files".into(), &"16.0 MiB".into())
    );
    assert!(
        record["skipped"][0]["what"].as_str().unwrap().contains("large.bin (blob "),
        "{record}"
    );
}

#[test]
fn a_large_file_is_looked_at_by_its_top() {
    let logged = Logged::new();
    let mut large = b"# Generated with Claude Code\n".to_vec();
    large.resize((16 << 20) + 1, b'x');
    logged.client.commit("large").file("large.py", large).create();
    let pushed = logged.client.push(&["HEAD:refs/heads/main"]);
    pushed.must_accept(&["refs/heads/main"]).must_say("accepted, with a warning");
    assert_eq!(logged.records()[0]["unjudged"], serde_json::json!([]));
}

#[test]
fn update_hooks_write_a_record_for_each_ref() {
    let logged = Logged::new();
    logged.server.disable_hook();
    let hook = "#!/bin/sh\nexec @PROVOST@ update \"$1\" \"$2\" \"$3\"\n";
    logged.server.install("update", hook);
    let clean = logged.client.commit("one").create();
    let bad = logged.client.commit(marked("two")).create();
    let specs = [format!("{clean}:refs/heads/a"), format!("{bad}:refs/heads/b")];
    let pushed = logged.client.push(&specs);
    assert!(pushed.accepted("refs/heads/a") && pushed.rejected("refs/heads/b"), "{}", pushed.all());
    let records = logged.records();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["hook"] == "update"));
    let one = logged.provost(&["log", "verify", logged.log.to_str().unwrap()]).expect(0);
    assert!(one.out().contains("2 records"), "{}", one.all());
}

#[test]
fn names_that_are_no_text_are_escaped() {
    let logged = Logged::new();
    logged.client.commit("one").create();
    let name = b"HEAD:refs/heads/\xff\xe2\x80\xae";
    logged.client.push(&[refspec(name)]);
    let records = logged.records();
    assert_eq!(records[0]["refs"][0]["name"], "refs/heads/\\xff\\u{202e}");
}

#[test]
fn a_locked_section_can_not_be_changed() {
    let logged = Logged::with(Options::default(), "locked = true\n", "");
    let own = logged.sandbox().write("own.toml", "[log]\nfile = \"/var/empty/no\"\n");
    let first = logged.sandbox().path("rules-0.toml");
    let (first, own) = (first.to_str().unwrap(), own.to_str().unwrap());
    let linted = logged.provost(&["--rules", first, "--rules", own, "rules", "lint"]).expect(1);
    assert!(linted.all().contains("`[log]` is locked"), "{}", linted.all());
    assert!(linted.all().contains("rules-0.toml:3 locks it"), "{}", linted.all());
    // Nor does a push go by it, whose record stays where it belongs.
    let hook =
        format!("#!/bin/sh\nexec @BINARY@ --isolated --rules {first} --rules {own} pre-receive\n");
    logged.server.install("pre-receive", &hook);
    assert!(logged.push("one").rejected("refs/heads/main"));
    assert!(logged.records()[0]["error"].as_str().unwrap().contains("is locked"));
}
