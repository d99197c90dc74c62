//! Markers that match too much, tried on texts that every repository has; and literals
//! that can match nothing.

use std::sync::Arc;

use super::spec::spec;
use crate::document::{Place, Problem};
use crate::finding::{Carrier, Confidence, Kind, Marker};
use crate::marker::{Matchers, Models, Spec, expression, glob};
use crate::rules::entries::Entry;

/// Paths that have nothing to do with any tool.
const ORDINARY_PATHS: [&str; 24] = [
    "README.md",
    "LICENSE",
    "Makefile",
    "src/main.rs",
    "src/lib/util.c",
    "src/index.ts",
    "app/models/user.rb",
    "lib/config.json",
    "docs/index.md",
    "docs/guide/setup.md",
    "test/test_main.py",
    "package.json",
    "Cargo.toml",
    "pom.xml",
    ".gitignore",
    ".editorconfig",
    ".github/workflows/ci.yml",
    ".vscode/settings.json",
    "config/settings.yml",
    "scripts/build.sh",
    "index.html",
    "a",
    "vendor/a/b/c/d.go",
    "CHANGELOG.md",
];

/// Refs that people name.
const ORDINARY_REFS: [&str; 9] = [
    "refs/heads/main",
    "refs/heads/master",
    "refs/heads/develop",
    "refs/heads/feature/login",
    "refs/heads/fix/typo-in-readme",
    "refs/heads/release/1.0",
    "refs/heads/agents-page",
    "refs/tags/v1.0.0",
    "refs/tags/2026-11-01",
];

/// Texts that have nothing in common.
const UNRELATED: [&str; 7] =
    ["x", "Fix the build", "1234", "文字", "-- !", "Ada <ada@example.org>", "claude copilot devin"];

/// Addresses at which anybody can have a mailbox.
const MAILBOXES: [&str; 12] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "qq.com",
    "163.com",
    "126.com",
];

pub(super) fn lint(entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    expressions(entry, problems);
    literals(entry, problems);
    let Some((kind, spec)) = spec(entry) else {
        return;
    };
    if let Spec::Path(_) = spec {
        // An ordinary path may hold a content that is not ordinary.
        if entry.marker.get("structure").is_none() {
            paths(entry, &spec, problems);
        }
        return;
    }
    let marker = Arc::new(Marker {
        id: entry.id().to_owned(),
        tool: String::new(),
        tool_name: String::new(),
        vendor: String::new(),
        kind,
        confidence: Confidence::Weak,
        since: String::new(),
    });
    let matchers = Matchers::new(vec![(marker, spec)], Models::default(), Vec::new());
    let found = |probe: &String| !matchers.find_in_example(kind, probe).is_empty();
    let Probes { texts, key, problem, help } = probes(entry, kind);
    if let Some(probe) = texts.iter().find(|probe| found(probe)) {
        let message = format!("`{}` {problem}: `{probe}`", entry.id());
        let place = place(entry, key, kind, probe);
        problems.push(Problem::warning(place, message).help(help));
    }
}

/// Texts that a marker of a kind should not match.
struct Probes {
    texts: Vec<String>,
    /// The key in which what matches them is written.
    key: &'static str,
    /// What is wrong when one matches.
    problem: &'static str,
    help: &'static str,
}

/// Texts that a marker of this kind should not match.
fn probes(entry: &Entry<'_>, kind: Kind) -> Probes {
    let words = || entry.marker.list("keywords").into_iter().map(|(word, _)| word.trim());
    let names = || words().filter(|word| word.len() > 2 && word.chars().all(char::is_alphabetic));
    let person = |word: &str| {
        let name = capital(word);
        format!("{name} Paroz <{}@example.org>", word.to_lowercase())
    };
    // Weak markers may be ones that people have too.
    let by_name = entry.marker.get("emails").is_none()
        && entry.marker.get("logins").is_none()
        && entry.marker.text("confidence") == "strong";
    let of_line = "anchor the expression with ^ and $: an attribution stands alone on its line";
    let of_person = "people have this name too; compare an address, or the whole value";
    match kind {
        Kind::Ref => Probes {
            texts: ORDINARY_REFS.map(str::to_owned).to_vec(),
            key: "refs",
            problem: "also matches an ordinary ref",
            help: "name the tool's own prefix, `refs/heads/tool/**` say",
        },
        Kind::Line => {
            let texts = words().flat_map(|word| {
                [
                    format!("We looked at {word} and decided against it."),
                    format!("Fix a crash in {word} when the file is empty"),
                    format!("docs: explain how to switch {word} off"),
                ]
            });
            let problem = "also matches a sentence that only mentions it";
            Probes { texts: texts.collect(), key: "pattern", problem, help: of_line }
        }
        Kind::Content => {
            let texts = words().map(|word| format!("// See the manual of {word} for details."));
            let problem = "also matches a comment that only mentions it";
            Probes { texts: texts.collect(), key: "pattern", problem, help: of_line }
        }
        Kind::Trailer | Kind::SignOff | Kind::Identity => {
            let texts: Vec<String> = names().filter(|_| by_name).map(person).collect();
            let key = if kind == Kind::SignOff { "Signed-off-by" } else { "Co-authored-by" };
            let is_person = kind.carrier() == Carrier::Person;
            let credit = |text: String| if is_person { text } else { format!("{key}: {text}") };
            let texts = texts.into_iter().map(credit).collect();
            Probes { texts, key: "keywords", problem: "also matches a person", help: of_person }
        }
        // Paths are compared glob by glob; the others name a whole key, ref or format.
        Kind::Signature | Kind::Path | Kind::Note | Kind::Tamper => {
            Probes { texts: Vec::new(), key: "id", problem: "", help: "" }
        }
    }
}

