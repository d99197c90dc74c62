//! `provost rules list`, `show`, `lint`: what the rules are, where each comes from, and
//! what is wrong or hardly meant in them.

use serde_json::Value;

use crate::support::{Client, Finished, PROVOST, Sandbox};

/// An administrator's file without any mistake.
pub(crate) const OWN: &str = r#"# Our rules.
[policy]
default = "warn"
[policy.tools]
claude-code = { verdict = "reject", reason = "not approved" }

[[tool]]
id = "acme"
vendor = "Acme"

[[tool.marker]]
id = "acme/footer"
kind = "line"
confidence = "strong"
since = "0.1"
source = "the manual of Acme Coder 2"
keywords = ["made with acme"]
pattern = '^made with acme coder [\d.]+$'
hits = ["Made with Acme Coder 2.1"]
misses = ["We stopped writing: Made with Acme Coder 2.1"]

[[tool]]
id = "cursor"
[[tool.marker]]
id = "cursor/config"
disabled = "our template repository has it"
"#;

fn with(own: &str, arguments: &[&str]) -> Finished {
    let sandbox = Sandbox::new();
    sandbox.write("own.toml", own);
    sandbox.provost("").args(["--rules", "own.toml", "rules"]).args(arguments).finish()
}

pub(crate) fn json(finished: &Finished) -> Value {
    serde_json::from_slice(&finished.stdout).unwrap_or_else(|_| panic!("{}", finished.all()))
}

#[test]
fn the_list_says_which_layer_each_marker_comes_from() {
    let listed = with(OWN, &["list", "--tool", "cursor"]).expect(0);
    let out = listed.out();
    let line = |id: &str| {
        let found = out.lines().find(|line| line.trim_start().starts_with(&format!("{id} ")));
        found.unwrap_or_else(|| panic!("{id} is missing from:\n{out}")).to_owned()
    };
    let changed = line("cursor/config");
    assert!(changed.contains("changed at own.toml:24"), "{changed}");
    assert!(changed.contains("off: our template repository has it"), "{changed}");
    assert!(changed.contains(" rules.toml:"), "{changed}");
    assert!(!line("cursor/co-author").contains("own.toml"));
    let own = with(OWN, &["list", "--tool", "acme"]).expect(0);
    assert!(own.out().contains("own.toml:11"), "{}", own.out());
    assert!(own.out().contains("acme (acme, Acme)"), "{}", own.out());
}

#[test]
fn the_list_is_filtered() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let listed = with(OWN, &[&["list", "--format", "json"], arguments].concat()).expect(0);
        let rows = json(&listed);
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().into()).collect()
    };
    let all = ids(&[]);
    assert!(all.len() > 300, "only {} markers", all.len());
    assert_eq!(ids(&["--disabled"]), ["cursor/config"]);
    assert_eq!(ids(&["--vendor", "acme"]), ["acme/footer"]);
    let weak = ids(&["--tool", "claude-code", "--confidence", "weak"]);
    assert!(weak.contains(&"claude-code/branch".to_owned()) && weak.len() < 20, "{weak:?}");
    let paths = ids(&["--kind", "path", "--vendor", "Anthropic"]);
    assert!(!paths.is_empty() && paths.len() < 6, "{paths:?}");
}

#[test]
fn what_is_not_there_is_named_with_what_was_meant() {
    for (arguments, told) in [
        (["list", "--tool", "claude-cod"], "no tool `claude-cod`; did you mean `claude-code`?"),
        (["list", "--vendor", "Antropic"], "no vendor `Antropic`; did you mean `Anthropic`?"),
        (["list", "--kind", "trailers"], "it is one of trailer, line"),
        (["show", "acme/foter", "-q"], "did you mean `acme/footer`?"),
    ] {
        let finished = with(OWN, &arguments).expect(2);
        assert!(finished.err().contains(told), "{}", finished.all());
    }
}

