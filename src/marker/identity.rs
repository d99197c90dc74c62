//! The kind `identity`: authors, committers and taggers.
//!
//! Most are hash look-ups by whole address or by GitHub login; only names that carry a
//! distinctive word are tried by expression.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::credit::{Person, github_login};
use super::literals::Literals;
use super::model::Models;
use super::tamper::{Tampers, Trick};
use crate::document::{Fields, Problem};
use crate::finding::{Field, Finding, Kind, Marker};
use crate::git::Ident;
use crate::text::escape::lossy;
use crate::text::{Form, read};

/// Which header an identity stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `author`
    Author,
    /// `committer`
    Committer,
    /// `tagger`
    Tagger,
}

impl Role {
    /// The word for it in configuration files.
    #[must_use]
    pub fn word(self) -> &'static str {
        ROLES.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| *word)
    }
}

const ROLES: [(&str, Role); 3] =
    [("author", Role::Author), ("committer", Role::Committer), ("tagger", Role::Tagger)];

/// What an `identity` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) roles: Vec<Role>,
    pub(super) person: Person,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let named = fields.strings("roles");
        let mut roles = Vec::new();
        for (word, place) in &named {
            match ROLES.iter().find(|(name, _)| name == word) {
                Some((_, role)) => roles.push(*role),
                None => fields.reader().report(
                    Problem::new(place, format!("`{word}` is not a role"))
                        .help("roles are author, committer and tagger"),
                ),
            }
        }
        if named.is_empty() {
            roles = ROLES.iter().map(|(_, role)| *role).collect();
        }
        let person = Person::read(fields, false);
        if !person.has_literals() {
            let problem = Problem::new(fields.place(), "this marker names nobody");
            fields
                .reader()
                .report(problem.help("give `emails`, `logins`, or `names` with `keywords`"));
            return None;
        }
        Some(Self { roles, person })
    }
}

/// All identity markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    by_email: HashMap<String, Vec<usize>>,
    by_login: HashMap<String, Vec<usize>>,
    by_name: Literals,
    models: Arc<Models>,
    tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a name needs them.
    alike: OnceLock<Box<Self>>,
}

impl Matcher {
    pub(super) fn new(
        markers: Vec<(Arc<Marker>, Spec)>,
        models: &Arc<Models>,
        tampers: &Arc<Tampers>,
    ) -> Self {
        let mut by_email: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_login: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_name = Literals::default();
        for (at, (_, spec)) in markers.iter().enumerate() {
            let person = &spec.person;
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
        let (models, tampers) = (Arc::clone(models), Arc::clone(tampers));
        Self { markers, by_email, by_login, by_name, models, tampers, alike: OnceLock::new() }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let other = |(marker, spec): &(Arc<Marker>, Spec)| {
                let spec = Spec { roles: spec.roles.clone(), person: spec.person.alike() };
                (Arc::clone(marker), spec)
            };
            let markers = self.markers.iter().map(other).collect();
            Box::new(Self::new(markers, &self.models, &self.tampers))
        })
    }

    /// The findings in one identity, as [`Matcher::look`] gives them.
    #[must_use]
    pub fn find(&self, role: Role, ident: &Ident<'_>, field: &Field) -> Vec<Finding> {
        self.look(role, None, ident.raw, field)
    }

    /// The findings in the value of a header that names a person, in an object whose encoding
    /// is declared by `encoding`.
    #[must_use]
    pub fn look(
        &self,
        role: Role,
        encoding: Option<&[u8]>,
        raw: &[u8],
        field: &Field,
    ) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        read(Form::Line, encoding, raw, &mut |reading| {
            let ident = Ident::parse(reading.text);
            let mut now = Vec::new();
            for marker in self.spelled(reading.is_alike).matching(role, &ident) {
                let known = |old: &Finding| {
                    old.marker.tool == marker.tool && old.marker.confidence >= marker.confidence
                };
                if findings.iter().any(known) {
                    continue;
                }
                let finding = self.finding(&marker, &ident, reading.shown, field);
                let trick = reading.undone.map(Trick::from);
                now.extend(trick.iter().flat_map(|&trick| self.tampers.beside(&finding, trick)));
                now.push(finding);
            }
            findings.append(&mut now);
        });
        findings
    }

    /// The markers that an example identity has in any role.
    pub(super) fn find_in_any_role(&self, example: &[u8]) -> Vec<Arc<Marker>> {
        let ident = Ident::parse(example);
        let mut found = Vec::new();
        for (_, role) in ROLES {
            found.extend(self.find(role, &ident, &Field::Author).into_iter().map(|f| f.marker));
        }
        found
    }

    fn finding(
        &self,
        marker: &Arc<Marker>,
        ident: &Ident<'_>,
        shown: &[u8],
        field: &Field,
    ) -> Finding {
        // The time is no evidence.
        let end = shown.iter().rposition(|&byte| byte == b'>').map_or(shown.len(), |at| at + 1);
        let shown = shown.get(..end).unwrap_or(shown);
        let mut finding = Finding::new(marker, field.clone(), shown);
        if let Some((model, vendor)) = self.models.named_in(&lossy(ident.name)) {
            finding.model = Some(model);
            finding.model_vendor = Some(vendor);
        }
        finding
    }

    fn matching(&self, role: Role, ident: &Ident<'_>) -> Vec<Arc<Marker>> {
        let candidates = self.candidates(ident);
        let exact = |email: &str| self.is_exact(email);
        let candidates = candidates.iter().filter_map(|&at| self.markers.get(at));
        candidates
            .filter(|(_, spec)| spec.roles.contains(&role) && spec.person.is(ident, &exact))
            .map(|(marker, _)| Arc::clone(marker))
            .collect()
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
        self.by_name.find(ident.name, |_, at| candidates.push(at));
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}
