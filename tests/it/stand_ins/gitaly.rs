//! GitLab: Gitaly asks GitLab first, and then calls custom hooks: those of the repository,
//! then those for all. Built from `internal/gitaly/hook/custom.go` and `prereceive.go` of
//! Gitaly, and GitLab's page on Git server hooks.

use super::super::support::{Options, Sandbox, clean, marked};
use super::{MAIN, StandIn, other, script};

/// The first that fails ends it. Each gets all of the input, the repository as its working
/// directory, and an environment of its own: a few variables of the process, where the
/// objects are but not `GIT_QUARANTINE_PATH`, push options if there are any, and who it is.
const HOOKS: &str = r#"#!/usr/bin/env bash
input=$(cat; echo x)
input=${input%x}
given=()
for name in HOME PATH LD_LIBRARY_PATH TZ LANG LLVM_PROFILE_FILE TMPDIR \
    GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES; do
    [ -z "${!name+x}" ] || given+=("$name=${!name}")
done
if [ "${GIT_PUSH_OPTION_COUNT:-0}" -gt 0 ]; then
    for name in ${!GIT_PUSH_OPTION_*}; do given+=("$name=${!name}"); done
fi
repository=$(pwd -P)
given+=(GIT_DIR="$repository" GL_REPOSITORY=project-1 GL_PROJECT_PATH=a/b GL_ID=user-7
    GL_USERNAME=ann GL_PROTOCOL=@PROTOCOL@)
if [ -e @DENIED@ ]; then
    echo 'GitLab: You are not allowed to push code to this project.' >&2
    exit 1
fi
for hook in custom_hooks/pre-receive custom_hooks/pre-receive.d/* @GLOBAL@/pre-receive.d/*; do
    case $hook in *~) continue;; esac
    [ -x "$hook" ] && [ -f "$hook" ] || continue
    printf '%s' "$input" | env -i "${given[@]}" "$hook" || exit $?
done
"#;

/// Gitaly's hooks, of which those for all repositories are in `gitaly/custom_hooks`.
pub(crate) fn hooks(sandbox: &Sandbox) -> String {
    over(sandbox, "ssh")
}

/// The same, the change coming in another way.
pub(crate) fn over(sandbox: &Sandbox, protocol: &str) -> String {
    let at = |name: &str| sandbox.path(name).display().to_string();
    let text = HOOKS.replace("@GLOBAL@", &at("gitaly/custom_hooks"));
    text.replace("@DENIED@", &at("gitlab-denies")).replace("@PROTOCOL@", protocol)
}

const OWN: &str = "@hashed/6b/86/one.git/custom_hooks";
const ALL: &str = "gitaly/custom_hooks/pre-receive.d";

#[test]
fn the_first_that_fails_ends_it_and_ours_comes_after_gitlab_and_the_project() {
    let server = StandIn::Gitlab.start(Options::default());
    let sandbox = server.sandbox();
    other(sandbox, &format!("{OWN}/pre-receive"), "the project's", 0);
    other(sandbox, &format!("{OWN}/pre-receive.d/a"), "one more", 0);
    other(sandbox, &format!("{OWN}/pre-receive.d/b~"), "a backup", 1);
    other(sandbox, &format!("{ALL}/zz-later"), "a later one", 0);
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]).must_not_say("a later one").must_not_say("a backup");
    let order = ["the project's read 1", "one more read 1", "provost: this push is refused"];
    let places = order.map(|text| pushed.text().find(text).unwrap());
    assert!(places.is_sorted(), "{}", pushed.text());

    client.must(&["commit", "-q", "--amend", "--allow-empty", "-m", "Clean"]);
    let pushed = client.push(&["main"]);
    pushed.must_accept(&[MAIN]).must_say("a later one read 1");
    client.commit(marked("Marked")).file("a", "1\n").create();
    for (name, says) in [("pre-receive.d/a", "one more"), ("pre-receive", "the project's")] {
        other(sandbox, &format!("{OWN}/{name}"), says, 1);
        let pushed = client.push(&["main"]);
        assert!(pushed.rejected(MAIN) && pushed.judged().is_none(), "{}", pushed.all());
    }
    sandbox.write("gitlab-denies", "");
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN) && pushed.judged().is_none(), "{}", pushed.all());
    pushed.must_say("GitLab: You are not allowed").must_not_say("the project's");
}

#[test]
fn what_the_hook_is_given() {
    let server = StandIn::Gitlab.start(Options::default().recording());
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    assert_eq!(recorded.directory, server.git_dir());
    assert_eq!(recorded.env["GIT_DIR"], server.git_dir().to_str().unwrap().as_bytes());
    assert!(recorded.has("GIT_OBJECT_DIRECTORY") && !recorded.has("GIT_QUARANTINE_PATH"));
    assert!(!recorded.has("GIT_PUSH_OPTION_COUNT"));
    client.commit(clean("Clean")).file("a", "1\n").create();
    client.push_to("origin", &["main"], &["-o", "ticket=1"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    assert_eq!(recorded.env["GIT_PUSH_OPTION_COUNT"], b"1");
    assert_eq!(recorded.env["GIT_PUSH_OPTION_0"], b"ticket=1");
    // Nothing is in quarantine, and git names none.
    client.push(&["main:topic"]).must_accept(&["refs/heads/topic"]);
    server.recorded();
    client.push(&[":topic"]).must_accept(&["refs/heads/topic"]).must_judge(0);
    assert!(!server.recorded().has("GIT_OBJECT_DIRECTORY"));
}

#[test]
fn on_the_pages_each_line_has_the_prefix_that_shows_it() {
    let server = StandIn::Gitlab.start(Options::default());
    server.install("pre-receive", &over(server.sandbox(), "web"));
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("a change made on the platform's pages");
    let bare: Vec<_> = pushed.remote.iter().filter(|line| !line.is_empty()).collect();
    assert!(bare.iter().all(|line| line.starts_with("GL-HOOK-ERR:")), "{bare:?}");
}

/// A hook of the repository's alone is called by its absolute path as well.
#[test]
fn ours_as_the_hook_of_one_project() {
    let server = StandIn::Gitlab.start(Options::default());
    let sandbox = server.sandbox();
    let ours = sandbox.path(format!("{ALL}/provost"));
    let text = std::fs::read_to_string(&ours).unwrap();
    std::fs::remove_file(ours).unwrap();
    script(sandbox, &format!("{OWN}/pre-receive.d/provost"), &text);
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
}
