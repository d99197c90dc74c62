//! Trees and files as Git stores them, whatever their make: which entries there are, what
//! of them can't be read, and what is too much to be looked at.

use std::fmt::Write as _;
use std::path::Path;

use git2::ObjectType;
use provost::config::{self, Config, Layers};
use provost::git::{
    Change, Changes, GitError, Mode, ObjectId, Repository, Scale, Trust, Visitor, entries,
};
use provost::scan::{Scope, judge_history};

use crate::push::hand_made::raw_tree;
use crate::support::{Client, Options, Sandbox, TestServer, clean};

const MAIN: &str = "refs/heads/main";
const ABSENT: &str = "00000000000000000000000000000000000000a1";

fn built_in() -> Config {
    config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap()
}

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

/// Every file type, with and without permissions, and written in several ways.
fn modes() -> Vec<String> {
    let mut modes = Vec::new();
    for kind in 0..16 {
        for permissions in [0, 0o644, 0o755, 0o777, 0o7000] {
            let digits = format!("{:o}", kind << 12 | permissions);
            for before in ["", "0", "0000000000000000000", "10000000"] {
                // A number that has more digits than git looks at ends in these six.
                let digits =
                    if before.starts_with('1') { format!("{digits:0>6}") } else { digits.clone() };
                modes.push(format!("{before}{digits}"));
            }
        }
    }
    modes
}

/// What `git ls-tree` takes each entry for is what we take it for.
#[test]
fn modes_of_any_make_are_read_as_git_reads_them() {
    let client = Client::alone();
    let blob = client.blob("x\n");
    let below = raw_tree(&client, &[("100644", "file", &blob)]);
    let modes = modes();
    let names: Vec<String> = (0..modes.len()).map(|at| format!("e{at:05}")).collect();
    let of = |mode: &str| match Mode::from_digits(mode.as_bytes()).unwrap() {
        Mode::Tree => below.as_str(),
        Mode::Commit => ABSENT,
        _ => blob.as_str(),
    };
    let all: Vec<_> = modes
        .iter()
        .zip(&names)
        .map(|(mode, name)| (mode.as_str(), name.as_str(), of(mode)))
        .collect();
    let tree = raw_tree(&client, &all);
    let listed = client.git(&["ls-tree", "-r", "-t", &tree]).ok().out();
    let mut listed: Vec<&str> = listed.lines().filter(|line| !line.ends_with("/file")).collect();
    listed.sort_by_key(|line| line.rsplit('\t').next());
    assert_eq!(listed.len(), modes.len());
    let raw = client.git(&["cat-file", "tree", &tree]).ok().stdout;
    let mut seen = 0;
    for (entry, line) in entries(id(&tree), &raw).zip(&listed) {
        let entry = entry.unwrap();
        let expected = match line.split(' ').next().unwrap() {
            "040000" => Mode::Tree,
            "120000" => Mode::Link,
            "160000" => Mode::Commit,
            "100644" | "100755" => Mode::Blob,
            other => panic!("{other}"),
        };
        assert_eq!(entry.mode, expected, "{} {line}", entry.encoded.escape_ascii());
        assert!(line.ends_with(std::str::from_utf8(entry.name).unwrap()), "{line}");
        seen += 1;
    }
    assert_eq!(seen, modes.len());
}

/// A tree that git can't decode can't be decoded here either, and the other way round.
#[test]
fn a_malformed_tree_is_one_where_git_says_so() {
    let client = Client::alone();
    let entry = |head: &str| [head.as_bytes(), b"\0", &[7; 20]].concat();
    for (head, is_good) in [
        ("100644 a", true),
        ("160000 a b", true),
        ("7 a", true),
        (" a", false),
        ("100648 a", false),
        ("10064x a", false),
        ("-100644 a", false),
        ("100644\ta", false),
        ("100644", false),
        ("100644 ", false),
        ("", false),
    ] {
        let raw = entry(head);
        let tree = client.object(ObjectType::Tree, &raw);
        let git = client.git(&["ls-tree", &tree]).finish();
        assert_eq!(git.code == Some(0), is_good, "git on {head:?}: {}", git.all());
        assert_eq!(entries(id(&tree), &raw).all(|entry| entry.is_ok()), is_good, "{head:?}");
    }
    for cut in 1..entry("100644 a").len() {
        let raw = &entry("100644 a")[..cut];
        let tree = client.object(ObjectType::Tree, raw);
        assert_ne!(client.git(&["ls-tree", &tree]).finish().code, Some(0), "cut at {cut}");
        assert!(entries(id(&tree), raw).any(|entry| entry.is_err()), "cut at {cut}");
    }
}

