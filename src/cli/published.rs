//! By whose policy a developer's dry run judges: the one that the server has published, as
//! far as it was fetched, or the rules of this machine; and what is to be known of that.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};

use super::error::Error;
use super::global::Global;
use super::output::Output;
use crate::config::published::{CATALOGUE, FILE, Published, local_ref};
use crate::config::{self, Config, Layers};
use crate::git::Repository;
use crate::policy::{Situation, Verdict};
use crate::report::{Format, Report, VERSION};

/// The key of git's configuration that names a file with a published policy.
const KEY: &str = "provost.policy";
/// What is older than this is stale.
const STALE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const DAY: u64 = 24 * 60 * 60;

/// Whether the server's policy is what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// If there is one here, and else the rules of this machine
    Auto,
    /// In any case; without it nothing can be judged
    Require,
    /// Not; the rules of this machine count
    Never,
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ServerPolicy {
    /// Whether to judge by the policy that the server has published and git has fetched
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    server_policy: When,
}

/// The policy that a developer's commits are checked by, and where it comes from.
pub(super) struct Judged {
    /// Rules and policy.
    pub(super) config: Config,
    /// The name of the repository, by which scopes know it.
    pub(super) repository: String,
    /// Whose policy it is; `None` for this machine's.
    by: Option<By>,
    /// Where the server's was looked for.
    remote: String,
}

/// A published policy.
struct By {
    published: Published,
    /// The remote, or the file.
    origin: String,
    /// How long ago it was known to be in force; `None` if that can't be known.
    age: Option<Duration>,
    /// What brings it up to date.
    step: String,
}

/// The remote that a plain `git push` pushes to. Source: git-config(1), `branch.<name>.remote`.
pub(super) fn remote(repository: &Repository) -> Result<String, Error> {
    let (head, _) = repository.head_and_upstream();
    let head = head.and_then(|head| String::from_utf8(head).ok());
    let branch = head.as_deref().and_then(|head| head.strip_prefix("refs/heads/"));
    let of_branch = |what: &str| branch.map(|branch| format!("branch.{branch}.{what}"));
    let keys = [of_branch("pushRemote"), Some("remote.pushDefault".into()), of_branch("remote")];
    for key in keys.into_iter().flatten() {
        if let Some(remote) = repository.user_config(&key)?.filter(|remote| remote != ".") {
            return Ok(remote);
        }
    }
    Ok("origin".into())
}

impl ServerPolicy {
    /// Loads what counts for a push to a remote.
    pub(super) fn load(
        self,
        global: &Global,
        repository: &Repository,
        remote: String,
    ) -> Result<Judged, Error> {
        let wanted = self.server_policy != When::Never && !global.isolated;
        let by = if wanted { By::find(repository, &remote)? } else { None };
        if by.is_none() && self.server_policy == When::Require {
            return Err(Error::NotPublished(remote));
        }
        let layers = Layers {
            repository: Some(repository),
            files: &global.rules,
            isolated: global.isolated,
            published: by.as_ref().map(|by| (&by.published, by.origin.as_str())),
            ..Layers::default()
        };
        let config = config::load(layers)?;
        let name = by.as_ref().map(|by| by.published.repository.clone());
        let name = name.unwrap_or_else(|| repository.name());
        Ok(Judged { config, repository: name, by, remote })
    }
}

impl By {
    fn find(repository: &Repository, remote: &str) -> Result<Option<Self>, Error> {
        if let Some(path) = repository.user_config(KEY)? {
            let path = PathBuf::from(path);
            let published = Published::in_file(&path)?;
            let origin = path.display().to_string();
            let step = format!("have it published anew: provost policy publish --output {FILE}");
            return Ok(Some(Self { published, origin, age: age(&path), step }));
        }
        let Some(published) = Published::at(repository, &local_ref(remote))? else {
            return Ok(None);
        };
        // Every fetch of that remote asks for it, and every fetch writes this file.
        let places = [repository.git_dir(), repository.common_dir()];
        let age = places.iter().filter_map(|place| age(&place.join("FETCH_HEAD"))).min();
        let step = format!("git fetch {remote}");
        Ok(Some(Self { published, origin: remote.to_owned(), age, step }))
    }

    fn is_stale(&self) -> bool {
        self.age.is_none_or(|age| age > STALE)
    }

    fn stale(&self) -> String {
        let since = match self.age {
            Some(age) => format!("for {} days", age.as_secs() / DAY),
            None => "since nobody knows when".into(),
        };
        format!("it was not brought up to date {since}: {}", self.step)
    }
}

fn age(path: &std::path::Path) -> Option<Duration> {
    let changed = path.metadata().ok()?.modified().ok()?;
    Some(SystemTime::now().duration_since(changed).unwrap_or_default())
}

impl Judged {
    /// The situation of a push by nobody known.
    pub(super) fn situation(&self) -> Situation {
        Situation::unknown(&self.repository)
    }

    /// Says by whose policy this was judged; `briefly`, only what is wrong with it.
    pub(super) fn sign(&self, briefly: bool, output: &Output) {
        let Some(by) = &self.by else {
            if !briefly && !output.quiet {
                output.note(&format!(
                    "Judged by the rules of this machine: no policy of {} is here. If it has \
                     published one: provost policy fetch {0}\n",
                    self.remote
                ));
            }
            return;
        };
        let (origin, time) = (&by.origin, &by.published.time);
        if !briefly && !output.quiet {
            output.note(&format!("Judged by the policy that {origin} published at {time}.\n"));
        }
        if by.is_stale() {
            output
                .note(&format!("STALE: the policy of {origin} may have changed; {}\n", by.stale()));
        }
        let others = &by.published.provost;
        if by.published.catalogue != CATALOGUE && !output.quiet {
            output.note(&format!(
                "{origin} runs provost {others} with another catalogue than this {VERSION}: it may \
                 know other marks.\n"
            ));
        }
    }

    /// Shows what would be refused or warned of, and returns the exit code.
    pub(super) fn show(&self, report: &Report, output: &Output) -> Result<u8, Error> {
        self.sign(!output.verbose, output);
        if report.verdict() >= Verdict::Warn || !report.unread.is_empty() || output.verbose {
            output.reports(Format::Human, std::slice::from_ref(report))?;
        }
        if report.exit_code() != 0 {
            output.note(&self.would_refuse());
        }
        Ok(report.exit_code())
    }

    /// What a refusal is called at the client.
    fn would_refuse(&self) -> String {
        match &self.by {
            Some(by) => format!("provost: the policy of {} would refuse this.\n", by.origin),
            None => format!(
                "provost: the rules of this machine refuse this; no policy of {} is here.\n",
                self.remote
            ),
        }
    }
}
