//! `provost rules add --name …`: a tool by its facts.

use clap::Args;

use super::edit::{edit, finish, preview};
use super::own_file::OwnFile;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config::{self, Config};
use crate::rules::edit::{RuleFile, ToolRef};

/// What is true of a tool.
#[derive(Debug, Args)]
pub(super) struct Facts {
    /// A name of the tool that is nothing else; with it, LINE is not needed
    #[arg(long = "name", value_name = "NAME", help_heading = "Facts of a tool")]
    names: Vec<String>,
    /// A name that is an ordinary word or other software too
    #[arg(long, value_name = "NAME", help_heading = "Facts of a tool")]
    ambiguous: Vec<String>,
    /// An address that the tool commits or is credited with
    #[arg(long = "email", value_name = "ADDRESS", help_heading = "Facts of a tool")]
    emails: Vec<String>,
    /// A GitHub login of the tool
    #[arg(long = "login", value_name = "LOGIN", help_heading = "Facts of a tool")]
    logins: Vec<String>,
    /// Its home page, repository or documentation
    #[arg(long = "url", value_name = "URL", help_heading = "Facts of a tool")]
    urls: Vec<String>,
    /// A glob of its configuration files
    #[arg(long = "path", value_name = "GLOB", help_heading = "Facts of a tool")]
    paths: Vec<String>,
    /// A glob of the branches that it makes
    #[arg(long = "branch", value_name = "GLOB", help_heading = "Facts of a tool")]
    branches: Vec<String>,
}

impl Facts {
    fn lists(&self) -> [(&'static str, &[String]); 7] {
        [
            ("names", &self.names),
            ("ambiguous", &self.ambiguous),
            ("urls", &self.urls),
            ("emails", &self.emails),
            ("logins", &self.logins),
            ("paths", &self.paths),
            ("branches", &self.branches),
        ]
    }

    /// Whether any is given.
    pub(super) fn are_given(&self) -> bool {
        self.lists().iter().any(|(_, list)| !list.is_empty())
    }

    /// The id of a tool of the first name: `Acme Coder` is `acme-coder`.
    fn id(&self) -> Option<String> {
        let name = self.names.first().or(self.ambiguous.first())?.to_lowercase();
        let words = name.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty());
        Some(words.collect::<Vec<_>>().join("-"))
    }
}

/// A tool that is given by its facts, and where they were seen.
pub(super) struct NewTool<'a> {
    pub(super) facts: &'a Facts,
    pub(super) id: Option<&'a str>,
    pub(super) vendor: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) write: bool,
}

/// Adds facts to an administrator's file, or shows what would be added.
///
/// # Errors
/// When the tool is one of another layer: the lists of that would be replaced.
pub(super) fn add(context: &CommandContext, own: &OwnFile, new: &NewTool<'_>) -> Result<u8, Error> {
    let config = config::merge(&own.layers)?;
    let id = new.id.map(str::to_owned).or_else(|| new.facts.id()).ok_or(Error::WhichTool)?;
    let mut file = RuleFile::parse(&own.before).map_err(|error| edit(own, error))?;
    if is_of_another_layer(&config, &file, &id) {
        return Err(Error::KnownTool { id });
    }
    let name = new.facts.names.first().or(new.facts.ambiguous.first());
    let vendor = new.vendor.or(name.map(String::as_str)).unwrap_or(&id).to_owned();
    let tool = ToolRef { id: &id, vendor: Some(&vendor) };
    if let Some(name) = name {
        file.describe(tool, "name", name).map_err(|error| edit(own, error))?;
    }
    if let Some(source) = new.source {
        file.describe(tool, "source", source).map_err(|error| edit(own, error))?;
    }
    for (key, list) in new.facts.lists() {
        let bare = |fact: &String| {
            let fact = fact.strip_prefix("https://").or(fact.strip_prefix("http://"));
            fact.map(|it| it.trim_end_matches('/').to_owned())
        };
        let list: Vec<String> =
            list.iter().map(|it| bare(it).unwrap_or_else(|| it.clone())).collect();
        file.add_facts(tool, key, &list).map_err(|error| edit(own, error))?;
    }
    let checked = own.check(&file.text())?;
    if new.write {
        return finish(context, own, &checked);
    }
    preview(context, own, &checked, "");
    Ok(0)
}

/// Whether a layer other than the file itself has the tool.
fn is_of_another_layer(config: &Config, file: &RuleFile, id: &str) -> bool {
    config.rules.tool(id).is_some() && !file.has_tool(id)
}
