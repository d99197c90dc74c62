//! Credit lines: the kinds `trailer` and `sign-off`.
//!
//! A credit line is `Key: value` at the start of a line. Git itself accepts trailers in
//! the last paragraph only (git-interpret-trailers(1)); squash merges, indentation and
//! text added below make one credit line in twenty invisible to it, so here every line
//! counts. A person is compared by the whole address, or by the GitHub login of a
//! noreply address, never by a domain or a part of a name.

use std::borrow::Cow;
use std::sync::Arc;

use super::alike::alike;
use super::claims::{Claim, joined};
use super::credit_keys::{CREDIT_KEYS, SIGN_OFF_KEYS};
use super::forms;
use super::pattern::Pattern;
use crate::document::Fields;
use crate::finding::{Kind, Marker};
use crate::git::Ident;
use crate::text::escape::lossy;
use crate::text::{Effort, folded_key};

/// Why a marker that was tried is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The key is none of the marker's.
    Key,
    /// There is no value.
    Empty,
    /// The address is none of the marker's.
    Address,
    /// The login is the marker's, but another marker lists the whole address.
    Exact,
    /// No expression on the name matched.
    Name,
    /// The expression on the value did not match.
    Value,
}

/// Who is meant: addresses, GitHub logins, names. Shared with the kind `identity`.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// Whole addresses, in lower case.
    pub(super) emails: Vec<String>,
    /// GitHub logins, in lower case.
    pub(super) logins: Vec<String>,
    /// Expressions on the display name; one must match, if there are any.
    pub(super) names: Vec<Pattern>,
    /// Literals of which one must be there before `names` is tried.
    pub(super) keywords: Vec<String>,
    /// Whether all this is in the spelling of [`super::alike`].
    is_alike: bool,
}

impl Person {
    /// Of addresses and logins, in lower case.
    pub(super) fn of(emails: Vec<String>, logins: Vec<String>) -> Self {
        Self { emails, logins, ..Self::default() }
    }

    /// Reads `emails`, `logins`, `names` and `keywords`.
    pub(super) fn read(fields: &mut Fields<'_>, whole_names: bool) -> Self {
        let lower = |words: Vec<(&str, _)>| -> Vec<String> {
            words.into_iter().map(|(word, _)| word.to_ascii_lowercase()).collect()
        };
        let emails = lower(fields.strings("emails"));
        let logins = lower(fields.strings("logins"));
        let names = fields.strings("names");
        let names = names.into_iter().filter_map(|(text, place)| {
            if whole_names {
                Pattern::read_whole(fields, text, place)
            } else {
                Pattern::read(fields, text, place)
            }
        });
        let names = names.collect();
        let keywords = lower(fields.strings("keywords"));
        Self { emails, logins, names, keywords, is_alike: false }
    }

