//! The environment of a hook as a value, so that tests can give a recorded one.
//!
//! An empty variable counts as absent, as Git's own hooks and all platforms have it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{geteuid, getgid, getgroups, getuid};

use super::accounts;
use crate::text::escape::escape;

/// The environment variables of a hook, and the account that it runs as.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<Vec<u8>, Vec<u8>>,
    account: Option<Account>,
    /// Whether the account of the process owns the repository.
    is_owner: bool,
}

/// An account of the operating system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) groups: Vec<String>,
}

/// Variables that a program of another account may see: none of them holds a secret.
const OF_ANY_ACCOUNT: [&str; 8] = [
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PATH",
    "TMPDIR",
    "TZ",
];

/// The variables of this process that a program of another account may see.
#[must_use]
pub fn of_any_account() -> Vec<(&'static str, OsString)> {
    let value = |name: &'static str| Some((name, std::env::var_os(name)?));
    OF_ANY_ACCOUNT.into_iter().filter_map(value).collect()
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os();
        let variables = variables.map(|(name, value)| (name.into_vec(), value.into_vec()));
        let git_dir = std::env::var_os("GIT_DIR").unwrap_or_else(|| ".".into());
        let owner = std::fs::metadata(git_dir).map(|metadata| metadata.uid());
        let is_owner = owner.is_ok_and(|owner| owner == geteuid().as_raw());
        Self { variables: variables.collect(), account: None, is_owner }
    }

    /// A recorded environment, and the account and groups that the hook ran as. The account
    /// owns the repository.
    #[must_use]
    pub fn recorded(variables: BTreeMap<Vec<u8>, Vec<u8>>, account: &str, groups: &[&str]) -> Self {
        let groups = groups.iter().map(|&name| name.to_owned()).collect();
        let account = Some(Account { name: account.to_owned(), groups });
        Self { variables, account, is_owner: true }
    }

    /// The same, where the repository belongs to another account.
    #[must_use]
    pub fn of_another_owner(self) -> Self {
        Self { is_owner: false, ..self }
    }

    /// Whether the hook runs as the account that owns the repository, as behind a web server
    /// it does, and for others who push over a file path it does not. No variable can say so.
    pub(super) fn is_owner(&self) -> bool {
        self.is_owner
    }

    fn get(&self, name: &str) -> Option<&[u8]> {
        let value = self.variables.get(name.as_bytes())?;
        Some(value.as_slice()).filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A variable's value, escaped.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(escape)
    }

    /// Whether a variable's value is a word.
    pub(super) fn is(&self, name: &str, word: &str) -> bool {
        self.get(name) == Some(word.as_bytes())
    }

    /// A number that is not zero: platforms write 0 for "there is none".
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let text = std::str::from_utf8(self.get(name)?).ok()?;
        text.parse().ok().filter(|&number| number != 0)
    }

    /// The account that the hook runs as. It is asked of the operating system: variables
    /// such as `USER` are the pusher's own when he pushes over a file path.
    pub(super) fn account(&self) -> Account {
        self.account.clone().unwrap_or_else(account_of_process)
    }
}

fn account_of_process() -> Account {
    let user = getuid().as_raw();
    let name = accounts::user(user).unwrap_or_else(|| format!("uid:{user}").into());
    let mut ids: Vec<u32> = getgroups().unwrap_or_default().iter().map(|id| id.as_raw()).collect();
    ids.push(getgid().as_raw());
    ids.sort_unstable();
    ids.dedup();
    let mut names = accounts::groups(&ids);
    let named = |id| escape(&names.remove(&id).unwrap_or_else(|| format!("gid:{id}").into()));
    let mut groups: Vec<String> = ids.into_iter().map(named).collect();
    groups.sort_unstable();
    groups.dedup();
    Account { name: escape(&name), groups }
}
