//! The kind `identity`: authors, committers and taggers.
//!
//! Most are hash look-ups by whole address or by GitHub login; only names that carry a
//! distinctive word are tried by expression.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::claims::{Claim, joined};
use super::credit::{Person, Who, github_login};
use super::forms::{self, Credited, Forms};
use super::literals::Literals;
use super::model::Models;
use super::tamper::{Tampers, Trick};
use super::text_findings::TextFindings;
use crate::document::{Fields, Problem};
use crate::finding::{Field, Finding, Kind, Marker};
use crate::git::Ident;
use crate::text::WordEnum;
use crate::text::escape::lossy;
use crate::text::{Effort, Form, Pace, Unwatched, read};

/// Which header an identity stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    /// `author`
    Author,
    /// `committer`
    Committer,
    /// `tagger`
    Tagger,
}

impl WordEnum for Role {}

/// What an `identity` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) roles: Vec<Role>,
    pub(super) person: Person,
    /// What stands in the place of `person`, if it is a form that is shared by tools.
    pub(super) form: Option<forms::Spec>,
}

impl Spec {
    /// A person in any role.
    pub(super) fn of_person(person: Person) -> Self {
        Self { roles: Role::all().to_vec(), person, form: None }
    }

    /// A form in the place of a person, in any role.
    pub(super) fn of_form(form: forms::Spec) -> Self {
        Self { roles: Role::all().to_vec(), person: Person::default(), form: Some(form) }
    }

    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let named = fields.strings("roles");
        let mut roles = Vec::new();
        for (word, place) in &named {
            match Role::from_word(word) {
                Some(role) => roles.push(role),
                None => fields.reader().report(
                    Problem::new(place, format!("`{word}` is not a role"))
                        .help("roles are author, committer and tagger"),
                ),
            }
        }
        if named.is_empty() {
            roles = Role::all().to_vec();
        }
        if let Some(form) = forms::Spec::read(fields) {
            return Some(Self { roles, person: Person::default(), form: Some(form) });
        }
        let person = Person::read(fields, false);
        if !person.has_literals() {
            let problem = Problem::new(fields.place(), "this marker names nobody");
            fields
                .reader()
                .report(problem.help("give `emails`, `logins`, or `names` with `keywords`"));
            return None;
        }
        Some(Self { roles, person, form: None })
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let roles = self.roles.iter().map(|role| role.word());
        self.person.claims(roles, &joined(self.person.names.iter()))
    }
}

/// A header that names a person.
#[derive(Clone, Copy, Debug)]
pub struct PersonHeader<'h> {
    /// In which role.
    pub role: Role,
    /// Its value.
    pub raw: &'h [u8],
    /// Where findings in it are.
    pub field: &'h Field,
}

/// An identity as evidence: the time is none.
fn evidence(shown: &[u8]) -> &[u8] {
    let end = shown.iter().rposition(|&byte| byte == b'>').map_or(shown.len(), |at| at + 1);
    shown.get(..end).unwrap_or(shown)
}

/// All identity markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    by_email: HashMap<String, Vec<usize>>,
    by_login: HashMap<String, Vec<usize>>,
    by_name: Literals,
    models: Arc<Models>,
    forms: Arc<Forms>,
    is_alike: bool,
    tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a name needs them.
    alike: OnceLock<Box<Self>>,
}