#[test]
fn a_marker_is_shown_with_its_keys_and_its_verdict() {
    let shown = with(OWN, &["show", "claude-code/co-author"]).expect(0).out();
    for expected in [
        "tool        claude-code (Claude Code, Anthropic)",
        "['noreply@anthropic.com', 'claude@anthropic.com', 'claude-code@anthropic.com']",
        "- Co-authored-by: Ann Human <ann@example.org>",
        "reject (own.toml:5: claude-code = { verdict = \"reject\", reason = \"not approved\" })",
    ] {
        assert!(shown.contains(expected), "{expected:?} is missing from:\n{shown}");
    }
    let off = with(OWN, &["show", "cursor/config"]).expect(0).out();
    assert!(off.contains("off         our template repository has it"), "{off}");
    assert!(off.contains("added: warn (own.toml:3: default = \"warn\")"), "{off}");
    let shared = with(OWN, &["show", "unknown-ai/shared-config"]).expect(0).out();
    assert!(shared.contains("shared: record") && !shared.contains("added:"), "{shared}");
}

#[test]
fn a_tool_is_shown_with_all_its_markers() {
    let shown = with(OWN, &["show", "cursor"]).expect(0).out();
    assert!(shown.contains("Cursor, Anysphere"), "{shown}");
    assert!(shown.contains("cursor/config ") && shown.contains("off: our template"), "{shown}");
    let tool = json(&with(OWN, &["show", "acme", "--format", "json"]).expect(0));
    assert_eq!(tool["vendor"], "Acme");
    assert_eq!(tool["markers"][0]["hits"][0], "Made with Acme Coder 2.1");
    assert_eq!(tool["markers"][0]["policy"][0]["verdict"], "warn");
    assert_eq!(tool["markers"][0]["policy"][0]["because"], "own.toml:3");
}

#[test]
fn the_repository_that_it_is_run_in_has_a_layer() {
    let client = Client::alone();
    let layer = client.path().join(".git/provost/rules.toml");
    std::fs::create_dir(layer.parent().unwrap()).unwrap();
    std::fs::write(&layer, OWN).unwrap();
    let list = ["rules", "list", "--disabled", "--format", "json"];
    let run = client.sandbox().run(PROVOST, client.path()).args(list).ok();
    let rows = json(&run);
    assert_eq!(rows[0]["id"], "cursor/config", "{}", run.all());
    assert!(rows[0]["changed"].as_str().unwrap().ends_with("provost/rules.toml:24"));
    assert_eq!(json(&client.provost(&list)).as_array().unwrap().len(), 0, "isolated");
}

#[test]
fn rules_without_mistakes_pass() {
    let linted = with(OWN, &["lint", "--strict"]).expect(0);
    assert_eq!(linted.out(), "no errors, no warnings in 2 files\n");
    let built_in = Sandbox::new().provost("").args(["rules", "lint", "--strict"]).finish();
    assert_eq!(built_in.code, Some(0), "{}", built_in.all());
}

/// A marker of a tool of its own, with these lines.
fn marker(lines: &str) -> String {
    format!(
        "[[tool]]\nid = \"acme\"\nvendor = \"Acme\"\n[[tool.marker]]\nid = \"acme/x\"\n\
         confidence = \"strong\"\nsince = \"0.1\"\nsource = \"s\"\n{lines}\n"
    )
}

/// Lints a file; the lines of its problems.
fn problems(own: &str) -> (Option<i32>, Vec<String>) {
    let linted = with(own, &["lint", "--format", "json"]);
    let problems = json(&linted);
    let shown = |problem: &Value| {
        let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {}:{}:{} {} | {}",
            text("severity"),
            text("file"),
            problem["line"],
            problem["column"],
            text("message"),
            text("help")
        )
    };
    (linted.code, problems.as_array().unwrap().iter().map(shown).collect())
}

