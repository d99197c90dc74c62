//! What a platform tells about a push: plain data, no reference to where it came from.
//!
//! Every text is escaped for a terminal already: it may be the pusher's own.

use crate::text::WordEnum;
use std::time::Duration;

/// How the push came in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Protocol {
    /// By a path of the same machine.
    File,
    /// SSH.
    Ssh,
    /// Smart HTTP.
    Http,
    /// The git daemon, which authenticates nobody.
    Git,
    /// The platform's own pages or API.
    Web,
}

impl WordEnum for Protocol {}

/// What somebody did that became a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// `git push`.
    Push,
    /// Something on the platform's pages, or what its API offers in their place.
    Web,
    /// A call of the platform's API.
    Api,
    /// A merge, or the like, that the platform makes itself.
    Merge,
}

/// Which of a project's repositories it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// The project's own.
    Code,
    /// Its wiki.
    Wiki,
    /// Its designs (GitLab).
    Design,
    /// A snippet (GitLab).
    Snippet,
}

/// What came about otherwise than by `git push` to a project's own repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The platform merges.
    Merge,
    /// Something was done on the platform's pages, or by its API.
    Web,
    /// The platform itself pushes.
    Internal,
    /// It is a wiki, design or snippet repository.
    OtherStore,
}

/// What a platform says of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The platform's name, as `--platform` takes it.
    pub platform: &'static str,
    /// The repository as the platform names it; `None` when it does not say.
    pub repository: Option<String>,
    /// Which of the project's repositories it is.
    pub store: Store,
    /// The login of who pushes, as the platform authenticated it; `None` when it does
    /// not say. A deploy key is nobody's login: `deploy-key:ID`.
    pub pusher: Option<String>,
    /// The groups that he is in; `None` when the platform does not say.
    pub groups: Option<Vec<String>>,
    /// How the push came in.
    pub protocol: Option<Protocol>,
    /// The address that it came from.
    pub remote_address: Option<String>,
    /// What was done.
    pub action: Action,
    /// The platform's own word for what was done.
    pub action_name: Option<String>,
    /// The number of the pull or merge request that is merged.
    pub pull_request: Option<u64>,
    /// The ref of what that brings, as the platform keeps it in the repository.
    pub pull_request_head: Option<String>,
    /// Whether the platform only asks: nothing will be changed.
    pub dry_run: bool,
    /// Whether the platform itself pushes. Judged like any other push.
    pub internal: bool,
    /// What each line shown to the pusher must begin with.
    pub line_prefix: &'static str,
    /// How long the judgement may take, where the platform ends hooks that take longer.
    pub time_budget: Option<Duration>,
    /// Variables of other platforms that were there and were not read.
    pub ignored: Vec<&'static str>,
}

impl Context {
    pub(super) fn new(platform: &'static str) -> Self {
        Self {
            platform,
            repository: None,
            store: Store::Code,
            pusher: None,
            groups: None,
            protocol: None,
            remote_address: None,
            action: Action::Push,
            action_name: None,
            pull_request: None,
            pull_request_head: None,
            dry_run: false,
            internal: false,
            line_prefix: "",
            time_budget: None,
            ignored: Vec::new(),
        }
    }

    /// What a reader should know of a push that nobody made with `git push` to a
    /// project's own repository.
    #[must_use]
    pub fn occasion(&self) -> Option<Occasion> {
        match (self.action, self.store, self.internal) {
            (Action::Merge, ..) => Some(Occasion::Merge),
            (Action::Web | Action::Api, ..) => Some(Occasion::Web),
            (_, _, true) => Some(Occasion::Internal),
            (_, Store::Code, false) => None,
            _ => Some(Occasion::OtherStore),
        }
    }
}
