//! What a look at one subject saw, step by step: each view of the text, the markers of
//! which a literal was there, and why each of them did or did not match.
//!
//! For `rules explain` only. It asks the same matchers and the same grammar as a push
//! does, so that it can't tell another story; it may be slow.

use std::collections::HashSet;
use std::sync::Arc;

use super::credit::{Forms, Refusal, Who};
use super::message_matcher::{Look, MessageMatcher};
use super::sentences::Sentences;
use super::tamper::Trick;
use super::ways::Credit;
use super::ways::Ways;
use super::{Matchers, Role, identity, ref_name};
use crate::finding::Marker;
use crate::git::Ident;
use crate::text::escape::{escape, excerpt, lossy};
use crate::text::lines::{Line, Locator, pieces};
use crate::text::{Effort, Form, Reading, Unwatched, WordEnum, read};

/// A marker that was tried because one of its literals was there.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which marker.
    pub marker: Arc<Marker>,
    /// The literal.
    pub literal: String,
    /// The line, counted from 1, in texts.
    pub line: Option<usize>,
    /// What it was tried on.
    pub text: String,
    /// Why it is not there; `None` when it is.
    pub refused: Option<String>,
}

/// One reading of a text.
#[derive(Clone, Debug)]
pub struct View {
    /// The trick that this reading undoes; `None` for the plain one.
    pub trick: Option<Trick>,
    /// Whether it is the text as it is; of several, typography was made plain for the others.
    pub is_first: bool,
    /// The lines that differ from the plain reading, with their numbers.
    pub differs: Vec<(usize, String)>,
    /// The markers that were tried, and not in an earlier reading of the same line.
    pub candidates: Vec<Candidate>,
}

impl View {
    fn new(
        plain: &[u8],
        reading: &Reading<'_>,
        is_first: bool,
        candidates: Vec<Candidate>,
    ) -> Self {
        let differs = if is_first { Vec::new() } else { differing(plain, reading.text) };
        Self { trick: reading.undone.map(Trick::from), is_first, differs, candidates }
    }

    fn has(&self, new: &Candidate) -> bool {
        let same = |old: &Candidate| {
            old.marker == new.marker && old.line == new.line && old.text == new.text
        };
        self.candidates.iter().any(same)
    }
}

/// More candidates of one view say nothing more.
pub(super) const MOST: usize = 1000;
/// The width at which lines are shown.
pub(super) const WIDTH: usize = 160;

impl Matchers {
    /// How a message is read; see `MessageMatcher::find`.
    #[must_use]
    pub fn trace_message(&self, encoding: Option<&[u8]>, text: &[u8]) -> Vec<View> {
        let mut views: Vec<View> = Vec::new();
        let effort = Effort::new(&Unwatched, text.len());
        read(Form::Message, encoding, text, &effort, &mut |reading| {
            let mut candidates = in_message(self.message.spelled(reading.is_alike), reading.text);
            candidates.retain(|new| !views.iter().any(|view| view.has(new)));
            views.push(View::new(text, &reading, views.is_empty(), candidates));
        });
        views
    }

    /// How an author, committer or tagger is read.
    #[must_use]
    pub fn trace_identity(&self, role: Role, raw: &[u8]) -> Vec<View> {
        let mut views: Vec<View> = Vec::new();
        let effort = Effort::new(&Unwatched, raw.len());
        read(Form::Line, None, raw, &effort, &mut |reading| {
            let candidates = in_identity(
                self.identity.spelled(reading.is_alike),
                role,
                &Ident::parse(reading.text),
            );
            views.push(View::new(raw, &reading, views.is_empty(), candidates));
        });
        views
    }

    /// The ref markers that begin as the name does.
    #[must_use]
    pub fn trace_ref(&self, name: &[u8]) -> Vec<Candidate> {
        in_ref(&self.ref_name, name)
    }
}

