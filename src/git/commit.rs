//! Our own tolerant parser of commit objects.
//!
//! A commit object is header lines (`key SP value LF`, a line that begins with a space
//! going on with the value before it), an empty line and the message. libgit2's parser
//! cuts the message at a NUL and refuses malformed identities; `git push` accepts both.
//!
//! Source: git-cat-file(1) output of commits; commit.c in git.

use super::{GitError, Ident, ObjectId};

/// What a walk wants to know of a commit.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The tree; `None` when the header is missing or malformed.
    pub(super) tree: Option<ObjectId>,
    /// The parents in order.
    pub(super) parents: Vec<ObjectId>,
    /// Committer time in seconds since the epoch, 0 when it can't be read.
    pub(super) seconds: i64,
}

impl Links {
    /// Parses the first headers of a raw commit object.
    ///
    /// # Errors
    /// As [`Commit::parse`].
    pub(super) fn parse(id: ObjectId, raw: &[u8]) -> Result<Self, GitError> {
        let mut links = Self::default();
        // Git reads the tree from the first line and parents from those straight after
        // it; further down such a line is nothing (parse_commit_buffer in its commit.c).
        let mut in_parents = false;
        for (nth, header) in Headers::new(raw).enumerate() {
            match header {
                Header::Field { key: b"tree", value } if nth == 0 => {
                    links.tree = ObjectId::from_hex(first_line(value));
                    in_parents = true;
                    continue;
                }
                Header::Field { key: b"parent", value } if in_parents => {
                    let parent = ObjectId::from_hex(first_line(value));
                    let reason = "a parent header does not hold an object id";
                    links.parents.push(parent.ok_or(GitError::Malformed { id, reason })?);
                    continue;
                }
                Header::Field { key: b"committer", value } => {
                    links.seconds = Ident::parse(value).seconds;
                    break;
                }
                Header::Field { .. } => {}
                Header::Body(_) => break,
            }
            in_parents = false;
        }
        Ok(links)
    }
}

/// A parsed commit; every part borrows from the raw object.
#[derive(Clone, Debug, Default)]
pub struct Commit<'a> {
    /// The tree; `None` when the header is missing or malformed.
    pub tree: Option<ObjectId>,
    /// The parents in order.
    pub parents: Vec<ObjectId>,
    /// Every `author` header (one, in a well-formed commit).
    pub authors: Vec<Ident<'a>>,
    /// Every `committer` header.
    pub committers: Vec<Ident<'a>>,
    /// The `encoding` header.
    pub encoding: Option<&'a [u8]>,
    /// The values of `gpgsig` and `gpgsig-sha256`, with their continuation lines.
    pub signatures: Vec<&'a [u8]>,
    /// The values of `mergetag`: each is a whole tag object with its lines continued.
    pub merged_tags: Vec<&'a [u8]>,
    /// Whatever else the headers hold: unknown ones, and what of known ones is no part of
    /// their meaning.
    pub extras: Vec<Extra<'a>>,
    /// Everything after the empty line, NUL bytes included.
    pub message: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Parses a raw commit object.
    ///
    /// # Errors
    /// When a `parent` header does not hold an object id: then the commit's history
    /// can't be followed. Everything else is tolerated.
    pub fn parse(id: ObjectId, raw: &'a [u8]) -> Result<Self, GitError> {
        let Links { tree, parents, .. } = Links::parse(id, raw)?;
        let mut commit = Self { tree, parents, ..Self::default() };
        for header in Headers::new(raw) {
            let (key, value) = match header {
                Header::Field { key, value } => (key, value),
                Header::Body(message) => {
                    commit.message = message;
                    continue;
                }
            };
            let extra = Extra { key, value };
            match key {
                b"author" | b"committer" => {
                    let is_author = key == b"author";
                    let all = if is_author { &mut commit.authors } else { &mut commit.committers };
                    all.push(Ident::parse(value));
                    commit.extras.extend(extra.continued());
                }
                // Of several, git believes the first.
                b"encoding" if commit.encoding.is_none() => {
                    commit.encoding = Some(first_line(value));
                    commit.extras.extend(extra.continued());
                }
                b"gpgsig" | b"gpgsig-sha256" => commit.signatures.push(value),
                b"mergetag" => commit.merged_tags.push(value),
                b"tree" | b"parent" if ObjectId::from_hex(value).is_some() => {}
                _ => commit.extras.push(extra),
            }
        }
        Ok(commit)
    }

    /// Committer time in seconds since the epoch, 0 when it can't be read.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.committers.first().map_or(0, |ident| ident.seconds)
    }

    /// The first line of the message that is not empty.
    #[must_use]
    pub fn subject(&self) -> &'a [u8] {
        subject(self.message)
    }
}

/// A header that is read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra<'a> {
    /// Its key; all of it, where no blank follows.
    pub key: &'a [u8],
    /// Its value, with its continuation lines.
    pub value: &'a [u8],
}

impl<'a> Extra<'a> {
    /// The same, if the value has further lines, which are no part of a header of one line.
    pub(super) fn continued(self) -> Option<Self> {
        memchr::memchr(b'\n', self.value).is_some().then_some(self)
    }

    /// The header as text: its value with the lines that it continues on, then the whole of
    /// its first line, for the key may be a part of what it says.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let first = first_line(self.value);
        [&unfolded(self.value), b"\n".as_slice(), self.key, b" ", first].concat()
    }
}

