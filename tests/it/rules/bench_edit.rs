//! `provost rules disable`, `set` and `add`: changes to an administrator's file that keep
//! what is his, and are written only when they hold.

use std::fs;

use super::bench::OWN;
use crate::support::{Client, Finished, Sandbox, marked};

struct Desk {
    sandbox: Sandbox,
}

impl Desk {
    fn new(own: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("own.toml", own);
        Self { sandbox }
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        let rules = ["--rules", "own.toml", "rules"];
        self.sandbox.provost("").args(rules).args(arguments).finish()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.sandbox.path("own.toml")).unwrap()
    }

    /// A command that must be refused, with the file as it was.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], told: &str) {
        let before = self.text();
        let finished = self.run(arguments).expect(2);
        assert!(finished.err().contains(told), "{told:?} is missing from {}", finished.all());
        assert_eq!(self.text(), before, "{arguments:?}");
        let left = fs::read_dir(self.sandbox.path("")).unwrap().count();
        assert_eq!(left, 2, "only the home directory and the file");
    }
}

#[test]
fn a_marker_is_switched_off_and_on_with_the_comments_kept() {
    let desk = Desk::new(OWN);
    let reason = "we write \"Claude\" in CI";
    let shown = desk.run(&["disable", "claude-code/config", "--reason", reason]).expect(0);
    let added = "\n[[tool]]\nid = \"claude-code\"\n\n[[tool.marker]]\n\
                 id = \"claude-code/config\"\ndisabled = 'we write \"Claude\" in CI'\n";
    assert_eq!(desk.text(), format!("{OWN}{added}"));
    assert!(shown.out().contains("+ id = \"claude-code/config\""), "{}", shown.all());
    let listed = desk.run(&["list", "--disabled"]).expect(0).out();
    assert!(listed.contains("2 markers of 2 tools") && listed.contains(reason), "{listed}");
    let again = desk.run(&["disable", "claude-code/config", "--reason", reason]).expect(0);
    assert!(again.out().contains("is off for this reason already"));
    desk.run(&["disable", "cursor/config", "--reason", "other"]).expect(0);
    assert!(desk.text().contains("disabled = \"other\"\n"), "{}", desk.text());
    desk.run(&["set", "cursor/config", "--unset", "disabled"]).expect(0);
    let listed = desk.run(&["list", "--disabled"]).expect(0).out();
    assert!(listed.contains("1 marker of 1 tool"), "{listed}");
    assert!(desk.text().starts_with("# Our rules.\n"));
}

#[test]
fn a_tool_is_switched_off_as_a_whole() {
    let desk = Desk::new("");
    desk.run(&["disable", "tabnine", "--reason", "approved"]).expect(0);
    let all = desk.run(&["list", "--tool", "tabnine"]).expect(0).out();
    let off = desk.run(&["list", "--tool", "tabnine", "--disabled"]).expect(0).out();
    let count = |text: &str| text.matches("\n  tabnine/").count();
    assert!(count(&all) > 0 && count(&all) == count(&off), "{all}{off}");
    desk.run(&["lint", "--strict"]).expect(0);
}

#[test]
fn keys_are_set_where_they_stand() {
    let own = OWN.replace("confidence = \"strong\"\n", "confidence = \"strong\" # for now\n");
    let desk = Desk::new(&own);
    desk.run(&["set", "acme/footer", "confidence=weak", "since=0.2"]).expect(0);
    let expected = own
        .replace("\"strong\" # for now", "\"weak\" # for now")
        .replace("since = \"0.1\"", "since = \"0.2\"");
    assert_eq!(desk.text(), expected);
    desk.run(&["set", "acme/footer", r"pattern=^made with acme coder \d+[\d.]*$"]).expect(0);
    assert!(desk.text().contains("pattern = '^made with acme coder \\d+[\\d.]*$'\n"));
    desk.run(&["set", "acme", "name=Acme Coder"]).expect(0);
    assert!(desk.text().contains("vendor = \"Acme\"\nname = \"Acme Coder\"\n"), "{}", desk.text());
    let listed = desk.run(&["show", "acme/footer"]).expect(0).out();
    assert!(listed.contains("confidence  weak") && listed.contains("Acme Coder, Acme"), "{listed}");
    let same = desk.run(&["set", "acme/footer", "confidence=weak"]).expect(0);
    assert!(same.out().contains("own.toml says so already"), "{}", same.all());
}

