//! The markers that look at lines of a message, ready to look.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::alike::alike;
use super::credit::Marked;
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
    pub(super) models: Arc<Models>,
    pub(super) tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a text needs them.
    alike: OnceLock<Box<Self>>,
}

#[derive(Debug)]
pub(super) enum Look {
    Credit(super::credit::Spec),
    Line(line::Spec),
}

impl MessageMatcher {
    pub(super) fn new(
        lines: Vec<(Arc<Marker>, line::Spec)>,
        credits: Vec<Marked>,
        models: &Arc<Models>,
        tampers: &Arc<Tampers>,
    ) -> Self {
        let mut literals = Literals::default();
        let mut markers = Vec::with_capacity(lines.len() + credits.len());
        let mut exact: HashMap<String, Vec<Kind>> = HashMap::new();
        for (marker, spec) in lines {
            for literal in spec.literals() {
                literals.add(literal, markers.len());
            }
            markers.push((marker, Look::Line(spec)));
        }
        for (marker, spec) in credits {
            for literal in spec.literals() {
                literals.add(&literal, markers.len());
            }
            for email in spec.emails() {
                exact.entry(email.clone()).or_default().push(marker.kind);
            }
            markers.push((marker, Look::Credit(spec)));
        }
        let (models, tampers) = (Arc::clone(models), Arc::clone(tampers));
        Self { literals, markers, exact, models, tampers, alike: OnceLock::new() }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let mut other = Self::new(Vec::new(), Vec::new(), &self.models, &self.tampers);
            for (at, (marker, look)) in self.markers.iter().enumerate() {
                let look = match look {
                    Look::Line(spec) => Look::Line(spec.alike()),
                    Look::Credit(spec) => Look::Credit(spec.alike()),
                };
                match &look {
                    Look::Line(spec) => {
                        spec.literals().iter().for_each(|it| other.literals.add(it, at));
                    }
                    Look::Credit(spec) => {
                        spec.literals().iter().for_each(|it| other.literals.add(it, at));
                    }
                }
                other.markers.push((Arc::clone(marker), look));
            }
            let exact = self.exact.iter().map(|(email, kinds)| (alike(email), kinds.clone()));
            other.exact = exact.collect();
            Box::new(other)
        })
    }

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }
}
