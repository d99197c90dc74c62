//! `provost commit-msg`: the hook of a developer's repository that Git runs on a message.

use std::path::PathBuf;

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::published::{self, ServerPolicy};
use crate::git::{RefName, Repository};
use crate::scan;

/// Judge a message as the client's commit-msg hook.
///
/// Comment lines, and what follows the scissors line, are left out as git would.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, as .git/hooks/commit-msg:
  #!/bin/sh
  exec provost commit-msg \"$1\"")]
pub(super) struct CommitMsg {
    /// The file that holds the message
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    server_policy: ServerPolicy,
}

impl Run for CommitMsg {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let what = self.file.display().to_string();
        let text = std::fs::read(&self.file).map_err(|source| Error::Read { what, source })?;
        let repository = context.discover()?;
        let judged = self.server_policy.load(
            &context.global,
            &repository,
            published::remote(&repository)?,
        )?;
        let message = match comments(&repository)? {
            Some(comment) => without_comments(&text, comment.as_bytes()),
            None => text,
        };
        let (head, _) = repository.head_and_upstream();
        let name = RefName::new(head.unwrap_or_else(|| b"HEAD".to_vec()));
        let report = scan::message(&judged.config, judged.repository.clone(), &name, &message);
        judged.show(&report, &context.output)
    }
}

/// What begins the lines that git will leave out of the message; `None` when it leaves
/// none out, or when that can't be known: judging more is safe.
///
/// Source: git-commit(1), `--cleanup`: comments are stripped only when the message is
/// edited; git-config(1), `core.commentChar` and `core.commentString`.
fn comments(repository: &Repository) -> Result<Option<String>, Error> {
    let cleanup = repository.user_config("commit.cleanup")?;
    let strips = cleanup.is_none_or(|mode| ["default", "strip", "scissors"].contains(&&*mode));
    let string = match repository.user_config("core.commentstring")? {
        Some(string) => Some(string),
        None => repository.user_config("core.commentchar")?,
    };
    let string = string.unwrap_or_else(|| "#".into());
    Ok(Some(string).filter(|string| strips && Repository::editor_is_used() && string != "auto"))
}

/// What git keeps of a message that was edited: no comment lines, nothing after the
/// scissors (`commit.cleanup` in git-config(1)). Emptied lines stay, so that line
/// numbers hold.
fn without_comments(text: &[u8], comment: &[u8]) -> Vec<u8> {
    const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_prefix(comment) {
            Some(rest) if rest.trim_ascii() == SCISSORS => break,
            Some(_) if line.ends_with(b"\n") => out.push(b'\n'),
            Some(_) => {}
            None => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_lines_stay() {
        let text = b"a\n# b\nc\n# ------------------------ >8 ------------------------\nd\n";
        assert_eq!(without_comments(text, b"#"), b"a\n\nc\n");
    }
}
