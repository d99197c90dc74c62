//! The presets of `policy init`: each passes lint, and accepts and refuses what it says.

use provost::policy::presets::PRESETS;

use super::{MAIN, under};
use crate::support::{PROVOST, Sandbox};

const CLAUDE: &str = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";
const COPILOT: &str = "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>";
const KERNEL: &str = "Assisted-by: Claude:claude-3-opus";
const SIGNED: &str = "Signed-off-by: Ada <ada@example.com>";

#[test]
fn every_preset_passes_lint() {
    for preset in PRESETS {
        let sandbox = Sandbox::new();
        let run = sandbox.run(PROVOST, ".");
        run.args(["policy", "init", preset.name, "--output", "p/rules.toml"]).ok();
        let run = sandbox.run(PROVOST, ".").args(["--isolated", "--rules", "p/rules.toml"]);
        let finished = run.args(["rules", "lint", "--strict"]).finish();
        assert_eq!(finished.code, Some(0), "{}: {}", preset.name, finished.out());
        // What is there is kept.
        let again = sandbox.run(PROVOST, ".");
        let again = again.args(["policy", "init", preset.name, "--output", "p/rules.toml"]);
        assert_eq!(again.finish().code, Some(2));
    }
}

/// A commit with these trailers, or with this file: whether each preset accepts it.
#[test]
fn presets_accept_and_refuse_what_they_say() {
    let presets = [
        "observe",
        "approved-tools",
        "forbid-all",
        "disclose",
        "forbid-with-waiver",
        "no-trailers",
    ];
    let cases: [(&[&str], &str, [bool; 6]); 9] = [
        (&[], "", [true, true, true, true, true, true]),
        (&[CLAUDE], "", [true, false, false, false, false, false]),
        (&[COPILOT], "", [true, true, false, false, false, false]),
        (&[KERNEL, SIGNED], "", [true, false, false, true, false, false]),
        (&[KERNEL], "", [true, false, false, false, false, false]),
        (
            &["Assisted-by: GitHub Copilot (model: Claude Opus 4.8)"],
            "",
            [true, false, false, false, false, false],
        ),
        (&[], ".tabnine_root", [true, true, false, true, false, true]),
        (&[], ".claude/settings.json", [true, false, false, true, false, true]),
        (&[], "AGENTS.md", [true, true, true, true, true, true]),
    ];
    for (at, name) in presets.iter().enumerate() {
        let preset = provost::policy::presets::by_name(name).unwrap();
        for (trailers, file, accepted) in &cases {
            let (_server, client) = under(preset.text);
            let mut commit = client.commit(format!("Work\n\n{}\n", trailers.join("\n")));
            if !file.is_empty() {
                commit = commit.file(file, "{}\n");
            }
            commit.create();
            let pushed = client.submit(&["main"]);
            let case = format!("{name}: {trailers:?} {file}");
            assert_eq!(pushed.accepted(MAIN), accepted[at], "{case}\n{}", pushed.text());
            assert!(!pushed.text().contains("could not be judged"), "{case}\n{}", pushed.text());
        }
    }
}

#[test]
fn without_a_name_the_presets_are_listed() {
    let sandbox = Sandbox::new();
    let listed = sandbox.run(PROVOST, ".").args(["policy", "init"]).ok();
    assert!(PRESETS.iter().all(|preset| listed.out().contains(preset.name)));
    let wrong = sandbox.run(PROVOST, ".").args(["policy", "init", "nothing"]).finish();
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err().contains("approved-tools"), "{}", wrong.err());
}
