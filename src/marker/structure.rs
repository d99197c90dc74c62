//! The structure of a whole file, for `path` markers: what a configuration file says,
//! whatever its name is.
//!
//! A file is read as its format into lines `key.key = value`; a marker says which lines
//! must be there and which may be. So a file that only quotes such a structure, a document
//! or a test say, is none. Broken and huge files are none either: a line names all keys above
//! its value, so a file of a few kilobytes may have lines of many megabytes, and only files with
//! few such bytes are a tool's configuration. A file is read once for all markers.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value as Json;
use toml::Value as Toml;

use super::pattern::Pattern;
use crate::document::Fields;
use crate::text::WordEnum;
use crate::text::escape::lossy;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
enum Format {
    /// One JSON object; comments and commas at the end are allowed, as editors do.
    Json,
    /// One TOML document.
    Toml,
    /// Lines `key: value`; nesting is not looked at.
    Yaml,
    /// The YAML between two lines `---` at the top.
    FrontMatter,
    /// The first lines that are not empty; `has` must match them one by one.
    Text,
}

impl WordEnum for Format {}

/// Configuration files are smaller.
const LARGEST: usize = 256 << 10;
/// And have fewer lines.
const MOST_LINES: usize = 4000;
/// And fewer bytes in these, where each line names the keys above its value.
const MOST_BYTES: usize = 1 << 20;

/// What a file must be to have a structure.
#[derive(Debug)]
pub(super) struct Structure {
    format: Format,
    /// Each matches some line.
    has: Vec<Pattern>,
    /// Every line matches one of these; any line does when there are none.
    only: Vec<Pattern>,
}

impl Structure {
    /// Reads `structure`, `has` and `only`; `None` when there is no structure.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let format = fields.one_of("structure");
        let mut patterns = |key| -> Vec<Pattern> {
            let texts = fields.strings(key);
            texts.iter().filter_map(|(text, place)| Pattern::read(fields, text, place)).collect()
        };
        let (has, only) = (patterns("has"), patterns("only"));
        let format = format?;
        if has.is_empty() {
            let problem = "a structure needs `has`: expressions for lines that must be there";
            fields.reader().report(crate::document::Problem::new(fields.place(), problem));
            return None;
        }
        Some(Self { format, has, only })
    }

    /// Its expressions, for comparing markers.
    pub(super) fn sources(&self) -> impl Iterator<Item = &str> {
        self.has.iter().chain(&self.only).map(Pattern::source)
    }

    /// Whether the file as a whole has this structure.
    pub(super) fn is_of(&self, file: &StructuredFile<'_>) -> bool {
        let Some(lines) = file.lines(self.format) else { return false };
        if self.format == Format::Text {
            let mut lines = lines.iter();
            return self.has.iter().all(|it| lines.next().is_some_and(|line| it.is_match(line)));
        }
        let allowed = |line: &String| self.only.iter().any(|it| it.is_match(line));
        !lines.is_empty()
            && (self.only.is_empty() || lines.iter().all(allowed))
            && self.has.iter().all(|it| lines.iter().any(|line| it.is_match(line)))
    }
}

/// A file that is read as the formats of structures, once as each.
pub struct StructuredFile<'f> {
    /// `None` of a file that is no tool's configuration because it is too large.
    text: Option<Cow<'f, str>>,
    by_format: [OnceCell<Option<Vec<String>>>; <Format as strum::VariantArray>::VARIANTS.len()],
}

impl<'f> StructuredFile<'f> {
    /// A file with this content.
    #[must_use]
    pub fn new(content: &'f [u8]) -> Self {
        let content = Some(content).filter(|content| content.len() <= LARGEST);
        let text = content
            .map(|content| lossy(content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content)));
        Self { text, by_format: Default::default() }
    }

    /// The file as lines; `None` when it is not of the format.
    fn lines(&self, format: Format) -> Option<&[String]> {
        let text = self.text.as_ref()?;
        let nth = Format::all().iter().position(|known| *known == format)?;
        self.by_format.get(nth)?.get_or_init(|| format.lines(text)).as_deref()
    }
}