/// Globs over paths, one by one.
fn paths(entry: &Entry<'_>, spec: &Spec, problems: &mut Vec<Problem>) {
    let help = "name the tool's own directory or file, `**/.tool/**` say";
    for (claim, (text, place)) in spec.claims().iter().zip(entry.marker.list("paths")) {
        let Some(glob) = glob(&claim.literal) else {
            continue;
        };
        let ordinary: Vec<&&str> =
            ORDINARY_PATHS.iter().filter(|path| glob.is_match(path)).collect();
        let mut parts = text.split('/').filter(|part| !part.is_empty() && *part != "**");
        let extension = parts.clone().count() == 1
            && text.trim_matches(['*', '/']).starts_with('.')
            && parts.next_back().is_some_and(|last| last.starts_with('*'));
        let id = entry.id();
        problems.extend(match ordinary.first() {
            Some(_) if ordinary.len() * 2 > ORDINARY_PATHS.len() => {
                let message = format!("`{text}` of `{id}` matches nearly every path");
                Some(Problem::new(place, message).help(help))
            }
            Some(path) => {
                let message = format!("`{id}` also matches an ordinary path: `{path}`");
                Some(Problem::warning(place, message).help(help))
            }
            None if extension => {
                let message = format!("`{text}` of `{id}` matches every file of this extension");
                Some(Problem::warning(place, message).help(help))
            }
            None => None,
        });
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), characters.as_str())
}

/// The glob that matches the probe; otherwise the key.
fn place<'n>(entry: &Entry<'n>, key: &str, kind: Kind, probe: &str) -> &'n Place {
    let list = entry.marker.list(key);
    let alone = list.iter().find(|(text, _)| {
        let begins = text.trim_start_matches('*').trim_start_matches('/');
        let begins = begins.split(['*', '?', '[', '{']).next().unwrap_or_default();
        kind == Kind::Ref && probe.contains(begins)
    });
    alone.map_or_else(|| entry.marker.place_of(key), |(_, place)| place)
}

/// Expressions that match nothing in particular. Those of an administrator's layers that
/// match an empty text were refused at loading.
fn expressions(entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    for key in ["pattern", "value", "names"] {
        for (text, place) in entry.marker.list(key) {
            let whole = key == "names" && entry.kind() != Some(Kind::Identity);
            let text = if whole { format!("^(?:{text})$") } else { text.to_owned() };
            let Some(compiled) = expression(&text) else {
                continue;
            };
            let id = entry.id();
            if compiled.is_match("") {
                let message = format!("an expression of `{id}` matches an empty text");
                let help = "anchor it with ^ and name what must be there";
                problems.push(Problem::new(place, message).help(help));
            } else if UNRELATED.iter().all(|text| compiled.is_match(text)) {
                let message = format!("an expression of `{id}` matches every text");
                let help = "it adds nothing; name what must be there, or take it away";
                problems.push(Problem::new(place, message).help(help));
            }
        }
    }
}

/// Literals that can't be found, or are found everywhere.
fn literals(entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    let marker = entry.marker;
    for (email, place) in marker.list("emails") {
        let whole = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !email.contains(['*', ' ', '<', '>'])
        });
        if !whole {
            let message = format!("`{email}` is not a whole address, so it never matches");
            let help = "addresses are compared whole; a domain belongs to people too";
            problems.push(Problem::new(place, message).help(help));
        } else if MAILBOXES.iter().any(|domain| email.ends_with(&format!("@{domain}"))) {
            let message = format!("`{email}` is an address that a person may have");
            let help = "be sure that only the tool uses it, and say in `source` how you know";
            let own = !place.source.built_in;
            problems.extend(own.then(|| Problem::warning(place, message).help(help)));
        }
    }
    for (login, place) in marker.list("logins") {
        if login.contains(['@', '+', ' ', '<']) {
            let message = format!("`{login}` is not a login, so it never matches");
            let help = "give the login alone, `copilot` for 1+copilot@users.noreply.github.com";
            problems.push(Problem::new(place, message).help(help));
        }
    }
    for (key, place) in marker.list("keys") {
        let letters = key.chars().filter(char::is_ascii_alphanumeric).count();
        let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_ ".contains(c));
        if letters == 0 || !plain || key.len() > 48 {
            let message = format!("no line has the key `{key}`");
            let help = "a key has ASCII letters, digits, `-`, `_` and spaces, at most 48";
            problems.push(Problem::new(place, message).help(help));
        }
    }
    for (word, place) in marker.list("keywords") {
        if word.len() < 2 {
            let message = format!("the keyword `{word}` is on nearly every line");
            let help = "a keyword saves trying the expression; take a word that is rare";
            problems.push(Problem::warning(place, message).help(help));
        }
    }
}
