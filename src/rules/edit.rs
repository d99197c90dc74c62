//! Changes to an administrator's file of rules that keep its comments, its order and its
//! layout. The text goes in and the text comes out; nothing here reads or writes files,
//! and whether the result is right is for whoever loads it.

use super::key_types::type_of;
use crate::document::ValueType;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// Why a file can't be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no TOML.
    #[error("it is not TOML: {0}")]
    Syntax(String),
    /// Tables are written in a form that this does not change.
    #[error("`{0}` is not written as [[{0}]] tables")]
    Inline(&'static str),
    /// A value is none that the key can have.
    #[error("`{key}` can't be `{text}`: {reason}")]
    Value {
        /// The key.
        key: String,
        /// What was given.
        text: String,
        /// Why not.
        reason: String,
    },
}

/// A file of rules, open for changes.
#[derive(Debug)]
pub struct RuleFile(DocumentMut);

/// A tool that a file may not have yet.
#[derive(Clone, Copy, Debug)]
pub struct ToolRef<'t> {
    /// Its id.
    pub id: &'t str,
    /// Its vendor, for a tool that no layer knows.
    pub vendor: Option<&'t str>,
}

impl RuleFile {
    /// Opens a text.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let document = text.parse::<DocumentMut>();
        document.map(Self).map_err(|error| EditError::Syntax(error.message().to_owned()))
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// Sets a key of a tool, or of one of its markers, adding what the file has not.
    ///
    /// # Errors
    /// When the file writes its tools in another form.
    pub fn set(
        &mut self,
        tool: &str,
        marker: Option<&str>,
        key: &str,
        new: Value,
    ) -> Result<(), EditError> {
        let mut table = entry(self.0.as_table_mut(), "tool", tool)?;
        if let Some(marker) = marker {
            table = entry(table, "marker", marker)?;
        }
        match table.get_mut(key) {
            // A comment behind the old value stays.
            Some(Item::Value(old)) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            _ => {
                table.insert(key, value(new));
            }
        }
        Ok(())
    }

    /// Takes a key away; whether the file had it. What else it says of the marker stays.
    ///
    /// # Errors
    /// When the file writes its tools in another form.
    pub fn unset(
        &mut self,
        tool: &str,
        marker: Option<&str>,
        key: &str,
    ) -> Result<bool, EditError> {
        let Some(mut table) = existing(self.0.as_table_mut(), "tool", tool)? else {
            return Ok(false);
        };
        if let Some(marker) = marker {
            match existing(table, "marker", marker)? {
                Some(found) => table = found,
                None => return Ok(false),
            }
        }
        Ok(table.remove(key).is_some())
    }

    /// Whether the file has a tool.
    #[must_use]
    pub fn has_tool(&self, id: &str) -> bool {
        let tools = self.0.get("tool").and_then(Item::as_array_of_tables);
        let is = |tool: &Table| tool.get("id").and_then(Item::as_str) == Some(id);
        tools.is_some_and(|tools| tools.iter().any(is))
    }

    /// Sets a text of a tool, unless it has one.
    ///
    /// # Errors
    /// When the file writes its tools in another form.
    pub fn describe(&mut self, tool: ToolRef<'_>, key: &str, text: &str) -> Result<(), EditError> {
        let table = self.tool(tool)?;
        if !table.contains_key(key) {
            table.insert(key, value(text));
        }
        Ok(())
    }

    /// Adds facts to one of a tool's lists, those that it has not.
    ///
    /// # Errors
    /// When the file writes its tools, or the list, in another form.
    pub fn add_facts(
        &mut self,
        tool: ToolRef<'_>,
        key: &'static str,
        facts: &[String],
    ) -> Result<(), EditError> {
        if facts.is_empty() {
            return Ok(());
        }
        let table = self.tool(tool)?;
        let list = table.entry(key).or_insert_with(|| value(Array::new()));
        let list = list.as_array_mut().ok_or(EditError::Inline(key))?;
        for fact in facts {
            if !list.iter().any(|known| known.as_str() == Some(fact)) {
                list.push(fact.as_str());
            }
        }
        Ok(())
    }

