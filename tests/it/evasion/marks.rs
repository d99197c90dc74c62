//! The marks that are planted: every example of the catalogue that is a strong mark in a
//! text by itself, so each tool is tried, and the verdict on each when nothing hides it.

use std::sync::LazyLock;

use provost::config::{self, Config, Layers};
use provost::finding::{Confidence, Finding, Kind};
use provost::git::ObjectId;
use provost::rules::entries;
use provost::scan::raw_commit;

/// The built-in rules and policy.
pub(crate) static BUILT_IN: LazyLock<Config> =
    LazyLock::new(|| config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap());

/// Where a mark stands by nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// A line of a message.
    Line,
    /// The `author` header.
    Author,
    /// The `committer` header.
    Committer,
}

/// A strong mark.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The id of its marker.
    pub(crate) id: String,
    pub(crate) tool: String,
    pub(crate) kind: Kind,
    pub(crate) carrier: Carrier,
    /// The line, or the person without the time.
    pub(crate) text: String,
}

/// Every strong mark of the catalogue that is one line.
pub(crate) static MARKS: LazyLock<Vec<Mark>> = LazyLock::new(|| {
    let mut marks = Vec::new();
    for entry in entries::markers(&BUILT_IN.merged) {
        let Some(kind) = entry.kind() else { continue };
        let carriers: Vec<Carrier> = match kind {
            Kind::Trailer | Kind::Line | Kind::SignOff => vec![Carrier::Line],
            Kind::Identity => carriers(&entry.marker.list("roles")),
            _ => continue,
        };
        if entry.marker.text("confidence") != "strong" {
            continue;
        }
        for (hit, _) in entry.marker.list("hits") {
            let text = hit.trim();
            let ascii = text.chars().filter(char::is_ascii).count();
            // Forms in Chinese, Japanese and Korean hold little that can be disguised.
            if text.contains('\n') || ascii * 3 < text.len() * 2 {
                continue;
            }
            marks.extend(carriers.iter().map(|&carrier| Mark {
                id: entry.id().to_owned(),
                tool: entry.tool.text("id").to_owned(),
                kind,
                carrier,
                text: text.to_owned(),
            }));
        }
    }
    marks.retain(|mark| {
        let raw = mark.commit(None, mark.text.as_bytes());
        strength(&mark.tool, &findings(&raw)) == Some(Confidence::Strong)
    });
    marks
});

/// The headers that a marker with these roles looks at.
fn carriers<T>(roles: &[(&str, T)]) -> Vec<Carrier> {
    let known = [("author", Carrier::Author), ("committer", Carrier::Committer)];
    let named = |word: &str| roles.is_empty() || roles.iter().any(|(role, _)| *role == word);
    known.iter().filter(|(word, _)| named(word)).map(|(_, carrier)| *carrier).collect()
}

/// The strongest finding of a tool, without those that only say that it was hidden.
pub(crate) fn strength(tool: &str, findings: &[Finding]) -> Option<Confidence> {
    let of_tool =
        |finding: &&Finding| finding.marker.tool == tool && finding.marker.kind != Kind::Tamper;
    findings.iter().filter(of_tool).map(Finding::confidence).max()
}

/// The findings in a raw commit object.
pub(crate) fn findings(raw: &[u8]) -> Vec<Finding> {
    raw_commit(&BUILT_IN, ObjectId::NULL, raw).unwrap()
}

/// A person who is not taken for a tool, as a header has one.
pub(crate) const PERSON: &str = "A Person <a@example.com>";
const TIME: &str = " 1767225600 +0000";

/// The parts of a commit object.
pub(crate) struct Parts<'p> {
    pub(crate) author: &'p [u8],
    pub(crate) committer: &'p [u8],
    /// The values of headers behind the committer, each with its key.
    pub(crate) headers: Vec<(&'p str, Vec<u8>)>,
    pub(crate) message: &'p [u8],
}

impl Default for Parts<'_> {
    fn default() -> Self {
        let person = PERSON.as_bytes();
        Self { author: person, committer: person, headers: Vec::new(), message: b"Subject\n" }
    }
}

impl Parts<'_> {
    /// The object.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let mut raw = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor ".to_vec();
        raw.extend([self.author, TIME.as_bytes(), b"\ncommitter "].concat());
        raw.extend([self.committer, TIME.as_bytes(), b"\n"].concat());
        for (key, value) in &self.headers {
            raw.extend([key.as_bytes(), b" "].concat());
            for (nth, line) in value.split(|&byte| byte == b'\n').enumerate() {
                raw.extend(if nth > 0 { b"\n ".as_slice() } else { b"" });
                raw.extend(line);
            }
            raw.push(b'\n');
        }
        raw.push(b'\n');
        raw.extend(self.message);
        raw
    }
}

impl Mark {
    /// A commit that carries a disguised form of it, in the last paragraph if it is a line.
    pub(crate) fn commit(&self, encoding: Option<&str>, disguised: &[u8]) -> Vec<u8> {
        let message = [b"Subject\n\n".as_slice(), disguised, b"\n"].concat();
        let mut parts = Parts::default();
        match self.carrier {
            Carrier::Line => parts.message = &message,
            Carrier::Author => parts.author = disguised,
            Carrier::Committer => parts.committer = disguised,
        }
        parts.headers.extend(encoding.map(|label| ("encoding", label.as_bytes().to_vec())));
        parts.raw()
    }

    /// Whether a commit that carries it gets at least the verdict of the plain mark: the
    /// same tool, as surely.
    pub(crate) fn is_found_in(&self, raw: &[u8]) -> bool {
        strength(&self.tool, &findings(raw)) == Some(Confidence::Strong)
    }
}

#[test]
fn every_kind_and_most_tools_are_planted() {
    let count = |kind: Kind| MARKS.iter().filter(|mark| mark.kind == kind).count();
    for (kind, least) in
        [(Kind::Trailer, 150), (Kind::Line, 40), (Kind::SignOff, 50), (Kind::Identity, 100)]
    {
        assert!(count(kind) >= least, "only {} of {kind}", count(kind));
    }
    let mut tools: Vec<&str> = MARKS.iter().map(|mark| mark.tool.as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    assert!(tools.len() > 60, "only {tools:?}");
}
