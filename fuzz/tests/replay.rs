//! Every file of the corpora, without a sanitizer and on any toolchain.

use std::path::Path;

use provost_fuzz::TARGETS;

#[test]
fn every_property_holds_for_every_file_of_the_corpora() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (mut replayed, mut broken) = (0, Vec::new());
    for target in TARGETS {
        let folder = corpora.join(target.name);
        let entries = std::fs::read_dir(&folder);
        let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{} has no corpus", target.name);
        for path in paths {
            let input = std::fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| (target.run)(&input)).is_err() {
                broken.push(path);
            }
            replayed += 1;
        }
    }
    assert!(broken.is_empty(), "of {replayed} inputs, these break a property: {broken:#?}");
}

#[test]
fn every_corpus_belongs_to_a_target() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in std::fs::read_dir(corpora).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(TARGETS.iter().any(|target| target.name == name), "{name:?} has no target");
    }
}

/// What a clone has to fetch for them stays small.
#[test]
fn the_corpora_have_at_most_two_megabytes() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folders = std::fs::read_dir(corpora).unwrap();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= 2_000_000, "{bytes} bytes");
}
