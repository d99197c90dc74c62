//! The configuration of a throw-away repository: what git reads for the real one, from all of
//! its files, written out into one.
//!
//! A copy of the repository's own file would not do: conditions (`includeIf`) and relative
//! includes mean something else in another place, and the files of the system and of the
//! account would be read for that place. So git is asked what counts, and the probe reads
//! no other file. What has nothing to do with taking in a push is left out, and what may hold
//! passwords with it.

use std::io;
use std::path::Path;

use bstr::ByteSlice;

use crate::install::Git;

/// Sections that say nothing of how a push is taken in.
const OTHER_SECTIONS: [&[u8]; 9] = [
    b"branch",
    b"credential",
    b"extensions",
    b"http",
    b"include",
    b"includeif",
    b"remote",
    b"sendemail",
    b"url",
];
/// Keys that the throw-away repository sets itself.
const OWN_KEYS: [&[u8]; 4] =
    [b"core.bare", b"core.hookspath", b"core.repositoryformatversion", b"core.worktree"];

/// The text of a file of configuration that says what git reads for a repository.
pub(super) fn of(repository: &Path) -> io::Result<Vec<u8>> {
    let list = ["config", "-z", "--show-scope", "--list", "--includes"];
    let list = Git::ask_as_pusher(&list, repository).map_err(io::Error::other)?;
    let list = list.unwrap_or_default().into_encoded_bytes();
    let mut parts = list.split(|&byte| byte == 0);
    let mut text = Vec::new();
    while let (Some(scope), Some(entry)) = (parts.next(), parts.next()) {
        text.extend(line(scope, entry).unwrap_or_default());
    }
    Ok(text)
}

/// A section with one key, from `key LF value`; `None` for what is left out.
fn line(scope: &[u8], entry: &[u8]) -> Option<Vec<u8>> {
    let (key, value) = match entry.split_once_str(b"\n") {
        Some((key, value)) => (key, Some(value)),
        // A key that stands alone is true.
        None => (entry, None),
    };
    let (section, rest) = key.split_once_str(b".")?;
    let (subsection, name) = match rest.rsplit_once_str(b".") {
        Some((subsection, name)) => (Some(subsection), name),
        None => (None, rest),
    };
    let left_out = OTHER_SECTIONS.contains(&section)
        || OWN_KEYS.contains(&key)
        // The hook reads these in the repository's own file only.
        || section == b"provost" && ![&b"local"[..], b"worktree"].contains(&scope);
    if left_out {
        return None;
    }
    let mut text = [b"[", section].concat();
    if let Some(subsection) = subsection {
        text.extend_from_slice(b" \"");
        text.extend(subsection.replace(b"\\", b"\\\\").replace(b"\"", b"\\\""));
        text.push(b'"');
    }
    text.extend_from_slice(b"]\n\t");
    text.extend_from_slice(name);
    if let Some(value) = value {
        text.extend_from_slice(b" = \"");
        let value = value.replace(b"\\", b"\\\\").replace(b"\"", b"\\\"");
        text.extend(value.replace(b"\n", b"\\n"));
        text.push(b'"');
    }
    text.push(b'\n');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    #[test]
    fn git_reads_the_same_from_what_was_written_out() {
        let folder = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| {
            let output = Command::new("git")
                .current_dir(&folder)
                .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
                .args(words)
                .output()
                .unwrap();
            assert!(output.status.success(), "{words:?} {}", output.stderr.escape_ascii());
            output.stdout
        };
        git(&["init", "-q", "--bare", "."]);
        let more = b"[receive]\n\tfsckObjects\n\tmaxInputSize = \" 1\"\n[a \"b.\\\"\\\\c\"]\n\
            \td = \"x\\n;#\\\"\\\\ \xff\"\n[remote \"x\"]\n\turl = https://user:password@x\n\
            [hook \"other\"]\n\tcommand = x\n[hook \"provost\"]\n\tenabled = false\n";
        fs::write(folder.path().join("more"), more).unwrap();
        // Both mean something only in this place.
        git(&["config", "include.path", "more"]);
        let condition = format!("includeIf.gitdir:{}/.path", folder.path().display());
        git(&["config", &condition, "if"]);
        fs::write(folder.path().join("if"), "[receive]\n\tdenyDeletes = true\n").unwrap();
        fs::write(folder.path().join("out"), of(folder.path()).unwrap()).unwrap();
        let listed = git(&["config", "-z", "--list", "--file", "out"]);
        for (text, is_there) in [
            (&b"receive.fsckobjects\0"[..], true),
            (b"receive.maxinputsize\n 1\0", true),
            (b"a.b.\"\\c.d\nx\n;#\"\\ \xff\0", true),
            (b"receive.denydeletes\ntrue\0", true),
            (b"hook.provost.enabled\nfalse\0", true),
            (b"password", false),
            (b"hook.other.command\nx\0", true),
            (b"include", false),
        ] {
            let found = listed.find(text).is_some();
            assert_eq!(found, is_there, "{} in {}", text.escape_ascii(), listed.escape_ascii());
        }
    }
}