impl Format {
    /// A text as lines; `None` when it is not of the format.
    fn lines(self, text: &str) -> Option<Vec<String>> {
        let mut lines = Lines::default();
        match self {
            Self::Json => {
                let value: Json = serde_json::from_str(&without_comments(text)).ok()?;
                value.is_object().then_some(())?;
                lines.json(&value);
            }
            Self::Toml => {
                let table: toml::Table = toml::from_str(text).ok()?;
                table.iter().for_each(|(key, value)| lines.under(key, |it| it.toml(value)));
            }
            Self::Yaml => {
                text.lines().take(MOST_LINES + 1).filter_map(yaml).for_each(|it| lines.push(it));
            }
            Self::FrontMatter => {
                let mut all = text.lines();
                (all.next()?.trim_end() == "---").then_some(())?;
                let mut closed = false;
                for line in all.take(60) {
                    closed = line.trim_end() == "---";
                    if closed {
                        break;
                    }
                    yaml(line).into_iter().for_each(|it| lines.push(it));
                }
                closed.then_some(())?;
            }
            Self::Text => {
                let full = text.lines().map(str::trim).filter(|line| !line.is_empty());
                full.take(MOST_LINES).for_each(|line| lines.push(line.to_owned()));
            }
        }
        (!lines.are_too_many()).then_some(lines.all)
    }
}

/// The lines of a document, and where in it the next one stands.
#[derive(Default)]
struct Lines {
    all: Vec<String>,
    bytes: usize,
    /// The keys above, with a full stop between them.
    path: String,
}

impl Lines {
    fn are_too_many(&self) -> bool {
        self.all.len() > MOST_LINES || self.bytes > MOST_BYTES
    }

    fn push(&mut self, line: String) {
        self.bytes = self.bytes.saturating_add(line.len());
        self.all.push(line);
    }

    /// Adds a value at the path.
    fn value(&mut self, value: &str) {
        self.push(line(&self.path, value));
    }

    /// Adds what is below a key, unless there are too many lines.
    fn under(&mut self, key: &str, add: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        // A path that is too long by itself makes the next line too long.
        if !self.are_too_many() {
            add(self);
        }
        self.path.truncate(length);
    }

    fn json(&mut self, value: &Json) {
        match value {
            _ if self.are_too_many() => {}
            Json::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(key, value)| self.under(key, |it| it.json(value)));
            }
            Json::Array(items) if !items.is_empty() => items.iter().for_each(|it| self.json(it)),
            Json::String(text) => self.value(text),
            other => self.value(&other.to_string()),
        }
    }

    fn toml(&mut self, value: &Toml) {
        match value {
            _ if self.are_too_many() => {}
            Toml::Table(map) => {
                map.iter().for_each(|(key, value)| self.under(key, |it| it.toml(value)));
            }
            Toml::Array(items) if !items.is_empty() => items.iter().for_each(|it| self.toml(it)),
            Toml::String(text) => self.value(text),
            Toml::Integer(number) => self.value(&number.to_string()),
            Toml::Float(number) => self.value(&number.to_string()),
            Toml::Boolean(flag) => self.value(&flag.to_string()),
            Toml::Datetime(date) => self.value(&date.to_string()),
            Toml::Array(_) => self.value("[]"),
        }
    }
}

/// The lines of a file by the word of its format, for [`super::fuzzing`].
#[cfg(feature = "fuzzing")]
pub(super) fn lines_of(format: &str, text: &str) -> Option<Vec<String>> {
    Format::from_word(format)?.lines(text)
}

/// A line and its place in a document.
fn line(path: &str, value: &str) -> String {
    format!("{path} = {}", value.replace(['\n', '\r'], " "))
}

/// A line of simple YAML; comments, empty lines and document marks are none.
fn yaml(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("- ").trim();
    if text.is_empty() || text.starts_with('#') || text == "---" {
        return None;
    }
    let Some((key, value)) = text.split_once(':') else {
        return Some(text.to_owned());
    };
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    Some(line(&unquoted(key), &unquoted(value)))
}

