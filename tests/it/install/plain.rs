//! Plain repositories, folders of them, templates; policies and modes.

use super::super::support::{Sandbox, clean, marked};
use super::{MAIN, REFUSED, bare, enforces, install, provost, push, tree, uninstall};

#[test]
fn a_repository_is_observed_first_enforced_on_request_and_left_as_it_was() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let before = tree(&repository);
    let said = install(&sandbox, &["project.git"]).out();
    assert!(said.contains("a plain repository"), "{said}");
    assert!(said.contains("mode is \"observe\": nothing is refused yet"), "{said}");
    let pushed = push(&sandbox, &repository, "main", &marked("Marked"));
    assert!(pushed.accepted(MAIN), "{}", pushed.all());
    pushed.must_not_say("provost");

    let line = said.lines().find(|line| line.contains("to refuse:")).unwrap();
    let command = line.split("to refuse:").nth(1).unwrap().trim();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    provost(&sandbox, &words).ok();
    enforces(&sandbox, &repository);

    let hook = tree(&repository.join("hooks"));
    let said = install(&sandbox, &["project.git"]).out();
    assert!(
        said.contains("Nothing had to be done.") && said.contains("its mode: enforce"),
        "{said}"
    );
    assert_eq!(tree(&repository.join("hooks")), hook);

    uninstall(&sandbox, &["project.git"]);
    let after = tree(&repository);
    for path in before.keys().filter(|path| path.starts_with("hooks")) {
        assert_eq!(after.get(path), before.get(path), "{}", path.display());
    }
    assert!(!repository.join("hooks/pre-receive").exists());
    assert!(repository.join("provost/rules.toml").exists(), "the policy is the administrator's");
    assert!(uninstall(&sandbox, &["project.git"]).out().contains("Nothing had to be done."));
}

/// The branch is taken away, so that nothing but the baseline knows of its commits.
#[test]
fn what_was_there_before_is_a_baseline_and_is_taken_once() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    push(&sandbox, &repository, "old", &marked("Before there was a hook"));
    install(&sandbox, &["--mode", "enforce", "project.git"]);
    let file = repository.join("provost/baseline/all");
    let taken = std::fs::read_to_string(&file).unwrap();
    assert_eq!(taken.lines().count(), 2, "{taken}");
    sandbox.git("project.git").args(["update-ref", "-d", "refs/heads/old"]).ok();
    let client = super::Client::open(&sandbox, "client-old-project.git");
    let pushed = client.push_to(repository.to_str().unwrap(), &["old"], &[]);
    assert!(pushed.accepted("refs/heads/old"), "{}", pushed.all());
    enforces(&sandbox, &repository);
    let again = install(&sandbox, &["project.git"]).out();
    assert!(again.contains("Nothing had to be done."), "{again}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), taken);
}

#[test]
fn a_dry_run_says_everything_and_does_nothing() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let before = tree(&repository);
    let said = install(&sandbox, &["--dry-run", "project.git"]).out();
    assert!(said.contains("hooks/pre-receive (the hook, for platform plain)"), "{said}");
    assert!(said.contains("the policy, with mode = \"observe\""), "{said}");
    assert_eq!(tree(&repository), before);
}

#[test]
fn all_repositories_below_a_folder_share_one_policy() {
    let sandbox = Sandbox::new();
    let names = ["srv/a.git", "srv/team/b b.git", "srv/team/deep/it's.git"];
    let paths = names.map(|name| bare(&sandbox, name));
    let policy = ["--policy", "etc/rules.toml"];
    install(&sandbox, &[&policy[..], &["--mode", "enforce", "srv"]].concat());
    for path in &paths {
        enforces(&sandbox, path);
        assert!(!path.join("provost/rules.toml").exists());
    }
    let said = install(&sandbox, &[&policy[..], &["srv"]].concat()).out();
    assert!(said.contains("Nothing had to be done.") && said.contains("3 repositories"), "{said}");
    uninstall(&sandbox, &["srv"]);
    let pushed = push(&sandbox, &paths[0], "later", &marked("Marked"));
    assert!(pushed.accepted("refs/heads/later"), "{}", pushed.all());
}

#[test]
fn a_template_gives_the_hook_to_repositories_made_later() {
    let sandbox = Sandbox::new();
    sandbox.write("template/description", "made from a template\n");
    let words = ["--template", "--policy", "rules.toml", "--mode", "enforce", "template"];
    let said = install(&sandbox, &words).out();
    assert!(said.contains("init.templateDir"), "{said}");
    sandbox.git("").args(["init", "-q", "--bare", "--template=template", "new.git"]).ok();
    enforces(&sandbox, &sandbox.path("new.git"));
    uninstall(&sandbox, &["--template", "template"]);
    assert!(!sandbox.path("template/hooks/pre-receive").exists());
}

