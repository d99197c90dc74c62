//! The digest of a policy: of its content, whatever its layout, comments and order of keys.

use sha2::{Digest, Sha256};

use super::hex;
use crate::document::{Node, Table, Value};

/// `sha256:…` over `[policy]` of the merged layers.
#[must_use]
pub fn policy_digest(merged: &Node) -> String {
    let mut hash = Sha256::new();
    if let Value::Table(root) = &merged.value
        && let Some((_, policy)) = root.get("policy")
    {
        feed(&mut hash, &policy.value);
    }
    hex("sha256:", &hash.finalize())
}

/// Kind and length before each value, so that no two policies are the same bytes.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::String(text) => feed_text(hash, b's', text),
        Value::Other(text) => feed_text(hash, b'o', text),
        Value::Integer(number) => feed_text(hash, b'i', &number.to_string()),
        Value::Boolean(flag) => feed_text(hash, b'b', if *flag { "1" } else { "0" }),
        Value::Array(items) => {
            feed_length(hash, b'a', items.len());
            items.iter().for_each(|item| feed(hash, &item.value));
        }
        Value::Table(table) => feed_table(hash, table),
    }
}

fn feed_table(hash: &mut Sha256, table: &Table) {
    feed_length(hash, b't', table.len());
    for (key, (_, node)) in table.iter() {
        feed_text(hash, b'k', key);
        feed(hash, &node.value);
    }
}

fn feed_text(hash: &mut Sha256, kind: u8, text: &str) {
    feed_length(hash, kind, text.len());
    hash.update(text.as_bytes());
}

fn feed_length(hash: &mut Sha256, kind: u8, length: usize) {
    hash.update([kind]);
    hash.update((length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};
    use std::sync::Arc;

    fn of(text: &str) -> String {
        let source = Source { name: String::new(), text: text.to_owned().into(), built_in: false };
        policy_digest(&parse(&Arc::new(source)).unwrap())
    }

    #[test]
    fn only_what_a_policy_says_counts() {
        let one = of("[policy]\ndefault = \"warn\" # for now\nmode = \"observe\"\n");
        assert_eq!(one, of("policy = { mode = \"observe\", default = \"warn\" }\n[log]\nfile = 1"));
        assert_ne!(one, of("policy = { mode = \"observe\", default = \"reject\" }"));
        assert_ne!(of("policy.a = [\"b\", \"c\"]"), of("policy.a = [\"bc\"]"));
        assert_ne!(of("policy.a = \"1\""), of("policy.a = 1"));
    }
}
