//! Names of accounts and groups that the static program finds: those of this machine, and
//! those that only a module of the C library knows.

use serde_json::Value;

use super::built::program;
use super::root::{Root, verbose};
use super::support::{Options, Sandbox, TestServer, marked};

const MAIN: &str = "refs/heads/main";
/// The account and the group that only the module `extrausers` knows.
const ADA: &str = "ada:x:12345:54321:Ada:/:/bin/sh";
const BUILDERS: &str = "builders:x:54321:";

/// A server whose hook runs the static program on this machine, behind these words.
fn here(before: &str, by: &str) -> TestServer {
    let hook = format!(
        "#!/bin/sh\n{before}\nexec {by} '{}' --isolated -v pre-receive --platform plain\n",
        program().display()
    );
    Options::default().hook(&hook).start()
}

fn refused(server: &TestServer) -> String {
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]).text()
}

#[test]
fn on_this_machine_the_account_has_its_name() {
    let name = Sandbox::new().run("id", "").arg("-un").ok().word();
    assert!(refused(&here("", "")).contains(&format!("pushed by {name}")));
}

/// Where NSS has more than files, as on a Debian with systemd, an account that the files do
/// not have would make the C library load modules.
#[test]
fn on_this_machine_an_unknown_account_does_not_end_the_hook() {
    for variable in ["", "APP_SANDBOX_CONTAINER_ID=x"] {
        // It has to read what root writes.
        let open = "chmod -R a+rX \"$GIT_QUARANTINE_PATH\"";
        let account = "setpriv --reuid 2999999 --regid 2999998 --clear-groups";
        let server = here(open, &format!("env HOME=/ {variable} {account}"));
        server.sandbox().run("chmod", "").args(["a+rX", "."]).ok();
        assert!(refused(&server).contains("pushed by uid:2999999"), "{variable}");
    }
}

/// Copies a program with the libraries that it needs.
fn with_libraries(root: &Root, path: &str) {
    root.copy(path, path.trim_start_matches('/'));
    let ldd = root.0.run("ldd", "").arg(path).ok().out();
    for word in ldd.split_whitespace().filter(|word| word.starts_with('/')) {
        root.copy(word, word.trim_start_matches('/'));
    }
}

#[test]
fn names_that_only_a_module_of_the_c_library_knows_are_asked_of_getent() {
    let root = Root::with_program("[log]\nfile = \"/log/all.jsonl\"\n");
    with_libraries(&root, "/usr/bin/getent");
    with_libraries(&root, "/usr/lib/libnss_extrausers.so.2");
    root.0.write("etc/nsswitch.conf", "passwd: files extrausers\ngroup: files extrausers\n");
    root.0.write("etc/passwd", "root:x:0:0::/:/bin/sh\n");
    root.0.write("etc/group", "root:x:0:\nlocal:x:6:\n");
    root.0.write("var/lib/extrausers/passwd", format!("{ADA}\n"));
    root.0.write("var/lib/extrausers/group", format!("{BUILDERS}\n"));
    root.null();
    // The module works there: a program with libraries finds the name.
    assert_eq!(root.run("/usr/bin/getent").args(["passwd", "12345"]).ok().word(), ADA);
    std::fs::create_dir(root.0.path("log")).unwrap();
    root.0.run("chmod", "").args(["777", "log"]).ok();

    let server = root.server(&verbose("plain"), "12345:54321", "54321,6,7", "");
    assert!(refused(&server).contains("pushed by ada"));
    let record = std::fs::read_to_string(root.0.path("log/all.jsonl")).unwrap();
    let record: Value = serde_json::from_str(record.lines().next().unwrap()).unwrap();
    assert_eq!(record["pusher"], "ada");
    assert_eq!(record["groups"], serde_json::json!(["builders", "gid:7", "local"]));
}
