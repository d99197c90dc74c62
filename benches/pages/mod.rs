//! Pages of `docs/` that are made from measurements, and their charts.
//!
//! The measurements are kept as JSON beside the pages; from the same JSON comes the same
//! page, byte for byte. The benches write them, and a test makes them again, so that
//! nobody edits a page by hand.

mod chart;
mod fit;
pub(crate) mod hostile;
mod performance;
mod results;
mod scale;
mod text;

pub(crate) use fit::fit;
pub(crate) use hostile::Hostile;
pub(crate) use performance::{machine, performance};
pub(crate) use results::{BarRow, CheckRow, Machine, Results, Row, SideRow, Spread, kept};
pub(crate) use scale::{Counts, Point, Scale, scale};
pub(crate) use text::{grouped, megabytes, number, spread};

/// A page with what stands beside it.
pub(crate) struct Page {
    /// `docs/<name>.md`, from `docs/<name>.json`, with `docs/<name>.svg`.
    pub(crate) name: &'static str,
    /// The page.
    pub(crate) markdown: String,
    /// Its chart.
    pub(crate) svg: String,
}
