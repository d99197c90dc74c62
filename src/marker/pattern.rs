//! Regular expressions and globs of markers, compiled at their first use.
//!
//! Those of the built-in layer are proven by the tests, so a start does not compile
//! them; those of other layers are compiled once when they are read, to report errors.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};

use super::alike;
use crate::document::{Fields, Place, Problem};
use crate::text::Effort;

/// A regular expression, case-insensitive.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    /// Whether it mostly fails in the first bytes of a text.
    is_anchored: bool,
    /// Whether it is compiled in the spelling of [`super::alike`].
    is_alike: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Reads an expression, reporting what is wrong with it.
    pub(super) fn read(fields: &Fields<'_>, text: &str, place: &Place) -> Option<Self> {
        Self::checked(fields, text.to_owned(), text, place)
    }

    /// Reads an expression that must match a whole text.
    pub(super) fn read_whole(fields: &Fields<'_>, text: &str, place: &Place) -> Option<Self> {
        Self::checked(fields, format!("^(?:{text})$"), text, place)
    }

    fn checked(fields: &Fields<'_>, source: String, text: &str, place: &Place) -> Option<Self> {
        let reader = fields.reader();
        if !place.source.built_in {
            match build(&source) {
                Ok(compiled) if compiled.is_match("") => {
                    let problem = Problem::new(place, "this expression matches an empty text");
                    reader.report(problem.help(
                        "it would match everything; anchor it with ^ and name what must be there",
                    ));
                    return None;
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or("").trim().to_owned();
                    let reason = reason.strip_prefix("error: ").unwrap_or(&reason).to_owned();
                    let problem =
                        Problem::new(place, format!("`{text}` is not a regular expression"));
                    reader.report(problem.help(reason));
                    return None;
                }
            }
        }
        let is_anchored = is_anchored(&source);
        Some(Self { source, is_anchored, is_alike: false, compiled: OnceLock::new() })
    }

    /// The same for texts in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        Self {
            source: self.source.clone(),
            is_anchored: self.is_anchored,
            is_alike: true,
            compiled: OnceLock::new(),
        }
    }

    /// The expression as it is written, whole.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text matches.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Whether the text matches, as far as `effort` goes: without any left, it does not.
    pub(super) fn is_within(&self, text: &str, effort: &Effort<'_>) -> bool {
        let cost = if self.is_anchored { ANCHORED + text.len() / ANCHORED } else { cost(text) };
        effort.spend(cost) && self.is_match(text)
    }

    /// The compiled expression.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || match self.is_alike {
            true => build(&alike::expression(&self.source)?).ok(),
            false => build(&self.source).ok(),
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

/// What trying an expression on a text costs, in bytes that are worked through. Outside ASCII,
/// where a word ends can't be told from one byte, and the slower engines of `regex` are used.
pub(super) fn cost(text: &str) -> usize {
    let times = if text.is_ascii() { 1 } else { OUTSIDE_ASCII };
    text.len().saturating_mul(times)
}

/// Trying an anchored expression costs this many bytes, and one in this many of the text.
const ANCHORED: usize = 64;

/// Whether an expression is anchored and does not begin with any text. The few whose beginning
/// a text has may go through all of it, the others give up in its first bytes.
fn is_anchored(source: &str) -> bool {
    let Some(rest) = source.strip_prefix('^') else { return false };
    let rest = rest.trim_start_matches("(?:").trim_start_matches('(');
    !rest.starts_with(".*") && !rest.starts_with(".+")
}

/// How much longer an expression takes for a text that is not ASCII.
const OUTSIDE_ASCII: usize = 16;

/// Compiles an expression as markers do; `None` when it is none.
#[must_use]
pub fn expression(text: &str) -> Option<Regex> {
    build(text).ok()
}

fn build(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).case_insensitive(true).build()
}

/// A glob over slash-separated names: `*` and `?` do not cross a slash, `**` does.
#[derive(Debug)]
pub(super) struct PathGlob {
    source: String,
    compiled: OnceLock<Option<GlobMatcher>>,
}

impl PathGlob {
    /// Reads a glob, reporting what is wrong with it.
    pub(super) fn read(fields: &Fields<'_>, source: String, place: &Place) -> Option<Self> {
        if !place.source.built_in
            && let Err(error) = build_glob(&source)
        {
            let message = format!("`{source}` is not a glob");
            fields.reader().report(Problem::new(place, message).help(error.kind().to_string()));
            return None;
        }
        Some(Self { source, compiled: OnceLock::new() })
    }

    /// The same for names in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        Self { source: alike::alike(&self.source), compiled: OnceLock::new() }
    }

    /// The glob as it is compiled.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether the name matches.
    pub(super) fn is_match(&self, name: &[u8]) -> bool {
        use std::os::unix::ffi::OsStrExt;
        let compiled = self.compiled.get_or_init(|| build_glob(&self.source).ok());
        compiled.as_ref().is_some_and(|glob| glob.is_match(std::ffi::OsStr::from_bytes(name)))
    }
}

/// Compiles a glob as markers do; `None` when it is none.
#[must_use]
pub fn glob(text: &str) -> Option<GlobMatcher> {
    build_glob(text).ok()
}

fn build_glob(source: &str) -> Result<GlobMatcher, globset::Error> {
    let mut builder = GlobBuilder::new(source);
    builder.literal_separator(true).backslash_escape(true);
    builder.build().map(|glob| glob.compile_matcher())
}
