//! The tightest marker for one example: what `rules add` proposes.
//!
//! An address is compared whole, a noreply address by its login, a session line by its
//! key and the form of its value, a footer as a whole line, a path as that path. What
//! varies from one use to the next (ids, versions) is allowed to vary; nothing else is.

mod general;
mod hidden;
mod proposal;

use crate::finding::{Confidence, Kind};
use crate::git::Ident;
use crate::marker::{CreditLine, credit_line};
use crate::text::escape::lossy;
use general::{General, general};
use hidden::{note, plain};
pub use proposal::{Proposal, Unclear};
use proposal::{list, literal, unclear};

/// Proposes a marker for an example, of the kind that is asked for or that it looks like.
///
/// # Errors
/// When nothing tight can be made of it.
pub fn propose(example: &str, kind: Option<Kind>) -> Result<Proposal, Unclear> {
    let example = example.trim();
    let kind = kind.unwrap_or_else(|| looks_like(example));
    if kind == Kind::Note {
        return note(example);
    }
    if example.is_empty() || example.contains('\n') {
        return unclear("the example must be one line");
    }
    match kind {
        Kind::Trailer | Kind::SignOff => match credit_line(example.as_bytes()) {
            Some(credit) => credited(example, kind, &credit),
            None => unclear("a credit line has the form `Key: value`"),
        },
        Kind::Identity => identity(example),
        Kind::Line | Kind::Content => footer(example, kind),
        Kind::Path => path(example),
        Kind::Ref => ref_name(example),
        Kind::Signature => signature(example),
        Kind::Note => note(example),
        Kind::Tamper => disguised(example),
    }
}

/// The marker of what a disguised line says: how it is disguised is known already.
fn disguised(example: &str) -> Result<Proposal, Unclear> {
    let plain = plain(example)?;
    let mut proposal = propose(&plain, None)?;
    let note = format!("it reads `{}`; the disguise is told by the tamper markers", plain.trim());
    proposal.notes.push(note);
    Ok(proposal)
}

/// The kind that an example looks like.
fn looks_like(example: &str) -> Kind {
    if example.starts_with("refs/notes/") && example.contains('\n') {
        return Kind::Note;
    }
    if example.starts_with("refs/") {
        return Kind::Ref;
    }
    if example.starts_with("ssh-") && example.contains(" AAAA") {
        return Kind::Signature;
    }
    let url = example.contains("://") && !example.contains(": ");
    if let Some(credit) = credit_line(example.as_bytes()).filter(|_| !url) {
        return if credit.signs { Kind::SignOff } else { Kind::Trailer };
    }
    let ident = Ident::parse(example.as_bytes());
    if !ident.email.is_empty() && (example.contains('<') || !example.contains(' ')) {
        return Kind::Identity;
    }
    let file = example.rsplit('/').next().unwrap_or_default();
    let named = example.contains('/') || example.starts_with('.') || file.contains('.');
    if !url && named && !example.contains(char::is_whitespace) { Kind::Path } else { Kind::Line }
}

/// The keys that say who is meant, from a whole address; and addresses that are near.
fn person(
    ident: &Ident<'_>,
    login: Option<&str>,
    near: &mut Vec<String>,
) -> Option<(&'static str, String)> {
    let email = lossy(ident.email).to_ascii_lowercase();
    let name = lossy(ident.name);
    if let Some(login) = login {
        near.push(format!("{name} <1+{login}-fan@users.noreply.github.com>"));
        near.push(format!("{name} <{}@example.org>", login.replace(['[', ']'], "")));
        return Some(("logins", list(&[login])));
    }
    let (local, domain) = email.split_once('@')?;
    near.push(format!("{name} <{local}@example.org>"));
    near.push(format!("{name} <somebody@{domain}>"));
    Some(("emails", list(&[&email])))
}

