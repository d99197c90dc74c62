//! What judging a push may cost: the limits of the configuration, watched while objects are
//! read. The first that is reached ends the scan.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::{Host, Stage};
use crate::config::limits::{Allowed, Limit, Limits, Outcome, Resource};
use crate::git::{Reads, Watch};

/// What a scan may cost, and who is told how far it is.
pub struct Bounds<'b> {
    /// The limits.
    pub limits: Limits,
    /// Since when time is counted.
    pub started: Instant,
    /// The process around it, told now and then how far a scan is that takes long.
    pub host: &'b dyn Host,
}

/// What a scan has used, and the limits that it has reached.
pub(super) struct Budget<'b> {
    bounds: &'b Bounds<'b>,
    hit: Cell<Option<Resource>>,
    /// The bound of the program itself that was reached, if it was not one of the
    /// configuration.
    own: Cell<Option<OwnBound>>,
    stage: Cell<(Stage, usize)>,
    /// How many new commits were met.
    commits: Cell<u64>,
    /// How many of them are judged or being judged.
    begun: Cell<u64>,
    findings: Cell<u64>,
    /// When to tell of the progress next.
    next: Cell<Duration>,
    /// After how much memory is looked at next.
    memory_at: Cell<Reads>,
}

/// A bound of the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnBound {
    /// On what is kept of one text, file or commit.
    Kept,
    /// On steps of work that read nothing: that many.
    Steps(u64),
}

/// What may be done with what was read: that many steps in any case, and more for each object
/// and each few bytes. Histories take a hundredth of it; only what is made so that few
/// objects meet each other in very many ways comes near.
const MOST_STEPS: u64 = 16_000_000;
const STEPS_PER_OBJECT: u64 = 64;
const BYTES_PER_STEP: u64 = 2;

/// How long a scan lasts before its progress is reported for the first time.
const FIRST_PROGRESS_AFTER: Duration = Duration::from_secs(2);
/// The longest time between two reports of progress.
const MIN_PROGRESS_INTERVAL: Duration = Duration::from_secs(10);
/// A walk may meet this many commits more than are judged, so that the newest can be told
/// from the others.
const WALKED: u64 = 10_000;
/// Memory is looked at after this many objects or bytes, whichever comes first: that costs
/// as much as reading an object.
const MEMORY_EVERY: Reads = Reads { objects: 1024, bytes: 16 << 20, steps: u64::MAX };

impl<'b> Budget<'b> {
    pub(super) fn new(bounds: &'b Bounds<'b>) -> Self {
        Self {
            bounds,
            hit: Cell::default(),
            own: Cell::default(),
            stage: Cell::new((Stage::Reading, 0)),
            commits: Cell::default(),
            begun: Cell::default(),
            findings: Cell::default(),
            next: Cell::new(FIRST_PROGRESS_AFTER),
            memory_at: Cell::new(MEMORY_EVERY),
        }
    }