/// A tree of an odd mode was read as a file once, and then nothing on top of it was judged.
#[test]
fn a_directory_of_an_odd_mode_leaves_nothing_unjudged() {
    let server = Options::default().rules("[policy]\non-error = \"accept\"\n").start();
    let client = server.client();
    let blob = client.blob("Be kind.\n");
    for mode in ["40755", "040755", "0000040000", "47777"] {
        let below = raw_tree(&client, &[("100644", "CLAUDE.md", &blob)]);
        let harmless = raw_tree(&client, &[("100644", "readme", &blob)]);
        let tree = |below: &str| raw_tree(&client, &[(mode, "dir", below)]);
        let base = client.raw(clean("Odd")).tree(Some(tree(&harmless).as_bytes())).write();
        let branch = format!("refs/heads/m{mode}");
        let pushed = client.submit(&[format!("{base}:{branch}")]);
        pushed.must_accept(&[&branch]).must_judge(1).must_say(" 0 findings");
        let top =
            client.raw(clean("Top")).tree(Some(tree(&below).as_bytes())).parent(&base).write();
        let pushed = client.submit(&[format!("{top}:{branch}")]);
        pushed.must_reject(&[&branch]).must_say("dir/CLAUDE.md").must_say("claude-code/config");
    }
}

/// Notes the paths that a walk visits.
#[derive(Default)]
struct Paths(Vec<String>);

impl Visitor for Paths {
    fn matters(&self, _: &[u8]) -> bool {
        false
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let sign = if change.new.is_some() { '+' } else { '-' };
        self.0.push(format!("{sign}{}", String::from_utf8_lossy(change.path)));
        Ok(false)
    }
}

/// What a walk of what can be read visits, and what it could not read and compare with.
fn walked(client: &Client, new: &str, old: &[&str]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let repository = Repository::open(&client.path(), Trust::Verify).unwrap();
    let objects = repository.objects().unwrap();
    let mut changes = Changes::of_what_can_be_read(&objects);
    let mut paths = Paths::default();
    let old: Vec<ObjectId> = old.iter().map(|hex| id(hex)).collect();
    changes.all(id(new), &old, &mut paths).unwrap();
    let unread = changes.take_unread().iter().map(|it| format!("{} {}", it.id, it.error)).collect();
    let lost = changes.take_lost().iter().map(ToString::to_string).collect();
    // Who does not ask for what can be read is told of the rest.
    let strict = Changes::new(&objects).all(id(new), &old, &mut Paths::default());
    let unread: Vec<String> = unread;
    assert_eq!(strict.is_err(), !unread.is_empty());
    (paths.0, unread, lost)
}

#[test]
fn a_tree_that_can_not_be_read_costs_itself_only() {
    let client = Client::alone();
    let blob = client.blob("x\n");
    let other = client.blob("y\n");
    let hash = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"];
    let fine = raw_tree(&client, &[("100644", "f", &blob)]);
    let mut broken = b"100644 a\0".to_vec();
    broken.extend_from_slice(id(&blob).as_bytes());
    broken.extend_from_slice(b"100648 b\0");
    broken.extend_from_slice(id(&blob).as_bytes());
    let broken = client.git(&hash).input(broken).ok().word();
    let odd = [
        ("40000", "a", ABSENT),
        ("40000", "b", blob.as_str()),
        ("40000", "c", broken.as_str()),
        ("40000", "d", fine.as_str()),
        ("100644", "e", other.as_str()),
    ];
    let tree = raw_tree(&client, &odd);
    let (paths, unread, lost) = walked(&client, &tree, &[]);
    assert_eq!(paths, ["+c/a", "+d/f", "+e"], "and all else was visited");
    assert_eq!(unread.len(), 3, "{unread:?}");
    for (unread, (id, why)) in unread.iter().zip([
        (ABSENT, "is missing"),
        (blob.as_str(), "is malformed: of another kind"),
        (broken.as_str(), "is malformed: a tree entry"),
    ]) {
        assert!(unread.starts_with(id) && unread.contains(why), "{unread}");
    }
    assert_eq!(lost, [] as [String; 0]);
    // On the side of the parents the same is left out of the comparison.
    let sound = raw_tree(
        &client,
        &[
            ("40000", "a", &fine),
            ("40000", "b", &fine),
            ("40000", "c", &fine),
            ("40000", "d", &fine),
        ],
    );
    let (paths, unread, lost) = walked(&client, &sound, &[&tree]);
    assert_eq!(unread, [] as [String; 0]);
    assert_eq!(lost, [ABSENT, &blob, &broken]);
    assert_eq!(paths, ["+a/f", "+b/f", "-c/a", "+c/f", "-e"]);
}

