//! Damaged stores: whichever byte of a repository's files is changed, and where they are cut
//! off, an answer is complete or says that it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use provost::config::{self, Config, Layers};
use provost::git::{GitError, ObjectId, Repository, Scale, Trust};
use provost::scan::{Scope, judge_history};

use crate::support::{Random, Sandbox, TestServer, clean, marked};

fn rules() -> Config {
    config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap()
}

/// What an audit finds, by commits and not by refs; or why it is not complete.
fn answer(config: &Config, path: &Path, scale: Scale) -> Result<BTreeSet<String>, String> {
    let opened = Repository::open(path, Trust::Verify);
    let mut repository = opened.map_err(|error| error.to_string())?;
    repository.scale = scale;
    let report = judge_history(&repository, config, "r".into(), Scope::default(), &mut |_, _| {});
    let report = report.map_err(|error| error.to_string())?;
    if let Some(unread) = report.unread.first() {
        return Err(format!("{}: {}", unread.ref_name, unread.reason));
    }
    let found = report.findings.iter().map(|judged| {
        let commit = judged.commit.as_ref().map(|label| label.id.to_string());
        format!("{commit:?} {} {:?}", judged.finding.marker.id, judged.finding.path)
    });
    let mut all: BTreeSet<String> = found.collect();
    all.extend(report.skipped.iter().map(|skipped| format!("{skipped:?}")));
    all.insert(format!("{} commits", report.commits));
    Ok(all)
}

/// A history of some commits with marks in messages and files, a tag and a merge.
fn filled(sandbox: &Sandbox, name: &str, format: &str) -> PathBuf {
    sandbox.git("").args(["init", "-q", "--bare", "--object-format", format, name]).ok();
    let mut stream = String::new();
    for at in 1..=9 {
        let message = if at % 4 == 0 { marked("Step") } else { clean("Step") };
        let code = if at % 3 == 0 { "# Generated with Claude Code\n" } else { "x = 1\n" };
        let code = format!("{}{code}{}", "y = 2\n".repeat(at % 3), "line\n".repeat(at * 5));
        stream += &format!("commit refs/heads/main\nmark :{at}\n");
        stream += &format!("committer A <a@example.com> {at}00 +0000\n");
        stream += &format!("data {}\n{message}\n", message.len());
        if at == 7 {
            stream += "merge :3\n";
        }
        stream += &format!("M 644 inline src/a.py\ndata {}\n{code}\n", code.len());
        stream += &format!("M 644 inline d{}/b.txt\ndata 2\n{at}\n\n", at % 4);
    }
    let text = clean("Release");
    stream += &format!(
        "tag v1\nfrom :5\ntagger A <a@example.com> 900 +0000\ndata {}\n{text}\n",
        text.len()
    );
    stream += "reset refs/heads/another\nfrom :6\n\nreset refs/heads/topic\nfrom :3\n\n";
    sandbox.git(name).args(["fast-import", "--quiet", "--force"]).input(stream).ok();
    sandbox.path(name)
}

/// Every file below a directory that a test picks.
fn files(directory: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, wanted));
        } else if wanted(path.to_str().unwrap()) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file of a repository, damaged in many ways one after the other.
struct Damaged<'c> {
    config: &'c Config,
    repository: PathBuf,
    scales: &'static [Scale],
    random: Random,
}

impl<'c> Damaged<'c> {
    fn new(config: &'c Config, repository: &Path, scales: &'static [Scale]) -> Self {
        Self { config, repository: repository.to_owned(), scales, random: Random::new(7) }
    }

