//! What one record holds. Its form is a contract; `docs/log-schema.json` describes it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fact_words::Fail;
use super::found::Found;
use super::value::LogValue;
use crate::config::limits::Resource;
use crate::document::FileLine;
use crate::git::{ObjectId, RefUpdate};
use crate::platform::Protocol;
use crate::policy::{ExemptedBy, Verdict};
use crate::push::{Hook, Push, Update};
use crate::report::{Report, VERSION};
use crate::text::escape::escape;

/// The version of the form of records.
pub const SCHEMA: u32 = 1;

/// One push, and what was decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The version of this form.
    pub schema: u32,
    /// The number of the record in its chain, from 1.
    pub seq: u64,
    /// The digest of the line before; `null` in the first of all.
    pub prev: Option<String>,
    /// The digests of what a crash left of lines between that one and this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub torn: Vec<String>,
    /// How many pushes between that one and this were accepted although their records could
    /// not be written, as far as that could be noted.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// When the push came, RFC 3339 in UTC.
    pub time: String,
    /// How long it took until this was written.
    pub duration_ms: f64,
    /// The version of provost.
    pub provost: String,
    /// `sha256:…` over all layers of the configuration; `null` when none could be used.
    pub rules_digest: Option<String>,
    /// `sha256:…` of what the policy says; `null` when none could be used.
    pub policy_digest: Option<String>,
    /// The platform that the installation recorded.
    pub platform: String,
    /// The hook.
    pub hook: LogValue<Hook>,
    /// The repository's name on its platform.
    pub repository: String,
    /// Its directory on this server.
    pub directory: Option<String>,
    /// Who pushed, as the platform says.
    pub pusher: Option<String>,
    /// The groups that the platform put him in.
    pub groups: Vec<String>,
    /// The address that he pushed from.
    pub remote: Option<String>,
    /// The protocol that he pushed by.
    pub protocol: Option<LogValue<Protocol>>,
    /// The pull or merge request that was merged.
    pub pull_request: Option<u64>,
    /// The push options.
    pub options: Vec<String>,
    /// Whether this was the probe of `doctor`, and no push of anybody.
    pub probe: bool,
    /// The ref updates.
    pub refs: Vec<RefLine>,
    /// How many commits were judged.
    pub commits: usize,
    /// The verdict on the whole; `null` when the push could not be judged.
    pub verdict: Option<LogValue<Verdict>>,
    /// Whether provost let it pass.
    pub accepted: bool,
    /// Why it could not be judged.
    pub error: Option<String>,
    /// What became of it then.
    pub fail: Option<LogValue<Fail>>,
    /// What was found.
    pub findings: Vec<Found>,
    /// The exemptions that applied.
    pub exemptions: Vec<String>,
    /// The reason that the pusher gave for his bypass, when it applied.
    pub bypass: Option<String>,
    /// What was not looked at, or not reported, and why.
    pub skipped: Vec<Unread>,
    /// The limit that ended the scan, if one did.
    pub cut: Option<CutLine>,
    /// The objects that were not judged: those that could not be read, the values of refs that a
    /// limit left, and those of a push that could not be judged.
    pub unjudged: Vec<LogValue<ObjectId>>,
    /// What an earlier push had brought in unjudged and this one's judgement made up for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<LogValue<ObjectId>>,
}

/// A scan that came to a limit before its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CutLine {
    /// The key of the limit in `[limits]`.
    pub limit: LogValue<Resource>,
    /// How much it allows, as people write it.
    pub most: String,
    /// `file:line` of it; empty for the platform's own.
    pub because: String,
    /// How many commits were judged whole.
    pub judged: usize,
    /// How many there were to judge, if that is known.
    pub of: Option<usize>,
}

/// A ref update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefLine {
    /// The ref.
    pub name: String,
    /// Its value before; `null` for a new ref.
    pub old: Option<LogValue<ObjectId>>,
    /// The value before that the client sent, where it is another: the null object id for a
    /// ref that should not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<LogValue<ObjectId>>,
    /// Its value afterwards; `null` for a deletion.
    pub new: Option<LogValue<ObjectId>>,
    /// The worst verdict on what it brings; `null` when that could not be judged.
    pub verdict: Option<LogValue<Verdict>>,
}

