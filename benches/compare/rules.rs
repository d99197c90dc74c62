//! Rules files: the catalogue with more markers, with fewer, without some kinds.

use std::fmt::Write;

use provost::config::BUILT_IN;
use toml::{Table, Value};
use toml_edit::{DocumentMut, Item};

use crate::Failure;

/// What a scan leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Without {
    /// What the contents of files say, as `provost audit --without content`.
    Content,
    /// Paths too, as `provost audit --without path`.
    Trees,
}

/// Rules that switch markers off, to be laid over the built-in ones: in a hook there is no
/// `--without`.
pub(crate) fn without(what: Without) -> Result<String, Failure> {
    let left_out = |marker: &Table| match marker.get("kind").and_then(Value::as_str) {
        Some("content") => true,
        // Without paths it is found by the structure of the whole file.
        Some("path") => what == Without::Trees || !marker.contains_key("paths"),
        _ => false,
    };
    let mut out = String::new();
    for (tool, markers) in catalogue()? {
        let ids = markers.iter().filter(|marker| left_out(marker)).map(id);
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            continue;
        }
        writeln!(out, "[[tool]]\nid = \"{tool}\"")?;
        for id in ids {
            writeln!(out, "[[tool.marker]]\nid = \"{id}\"\ndisabled = \"left out\"")?;
        }
    }
    Ok(out)
}

/// The content markers: id and expression.
pub(crate) fn content_markers() -> Result<Vec<(String, String)>, Failure> {
    let markers = catalogue()?.into_iter().flat_map(|(_, markers)| markers);
    let of_content = markers.filter(|it| it.get("kind").and_then(Value::as_str) == Some("content"));
    let of_content = of_content.filter_map(|marker| {
        Some((id(&marker).to_owned(), marker.get("pattern")?.as_str()?.to_owned()))
    });
    Ok(of_content.collect())
}

/// The built-in rules with so many markers and no models.
pub(crate) fn few(count: usize) -> Result<String, Failure> {
    let mut root: DocumentMut = BUILT_IN.parse()?;
    root.remove("model");
    let tools = root.get_mut("tool").and_then(Item::as_array_of_tables_mut);
    let tools = tools.ok_or("the catalogue has no tools")?;
    // One of each tool, so that they are of several kinds.
    let mut seen = 0;
    tools.retain(|_| {
        seen += 1;
        seen <= count
    });
    for tool in tools.iter_mut() {
        if let Some(markers) = tool.get_mut("marker").and_then(Item::as_array_of_tables_mut) {
            let mut first = true;
            markers.retain(|_| std::mem::take(&mut first));
        }
    }
    Ok(root.to_string())
}

/// The built-in rules with so many markers more.
pub(crate) fn built_in_and(count: usize) -> String {
    format!("{BUILT_IN}\n{}", more(count))
}

/// So many markers, of kinds in about the shares that they have in the catalogue, each
/// with literals of its own.
pub(crate) fn more(count: usize) -> String {
    const EACH_TOOL: usize = 10;
    let mut out = String::new();
    for number in 0..count {
        let (vendor, tool) = (number / (EACH_TOOL * 5), number / EACH_TOOL);
        let id = format!("bench-tool-{tool}");
        if number % EACH_TOOL == 0 {
            let _ = writeln!(out, "[[tool]]\nid = \"{id}\"\nname = \"Bench Tool {tool}\"");
            let _ = writeln!(out, "vendor = \"Bench Vendor {vendor}\"");
        }
        let word = format!("benchword{number}");
        let (kind, keys) = match number % 100 {
            0..33 => ("trailer", format!("emails = [\"{word}@vendor{vendor}.test\"]")),
            33..54 => ("sign-off", format!("emails = [\"{word}@vendor{vendor}.test\"]")),
            54..74 => ("identity", format!("logins = [\"{word}[bot]\", \"{word}-agent\"]")),
            74..87 => ("path", format!("paths = [\"**/.{word}/settings.json\", \"/{word}.md\"]")),
            87..93 => (
                "line",
                format!("keywords = [\"{word}\"]\npattern = '^(?:generated|made) with {word}$'"),
            ),
            93..97 => ("ref", format!("refs = [\"refs/heads/{word}/**\"]")),
            _ => (
                "content",
                format!("keywords = [\"{word}\"]\npattern = '^(?:generated|written) by {word}$'"),
            ),
        };
        let confidence = if kind == "ref" { "weak" } else { "strong" };
        let _ = writeln!(
            out,
            "[[tool.marker]]\nid = \"{id}/{word}\"\nkind = \"{kind}\"\n\
             confidence = \"{confidence}\"\nsince = \"0.1\"\nsource = \"made up\"\n{keys}"
        );
    }
    out
}

/// The tools of the catalogue with their markers.
fn catalogue() -> Result<Vec<(String, Vec<Table>)>, Failure> {
    let root: Table = BUILT_IN.parse()?;
    let tables = |value: Option<&Value>| -> Vec<Table> {
        let items = value.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_table).cloned().collect()
    };
    let tools = tables(root.get("tool")).into_iter();
    Ok(tools.map(|tool| (id(&tool).to_owned(), tables(tool.get("marker")))).collect())
}

fn id(table: &Table) -> &str {
    table.get("id").and_then(Value::as_str).unwrap_or_default()
}
