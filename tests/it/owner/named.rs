//! Paths that root names: links on them are followed only if root, or the account that acts,
//! has made them.

use std::os::unix::fs::{lchown, symlink};

use super::*;

/// A link of the first account.
fn link(target: &Path, link: &Path) {
    let _ = std::fs::remove_file(link);
    symlink(target, link).unwrap();
    lchown(link, Some(USERS[0]), Some(GROUP)).unwrap();
}

/// A repository of root, and one of a third account.
fn foreign(theirs: &Theirs) -> [PathBuf; 2] {
    let all = [theirs.init("roots/root.git", 0), theirs.init("third/third.git", USERS[1])];
    set_mode(&theirs.roots, 0o755);
    for path in &all {
        theirs.root(&["install", "--mode", "enforce", path.to_str().unwrap()]).expect(0);
    }
    all
}

#[test]
fn a_link_of_an_account_leads_root_to_no_repository_of_another() {
    let Some(theirs) = Theirs::new() else { return };
    let commands = [
        &["uninstall"][..],
        &["install", "--mode", "observe"],
        &["install", "--client"],
        &["doctor"],
        &["audit"],
        &["policy", "baseline"],
        &["policy", "baseline", "--show"],
        &["policy", "publish"],
    ];
    for target in foreign(&theirs) {
        let before = tree(target.parent().unwrap());
        link(&target, &theirs.sandbox.path("theirs/x.git"));
        link(target.parent().unwrap(), &theirs.sandbox.path("theirs/above"));
        let below = Path::new("theirs/above").join(target.file_name().unwrap());
        for path in ["theirs/x.git", below.to_str().unwrap()] {
            let words = commands.iter().map(|command| [command, &[path][..]].concat());
            let shown = vec!["-C", path, "policy", "show"];
            for words in words.chain([shown]) {
                let refused = theirs.root(&words).expect(2);
                let why = "is a symbolic link of 64001, which root does not follow";
                assert!(refused.err().contains(why), "{words:?} {}", refused.all());
                assert!(tree(target.parent().unwrap()) == before, "{words:?} {}", refused.all());
            }
        }
    }
}

#[test]
fn links_of_root_and_of_the_owner_are_followed() {
    let Some(theirs) = Theirs::new() else { return };
    link(&theirs.path, &theirs.sandbox.path("theirs/own.git"));
    symlink(&theirs.path, theirs.roots.join("roots.git")).unwrap();
    for path in ["theirs/own.git", "roots/roots.git"] {
        theirs.root(&["install", "--mode", "enforce", path]).expect(0);
        let hook = theirs.path.join("hooks/pre-receive");
        assert_eq!(std::fs::metadata(&hook).unwrap().uid(), USERS[0], "{path}");
        theirs.root(&["policy", "baseline", path]).expect(0);
        theirs.root(&["audit", path]).expect(0);
        theirs.root(&["-C", path, "policy", "show"]).expect(0);
        theirs.root(&["uninstall", path]).expect(0);
        assert!(!hook.exists(), "{path}");
    }
}

/// `.git` is a file or a link, and its owner chooses where it leads.
#[test]
fn a_work_tree_leads_root_to_no_repository_of_another_account() {
    let Some(theirs) = Theirs::new() else { return };
    let work = theirs.sandbox.path("theirs/work");
    std::fs::create_dir(&work).unwrap();
    lchown(&work, Some(USERS[0]), Some(GROUP)).unwrap();
    let git = work.join(".git");
    let lead = |is_link: bool, target: &Path| {
        let _ = std::fs::remove_file(&git);
        if is_link {
            symlink(target, &git).unwrap();
        } else {
            std::fs::write(&git, format!("gitdir: {}\n", target.display())).unwrap();
        }
        lchown(&git, Some(USERS[0]), Some(GROUP)).unwrap();
    };
    for target in foreign(&theirs) {
        let before = tree(&target);
        for is_link in [false, true] {
            lead(is_link, &target);
            for command in ["install", "uninstall"] {
                let refused = theirs.root(&[command, "--client", "theirs/work"]).expect(2);
                assert!(tree(&target) == before, "{command} {is_link} {}", refused.all());
            }
        }
    }
    for is_link in [false, true] {
        lead(is_link, &theirs.path);
        theirs.root(&["install", "--client", "theirs/work"]).expect(0);
        assert!(theirs.path.join("hooks/pre-push").exists(), "{is_link}");
        theirs.root(&["uninstall", "--client", "theirs/work"]).expect(0);
    }
}

#[test]
fn what_only_root_can_read_is_shown_by_no_link_of_another_account() {
    let Some(theirs) = Theirs::new() else { return };
    let secret = theirs.roots.join("secret.toml");
    std::fs::write(&secret, "of-root = [\nCo-Authored-By: of-root\n").unwrap();
    set_mode(&secret, 0o600);
    let path = theirs.sandbox.path("theirs/link.toml");
    link(&secret, &path);
    let named = path.to_str().unwrap();
    let draft = theirs.sandbox.write("draft.toml", "[policy]\nmode = \"warn\"\n");
    let draft = draft.to_str().unwrap();
    for words in [
        &["policy", "apply", draft, "--to", named][..],
        &["policy", "apply", named, "--to", draft],
        &["policy", "apply", draft, "--to", named, "--dry-run"],
        &["--rules", named, "policy", "show"],
        &["rules", "lint", named],
        &["install", "--policy", named, "theirs/project.git"],
        &["rules", "explain", "--message", named],
        &["log", "show", named],
        &["log", "export", "--redact", "--key", named, draft],
    ] {
        let refused = theirs.root(words).expect(2);
        assert!(!refused.all().contains("of-root"), "{words:?} {}", refused.all());
    }
}

#[test]
fn a_directory_of_hooks_is_named_by_no_link_of_another_account() {
    let Some(theirs) = Theirs::new() else { return };
    let hooks = theirs.roots.join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    theirs.config("core.hooksPath", hooks.to_str().unwrap());
    let path = theirs.sandbox.path("theirs/hooks");
    let before = tree(&theirs.roots);
    link(&hooks, &path);
    let words = ["install", "--mode", "enforce", "--hooks-directory"];
    let named = |path: &Path| {
        let words = [&words[..], &[path.to_str().unwrap(), "theirs/project.git"]].concat();
        theirs.root(&words)
    };
    named(&path).expect(2);
    assert_eq!(tree(&theirs.roots), before);
    named(&hooks).expect(0);
    assert!(hooks.join("pre-receive").exists());
}

#[test]
fn pages_are_written_through_no_link_of_another_account() {
    let Some(theirs) = Theirs::new() else { return };
    let before = tree(&theirs.roots);
    link(&theirs.roots, &theirs.sandbox.path("theirs/pages"));
    theirs.root(&["man", "--output", "theirs/pages"]).expect(2);
    theirs.root(&["man", "--output", "theirs/pages/below"]).expect(2);
    // A page in a folder that all may write.
    let open = theirs.sandbox.path("open");
    std::fs::create_dir(&open).unwrap();
    set_mode(&open, 0o1777);
    link(&theirs.roots.join("secret"), &open.join("provost.1"));
    theirs.root(&["man", "--output", "open"]).expect(2);
    assert_eq!(tree(&theirs.roots), before);
    theirs.root(&["man", "--output", "theirs/new/pages"]).expect(0);
    let page = theirs.sandbox.path("theirs/new/pages/provost.1");
    assert_eq!(std::fs::metadata(page).unwrap().uid(), USERS[0]);
}
