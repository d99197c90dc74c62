//! A platform is one file and one name in a list: no other file of `src/` compares its name.

use std::fs;
use std::path::{Path, PathBuf};

use provost::platform;
use syn::visit::{self, Visit};

use super::directory;

/// The texts of a file, without those that are documentation (doc comments and help texts are
/// attributes) and without its tests.
#[derive(Default)]
struct Literals(Vec<String>);

impl<'a> Visit<'a> for Literals {
    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        self.0.push(literal.value());
    }

    fn visit_lit_byte_str(&mut self, literal: &'a syn::LitByteStr) {
        self.0.push(String::from_utf8_lossy(&literal.value()).into_owned());
    }

    /// The arguments of a macro are no expressions yet.
    fn visit_macro(&mut self, call: &'a syn::Macro) {
        let text = call.tokens.to_string();
        self.0.extend(text.split('"').skip(1).step_by(2).map(str::to_owned));
    }
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What a text has of a platform: its name as a word, or its title.
fn named(text: &str) -> Option<&'static str> {
    // These two are ordinary words, of protocols and layouts.
    let all = platform::ALL.iter().filter(|it| !["plain", "http"].contains(&it.name));
    let is_part = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let has = |word: &str| text.split(|c| !is_part(c)).any(|it| it == word);
    let mut all = all.filter(|it| has(it.name) || text.contains(it.title));
    all.next().map(|it| it.name)
}

#[test]
fn each_platform_has_a_recorded_environment_and_is_on_the_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let (platforms, hooks) = (read("docs/platforms.md"), read("hooks/README.md"));
    let recordings = fs::read_dir(directory()).unwrap();
    let recordings: String =
        recordings.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    for platform in platform::ALL {
        let name = platform.name;
        let is_recorded = |variable: &&str| recordings.contains(&format!("\n{variable}="));
        assert!(
            platform.variables.is_empty() || platform.variables.iter().any(is_recorded),
            "no file of tests/it/platforms/recorded has variables of {name}"
        );
        assert!(platforms.contains(&format!("`{name}`")), "no row on {name} in docs/platforms.md");
        let is_shown = hooks.contains(platform.title) || hooks.contains(&format!("`{name}`"));
        assert!(is_shown, "no section on {name} in hooks/README.md");
    }
}

#[test]
fn no_other_file_names_a_platform() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 300, "{} files", files.len());
    let mut own = 0;
    let mut others = Vec::new();
    for path in files {
        let parsed = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut literals = Literals::default();
        literals.visit_file(&parsed);
        let name = path.strip_prefix(&src).unwrap().display().to_string();
        for text in literals.0 {
            let Some(platform) = named(&text) else { continue };
            if name == format!("platform/{platform}.rs") {
                own += 1;
            } else {
                others.push(format!("src/{name} names {platform}: {text:?}"));
            }
        }
    }
    assert!(own >= platform::ALL.len(), "the platforms' own files have {own} such texts");
    assert!(others.is_empty(), "make what is asked a field of `Platform`:\n{}", others.join("\n"));
}