/// The lines of a later view that the plain one has not.
fn differing(plain: &[u8], view: &[u8]) -> Vec<(usize, String)> {
    let before: HashSet<&[u8]> = pieces(plain).map(|line| line.bytes).collect();
    let lines = pieces(view).filter(|line| !before.contains(&line.bytes));
    lines.map(|line| (line.number, excerpt(line.bytes, WIDTH))).collect()
}

/// Which of a marker's literals begins at an offset.
pub(super) fn literal_at(literals: &[String], text: &[u8], offset: usize) -> String {
    let begins = |literal: &&String| {
        let there = text.get(offset..offset + literal.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(literal.as_bytes()))
    };
    literals.iter().filter(begins).max_by_key(|literal| literal.len()).cloned().unwrap_or_default()
}

fn in_message(matcher: &MessageMatcher, view: &[u8]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut forms: HashSet<Arc<str>> = HashSet::new();
    let mut tried: HashSet<(usize, usize)> = HashSet::new();
    let mut locator = Locator::new(view);
    let effort = Effort::new(&Unwatched, view.len());
    matcher.literals.find(view, |offset, at| {
        let line = locator.piece_at(offset);
        for &at in matcher.tried_with(&at) {
            let Some((marker, look)) = matcher.markers.get(at) else { continue };
            if candidates.len() >= MOST || !tried.insert((at, line.start)) {
                continue;
            }
            if matches!(look, Look::Form(..)) {
                forms.insert(marker.id.as_str().into());
            }
            let (number, refused) = tried_on(matcher, (marker, look), (line, &locator), &effort);
            candidates.push(Candidate {
                marker: Arc::clone(marker),
                literal: literal_at(&matcher.literals_of(look), view, offset),
                line: Some(number),
                text: excerpt(line.bytes, WIDTH),
                refused,
            });
        }
    });
    let by_others: Vec<_> = candidates
        .iter()
        .filter(|it| it.refused.is_none() && !forms.contains(it.marker.id.as_str()))
        .map(|it| (it.marker.tool.clone(), it.line, it.marker.confidence))
        .collect();
    for it in &mut candidates {
        let says_so = |(tool, line, confidence): &(String, Option<usize>, _)| {
            *tool == it.marker.tool && *line == it.line && *confidence >= it.marker.confidence
        };
        if it.refused.is_none()
            && forms.contains(it.marker.id.as_str())
            && by_others.iter().any(says_so)
        {
            it.refused = Some("a marker that looks for more than a form says so already".into());
        }
    }
    candidates.sort_by(|a, b| (a.line, &a.marker.id).cmp(&(b.line, &b.marker.id)));
    candidates
}

/// On which line a marker is tried, and why it is not there; `None` when it is.
fn tried_on(
    matcher: &MessageMatcher,
    (marker, look): (&Marker, &Look),
    (line, locator): (Line<'_>, &Locator<'_>),
    effort: &Effort<'_>,
) -> (usize, Option<String>) {
    match look {
        Look::Line(spec) => {
            let is = spec.is_within(lossy(line.bytes).trim(), effort);
            let why = "its expression does not match the line";
            (line.number, (!is).then(|| why.to_owned()))
        }
        Look::Form(form, who) => {
            let ways = Ways::of(line, locator);
            let is_listed = |email: &str| matcher.lists(email);
            let lexicon = matcher.lexicon();
            let sentences = Sentences::of(lexicon, (line, &ways), locator, &is_listed, effort);
            match sentences.find(*form, *who) {
                Some((_, number, _)) => (number, None),
                None => {
                    let sure = form.confidence().word();
                    (line.number, Some(format!("it is no sentence that is a {sure} credit of it")))
                }
            }
        }
        Look::Credit(spec) => {
            match matcher.credit(marker, spec, &Ways::of(line, locator), effort) {
                Some((number, _)) => (number, None),
                None => (line.number, Some(refused_credit(matcher, marker, spec, line))),
            }
        }
    }
}