    /// What a marker of this person claims in each of some places.
    pub(super) fn claims<'s>(
        &self,
        subjects: impl Iterator<Item = &'s str>,
        condition: &str,
    ) -> Vec<Claim> {
        let people: Vec<&String> = self.emails.iter().chain(&self.logins).collect();
        let of = |subject| {
            if people.is_empty() {
                return vec![Claim::new(subject, condition, "")];
            }
            people.iter().map(|literal| Claim::new(subject, literal, condition)).collect()
        };
        subjects.flat_map(of).collect()
    }

    /// The same for texts in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        let all = |words: &[String]| words.iter().map(|it| alike(it)).collect();
        Self {
            emails: all(&self.emails),
            logins: all(&self.logins),
            names: self.names.iter().map(Pattern::alike).collect(),
            keywords: all(&self.keywords),
            is_alike: true,
        }
    }

    /// Whether an identity is meant; see [`Person::refuses`].
    pub(super) fn is(&self, who: &Who, exact: &dyn Fn(&str) -> bool, effort: &Effort<'_>) -> bool {
        self.refuses(who, exact, effort).is_none()
    }

    /// Why an identity is not meant. `exact` holds the addresses that some marker lists
    /// in full: for those a login alone does not count.
    pub(super) fn refuses(
        &self,
        who: &Who,
        exact: &dyn Fn(&str) -> bool,
        effort: &Effort<'_>,
    ) -> Option<Refusal> {
        if (!self.emails.is_empty() || !self.logins.is_empty()) && !self.emails.contains(&who.email)
        {
            let login = github_login(&who.email);
            if !login.is_some_and(|login| self.logins.iter().any(|known| known == login)) {
                return Some(Refusal::Address);
            }
            if exact(&who.email) {
                return Some(Refusal::Exact);
            }
        }
        let named = || self.names.iter().any(|pattern| pattern.is_within(&who.name, effort));
        (!self.names.is_empty() && !named()).then_some(Refusal::Name)
    }

    /// Literals of which one is there wherever the person is.
    pub(super) fn literals(&self) -> Vec<Cow<'_, str>> {
        let named = !(self.emails.is_empty() && self.logins.is_empty());
        let own = if named { &self.emails } else { &self.keywords };
        let noreply = if self.is_alike { NOREPLY_ALIKE } else { NOREPLY };
        let logins = self.logins.iter().map(|login| Cow::Owned([login, noreply].concat()));
        own.iter().map(|it| Cow::Borrowed(it.as_str())).chain(logins).collect()
    }

    /// Whether there are any.
    pub(super) fn has_literals(&self) -> bool {
        !(self.emails.is_empty() && self.logins.is_empty() && self.keywords.is_empty())
    }
}

/// An identity as markers compare it, worked out once for all of them.
#[derive(Debug, Default)]
pub(super) struct Who {
    /// The address, in lower case.
    email: String,
    /// The name without what is around it.
    name: String,
}

impl Who {
    /// The address, in lower case.
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    /// The name without what is around it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn of(ident: &Ident<'_>) -> Self {
        Self {
            email: lossy(ident.email).to_ascii_lowercase(),
            name: unquoted(&lossy(ident.name)).to_owned(),
        }
    }
}

/// The value of a credit line as markers compare it, worked out once for all of them.
#[derive(Debug, Default)]
pub(super) struct Forms {
    who: Who,
    value: String,
    /// See [`in_full`].
    full: Option<String>,
}

impl Forms {
    /// The value as it is written.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    pub(super) fn of(value: &[u8]) -> Self {
        Self {
            who: Who::of(&Ident::parse(value)),
            value: lossy(value).into_owned(),
            full: in_full(value),
        }
    }
}

/// A name or a value without the quotation marks or the Markdown around it, and without a
/// full stop behind it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    text.trim_matches(['"', '\'', '`', '*', '“', '”', '‘', '’'].as_slice()).trim()
}

/// A person's name and address in the form that expressions expect, whatever brackets,
/// quotation marks or blanks were written.
fn in_full(value: &[u8]) -> Option<String> {
    let ident = Ident::parse(value);
    let name = lossy(ident.name);
    let name = unquoted(&name).trim_end_matches(['(', ' ']);
    (!ident.email.is_empty()).then(|| format!("{name} <{}>", lossy(ident.email)))
}

const NOREPLY: &str = "@users.noreply.github.com";
/// The same in the spelling of [`super::alike`].
const NOREPLY_ALIKE: &str = "@users.noreply.glthub.com";

/// The login in a GitHub noreply address (`id+login@users.noreply.github.com`); the
/// number is not an identity: one product has several, and some are shared.
pub(super) fn github_login(email: &str) -> Option<&str> {
    let local = email.strip_suffix(NOREPLY).or_else(|| email.strip_suffix(NOREPLY_ALIKE))?;
    match local.split_once('+') {
        Some((number, login)) if number.bytes().all(|byte| byte.is_ascii_digit()) => Some(login),
        _ => Some(local),
    }
}

/// What a `trailer` or `sign-off` marker looks for.
#[derive(Debug)]
pub struct Spec {
    /// The keys of its own; without any, those of its kind.
    own: Vec<String>,
    common: &'static [&'static str],
    pub(super) person: Person,
    pub(super) value: Option<Pattern>,
    /// What stands in the place of all this, if it is a form that is shared by tools.
    pub(super) form: Option<forms::Spec>,
}

