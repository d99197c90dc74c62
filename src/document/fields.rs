//! Reading a table key by key, collecting every problem.
//!
//! Asking for a key marks it as known; [`Fields::finish`] reports the keys that
//! nobody asked for, with the nearest known name as a suggestion.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use super::{Moment, Node, Place, Problem, Table, Value};
use crate::text::{WordEnum, similar};

/// Collects the problems of a whole read; hands out [`Fields`] of tables.
#[derive(Debug, Default)]
pub struct Reader {
    problems: RefCell<Vec<Problem>>,
    /// Whether what is read is known to have no mistakes.
    proven: bool,
    /// What the value of each key was read as, where that is wanted.
    types: Option<RefCell<BTreeMap<&'static str, ValueType>>>,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A string.
    String,
    /// An array of strings.
    Strings,
    /// Something else.
    Other,
}

impl Reader {
    /// A reader of what the program's tests have proven to be without mistakes: keys that
    /// nobody asks for are not looked for.
    #[must_use]
    pub fn of_proven() -> Self {
        Self { proven: true, ..Self::default() }
    }

    /// A reader that learns what the values of keys are from how they are read.
    #[must_use]
    pub fn of_types() -> Self {
        Self { types: Some(RefCell::default()), ..Self::default() }
    }

    /// Returns what the value of a key was read as, by a reader that learns that.
    #[must_use]
    pub fn type_of(&self, key: &str) -> Option<ValueType> {
        self.types.as_ref()?.borrow().get(key).copied()
    }

    fn learn(&self, key: &'static str, of_type: ValueType) {
        if let Some(types) = &self.types {
            types.borrow_mut().insert(key, of_type);
        }
    }

    /// Whether what it reads is proven to be without mistakes.
    #[must_use]
    pub fn is_of_proven(&self) -> bool {
        self.proven
    }

    /// Reports a problem.
    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// All problems reported so far, taken out.
    #[must_use]
    pub fn take(&self) -> Vec<Problem> {
        std::mem::take(&mut *self.problems.borrow_mut())
    }

    /// The fields of a node that must be a table; `what` names it in messages.
    pub fn fields<'n>(&'n self, node: &'n Node, what: &'n str) -> Option<Fields<'n>> {
        match &node.value {
            Value::Table(table) => {
                Some(Fields { reader: self, table, place: &node.place, what, asked: Vec::new() })
            }
            other => {
                let message = format!("{what} must be a table, not {}", other.kind());
                self.report(Problem::new(&node.place, message));
                None
            }
        }
    }
}

