//! Policy: from findings to verdicts, with the line of the file that decided.
//!
//! [`Policy`] is what the files say. A [`Judge`] is that policy as it stands for one
//! repository, one pusher and one moment: it finds the scopes of a ref, reads what they
//! say together (`policy::settings`), and asks for disclosure, people and exemptions. It also
//! answers which refs are strict enough to hide what they reach from another
//! (`policy::strictness`).

mod circumstances;
mod decision;
mod disclosed;
mod disclosure;
mod exemption;
mod globs;
mod judge;
mod kind_keys;
mod lock;
mod people;
mod place_bound;
mod placed;
pub mod presets;
mod pusher;
mod schedule;
mod schema;
mod scope;
mod settings;
mod show;
mod strictness;
mod texts;
mod verdict;
mod wording;

use std::collections::BTreeMap;

use crate::document::{Moment, Place};

pub use decision::{Decision, PlaceBound, PlaceException, Why};
pub use disclosure::Undisclosed;
pub use exemption::{
    Ancestry, Bypass, Commits, ExemptedBy, Exemption, Request, Suspension, Unrelated,
};
pub use globs::RefPatterns;
pub use judge::{Class, FoundOn, Judge, Situation};
pub use lock::{Side, check_locks, lock_on};
pub use people::Unaccounted;
pub use pusher::Pusher;
pub use schedule::Mode;
pub use settings::Subject;
pub use show::{Shown, Step};
pub use texts::{Language, PARTS};
pub use verdict::Verdict;

use globs::Globs;
use scope::Scope;
use settings::Settings;

/// What the configuration files say, ready to judge.
#[derive(Debug, Default)]
pub struct Policy {
    base: Settings,
    scopes: Vec<Scope>,
    exemptions: Vec<Exemption>,
    suspensions: Vec<Suspension>,
    groups: BTreeMap<String, Vec<String>>,
    hiding: Globs,
    hides_more: bool,
    last_good: bool,
    on_error: Option<Place>,
    locked: Vec<(String, Place)>,
}

impl Policy {
    /// Whether an existing ref of this name can hide what it reaches: the hook judges
    /// what is pushed to it.
    #[must_use]
    pub fn judges(&self, name: &[u8]) -> bool {
        name.starts_with(b"refs/heads/")
            || name.starts_with(b"refs/tags/")
            || (self.hides_more && self.hiding.matches(name))
    }

    /// What the lines of `[policy.tools]` are about, of all scopes too, with the places.
    #[must_use]
    pub fn subjects(&self) -> Vec<(&Subject, &Place)> {
        let all = std::iter::once(&self.base).chain(self.scopes.iter().map(|it| &it.settings));
        let mut subjects = Vec::new();
        for settings in all {
            for (subject, line) in &settings.lines {
                let said = line.verdict.as_ref().or_else(|| line.kinds.values().next());
                subjects.extend(said.map(|said| (subject, &said.place)));
            }
        }
        subjects
    }

    /// The tools that exemptions name, with the places.
    #[must_use]
    pub fn tools_in_lists(&self) -> Vec<(&str, &Place)> {
        let tools = self.exemptions.iter().flat_map(|exemption| &exemption.tools);
        tools.map(|(name, place)| (name.as_str(), place)).collect()
    }

    /// All exemptions.
    #[must_use]
    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    /// The suspensions that hold now.
    pub fn suspensions(&self, now: Moment) -> impl Iterator<Item = &Suspension> {
        self.suspensions.iter().filter(move |suspension| now < suspension.until)
    }

    /// All suspensions, also those that are over.
    #[must_use]
    pub fn all_suspensions(&self) -> &[Suspension] {
        &self.suspensions
    }

    /// Whom to ask, where no scope says otherwise.
    #[must_use]
    pub fn contact(&self) -> Option<&str> {
        self.base.contact.as_ref().map(|contact| contact.value.as_str())
    }

    /// Whether a file that can't be used may be replaced by its last good version.
    #[must_use]
    pub fn falls_back(&self) -> bool {
        self.last_good
    }

    /// Where it says that a push which could not be judged is let in, if it does.
    #[must_use]
    pub fn accepts_unjudged(&self) -> Option<&Place> {
        self.on_error.as_ref()
    }

    /// The scopes for some refs, each with its place and with names that such refs may have.
    pub fn scopes_of_refs(&self) -> impl Iterator<Item = (&str, &Place, Vec<String>)> {
        let scopes = self.scopes.iter().filter(|scope| scope.refs.is_given());
        scopes.map(|scope| (scope.id.as_str(), &scope.place, scope.refs.samples()))
    }

    /// Whether some scope asks for the size of changes.
    #[must_use]
    pub fn asks_for_size(&self) -> bool {
        self.scopes.iter().any(Scope::asks_for_size)
    }

    /// Where a key is locked for stronger layers, if it is, whole.
    #[must_use]
    pub fn lock(&self, key: &str) -> Option<&Place> {
        self.locked.iter().find(|(known, _)| known == key).map(|(_, place)| place)
    }

    /// Whether any scope or exemption names `refs`.
    #[must_use]
    pub fn has_places(&self) -> bool {
        self.scopes.iter().any(|scope| scope.refs.is_given())
            || self.exemptions.iter().any(|exemption| exemption.refs.is_given())
    }

    /// Whether any key is locked for stronger layers.
    #[must_use]
    pub fn has_locks(&self) -> bool {
        !self.locked.is_empty()
    }

    /// The ids of all scopes, in their order, with the places.
    pub fn scopes(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.scopes.iter().map(|scope| (scope.id.as_str(), &scope.place))
    }
}