#[test]
fn the_hook_goes_where_git_looks_for_it() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let elsewhere = sandbox.path("all-hooks");
    sandbox.git("project.git").args(["config", "core.hooksPath"]).arg(&elsewhere).ok();
    // It is outside of the repository, whose owner may have chosen it.
    let refused = provost(&sandbox, &["install", "project.git"]).finish().expect(2);
    assert!(refused.err().contains("is outside of it and was not named"), "{}", refused.all());
    assert!(!elsewhere.exists());
    let named = ["--hooks-directory", "all-hooks", "project.git"];
    let said = install(&sandbox, &[&["--mode", "enforce"][..], &named].concat()).out();
    assert!(said.contains("core.hooksPath is set"), "{said}");
    assert!(elsewhere.join("pre-receive").exists());
    assert!(!repository.join("hooks/pre-receive").exists());
    enforces(&sandbox, &repository);
    provost(&sandbox, &["uninstall", "project.git"]).finish().expect(2);
    assert!(elsewhere.join("pre-receive").exists());
    uninstall(&sandbox, &named);
    assert!(!elsewhere.join("pre-receive").exists());
}

#[test]
fn a_policy_of_the_administrators_is_used_as_it_is() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let text =
        "# ours\n[policy] # here\ncontact = \"oss@example.com\"\nmode = \"warn\" # for now\n";
    let policy = sandbox.write("ours.toml", text);
    install(&sandbox, &["--policy", "ours.toml", "project.git"]);
    assert_eq!(std::fs::read_to_string(&policy).unwrap(), text);
    let pushed = push(&sandbox, &repository, "main", &marked("Marked"));
    assert!(pushed.accepted(MAIN));
    pushed.must_say("accepted, with a warning");
    install(&sandbox, &["--policy", "ours.toml", "--mode", "enforce", "project.git"]);
    let text = text.replace("\"warn\" #", "\"enforce\" #");
    assert_eq!(std::fs::read_to_string(&policy).unwrap(), text);
    let pushed = push(&sandbox, &repository, "other", &marked("Marked"));
    pushed.must_say(REFUSED).must_say("oss@example.com");
}

#[test]
fn the_policy_that_git_names_for_a_repository_is_the_one_that_is_changed() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    sandbox.git("project.git").args(["config", "provost.rules", "policy.toml"]).ok();
    install(&sandbox, &["--mode", "enforce", "project.git"]);
    assert!(repository.join("policy.toml").exists() && !repository.join("provost").exists());
    enforces(&sandbox, &repository);
}

#[test]
fn nothing_is_installed_with_a_policy_that_can_not_judge() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let before = tree(&repository);
    sandbox.write("broken.toml", "[policy]\nmodus = \"enforce\"\n");
    let refused =
        provost(&sandbox, &["install", "--policy", "broken.toml", "project.git"]).finish();
    let refused = refused.expect(2);
    assert!(
        refused.err().contains("broken.toml") && refused.err().contains("modus"),
        "{}",
        refused.all()
    );
    assert_eq!(tree(&repository), before);
}

#[test]
fn what_is_no_place_for_a_hook_is_named_with_the_next_step() {
    let sandbox = Sandbox::new();
    sandbox.write("folder/file", "text");
    for (path, says) in [
        ("missing.git", "there is no missing.git"),
        ("folder", "is no Git repository, and there is none below it"),
        ("folder/file", "is no Git repository"),
    ] {
        let refused = provost(&sandbox, &["install", path]).finish().expect(2);
        assert!(refused.err().contains(says), "{}", refused.all());
        assert!(refused.err().contains("provost install --help"), "{}", refused.all());
    }
    let refused = provost(&sandbox, &["install", "--platform", "gitbub", "."]).finish().expect(2);
    assert!(refused.err().contains("possible values: plain"), "{}", refused.all());
}

#[test]
fn a_place_that_can_not_be_written_is_named_and_a_second_run_mends_it() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    // Where the folder of hooks would be made there is a file: nobody may, root neither.
    std::fs::remove_dir_all(repository.join("hooks")).unwrap();
    sandbox.write("project.git/hooks", "");
    let refused = provost(&sandbox, &["install", "--mode", "enforce", "project.git"]).finish();
    let refused = refused.expect(2);
    assert!(refused.err().contains("project.git/hooks"), "{}", refused.all());
    assert!(refused.err().contains("running it again does the rest"), "{}", refused.all());
    std::fs::remove_file(repository.join("hooks")).unwrap();
    install(&sandbox, &["--mode", "enforce", "project.git"]);
    enforces(&sandbox, &repository);
}

#[test]
fn a_hook_whose_program_is_gone_refuses() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    install(&sandbox, &["--program", "gone/provost", "project.git"]);
    let pushed = push(&sandbox, &repository, "main", &clean("Clean"));
    assert!(pushed.rejected(MAIN));
    pushed.must_say("gone/provost is missing or not executable");
}
