//! Cutting a line into words, addresses and marks, as sentences about authorship need it.
//!
//! Markdown's stars, the blanks between words and bytes that are no text say nothing here and are
//! left out. A full stop
//! inside a word belongs to it (`4.8`, `Continue.dev`), as does an apostrophe.

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A word or a number: as it is written, and in lower case with letters and digits alone.
    Word(&'t str, String),
    /// An address of a page, without its scheme and `www.`, in lower case.
    Url(String),
    /// An e-mail address, in lower case.
    Email(String),
    /// `@name`
    Handle(&'t str),
    /// Anything else but blanks: punctuation, a symbol, an emoji.
    Mark(char),
}

impl Token<'_> {
    /// Whether it is one of some marks.
    pub(super) fn is_mark(&self, marks: &str) -> bool {
        matches!(self, Self::Mark(mark) if marks.contains(*mark))
    }

    /// The word in lower case; empty for what is none.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Word(_, word) => word,
            _ => "",
        }
    }
}

/// The tokens of a line. `fold` is how words are spelled for comparison, after they are in
/// lower case.
pub(super) fn tokens<'t>(line: &'t str, fold: &dyn Fn(String) -> String) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first, fold);
        tokens.extend(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

fn next<'t>(
    rest: &'t str,
    first: char,
    fold: &dyn Fn(String) -> String,
) -> (Option<Token<'t>>, usize) {
    // A line has many words and few addresses.
    if first == 'h' || first == 'H' {
        let lower = |prefix: &str| {
            let head = rest.get(..prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then_some(prefix.len())
        };
        if let Some(scheme) = lower("https://").or_else(|| lower("http://")) {
            let length = length_until(rest, |it| it.is_whitespace() || "<>()[]\"'`|".contains(it));
            let url = rest.get(scheme..length).unwrap_or_default().to_lowercase();
            let url = url.trim_end_matches(['.', ',', ';', ':', '!', '_', '*']);
            let url = url.strip_prefix("www.").unwrap_or(url);
            return (Some(Token::Url(url.to_owned())), length);
        }
    }
    if first.is_alphanumeric() {
        let length = length_until(rest, |it| it.is_whitespace() || "<>()[]\"`|,;".contains(it));
        let run = rest.get(..length).unwrap_or(rest);
        if run.contains('@') && !run.starts_with('@') && !run.ends_with('@') {
            let email = run.trim_end_matches(['.', ':', '*', '_']).to_lowercase();
            return (Some(Token::Email(email)), length);
        }
        let length = word_length(rest);
        let word = rest.get(..length).unwrap_or(rest);
        let folded: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
        return (Some(Token::Word(word, fold(folded.to_lowercase()))), length);
    }
    if first == '@' {
        let length = 1 + length_until(rest.get(1..).unwrap_or_default(), |it| {
            !(it.is_alphanumeric() || it == '-' || it == '_')
        });
        if length > 1 {
            return (rest.get(1..length).map(Token::Handle), length);
        }
    }
    let is_nothing =
        first.is_whitespace() || matches!(first, '*' | '!' | '\u{fe0f}' | '\u{200d}' | '\u{fffd}');
    ((!is_nothing).then_some(Token::Mark(first)), first.len_utf8())
}

fn length_until(text: &str, is_end: impl Fn(char) -> bool) -> usize {
    text.find(is_end).unwrap_or(text.len())
}

/// The length of the word at the beginning of a text.
fn word_length(text: &str) -> usize {
    let mut length = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let joins = matches!(character, '.' | '\'' | '’')
            && characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if !character.is_alphanumeric() && !joins {
            break;
        }
        length = at + character.len_utf8();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Vec<String> {
        let tokens = tokens(line, &|word| word);
        tokens
            .iter()
            .map(|token| match token {
                Token::Word(_, word) => word.clone(),
                Token::Url(url) => format!("u:{url}"),
                Token::Email(email) => format!("e:{email}"),
                Token::Handle(name) => format!("h:{name}"),
                Token::Mark(mark) => format!("m:{mark}"),
            })
            .collect()
    }

    #[test]
    fn a_line_is_cut_into_words_addresses_and_marks() {
        assert_eq!(
            shown("🤖 **Generated** with [Claude Code](https://www.Claude.com/claude-code)."),
            [
                "m:🤖",
                "generated",
                "with",
                "m:[",
                "claude",
                "code",
                "m:]",
                "m:(",
                "u:claude.com/claude-code",
                "m:)",
                "m:."
            ]
        );
        assert_eq!(shown("Continue.dev 4.8, it's"), ["continuedev", "48", "m:,", "its"]);
        assert_eq!(
            shown("A B <A@x.org>, @ann"),
            ["a", "b", "m:<", "e:a@x.org", "m:>", "m:,", "h:ann"]
        );
        assert_eq!(shown("@ a@"), ["m:@", "a", "m:@"]);
    }
}
