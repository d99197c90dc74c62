//! The repository whose files are damaged: the same in every run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const MARK: &str = "Co-authored-by: Claude <noreply@anthropic.com>";

struct Maker<'f> {
    folder: &'f Path,
    clock: u64,
}

/// Makes the repository below a folder: packed and loose objects and refs, deltas, a merge,
/// annotated tags, notes, a commit-graph and an alternate.
pub(super) fn make(folder: &Path) -> PathBuf {
    let mut make = Maker { folder, clock: 1_700_000_000 };
    let work = folder.join("work");
    make.git(&["init", "--quiet", "--initial-branch=main", "work"]);
    let text: String = (0..400).map(|line| format!("line {line} of a long file\n")).collect();
    for nth in 0..8_usize {
        let changed = text.replace(&format!("line {} ", nth * 40), &format!("change {nth} "));
        std::fs::write(work.join("long.txt"), changed).expect("a file");
        std::fs::create_dir_all(work.join(format!("src/{}", nth % 3))).expect("a folder");
        std::fs::write(work.join(format!("src/{}/{nth}.rs", nth % 3)), &text[..nth * 100])
            .expect("a file");
        if nth == 3 {
            std::fs::write(work.join("CLAUDE.md"), "# Rules\n\nBe brief.\n").expect("a file");
        }
        make.git(&["-C", "work", "add", "."]);
        let mark = if nth % 2 == 0 { MARK } else { "Signed-off-by: A <a@example.com>" };
        make.commit(&format!("Change {nth}\n\n{mark}"));
    }
    make.git(&["-C", "work", "checkout", "--quiet", "-b", "side", "main~3"]);
    make.commit(&format!("On the side\n\n{MARK}"));
    make.git(&["-C", "work", "checkout", "--quiet", "main"]);
    make.git(&["-C", "work", "merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
    make.git(&["-C", "work", "tag", "-a", "-m", &format!("Release\n\n{MARK}"), "v1", "main~1"]);
    make.git(&["-C", "work", "branch", "claude/fix-it", "main~2"]);
    make.git(&["-C", "work", "notes", "add", "-m", MARK, "main"]);

    // The bare repository: a pack, packed refs and a commit-graph below, loose files above.
    make.git(&["clone", "--quiet", "--bare", "--no-hardlinks", "--no-local", "work", "bare.git"]);
    make.git(&["-C", "bare.git", "fetch", "--quiet", "origin", "refs/*:refs/*"]);
    make.git(&["-C", "bare.git", "config", "pack.threads", "1"]);
    make.git(&["-C", "bare.git", "repack", "--quiet", "-adf", "--depth=20", "--window=20"]);
    make.git(&["-C", "bare.git", "pack-refs", "--all"]);
    make.git(&["-C", "bare.git", "commit-graph", "write", "--reachable"]);
    for nth in 0..3 {
        make.commit(&format!("Loose {nth}\n\n{MARK}"));
    }
    make.git(&["-C", "work", "tag", "-a", "-m", &format!("Loose\n\n{MARK}"), "v2"]);
    make.git(&["-C", "work", "push", "--quiet", "../bare.git", "main", "v2", "main:refs/heads/next"]);

    // The objects of one branch are in an alternate only.
    make.git(&["-C", "work", "checkout", "--quiet", "-b", "lent"]);
    make.commit(&format!("Lent\n\n{MARK}"));
    make.git(&["clone", "--quiet", "--bare", "--no-hardlinks", "--no-local", "work", "lender.git"]);
    std::fs::create_dir_all(folder.join("bare.git/lender")).expect("a folder");
    std::fs::rename(folder.join("lender.git/objects"), folder.join("bare.git/lender/objects"))
        .expect("the objects");
    let bare = folder.join("bare.git");
    std::fs::write(bare.join("objects/info/alternates"), "../lender/objects\n").expect("a file");
    let lent = make.git(&["-C", "work", "rev-parse", "lent"]);
    make.git(&["-C", "bare.git", "update-ref", "refs/heads/lent", lent.trim()]);
    for name in ["hooks", "info", "description", "FETCH_HEAD", "lender/objects/info"] {
        let path = bare.join(name);
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
    }
    std::fs::remove_dir_all(work).expect("the work tree");
    std::fs::remove_dir_all(folder.join("lender.git")).expect("the lender");
    bare
}

impl Maker<'_> {
    fn commit(&mut self, message: &str) {
        self.git(&["-C", "work", "commit", "--quiet", "--allow-empty", "-m", message]);
    }

    fn git(&mut self, arguments: &[&str]) -> String {
        self.clock += 60;
        let date = format!("{} +0000", self.clock);
        let output = Command::new("git")
            .args(["-c", "gc.auto=0", "-c", "protocol.file.allow=always"])
            .args(["-c", "repack.writeBitmaps=false", "-c", "pack.writeReverseIndex=false"])
            .args(["-c", "user.name=A U Thor", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(self.folder)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.folder)
            .stdin(Stdio::null())
            .output()
            .expect("git runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {complaint}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
