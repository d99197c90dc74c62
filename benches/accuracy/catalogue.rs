//! The facts of the built-in `rules.toml`, read without the code that they test.

use serde::Deserialize;

/// The facts of a tool.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Tool {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) vendor: String,
    /// Names that are nothing else.
    #[serde(default)]
    names: Vec<String>,
    /// Names that are ordinary words or other software as well.
    #[serde(default)]
    ambiguous: Vec<String>,
    /// Names that people bear as well.
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    pub(crate) urls: Vec<String>,
    #[serde(default)]
    pub(crate) emails: Vec<String>,
    #[serde(default)]
    pub(crate) weak_emails: Vec<String>,
    #[serde(default)]
    pub(crate) logins: Vec<String>,
    #[serde(default)]
    pub(crate) weak_logins: Vec<String>,
}

/// The classes of names, in the order of [`Tool::names`].
pub(crate) const CLASSES: [&str; 3] = ["own", "ambiguous", "people"];

impl Tool {
    /// The names by class.
    pub(crate) fn names(&self) -> [&[String]; 3] {
        [&self.names, &self.ambiguous, &self.people]
    }

    /// The repositories among the pages: `github.com/owner/name`.
    pub(crate) fn repositories(&self) -> impl Iterator<Item = &str> {
        self.urls.iter().map(String::as_str).filter(|url| {
            let path = url.strip_prefix("github.com/").unwrap_or_default();
            let is_product = path.starts_with("apps/") || path.starts_with("features/");
            path.matches('/').count() == 1 && !is_product
        })
    }
}

/// Returns the tools of the catalogue.
pub(crate) fn tools() -> Vec<Tool> {
    #[derive(Deserialize)]
    struct Rules {
        tool: Vec<Tool>,
    }
    let rules: Rules = toml::from_str(include_str!("../../rules.toml")).expect("the catalogue");
    rules.tool
}