fn refused_credit(
    matcher: &MessageMatcher,
    marker: &Marker,
    spec: &super::credit::Spec,
    line: Line<'_>,
) -> String {
    let Some(credit) = Credit::parse(line.bytes) else {
        return "the line is not `Key: value`".into();
    };
    let exact = |email: &str| matcher.is_exact(marker, email);
    let effort = Effort::new(&Unwatched, line.bytes.len());
    match spec.refuses(&credit.key, &Forms::of(credit.value), &exact, &effort) {
        Some(Refusal::Key) => {
            let mut keys: Vec<&str> = spec.keys().collect();
            let more = keys.len().saturating_sub(6);
            keys.truncate(6);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let key = excerpt(credit.key.as_bytes(), 40);
            format!("the key `{key}` is none of its keys ({}{more})", keys.join(", "))
        }
        Some(refusal) => refused_person(refusal, &Ident::parse(credit.value)),
        // Only a joined line could have matched, and did not.
        None => "the value wraps over more lines than are joined".into(),
    }
}

fn refused_person(refusal: Refusal, ident: &Ident<'_>) -> String {
    let email = excerpt(ident.email, 60);
    match refusal {
        Refusal::Key => "the key is none of its keys".into(),
        Refusal::Empty => "there is no value".into(),
        Refusal::Address if email.is_empty() => "there is no address".into(),
        Refusal::Address => format!("the address `{email}` is none of its `emails` or `logins`"),
        Refusal::Exact => {
            format!("the login is its own, but `{email}` is listed in full by another marker")
        }
        Refusal::Name => {
            format!("no expression of `names` matches `{}`", excerpt(ident.name, 60))
        }
        Refusal::Value => "its `value` expression does not match".into(),
    }
}

fn in_identity(matcher: &identity::Matcher, role: Role, ident: &Ident<'_>) -> Vec<Candidate> {
    let exact = |email: &str| matcher.is_exact(email);
    let (raw, who) = (escape(ident.raw), Who::of(ident));
    let effort = Effort::new(&Unwatched, ident.raw.len());
    let candidates = matcher.candidates(ident);
    let candidates = candidates.iter().filter_map(|&at| matcher.markers.get(at));
    candidates
        .map(|(marker, spec)| {
            let literals = spec.person.literals();
            let lower = raw.to_ascii_lowercase();
            let literal = literals.iter().filter(|literal| lower.contains(literal.as_ref()));
            let refused = if !spec.roles.contains(&role) {
                Some("it looks at other roles only".into())
            } else if spec.form.is_some() {
                let is = matcher.is_credited(marker, matcher.named(&who));
                (!is).then(|| "the name is not the tool's, or the address tells whose it is".into())
            } else {
                let refusal = spec.person.refuses(&who, &exact, &effort);
                refusal.map(|refusal| refused_person(refusal, ident))
            };
            Candidate {
                marker: Arc::clone(marker),
                literal: literal
                    .max_by_key(|literal| literal.len())
                    .map_or_else(String::new, ToString::to_string),
                line: None,
                text: excerpt(ident.raw, WIDTH),
                refused,
            }
        })
        .collect()
}

fn in_ref(matcher: &ref_name::Matcher, name: &[u8]) -> Vec<Candidate> {
    let short = ref_name::short(name);
    let candidates = matcher.markers.iter().filter_map(|(marker, spec)| {
        let mut begins = spec.globs.iter().filter(|(start, _)| name.starts_with(start.as_bytes()));
        let (start, _) = begins.clone().max_by_key(|(start, _)| start.len())?;
        let pattern = spec.pattern.as_ref();
        let refused = if !begins.any(|(_, glob)| glob.is_match(name)) {
            Some("none of its `refs` matches the whole name")
        } else if pattern.is_some_and(|pattern| !pattern.is_match(&lossy(short))) {
            Some("its `pattern` does not match the short name")
        } else {
            None
        };
        Some(Candidate {
            marker: Arc::clone(marker),
            literal: start.clone(),
            line: None,
            text: excerpt(name, WIDTH),
            refused: refused.map(str::to_owned),
        })
    });
    candidates.collect()
}
