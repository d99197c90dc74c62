//! A tool, as findings and lists name it.

/// A tool of the catalogue.
#[derive(Debug)]
pub struct Tool {
    /// Its stable id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
}
