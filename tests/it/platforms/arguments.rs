//! Hooks that are called once a ref, with the arguments of their platform.

use std::ffi::OsString;

use provost::platform::{self, Arguments};

fn read(platform: &str, words: &[&str]) -> Result<Arguments, String> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    platform::by_name(platform).unwrap().arguments(&words)
}

#[test]
fn git_gives_three() {
    let given = read("plain", &["refs/heads/x", "1", "2"]).unwrap();
    assert_eq!(
        (&*given.ref_name, &*given.old, &*given.new),
        (&b"refs/heads/x"[..], &b"1"[..], &b"2"[..])
    );
    assert!(read("plain", &["refs/heads/x", "1"]).unwrap_err().contains("three arguments"));
}

/// Documentation only here; the server suite has a real gitolite.
#[test]
fn a_vref_of_gitolite_gives_seven_and_more() {
    let words = ["refs/heads/x", "1", "2", "3", "4", "W", "VREF/provost/a", "a"];
    let given = read("gitolite", &words).unwrap();
    assert_eq!(
        (&*given.ref_name, &*given.old, &*given.new),
        (&b"refs/heads/x"[..], &b"1"[..], &b"2"[..])
    );
    assert!(read("gitolite", &words[..5]).unwrap_err().contains("seven"));
}

/// Documentation only: the hooks plugin of Gerrit.
#[test]
fn gerrit_gives_options() {
    let words = [
        "--project",
        "tools/builder",
        "--uploader",
        "Ann <ann@example.com>",
        "--uploader-username",
        "ann",
        "--oldrev",
        "1",
        "--newrev",
        "2",
        "--refname",
        "main",
        "--cmdref",
        "refs/for/main",
        "--of-a-newer-version",
        "x",
    ];
    let given = read("gerrit", &words).unwrap();
    assert_eq!(given.ref_name, b"refs/heads/main");
    assert_eq!(given.repository.as_deref(), Some("tools/builder"));
    assert_eq!(given.pusher.as_deref(), Some("ann"));
    assert_eq!((&*given.old, &*given.new), (&b"1"[..], &b"2"[..]));
    assert_eq!(read("gerrit", &words[..8]).unwrap_err(), "--refname is missing");
    assert!(read("gerrit", &["refs/heads/x", "1", "2"]).is_err());
}
