//! Reading `[policy]`.

use std::collections::BTreeMap;

use super::disclosure::Disclosure;
use super::exemption::{Exemption, Suspension};
use super::globs::Globs;
use super::kind_keys::{path_use_key, plain_kind_keys};
use super::lock::KEYS;
use super::people::People;
use super::placed::{Placed, PlacedVerdict};
use super::schedule::Schedule;
use super::scope::Scope;
use super::settings::{Kinds, Line, Settings, Subject, Version};
use super::texts::{Texts, check_template};
use super::{Bypass, Policy};
use crate::document::{Fields, Node, Place, Problem, Value};
use crate::finding::{Kind, PathUse};
use crate::text::WordEnum;

impl Policy {
    /// Reads the `policy` table of the merged configuration; problems go to the fields'
    /// reader.
    #[must_use]
    pub fn read(root: &mut Fields<'_>) -> Self {
        let mut policy = Self::default();
        let reader = root.reader();
        let Some(node) = root.node("policy") else {
            let problem = Problem::new(root.place(), "there is no [policy]");
            reader.report(problem.help("a policy needs at least a `default`"));
            return policy;
        };
        let Some(mut fields) = reader.fields(node, "[policy]") else {
            return policy;
        };
        policy.base = Settings::read(&mut fields);
        policy.hiding = Globs::read_refs(&mut fields, "hiding-refs");
        policy.hides_more = fields.entries().contains_key("hiding-refs");
        policy.groups = read_groups(&mut fields);
        policy.last_good = fields.boolean("fall-back-to-last-good");
        let reactions = [("reject", false), ("accept", true)];
        let accepts = fields.word("on-error", &reactions) == Some(true);
        policy.on_error = accepts.then(|| fields.place_of("on-error").clone());
        let locked = fields.strings("locked").into_iter();
        policy.locked = locked.map(|(key, place)| (key.to_owned(), place.clone())).collect();
        for (key, place) in &policy.locked {
            let first = key.split('.').next().unwrap_or_default();
            if !KEYS.contains(&first) {
                let problem = Problem::new(place, format!("`{key}` can't be locked"));
                reader.report(problem.help(format!("known here: {}", KEYS.join(", "))));
            }
        }
        for node in fields.tables("scope") {
            let scope = reader.fields(node, "a scope").and_then(Scope::read);
            policy.scopes.extend(scope);
        }
        for node in fields.tables("exemption") {
            let exemption = reader.fields(node, "an exemption").and_then(Exemption::read);
            policy.exemptions.extend(exemption);
        }
        for node in fields.tables("suspension") {
            let suspension = reader.fields(node, "a suspension").and_then(Suspension::read);
            policy.suspensions.extend(suspension);
        }
        fields.finish();
        policy
    }
}

/// `[policy.groups]`: groups of pushers, for platforms that tell none.
fn read_groups(fields: &mut Fields<'_>) -> BTreeMap<String, Vec<String>> {
    let mut groups = BTreeMap::new();
    let reader = fields.reader();
    let Some(node) = fields.node("groups") else { return groups };
    let Some(table) = reader.fields(node, "[policy.groups]") else { return groups };
    for (name, (place, node)) in table.entries().iter() {
        let Value::Array(items) = &node.value else {
            let message = format!("the group `{name}` must be an array of logins");
            reader.report(Problem::new(place, message));
            continue;
        };
        let mut logins = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                Value::String(login) => logins.push(login.to_string()),
                other => {
                    let message = format!("a login must be a string, not {}", other.kind());
                    reader.report(Problem::new(&item.place, message));
                }
            }
        }
        groups.insert(name.to_owned(), logins);
    }
    groups
}

