//! What is made from the declaration of the command line: help texts, manual pages, and
//! the completions of shells. Every command has its share of each.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::{Sandbox, skip};

/// The names of all commands, each with those of the commands above it.
fn commands(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut at = 0;
    while let Some(above) = all.get(at).cloned() {
        let help = sandbox.provost("").args(&above).arg("--help").ok().out();
        let listed = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
        for line in listed.unwrap_or_default().lines() {
            let name = line.strip_prefix("  ").unwrap().split(' ').next().unwrap();
            if !name.is_empty() && name != "help" {
                all.push([above.as_slice(), &[name.to_owned()]].concat());
            }
        }
        at += 1;
    }
    assert!(all.len() >= 38, "only {all:?}");
    all
}

/// The part of an example that is a call of the program, unless it is only hinted at.
fn call(line: &str) -> Option<&str> {
    let line = line.strip_prefix("  provost ")?;
    let ends = ["    ", " | ", " > ", " >> "].iter().filter_map(|end| line.find(end));
    let call = &line[..ends.min().unwrap_or(line.len())];
    (!call.contains("...") && call.matches('"').count() % 2 == 0).then_some(call)
}

#[test]
fn every_command_shows_examples_that_it_takes() {
    let sandbox = Sandbox::new();
    let mut taken = 0;
    for names in commands(&sandbox) {
        let help = sandbox.provost("").args(&names).arg("--help").ok().out();
        assert!(help.contains("Usage: provost"), "{names:?}: {help}");
        let own = [&["provost".to_owned()], names.as_slice()].concat().join(" ");
        let shown = help.lines().filter(|line| line.starts_with("  ") && line.contains(&own));
        assert!(shown.count() > 0, "{names:?} shows no example: {help}");
        for call in help.lines().filter_map(call) {
            let shown = format!("\"$PROVOST\" {call} --help");
            let binary = env!("CARGO_BIN_EXE_provost");
            sandbox.run("sh", "").args(["-c", &shown]).env("PROVOST", binary).ok();
            taken += 1;
        }
    }
    assert!(taken >= 80, "only {taken}");
}

/// The long text stands at the arguments; a short one beside the name would replace it.
#[test]
fn a_help_text_says_all_that_is_known_of_the_command() {
    let sandbox = Sandbox::new();
    let help = sandbox.provost("").args(["check", "--help"]).ok().out();
    assert!(help.contains("Without a range: the commits of HEAD"), "{help}");
    let help = sandbox.provost("").args(["policy", "baseline", "--help"]).ok().out();
    assert!(help.contains("a baseline accepts whatever it reaches, unseen"), "{help}");
}

#[test]
fn every_command_has_a_manual_page_with_its_exit_codes_and_examples() {
    let sandbox = Sandbox::new();
    sandbox.provost("").args(["man", "--output", "some/where"]).ok();
    let mut files: BTreeSet<String> = fs::read_dir(sandbox.path("some/where"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for names in commands(&sandbox) {
        let words = [&["provost".to_owned()], names.as_slice()].concat();
        let file = format!("{}.1", words.join("-"));
        assert!(files.remove(&file), "there is no {file}");
        let page = fs::read_to_string(sandbox.path("some/where").join(&file)).unwrap();
        let page = page.replace("\\-", "-");
        let title =
            format!(".TH {} 1 \"\" \"provost {}\"", words.join("-"), env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&title), "{file}: {page}");
        let mut sections = page.split("\n.SH ").skip(1).map(|text| text.split_once('\n').unwrap());
        let mut section = |name: &str| {
            let found = sections.find(|(heading, _)| heading.trim_matches('"') == name);
            found.unwrap_or_else(|| panic!("{file} has no {name}")).1
        };
        assert!(section("NAME").starts_with(&format!("{} - ", words.join("-"))), "{file}");
        assert!(section("SYNOPSIS").contains(&words.join(" ")), "{file}");
        section("DESCRIPTION");
        section("OPTIONS");
        let codes = section("EXIT STATUS");
        assert!((0..3).all(|code| codes.contains(&format!("\\fB{code}\\fR\n"))), "{file}: {codes}");
        assert!(section("EXAMPLES").contains(&words.join(" ")), "{file}");
    }
    assert!(files.is_empty(), "{files:?} are of no command");
    let alone = sandbox.provost("").arg("man").ok();
    assert_eq!(alone.stdout, fs::read(sandbox.path("some/where/provost.1")).unwrap());
    sandbox.write("a-file", "");
    let failed = sandbox.provost("").args(["man", "--output", "a-file/below"]).finish().expect(2);
    assert!(failed.err().contains("cannot write a-file/below"), "{}", failed.all());
}

#[test]
fn manual_pages_are_shown_without_a_warning() {
    if Command::new("man").arg("--version").output().is_err() {
        skip("man is not installed");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.provost("").args(["man", "--output", "man"]).ok();
    for entry in fs::read_dir(sandbox.path("man")).unwrap() {
        let man = sandbox.run("man", "").args(["--warnings", "-E", "UTF-8", "-P", "cat", "-l"]);
        let shown = man.env("MANWIDTH", "80").arg(entry.unwrap().path()).ok();
        assert_eq!(shown.err(), "", "{}", shown.all());
        assert!(shown.out().contains("EXIT STATUS"), "{}", shown.all());
    }
}

/// What bash offers for the last of some words.
fn completed(sandbox: &Sandbox, words: &str) -> Vec<String> {
    let script = format!(
        "set -u; . ./provost.bash; COMP_WORDS=(provost {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
         COMPREPLY=(); _provost provost \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"
         printf '%s\\n' ${{COMPREPLY[@]+\"${{COMPREPLY[@]}}\"}}; complete -p provost >&2"
    );
    let bash = sandbox.run("bash", "").args(["--noprofile", "--norc", "-c", &script]).ok();
    assert!(
        bash.err().contains("-F _provost") && bash.err().lines().count() == 1,
        "{}",
        bash.all()
    );
    bash.out().lines().map(str::to_owned).collect()
}

#[test]
fn bash_loads_the_completions_and_completes_commands_options_and_values() {
    let sandbox = Sandbox::new();
    let script = sandbox.provost("").args(["completions", "bash"]).ok();
    sandbox.write("provost.bash", script.stdout);
    assert_eq!(completed(&sandbox, "pol"), ["policy"]);
    assert_eq!(completed(&sandbox, "rules t"), ["test", "try"]);
    assert_eq!(completed(&sandbox, "audit --fo"), ["--format"]);
    assert_eq!(
        completed(&sandbox, "pre-receive --platform git"),
        ["gitea", "gitlab", "gitolite", "github"]
    );
}

#[test]
fn there_are_completions_for_five_shells() {
    let sandbox = Sandbox::new();
    let shells = [
        ("bash", "complete -F _provost"),
        ("zsh", "#compdef provost"),
        ("fish", "complete -c provost"),
        ("elvish", "set edit:completion:arg-completer[provost]"),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName 'provost'"),
    ];
    for (shell, holds) in shells {
        let script = sandbox.provost("").args(["completions", shell]).ok().out();
        assert!(script.contains(holds) && script.contains("baseline"), "{shell}: {script}");
    }
    let unknown = sandbox.provost("").args(["completions", "csh"]).finish().expect(2);
    assert!(shells.iter().all(|(shell, _)| unknown.err().contains(shell)), "{}", unknown.all());
}
