//! Paths in a repository's configuration, which its owner writes and root may read.

use std::path::{Component, Path, PathBuf};

/// A path of a repository's configuration: an absolute one as it is, and a relative one below
/// the repository, or below the work tree that has it as `.git`. `None` for a relative one
/// that leaves this.
#[must_use]
pub fn in_repository(git_dir: &Path, written: &Path) -> Option<PathBuf> {
    if written.is_absolute() {
        return Some(written.to_owned());
    }
    let mut path = git_dir.to_owned();
    let top = match git_dir.file_name() {
        Some(name) if name == ".git" => git_dir.parent().unwrap_or(git_dir),
        _ => git_dir,
    };
    for part in written.components() {
        match part {
            Component::ParentDir => path.pop(),
            Component::Normal(name) => {
                path.push(name);
                true
            }
            _ => true,
        };
        if !path.starts_with(top) {
            return None;
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_in_the_repository() {
        let of = |git_dir: &str, path: &str| in_repository(Path::new(git_dir), Path::new(path));
        for (git_dir, path, is) in [
            ("/srv/a.git", "provost/rules.toml", Some("/srv/a.git/provost/rules.toml")),
            ("/srv/a.git", "./x/../y", Some("/srv/a.git/y")),
            ("/srv/a.git", "/etc/x.toml", Some("/etc/x.toml")),
            ("/srv/a.git", "../b.git/x", None),
            ("/srv/a.git", "x/../../a.git/y", None),
            ("/srv/a.git", "../../../../root/x", None),
            ("/srv/a/.git", "../x.toml", Some("/srv/a/x.toml")),
            ("/srv/a/.git", "../../x.toml", None),
        ] {
            assert_eq!(of(git_dir, path).as_deref(), is.map(Path::new), "{path}");
        }
    }
}
