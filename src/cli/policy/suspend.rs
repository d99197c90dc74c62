//! `provost policy suspend`: refusing nothing for a while, written where everybody sees it.

use clap::Args;
use jiff::{Span, Timestamp};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::in_force::InForce;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::document::Moment;

/// Refuse nothing for a while, in an incident say.
///
/// Findings are recorded as under `mode = "observe"`. It is written into the file in
/// force, so that everybody sees it, and it ends by itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy suspend --until 2h --reason 'release blocked, INC-421'
  provost policy suspend --until 2026-12-01T18:00:00Z --reason INC-421 --repo 'group/*'
  provost policy suspend --end")]
pub(in crate::cli) struct Suspend {
    /// A date, a time, or how long from now: 30m, 2h, 3d
    #[arg(long, value_name = "TIME", required_unless_present = "end")]
    until: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", required_unless_present = "end", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// Only in repositories that match; may be given several times
    #[arg(long = "repo", value_name = "GLOB")]
    repositories: Vec<String>,
    /// End what is suspended now
    #[arg(long, conflicts_with_all = ["until", "reason", "repositories"])]
    end: bool,
    #[command(flatten)]
    target: InForce,
}

impl Run for Suspend {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let own = self.target.open(context)?;
        let mut file: DocumentMut = own.before.parse().map_err(|error: toml_edit::TomlError| {
            Error::NotToml { file: own.shown(), reason: error.message().to_owned() }
        })?;
        let said = if self.end { end(&mut file) } else { add(&mut file, self)? };
        let Some(said) = said else {
            context.output.say(&format!("nothing is suspended in {}", own.shown()));
            return Ok(0);
        };
        let checked = own.check(&file.to_string())?;
        own.write(&checked)?;
        context.output.say(&format!("{said}, in {}", own.shown()));
        Ok(0)
    }
}

fn suspensions(file: &mut DocumentMut) -> Option<&mut ArrayOfTables> {
    let policy = file.entry("policy").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let entry = policy.as_table_mut()?.entry("suspension");
    entry.or_insert(Item::ArrayOfTables(ArrayOfTables::new())).as_array_of_tables_mut()
}

fn add(file: &mut DocumentMut, command: &Suspend) -> Result<Option<String>, Error> {
    let text = command.until.as_deref().unwrap_or_default();
    let until = moment(text).ok_or_else(|| Error::Time(text.to_owned()))?;
    let now = Moment::now();
    if until <= now {
        return Err(Error::Past(until.to_string()));
    }
    let Some(all) = suspensions(file) else {
        return Err(Error::NotToml { file: String::new(), reason: "[policy] is no table".into() });
    };
    let mut table = Table::new();
    table.insert("id", value(format!("suspended-{}", now.to_string().replace(':', "-"))));
    table.insert("until", value(until.to_string()));
    table.insert("reason", value(command.reason.as_deref().unwrap_or_default()));
    if !command.repositories.is_empty() {
        let globs: toml_edit::Array = command.repositories.iter().map(String::as_str).collect();
        table.insert("repositories", value(globs));
    }
    table.decor_mut().set_prefix("\n");
    all.push(table);
    Ok(Some(format!("nothing is refused until {until}")))
}

/// Takes away the suspensions that hold now; those that are over are taken away too.
fn end(file: &mut DocumentMut) -> Option<String> {
    let all = suspensions(file)?;
    let count = all.len();
    all.clear();
    (count > 0).then(|| "the policy is in force again".to_owned())
}

/// A date, a time, or a span from now.
fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text).or_else(|| {
        let span: Span = text.parse().ok()?;
        let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        Some(Moment(now.checked_add(span).ok()?.timestamp().as_second()))
    })
}
