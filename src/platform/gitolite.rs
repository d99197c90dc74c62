//! gitolite 3: a common hook in `LOCAL_CODE/hooks/common`, or a VREF.
//!
//! Source: gitolite's documentation, "virtual refs" and "hooks". A VREF is called from
//! gitolite's own `update` hook with seven arguments or more: ref, old and new object
//! id, the trees of both, the kind of access, the VREF itself, and its parts after the
//! first slash. `GL_BYPASS_ACCESS_CHECKS` makes gitolite leave its own checks out; it
//! changes nothing here.

use std::ffi::OsString;

use super::plain::{protocol, remote_address};
use super::{Arguments, Context, Environment, Platform, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "gitolite",
    title: "gitolite",
    line_prefix: "",
    time_budget: None,
    variables: &["GL_BYPASS_ACCESS_CHECKS", "GL_REPO", "GL_REPO_BASE", "GL_USER", "REMOTE_USER"],
    read,
    arguments,
};

fn read(environment: &Environment, context: &mut Context) {
    context.repository = environment.text("GL_REPO");
    context.pusher = environment.text("GL_USER");
    let protocol = protocol(environment);
    context.protocol = Some(protocol);
    context.remote_address = remote_address(environment, protocol);
    context.internal = environment.has("GL_BYPASS_ACCESS_CHECKS");
}

/// Those of a VREF, or of an `update` hook.
fn arguments(given: &[OsString]) -> Result<Arguments, String> {
    match given {
        [name, old, new, _, _, _, _, ..] => {
            update_hook(&[name.clone(), old.clone(), new.clone()])
        }
        [_, _, _] => update_hook(given),
        _ => Err(format!(
            "a VREF gets seven arguments or more, and an update hook three, not {}",
            given.len()
        )),
    }
}
