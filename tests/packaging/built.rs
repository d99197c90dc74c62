//! Where the static program and the package are.

use std::path::{Path, PathBuf};

use super::support::{Finished, Sandbox};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/package")
}

/// The static program.
pub(crate) fn program() -> PathBuf {
    folder().join("provost")
}

/// The package: the one of this version, and no other.
pub(crate) fn package() -> PathBuf {
    let found: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect();
    let [package] = found.as_slice() else { panic!("not one package: {found:?}") };
    let name = package.file_name().unwrap().to_str().unwrap();
    let start = format!("provost_{}-1_", env!("CARGO_PKG_VERSION"));
    assert!(name.starts_with(&start), "{name}");
    package.clone()
}

/// dpkg-deb, with the package as its last argument.
pub(crate) fn asked(sandbox: &Sandbox, options: &[&str]) -> Finished {
    sandbox.run("dpkg-deb", "").args(options).arg(package()).ok()
}

#[test]
fn the_program_is_static_and_says_its_version() {
    let sandbox = Sandbox::new();
    let ldd = sandbox.run("ldd", "").arg(program()).finish();
    let said = ldd.all();
    assert!(said.contains("statically linked") || said.contains("not a dynamic"), "{said}");
    let version = sandbox.run(program(), "").arg("--version").ok();
    assert_eq!(version.word(), format!("provost {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_program_names_no_path_of_the_machine_that_built_it() {
    let bytes = std::fs::read(program()).unwrap();
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME")).unwrap();
    for path in [env!("CARGO_MANIFEST_DIR"), &format!("{home}/.cargo"), &format!("{home}/registry")]
    {
        let found = bytes.windows(path.len()).any(|window| window == path.as_bytes());
        assert!(!found, "{path} is in it");
    }
}
