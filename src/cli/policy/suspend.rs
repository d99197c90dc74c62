//! `provost policy suspend`: refusing nothing for a while, written where everybody sees it.

use jiff::{Span, Timestamp};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::args::Suspend;
use crate::cli::error::Error;
use crate::cli::rules::Bench;
use crate::document::Moment;

pub(super) fn suspend(bench: &Bench<'_>, command: &Suspend) -> Result<u8, Error> {
    let own = command.target.open(bench)?;
    let mut file: DocumentMut = own.before.parse().map_err(|error: toml_edit::TomlError| {
        Error::NotToml { file: own.shown(), reason: error.message().to_owned() }
    })?;
    let said = if command.end { end(&mut file) } else { add(&mut file, command)? };
    let Some(said) = said else {
        bench.output.say(&format!("nothing is suspended in {}", own.shown()));
        return Ok(0);
    };
    let checked = own.check(&file.to_string())?;
    own.write(&checked)?;
    bench.output.say(&format!("{said}, in {}", own.shown()));
    Ok(0)
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
