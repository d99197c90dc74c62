//! Names of accounts and groups of the operating system.
//!
//! They are read from its files; what is not there is asked of getent(1), which knows the
//! machine's other sources (LDAP, SSSD, systemd). The C library is not asked: in a static
//! program it would load modules of the machine's own C library into this process, which
//! may be another version, or missing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where GNU's C library and musl's tools have it; nothing is looked up in the environment.
const GETENT: &str = "/usr/bin/getent";

/// The name of an account.
#[must_use]
pub fn user(id: u32) -> Option<Vec<u8>> {
    names("passwd", &[id]).remove(&id)
}

/// What the machine knows of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its primary group.
    pub group: u32,
    /// The other groups that the machine's own file puts it in.
    pub groups: Vec<u32>,
    /// Its home directory.
    pub home: PathBuf,
}

/// What the machine knows of an account; `None` where it has no such account.
#[must_use]
pub fn entry(id: u32) -> Option<Entry> {
    let local = fs::read("/etc/passwd").unwrap_or_default();
    let groups = fs::read("/etc/group").unwrap_or_default();
    entry_in(&local, &groups, id).or_else(|| entry_in(&asked("passwd", &[id]), &groups, id))
}

fn entry_in(accounts: &[u8], groups: &[u8], id: u32) -> Option<Entry> {
    let field = |wanted| read_field(accounts, &[id], wanted).remove(&id);
    let name = field(NAME)?;
    let group = std::str::from_utf8(&field(GROUP)?).ok()?.parse().ok()?;
    let home = PathBuf::from(OsString::from_vec(field(HOME).unwrap_or_default()));
    let of_line = |line: &[u8]| -> Option<u32> {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b':').collect();
        let mut members = fields.get(MEMBERS)?.split(|&byte| byte == b',');
        members.any(|member| member == name).then_some(())?;
        std::str::from_utf8(fields.get(ID)?).ok()?.parse().ok()
    };
    let groups = groups.split(|&byte| byte == b'\n').filter_map(of_line).collect();
    Some(Entry { group, groups, home })
}

/// The name of an account, if the machine's own file has it.
#[must_use]
pub fn local_user(id: u32) -> Option<Vec<u8>> {
    local("passwd", &[id]).remove(&id)
}

/// The names of groups, as far as they have one.
#[must_use]
pub(super) fn groups(ids: &[u32]) -> BTreeMap<u32, Vec<u8>> {
    names("group", ids)
}

fn names(database: &str, ids: &[u32]) -> BTreeMap<u32, Vec<u8>> {
    let mut found = local(database, ids);
    let rest: Vec<u32> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    if !rest.is_empty() {
        found.extend(read(&asked(database, &rest), &rest));
    }
    found
}

fn local(database: &str, ids: &[u32]) -> BTreeMap<u32, Vec<u8>> {
    read(&fs::read(format!("/etc/{database}")).unwrap_or_default(), ids)
}

/// What getent(1) prints has the form of the files. Where it is missing nothing is known,
/// and its exit code says only whether it knew all.
fn asked(database: &str, ids: &[u32]) -> Vec<u8> {
    let mut getent = Command::new(GETENT);
    getent.arg(database).args(ids.iter().map(u32::to_string));
    let output = getent.env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| output.stdout).unwrap_or_default()
}

/// Finds ids in lines `name:password:id:...`. The first that has an id names it.
fn read(text: &[u8], ids: &[u32]) -> BTreeMap<u32, Vec<u8>> {
    read_field(text, ids, NAME)
}

/// The places of fields in a line. Source: passwd(5), group(5).
const NAME: usize = 0;
const ID: usize = 2;
const GROUP: usize = 3;
const MEMBERS: usize = 3;
const HOME: usize = 5;

/// Reads one field of the lines that have these ids. The first that has an id counts.
fn read_field(text: &[u8], ids: &[u32], wanted: usize) -> BTreeMap<u32, Vec<u8>> {
    let mut found = BTreeMap::new();
    for line in text.split(|&byte| byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b':').collect();
        let (Some(value), Some(id)) = (fields.get(wanted), fields.get(ID)) else { continue };
        let id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
        if let Some(id) = id.filter(|id| ids.contains(id) && !value.is_empty()) {
            found.entry(id).or_insert_with(|| value.to_vec());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_lines_of_the_files() {
        let text =
            b"# remark\nroot:x:0:0::/root:/bin/sh\ntoor:x:0:0:::\n+::::::\nsh\n\xff:x:7:\n:x:8:";
        let found = read(text, &[0, 7, 8, 9]);
        assert_eq!(found.get(&0).map(Vec::as_slice), Some(b"root".as_slice()));
        assert_eq!(found.get(&7).map(Vec::as_slice), Some(b"\xff".as_slice()));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_account_of_every_machine_is_found() {
        assert_eq!(user(0).as_deref(), Some(b"root".as_slice()));
        assert_eq!(groups(&[0]).get(&0).map(Vec::as_slice), Some(b"root".as_slice()));
        assert_eq!(user(4_000_000_000), None);
        assert!(entry(0).is_some_and(|entry| entry.home.is_absolute() && entry.group == 0));
        assert_eq!(entry(4_000_000_000), None);
    }

    #[test]
    fn an_account_has_its_groups_and_its_home() {
        let accounts = b"ada:x:7:70::/home/ada:/bin/sh\nbob:x:8:x::/:/bin/sh\n";
        let groups = b"a:x:1:ada\nb:x:2:adam,bob\nc:x:3:bob,ada\nd:x:4\ne:x:x:ada\n";
        let found = entry_in(accounts, groups, 7).unwrap();
        assert_eq!((found.group, found.groups), (70, vec![1, 3]));
        assert_eq!(found.home, PathBuf::from("/home/ada"));
        assert_eq!(entry_in(accounts, groups, 8), None);
    }
}
