//! Whole commits, looked at with the built-in catalogue: messages, people, signatures.

use provost::finding::{EXCERPT, Field};
use provost::git::{Commit, ObjectId, subject};
use provost::marker::{MOST_HITS, Named, credit_line, is_same_text};
use provost::scan::raw_commit;

use crate::config;

pub(crate) fn run(data: &[u8]) {
    let id = ObjectId::NULL;
    let found = raw_commit(config(), id, data);
    let Ok(commit) = Commit::parse(id, data) else {
        assert!(found.is_err());
        return;
    };
    let found = found.expect("a commit that can be parsed is looked at");
    let markers = config().rules.rules.len();
    let texts = 3 + commit.extras.len() + commit.signatures.len() + 8 * commit.merged_tags.len();
    let people = commit.authors.len() + commit.committers.len();
    assert!(found.len() <= (texts + people) * (MOST_HITS + 4 * markers), "no bound holds");
    let lines = data.iter().filter(|&&byte| byte == b'\n').count() + 1;
    for finding in &found {
        assert!(finding.excerpt.len() <= EXCERPT);
        assert!(finding.line.is_none_or(|line| (1..=lines).contains(&line)), "{finding:?}");
    }
    // The same bytes give the same answer.
    let again = raw_commit(config(), id, data).expect("the same bytes");
    let shown = |all: &[provost::finding::Finding]| -> Vec<(String, Field, Option<usize>)> {
        all.iter().map(|it| (it.marker.id.clone(), it.field.clone(), it.line)).collect()
    };
    assert_eq!(shown(&found), shown(&again));
    let named = Named::read(commit.message);
    assert!(named.commits.len() * 40 <= commit.message.len(), "an id that is not there");
    // Git copies a message up to its first NUL.
    if !commit.message.contains(&0) {
        assert!(is_same_text(commit.message, commit.message));
    }
    if let Some(credit) = credit_line(subject(commit.message)) {
        assert!(crate::is_within(commit.message, credit.value));
    }
    for finding in config().rules.matchers.find_in_ref(commit.message) {
        assert_eq!(finding.line, None);
    }
}
