//! Forgejo: a fork of Gitea that has kept its hooks and the names of their variables.
//!
//! That it has is taken from its documentation; no Forgejo was run for this.

use super::{Platform, gitea, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "forgejo",
    title: "Forgejo",
    line_prefix: "",
    time_budget: None,
    variables: gitea::VARIABLES,
    read: gitea::read,
    arguments: update_hook,
};
