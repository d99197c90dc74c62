//! What a weaker layer locks, and mistakes in policies: errors at load, with the place.

use crate::support::{PROVOST, Sandbox};

const BASE: &str = "\
[policy]
locked = [\"mode\", \"tools.claude-code\", \"people\", \"bypass\"]
[policy.tools]
claude-code = \"reject\"
[policy.people]
roles = \"reject\"
";

/// What `rules lint` says of a layer over another.
fn lint(base: &str, over: &str) -> (i32, String) {
    let sandbox = Sandbox::new();
    let (base, over) = (sandbox.write("base.toml", base), sandbox.write("over.toml", over));
    let run = sandbox.run(PROVOST, ".").args([
        "--isolated",
        "--rules",
        base.to_str().unwrap(),
        "--rules",
        over.to_str().unwrap(),
        "rules",
        "lint",
    ]);
    let finished = run.finish();
    (finished.code.unwrap(), format!("{}{}", finished.out(), finished.err()))
}

#[test]
fn what_loosens_a_lock_is_an_error_with_its_place() {
    for (over, says) in [
        ("[policy]\nmode = \"observe\"\n", "`mode` is locked"),
        ("[policy]\nmode = { enforce = 2999-01-01 }\n", "`mode` is locked"),
        ("[policy.tools]\nclaude-code = \"warn\"\n", "`tools.claude-code` is locked"),
        (
            "[policy.tools]\n\"claude-code/co-author\" = \"allow\"\n",
            "`tools.claude-code` is locked",
        ),
        ("[policy.kinds]\ntrailer = \"allow\"\n", "`tools.claude-code` is locked"),
        (
            "[[policy.scope]]\nid = \"s\"\nrefs = [\"refs/heads/x\"]\nmode = \"observe\"\n",
            "`mode` is locked",
        ),
        (
            "[[policy.scope]]\nid = \"s\"\ntools = { claude-code = \"allow\" }\n",
            "`tools.claude-code` is locked",
        ),
        (
            "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"a\"\n\
             expires = 2999-01-01\n",
            "`tools.claude-code` is locked",
        ),
        (
            "[[tool]]\nid = \"claude-code\"\n[[tool.marker]]\nid = \"claude-code/co-author\"\n\
             disabled = \"no\"\n",
            "`tools.claude-code` is locked",
        ),
        ("[policy.people]\nroles = \"warn\"\n", "`people` is locked"),
        ("[policy.bypass]\npushers = [\"me\"]\n", "`bypass` is locked"),
        (
            "[[policy.suspension]]\nid = \"s\"\nuntil = 2999-01-01\nreason = \"r\"\n",
            "`mode` is locked",
        ),
    ] {
        let (code, text) = lint(BASE, over);
        assert_eq!(code, 1, "{over}\n{text}");
        assert!(text.contains(says) && text.contains("over.toml:"), "{over}\n{text}");
    }
}

#[test]
fn what_tightens_or_is_not_locked_is_free() {
    for over in [
        "[policy]\nmode = \"enforce\"\n",
        "[policy.tools]\ncursor = \"allow\"\n",
        "[policy.tools]\n\"claude-code/config\" = \"reject\"\n",
        "[[policy.scope]]\nid = \"s\"\nrefs = [\"refs/heads/x\"]\ntools = { cursor = \"warn\" }\n",
        "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"a\"\nexpires = 2999-01-01\n\
         tools = [\"cursor\"]\n",
    ] {
        let (code, text) = lint(BASE, over);
        assert_eq!(code, 0, "{over}\n{text}");
    }
}

#[test]
fn a_policy_that_makes_no_sense_is_an_error_at_load() {
    for (text, says) in [
        ("[policy]\nmode = { enforce = 2026-01-01, warn = 2026-02-01 }\n", "contradict each other"),
        ("[policy]\nmode = { enforce = soon }\n", ""),
        ("[policy]\nmode = { enforce = \"soon\" }\n", "must be a date"),
        ("[policy.tools]\nclaude-cod = \"reject\"\n", "did you mean `claude-code`?"),
        ("[policy.tools]\n\"model-vendor:Antropic\" = \"reject\"\n", "did you mean `Anthropic`?"),
        ("[[policy.scope]]\nid = \"s\"\nrefs = [\"refs/heads/[\"]\n", "is not a glob"),
        ("[[policy.scope]]\nid = \"s\"\nrefs = [\"main\"]\n", "did you mean `refs/heads/main`?"),
        ("[[policy.scope]]\nid = \"../s\"\n", "must be a plain word"),
        ("[[policy.scope]]\nid = \"s\"\nmin-lines = 5\nmax-lines = 3\n", "nothing matches"),
        ("[[policy.scope]]\nrefs = [\"refs/heads/x\"]\n", "needs `id`"),
        (
            "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"a\"\n",
            "has no `expires`",
        ),
        (
            "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"a\"\n\
             expires = 2999-01-01\ncommits = [\"abc1234\"]\n",
            "names no commit in full",
        ),
        (
            "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"a\"\n\
             expires = 2999-01-01\ntools = [\"cursr\"]\n",
            "did you mean `cursor`?",
        ),
        ("[policy.bypass]\n", "for nobody"),
        ("[policy.people.approval]\nverdict = \"reject\"\n", "needs `trailers`"),
        ("[policy.people]\nroles = \"disclose\"\n", "can't be `disclose`"),
        ("[policy]\nlocked = [\"tolls.x\"]\n", "can't be locked"),
        ("[policy]\ncatalogue = \"new\"\n", "no version of the catalogue"),
        ("[policy.texts]\nrefused = \"{% if %}\"\n", "is no template"),
        ("[policy]\nlanguage = \"fr\"\n", "can't be `fr`"),
    ] {
        let (code, shown) = lint("", text);
        assert_eq!(code, 1, "{text}\n{shown}");
        assert!(shown.contains(says), "{text}\n{shown}");
    }
}

#[test]
fn exemptions_that_are_over_or_end_soon_are_warned_of() {
    let head = "[[policy.exemption]]\nid = \"e\"\nreason = \"r\"\napprover = \"core\"\n";
    let (code, text) = lint("", &format!("{head}expires = 2020-01-01\n"));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("the exemption `e` is over"), "{text}");
}

#[test]
fn a_scope_that_would_be_judged_from_the_root_is_named() {
    let server = crate::support::TestServer::new();
    let client = server.client();
    client.commit("One\n").create();
    server.push_unseen(&client, &["main"]);
    let rules = "[policy.tools]\ncursor = \"warn\"\n[[policy.scope]]\nid = \"releases\"\n\
                 refs = [\"refs/heads/release/*\"]\ntools = { cursor = \"reject\" }\n";
    let rules = server.sandbox().write("r.toml", rules);
    let rules = rules.to_str().unwrap();
    let lint = || {
        let run = server.sandbox().run(PROVOST, server.path());
        run.args(["--isolated", "--rules", rules, "rules", "lint"]).ok().out()
    };
    assert!(lint().contains("refs/heads/release/x would be"), "{}", lint());
    let run = server.sandbox().run(PROVOST, server.path());
    let take = ["policy", "baseline", "--scope", "releases", "--ref", "refs/heads/*"];
    run.args(["--isolated", "--rules", rules]).args(take).ok();
    assert!(!lint().contains("from the root"), "{}", lint());
}