#[track_caller]
fn told(own: &str, severity: &str, place: &str, message: &str) {
    let (code, problems) = problems(own);
    let start = format!("{severity} own.toml:{place} ");
    let found = problems.iter().any(|line| line.starts_with(&start) && line.contains(message));
    assert!(found, "{start}{message:?} is missing from:\n{}\n{own}", problems.join("\n"));
    let errors = problems.iter().any(|line| line.starts_with("error"));
    assert_eq!(code, Some(i32::from(errors)), "{problems:?}");
}

const LINE: &str = "kind = \"line\"\nkeywords = [\"acme coder\"]\n";
const EXAMPLES: &str = "hits = [\"By Acme Coder\"]\nmisses = [\"By Acme\"]\n";

#[test]
fn examples_that_are_missing_or_fail_are_told_with_the_reason() {
    let line = format!("{LINE}pattern = '^by acme coder$'\n");
    told(&marker(&line), "warning", "4:1", "`acme/x` has no `hits`");
    told(&marker(&line), "warning", "4:1", "`acme/x` has no `misses`");
    let wrong = format!("{line}hits = [\"By Acme Coder\", \"By Acme Coder 2\"]\nmisses = [\"x\"]");
    told(&marker(&wrong), "error", "12:26", "does not match this example of it | its expression");
    let wrong = format!("{line}hits = [\"By Acme Coder\"]\nmisses = [\"x\", \"By Acme Coder\"]");
    told(&marker(&wrong), "error", "13:16", "`acme/x` matches what it must not");
    let key = "kind = \"trailer\"\nkeys = [\"made-by\"]\nemails = [\"bot@acme.example\"]\n\
               hits = [\"Made-by: A <bot@acme.example>\", \"Built-by: A <bot@acme.example>\"]\n\
               misses = [\"Made-by: A <a@acme.example>\"]";
    told(&marker(key), "error", "12:42", "the key `builtby` is none of its keys (madeby)");
}

/// A mistake hides neither the examples of other markers nor what they are told of.
#[test]
fn examples_fail_beside_mistakes() {
    let line = format!("{LINE}pattern = '^by acme coder$'\n");
    let wrong = marker(&format!("{line}hits = [\"By Acme\"]\nmisses = [\"x\"]"));
    let broken = "\n[[tool.marker]]\nid = \"acme/y\"\nkind = \"line\"\nconfidence = \"strong\"\n\
                  keywords = [\"acme\"]\npattern = '('\nhits = [\"y\"]\nmisses = [\"x\"]\n\
                  [policy]\nmode = \"enforced\"\n";
    let own = format!("{wrong}{broken}");
    told(&own, "error", "12:9", "`acme/x` does not match this example of it");
    told(&own, "error", "20:11", "`(` is not a regular expression");
    told(&own, "error", "24:8", "did you mean `enforce`?");
    let out = with(&own, &["lint", "own.toml"]).expect(1).out();
    assert!(!out.contains("`acme/y` does not match"), "{out}");
}

#[test]
fn a_change_that_breaks_an_example_of_a_weaker_layer_is_told_where_that_stands() {
    let own = "[[tool]]\nid = \"cursor\"\n[[tool.marker]]\nid = \"cursor/co-author\"\n\
               emails = [\"other@cursor.example\"]\n";
    let linted = with(own, &["lint", "own.toml"]).expect(1);
    let out = linted.out();
    assert!(out.contains("`cursor/co-author` does not match this example of it"), "{out}");
    assert!(out.contains("--> rules.toml:"), "{out}");
    assert!(out.contains("the marker is changed at own.toml:3"), "{out}");
}

#[test]
fn facts_that_can_not_be_meant_are_told() {
    let tool = |fact: &str| {
        format!("[[tool]]\nid = \"acme\"\nvendor = \"Acme\"\nsource = \"s\"\n{fact}\n")
    };
    for (fact, at, message) in [
        ("names = [\"Claude-Code\"]", "5:10", "a name of `claude-code` and of `acme`"),
        ("names = [\"AC\"]", "5:10", "the name `AC` is in many other words"),
        ("emails = [\"acme-bot\"]", "5:11", "`acme-bot` is no e-mail address"),
        ("logins = [\"bot@acme.example\"]", "5:11", "`bot@acme.example` is no login"),
        ("branches = [\"refs/heads/acme/**\"]", "5:13", "is a full ref name"),
    ] {
        told(&tool(fact), "warning", at, message);
    }
}

