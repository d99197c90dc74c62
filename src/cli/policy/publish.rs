//! `provost policy publish`: the server's policy for developers to judge by.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;

use clap::Args;

use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config::published::{FILE, Published, REF};
use crate::config::{self, Layers, files};
use crate::git::Repository;
use crate::install::{self, Git};
use crate::text::escape::escape;

/// Publish the policy of repositories, for developers to judge by before they push.
///
/// The files that are in force for a repository, over the built-in rules, become the commit
/// of its ref refs/meta/provost, which git fetches like any other and to which the hook
/// accepts no push; or one file. A policy that is published already stays as it is. Everyone
/// who may fetch can read it, exemptions and groups included.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy publish /srv/git/*.git
  provost policy publish --name team/tool /var/lib/gitea/data/gitea-repositories/team/tool.git
  provost policy publish --output /net/share/policy.toml /srv/git/project.git
Developers, once:
  provost install --client .
or, with a file:
  git config --global provost.policy /net/share/policy.toml")]
pub(in crate::cli) struct Publish {
    /// Repositories; by default the one that this is run in
    #[arg(value_name = "REPOSITORY")]
    repositories: Vec<PathBuf>,
    /// The repository's name on its platform, by which scopes know it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Write it to this file instead
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Run for Publish {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        context.each(&self.repositories, &mut |repository| one(context, self, repository))?;
        Ok(0)
    }
}

fn one(context: &CommandContext, command: &Publish, repository: &Repository) -> Result<(), Error> {
    let global = &context.global;
    // The hook may be told of more files than the usual ones.
    let mut rules = install::recorded_in(repository.common_dir())
        .map_or_else(Vec::new, |recorded| recorded.rules);
    for path in &global.rules {
        if !rules.contains(path) {
            rules.push(path.clone());
        }
    }
    let layers = Layers {
        repository: Some(repository),
        files: &rules,
        isolated: global.isolated,
        ..Layers::default()
    };
    let sources = config::sources(layers)?;
    // What can't be used is no policy, and nobody else should find that out.
    config::merge(&sources)?;
    let before = Published::at(repository, REF)?;
    let name = command.name.clone();
    let name = name.or_else(|| before.as_ref().map(|before| before.repository.clone()));
    let name = name.unwrap_or_else(|| repository.name());
    let published = Published::of(&sources, name.clone());
    let name = escape(name.as_bytes());
    let layers = match published.layers.len() {
        1 => "1 file over the built-in rules".to_owned(),
        count => format!("{count} files over the built-in rules"),
    };
    let said = if let Some(path) = &command.output {
        let path = context.at(path);
        files::replace(&path, published.text().as_bytes())
            .map_err(|source| Error::WriteFile { path: path.clone(), source })?;
        format!("{name}: written to {} ({layers})", path.display())
    } else if before.is_some_and(|before| before.is_as(&published)) {
        format!("{name}: {REF} has it already")
    } else {
        to_ref(repository, &published)?;
        format!("{name}: published at {REF} ({layers})")
    };
    if !context.output.quiet {
        context.output.say(&said);
    }
    Ok(())
}

/// Makes a commit of it and lets the ref have that.
fn to_ref(repository: &Repository, published: &Published) -> Result<(), Error> {
    let blob = run(repository, &["hash-object", "-w", "--stdin"], published.text().as_bytes())?;
    let tree = run(repository, &["mktree"], format!("100644 blob {blob}\t{FILE}\n").as_bytes())?;
    let old = repository.value_of(REF)?;
    let parent = old.map(|old| old.to_string());
    let mut words = vec!["commit-tree", &tree, "-m", "The policy of this server"];
    words.extend(parent.iter().flat_map(|parent| ["-p", parent]));
    let commit = run(repository, &words, b"")?;
    // Of two that publish at once, one is told.
    let old = parent.unwrap_or_else(|| "0".repeat(repository.id_length() * 2));
    run(repository, &["update-ref", REF, &commit, &old], b"").map(drop)
}

/// Runs git in a repository, and returns what it prints.
fn run(repository: &Repository, words: &[&str], input: &[u8]) -> Result<String, Error> {
    let git = || -> io::Result<_> {
        let mut git = Git::on(repository.common_dir());
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "provost");
            git.env(format!("GIT_{who}_EMAIL"), "provost@localhost");
        }
        git.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = git.spawn()?;
        if let Some(mut stdin) = running.stdin.take() {
            stdin.write_all(input)?;
        }
        running.wait_with_output()
    };
    let failed = |output: String| Error::GitFailed { command: words.join(" "), output };
    let output = git().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