fn credited(example: &str, kind: Kind, credit: &CreditLine<'_>) -> Result<Proposal, Unclear> {
    if credit.value.is_empty() {
        return unclear("the line has no value");
    }
    let value = lossy(credit.value);
    let ident = Ident::parse(credit.value);
    let key = example.split([':', '：']).next().unwrap_or_default();
    let key = key.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let own_key = !credit.credits && !credit.signs;
    let mut near = Vec::new();
    let mut proposal = Proposal {
        kind,
        name: if credit.key == "coauthoredby" { "co-author" } else { "credit" }.into(),
        keys: Vec::new(),
        confidence: Confidence::Strong,
        hits: vec![example.to_owned()],
        misses: Vec::new(),
        notes: Vec::new(),
        notes_ref: String::new(),
    };
    if kind == Kind::SignOff {
        proposal.name = if credit.key == "signedoffby" { "sign-off" } else { "review" }.into();
    }
    if own_key || credit.signs {
        proposal.keys.push(("keys", list(&[&key.to_ascii_lowercase()])));
    }
    if let Some(who) = person(&ident, credit.login.as_deref(), &mut near) {
        proposal.keys.push(who);
        proposal.misses.extend(near.iter().map(|near| format!("{key}: {near}")));
        return Ok(proposal);
    }
    if own_key {
        proposal.name = key.to_ascii_lowercase();
        let General { pattern, varies, .. } = general(&value);
        proposal.keys.push(("value", literal(&format!("^{pattern}$"))));
        proposal.misses.push(format!("{key}: see the manual for what this line means"));
        if !varies {
            let note = "only this very value matches; widen `value` by hand if others occur";
            proposal.notes.push(note.into());
        }
        return Ok(proposal);
    }
    let General { pattern, word, .. } = general(&value);
    let Some(word) = word else {
        return unclear("there is no address and no word to go by");
    };
    proposal.keys.push(("keywords", list(&[&word])));
    proposal.keys.push(("names", list(&[&pattern])));
    proposal.misses.push(format!("{key}: {value} Paroz <paroz@example.org>"));
    proposal.misses.push(format!("{key}: Ada Lovelace <ada@example.org>"));
    if !value.contains(char::is_whitespace) && value.chars().all(char::is_alphabetic) {
        proposal.confidence = Confidence::Weak;
        proposal.notes.push(format!("`{value}` alone may be a person's name: it is weak"));
    }
    Ok(proposal)
}

fn identity(example: &str) -> Result<Proposal, Unclear> {
    let ident = Ident::parse(example.as_bytes());
    let login = credit_line(format!("Author: {example}").as_bytes()).and_then(|line| line.login);
    let mut near = Vec::new();
    let Some(who) = person(&ident, login.as_deref(), &mut near) else {
        return unclear("an identity has an address: `Name <address>`");
    };
    Ok(Proposal {
        kind: Kind::Identity,
        name: "identity".into(),
        keys: vec![who],
        confidence: Confidence::Strong,
        hits: vec![example.to_owned()],
        misses: near,
        notes: Vec::new(),
        notes_ref: String::new(),
    })
}

fn footer(example: &str, kind: Kind) -> Result<Proposal, Unclear> {
    // Emoji, bullets and quotation marks before the words come and go.
    let decoration = |c: char| !c.is_alphanumeric() && !"[(<@#`\"".contains(c);
    let mut words = example.trim_start_matches(decoration);
    if kind == Kind::Content {
        words = words.trim_start_matches(['/', '#', '*', '-', ';', '%', '<', '!', ' ', '"']);
    }
    let words = words.trim_end_matches(|c: char| c.is_whitespace() || "*-/>".contains(c));
    let General { pattern, word, .. } = general(words);
    let Some(word) = word else {
        return unclear("there is no word to go by");
    };
    let (name, misses) = if kind == Kind::Content {
        let miss = format!("// See what `{words}` means in the manual.");
        ("in-file", vec![miss])
    } else {
        let quoted = format!("docs: explain the line `{words}`");
        ("footer", vec![quoted, format!("We no longer write: {words}, and say so elsewhere.")])
    };
    Ok(Proposal {
        kind,
        name: name.into(),
        keys: vec![
            ("keywords", list(&[&word])),
            ("pattern", literal(&format!(r"^[^\p{{L}}\x60\x22]{{0,12}}{pattern}\W{{0,4}}$"))),
        ],
        confidence: Confidence::Strong,
        hits: vec![example.to_owned()],
        misses,
        notes: Vec::new(),
        notes_ref: String::new(),
    })
}

