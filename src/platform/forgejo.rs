//! Forgejo: a fork of Gitea that has kept its hooks and the names of their variables.
//!
//! That it has is taken from its documentation; no Forgejo was run for this.

use super::{Platform, Traces, gitea};

pub(super) const PLATFORM: Platform = Platform {
    name: "forgejo",
    title: "Forgejo",
    repository_hook: gitea::REPOSITORY_HOOK,
    recognise,
    set_around: gitea::set_around,
    variables: gitea::VARIABLES,
    read: gitea::read,
    ..Platform::GIT
};

fn recognise(traces: &Traces<'_>) -> Option<&'static str> {
    (traces.has("hooks/pre-receive.d/forgejo") || traces.pre_receive.contains("forgejo"))
        .then_some("a repository of Forgejo: its hooks are there")
}
