//! Texts of files, and places in them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A text of a document: of the program itself, or read from a file.
pub type Text = Cow<'static, str>;

/// One configuration file.
#[derive(Debug)]
pub struct Source {
    /// The name shown to people: the path, or `rules.toml` for the built-in layer.
    pub name: String,
    /// The whole text.
    pub text: Text,
    /// Whether it is the layer that is part of the program, which its tests prove.
    pub built_in: bool,
}

impl Source {
    /// Line and column of a byte offset, both counted from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// Where a value stands: a file and a byte range in it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Byte range in its text.
    pub span: Range<usize>,
}

impl Place {
    /// The line that it begins on.
    #[must_use]
    pub fn at_line(&self) -> FileLine {
        let line = self.source.line_column(self.span.start).0;
        FileLine { file: self.source.name.clone(), line }
    }

    /// `file:line`, for people.
    #[must_use]
    pub fn file_line(&self) -> String {
        self.at_line().to_string()
    }
}

/// A line of a configuration file, as decisions quote it: `file:line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl FileLine {
    /// Returns the text for a line, which is empty where no file says something.
    #[must_use]
    pub fn shown(line: Option<&Self>) -> String {
        line.map_or_else(String::new, ToString::to_string)
    }
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