/// What was not looked at, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "two words")]
pub struct Unread {
    pub what: String,
    pub why: String,
}

/// What the hook knows of a push, judged or not.
#[derive(Debug)]
pub struct Context<'a> {
    /// The hook.
    pub hook: Hook,
    /// The platform's name.
    pub platform: &'a str,
    /// The repository's directory, once it is known.
    pub directory: Option<&'a [u8]>,
    /// The push, as far as it could be read.
    pub push: &'a Push,
    /// Who pushed, as the platform says.
    pub pusher: Option<&'a str>,
    /// Its ref updates with the values that the refs have, once these are known.
    pub updates: Option<&'a [Update]>,
    /// The pusher's groups.
    pub groups: &'a [String],
    /// The address that he pushed from.
    pub remote: Option<&'a str>,
    /// The protocol.
    pub protocol: Option<Protocol>,
    /// The pull or merge request.
    pub pull_request: Option<u64>,
    /// The digest of the rules, once they could be used.
    pub rules_digest: Option<String>,
    /// The digest of the policy, likewise.
    pub policy_digest: Option<String>,
    /// When the push came.
    pub time: Timestamp,
    /// The same, for measuring.
    pub started: Instant,
}

/// What became of a push.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// What was found; `None` when judging never began.
    pub report: Option<&'a Report>,
    /// Why it could not be judged, or not to the end.
    pub error: Option<&'a str>,
    /// Whether it is accepted.
    pub accepted: bool,
}

/// The push option by which `doctor` marks its own probe. It decides nothing.
const PROBE: &[u8] = b"provost.probe";

impl Record {
    /// The record of a push, not yet in any chain.
    #[must_use]
    pub fn new(context: &Context<'_>, outcome: Outcome<'_>) -> Self {
        let push = context.push;
        let mut record = Self {
            schema: SCHEMA,
            time: format!("{:.3}", context.time),
            duration_ms: millis(context.started.elapsed()),
            provost: VERSION.to_owned(),
            rules_digest: context.rules_digest.clone(),
            policy_digest: context.policy_digest.clone(),
            platform: context.platform.to_owned(),
            hook: context.hook.into(),
            repository: push.repository.clone(),
            directory: context.directory.map(escape),
            pusher: context.pusher.map(|pusher| escape(pusher.as_bytes())),
            groups: context.groups.to_vec(),
            remote: context.remote.map(|remote| escape(remote.as_bytes())),
            protocol: context.protocol.map(LogValue::from),
            pull_request: context.pull_request,
            options: push.options.iter().map(|option| escape(option)).collect(),
            probe: push.options.iter().any(|option| option == PROBE),
            ..Self::default()
        };
        record.accepted = outcome.accepted;
        record.refs = ref_lines(push, context.updates);
        if let Some(report) = outcome.report {
            record.judged(report);
            record.judge_refs(report);
        }
        if let Some(error) = outcome.error {
            record.not_judged(error, push);
        }
        record
    }

    /// Notes the worst verdict on what each ref update brings.
    fn judge_refs(&mut self, report: &Report) {
        let mut worst = HashMap::new();
        for judged in &report.findings {
            let slot = worst.entry(&judged.ref_name).or_insert(Verdict::Allow);
            *slot = judged.decision.verdict.max(*slot);
        }
        // A symbolic ref was judged as the ref that it updates.
        for (line, name) in self.refs.iter_mut().zip(&report.refs) {
            let worst = worst.get(name).copied().unwrap_or(Verdict::Allow);
            line.verdict = Some(worst.into());
        }
    }

