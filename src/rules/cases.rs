//! An administrator's own cases: a text, and what must be found in it.
//!
//! A file of cases is TOML with `[[case]]` tables. A directory may also hold plain
//! messages: those in `hit/<tool-id>/` must show that tool, those in `miss/` nothing.

use std::sync::Arc;

use super::RuleSet;
use super::subject::Subject;
use crate::document::{self, Fields, Place, Problem, Reader, Source};
use crate::finding::Finding;
use crate::marker::Role;
use crate::text::similar;

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Where it stands: `file:line`, or the path of a message.
    pub place: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What is looked at.
    pub subject: Subject,
    /// What must be found.
    pub expect: Expect,
    /// The strictest verdict that policy must give, as its word.
    pub verdict: Option<String>,
}

/// What a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// These and no others, in any order: markers, or tools by an id without a slash.
    Exactly(Vec<String>),
    /// Some marker of this tool.
    Tool(String),
}

impl Expect {
    /// Whether the findings are those that are expected.
    #[must_use]
    pub fn is_met(&self, findings: &[Finding]) -> bool {
        let is = |id: &str, finding: &Finding| {
            let marker = &finding.marker;
            if id.contains('/') { marker.id == id } else { marker.tool == id }
        };
        match self {
            Self::Exactly(ids) => {
                ids.iter().all(|id| findings.iter().any(|finding| is(id, finding)))
                    && findings.iter().all(|finding| ids.iter().any(|id| is(id, finding)))
            }
            Self::Tool(tool) => findings.iter().any(|finding| is(tool, finding)),
        }
    }

    /// In words.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Exactly(ids) if ids.is_empty() => "nothing".into(),
            Self::Exactly(ids) => ids.join(", "),
            Self::Tool(tool) => format!("some marker of {tool}"),
        }
    }
}

/// A message of a directory: it must show this tool, or nothing.
#[must_use]
pub fn message(place: String, text: Vec<u8>, tool: Option<&str>) -> Case {
    let expect = match tool {
        Some(tool) => Expect::Tool(tool.to_owned()),
        None => Expect::Exactly(Vec::new()),
    };
    let subject = Subject::Message { encoding: None, text };
    Case { place, name: None, subject, expect, verdict: None }
}

/// Reads a file of cases.
///
/// # Errors
/// All mistakes of the file together.
pub fn read(source: &Arc<Source>, rules: &RuleSet) -> Result<Vec<Case>, Vec<Problem>> {
    let root = document::parse(source)?;
    let reader = Reader::default();
    let mut cases = Vec::new();
    if let Some(mut root) = reader.fields(&root, "a file of cases") {
        for node in root.tables("case") {
            if let Some(mut fields) = reader.fields(node, "a case") {
                cases.extend(case(&mut fields, rules));
                fields.finish();
            }
        }
        if cases.is_empty() {
            let help = "a case is a [[case]] table; docs/rules.md describes it";
            let problem = Problem::new(root.place(), "there is no case in this file");
            reader.report(problem.help(help));
        }
        root.finish();
    }
    let problems = reader.take();
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

const VERDICTS: [(&str, &str); 4] =
    [("reject", "reject"), ("warn", "warn"), ("record", "record"), ("allow", "allow")];

fn case(fields: &mut Fields<'_>, rules: &RuleSet) -> Option<Case> {
    let place = fields.place().clone();
    let name = fields.string("name").map(str::to_owned);
    let verdict = fields.word("verdict", &VERDICTS).map(str::to_owned);
    let encoding = fields.string("encoding").map(|text| text.as_bytes().to_vec());
    let role = fields.one_of("role").unwrap_or(Role::Author);
    let on = fields.string("on").unwrap_or("refs/notes/ai").as_bytes().to_vec();
    let mut subjects = Vec::new();
    for key in ["message", "identity", "path", "ref", "content", "note"] {
        let Some(text) = fields.string(key) else {
            continue;
        };
        let text = text.as_bytes().to_vec();
        subjects.push(match key {
            "message" => Subject::Message { encoding: encoding.clone(), text },
            "identity" => Subject::Identity { role, raw: text },
            "path" => Subject::Path(text),
            "ref" => Subject::Ref(text),
            "content" => Subject::Content(text),
            _ => Subject::Note { ref_name: on.clone(), text },
        });
    }
    let expected = fields.node("expect").is_some();
    let ids = fields.strings("expect");
    for (id, place) in &ids {
        known(fields, rules, id, place);
    }
    let subject = match (subjects.pop(), subjects.pop()) {
        // A file with its path.
        (Some(Subject::Content(content)), Some(Subject::Path(path))) => {
            Some(Subject::File { path, content })
        }
        (subject, None) => subject,
        _ => None,
    };
    if subject.is_none() || !subjects.is_empty() {
        let message = "a case has one of `message`, `identity`, `path`, `ref`, `content`, `note`, \
            or `path` and `content`";
        fields.reader().report(Problem::new(&place, message));
        return None;
    }
    if !expected {
        let problem = Problem::new(&place, "a case needs `expect`");
        let help = "a list of marker or tool ids; [] when nothing must be found";
        fields.reader().report(problem.help(help));
        return None;
    }
    let expect = Expect::Exactly(ids.into_iter().map(|(id, _)| id.to_owned()).collect());
    Some(Case { place: place.file_line(), name, subject: subject?, expect, verdict })
}

/// Reports an id that the catalogue has not.
fn known(fields: &Fields<'_>, rules: &RuleSet, id: &str, place: &Place) {
    let markers = rules.rules.iter().map(|rule| rule.marker.id.as_str());
    let tools = rules.tools.iter().map(|tool| tool.id.as_str());
    let ids: Vec<&str> = if id.contains('/') { markers.collect() } else { tools.collect() };
    if ids.contains(&id) {
        return;
    }
    let mut problem = Problem::new(place, format!("the rules have no `{id}`"));
    if let Some(near) = similar(id, ids.iter().copied()) {
        problem = problem.help(format!("did you mean `{near}`?"));
    }
    fields.reader().report(problem);
}