    /// The table of a tool, with its vendor.
    fn tool(&mut self, tool: ToolRef<'_>) -> Result<&mut Table, EditError> {
        let table = entry(self.0.as_table_mut(), "tool", tool.id)?;
        if let Some(vendor) = tool.vendor
            && !table.contains_key("vendor")
        {
            table.insert("vendor", value(vendor));
        }
        Ok(table)
    }

    /// Adds a marker; its table is given as TOML text without a header.
    ///
    /// # Errors
    /// When the file writes its tools in another form.
    pub fn add(&mut self, tool: ToolRef<'_>, marker: &str) -> Result<(), EditError> {
        let table = self.tool(tool)?;
        let parsed = Self::parse(marker)?;
        let mut new = parsed.0.into_table();
        new.set_position(None);
        new.decor_mut().set_prefix("\n");
        tables(table, "marker")?.push(new);
        Ok(())
    }
}

/// The array of tables under a key, added when there is none.
fn tables<'t>(table: &'t mut Table, key: &'static str) -> Result<&'t mut ArrayOfTables, EditError> {
    let item = table.entry(key).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or(EditError::Inline(key))
}

/// The table of an id in an array of tables, if it is there.
fn existing<'t>(
    table: &'t mut Table,
    key: &'static str,
    id: &str,
) -> Result<Option<&'t mut Table>, EditError> {
    match table.get_mut(key) {
        None | Some(Item::None) => Ok(None),
        Some(Item::ArrayOfTables(all)) => Ok(all.iter_mut().find(|table| has_id(table, id))),
        Some(_) => Err(EditError::Inline(key)),
    }
}

/// The table of an id in an array of tables, added when there is none.
fn entry<'t>(
    table: &'t mut Table,
    key: &'static str,
    id: &str,
) -> Result<&'t mut Table, EditError> {
    let first = table.is_empty();
    let all = tables(table, key)?;
    if !all.iter().any(|table| has_id(table, id)) {
        let mut new = Table::new();
        new.insert("id", value(id));
        new.decor_mut().set_prefix(if first { "" } else { "\n" });
        all.push(new);
    }
    let found = all.iter_mut().find(|table| has_id(table, id));
    found.ok_or(EditError::Inline(key))
}

fn has_id(table: &Table, id: &str) -> bool {
    table.get("id").and_then(Item::as_str) == Some(id)
}

/// A value given on a command line: TOML, or for strings and lists of strings plain text. How the
/// key's value is read says which it is.
///
/// # Errors
/// When it is none that the key can have.
pub fn value_of(key: &str, text: &str) -> Result<Value, EditError> {
    let parsed = text.parse::<Value>();
    let wrong = |reason: &str| EditError::Value {
        key: key.to_owned(),
        text: text.to_owned(),
        reason: reason.to_owned(),
    };
    match (type_of(key), parsed) {
        (Some(ValueType::String), Ok(value @ Value::String(_))) => Ok(clean(value)),
        (Some(ValueType::String), _) if text.is_empty() => {
            Err(wrong("it is empty; --unset takes a key away"))
        }
        (Some(ValueType::String), _) => Ok(string(text)),
        (Some(ValueType::Strings), Ok(value @ Value::Array(_))) => Ok(clean(value)),
        (Some(ValueType::Strings), Ok(value @ Value::String(_))) => Ok(list([clean(value)])),
        (Some(ValueType::Strings), _) if text.starts_with('[') => Err(wrong("it is no TOML array")),
        (Some(ValueType::Strings), _) => Ok(list([string(text)])),
        (Some(ValueType::Other) | None, Ok(value)) => Ok(clean(value)),
        (Some(ValueType::Other), Err(error)) => {
            Err(wrong(&format!("it is no TOML value: {}", error.message())))
        }
        // A key that nothing knows is told as such when the file is checked.
        (None, Err(_)) => Ok(string(text)),
    }
}

fn clean(mut value: Value) -> Value {
    value.decor_mut().clear();
    value
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(values.into_iter().collect::<Array>())
}

