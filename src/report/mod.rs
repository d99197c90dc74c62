//! What was found and decided, and the formats in which it is shown. A format is one
//! file and one name in the list below. Nothing here reads Git or rules.

pub mod notes;
pub mod pusher;
mod skipped;
mod texts;

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::limits::{Allowed, Resource};
use crate::document::FileLine;
use crate::finding::Finding;
use crate::git::{ObjectId, RefName};
use crate::policy::{Decision, Language, Verdict};
use crate::state::ledger::Additions;

pub use skipped::{SearchedText, Skipped, UnreadObject, UnreadReason};

/// What a command asks of a format before it writes.
struct Layout {
    together: Together,
    is_for_people: bool,
}

/// When the reports of several repositories are written together, and not each when it is done.
enum Together {
    /// Always: they are one document.
    Always,
    /// When there are several: each gets a heading then.
    Several,
    /// Never.
    Never,
}

macro_rules! formats {
    ($($format:ident => $module:ident, $name:literal, $help:literal),+ $(,)?) => {
        $(mod $module;)+

        /// An output format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
        pub enum Format {
            $(#[doc = $help] #[value(name = $name)] $format,)+
        }

        impl Format {
            /// Writes reports.
            ///
            /// # Errors
            /// When the output can't be written.
            pub fn write(self, reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
                match self {
                    $(Self::$format => $module::write(reports, out),)+
                }
            }

            fn layout(self) -> Layout {
                match self {
                    $(Self::$format => $module::LAYOUT,)+
                }
            }
        }
    };
}

formats! {
    Human => human, "human", "text for people",
    Json => json, "json", "one JSON document with all reports",
    Jsonl => jsonl, "jsonl", "a JSON record a line: findings, then a summary of each repository",
}

impl Format {
    /// Whether people read it as it is.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        self.layout().is_for_people
    }

    /// Whether the reports of this number of repositories are written together.
    #[must_use]
    pub fn is_written_together(self, repositories: usize) -> bool {
        match self.layout().together {
            Together::Always => true,
            Together::Several => repositories > 1,
            Together::Never => false,
        }
    }
}

/// The commit that a finding belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitLabel {
    /// Its id.
    pub id: ObjectId,
    /// The first line of its message, as it is; of a long one the beginning.
    pub subject: Vec<u8>,
    /// Author and committer, as they are, without the times; the beginning, where these are many.
    pub people: Vec<u8>,
}

/// A finding, where it was pushed to, and what was decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// The commit; `None` for a branch name, a tag or a note.
    pub commit: Option<std::sync::Arc<CommitLabel>>,
    /// The ref that the push would update, or that reaches the commit.
    pub ref_name: RefName,
    /// What was found.
    pub finding: Finding,
    /// What policy says of it.
    pub decision: Decision,
}

/// A scan that came to a limit before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Which limit.
    pub limit: Resource,
    /// How much it allows.
    pub most: Allowed,
    /// The line of the configuration that sets it; `None` where no file does.
    pub because: Option<FileLine>,
    /// Whether what it left unjudged is refused.
    pub refused: bool,
    /// How many commits were judged whole.
    pub judged: usize,
    /// How many there are to judge, if that is known.
    pub of: Option<usize>,
}

/// What a ref update brings and what was not judged whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnjudgedUpdate {
    /// The ref.
    pub ref_name: RefName,
    /// The value that it gets.
    pub id: ObjectId,
    /// What that reaches beyond these was judged before.
    pub boundary: Vec<ObjectId>,
}

/// The outcome of one push, range or repository.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// The repository's name.
    pub repository: String,
    /// The refs that were updated, or looked at.
    pub refs: Vec<RefName>,
    /// How many commits were judged.
    pub commits: usize,
    /// Findings by ref, parents before children.
    pub findings: Vec<Judged>,
    /// The worst verdict on findings that are too many to be reported.
    pub worst_unreported: Verdict,
    /// What was not looked at, or not reported.
    pub skipped: Vec<Skipped>,
    /// The limit that ended the scan, if one did.
    pub cut: Option<Cut>,
    /// What it left unjudged.
    pub left: Vec<UnjudgedUpdate>,
    /// What could not be read.
    pub unread: Vec<UnreadObject>,
    /// Whether that is a reason to refuse.
    pub unread_refused: bool,
    /// What is added to the ledger, beside what was left, if this was a push to a server.
    pub ledger: Option<Additions>,
    /// What was let in unjudged by an earlier push and is judged now, by ref and value.
    pub now_judged: Vec<(RefName, ObjectId)>,
    /// How many of the commits an earlier push had brought in unjudged.
    pub rejudged_commits: usize,
    /// `sha256:…` of the rules.
    pub rules_digest: String,
    /// What policy wants to be read.
    pub texts: Texts,
    /// How long it took.
    pub elapsed: Duration,
}

/// What policy says of the texts that people read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Texts {
    /// The language.
    pub language: Language,
    /// The administrator's templates, by the part that they replace.
    pub templates: Vec<(String, String)>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// The trailers by which a tool can be disclosed.
    pub trailers: Vec<String>,
    /// Exemptions that the pusher asked for and that do not hold for him.
    pub refused_requests: Vec<String>,
    /// Why the pusher wants everything to pass, if he said so.
    pub bypass: Option<String>,
}

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Report {
    /// The verdict on the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.findings.iter().map(|judged| judged.decision.verdict);
        verdicts.fold(self.worst_unreported, Verdict::max)
    }

    /// The exit code that belongs to it: 2 when something could not be read, for then there may
    /// be more than was found; 1 when policy is breached; 2 when the scan was cut, 0 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match &self.cut {
            _ if self.unread_refused => 2,
            _ if self.verdict() == Verdict::Reject => 1,
            Some(cut) if cut.refused => 2,
            _ => 0,
        }
    }

    /// How many findings have a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|judged| judged.decision.verdict == verdict).count()
    }
}
