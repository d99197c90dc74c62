//! Gerrit: its hooks plugin calls programs with arguments, when the objects are stored,
//! and waits for them up to a limit. Built from `HookTask.java`, `HookExecutor.java`,
//! `CommitReceived.java`, `RefUpdate.java` and `hooks.md` of the plugin.

use super::super::support::{Options, TestServer, clean, marked};
use super::{MAIN, StandIn, script};

/// Git tells its `update` hook no push options, so they are kept when it does.
const OPTIONS: &str = r#"#!/bin/sh
at=0
while [ $at -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
    eval "printf '%s\\n' \"\$GIT_PUSH_OPTION_$at\""
    at=$((at + 1))
done > push-options-of-gerrit
"#;

/// What Gerrit does with a push, as an `update` hook of git: `commit-received` for each
/// commit, and for a direct push `ref-update`. Nothing comes on standard input; what a hook
/// prints, on either output, is shown whatever its exit code. One that takes longer than
/// `hooks.syncHookTimeout` is ended and counts as failed. Push options are those that begin
/// with `hooks~option=`, without that.
const PLUGIN: &str = r#"#!/usr/bin/env bash
ref=$1 old=$2 new=$3
site=@SITE@
null=$(printf '%s' "$old" | tr 'a-f0-9' 0)
limit=$(git config --file "$site/etc/gerrit.config" hooks.syncHookTimeout || echo 30)
given=(PATH="$PATH" HOME="$HOME" GERRIT_SITE="$site" GIT_DIR="$(pwd -P)")
[ -z "${LLVM_PROFILE_FILE:-}" ] || given+=(LLVM_PROFILE_FILE="$LLVM_PROFILE_FILE")
count=0
while IFS= read -r option; do
    case $option in hooks~option=*)
        given+=("GIT_PUSH_OPTION_$count=${option#hooks~option=}")
        count=$((count + 1))
    esac
done < push-options-of-gerrit
given+=(GIT_PUSH_OPTION_COUNT=$count)
call() {
    hook=$1
    shift
    [ -e "$site/hooks/$hook" ] || return 0
    said=$(env -i "${given[@]}" timeout "$limit" "$site/hooks/$hook" --project tools/builder \
        "$@" </dev/null 2>&1)
    code=$?
    printf '%s\n' "$said"
    [ "$code" != 124 ] || echo "Synchronous hook timed out $site/hooks/$hook"
    return "$code"
}
uploader=(--uploader 'Ann Other (ann@example.com)' --uploader-username ann)
branch=${ref#refs/for/}
for commit in $(if [ "$new" != "$null" ]; then git rev-list --reverse "$new" --not --all; fi); do
    parent=$(git rev-parse --verify -q "$commit^1") || parent=$null
    call commit-received --refname "refs/heads/${branch#refs/heads/}" "${uploader[@]}" \
        --oldrev "$parent" --newrev "$commit" --cmdref "$ref" || exit 1
done
case $ref in refs/for/*) exit; esac
call ref-update "${uploader[@]}" --oldrev "$old" --newrev "$new" --refname "$ref" || exit 1
"#;

/// Puts the plugin in front of a repository, with the hooks of a site.
pub(super) fn install(server: &TestServer) {
    let sandbox = server.sandbox();
    let ours = sandbox.path("site/hooks");
    std::os::unix::fs::symlink("ref-update", ours.join("commit-received")).unwrap();
    server.install("pre-receive", OPTIONS);
    let plugin = PLUGIN.replace("@SITE@", sandbox.path("site").to_str().unwrap());
    server.install("update", &plugin);
}

fn limited(server: &TestServer, seconds: u8) {
    let config = format!("[hooks]\n\tsyncHookTimeout = {seconds}\n");
    server.sandbox().write("site/etc/gerrit.config", config);
}

#[test]
fn each_commit_of_a_review_is_judged() {
    let server = StandIn::Gerrit.start(Options::default());
    let client = server.client();
    client.commit(clean("Begin")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    client.commit(clean("One")).file("a", "1\n").create();
    client.commit(clean("Two")).file("a", "2\n").create();
    let review = "refs/for/main";
    client.push(&["main:refs/for/main"]).must_accept(&[review]).must_judge(1);
    client.commit(clean("Three")).file("a", "3\n").create();
    client.commit(marked("Four")).file("a", "4\n").create();
    client.commit(clean("Five")).file("a", "5\n").create();
    let pushed = client.push(&["+main:refs/for/main"]);
    pushed.must_reject(&[review]).must_say("Four").must_say("pushed by ann to tools/builder");
    // A direct push is asked about commit by commit, too, and as a whole.
    client.push(&["main"]).must_reject(&[MAIN]).must_say("Four");
    client.push(&["main~2:main"]).must_accept(&[MAIN]).must_say("3 commits judged");
}

#[test]
fn what_the_hook_is_given() {
    let server = StandIn::Gerrit.start(Options::default().recording());
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    assert_eq!(recorded.directory, server.git_dir());
    assert_eq!(recorded.env["GIT_DIR"], server.git_dir().to_str().unwrap().as_bytes());
    assert!(recorded.has("GERRIT_SITE") && !recorded.has("GIT_QUARANTINE_PATH"));
    assert_eq!(recorded.env["GIT_PUSH_OPTION_COUNT"], b"0");
    assert_eq!(recorded.stdin, b"");
}

#[test]
fn a_warning_is_shown_of_a_push_that_gets_in() {
    let server = StandIn::Gerrit.start(Options::default().rules("[policy]\nmode = \"warn\"\n"));
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_say("accepted, with a warning");
}

/// Our hook waits for rules that do not come: Gerrit ends it, and the update fails.
#[test]
fn a_hook_that_takes_too_long_refuses() {
    let hook =
        "#!/bin/sh\nexec @PROVOST@ --rules @SANDBOX@/never update --platform gerrit -- \"$@\"\n";
    let server = StandIn::Gerrit.start(Options::default().hook(hook));
    limited(&server, 1);
    server.sandbox().run("mkfifo", "").arg("never").ok();
    let client = server.client();
    client.commit(clean("Clean")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("Synchronous hook timed out");
    assert_eq!(server.must(&["for-each-ref"]), "");
}

/// Gerrit has one hook of each name: another that was there is called by ours.
#[test]
fn a_hook_of_the_administrators_is_called_by_ours() {
    let server = StandIn::Gerrit.start(Options::default());
    let sandbox = server.sandbox();
    for name in ["ref-update", "commit-received"] {
        std::fs::remove_file(sandbox.path("site/hooks").join(name)).unwrap();
    }
    script(sandbox, "site/hooks/commit-received", "#!/bin/sh\necho theirs for \"$8\"\n");
    let words = ["install", "--mode", "enforce", "--policy", "etc/rules.toml", "site"];
    let install = sandbox.run(super::super::support::PROVOST, "").args(words);
    sandbox.write("site/etc/gerrit.config", "");
    install.ok();
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_say("theirs for ann");
}