#[test]
fn what_would_break_the_rules_is_not_written() {
    let desk = Desk::new(OWN);
    desk.refuses(&["set", "acme/footer", "confidence=week"], "did you mean `weak`?");
    desk.refuses(&["set", "acme/footer", "confidnece=weak"], "unknown key `confidnece`");
    desk.refuses(&["set", "acme/footer", "pattern=("], "is not a regular expression");
    desk.refuses(&["set", "acme/footer", "pattern=^made by"], "does not match this example of it");
    desk.refuses(&["set", "acme/footer", "pattern=acme"], "matches what it must not");
    desk.refuses(&["set", "cursor/co-author", "emails=a@b.example"], "rules.toml:");
    desk.refuses(&["set", "acme/footer", "id=acme/other"], "can't be changed");
    desk.refuses(&["set", "acme/footer", "confidence"], "is not KEY=VALUE");
    desk.refuses(&["set", "acme/footer", "--unset", "about"], "does not set `about`");
    desk.refuses(&["set", "acme/foter", "since=1"], "did you mean `acme/footer`?");
    desk.refuses(&["disable", "cursr/config", "--reason", "x"], "did you mean `cursor/config`?");
    desk.refuses(&["disable", "cursor/config", "--reason", ""], "--reason");
    let finished = desk.run(&["set", "acme/footer", "confidence=week"]).expect(2);
    assert!(finished.err().contains("own.toml:14:14") && finished.err().contains("^^^^^^"));
    assert!(finished.err().contains("Nothing was written."));
}

#[test]
fn a_file_that_is_broken_or_written_otherwise_is_left_alone() {
    let desk = Desk::new("[policy\n");
    desk.refuses(&["disable", "cursor/config", "--reason", "x"], "own.toml:1");
    let inline = "tool = [{ id = \"cursor\", name = \"Cursor\" }]\n";
    let desk = Desk::new(inline);
    desk.refuses(&["disable", "cursor/config", "--reason", "x"], "not written as [[tool]] tables");
}

#[test]
fn the_file_is_chosen_as_it_is_told() {
    let desk = Desk::new(OWN);
    let draft = desk.sandbox.path("new.toml");
    let file = ["disable", "cursor/branch", "--reason", "x", "--file", "new.toml"];
    let finished = desk.run(&file).expect(0);
    assert!(finished.err().contains("new.toml is not in force here"), "{}", finished.all());
    assert_eq!(desk.text(), OWN);
    let text = fs::read_to_string(&draft).unwrap();
    assert!(text.starts_with("[[tool]]\nid = \"cursor\"\n\n[[tool.marker]]\n"), "{text}");
    // The last of --rules is the strongest, and the one that is changed.
    let both = ["--rules", "own.toml", "--rules", "new.toml", "rules", "set", "cursor/config"];
    desk.sandbox.provost("").args(both).arg("since=0.3").ok();
    assert!(fs::read_to_string(&draft).unwrap().contains("since = \"0.3\""));
    assert_eq!(desk.text(), OWN);
    let none = ["rules", "disable", "cursor/config", "--reason", "x"];
    let finished = desk.sandbox.provost("").args(none).finish().expect(2);
    assert!(finished.err().contains("Name it by --file or --rules."), "{}", finished.all());
    let away = ["set", "cursor/config", "since=1", "--file", "no/such/dir.toml"];
    let finished = desk.run(&away).expect(2);
    assert!(finished.err().contains("cannot write no/such/dir.toml"), "{}", finished.all());
}