/// A tree that nests deeper than git itself reads is one such tree.
#[test]
fn a_tree_that_nests_without_end_costs_itself_only() {
    // With the stack of a main thread.
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    thread.spawn(walk_a_deep_tree).unwrap().join().unwrap();
}

fn walk_a_deep_tree() {
    let client = Client::alone();
    let mut stream =
        "commit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 0\n".to_owned();
    writeln!(stream, "M 644 inline {}x\ndata 1\nx", "d/".repeat(2100)).unwrap();
    writeln!(stream, "M 644 inline z\ndata 1\nx").unwrap();
    client.git(&["fast-import", "--quiet"]).input(stream).ok();
    let (paths, unread, _) = walked(&client, &client.id("main^{tree}"), &[]);
    assert_eq!(paths, ["+z"]);
    assert_eq!(unread.len(), 1);
    assert!(unread[0].contains("nests too deeply"), "{unread:?}");
    let found = judged(&built_in(), &client.path(), Scale::Large).unwrap();
    assert!(found.iter().any(|found| found.contains("nests too deeply")), "{found:?}");
}

/// The findings and what was not looked at, on any scale.
fn judged(config: &Config, path: &Path, scale: Scale) -> Result<Vec<String>, String> {
    let mut repository = Repository::open(path, Trust::Verify).unwrap();
    repository.scale = scale;
    let report = judge_history(&repository, config, "r".into(), Scope::default(), &mut |_, _| {});
    let report = report.map_err(|error| error.to_string())?;
    let found = report.findings.iter().map(|it| {
        let path = String::from_utf8_lossy(it.finding.path.as_deref().unwrap_or_default());
        format!("{} {path} {:?}", it.finding.marker.id, it.finding.path_use)
    });
    let skipped = report.skipped.iter().map(ToString::to_string);
    let unread = report.unread.iter().map(|it| it.reason.to_string());
    Ok(found.chain(skipped).chain(unread).collect())
}

/// The same on any scale.
fn judged_alike(config: &Config, path: &Path) -> Vec<String> {
    let all = [Scale::Small, Scale::Measured, Scale::Large].map(|it| judged(config, path, it));
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    all.into_iter().next().unwrap().unwrap()
}

/// A directory that holds nothing of interest in one place may in another, even when a walk
/// has begun to remember such directories.
#[test]
fn a_directory_that_is_repeated_is_looked_at_where_it_matters() {
    let client = Client::alone();
    let blob = client.blob("{}\n");
    let empty = raw_tree(&client, &[("100644", "x", &blob)]);
    let names: Vec<String> = (0..10_001).map(|at| format!("{at:05}")).collect();
    let many: Vec<_> = names.iter().map(|name| ("40000", name.as_str(), empty.as_str())).collect();
    let many = raw_tree(&client, &many);
    let hooks = raw_tree(&client, &[("100644", "a.json", &blob)]);
    let holds = raw_tree(&client, &[("40000", "hooks", &hooks)]);
    let tree =
        [("40000", "!a", many.as_str()), ("40000", "!b", &holds), ("40000", ".github", &holds)];
    let commit = client.raw(clean("One")).tree(Some(raw_tree(&client, &tree).as_bytes())).write();
    client.set_ref(MAIN, &commit);
    let found = judged_alike(&built_in(), &client.path());
    assert_eq!(found, ["github-copilot/possible-config .github/hooks/a.json Some(Added)"]);
}

/// A large scan passes by nothing whose mode or name is odd.
#[test]
fn odd_names_and_modes_are_found_on_any_scale() {
    let client = Client::alone();
    let blob = client.blob("x\n");
    let below = raw_tree(&client, &[("0100664", "CLAUDE.md. ", &blob)]);
    let links = raw_tree(&client, &[("0120777", ".claude", &blob), ("20000", ".cursor", ABSENT)]);
    let entries = [
        ("100600", ".AIDER.conf.yml", blob.as_str()),
        ("40755", "a", &below),
        ("0000040000", "b", &links),
        ("160000", "c", ABSENT),
    ];
    let mut parent: Option<String> = None;
    for count in 1..=entries.len() {
        let tree = raw_tree(&client, &entries[..count]);
        let commit = client.raw(clean("Step")).tree(Some(tree.as_bytes()));
        let commit = parent.iter().fold(commit, |commit, parent| commit.parent(parent));
        parent = Some(commit.write());
    }
    client.set_ref(MAIN, &parent.unwrap());
    let found = judged_alike(&built_in(), &client.path());
    client.must(&["repack", "-qadf"]);
    assert_eq!(judged_alike(&built_in(), &client.path()), found, "packed and loose");
    for path in [
        "aider/config .AIDER.conf.yml",
        "claude-code/config a/CLAUDE.md. ",
        "claude-code/config b/.claude",
        "cursor/config b/.cursor",
    ] {
        assert!(found.contains(&format!("{path} Some(Added)")), "{path}: {found:?}");
    }
    assert_eq!(found.len(), 8, "with what says how each is disguised: {found:?}");
}

