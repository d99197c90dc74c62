//! What makes a sentence about a tool a strong mark, a weak one, or none: the one table.
//!
//! | occasion | a name that only the tool has | an ordinary word | a person's name too |
//! |---|---|---|---|
//! | a key or a phrase that only tools get (`Assisted-by`, `generated with`, a robot) | strong | strong | strong |
//! | the tool's page, a model or a version beside the name | strong | strong | strong |
//! | written, authored or developed by or with | strong | strong | weak |
//! | made, built or designed by or with | strong | none | none |
//! | a key under which people stand (`Co-authored-by`) | strong | weak | weak |
//! | the name and `agent`, `bot`, `CLI` or the like, before an unknown address | weak | weak | weak |
//! | the name alone, before an unknown address, under a key | weak | none | none |
//! | the name alone, before an address of staff, support or releases | none | none | none |
//! | in brackets behind other text, of the commit message only | weak | weak | weak |

use crate::finding::Confidence;

/// What else a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameClass {
    /// Nothing else.
    Own,
    /// An ordinary word, or other software.
    Word,
    /// A name that people bear.
    Person,
}

/// In what a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Under a key, or in a phrase, that only tools get.
    OnlyTools,
    /// In a phrase about writing.
    Writing,
    /// In a phrase about making.
    Making,
    /// Under a key that people get too.
    PeopleToo,
    /// Said in passing, behind other text.
    Aside,
}

/// The address that stands beside a name, if it is none that the catalogue lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// There is none.
    None,
    /// One that says nothing of the tool.
    Unknown,
    /// One of the tool's staff.
    Staff,
}

/// What stands beside a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    /// The tool's page, a model, or a version.
    pub(super) is_evidence: bool,
    /// `agent`, `bot`, `CLI` or the like.
    pub(super) is_agent: bool,
    /// The address.
    pub(super) address: Address,
}

/// How sure a name is as a mark; `None` when it is none.
pub(super) fn strength(class: NameClass, occasion: Occasion, beside: Beside) -> Option<Confidence> {
    use Confidence::{Strong, Weak};
    match (beside.address, class) {
        (Address::Staff, _) => return beside.is_agent.then_some(Weak),
        (Address::Unknown, NameClass::Own) => return Some(Weak),
        (Address::Unknown, _) => {
            return (beside.is_agent || beside.is_evidence).then_some(Weak);
        }
        (Address::None, _) => {}
    }
    Some(match (occasion, class) {
        (Occasion::Aside, _) => Weak,
        (Occasion::OnlyTools, _) | (_, NameClass::Own) => Strong,
        _ if beside.is_evidence || beside.is_agent => Strong,
        (Occasion::Writing, NameClass::Word) => Strong,
        (Occasion::Making, _) => return None,
        _ => Weak,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_name_needs_more_than_a_phrase_about_people() {
        let bare = Beside { is_evidence: false, is_agent: false, address: Address::None };
        let person = |occasion, beside| strength(NameClass::Person, occasion, beside);
        assert_eq!(person(Occasion::OnlyTools, bare), Some(Confidence::Strong));
        assert_eq!(person(Occasion::PeopleToo, bare), Some(Confidence::Weak));
        let model = Beside { is_evidence: true, ..bare };
        assert_eq!(person(Occasion::PeopleToo, model), Some(Confidence::Strong));
        let address = Beside { address: Address::Unknown, ..bare };
        assert_eq!(person(Occasion::OnlyTools, address), None);
        assert_eq!(strength(NameClass::Own, Occasion::PeopleToo, address), Some(Confidence::Weak));
        let staff = Beside { address: Address::Staff, ..model };
        assert_eq!(strength(NameClass::Own, Occasion::PeopleToo, staff), None);
    }
}