    /// The process around the scan.
    pub(super) fn host(&self) -> &'b dyn Host {
        self.bounds.host
    }

    /// Notes how far the scan is.
    pub(super) fn at(&self, stage: Stage, done: usize) {
        self.stage.set((stage, done));
    }

    /// Counts a new commit.
    pub(super) fn commit(&self) {
        self.commits.set(self.commits.get() + 1);
        if let (Stage::Reading, _) = self.stage.get() {
            self.at(Stage::Reading, usize::try_from(self.commits.get()).unwrap_or(usize::MAX));
        }
    }

    /// How many more commits the limit allows.
    pub(super) fn commits_left(&self) -> u64 {
        let most = self.limit(Resource::Commits).most.unwrap_or(u64::MAX);
        most.saturating_sub(self.begun.get())
    }

    /// Begins to judge that number of commits.
    pub(super) fn begin(&self, commits: u64) {
        self.begun.set(self.begun.get() + commits);
    }

    /// Notes that the limit on commits is reached.
    pub(super) fn reach_commits(&self) {
        self.hit.set(self.hit.get().or(Some(Resource::Commits)));
    }

    /// The limit on commits, if that is what ended the walk.
    pub(super) fn commits_when_reached(&self) -> Option<usize> {
        let (resource, limit) = self.hit()?;
        let most = limit.most.filter(|_| resource == Resource::Commits)?;
        usize::try_from(most).ok()
    }

    /// Counts marks.
    pub(super) fn findings(&self, findings: usize) {
        self.findings.set(self.findings.get() + findings as u64);
    }

    /// Notes that a bound of the program itself is reached: a text with the most marks, or a
    /// file so large, that the rest was not looked at. It is a cut like any other, with the
    /// outcome of that limit, also where the configuration sets none; of files only where it
    /// asks for that. A limit that refuses counts before one that does not.
    pub(super) fn exceed(&self, resource: Resource) {
        let refuses = |resource| self.limit(resource).outcome == Outcome::Reject;
        let is_first = self.hit.get().is_none_or(|hit| !refuses(hit) && refuses(resource));
        let is_asked_for = resource != Resource::Files || self.limit(resource).most.is_some();
        if is_first && is_asked_for {
            self.hit.set(Some(resource));
            self.own.set((resource != Resource::Files).then_some(OwnBound::Kept));
        }
    }

    /// How much the limit allows that was reached.
    pub(super) fn allowed(&self) -> Allowed {
        match (self.own.get(), self.hit()) {
            (Some(OwnBound::Steps(steps)), _) => Allowed::Steps(steps),
            (None, Some((resource, limit))) => {
                Allowed::Amount(resource, limit.most.unwrap_or_default())
            }
            (Some(OwnBound::Kept), _) | (None, None) => Allowed::OneText,
        }
    }

    /// Whether the time or the memory that a scan may take is used up.
    pub(super) fn is_exhausted(&self) -> bool {
        matches!(self.hit.get(), Some(Resource::Time | Resource::Memory))
    }

    /// The limit that was reached.
    pub(super) fn hit(&self) -> Option<(Resource, &Limit)> {
        let resource = self.hit.get()?;
        Some((resource, self.limit(resource)))
    }

    /// Whether a limit is reached, after so much was read.
    pub(super) fn is_over(&self, reads: Reads) -> bool {
        if self.hit.get().is_none() {
            self.hit.set(self.look(reads));
        }
        self.hit.get().is_some()
    }

    fn limit(&self, resource: Resource) -> &Limit {
        self.bounds.limits.of(resource)
    }

    fn look(&self, reads: Reads) -> Option<Resource> {
        let beyond = |resource, amount: u64| {
            self.limit(resource).most.is_some_and(|most| amount > most).then_some(resource)
        };
        let memory = || {
            let Reads { objects, bytes, .. } = self.memory_at.get();
            let is_due = reads.objects >= objects || reads.bytes >= bytes;
            if !is_due || self.limit(Resource::Memory).most.is_none() {
                return None;
            }
            self.memory_at.set(Reads {
                objects: reads.objects + MEMORY_EVERY.objects,
                bytes: reads.bytes + MEMORY_EVERY.bytes,
                ..MEMORY_EVERY
            });
            beyond(Resource::Memory, memory_in_use()?)
        };
        let allowed = MOST_STEPS
            .saturating_add(reads.objects.saturating_mul(STEPS_PER_OBJECT))
            .saturating_add(reads.bytes / BYTES_PER_STEP);
        let steps = || {
            let is_over = reads.steps > allowed;
            if is_over {
                self.own.set(Some(OwnBound::Steps(allowed)));
            }
            is_over.then_some(Resource::Time)
        };
        self.is_late()
            .then_some(Resource::Time)
            .or_else(steps)
            .or_else(|| beyond(Resource::Commits, self.commits.get().saturating_sub(WALKED)))
            .or_else(|| beyond(Resource::Bytes, reads.bytes))
            .or_else(|| beyond(Resource::Findings, self.findings.get()))
            .or_else(memory)
    }

    /// Whether the time is used up.
    pub(super) fn is_late(&self) -> bool {
        let elapsed = u64::try_from(self.bounds.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.limit(Resource::Time).most.is_some_and(|most| elapsed > most)
    }

    /// Notes that the limit on time is reached, because there was none left for what had to
    /// be done.
    pub(super) fn reach_time(&self) {
        self.hit.set(self.hit.get().or(Some(Resource::Time)));
    }

    fn tell(&self) {
        let elapsed = self.bounds.started.elapsed();
        if elapsed < self.next.get() {
            return;
        }
        self.next.set(elapsed + elapsed.min(MIN_PROGRESS_INTERVAL));
        let (stage, done) = self.stage.get();
        self.bounds.host.progress(stage, done);
    }
}

impl Watch for Budget<'_> {
    fn read(&self, reads: Reads) -> ControlFlow<()> {
        if self.is_over(reads) {
            return ControlFlow::Break(());
        }
        self.tell();
        ControlFlow::Continue(())
    }

    fn admit(&self, bytes: u64) -> ControlFlow<()> {
        let Some(most) = self.limit(Resource::Memory).most else {
            return ControlFlow::Continue(());
        };
        // It is there twice at times: packed and inflated, or with what it is a delta to.
        let needed = memory_in_use().unwrap_or_default().saturating_add(bytes.saturating_mul(2));
        if needed <= most {
            return ControlFlow::Continue(());
        }
        self.hit.set(self.hit.get().or(Some(Resource::Memory)));
        ControlFlow::Break(())
    }

    fn work(&self) -> ControlFlow<()> {
        if self.is_late() {
            self.reach_time();
            return ControlFlow::Break(());
        }
        self.tell();
        ControlFlow::Continue(())
    }
}

