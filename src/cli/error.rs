//! Everything that can stop a command, each with its cause and the next step.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::document::Problem;
use crate::git::{GitError, RefName};
use crate::install::InstallError;
use crate::log::LogError;
use crate::rules::edit::EditError;
use crate::rules::propose::Unclear;
use crate::scan::ScanError;
use crate::state::StateError;
use crate::text::counted;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Install(#[from] InstallError),
    #[error("cannot read {what}: {source}")]
    Read { what: String, source: std::io::Error },
    #[error("cannot write the result: {0}")]
    Write(#[source] std::io::Error),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("a record can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("there is no log: the configuration has no [log] section")]
    NoLog,
    #[error("{0} holds the policy of this server, and only its administrator writes it")]
    Reserved(RefName),
    #[error("{0} has published no policy")]
    NotPublished(String),
    #[error("`git {command}` failed: {output}")]
    GitFailed { command: String, output: String },
    #[error("no draft is named")]
    NoDraft,
    #[error("cannot use the key {path}: {reason}")]
    Key { path: PathBuf, reason: String },
    #[error("`{0}` is not an object id")]
    NotAnId(String),
    #[error("line {line} is not `<local-ref> <local-oid> <remote-ref> <remote-oid>`")]
    PrePushLine { line: usize },
    #[error("{0} of the repositories could not be judged whole")]
    SomeUnread(usize),
    #[error("there is no {what} `{id}`{}", meant(.near.as_deref()))]
    Unknown { what: &'static str, id: String, near: Option<String> },
    #[error("{} is neither in hit/<tool-id>/ nor a file in miss/", .0.display())]
    CasePlace(PathBuf),
    #[error("there is no file to change")]
    NoTarget,
    #[error("with this change {file} would have {}", counted(.problems.len(), "mistake"))]
    WouldBreak { file: String, problems: Vec<Problem> },
    #[error("cannot write {path}: {source}")]
    WriteFile { path: PathBuf, source: std::io::Error },
    #[error("cannot change {file}: {source}")]
    Edit { file: String, source: EditError },
    #[error("`{0}` is not KEY=VALUE")]
    NotAPair(String),
    #[error("the id of a marker or tool can't be changed")]
    KeepId,
    #[error("{file} does not set `{key}` of `{id}`")]
    NotSet { file: String, id: String, key: String },
    #[error("no marker can be proposed: {0}")]
    Unclear(#[from] Unclear),
    #[error("the tool `{id}` is new, and its vendor is not known{}", meant(.near.as_deref()))]
    NewTool { id: String, near: Option<String> },
    #[error("the tool `{id}` is another layer's, whose lists these facts would replace")]
    KnownTool { id: String },
    #[error("the example does not say which tool it is of")]
    WhichTool,
    #[error("there is no preset `{name}`")]
    Preset { name: String, known: String },
    #[error("`{text}` is not a glob: {reason}")]
    Glob { text: String, reason: String },
    #[error("`{0}` is neither a date, nor a time, nor a span of time")]
    Time(String),
    #[error("{0} has passed already")]
    Past(String),
    #[error("{file} is not TOML: {reason}")]
    NotToml { file: String, reason: String },
    #[error("the demonstration needs git, which could not be run: {0}")]
    NoGit(std::io::Error),
    #[error("`git {command}` failed while the demonstration was set up:\n{output}")]
    DemoSetUp { command: String, output: String },
    #[error("cannot set up {path}: {source}")]
    DemoFile { path: PathBuf, source: std::io::Error },
}

fn meant(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Git(error) => Self::Git(error),
            ScanError::Config(error) => Self::Config(error),
            ScanError::Reserved(name) => Self::Reserved(name),
            ScanError::State(error) => Self::State(error),
        }
    }
}

impl Error {
    /// The mistakes of a file that belong to it.
    pub(super) fn problems(&self) -> &[Problem] {
        match self {
            Self::Config(ConfigError::Problems(problems)) | Self::WouldBreak { problems, .. } => {
                problems
            }
            _ => &[],
        }
    }

    /// What to do about it.
    pub(super) fn next_step(&self) -> String {
        match self {
            Self::Config(error) => error.next_step(),
            Self::State(error) => error.next_step(),
            Self::Git(error) => error.next_step(),
            Self::Install(error) => error.next_step(),
            Self::Read { .. } => "Check the path and its permissions.".into(),
            Self::Write(_) => "Check the disk, or what reads the output.".into(),
            Self::Log(error) => error.next_step(),
            Self::Json(_) => "See what is wrong: provost log verify".into(),
            Self::NoLog => "Name the files, or write `[log] file = \"...\"`.".into(),
            Self::Reserved(_) => "Push the other refs alone.".into(),
            Self::NotPublished(_) => {
                "Ask its administrator for it (provost policy publish), or fetch it: provost \
                 policy fetch"
                    .into()
            }
            Self::GitFailed { .. } => "Try the command by hand.".into(),
            Self::NoDraft => "Name it: provost log replay --rules DRAFT".into(),
            Self::Key { .. } => "Make one: head -c 32 /dev/urandom > FILE".into(),
            Self::NotAnId(_) => {
                "Ids have 40 hexadecimal digits, or 64 in a SHA-256 repository.".into()
            }
            Self::PrePushLine { .. } => {
                "Git gives these lines to a pre-push hook; another hook may have changed them."
                    .into()
            }
            Self::SomeUnread(_) => "The reasons stand above; the others were judged.".into(),
            Self::Unknown { .. } => "provost rules list shows all that there are.".into(),
            Self::CasePlace(_) => {
                "Put messages into hit/<tool-id>/ or miss/, other cases into TOML files.".into()
            }
            Self::NoTarget => "Name it by --file or --rules.".into(),
            Self::WouldBreak { .. } => "Nothing was written.".into(),
            Self::WriteFile { .. } => {
                "The file is as it was. Check the directory and its permissions.".into()
            }
            Self::Edit { .. } => "Nothing was written. Change the file by hand.".into(),
            Self::NotAPair(_) => "For example: confidence=weak".into(),
            Self::KeepId => "Policies, logs and other layers name it. Add another instead.".into(),
            Self::NotSet { .. } => "provost rules show ID tells which file sets it.".into(),
            Self::Unclear(_) => "Give the line as it stands, or name its kind by --kind.".into(),
            Self::NewTool { .. } => "Name its vendor by --vendor.".into(),
            Self::KnownTool { .. } => {
                "Add a marker to it: provost rules add --tool ID 'LINE' takes an example.".into()
            }
            Self::WhichTool => "Name the tool by --tool, and by --vendor too if it is new.".into(),
            Self::Preset { known, .. } => format!("There are: {known}."),
            Self::Glob { .. } => "For example: refs/heads/release/*".into(),
            Self::Time(_) => "For example: 2026-12-01, 2026-12-01T18:00:00Z, 30m, 2h, 3d.".into(),
            Self::Past(_) => "Name a time to come.".into(),
            Self::NotToml { .. } => "Nothing was written. provost rules lint shows where.".into(),
            Self::NoGit(_) => "Install git, or put it on the PATH.".into(),
            Self::DemoSetUp { .. } | Self::DemoFile { .. } => {
                "Check that the temporary directory can be written to.".into()
            }
        }
    }
}
