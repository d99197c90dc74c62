//! The package in a root of its own: dpkg puts it on, upgrades it, removes and purges it,
//! and pushes to a repository in there meet the hook at each stage.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::built::{asked, package};
use super::root::Root;
use super::support::{Client, Finished, Sandbox, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
/// The hook that administrators copy by hand, with the path of the package's program.
const HOOK: &str = include_str!("../../hooks/pre-receive");

/// A root with an empty database of packages, and what maintainer scripts need.
fn machine() -> Root {
    let root = Root::new();
    root.tools(&["sed", "cat"]);
    root.null();
    root.0.write("var/lib/dpkg/status", "");
    fs::create_dir_all(root.0.path("var/lib/dpkg/info")).unwrap();
    fs::create_dir_all(root.0.path("var/lib/dpkg/updates")).unwrap();
    root
}

fn dpkg(root: &Root, words: &[&str]) -> Finished {
    let dpkg = root.0.run("dpkg", "").arg(format!("--root={}", root.0.path("").display()));
    let dpkg = dpkg.args(["--force-confdef", "--force-confold"]).args(words);
    // No log, no pager, no questions.
    dpkg.env("DEBIAN_FRONTEND", "noninteractive").env("DPKG_COLORS", "never").ok()
}

/// The package with another version, and another file of it changed.
fn next(sandbox: &Sandbox, version: &str, changed: &str) -> PathBuf {
    let tree = sandbox.path(version);
    sandbox.run("dpkg-deb", "").arg("-R").arg(package()).arg(&tree).ok();
    let control = tree.join("DEBIAN/control");
    let text = fs::read_to_string(&control).unwrap();
    let own = format!("Version: {}-1", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&own), "{text}");
    fs::write(&control, text.replace(&own, &format!("Version: {version}"))).unwrap();
    let text = fs::read_to_string(tree.join(changed)).unwrap();
    fs::write(tree.join(changed), format!("{text}# another line\n")).unwrap();
    let built = sandbox.path(format!("{version}.deb"));
    sandbox.run("dpkg-deb", "").args(["--root-owner-group", "-b"]).arg(&tree).arg(&built).ok();
    built
}

fn server(root: &Root) -> TestServer {
    let hook = HOOK.replace("/usr/local/bin/provost", "/usr/bin/provost");
    assert_ne!(hook, HOOK);
    root.server(&hook, "0:0", "0", "")
}

/// Pushes a marked commit, and takes it back; what the pusher was told, or nothing when it
/// was accepted.
fn told(client: &Client) -> Option<String> {
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["+main"]);
    let text = pushed.rejected(MAIN).then(|| pushed.text());
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    text
}

/// All files of the root but those of tests and of dpkg itself.
fn files(root: &Root) -> BTreeSet<PathBuf> {
    let find = root.0.run("find", "").args([".", "-mindepth", "1"]);
    let all = find.args(["-not", "-path", "./var/lib/dpkg*"]).ok().out();
    let of_tests = ["./home", "./server.git", "./client-", "./0."];
    let all = all.lines().filter(|path| !of_tests.iter().any(|start| path.starts_with(start)));
    all.map(|path| Path::new(path).to_owned()).collect()
}

