//! What the catalogue says of a tool by name and page, and of models by family.

use super::strength::NameClass;
use crate::document::Fields;

/// What is known of a tool by name and page.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(super) tool: String,
    pub(super) vendor: String,
    /// Names that are nothing else.
    pub(super) own: Vec<String>,
    /// Names that are ordinary words or other software as well.
    pub(super) words: Vec<String>,
    /// Names that people bear as well.
    pub(super) people: Vec<String>,
    pub(super) urls: Vec<String>,
    pub(super) staff: Vec<String>,
}

impl Facts {
    /// Reads the keys of a tool's block that name it; `None` where there are none.
    pub fn read((tool, vendor): (&str, &str), fields: &mut Fields<'_>) -> Option<Self> {
        let mut strings = |key| {
            let all: Vec<(&str, _)> = fields.strings(key);
            all.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>()
        };
        let (own, words, people) = (strings("names"), strings("ambiguous"), strings("people"));
        let (mut urls, staff) = (strings("urls"), strings("staff"));
        for url in &mut urls {
            let bare = url.split_once("://").map_or(url.as_str(), |(_, bare)| bare);
            *url = bare.trim_start_matches("www.").trim_end_matches('/').to_owned();
        }
        let is_named = [&own, &words, &people, &urls].iter().any(|list| !list.is_empty());
        is_named.then(|| {
            let (tool, vendor) = (tool.to_owned(), vendor.to_owned());
            Self { tool, vendor, own, words, people, urls, staff }
        })
    }

    pub(super) fn vendor(&self) -> &str {
        &self.vendor
    }

    pub(super) fn names(&self) -> [(NameClass, &[String]); 3] {
        [
            (NameClass::Own, &self.own),
            (NameClass::Word, &self.words),
            (NameClass::Person, &self.people),
        ]
    }

    /// Words of which one is on each line that names the tool.
    pub(super) fn literals(&self) -> Vec<String> {
        let mut literals: Vec<String> = Vec::new();
        let vendor = self.vendor.to_ascii_lowercase();
        for name in self.names().iter().flat_map(|(_, names)| names.iter()) {
            let lower = name.to_ascii_lowercase();
            let word = rarest(&lower, &vendor);
            if !literals.iter().any(|known| known == word) {
                literals.push(word.to_owned());
            }
            let words = lower.split([' ', '-', '_']).count();
            if (2..=MOST_JOINED).contains(&words) {
                literals.push(lower.chars().filter(|it| it.is_alphanumeric()).collect());
            }
        }
        literals.sort_unstable();
        literals.dedup();
        let has_word = |url: &str| {
            let mut words = url.split(|it: char| !it.is_ascii_alphabetic());
            words.any(|word| literals.binary_search_by(|it| it.as_str().cmp(word)).is_ok())
        };
        let urls: Vec<String> = self.urls.iter().filter(|url| !has_word(url)).cloned().collect();
        literals.extend(urls);
        literals
    }
}

/// Names of more words are not looked for written as one.
const MOST_JOINED: usize = 2;

/// A word by which models are called, and whose they are.
#[derive(Clone, Debug)]
pub(in crate::marker) struct ModelWord {
    pub(in crate::marker) family: String,
    pub(in crate::marker) vendor: String,
}

/// The word of a name, in lower case, by which it is looked for.
fn rarest<'n>(name: &'n str, vendor: &str) -> &'n str {
    const COMMON: [&str; 8] = ["cli", "code", "agent", "ai", "developer", "coder", "the", "coding"];
    let words = || name.split([' ', '-', '_']).filter(|word| !word.is_empty());
    let is_rare = |word: &&str| {
        let is_short = word.is_ascii() && word.len() < 3;
        !is_short && *word != vendor && !COMMON.contains(word)
    };
    words().find(is_rare).or_else(|| words().next()).unwrap_or(name)
}
