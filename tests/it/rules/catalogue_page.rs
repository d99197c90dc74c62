//! `docs/catalogue.md` is made from the built-in rules; this fails when it is stale.
//!
//! To make it again: `UPDATE_DOCS=1 cargo test --test it rules::catalogue_page`.

use std::fmt::Write as _;
use std::path::Path;

use provost::config::{self, Config, Layers};
use provost::finding::Kind;
use provost::rules::entries::{self, Entry, Written};
use provost::text::WordEnum;

const HEAD: &str = "\
# The catalogue

Made from `rules.toml`; do not edit it here. What each tool leaves in Git data, as far as it
is known and was seen in public: its facts, the markers that are made of them
([rules.md](rules.md#a-tool-is-a-set-of-facts) tells what these find), and special ones.
`provost rules show ID` tells more of a marker: what it looks for, and its examples.

**Strong** marks are left by this tool alone. **Weak** ones are shared with others, are left
where the tool did not write the commit (an accepted review suggestion, bookkeeping), or
rest on an address that people made up. Branch names are always weak.

## How far this goes

Some tools never sign what they write. They are recognised by what they do leave, and by
nothing else:

| tool | what can be seen | what can't |
| --- | --- | --- |
| Tabnine | its configuration files | anything in a commit: it writes no credit line, identity or session line |
| Kite | `.kiteignore`, which another tool shares; so weak | everything else; it wrote nothing to commits, and is discontinued |
| Windsurf | its configuration files; addresses that people configure for it | completions and edits without such an address |
| Zed | `.rules` (shared), and one agent address | its editor settings say nothing of AI |
| Bolt | its `.bolt` directory | its commits carry no mark of their own |
| Copilot, Cursor, Codex in an editor | credit lines and agent identities, where their settings write them | completions and chats, and everything after attribution was switched off |

A mark that is absent proves nothing.

";

fn page(config: &Config) -> String {
    let mut page = HEAD.to_owned();
    let rules = &config.rules;
    let markers = |kind: Kind| rules.rules.iter().filter(|r| r.marker.kind == kind).count();
    writeln!(page, "## In numbers\n").unwrap();
    writeln!(
        page,
        "{} tools, {} markers, version {}.\n",
        rules.tools.len(),
        rules.rules.len(),
        rules.version
    )
    .unwrap();
    writeln!(page, "| kind | markers |\n| --- | ---: |").unwrap();
    for &kind in Kind::all() {
        writeln!(page, "| {kind} | {} |", markers(kind)).unwrap();
    }
    writeln!(page, "\n## Tools").unwrap();
    let entries = entries::markers(&config.merged);
    for tool in entries::tools(&config.merged) {
        let (id, name, vendor) = (tool.text("id"), tool.text("name"), tool.text("vendor"));
        writeln!(page, "\n### {name} (`{id}`)\n\nBy {vendor}.\n").unwrap();
        let of_tool: Vec<_> = entries.iter().filter(|it| it.tool.text("id") == id).collect();
        facts(&mut page, tool);
        let (made, own): (Vec<&Entry<'_>>, Vec<_>) = of_tool.iter().partition(|it| it.is_made());
        if !made.is_empty() {
            let short = |it: &&Entry<'_>| {
                let name = it.id().split_once('/').map_or("", |(_, name)| name);
                format!("`{name}`")
            };
            let names: Vec<String> = made.iter().map(short).collect();
            writeln!(page, "- Markers made of these facts: {}", names.join(", ")).unwrap();
        }
        if !own.is_empty() {
            writeln!(page, "\n| marker | kind | confidence | since | seen in |").unwrap();
            writeln!(page, "| --- | --- | --- | --- | --- |").unwrap();
        }
        for it in own {
            let text = |key| it.marker.text(key);
            let source = text("source").replace('|', "\\|");
            let (kind, confidence, since) = (text("kind"), text("confidence"), text("since"));
            let marker = it.id();
            writeln!(page, "| `{marker}` | {kind} | {confidence} | {since} | {source} |").unwrap();
        }
    }
    page
}

/// The facts of a tool as a list.
fn facts(page: &mut String, tool: Written<'_>) {
    for (key, said) in [
        ("names", "Names"),
        ("ambiguous", "Names that are also words or other software"),
        ("people", "Names that people have too"),
        ("urls", "Pages"),
        ("emails", "Addresses"),
        ("logins", "Logins"),
        ("weak-emails", "Addresses, weak"),
        ("weak-logins", "Logins, weak"),
        ("paths", "Files"),
        ("weak-paths", "Files, weak"),
        ("branches", "Branches"),
        ("actions", "GitHub actions"),
    ] {
        let list: Vec<String> =
            tool.list(key).iter().map(|(fact, _)| format!("`{fact}`")).collect();
        if !list.is_empty() {
            writeln!(page, "- {said}: {}", list.join(", ")).unwrap();
        }
    }
    let source = tool.text("source");
    if !source.is_empty() {
        writeln!(page, "- Seen in: {source}").unwrap();
    }
}

#[test]
fn the_catalogue_page_is_current() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    let made = page(&config);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/catalogue.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/catalogue.md is stale: UPDATE_DOCS=1 cargo test --test it rules::catalogue_page"
    );
}

#[test]
fn the_readme_gives_the_number_of_tools() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    let readme = include_str!("../../../README.md");
    let said = format!("what each of {} tools leaves", config.rules.tools.len());
    assert!(readme.contains(&said), "README.md does not say {said:?}");
}
