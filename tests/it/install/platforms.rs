//! Platforms that have places of their own for hooks: what `provost install` puts there,
//! called by stand-ins of them. The server suite has a real gitolite.

use std::path::Path;

use super::super::stand_ins::gitaly;
use super::super::stand_ins::gitea::DELEGATE;
use super::super::support::{Client, PROVOST, Sandbox, clean, marked};
use super::{MAIN, REFUSED, bare, enforces, install, provost, push, script, tree, uninstall};

#[test]
fn gitea_keeps_its_own_hook_and_calls_ours_beside_it() {
    for (name, platform) in [("gitea", "gitea"), ("forgejo", "forgejo")] {
        let sandbox = Sandbox::new();
        let repository = bare(&sandbox, "ora/tool.git");
        let delegate = DELEGATE.replace("GITEA,", &format!("{},", name.to_uppercase()));
        let delegate = script(&sandbox, "ora/tool.git/hooks/pre-receive", &delegate);
        let own = format!("ora/tool.git/hooks/pre-receive.d/{name}");
        script(&sandbox, &own, "#!/bin/sh\ncat >/dev/null\necho own\n");
        let before = tree(&repository.join("hooks"));
        // A policy whose text needs the pusher: the one that the platform names.
        let words = ["--policy", "rules.toml", "--mode", "enforce", "ora"];
        let said = install(&sandbox, &words).out();
        assert!(said.to_lowercase().contains(&format!("a repository of {platform}")), "{said}");
        let hook = repository.join("hooks/pre-receive.d/provost");
        let text = std::fs::read_to_string(&hook).unwrap();
        assert!(text.contains(&format!("pre-receive --platform {platform}")), "{text}");
        enforces(&sandbox, &repository);
        let pushed = push(&sandbox, &repository, "more", &marked("Marked"));
        pushed.must_say("own").must_say(REFUSED);
        // Gitea writes its own hooks anew now and then; ours is none of them.
        std::fs::remove_file(&delegate).unwrap();
        let said = install(&sandbox, &["--platform", platform, "--policy", "rules.toml", "ora"]);
        assert!(said.err().contains("Resynchronize pre-receive hooks"), "{}", said.all());
        let again = script(&sandbox, "ora/tool.git/hooks/pre-receive", DELEGATE);
        let text = DELEGATE.replace("GITEA,", &format!("{},", name.to_uppercase()));
        std::fs::write(again, text).unwrap();
        uninstall(&sandbox, &["ora"]);
        assert_eq!(tree(&repository.join("hooks")), before);
    }
}

#[test]
fn gitlab_calls_it_for_all_repositories_or_for_one() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "@hashed/6b/86/one.git");
    let global = sandbox.path("gitaly/custom_hooks");
    std::fs::create_dir_all(&global).unwrap();
    let hooks = gitaly::over(&sandbox, "web");
    script(&sandbox, "@hashed/6b/86/one.git/hooks/pre-receive", &hooks);
    let policy = ["--policy", "rules.toml", "--mode", "enforce"];
    let said = install(&sandbox, &[&policy[..], &["gitaly/custom_hooks"]].concat()).out();
    assert!(said.contains("every Gitaly node"), "{said}");
    enforces(&sandbox, &repository);
    let pushed = push(&sandbox, &repository, "web", &marked("Marked"));
    pushed.must_say(&format!("GL-HOOK-ERR: provost: {REFUSED}"));
    uninstall(&sandbox, &["gitaly/custom_hooks"]);
    let pushed = push(&sandbox, &repository, "between", &marked("Marked"));
    assert!(pushed.accepted("refs/heads/between"), "{}", pushed.all());

    let said = install(&sandbox, &[&policy[..], &["@hashed/6b/86/one.git"]].concat()).out();
    assert!(said.contains("a repository of GitLab"), "{said}");
    assert!(repository.join("custom_hooks/pre-receive.d/provost").exists());
    enforces_again(&sandbox, &repository);
}

