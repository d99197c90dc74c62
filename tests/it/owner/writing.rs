//! Places that an owner has chosen, where root must not write or delete.

use std::os::unix::fs::symlink;

use super::super::support::marked;
use super::*;

#[test]
fn relative_rules_that_leave_the_repository_are_refused() {
    let Some(theirs) = Theirs::new() else { return };
    theirs.root(&["install", "--mode", "enforce", "theirs/project.git"]).expect(0);
    std::fs::write(theirs.path.join("text"), "of theirs").unwrap();
    let before = tree(&theirs.roots);
    for rules in ["../../roots/rules.toml", "../../roots/secret", "x/../../../roots/rules.toml"] {
        theirs.config("provost.rules", rules);
        for words in [
            &["install", "--mode", "enforce", "theirs/project.git"][..],
            &["doctor", "theirs/project.git"],
            &["audit", "theirs/project.git"],
            &["policy", "publish", "theirs/project.git"],
            &["policy", "baseline", "theirs/project.git"],
        ] {
            let done = theirs.root(words);
            assert_eq!(tree(&theirs.roots), before, "{words:?} {}", done.all());
            assert!(done.all().contains("leaves the repository"), "{words:?} {}", done.all());
            assert!(!done.all().contains("of root"), "{words:?} {}", done.all());
        }
    }
    // An absolute one is written by the account that has named it, or not at all.
    let rules = theirs.roots.join("rules.toml");
    theirs.config("provost.rules", rules.to_str().unwrap());
    theirs.root(&["install", "--mode", "enforce", "theirs/project.git"]).expect(2);
    assert_eq!(tree(&theirs.roots), before);
}

#[test]
fn uninstalling_one_folder_leaves_the_hooks_of_others() {
    let Some(theirs) = Theirs::new() else { return };
    let other = theirs.init("others/project.git", USERS[1]);
    theirs.root(&["install", "--mode", "enforce", "others/project.git"]).expect(0);
    let hook = other.join("hooks/pre-receive");
    assert!(hook.exists());
    let before = tree(&other);
    theirs.config("core.hooksPath", other.join("hooks").to_str().unwrap());
    for words in [
        &["uninstall", "theirs"][..],
        &["uninstall", "theirs/project.git"],
        &["install", "--mode", "enforce", "theirs/project.git"],
        &["install", "--policy", "rules.toml", "theirs"],
    ] {
        let left = theirs.root(words).expect(2);
        assert!(left.err().contains("outside of it and was not named"), "{}", left.all());
        assert_eq!(tree(&other), before, "{words:?}");
    }
    // By a relative path, too.
    theirs.config("core.hooksPath", "../../others/project.git/hooks");
    theirs.root(&["uninstall", "theirs"]).expect(2);
    assert_eq!(tree(&other), before);
}

/// One hostile repository does not keep the others of a folder from their hooks.
#[test]
fn a_folder_is_installed_but_for_what_its_owners_have_led_elsewhere() {
    let Some(theirs) = Theirs::new() else { return };
    theirs.init("all/good.git", USERS[0]);
    let bad = theirs.init("all/bad.git", USERS[1]);
    std::fs::remove_dir_all(bad.join("hooks")).unwrap();
    symlink(&theirs.roots, bad.join("hooks")).unwrap();
    std::os::unix::fs::lchown(bad.join("hooks"), Some(USERS[1]), Some(GROUP)).unwrap();
    open_all(&theirs.sandbox.path("all"));
    let policy = theirs.sandbox.path("rules.toml");
    let words = ["install", "--policy", policy.to_str().unwrap(), "all"];
    let left = theirs.root(&words).expect(2);
    assert!(left.err().contains("hooks is a symbolic link"), "{}", left.all());
    assert!(theirs.sandbox.path("all/good.git/hooks/pre-receive").exists(), "{}", left.all());
}

fn open_all(folder: &Path) {
    std::os::unix::fs::lchown(folder, Some(0), Some(0)).unwrap();
    set_mode(folder, 0o755);
}

