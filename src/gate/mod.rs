//! The life of a push on a server, from its arrival to its answer.
//!
//! ```text
//! Arrived -> Opened -> Configured -> Judged -> Noted -> Recorded -> Answer
//! ```
//!
//! Each step consumes the one before. A step that fails keeps what was known until then, and
//! the push goes on from there to its record and its answer, so that no failure leaves a push
//! without either. Nothing here prints or ends the process; `cli` does that.
//!
//! Server hooks judge in a child process (`gate::child`). What a push makes the judge do (crash,
//! hang, take all memory) then costs that process only, and the gate still records and answers.

mod answer;
mod arrived;
mod child;
mod configured;
mod failure;
mod judged;
mod judgement;
mod noted;
mod opened;
mod reached;
mod recorded;
mod settings;

pub use answer::Answer;
pub use arrived::{Arrival, Arrived};
pub use child::protection::{Held, Protection, protections};
pub use configured::Configured;
pub use failure::{Failure, FailureKind, GateError};
pub use judged::Judged;
use noted::Noted;
pub use opened::Opened;
use recorded::Recorded;
pub use settings::{Gate, Message, Process};

impl Gate<'_> {
    /// Takes a push through all steps, and returns its answer.
    #[must_use]
    pub fn check(&self, arrival: Arrival) -> Answer {
        let arrived = match arrival {
            Arrival::Push(arrived) => arrived,
            Arrival::Nothing(arrived) => return Answer::nothing_yet(self, arrived),
            Arrival::Failed(arrived, error) => return self.finish(Judged::failed(arrived, &error)),
        };
        let opened = match Opened::of(arrived) {
            Ok(opened) => opened,
            Err(failed) => return self.finish(Judged::failed(failed.0, &failed.1)),
        };
        let configured = match Configured::of(opened, self) {
            Ok(configured) => configured,
            Err(failed) => return self.finish(Judged::failed(failed.0, &failed.1)),
        };
        self.finish(Judged::of(configured, self))
    }

    fn finish(&self, judged: Judged) -> Answer {
        Answer::of(&Recorded::of(Noted::of(judged), self), self)
    }
}
