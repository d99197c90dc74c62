//! What the package holds: its fields, texts, manual pages and completions, each as its
//! reader meets it.

use std::fs;
use std::path::{Path, PathBuf};

use super::built::{package, program};
use super::support::Sandbox;

/// The package, unpacked into `x` of a sandbox.
fn unpacked() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("dpkg-deb", "").arg("-x").arg(package()).arg(sandbox.path("x")).ok();
    sandbox
}

#[test]
fn name_version_and_architecture_are_those_of_the_program() {
    let sandbox = unpacked();
    let field =
        |name: &str| sandbox.run("dpkg-deb", "").arg("-f").arg(package()).arg(name).ok().word();
    assert_eq!(field("Package"), env!("CARGO_PKG_NAME"));
    assert_eq!(field("Version"), format!("{}-1", env!("CARGO_PKG_VERSION")));
    let architecture = sandbox.run("dpkg", "").arg("--print-architecture").ok().word();
    assert_eq!(field("Architecture"), architecture);
    assert_eq!(field("Depends"), "");
    let inside = fs::read(sandbox.path("x/usr/bin/provost")).unwrap();
    assert!(inside == fs::read(program()).unwrap(), "the package holds another program");
}

#[test]
fn the_policy_is_the_one_that_install_starts_with() {
    let sandbox = unpacked();
    let shipped = fs::read_to_string(sandbox.path("x/etc/provost/rules.toml")).unwrap();
    let preset = sandbox.run(program(), "").args(["policy", "init", "observe"]).ok();
    assert_eq!(shipped, preset.out());
    sandbox.git("").args(["init", "-q", "--bare", "a.git"]).ok();
    let install = sandbox.run(program(), "").args(["install", "a.git", "--policy", "written.toml"]);
    install.ok();
    assert_eq!(shipped, fs::read_to_string(sandbox.path("written.toml")).unwrap());
    let rules = sandbox.path("x/etc/provost/rules.toml");
    let lint = sandbox.run(program(), "").args(["--isolated", "rules", "lint", "--strict"]);
    lint.arg(rules).ok();
}

#[test]
fn every_page_of_the_manual_is_there_and_shown() {
    let sandbox = unpacked();
    sandbox.run(program(), "").args(["man", "--output", "made"]).ok();
    let mut seen = 0;
    for entry in fs::read_dir(sandbox.path("made")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".1").unwrap();
        let man = sandbox.run("man", "").arg("-M").arg(sandbox.path("x/usr/share/man"));
        let shown = man.args(["-P", "cat", "1", name]).ok().out();
        assert!(shown.contains("EXIT STATUS") && shown.contains("EXAMPLES"), "{name}: {shown}");
        seen += 1;
    }
    let packed = fs::read_dir(sandbox.path("x/usr/share/man/man1")).unwrap().count();
    assert!(seen == packed && seen >= 38, "{seen} of {packed}");
}

#[test]
fn bash_zsh_and_fish_load_the_completions_and_complete() {
    let sandbox = unpacked();
    let share = sandbox.path("x/usr/share");
    let run = |shell: &str, options: &[&str], script: &str| {
        let script = script.replace("@SHARE@", share.to_str().unwrap());
        let finished = sandbox.run(shell, "").args(options).arg("-c").arg(script).ok();
        assert_eq!(finished.err(), "", "{}", finished.all());
        finished.out()
    };
    let bash = run(
        "bash",
        &["--norc", "--noprofile"],
        "set -u; . @SHARE@/bash-completion/completions/provost
         COMP_WORDS=(provost rules t); COMP_CWORD=2; _provost provost t rules
         echo \"${COMPREPLY[@]}\"",
    );
    assert_eq!(bash.trim(), "test try");
    let fish = run(
        "fish",
        &["--no-config"],
        "source @SHARE@/fish/vendor_completions.d/provost.fish; complete -C 'provost rules t'",
    );
    let offered: Vec<&str> = fish.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(offered, ["test", "try"], "{fish}");
    // Its completion needs a terminal: zsh makes one itself.
    let zsh = run(
        "zsh",
        &["-f"],
        "zmodload zsh/zpty; zpty inner zsh -f
         zpty -w inner 'PS1=; stty columns 400 -echo; setopt no_auto_menu no_beep'
         zpty -w inner 'fpath=(@SHARE@/zsh/vendor-completions $fpath)'
         zpty -w inner 'autoload -U compinit; compinit -u -D; zstyle \":completion:*\" verbose no; print rea\"\"dy'
         zpty -r -m inner line '*ready*'
         zpty -w -n inner $'provost rules t\\t\\t'
         for try in {1..100}; do
             sleep 0.1; zpty -r -t inner line && print -r -- $line
             [[ $line = *try* ]] && break
         done
         zpty -d inner",
    );
    let words: Vec<&str> = zsh.split_whitespace().collect();
    assert!(words.contains(&"test") && words.contains(&"try"), "{zsh:?}");
}

/// Pages that are installed lead to each other as those of the repository do.
#[test]
fn links_of_the_installed_pages_lead_somewhere() {
    let sandbox = unpacked();
    let mut seen = 0;
    let mut folders = vec![sandbox.path("x/usr/share/doc/provost")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                seen += links(&path);
            }
        }
    }
    assert!(seen >= 25, "only {seen}");
}

fn links(page: &Path) -> usize {
    let text = fs::read_to_string(page).unwrap();
    let targets = text.match_indices("](").map(|(at, _)| text[at + 2..].split([')', '#']).next());
    let targets: Vec<PathBuf> = targets
        .map(Option::unwrap)
        .filter(|target| !target.starts_with("http") && !target.is_empty())
        .map(|target| page.with_file_name(target))
        .collect();
    for target in &targets {
        assert!(target.exists(), "{} links to {}", page.display(), target.display());
    }
    targets.len()
}

#[test]
fn the_licences_of_what_is_linked_are_told() {
    let sandbox = unpacked();
    let doc = sandbox.path("x/usr/share/doc/provost");
    let packed = doc.join("licenses-of-libraries.gz");
    let texts = sandbox.run("gzip", "").args(["-dc"]).arg(packed).ok().out();
    for library in ["git2 v", "libgit2-sys v", "clap v", "zlib-rs v"] {
        assert!(texts.contains(&format!("\n{library}")), "{library}");
    }
    assert!(texts.contains("libgit2 is Copyright (C) the libgit2 contributors"));
    assert!(texts.contains("GNU GENERAL PUBLIC LICENSE"));
}

#[test]
fn lintian_has_nothing_to_say() {
    let sandbox = Sandbox::new();
    let lintian = sandbox.run("lintian", "").args(["--allow-root", "--tag-display-limit", "0"]);
    let said = lintian.arg("--fail-on=error,warning").arg(package()).ok();
    assert_eq!(said.out(), "", "{}", said.all());
}