/// A string, in the form in which people write it: literally when it has backslashes.
#[must_use]
pub fn string(text: &str) -> Value {
    let plain = !text.contains(['\'', '\n', '\r', '\t']) && !text.chars().any(char::is_control);
    if plain
        && text.contains(['\\', '"'])
        && let Ok(value) = format!("'{text}'").parse::<Value>()
    {
        return value;
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# Our rules. Ask the open-source office.
[policy]
mode = \"warn\" # until January

[[tool]] # the editor
id = \"cursor\"

  [[tool.marker]]
  # Our template has it.
  id = \"cursor/config\"
  confidence = \"strong\"   # for now

# The end of the tools.
[[tool]]
id = \"mine\"
vendor = \"Us\"
";

    fn file() -> RuleFile {
        RuleFile::parse(FILE).unwrap()
    }

    #[test]
    fn a_key_is_changed_in_its_place() {
        let mut file = file();
        file.set("cursor", Some("cursor/config"), "confidence", string("weak")).unwrap();
        assert_eq!(file.text(), FILE.replace("\"strong\"", "\"weak\""));
    }

    #[test]
    fn what_is_not_there_is_added_beside_its_kin() {
        let mut file = file();
        file.set("cursor", Some("cursor/config"), "disabled", string("ours")).unwrap();
        file.set("cursor", Some("cursor/rules"), "disabled", string("ours")).unwrap();
        file.set("aider", Some("aider/x"), "disabled", string("a 'b' \"c\"")).unwrap();
        let text = file.text();
        let added = [
            "  confidence = \"strong\"   # for now\n",
            "[[tool.marker]]\nid = \"cursor/rules\"\ndisabled = \"ours\"\n",
            "\n# The end of the tools.\n[[tool]]\nid = \"mine\"\n",
            "vendor = \"Us\"\n\n[[tool]]\nid = \"aider\"\n\n[[tool.marker]]\nid = \"aider/x\"\n",
        ];
        let mut from = 0;
        for part in added {
            let at = text.get(from..).and_then(|rest| rest.find(part));
            assert!(at.is_some(), "{part:?} is not, or not in order, in:\n{text}");
            from += at.unwrap();
        }
        assert!(text.starts_with("# Our rules."), "{text}");
    }

    #[test]
    fn taking_a_key_away_leaves_the_rest() {
        let mut file = file();
        assert!(file.unset("cursor", Some("cursor/config"), "confidence").unwrap());
        assert!(!file.unset("cursor", Some("cursor/config"), "disabled").unwrap());
        assert!(!file.unset("nobody", None, "vendor").unwrap());
        assert_eq!(file.text(), FILE.replace("  confidence = \"strong\"   # for now\n", ""));
    }

    #[test]
    fn an_empty_file_gets_its_first_tool() {
        let mut file = RuleFile::parse("").unwrap();
        let tool = ToolRef { id: "acme", vendor: Some("Acme") };
        file.add(tool, "id = \"acme/footer\"\nkeywords = [\"acme\"]\n").unwrap();
        assert_eq!(
            file.text(),
            "[[tool]]\nid = \"acme\"\nvendor = \"Acme\"\n\n[[tool.marker]]\n\
             id = \"acme/footer\"\nkeywords = [\"acme\"]\n"
        );
    }

    #[test]
    fn tables_in_another_form_are_left_alone() {
        let mut file = RuleFile::parse("tool = [{ id = \"x\" }]\n").unwrap();
        let set = file.set("x", None, "vendor", string("Us"));
        assert_eq!(set, Err(EditError::Inline("tool")));
    }

    #[test]
    fn values_are_read_as_they_are_meant() {
        let shown = |key: &str, text: &str| value_of(key, text).unwrap().to_string();
        assert_eq!(shown("confidence", "weak"), "\"weak\"");
        assert_eq!(shown("since", "0.2"), "\"0.2\"");
        assert_eq!(shown("since", "'0.2'"), "'0.2'");
        assert_eq!(shown("pattern", r"^a\d$"), r"'^a\d$'");
        assert_eq!(shown("emails", "a@b.example"), "[\"a@b.example\"]");
        assert_eq!(shown("emails", "[\"a@b\", \"c@d\"]"), "[\"a@b\", \"c@d\"]");
        assert_eq!(shown("shared", "true"), "true");
        assert!(value_of("shared", "ja doch").is_err());
        assert!(value_of("emails", "[a").is_err());
        assert!(value_of("disabled", "").is_err());
    }
}
