//! An expression for a text in which only what varies by itself may vary: ids, versions,
//! numbers, and the width of white space.

use regex::escape;

/// The expression, unanchored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct General {
    pub(super) pattern: String,
    /// The longest run of the text that does not vary, in lower case.
    pub(super) word: Option<String>,
    /// Whether anything may vary.
    pub(super) varies: bool,
}

/// The longest keyword; longer ones are no rarer.
const LONGEST_WORD: usize = 40;

pub(super) fn general(text: &str) -> General {
    let mut pattern = String::new();
    let mut fixed: Vec<String> = vec![String::new()];
    let mut varies = false;
    for piece in pieces(text.trim()) {
        match piece {
            Piece::Plain(plain) => {
                pattern.push_str(&escape(plain));
                if let Some(last) = fixed.last_mut() {
                    last.push_str(plain);
                }
            }
            Piece::Space(space) => {
                pattern.push_str(r"\s+");
                match fixed.last_mut() {
                    // Only a single blank can be part of a keyword.
                    Some(last) if space == " " => last.push(' '),
                    _ => fixed.push(String::new()),
                }
            }
            Piece::Varying(prefix, expression) => {
                pattern.push_str(&escape(prefix));
                pattern.push_str(expression);
                if let Some(last) = fixed.last_mut() {
                    last.push_str(prefix);
                }
                fixed.push(String::new());
                varies = true;
            }
        }
    }
    let runs = fixed
        .iter()
        .map(|run| run.trim())
        .filter(|run| run.chars().filter(|c| c.is_alphanumeric()).count() >= 2);
    let word = runs.max_by_key(|run| run.len()).map(|run| shortest(run).to_lowercase());
    General { pattern, word, varies }
}

/// At most so much of a run, cut at a blank.
fn shortest(run: &str) -> &str {
    if run.len() <= LONGEST_WORD {
        return run;
    }
    let mut end = LONGEST_WORD;
    while !run.is_char_boundary(end) {
        end -= 1;
    }
    let head = run.get(..end).unwrap_or(run);
    head.rsplit_once(' ').map_or(head, |(whole, _)| whole).trim()
}

enum Piece<'t> {
    Plain(&'t str),
    Space(&'t str),
    /// What is fixed, and the expression for the rest.
    Varying(&'t str, &'static str),
}

const ID: &str = r"[\w-]+";
const VERSION: &str = r"\d+(?:\.\d+)*";

/// Cuts a text into words, white space and the characters between.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let part = |of: fn(char) -> bool| {
            let end = rest.find(|c: char| !of(c)).unwrap_or(rest.len());
            rest.split_at(end)
        };
        let (piece, after) = if first.is_whitespace() {
            let (space, after) = part(char::is_whitespace);
            (Piece::Space(space), after)
        } else if is_word(first) {
            let (word, _) = part(is_word);
            let (version, after) = part(|c| is_word(c) || c == '.');
            let version = version.trim_end_matches('.');
            if is_version(version) {
                let after = rest.get(version.len()..).unwrap_or(after);
                let digits = version.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
                (Piece::Varying(version.get(..digits).unwrap_or_default(), VERSION), after)
            } else {
                let after = rest.get(word.len()..).unwrap_or_default();
                (of_word(word), after)
            }
        } else {
            let (mark, after) = rest.split_at(first.len_utf8());
            (Piece::Plain(mark), after)
        };
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// `2.1`, `v2`, `4`.
fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let mut parts = digits.split('.');
    !digits.is_empty()
        && digits.len() <= 15
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn of_word(word: &str) -> Piece<'_> {
    let is_id = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        text.len() >= 7 && digits >= 2
    };
    if !is_id(word) {
        return Piece::Plain(word);
    }
    // `session_01AbC…`: what stands before the id is the tool's own.
    let end = word.find(['_', '-']).map(|at| at + 1).filter(|&at| {
        let (prefix, id) = word.split_at(at);
        is_id(id) && prefix.len() > 2 && !prefix.bytes().any(|byte| byte.is_ascii_digit())
    });
    Piece::Varying(word.get(..end.unwrap_or(0)).unwrap_or_default(), ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> String {
        general(text).pattern
    }

    #[test]
    fn only_what_varies_by_itself_may_vary() {
        for (text, expected) in [
            ("Made with Acme Coder 2.1", r"Made\s+with\s+Acme\s+Coder\s+\d+(?:\.\d+)*"),
            ("v3.", r"v\d+(?:\.\d+)*\."),
            (
                "https://acme.example/s/session_01ABCDEF23",
                r"https://acme\.example/s/session_[\w-]+",
            ),
            ("3f2b8a10-9c1d-4c55-8a77-0123456789ab", r"[\w-]+"),
            ("[Acme](https://acme.example)", r"\[Acme\]\(https://acme\.example\)"),
            ("GPT-4 tool", r"GPT\-4\s+tool"),
        ] {
            assert_eq!(pattern(text), expected, "{text}");
            let whole = regex::Regex::new(&format!("^(?:{expected})$")).unwrap();
            assert!(whole.is_match(text), "{text}");
        }
    }

    #[test]
    fn the_keyword_is_the_longest_fixed_run() {
        assert_eq!(general("Made with Acme 2.1 x").word.as_deref(), Some("made with acme"));
        assert_eq!(general("12 34").word, None);
        let long = general("one two three four five six seven eight nine ten eleven").word.unwrap();
        assert_eq!(long, "one two three four five six seven eight");
    }
}