/// JSON without the comments and the commas at the end that editors allow. Line feeds
/// stay, and nothing within a string is touched.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let (mut in_string, mut escaped) = (false, false);
    while let Some(character) = rest.next() {
        if in_string {
            in_string = character != '"' || escaped;
            escaped = character == '\\' && !escaped;
            out.push(character);
            continue;
        }
        match (character, rest.peek()) {
            ('/', Some('/')) => {
                rest.by_ref().find(|&next| next == '\n');
                out.push('\n');
            }
            ('/', Some('*')) => {
                rest.next();
                let mut before = ' ';
                rest.by_ref()
                    .find(|&next| std::mem::replace(&mut before, next) == '*' && next == '/');
            }
            ('}' | ']', _) => {
                let kept = out.trim_end().len();
                if out.get(..kept).is_some_and(|kept| kept.ends_with(',')) {
                    out.truncate(kept - 1);
                }
                out.push(character);
            }
            _ => {
                in_string = character == '"';
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_go_and_strings_stay() {
        let text = "{ // a, b\n \"a\": \"x // y, }\", /* } */ \"b\\\"\": [1, 2,\n],\n}";
        let value: Json = serde_json::from_str(&without_comments(text)).unwrap();
        assert_eq!(value, serde_json::json!({"a": "x // y, }", "b\"": [1, 2]}));
        for broken in ["/", "/*", "//", "\"", "\"\\", ",}", "{,}"] {
            without_comments(broken);
        }
    }

    #[test]
    fn lines_are_read_by_format() {
        let lines = |format: Format, text| format.lines(text);
        let nested = r#"{"a": {"b": ["x", 1, []], "c": false}}"#;
        let expected = ["a.b = x", "a.b = 1", "a.b = []", "a.c = false"];
        assert_eq!(lines(Format::Json, nested).unwrap(), expected);
        assert_eq!(lines(Format::Toml, "a = ''\n[b]\nc = 1").unwrap(), ["a = ", "b.c = 1"]);
        assert_eq!(lines(Format::Yaml, "# x\n- a: 'b'\n  c:").unwrap(), ["a = b", "c = "]);
        assert_eq!(lines(Format::FrontMatter, "---\r\na: b\r\n---\r\nc: d").unwrap(), ["a = b"]);
        assert_eq!(lines(Format::FrontMatter, "---\na: b\n"), None);
        assert_eq!(lines(Format::Json, "[]"), None);
        assert_eq!(lines(Format::Toml, "a b"), None);
    }

    #[test]
    fn values_below_a_long_key_cost_no_more_than_a_configuration_does() {
        let values: Vec<String> = (0..3900).map(|at| format!("\"{at}\":1")).collect();
        let text = |key: usize| format!("{{\"{}\":{{{}}}}}", "k".repeat(key), values.join(","));
        assert_eq!(Format::Json.lines(&text(200)).map(|lines| lines.len()), Some(3900));
        assert_eq!(Format::Json.lines(&text(190 << 10)), None);
        let Json::Object(document) = serde_json::from_str(&text(190 << 10)).unwrap() else {
            panic!("it is an object");
        };
        let mut lines = Lines::default();
        lines.json(&Json::Object(document));
        assert!(lines.bytes <= MOST_BYTES + (200 << 10), "{} bytes", lines.bytes);
        let deep = format!("{}=1", vec!["k"; 60].join("."));
        assert_eq!(Format::Toml.lines(&deep).map(|lines| lines.len()), Some(1));
    }

    #[test]
    fn a_file_is_read_once_as_each_format() {
        let file = StructuredFile::new(b"{\"a\": 1}");
        let first = file.lines(Format::Json).unwrap().as_ptr();
        assert_eq!(file.lines(Format::Json).unwrap().as_ptr(), first);
        assert_eq!(file.lines(Format::Toml), None);
        assert_eq!(StructuredFile::new(&vec![b' '; LARGEST + 1]).lines(Format::Yaml), None);
    }
}
