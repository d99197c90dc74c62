//! Marks that are not hidden, in ordinary text of all writing systems: each is found as it is
//! in English text, nothing is taken for a disguise, and text without a mark shows none.
//!
//! The words come from packages, and are read when the tests run: `.ci/words` installs them.
//! Where they are missing the tests say so and do nothing. `PROVOST_MESSAGES` asks for more
//! messages than the usual number, `PROVOST_SEED` for others.

mod catalogues;
mod corpus;
mod honest;
mod legacy;
mod texts;
mod typography;
