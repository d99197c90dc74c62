//! The configuration layers, weakest first: built-in, `/etc/provost/rules.toml`, the
//! repository's own, `--rules`. They are merged key by key and handed to the rooms that
//! read them. Nothing is judged with a broken configuration, and nothing that a push
//! brings is configuration for judging it.

mod built_in;
mod despite;
mod error;
pub mod files;
pub mod limits;
mod locks;
pub mod log;
mod names;
mod paths;
pub mod published;
mod rooms;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::document::{self, Node, Problem, Reader, Source, overlay};
use crate::git::Repository;
use crate::owner::{self, Acting};
use crate::policy::{Judge, Policy, Situation};
use crate::rules::facts::{self, Extent};

#[cfg(feature = "fuzzing")]
pub(crate) use built_in::bare;
pub use built_in::{BUILT_IN, Rules};
pub use despite::{log_despite, policy_despite};
pub use error::ConfigError;
pub use paths::in_repository;

use built_in::BARE;
use limits::Limits;
use log::LogSettings;
use published::Published;
use rooms::{Rooms, read_rooms};

/// The administrator's file for the whole machine.
pub const SYSTEM: &str = "/etc/provost/rules.toml";

/// What `policy apply` appends to a file's name for the text before, and for the text that
/// was checked last.
pub const PREVIOUS: &str = ".previous";
/// See [`PREVIOUS`].
pub const LAST_GOOD: &str = ".last-good";

/// Rules and policy, ready to use.
#[derive(Debug)]
pub struct Config {
    /// The catalogue.
    pub rules: Rules,
    /// The policy.
    pub policy: Policy,
    /// `sha256:…` over all layers in their order.
    pub digest: String,
    /// The files with mistakes in whose place their last good text stands.
    pub replaced: Vec<String>,
    /// The merged layers, for commands that look at examples.
    pub merged: Node,
    /// Where decisions are recorded, if they are.
    pub log: Option<LogSettings>,
    /// What judging a push may cost.
    pub limits: Limits,
    /// Where the ledgers of repositories are, if not in these: `directory` of `[state]`.
    pub state_directory: Option<PathBuf>,
}

/// Which layers to load.
#[derive(Clone, Copy, Default)]
pub struct Layers<'a> {
    /// The repository whose own layer counts.
    pub repository: Option<&'a Repository>,
    /// The files given with `--rules`, weakest first.
    pub files: &'a [PathBuf],
    /// Leave out the machine's and the repository's layers.
    pub isolated: bool,
    /// The machine's layer in the place of [`SYSTEM`].
    pub system: Option<&'a Path>,
    /// What a server has published, in the place of the machine's and the repository's
    /// layers, and whose that is.
    pub published: Option<(&'a Published, &'a str)>,
}

/// Loads and merges the layers. A file with mistakes is replaced by the text that was
/// checked last, where that text itself says so (`fall-back-to-last-good`).
///
/// # Errors
/// All mistakes of all files together, or the file that could not be read.
pub fn load(layers: Layers<'_>) -> Result<Config, ConfigError> {
    let sources = layers_over(BARE, layers)?;
    merge(&sources).or_else(|error| match last_good(&sources, &error) {
        Some((good, replaced)) => {
            let mut config = merge(&good)?;
            config.replaced = replaced;
            Ok(config)
        }
        None => Err(error),
    })
}

/// Loads and merges the layers with all that stands in them: examples and sources too,
/// which decide nothing.
///
/// # Errors
/// As [`load`]; no file is replaced by its last good text.
pub fn load_whole(layers: Layers<'_>) -> Result<Config, ConfigError> {
    merge(&sources(layers)?)
}

/// The layers with the last good text of each that has mistakes, and their names; `None`
/// when one of them has none, or does not want it used.
fn last_good(
    sources: &[Arc<Source>],
    error: &ConfigError,
) -> Option<(Vec<Arc<Source>>, Vec<String>)> {
    let ConfigError::Problems(problems) = error else { return None };
    let mut layers = sources.to_vec();
    let mut replaced = Vec::new();
    for layer in &mut layers {
        let broken = problems.iter().any(|problem| Arc::ptr_eq(&problem.place.source, layer));
        if !broken {
            continue;
        }
        let good = read(Path::new(&format!("{}{LAST_GOOD}", layer.name))).ok()?;
        let wanted = document::parse(&good).ok().and_then(|root| {
            let reader = Reader::default();
            let mut root = reader.fields(&root, "the top level")?;
            Some(Policy::read(&mut root).falls_back())
        });
        if wanted != Some(true) {
            return None;
        }
        replaced.push(layer.name.clone());
        *layer = good;
    }
    (!replaced.is_empty()).then_some((layers, replaced))
}

/// The texts of the layers, weakest first.
///
/// # Errors
/// The file that could not be read.
pub fn sources(layers: Layers<'_>) -> Result<Vec<Arc<Source>>, ConfigError> {
    layers_over(BUILT_IN, layers)
}

fn layers_over(
    built_in: &'static str,
    layers: Layers<'_>,
) -> Result<Vec<Arc<Source>>, ConfigError> {
    let built_in = Source { name: "rules.toml".into(), text: built_in.into(), built_in: true };
    let mut sources = vec![Arc::new(built_in)];
    if let Some((published, origin)) = layers.published {
        sources.extend(published.sources(origin));
    } else if !layers.isolated {
        sources.extend(read_if_there(layers.system.unwrap_or(Path::new(SYSTEM)))?);
        if let Some(repository) = layers.repository {
            sources.extend(repository_layer(repository)?);
        }
    }
    for path in layers.files {
        sources.push(read(path)?);
    }
    Ok(sources)
}

