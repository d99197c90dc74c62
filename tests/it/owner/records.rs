//! Exports without people, of records that name them in every field.

use serde_json::{Map, Value, json};

use super::super::support::Sandbox;

/// What must not be in an export, in lower case.
const NAMES: [&str; 7] =
    ["lin", "wei", "marisol", "quintero", "compiler", "toolsmiths", "example.org"];

/// A text that names people, in all spellings.
const TEXT: &str = "Wei, Lin asked lin.wei and LIN-WEI; wei_lin (Lin Wei <lin.wei@example.org>) \
    wrote lin.wei%40example.org and &lt;lin.wei&#64;example.org&gt; to Quintero, Marisol \
    of Compiler Toolsmiths at refs/heads/users/lin.wei/x; LinWei, marisol_quintero";

/// A value for each property that the schema of records has, with names in each text.
fn filled(schema: &Value, all: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return filled(all.pointer(pointer).unwrap(), all);
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(ways) = schema[any].as_array() {
            let way = ways.iter().find(|way| way["type"] != "null").unwrap();
            return filled(way, all);
        }
    }
    if let Some(value) = schema.get("const").filter(|value| !value.is_string()) {
        return value.clone();
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let is = |kind: &str| kinds.iter().any(|known| known == kind);
    if is("string") || schema.get("enum").is_some() || schema.get("const").is_some() {
        json!(TEXT)
    } else if is("array") {
        json!([filled(&schema["items"], all)])
    } else if is("object") {
        let properties = schema["properties"].as_object().unwrap();
        let fields = properties.iter().map(|(key, value)| (key.clone(), filled(value, all)));
        Value::Object(fields.collect::<Map<_, _>>())
    } else if is("number") {
        json!(1.5)
    } else if is("boolean") {
        json!(true)
    } else {
        json!(1)
    }
}

fn texts(value: &Value) -> usize {
    match value {
        Value::String(text) => usize::from(text == TEXT),
        Value::Array(items) => items.iter().map(texts).sum(),
        Value::Object(fields) => fields.values().map(texts).sum(),
        _ => 0,
    }
}

#[test]
fn an_export_names_no_person_in_any_field() {
    let sandbox = Sandbox::new();
    let schema = include_str!("../../../docs/log-schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let full = filled(&schema, &schema);
    assert!(texts(&full) > 45, "{full:#}");
    // Every field of a record is in the schema, so that a new one is here too.
    let read: provost::log::Record = serde_json::from_value(full.clone()).unwrap();
    assert!(serde_json::to_value(&read).unwrap() == full, "docs/log-schema.json is not whole");
    // Who they are stands in another record.
    let other = json!({
        "pusher": "lin.wei",
        "groups": ["compiler-toolsmiths"],
        "findings": [{"excerpt": "Reviewed-by: Marisol Quintero <mq@example.org>"}],
    });
    let log = sandbox.write("log.jsonl", format!("{full}\n{other}\n"));
    let text = std::fs::read_to_string(&log).unwrap().to_lowercase();
    assert!(NAMES.iter().all(|name| text.contains(name)));
    for format in ["json", "csv"] {
        for from in ["log.jsonl", "-"] {
            let export = ["log", "export", "--redact", "--format", format, from];
            let run = sandbox.provost("").args(export).input(text_of(&log)).ok();
            let shown = run.out().to_lowercase();
            for name in NAMES {
                let words = shown.split(|it: char| !it.is_alphanumeric());
                let found = words.filter(|word| word.contains(name)).collect::<Vec<_>>();
                // `wei` and `lin` are parts of other words.
                let found = found.iter().filter(|word| name.len() > 3 || **word == name).count();
                assert_eq!(found, 0, "{name} in {shown}");
            }
            assert!(shown.contains("person-") && shown.contains("address-"), "{shown}");
            assert!(shown.contains("group-"), "{shown}");
        }
    }
}

fn text_of(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
