//! Proving that an installed hook works: what could keep it from running is looked for,
//! and then it is pushed to.
//!
//! The push goes into a throw-away repository with the same configuration, through the
//! same file. Git accepts a push in silence when it finds no hook, so nothing but a push
//! that is refused proves anything: the probe has one that must be, whatever the policy.

mod checks;
mod confinement;
mod diagnosis;
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

use crate::git::{Repository, Trust};
use crate::install::{InstallError, Request};
use crate::owner::Acting;

pub use diagnosis::{Check, Diagnosis, Outcome, Unseen, Why};
pub use review::Sums;
pub use standing::Standing;

use review::Review;
use target::Target;
use unseen::Waiting;

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
            platform: target.platform.name.to_owned(),
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
