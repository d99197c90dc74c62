//! What was not looked at, or not reported, as facts: which object, which bound, which reason.
//! They become text where a report is written, and nowhere before, so that the log, the ledger
//! and `doctor` take object ids from here and never from a sentence.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::limits::{Allowed, LARGEST_FILE, Resource};
use crate::finding::MOST_CREDITS;
use crate::git::{GitError, ObjectId, RefName};
use crate::marker::{MOST_HITS, MOST_TEXTS};
use crate::text::WordEnum;
use crate::text::escape::escape;

/// Something that was not looked at, or not reported, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Skipped {
    /// Findings beyond those that a report holds. Their verdicts count.
    FindingsBeyond {
        /// How many.
        count: usize,
        /// How many findings of a push are reported.
        most: usize,
    },
    /// Findings that the judging process did not send to the gate. Their verdicts count.
    FindingsUnsent {
        /// How many.
        count: usize,
    },
    /// What was left when a limit ended the scan.
    AfterLimit {
        /// How many commits were judged whole.
        judged: usize,
        /// How many there are to judge, if that is known.
        of: Option<usize>,
        /// The limit.
        limit: Resource,
        /// How much it allows.
        most: Allowed,
    },
    /// Marks in a text that holds more than are kept, or that takes too long to be searched in
    /// every way.
    FurtherMarks(SearchedText),
    /// `Key: value` lines of a message beyond those that are read.
    FurtherCredits {
        /// The commit.
        commit: ObjectId,
    },
    /// Files with findings beyond those that are kept of a commit.
    FurtherFiles {
        /// The commit's tree.
        tree: ObjectId,
        /// How many findings of a commit are kept.
        most: usize,
        /// How many bytes the paths of all findings may have.
        most_path_bytes: usize,
    },
    /// Markers in a file beyond those that are kept of one.
    FurtherMarkers {
        /// The path; empty for a file that is no part of a tree.
        path: Vec<u8>,
        /// The file.
        blob: ObjectId,
    },
    /// The end of a file that is larger than what is searched of one.
    EndOfFile {
        /// The path; empty for a file that is no part of a tree.
        path: Vec<u8>,
        /// The file.
        blob: ObjectId,
    },
    /// The comparison with an object of a parent that can't be read. All that the commit has in
    /// its place counts as new.
    Comparison {
        /// The object.
        with: ObjectId,
    },
    /// A ref update that Git refuses by itself.
    RefusedByGit {
        /// The ref.
        ref_name: RefName,
        /// The object that is missing.
        missing: ObjectId,
    },
    /// A ref whose value can't be read.
    UnreadRef {
        /// The ref.
        ref_name: RefName,
        /// Why not.
        reason: UnreadReason,
    },
    /// An object that can't be read.
    UnreadObject {
        /// The object.
        id: ObjectId,
        /// The commit or tag that needs it, if that is another object.
        commit: Option<ObjectId>,
        /// Why not.
        reason: UnreadReason,
    },
}

impl Skipped {
    /// Returns the text for what was not looked at, without the reason.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::FindingsBeyond { count, .. } | Self::FindingsUnsent { count } => {
                format!("{count} further findings")
            }
            Self::AfterLimit { judged, of, .. } => {
                let of = of.map_or_else(String::new, |of| format!(" of {of}"));
                format!("what is left after {judged}{of} commits")
            }
            Self::FurtherMarks(text) => format!("further marks in {text}"),
            Self::FurtherCredits { commit } => {
                format!("further `Key: value` lines in the message of commit {commit}")
            }
            Self::FurtherFiles { tree, .. } => format!("further files in tree {tree}"),
            Self::FurtherMarkers { path, blob } => {
                format!("further markers in {}", file(path, *blob))
            }
            Self::EndOfFile { path, blob } => format!("the end of {}", file(path, *blob)),
            Self::Comparison { with } => format!("the comparison with object {with}"),
            Self::RefusedByGit { ref_name, .. } => format!("the update of {ref_name}"),
            Self::UnreadRef { ref_name, .. } => format!("the ref {ref_name}"),
            Self::UnreadObject { id, commit: Some(commit), .. } => {
                format!("object {id} of {commit}")
            }
            Self::UnreadObject { id, commit: None, .. } => format!("object {id}"),
        }
    }

    /// Returns the text for the reason.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::FindingsBeyond { most, .. } => {
                format!("only the first {most} of a push are reported; all were judged")
            }
            Self::FindingsUnsent { .. } => {
                "findings that take more room are counted only; all were judged".to_owned()
            }
            Self::AfterLimit { limit, most, .. } => {
                format!("the limit of {most} on {} was reached", limit.word())
            }
            Self::FurtherMarks(_) => format!(
                "only the first {MOST_HITS} of a text are kept, and one of each marker; a text is \
                 searched for as long as its length allows"
            ),
            Self::FurtherCredits { .. } => {
                format!("only the first {MOST_CREDITS} of a message are read")
            }
            Self::FurtherFiles { most, most_path_bytes, .. } => format!(
                "only the first {most} findings of a commit, and {} MiB of paths, are reported",
                most_path_bytes >> 20
            ),
            Self::FurtherMarkers { .. } => {
                format!("only the first {MOST_TEXTS} of a file are reported")
            }
            Self::EndOfFile { .. } => {
                format!("only the first {} MiB of a file are searched", LARGEST_FILE >> 20)
            }
            Self::Comparison { .. } => {
                "it is missing or damaged, so all that is there now counts as new".to_owned()
            }
            Self::RefusedByGit { missing, .. } => {
                format!("object {missing} is missing, so git refuses it by itself")
            }
            Self::UnreadRef { reason, .. } | Self::UnreadObject { reason, .. } => {
                reason.to_string()
            }
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what(), self.why())
    }
}

