//! Dates by the server's clock, and suspensions.

use super::{MAIN, under};
use crate::support::marked;

const PAST: &str = "2020-01-01";
const LATER: &str = "2020-06-01";
const FUTURE: &str = "2999-01-10";

#[test]
fn a_policy_comes_into_force_by_dates() {
    for (mode, accepted, says) in [
        (format!("{{ warn = {PAST}, enforce = {FUTURE} }}"), true, Some("From 2999-01-10 on")),
        (format!("{{ warn = {FUTURE} }}"), true, None),
        (format!("{{ warn = {PAST}, enforce = {LATER} }}"), false, Some("refused")),
        (format!("{{ enforce = \"{PAST}T08:00:00+08:00\" }}"), false, Some("refused")),
    ] {
        let (_server, client) = under(&format!("[policy]\nmode = {mode}\n"));
        client.commit(marked("Work")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{mode}\n{}", pushed.text());
        match says {
            Some(text) => assert!(pushed.text().contains(text), "{mode}\n{}", pushed.text()),
            None => assert!(!pushed.text().contains("provost: accepted"), "{}", pushed.text()),
        }
    }
}

#[test]
fn the_author_s_date_plays_no_part() {
    let (_server, client) = under(&format!("[policy]\nmode = {{ enforce = {PAST} }}\n"));
    client.commit(marked("Work")).date(1_000_000).create();
    client.submit(&["main"]).must_reject(&[MAIN]);
}

/// What came in before a ref's policy was in force was not refused there.
#[test]
fn a_ref_that_began_later_hides_nothing_from_one_that_began_before() {
    let rules = format!(
        "[[policy.scope]]\nid = \"late\"\nrefs = [\"refs/heads/late/*\"]\n\
         mode = {{ enforce = {PAST} }}\n"
    );
    let (server, client) = under(&rules);
    client.commit(marked("From before")).create();
    server.push_unseen(&client, &["main:late/1"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_judge(1);
    // The other way round it was refused for longer than here.
    server.push_unseen(&client, &["main"]);
    client.submit(&["main:late/2"]).must_accept(&["refs/heads/late/2"]).must_judge(0);
}

#[test]
fn a_suspension_lets_in_and_says_so_until_it_ends() {
    let suspended = |until: &str, repositories: &str| {
        format!(
            "[[policy.suspension]]\nid = \"incident\"\nuntil = {until}\nreason = \"INC-1\"\n\
             repositories = [\"{repositories}\"]\n"
        )
    };
    for (rules, accepted) in [
        (suspended(FUTURE, "**"), true),
        (suspended(LATER, "**"), false),
        (suspended(FUTURE, "other/*"), false),
    ] {
        let (_server, client) = under(&rules);
        client.commit(marked("Work")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{rules}\n{}", pushed.text());
        assert_eq!(pushed.text().contains("suspended at present"), accepted, "{}", pushed.text());
    }
}

#[test]
fn markers_newer_than_the_pinned_catalogue_are_recorded_only() {
    let (_server, client) = under("[policy]\ncatalogue = \"0.0.1\"\n");
    client.commit(marked("Work")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    let (_server, client) = under("[policy]\ncatalogue = \"99.0\"\n");
    client.commit(marked("Work")).create();
    client.submit(&["main"]).must_reject(&[MAIN]);
}
