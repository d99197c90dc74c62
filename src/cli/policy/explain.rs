//! `provost policy explain`: the lines of the policy that lead to a verdict.

use clap::Args;

use super::place::Where;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::suggestion::unknown;
use crate::config::{self, Config};
use crate::document::FileLine;
use crate::finding::{Context, Field, Finding, Kind, PathUse};
use crate::git::{Commit, GitError, ObjectId, ObjectKind, Range, RefName, Repository};
use crate::policy::{
    Decision, FoundOn, Judge, Situation, Unaccounted, Undisclosed, Unrelated, Why,
};
use crate::scan;
use crate::text::WordEnum;
use crate::text::escape::{escape, excerpt};

/// Say why a finding gets its verdict.
///
/// WHAT is a commit, whose findings are explained, or the id of a marker.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy explain HEAD
  provost policy explain claude-code/co-author --ref refs/heads/sandbox/x
  provost policy explain tabnine/config --path docs/.tabnine_root")]
pub(in crate::cli) struct Explain {
    /// A commit, or a marker's id
    #[arg(value_name = "WHAT")]
    what: String,
    #[command(flatten)]
    place: Where,
}

impl Run for Explain {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let here = context.here()?;
        let config = config::merge(&context.sources(here.as_deref())?)?;
        let judge = config.judge(self.place.situation(here.as_deref()));
        let name = self.place.ref_name();
        let rule = config.rules.rules.iter().find(|rule| rule.marker.id == self.what);
        let mut out = String::new();
        match (rule, &here) {
            (Some(rule), _) => {
                let mut finding = Finding::new(&rule.marker, Field::Message, b"");
                finding.path = self.place.path().map(<[u8]>::to_vec);
                finding.path_use = (rule.marker.kind == Kind::Path).then_some(PathUse::Added);
                let all = [finding];
                let found_on = FoundOn { name: &name, commit: None, ancestry: &Unrelated };
                let decisions = judge.judge(&found_on, &all, &Context::default());
                for (finding, decision) in all.iter().zip(&decisions) {
                    one(&judge, &name, finding, decision, &mut out);
                }
            }
            (None, Some(repository)) => {
                let report = of_commit(&config, repository, &self.what, &name)?;
                if report.findings.is_empty() {
                    out.push_str("nothing was found in it\n");
                }
                for judged in &report.findings {
                    one(&judge, &name, &judged.finding, &judged.decision, &mut out);
                }
            }
            (None, None) => {
                let known: Vec<&str> =
                    config.rules.rules.iter().map(|rule| rule.marker.id.as_str()).collect();
                return Err(unknown("marker", &self.what, &known));
            }
        }
        context.output.say(out.trim_end());
        Ok(0)
    }
}

fn of_commit(
    config: &Config,
    repository: &Repository,
    revision: &str,
    name: &RefName,
) -> Result<crate::report::Report, Error> {
    let objects = repository.objects()?;
    let range = repository.ranges(&objects, &[revision.to_owned()])?;
    let id =
        *range.tips.first().ok_or_else(|| GitError::NoCommit { revision: revision.to_owned() })?;
    let object = objects.read_kind(id, ObjectKind::Commit)?;
    let parents: Vec<ObjectId> = Commit::parse(id, object.data())?.parents;
    drop(object);
    Ok(scan::judge_range(
        repository,
        config,
        Situation::unknown(&repository.name()),
        name,
        &Range { tips: vec![id], hidden: parents },
    )?)
}

fn one(
    judge: &Judge<'_>,
    name: &RefName,
    finding: &Finding,
    decision: &Decision,
    out: &mut String,
) {
    out.push_str(&format!("{} on {name}: {}\n", finding.marker.id, decision.verdict.word()));
    if !finding.excerpt.is_empty() {
        out.push_str(&format!("  {}\n", excerpt(&finding.excerpt, 100)));
    }
    let weak = finding.confidence().word();
    out.push_str(&format!("  a {weak} marker of the kind {}\n", finding.marker.kind));
    for step in judge.steps(name, finding) {
        out.push_str(&format!("  {:<40} {:<9} # {}\n", step.key, step.verdict.word(), step.place));
    }
    for line in reasons(decision) {
        out.push_str(&format!("  {line}\n"));
    }
    if let Some(reason) = &decision.reason {
        out.push_str(&format!("  reason: {}\n", escape(reason.as_bytes())));
    }
}

/// What made the verdict another than the lines say, in words.
fn reasons(decision: &Decision) -> Vec<String> {
    let mut out = Vec::new();
    let why = decision.why.as_ref().map(|why| match why {
        Why::Disclosed => "the commit discloses it".to_owned(),
        Why::Undisclosed(Undisclosed::Absent) => "the commit does not disclose it".into(),
        Why::Undisclosed(Undisclosed::Denied) => "the disclosure denies it".into(),
        Why::Undisclosed(Undisclosed::Placeholder) => "the disclosure is a placeholder".into(),
        Why::Undisclosed(Undisclosed::Form) => "the disclosure has another form".into(),
        Why::Undisclosed(Undisclosed::OtherTool) => "the disclosure names another tool".into(),
        Why::Unaccounted(Unaccounted::Role) => "only people may hold this role".into(),
        Why::Unaccounted(Unaccounted::Author) => "no person is author or co-author".into(),
        Why::Unaccounted(Unaccounted::SignOff) => "no person signed off".into(),
        Why::Unaccounted(Unaccounted::Approval) => "nobody approved it".into(),
        Why::Pinned => "the marker is newer than the pinned catalogue".into(),
    });
    out.extend(why);
    out.extend(decision.exemption.as_ref().map(|id| format!("exempt: {id}")));
    if decision.suspended {
        out.push("the policy is suspended".into());
    } else if decision.exemption.is_none() && decision.verdict < decision.full {
        let from = decision.refused_from.map(|date| format!("; refused from {date}"));
        out.push(format!(
            "would be {}, but the policy is not in force yet{}",
            decision.full.word(),
            from.unwrap_or_default()
        ));
    }
    out.push(format!("decided by {}", FileLine::shown(decision.because.as_ref())));
    out
}
