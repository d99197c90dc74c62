//! The recipes for CI jobs and for the pre-commit framework: their own scripts, run with
//! recorded events. No runner is started here.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Client, Finished, PROVOST, Run, Sandbox, clean, marked};

const CHECK: &str = include_str!("../../../hooks/ci/check");
const GITHUB: &str = include_str!("../../../hooks/ci/github-actions.yml");
const GITLAB: &str = include_str!("../../../hooks/ci/gitlab-ci.yml");
const PRE_COMMIT: &str = include_str!("../../../.pre-commit-hooks.yaml");

/// A project with a topic of a clean and, if asked for, a marked commit; a marked one is on
/// the default branch already.
struct Project {
    client: Client,
    base: String,
    head: String,
}

impl Project {
    fn new(sin: bool) -> Self {
        let sandbox = Sandbox::new();
        sandbox.git("").args(["init", "-q", "--bare", "project.git"]).ok();
        let script = format!("#!/bin/sh\nexec '{PROVOST}' --isolated \"$@\"\n");
        let program = sandbox.write("bin/provost", script);
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let client = Client::init(&sandbox, "work", &[]);
        let url = format!("file://{}", sandbox.path("project.git").display());
        client.must(&["remote", "add", "origin", &url]);
        client.commit(marked("An old sin")).create();
        let base = client.commit(clean("Base")).create();
        client.must(&["push", "-q", "origin", "main"]);
        client.must(&["switch", "-q", "-c", "topic"]);
        let message = if sin { marked("Topic") } else { clean("Topic") };
        client.commit(message).create();
        let head = client.commit(clean("On top")).create();
        client.must(&["push", "-q", "origin", "topic"]);
        Self { client, base, head }
    }

    /// A job's clone, with the script where a recipe wants it.
    fn job(&self, folder: &str, depth: &[&str]) -> Run {
        let sandbox = self.client.sandbox();
        let url = self.client.must(&["remote", "get-url", "origin"]);
        sandbox.git("").args(["clone", "-q", "-b", "topic"]).args(depth).args([&url, "job"]).ok();
        sandbox.write(format!("job/{folder}/provost/check"), CHECK);
        let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
        sandbox.run("sh", "job").env("PATH", path)
    }

    /// An event as GitHub records it, cut to what is read.
    fn github_event(&self, pull_request: bool) -> serde_json::Value {
        let zeros = "0".repeat(40);
        let repository = serde_json::json!({ "default_branch": "main" });
        if pull_request {
            let (base, head) = (&self.base, &self.head);
            serde_json::json!({
                "number": 7,
                "pull_request": { "base": { "sha": base, "ref": "main" }, "head": { "sha": head } },
                "repository": repository,
            })
        } else {
            serde_json::json!({ "before": zeros, "after": self.head, "repository": repository })
        }
    }

    fn github(&self, pull_request: bool, depth: &[&str]) -> Finished {
        let event = self.github_event(pull_request);
        // On a pull request this is the merge that GitHub makes up.
        let sha = if pull_request { "f".repeat(40) } else { self.head.clone() };
        let base_ref = if pull_request { "main" } else { "" };
        let value = |name: &str| {
            let name = name.trim().strip_prefix("github.").unwrap();
            match name.strip_prefix("event.") {
                Some(path) => {
                    let found = event.pointer(&format!("/{}", path.replace('.', "/")));
                    found.and_then(|value| value.as_str()).unwrap_or_default().to_owned()
                }
                None => match name {
                    "sha" => sha.clone(),
                    "base_ref" => base_ref.to_owned(),
                    "ref_name" => "topic".to_owned(),
                    other => panic!("{other}"),
                },
            }
        };
        let mut run = self.job(".github", depth);
        let mut set = 0;
        for line in GITHUB.lines() {
            let pair = line.trim().split_once(": ${{ ").filter(|(name, _)| *name != "ref");
            if let Some((name, expression)) = pair {
                let names = expression.trim_end_matches(" }}").split("||").map(value);
                run = run.env(name, names.into_iter().find(|v| !v.is_empty()).unwrap_or_default());
                set += 1;
            }
        }
        assert_eq!(set, 4);
        let script = GITHUB.lines().find_map(|line| line.trim().strip_prefix("run: ")).unwrap();
        run.args(["-c", script]).finish()
    }

    fn gitlab(&self, merge_request: bool, depth: &[&str]) -> Finished {
        let lines = GITLAB.split("  script:\n").nth(1).unwrap().lines();
        let script: String =
            lines.map(|line| format!("{}\n", line.trim().strip_prefix("- ").unwrap())).collect();
        let run = self.job(".gitlab", depth).args(["-e", "-c", &script]);
        let run = run.env("CI_COMMIT_SHA", &self.head).env("CI_DEFAULT_BRANCH", "main");
        let run = run.env("CI_COMMIT_BEFORE_SHA", "0".repeat(40));
        if merge_request {
            let run = run.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", &self.base);
            run.env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main").finish()
        } else {
            run.env("CI_COMMIT_BRANCH", "topic").finish()
        }
    }
}

#[test]
fn github_judges_the_commits_of_a_pull_request_and_of_a_new_branch() {
    for pull_request in [true, false] {
        let refused = Project::new(true).github(pull_request, &[]).expect(1);
        assert!(refused.out().contains("2 commits judged"), "{}", refused.all());
        assert!(!refused.out().contains("An old sin"), "{}", refused.all());
        Project::new(false).github(pull_request, &[]).expect(0);
        let shallow = Project::new(false).github(pull_request, &["--depth=1"]).expect(2);
        assert!(shallow.err().contains("fetch-depth: 0"), "{}", shallow.all());
    }
}

#[test]
fn gitlab_judges_the_commits_of_a_merge_request_and_of_a_new_branch() {
    for merge_request in [true, false] {
        let refused = Project::new(true).gitlab(merge_request, &[]).expect(1);
        assert!(refused.out().contains("2 commits judged"), "{}", refused.all());
        Project::new(false).gitlab(merge_request, &[]).expect(0);
        Project::new(false).gitlab(merge_request, &["--depth=1"]).expect(2);
    }
}

#[test]
fn a_base_that_is_not_there_is_no_reason_to_pass() {
    let mut project = Project::new(false);
    project.base = "1".repeat(40);
    let unknown = project.github(true, &[]).expect(2);
    assert!(unknown.err().contains("is not in this clone"), "{}", unknown.all());
}

/// The framework splits an entry as a shell would, and gives the variables of the first
/// ref.
#[test]
fn the_pre_commit_framework_gets_commands_that_judge() {
    let entries: Vec<&str> =
        PRE_COMMIT.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    let [push, message] = entries[..] else { panic!("{entries:?}") };
    for (sin, code) in [(true, 1), (false, 0)] {
        let project = Project::new(sin);
        let entry = |entry: &str| project.job(".", &[]).args(["-c", entry]);
        let run = entry(push).env("PRE_COMMIT_FROM_REF", &project.base);
        let run = run.env("PRE_COMMIT_TO_REF", &project.head);
        let judged = run.env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main").finish();
        let judged = judged.expect(code);
        assert!(judged.out().contains("2 commits judged"), "{}", judged.all());
    }
    let project = Project::new(true);
    project.client.sandbox().write("message", marked("Marked"));
    let command = format!("{message} ../message");
    project.job(".", &[]).args(["-c", &command]).finish().expect(1);
}
