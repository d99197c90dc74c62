//! Trees of which not all can be read: what can be is compared all the same.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::config::{Config, Layers, load_whole};
use crate::git::{Repository, Scale, Trust};
use crate::scan::compare::Job;
use crate::scan::finder::Finder;
use crate::scan::source::Source;

/// Runs git in a repository; the id that it prints.
fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> ObjectId {
    let mut git = Command::new("git");
    git.arg("-C").arg(directory).args(arguments).env("GIT_CONFIG_NOSYSTEM", "1");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = git.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "git {arguments:?}");
    ObjectId::from_hex(out.stdout.trim_ascii()).unwrap_or(ObjectId::NULL)
}

fn tree(directory: &Path, entries: &[(&str, ObjectId)]) -> ObjectId {
    let mut raw = Vec::new();
    for (head, id) in entries {
        raw.extend_from_slice(head.as_bytes());
        raw.push(0);
        raw.extend_from_slice(id.as_bytes());
    }
    git(directory, &["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], &raw)
}

fn absent(last: u8) -> ObjectId {
    let mut id = [0; 20];
    id[19] = last;
    ObjectId::from_bytes(&id).unwrap()
}

fn built_in() -> Config {
    load_whole(Layers { isolated: true, ..Layers::default() }).unwrap()
}

/// The names of the markers that were found.
fn names(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.marker.id.as_str()).collect()
}

#[test]
fn what_can_be_read_of_a_commit_is_compared() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    git(path, &["init", "-q", "--bare"], b"");
    let blob = git(path, &["hash-object", "-w", "--stdin"], b"# Generated with Claude Code\n");
    let below = tree(path, &[("100644 GEMINI.md", blob)]);
    let sound = tree(path, &[("100644 CLAUDE.md", blob)]);
    let odd = tree(
        path,
        &[
            ("100644 .claude.json", absent(2)),
            ("40000 .claude", absent(1)),
            ("100644 a.py", absent(3)),
            ("40000 b", absent(4)),
            ("100644 c.py", blob),
            ("40000 z", below),
        ],
    );
    let config = built_in();
    let matchers = &config.rules.matchers;
    let expected = ["claude-code/config", "gemini-cli/config", "claude-code/in-file"];
    let lost = [1, 4, 2, 3].map(absent);
    for scale in [Scale::Small, Scale::Large] {
        let mut repository = Repository::open(path, Trust::Git).unwrap();
        repository.scale = scale;
        let objects = repository.objects().unwrap();
        let mut trees = Trees::new(&objects, matchers, Scope::default());
        let compared = trees.compare(odd, &[]).unwrap();
        let found = names(&compared.findings);
        assert!(expected.iter().all(|id| found.contains(id)), "{found:?}");
        let unread: Vec<ObjectId> = compared.unread.iter().map(|unread| unread.id).collect();
        assert_eq!(unread, [2, 3, 1, 4].map(absent));
        assert!(trees.findings(odd, &[]).is_err(), "who asks for all is told");

        // Among other commits: after it and before it.
        let job = |tree, parents: &[ObjectId]| Job { tree, parents: parents.to_vec(), time: 0 };
        let jobs = [job(sound, &[]), job(odd, &[sound]), job(sound, &[odd])];
        let (repository, scope) = (&repository, Scope::default());
        let source = Source { repository, objects: &objects, config: &config, scope, budget: None };
        let mut trees = Trees::new(&objects, matchers, scope);
        let mut finder = Finder::new(source);
        let done = finder.tree_findings(&jobs, &mut trees, &mut |_, _| {}).unwrap();
        let mut unread: Vec<(usize, ObjectId)> =
            done.unread.iter().map(|(job, unread)| (*job, unread.id)).collect();
        unread.sort_unstable_by_key(|(job, id)| (*job, lost.iter().position(|it| it == id)));
        assert_eq!(unread, lost.map(|id| (1, id)), "of one job, though another has it as parent");
        let of = |nth| done.found.iter().find(|(job, _)| *job == nth).map(|(_, found)| found);
        // The comment in `c.py` was in `CLAUDE.md` before.
        assert!(expected[..2].iter().all(|id| names(of(1).unwrap()).contains(id)));
        assert!(names(of(0).unwrap()).contains(&"claude-code/config"));
        assert_eq!(done.left, 0);
    }
}
