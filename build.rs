//! Writes the built-in rules as the hooks read them: `rules.toml` without what only people
//! and tests need (examples, sources, remarks), which is most of it. Every line and column
//! stays where it was, so that places name the real file. Beside it the same as it is parsed,
//! in the form that src/document/shape.rs describes.

// The format is shared with the reader.
#[path = "src/document/shape.rs"]
mod shape;

use std::ops::Range;
use std::path::Path;
use std::{env, fs};

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of a marker or model that decide nothing.
const IDLE: [&str; 4] = ["hits", "misses", "source", "about"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=rules.toml");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/document/shape.rs");
    let text = fs::read_to_string("rules.toml")?;
    let mut out = text.clone().into_bytes();
    let mut parsed = Parsed::default();
    // A file that can't be parsed goes through as it is: a test says what is wrong.
    if let Ok(root) = DeTable::parse(&text) {
        blank(root.get_ref(), &mut out);
        parsed.head(shape::TABLE, 0..0);
        parsed.table(root.get_ref());
    }
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=PROVOST_RULES_SHA256={digest}");
    let folder = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(Path::new(&folder).join("rules.toml"), out)?;
    fs::write(Path::new(&folder).join("rules.bin"), parsed.shape)?;
    fs::write(Path::new(&folder).join("rules.txt"), parsed.texts)?;
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

/// What src/document/encoded.rs reads.
#[derive(Default)]
struct Parsed {
    shape: Vec<u8>,
    texts: String,
}

impl Parsed {
    fn number(&mut self, number: usize) {
        shape::write_number(number, &mut self.shape);
    }

    fn string(&mut self, text: &str) {
        self.number(text.len());
        self.texts.push_str(text);
    }

    fn span(&mut self, span: Range<usize>) {
        self.number(span.start);
        self.number(span.len());
    }

    fn head(&mut self, kind: u8, span: Range<usize>) {
        self.shape.push(kind);
        self.span(span);
    }

    fn table(&mut self, table: &DeTable<'_>) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.retain(|(key, _)| !IDLE.contains(&key.get_ref().as_ref()));
        entries.sort_by(|(a, _), (b, _)| a.get_ref().cmp(b.get_ref()));
        self.number(entries.len());
        for (key, value) in entries {
            self.string(key.get_ref());
            self.span(key.span());
            let mut inner = Self::default();
            inner.node(value);
            self.number(inner.shape.len());
            self.number(inner.texts.len());
            self.shape.extend(inner.shape);
            self.texts.push_str(&inner.texts);
        }
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>) {
        let mut text = |kind, text: &str| {
            self.head(kind, value.span());
            self.string(text);
        };
        match value.get_ref() {
            DeValue::String(it) => text(shape::STRING, it),
            DeValue::Integer(it) => match i64::from_str_radix(it.as_str(), it.radix()) {
                Ok(number) => text(shape::INTEGER, &number.to_string()),
                Err(_) => text(shape::OTHER, it.as_str()),
            },
            DeValue::Float(it) => text(shape::OTHER, it.as_str()),
            DeValue::Datetime(it) => text(shape::OTHER, &it.to_string()),
            DeValue::Boolean(it) => {
                let kind = if *it { shape::TRUE } else { shape::FALSE };
                self.head(kind, value.span());
            }
            DeValue::Array(items) => {
                self.head(shape::ARRAY, value.span());
                self.number(items.len());
                items.iter().for_each(|item| self.node(item));
            }
            DeValue::Table(inner) => {
                self.head(shape::TABLE, value.span());
                self.table(inner);
            }
        }
    }
}