    /// Damages a file at that number of places, and compares each answer with the undamaged
    /// one; how many were incomplete.
    fn file(&mut self, file: &Path, places: usize) -> usize {
        let whole = std::fs::read(file).unwrap();
        // A file that is replaced: the old one may be mapped.
        let replace = |content: &[u8]| {
            std::fs::remove_file(file).unwrap();
            std::fs::write(file, content).unwrap();
        };
        let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
        for nth in 0..places {
            let mut content = whole.clone();
            let at = if places >= whole.len() {
                nth % whole.len()
            } else {
                self.random.below(whole.len())
            };
            let bit = self.random.below(8);
            content[at] ^= 1 << bit;
            cases.push((format!("bit {bit} of byte {at} changed"), content));
        }
        for length in [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
            cases.push((format!("cut to {length} bytes"), whole[..length].to_vec()));
        }
        for more in [1, 8, 4096] {
            cases.push((format!("{more} bytes added"), [whole.clone(), vec![0; more]].concat()));
        }
        let mut zeroed = whole.clone();
        let middle = whole.len() / 2;
        zeroed[middle..].iter_mut().take(512).for_each(|byte| *byte = 0);
        cases.push(("a block of zeros".into(), zeroed));
        // Git takes an empty file for one without refs, and other programs write it so.
        cases.retain(|(_, content)| !content.is_empty() || !file.ends_with("packed-refs"));
        let mut incomplete = 0;
        for &scale in self.scales {
            let sound = answer(self.config, &self.repository, scale).unwrap();
            for (what, content) in &cases {
                replace(content);
                match answer(self.config, &self.repository, scale) {
                    Err(_) => incomplete += 1,
                    Ok(found) => {
                        let name = file.display();
                        assert_eq!(found, sound, "{name}: {what}, on {scale:?}");
                    }
                }
                replace(&whole);
            }
            assert_eq!(answer(self.config, &self.repository, scale).unwrap(), sound);
        }
        incomplete
    }
}

const BOTH: &[Scale] = &[Scale::Measured, Scale::Large];
const ONE: &[Scale] = &[Scale::Measured];

#[test]
fn loose_objects() {
    let (sandbox, config) = (Sandbox::new(), rules());
    for format in ["sha1", "sha256"] {
        let path = filled(&sandbox, format, format);
        let packs = files(&path.join("objects/pack"), &|name| name.ends_with(".pack"));
        // An object is loose when it is unpacked where it is not known.
        for pack in packs {
            let content = std::fs::read(&pack).unwrap();
            std::fs::remove_file(&pack).unwrap();
            std::fs::remove_file(pack.with_extension("idx")).unwrap();
            sandbox.git(format).args(["unpack-objects", "-q"]).input(content).ok();
        }
        let loose = files(&path.join("objects"), &|name| !name.contains("/info/"));
        assert!(loose.len() > 30);
        let mut damaged = Damaged::new(&config, &path, ONE);
        let incomplete: usize = loose.iter().step_by(3).map(|file| damaged.file(file, 12)).sum();
        assert!(incomplete > 100, "{incomplete}");
    }
}

#[test]
fn packs_and_their_indexes() {
    let (sandbox, config) = (Sandbox::new(), rules());
    for (name, format, version) in [("1", "sha1", "1"), ("2", "sha1", "2"), ("3", "sha256", "2")] {
        let path = filled(&sandbox, name, format);
        let version = format!("pack.indexVersion={version}");
        let repack = ["-c", &version, "repack", "-qadf", "--depth=50"];
        sandbox.git(name).args(repack).ok();
        let mut damaged = Damaged::new(&config, &path, BOTH);
        for kind in [".pack", ".idx"] {
            let found = files(&path.join("objects/pack"), &|name| name.ends_with(kind));
            let [file] = &found[..] else { panic!("{found:?}") };
            let incomplete = damaged.file(file, 100);
            assert!(incomplete > 20, "{kind} of {name}: {incomplete}");
        }
    }
}

