//! Figures and the bars that they have to reach.

/// A share between 0 and 1, and the least that it may be.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) figure: f64,
    pub(crate) least: f64,
}

impl Bar {
    pub(crate) fn new(name: impl Into<String>, figure: f64, least: f64) -> Self {
        Self { name: name.into(), figure, least }
    }

    pub(crate) fn is_met(&self) -> bool {
        self.figure >= self.least
    }

    /// Prints the figure, its bar and whether it is met.
    pub(crate) fn print(&self) {
        let word = if self.is_met() { "met" } else { "NOT MET" };
        println!("{}: {:.4} (bar {}) {word}", self.name, self.figure, self.least);
    }
}

/// Returns a part as a share of the whole; 1 where the whole is nothing.
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
