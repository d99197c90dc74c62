//! The policy that a server publishes, for developers to judge by before they push: its
//! layers over the built-in one, in one file, which names the server's version too.
//!
//! It is the file [`FILE`] of a commit that the ref [`REF`] of a repository has, or a file
//! by itself. The hook refuses every push to that ref: only the server's administrator
//! writes it.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::ConfigError;
use crate::document::{Moment, Source};
use crate::git::{RefName, Repository};
use crate::owner;

/// Where a repository has it.
pub const REF: &str = "refs/meta/provost";
/// The path in the tree of that commit.
pub const FILE: &str = "policy.toml";
/// The digest of the catalogue that is built into this program.
pub const CATALOGUE: &str = env!("PROVOST_RULES_SHA256");

/// A ref of notes that is kept for this program.
const NOTES: &str = "refs/notes/provost";

/// Whether a ref is kept for the server's administrator, so that no push may write it: every
/// name that begins with [`REF`] (`refs/meta/provost-x` would be fetched by [`refspec`], and
/// `refs/meta/provost/x` keeps the ref itself from being made), and `refs/notes/provost`; also
/// below `refs/namespaces/*/`.
#[must_use]
pub fn is_reserved(name: &[u8]) -> bool {
    let name = RefName::new(name);
    let name = name.judged();
    let below_notes = name.strip_prefix(NOTES.as_bytes());
    // `refs/meta` itself, which git takes in a namespace, would keep all below from being made.
    name == b"refs/meta"
        || name.starts_with(REF.as_bytes())
        || below_notes.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// The ref that a developer's git fetches the policy of a remote to.
#[must_use]
pub fn local_ref(remote: &str) -> String {
    format!("refs/provost/{remote}/policy")
}

/// What it fetches for that. With a pattern, a server that has published nothing is no error.
#[must_use]
pub fn refspec(remote: &[u8]) -> Vec<u8> {
    let to = [b"refs/provost/", remote, b"/policy"].concat();
    [format!("+{REF}*:").as_bytes(), &to, b"*"].concat()
}

/// A policy that a server has published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Published {
    /// When it was published.
    pub time: String,
    /// The version of provost on the server.
    pub provost: String,
    /// The digest of the catalogue that is built into it.
    pub catalogue: String,
    /// The repository's name on its platform, by which scopes know it.
    pub repository: String,
    /// The layers, weakest first.
    #[serde(default, rename = "layer")]
    pub layers: Vec<Layer>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Layer {
    /// The name of its file on the server.
    pub name: String,
    /// What is in it.
    pub text: String,
}

#[derive(Deserialize)]
struct Root {
    published: Published,
}

impl Published {
    /// What would be published of layers now; the built-in one is not in it.
    #[must_use]
    pub fn of(layers: &[Arc<Source>], repository: String) -> Self {
        let own = layers.iter().filter(|layer| !layer.built_in);
        let layers = own.map(|it| Layer { name: it.name.clone(), text: it.text.to_string() });
        Self {
            time: Moment::now().to_string(),
            provost: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue: CATALOGUE.to_owned(),
            repository,
            layers: layers.collect(),
        }
    }

    /// Whether it says the same, whenever it was published.
    #[must_use]
    pub fn is_as(&self, other: &Self) -> bool {
        *self == Self { time: self.time.clone(), ..other.clone() }
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut table = Table::new();
        for (key, text) in [
            ("time", &self.time),
            ("provost", &self.provost),
            ("catalogue", &self.catalogue),
            ("repository", &self.repository),
        ] {
            table.insert(key, value(text));
        }
        let mut layers = ArrayOfTables::new();
        for layer in &self.layers {
            let mut table = Table::new();
            table.insert("name", value(&layer.name));
            table.insert("text", value(&layer.text));
            layers.push(table);
        }
        table.insert("layer", Item::ArrayOfTables(layers));
        let mut document = DocumentMut::new();
        document.insert("published", Item::Table(table));
        format!("# Published by provost: the policy of this server, for provost check.\n{document}")
    }

    /// Reads the file; `from` is where it was found, for people.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(bytes: &[u8], from: &str) -> Result<Self, ConfigError> {
        let wrong = |reason: String| ConfigError::Published { from: from.to_owned(), reason };
        let text = std::str::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
        let root: Root = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        Ok(root.published)
    }

    /// Reads it from a ref of a repository; `None` when there is no such ref.
    ///
    /// # Errors
    /// When what the ref has can't be read.
    pub fn at(repository: &Repository, name: &str) -> Result<Option<Self>, ConfigError> {
        let Some(id) = repository.value_of(name)? else { return Ok(None) };
        let bytes = repository.file_of(id, FILE)?;
        let bytes = bytes.ok_or_else(|| ConfigError::Published {
            from: name.to_owned(),
            reason: format!("its commit has no file {FILE}"),
        })?;
        Self::parse(&bytes, name).map(Some)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn in_file(path: &Path) -> Result<Self, ConfigError> {
        let bytes = owner::named_content(path)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        Self::parse(&bytes, &path.display().to_string())
    }

    /// The layers as configuration; `origin` says whose they are.
    #[must_use]
    pub fn sources(&self, origin: &str) -> Vec<Arc<Source>> {
        let source = |layer: &Layer| Source {
            name: format!("{origin}:{}", layer.name),
            text: layer.text.clone().into(),
            built_in: false,
        };
        self.layers.iter().map(|layer| Arc::new(source(layer))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_or_imitate_the_published_policy_are_reserved() {
        let namespaced = |name: &str| {
            [
                name.to_owned(),
                format!("refs/namespaces/a/{name}"),
                format!("refs/namespaces/a/refs/namespaces/b/{name}"),
            ]
        };
        for name in [
            "refs/meta/provost",
            "refs/meta/provost/x",
            "refs/meta/provost-x",
            "refs/meta/provostx",
            "refs/notes/provost",
            "refs/notes/provost/x",
        ] {
            for name in namespaced(name) {
                assert!(is_reserved(name.as_bytes()), "{name}");
            }
        }
        for name in [
            "refs/meta/prov",
            "refs/meta/config",
            "refs/heads/refs/meta/provost",
            "refs/notes/provost-x",
            "refs/notes/x/provost",
            "refs/heads/provost",
        ] {
            for name in namespaced(name) {
                assert!(!is_reserved(name.as_bytes()), "{name}");
            }
        }
        assert!(!is_reserved(b"refs/namespaces/a/meta/provost"));
        assert!(is_reserved(b"refs/meta/provost\xff"));
        assert!(is_reserved(b"refs/namespaces/a/refs/meta"));
    }

    #[test]
    fn what_is_published_is_read_again_byte_for_byte() {
        let layer = |name: &str, text: &str| {
            Arc::new(Source { name: name.into(), text: text.to_owned().into(), built_in: false })
        };
        let texts = ["a = 1\n", "\n\n", "x = '''\n\\ \"\"\" '''\r\n# \u{1f600}\tz\n", ""];
        let layers: Vec<_> = texts.iter().map(|text| layer("/etc/it's \"here\"", text)).collect();
        let published = Published::of(&layers, "owner/name".into());
        let read = Published::parse(published.text().as_bytes(), "x").unwrap();
        assert_eq!(read, published);
        let sources = read.sources("origin");
        assert!(sources.iter().map(|it| it.text.as_ref()).eq(texts));
        assert!(Published::parse(b"published = 1", "x").is_err());
        assert!(Published::parse(&[0xff], "x").is_err());
    }
}
