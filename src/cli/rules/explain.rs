//! `provost rules explain`: how a commit, a message, an identity, a path or a ref name is
//! read, step by step, and what policy makes of it.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::commit;
use super::decide::decide;
use super::steps::{self, Explanation, Found, Seen, Stage, of_views};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::layers::line_of;
use crate::config::{self, Config};
use crate::document::{FileLine, Source};
use crate::finding::{Finding, UNKNOWN_AI};
use crate::marker::Role;
use crate::owner;
use crate::policy::{Decision, Verdict};
use crate::rules::subject::Subject;
use crate::text::WordEnum;
use crate::text::escape::{escape, excerpt};

/// Show how a commit or a text is read, step by step.
///
/// Each reading of the text, the markers of which a literal is there, why each of them
/// did or did not match, and the verdict with the policy line that gave it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules explain HEAD
  provost rules explain --message .git/COMMIT_EDITMSG
  provost rules explain --path .claude/settings.json
  provost rules explain --identity 'Copilot <198982749+Copilot@users.noreply.github.com>'
  provost rules explain --ref refs/heads/claude/fix-login
  provost rules explain --ref refs/notes/ai refs/notes/ai    the newest notes of that ref
  git notes --ref ai show | provost rules explain --ref refs/notes/ai --note -")]
pub(in crate::cli) struct Explain {
    /// A commit of the repository that this is run in; HEAD when nothing is named
    #[arg(value_name = "COMMIT", conflicts_with_all = ["message", "path", "identity", "note"])]
    commit: Option<String>,
    /// A file that holds a message; `-` for standard input
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// The encoding that the message's commit would name
    #[arg(long, value_name = "NAME", requires = "message")]
    encoding: Option<String>,
    /// A path that a commit would add
    #[arg(long, value_name = "PATH")]
    path: Option<OsString>,
    /// An author, committer or tagger: `Name <address>`
    #[arg(long, value_name = "IDENTITY")]
    identity: Option<String>,
    /// A file that holds a note; `-` for standard input. --ref names the notes ref
    #[arg(long, value_name = "FILE")]
    note: Option<PathBuf>,
    /// The ref that it would be pushed to; for a note, refs/notes/ai when it is absent
    #[arg(long = "ref", value_name = "REF")]
    name: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Explain {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let here = context.here()?;
        let sources = context.sources(here.as_deref())?;
        let config = config::merge(&sources)?;
        let mut seen = if let Some(path) = &self.message {
            message(context, &config, path, self.encoding.as_deref())?
        } else if let Some(path) = &self.path {
            of_path(&config, path.as_bytes())
        } else if let Some(text) = &self.identity {
            identity(&config, text)
        } else if let Some(path) = &self.note {
            note(context, &config, path, &notes_ref(self.name.as_deref()))?
        } else if let (None, Some(name)) = (&self.commit, &self.name) {
            let subject = format!("the ref {}", escape(&full(name)));
            Seen { subject, stages: Vec::new(), all: Vec::new(), judged: Vec::new() }
        } else {
            let repository = context.discover()?;
            let revision = self.commit.as_deref().unwrap_or("HEAD");
            commit::explain(&config, &repository, revision, self.name.as_deref().map(full))?
        };
        if let Some(name) = self.name.as_ref().filter(|_| self.note.is_none()) {
            add_ref(&config, &full(name), &mut seen);
        }
        let explanation = finish(&sources, seen);
        match self.format {
            Shape::Json => context.json(&explanation)?,
            Shape::Human => {
                let verbose = context.output.verbose;
                context.output.say(steps::text(&explanation, verbose).trim_end());
            }
        }
        Ok(0)
    }
}

/// A branch may be given by its short name.
fn full(name: &str) -> Vec<u8> {
    let full = name.starts_with("refs/");
    if full { name.into() } else { format!("refs/heads/{name}").into_bytes() }
}

/// A notes ref may be given by its short name, as git-notes(1) takes it.
fn notes_ref(name: Option<&str>) -> Vec<u8> {
    let name = name.unwrap_or("ai");
    if name.starts_with("refs/") { name.into() } else { format!("refs/notes/{name}").into_bytes() }
}

fn note(
    context: &CommandContext,
    config: &Config,
    path: &Path,
    ref_name: &[u8],
) -> Result<Seen, Error> {
    let text = read(context, path)?;
    let candidates = config.rules.matchers.trace_note(ref_name, &text);
    let name = escape(ref_name);
    let stage = Stage::new(format!("note, as one of {name}")).with(candidates);
    let subject = format!("the note in {}", path.display());
    let of = Subject::Note { ref_name: ref_name.to_vec(), text };
    Ok(look(config, subject, vec![stage], &of))
}

fn read(context: &CommandContext, path: &Path) -> Result<Vec<u8>, Error> {
    let text = if path == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text).map(|_| text)
    } else {
        owner::named_content(&context.at(path))
    };
    text.map_err(|source| Error::Read { what: path.display().to_string(), source })
}

fn message(
    context: &CommandContext,
    config: &Config,
    path: &Path,
    encoding: Option<&str>,
) -> Result<Seen, Error> {
    let text = read(context, path)?;
    let what = path.display();
    let encoding = encoding.map(|name| name.as_bytes().to_vec());
    let views = config.rules.matchers.trace_message(encoding.as_deref(), &text);
    let stages = of_views("message", views);
    Ok(look(config, format!("the message in {what}"), stages, &Subject::Message { encoding, text }))
}

fn of_path(config: &Config, path: &[u8]) -> Seen {
    let stages = steps::of_path(config.rules.matchers.trace_path(path, false, None));
    let subject = format!("the path {}", escape(path));
    look(config, subject, stages, &Subject::Path(path.to_vec()))
}

