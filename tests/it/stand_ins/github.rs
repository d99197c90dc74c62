//! GitHub Enterprise Server: several hooks, one after the other, in an environment without
//! git, with five seconds for all of them together. Built from GitHub's pages "About
//! pre-receive hooks" and "Creating a pre-receive hook script". The chroot is not made.

use std::time::Instant;

use super::super::support::{Options, Sandbox, TestServer, clean, marked};
use super::{MAIN, StandIn, script};

/// "If hook A takes 3 seconds, hook B gets 2 seconds remaining. If hook A times out, hook B
/// never executes." In testing, an exit code refuses nothing, but a time-out may: here it
/// does.
const HOOKS: &str = r#"#!/usr/bin/env bash
input=$(cat; echo x)
input=${input%x}
given=(PATH=@PATH@ HOME=/ GIT_DIR="$(pwd -P)" GIT_USER_AGENT=git/2.47.3
    GIT_PUSH_OPTION_COUNT="${GIT_PUSH_OPTION_COUNT:-0}"
    GITHUB_REPO_NAME=ora/tool GITHUB_REPO_PUBLIC=false
    GITHUB_USER_IP=192.0.2.1 GITHUB_USER_LOGIN=ann GITHUB_PUBLIC_KEY_FINGERPRINT=a1:b2:c3)
for name in GIT_OBJECT_DIRECTORY GIT_QUARANTINE_PATH GIT_ALTERNATE_OBJECT_DIRECTORIES \
    LLVM_PROFILE_FILE ${!GIT_PUSH_OPTION_*}; do
    [ -z "${!name+x}" ] || given+=("$name=${!name}")
done
left=5000
for hook in @HOOKS@/*; do
    begin=$(date +%s%N)
    limit=$(printf '%d.%03d' $((left / 1000)) $((left % 1000)))
    printf '%s' "$input" | timeout -s KILL "$limit" env -i "${given[@]}" "$hook"
    code=$?
    left=$((left - ($(date +%s%N) - begin) / 1000000))
    if [ "$left" -le 0 ]; then
        echo 'pre-receive hooks: execution exceeded the limit of 5s'
        exit 1
    fi
    [ "$code" = 0 ] || [ -e @TESTING@ ] || exit 1
done
"#;

/// The programs that the default environment has; git is none of them.
const PROGRAMS: [&str; 15] = [
    "awk", "bash", "cat", "date", "env", "find", "grep", "head", "ls", "mkdir", "sed", "sh",
    "sleep", "sort", "tr",
];

/// The hooks in `ghes/hooks`.
pub(crate) fn hooks(sandbox: &Sandbox) -> String {
    let programs = sandbox.path("ghes/bin");
    std::fs::create_dir_all(&programs).unwrap();
    for name in PROGRAMS {
        let path = sandbox.run("sh", "").args(["-c", "command -v \"$0\"", name]).ok().word();
        std::os::unix::fs::symlink(path, programs.join(name)).unwrap();
    }
    let at = |name: &str| sandbox.path(name).display().to_string();
    let text = HOOKS.replace("@PATH@", &at("ghes/bin")).replace("@HOOKS@", &at("ghes/hooks"));
    text.replace("@TESTING@", &at("ghes/testing"))
}

fn started() -> TestServer {
    StandIn::Github.start(Options::default())
}

#[test]
fn what_the_hook_is_given() {
    let server = StandIn::Github.start(Options::default().recording());
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push_to("origin", &["main"], &["-o", "ticket=1"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    assert_eq!(recorded.env["GIT_DIR"], server.git_dir().to_str().unwrap().as_bytes());
    assert_eq!(recorded.env["GIT_OBJECT_DIRECTORY"], recorded.env["GIT_QUARANTINE_PATH"]);
    assert_eq!(recorded.env["GIT_PUSH_OPTION_0"], b"ticket=1");
    let path = String::from_utf8_lossy(&recorded.env["PATH"]).into_owned();
    assert!(!std::path::Path::new(&path).join("git").exists(), "{path} has a git");
    assert_eq!(recorded.directory, server.git_dir());
}

#[test]
fn in_testing_it_refuses_nothing_and_says_what_it_would_refuse() {
    let server = started();
    server.sandbox().write("ghes/testing", "");
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    pushed.must_accept(&[MAIN]).must_say("this push is refused");
}

/// A machine that is busy makes our hook slower too, so only what is certain is asked for.
#[test]
fn a_slow_hook_before_ours_leaves_it_time_enough() {
    let server = started();
    let text = "#!/bin/sh\ncat >/dev/null\nsleep 1\necho slow\n";
    script(server.sandbox(), "ghes/hooks/10-slow", text);
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_say("slow");
}

#[test]
fn the_first_push_of_a_thousand_commits_is_judged_in_time() {
    let server = started();
    let client = server.client();
    let mut stream = String::new();
    for number in 1..=1000 {
        let message = clean(&format!("Commit {number}"));
        stream.push_str(&format!(
            "commit refs/heads/main\ncommitter A <a@example.com> {} +0000\ndata {}\n{message}\n\
             M 100644 inline f{}\ndata 2\n{}\n",
            1_767_225_600 + number,
            message.len(),
            number % 50,
            number % 10,
        ));
    }
    client.git(&["fast-import", "--quiet"]).input(stream).ok();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1000);
}

/// Three seconds are over before there is anything to judge. Where hooks before ours take
/// some of the five, an administrator gives it less.
#[test]
fn a_judgement_that_takes_too_long_ends_before_the_platform_ends_it() {
    for (rules, delay) in [("", "3.1"), ("[limits]\ntime = \"1s\"\n", "1.1")] {
        let hook = format!("#!/bin/sh\n(sleep {delay}; cat) | @JUDGE@\n");
        let server = StandIn::Github.start(Options::default().rules(rules).hook(&hook));
        let client = server.client();
        client.commit(clean("Clean")).create();
        let pushed = client.push(&["main"]);
        assert!(pushed.rejected(MAIN), "{}", pushed.all());
        pushed.must_say("this push could not be judged whole, so it is refused");
        pushed.must_say("on time was reached").must_not_say("exceeded the limit");
    }
}

/// Our hook waits for rules that do not come: `GitHub` ends it, and nothing gets in.
#[test]
fn a_push_whose_time_is_over_is_refused_by_the_platform() {
    let hook = "#!/bin/sh\nexec @PROVOST@ --rules @SANDBOX@/never pre-receive --platform github\n";
    let server = StandIn::Github.start(Options::default().hook(hook));
    let sandbox = server.sandbox();
    sandbox.run("mkfifo", "").arg("never").ok();
    script(sandbox, "ghes/hooks/60-later", "#!/bin/sh\necho later\n");
    let client = server.client();
    client.commit(clean("Clean")).create();
    let began = Instant::now();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("exceeded the limit").must_not_say("later");
    assert!(began.elapsed().as_secs() >= 4, "it did not wait: {}", pushed.all());
    assert_eq!(server.must(&["for-each-ref"]), "");
    let id = client.id("main");
    server.git(&["cat-file", "-e", &id]).finish().expect(1);
}
