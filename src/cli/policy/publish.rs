//! `provost policy publish` and `fetch`: the server's policy for developers to judge by.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use super::args::{Fetch, Publish};
use crate::cli::error::Error;
use crate::cli::published;
use crate::cli::rules::Bench;
use crate::config::published::{FILE, Published, REF, local_ref, refspec};
use crate::config::{self, Layers, files};
use crate::git::Repository;
use crate::install::{self, Git};
use crate::owner;
use crate::text::escape::escape;

pub(super) fn publish(bench: &Bench<'_>, command: &Publish) -> Result<u8, Error> {
    bench.each(&command.repositories, &mut |repository| one(bench, command, repository))?;
    Ok(0)
}

fn one(bench: &Bench<'_>, command: &Publish, repository: &Repository) -> Result<(), Error> {
    let global = bench.global;
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
        let path = bench.at(path);
        files::replace(&path, published.text().as_bytes())
            .map_err(|source| Error::WriteFile { path: path.clone(), source })?;
        format!("{name}: written to {} ({layers})", path.display())
    } else if before.is_some_and(|before| before.is_as(&published)) {
        format!("{name}: {REF} has it already")
    } else {
        to_ref(repository, &published)?;
        format!("{name}: published at {REF} ({layers})")
    };
    if !bench.output.quiet {
        bench.output.say(&said);
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

pub(super) fn fetch(bench: &Bench<'_>, command: &Fetch) -> Result<u8, Error> {
    let repository = crate::cli::discover(bench.global)?;
    let remote = match &command.remote {
        Some(remote) => remote.clone(),
        None => published::remote(&repository)?,
    };
    let refspec = String::from_utf8_lossy(&refspec(remote.as_bytes())).into_owned();
    // Git itself finds addresses, keys and passwords.
    let mut git = Command::new("git");
    owner::confine(&mut git);
    git.arg("-C").arg(repository.git_dir()).args(["fetch", "--quiet", "--no-tags"]);
    let output = git
        .args([&remote, &refspec])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(Error::NoGit)?;
    if !output.status.success() {
        let command = format!("fetch {remote} '{refspec}'");
        return Err(Error::GitFailed { command, output: "see above".into() });
    }
    let Some(published) = Published::at(&repository, &local_ref(&remote))? else {
        return Err(Error::NotPublished(remote));
    };
    if !bench.output.quiet {
        bench.output.say(&format!(
            "{remote} published its policy at {}; provost check, pre-push and commit-msg judge \
             by it now",
            published.time
        ));
    }
    Ok(0)
}
