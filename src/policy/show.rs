//! The effective policy and the way to one verdict, each value with its place.

use super::judge::Judge;
use super::placed::Placed;
use super::settings::{Key, Kinds, Settings, Traits};
use super::{Exemption, Verdict};
use crate::document::Place;
use crate::finding::Finding;
use crate::git::RefName;
use crate::text::WordEnum;

/// A value of the effective policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key, dotted, below `policy`.
    pub key: String,
    /// The value as a file would have it.
    pub value: String,
    /// `file:line`; `default` for what no file says.
    pub place: String,
}

/// A step on the way to a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The line, as in [`Shown`].
    pub key: String,
    /// What it says.
    pub verdict: Verdict,
    /// `file:line`.
    pub place: String,
}

impl Judge<'_> {
    /// The scopes that match a ref, whatever is changed, with their places.
    #[must_use]
    pub fn scopes_of(&self, name: &RefName) -> Vec<(String, String, bool)> {
        let class = self.class(name.as_bytes());
        let scopes = class.scopes.iter().filter_map(|&at| self.policy.scopes.get(at));
        let mine = |scope: &super::scope::Scope| {
            !scope.pushers.is_given() || scope.pushers.include(&self.situation.pusher)
        };
        let scopes = scopes.filter(|scope| mine(scope));
        let shown =
            scopes.map(|scope| (scope.id.clone(), scope.place.file_line(), scope.is_by_change()));
        shown.collect()
    }

    /// The groups that the pusher is in.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.situation.pusher.groups
    }

    /// The exemptions for a ref of this repository, also those that are over.
    #[must_use]
    pub fn exemptions_for(&self, name: &RefName) -> Vec<&Exemption> {
        let repository = self.situation.repository.as_bytes();
        let all = self.policy.exemptions.iter();
        let here = all
            .filter(|it| it.repositories.matches(repository) && it.refs.matches(name.as_bytes()));
        here.collect()
    }

    /// Every value that holds for a ref; for a change of the file `path` too, if given.
    #[must_use]
    pub fn show(&self, name: &RefName, path: Option<&[u8]>) -> Vec<Shown> {
        let class = self.class(name.as_bytes());
        let mut scopes = class.scopes.clone();
        scopes.retain(|&at| {
            self.policy.scopes.get(at).is_some_and(|scope| {
                (!scope.pushers.is_given() || scope.pushers.include(&self.situation.pusher))
                    && scope.covers_change(path, None)
            })
        });
        self.together(scopes).entries()
    }

    /// The lines that lead to what the policy says of a finding, the last one deciding.
    #[must_use]
    pub fn steps(&self, name: &RefName, finding: &Finding) -> Vec<Step> {
        let class = self.class(name.as_bytes());
        let settings = self.settings(&class, Some(finding), None);
        let mut steps = Vec::new();
        settings.resolve_with(Traits::from(finding), &mut |key: Key<'_>, said| {
            steps.push(Step {
                key: key.to_string(),
                verdict: said.value,
                place: said.place.file_line(),
            });
        });
        steps
    }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn list(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

impl Settings {
    /// Every value, in the order in which people ask for them.
    pub(super) fn entries(&self) -> Vec<Shown> {
        let mut out = Vec::new();
        self.values(&mut |key, value, place| {
            let place = place.map_or_else(|| "default".to_owned(), Place::file_line);
            out.push(Shown { key, value, place });
        });
        out
    }

    /// Where anything of it is written.
    pub(super) fn places(&self) -> Vec<&Place> {
        let mut places = Vec::new();
        self.values(&mut |_, _, place| places.extend(place));
        places
    }

    fn values<'s>(&'s self, add: &mut dyn FnMut(String, String, Option<&'s Place>)) {
        let word = |verdict: Verdict| quoted(verdict.word());
        let mode = self.mode.as_ref();
        add("mode".into(), self.schedule().to_string(), mode.map(|mode| &mode.place));
        if let Some(said) = &self.default {
            add("default".into(), word(said.value), Some(&said.place));
        }
        if let Some(said) = &self.unknown {
            add("unknown".into(), word(said.value), Some(&said.place));
        }
        if let Some(pin) = &self.catalogue {
            add("catalogue".into(), pin.value.to_string(), Some(&pin.place));
        }
        if let Some(Placed { value, place }) = &self.contact {
            add("contact".into(), quoted(value), Some(place));
        }
        for (subject, line) in &self.lines {
            let name = subject.to_string();
            let bare =
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            let name = if bare { name } else { quoted(&name) };
            if let Some(said) = &line.verdict {
                add(format!("tools.{name}"), word(said.value), Some(&said.place));
            }
            kind_values(&format!("tools.{name}"), &line.kinds, add);
        }
        kind_values("kinds", &self.kinds, add);
        let disclosure = &self.disclosure;
        let place = disclosure.trailers.as_ref().map(|placed| &placed.place);
        add("disclosure.trailers".into(), list(&disclosure.trailers()), place);
        for (key, value, place) in disclosure.switches() {
            add(format!("disclosure.{key}"), value, place);
        }
        for (key, said) in self.people.verdicts() {
            add(format!("people.{key}"), word(said.value), Some(&said.place));
        }
        if let Some(bypass) = &self.bypass {
            add("bypass".into(), bypass.value.to_string(), Some(&bypass.place));
        }
        let language = self.texts.language.as_ref();
        let code = language.map(|it| it.value).unwrap_or_default().word();
        add("language".into(), quoted(code), language.map(|it| &it.place));
        for (name, text) in &self.texts.templates {
            add(format!("texts.{name}"), quoted(&text.value), Some(&text.place));
        }
    }
}

fn kind_values<'s>(
    lead: &str,
    kinds: &'s Kinds,
    add: &mut dyn FnMut(String, String, Option<&'s Place>),
) {
    for (key, said) in kinds {
        add(format!("{lead}.{key}"), quoted(said.value.word()), Some(&said.place));
    }
}