fn identity(config: &Config, text: &str) -> Seen {
    let mut seen = Seen {
        subject: format!("the identity {}", escape(text.as_bytes())),
        stages: Vec::new(),
        all: Vec::new(),
        judged: Vec::new(),
    };
    for role in [Role::Author, Role::Committer, Role::Tagger] {
        let views = config.rules.matchers.trace_identity(role, text.as_bytes());
        let stages = of_views(&format!("as {}", role.word()), views);
        let subject = Subject::Identity { role, raw: text.as_bytes().to_vec() };
        let one = look(config, String::new(), stages, &subject);
        // Most markers look at all roles alike: each is told once.
        let new = |finding: &Finding| !seen.all.iter().any(|old| old.marker == finding.marker);
        let judged: Vec<_> = one.judged.into_iter().filter(|(finding, _)| new(finding)).collect();
        let all: Vec<_> = one.all.into_iter().filter(new).collect();
        let steps = |stage: &Stage| {
            let steps = stage.candidates.iter();
            steps.map(|step| (step.marker.clone(), step.matched)).collect::<Vec<_>>()
        };
        let same = |stage: &Stage| seen.stages.iter().any(|old| steps(old) == steps(stage));
        let stages: Vec<_> = one.stages.into_iter().filter(|stage| !same(stage)).collect();
        seen.stages.extend(stages);
        seen.all.extend(all);
        seen.judged.extend(judged);
    }
    seen
}

fn add_ref(config: &Config, name: &[u8], seen: &mut Seen) {
    let candidates = config.rules.matchers.trace_ref(name);
    let what = format!("ref {}", escape(name));
    let mut stages = vec![Stage::new(what).with(candidates)];
    let subject = Subject::Ref(name.to_vec());
    let one = look(config, String::new(), Vec::new(), &subject);
    seen.stages.append(&mut stages);
    let known = |finding: &Finding| seen.all.iter().any(|old| same(old, finding));
    let judged: Vec<_> = one.judged.into_iter().filter(|(finding, _)| !known(finding)).collect();
    let all: Vec<_> = one.all.into_iter().filter(|finding| !known(finding)).collect();
    seen.all.extend(all);
    seen.judged.extend(judged);
}

fn look(config: &Config, subject: String, stages: Vec<Stage>, of: &Subject) -> Seen {
    let matchers = &config.rules.matchers;
    let findings = of.findings(matchers);
    let decisions = decide(config, Some(of), &findings);
    let judged = findings.into_iter().zip(decisions).collect();
    Seen { subject, stages, all: of.all_findings(matchers), judged }
}

fn finish(sources: &[Arc<Source>], seen: Seen) -> Explanation {
    let strictest = seen.judged.iter().max_by_key(|(_, decision)| decision.verdict);
    let strictest = strictest.map(|(_, decision)| decision.clone());
    let mut findings: Vec<Found> = seen
        .judged
        .iter()
        .map(|(finding, decision)| Found {
            verdict: Some(decision.verdict),
            because: Some(FileLine::shown(decision.because.as_ref())),
            ..found(finding)
        })
        .collect();
    let reported = |finding: &Finding| seen.judged.iter().any(|(kept, _)| same(kept, finding));
    for outdone in seen.all.iter().filter(|finding| !reported(finding)) {
        let at = |kept: &&(Finding, Decision)| {
            let kept = &kept.0;
            kept.field == outdone.field
                && kept.line == outdone.line
                && kept.path == outdone.path
                && (kept.marker.tool == outdone.marker.tool || outdone.marker.tool == UNKNOWN_AI)
        };
        let by = seen.judged.iter().find(at).map(|(kept, _)| kept.marker.id.clone());
        findings.push(Found { outdone_by: by, ..found(outdone) });
    }
    let because = strictest.as_ref().map(|decision| decision.because.as_ref());
    Explanation {
        subject: seen.subject,
        stages: seen.stages,
        findings,
        verdict: strictest.as_ref().map_or(Verdict::Allow, |decision| decision.verdict),
        policy: because.flatten().and_then(|because| line_of(sources, because)),
        because: because.map(FileLine::shown),
        reason: strictest.and_then(|decision| decision.reason),
    }
}

/// Whether two findings are of the same marker at the same place. What a scan learns of
/// them beside (that a mark was copied, say) makes no other finding of it.
fn same(one: &Finding, other: &Finding) -> bool {
    one.marker.id == other.marker.id
        && one.field == other.field
        && one.line == other.line
        && one.path == other.path
}

/// What is to be known of a mark that a revert or a cherry-pick may have copied.
fn copied(finding: &Finding) -> Option<String> {
    let copy = finding.copy?;
    let from = copy.from.map_or_else(|| "another commit".into(), |id| id.short());
    Some(if copy.confirmed {
        format!("copied from {from}, which was judged and carries it: judged as a weak mark")
    } else {
        format!("copied from {from}, says the message; that is not confirmed, so it counts in full")
    })
}

fn found(finding: &Finding) -> Found {
    let marker = &finding.marker;
    let path = finding.path.as_deref().map(escape);
    let place = match (path, finding.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path,
        (None, Some(line)) => format!("{} line {line}", finding.field),
        (None, None) => finding.field.to_string(),
    };
    let shown = finding.path.is_none() || finding.line.is_some();
    Found {
        marker: marker.id.clone(),
        tool: marker.tool.clone(),
        kind: marker.kind,
        confidence: marker.confidence,
        place,
        excerpt: if shown { excerpt(&finding.excerpt, 160) } else { String::new() },
        verdict: None,
        because: None,
        copied: copied(finding),
        outdone_by: None,
    }
}
