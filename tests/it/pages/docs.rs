//! Documentation that can't lie: what the README and `docs/` show is run or compared, and
//! what they name is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Client, PROVOST, Sandbox};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<(PathBuf, String)> {
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    let mut pages: Vec<PathBuf> = top.iter().map(|name| root().join(name)).collect();
    for folder in ["docs", "hooks"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The fenced blocks of a language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(name)) => open = Some((name == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((true, block)) = open.take() {
                    blocks.push(block);
                }
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for (path, text) in pages() {
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let target = target.split('#').next().unwrap();
            let found = path.parent().unwrap().join(target);
            assert!(found.exists(), "{} links to {target}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} links");
}

#[test]
fn source_paths_that_are_named_exist() {
    let mut seen = 0;
    // The catalogue names files of other projects, where facts were seen.
    for (path, text) in pages().into_iter().filter(|(path, _)| !path.ends_with("catalogue.md")) {
        for word in text.split(|c: char| !(c.is_alphanumeric() || "/_.-<>".contains(c))) {
            let word = word.trim_end_matches('.');
            let named = ["src/", "tests/", "hooks/", "docs/", "benches/"]
                .iter()
                .any(|folder| word.starts_with(folder));
            // `<name>` stands for what a reader adds; hooks/ may be a repository's own.
            if !named || word.contains('<') || word.ends_with('/') || word.starts_with("hooks/") {
                continue;
            }
            assert!(root().join(word).exists(), "{} names {word}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} paths");
}

/// The commands of a page: lines of its `console` blocks, and code in its sentences.
fn commands(page: &str) -> Vec<String> {
    let blocks = blocks(page, "console").join("");
    let lines = blocks.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned);
    let code = page.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2));
    let code = code.map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.chain(code).collect()
}

/// The value of an option of a command.
fn option<'c>(words: &[&'c str], name: &str) -> Option<&'c str> {
    words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1)).copied()
}

/// A command of cargo builds what exists and runs tests that exist.
fn check_cargo(command: &str, words: &[&str], manifest: &toml::Table) {
    const SUBCOMMANDS: [&str; 7] = ["bench", "build", "clippy", "doc", "fmt", "run", "test"];
    let subcommand = words.first().unwrap_or_else(|| panic!("{command} does nothing"));
    assert!(SUBCOMMANDS.contains(subcommand), "{command}: cargo has no {subcommand} here");
    if let Some(profile) = option(words, "--profile") {
        assert!(manifest["profile"].get(profile).is_some(), "{command}: no profile {profile}");
    }
    let folder = match option(words, "--test") {
        Some(suite) => root().join("tests").join(suite),
        None if words.contains(&"--lib") => root().join("src"),
        None => return,
    };
    assert!(folder.is_dir(), "{command}: no {}", folder.display());
    if let Some(filter) = words.last().filter(|word| word.ends_with("::")) {
        let module = folder.join(filter.trim_end_matches("::").replace("::", "/"));
        let found = module.is_dir() || module.with_extension("rs").is_file();
        assert!(found, "{command}: no module {filter}");
    }
}

#[test]
fn what_contributing_names_exists_and_its_commands_run() {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let manifest: toml::Table =
        fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let sandbox = Sandbox::new();
    let mut seen = 0;
    for command in commands(&page) {
        let words: Vec<&str> = command.split(' ').collect();
        let words = words.strip_prefix(&["UPDATE_DOCS=1"]).unwrap_or(&words);
        match words {
            ["cargo", words @ ..] => {
                check_cargo(&command, words, &manifest);
                if let ["run", "--", words @ ..] = words {
                    sandbox.provost("").args(words).arg("--help").ok();
                }
            }
            ["provost", words @ ..] => drop(sandbox.provost("").args(words).arg("--help").ok()),
            // A path, unless `<name>` stands for what a reader adds.
            [path, ..] if path.contains('/') && !path.contains('<') => {
                let found = root().join(path);
                assert!(found.exists(), "CONTRIBUTING.md names {path}");
                if path.starts_with(".ci/") {
                    let mode = fs::metadata(&found).unwrap().permissions().mode();
                    assert!(mode & 0o111 != 0, "{path} is not executable");
                }
            }
            _ => continue,
        }
        seen += 1;
    }
    assert!(seen >= 40, "only {seen} commands and paths");
}

/// What the compiler does not ask for stands in a list, and the list in a file.
#[test]
fn lists_that_contributing_names_are_where_it_says() {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut seen = 0;
    for (at, _) in page.match_indices("` in `src/") {
        let name = page[..at].rsplit('`').next().unwrap();
        let path = page[at + "` in `".len()..].split('`').next().unwrap();
        let text = fs::read_to_string(root().join(path)).unwrap();
        let name = name.rsplit("::").next().unwrap();
        assert!(text.contains(name), "{path} has no {name}");
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} lists");
}