#[test]
fn facts_without_a_source_are_told() {
    let bare = marker(&format!("{LINE}pattern = '^by acme coder$'\n{EXAMPLES}"))
        .replace("since = \"0.1\"\nsource = \"s\"\n", "");
    told(&bare, "warning", "5:1", "`acme/x` has no `source`");
    told(&bare, "warning", "5:1", "`acme/x` has no `since`");
    let empty = "[[tool]]\nid = \"acme\"\nvendor = \"Antropic\"\n";
    told(empty, "warning", "2:1", "the tool `acme` has no marker");
    told(empty, "warning", "3:1", "the vendor `Antropic` is written `Anthropic` elsewhere");
    let off = "[[tool]]\nid = \"cursor\"\n[[tool.marker]]\nid = \"cursor/config\"\ndisabled = \"\"\n\
               [policy.tools]\n\"cursor/config\" = \"warn\"\n";
    told(off, "warning", "5:12", "`cursor/config` is switched off without a reason");
    told(off, "warning", "7:1", "`cursor/config` is switched off, so this line decides nothing");
}

#[test]
fn markers_that_match_too_much_are_told() {
    let open = format!("{LINE}pattern = 'acme coder'\n{EXAMPLES}");
    let mention = "also matches a sentence that only mentions it: `We looked at acme coder";
    told(&marker(&open), "warning", "11:1", mention);
    let all = format!("{LINE}pattern = '^.+$'\n{EXAMPLES}");
    told(&marker(&all), "error", "11:11", "an expression of `acme/x` matches every text");
    let empty = format!("{LINE}pattern = '^by.*|$'\n{EXAMPLES}");
    told(&marker(&empty), "error", "11:11", "matches an empty text");
    let path =
        "kind = \"path\"\npaths = [\".acme\", \"docs/**\"]\nhits = [\".acme\"]\nmisses = [\"x\"]";
    told(&marker(path), "warning", "10:19", "also matches an ordinary path: `docs/index.md`");
    let bare = "kind = \"path\"\npaths = [\"**/*\", \"*.md\"]\nhits = [\"a\"]\nmisses = [\"x\"]";
    told(&marker(bare), "error", "10:10", "`**/*` of `acme/x` matches nearly every path");
    told(&marker(bare), "warning", "10:18", "`acme/x` also matches an ordinary path: `README.md`");
    let extension = "kind = \"path\"\npaths = [\"*.acme\"]\nhits = [\"a.acme\"]\nmisses = [\"x\"]";
    told(&marker(extension), "warning", "10:10", "matches every file of this extension");
    let name = "kind = \"identity\"\nkeywords = [\"claude\"]\nnames = ['^claude']\n\
                hits = [\"Claude 4 <a@b.example>\"]\nmisses = [\"x\"]";
    told(&marker(name), "warning", "10:1", "also matches a person: `Claude Paroz <");
}

#[test]
fn literals_that_can_match_nothing_are_told() {
    let trailer = |keys: &str| {
        marker(&format!("kind = \"trailer\"\n{keys}\nhits = [\"x\"]\nmisses = [\"y\"]"))
    };
    let domain = trailer("emails = [\"@acme.example\"]");
    told(&domain, "error", "10:11", "`@acme.example` is not a whole address");
    let login = trailer("logins = [\"1+acme\"]");
    told(&login, "error", "10:11", "`1+acme` is not a login");
    let key = trailer("keys = [\"作者\"]\nvalue = '^acme$'");
    told(&key, "error", "10:9", "no line has the key `作者`");
    let mailbox = trailer("emails = [\"acme.bot@gmail.com\"]");
    told(&mailbox, "warning", "10:11", "is an address that a person may have");
}

