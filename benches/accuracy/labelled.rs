//! Labelled commits: read from a file, or made of the catalogue's examples.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub(crate) struct Label {
    pub(crate) tool: String,
    /// `strong`, `weak` or `unclear`.
    pub(crate) strength: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Labelled {
    pub(crate) repo: String,
    pub(crate) oid: String,
    pub(crate) author: String,
    pub(crate) committer: String,
    pub(crate) message: String,
    pub(crate) message_b64: Option<String>,
    pub(crate) signing_key: Option<String>,
    pub(crate) labels: Vec<Label>,
    pub(crate) hard_negative: bool,
}

impl Labelled {
    /// The commit object, with a signature by the key if there is one.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let mut raw = format!(
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor {}\ncommitter {}\n",
            self.author, self.committer
        );
        if let Some(key) = &self.signing_key {
            let key = STANDARD.decode(key).unwrap();
            let length = u32::try_from(key.len()).unwrap().to_be_bytes();
            let blob = [b"SSHSIG\0\0\0\x01", &length[..], &key, b"\0\0\0\x03git"].concat();
            let armoured = STANDARD.encode(blob);
            let lines = armoured.as_bytes().chunks(70);
            let lines: String =
                lines.map(|it| format!(" {}\n", String::from_utf8_lossy(it))).collect();
            raw += &format!(
                "gpgsig -----BEGIN SSH SIGNATURE-----\n{lines} -----END SSH SIGNATURE-----\n"
            );
        }
        let coded = self.message_b64.as_ref().map(|coded| STANDARD.decode(coded).unwrap());
        let message = coded.unwrap_or_else(|| self.message.clone().into_bytes());
        [raw.as_bytes(), b"\n", &message].concat()
    }
}

/// A label that a commit got after the corpus was made.
#[derive(Deserialize)]
struct Relabelled {
    oid: String,
    #[serde(flatten)]
    label: Label,
}

/// Reads labelled commits, one JSON object a line, and adds the labels of `relabelled.jsonl`:
/// those of tools and marks that the catalogue learnt after the corpus was labelled.
pub(crate) fn parsed(lines: &str) -> Vec<Labelled> {
    let mut newer: HashMap<String, Vec<Label>> = HashMap::new();
    for line in include_str!("relabelled.jsonl").lines() {
        let Relabelled { oid, label } = serde_json::from_str(line).expect("a label");
        newer.entry(oid).or_default().push(label);
    }
    let commits = lines.lines().map(|line| {
        let mut commit: Labelled = serde_json::from_str(line).expect("a labelled commit");
        commit.labels.extend(newer.get(&commit.oid).cloned().unwrap_or_default());
        commit
    });
    commits.collect()
}

/// The catalogue's own examples as labelled commits, and look-alikes without a label.
pub(crate) fn constructed() -> Vec<Labelled> {
    let rules: toml::Table = include_str!("../../rules.toml").parse().expect("the catalogue");
    let tables = |value: Option<&toml::Value>| -> Vec<toml::Value> {
        value.and_then(|it| it.as_array()).cloned().unwrap_or_default()
    };
    let person = "A Person <person@example.com> 1767225600 +0000";
    let mut commits = parsed(include_str!("look-alikes.jsonl"));
    for tool in tables(rules.get("tool")) {
        for marker in tables(tool.get("marker")) {
            for hit in tables(marker.get("hits")) {
                let text = hit.as_str().unwrap_or_default();
                let (mut author, mut message) = (person.to_owned(), "Change\n".to_owned());
                match marker.get("kind").and_then(|kind| kind.as_str()) {
                    Some("trailer" | "sign-off" | "line") => message += &format!("\n{text}\n"),
                    // A committer alone leaves another mark than an author.
                    Some("identity") if marker.get("roles").is_none() => {
                        author = format!("{text} 1 +0000");
                    }
                    _ => continue,
                }
                let of = |table: &toml::Value, key| table[key].as_str().unwrap().to_owned();
                let label = Label { tool: of(&tool, "id"), strength: of(&marker, "confidence") };
                commits.push(Labelled {
                    repo: "example".into(),
                    oid: text.into(),
                    author,
                    committer: person.to_owned(),
                    message,
                    labels: vec![label],
                    ..Labelled::default()
                });
            }
        }
    }
    commits
}