fn path(example: &str) -> Result<Proposal, Unclear> {
    let path = example.trim_start_matches("./").trim_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let escaped = path.replace(['*', '?', '[', '{', '\\'], "?");
    // A tool's own directory may stand at any depth; another one means this very place.
    let (glob, miss) = match (first.strip_prefix('.'), path.contains('/')) {
        (Some(plain), true) => {
            let rest = path.get(first.len()..).unwrap_or_default();
            (format!("**/{escaped}"), format!("docs/{plain}{rest}"))
        }
        (Some(plain), false) => (escaped, format!("docs/{plain}")),
        (None, true) => (format!("/{escaped}"), format!("docs/{path}")),
        (None, false) => (escaped, format!("{path}/README")),
    };
    let mut notes = Vec::new();
    if first.starts_with('.') && path.contains('/') {
        notes.push(format!("`**/{first}/**` would match all of that directory"));
    }
    let matches_directory = !path.contains('/') && !first.starts_with('.');
    let misses = if matches_directory { vec![format!("{path}.bak")] } else { vec![miss] };
    Ok(Proposal {
        kind: Kind::Path,
        name: "config".into(),
        keys: vec![("paths", list(&[&glob]))],
        confidence: Confidence::Strong,
        hits: vec![path.to_owned()],
        misses,
        notes,
        notes_ref: String::new(),
    })
}

fn ref_name(example: &str) -> Result<Proposal, Unclear> {
    let parts: Vec<&str> = example.split('/').collect();
    let (glob, near) = match parts.as_slice() {
        ["refs", kind @ ("heads" | "tags"), first, _, ..] => {
            (format!("refs/{kind}/{first}/**"), format!("refs/{kind}/{first}-page"))
        }
        ["refs", kind @ ("heads" | "tags"), name] => {
            let end = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
            let start = name.get(..end).unwrap_or_default();
            let star = if end < name.len() { "*" } else { "" };
            if start.trim_matches(['-', '_', '/']).is_empty() {
                return unclear("the name begins with nothing that is the tool's own");
            }
            (format!("refs/{kind}/{start}{star}"), format!("refs/{kind}/my-{name}"))
        }
        ["refs", "notes", ..] => {
            return unclear(
                "the name of a notes ref says nothing; add a line feed and a note of it",
            );
        }
        _ => return unclear("a full ref name is refs/heads/NAME or refs/tags/NAME"),
    };
    Ok(Proposal {
        kind: Kind::Ref,
        name: "branch".into(),
        keys: vec![("refs", list(&[&glob]))],
        confidence: Confidence::Weak,
        hits: vec![example.to_owned()],
        misses: vec![near],
        notes: vec!["a name is always weak: people choose such names too".into()],
        notes_ref: String::new(),
    })
}

fn signature(example: &str) -> Result<Proposal, Unclear> {
    let words: Vec<&str> = example.split_ascii_whitespace().take(2).collect();
    let [kind, key] = words.as_slice() else {
        return unclear("an SSH public key has the form `ssh-ed25519 AAAA...`");
    };
    let line = format!("{kind} {key}");
    // Another key of the same form: the last letters differ.
    let end = key.trim_end_matches('=');
    let head = end.get(..end.len().saturating_sub(4)).unwrap_or_default();
    let tail = if end.ends_with("AAAA") { "BBBB" } else { "AAAA" };
    let padding = key.get(end.len()..).unwrap_or_default();
    Ok(Proposal {
        kind: Kind::Signature,
        name: "signing-key".into(),
        keys: vec![("ssh-keys", list(&[&line]))],
        confidence: Confidence::Strong,
        misses: vec![format!("{kind} {head}{tail}{padding}")],
        hits: vec![line],
        notes: vec!["be sure that all sessions of the tool share this key".into()],
        notes_ref: String::new(),
    })
}