#[test]
fn markers_that_claim_the_same_are_told() {
    let second = |id: &str, lines: &str| {
        format!(
            "[[tool.marker]]\nid = \"acme/{id}\"\nsince = \"0.1\"\nsource = \"s\"\n\
             kind = \"trailer\"\n{lines}\nmisses = [\"Co-authored-by: A <a@b.example>\"]\n"
        )
    };
    let hit = "hits = [\"Co-authored-by: A <bot@acme.example>\"]";
    let first = marker(&format!(
        "kind = \"trailer\"\nemails = [\"bot@acme.example\"]\n{hit}\nmisses = [\"x\"]"
    ));
    let twin = second(
        "y",
        &format!(
            "confidence = \"strong\"\nemails = [\"new@acme.example\", \"bot@acme.example\"]\n{hit}"
        ),
    );
    let message = "`bot@acme.example` is also claimed by `acme/x` | it stands at own.toml:10 too";
    told(&format!("{first}{twin}"), "warning", "19:31", message);
    let shadowed = second(
        "y",
        &format!(
            "confidence = \"weak\"\nkeys = [\"co-authored-by\"]\nemails = [\"bot@acme.example\"]\n{hit}"
        ),
    );
    let own = format!("{first}{shadowed}");
    told(&own, "warning", "14:1", "`acme/y` can never win | `acme/x` claims all that it claims");
    told(&own, "warning", "21:1", "`acme/y` never wins in its own examples");
    let twice = marker(
        "kind = \"path\"\npaths = [\".acme\", \".acme\"]\nhits = [\".acme\"]\nmisses = [\"x\"]",
    );
    told(&twice, "warning", "10:19", "`.acme` stands twice in `paths`");
}

#[test]
fn mistakes_and_hints_are_shown_together_and_with_carets() {
    let own = format!("[policy]\ndefualt = \"warn\"\n{}", marker(&format!("{LINE}pattern = '('")));
    let linted = with(&own, &["lint"]).expect(1);
    let out = linted.out();
    for expected in [
        "error: unknown key `defualt` in [policy]",
        "help: did you mean `default`?",
        "error: `(` is not a regular expression",
        "--> own.toml:13:11",
        "13 | pattern = '('",
        "   |           ^^^",
        "2 errors, ",
    ] {
        assert!(out.contains(expected), "{expected:?} is missing from:\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "{out}");
    let colored = with(&own, &["lint", "--color", "always"]).expect(1);
    assert!(colored.out().contains('\u{1b}'), "{}", colored.out());
}

#[test]
fn a_file_is_linted_in_the_place_of_the_layer_of_its_path() {
    let sandbox = Sandbox::new();
    sandbox.write("own.toml", OWN);
    let draft = sandbox.write("draft.toml", OWN.replace("disabled = ", "disable = "));
    let lint = |rules: &str, file: &str| {
        sandbox.provost("").args(["--rules", rules, "rules", "lint", file]).finish()
    };
    lint("own.toml", "own.toml").expect(0);
    lint("own.toml", sandbox.path("own.toml").to_str().unwrap()).expect(0);
    let linted = lint("own.toml", draft.to_str().unwrap()).expect(1);
    assert!(linted.out().contains("did you mean `disabled`?"), "{}", linted.all());
    assert!(linted.out().contains("1 error, no warnings in 1 file"), "{}", linted.all());
    // What the layers in force do wrong is not the file's.
    let linted = lint("draft.toml", "own.toml").expect(0);
    assert_eq!(linted.out(), "no errors, no warnings in 1 file\n");
    lint("own.toml", "no-such.toml").expect(2);
    sandbox.write("bytes.toml", b"a = \"\xff\"");
    lint("own.toml", "bytes.toml").expect(2);
}
