//! provost with another catalogue: the built-in layer can't be taken away by any rules
//! file, so the same sources are built again with another `rules.toml`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Bench;
use crate::{Failure, note};

const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

/// The program with these built-in rules; built now unless it was built before.
pub(crate) fn provost_with(bench: &Bench, name: &str, rules: &str) -> Result<PathBuf, Failure> {
    let folder = bench.tools().join("variants").join(name);
    copy_sources(&folder, rules)?;
    note(&format!("building provost with {name}"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = bench.tools().join("variants/target");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--locked", "--release", "--bin", "provost"]);
    build.current_dir(&folder).env("CARGO_TARGET_DIR", &target);
    if !build.status()?.success() {
        return Err(format!("provost with {name} could not be built").into());
    }
    let program = folder.join("provost");
    // The next variant is built into the same place, with the same libraries.
    fs::copy(target.join("release/provost"), &program)?;
    Ok(program)
}

fn copy_sources(folder: &Path, rules: &str) -> Result<(), Failure> {
    let sources = Path::new(SOURCES);
    fs::create_dir_all(folder)?;
    for file in ["build.rs", "Cargo.toml", "Cargo.lock"] {
        write(&folder.join(file), &fs::read(sources.join(file))?)?;
    }
    write(&folder.join("rules.toml"), rules.as_bytes())?;
    // The sources name rules.toml by a path from where they are, so a link would not do.
    if folder.join("src").exists() {
        fs::remove_dir_all(folder.join("src"))?;
    }
    copy_folder(&sources.join("src"), &folder.join("src"))?;
    // Cargo.toml names what is in them, and nothing of it is built.
    for linked in ["benches", "tests"] {
        if !folder.join(linked).exists() {
            symlink(sources.join(linked), folder.join(linked))?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
            // Cargo goes by the time of the last change: what did not change is not built.
            let changed = entry.metadata()?.modified()?;
            fs::File::options().write(true).open(&to)?.set_modified(changed)?;
        }
    }
    Ok(())
}

/// Writes a file unless it is there already, which would look changed.
fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    if fs::read(path).ok().as_deref() != Some(text) {
        fs::write(path, text)?;
    }
    Ok(())
}
