//! The markers that look at lines of a message, ready to look.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::alike::alike;
use super::credit::{Marked, github_login};
use super::forms::{self, Lexicon, Who};
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
    /// The words by which models are called.
    families: Vec<String>,
    pub(super) lexicon: Arc<Lexicon>,
    pub(super) tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a text needs them.
    alike: OnceLock<Box<Self>>,
}

#[derive(Debug)]
pub(super) enum Look {
    Credit(super::credit::Spec),
    Line(line::Expression),
    /// A form that tools share, and who is credited in it.
    Form(forms::Spec, Who),
}

impl Look {
    /// Words of which one is on each line that is found.
    pub(super) fn literals<'l>(&'l self, families: &'l [String]) -> Vec<Cow<'l, str>> {
        match self {
            Self::Credit(spec) => spec.literals(),
            Self::Line(spec) => {
                spec.literals().iter().map(|it| Cow::Borrowed(it.as_str())).collect()
            }
            Self::Form(spec, _) => spec.literals(families),
        }
    }

    /// The same for texts in the spelling of [`super::alike`].
    fn alike(&self) -> Self {
        match self {
            Self::Credit(spec) => Self::Credit(spec.alike()),
            Self::Line(spec) => Self::Line(spec.alike()),
            Self::Form(spec, who) => Self::Form(spec.alike(), *who),
        }
    }
}

impl MessageMatcher {
    pub(super) fn new(
        lines: Vec<(Arc<Marker>, line::Spec)>,
        credits: Vec<Marked>,
        models: &Arc<Models>,
        tampers: &Arc<Tampers>,
    ) -> Self {
        let families: Vec<String> = models.family_words().map(str::to_owned).collect();
        let mut lexicon = Lexicon::new(&families, false);
        let mut form = |marker: &Marker, spec: forms::Spec| {
            let who = lexicon.add_form(&marker.tool, &spec);
            Look::Form(spec, who)
        };
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
        let lexicon = Arc::new(lexicon);
        Self::of_markers(markers, exact, (Arc::clone(models), families, lexicon), tampers)
    }

    fn of_markers(
        markers: Vec<(Arc<Marker>, Look)>,
        exact: HashMap<String, Vec<Kind>>,
        (models, families, lexicon): (Arc<Models>, Vec<String>, Arc<Lexicon>),
        tampers: &Arc<Tampers>,
    ) -> Self {
        let mut literals = Literals::default();
        for (at, (_, look)) in markers.iter().enumerate() {
            look.literals(&families).iter().for_each(|literal| literals.add(literal, at));
        }
        let logins = markers.iter().filter_map(|(_, look)| match look {
            Look::Credit(spec) => Some(spec.person.logins.iter().cloned()),
            _ => None,
        });
        let logins = logins.flatten().collect();
        let tampers = Arc::clone(tampers);
        let alike = OnceLock::new();
        Self { literals, markers, exact, logins, models, families, lexicon, tampers, alike }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let other = |(marker, look): &(Arc<Marker>, Look)| (Arc::clone(marker), look.alike());
            let markers: Vec<_> = self.markers.iter().map(other).collect();
            let mut lexicon = Lexicon::new(&self.families, true);
            for (marker, look) in &markers {
                if let Look::Form(spec, _) = look {
                    lexicon.add_form(&marker.tool, spec);
                }
            }
            let exact = self.exact.iter().map(|(email, kinds)| (alike(email), kinds.clone()));
            let known = (Arc::clone(&self.models), self.families.clone(), Arc::new(lexicon));
            Box::new(Self::of_markers(markers, exact.collect(), known, &self.tampers))
        })
    }

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }

    /// The words by which models are called.
    pub(super) fn families(&self) -> &[String] {
        &self.families
    }

    /// Whether some marker lists an address in full, or the login in it.
    pub(super) fn lists(&self, email: &str) -> bool {
        let login = github_login(email);
        self.exact.contains_key(email) || login.is_some_and(|login| self.logins.contains(login))
    }
}
