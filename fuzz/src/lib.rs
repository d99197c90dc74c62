//! One function for each parser and reader of provost: it takes any bytes and panics when a
//! property does not hold.
//!
//! A target is a file in `targets/` and its name in the list below.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use libdeflater::{CompressionLvl, Compressor};
use provost::config::{Config, Layers};
use provost::document::Source;
use provost::git::Mapped;

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        mod targets {
            $(pub(super) mod $name;)+
        }

        /// All targets.
        pub const TARGETS: &[Target] = &[
            $(Target { name: stringify!($name), run: targets::$name::run },)+
        ];
    };
}

targets! {
    alternates,
    baseline,
    chain,
    commit,
    commit_graph,
    escape,
    git_config,
    ident,
    ledger,
    loose,
    message,
    note,
    pack,
    pack_entry,
    pack_index,
    policy,
    published,
    record,
    refs,
    repository,
    rules,
    signature,
    structure,
    tag,
    text,
    tree,
    updates,
}

/// A parser or reader and its properties.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name, which its folder in `corpus/` has too.
    pub name: &'static str,
    /// Checks the properties with some bytes.
    pub run: fn(&[u8]),
}

/// Returns the target that the environment variable `FUZZ_TARGET` names.
///
/// # Panics
/// When it names none.
pub fn chosen() -> Target {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    match TARGETS.iter().find(|target| target.name == name) {
        Some(target) => *target,
        None => panic!("FUZZ_TARGET names no target; these are there: {}", names.join(" ")),
    }
}

/// Whether a part is a piece of the whole, not a copy.
pub(crate) fn is_within(whole: &[u8], part: &[u8]) -> bool {
    let (whole, part) = (whole.as_ptr_range(), part.as_ptr_range());
    // An empty part may be anywhere.
    part.start == part.end || whole.start <= part.start && part.end <= whole.end
}

/// The built-in rules and policy.
pub(crate) fn config() -> &'static Config {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| {
        let layers = Layers { isolated: true, ..Layers::default() };
        provost::config::load(layers).expect("the built-in configuration")
    });
    &CONFIG
}

/// A file of rules.
pub(crate) fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source { name: name.to_owned(), text: text.to_owned().into(), built_in: false })
}

/// A folder for the files that a reader wants: `TMPDIR`, which is best in memory.
pub(crate) fn scratch() -> PathBuf {
    std::env::temp_dir()
}

/// Bytes as a mapped file; `None` where there are none to map.
pub(crate) fn mapped(bytes: &[u8]) -> Option<Mapped> {
    let mut file = tempfile::NamedTempFile::new_in(scratch()).expect("a file");
    file.write_all(bytes).expect("a file");
    provost::fuzzing::mapped(file.path()).ok()
}

/// Bytes as a zlib stream.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let size = compressor.zlib_compress(bytes, &mut out).expect("room for a stream");
    out.truncate(size);
    out
}
