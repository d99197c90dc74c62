//! Whether one ref's policy is at least as strict as another's, so that what was let in
//! there need not be judged again.
//!
//! R is at least as strict as T when every finding that T rejects would be rejected on R,
//! whoever pushes and whatever else the commit changes. The verdicts are compared marker
//! by marker over the whole catalogue; where nothing can be shown the answer is no, for
//! judging twice is safe. With one policy for all refs nothing is compared at all.

use super::Verdict;
use super::judge::{Class, Judge};
use super::settings::{Settings, Subject, Traits};
use crate::document::Moment;
use crate::finding::{Kind, Marker, PathUse};
use crate::text::WordEnum;

/// With more conditional scopes than this, only equal classes are as strict.
const MOST_CONDITIONS: usize = 6;

impl Judge<'_> {
    /// Whether refs of the class `existing` hide what they reach from refs of `target`.
    #[must_use]
    pub fn hides(&self, existing: &Class, target: &Class) -> bool {
        if existing == target {
            return true;
        }
        let key = (existing.clone(), target.clone());
        if let Some(&known) = self.hiding.borrow().get(&key) {
            return known;
        }
        let hides = self.is_as_strict(existing, target);
        self.hiding.borrow_mut().insert(key, hides);
        hides
    }

    fn is_as_strict(&self, mine: &Class, theirs: &Class) -> bool {
        // An exemption that counts there and not here let in what is refused here.
        if !mine.exemptions.iter().all(|at| theirs.exemptions.contains(at)) {
            return false;
        }
        let conditional = |at: &usize| {
            self.policy.scopes.get(*at).is_some_and(super::scope::Scope::is_conditional)
        };
        let mut conditions: Vec<usize> =
            mine.scopes.iter().chain(&theirs.scopes).copied().filter(conditional).collect();
        conditions.sort_unstable();
        conditions.dedup();
        if conditions.len() > MOST_CONDITIONS {
            return false;
        }
        let markers = (self.markers)();
        (0..1_u32 << conditions.len()).all(|chosen| {
            let holds = |at: &usize| match conditions.iter().position(|known| known == at) {
                Some(bit) => chosen >> bit & 1 == 1,
                None => true,
            };
            let of =
                |class: &Class| self.together(class.scopes.iter().copied().filter(holds).collect());
            let markers = markers.iter().map(AsRef::as_ref);
            is_as_strict(&of(mine), &of(theirs), markers, self.situation.now)
        })
    }
}

/// Whether whatever `theirs` rejects is rejected by `mine` too.
pub(super) fn is_as_strict<'m>(
    mine: &Settings,
    theirs: &Settings,
    markers: impl IntoIterator<Item = &'m Marker>,
    now: Moment,
) -> bool {
    // What came in before a policy was in force was not refused.
    if let Some(theirs) = theirs.schedule().enforces_since(now)
        && mine.schedule().enforces_since(now).is_none_or(|mine| mine > theirs)
    {
        return false;
    }
    if let Some(bypass) = &mine.bypass
        && theirs
            .bypass
            .as_ref()
            .is_none_or(|theirs| !bypass.value.pushers.are_among(&theirs.value.pushers))
    {
        return false;
    }
    if !mine.people.is_as_strict_as(&theirs.people) {
        return false;
    }
    let discloses = mine.disclosure.is_as_strict_as(&theirs.disclosure);
    let mut loosened = loosened(theirs, mine, markers, discloses);
    loosened.next().is_none()
}

/// The findings that `before` rejects, or wants disclosed, and `after` is milder on.
/// `discloses` says whether a disclosure that `after` accepts is accepted by `before`.
pub(super) fn loosened<'m>(
    before: &Settings,
    after: &Settings,
    markers: impl IntoIterator<Item = &'m Marker>,
    discloses: bool,
) -> impl Iterator<Item = &'m Marker> {
    let models: Vec<(Option<String>, Option<String>)> = models(before, after);
    let verdict = |settings: &Settings, traits: Traits<'_>| match settings.pinned(traits.marker) {
        Some(_) => Verdict::Record.min(settings.resolve(traits).verdict),
        None => settings.resolve(traits).verdict,
    };
    markers.into_iter().filter(move |marker| {
        let mut looks = uses(marker.kind).into_iter().flat_map(|path_use| {
            models.iter().flat_map(move |(model, vendor)| {
                [(false, false), (true, false), (false, true), (true, true)].map(
                    |(copied, in_merge)| Traits {
                        marker,
                        model: model.as_deref(),
                        model_vendor: vendor.as_deref(),
                        path_use,
                        copied,
                        in_merge,
                    },
                )
            })
        });
        looks.any(|traits| {
            let was = verdict(before, traits);
            let is = verdict(after, traits);
            was >= Verdict::Disclose
                && (is < was || (is == Verdict::Disclose && was == is && !discloses))
        })
    })
}

/// What can become of a path; for other kinds there is one way to be found.
fn uses(kind: Kind) -> Vec<Option<PathUse>> {
    if kind == Kind::Path {
        return PathUse::all().iter().copied().map(Some).collect();
    }
    vec![None]
}

/// No model, and all that either policy names.
fn models(one: &Settings, other: &Settings) -> Vec<(Option<String>, Option<String>)> {
    let mut models = vec![(None, None)];
    for subject in one.lines.keys().chain(other.lines.keys()) {
        match subject {
            Subject::Model(name) => models.push((Some(name.clone()), None)),
            Subject::ModelVendor(name) => {
                models.push((Some(String::new()), Some(name.clone())));
            }
            _ => {}
        }
    }
    models
}
