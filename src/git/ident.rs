//! Identities: `Name <mail> seconds zone`, read tolerantly.
//!
//! `git push` accepts identities without brackets, with several, with no name or no
//! time, so nothing here fails: what can't be told apart stays in the name.

/// An author, committer or tagger, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Ident<'a> {
    /// The whole header value.
    pub raw: &'a [u8],
    /// Everything before the address, trimmed.
    pub name: &'a [u8],
    /// What stands between the first `<` and the `>` after it, trimmed; without a
    /// `<`, the last word that holds an `@`; empty when there is none.
    pub email: &'a [u8],
    /// Seconds since the epoch; 0 when they can't be read.
    pub seconds: i64,
}

impl<'a> Ident<'a> {
    /// Reads a header value, or the value of a trailer that names a person.
    #[must_use]
    pub fn parse(raw: &'a [u8]) -> Self {
        let raw = raw.trim_ascii();
        let (name, email, rest) = split(raw);
        Self { raw, name: name.trim_ascii(), email: bare(email), seconds: seconds(rest) }
    }
}

/// An address without what people and mail programs put around it inside the brackets.
fn bare(email: &[u8]) -> &[u8] {
    let start = email.iter().position(|byte| !b"< \t".contains(byte)).unwrap_or(email.len());
    let email = email.get(start..).unwrap_or_default().trim_ascii();
    let scheme = email.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"mailto:"));
    email.get(if scheme { 7 } else { 0 }..).unwrap_or_default().trim_ascii()
}

fn split(raw: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let Some(open) = raw.iter().position(|&byte| byte == b'<') else {
        return without_brackets(raw);
    };
    let (name, rest) = raw.split_at(open);
    let rest = rest.get(1..).unwrap_or_default();
    match rest.iter().position(|&byte| byte == b'>') {
        Some(close) => {
            (name, rest.get(..close).unwrap_or_default(), rest.get(close..).unwrap_or_default())
        }
        // Unclosed: the address ends with its word.
        None => {
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            let (email, after) = rest.split_at(end);
            (name, email, after)
        }
    }
}

fn without_brackets(raw: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut end = raw.len();
    while end > 0 {
        let head = raw.get(..end).unwrap_or_default();
        let start = head.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let word = head.get(start..).unwrap_or_default();
        if word.contains(&b'@') {
            let word = strip_punctuation(word);
            return (
                raw.get(..start).unwrap_or_default(),
                word,
                raw.get(end..).unwrap_or_default(),
            );
        }
        end = start.saturating_sub(1);
    }
    (raw, b"", b"")
}

fn strip_punctuation(word: &[u8]) -> &[u8] {
    let outer = |byte: &u8| !byte.is_ascii_alphanumeric();
    let start = word.iter().position(|byte| !outer(byte)).unwrap_or(word.len());
    // A login such as `claude[bot]` never ends an address, so all punctuation goes.
    let end = word.iter().rposition(|byte| !outer(byte)).map_or(start, |at| at + 1);
    word.get(start..end).unwrap_or_default()
}

fn seconds(rest: &[u8]) -> i64 {
    let text = rest.strip_prefix(b">").unwrap_or(rest).trim_ascii();
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(raw: &str) -> (String, String, i64) {
        let ident = Ident::parse(raw.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(ident.name), text(ident.email), ident.seconds)
    }

    #[test]
    fn what_git_push_accepts_is_read() {
        let is = |name: &str, email: &str, seconds| (name.to_owned(), email.to_owned(), seconds);
        assert_eq!(parts("A U Thor <a@x.y> 12 +0200"), is("A U Thor", "a@x.y", 12));
        assert_eq!(parts("A < a@x.y > 12 +0200"), is("A", "a@x.y", 12));
        assert_eq!(parts("<a@x.y> 1 +0000"), is("", "a@x.y", 1));
        assert_eq!(parts("A <a@x.y> b <c@d> 5 +0"), is("A", "a@x.y", 0));
        assert_eq!(parts("A <a@x.y"), is("A", "a@x.y", 0));
        assert_eq!(
            parts("OpenHands openhands@all-hands.dev"),
            is("OpenHands", "openhands@all-hands.dev", 0)
        );
        assert_eq!(parts("A (a@x.y), 7"), is("A", "a@x.y", 7));
        assert_eq!(parts("A <mailto:a@x.y> 3 +0000"), is("A", "a@x.y", 3));
        assert_eq!(parts("A <mailto: a@x.y>"), is("A", "a@x.y", 0));
        assert_eq!(parts("A <<a@x.y>>"), is("A", "a@x.y", 0));
        assert_eq!(parts("nobody"), is("nobody", "", 0));
        assert_eq!(parts(""), is("", "", 0));
        assert_eq!(parts("A <> 99999999999999999999 +0000"), is("A", "", 0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(raw: Vec<u8>) {
            let ident = Ident::parse(&raw);
            prop_assert!(ident.name.len() + ident.email.len() <= raw.len());
        }
    }
}