/// Offsets of 64 bits, and bases that are named by their ids.
#[test]
fn packs_as_other_programs_write_them() {
    let (sandbox, config) = (Sandbox::new(), rules());
    let path = filled(&sandbox, "r", "sha1");
    sandbox.git("r").args(["-c", "repack.useDeltaBaseOffset=false", "repack", "-qadf"]).ok();
    let [pack] = &files(&path.join("objects/pack"), &|name| name.ends_with(".pack"))[..] else {
        panic!("there is one pack")
    };
    let sound = answer(&config, &path, Scale::Measured).unwrap();
    let index = pack.with_extension("idx");
    std::fs::remove_file(&index).unwrap();
    let arguments = ["index-pack", "--index-version=2,0x40", pack.to_str().unwrap()];
    sandbox.git("r").args(arguments).ok();
    for scale in [Scale::Small, Scale::Measured, Scale::Large] {
        assert_eq!(answer(&config, &path, scale).unwrap(), sound);
    }
    let mut damaged = Damaged::new(&config, &path, BOTH);
    assert!(damaged.file(&index, 150) > 20);
    assert!(damaged.file(pack, 150) > 20);
}

#[test]
fn commit_graphs() {
    let (sandbox, config) = (Sandbox::new(), rules());
    let path = filled(&sandbox, "r", "sha1");
    sandbox.git("r").args(["commit-graph", "write", "--reachable"]).ok();
    let mut damaged = Damaged::new(&config, &path, BOTH);
    let graph = path.join("objects/info/commit-graph");
    // A commit is read itself where it is judged.
    damaged.file(&graph, 400);
}

#[test]
fn alternates() {
    let (sandbox, config) = (Sandbox::new(), rules());
    filled(&sandbox, "base", "sha1");
    sandbox.git("").args(["clone", "-q", "--bare", "--shared", "base", "r"]).ok();
    let path = sandbox.path("r");
    let mut damaged = Damaged::new(&config, &path, ONE);
    assert!(damaged.file(&path.join("objects/info/alternates"), 100) > 30);
    // One that can't be read is not one that is not there.
    let list = path.join("objects/info/alternates");
    std::fs::remove_file(&list).unwrap();
    std::fs::create_dir(&list).unwrap();
    let why = answer(&config, &path, Scale::Measured).unwrap_err();
    assert!(why.contains("info/alternates cannot be read"), "{why}");
}

#[test]
fn packed_and_loose_refs() {
    let (sandbox, config) = (Sandbox::new(), rules());
    let path = filled(&sandbox, "r", "sha1");
    let mut damaged = Damaged::new(&config, &path, ONE);
    for name in ["refs/heads/main", "refs/heads/another", "refs/tags/v1"] {
        let incomplete = damaged.file(&path.join(name), 41);
        assert!(incomplete > 30, "{name}: {incomplete}");
    }
    sandbox.git("r").args(["pack-refs", "--all"]).ok();
    assert!(damaged.file(&path.join("packed-refs"), 600) > 100);
    // Without its head, as old versions wrote it.
    let packed = std::fs::read_to_string(path.join("packed-refs")).unwrap();
    let lines = packed.lines().filter(|line| !line.starts_with(['#', '^']));
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    std::fs::write(path.join("packed-refs"), lines).unwrap();
    assert!(damaged.file(&path.join("packed-refs"), 300) > 50);
}

#[test]
fn lists_of_shallow_commits() {
    let (sandbox, config) = (Sandbox::new(), rules());
    filled(&sandbox, "base", "sha1");
    let base = format!("file://{}", sandbox.path("base").display());
    sandbox.git("").args(["clone", "-q", "--bare", "--depth=3", &base, "r"]).ok();
    let path = sandbox.path("r");
    let mut damaged = Damaged::new(&config, &path, ONE);
    assert!(damaged.file(&path.join("shallow"), 82) > 50);
}