/// The value of a header without the blanks that continue it on the next line.
#[must_use]
pub fn unfolded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(feed) = memchr::memchr(b'\n', rest) {
        let (line, after) = rest.split_at(feed + 1);
        out.extend_from_slice(line);
        rest = after.strip_prefix(b" ").unwrap_or(after);
    }
    out.extend_from_slice(rest);
    out
}

pub(super) fn first_line(value: &[u8]) -> &[u8] {
    value.split(|&byte| byte == b'\n').next().unwrap_or_default()
}

/// The first line of a message that is not empty.
#[must_use]
pub fn subject(message: &[u8]) -> &[u8] {
    let mut lines = message.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

/// One header of a commit or tag object, or what follows the headers.
pub(super) enum Header<'a> {
    Field { key: &'a [u8], value: &'a [u8] },
    Body(&'a [u8]),
}

/// Iterates over the headers of a commit or tag object, the body last.
pub(super) struct Headers<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Headers<'a> {
    pub(super) fn new(raw: &'a [u8]) -> Self {
        Self { rest: Some(raw) }
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let rest = self.rest?;
        if let Some(body) = rest.strip_prefix(b"\n") {
            self.rest = None;
            return Some(Header::Body(body));
        }
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        loop {
            let from = rest.get(end..).unwrap_or_default();
            let Some(feed) = memchr::memchr(b'\n', from) else {
                end = rest.len();
                break;
            };
            end += feed;
            if rest.get(end + 1) != Some(&b' ') {
                break;
            }
            end += 1;
        }
        let field = rest.get(..end).unwrap_or_default();
        self.rest = Some(rest.get(end + 1..).unwrap_or_default());
        let space = memchr::memchr(b' ', field).unwrap_or(field.len());
        let (key, value) = field.split_at(space);
        Some(Header::Field { key, value: value.get(1..).unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn null() -> ObjectId {
        ObjectId::from_bytes(&[0; 20]).unwrap()
    }

    #[test]
    fn a_message_goes_on_after_a_nul() {
        let raw = b"tree 1111111111111111111111111111111111111111\n\
            parent 2222222222222222222222222222222222222222\n\
            author A <a@x> 1 +0000\ncommitter B <b@x> 2 +0000\n\
            gpgsig -----BEGIN\n  abc\n -----END\nencoding latin-1\n\nsubject\0rest\n";
        let commit = Commit::parse(null(), raw).unwrap();
        assert_eq!(commit.message, b"subject\0rest\n");
        assert_eq!(commit.encoding, Some(&b"latin-1"[..]));
        assert_eq!(commit.signatures, [&b"-----BEGIN\n  abc\n -----END"[..]]);
        assert_eq!((commit.parents.len(), commit.seconds()), (1, 2));
        assert!(commit.tree.is_some());
    }

    #[test]
    fn missing_and_broken_headers_are_tolerated() {
        let commit = Commit::parse(null(), b"author nobody\n\nhello").unwrap();
        assert_eq!((commit.tree, commit.message), (None, &b"hello"[..]));
        assert_eq!(commit.authors.len(), 1);
        assert!(Commit::parse(null(), b"").unwrap().message.is_empty());
        assert!(Commit::parse(null(), b"tree x\nparent x\n\n").is_err());
    }

    #[test]
    fn every_header_that_can_hold_text_is_kept() {
        let one = "1".repeat(40);
        let raw = format!(
            "tree {one}\n more\nparent {one}\nauthor A <a@x> 1 +0\n text\nmergetag object {one}\n tag v1\n\
             encoding UTF-7\n text\nencoding second\nHG:extra x\nalone\nx-note a\n b\n\nhello"
        );
        let commit = Commit::parse(null(), raw.as_bytes()).unwrap();
        assert!(commit.tree.is_some(), "what continues the line is no part of the id");
        assert_eq!(commit.encoding, Some(&b"UTF-7"[..]));
        let keys: Vec<_> = commit.extras.iter().map(|it| String::from_utf8_lossy(it.key)).collect();
        assert_eq!(keys, ["tree", "author", "encoding", "encoding", "HG:extra", "alone", "x-note"]);
        let text = commit.extras.last().map(Extra::text).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&text), "a\nb\nx-note a");
        let tag = commit.merged_tags.first().map(|it| unfolded(it)).unwrap_or_default();
        assert_eq!(tag, format!("object {one}\ntag v1").as_bytes());
    }

    #[test]
    fn parents_stand_straight_after_the_tree() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let raw = format!("tree {one}\nparent {one}\nauthor a\nparent {two}\nparent x\n\n");
        let commit = Commit::parse(null(), raw.as_bytes()).unwrap();
        assert_eq!(commit.parents, [ObjectId::from_hex(one.as_bytes()).unwrap()]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed(raw: Vec<u8>) {
            let _ = Commit::parse(null(), &raw);
        }

        #[test]
        fn a_message_is_kept_whole(message: Vec<u8>) {
            let mut raw = b"tree 1\nauthor a\n\n".to_vec();
            raw.extend_from_slice(&message);
            prop_assert_eq!(Commit::parse(null(), &raw).unwrap().message, message.as_slice());
        }
    }
}
