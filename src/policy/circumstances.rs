//! What is looked up for each finding of a commit among its other findings and its credit
//! lines, worked out once for all of them.
//!
//! A message may hold a thousand marks and ten thousand credit lines. To go through all of one
//! kind for each of the other takes minutes, so a verdict asks here.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::disclosure::{Disclosure, Undisclosed};
use crate::finding::{Context, Credit, Field, Finding, Kind};
use crate::git::Ident;

/// The findings that are judged together, and the credit lines beside them.
pub(super) struct Circumstances<'a> {
    all: &'a [Finding],
    context: &'a Context,
    /// The findings in the message, by their lines.
    by_line: OnceCell<HashMap<usize, Vec<&'a Finding>>>,
    /// The tools that a trailer names.
    credited: OnceCell<HashSet<&'a str>>,
    /// By key, whether a person is named under it.
    persons: RefCell<HashMap<String, bool>>,
    /// The credit lines that may disclose, by what asks for them, and whether each of them has
    /// the form for it.
    forms: RefCell<HashMap<*const Disclosure, Forms<'a>>>,
    /// The answers to each question.
    disclosed: RefCell<HashMap<Question<'a>, Result<(), Undisclosed>>>,
}

/// What asks for a disclosure, and of which tool and vendor. Settings stay where they are while
/// findings are judged.
type Question<'a> = (*const Disclosure, &'a str, &'a str);

/// Credit lines, and what is wrong with the form of each.
type Forms<'a> = Rc<Vec<(&'a Credit, Result<(), Undisclosed>)>>;

impl<'a> Circumstances<'a> {
    pub(super) fn new(all: &'a [Finding], context: &'a Context) -> Self {
        Self {
            all,
            context,
            by_line: OnceCell::new(),
            credited: OnceCell::new(),
            persons: RefCell::default(),
            forms: RefCell::default(),
            disclosed: RefCell::default(),
        }
    }

    /// The findings on a line of the message.
    pub(super) fn on_line(&self, line: usize) -> &[&'a Finding] {
        let all = self.by_line.get_or_init(|| {
            let mut all: HashMap<usize, Vec<&'a Finding>> = HashMap::new();
            for finding in self.all.iter().filter(|it| it.field == Field::Message) {
                if let Some(line) = finding.line {
                    all.entry(line).or_default().push(finding);
                }
            }
            all
        });
        all.get(&line).map(Vec::as_slice).unwrap_or_default()
    }

    /// The credits on a line of the message.
    pub(super) fn credits_on(&self, line: usize) -> impl Iterator<Item = &'a Credit> {
        let credits = &self.context.credits;
        let from = credits.partition_point(|credit| credit.line < line);
        credits.iter().skip(from).take_while(move |credit| credit.line == line)
    }

    /// Whether a trailer credits a tool.
    pub(super) fn is_credited(&self, tool: &str) -> bool {
        let all = self.credited.get_or_init(|| {
            let trailers = self.all.iter().filter(|it| it.marker.kind == Kind::Trailer);
            trailers.map(|it| it.marker.tool.as_str()).collect()
        });
        all.contains(tool)
    }

    /// Whether a person is named under a key. A line on which a tool was found names none.
    pub(super) fn names_person(&self, key: &str) -> bool {
        if let Some(known) = self.persons.borrow().get(key) {
            return *known;
        }
        let mut credits = self.context.credits.iter().filter(|credit| credit.key == key);
        let is_named =
            credits.any(|credit| is_person(credit) && self.on_line(credit.line).is_empty());
        self.persons.borrow_mut().insert(key.to_owned(), is_named);
        is_named
    }

    /// The credit lines that `disclosure` looks at, and whether their form is the one that it
    /// asks for.
    pub(super) fn forms(
        &self,
        disclosure: &Disclosure,
        check: impl Fn(&Credit) -> Result<(), Undisclosed>,
    ) -> Forms<'a> {
        let asks = std::ptr::from_ref(disclosure);
        let mut forms = self.forms.borrow_mut();
        let known = forms.entry(asks).or_insert_with(|| {
            let keys = disclosure.keys();
            let credits = self.context.credits.iter().filter(|it| keys.contains(&it.key));
            Rc::new(credits.map(|credit| (credit, check(credit))).collect())
        });
        Rc::clone(known)
    }

    /// What `disclosure` says of the tool of a finding: worked out once for each tool.
    pub(super) fn disclosed(
        &self,
        disclosure: &Disclosure,
        finding: &'a Finding,
        ask: impl FnOnce() -> Result<(), Undisclosed>,
    ) -> Result<(), Undisclosed> {
        let marker = &finding.marker;
        let asks = (std::ptr::from_ref(disclosure), marker.tool.as_str(), marker.vendor.as_str());
        if let Some(known) = self.disclosed.borrow().get(&asks) {
            return known.clone();
        }
        let answer = ask();
        self.disclosed.borrow_mut().insert(asks, answer.clone());
        answer
    }
}

