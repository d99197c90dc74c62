//! Copies for syslog and journald: short, with the heads of the chain, and never waited for.

use std::os::unix::net::UnixDatagram;

use super::super::support::{Options, marked};
use super::*;

/// A daemon that only listens, and a server that copies to it.
fn listening(more: &str) -> (Logged, UnixDatagram, UnixDatagram) {
    let sockets = Sandbox::new();
    let (syslog, journald) = (sockets.path("syslog"), sockets.path("journald"));
    let both = [&syslog, &journald].map(|path| UnixDatagram::bind(path).unwrap());
    for socket in &both {
        socket.set_nonblocking(true).unwrap();
    }
    let more = format!(
        "copy = [\"syslog\", \"journald\"]\nsyslog-socket = {syslog:?}\njournald-socket = {journald:?}\n{more}\n"
    );
    let logged = Logged::with(Options::default(), &more, "");
    // The sockets stay open although their names go.
    let kept = logged.sandbox().path("sockets");
    std::fs::create_dir(&kept).unwrap();
    let [syslog_socket, journald_socket] = both;
    std::mem::forget(sockets);
    (logged, syslog_socket, journald_socket)
}

/// All that has come so far: a hook has sent all before git has its answer.
fn received(socket: &UnixDatagram) -> Vec<String> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = socket.recv(&mut buffer) {
        assert!(length <= 2600, "{length} bytes");
        all.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    all
}

#[test]
fn each_record_is_copied_and_every_second_head() {
    let (logged, syslog, journald) = listening("head-every = 2");
    logged.push("one").must_accept(&["refs/heads/main"]);
    logged.push(&marked("two")).must_reject(&["refs/heads/main"]);
    let records = logged.records();
    let lines = received(&syslog);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    // daemon.info and daemon.warning
    assert!(lines[0].starts_with("<30>") && lines[1].starts_with("<28>"), "{lines:#?}");
    assert!(lines[0].contains(" provost["), "{lines:#?}");
    let json =
        |line: &str| -> Value { serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap() };
    let first = json(&lines[0]);
    assert_eq!((&first["seq"], &first["digest"]), (&1.into(), &records[1]["prev"]));
    let second = json(&lines[1]);
    assert_eq!((&second["verdict"], &second["accepted"]), (&"reject".into(), &false.into()));
    assert_eq!(second["tools"], serde_json::json!(["claude-code"]));
    let head = json(&lines[2]);
    let shown = logged.provost(&["log", "head", logged.log.to_str().unwrap()]).expect(0).out();
    let head = format!("{}:{}", head["head"]["seq"], head["head"]["digest"].as_str().unwrap());
    assert_eq!(head, shown.trim());
    let journal = received(&journald);
    assert_eq!(journal.len(), 3);
    assert!(journal[1].contains("\nPRIORITY=4\nSYSLOG_IDENTIFIER=provost\n"), "{}", journal[1]);
    assert!(journal[1].contains("\nPROVOST_VERDICT=reject\nPROVOST_SEQ=2\n"), "{}", journal[1]);
}

#[test]
fn copies_of_large_pushes_are_short() {
    let (logged, syslog, journald) = listening("");
    let commit = logged.client.commit(marked("one")).create();
    let long = "x".repeat(180);
    let specs: Vec<String> = (0..200).map(|n| format!("{commit}:refs/heads/{long}{n}")).collect();
    logged.client.push(&specs);
    assert_eq!(logged.records()[0]["refs"].as_array().unwrap().len(), 200);
    let lines = received(&syslog);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].len() <= 2048, "{}", lines[0].len());
    assert!(lines[0].contains("\"refs\":200"), "{}", lines[0]);
    assert_eq!(received(&journald).len(), 1);
}

#[test]
fn a_daemon_that_is_gone_or_hangs_does_not_matter() {
    let (logged, syslog, journald) = listening("");
    drop(journald);
    // Nobody reads: after so many the queue of the other is full.
    for number in 0..15 {
        logged.push(&format!("{number}")).must_accept(&["refs/heads/main"]);
    }
    assert_eq!(logged.records().len(), 15);
    drop(syslog);
    logged.push("last").must_accept(&["refs/heads/main"]);
    logged.verify().expect(0);
}

#[test]
fn a_record_that_is_not_written_is_copied_all_the_same() {
    let (logged, syslog, _journald) = listening("on-failure = \"accept\"");
    std::fs::remove_dir(logged.sandbox().path("log")).unwrap();
    logged.push("one").must_accept(&["refs/heads/main"]);
    let lines = received(&syslog);
    assert!(lines[0].starts_with("<27>") && lines[0].contains("\"seq\":null"), "{lines:#?}");
}
