//! Gerrit: its hooks plugin calls programs with arguments, when the objects are stored,
//! and waits for them up to a limit. Built from `HookTask.java`, `HookExecutor.java`,
//! `CommitReceived.java` and `hooks.md` of the plugin.

use super::super::support::{Options, Sandbox, TestServer, clean, marked};
use super::{MAIN, StandIn, script};

/// What Gerrit does with a push, as an `update` hook of git. Nothing comes on standard
/// input; what the hook prints, on either output, is shown whatever its exit code. One that
/// takes longer than `hooks.syncHookTimeout` is ended and counts as failed.
const PLUGIN: &str = r#"#!/bin/sh
ref=$1 old=$2 new=$3
site=@SITE@
null=$(printf '%s' "$old" | tr 'a-f0-9' 0)
repository=$(pwd -P)
limit=$(git config --file "$site/etc/gerrit.config" hooks.syncHookTimeout || echo 30)
call() {
    hook=$1
    shift
    [ -e "$site/hooks/$hook" ] || return 0
    said=$(env -i PATH="$PATH" HOME="$HOME" ${LLVM_PROFILE_FILE:+LLVM_PROFILE_FILE="$LLVM_PROFILE_FILE"} \
        GERRIT_SITE="$site" GIT_DIR="$repository" \
        timeout "$limit" "$site/hooks/$hook" --project tools/builder "$@" </dev/null 2>&1)
    code=$?
    printf '%s\n' "$said"
    [ "$code" != 124 ] || echo "Synchronous hook timed out $site/hooks/$hook"
    return "$code"
}
case $ref in
refs/for/*)
    for commit in $(git rev-list --reverse "$new" --not --all); do
        parent=$(git rev-parse --verify -q "$commit^1") || parent=$null
        call commit-received --refname "refs/heads/${ref#refs/for/}" \
            --uploader 'Ann Other (ann@example.com)' --uploader-username ann \
            --oldrev "$parent" --newrev "$commit" --cmdref "$ref" || exit 1
    done
    ;;
*)
    call ref-update --refname "$ref" --uploader 'Ann Other (ann@example.com)' \
        --uploader-username ann --oldrev "$old" --newrev "$new" || exit 1
    ;;
esac
"#;

/// The plugin, with the hooks of a site.
pub(crate) fn plugin(sandbox: &Sandbox) -> String {
    let ours = sandbox.path("site/hooks");
    std::os::unix::fs::symlink("ref-update", ours.join("commit-received")).unwrap();
    PLUGIN.replace("@SITE@", sandbox.path("site").to_str().unwrap())
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
    // A direct push brings all of it, stored or not.
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(5);
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
    assert!(!recorded.has("GIT_PUSH_OPTION_COUNT"));
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
    script(sandbox, "site/hooks/ref-update", "#!/bin/sh\necho theirs for \"$8\"\n");
    let words = ["install", "--mode", "enforce", "--policy", "etc/rules.toml", "site"];
    let install = sandbox.run(super::super::support::PROVOST, "").args(words);
    sandbox.write("site/etc/gerrit.config", "");
    install.ok();
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_say("theirs for ann");
}
