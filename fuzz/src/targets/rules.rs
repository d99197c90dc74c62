//! Files of rules: a layer over the built-in one, parsed, merged and read, and edited.

use provost::config::examine;
use provost::document::{self, Severity, render_within};
use provost::git::ObjectId;
use provost::policy::{Judge, Situation};
use provost::rules::edit::{RuleFile, ToolRef};
use provost::scan;

/// A commit in which the built-in rules find something.
const COMMIT: &[u8] = b"tree 1111111111111111111111111111111111111111\n\
    author A <a@example.com> 1 +0000\ncommitter Claude <noreply@anthropic.com> 2 +0000\n\n\
    Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>\n";

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    edit(text);
    let layers = [provost::fuzzing::built_in(), crate::source("layer.toml", text)];
    let (config, problems) = examine(&layers);
    for problem in &problems {
        let place = &problem.place;
        assert!(place.span.end <= place.source.text.len().max(1), "a place beyond its file");
        let (line, column) = place.source.line_column(place.span.start);
        assert!(line >= 1 && column >= 1);
    }
    if !problems.is_empty() {
        assert!(!render_within(&problems, false, 80).is_empty());
    }
    if document::parse(&layers[1]).is_err() {
        assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
    }
    let Some(config) = config.filter(|_| problems.is_empty()) else { return };
    // The same layer again changes nothing.
    let twice = [layers.as_slice(), &layers[1..]].concat();
    let (again, problems) = examine(&twice);
    if problems.is_empty() {
        let again = again.expect("a configuration without problems");
        assert_eq!(
            provost::log::policy_digest(&config.merged),
            provost::log::policy_digest(&again.merged)
        );
    }
    let findings = scan::raw_commit(&config, ObjectId::NULL, COMMIT).expect("a commit");
    let again = scan::raw_commit(&config, ObjectId::NULL, COMMIT).expect("a commit");
    assert_eq!(findings.len(), again.len());
    let judge: Judge<'_> = config.judge(Situation::unknown("a/b"));
    let name = provost::git::RefName::new("refs/heads/main");
    assert_eq!(judge.refuses_on(&name), judge.refuses_on(&name));
    let values = judge.show(&name, None);
    assert!(values.iter().all(|it| !it.key.is_empty()));
}

/// A change to a file leaves it one that can be read, or is refused.
fn edit(text: &str) {
    let Ok(mut file) = RuleFile::parse(text) else { return };
    assert_eq!(RuleFile::parse(&file.text()).map(|it| it.text()), Ok(file.text()));
    let tool = ToolRef { id: "acme", vendor: Some("Acme") };
    let marker = "id = \"acme/x\"\nkind = \"trailer\"\n";
    if file.add(tool, marker).is_ok() {
        assert!(RuleFile::parse(&file.text()).is_ok());
    }
}