/// Refs that git leaves out of its list with a warning, or none.
#[test]
fn refs_that_git_leaves_out() {
    let (sandbox, config) = (Sandbox::new(), rules());
    let path = filled(&sandbox, "r", "sha1");
    let sound = answer(&config, &path, Scale::Measured).unwrap();
    let id = sandbox.git("r").args(["rev-parse", "main"]).ok().out();
    let (id, null) = (id.trim(), "0".repeat(40));
    // Symbolic refs are none of those: also one to a branch that is not there yet.
    for (name, content) in [
        ("refs/heads/alias", "ref: refs/heads/main\n"),
        ("refs/heads/unborn", "ref: refs/heads/none\n"),
        ("refs/heads/more", &*format!("{id} more\n")),
        ("refs/heads/being-written.lock", "garbage"),
        ("refs/heads/.hidden", "garbage"),
    ] {
        std::fs::write(path.join(name), content).unwrap();
        assert_eq!(answer(&config, &path, Scale::Measured).as_ref(), Ok(&sound), "{name}");
    }
    let broken = path.join("refs/heads/broken");
    for content in ["", "garbage\n", &id[1..], &null, "ref: \n", "ref: refs/heads/a..b\n"] {
        std::fs::write(&broken, content).unwrap();
        let listed = sandbox.git("r").args(["for-each-ref"]).finish();
        assert!(!listed.out().contains("refs/heads/broken"), "git lists {content:?}");
        let why = answer(&config, &path, Scale::Measured).unwrap_err();
        assert!(why.starts_with("refs/heads/broken: "), "{content:?}: {why}");
    }
    std::fs::remove_file(&broken).unwrap();
    std::fs::write(path.join("refs/heads/a b"), format!("{id}\n")).unwrap();
    let why = answer(&config, &path, Scale::Measured).unwrap_err();
    assert!(why.contains("can't have this name"), "{why}");
    std::fs::remove_file(path.join("refs/heads/a b")).unwrap();
    std::os::unix::fs::symlink("nowhere", &broken).unwrap();
    answer(&config, &path, Scale::Measured).unwrap_err();
    std::fs::remove_file(&broken).unwrap();
    assert_eq!(answer(&config, &path, Scale::Measured), Ok(sound));
}

/// An audit reports what it could read, and ends with 2.
#[test]
fn an_audit_reports_the_rest() {
    let sandbox = Sandbox::new();
    let path = filled(&sandbox, "r", "sha1");
    let sound = sandbox.provost("").args(["audit", "r"]).finish();
    assert_eq!(sound.code, Some(1), "{}", sound.all());
    std::fs::write(path.join("refs/heads/broken"), "").unwrap();
    let audit = sandbox.provost("").args(["audit", "r"]).finish();
    assert_eq!(audit.code, Some(2), "{}", audit.all());
    assert!(audit.all().contains("refs/heads/broken"), "{}", audit.all());
    for line in sound.out().lines().filter(|line| line.contains("claude-code/")) {
        assert!(audit.out().contains(line), "{line} is not in {}", audit.all());
    }
}

/// What the refs hide can't be told when one of them can't be read.
#[test]
fn a_push_is_refused_when_a_ref_that_may_hide_is_unreadable() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    let broken = server.git_dir().join("refs/heads/broken");
    std::fs::write(&broken, "").unwrap();
    let (null, main) = (server.null_id(), server.must(&["rev-parse", "main"]));
    let push = format!("{null} {main} refs/heads/other\n");
    let judged = server.judge_by_hand(&push).expect(2);
    assert!(judged.err().contains("refs/heads/broken: it"), "{}", judged.all());
    // The value of the branch itself, where it is unreadable.
    let judged = server.judge_by_hand(&format!("{main} {main} refs/heads/broken\n")).expect(2);
    assert!(judged.err().contains("refs/heads/broken"), "{}", judged.all());
    std::fs::remove_file(&broken).unwrap();
    server.judge_by_hand(&push).expect(0);
}

