//! Empty repositories without a process for each: `git init` runs once for each set of options,
//! and what it has made is written again from memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use super::Sandbox;

/// The files of a new repository by their relative path; `None` for a directory.
type Files = Arc<Vec<(PathBuf, Option<Vec<u8>>)>>;

static TEMPLATES: LazyLock<Mutex<HashMap<Vec<String>, Files>>> = LazyLock::new(Mutex::default);

/// Makes what `git init <options> <path>` makes, but for the examples of hooks.
pub(super) fn init(path: &Path, options: &[String]) {
    std::fs::create_dir_all(path).unwrap();
    for (relative, content) in template(options).iter() {
        let path = path.join(relative);
        match content {
            Some(content) => std::fs::write(path, content).unwrap(),
            None => std::fs::create_dir_all(path).unwrap(),
        }
    }
}

fn template(options: &[String]) -> Files {
    let mut templates = TEMPLATES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(files) = templates.get(options) {
        return Arc::clone(files);
    }
    let sandbox = Sandbox::new();
    sandbox.git("").args(["init", "-q"]).args(options).arg("made").ok();
    let mut files = Vec::new();
    list(&sandbox.path("made"), Path::new(""), &mut files);
    let files = Arc::new(files);
    templates.insert(options.to_vec(), Arc::clone(&files));
    files
}

fn list(top: &Path, folder: &Path, files: &mut Vec<(PathBuf, Option<Vec<u8>>)>) {
    for entry in std::fs::read_dir(top.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let relative = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files.push((relative.clone(), None));
            list(top, &relative, files);
        } else if relative.extension().is_none_or(|extension| extension != "sample") {
            files.push((relative, Some(std::fs::read(entry.path()).unwrap())));
        }
    }
}
