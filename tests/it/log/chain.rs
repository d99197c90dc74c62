//! The chain: what somebody does to a log shows, and what a crash leaves does no harm.

use super::*;

/// A log of so many records.
fn log(records: usize) -> Logged {
    let logged = Logged::new();
    for number in 0..records {
        logged.submit(&format!("commit {number}")).must_accept(&["refs/heads/main"]);
    }
    logged
}

fn lines(logged: &Logged) -> Vec<String> {
    let text = std::fs::read_to_string(&logged.log).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

/// Writes lines in the place of the log's, and says what `verify` names.
fn found(logged: &Logged, lines: &[String]) -> (u64, u64, String) {
    std::fs::write(&logged.log, lines.concat()).unwrap();
    let path = logged.log.to_str().unwrap();
    let verified = logged.provost(&["log", "verify", "--format", "json", path]).expect(1);
    let json: Value = serde_json::from_slice(&verified.stdout).unwrap();
    let broken = &json[0]["broken"];
    assert_eq!(broken["file"], path);
    (
        broken["line"].as_u64().unwrap(),
        broken["seq"].as_u64().unwrap(),
        broken["fault"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn records_hold_the_digest_of_the_line_before() {
    let logged = log(3);
    let lines = lines(&logged);
    let records = logged.records();
    for (at, record) in records.iter().enumerate().skip(1) {
        let hash = logged.sandbox().run("sha256sum", "").input(lines[at - 1].trim_end()).ok().out();
        let digest = format!("sha256:{}", hash.split(' ').next().unwrap());
        assert_eq!(record["prev"], digest.as_str());
    }
    let head = logged.provost(&["log", "head", logged.log.to_str().unwrap()]).expect(0).out();
    let hash = logged.sandbox().run("sha256sum", "").input(lines[2].trim_end()).ok().out();
    assert_eq!(head.trim(), format!("3:sha256:{}", hash.split(' ').next().unwrap()));
    logged.verify().expect(0);
}

#[test]
fn the_first_broken_record_is_named() {
    let logged = log(6);
    let good = lines(&logged);
    let change = |line: &str| line.replace("\"commits\":1", "\"commits\":9");
    // Any record, the first and the last included: the last by what stands beside the log.
    for at in 0..6 {
        let mut bad = good.clone();
        bad[at] = change(&bad[at]);
        assert_ne!(bad[at], good[at]);
        let number = at as u64 + 1;
        assert_eq!(found(&logged, &bad), (number, number, "changed".into()));
    }
    for at in 1..5 {
        let mut bad = good.clone();
        bad.remove(at);
        let number = at as u64 + 1;
        assert_eq!(found(&logged, &bad), (number, number, "removed".into()));
    }
    // The end cut off: the line behind the last.
    assert_eq!(found(&logged, &good[..5]), (6, 6, "removed".into()));
    assert_eq!(found(&logged, &good[..2]), (3, 3, "removed".into()));
    let mut swapped = good.clone();
    swapped.swap(2, 3);
    assert_eq!(found(&logged, &swapped), (4, 3, "reordered".into()));
    let mut twice = good.clone();
    twice.insert(3, good[1].clone());
    assert_eq!(found(&logged, &twice), (4, 2, "inserted".into()));
    let mut torn = good.clone();
    torn.insert(3, "{\"schema\":1,\"se\n".into());
    assert_eq!(found(&logged, &torn), (4, 4, "torn".into()));
    // A number alone, and the link alone.
    let mut other = good.clone();
    other[3] = other[3].replace("\"seq\":4", "\"seq\":7");
    assert_eq!(found(&logged, &other), (4, 4, "changed".into()));
    let mut link = good.clone();
    let prev = logged_prev(&link[3]);
    link[3] = link[3].replace(&prev, &prev.replace(prev.chars().last().unwrap(), "z"));
    assert_eq!(found(&logged, &link).2, "changed");
    std::fs::write(&logged.log, good.concat()).unwrap();
    logged.verify().expect(0);
}

fn logged_prev(line: &str) -> String {
    serde_json::from_str::<Value>(line).unwrap()["prev"].as_str().unwrap().to_owned()
}

#[test]
fn people_read_where_it_is_broken() {
    let logged = log(3);
    let mut bad = lines(&logged);
    bad.remove(1);
    std::fs::write(&logged.log, bad.concat()).unwrap();
    let shown = logged.provost(&["log", "verify", logged.log.to_str().unwrap()]).expect(1).out();
    assert!(shown.contains("record 2 is removed"), "{shown}");
    assert!(shown.contains("provost.jsonl:2: record 3 follows record 1"), "{shown}");
}

#[test]
fn a_log_written_anew_is_known_by_a_head_kept_elsewhere() {
    let logged = log(3);
    let path = logged.log.to_str().unwrap().to_owned();
    let head = logged.provost(&["log", "head", &path]).expect(0).out();
    logged.submit("four").must_accept(&["refs/heads/main"]);
    let verified = logged.provost(&["log", "verify", "--head", head.trim(), &path]);
    verified.expect(0);
    // Whoever may write the folder can write all of it anew, with a chain that holds.
    std::fs::remove_dir_all(logged.sandbox().path("log")).unwrap();
    std::fs::create_dir(logged.sandbox().path("log")).unwrap();
    for number in 0..4 {
        logged.submit(&format!("again {number}")).must_accept(&["refs/heads/main"]);
    }
    logged.verify().expect(0);
    let verified = logged.provost(&["log", "verify", "--head", head.trim(), &path]).expect(1);
    assert!(verified.out().contains("record 3 is changed"), "{}", verified.all());
    assert!(verified.out().contains("the head kept elsewhere"), "{}", verified.all());
}

#[test]
fn a_last_record_that_was_changed_is_not_taken_up() {
    let logged = log(2);
    let mut bad = lines(&logged);
    bad[1] = bad[1].replace("\"pusher\":\"dev\"", "\"pusher\":\"mallory\"");
    std::fs::write(&logged.log, bad.concat()).unwrap();
    logged.submit("three").must_accept(&["refs/heads/main"]);
    let verified = logged.verify().expect(1);
    assert!(verified.out().contains("record 2 is changed"), "{}", verified.all());
}

#[test]
fn what_a_crash_left_is_completed_noted_and_reported() {
    let whole = log(2);
    let good = std::fs::read(&whole.log).unwrap();
    let first = good.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let second = &good[first..];
    let head = whole.log.with_extension("jsonl.head");
    // Cut anywhere: within the first bytes, in the middle, before the last ones.
    for cut in [1, 2, 10, second.len() / 2, second.len() - 2] {
        std::fs::write(&whole.log, &good[..first + cut]).unwrap();
        // The process died before it wrote to the file beside the log, or a disk lost it.
        std::fs::remove_file(&head).unwrap();
        let broken = whole.verify().expect(1);
        assert!(broken.out().contains("record 2 is torn"), "{}", broken.all());
        whole.push(&format!("after {cut}")).must_accept(&["refs/heads/main"]);
        let verified = whole.verify().expect(0);
        assert!(verified.out().contains("2 records"), "{}", verified.all());
        assert!(
            verified.out().contains("provost.jsonl:2: a crash left this"),
            "{}",
            verified.all()
        );
        let shown = whole.provost(&["log", "show", whole.log.to_str().unwrap()]).expect(0);
        assert!(
            shown.out().contains("#2 ") && shown.err().contains("is no record"),
            "{}",
            shown.all()
        );
        // What a crash left is in the chain too.
        let text = std::fs::read_to_string(&whole.log).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let without = format!("{}\n{}\n", lines[0], lines[2]);
        std::fs::write(&whole.log, without).unwrap();
        whole.verify().expect(1);
    }
}

#[test]
fn a_record_that_lacks_only_its_line_feed_is_one() {
    let logged = log(2);
    let good = std::fs::read(&logged.log).unwrap();
    std::fs::write(&logged.log, &good[..good.len() - 1]).unwrap();
    logged.submit("three").must_accept(&["refs/heads/main"]);
    assert_eq!(logged.records().len(), 3);
    let verified = logged.verify().expect(0);
    assert!(verified.out().contains("3 records"), "{}", verified.all());
}

#[test]
fn the_chain_goes_on_without_the_file_beside_the_log() {
    let logged = log(2);
    let head = logged.log.with_extension("jsonl.head");
    for broken in [
        None,
        Some(""),
        Some("{\"seq\":"),
        Some("{\"seq\":1,\"digest\":\"x\",\"length\":0,\"inode\":0}"),
    ] {
        match broken {
            None => std::fs::remove_file(&head).unwrap(),
            Some(text) => std::fs::write(&head, text).unwrap(),
        }
        logged.submit("more").must_accept(&["refs/heads/main"]);
        logged.verify().expect(0);
    }
    assert_eq!(logged.records().last().unwrap()["seq"], 6);
}
