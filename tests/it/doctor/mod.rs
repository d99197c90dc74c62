//! `provost doctor`: what works is proven by pushes, and what would let pushes through
//! unjudged is found, each in its own way.

mod record;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::support::{Finished, Options, PROVOST, Run, Sandbox};

/// A repository with an installed hook, and doctors for it.
struct Patient {
    sandbox: Sandbox,
    path: PathBuf,
}

impl Patient {
    fn new(mode: &str) -> Self {
        Self::init(mode, &[])
    }

    fn init(mode: &str, options: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        sandbox.git("").args(["init", "-q", "--bare"]).args(options).arg("project.git").ok();
        std::fs::create_dir(sandbox.path("tmp")).unwrap();
        let patient = Self { path: sandbox.path("project.git"), sandbox };
        patient.run(&["install", "--mode", mode, "project.git"]).ok();
        patient
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = self.sandbox.run(PROVOST, "").args(arguments);
        run.env("TMPDIR", self.sandbox.path("tmp"))
    }

    fn hook(&self) -> PathBuf {
        self.path.join("hooks/pre-receive")
    }

    fn doctor(&self) -> Finished {
        let finished = self.run(&["doctor", "project.git"]).finish();
        let left = std::fs::read_dir(self.sandbox.path("tmp")).unwrap().count();
        assert_eq!(left, 0, "throw-away repositories stay\n{}", finished.all());
        finished
    }

    #[track_caller]
    fn is_well(&self, says: &[&str]) {
        let finished = self.doctor().expect(0);
        for text in says {
            assert!(finished.out().contains(text), "no `{text}` in {}", finished.all());
        }
    }

    #[track_caller]
    fn is_ill(&self, says: &[&str]) -> String {
        let finished = self.doctor().expect(1);
        for text in says {
            assert!(finished.out().contains(text), "no `{text}` in {}", finished.all());
        }
        assert!(finished.out().contains("What to do:"), "{}", finished.all());
        finished.out()
    }

