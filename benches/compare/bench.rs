//! What the cases are prepared with: the program, sizes, repositories that are kept between runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::made::{self, Shape};
use crate::note;
use crate::pages::grouped;
use crate::plan::Plan;
use crate::process::{Provost, ask, git, import, utf8};
use crate::quarantine::{MAIN, init, link_packs};
use crate::rivals;

pub(crate) struct Bench {
    pub(crate) provost: Provost,
    /// Its version and the beginning of its digest.
    pub(crate) build: String,
    /// Where data is kept between runs.
    pub(crate) data: PathBuf,
    /// All sizes are divided by this.
    pub(crate) divisor: usize,
    /// Whether it only has to be shown that everything works.
    pub(crate) is_rehearsal: bool,
    /// Where the rivals are installed.
    rivals: Option<PathBuf>,
}

impl Bench {
    pub(crate) fn new(divisor: usize, is_rehearsal: bool, with_rivals: bool) -> Self {
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench-data");
        fs::create_dir_all(data.join("files")).expect("a directory for data");
        let data = data.canonicalize().expect("a directory for data");
        let provost = Provost::copied();
        let digest = Sha256::digest(fs::read(&provost.program).expect("the program"));
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let build = format!("{} {digest}", env!("CARGO_PKG_VERSION"));
        let rivals = with_rivals.then(|| data.with_file_name("bench-tools/rivals"));
        rivals.iter().for_each(|folder| rivals::install(folder));
        Self { provost, build, data, divisor, is_rehearsal, rivals }
    }

    /// A size, divided as asked for.
    pub(crate) fn size(&self, full: usize) -> usize {
        (full / self.divisor).max(10)
    }

    /// A rival's program; that it is missing is noted when there is none.
    pub(crate) fn rival(&self, plan: &mut Plan, name: &str, program: &str) -> Option<String> {
        if self.rivals.is_none() {
            plan.missing.push(format!("{name}: not installed; `--rivals` installs it"));
        }
        Some(utf8(&self.rivals.as_ref()?.join(program)).to_owned())
    }

    /// Writes a file that programs are given; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.data.join("files").join(name);
        fs::create_dir_all(path.with_file_name("")).expect("a directory");
        fs::write(&path, text).expect("a file");
        utf8(&path).to_owned()
    }

    /// What of this machine is worth knowing.
    pub(crate) fn machine(&self) -> Value {
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let git = ask(&self.data, &["--version"]).replace("git version ", "");
        json!({ "cores": cores, "memory_bytes": total.unwrap_or_default() * 1024, "git": git })
    }

    /// A repository of that name, made now unless it was made before.
    fn made(&self, name: &str, make: impl FnOnce(&Path)) -> PathBuf {
        let path = self.data.join(name);
        if !path.exists() {
            note(&format!("making {name} (kept for the next run)"));
            // Made aside and moved, so that a run that was broken off leaves no half of it.
            let aside = tempfile::tempdir_in(&self.data).expect("a directory");
            init(aside.path());
            make(aside.path());
            fs::rename(aside.keep(), &path).expect("a repository in its place");
        }
        path
    }

    /// A history that was made up, packed as a server would have it.
    pub(crate) fn history(&self, shape: Shape, commits: usize, refs: usize) -> PathBuf {
        let (commits, refs) = (self.size(commits), self.size(refs));
        let name = format!("{}-v{}-{commits}-refs-{refs}.git", shape.name, made::VERSION);
        self.made(&name, |path| {
            import(&fast_import(path), |out| made::history(out, shape, commits, refs));
            pack(path);
        })
    }

    /// The realistic history.
    pub(crate) fn realistic(&self) -> PathBuf {
        self.history(made::HISTORY, 200_000, 1000)
    }

    /// The same objects and refs with a commit-graph.
    pub(crate) fn with_graph(&self, from: &Path) -> PathBuf {
        let name = from.file_stem().expect("a name").to_string_lossy();
        self.made(&format!("{name}-graph.git"), |path| {
            link_packs(from, &path.join("objects"));
            fs::copy(from.join("packed-refs"), path.join("packed-refs")).expect("refs");
            ask(path, &["commit-graph", "write", "--reachable", "--no-progress"]);
        })
    }

    /// A repository with one tree of very many files.
    pub(crate) fn wide(&self, files: usize, depth: usize) -> PathBuf {
        self.made(&format!("wide-v{}-{files}-deep-{depth}.git", made::VERSION), |path| {
            import(&fast_import(path), |out| made::wide(out, files, depth));
            pack(path);
        })
    }

    /// provost with other built-in rules, which no rules file can take away: the same sources are
    /// built again with another `rules.toml`. None in a rehearsal, which must not take that long.
    pub(crate) fn built(&self, plan: &mut Plan, name: &str, rules: &str) -> Option<String> {
        let _: toml::Table = rules.parse().expect("rules");
        if self.is_rehearsal {
            plan.missing.push(format!("provost with {name}: not built in a rehearsal"));
            return None;
        }
        note(&format!("building provost with {name}"));
        let folder = self.data.with_file_name("bench-tools/variants").join(name.replace(',', ""));
        let target = folder.with_file_name("target");
        fs::create_dir_all(&folder).expect("a directory");
        // With their times, by which cargo knows what has changed.
        let files = ["build.rs", "Cargo.toml", "Cargo.lock", "src", "benches", "tests"];
        let mut copy = Command::new("cp");
        copy.arg("-a").args(files).arg(&folder).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(copy.status().is_ok_and(|it| it.success()), "the sources could not be copied");
        fs::write(folder.join("rules.toml"), rules).expect("rules");
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--locked", "--release", "--bin", "provost"]);
        build.current_dir(&folder).env("CARGO_TARGET_DIR", &target);
        assert!(build.status().is_ok_and(|it| it.success()), "provost could not be built");
        // The next variant is built into the same place, with the same libraries.
        let program = folder.join("provost");
        fs::copy(target.join("release/provost"), &program).expect("the program");
        Some(utf8(&program).to_owned())
    }
}

fn fast_import(path: &Path) -> crate::process::Run {
    git(path, &["fast-import", "--quiet", "--done"])
}

fn pack(path: &Path) {
    ask(path, &["-c", "repack.writeBitmaps=false", "repack", "-adq"]);
    ask(path, &["pack-refs", "--all"]);
}

/// The commit that [`MAIN`] names.
pub(crate) fn tip(path: &Path) -> String {
    ask(path, &["rev-parse", "--verify", MAIN])
}

/// The number of commits.
pub(crate) fn commits(path: &Path) -> u64 {
    ask(path, &["rev-list", "--count", "--all"]).parse().expect("a number")
}

/// What is in a repository, for people.
pub(crate) fn described(path: &Path) -> String {
    let counted = ask(path, &["count-objects", "-v"]);
    let number = |key: &str| {
        let line = counted.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default()
    };
    let [commits, refs, objects, megabytes] = [
        commits(path),
        ask(path, &["for-each-ref", "--format=x"]).lines().count() as u64,
        number("in-pack: ") + number("count: "),
        number("size-pack: ") * 1024 / 1_000_000,
    ]
    .map(count);
    let graph = path.join("objects/info/commit-graph").exists();
    let graph = if graph { "with a" } else { "no" };
    format!(
        "{commits} commits, {refs} refs, {objects} objects, {megabytes} MB of packs, {graph} commit-graph"
    )
}

/// A number as people read it.
pub(crate) fn count<N: ToString + Copy>(number: N) -> String {
    grouped(&number.to_string())
}
