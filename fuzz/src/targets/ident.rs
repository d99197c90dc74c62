//! Identities: `git::Ident`.

use provost::git::Ident;

use crate::is_within;

pub(crate) fn run(data: &[u8]) {
    let ident = Ident::parse(data);
    for part in [ident.raw, ident.name, ident.email] {
        assert!(is_within(data, part));
    }
    assert!(ident.name.len() + ident.email.len() <= data.len());
    // What git could have written is read back as it is.
    let is_plain = |part: &[u8]| !part.iter().any(|byte| b"<>\n".contains(byte));
    let is_address = !ident.email.to_ascii_lowercase().starts_with(b"mailto:");
    if is_plain(ident.name) && is_plain(ident.email) && is_address {
        let time = format!("> {} +0000", ident.seconds);
        let written = [ident.name, b" <", ident.email, time.as_bytes()].concat();
        let again = Ident::parse(&written);
        assert_eq!(
            (again.name, again.email, again.seconds),
            (ident.name, ident.email, ident.seconds)
        );
    }
}