/// Objects move from loose files into a pack, and from one pack into another, while a
/// scan reads.
#[test]
fn packs_that_come_meanwhile_are_found() {
    let sandbox = Sandbox::new();
    let path = filled(&sandbox, "r", "sha1");
    let ids = sandbox.git("r").args(["rev-list", "--objects", "--all"]).ok().out();
    let ids: Vec<ObjectId> =
        ids.lines().map(|line| ObjectId::from_hex(&line.as_bytes()[..40]).unwrap()).collect();
    let late = "blob\ndata 4\nlate\n";
    let repository = Repository::open(&path, Trust::Verify).unwrap();
    let objects = repository.objects().unwrap();
    assert!(objects.read(ids[0]).is_ok());
    for round in 0..3 {
        let late = late.replace("late", &format!("lat{round}"));
        sandbox.git("r").args(["fast-import", "--quiet"]).input(late).ok();
        sandbox.git("r").args(["repack", "-qadfk"]).ok();
        sandbox.git("r").args(["prune-packed"]).ok();
        for &id in &ids {
            objects.read(id).unwrap();
            assert!(objects.exists(id));
        }
        let late = sandbox.git("r").args(["hash-object", "--stdin"]).input(format!("lat{round}"));
        let late = ObjectId::from_hex(late.ok().out().trim().as_bytes()).unwrap();
        assert!(objects.exists(late));
        assert_eq!(objects.read(late).unwrap().data(), format!("lat{round}").as_bytes());
    }
    let absent = ObjectId::from_hex(&[b'1'; 40]).unwrap();
    assert!(matches!(objects.read(absent), Err(GitError::Missing { .. })));
    assert!(!objects.exists(absent));
}

/// A damaged copy gives way to a sound one, wherever that is.
#[test]
fn another_copy_is_read() {
    let (sandbox, config) = (Sandbox::new(), rules());
    filled(&sandbox, "base", "sha1");
    sandbox.git("base").args(["repack", "-qadf"]).ok();
    sandbox.git("").args(["clone", "-q", "--bare", "--no-local", "base", "r"]).ok();
    let path = sandbox.path("r");
    let sound = answer(&config, &path, Scale::Measured).unwrap();
    std::fs::write(
        path.join("objects/info/alternates"),
        format!("{}\n", sandbox.path("base/objects").display()),
    )
    .unwrap();
    let packs = files(&path.join("objects/pack"), &|name| name.ends_with(".pack"));
    let whole = std::fs::read(&packs[0]).unwrap();
    for at in (12..whole.len() - 20).step_by(7) {
        let mut content = whole.clone();
        content[at] ^= 0x40;
        std::fs::remove_file(&packs[0]).unwrap();
        std::fs::write(&packs[0], content).unwrap();
        assert_eq!(answer(&config, &path, Scale::Measured).as_ref(), Ok(&sound), "byte {at}");
    }
}

/// Git itself, on every object of repositories that are stored in different ways.
#[test]
fn objects_are_what_git_reads() {
    let sandbox = Sandbox::new();
    let ways: [(&str, &str, &[&str]); 5] = [
        ("loose", "sha1", &[]),
        ("one", "sha1", &["repack", "-qadf", "--depth=50"]),
        ("old", "sha1", &["-c", "pack.indexVersion=1", "repack", "-qadf"]),
        ("many", "sha1", &["-c", "pack.packSizeLimit=1", "repack", "-qad"]),
        ("sha256", "sha256", &["-c", "repack.useDeltaBaseOffset=false", "repack", "-qadf"]),
    ];
    for (name, format, arguments) in ways {
        let path = filled(&sandbox, name, format);
        if !arguments.is_empty() {
            sandbox.git(name).args(arguments).ok();
        }
        let batch = ["cat-file", "--batch-all-objects", "--batch"];
        let output = sandbox.git(name).args(batch).ok().stdout;
        let repository = Repository::open(&path, Trust::Verify).unwrap();
        let objects = repository.objects().unwrap();
        let (mut rest, mut count) = (&output[..], 0);
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            let head = std::str::from_utf8(&rest[..end]).unwrap();
            let [id, kind, size] = head.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{head}")
            };
            let content = &rest[end + 1..][..size.parse().unwrap()];
            let id = ObjectId::from_hex(id.as_bytes()).unwrap();
            let object = objects.read(id).unwrap();
            assert_eq!((object.kind.name(), object.data()), (kind, content), "{id} of {name}");
            rest = &rest[end + 1 + content.len() + 1..];
            count += 1;
        }
        assert!(count > 30, "{count}");
    }
}
