//! The client's hooks: `pre-push` and `commit-msg`.

use std::io::Read;
use std::os::unix::ffi::OsStrExt;

use super::args::{CommitMsg, Global, PrePush};
use super::discover;
use super::error::Error;
use super::output::Output;
use super::published::{self, Judged};
use crate::git::{ObjectId, RefName, RefUpdate, Repository};
use crate::policy::Verdict;
use crate::push::Push;
use crate::report::{Format, Report};
use crate::scan;

pub(super) fn pre_push(global: &Global, command: &PrePush, output: &Output) -> Result<u8, Error> {
    let mut input = Vec::new();
    std::io::stdin()
        .read_to_end(&mut input)
        .map_err(|source| Error::Read { what: "the ref updates".into(), source })?;
    let updates = parse(&input)?;
    if updates.is_empty() {
        return Ok(0);
    }
    let repository = discover(global)?;
    let remote = command.remote.to_string_lossy().into_owned();
    let judged = command.server_policy.load(global, &repository, remote)?;
    let push = Push { repository: judged.repository.clone(), updates, options: Vec::new() };
    // A push to a bare address has no remote-tracking branches: those of all remotes say
    // best what is published.
    let own = [b"refs/remotes/", command.remote.as_bytes(), b"/"].concat();
    let named = command.remote != command.url;
    let hides = move |name: &[u8]| {
        if named { name.starts_with(&own) } else { name.starts_with(b"refs/remotes/") }
    };
    let report = scan::judge_outgoing(&repository, &judged.config, &push, &hides)?;
    show(&report, &judged, output)
}

/// Parses the standard input of a `pre-push` hook. Source: githooks(5); a local ref may
/// hold spaces, and is `(delete)` for a deletion.
fn parse(input: &[u8]) -> Result<Vec<RefUpdate>, Error> {
    let mut updates = Vec::new();
    for (index, line) in input.split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let mut parts = line.rsplitn(4, |&byte| byte == b' ');
        let (remote_id, name, local_id) = (parts.next(), parts.next(), parts.next());
        let ids = (remote_id.and_then(ObjectId::from_hex), local_id.and_then(ObjectId::from_hex));
        let ((Some(old), Some(new)), Some(name)) = (ids, name) else {
            return Err(Error::PrePushLine { line: index + 1 });
        };
        // Both null: a ref that is on neither side.
        updates.extend(RefUpdate::new(RefName::new(name), old, new));
    }
    Ok(updates)
}

pub(super) fn commit_msg(
    global: &Global,
    command: &CommitMsg,
    output: &Output,
) -> Result<u8, Error> {
    let what = command.file.display().to_string();
    let text = std::fs::read(&command.file).map_err(|source| Error::Read { what, source })?;
    let repository = discover(global)?;
    let judged =
        command.server_policy.load(global, &repository, published::remote(&repository)?)?;
    let message = match comments(&repository)? {
        Some(comment) => without_comments(&text, comment.as_bytes()),
        None => text,
    };
    let (head, _) = repository.head_and_upstream();
    let name = RefName::new(head.unwrap_or_else(|| b"HEAD".to_vec()));
    let report = scan::message(&judged.config, judged.repository.clone(), &name, &message);
    show(&report, &judged, output)
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

/// Shows a report at the client: only what would be refused or warned of.
fn show(report: &Report, judged: &Judged, output: &Output) -> Result<u8, Error> {
    judged.sign(!output.verbose, output);
    if report.verdict() >= Verdict::Warn || !report.unread.is_empty() || output.verbose {
        output.reports(Format::Human, std::slice::from_ref(report))?;
    }
    if report.exit_code() != 0 {
        output.note(&judged.would_refuse());
    }
    Ok(report.exit_code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_ref_may_hold_spaces() {
        let line = format!("a b c {} refs/heads/x {}\n", "1".repeat(40), "0".repeat(40));
        assert!(matches!(parse(line.as_bytes()).unwrap().as_slice(), [RefUpdate::Create { .. }]));
        let delete = format!("(delete) {} refs/heads/x {}\n", "0".repeat(40), "1".repeat(40));
        assert!(matches!(parse(delete.as_bytes()).unwrap().as_slice(), [RefUpdate::Delete { .. }]));
        assert!(parse(b"nonsense\n").is_err());
    }

    #[test]
    fn comments_go_and_lines_stay() {
        let text = b"a\n# b\nc\n# ------------------------ >8 ------------------------\nd\n";
        assert_eq!(without_comments(text, b"#"), b"a\n\nc\n");
    }
}