    fn set_mode(&self, path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

const RUNS: &str = "ok    runs: the hook runs: with broken rules the probe was refused";

#[test]
fn what_each_policy_says_is_what_the_probe_gets() {
    for (mode, gets) in [("enforce", "refused"), ("warn", "accepted"), ("observe", "accepted")] {
        let patient = Patient::new(mode);
        let marked = format!("a marked commit is {gets}, as the policy says");
        patient.is_well(&[&marked, "a clean commit is accepted", RUNS, "The hook works."]);
        let refs = patient.sandbox.git("project.git").args(["for-each-ref"]).ok().out();
        assert_eq!(refs, "", "the repository itself is not pushed to");
    }
}

#[test]
fn a_policy_that_allows_the_marked_commit_is_what_counts() {
    let patient = Patient::new("enforce");
    let text = "[policy]\nmode = \"enforce\"\n[policy.tools]\nclaude-code = \"allow\"\n";
    patient.sandbox.write("project.git/provost/rules.toml", text);
    patient.is_well(&["a marked commit is accepted, as the policy says", RUNS]);
}

#[test]
fn repositories_of_every_format() {
    for options in [
        &["--object-format=sha256"][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ] {
        let patient = Patient::init("enforce", options);
        patient.is_well(&["a marked commit is refused", RUNS]);
    }
}

#[test]
fn settings_of_the_repository_are_those_of_the_probe() {
    let patient = Patient::new("enforce");
    let config = |key: &str, value: &str| {
        patient.sandbox.git("project.git").args(["config", key, value]).ok();
    };
    config("receive.fsckObjects", "true");
    config("receive.unpackLimit", "1");
    config("receive.denyDeletes", "true");
    patient.is_well(&["a marked commit is refused", RUNS]);
    // As an administrator would close a repository.
    config("receive.maxInputSize", "1");
    patient.is_ill(&["a clean commit is refused by something else"]);
}

#[test]
fn a_hook_that_git_passes_over_is_found() {
    let patient = Patient::new("enforce");
    std::fs::remove_file(patient.hook()).unwrap();
    patient.is_ill(&["pre-receive: every push is accepted", "provost install puts it there"]);

    symlink("/nonexistent/hook", patient.hook()).unwrap();
    patient.is_ill(&["is a link to nothing: git accepts every push"]);
    std::fs::remove_file(patient.hook()).unwrap();

    let patient = Patient::new("enforce");
    patient.set_mode(&patient.hook(), 0o644);
    patient.is_ill(&["is not executable: git passes over it", "chmod 755"]);
    patient.set_mode(&patient.hook(), 0o755);

    let elsewhere = ["config", "core.hooksPath", "/nonexistent/hooks"];
    patient.sandbox.git("project.git").args(elsewhere).ok();
    patient.is_ill(&["there is no /nonexistent/hooks/pre-receive: every push is accepted"]);
}

/// What an account's own configuration says for one repository is in force in the probe, too.
#[test]
fn conditions_of_the_configuration_hold_for_the_probe() {
    let patient = Patient::new("enforce");
    let condition = format!("includeIf.gitdir:{}.path", patient.path.display());
    let included = patient.sandbox.path("included");
    patient.sandbox.git("").args(["config", "--global", &condition]).arg(&included).ok();
    std::fs::write(&included, "[receive]\n\tmaxInputSize = 1\n").unwrap();
    patient.is_ill(&["a clean commit is refused by something else"]);
    std::fs::write(&included, "[core]\n\thooksPath = /nonexistent/hooks\n").unwrap();
    patient.is_ill(&["there is no /nonexistent/hooks/pre-receive: every push is accepted"]);
    std::fs::write(&included, "").unwrap();
    // A relative path is relative to the repository's own file.
    patient.sandbox.git("project.git").args(["config", "include.path", "more"]).ok();
    patient.sandbox.write("project.git/more", "[receive]\n\tmaxInputSize = 1\n");
    patient.is_ill(&["a clean commit is refused by something else"]);
}

#[test]
fn a_platform_s_hook_that_git_passes_by_is_found_with_the_command_that_mends_it() {
    let patient = Patient::new("enforce");
    let sandbox = &patient.sandbox;
    sandbox.git("").args(["init", "-q", "--bare", "ora/tool.git"]).ok();
    sandbox.write("ora/tool.git/hooks/pre-receive", "#!/bin/sh\n# AUTO GENERATED BY GITEA\n");
    sandbox.write("ora/tool.git/hooks/pre-receive.d/gitea", "#!/bin/sh\n");
    let words = ["install", "--mode", "enforce", "--policy", "etc/rules.toml", "ora/tool.git"];
    patient.run(&words).ok();
    sandbox.git("ora/tool.git").args(["config", "core.hooksPath", "elsewhere"]).ok();
    let ill = patient.run(&["doctor", "ora/tool.git"]).finish().expect(1);
    let runs = sandbox.path("ora/tool.git/elsewhere/pre-receive");
    let says = format!("git runs {}, and not ", runs.display());
    assert!(ill.out().contains(&says), "{}", ill.all());
    let line = ill.out();
    let line = line.lines().find(|line| line.contains("--unset-all core.hooksPath")).unwrap();
    let command = line.split(".git: ").nth(1).unwrap();
    sandbox.run("sh", "").args(["-c", command]).ok();
    patient.run(&["doctor", "ora/tool.git"]).ok();
}

#[test]
fn state_that_locks_pushers_out_is_found_with_the_command_that_mends_it() {
    let patient = Patient::new("enforce");
    patient.sandbox.write("project.git/provost-unjudged", "");
    let list = patient.path.join("provost-unjudged");
    for mode in [0o600, 0o666] {
        patient.set_mode(&list, mode);
        let said = patient.is_ill(&["WRONG state: ", &format!("has mode {mode:o}")]);
        let line = said.lines().find(|line| line.contains(": chown ")).unwrap();
        let command = line.split(".git: ").nth(1).unwrap();
        patient.sandbox.run("sh", "").args(["-c", command]).ok();
        patient.is_well(&[RUNS, "ok    state: "]);
    }
}

#[test]
fn a_switch_for_configured_hooks_is_found() {
    let patient = Patient::new("enforce");
    for key in ["hook.provost.enabled", "hook.pre-receive.enabled"] {
        patient.sandbox.git("project.git").args(["config", key, "false"]).ok();
        let file = patient.path.join("config");
        let step = format!("git config --file {} --unset-all {key}", file.display());
        patient.is_ill(&[&format!("{key} is false"), &step]);
        patient.sandbox.git("project.git").args(["config", "--unset", key]).ok();
    }
    patient.is_well(&[RUNS]);
}

/// It bears our mark, is executable, and names a program that starts: only a push tells.
#[test]
fn a_hook_that_was_made_to_accept_everything_is_found_by_the_probe() {
    let patient = Patient::new("enforce");
    let text = std::fs::read_to_string(patient.hook()).unwrap();
    let (first, rest) = text.split_once("\nif ").unwrap();
    std::fs::write(patient.hook(), format!("{first}\nexit 0\nif {rest}")).unwrap();
    patient.is_ill(&[
        "a marked commit is accepted, and by the policy should be refused",
        "the hook does not run: with broken rules a push was accepted",
    ]);
    // Also where the policy would accept it anyway.
    patient.sandbox.write("project.git/provost/rules.toml", "[policy]\nmode = \"observe\"\n");
    let said = patient.is_ill(&["the hook does not run"]);
    assert!(said.contains("ok    probe: a marked commit is accepted"), "{said}");
}

#[test]
fn a_program_that_is_gone_or_does_not_start_is_found() {
    let patient = Patient::new("enforce");
    let program = patient.sandbox.write("bin/provost", "#!/bin/sh\nexit 3\n");
    let program = program.to_str().unwrap();
    patient.run(&["install", "--program", program, "project.git"]).ok();
    patient.is_ill(&["does not start", "install the program there"]);
    patient.set_mode(Path::new(program), 0o755);
    patient.is_ill(&["does not start: exit status: 3"]);
    std::fs::remove_file(program).unwrap();
    patient.is_ill(&["does not start"]);
}

#[test]
fn rules_that_do_not_load_are_found_with_their_line() {
    let patient = Patient::new("enforce");
    patient.sandbox.write("project.git/provost/rules.toml", "[policy]\nmodus = \"enforce\"\n");
    patient.is_ill(&["the rules do not load", "rules.toml:2", "modus"]);
}

#[test]
fn what_everybody_may_write_is_found() {
    let patient = Patient::new("enforce");
    for path in
        [patient.hook(), patient.path.join("hooks"), patient.path.join("provost/rules.toml")]
    {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        patient.set_mode(&path, mode | 0o002);
        patient.is_ill(&[&format!("everybody may write {}", path.display()), "chmod o-w"]);
        patient.set_mode(&path, mode);
    }
    patient.is_well(&[RUNS]);
}

#[test]
fn hooks_of_others_are_not_run() {
    let patient = Patient::new("enforce");
    std::fs::remove_file(patient.hook()).unwrap();
    let theirs = format!("#!/bin/sh\n: > '{}'\n", patient.sandbox.path("ran").display());
    patient.sandbox.write("project.git/hooks/pre-receive", theirs);
    patient.set_mode(&patient.hook(), 0o755);
    patient.is_ill(&["is another hook, which was not run"]);
    patient.run(&["install", "project.git"]).ok();
    patient.is_well(&[RUNS]);
    assert!(!patient.sandbox.path("ran").exists());
}

#[test]
fn a_folder_is_as_well_as_its_worst_repository() {
    let patient = Patient::new("enforce");
    patient.sandbox.git("").args(["init", "-q", "--bare", "other.git"]).ok();
    let finished = patient.run(&["doctor", "--format", "json", "."]).finish().expect(1);
    let document: serde_json::Value = serde_json::from_slice(&finished.stdout).unwrap();
    assert_eq!(document["type"], "doctor");
    assert_eq!(document["ok"], false);
    let hooks = document["hooks"].as_array().unwrap();
    let wrong: Vec<&str> = hooks
        .iter()
        .filter(|hook| {
            hook["checks"].as_array().unwrap().iter().any(|check| check["outcome"] == "wrong")
        })
        .map(|hook| hook["path"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, [patient.sandbox.path("other.git").to_str().unwrap()]);
    assert_eq!(hooks.len(), 2);
    let quiet = patient.run(&["-q", "doctor", "."]).finish().expect(1).out();
    assert!(quiet.contains("other.git") && !quiet.contains("project.git"), "{quiet}");
}

#[test]
fn a_hook_for_the_whole_machine() {
    let patient = Patient::new("enforce");
    patient.run(&["uninstall", "project.git"]).ok();
    let hooks = patient.sandbox.path("etc/hooks");
    let policy = patient.sandbox.path("etc/rules.toml");
    let run = |words: &[&str], path: &str| {
        let run =
            patient.run(words).arg("--hooks-directory").arg(&hooks).arg("--policy").arg(&policy);
        let run = run.env("GIT_CONFIG_NOSYSTEM", "0");
        let run = run.env("GIT_CONFIG_SYSTEM", patient.sandbox.path("gitconfig"));
        if path.is_empty() { run.arg("--system") } else { run.arg(path) }
    };
    run(&["install", "--mode", "enforce"], "").ok();
    for path in ["", "project.git"] {
        let well = run(&["doctor"], path).finish().expect(0);
        assert!(
            well.out().contains("a marked commit is refused") && well.out().contains(RUNS),
            "{}",
            well.all()
        );
    }
    // A repository that goes its own way.
    patient.sandbox.git("project.git").args(["config", "core.hooksPath", "hooks"]).ok();
    run(&["doctor"], "").finish().expect(0);
    let ill = run(&["doctor"], "project.git").finish().expect(1);
    assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
    std::fs::remove_file(hooks.join("pre-receive")).unwrap();
    run(&["doctor"], "").finish().expect(1);
}

#[test]
fn a_hook_in_gits_configuration_needs_a_git_that_reads_it() {
    let patient = Patient::new("enforce");
    patient.sandbox.write("bin/git", "#!/bin/sh\necho git version 2.53.0\n");
    patient.set_mode(&patient.sandbox.path("bin/git"), 0o755);
    let path =
        format!("{}:{}", patient.sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    let ill = patient.run(&["doctor", "--configured"]).env("PATH", path).finish().expect(1);
    assert!(ill.out().contains("git is 2.53.0 and passes over hooks"), "{}", ill.all());
}

/// Stand-ins: the platforms are not run, and the output says so.
#[test]
fn hooks_of_platforms_are_called_as_these_document_it() {
    let patient = Patient::new("enforce");
    let sandbox = &patient.sandbox;
    sandbox.git("").args(["init", "-q", "--bare", "ora/tool.git"]).ok();
    sandbox.write("ora/tool.git/hooks/pre-receive", "#!/bin/sh\n# AUTO GENERATED BY GITEA\n");
    sandbox.write("ora/tool.git/hooks/pre-receive.d/gitea", "#!/bin/sh\n");
    std::fs::create_dir_all(sandbox.path("custom_hooks")).unwrap();
    sandbox.write("site/etc/gerrit.config", "");
    sandbox.write("bb/shared/bitbucket.properties", "");
    let words = ["--mode", "enforce", "--policy", "etc/rules.toml"];
    for (path, platform) in [
        ("ora/tool.git", "gitea"),
        ("custom_hooks", "gitlab"),
        ("site", "gerrit"),
        ("bb", "bitbucket"),
    ] {
        let ill = patient.run(&["doctor", path]).finish().expect(1);
        assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
        patient.run(&["install", path]).args(words).ok();
        let well = patient.run(&["doctor", path]).finish().expect(0);
        for text in [
            &format!("{platform} was not run: the hook was called as"),
            "a marked commit is refused",
            RUNS,
        ] {
            assert!(well.out().contains(text), "no `{text}` in {}", well.all());
        }
    }
    std::fs::remove_file(sandbox.path("ora/tool.git/hooks/pre-receive")).unwrap();
    let ill = patient.run(&["doctor", "--platform", "gitea", "ora/tool.git"]).finish().expect(1);
    assert!(ill.out().contains("nothing calls the hook"), "{}", ill.all());
}

#[test]
fn a_hook_that_was_copied_by_hand_is_known_too() {
    let shipped = include_str!("../../../hooks/pre-receive");
    assert!(shipped.contains("\nprovost='/usr/local/bin/provost'\n"));
    let body = shipped.replace("'/usr/local/bin/provost'", &format!("'{PROVOST}'"));
    let server = Options::default().hook(&body).start();
    let run = server.sandbox().run(PROVOST, "").arg("doctor").arg(server.path());
    let well = run.finish().expect(0);
    assert!(well.out().contains(RUNS), "{}", well.all());
}

#[test]
fn where_a_doctor_can_not_look_is_said() {
    let patient = Patient::new("enforce");
    let refused = patient.run(&["doctor", "--platform", "github", "."]).finish().expect(2);
    assert!(refused.err().contains("push a marked commit there"), "{}", refused.all());
    let refused = patient.run(&["doctor", "missing"]).finish().expect(2);
    assert!(refused.err().contains("there is no missing"), "{}", refused.all());
}
