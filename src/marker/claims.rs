//! What a marker claims for itself, literal by literal: so that two markers that claim
//! the same, and a marker of which another claims everything, can be told before they
//! confuse anybody. For `rules lint`; looking at a push needs none of this.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Spec;
use super::credit::Person;
use super::pattern::Pattern;
use super::structure::Structure;

/// One literal that a marker claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Where it must stand: a key, a role, a format; empty when there is one place only.
    pub subject: String,
    /// The literal: an address, a login, a glob, a key, or an expression as a whole.
    pub literal: String,
    /// What else must match; empty when nothing must.
    pub condition: String,
}

impl Spec {
    /// What the marker claims.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut add = |subject: &str, literal: &str, condition: &str| {
            claims.push(Claim {
                subject: subject.to_owned(),
                literal: literal.to_owned(),
                condition: condition.to_owned(),
            });
        };
        match self {
            Self::Trailer(spec) | Self::SignOff(spec) => {
                let condition = joined(spec.value.iter().chain(&spec.person.names));
                for key in spec.keys() {
                    for literal in people(&spec.person) {
                        add(key, literal, &condition);
                    }
                    if people(&spec.person).next().is_none() {
                        add(key, &condition, "");
                    }
                }
            }
            Self::Identity(spec) => {
                let condition = joined(spec.person.names.iter());
                for role in &spec.roles {
                    let role = role.word();
                    for literal in people(&spec.person) {
                        add(role, literal, &condition);
                    }
                    if people(&spec.person).next().is_none() {
                        add(role, &condition, "");
                    }
                }
            }
            Self::Line(spec) => add("", spec.pattern.source(), ""),
            Self::Content(spec) => add("", spec.pattern.source(), ""),
            Self::Signature(spec) => {
                spec.keys.iter().for_each(|key| add("", &STANDARD.encode(key), ""));
            }
            Self::Path(spec) => {
                let structure = spec.structure.iter().flat_map(Structure::sources);
                let structure = structure.collect::<Vec<_>>().join("\n");
                spec.globs.iter().for_each(|glob| add("", glob.glob.source(), &structure));
                if spec.globs.is_empty() {
                    add("", &structure, "");
                }
            }
            Self::Ref(spec) => {
                let condition = joined(spec.pattern.iter());
                spec.globs.iter().for_each(|(_, glob)| add("", glob.source(), &condition));
            }
            Self::Note(spec) => {
                let format = spec.format.word();
                spec.globs.iter().for_each(|glob| add(format, glob.source(), ""));
            }
            Self::Tamper(_) => {}
        }
        claims
    }
}

fn people(person: &Person) -> impl Iterator<Item = &str> {
    person.emails.iter().chain(&person.logins).map(String::as_str)
}

fn joined<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> String {
    patterns.map(Pattern::source).collect::<Vec<_>>().join("\n")
}
