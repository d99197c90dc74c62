//! `provost rules explain COMMIT`: its people, its message, its signature, and the files
//! that it changes.

use super::steps::{Seen, Stage, of_path, of_views};
use crate::cli::error::Error;
use crate::config::Config;
use crate::finding::{Field, Finding};
use crate::git::{
    Change, Changes, Commit, GitError, Mode, ObjectId, ObjectKind, Objects, Range, RefName,
    Repository, Side, Visitor,
};
use crate::marker::{Matchers, Role};
use crate::policy::Situation;
use crate::rules::subject::Subject;
use crate::scan;
use crate::text::WordEnum;
use crate::text::escape::{escape, excerpt, lossy};

/// The contents of so many changed files, of at most so many bytes, are looked at.
const MOST_FILES: usize = 2000;
const LARGEST: usize = 1 << 20;

pub(super) fn explain(
    config: &Config,
    repository: &Repository,
    revision: &str,
    name: Option<Vec<u8>>,
) -> Result<Seen, Error> {
    let objects = repository.objects()?;
    let range = repository.ranges(&objects, &[revision.to_owned()])?;
    let id =
        *range.tips.first().ok_or_else(|| GitError::NoCommit { revision: revision.to_owned() })?;
    let object = objects.read_kind(id, ObjectKind::Commit)?;
    let commit = Commit::parse(id, object.data())?;
    let head = || match revision.starts_with("refs/") {
        true => revision.as_bytes().to_vec(),
        false => repository.head_and_upstream().0.unwrap_or_else(|| b"HEAD".to_vec()),
    };
    let name = RefName::new(name.unwrap_or_else(head));
    // A shallow clone has no parents to compare with.
    let there = |parent: &&ObjectId| objects.exists(**parent);
    let parents: Vec<ObjectId> = commit.parents.iter().filter(there).copied().collect();
    let report = scan::judge_range(
        repository,
        config,
        Situation::unknown(&repository.name()),
        &name,
        &Range { tips: vec![id], hidden: parents.clone() },
    )?;

    let matchers = &config.rules.matchers;
    let mut stages = Vec::new();
    let mut all = Vec::new();
    let people = [(Role::Author, &commit.authors), (Role::Committer, &commit.committers)];
    for (role, idents) in people {
        for ident in idents {
            let what = format!("{} {}", role.word(), excerpt(ident.raw, 120));
            stages.extend(of_views(&what, matchers.trace_identity(role, ident.raw)));
            let subject = Subject::Identity { role, raw: ident.raw.to_vec() };
            all.extend(subject.all_findings(matchers));
        }
    }
    let mut readings = of_views("message", matchers.trace_message(commit.encoding, commit.message));
    if let Some(plain) = readings.first_mut() {
        plain.notes.extend(of_message(&commit));
    }
    stages.append(&mut readings);
    let encoding = commit.encoding.map(<[u8]>::to_vec);
    let message = Subject::Message { encoding, text: commit.message.to_vec() };
    all.extend(message.all_findings(matchers));
    for signature in &commit.signatures {
        let found = matchers.signature.find(signature, &Field::Signature);
        stages.push(of_signature(signature, &found));
        all.extend(found);
    }
    if let Some(tree) = commit.tree {
        let mut trees = Vec::new();
        for &parent in &parents {
            let object = objects.read_kind(parent, ObjectKind::Commit)?;
            trees.extend(Commit::parse(parent, object.data())?.tree);
        }
        stages.extend(files(&objects, matchers, name.as_bytes(), tree, &trees)?);
    }
    let subject = excerpt(commit.subject(), 72);
    let judged = report.findings.into_iter().map(|judged| (judged.finding, judged.decision));
    Ok(Seen {
        subject: format!("commit {id} ({subject}), as if pushed to {name}"),
        stages,
        all,
        judged: judged.collect(),
    })
}

/// What is to be known of a message before it is read.
fn of_message(commit: &Commit<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let lines = commit.message.split(|&byte| byte == b'\n').count();
    let bytes = commit.message.len();
    notes.push(format!("{bytes} bytes, {lines} lines"));
    if let Some(name) = commit.encoding {
        notes.push(format!("the encoding header says {}", escape(name)));
    }
    let nuls = commit.message.iter().filter(|&&byte| byte == 0).count();
    if nuls > 0 {
        notes.push(format!("{nuls} NUL bytes, at the first of which git stops reading"));
    }
    notes
}

fn of_signature(armoured: &[u8], found: &[Finding]) -> Stage {
    let stage = Stage::new("signature");
    let first = armoured.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let stage = stage.note(excerpt(first, 80));
    match (found.first(), crate::git::ssh_public_key(armoured)) {
        (Some(finding), _) => {
            let key = lossy(&finding.excerpt).into_owned();
            stage.note(format!("{key} is the key of {}", finding.marker.id))
        }
        (None, Some(_)) => stage.note("an SSH key that no marker lists"),
        (None, None) => stage.note("no SSH signature, so no marker can look at it"),
    }
}

/// The stages of the files that a commit adds or changes.
fn files(
    objects: &Objects<'_>,
    matchers: &Matchers,
    name: &[u8],
    tree: ObjectId,
    parents: &[ObjectId],
) -> Result<Vec<Stage>, GitError> {
    let mut stages = Vec::new();
    let mut changed = Changed::default();
    Changes::new(objects).added_or_changed(tree, parents, &mut changed)?;
    let count = match changed.0.len() {
        1 => "1 file added or changed".to_owned(),
        count => format!("{count} files added or changed"),
    };
    stages.push(Stage::new("paths").note(count));
    let (mut contents, mut read) = (Vec::new(), 0);
    for (path, side) in &changed.0 {
        let wanted = side.mode == Mode::Blob && read < MOST_FILES;
        let blob = wanted.then(|| objects.blob_head(side.id, LARGEST)).transpose()?;
        read += usize::from(wanted);
        let content = blob.as_ref().map(crate::git::Object::data);
        let as_note = content.map(|content| matchers.trace_note(name, content));
        if let Some(candidates) = as_note.filter(|candidates| !candidates.is_empty()) {
            let annotated = escape(path).replace('/', "");
            contents.push(Stage::new(format!("note on {annotated}")).with(candidates));
        }
        let readings = matchers.trace_path(path, side.mode.is_in_place_of_directory(), content);
        let tried = readings.into_iter().filter(|view| !view.candidates.is_empty());
        stages.extend(of_path(tried.collect()));
        let candidates =
            content.map(|content| matchers.trace_content(path, content)).unwrap_or_default();
        if !candidates.is_empty() {
            let stage = Stage::new(format!("content of {}", escape(path)));
            let stage = stage.note("only lines that the commit adds are reported");
            contents.push(stage.with(candidates));
        }
    }
    stages.append(&mut contents);
    if read >= MOST_FILES {
        let stage = Stage::new("contents of further files");
        stages.push(stage.note(format!("only the first {MOST_FILES} are shown here")));
    }
    Ok(stages)
}

/// The files that a commit adds or changes.
#[derive(Default)]
struct Changed(Vec<(Vec<u8>, Side)>);

impl Visitor for Changed {
    fn matters(&self, _directory: &[u8]) -> bool {
        true
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        if let Some(new) = change.new {
            self.0.push((change.path.to_vec(), new));
        }
        Ok(change.new.is_some())
    }
}
