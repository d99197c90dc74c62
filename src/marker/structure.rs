//! The structure of a whole file, for `path` markers: what a configuration file says,
//! whatever its name is.
//!
//! A file is read as its format into lines `key.key = value`; a marker says which lines
//! must be there and which may be. So a file that only quotes such a structure, a document
//! or a test say, is none. Broken and huge files are none either.

use serde_json::Value as Json;
use toml::Value as Toml;

use super::pattern::Pattern;
use crate::document::Fields;
use crate::text::escape::lossy;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Format {
    const WORDS: [(&'static str, Self); 5] = [
        ("json", Self::Json),
        ("toml", Self::Toml),
        ("yaml", Self::Yaml),
        ("front-matter", Self::FrontMatter),
        ("text", Self::Text),
    ];
}

/// Configuration files are smaller.
const LARGEST: usize = 256 << 10;
/// And have fewer lines.
const MOST_LINES: usize = 4000;

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
        let format = fields.word("structure", &Format::WORDS);
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
    pub(super) fn is_of(&self, content: &[u8]) -> bool {
        if content.len() > LARGEST {
            return false;
        }
        let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
        let text = lossy(content);
        let Some(lines) = self.lines(&text) else {
            return false;
        };
        if self.format == Format::Text {
            let mut lines = lines.iter();
            return self.has.iter().all(|it| lines.next().is_some_and(|line| it.is_match(line)));
        }
        let allowed = |line: &String| self.only.iter().any(|it| it.is_match(line));
        !lines.is_empty()
            && (self.only.is_empty() || lines.iter().all(allowed))
            && self.has.iter().all(|it| lines.iter().any(|line| it.is_match(line)))
    }

    /// The file as lines; `None` when it is not of the format.
    fn lines(&self, text: &str) -> Option<Vec<String>> {
        let mut lines = Vec::new();
        match self.format {
            Format::Json => {
                let value: Json = serde_json::from_str(&without_comments(text)).ok()?;
                value.is_object().then_some(())?;
                json("", &value, &mut lines);
            }
            Format::Toml => {
                let table: toml::Table = toml::from_str(text).ok()?;
                for (key, value) in &table {
                    toml_lines(key, value, &mut lines);
                }
            }
            Format::Yaml => lines.extend(text.lines().take(MOST_LINES + 1).filter_map(yaml)),
            Format::FrontMatter => {
                let mut all = text.lines();
                (all.next()?.trim_end() == "---").then_some(())?;
                let mut closed = false;
                for line in all.take(60) {
                    closed = line.trim_end() == "---";
                    if closed {
                        break;
                    }
                    lines.extend(yaml(line));
                }
                closed.then_some(())?;
            }
            Format::Text => {
                let full = text.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.extend(full.take(self.has.len()).map(str::to_owned));
            }
        }
        (lines.len() <= MOST_LINES).then_some(lines)
    }
}

/// A line and its place in a document.
fn line(path: &str, value: &str) -> String {
    format!("{path} = {}", value.replace(['\n', '\r'], " "))
}

fn under(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn json(path: &str, value: &Json, lines: &mut Vec<String>) {
    match value {
        _ if lines.len() > MOST_LINES => {}
        Json::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| json(&under(path, key), value, lines));
        }
        Json::Array(items) if !items.is_empty() => {
            items.iter().for_each(|item| json(path, item, lines));
        }
        Json::String(text) => lines.push(line(path, text)),
        other => lines.push(line(path, &other.to_string())),
    }
}

fn toml_lines(path: &str, value: &Toml, lines: &mut Vec<String>) {
    match value {
        _ if lines.len() > MOST_LINES => {}
        Toml::Table(map) => {
            map.iter().for_each(|(key, value)| toml_lines(&under(path, key), value, lines));
        }
        Toml::Array(items) if !items.is_empty() => {
            items.iter().for_each(|item| toml_lines(path, item, lines));
        }
        Toml::String(text) => lines.push(line(path, text)),
        Toml::Integer(number) => lines.push(line(path, &number.to_string())),
        Toml::Float(number) => lines.push(line(path, &number.to_string())),
        Toml::Boolean(flag) => lines.push(line(path, &flag.to_string())),
        Toml::Datetime(date) => lines.push(line(path, &date.to_string())),
        Toml::Array(_) => lines.push(line(path, "[]")),
    }
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
fn without_comments(text: &str) -> String {
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
        let lines = |format, text| {
            let structure = Structure { format, has: Vec::new(), only: Vec::new() };
            structure.lines(text)
        };
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
}
