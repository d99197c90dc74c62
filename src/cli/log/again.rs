//! Judging what is on record once more: the push itself where its objects are still there,
//! otherwise the marks that were found in it.

use std::collections::BTreeMap;

use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config::Config;
use crate::document::Moment;
use crate::finding::{Context, Copied, Field, Finding};
use crate::git::{ObjectId, RefName, RefUpdate, Reference, Repository};
use crate::log::{CopyState, Found, LogValue, Record};
use crate::policy::{FoundOn, Pusher, Request, Situation, Unrelated, Verdict};
use crate::push::Push;
use crate::scan;

/// What a push would get now.
pub(super) struct Again {
    pub(super) verdict: Verdict,
    /// The worst verdict for each tool.
    pub(super) tools: BTreeMap<String, Verdict>,
    /// Why the objects could not be read, if the marks on record were judged.
    pub(super) unread: Option<String>,
}

/// The refs of one repository, as they were before each of its pushes.
pub(super) struct Refs(BTreeMap<String, Option<ObjectId>>);

impl Refs {
    /// As they were before the first of these pushes: each ref of theirs had the old value
    /// of its first update; the others never changed.
    pub(super) fn before(records: &[Record], repository: Option<&Repository>) -> Self {
        let mut refs = BTreeMap::new();
        for update in records.iter().flat_map(|record| &record.refs) {
            refs.entry(update.name.clone()).or_insert_with(|| known(update.old.as_ref()));
        }
        for now in repository.and_then(|it| it.references().ok()).unwrap_or_default() {
            refs.entry(now.name.to_string()).or_insert(Some(now.target));
        }
        Self(refs)
    }

    /// What a push said of its refs, which is what they were.
    pub(super) fn as_of(&mut self, record: &Record) {
        for update in &record.refs {
            self.0.insert(update.name.clone(), known(update.old.as_ref()));
        }
    }

    /// What a push made of them.
    pub(super) fn after(&mut self, record: &Record) {
        for update in record.refs.iter().filter(|_| record.accepted) {
            self.0.insert(update.name.clone(), known(update.new.as_ref()));
        }
    }

    fn now(&self) -> Vec<Reference> {
        let all = self.0.iter().filter_map(|(name, id)| {
            Some(Reference { name: RefName::new(name.as_bytes()), target: (*id)? })
        });
        all.collect()
    }
}

/// An object id of a record.
fn known(id: Option<&LogValue<ObjectId>>) -> Option<ObjectId> {
    id.and_then(LogValue::known).copied()
}

/// Judges a push again.
pub(super) fn judge(
    context: &CommandContext,
    repository: Option<&Repository>,
    config: &Config,
    record: &Record,
    refs: &Refs,
) -> Again {
    let push = push(record);
    let situation = situation(record, &push);
    let why = match repository {
        None => "the repository is not there".to_owned(),
        Some(repository) => match whole(repository, config, &push, refs, situation.clone()) {
            Ok(again) => return again,
            Err(why) => why,
        },
    };
    if context.output.verbose {
        context.output.note(&format!("provost: record {}: {why}\n", record.seq));
    }
    from_record(config, record, situation, why)
}

fn push(record: &Record) -> Push {
    let id = |id: &Option<LogValue<ObjectId>>| known(id.as_ref()).unwrap_or(ObjectId::NULL);
    let updates = record.refs.iter().filter_map(|update| {
        RefUpdate::new(RefName::new(update.name.as_bytes()), id(&update.old), id(&update.new))
    });
    Push {
        repository: record.repository.clone(),
        updates: updates.collect(),
        options: record.options.iter().map(|option| option.clone().into_bytes()).collect(),
    }
}

fn situation(record: &Record, push: &Push) -> Situation {
    Situation {
        repository: record.repository.clone(),
        pusher: Pusher { login: record.pusher.clone(), groups: record.groups.clone() },
        request: Request::read(&push.options),
        pull_request: record.pull_request,
        merged: None,
        now: Moment::now(),
    }
}

/// Reads the objects of a push again.
fn whole(
    repository: &Repository,
    config: &Config,
    push: &Push,
    refs: &Refs,
    situation: Situation,
) -> Result<Again, String> {
    let objects = repository.objects().map_err(|error| error.to_string())?;
    let mut gone = push.updates.iter().filter_map(RefUpdate::new_id);
    if let Some(id) = gone.find(|id| !objects.exists(*id)) {
        return Err(format!("object {id} is not there any more"));
    }
    let report = scan::judge_again(repository, config, push, &refs.now(), situation);
    let report = report.map_err(|error| Error::from(error).to_string())?;
    let mut tools = BTreeMap::new();
    for judged in &report.findings {
        raise(&mut tools, &judged.finding.marker.tool, judged.decision.verdict);
    }
    Ok(Again { verdict: report.verdict(), tools, unread: None })
}

/// Raises the verdict of a tool.
pub(super) fn raise(tools: &mut BTreeMap<String, Verdict>, tool: &str, verdict: Verdict) {
    let slot = tools.entry(tool.to_owned()).or_insert(Verdict::Allow);
    *slot = verdict.max(*slot);
}

/// Judges the marks that are on record.
fn from_record(config: &Config, record: &Record, situation: Situation, why: String) -> Again {
    let judge = config.judge(situation);
    let mut places: BTreeMap<(&str, Option<ObjectId>), Vec<Finding>> = BTreeMap::new();
    for found in &record.findings {
        let place = (found.ref_name.as_str(), known(found.commit.as_ref()));
        places.entry(place).or_default().extend(finding(config, found));
    }
    let mut again = Again { verdict: Verdict::Allow, tools: BTreeMap::new(), unread: Some(why) };
    for ((name, commit), findings) in places {
        let name = RefName::new(name.as_bytes());
        let context = Context::default();
        let found_on = FoundOn { name: &name, commit, ancestry: &Unrelated };
        let decisions = judge.judge(&found_on, &findings, &context);
        for (finding, decision) in findings.iter().zip(decisions) {
            again.verdict = again.verdict.max(decision.verdict);
            raise(&mut again.tools, &finding.marker.tool, decision.verdict);
        }
    }
    again
}

/// A finding on record, if the draft still looks for its marker.
fn finding(config: &Config, found: &Found) -> Option<Finding> {
    let mut rules = config.rules.rules.iter().filter(|rule| rule.disabled.is_none());
    let marker = &rules.find(|rule| rule.marker.id == found.marker)?.marker;
    let field = found.field.known().cloned().unwrap_or(Field::Message);
    let mut finding = Finding::new(marker, field, found.excerpt.as_bytes());
    finding.line = found.line;
    finding.path = found.path.clone().map(String::into_bytes);
    finding.model.clone_from(&found.model);
    finding.model_vendor.clone_from(&found.model_vendor);
    finding.path_use = found.path_use.as_ref().and_then(LogValue::known).copied();
    let copied = found.copied.as_ref().and_then(LogValue::known);
    let is_confirmed = copied.map(|copied| *copied == CopyState::Confirmed);
    finding.copy = is_confirmed.map(|confirmed| Copied { from: None, confirmed });
    Some(finding)
}