/// Returns the text for a file: its path, if it has one, and its id.
fn file(path: &[u8], blob: ObjectId) -> String {
    let file = format!("{} (blob {blob})", escape(path));
    file.trim_start().to_owned()
}

/// A text in which marks are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchedText {
    /// A message that is no commit yet.
    Message,
    /// The texts of a commit.
    Commit(ObjectId),
    /// The texts of a tag.
    Tag(ObjectId),
    /// The notes that a commit on a notes ref adds or changes.
    Notes(ObjectId),
}

impl fmt::Display for SearchedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message => f.write_str("the message"),
            Self::Commit(id) => write!(f, "the texts of commit {id}"),
            Self::Tag(id) => write!(f, "the texts of tag {id}"),
            Self::Notes(id) => write!(f, "the notes of commit {id}"),
        }
    }
}

/// An object or a ref that should have been judged and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadObject {
    /// The ref that needs it.
    pub ref_name: RefName,
    /// The commit or tag that it belongs to, or that it is.
    pub commit: Option<ObjectId>,
    /// Its id; the null id where the ref itself can't be read.
    pub id: ObjectId,
    /// Why not.
    pub reason: UnreadReason,
    /// What `commit` stands on was judged.
    pub boundary: Vec<ObjectId>,
}

impl UnreadObject {
    /// Returns the entry for it among what was not looked at.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        let reason = self.reason.clone();
        if self.id.is_null() {
            return Skipped::UnreadRef { ref_name: self.ref_name.clone(), reason };
        }
        let commit = self.commit.filter(|commit| *commit != self.id);
        Skipped::UnreadObject { id: self.id, commit, reason }
    }
}

/// Why an object or a ref could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnreadReason {
    /// An object is in no place where it should be.
    Missing(ObjectId),
    /// An object is stored and can't be read, or may be stored and was not found.
    Unreadable {
        /// The object.
        id: ObjectId,
        /// What is wrong with it.
        reason: String,
    },
    /// An object is not what it must be.
    Malformed {
        /// The object.
        id: ObjectId,
        /// What is wrong with it.
        reason: String,
    },
    /// A ref, or the repository as a whole, can't be read: what is wrong with it.
    Other(String),
}

impl From<&GitError> for UnreadReason {
    fn from(error: &GitError) -> Self {
        match error {
            GitError::Missing { id } => Self::Missing(*id),
            GitError::Unreadable { id, reason } => {
                Self::Unreadable { id: *id, reason: reason.clone() }
            }
            GitError::Malformed { id, reason } => {
                Self::Malformed { id: *id, reason: (*reason).to_owned() }
            }
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for UnreadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(id) => write!(f, "object {id} is missing"),
            Self::Unreadable { id, reason } => write!(f, "object {id} cannot be read: {reason}"),
            Self::Malformed { id, reason } => write!(f, "object {id} is malformed: {reason}"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_as_the_error_that_it_was() {
        let id = ObjectId::NULL;
        for error in [
            GitError::Missing { id },
            GitError::Unreadable { id, reason: "it is cut".into() },
            GitError::Malformed { id, reason: "it has no tree" },
            GitError::References { reason: "refs/heads/x: it is empty".into() },
        ] {
            assert_eq!(UnreadReason::from(&error).to_string(), error.to_string());
        }
    }

    #[test]
    fn a_file_is_named_by_its_path_and_its_id() {
        let blob = ObjectId::NULL;
        let in_tree = Skipped::EndOfFile { path: b"a\xff".to_vec(), blob };
        assert_eq!(
            in_tree.to_string(),
            format!(
                "the end of a\\xff (blob {blob}) (only the first 16 MiB of a file are searched)"
            )
        );
        let alone = Skipped::FurtherMarkers { path: Vec::new(), blob };
        assert_eq!(alone.what(), format!("further markers in (blob {blob})"));
    }
}
