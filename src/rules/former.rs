//! Ids that markers had in earlier versions of the catalogue. Layers that name one mean the
//! marker that finds the same now.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::nodes::{fill_in, id_of};
use crate::document::{Node, Table, Value};

/// The former ids, each with the present one. The file holds nothing else, which a test knows.
static FORMER: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("former.toml")).unwrap_or_default());

/// The present id of a marker that had another one; empty for one that is gone.
#[must_use]
pub fn present_id(former: &str) -> Option<&'static str> {
    FORMER.get(former).map(String::as_str)
}

/// Gives the markers of a tool that a layer names by former ids their present ones.
pub(super) fn rename_markers(markers: &mut Vec<Node>) {
    let mut renamed: Vec<Node> = Vec::new();
    markers.retain_mut(|marker| {
        let Value::Table(table) = &mut marker.value else { return true };
        // What says what it looks for is a marker beside it.
        if table.contains_key("kind") {
            return true;
        }
        let Some((_, Node { value: Value::String(id), .. })) = table.get_mut("id") else {
            return true;
        };
        let Some(present) = present_id(id) else { return true };
        if !present.is_empty() {
            *id = present.into();
            renamed.push(marker.clone());
        }
        false
    });
    for new in renamed {
        let id = id_of(&new).map(str::to_owned);
        match markers.iter_mut().find(|known| id_of(known) == id.as_deref()) {
            Some(known) => fill_in(known, new),
            None => markers.push(new),
        }
    }
}

/// Gives the lines of a policy that name markers by former ids their present ones.
pub(super) fn rename_lines(policy: &mut Node) {
    let Value::Table(policy) = &mut policy.value else { return };
    if let Some((_, tools)) = policy.get_mut("tools") {
        rename_keys(tools);
    }
    if let Some((_, Node { value: Value::Array(locked), .. })) = policy.get_mut("locked") {
        for key in locked {
            let Value::String(key) = &mut key.value else { continue };
            let id = key.strip_prefix("tools.").unwrap_or_default();
            if let Some(present) = present_id(id.trim_matches('"')).filter(|it| !it.is_empty()) {
                *key = format!("tools.{present}").into();
            }
        }
    }
    if let Some((_, Node { value: Value::Array(scopes), .. })) = policy.get_mut("scope") {
        for scope in scopes {
            let Value::Table(scope) = &mut scope.value else { continue };
            if let Some((_, tools)) = scope.get_mut("tools") {
                rename_keys(tools);
            }
        }
    }
}

fn rename_keys(tools: &mut Node) {
    let Value::Table(table) = &mut tools.value else { return };
    if !table.iter().any(|(key, _)| key.contains('/') && present_id(key).is_some()) {
        return;
    }
    let mut renamed = Table::default();
    // A line on the present id wins over one on a former id.
    for (key, entry) in table.iter().filter(|(key, _)| present_id(key).is_some()) {
        let key = present_id(key).unwrap_or(key).to_owned();
        if !key.is_empty() {
            renamed.insert(key.into(), entry.clone());
        }
    }
    for (key, entry) in table.iter().filter(|(key, _)| present_id(key).is_none()) {
        renamed.insert(key.to_owned().into(), entry.clone());
    }
    *table = renamed;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_former_id_has_a_present_one_of_the_same_tool() {
        let all: HashMap<String, String> = toml::from_str(include_str!("former.toml")).unwrap();
        assert!(all.len() > 100);
        for (former, present) in all.iter().filter(|(_, present)| !present.is_empty()) {
            assert_eq!(former.split_once('/').unwrap().0, present.split_once('/').unwrap().0);
            assert!(!all.contains_key(present), "{former} leads to {present}, which is gone too");
        }
    }
}
