//! The catalogue's credit lines and footers as they arrive in real messages: in squash
//! bodies, indented, quoted, wrapped, without brackets; and look-alikes in the same forms,
//! which must show nothing.

use std::collections::BTreeMap;

use provost::config::{self, Config, Layers};
use provost::finding::Kind;
use provost::rules::entries;
use provost::rules::subject::Subject;

fn built_in() -> Config {
    config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap()
}

/// A way to write a line into a message.
type Variant = fn(&str) -> Option<String>;

/// Forms that any line can have.
fn of_lines() -> Vec<(&'static str, Variant)> {
    vec![
        ("plain", |line| Some(format!("Subject\n\n{line}\n"))),
        ("without an end", |line| Some(format!("Subject\n{line}"))),
        ("lower case", |line| Some(format!("Subject\n\n{}\n", line.to_lowercase()))),
        ("indented", |line| Some(format!("Subject\n\n    {line}\n"))),
        ("in a squash body", |line| Some(format!("Squash (#1)\n\n* One\n\n* {line}\n\n* Two\n"))),
        ("a list item", |line| Some(format!("Subject\n\n- {line}\n"))),
        ("quoted", |line| Some(format!("Subject\n\n> {line}\n"))),
        ("CRLF", |line| Some(format!("Subject\r\n\r\n{line}\r\n"))),
        ("white space behind", |line| Some(format!("Subject\n\n{line} \t \n"))),
        ("more text below", |line| Some(format!("Subject\n\n{line}\n\nMore text.\n"))),
    ]
}

fn parts(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(": ")?;
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    plain.then_some((key, value))
}

/// A credit line with an address in brackets, its name and address.
fn person(line: &str) -> Option<(&str, &str, &str)> {
    let (key, value) = parts(line)?;
    let (name, email) = value.split_once(" <")?;
    Some((key, name, email.strip_suffix('>').filter(|email| email.contains('@'))?))
}

/// Forms that only credit lines have.
fn of_credits() -> Vec<(&'static str, Variant)> {
    fn with(key: &str, value: impl AsRef<str>) -> Option<String> {
        Some(format!("Subject\n\n{key}{}\n", value.as_ref()))
    }
    vec![
        ("no blank", |line| parts(line).and_then(|(key, value)| with(key, format!(":{value}")))),
        ("a tab", |line| parts(line).and_then(|(key, value)| with(key, format!(":\t{value}")))),
        ("a blank before", |line| {
            parts(line).and_then(|(key, value)| with(key, format!(" : {value}")))
        }),
        ("underscores", |line| {
            parts(line).and_then(|(key, value)| with(&key.replace('-', "_"), format!(": {value}")))
        }),
        ("bold key", |line| {
            parts(line).and_then(|(key, value)| with("", format!("**{key}:** {value}")))
        }),
        ("no brackets", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name} {email}")))
        }),
        ("unclosed bracket", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name} <{email}")))
        }),
        ("round brackets", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name} ({email})")))
        }),
        ("blanks in the brackets", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name} < {email} >")))
        }),
        ("mailto", |line| {
            person(line)
                .and_then(|(key, name, email)| with(key, format!(": {name} <mailto:{email}>")))
        }),
        ("wrapped before the address", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name}\n  <{email}>")))
        }),
        ("a quoted name", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": \"{name}\" <{email}>")))
        }),
        ("a full stop behind", |line| {
            person(line).and_then(|(key, name, email)| with(key, format!(": {name} <{email}>.")))
        }),
    ]
}

fn tools(config: &Config, message: &str) -> Vec<String> {
    let subject = Subject::Message { encoding: None, text: message.as_bytes().to_vec() };
    let found = subject.findings(&config.rules.matchers);
    found.iter().map(|finding| finding.marker.tool.clone()).collect()
}

#[test]
fn every_line_of_the_catalogue_is_found_in_every_form() {
    let config = built_in();
    let variants: Vec<_> = of_lines().into_iter().chain(of_credits()).collect();
    let mut tried = 0;
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in entries::markers(&config.merged) {
        if !matches!(entry.kind(), Some(Kind::Trailer | Kind::SignOff | Kind::Line)) {
            continue;
        }
        for (hit, _) in entry.marker.list("hits") {
            let line = hit.trim();
            if line.contains('\n') {
                continue;
            }
            for (name, variant) in &variants {
                let Some(message) = variant(line) else { continue };
                tried += 1;
                if !tools(&config, &message).iter().any(|tool| tool == entry.tool.text("id")) {
                    missed.entry(name).or_default().push(format!("{}: {line}", entry.id()));
                }
            }
        }
    }
    assert!(tried > 8000, "only {tried}");
    assert!(missed.is_empty(), "{} of {tried}: {missed:#?}", missed.values().flatten().count());
}