/// Places in a repository that commands write to: the platform, and whether a folder is there.
const PLACES: [(&str, &str, bool); 19] = [
    ("plain", "hooks", true),
    ("plain", "hooks/pre-receive", false),
    ("plain", "hooks/.pre-receive.provost-new", false),
    ("plain", "hooks/provost.d", true),
    ("plain", "hooks/provost.d/pre-receive", false),
    ("plain", "provost", true),
    ("plain", "provost/rules.toml", false),
    ("plain", "provost/.rules.toml.provost-new", false),
    ("plain", "provost/rules.toml.last-good", false),
    ("plain", "provost/baseline", true),
    ("plain", "provost/baseline/all", false),
    ("plain", "provost/ledger", false),
    ("plain", "provost-unjudged", false),
    ("plain", "info", true),
    ("gitlab", "custom_hooks", true),
    ("gitlab", "custom_hooks/pre-receive.d", true),
    ("gitlab", "custom_hooks/pre-receive.d/provost", false),
    ("gitea", "hooks/pre-receive.d", true),
    ("gitea", "hooks/pre-receive.d/provost", false),
];

#[test]
fn no_link_in_a_repository_leads_root_elsewhere() {
    let Some(theirs) = Theirs::new() else { return };
    for place in PLACES {
        lead_elsewhere(&theirs, USERS[0], place);
    }
}

/// Where all is root's but the link.
#[test]
fn no_link_in_a_repository_of_root_leads_root_elsewhere() {
    let Some(theirs) = Theirs::new() else { return };
    for place in PLACES.into_iter().filter(|(platform, ..)| *platform == "plain") {
        lead_elsewhere(&theirs, 0, place);
    }
}

fn lead_elsewhere(theirs: &Theirs, owner: u32, (platform, place, is_folder): (&str, &str, bool)) {
    std::fs::remove_dir_all(&theirs.path).unwrap();
    theirs.init("theirs/project.git", owner);
    let (link, target) = (theirs.path.join(place), theirs.roots.join("target"));
    // The target is there, or would be made.
    for is_there in [true, false] {
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        if link.is_symlink() || link.is_file() {
            std::fs::remove_file(&link).unwrap();
        } else if link.is_dir() {
            std::fs::remove_dir_all(&link).unwrap();
        }
        match (is_there, is_folder) {
            (true, true) => std::fs::create_dir(&target).unwrap(),
            (true, false) => std::fs::write(&target, "of root\n").unwrap(),
            (false, true) => std::fs::remove_dir(&target).unwrap(),
            (false, false) => std::fs::remove_file(&target).unwrap(),
        }
        symlink(&target, &link).unwrap();
        give(theirs.path.parent().unwrap(), owner, owner);
        std::os::unix::fs::lchown(&link, Some(USERS[0]), Some(GROUP)).unwrap();
        let before = tree(&theirs.roots);
        let mut commands = vec![
            vec!["install", "--platform", platform, "--mode", "enforce"],
            vec!["uninstall", "--platform", platform],
        ];
        if place.starts_with("provost") {
            commands.push(vec!["policy", "baseline"]);
            commands.push(vec!["policy", "baseline", "--clear"]);
        }
        if is_there && owner != 0 {
            commands.insert(1, vec!["doctor", "--platform", platform]);
        }
        for mut words in commands {
            words.push("theirs/project.git");
            let done = theirs.root(&words);
            let after = tree(&theirs.roots);
            assert_eq!(after, before, "{owner} {place} {is_there} {words:?} {}", done.all());
        }
    }
}

/// The homes of platforms belong to the accounts of these.
#[test]
fn the_configuration_of_a_platform_leads_root_nowhere() {
    let Some(theirs) = Theirs::new() else { return };
    let sandbox = &theirs.sandbox;
    let roots = theirs.roots.display();
    sandbox.write("gerrit/etc/gerrit.config", format!("[hooks]\n\tpath = {roots}\n"));
    sandbox.write("gitolite/.gitolite.rc", format!("LOCAL_CODE => \"{roots}\",\n"));
    sandbox.write("bitbucket/shared/bitbucket.properties", "");
    symlink(&theirs.roots, sandbox.path("bitbucket/shared/provost")).unwrap();
    sandbox.write("template/description", "");
    symlink(&theirs.roots, sandbox.path("template/hooks")).unwrap();
    let before = tree(&theirs.roots);
    for (home, more) in [
        ("gerrit", &[][..]),
        ("gitolite", &[]),
        ("gitolite", &["--vref"]),
        ("bitbucket", &[]),
        ("template", &["--template"]),
    ] {
        give(&sandbox.path(home), USERS[0], GROUP);
        let words = [&["install", "--policy", "rules.toml"][..], more, &[home]].concat();
        let refused = theirs.root(&words).expect(2);
        assert_eq!(tree(&theirs.roots), before, "{words:?} {}", refused.all());
        let more = if home == "template" { more } else { &[] };
        let words = [&["uninstall"][..], more, &[home]].concat();
        theirs.root(&words);
        assert_eq!(tree(&theirs.roots), before, "{words:?}");
    }
}

