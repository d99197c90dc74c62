//! `provost policy show`: what holds for a repository, a ref and a pusher, value by value.

use clap::Args;
use serde::Serialize;

use super::place::Where;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::config;
use crate::policy::Exemption;
use crate::text::escape::escape;

#[derive(Serialize)]
struct Record {
    repository: String,
    #[serde(rename = "ref")]
    ref_name: String,
    user: Option<String>,
    groups: Vec<String>,
    scopes: Vec<ScopeRecord>,
    values: Vec<ValueRecord>,
    exemptions: Vec<ExemptionRecord>,
    suspended: Option<String>,
}

#[derive(Serialize)]
struct ScopeRecord {
    id: String,
    place: String,
    /// Whether it counts for some changes only.
    conditional: bool,
}

#[derive(Serialize)]
struct ValueRecord {
    key: String,
    value: String,
    place: String,
}

#[derive(Serialize)]
struct ExemptionRecord {
    id: String,
    place: String,
    approver: String,
    expires: String,
    state: &'static str,
}

/// Show the policy of a repository, ref and pusher.
///
/// Every value with the file and line that set it; what no file sets says `default`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy show
  provost policy show --repo group/app.git --ref refs/heads/release/1.0 --user alice
  provost policy show --path docs/guide.md --format json")]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    place: Where,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Show {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let here = context.here()?;
        let config = config::merge(&context.sources(here.as_deref())?)?;
        let situation = self.place.situation(here.as_deref());
        let name = self.place.ref_name();
        let judge = config.judge(situation.clone());
        let state = |exemption: &Exemption| {
            if exemption.is_over(situation.now) {
                "over"
            } else if exemption.ends_soon(situation.now) {
                "ends soon"
            } else {
                "in force"
            }
        };
        let exemptions = judge.exemptions_for(&name).into_iter().map(|exemption| ExemptionRecord {
            id: exemption.id.clone(),
            place: exemption.place.file_line(),
            approver: exemption.approver.clone(),
            expires: exemption.expires.to_string(),
            state: state(exemption),
        });
        let mut suspensions = config.policy.suspensions(situation.now);
        let suspended = suspensions.find(|it| it.holds(&situation.repository, situation.now));
        let scopes = judge.scopes_of(&name).into_iter();
        let values = judge.show(&name, self.place.path()).into_iter();
        let record = Record {
            ref_name: name.to_string(),
            user: situation.pusher.login.clone(),
            groups: judge.groups().to_vec(),
            scopes: scopes
                .map(|(id, place, conditional)| ScopeRecord { id, place, conditional })
                .collect(),
            values: values
                .map(|it| ValueRecord { key: it.key, value: it.value, place: it.place })
                .collect(),
            exemptions: exemptions.collect(),
            suspended: suspended.map(|it| format!("until {}: {}", it.until, it.reason)),
            repository: situation.repository,
        };
        match self.format {
            Shape::Json => context.json(&record)?,
            Shape::Human => context.output.say(text(&record).trim_end()),
        }
        Ok(0)
    }
}

fn text(record: &Record) -> String {
    let shown = |text: &str| escape(text.as_bytes());
    let mut out = String::new();
    let repository =
        if record.repository.is_empty() { "any repository" } else { record.repository.as_str() };
    out.push_str(&format!("{} in {}", shown(&record.ref_name), shown(repository)));
    if let Some(user) = &record.user {
        out.push_str(&format!(", pushed by {}", shown(user)));
        if !record.groups.is_empty() {
            out.push_str(&format!(" ({})", shown(&record.groups.join(", "))));
        }
    }
    out.push('\n');
    if let Some(suspended) = &record.suspended {
        out.push_str(&format!("suspended {}\n", shown(suspended)));
    }
    for scope in &record.scopes {
        let when = if scope.conditional { ", for some changes" } else { "" };
        out.push_str(&format!("scope {} ({}){when}\n", scope.id, scope.place));
    }
    out.push('\n');
    let lines = record.values.iter().map(|it| (format!("{} = {}", it.key, it.value), &it.place));
    let lines: Vec<(String, &String)> = lines.collect();
    let width =
        lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or_default().min(56);
    for (line, place) in lines {
        out.push_str(&format!("{line:<width$}  # {place}\n"));
    }
    if !record.exemptions.is_empty() {
        out.push('\n');
    }
    for it in &record.exemptions {
        out.push_str(&format!(
            "exemption {} by {}, {} until {}  # {}\n",
            it.id, it.approver, it.state, it.expires, it.place
        ));
    }
    out
}
