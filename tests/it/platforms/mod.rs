//! Platform adapters, tested with recorded environments.
//!
//! Each file in `recorded/` begins with a line that says whether it was taken from a real
//! server or from documentation only.

mod arguments;
mod hooks;
mod hosted;
mod one_place;
mod own;

use std::collections::BTreeMap;
use std::path::PathBuf;

use provost::platform::{self, Context, Environment};

/// The account that the hooks of the recordings ran as.
const ACCOUNT: &str = "git";

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/platforms/recorded")
}

fn variables(text: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.into(), value.into())).collect()
}

/// What a platform makes of a recording.
fn context(platform: &str, recording: &str) -> Context {
    let text = std::fs::read_to_string(directory().join(format!("{recording}.env"))).unwrap();
    let environment = Environment::recorded(variables(&text), ACCOUNT, &["git", "staff"]);
    platform::by_name(platform).unwrap().context(&environment)
}

#[test]
fn each_recording_says_where_it_comes_from() {
    let mut seen = 0;
    for entry in std::fs::read_dir(directory()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let known = text.starts_with("# documentation only") || text.starts_with("# seen by the ");
        assert!(known, "{}", path.display());
        assert!(!variables(&text).is_empty(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 15, "only {seen} recordings");
}

#[test]
fn each_name_has_one_platform() {
    for (at, name) in platform::NAMES.iter().enumerate() {
        assert_eq!(platform::by_name(name).unwrap().name, *name);
        assert!(!platform::NAMES[..at].contains(name), "{name} is the name of two platforms");
    }
    assert!(platform::by_name("gitbub").is_none());
}
