//! Writes the built-in rules as the hooks read them: `rules.toml` without what only people
//! and tests need (examples, sources, remarks), which is most of it. Every line and column
//! stays where it was, so that places name the real file.

use std::path::Path;
use std::{env, fs};

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

/// The keys of a marker or model that decide nothing.
const IDLE: [&str; 4] = ["hits", "misses", "source", "about"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=rules.toml");
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string("rules.toml")?;
    let mut out = text.clone().into_bytes();
    // A file that can't be parsed goes through as it is: a test says what is wrong.
    if let Ok(root) = DeTable::parse(&text) {
        blank(root.get_ref(), &mut out);
    }
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=PROVOST_RULES_SHA256={digest}");
    let folder = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(Path::new(&folder).join("rules.toml"), out)?;
    Ok(())
}

fn blank(table: &DeTable<'_>, out: &mut [u8]) {
    for (key, value) in table {
        if IDLE.contains(&key.get_ref().as_ref()) {
            let bytes = out.get_mut(key.span().start..value.span().end).unwrap_or_default();
            for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
            continue;
        }
        match value.get_ref() {
            DeValue::Table(inner) => blank(inner, out),
            DeValue::Array(items) => {
                for item in items.iter() {
                    if let DeValue::Table(inner) = item.get_ref() {
                        blank(inner, out);
                    }
                }
            }
            _ => {}
        }
    }
}
