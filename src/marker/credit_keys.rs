//! Keys of credit lines, in the form of [`crate::text::folded_key`].

/// Keys under which people and tools are credited.
pub(super) const CREDIT_KEYS: [&str; 30] = [
    "coauthoredby",
    "coauthorby",
    "coauthor",
    "coauthoredwith",
    "codevelopedwith",
    "createdby",
    "createdwith",
    "generatedwith",
    "writtenwith",
    "builtwith",
    "assistedwith",
    "pairprogrammedwith",
    "synthesizedby",
    "aicoauthoredby",
    "aigeneratedwith",
    "helpedby",
    "codevelopedby",
    "assistedby",
    "aiassistedby",
    "aiassisted",
    "generatedby",
    "aigeneratedby",
    "coauthoredbyai",
    "commitgeneratedby",
    "madewith",
    "writtenby",
    "aitool",
    "aimodel",
    "agent",
    "authoredby",
];

/// Keys under which only people may stand.
pub(super) const SIGN_OFF_KEYS: [&str; 4] = ["signedoffby", "reviewedby", "ackedby", "testedby"];
