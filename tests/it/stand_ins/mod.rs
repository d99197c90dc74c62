//! Platforms that can't be had here, as stand-ins: real git takes a push in, and a script
//! in front of our hook calls it as the platform documents it: arguments, environment,
//! working directory, quarantine, the hooks beside it and their order, time limits. Each
//! file names what it was built from. What a stand-in can't show is whether the platform
//! does what its documentation says; `docs/platforms.md` lists them as what they are.

mod bitbucket;
mod configured;
mod gerrit;
pub(crate) mod gitaly;
pub(crate) mod gitea;
mod github;
mod newer_git;
mod pushes;

pub(crate) use newer_git::NewerGit;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::support::{Options, Sandbox, TestServer};

const MAIN: &str = "refs/heads/main";

/// The platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StandIn {
    Gitea,
    Forgejo,
    Gitlab,
    Github,
    Gerrit,
    Bitbucket,
}

impl StandIn {
    /// A repository of the platform's with our hook where the platform wants it.
    fn start(self, options: Options) -> TestServer {
        let sandbox = Sandbox::new();
        let server = TestServer::start(sandbox.clone(), self.place(options));
        match self {
            Self::Gitea | Self::Forgejo => server.install("pre-receive", gitea::DELEGATE),
            Self::Gitlab => server.install("pre-receive", &gitaly::hooks(&sandbox)),
            Self::Github => server.install("pre-receive", &github::hooks(&sandbox)),
            Self::Gerrit => gerrit::install(&server),
            Self::Bitbucket => server.install("pre-receive", &bitbucket::hooks(&sandbox)),
        }
        server
    }

    /// Where the repository and its hook are, and what the hook runs.
    fn place(self, options: Options) -> Options {
        let (repository, hook, command) = match self {
            Self::Gitea => (
                "gitea-repositories/ora/tool.git",
                "gitea-repositories/ora/tool.git/hooks/pre-receive.d/provost",
                "pre-receive --platform gitea",
            ),
            Self::Forgejo => (
                "forgejo-repositories/ora/tool.git",
                "forgejo-repositories/ora/tool.git/hooks/pre-receive.d/provost",
                "pre-receive --platform forgejo",
            ),
            Self::Gitlab => (
                "@hashed/6b/86/one.git",
                "gitaly/custom_hooks/pre-receive.d/provost",
                "pre-receive --platform gitlab",
            ),
            Self::Github => ("1234.git", "ghes/hooks/50-provost", "pre-receive --platform github"),
            Self::Gerrit => (
                "site/git/tools/builder.git",
                "site/hooks/ref-update",
                "update --platform gerrit -- \"$@\"",
            ),
            Self::Bitbucket => (
                "bitbucket/shared/data/repositories/1",
                "bitbucket/shared/provost/pre-receive.sh",
                "pre-receive --platform bitbucket",
            ),
        };
        let options = options.name(repository).hook_file(hook).command(command);
        options.config("receive.advertisePushOptions", "true")
    }

    /// The repository as the platform names it.
    fn repository(self) -> &'static str {
        match self {
            Self::Gitea | Self::Forgejo | Self::Github => "ora/tool",
            Self::Gitlab => "a/b",
            Self::Gerrit => "tools/builder",
            Self::Bitbucket => "ORA/tool",
        }
    }
}

/// Writes a file that can be executed.
fn script(sandbox: &Sandbox, name: &str, text: &str) -> PathBuf {
    let path = sandbox.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A hook of somebody else's that says its name and reads its input, and then ends so.
fn other(sandbox: &Sandbox, name: &str, says: &str, code: u8) {
    script(
        sandbox,
        name,
        &format!("#!/bin/sh\necho \"{says} read $(wc -l)\" | tr -s ' '\nexit {code}\n"),
    );
}