impl Matcher {
    pub(super) fn new(
        markers: Vec<(Arc<Marker>, Spec)>,
        (models, forms): (&Arc<Models>, &Arc<Forms>),
        tampers: &Arc<Tampers>,
        is_alike: bool,
    ) -> Self {
        let mut by_email: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_login: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_name = Literals::default();
        for (at, (marker, spec)) in markers.iter().enumerate() {
            let person = &spec.person;
            if spec.form.is_some() {
                let words = forms.literals(forms.who(&marker.tool), is_alike);
                words.iter().for_each(|word| by_name.add(word, at));
            }
            for email in &person.emails {
                by_email.entry(email.clone()).or_default().push(at);
            }
            for login in &person.logins {
                by_login.entry(login.clone()).or_default().push(at);
            }
            if person.emails.is_empty() && person.logins.is_empty() {
                for keyword in &person.keywords {
                    by_name.add(keyword, at);
                }
            }
        }
        let (models, forms) = (Arc::clone(models), Arc::clone(forms));
        let (tampers, alike) = (Arc::clone(tampers), OnceLock::new());
        let is = is_alike;
        Self { markers, by_email, by_login, by_name, models, forms, is_alike: is, tampers, alike }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let other = |(marker, spec): &(Arc<Marker>, Spec)| {
                let (roles, form) = (spec.roles.clone(), spec.form);
                let spec = Spec { roles, person: spec.person.alike(), form };
                (Arc::clone(marker), spec)
            };
            let markers = self.markers.iter().map(other).collect();
            Box::new(Self::new(markers, (&self.models, &self.forms), &self.tampers, true))
        })
    }

    /// The findings in one identity, as [`Matcher::look`] gives them.
    #[must_use]
    pub fn find(&self, role: Role, ident: &Ident<'_>, field: &Field) -> Vec<Finding> {
        self.look(&Unwatched, None, &PersonHeader { role, raw: ident.raw, field }).findings
    }

    /// The findings in a header that names a person, in an object whose encoding is declared by
    /// `encoding`.
    #[must_use]
    pub fn look(
        &self,
        pace: &dyn Pace,
        encoding: Option<&[u8]>,
        header: &PersonHeader<'_>,
    ) -> TextFindings {
        let PersonHeader { role, raw, field } = *header;
        let (undoing, trying) = (Effort::new(pace, raw.len()), Effort::new(pace, raw.len()));
        let mut findings: Vec<Finding> = Vec::new();
        read(Form::Line, encoding, raw, &undoing, &mut |reading| {
            let ident = Ident::parse(reading.text);
            let mut now = Vec::new();
            for marker in self.spelled(reading.is_alike).matching(role, &ident, &trying) {
                let known = |old: &Finding| {
                    old.marker.tool == marker.tool && old.marker.confidence >= marker.confidence
                };
                if findings.iter().any(known) {
                    continue;
                }
                let mut finding = Finding::new(&marker, field.clone(), evidence(reading.shown));
                let name = lossy(ident.name);
                if let Some((model, vendor)) = self.models.named_in(&name, &trying) {
                    finding.model = Some(model);
                    finding.model_vendor = Some(vendor);
                }
                let trick = reading.undone.map(Trick::from);
                now.extend(trick.iter().flat_map(|&trick| self.tampers.beside(&finding, trick)));
                now.push(finding);
            }
            findings.append(&mut now);
        });
        TextFindings::of(findings, undoing.is_cut() || trying.is_cut())
    }

    /// The markers that an example identity has in any role.
    pub(super) fn find_in_any_role(&self, example: &[u8]) -> Vec<Arc<Marker>> {
        let ident = Ident::parse(example);
        let mut found = Vec::new();
        for role in Role::all().iter().copied() {
            found.extend(self.find(role, &ident, &Field::Author).into_iter().map(|f| f.marker));
        }
        found
    }

    fn matching(&self, role: Role, ident: &Ident<'_>, effort: &Effort<'_>) -> Vec<Arc<Marker>> {
        let candidates = self.candidates(ident);
        if candidates.is_empty() {
            return Vec::new();
        }
        let who = Who::of(ident);
        let exact = |email: &str| self.is_exact(email);
        let candidates = candidates.iter().filter_map(|&at| self.markers.get(at));
        let named = OnceCell::new();
        let named = || *named.get_or_init(|| self.named(&who));
        let is_meant = |marker: &Marker, spec: &Spec| match &spec.form {
            Some(_) => self.is_credited(marker, named()),
            None => spec.person.is(&who, &exact, effort),
        };
        candidates
            .filter(|(marker, spec)| spec.roles.contains(&role) && is_meant(marker, spec))
            .map(|(marker, _)| Arc::clone(marker))
            .collect()
    }

    /// Whether what a name credits is what a marker of a form looks for.
    pub(super) fn is_credited(&self, marker: &Marker, credited: Option<Credited>) -> bool {
        credited.is_some_and(|credited| credited.who == self.forms.who(&marker.tool))
    }

    /// Whom a name credits in front of an address that no marker lists.
    pub(super) fn named(&self, who: &Who) -> Option<Credited> {
        let login = github_login(who.email());
        let is_listed = self.by_email.contains_key(who.email())
            || login.is_some_and(|login| self.by_login.contains_key(login));
        if is_listed {
            return None;
        }
        self.forms.lexicon(self.is_alike).identity(who.name(), who.email())
    }

    /// Whether some marker lists this address in full.
    pub(super) fn is_exact(&self, email: &str) -> bool {
        self.by_email.contains_key(email)
    }

    /// The markers that list the address, the login or a word of the name.
    pub(super) fn candidates(&self, ident: &Ident<'_>) -> Vec<usize> {
        let email = lossy(ident.email).to_ascii_lowercase();
        let mut candidates: Vec<usize> = Vec::new();
        let by_email = self.by_email.get(email.as_str());
        candidates.extend(by_email.into_iter().flatten());
        if by_email.is_none() {
            let login = github_login(&email);
            candidates
                .extend(login.and_then(|login| self.by_login.get(login)).into_iter().flatten());
        }
        // A name may hold a word a million times.
        let enough = candidates.len() + self.markers.len();
        self.by_name.find(ident.name, |_, at| {
            if candidates.len() > enough {
                candidates.sort_unstable();
                candidates.dedup();
            }
            candidates.push(at);
        });
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}