/// One line has room for any mark, however long it is, and however many words it repeats.
#[test]
fn a_long_line_is_no_place_to_hide() {
    let config = built_in();
    let matchers = &config.rules.matchers;
    let found = |text: &str| {
        let found = matchers.content.find(text.as_bytes());
        found.into_iter().map(|text| text.marker.id.clone()).collect::<Vec<_>>()
    };
    let mark = "# Generated with Claude Code";
    for padded in [
        format!("{mark}{}", " ".repeat(3000)),
        format!("{mark}{}", "=".repeat(1 << 20)),
        format!("#{}{}", " ".repeat(5000), &mark[1..]),
    ] {
        assert_eq!(found(&padded), ["claude-code/in-file"]);
    }
    assert_eq!(found(&format!("/*! (c) */{}", "claude();".repeat(200_000))), [] as [String; 0]);
}

/// A hundred marks of a file are looked at: with one more, something was not.
#[test]
fn marks_that_are_too_many_are_a_cut() {
    let rules = "[policy.kinds]\ncontent = \"allow\"\n[[tool]]\nid = \"t\"\nname = \"T\"\n\
                 vendor = \"v\"\n[[tool.marker]]\nid = \"t/x\"\nkind = \"content\"\n\
                 confidence = \"strong\"\nsince = \"1\"\nsource = \"s\"\nkeywords = [\"marked\"]\n\
                 first-lines = 500\npattern = \"^marked\"\nhits = [\"# marked\"]\nmisses = [\"# x\"]\n";
    let server = Options::default().rules(rules).start();
    let client = server.client();
    let marks = |count: usize| (0..count).map(|at| format!("# marked {at}\n")).collect::<String>();
    client.commit(clean("A hundred")).file("a.py", marks(100)).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(clean("One more")).file("b.py", marks(101)).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("on findings was reached");
}

/// Ten thousand findings of a commit are reported: with one more, something was not looked at.
#[test]
fn findings_that_are_too_many_are_a_cut() {
    let rules = "[policy.tools]\nclaude-code = \"allow\"\n";
    for (count, is_cut) in [(9_999, false), (10_000, true)] {
        let server = Options::default().rules(rules).start();
        let client = server.client();
        let blob = client.blob("{}\n");
        let names: Vec<String> = (0..count).map(|at| format!("{at:05}")).collect();
        let many: Vec<_> = names.iter().map(|name| ("100644", name.as_str(), &*blob)).collect();
        let many = raw_tree(&client, &many);
        let tree =
            raw_tree(&client, &[("40000", ".claude", &many), ("100644", "CLAUDE.md", &blob)]);
        let id = client.raw(clean("Many")).tree(Some(tree.as_bytes())).write();
        let pushed = client.submit(&[format!("{id}:{MAIN}")]);
        assert_eq!(pushed.rejected(MAIN), is_cut, "{count}: {}", pushed.all());
    }
}

/// Files of more than 16 MiB: on record by their ids, and refused where that is asked for.
#[test]
fn a_file_that_is_not_searched_whole_is_on_record() {
    let large = "x = 1\n".repeat((17 << 20) / 6);
    let sandbox = Sandbox::new();
    let log = sandbox.path("log.jsonl");
    let rules = format!("[log]\nfile = \"{}\"\n", log.display());
    let server = TestServer::start(sandbox, Options::default().rules(&rules));
    let client = server.client();
    client.commit(clean("Small")).file("small.py", "x = 1\n").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(clean("Large")).file("large.py", &large).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    let blob = client.id("HEAD:large.py");
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.lines().last().unwrap().contains(&format!("large.py (blob {blob})")), "{text}");
    let alike = judged_alike(&built_in(), &client.path());
    client.must(&["gc", "-q"]);
    assert_eq!(judged_alike(&built_in(), &client.path()), alike, "packed and loose");
    assert_eq!(alike.len(), 1, "{alike:?}");
    assert!(alike[0].contains(&blob), "{alike:?}");

    server.sandbox().write("rules-0.toml", format!("{rules}[limits]\nfiles = \"reject\"\n"));
    client.commit(clean("Larger")).file("large.py", format!("{large}y\n")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("the limit of 16.0 MiB on files was reached").must_say("rules-0.toml:");
    // What is not changed is not looked at again.
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    client.commit(clean("Beside it")).file("small.py", "x = 2\n").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
}