/// Whether a credit line can name a person.
pub(super) fn is_person(credit: &Credit) -> bool {
    is_address(Ident::parse(&credit.value).email)
        && !credit.names_tool
        && !is_machine(&credit.value)
}

/// Whether a name and address are those of a machine account.
pub(super) fn is_machine(ident: &[u8]) -> bool {
    memchr::memmem::find(ident, b"[bot]").is_some()
}

/// Whether this can be the address of a person: something stands before and behind its `@`.
fn is_address(email: &[u8]) -> bool {
    let at = email.iter().position(|&byte| byte == b'@');
    let parts = at.map(|at| (email.get(..at), email.get(at + 1..)));
    let is_name = |part: Option<&[u8]>| part.is_some_and(|part| !part.trim_ascii().is_empty());
    parts.is_some_and(|(user, host)| is_name(user) && is_name(host)) && !email.contains(&b' ')
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Confidence, Marker};

    fn finding(tool: &str, line: usize) -> Finding {
        let marker = Marker {
            id: format!("{tool}/x"),
            tool: tool.into(),
            tool_name: tool.into(),
            vendor: String::new(),
            kind: Kind::Line,
            confidence: Confidence::Strong,
            since: String::new(),
        };
        Finding { line: Some(line), ..Finding::new(&Arc::new(marker), Field::Message, b"") }
    }

    fn credit(key: &str, value: &str, line: usize) -> Credit {
        Credit { key: key.into(), value: value.into(), line, names_tool: false }
    }

    #[test]
    fn each_question_is_answered_once() {
        let all = [finding("a", 7), finding("a", 8), finding("b", 8)];
        let credits = vec![
            credit("reviewedby", "A <a@example.com>", 7),
            credit("reviewedby", "A <a@example.com>", 9),
            credit("assistedby", "a", 9),
        ];
        let context = Context { credits, ..Context::default() };
        let among = Circumstances::new(&all, &context);
        assert_eq!(among.on_line(8).len(), 2);
        assert!(among.on_line(9).is_empty());
        assert_eq!((among.credits_on(9).count(), among.credits_on(8).count()), (2, 0));
        assert!(among.names_person("reviewedby") && among.names_person("reviewedby"));
        assert!(!among.names_person("assistedby") && !among.is_credited("a"));
        let (disclosure, asked, checked) = (Disclosure::default(), Cell::new(0), Cell::new(0));
        for finding in &all {
            let ask = || {
                asked.set(asked.get() + 1);
                let check = |_: &Credit| {
                    checked.set(checked.get() + 1);
                    Ok(())
                };
                assert_eq!(among.forms(&disclosure, check).len(), 1);
                Err(Undisclosed::Absent)
            };
            assert_eq!(among.disclosed(&disclosure, finding, ask), Err(Undisclosed::Absent));
        }
        assert_eq!((asked.get(), checked.get()), (2, 1), "once a tool, and once a line");
    }
}
