//! Bitbucket Data Center: a script that was registered as a hook of type PRE. Built from
//! the documentation of `HookScriptService`; it names the variables. That the ref updates
//! come on standard input, and how long a script may take, it does not say.

use super::super::support::{Options, Sandbox, clean};
use super::{MAIN, StandIn};

const HOOKS: &str = "#!/bin/sh\n\
    export BB_HOOK_TRIGGER_ID=push BB_HOOK_TYPE=PRE BB_IS_DRY_RUN=false BB_PROJECT_KEY=ORA\n\
    export BB_REPO_SLUG=tool BB_REPO_IS_FORK=false BB_REPO_IS_PUBLIC=false BB_USER_NAME=ann\n\
    exec @SCRIPT@\n";

/// What calls the script.
pub(crate) fn hooks(sandbox: &Sandbox) -> String {
    let script = sandbox.path("bitbucket/shared/provost/pre-receive.sh");
    HOOKS.replace("@SCRIPT@", script.to_str().unwrap())
}

#[test]
fn what_the_hook_is_given() {
    let server = StandIn::Bitbucket.start(Options::default().recording());
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    assert_eq!(recorded.env["BB_IS_DRY_RUN"], b"false");
    assert_eq!(recorded.directory, server.git_dir());
    assert_eq!(recorded.lines().len(), 1);
}