/// People, sentences and other programs' lines that look like marks.
const LOOK_ALIKES: [&str; 84] = [
    "feat(rules): detect Claude Code OAuth tokens and MCP server credentials",
    "feat: add Claude Code session URL detection",
    "feat: add Anthropic API key detection (#1910)",
    "feat(rules): create new gemini rules",
    "fix(ai): honor the \"type\" transport key used by Cursor",
    "feat: mcp activity history for Copilot",
    "feat(ai): skip already-shipped records via a local cursor",
    "feat(hooks): add claude code compatibility",
    "fix: address Copilot suggestions",
    "Address Copilot review feedback on PR #3867",
    "feat(mcp): add `gemini mcp` commands",
    "fix(assert-camunda-git-emails): allow noreply@anthropic.com in email allowlist (#742)",
    "Adds `noreply@anthropic.com` to the hardcoded email allowlist",
    "- Claude regex anchors to noreply@anthropic.com / GitHub noreply",
    "committer email is noreply@anthropic.com - the identity Claude Code uses",
    "- Generated with Crush line, including validation and default preservation.",
    "'generated by an AI' in CONTRIBUTING.md",
    "created by github.com/charmbracelet/crush/internal/shell.(*Shell).Start in goroutine 28",
    "produced by the \"cursor up\" key is ^[[A.",
    "Code generated by AI tools is not accepted",
    "Do not submit code generated by AI",
    "Powered by Continue",
    "Support Qwen Code models",
    "Cursor integration docs",
    "Raspberry Pi support",
    "Change cursor to a hand cursor when over a SHA1 ID link",
    "Merge branch 'gitk-cursor-keys'",
    "Assisted-by: Waldek Maleska <weakcamel@users.github.com>",
    "Helped-by: Jeff King <peff@peff.net>",
    "Original-patch-by: Claude Paroz <claude@2xlibre.net>",
    "Assisted-by: AGENT_NAME:MODEL_VERSION",
    "Co-authored-by: none",
    "AI-assisted: no",
    "AI-assisted: none",
    "AI-assisted: n/a",
    "AI-Assisted: false",
    "Assisted-by: coccinelle sparse",
    "Generated by protoc-gen-go. DO NOT EDIT.",
    "Generated by https://github.com/rhysd/changelog-from-release",
    "Generated-by: coccinelle",
    "Generated-by: scripts/checkpatch.pl",
    "Co-authored-by: Claude Paroz <claude@2xlibre.net>",
    "Co-authored-by: Devin Doucette <devin@doucette.cc>",
    "Co-authored-by: Jules Maselbas <jules.maselbas@grenoble-inp.org>",
    "Co-authored-by: Junior Jules <212930875+JULES-JUNIOR@users.noreply.github.com>",
    "Co-authored-by: Cody Sehl <c@example.com>",
    "Co-authored-by: Aiden Cline <63023139+rekram1-node@users.noreply.github.com>",
    "Co-authored-by: Travis Cline <travis.cline@gmail.com>",
    "Co-authored-by: Kimihiko Kitase <k@example.com>",
    "Co-authored-by: Charlie Tonneslan <c@example.com>",
    "Co-authored-by: Pi Fisher <p@example.com>",
    "Signed-off-by: Michael J Gruber <git@drmicha.warpmail.net>",
    "Co-authored-by: alex <alex@entire.io>",
    "Co-authored-by: j <j@fast.ai>",
    "Co-authored-by: Ashwin <ashwin@anthropic.com>",
    "Co-authored-by: Taylor Blau <ttaylorr@openai.com>",
    "Co-authored-by: Agus <agus@zed.dev>",
    "Co-authored-by: Nik <nik@cline.bot>",
    "Co-authored-by: Bruno <bruno@roocode.com>",
    "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    "Co-authored-by: github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
    "Co-authored-by: gemini-cli-robot <gemini-cli-robot@google.com>",
    "Co-authored-by: GitHub <noreply@github.com>",
    "Co-authored-by: Cline Evaluation <cline@example.com>",
    "Signed-off-by: Claude Dioudonnat <cdioudonnat@itnetwork.fr>",
    "Helped-by: Claude Dupont <cd@example.fr>",
    "Created-by: Cursor library author <a@example.com>",
    "Built-with: Bolt",
    "Created-with: Sweep",
    "Generated-with: Crush step 3 of ore",
    "Agent: claude code hooks",
    "Written by Claude Monet",
    "Generated by Claude Shannon's method",
    "Built with Bolt",
    "wip w/ claude",
    "We add the line `Co-Authored-By: Claude <noreply@anthropic.com>` when asked",
    "see https://claude.ai/code/session_01A for details",
    "AI-Lines: 0",
    "Change-Id: I0123456789abcdef0123456789abcdef01234567",
    "Tool: coccinelle",
    "Potential fix for null pointer",
    "Merge pull request #1 from octo/copilot/fix-1",
    "Merge branch 'claude/foo' into main",
    "Reported-by: Claude <noreply@anthropic.com>",
];

#[test]
fn look_alikes_show_nothing_in_any_form() {
    let config = built_in();
    let variants: Vec<_> = of_lines().into_iter().chain(of_credits()).collect();
    for line in LOOK_ALIKES {
        for (name, variant) in &variants {
            let Some(message) = variant(line) else { continue };
            let found = tools(&config, &message);
            assert!(found.is_empty(), "{name}: {line}: {found:?}");
        }
        let found = tools(&config, &format!("{line}\n"));
        assert!(found.is_empty(), "as a subject: {line}: {found:?}");
    }
}