fn repository_layer(repository: &Repository) -> Result<Option<Arc<Source>>, ConfigError> {
    // Its owner says what is read.
    let git_dir = repository.git_dir();
    let _acting = Acting::for_path(git_dir)
        .map_err(|source| ConfigError::File { path: git_dir.to_owned(), source })?;
    match repository.local_config_bytes("provost.rules")? {
        // Named in the configuration, it must be there.
        Some(path) => {
            let written = Path::new(OsStr::from_bytes(&path));
            let path = in_repository(git_dir, written);
            Ok(Some(read(&path.ok_or_else(|| ConfigError::Leaves { path: written.to_owned() })?)?))
        }
        None => read_if_there(&repository.common_dir().join("provost/rules.toml")),
    }
}

fn read_if_there(path: &Path) -> Result<Option<Arc<Source>>, ConfigError> {
    match read(path) {
        Ok(source) => Ok(Some(source)),
        Err(ConfigError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Reads one file of rules.
///
/// # Errors
/// When it can't be read or is not text.
pub fn read(path: &Path) -> Result<Arc<Source>, ConfigError> {
    let bytes = owner::named_content(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| ConfigError::NotText {
        path: path.to_owned(),
        at: error.utf8_error().valid_up_to(),
    })?;
    Ok(Arc::new(Source { name: path.display().to_string(), text: text.into(), built_in: false }))
}

/// Merges parsed layers and reads them.
///
/// # Errors
/// All mistakes of all files together.
pub fn merge(sources: &[Arc<Source>]) -> Result<Config, ConfigError> {
    match examine(sources) {
        (Some(config), problems) if problems.is_empty() => Ok(config),
        (_, problems) => Err(ConfigError::Problems(problems)),
    }
}

/// Merges parsed layers and reads them as far as that goes, for whoever looks for
/// mistakes: what is returned beside problems must not judge anything.
#[must_use]
pub fn examine(sources: &[Arc<Source>]) -> (Option<Config>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut digest = Sha256::new();
    let mut parsed = Vec::with_capacity(sources.len());
    for source in sources {
        digest.update(source_digest(source));
        if built_in::is_bare(source) {
            parsed.push((source, None));
            continue;
        }
        match document::parse(source) {
            Ok(layer) => parsed.push((source, Some(layer))),
            Err(found) => problems.extend(found),
        }
    }
    // What nobody changes of the catalogue is read when something is looked for.
    let changed = parsed.iter().filter_map(|(_, layer)| layer.as_ref()).any(built_in::changes);
    let mut merged: Option<Node> = None;
    for (source, layer) in parsed {
        let layer = match layer {
            Some(layer) => layer,
            None => built_in::layer(source, changed),
        };
        match &mut merged {
            Some(base) => {
                problems.extend(log::unlocks(log::locked(base), &layer));
                let locking = locks::of(base);
                overlay(base, layer, &mut problems);
                if let Some(locking) = locking {
                    problems.extend(locking.loosened(base, source));
                }
            }
            // The first is the built-in one; a test looks for ids used twice in it.
            None => merged = Some(layer),
        }
    }
    // A file that can't be parsed has lost keys: what else would be reported follows
    // from that.
    let Some(mut merged) = merged.filter(|_| problems.is_empty()) else {
        return (None, problems);
    };
    let is_bare = sources.iter().any(|source| built_in::is_bare(source));
    facts::expand(&mut merged, if is_bare { Extent::Judged } else { Extent::Whole });
    let reader = Reader::default();
    let read = read_rooms(&reader, &merged);
    if let Some(read) = &read {
        names::check(&reader, &read.rules, &read.policy);
    }
    let problems = reader.take();
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{hex}");
    let config = read.map(|Rooms { rules, policy, log, limits, state_directory }| Config {
        rules,
        policy,
        digest,
        replaced: Vec::new(),
        merged,
        log,
        limits,
        state_directory,
    });
    (config, problems)
}

/// The digest of one layer, in hexadecimal digits.
fn source_digest(source: &Source) -> String {
    if source.built_in {
        return env!("PROVOST_RULES_SHA256").to_owned();
    }
    Sha256::digest(source.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Config {
    /// The policy as it stands in a situation.
    #[must_use]
    pub fn judge(&self, situation: Situation) -> Judge<'_> {
        Judge::new(&self.policy, situation, || self.rules.markers_as_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Marker;

    #[test]
    fn the_bare_rules_decide_as_the_whole_ones() {
        let load = |text: &'static str| {
            let source = Source { name: "rules.toml".into(), text: text.into(), built_in: true };
            merge(&[Arc::new(source)]).unwrap()
        };
        let (whole, bare) = (load(BUILT_IN), load(BARE));
        let rules = |config: &Config| -> Vec<(Marker, String)> {
            let of = |rule: &crate::rules::Rule| {
                let marker = &rule.marker;
                let copy = Marker {
                    id: marker.id.clone(),
                    tool: marker.tool.clone(),
                    tool_name: marker.tool_name.clone(),
                    vendor: marker.vendor.clone(),
                    since: marker.since.clone(),
                    ..**marker
                };
                (copy, rule.place.file_line())
            };
            config.rules.rules.iter().map(of).collect()
        };
        assert_eq!(rules(&whole), rules(&bare));
        let (all, failures) = crate::rules::check_examples(&whole.merged, &bare.rules);
        // An empty one stands for examples that a marker of a trick can't have.
        let failed = failures.iter().filter(|failure| !failure.example.is_empty());
        let failed: Vec<_> = failed.map(|failure| (&failure.id, &failure.example)).collect();
        assert!(all > 3000 && failed.is_empty(), "{all} examples: {failed:?}");
        assert_eq!(whole.digest, bare.digest);
        assert!(BARE.trim().len() <= BUILT_IN.len());
        assert!(!BARE.contains("\nhits ="));
    }
}