#[test]
fn the_quick_tier_skips_modules_that_exist() {
    let script = fs::read_to_string(root().join(".ci/quick")).unwrap();
    let list = script.split("slow=(").nth(1).unwrap().split(')').next().unwrap();
    for filter in list.split_whitespace() {
        let path = filter.strip_suffix("::").unwrap_or_else(|| panic!("{filter} is no module"));
        let module = root().join("tests/it").join(path.replace("::", "/"));
        let found = module.is_dir() || module.with_extension("rs").is_file();
        assert!(found, ".ci/quick skips {filter}, which is no module");
    }
}

/// The compiler that is promised, and the one that the pages name.
#[test]
fn pages_name_the_oldest_compiler_that_the_package_takes() {
    let manifest: toml::Table =
        fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let promised =
        format!("Rust {} or newer", manifest["package"]["rust-version"].as_str().unwrap());
    for page in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        assert!(text.contains(&promised), "{page} does not say {promised:?}");
    }
}

/// Each row of the threat model names the test that shows it, `module::function` or a whole
/// module.
#[test]
fn tests_that_the_threat_model_names_exist() {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 4);
    let mut seen = 0;
    for row in rows {
        let last = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        for name in last.split('`').skip(1).step_by(2) {
            let mut parts: Vec<&str> = name.split("::").collect();
            let module = |parts: &[&str]| {
                // Tests of other suites are named with it, tests of modules by the module.
                ["tests/it", "tests", "src"].iter().find_map(|folder| {
                    let path = root().join(folder).join(parts.join("/"));
                    let mut files = [path.with_extension("rs"), path.join("mod.rs")].into_iter();
                    files.find(|it| it.exists())
                })
            };
            if module(&parts).is_none() {
                let function = format!("fn {}(", parts.pop().unwrap());
                let file = module(&parts).unwrap_or_else(|| panic!("{name}: no such module"));
                let folder = if file.ends_with("mod.rs") { file.parent() } else { None };
                let files = match folder {
                    Some(folder) => {
                        fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect()
                    }
                    None => vec![file],
                };
                let has = |path: &PathBuf| {
                    fs::read_to_string(path).is_ok_and(|text| text.contains(&function))
                };
                assert!(files.iter().any(has), "{name}: no such test");
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} tests");
}

#[test]
fn the_demonstration_ends_as_it_claims_and_shows_what_the_readme_shows() {
    let sandbox = Sandbox::new();
    let finished = sandbox.run(PROVOST, "").arg("demo").ok();
    let shown = finished.out();
    for claim in [
        "== 1. A commit that a person wrote",
        "-> accepted\n",
        "-> accepted, with a warning\n",
        "Every push ended as the built-in policy says.",
    ] {
        assert!(shown.contains(claim), "{claim:?} is missing from:\n{shown}");
    }
    assert_eq!(shown.matches("-> refused").count(), 3, "{shown}");
    // Ids differ from run to run; git pads its lines.
    let transcript = blocks(&readme(), "text").into_iter().next().unwrap();
    let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
    for line in transcript.lines() {
        let known = lines.contains(&line)
            || line.ends_with("Parse the input")
                && lines.iter().any(|shown| shown.ends_with("Parse the input"));
        assert!(known, "the README shows {line:?}, the demonstration:\n{shown}");
    }
}

#[test]
fn the_policy_of_the_readme_is_one() {
    let client = Client::alone();
    client.commit("x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n").create();
    let policy = blocks(&readme(), "toml").into_iter().next().unwrap();
    let path = client.sandbox().write("policy.toml", policy);
    let path = path.to_str().unwrap();
    let finished = client.provost(&["--rules", path, "check", "--format", "jsonl", "HEAD"]);
    let finished = finished.expect(1);
    let out = finished.out();
    assert!(out.contains(r#""verdict":"reject""#) && out.contains("policy.toml:7"), "{out}");
}

#[test]
fn the_commands_that_are_shown_run() {
    let client = Client::alone();
    client.commit("first").create();
    client.must(&["checkout", "-q", "-b", "topic"]);
    client.commit("second").create();
    fs::write(client.path().join("draft.toml"), "[policy]\ndefault = \"warn\"\n").unwrap();
    let mut seen = 0;
    for (path, text) in pages() {
        for block in blocks(&text, "console") {
            for line in block.lines().filter_map(|line| line.strip_prefix("$ provost ")) {
                let line = line.split('#').next().unwrap();
                // Those are for places of a server, which another test lays out.
                if ["install ", "doctor ", "uninstall ", "policy publish "]
                    .iter()
                    .any(|word| line.starts_with(word))
                {
                    continue;
                }
                let finished = client.provost(&line.split_whitespace().collect::<Vec<_>>());
                assert_eq!(finished.code, Some(0), "{}: {}", path.display(), finished.all());
                seen += 1;
            }
        }
    }
    assert!(seen >= 3, "only {seen} commands");
}

#[test]
fn nothing_is_said_of_where_this_was_written() {
    let words = ["/home/", "/root/", "localhost:", ".git/modules"];
    for (path, text) in pages() {
        for word in words {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
    assert!(Path::new(&root()).join("LICENSE-MIT").exists());
    assert!(Path::new(&root()).join("LICENSE-APACHE").exists());
}