/// The memory that this process has in bytes, without the files that it maps; `None` where
/// the system does not tell. Source: proc(5), `/proc/[pid]/statm`.
fn memory_in_use() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let mut pages = text.split(' ').skip(1).map_while(|number| number.parse::<u64>().ok());
    let (resident, shared) = (pages.next()?, pages.next()?);
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok()??;
    Some(resident.saturating_sub(shared).saturating_mul(u64::try_from(size).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::ObjectId;
    use crate::report::Judged;
    use crate::scan::NoHost;

    #[derive(Default)]
    struct Told(Cell<Vec<(Stage, usize)>>);

    impl Host for Told {
        fn progress(&self, stage: Stage, done: usize) {
            let mut all = self.0.take();
            all.push((stage, done));
            self.0.set(all);
        }

        fn judged(&self, _: &Judged) {}

        fn git_refuses(&self, _: ObjectId, _: ObjectId) -> Option<bool> {
            Some(false)
        }
    }

    #[test]
    fn who_waits_long_is_told_now_and_then() {
        let told = Told::default();
        let limits = Limits::default();
        let fresh = Bounds { limits: limits.clone(), started: Instant::now(), host: &told };
        assert!(Budget::new(&fresh).read(Reads::default()).is_continue());
        assert_eq!(told.0.take(), [], "it is too early for progress");
        let Some(started) = Instant::now().checked_sub(Duration::from_secs(5)) else { return };
        let bounds = Bounds { limits, started, host: &told };
        let budget = Budget::new(&bounds);
        budget.commit();
        assert!(budget.read(Reads::default()).is_continue());
        assert!(budget.read(Reads::default()).is_continue());
        assert_eq!(told.0.take(), [(Stage::Reading, 1)], "once, and not again at once");
    }

    #[test]
    fn work_ends_when_the_time_is_used_up_and_by_no_other_limit() {
        let Some(started) = Instant::now().checked_sub(Duration::from_secs(1)) else { return };
        for (resource, is_over) in [(Resource::Time, true), (Resource::Bytes, false)] {
            let mut limits = Limits::default();
            limits.set(resource, 1);
            let bounds = Bounds { limits, started, host: &NoHost };
            let budget = Budget::new(&bounds);
            assert_eq!(budget.work().is_break(), is_over);
            assert_eq!(budget.is_exhausted(), is_over);
            assert!(budget.is_over(Reads { objects: 1, bytes: 2, steps: 0 }));
        }
    }

    #[test]
    fn memory_is_looked_at_after_many_objects_and_after_many_bytes() {
        let mut limits = Limits::default();
        limits.set(Resource::Memory, 1);
        let bounds = Bounds { limits, started: Instant::now(), host: &NoHost };
        for (reads, is_over) in [
            (Reads { objects: 1023, bytes: (16 << 20) - 1, steps: 0 }, false),
            (Reads { objects: 1024, bytes: 0, steps: 0 }, true),
            (Reads { objects: 1, bytes: 16 << 20, steps: 0 }, true),
        ] {
            assert_eq!(Budget::new(&bounds).is_over(reads), is_over, "{reads:?}");
        }
    }

    #[test]
    fn work_that_reads_nothing_has_a_bound_which_is_a_cut() {
        let bounds = Bounds { limits: Limits::default(), started: Instant::now(), host: &NoHost };
        let budget = Budget::new(&bounds);
        let much = Reads { objects: 1_000_000, bytes: 400 << 20, steps: 150_000_000 };
        assert!(budget.read(much).is_continue(), "a large history takes more");
        assert!(budget.hit().is_none());
        assert!(budget.read(Reads { steps: MOST_STEPS + 1, ..Reads::default() }).is_break());
        let (resource, limit) = budget.hit().unwrap();
        assert_eq!((resource, limit.outcome), (Resource::Time, Outcome::Reject));
        assert_eq!(budget.allowed(), Allowed::Steps(MOST_STEPS));
        assert_eq!(budget.allowed().to_string(), "16 million steps");
    }

    #[test]
    fn memory_is_counted_without_mapped_files() {
        let before = memory_in_use().unwrap();
        let taken = std::hint::black_box(vec![1_u8; 64 << 20]);
        let with = memory_in_use().unwrap();
        assert!(with >= before + (48 << 20), "{before} {with} {}", taken.len());
    }
}
