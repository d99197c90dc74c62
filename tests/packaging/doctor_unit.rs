//! The units that run `provost doctor`: systemd takes them, and their command says what the
//! administrator has configured.

use std::os::unix::fs::PermissionsExt;

use super::support::{Finished, Sandbox};

const SERVICE: &str = include_str!("../../hooks/systemd/provost-doctor.service");
const DEFAULTS: &str = include_str!("../../hooks/systemd/provost-doctor.default");

#[test]
fn systemd_takes_the_units() {
    let sandbox = Sandbox::new();
    let folder = format!("{}/hooks/systemd", env!("CARGO_MANIFEST_DIR"));
    let verify = sandbox.run("systemd-analyze", "").args(["verify", "--man=no"]);
    let verify =
        verify.args(["service", "timer"].map(|kind| format!("{folder}/provost-doctor.{kind}")));
    let said = verify.ok();
    assert_eq!(said.err(), "");
}

/// A run that does not end by itself keeps no later one from starting.
#[test]
fn a_run_ends() {
    assert!(SERVICE.lines().any(|line| line == "TimeoutStartSec=1h"));
}

/// The words of a command of the unit, as systemd reads them: lines are joined, `$$` is a
/// dollar sign, and `$PATHS` becomes words.
fn words(key: &str, paths: &[&str]) -> Vec<String> {
    let joined = SERVICE.replace("\\\n", " ");
    let command = joined.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let (before, rest) = command.split_once('\'').unwrap();
    let (script, after) = rest.rsplit_once('\'').unwrap();
    let mut words: Vec<String> = before.split_whitespace().map(str::to_owned).collect();
    words.push(script.replace("$$", "$"));
    for word in after.split_whitespace() {
        match word {
            "$PATHS" => words.extend(paths.iter().map(|&path| path.to_owned())),
            other => words.push(other.to_owned()),
        }
    }
    words
}

/// Runs it with a program that only says who runs it and what it was given.
fn run(key: &str, paths: &[&str], variables: &[(&str, &str)]) -> Finished {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let stand_in = "#!/bin/sh\necho \"$(id -u) $HOME\"\nfor word; do echo \"[$word]\"; done\n";
    let program = sandbox.write("provost", stand_in);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = words(key, paths);
    let words =
        words.iter().map(|word| word.replace("/usr/bin/provost", program.to_str().unwrap()));
    let words: Vec<String> = words.collect();
    let mut run = sandbox.run(&words[0], "").args(&words[1..]);
    for (name, value) in variables {
        run = run.env(name, value);
    }
    run.finish()
}

#[test]
fn nothing_is_done_until_paths_are_configured() {
    assert_eq!(run("ExecCondition=", &[], &[("PATHS", "")]).code, Some(1));
    run("ExecCondition=", &[], &[("PATHS", "/srv/git '/srv/a b'")]).expect(0);
    // As it is installed.
    let names: Vec<&str> = DEFAULTS.lines().filter_map(|line| line.strip_suffix("=\"\"")).collect();
    assert_eq!(names, ["PATHS", "ACCOUNT", "METRICS"]);
}

#[test]
fn the_doctor_runs_as_the_account_on_the_paths_with_the_metrics() {
    let sandbox = Sandbox::new();
    let nobody = sandbox.run("getent", "").args(["passwd", "nobody"]).ok().word();
    let fields: Vec<&str> = nobody.split(':').collect();
    let who = format!("{} {}\n", fields[2], fields[5]);
    let paths = ["/srv/git", "/srv/a b"];
    let account = ("ACCOUNT", "nobody");
    let all = run("ExecStart=", &paths, &[account, ("METRICS", "/var/a b.prom")]).expect(0);
    let given = "[doctor]\n[--metrics]\n[/var/a b.prom]\n[/srv/git]\n[/srv/a b]\n";
    assert_eq!(all.out(), format!("{who}{given}"));
    let without = run("ExecStart=", &["--system"], &[account, ("METRICS", "")]).expect(0);
    assert_eq!(without.out(), format!("{who}[doctor]\n[--system]\n"));
}

#[test]
fn without_an_account_it_fails_and_says_so() {
    let failed = run("ExecStart=", &["/srv/git"], &[("ACCOUNT", "")]);
    assert_ne!(failed.code, Some(0));
    assert!(failed.err().contains("ACCOUNT: is not set in /etc/default/provost-doctor"));
}