/// The lines that `add` proposes.
fn proposed(arguments: &[&str]) -> String {
    let desk = Desk::new("");
    let rules = ["add", "--tool", "acme", "--vendor", "Acme", "--source", "a ticket"];
    let finished = desk.run(&[&rules, arguments].concat()).expect(0);
    assert!(finished.err().contains("nothing was written"), "{}", finished.all());
    assert_eq!(desk.text(), "");
    let lines = finished.out();
    lines
        .lines()
        .filter_map(|line| line.strip_prefix("+ "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_tightest_marker_is_proposed() {
    for (example, expected) in [
        (
            "Co-authored-by: Acme Bot <Bot@Acme.example>",
            &["id = \"acme/co-author\"", "kind = \"trailer\"", "emails = [\"bot@acme.example\"]"][..],
        ),
        (
            "Co-authored-by: Acme <123+acme-bot[bot]@users.noreply.github.com>",
            &["id = \"acme/co-author\"", "logins = [\"acme-bot[bot]\"]"],
        ),
        (
            "Signed-off-by: Acme <bot@acme.example>",
            &[
                "kind = \"sign-off\"",
                "keys = [\"signed-off-by\"]",
                "emails = [\"bot@acme.example\"]",
            ],
        ),
        (
            "Acme-Session: https://acme.example/s/session_01ABCDEFGH",
            &[
                "id = \"acme/acme-session\"",
                "keys = [\"acme-session\"]",
                r"value = '^https://acme\.example/s/session_[\w-]+$'",
            ],
        ),
        (
            "Assisted-by: Acme Coder 3.1",
            &["keywords = [\"acme coder\"]", r"names = ['Acme\s+Coder\s+\d+(?:\.\d+)*']"],
        ),
        (
            "🤖 Made with [Acme Coder](https://acme.example) 2.1",
            &[
                "id = \"acme/footer\"",
                "keywords = [\"made with [acme\"]",
                r"\[Acme\s+Coder\]\(https://acme\.example\)\s+\d+(?:\.\d+)*\W{0,4}$'",
            ],
        ),
        (
            "Acme Bot <bot@acme.example>",
            &["id = \"acme/identity\"", "kind = \"identity\"", "emails = [\"bot@acme.example\"]"],
        ),
        (".acme/settings.json", &["id = \"acme/config\"", "paths = [\"**/.acme/settings.json\"]"]),
        ("tools/acme.yml", &["paths = [\"/tools/acme.yml\"]"]),
        ("refs/heads/acme/fix-1", &["confidence = \"weak\"", "refs = [\"refs/heads/acme/**\"]"]),
        ("refs/heads/acme-fix-123", &["refs = [\"refs/heads/acme-fix-*\"]"]),
    ] {
        let text = proposed(&[example]);
        for line in expected {
            assert!(text.contains(line), "{example}: {line} is missing from:\n{text}");
        }
        assert!(
            text.contains("source = \"a ticket\"") && text.contains("vendor = \"Acme\""),
            "{text}"
        );
    }
    let comment = proposed(&["--kind", "content", "// Written by Acme Coder"]);
    assert!(comment.contains("kind = \"content\""), "{comment}");
    let weak = proposed(&["--confidence", "weak", "Co-authored-by: A <bot@acme.example>"]);
    assert!(weak.contains("confidence = \"weak\""), "{weak}");
    let name = proposed(&["Co-authored-by: Devon"]);
    assert!(name.contains("confidence = \"weak\""), "{name}");
}

#[test]
fn a_proposed_marker_finds_its_example_and_nothing_near() {
    let desk = Desk::new(OWN);
    let add = ["add", "--tool", "acme", "--source", "a ticket", "--write"];
    let co_author = "Co-authored-by: Acme <bot@acme.example>";
    desk.run(&[&add[..], &[co_author]].concat()).expect(0);
    desk.run(&[&add[..], &[".acme/settings.json"]].concat()).expect(0);
    desk.run(&[&add[..], &["Built by Acme in 12 seconds"]].concat()).expect(0);
    assert!(desk.text().starts_with(&OWN[..OWN.find("\n[[tool]]\nid = \"cursor\"").unwrap()]));
    assert!(desk.text().contains("id = \"acme/footer-2\""), "{}", desk.text());
    desk.run(&["lint", "--strict"]).expect(0);
    desk.run(&["test"]).expect(0);
    let again =
        desk.run(&[&add[..], &["Assisted-by: Other <bot@acme.example>"]].concat()).expect(0);
    assert!(again.out().contains("`acme/co-author` finds this already"), "{}", again.all());

    let client = Client::init(&desk.sandbox, "work", &[]);
    client.commit("first").create();
    client.commit(format!("second\n\n{co_author}\n")).create();
    client.commit("third\n\nCo-authored-by: Acme <ann@acme.example>\n").create();
    let own = desk.sandbox.path("own.toml");
    let check = ["--rules", own.to_str().unwrap(), "check", "--format", "jsonl", "HEAD"];
    let out = client.provost(&check).expect(0).out();
    assert_eq!(out.matches("\"marker\":\"acme/co-author\"").count(), 1, "{out}");
    assert!(out.contains(&client.id("HEAD~1")), "{out}");
}

#[test]
fn a_note_gives_a_marker_for_its_ref_and_format() {
    let desk = Desk::new(OWN);
    let add = ["add", "--tool", "acme", "--source", "a ticket", "--write"];
    let note = "refs/notes/acme\nAI-Tool: Acme Coder\nAI-Model: acme-2";
    desk.run(&[&add[..], &[note]].concat()).expect(0);
    for line in ["id = 'acme/note'", "refs = ['refs/notes/acme']", "format = 'headers'"] {
        assert!(desk.text().replace('"', "'").contains(line), "{}", desk.text());
    }
    desk.run(&["test"]).expect(0);
    desk.run(&["lint", "--strict"]).expect(0);
    let again = desk.run(&[&add[..], &[note]].concat()).expect(0);
    assert!(again.out().contains("`acme/note` finds this already"), "{}", again.all());
}

#[test]
fn a_disguised_line_gives_the_marker_of_what_it_says() {
    let desk = Desk::new(OWN);
    let hidden = "C\u{43e}-authored-by: Acme <bot@acme.ex\u{200b}ample>";
    let add = ["add", "--tool", "acme", "--kind", "tamper", hidden, "--write"];
    let finished = desk.run(&add).expect(0);
    let told = finished.err();
    assert!(told.contains("it reads `Co-authored-by: Acme <bot@acme.example>`"), "{told}");
    assert!(desk.text().contains("bot@acme.example"), "{}", desk.text());
    let message = desk.sandbox.write("message", format!("x\n\n{hidden}\n"));
    let explained = desk.run(&["explain", "--message", message.to_str().unwrap()]).expect(0).out();
    assert!(explained.contains("tamper/look-alike"), "{explained}");
    assert!(explained.contains("acme/co-author"), "{explained}");
}

#[test]
fn what_else_it_would_find_in_history_is_shown() {
    let desk = Desk::new("");
    let client = Client::init(&desk.sandbox, "work", &[]);
    client.commit("first\n\nMade with Acme Coder 2.1\n").create();
    client.commit("second\n\n🤖 Made with Acme Coder 3\n").create();
    client.commit(format!("{}\nMade with Acme Coder 4\n", marked("third"))).create();
    client.commit("Say: Made with Acme Coder 5, no more").create();
    let add =
        ["add", "--tool", "acme", "--vendor", "Acme", "Made with Acme Coder 2.1", "--in", "work"];
    let finished = desk.run(&add).expect(0);
    let out = finished.out();
    assert!(out.starts_with("in 4 commits of history: 3 hits, 2 newly rejected\n"), "{out}");
    assert!(out.contains(&format!("{}  acme/footer in message line 3\n", client.short("HEAD~2"))));
    assert!(out.contains("      \u{1f916} Made with Acme Coder 3\n"), "{out}");
    assert_eq!(desk.text(), "");
    let path = ["add", "--tool", "acme", "--vendor", "Acme", ".acme/x", "--in", "work"];
    let out = desk.run(&path).expect(0).out();
    assert!(out.starts_with("in 4 commits of history it finds nothing\n"), "{out}");
    let gone =
        ["add", "--tool", "acme", "--vendor", "Acme", "--write", ".acme/x", "--in", "nowhere"];
    desk.run(&gone).expect(2);
    assert_eq!(desk.text(), "", "nothing is written when history could not be read");
}

#[test]
fn what_can_not_be_proposed_is_told() {
    let desk = Desk::new(OWN);
    desk.refuses(&["add", "Made with Nobody"], "does not say which tool");
    desk.refuses(&["add", "--tool", "acmee", "Made with It"], "did you mean `acme`?");
    desk.refuses(&["add", "--tool", "acme", "12 34"], "there is no word to go by");
    desk.refuses(&["add", "--tool", "acme", "--kind", "identity", "Acme"], "has an address");
    desk.refuses(&["add", "--tool", "acme", "--kind", "note", "x"], "the full name of its ref");
    let person = "refs/notes/acme\nsrc/a.rs\n  h_0123456789abcd 1\n---\n{}";
    desk.refuses(&["add", "--tool", "acme", person], "does this note name an AI");
    desk.refuses(&["add", "--tool", "acme", "refs/notes/acme"], "says nothing; add a line feed");
    desk.refuses(&["add", "--tool", "acme", "--kind", "tamper", "Made with It"], "disguised");
    desk.refuses(&["add", "--tool", "acme", "two\nlines"], "must be one line");
    desk.refuses(&["add", "--tool", "acme", "refs/heads/123"], "nothing that is the tool's own");
    let known = desk.run(&["add", "Co-authored-by: X <noreply@anthropic.com>"]).expect(0);
    assert!(known.out().contains("`claude-code/co-author` finds this already"), "{}", known.all());
    let named = desk.run(&["add", "Paired with Claude Code today"]).expect(0);
    assert!(named.out().contains("id = \"claude-code/footer\""), "{}", named.all());
    // What matches ordinary things is proposed, with a warning.
    let wide = desk.run(&["add", "--tool", "acme", "README.md"]).expect(0);
    assert!(wide.err().contains("also matches an ordinary path: `README.md`"), "{}", wide.all());
}
