//! Every kind of marker is found in a push, and every page and schema that lists kinds has it.
//!
//! The examples of a marker are not enough: they call the matcher, and a push finds only what
//! `scan` asks the matcher about.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use provost::finding::Kind;
use provost::text::WordEnum;

use super::*;

const BOT: &str = "Bot <bot@acme.example>";
const FOOTER: &str = "pattern = \"^(// )?Made with Acme$\"\nkeywords = [\"acme\"]\n";
/// How Git writes when an author was at work.
const TIME: &str = "1767225600 +0000";

/// A string as SSH writes it (RFC 4251).
fn ssh_string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn public_key() -> Vec<u8> {
    [ssh_string(b"ssh-ed25519"), ssh_string(&[7; 32])].concat()
}

/// What the table of a marker of a kind says.
fn looks_for(kind: Kind) -> String {
    match kind {
        Kind::Trailer | Kind::SignOff | Kind::Identity => "emails = [\"bot@acme.example\"]".into(),
        Kind::Line | Kind::Content => FOOTER.into(),
        Kind::Signature => {
            format!("ssh-keys = [\"ssh-ed25519 {}\"]", STANDARD.encode(public_key()))
        }
        Kind::Path => "paths = [\"**/.acme/**\"]".into(),
        Kind::Ref => "refs = [\"refs/heads/acme/**\"]".into(),
        Kind::Note => "refs = [\"refs/notes/acme\"]\nformat = \"headers\"".into(),
        Kind::Tamper => "trick = \"nul\"".into(),
    }
}

/// Pushes something that carries a mark of a kind.
fn push_a_mark(kind: Kind, logged: &Logged) {
    let client = &logged.client;
    let raw = |message: &str| client.raw(message);
    let id = match kind {
        Kind::Trailer => raw(&format!("x\n\nCo-authored-by: {BOT}\n")).write(),
        Kind::SignOff => raw(&format!("x\n\nSigned-off-by: {BOT}\n")).write(),
        Kind::Line => raw("x\n\nMade with Acme\n").write(),
        Kind::Tamper => raw("x\n\0\nMade with Acme\n").write(),
        Kind::Identity => {
            let author = format!("{BOT} {TIME}");
            raw("x\n").author(Some(author.as_bytes())).write()
        }
        Kind::Signature => {
            let version = 1_u32.to_be_bytes();
            let parts = [&public_key()[..], b"git", b"", b"sha512", &[9; 83]].map(ssh_string);
            let signature = [b"SSHSIG", &version[..], &parts.concat()].concat();
            let header = format!(
                "gpgsig -----BEGIN SSH SIGNATURE-----\n {}\n -----END SSH SIGNATURE-----",
                STANDARD.encode(signature)
            );
            raw("x\n").header(header.as_bytes()).write()
        }
        Kind::Path => client.commit("x").file(".acme/settings", "1\n").create(),
        Kind::Content => client.commit("x").file("a.rs", "// Made with Acme\n").create(),
        Kind::Ref => {
            let id = raw("x\n").write();
            client.push(&[format!("{id}:refs/heads/acme/fix")]);
            return;
        }
        Kind::Note => {
            client.commit("x").create();
            client.must(&["notes", "--ref=acme", "add", "-m", "AI-Tool: Acme"]);
            client.push(&["refs/notes/acme"]);
            return;
        }
    };
    client.push(&[format!("{id}:refs/heads/main")]);
}

#[test]
fn a_push_finds_every_kind_of_marker() {
    for &kind in Kind::all() {
        let marker = |kind: Kind, id: &str| {
            format!(
                "[[tool.marker]]\nid = \"{id}\"\nkind = \"{kind}\"\nconfidence = \"weak\"\n{}\n",
                looks_for(kind)
            )
        };
        let own = marker(kind, if kind == Kind::Tamper { "tamper/acme" } else { "acme/mark" });
        // There must be something to hide.
        let hidden =
            if kind == Kind::Tamper { marker(Kind::Line, "acme/line") } else { String::new() };
        let rules = format!("[[tool]]\nid = \"acme\"\nvendor = \"Acme\"\n{own}{hidden}");
        let logged = Logged::with(Options::default(), "", &rules);
        push_a_mark(kind, &logged);
        let records = logged.records();
        let findings = records.iter().flat_map(|it| it["findings"].as_array().unwrap());
        let found = findings.filter(|it| it["tool"] == "acme" && it["kind"] == kind.word());
        assert!(found.count() > 0, "a push with a mark of kind {kind}: {records:#?}");
    }
}

#[test]
fn the_schema_and_the_pages_have_every_kind() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let schema: Value = serde_json::from_str(&read("log-schema.json")).unwrap();
    let of_findings = &schema["properties"]["findings"]["items"]["properties"];
    assert_eq!(of_findings["kind"]["enum"], serde_json::json!(Kind::all()));
    let (rules, policy) = (read("rules.md"), read("policy.md"));
    let policy = policy.split("### By kind of marker").nth(1).unwrap();
    let policy = policy.split("\n## ").next().unwrap();
    let keys: Vec<&str> = policy.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    for kind in Kind::all() {
        assert!(rules.contains(&format!("\n### `{kind}`: ")), "rules.md has no section on {kind}");
        assert!(keys.contains(&kind.word()), "policy.md has no key {kind}");
    }
}
