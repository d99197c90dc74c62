//! The markers that the facts of a tool stand for.
//!
//! A tool's block says what is true of the tool: its names and pages, its addresses and logins,
//! its files and branches. How a tool is credited, and what of it may stand in a commit, is the
//! same for all tools, so these markers are written here, once, and made of each block when
//! layers are read. A layer that has a marker of the same id changes the one that is made.

use super::nodes::{as_text, fill_in, id_of};
use super::tool::Tool;
use super::{fact_examples, former};
use crate::document::{Fields, Node, Place, Table, Value};
use crate::finding::{Confidence, Kind, Marker};
use crate::marker::{FormOf, Spec};
use crate::text::WordEnum;

/// The keys of a tool that are facts.
pub(super) const KEYS: [&str; 13] = [
    "names",
    "ambiguous",
    "people",
    "urls",
    "staff",
    "emails",
    "logins",
    "weak-emails",
    "weak-logins",
    "paths",
    "weak-paths",
    "branches",
    "actions",
];

/// What a marker is made of.
enum From {
    /// Names and pages, in a form that all tools share.
    Names(&'static str),
    /// Addresses and logins: the keys of a tool that list them.
    Addresses([&'static str; 2]),
    /// A list of another kind: its key, and the key of the marker that takes it.
    List(&'static str, &'static str, fn(&[&str]) -> Vec<String>),
}

/// A marker that is made.
struct Made {
    name: &'static str,
    kind: &'static str,
    confidence: &'static str,
    from: From,
    /// The keys of credit lines under which it counts; empty for those of its kind.
    credit_keys: &'static [&'static str],
    since: &'static str,
}

/// The version of the catalogue in which tools had such markers of their own.
const FIRST: &str = "0.1";
/// The one that brought forms: what only these find is as new.
const FORMS: &str = crate::marker::FORMS_SINCE;

const REVIEWS: &[&str] = &["reviewed-by", "acked-by", "tested-by"];
const ALL_SIGN_OFFS: &[&str] = &["signed-off-by", "reviewed-by", "acked-by", "tested-by"];
const AGENT: [&str; 2] = ["emails", "logins"];
const WEAK: [&str; 2] = ["weak-emails", "weak-logins"];

const fn made(
    name: &'static str,
    kind: &'static str,
    confidence: &'static str,
    from: From,
) -> Made {
    Made { name, kind, confidence, from, credit_keys: &[], since: FIRST }
}

const fn form(
    name: &'static str,
    kind: &'static str,
    confidence: &'static str,
    form: &'static str,
) -> Made {
    made(name, kind, confidence, From::Names(form))
}

const fn signed(
    name: &'static str,
    confidence: &'static str,
    keys: [&'static str; 2],
    credit_keys: &'static [&'static str],
) -> Made {
    Made { credit_keys, ..made(name, "sign-off", confidence, From::Addresses(keys)) }
}

/// All markers that are made of facts.
const MADE: [Made; 16] = [
    form("credit", "trailer", "strong", "credit"),
    form("possible-credit", "trailer", "weak", "possible-credit"),
    form("generated-with", "line", "strong", "attribution"),
    form("possible-attribution", "line", "weak", "possible-attribution"),
    Made { since: FORMS, ..form("agent-name", "identity", "weak", "name") },
    made("co-author", "trailer", "strong", From::Addresses(AGENT)),
    made("identity", "identity", "strong", From::Addresses(AGENT)),
    // Linux kernel, Documentation/process/coding-assistants.rst: agents must not sign off.
    signed("sign-off", "strong", AGENT, &["signed-off-by"]),
    // A review is not authorship.
    signed("review", "weak", AGENT, REVIEWS),
    made("possible-co-author", "trailer", "weak", From::Addresses(WEAK)),
    made("possible-identity", "identity", "weak", From::Addresses(WEAK)),
    signed("possible-sign-off", "weak", WEAK, ALL_SIGN_OFFS),
    // A sign that the tool is set up here, not that it wrote the commit.
    made("config", "path", "strong", From::List("paths", "paths", as_written)),
    made("possible-config", "path", "weak", From::List("weak-paths", "paths", as_written)),
    made("branch", "ref", "weak", From::List("branches", "refs", branches)),
    Made { since: FORMS, ..made("workflow", "path", "weak", From::List("actions", "has", uses)) },
];

fn as_written(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// Branches as a ref marker names them.
fn branches(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("refs/heads/{name}")).collect()
}

/// What a workflow says that runs one of some actions of GitHub.
fn uses(actions: &[&str]) -> Vec<String> {
    let actions: Vec<String> = actions.iter().map(|action| regex::escape(action)).collect();
    vec![format!("^uses = (?:{})(?:/[^@\\s]+)?@\\S+", actions.join("|"))]
}

/// Where workflows stand.
const WORKFLOWS: [&str; 2] = [".github/workflows/*.yml", ".github/workflows/*.yaml"];

/// How much is written of the markers that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What is judged by: no examples.
    Judged,
    /// Nor what is made of names and addresses: of the built-in rules alone that is made where
    /// they are read ([`by_names_and_addresses`]), because a start costs more than most pushes.
    Lists,
}

/// Writes the markers that facts stand for into merged layers.
pub fn expand(root: &mut Node, extent: Extent) {
    let Value::Table(root) = &mut root.value else { return };
    if let Some((_, policy)) = root.get_mut("policy") {
        former::rename_lines(policy);
    }
    let Some((_, Node { value: Value::Array(tools), .. })) = root.get_mut("tool") else { return };
    for tool in tools {
        if let Value::Table(tool) = &mut tool.value {
            expand_tool(tool, extent);
        }
    }
}

fn expand_tool(tool: &mut Table, extent: Extent) {
    let Some((id_place, id)) = tool.get("id").cloned() else { return };
    let Value::String(id) = id.value else { return };
    if let Some((_, Node { value: Value::Array(markers), .. })) = tool.get_mut("marker") {
        former::rename_markers(markers);
    }
    let made: Vec<Node> = MADE.iter().filter_map(|made| made.of(tool, &id, extent)).collect();
    if made.is_empty() {
        return;
    }
    if !tool.contains_key("marker") {
        let empty = Node { value: Value::Array(Vec::new()), place: id_place.clone() };
        tool.insert("marker".into(), (id_place, empty));
    }
    let Some((_, Node { value: Value::Array(markers), .. })) = tool.get_mut("marker") else {
        return;
    };
    for new in made {
        match markers.iter_mut().find(|known| id_of(known) == id_of(&new)) {
            Some(known) => fill(known, new),
            None => markers.push(new),
        }
    }
}

impl Made {
    /// The marker as a table, of what a tool's block says; `None` where that is nothing.
    fn of(&self, tool: &Table, id: &str, extent: Extent) -> Option<Node> {
        let entries = |keys: &[&'static str]| -> Vec<(&'static str, (Place, Node))> {
            let of = |key: &&'static str| Some((*key, tool.get(key)?.clone()));
            keys.iter().filter_map(of).collect()
        };
        let (mut keys, facts) = match &self.from {
            From::Names(_) | From::Addresses(_) if extent == Extent::Lists => return None,
            // Names are read once for all forms: here it is told where they stand.
            From::Names(form) => {
                let of = |keys: &[&'static str]| keys.iter().find_map(|key| tool.get(key));
                let named = of(&["names", "ambiguous", "people"]);
                // A page alone is credited for sure, or not at all.
                let is_sure = matches!(*form, "credit" | "attribution");
                let (place, _) = named.or_else(|| of(&["urls"]).filter(|_| is_sure))?;
                let form = string((*form).to_owned(), place);
                (Vec::new(), vec![("form", (place.clone(), form))])
            }
            From::Addresses(keys) => {
                let facts = entries(keys);
                let rename = |(key, entry): (&'static str, _)| {
                    (key.strip_prefix("weak-").unwrap_or(key), entry)
                };
                (Vec::new(), facts.into_iter().map(rename).collect())
            }
            From::List(key, to, as_marker) => {
                let mut facts = entries(&[key]);
                for (key, (_, list)) in &mut facts {
                    *key = to;
                    let Value::Array(items) = &mut list.value else { continue };
                    let texts: Vec<&str> = items.iter().filter_map(as_text).collect();
                    // Where one becomes one, each keeps its place.
                    let new = as_marker(&texts);
                    let places = items.iter().map(|item| item.place.clone()).collect::<Vec<_>>();
                    let new = new.into_iter().zip(places);
                    *items = new.map(|(text, place)| string(text, &place)).collect();
                }
                (Vec::new(), facts)
            }
        };
        // What a layer says of a fact, it says of all that is made of it.
        let of_layer = facts.iter().find(|(_, (place, _))| !place.source.built_in);
        let place = of_layer.or(facts.first()).map(|(_, (place, _))| place.clone())?;
        let text = |text: &str| string(text.to_owned(), &place);
        if self.name == "workflow" {
            keys.push(("structure", text("yaml")));
            keys.push(("paths", strings(&WORKFLOWS, &place)));
        }
        if !self.credit_keys.is_empty() {
            keys.push(("keys", strings(self.credit_keys, &place)));
        }
        keys.push(("id", text(&format!("{id}/{}", self.name))));
        keys.push(("kind", text(self.kind)));
        keys.push(("confidence", text(self.confidence)));
        match tool.get("since") {
            Some((_, since)) => keys.push(("since", since.clone())),
            // A pin holds for the built-in layer, not for what administrators add.
            None if place.source.built_in => keys.push(("since", text(self.since))),
            None => {}
        }
        if extent == Extent::Whole {
            let (hits, misses) = fact_examples::examples(self.name, tool);
            keys.push(("hits", strings(&hits, &place)));
            keys.push(("misses", strings(&misses, &place)));
        }
        match tool.get("source").or_else(|| tool.get("urls")).map(|(_, node)| node) {
            Some(Node { value: Value::Array(urls), .. }) => {
                keys.extend(urls.first().map(|url| ("source", url.clone())));
            }
            source => keys.extend(source.map(|source| ("source", source.clone()))),
        }
        let keys = keys.into_iter().map(|(key, node)| (key.into(), (place.clone(), node)));
        let facts = facts.into_iter().map(|(key, entry)| (key.into(), entry));
        let table: Table = keys.chain(facts).collect();
        Some(Node { value: Value::Table(table), place: place.clone() })
    }
}

/// The markers that a tool of the built-in rules has by its names and addresses: what a finding
/// carries of each, what it looks for, and where what it is made of stands.
pub(super) fn by_names_and_addresses<'n>(
    tool: &Tool,
    fields: &mut Fields<'n>,
) -> Vec<(Marker, Spec, &'n Place)> {
    let since = fields.string("since");
    let mut all = Vec::new();
    for made in &MADE {
        let Some(kind) = Kind::from_word(made.kind) else { continue };
        let mut first = |keys: &[&'static str]| {
            let key = keys.iter().find(|key| fields.node(key).is_some());
            key.map(|key| fields.place_of(key))
        };
        let (place, spec) = match &made.from {
            From::Names(form) => {
                let named = first(&["names", "ambiguous", "people"]);
                let is_sure = matches!(*form, "credit" | "attribution");
                let place = named.or_else(|| first(&["urls"]).filter(|_| is_sure));
                (place, FormOf::from_word(form).and_then(|form| Spec::of_form(kind, form)))
            }
            From::Addresses(keys) => {
                let place = first(keys);
                let mut list = |key| fields.strings(key).into_iter().map(|(it, _)| it).collect();
                let [emails, logins] = *keys;
                let listed: [Vec<&str>; 2] = [list(emails), list(logins)];
                (place, Spec::of_addresses(kind, made.credit_keys, listed))
            }
            From::List(..) => continue,
        };
        let (Some(place), Some(spec)) = (place, spec) else { continue };
        let Some(confidence) = Confidence::from_word(made.confidence) else { continue };
        let marker = Marker {
            id: [&tool.id, "/", made.name].concat(),
            tool: tool.id.clone(),
            tool_name: tool.name.clone(),
            vendor: tool.vendor.clone(),
            kind,
            confidence,
            since: since.unwrap_or(made.since).to_owned(),
        };
        all.push((marker, spec, place));
    }
    all
}

/// Gives a marker that a layer has written the keys that it does not say itself. One that says
/// what it looks for is no change of the one that is made.
fn fill(known: &mut Node, made: Node) {
    let Value::Table(table) = &known.value else { return };
    if !table.contains_key("kind") {
        fill_in(known, made);
    }
}

fn string(text: String, place: &Place) -> Node {
    Node { value: Value::String(text.into()), place: place.clone() }
}

fn strings(all: &[impl AsRef<str>], place: &Place) -> Node {
    let items = all.iter().map(|text| string(text.as_ref().to_owned(), place)).collect();
    Node { value: Value::Array(items), place: place.clone() }
}
