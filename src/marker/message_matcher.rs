//! The markers that look at lines of a message, ready to look.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::alike::alike;
use super::credit::{Marked, github_login};
use super::forms::{self, FormOf, Forms, Lexicon, Who};
use super::line;
use super::literals::Literals;
use super::model::Models;
use super::tamper::Tampers;
use crate::finding::{Kind, Marker};

/// All markers that look at lines of a message.
#[derive(Debug)]
pub struct MessageMatcher {
    pub(super) literals: Literals,
    pub(super) markers: Vec<(Arc<Marker>, Look)>,
    /// The addresses that markers list in full, with the kinds of these.
    exact: HashMap<String, Vec<Kind>>,
    /// The GitHub logins that markers list.
    logins: HashSet<String>,
    pub(super) models: Arc<Models>,
    /// The markers that are forms, by whom they credit.
    of_forms: HashMap<Who, Vec<usize>>,
    forms: Arc<Forms>,
    is_alike: bool,
    pub(super) tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a text needs them.
    alike: OnceLock<Box<Self>>,
}

#[derive(Debug)]
pub(super) enum Look {
    Credit(super::credit::Spec),
    Line(line::Expression),
    /// A form that tools share, and who is credited in it.
    Form(FormOf, Who),
}

impl Look {
    /// Words of which one is on each line that is found, unless it is a form.
    pub(super) fn literals(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Credit(spec) => spec.literals(),
            Self::Line(spec) => {
                spec.literals().iter().map(|it| Cow::Borrowed(it.as_str())).collect()
            }
            Self::Form(..) => Vec::new(),
        }
    }

    /// The same for texts in the spelling of [`super::alike`].
    fn alike(&self) -> Self {
        match self {
            Self::Credit(spec) => Self::Credit(spec.alike()),
            Self::Line(spec) => Self::Line(spec.alike()),
            Self::Form(form, who) => Self::Form(*form, *who),
        }
    }
}

impl MessageMatcher {
    pub(super) fn new(
        lines: Vec<(Arc<Marker>, line::Spec)>,
        credits: Vec<Marked>,
        (models, forms): (&Arc<Models>, &Arc<Forms>),
        tampers: &Arc<Tampers>,
    ) -> Self {
        let form = |marker: &Marker, spec: forms::Spec| Look::Form(spec.0, forms.who(&marker.tool));
        let mut markers = Vec::with_capacity(lines.len() + credits.len());
        let mut exact: HashMap<String, Vec<Kind>> = HashMap::new();
        for (marker, spec) in lines {
            let look = match spec {
                line::Spec::Expression(spec) => Look::Line(spec),
                line::Spec::Form(spec) => form(&marker, spec),
            };
            markers.push((marker, look));
        }
        for (marker, mut spec) in credits {
            for email in spec.emails() {
                exact.entry(email.clone()).or_default().push(marker.kind);
            }
            let look = match spec.form.take() {
                Some(spec) => form(&marker, spec),
                None => Look::Credit(spec),
            };
            markers.push((marker, look));
        }
        let shared = (Arc::clone(models), Arc::clone(forms), Arc::clone(tampers));
        Self::of_markers(markers, exact, shared, false)
    }

    fn of_markers(
        markers: Vec<(Arc<Marker>, Look)>,
        exact: HashMap<String, Vec<Kind>>,
        (models, forms, tampers): (Arc<Models>, Arc<Forms>, Arc<Tampers>),
        is_alike: bool,
    ) -> Self {
        let mut literals = Literals::default();
        let mut logins = HashSet::new();
        let mut of_forms: HashMap<Who, Vec<usize>> = HashMap::new();
        for (at, (_, look)) in markers.iter().enumerate() {
            look.literals().iter().for_each(|literal| literals.add(literal, at));
            match look {
                Look::Form(_, who) => of_forms.entry(*who).or_default().push(at),
                Look::Credit(spec) => logins.extend(spec.person.logins.iter().cloned()),
                Look::Line(_) => {}
            }
        }
        // One of a tool's stands for all: they are tried together.
        for (who, all) in &of_forms {
            if let Some(&first) = all.first() {
                let words = forms.literals(*who, is_alike);
                words.iter().for_each(|literal| literals.add(literal, first));
            }
        }
        let alike = OnceLock::new();
        Self { literals, markers, exact, logins, of_forms, models, forms, is_alike, tampers, alike }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let other = |(marker, look): &(Arc<Marker>, Look)| (Arc::clone(marker), look.alike());
            let markers = self.markers.iter().map(other).collect();
            let exact = self.exact.iter().map(|(email, kinds)| (alike(email), kinds.clone()));
            let shared =
                (Arc::clone(&self.models), Arc::clone(&self.forms), Arc::clone(&self.tampers));
            Box::new(Self::of_markers(markers, exact.collect(), shared, true))
        })
    }

    /// The markers that are tried where a literal of one is: itself, or all forms of its tool.
    pub(super) fn tried_with<'m>(&'m self, at: &'m usize) -> &'m [usize] {
        match self.markers.get(*at) {
            Some((_, Look::Form(_, who))) => {
                self.of_forms.get(who).map(Vec::as_slice).unwrap_or_default()
            }
            _ => std::slice::from_ref(at),
        }
    }

    /// The lexicon of the forms, in the spelling of these markers.
    pub(super) fn lexicon(&self) -> &Lexicon {
        self.forms.lexicon(self.is_alike)
    }

    /// Words of which one is on each line that a marker finds.
    pub(super) fn literals_of(&self, look: &Look) -> Vec<String> {
        match look {
            Look::Form(_, who) => self.forms.literals(*who, self.is_alike),
            _ => look.literals().into_iter().map(Cow::into_owned).collect(),
        }
    }

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }

    /// Whether some marker lists an address in full, or the login in it.
    pub(super) fn lists(&self, email: &str) -> bool {
        let login = github_login(email);
        self.exact.contains_key(email) || login.is_some_and(|login| self.logins.contains(login))
    }
}
