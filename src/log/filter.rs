//! Which records of a log are wanted.

use std::ffi::OsStr;

use globset::{Glob, GlobBuilder, GlobMatcher};
use jiff::Timestamp;

use super::Record;
use crate::document::Moment;
use crate::policy::Verdict;

/// The word for pushes that could not be judged, beside those of verdicts.
pub const NOT_JUDGED: &str = "not-judged";

/// A verdict on a push that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushVerdict {
    /// The push was judged so.
    Judged(Verdict),
    /// The push could not be judged.
    NotJudged,
}

/// What is asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The repository's name.
    pub repository: Option<GlobMatcher>,
    /// The name of a ref that the push updates.
    pub ref_name: Option<GlobMatcher>,
    /// Who pushed.
    pub pusher: Option<String>,
    /// A tool that was found.
    pub tool: Option<String>,
    /// The verdict on the push; on a finding of the tool, if one is named too.
    pub verdict: Option<PushVerdict>,
    /// Not before this.
    pub since: Option<Moment>,
    /// Before this.
    pub until: Option<Moment>,
    /// Only what left something unjudged.
    pub unjudged: bool,
}

impl Filter {
    /// A glob over names, in which `*` stops at a slash and `**` does not.
    ///
    /// # Errors
    /// When it is none.
    pub fn glob(text: &str) -> Result<GlobMatcher, globset::Error> {
        let glob: Glob = GlobBuilder::new(text).literal_separator(true).build()?;
        Ok(glob.compile_matcher())
    }

    /// Whether a record is wanted.
    #[must_use]
    pub fn wants(&self, record: &Record) -> bool {
        let named = |glob: &Option<GlobMatcher>, name: &str| {
            glob.as_ref().is_none_or(|glob| glob.is_match(OsStr::new(name)))
        };
        named(&self.repository, &record.repository)
            && (self.ref_name.is_none()
                || record.refs.iter().any(|update| named(&self.ref_name, &update.name)))
            && self.pusher.as_ref().is_none_or(|pusher| record.pusher.as_ref() == Some(pusher))
            && self.wants_verdict(record)
            && self.wants_time(&record.time)
            && (!self.unjudged || record.has_unjudged())
    }

    fn wants_verdict(&self, record: &Record) -> bool {
        let Some(tool) = &self.tool else {
            return match self.verdict {
                None => true,
                Some(PushVerdict::NotJudged) => record.verdict.is_none(),
                Some(PushVerdict::Judged(verdict)) => {
                    record.verdict.as_ref().is_some_and(|own| own.is(&verdict))
                }
            };
        };
        let mut of_tool = record.findings.iter().filter(|found| found.tool == *tool);
        of_tool.any(|found| match self.verdict {
            None => true,
            Some(PushVerdict::NotJudged) => false,
            Some(PushVerdict::Judged(verdict)) => found.verdict.is(&verdict),
        })
    }

    /// A time that nobody can read is wanted: nothing is left out in silence.
    fn wants_time(&self, time: &str) -> bool {
        let Ok(time) = time.parse::<Timestamp>() else { return true };
        self.since.is_none_or(|since| time.as_second() >= since.0)
            && self.until.is_none_or(|until| time.as_second() < until.0)
    }
}
