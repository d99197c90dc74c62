//! The probe: pushes of a marked and of a clean commit to a throw-away repository, which
//! must end as the effective policy says. Where there is a decision log, its record of them
//! says what was decided; where there is none, the exit code of the hook.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Diagnosis;
use super::checks::Runnable;
use super::ending::Ending;
use super::stage::{REF, Stage};
use super::target::{Called, Target};
use crate::config::Config;
use crate::git::{ObjectId, Range, RefName, Repository, Trust};
use crate::log::{self, LogError, Record, RefLine};
use crate::owner::{self, Acting};
use crate::policy::{Pusher, Situation, Verdict};
use crate::report::Report;
use crate::scan;
use crate::text::WordEnum;
use crate::text::escape::{self, escape};

const MARKED: &str =
    "A probe of provost, marked\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n";
const CLEAN: &str = "A probe of provost, clean\n";

/// Pushes, and says whether what became of it is what the policy says.
pub(super) fn probe(
    target: &Target,
    runnable: &Runnable,
    config: &Config,
    diagnosis: &mut Diagnosis,
) {
    // What any account may have put in the place of the log is not written to.
    if let Some(Err(error @ LogError::OfAnyone { .. })) = config.log.as_ref().map(log::files::logs)
    {
        diagnosis.wrong("log", error.to_string(), error.next_step());
        return;
    }
    // Where root's own hook writes a log of another account, the probe is that account's.
    let log = config.log.as_ref().map(log::path_of).filter(|_| owner::is_alone());
    let acting = log.map_or_else(|| Ok(Acting::unchanged()), |log| Acting::for_path(&log));
    let stage = acting.and_then(|acting| Ok((Stage::set_up(target)?, acting)));
    let (stage, _acting) = match stage {
        Ok(stage) => stage,
        Err(error) => {
            let text = format!("no throw-away repository could be made: {error}");
            let step = "see that the temporary directory can be written, and that git runs";
            diagnosis.wrong("probe", text, step);
            return;
        }
    };
    if target.called != Called::ByGit {
        let text =
            format!("{} was not run: the hook was called as {0} documents it", runnable.platform);
        diagnosis.note("stand-in", text);
    }
    let probe = Probe { target, config, stage };
    let mut recorded = true;
    for (what, message) in [("marked", MARKED), ("clean", CLEAN)] {
        match probe.push(message) {
            Ok(outcome) => {
                recorded &= outcome.record.is_some();
                outcome.tell(what, diagnosis);
            }
            Err(error) => diagnosis.wrong("probe", error.to_string(), "try a push by hand"),
        }
    }
    if config.log.is_some() && recorded {
        diagnosis.ok("log", "the decision log has a record of each probe");
    } else if let Some(settings) = &config.log {
        let text = format!(
            "the decision log has no record of the probe: {}",
            escape::path(&log::path_of(settings))
        );
        let step = "see whether the hook has the same [log], and may write there";
        diagnosis.wrong("log", text, step);
    }
    // In a policy that observes, a push that is accepted proves nothing by itself.
    match probe.breaks() {
        Ok(true) => diagnosis.ok("runs", "the hook runs: with broken rules the probe was refused"),
        Ok(false) => diagnosis.wrong(
            "runs",
            "the hook does not run: with broken rules a push was accepted",
            "see what git runs there: git hook list pre-receive, core.hooksPath, file modes",
        ),
        Err(error) => diagnosis.wrong("runs", error.to_string(), "try a push by hand"),
    }
}

struct Probe<'p> {
    target: &'p Target,
    config: &'p Config,
    stage: Stage,
}

/// What became of a push, and what should have.
struct Outcome {
    ending: Ending,
    record: Option<Record>,
    expected: Report,
}

impl Probe<'_> {
    fn push(&self, message: &str) -> io::Result<Outcome> {
        let id = self.stage.commit(message)?;
        let ending = self.stage.push(self.target, &id)?;
        let record = self.record(&id);
        let expected = self.expected(&id, record.as_ref())?;
        Ok(Outcome { ending, record, expected })
    }

    /// The record that the hook has written of a push.
    fn record(&self, id: &str) -> Option<Record> {
        let settings = self.config.log.as_ref()?;
        let logs = log::files::logs(settings).ok()?;
        let id = ObjectId::from_hex(id.as_bytes())?;
        let is_new = |update: &RefLine| update.new.as_ref().is_some_and(|new| new.is(&id));
        let is_it = |record: &Record| record.probe && record.refs.iter().any(is_new);
        logs.iter().find_map(|path| log::last(path, &is_it))
    }

    /// What the effective policy says of a commit, for whom and where the record has it.
    fn expected(&self, id: &str, record: Option<&Record>) -> io::Result<Report> {
        let client = Repository::open(&self.stage.client, Trust::Git).map_err(io::Error::other)?;
        let mut situation = Situation::unknown(&name_of(&self.stage.server));
        if let Some(record) = record {
            situation.repository.clone_from(&record.repository);
            situation.pusher =
                Pusher { login: record.pusher.clone(), groups: record.groups.clone() };
        }
        let tips = ObjectId::from_hex(id.as_bytes()).into_iter().collect();
        let range = Range { tips, hidden: Vec::new() };
        let name = RefName::new(REF);
        scan::judge_range(&client, self.config, situation, &name, &range).map_err(io::Error::other)
    }

    /// Whether the hook refuses when its rules can't be read.
    fn breaks(&self) -> io::Result<bool> {
        self.stage.break_rules()?;
        let id = self.stage.commit("A probe of provost, with broken rules\n")?;
        let ending = self.stage.push(self.target, &id)?;
        Ok(!ending.accepted && ending.code.is_none_or(|code| code == 2))
    }
}

/// The name of a directory as platforms name repositories.
fn name_of(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default().as_bytes();
    escape(name.strip_suffix(b".git").unwrap_or(name))
}

impl Outcome {
    fn tell(&self, what: &str, diagnosis: &mut Diagnosis) {
        let verdict = self.expected.verdict();
        let should = if verdict == Verdict::Reject { "refused" } else { "accepted" };
        let ended = self.ending.accepted == (verdict != Verdict::Reject)
            && (self.ending.accepted || self.ending.code.is_none_or(|code| code == 1));
        // What was decided shows in the record also where nothing is refused.
        let decided = self.record.as_ref().and_then(|record| record.verdict.as_ref());
        let told = match decided {
            Some(decided) => format!("{}, verdict {decided}", self.ending),
            None => self.ending.to_string(),
        };
        if ended && decided.is_none_or(|decided| decided.is(&verdict)) {
            diagnosis.ok("probe", format!("a {what} commit is {told}, as the policy says"));
            return;
        }
        let mut text = format!("a {what} commit is {told}, and by the policy should be {should}");
        if decided.is_some() {
            text.push_str(&format!(", verdict {}", verdict.word()));
        }
        // Whatever refused it may have said why.
        let said = self.ending.said.trim();
        if !self.ending.accepted && !said.is_empty() {
            text.push('\n');
            text.push_str(said);
        }
        let step = "another hook, or another policy, decides: look at the hook and its rules";
        diagnosis.wrong("probe", text, step);
    }
}