    fn judged(&mut self, report: &Report) {
        self.commits = report.commits;
        self.verdict = Some(report.verdict().into());
        self.findings = report.findings.iter().map(Found::from).collect();
        for by in report.findings.iter().filter_map(|judged| judged.decision.exemption.as_ref()) {
            match by {
                ExemptedBy::Bypass => self.bypass.clone_from(&report.texts.bypass),
                ExemptedBy::Exemption(id) if !self.exemptions.contains(id) => {
                    self.exemptions.push(id.clone());
                }
                ExemptedBy::Exemption(_) => {}
            }
        }
        for skipped in &report.skipped {
            self.skipped.push(Unread { what: skipped.what(), why: skipped.why() });
        }
        self.cut = report.cut.as_ref().map(|cut| CutLine {
            limit: cut.limit.into(),
            most: cut.most.to_string(),
            because: FileLine::shown(cut.because.as_ref()),
            judged: cut.judged,
            of: cut.of,
        });
        if let Some(unread) = report.unread.first() {
            self.failed(&unread.reason.to_string());
        }
        let left = report.left.iter().map(|left| left.id);
        let unread = report.unread.iter().map(|unread| unread.commit.unwrap_or(unread.id));
        let mut unjudged: Vec<ObjectId> = left.chain(unread).collect();
        unjudged.sort_unstable();
        unjudged.dedup();
        self.unjudged = unjudged.into_iter().map(LogValue::from).collect();
        if self.accepted {
            self.settled = report.now_judged.iter().map(|(_, id)| (*id).into()).collect();
        }
    }

    /// Notes that judging ended before its end. Only a refusal is certain then.
    fn not_judged(&mut self, error: &str, push: &Push) {
        let is_refusal = |verdict: &LogValue<Verdict>| verdict.is(&Verdict::Reject);
        self.verdict = self.verdict.take().filter(is_refusal);
        for line in &mut self.refs {
            line.verdict = line.verdict.take().filter(is_refusal);
        }
        self.failed(error);
        for update in &push.updates {
            self.unjudged.extend(update.new_id().map(LogValue::from));
        }
    }

    /// Notes an error, and what became of the push for it.
    fn failed(&mut self, error: &str) {
        self.error = Some(escape(error.as_bytes()));
        self.fail = Some(if self.accepted { Fail::Open } else { Fail::Closed }.into());
    }

    /// Whether something of the push was not judged.
    #[must_use]
    pub fn has_unjudged(&self) -> bool {
        self.error.is_some() || !self.unjudged.is_empty() || self.lost > 0
    }

    /// The line, with its line feed.
    ///
    /// # Errors
    /// Never, as far as is known: every part can be written as JSON.
    pub fn line(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// The ref updates, without verdicts: with the values that the refs have, where these are
/// known, and with what was sent.
fn ref_lines(push: &Push, updates: Option<&[Update]>) -> Vec<RefLine> {
    let value = |id: Option<ObjectId>| id.map(LogValue::from);
    let line = |(at, sent): (usize, &RefUpdate)| {
        let real = updates.and_then(|updates| updates.get(at));
        let old = real.map_or_else(|| sent.old_id(), |real| real.old);
        let claimed = (old != sent.old_id()).then(|| {
            let null = old.or(sent.new_id()).map_or(ObjectId::NULL, ObjectId::null_like);
            sent.old_id().unwrap_or(null).into()
        });
        RefLine {
            name: real.map_or_else(|| sent.name(), |real| &real.name).to_string(),
            old: value(old),
            claimed,
            new: value(sent.new_id()),
            verdict: None,
        }
    };
    push.updates.iter().enumerate().map(line).collect()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn millis(duration: Duration) -> f64 {
    // To a microsecond: more would say nothing.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_read_is_written_as_it_was() {
        for micros in [30, 1_234, 12_345_678, 100_000_000_000_007_u64] {
            let duration_ms = millis(Duration::from_micros(micros));
            let record = Record { duration_ms, ..Record::default() };
            let line = record.line().unwrap();
            let again: Record = serde_json::from_slice(&line).unwrap();
            assert_eq!(again.line().unwrap(), line, "{duration_ms}");
        }
        let line = br#"{"duration_ms":1e-97}"#;
        let record: Record = serde_json::from_slice(line).unwrap();
        assert_eq!(record.duration_ms, 1e-97);
    }
}
