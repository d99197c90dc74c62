//! `provost pre-push`: the hook of a developer's repository that Git runs before a push.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::published::ServerPolicy;
use crate::git::{ObjectId, RefName, RefUpdate};
use crate::push::Push;
use crate::scan;

/// Judge a push as the client's pre-push hook.
///
/// Reads `<local-ref> <local-oid> <remote-ref> <remote-oid>` lines on standard input.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, as .git/hooks/pre-push:
  #!/bin/sh
  exec provost pre-push \"$@\"")]
pub(super) struct PrePush {
    /// The name of the remote
    #[arg(value_name = "REMOTE")]
    remote: OsString,
    /// Its address
    #[arg(value_name = "URL")]
    url: OsString,
    #[command(flatten)]
    server_policy: ServerPolicy,
}

impl Run for PrePush {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let mut input = Vec::new();
        std::io::stdin()
            .read_to_end(&mut input)
            .map_err(|source| Error::Read { what: "the ref updates".into(), source })?;
        let updates = parse(&input)?;
        if updates.is_empty() {
            return Ok(0);
        }
        let repository = context.discover()?;
        let remote = self.remote.to_string_lossy().into_owned();
        let judged = self.server_policy.load(&context.global, &repository, remote)?;
        let push = Push { repository: judged.repository.clone(), updates, options: Vec::new() };
        // A push to a bare address has no remote-tracking branches: those of all remotes say
        // best what is published.
        let own = [b"refs/remotes/", self.remote.as_bytes(), b"/"].concat();
        let named = self.remote != self.url;
        let hides = move |name: &[u8]| {
            if named { name.starts_with(&own) } else { name.starts_with(b"refs/remotes/") }
        };
        let report = scan::judge_outgoing(&repository, &judged.config, &push, &hides)?;
        judged.show(&report, &context.output)
    }
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
}
