//! Credit lines and addresses as matchers read them, for whoever proposes markers or must
//! tell a tool's address from a person's.

use super::Matchers;
use super::credit::{Person, github_login};
use super::credit_keys::{CREDIT_KEYS, SIGN_OFF_KEYS};
use super::message_matcher::Look;
use super::ways::Credit;
use crate::git::Ident;
use crate::text::escape::lossy;

/// A line that reads as `Key: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditLine<'a> {
    /// The key as it is compared.
    pub key: String,
    /// The value.
    pub value: &'a [u8],
    /// Whether people and tools are credited under this key.
    pub credits: bool,
    /// Whether only people may stand under this key.
    pub signs: bool,
    /// The GitHub login in the value's address.
    pub login: Option<String>,
}

/// Reads a line as matchers of trailers do.
#[must_use]
pub fn credit_line(line: &[u8]) -> Option<CreditLine<'_>> {
    let credit = Credit::parse(line)?;
    let email = lossy(Ident::parse(credit.value).email).to_ascii_lowercase();
    Some(CreditLine {
        credits: CREDIT_KEYS.contains(&&*credit.key),
        signs: SIGN_OFF_KEYS.contains(&&*credit.key),
        key: credit.key.into_owned(),
        value: credit.value,
        login: github_login(&email).map(str::to_owned),
    })
}

impl Matchers {
    /// Whether some marker lists an address, or the login in it: then it is a tool's.
    #[must_use]
    pub fn lists(&self, email: &str) -> bool {
        let email = email.to_ascii_lowercase();
        let login = github_login(&email).unwrap_or_default();
        let names = |person: &Person| {
            person.emails.contains(&email) || person.logins.iter().any(|known| known == login)
        };
        self.identity.markers.iter().any(|(_, spec)| names(&spec.person))
            || self.message.markers.iter().any(|(_, look)| match look {
                Look::Credit(spec) => names(&spec.person),
                Look::Line(_) | Look::Form(..) => false,
            })
    }
}