#[test]
fn the_package_goes_on_is_upgraded_and_leaves_nothing() {
    let root = machine();
    let server = server(&root);
    let client = server.client();
    client.commit(clean("Clean")).create();
    let before = files(&root);
    let policy = root.0.path("etc/provost/rules.toml");

    dpkg(&root, &["--install", package().to_str().unwrap()]);
    let version = root.run("/usr/bin/provost").arg("--version").ok();
    assert_eq!(version.word(), format!("provost {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(told(&client), None, "a fresh policy only observes");
    let text = fs::read_to_string(&policy).unwrap();
    let enforcing = text.replace("mode = \"observe\"", "mode = \"enforce\"");
    assert_ne!(text, enforcing);
    fs::write(&policy, &enforcing).unwrap();
    let refused = told(&client).unwrap();
    assert!(refused.contains("policy /etc/provost/rules.toml:"), "{refused}");

    // A change of the administrator's outlives an upgrade, with and without a new text.
    let same = next(&root.0, "0.998", "etc/logrotate.d/provost");
    let upgraded = dpkg(&root, &["--install", same.to_str().unwrap()]);
    assert!(!upgraded.all().contains("provost uninstall"), "{}", upgraded.all());
    assert_eq!(fs::read_to_string(&policy).unwrap(), enforcing);
    assert!(told(&client).is_some());
    let other = next(&root.0, "0.999", "etc/provost/rules.toml");
    dpkg(&root, &["--install", other.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&policy).unwrap(), enforcing);
    let shipped = fs::read_to_string(policy.with_extension("toml.dpkg-dist")).unwrap();
    assert_eq!(shipped, format!("{text}# another line\n"));

    // Without the program the hook refuses, and who took it away was told.
    let defaults = root.0.path("etc/default/provost-doctor");
    let text = fs::read_to_string(&defaults).unwrap();
    fs::write(&defaults, text.replace("PATHS=\"\"", "PATHS=\"/srv/git\"")).unwrap();
    let removed = dpkg(&root, &["--remove", "provost"]);
    assert!(removed.err().contains("    provost uninstall /srv/git\n"), "{}", removed.all());
    assert!(!removed.err().contains("--system"), "{}", removed.all());
    let refused = told(&client).unwrap();
    assert!(refused.contains("/usr/bin/provost is missing"), "{refused}");
    assert_eq!(fs::read_to_string(&policy).unwrap(), enforcing);

    dpkg(&root, &["--purge", "provost"]);
    let left: Vec<_> = files(&root).difference(&before).cloned().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(fs::read_to_string(root.0.path("var/lib/dpkg/status")).unwrap().trim(), "");
}

#[test]
fn removing_it_tells_how_hooks_of_the_whole_machine_are_taken_off() {
    let root = machine();
    dpkg(&root, &["--install", package().to_str().unwrap()]);
    root.0.write("etc/provost/hooks/pre-receive", HOOK);
    let removed = dpkg(&root, &["--purge", "provost"]);
    assert!(removed.err().contains("    provost uninstall PATH...\n"), "{}", removed.all());
    assert!(removed.err().contains("    provost uninstall --system\n"), "{}", removed.all());
    // Those are not the package's to take away.
    assert!(root.0.path("etc/provost/hooks/pre-receive").exists());
}

/// `provost install` writes the path of the program that runs it.
#[test]
fn hooks_that_the_packaged_program_installs_name_its_place() {
    let root = machine();
    dpkg(&root, &["--install", package().to_str().unwrap()]);
    root.0.run("git", "").args(["init", "-q", "--bare", "srv/git/project.git"]).ok();
    let program = root.0.path("usr/bin/provost");
    let install = root.0.run(&program, "").args(["install", "srv/git/project.git"]);
    install.args(["--policy", "policy.toml"]).ok();
    let hook = fs::read_to_string(root.0.path("srv/git/project.git/hooks/pre-receive")).unwrap();
    assert!(hook.contains(&format!("\nprovost='{}'\n", program.display())), "{hook}");
}

#[test]
fn three_files_are_the_administrators_own() {
    let sandbox = Sandbox::new();
    let conffiles = asked(&sandbox, &["-I"]).out();
    assert!(conffiles.contains(" conffiles "), "{conffiles}");
    let conffiles = sandbox.run("dpkg-deb", "").arg("-I").arg(package()).arg("conffiles").ok();
    let mut conffiles: Vec<String> = conffiles.out().lines().map(str::to_owned).collect();
    conffiles.sort();
    let wanted = ["default/provost-doctor", "logrotate.d/provost", "provost/rules.toml"];
    assert_eq!(conffiles, wanted.map(|name| format!("/etc/{name}")));
}
