//! `receive.procReceiveRefs`: refs that git hands to another hook, which may write any ref
//! (githooks(5)). `pre-receive` comes first, and sees the name that was pushed.

use crate::support::{Options, TestServer, clean, marked};

const PUSHED: &str = "refs/for/main";

/// Speaks the protocol of `proc-receive`: whatever is pushed goes to the branch `landed`.
const HOOK: &str = r#"#!/bin/sh
packet() {
    length=$(dd bs=1 count=4 2>/dev/null)
    [ "$length" != 0000 ] || return 1
    line=$(dd bs=1 count=$((0x$length - 4)) 2>/dev/null)
}
say() {
    printf '%04x%s' $((${#1} + 4)) "$1"
}
while packet; do :; done
say version=1
printf 0000
answers=
while packet; do
    set -- $line
    git update-ref refs/heads/landed "$2" || exit
    answers="$answers$3 $2
"
done
printf '%s' "$answers" | while read -r name id; do
    say "ok $name"
    say "option refname refs/heads/landed"
    say "option new-oid $id"
done
printf 0000
"#;

fn server(rules: &str) -> TestServer {
    let options = Options::default().config("receive.procReceiveRefs", "refs/for");
    let server = options.rules(rules).start();
    server.install("proc-receive", HOOK);
    server
}

fn landed(server: &TestServer) -> String {
    server.git(&["rev-parse", "-q", "--verify", "refs/heads/landed"]).finish().word()
}

#[test]
fn what_another_hook_will_put_elsewhere_is_judged_before_under_the_name_that_was_pushed() {
    let server = server("");
    let client = server.client();
    let good = client.commit(clean("Clean")).create();
    let pushed = client.push(&["HEAD:refs/for/main"]);
    assert_eq!(landed(&server), good, "{}", pushed.all());
    assert!(pushed.judged() == Some(1), "{}", pushed.all());
    client.commit(marked("Marked")).create();
    client.push(&["HEAD:refs/for/main"]).must_reject(&[PUSHED]).must_judge(1);
    assert_eq!(landed(&server), good);
}

/// Nothing tells `pre-receive` where that hook will put it.
#[test]
fn the_policy_of_the_name_that_was_pushed_decides_wherever_it_lands() {
    let server = server(
        "[[policy.scope]]\nid = \"reviews\"\nrefs = [\"refs/for/**\"]\nmode = \"observe\"\n",
    );
    let client = server.client();
    let sin = client.commit(marked("Marked")).create();
    client.push(&["HEAD:refs/for/main"]);
    assert_eq!(landed(&server), sin);
}