impl Settings {
    /// Reads the keys that `[policy]` and a scope have in common.
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let reader = fields.reader();
        let mode = Schedule::read(fields);
        let mode = mode.map(|value| Placed { value, place: fields.place_of("mode").clone() });
        let contact = fields.string("contact").map(str::to_owned);
        let mut settings = Self {
            mode,
            default: verdict(fields, "default"),
            unknown: verdict(fields, "unknown"),
            catalogue: read_pin(fields),
            contact: contact
                .map(|value| Placed { value, place: fields.place_of("contact").clone() }),
            bypass: Bypass::read(fields).map(|(value, place)| Placed { value, place }),
            texts: Texts::read(fields),
            ..Self::default()
        };
        if let Some(node) = fields.node("kinds")
            && let Some(mut kinds) = reader.fields(node, "[policy.kinds]")
        {
            settings.kinds = read_kinds(&mut kinds);
            kinds.finish();
        }
        if let Some(node) = fields.node("tools")
            && let Some(tools) = reader.fields(node, "[policy.tools]")
        {
            for (name, (place, node)) in tools.entries().iter() {
                if let Some((subject, line)) = read_line(&tools, name, place, node) {
                    settings.lines.insert(subject, line);
                }
            }
        }
        if let Some(node) = fields.node("disclosure")
            && let Some(mut disclosure) = reader.fields(node, "[policy.disclosure]")
        {
            settings.disclosure = Disclosure::read(&mut disclosure);
            disclosure.finish();
        }
        if let Some(node) = fields.node("people")
            && let Some(mut people) = reader.fields(node, "[policy.people]")
        {
            settings.people = People::read(&mut people);
            people.finish();
        }
        settings
    }
}

fn read_pin(fields: &mut Fields<'_>) -> Option<Placed<Version>> {
    let text = fields.string("catalogue")?;
    let place = fields.place_of_value("catalogue");
    let version = Version::parse(text);
    if version.is_none() {
        let problem = Problem::new(place, format!("`{text}` is no version of the catalogue"));
        fields.reader().report(problem.help("write catalogue = \"0.1\""));
    }
    version.map(|value| Placed { value, place: place.clone() })
}

fn read_line(
    tools: &Fields<'_>,
    name: &str,
    place: &Place,
    node: &Node,
) -> Option<(Subject, Line)> {
    let subject = match name.split_once(':') {
        Some(("vendor", vendor)) => Subject::Vendor(vendor.to_owned()),
        Some(("model", model)) => Subject::Model(model.to_lowercase()),
        Some(("model-vendor", vendor)) => Subject::ModelVendor(vendor.to_owned()),
        Some(_) => {
            let message = format!("`{name}` is neither a tool nor a marker");
            let help = "others are written vendor:NAME, model:NAME or model-vendor:NAME";
            tools.reader().report(Problem::new(place, message).help(help));
            return None;
        }
        None if name.contains('/') => Subject::Marker(name.to_owned()),
        None => Subject::Tool(name.to_owned()),
    };
    let mut line = Line::default();
    if let Value::Table(_) = node.value {
        let mut fields = tools.reader().fields(node, "a policy line")?;
        line.verdict = verdict(&mut fields, "verdict");
        line.reason = fields.string("reason").map(str::to_owned);
        line.text = fields.string("text").map(str::to_owned);
        if let Some(text) = &line.text {
            check_template(&fields, "text", text);
        }
        line.kinds = read_kinds(&mut fields);
        fields.finish();
    } else {
        let said = tools.one_of_at(node, &format!("the verdict of `{name}`"));
        line.verdict = said.map(|value| PlacedVerdict { value, place: place.clone() });
    }
    Some((subject, line))
}

fn verdict(fields: &mut Fields<'_>, key: &'static str) -> Option<PlacedVerdict> {
    let value = fields.one_of(key)?;
    Some(PlacedVerdict { value, place: fields.place_of(key).clone() })
}

fn read_kinds(fields: &mut Fields<'_>) -> Kinds {
    let mut kinds = Kinds::new();
    for key in plain_kind_keys() {
        kinds.extend(verdict(fields, key).map(|said| (key, said)));
    }
    let reader = fields.reader();
    let Some(node) = fields.node(Kind::Path.word()) else {
        return kinds;
    };
    if let Value::Table(_) = node.value {
        let Some(mut path) = reader.fields(node, "`path`") else {
            return kinds;
        };
        for path_use in PathUse::all() {
            let said = verdict(&mut path, path_use.word());
            kinds.extend(said.map(|said| (path_use_key(*path_use), said)));
        }
        path.finish();
    } else if let Some(said) = verdict(fields, Kind::Path.word()) {
        kinds.extend(PathUse::all().iter().map(|it| (path_use_key(*it), said.clone())));
    }
    kinds
}
