//! What is written to the ledger is read again, through crashes and damage.

use std::fs::OpenOptions;

use super::*;
use crate::config::limits::Resource;
use crate::git::Trust;
use crate::policy::PlaceException;

fn repository() -> (tempfile::TempDir, Repository, LedgerPlace) {
    let folder = tempfile::tempdir().unwrap();
    let init = ["init", "-q", "--bare", "."];
    let done = std::process::Command::new("git").current_dir(&folder).args(init).status();
    assert!(done.unwrap().success());
    let repository = Repository::open(folder.path(), Trust::Git).unwrap();
    let place = LedgerPlace::new(&repository, None);
    (folder, repository, place)
}

fn id(digit: &str) -> ObjectId {
    ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap()
}

fn unjudged(name: &str, digit: &str) -> Unjudged {
    Unjudged {
        time: "2026-12-01T00:00:00Z".into(),
        why: UnjudgedReason::Limit(Resource::Time),
        ref_name: RefName::new(name),
        id: id(digit),
        boundary: vec![id("9")],
    }
}

fn admission(ids: &[&str]) -> Admission {
    Admission {
        time: "2026-12-01T00:00:00Z".into(),
        ref_name: RefName::new(b"refs/heads/e\xff".as_slice()),
        exceptions: vec![PlaceException::Exemption("trial".into())],
        refs: vec!["refs/heads/e*".into()],
        ids: ids.iter().map(|digit| id(digit)).collect(),
        boundary: None,
        is_spread: false,
    }
}

fn write(repository: &Repository, place: &LedgerPlace, additions: &Additions) {
    add(repository, place, additions, "2026-12-01T00:00:00Z").unwrap();
}

#[test]
fn what_was_left_unchecked_stays_until_it_is_checked() {
    let (_folder, repository, place) = repository();
    assert!(Ledger::read(&place).unwrap().is_empty());
    let (main, side) = (unjudged("refs/heads/main", "1"), unjudged("refs/heads/side", "1"));
    let both = Additions { unjudged: vec![main.clone(), side.clone()], ..Additions::default() };
    write(&repository, &place, &both);
    // A hook that was killed while it wrote.
    let mut file = OpenOptions::new().append(true).open(place.path()).unwrap();
    file.write_all(b"{\"is\":\"unjud").unwrap();
    let third = unjudged("refs/heads/main", "2");
    write(
        &repository,
        &place,
        &Additions { unjudged: vec![third.clone()], ..Additions::default() },
    );
    assert_eq!(Ledger::read(&place).unwrap().unjudged.len(), 3);
    let judged = vec![(main.ref_name, id("1"))];
    write(&repository, &place, &Additions { judged, ..Additions::default() });
    assert_eq!(Ledger::read(&place).unwrap().unjudged, [side, third]);
}

#[test]
fn what_was_admitted_stays_until_it_is_accepted_elsewhere() {
    let (_folder, repository, place) = repository();
    let entry = admission(&["1", "2", "3"]);
    let admitted = vec![entry.clone()];
    write(&repository, &place, &Additions { admitted, ..Additions::default() });
    assert_eq!(Ledger::read(&place).unwrap().admitted.first(), Some(&entry));
    let ended = vec![(entry.key(), vec![id("2")])];
    let spread = vec![(entry.key(), vec![id("3")])];
    write(&repository, &place, &Additions { ended, spread, ..Additions::default() });
    let reached = Admission { is_spread: true, ..admission(&["3"]) };
    assert_eq!(Ledger::read(&place).unwrap().admitted, [admission(&["1"]), reached.clone()]);
    // Let in once more, it is open once more.
    let admitted = vec![admission(&["2"])];
    write(&repository, &place, &Additions { admitted, ..Additions::default() });
    assert_eq!(Ledger::read(&place).unwrap().admitted, [admission(&["1", "2"]), reached]);
}

#[test]
fn a_line_that_is_complete_and_unknown_is_damage() {
    let (_folder, repository, place) = repository();
    write(&repository, &place, &Additions::default());
    let begun = Ledger::read(&place).unwrap();
    assert!(begun.exists() && begun.is_empty() && begun.is_current(&place));
    for damage in
        ["{\"is\":\"judged\"}\n", "nonsense\n", "{\"is\":\"ledger\",\"time\":\"\",\"form\":2}\n"]
    {
        let whole = fs::read(place.path()).unwrap();
        let mut file = OpenOptions::new().append(true).open(place.path()).unwrap();
        file.write_all(damage.as_bytes()).unwrap();
        assert!(!begun.is_current(&place));
        let error = Ledger::read(&place).unwrap_err();
        assert!(matches!(error, StateError::Ledger { line: 2, .. }), "{error}");
        fs::write(place.path(), whole).unwrap();
    }
}

