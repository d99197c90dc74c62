//! Other programs that look through commits and files, installed by the bench itself.
//!
//! Versions are pinned; nothing that the machine happens to have is used.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Bench;
use crate::{Failure, note, rules};

/// The Python programs and their versions.
const PYTHON: [&str; 2] = ["kingfisher-bin==2.14.0", "gitlint==0.19.1"];
const COMMITTED: &str = "1.1.11";

/// The expression that people put into hooks today.
pub(crate) const ONE_LINE: &str =
    "co-authored-by:.*(claude|copilot|cursor|devin|gemini|codex|aider|amp)";

/// Which rivals can be run.
#[derive(Default)]
pub(crate) struct Rivals {
    folder: Option<PathBuf>,
}

/// Why a rival is not there, in the words of a report.
pub(crate) const ABSENT: &str = "not installed; `--rivals` installs it";

impl Rivals {
    /// Installs them, unless they are there.
    pub(crate) fn install(tools: &Path) -> Result<Self, Failure> {
        let folder = tools.join("rivals");
        std::fs::create_dir_all(&folder)?;
        let python = folder.join("python");
        let pinned = PYTHON.join("\n");
        let stamp = python.join("pinned");
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(&pinned) {
            note(&format!("installing {}", PYTHON.join(", ")))?;
            run(Command::new("python3").args(["-m", "venv"]).arg(&python))?;
            run(Command::new(python.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON))?;
            std::fs::write(stamp, pinned)?;
        }
        let committed = Command::new(folder.join("bin/committed")).arg("--version").output();
        let there = committed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if !there.is_ok_and(|version| version.trim_end().ends_with(COMMITTED)) {
            note(&format!("installing committed {COMMITTED}"))?;
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let arguments = ["install", "--quiet", "--locked", "--version", COMMITTED];
            let mut install = Command::new(cargo);
            run(install.args(arguments).args(["committed", "--root"]).arg(&folder))?;
        }
        Ok(Self { folder: Some(folder) })
    }

    /// Whether they are installed.
    pub(crate) fn are_there(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn gitlint(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("python/bin/gitlint"))
    }

    pub(crate) fn kingfisher(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("python/bin/kingfisher"))
    }

    pub(crate) fn committed(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("bin/committed"))
    }
}

fn run(command: &mut Command) -> Result<(), Failure> {
    if command.status()?.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed").into())
}

/// The folder with the content markers as kingfisher's rules: the same expressions, on
/// lines that begin as comments do.
pub(crate) fn kingfisher_rules(bench: &Bench) -> Result<PathBuf, Failure> {
    let mut yaml = "rules:\n".to_owned();
    for (id, pattern) in rules::content_markers()? {
        // `^` there is what comes behind the comment's leader here. White space and `#` would
        // be taken for a layout of the expression, and letters are those of ASCII.
        let body = pattern.strip_prefix('^').unwrap_or(&pattern);
        let body = body.replace(r"[^\p{L}", "[^a-zA-Z").replace(r"\P{L}", "[^a-zA-Z]");
        let body = body.replace(' ', r"\x20").replace('#', r"\#");
        let id = id.replace('/', ".");
        yaml.push_str(&format!("  - name: {id}\n    id: {id}\n    pattern: |-\n"));
        yaml.push_str(&format!(
            "      (?im)^[\\x20\\t]*(?:{LEADERS})[\\#;/*!%\\x20\\t-]*({body})\n"
        ));
        yaml.push_str("    min_entropy: 0.0\n    confidence: high\n    examples: []\n");
    }
    let path = bench.file("kingfisher/markers.yml", &yaml)?;
    Ok(path.parent().map(Path::to_owned).ok_or("a file without a folder")?)
}

/// What comments begin with.
const LEADERS: &str = r#"<!--|\{\{/\*|<%\#|"""|'''|//|/\*|\(\*|\{-|--|\#|;|%|\*|!|rem\x20"#;

/// gitlint's rule for the same expression, as its manual says to write one.
pub(crate) fn gitlint_rule(bench: &Bench) -> Result<PathBuf, Failure> {
    let text = format!(
        "import re\n\
         from gitlint.rules import CommitRule, RuleViolation\n\n\
         MARK = re.compile(r\"{ONE_LINE}\", re.IGNORECASE)\n\n\n\
         class NoAiCredit(CommitRule):\n\
         \x20   name = \"body-has-ai-credit\"\n\
         \x20   id = \"UC1\"\n\n\
         \x20   def validate(self, commit):\n\
         \x20       for line in commit.message.body:\n\
         \x20           if MARK.search(line):\n\
         \x20               return [RuleViolation(self.id, \"AI credit\", line)]\n"
    );
    bench.file("gitlint/credit.py", &text)
}

/// The hook that people write today: each new commit's message through `grep`.
pub(crate) fn shell_hook(bench: &Bench) -> Result<PathBuf, Failure> {
    let text = format!(
        "#!/bin/sh\n\
         status=0\n\
         while read -r old new ref; do\n\
         \x20   for commit in $(git rev-list \"$new\" --not --all); do\n\
         \x20       if git log -1 --format='%an <%ae>%n%cn <%ce>%n%B' \"$commit\" |\n\
         \x20               grep -qiE '{ONE_LINE}'; then\n\
         \x20           echo \"$commit: AI credit\"\n\
         \x20           status=1\n\
         \x20       fi\n\
         \x20   done\n\
         done\n\
         exit $status\n"
    );
    bench.file("shell/pre-receive", &text)
}
