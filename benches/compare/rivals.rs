//! Other programs that look through commits and files, installed by the bench itself.
//!
//! Versions are pinned; nothing that the machine happens to have is used.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::plan::Plan;
use crate::process::{Run, utf8};
use crate::{note, rules};

const PYTHON: [&str; 2] = ["kingfisher-bin==2.14.0", "gitlint==0.19.1"];
const COMMITTED: &str = "committed@1.1.11";

/// Installs them, unless they are there.
pub(crate) fn install(folder: &Path) {
    let (stamp, pinned) = (folder.join("pinned"), format!("{} {COMMITTED}", PYTHON.join(" ")));
    if fs::read_to_string(&stamp).is_ok_and(|kept| kept == pinned) {
        return;
    }
    note(&format!("installing {pinned}"));
    fs::create_dir_all(folder).expect("a directory for rivals");
    let run = |program: &Path, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).current_dir(folder).status();
        assert!(status.is_ok_and(|it| it.success()), "{} failed", program.display());
    };
    run("python3".as_ref(), &["-m", "venv", "python"]);
    run(&folder.join("python/bin/pip"), &[&["install", "--quiet"][..], &PYTHON].concat());
    run("cargo".as_ref(), &["install", "--quiet", "--locked", COMMITTED, "--root", utf8(folder)]);
    fs::write(stamp, pinned).expect("a stamp");
}

/// A file of `benches/compare/rivals`.
pub(crate) fn file(name: &str) -> String {
    format!("{}/benches/compare/rivals/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What comments begin with.
const LEADERS: &str = r#"<!--|\{\{/\*|<%\#|"""|'''|//|/\*|\(\*|\{-|--|\#|;|%|\*|!|rem\x20"#;

/// kingfisher over every object, as quick as it can be made; its only rules are the content
/// markers: the same expressions, on lines that begin as comments do.
pub(crate) fn kingfisher(bench: &Bench, plan: &mut Plan, from: &Path) -> Option<usize> {
    let program = bench.rival(plan, "kingfisher", "python/bin/kingfisher")?;
    let mut yaml = "rules:\n".to_owned();
    for (id, pattern) in rules::content_markers() {
        // `^` there is what comes behind the comment's leader here. White space and `#` would
        // be taken for a layout of the expression, and letters are those of ASCII.
        let body = pattern.strip_prefix('^').unwrap_or(&pattern);
        let body = body.replace(r"[^\p{L}", "[^a-zA-Z").replace(r"\P{L}", "[^a-zA-Z]");
        let body = body.replace(' ', r"\x20").replace('#', r"\#");
        let id = id.replace('/', ".");
        yaml.push_str(&format!(
            "  - name: {id}\n    id: {id}\n    pattern: |-\n      \
             (?im)^[\\x20\\t]*(?:{LEADERS})[\\#;/*!%\\x20\\t-]*({body})\n    \
             min_entropy: 0.0\n    confidence: high\n    examples: []\n"
        ));
    }
    let rules = bench.file("kingfisher/markers.yml", &yaml);
    let rules = rules.trim_end_matches("/markers.yml");
    let words = format!(
        "scan . --rules-path {rules} --load-builtins=false --turbo --no-validate \
         --no-update-check --no-extract-archives --no-dedup --format jsonl --exclude *.pack"
    );
    let words: Vec<&str> = [program.as_str()].into_iter().chain(words.split(' ')).collect();
    let cache = bench.data.join("files/kingfisher-cache");
    let run = Run::new(from, &words).env("KF_RULE_CACHE_DIR", utf8(&cache)).codes([0, 200]);
    Some(plan.side("kingfisher", run))
}