/// `policy apply` and its like write the file that root names, and no other.
#[test]
fn a_link_in_the_place_of_a_named_file_is_followed_only_if_root_has_made_it() {
    let Some(theirs) = Theirs::new() else { return };
    let policy = "[policy]\nmode = \"observe\"\n";
    let draft = theirs.sandbox.write("roots/draft.toml", "[policy]\nmode = \"warn\"\n");
    let target = theirs.sandbox.write("roots/rules.toml", policy);
    let before = tree(&theirs.roots);
    let link = theirs.sandbox.path("theirs/rules.toml");
    symlink(&target, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(USERS[0]), Some(GROUP)).unwrap();
    let named = link.to_str().unwrap();
    let draft = draft.to_str().unwrap();
    for words in [
        &["policy", "apply", draft, "--to", named][..],
        &["policy", "suspend", "--until", "P1D", "--reason", "x", "--to", named],
        &["policy", "revert", "--to", named],
        &["policy", "init", "observe", "--output", named],
    ] {
        theirs.root(words).expect(2);
        assert_eq!(tree(&theirs.roots), before, "{words:?}");
    }
    // As the account whose folder it is.
    std::fs::remove_file(&link).unwrap();
    std::fs::write(&link, policy).unwrap();
    give(&link, USERS[0], GROUP);
    theirs.root(&["policy", "apply", draft, "--to", named]).expect(0);
    for name in ["rules.toml", "rules.toml.previous", "rules.toml.last-good"] {
        let path = theirs.sandbox.path("theirs").join(name);
        assert_eq!(std::fs::metadata(&path).unwrap().uid(), USERS[0], "{name}");
    }
}

/// What an owner can't read, an audit of the owner's repository does not show.
#[test]
fn an_audit_reads_what_the_owner_may_read() {
    let Some(theirs) = Theirs::new() else { return };
    let private = super::super::support::Client::init(&theirs.sandbox, "roots/private", &[]);
    let id = private.commit(marked("Of root")).create();
    set_mode(&theirs.roots, 0o700);
    let objects = theirs.roots.join("private/.git/objects");
    for way in ["alternates", "gitdir", "link"] {
        let path = theirs.init(&format!("{way}/project.git"), USERS[0]);
        match way {
            "alternates" => {
                let listed = format!("{}\n", objects.display());
                std::fs::write(path.join("objects/info/alternates"), listed).unwrap();
                std::fs::write(path.join("refs/heads/main"), format!("{id}\n")).unwrap();
            }
            "gitdir" => {
                std::fs::remove_dir_all(&path).unwrap();
                std::fs::create_dir(&path).unwrap();
                let leads = format!("gitdir: {}\n", theirs.roots.join("private/.git").display());
                std::fs::write(path.join(".git"), leads).unwrap();
            }
            _ => {
                std::fs::remove_dir_all(path.join("objects")).unwrap();
                symlink(&objects, path.join("objects")).unwrap();
                std::fs::write(path.join("refs/heads/main"), format!("{id}\n")).unwrap();
            }
        }
        give(path.parent().unwrap(), USERS[0], GROUP);
        let said = theirs.root(&["audit", path.to_str().unwrap()]).expect(2);
        assert!(!said.all().contains("Of root"), "{way}: {}", said.all());
        assert!(!said.all().contains("claude-code/"), "{way}: {}", said.all());
    }
}

/// As root, and by the owner, the same is found.
#[test]
fn root_audits_the_repositories_of_others() {
    let Some(theirs) = Theirs::new() else { return };
    let client = super::super::support::Client::init(&theirs.sandbox, "work", &[]);
    client.commit(marked("One")).create();
    client.must(&["push", "-q", theirs.path.to_str().unwrap(), "HEAD:refs/heads/main"]);
    give(theirs.path.parent().unwrap(), USERS[0], GROUP);
    let said = theirs.root(&["--isolated", "audit", "theirs/project.git"]).expect(1);
    assert!(said.out().contains("claude-code/"), "{}", said.all());
}