fn enforces_again(sandbox: &Sandbox, repository: &Path) {
    let pushed = push(sandbox, repository, "again", &marked("Marked"));
    assert!(pushed.rejected("refs/heads/again"), "{}", pushed.all());
    pushed.must_say(REFUSED);
}

#[test]
fn gitolite_is_told_what_to_do_when_local_code_is_not_set() {
    let sandbox = Sandbox::new();
    let rc = "%RC = (\n    # LOCAL_CODE                =>  \"$ENV{HOME}/local\",\n);\n";
    sandbox.write("home-of-git/.gitolite.rc", rc);
    let refused = provost(&sandbox, &["install", "home-of-git"]).finish().expect(2);
    assert!(refused.err().contains("LOCAL_CODE is not set"), "{}", refused.all());
    let rc = "%RC = (\n    LOCAL_CODE                =>  \"$ENV{HOME}/local\",\n);\n";
    sandbox.write("home-of-git/.gitolite.rc", rc);
    let words = ["--policy", "rules.toml", "home-of-git"];
    let said = install(&sandbox, &words).out();
    assert!(said.contains("gitolite setup --hooks-only"), "{said}");
    let common = sandbox.path("home-of-git/local/hooks/common/pre-receive");
    assert!(std::fs::read_to_string(&common).unwrap().contains("--platform gitolite"));
    let said = install(&sandbox, &[&["--vref"], &words[..]].concat()).out();
    assert!(said.contains("-  VREF/provost = @all"), "{said}");
    assert!(sandbox.path("home-of-git/local/VREF/provost").exists());
    uninstall(&sandbox, &["home-of-git"]);
    assert!(!common.exists() && !sandbox.path("home-of-git/local/VREF/provost").exists());
}

#[test]
fn a_repository_of_gitolite_is_left_to_gitolite() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "repositories/one.git");
    let update = "/var/lib/gitolite3/.gitolite/hooks/common/update";
    std::os::unix::fs::symlink(update, repository.join("hooks/update")).unwrap();
    let before = tree(&repository);
    for path in ["repositories/one.git", "repositories"] {
        let words = ["install", "--policy", "rules.toml", path];
        let refused = provost(&sandbox, &words).finish().expect(2);
        assert!(refused.err().contains("where .gitolite.rc is"), "{}", refused.all());
    }
    assert_eq!(tree(&repository), before);
}

#[test]
fn gerrit_calls_hooks_with_options_and_takes_their_exit_code() {
    let sandbox = Sandbox::new();
    sandbox.write("site/etc/gerrit.config", "[gerrit]\n\tbasePath = git\n");
    script(&sandbox, "site/hooks/ref-update", "#!/bin/sh\necho theirs \"$2\"\n");
    let words = ["--policy", "rules.toml", "--mode", "enforce", "site"];
    let said = install(&sandbox, &words);
    assert!(said.err().contains("plugins/hooks.jar is not there"), "{}", said.all());
    let repository = bare(&sandbox, "site/git/tools/builder.git");
    let client = Client::init(&sandbox, "client", &[]);
    let old = client.commit(clean("Clean")).create();
    client.push_to(repository.to_str().unwrap(), &["main"], &[]);
    let new = client.commit(marked("Marked")).create();
    // Gerrit stores what it receives before it asks.
    client.push_to(repository.to_str().unwrap(), &["main:refs/changes/01/1/1"], &[]);
    for (hook, more) in
        [("ref-update", &[][..]), ("commit-received", &["--cmdref", "refs/for/main"])]
    {
        let ask = |from: &str, to: &str| {
            let run =
                sandbox.run(sandbox.path("site/hooks").join(hook), "site/git/tools/builder.git");
            let run = run.env("GIT_DIR", &repository).args(["--project", "tools/builder"]);
            let run = run.args(["--refname", MAIN, "--uploader", "Ann <ann@example.com>"]);
            let run = run.args(["--uploader-username", "ann", "--oldrev", from, "--newrev", to]);
            run.args(more).finish()
        };
        let refused = ask(&old, &new).expect(1);
        assert!(refused.err().contains(REFUSED), "{}", refused.all());
        assert_eq!(refused.out().contains("theirs tools/builder"), hook == "ref-update");
        ask(&"0".repeat(40), &old).expect(0);
        // A commit that is not there yet can't be judged, so it is refused.
        ask(&old, &"1".repeat(40)).expect(2);
    }
}