/// One table being read.
#[derive(Debug)]
pub struct Fields<'n> {
    reader: &'n Reader,
    table: &'n Table,
    place: &'n Place,
    what: &'n str,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Where the table stands.
    #[must_use]
    pub fn place(&self) -> &'n Place {
        self.place
    }

    /// The collector of problems.
    #[must_use]
    pub fn reader(&self) -> &'n Reader {
        self.reader
    }

    /// The node under a key, of any type.
    pub fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        if !self.reader.proven {
            self.asked.push(key);
        }
        self.table.get(key).map(|(_, node)| node)
    }

    /// The place of a key, or of the table when the key is absent.
    #[must_use]
    pub fn place_of(&self, key: &str) -> &'n Place {
        self.table.get(key).map_or(self.place, |(place, _)| place)
    }

    /// The place of the value under a key, or of the table when the key is absent.
    #[must_use]
    pub fn place_of_value(&self, key: &str) -> &'n Place {
        self.table.get(key).map_or(self.place, |(_, node)| &node.place)
    }

    /// A string.
    pub fn string(&mut self, key: &'static str) -> Option<&'n str> {
        self.reader.learn(key, ValueType::String);
        let node = self.node(key)?;
        match &node.value {
            Value::String(text) => Some(text),
            other => self.wrong(key, node, "a string", other),
        }
    }

    /// A string that must be there and must not be empty.
    pub fn required_string(&mut self, key: &'static str) -> Option<&'n str> {
        let text = self.string(key);
        if text.is_none_or(str::is_empty) && (text.is_some() || !self.table.contains_key(key)) {
            let message = format!("{} needs `{key}`", self.what);
            self.reader.report(Problem::new(self.place_of(key), message));
            return None;
        }
        text
    }

    /// A boolean, `false` when absent.
    pub fn boolean(&mut self, key: &'static str) -> bool {
        self.reader.learn(key, ValueType::Other);
        let Some(node) = self.node(key) else {
            return false;
        };
        match &node.value {
            Value::Boolean(flag) => *flag,
            other => self.wrong(key, node, "true or false", other).unwrap_or(false),
        }
    }

    /// A date or a time; see [`Moment`].
    pub fn moment(&mut self, key: &'static str) -> Option<Moment> {
        self.moment_by(key, Moment::parse)
    }

    /// The end of a date, or a time; see [`Moment::parse_end`].
    pub fn end(&mut self, key: &'static str) -> Option<Moment> {
        self.moment_by(key, Moment::parse_end)
    }

    fn moment_by(
        &mut self,
        key: &'static str,
        parse: fn(&str) -> Option<Moment>,
    ) -> Option<Moment> {
        let node = self.node(key)?;
        let text = match &node.value {
            Value::String(text) | Value::Other(text) => Some(text.as_ref()),
            _ => None,
        };
        let moment = text.and_then(parse);
        if moment.is_none() {
            let shown = text.map_or_else(|| node.value.kind().to_owned(), |it| format!("`{it}`"));
            let problem = Problem::new(&node.place, format!("`{key}` must be a date, not {shown}"));
            self.reader.report(problem.help("write 2026-12-01, or 2026-12-01T09:00:00Z"));
        }
        moment
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, key: &'static str) -> Option<usize> {
        self.reader.learn(key, ValueType::Other);
        let node = self.node(key)?;
        match &node.value {
            Value::Integer(number) if *number >= 0 => usize::try_from(*number).ok(),
            other => self.wrong(key, node, "a whole number of 0 or more", other),
        }
    }

    /// An array of whole numbers that are not negative; empty when absent.
    pub fn counts(&mut self, key: &'static str) -> Vec<u64> {
        self.reader.learn(key, ValueType::Other);
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let items = match &node.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let number = |item: &Node| match item.value {
            Value::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match number(item) {
                Some(number) => out.push(number),
                None => {
                    let _: Option<()> = self.wrong(key, item, "whole numbers", &item.value);
                }
            }
        }
        out
    }

    /// An array of strings, each with its node; empty when absent.
    pub fn strings(&mut self, key: &'static str) -> Vec<(&'n str, &'n Place)> {
        self.reader.learn(key, ValueType::Strings);
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Value::Array(items) = &node.value else {
            return self.wrong(key, node, "an array of strings", &node.value).unwrap_or_default();
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                Value::String(text) => out.push((text.as_ref(), &item.place)),
                other => {
                    let _: Option<()> = self.wrong(key, item, "a string", other);
                }
            }
        }
        out
    }

    /// Marks an array of strings as known that is read by another part of the program.
    pub fn later_strings(&mut self, key: &'static str) {
        self.reader.learn(key, ValueType::Strings);
        self.node(key);
    }

    /// An array of tables; empty when absent.
    pub fn tables(&mut self, key: &'static str) -> &'n [Node] {
        let Some(node) = self.node(key) else {
            return &[];
        };
        if let Value::Array(items) = &node.value {
            items
        } else {
            let _: Option<()> = self.wrong(key, node, "an array of tables", &node.value);
            &[]
        }
    }

    /// The variant of an enum that a word stands for.
    pub fn one_of<T: WordEnum>(&mut self, key: &'static str) -> Option<T> {
        self.reader.learn(key, ValueType::String);
        let node = self.node(key)?;
        let known = match &node.value {
            Value::String(text) => T::from_word(text),
            _ => None,
        };
        known.or_else(|| self.one_of_at(node, &format!("`{key}`")))
    }

    /// Reads a node as the variant of an enum; `what` names it in messages.
    pub fn one_of_at<T: WordEnum>(&self, node: &'n Node, what: &str) -> Option<T> {
        if let Value::String(text) = &node.value
            && let Some(known) = T::from_word(text)
        {
            return Some(known);
        }
        let words: Vec<(&'static str, T)> =
            T::words().into_iter().filter_map(|word| Some((word, T::from_word(word)?))).collect();
        self.word_at(node, what, &words)
    }

    /// One of a closed list of words.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        self.reader.learn(key, ValueType::String);
        let node = self.node(key)?;
        if let Value::String(text) = &node.value
            && let Some((_, value)) = words.iter().find(|(name, _)| name == text)
        {
            return Some(*value);
        }
        self.word_at(node, &format!("`{key}`"), words)
    }

    /// Reads a node as one of a closed list of words; `what` names it in messages.
    pub fn word_at<T: Copy>(
        &self,
        node: &'n Node,
        what: &str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
        let Value::String(text) = &node.value else {
            let message =
                format!("{what} must be one of {}, not {}", names.join(", "), node.value.kind());
            self.reader.report(Problem::new(&node.place, message));
            return None;
        };
        let found = words.iter().find(|(name, _)| name == text).map(|(_, value)| *value);
        if found.is_none() {
            let problem = Problem::new(&node.place, format!("{what} can't be `{text}`"));
            self.reader.report(problem.help(suggestion(text, &names)));
        }
        found
    }

    /// All entries of a table whose keys are free (tool ids, say).
    #[must_use]
    pub fn entries(&self) -> &'n Table {
        self.table
    }

    /// Ends the read: every key that nobody asked for is a problem.
    pub fn finish(self) {
        if self.reader.proven {
            return;
        }
        for (key, (place, _)) in self.table.iter() {
            if !self.asked.contains(&key) {
                let problem = Problem::new(place, format!("unknown key `{key}` in {}", self.what));
                self.reader.report(problem.help(suggestion(key, &self.asked)));
            }
        }
    }

    fn wrong<T>(&self, key: &str, node: &Node, expected: &str, found: &Value) -> Option<T> {
        let message = format!("`{key}` must be {expected}, not {}", found.kind());
        self.reader.report(Problem::new(&node.place, message));
        None
    }
}

/// "did you mean …" when one of the names is near, otherwise the whole list.
fn suggestion(text: &str, names: &[&str]) -> String {
    match similar(text, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let mut seen = HashSet::new();
            let each: Vec<&str> = names.iter().copied().filter(|name| seen.insert(*name)).collect();
            format!("known here: {}", each.join(", "))
        }
    }
}
