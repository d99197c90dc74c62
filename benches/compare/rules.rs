//! Rules files: the catalogue with more markers, with fewer, without some kinds.

use provost::config::BUILT_IN;
use toml_edit::{DocumentMut, Item, Table};

fn catalogue() -> DocumentMut {
    BUILT_IN.parse().expect("the catalogue")
}

fn tables<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    table.get(key).and_then(Item::as_array_of_tables).into_iter().flatten()
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Item::as_str).unwrap_or_default()
}

/// Rules that switch off markers that look at contents of files, and those that look at paths too
/// where `without_paths`; to be laid over the built-in ones, as a hook has no `--without`.
pub(crate) fn without_content(without_paths: bool) -> String {
    let mut out = String::new();
    for tool in tables(&catalogue(), "tool") {
        out.push_str(&format!("[[tool]]\nid = \"{}\"\n", text(tool, "id")));
        for marker in tables(tool, "marker") {
            let kind = text(marker, "kind");
            // Without paths it is found by the structure of the whole file.
            let is_by_path = kind == "path" && (without_paths || !marker.contains_key("paths"));
            if kind == "content" || is_by_path {
                let id = text(marker, "id");
                out.push_str(&format!("[[tool.marker]]\nid = \"{id}\"\ndisabled = \"left out\"\n"));
            }
        }
    }
    out
}

/// The content markers: id and expression.
pub(crate) fn content_markers() -> Vec<(String, String)> {
    let of = |marker: &Table| {
        let is_content = text(marker, "kind") == "content";
        is_content.then(|| (text(marker, "id").to_owned(), text(marker, "pattern").to_owned()))
    };
    tables(&catalogue(), "tool").flat_map(|tool| tables(tool, "marker")).filter_map(of).collect()
}

/// The built-in rules with the first marker of each of some tools, and no models.
pub(crate) fn few(count: usize) -> String {
    let mut root = catalogue();
    root.remove("model");
    let tools = root.get_mut("tool").and_then(Item::as_array_of_tables_mut).expect("tools");
    while tools.len() > count {
        tools.remove(count);
    }
    for tool in tools.iter_mut() {
        let markers = tool.get_mut("marker").and_then(Item::as_array_of_tables_mut);
        markers.into_iter().for_each(|markers| {
            while markers.len() > 1 {
                markers.remove(1);
            }
        });
    }
    root.to_string()
}

/// Kinds of markers with keys, and below which of a hundred numbers a marker is of it: in about the
/// shares that they have in the catalogue.
const KINDS: [(usize, &str, &str); 7] = [
    (33, "trailer", "emails = [\"WORD@vendor.test\"]"),
    (54, "sign-off", "emails = [\"WORD@vendor.test\"]"),
    (74, "identity", "logins = [\"WORD[bot]\", \"WORD-agent\"]"),
    (87, "path", "paths = [\"**/.WORD/settings.json\", \"/WORD.md\"]"),
    (93, "line", "keywords = [\"WORD\"]\npattern = '^(?:generated|made) with WORD$'"),
    (97, "ref", "refs = [\"refs/heads/WORD/**\"]"),
    (100, "content", "keywords = [\"WORD\"]\npattern = '^(?:generated|written) by WORD$'"),
];

/// Markers of ten to a tool, each with other literals.
pub(crate) fn more(count: usize) -> String {
    let mut out = String::new();
    for number in 0..count {
        let (tool, word) = (format!("bench-tool-{}", number / 10), format!("benchword{number}"));
        if number % 10 == 0 {
            let vendor = format!("Bench Vendor {}", number / 50);
            out.push_str(&format!(
                "[[tool]]\nid = \"{tool}\"\nname = \"{tool}\"\nvendor = \"{vendor}\"\n"
            ));
        }
        let kind = KINDS.iter().find(|(below, ..)| number % 100 < *below);
        let (_, kind, keys) = kind.expect("a kind for each number");
        let confidence = if *kind == "ref" { "weak" } else { "strong" };
        out.push_str(&format!(
            "[[tool.marker]]\nid = \"{tool}/{word}\"\nkind = \"{kind}\"\nsince = \"0.1\"\n\
             confidence = \"{confidence}\"\nsource = \"made up\"\n{}\n",
            keys.replace("WORD", &word)
        ));
    }
    out
}
