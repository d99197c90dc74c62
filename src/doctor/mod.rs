//! Proving that an installed hook works: what could keep it from running is looked for,
//! and then it is pushed to.
//!
//! The push goes into a throw-away repository with the same configuration, through the
//! same file. Git accepts a push in silence when it finds no hook, so nothing but a push
//! that is refused proves anything: the probe has one that must be, whatever the policy.

mod checks;
mod confinement;
mod ending;
mod git_runs;
pub mod metrics;
mod probe;
mod review;
mod settings;
mod stage;
mod standing;
mod target;
mod unseen;

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::git::{Repository, Trust};
use crate::install::{InstallError, Request};
use crate::owner::Acting;
use crate::text::escape;

pub use review::Sums;
pub use standing::Standing;
pub use unseen::{Unseen, Why};

use review::Review;
use target::Target;
use unseen::Waiting;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Worth knowing; pushes are judged all the same.
    Note,
    /// Pushes may be let through unjudged, or refused for no reason.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, for scripts.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen.
    pub text: String,
    /// What to do, where something has to be done.
    pub step: Option<String>,
}

/// What was found out about one hook.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The repository, or the place of the hook.
    #[serde(serialize_with = "shown")]
    pub path: PathBuf,
    /// The platform that the hook was written for, or else that was found.
    pub platform: String,
    /// The hook's file; `None` for one in git's configuration.
    #[serde(serialize_with = "shown_if_any")]
    pub hook: Option<PathBuf>,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
    /// The refs whose present values the decision log has not judged.
    pub unseen: Vec<Unseen>,
}

/// A path need not be text, as JSON must be.
fn shown<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&escape::path(path))
}

#[expect(clippy::ref_option, reason = "the form that serde calls")]
fn shown_if_any<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(escape::path).serialize(to)
}

/// What was found out about all of them.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Each hook.
    pub hooks: Vec<Diagnosis>,
    /// What holds of their policies together.
    pub standing: Standing,
    /// Sums over their decision logs.
    pub sums: Sums,
}

impl Diagnosis {
    fn ok(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Ok, text: text.into(), step: None });
    }

    fn note(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Note, text: text.into(), step: None });
    }

    fn wrong(&mut self, name: &'static str, text: impl Into<String>, step: impl Into<String>) {
        let (text, step) = (text.into(), Some(step.into()));
        self.checks.push(Check { name, outcome: Outcome::Wrong, text, step });
    }

    /// The worst of its checks.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Ok)
    }
}

impl Examination {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.hooks.iter().all(|hook| hook.outcome() < Outcome::Wrong)
    }
}

/// Looks at every hook that a request names, and goes on with the sums of an earlier look.
/// `progress` is told how many of how many hooks are done.
///
/// # Errors
/// When a path is nothing that hooks go into.
pub fn examine(
    request: &Request,
    sums: Sums,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Examination, InstallError> {
    let mut all = Examination { sums, ..Examination::default() };
    let mut review = Review::default();
    let targets = target::targets(request)?;
    let confined = crate::gate::protections();
    for (done, target) in targets.iter().enumerate() {
        progress(done, targets.len());
        let mut diagnosis = Diagnosis {
            path: target.path.clone(),
            platform: target.platform.clone(),
            hook: target.hook.clone(),
            checks: Vec::new(),
            unseen: Vec::new(),
        };
        one(target, done, &mut diagnosis, &mut all.standing, &mut review);
        confinement::look(&confined, &mut diagnosis);
        all.hooks.push(diagnosis);
    }
    review.read(&mut all.hooks, &mut all.sums);
    Ok(all)
}

/// Looks at one hook, the `number`th.
fn one(
    target: &Target,
    number: usize,
    diagnosis: &mut Diagnosis,
    standing: &mut Standing,
    review: &mut Review,
) {
    if let Some((text, step)) = &target.broken {
        diagnosis.wrong("repository", text, step);
        return;
    }
    // A hook in git's configuration has no place.
    let place = Some(&target.path).filter(|path| path.is_absolute());
    let acting = place.map_or_else(|| Ok(Acting::unchanged()), |path| Acting::for_path(path));
    let _acting = match acting {
        Ok(acting) => acting,
        Err(error) => {
            let step = "run provost doctor as the account that the place belongs to";
            diagnosis.wrong("account", error.to_string(), step);
            return;
        }
    };
    let Some(runnable) = checks::hook(target, diagnosis) else { return };
    let open = target.repository.as_ref().map(|path| Repository::open(path, Trust::Git));
    let repository = match open.transpose() {
        Ok(repository) => repository,
        Err(error) => {
            let text = format!("the repository can't be opened: {error}");
            diagnosis.wrong("repository", text, "see what git fsck says of it");
            return;
        }
    };
    let repository = repository.as_ref();
    let config = checks::surroundings(target, repository, &runnable, diagnosis);
    let Some(config) = config else { return };
    standing.look(repository, &config, &runnable.rules, diagnosis);
    probe::probe(target, &runnable, &config, diagnosis);
    let Some(settings) = &config.log else { return };
    let waiting = match repository.map(|it| Waiting::of(it, &config)).transpose() {
        Ok(waiting) => waiting,
        Err(error) => {
            let step = "see what git for-each-ref says";
            diagnosis.wrong("refs", format!("its refs can't be read: {error}"), step);
            None
        }
    };
    review.add(settings, number, waiting);
}