/// A complete line is never taken for one that a crash left unfinished, however it is cut.
#[test]
fn a_complete_line_that_lost_its_end_is_damage() {
    let (_folder, repository, place) = repository();
    let left =
        Additions { unjudged: vec![unjudged("refs/heads/main", "1")], ..Additions::default() };
    write(&repository, &place, &left);
    let whole = fs::read(place.path()).unwrap();
    let begin = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    for end in begin + 1..whole.len() - 1 {
        let unfinished = &whole[..end];
        fs::write(place.path(), unfinished).unwrap();
        assert!(Ledger::read(&place).unwrap().is_empty(), "a crash at {end}");
        fs::write(place.path(), [unfinished, b"\n"].concat()).unwrap();
        let error = Ledger::read(&place).unwrap_err();
        assert!(matches!(error, StateError::Ledger { line: 2, .. }), "{error}");
    }
}

/// Crashes cut a line, and then what the next push wrote behind it.
#[test]
fn lines_that_crashes_cut_again_and_again_are_unfinished() {
    let (_folder, repository, place) = repository();
    let of = |number| Additions {
        unjudged: vec![unjudged("refs/heads/main", number)],
        ..Additions::default()
    };
    write(&repository, &place, &of("1"));
    let whole = fs::read(place.path()).unwrap();
    let begin = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    for end in begin + 1..whole.len() - 1 {
        for notes in 1..UNFINISHED.len() {
            let cut = [&whole[..end], &UNFINISHED[..notes]].concat();
            fs::write(place.path(), &cut).unwrap();
            assert!(Ledger::read(&place).unwrap().is_empty(), "crashes at {end} and {notes}");
            fs::write(place.path(), [cut.as_slice(), UNFINISHED, b"\n"].concat()).unwrap();
            assert!(Ledger::read(&place).unwrap().is_empty(), "crashes at {end} and {notes}");
        }
    }
    fs::write(place.path(), [&whole[..=begin], &UNFINISHED[..3]].concat()).unwrap();
    write(&repository, &place, &of("2"));
    assert_eq!(Ledger::read(&place).unwrap().unjudged.len(), 1);
}

/// Other versions may give other reasons and exceptions: they are kept as they stand.
#[test]
fn reasons_and_exceptions_are_written_as_they_were_read() {
    let line = |why: &str, exception: &str| {
        format!(
            "{{\"is\":\"unjudged\",\"time\":\"t\",\"why\":{why:?},\"ref\":\"refs/heads/main\",\
             \"id\":\"{0}\",\"boundary\":[]}}\n{{\"is\":\"admitted\",\"time\":\"t\",\
             \"ref\":\"refs/heads/e\",\"exceptions\":[{exception:?}],\"refs\":[\"refs/heads/e\"],\
             \"ids\":[\"{0}\"]}}\n",
            id("1")
        )
    };
    let exemption = |id: &str| PlaceException::Exemption(id.into());
    for (why, reason, exception, read) in [
        ("time", UnjudgedReason::Limit(Resource::Time), "exemption a b", exemption("a b")),
        ("error", UnjudgedReason::Error, "scope s", PlaceException::Scope("s".into())),
        ("", UnjudgedReason::Other(String::new()), "exemption ", exemption("")),
        (
            "Time is over",
            UnjudgedReason::Other("Time is over".into()),
            "exemption",
            PlaceException::Other("exemption".into()),
        ),
    ] {
        let (_folder, _, place) = repository();
        fs::create_dir_all(place.path().parent().unwrap()).unwrap();
        fs::write(place.path(), line(why, exception)).unwrap();
        let ledger = Ledger::read(&place).unwrap();
        assert_eq!(ledger.unjudged.first().map(|entry| &entry.why), Some(&reason));
        assert_eq!(ledger.admitted.first().map(|it| it.exceptions.as_slice()), Some(&[read][..]));
        let mut written = Vec::new();
        Line::from(&ledger.unjudged[0]).write(&mut written).unwrap();
        Line::from(&ledger.admitted[0]).write(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), line(why, exception));
    }
}

#[test]
fn the_list_of_older_versions_is_taken_over() {
    let (_folder, repository, place) = repository();
    let old = format!(
        "{{\"is\":\"unjudged\",\"time\":\"t\",\"why\":\"time\",\"ref\":\"refs/heads/main\",\
         \"id\":\"{}\",\"boundary\":[]}}\n",
        id("1")
    );
    fs::write(place.legacy(), old).unwrap();
    assert_eq!(Ledger::read(&place).unwrap().unjudged.len(), 1);
    write(&repository, &place, &Additions::default());
    assert!(!place.legacy().exists());
    let ledger = Ledger::read(&place).unwrap();
    assert_eq!((ledger.unjudged.len(), ledger.exists()), (1, true));
}