impl Spec {
    pub(super) fn read(kind: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        if let Some(form) = forms::Spec::read(fields) {
            return Some(Self::of_form(form));
        }
        let own_keys = fields.strings("keys");
        let own: Vec<String> = own_keys.iter().map(|(key, _)| folded_key(key.as_bytes())).collect();
        let has_own_keys = !own.is_empty();
        let common = common_keys(kind);
        let mut person = Person::read(fields, true);
        let value = fields.string("value");
        let value =
            value.and_then(|text| Pattern::read(fields, text, fields.place_of_value("value")));
        if !person.has_literals() {
            if !has_own_keys {
                fields.reader().report(
                    crate::document::Problem::new(
                        fields.place(),
                        "this marker needs `emails`, `logins` or `keywords`",
                    )
                    .help("keywords are words of which one must be on the line"),
                );
                return None;
            }
            // As many ways to write a key as are read as the same.
            let ways = own_keys.iter().flat_map(|(key, _)| {
                let key = key.to_ascii_lowercase();
                ["-", "_", " ", ""].map(|joint| key.replace(['-', '_', ' '], joint))
            });
            person.keywords = ways.collect();
            person.keywords.sort();
            person.keywords.dedup();
        }
        Some(Self { own, common, person, value, form: None })
    }

    /// A person under some keys, without any under those of the kind.
    pub(super) fn of_person(kind: Kind, keys: &[&str], person: Person) -> Self {
        let own = keys.iter().map(|key| folded_key(key.as_bytes())).collect();
        Self { own, common: common_keys(kind), person, value: None, form: None }
    }

    /// A form in the place of all this.
    pub(super) fn of_form(form: forms::Spec) -> Self {
        let person = Person::default();
        Self { own: vec![], common: &[], person, value: None, form: Some(form) }
    }

    /// The same for texts in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        Self {
            own: self.keys().map(alike).collect(),
            common: &[],
            person: self.person.alike(),
            value: self.value.as_ref().map(Pattern::alike),
            form: None,
        }
    }

    pub(super) fn literals(&self) -> Vec<Cow<'_, str>> {
        self.person.literals()
    }

    /// The keys under which a credit may stand.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let common = if self.own.is_empty() { self.common } else { &[] };
        self.own.iter().map(String::as_str).chain(common.iter().copied())
    }

    pub(super) fn emails(&self) -> &[String] {
        &self.person.emails
    }

    /// Why a credit line with this key is not this marker's.
    pub(super) fn refuses(
        &self,
        key: &str,
        forms: &Forms,
        exact: &dyn Fn(&str) -> bool,
        effort: &Effort<'_>,
    ) -> Option<Refusal> {
        if !self.has_key(key) {
            return Some(Refusal::Key);
        }
        if forms.value.is_empty() {
            return Some(Refusal::Empty);
        }
        self.person.refuses(&forms.who, exact, effort).or_else(|| {
            let pattern = self.value.as_ref()?;
            let bare = unquoted(&forms.value);
            let found = pattern.is_within(&forms.value, effort)
                || bare.len() < forms.value.len() && pattern.is_within(bare, effort)
                || forms.full.as_ref().is_some_and(|value| pattern.is_within(value, effort));
            (!found).then_some(Refusal::Value)
        })
    }

    /// Whether a credit may stand under this key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let condition = joined(self.value.iter().chain(&self.person.names));
        self.person.claims(self.keys(), &condition)
    }
}

/// The keys that markers of a kind have without any of their own.
fn common_keys(kind: Kind) -> &'static [&'static str] {
    if kind == Kind::SignOff { &SIGN_OFF_KEYS } else { &CREDIT_KEYS }
}

/// The markers of one kind, and the addresses that they list in full.
pub(super) type Marked = (Arc<Marker>, Spec);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_taken_from_a_noreply_address() {
        assert_eq!(github_login("12+copilot@users.noreply.github.com"), Some("copilot"));
        assert_eq!(github_login("claude[bot]@users.noreply.github.com"), Some("claude[bot]"));
        assert_eq!(github_login("a+b@users.noreply.github.com"), Some("a+b"));
        assert_eq!(github_login("copilot@github.com"), None);
    }
}
