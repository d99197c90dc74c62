//! Configuration files of tools that are kept to be read, tested or installed elsewhere: these
//! say nothing of the commit that adds them, so they are weak marks.
//!
//! Two signs: a directory above the file says so, or one directory holds those of several
//! tools, as what an installer writes for every tool that it knows. At the top of a repository
//! several tools are simply in use.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::finding::{Carrier, Finding};
use crate::text::escape::lossy;

/// Words of directories whose files are there to be read or tested.
const KEPT: [&str; 24] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "fixture",
    "fixtures",
    "testcases",
    "mock",
    "mocks",
    "snapshot",
    "snapshots",
    "golden",
    "example",
    "examples",
    "sample",
    "samples",
    "template",
    "templates",
    "scaffold",
    "boilerplate",
    "prompts",
    "vendor",
    "vendored",
    "third_party",
];

/// From this number of tools on, a directory is what an installer has written.
const MANY_TOOLS: usize = 3;

/// Makes the findings of one commit weak that such files are.
pub fn weaken_examples(findings: &mut [Finding]) {
    let mut tools: HashMap<Vec<u8>, HashSet<String>> = HashMap::new();
    for finding in findings.iter() {
        if let Some(above) = above(finding) {
            tools.entry(above.to_vec()).or_default().insert(finding.marker.tool.clone());
        }
    }
    for finding in findings {
        let Some(above) = above(finding) else { continue };
        let is_installed = tools.get(above).is_some_and(|tools| tools.len() >= MANY_TOOLS);
        if (is_installed || is_kept(above))
            && let Some(weak) = finding.marker.as_weak()
        {
            finding.marker = Arc::new(weak);
        }
    }
}

/// The directories above a tool's own file or folder; `None` at the top of the repository.
fn above(finding: &Finding) -> Option<&[u8]> {
    let path =
        finding.path.as_deref().filter(|_| finding.marker.kind.carrier() == Carrier::Path)?;
    let hidden = path.windows(2).position(|pair| pair == b"/.");
    let end = hidden.or_else(|| path.iter().rposition(|&byte| byte == b'/'))?;
    path.get(..end).filter(|above| !above.is_empty() && !path.starts_with(b"."))
}

fn is_kept(above: &[u8]) -> bool {
    let above = lossy(above).to_lowercase();
    let mut names = above.split('/');
    names.any(|name| {
        let is = |word: &str| KEPT.contains(&word);
        is(name) || name.split(|letter: char| !letter.is_alphanumeric()).any(is)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Field, Kind, Marker};

    fn weak(paths: &[(&str, &str)]) -> Vec<bool> {
        let finding = |(tool, path): &(&str, &str)| {
            let marker = Arc::new(Marker {
                id: format!("{tool}/config"),
                tool: (*tool).to_owned(),
                tool_name: (*tool).to_owned(),
                vendor: "V".into(),
                kind: Kind::Path,
                confidence: Confidence::Strong,
                since: "0.1".into(),
            });
            let mut finding = Finding::new(&marker, Field::Tree, path.as_bytes());
            finding.path = Some(path.as_bytes().to_vec());
            finding
        };
        let mut findings: Vec<Finding> = paths.iter().map(finding).collect();
        weaken_examples(&mut findings);
        findings.iter().map(|it| it.marker.confidence == Confidence::Weak).collect()
    }

    #[test]
    fn what_is_kept_to_be_read_or_installed_is_weak() {
        assert_eq!(weak(&[("a", "tests/fixtures/.a/x.md"), ("a", ".a/x.md")]), [true, false]);
        assert_eq!(weak(&[("a", "app/.a/x"), ("b", "app/.b/y")]), [false, false]);
        let installed = [("a", "q/.a/x"), ("b", "q/.b/y"), ("c", "q/.c/z"), ("a", ".a/x")];
        assert_eq!(weak(&installed), [true, true, true, false]);
        let in_use = [("a", ".a/x"), ("b", ".b/y"), ("c", ".c/z"), ("d", "D.md")];
        assert_eq!(weak(&in_use), [false; 4]);
    }
}