#[test]
fn bitbucket_gets_a_script_to_be_registered() {
    let sandbox = Sandbox::new();
    sandbox.write("home-of-bb/shared/bitbucket.properties", "jdbc.user=x\n");
    let words = ["--policy", "rules.toml", "--mode", "enforce", "home-of-bb"];
    let said = install(&sandbox, &words);
    assert!(said.err().contains("feature.hook.scripts=true"), "{}", said.all());
    assert!(said.out().contains("HookScriptService"), "{}", said.all());
    sandbox.write("home-of-bb/shared/bitbucket.properties", "feature.hook.scripts = true\n");
    assert_eq!(install(&sandbox, &words).err(), "");
    let repository = bare(&sandbox, "repository");
    let call = format!(
        "#!/bin/sh\nexport BB_HOOK_TRIGGER_ID=push BB_PROJECT_KEY=ORA BB_REPO_SLUG=tool\n\
         export BB_USER_NAME=ann BB_IS_DRY_RUN=false\nexec {}\n",
        sandbox.path("home-of-bb/shared/provost/pre-receive.sh").display()
    );
    script(&sandbox, "repository/hooks/pre-receive", &call);
    enforces(&sandbox, &repository);
}

/// A program of the C compiler that this project needs anyway, without libraries.
fn static_program(sandbox: &Sandbox) -> std::path::PathBuf {
    let source = sandbox.write("static.c", "int main(void) { return 0; }\n");
    let program = sandbox.path("static");
    sandbox.run("cc", "").args(["-static", "-o"]).arg(&program).arg(source).ok();
    program
}

#[test]
fn github_gets_a_script_and_an_environment_without_libraries() {
    let sandbox = Sandbox::new();
    let program = static_program(&sandbox);
    std::fs::create_dir(sandbox.path("hooks")).unwrap();
    let program = program.to_str().unwrap();
    let words = ["--platform", "github", "hooks", "--shell", program];
    let refused = provost(&sandbox, &["install"]).args(words).finish().expect(2);
    let says = format!("{PROVOST} can't be used: it needs libraries");
    assert!(refused.err().contains(&says), "{}", refused.all());
    assert_eq!(tree(&sandbox.path("hooks")).len(), 0);
    let words = [&words[..], &["--program", program]].concat();
    let said = install(&sandbox, &words).out();
    assert!(said.contains("five seconds together"), "{said}");
    let list = sandbox.run("tar", "hooks").args(["-tzf", "provost-environment.tar.gz"]).ok().out();
    for name in ["bin/sh", "usr/local/bin/provost", "etc/provost/rules.toml", "tmp/"] {
        assert!(list.lines().any(|line| line == name), "{list}");
    }
    let text = std::fs::read_to_string(sandbox.path("hooks/provost-pre-receive.sh")).unwrap();
    assert!(text.contains("provost='/usr/local/bin/provost'"), "{text}");
    assert!(text.contains("pre-receive --platform github"), "{text}");
    let before = tree(&sandbox.path("hooks"));
    assert!(install(&sandbox, &words).out().contains("Nothing had to be done."));
    // The archive follows the policy.
    let archive = std::fs::read(sandbox.path("hooks/provost-environment.tar.gz")).unwrap();
    install(&sandbox, &[&words[..], &["--mode", "enforce"]].concat());
    assert_ne!(std::fs::read(sandbox.path("hooks/provost-environment.tar.gz")).unwrap(), archive);
    install(&sandbox, &[&words[..], &["--mode", "observe"]].concat());
    assert_eq!(tree(&sandbox.path("hooks")), before, "the same files pack into the same bytes");
    uninstall(&sandbox, &["--platform", "github", "hooks"]);
    assert_eq!(tree(&sandbox.path("hooks")).len(), 1, "the policy stays");
}
