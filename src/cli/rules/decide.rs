//! The verdicts of the policy in force on the findings of one subject.

use crate::config::Config;
use crate::finding::Finding;
use crate::git::RefName;
use crate::policy::Decision;
use crate::rules::subject::Subject;
use crate::scan;

/// What policy says of the findings in one subject, as if it were pushed to the branch
/// that most repositories have.
pub(super) fn decide(
    config: &Config,
    subject: Option<&Subject>,
    findings: &[Finding],
) -> Vec<Decision> {
    let message = match subject {
        Some(Subject::Message { encoding, text }) => Some((encoding.as_deref(), text.as_slice())),
        _ => None,
    };
    scan::decide(config, "", &RefName::new("refs/heads/main"), findings, message)
}
