//! What the facts of the catalogue say, looked up by word: which tool a name or a page is,
//! and which words are families of models.

use std::collections::{HashMap, HashSet};

use super::super::alike::alike;
use super::facts::{Facts, ModelWord};
use super::strength::NameClass;
use super::tokens::{Token, tokens};

/// The names, pages and model families of a catalogue.
#[derive(Debug, Default)]
pub(in crate::marker) struct Lexicon {
    /// Names in lower case, letters and digits alone.
    names: HashMap<String, (usize, NameClass)>,
    /// How each name begins, up to each of its words: where none of these is, no name is.
    beginnings: HashSet<String>,
    /// Pages, without scheme; longer ones first.
    pages: Vec<(String, usize)>,
    /// Addresses of staff, support and releases; whole, or a domain with its `@`.
    staff: HashSet<String>,
    families: HashSet<String>,
    /// Vendors of tools and models, those whose name is one word.
    vendors: HashSet<String>,
    is_alike: bool,
}

/// A name that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) tool: usize,
    pub(super) class: NameClass,
    /// How many tokens it takes.
    pub(super) length: usize,
}

/// A model that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ModelAt {
    /// Whether it says more than the family: a version.
    pub(super) has_version: bool,
    /// How many tokens it takes.
    pub(super) length: usize,
}

impl Lexicon {
    /// The lexicon of some tools and model families, for texts in the spelling of
    /// [`super::super::alike`] if `is_alike`.
    pub(super) fn new(tools: &[Facts], models: &[ModelWord], is_alike: bool) -> Self {
        let mut new = Self { is_alike, ..Self::default() };
        for ModelWord { family, vendor } in models {
            new.families.insert(new.fold(family.to_lowercase()));
            new.add_vendor(vendor);
        }
        for (number, facts) in tools.iter().enumerate() {
            new.add(number, facts);
        }
        new.pages.sort_by_key(|(page, _)| std::cmp::Reverse(page.len()));
        new
    }

    fn add(&mut self, number: usize, facts: &Facts) {
        self.add_vendor(facts.vendor());
        for (class, names) in facts.names() {
            for name in names {
                self.add_name(name, number, class);
            }
        }
        let page = |url: &String| (self.fold(url.to_lowercase()), number);
        self.pages.extend(facts.urls.iter().map(page).collect::<Vec<_>>());
        let staff = facts.staff.iter().map(|it| self.fold(it.to_lowercase()));
        self.staff.extend(staff.collect::<Vec<_>>());
    }

    fn add_vendor(&mut self, vendor: &str) {
        if vendor.chars().all(char::is_alphanumeric) {
            self.vendors.insert(self.fold(vendor.to_lowercase()));
        }
    }

    /// Whether a word is a vendor, or a vendor's.
    pub(super) fn is_vendor(&self, word: &str) -> bool {
        let of = word.strip_suffix('s').is_some_and(|vendor| self.vendors.contains(vendor));
        of || self.vendors.contains(word)
    }

    fn add_name(&mut self, name: &str, tool: usize, class: NameClass) {
        let mut whole = String::new();
        let words = self.tokens(name);
        let words: Vec<&str> =
            words.iter().map(Token::word).filter(|word| !word.is_empty()).collect();
        for word in &words {
            whole.push_str(word);
            self.beginnings.insert(whole.clone());
        }
        self.names.entry(whole).or_insert((tool, class));
    }

    /// A word in the spelling of this lexicon.
    pub(super) fn fold(&self, word: String) -> String {
        if self.is_alike { alike(&word) } else { word }
    }

    /// Whether a word of a text is this one, which is written in lower case.
    pub(super) fn is(&self, word: &str, known: &str) -> bool {
        if self.is_alike { word == alike(known) } else { word == known }
    }

    /// Whether a word of a text is one of some.
    pub(super) fn is_any(&self, word: &str, known: &[&str]) -> bool {
        !word.is_empty() && known.iter().any(|known| self.is(word, known))
    }

    /// Cuts a line into tokens in the spelling of this lexicon.
    pub(super) fn tokens<'t>(&self, line: &'t str) -> Vec<Token<'t>> {
        tokens(line, &|word| self.fold(word))
    }

    /// The longest name that begins at the first token. Words may be written together, or
    /// with a hyphen or an underscore between them.
    pub(super) fn name_at(&self, tokens: &[Token<'_>]) -> Option<Named> {
        let mut whole = String::new();
        let mut found = None;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Word(_, word) => whole.push_str(word),
                Token::Mark('-' | '_') if at > 0 => continue,
                _ => break,
            }
            let bare = if at == 0 { without_version(&whole) } else { &whole };
            let known = self.names.get(&whole).or_else(|| self.names.get(bare));
            if let Some(&(tool, class)) = known {
                found = Some(Named { tool, class, length: at + 1 });
            }
            if !self.beginnings.contains(&whole) {
                break;
            }
        }
        found
    }

    /// The tool whose home page, repository or documentation a page is, or is below.
    pub(super) fn tool_of_page(&self, url: &str) -> Option<usize> {
        let url = self.fold(url.to_owned());
        let is_below = |page: &str| {
            let rest = url.strip_prefix(page);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        self.pages.iter().find(|(page, _)| is_below(page)).map(|(_, tool)| *tool)
    }

    /// Whether an address is one of staff, of support or of releases.
    pub(super) fn is_staff(&self, email: &str) -> bool {
        let domain = email.find('@').and_then(|at| email.get(at..)).unwrap_or_default();
        self.staff.contains(email) || self.staff.contains(domain)
    }

    /// The model that begins at the first token: its family, and what tells versions apart.
    pub(super) fn model_at(&self, tokens: &[Token<'_>]) -> Option<ModelAt> {
        let first = tokens.first()?.word();
        let digits = |word: &str| word.contains(|it: char| it.is_ascii_digit());
        let mut has_version = false;
        let mut length = 1;
        if self.families.contains(first) {
            has_version |= digits(first);
        } else {
            // `gpt5`, `qwen3.7`, `glm4`: the family and its version in one word.
            let end = first.find(|it: char| it.is_ascii_digit())?;
            let family = first.get(..end)?;
            if !self.families.contains(family) {
                return None;
            }
            has_version = true;
        }
        let mut at = 1;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Mark('-' | '_' | ':' | '.') => at += 1,
                Token::Word(written, word) => {
                    // `Claude:claude-3-opus` is the tool and its model.
                    if word.starts_with(first) {
                        break;
                    }
                    let is_version = digits(word) && word.len() <= LONGEST_VERSION;
                    let is_more = is_version
                        || self.families.contains(word.as_str())
                        || self.is_any(word, &VARIANTS)
                        || has_version && is_codename(written, tokens.get(at + 1));
                    if !is_more {
                        break;
                    }
                    has_version |= is_version;
                    at += 1;
                    length = at;
                }
                _ => break,
            }
        }
        Some(ModelAt { has_version, length })
    }
}

/// A word without the version that is written behind it: `chatgptv5`.
fn without_version(word: &str) -> &str {
    let bare = word.trim_end_matches(|it: char| it.is_ascii_digit());
    if bare.len() == word.len() { word } else { bare.strip_suffix('v').unwrap_or(bare) }
}

/// Longer words with digits are no versions: ids.
const LONGEST_VERSION: usize = 14;

/// Words that tell models of a family apart.
const VARIANTS: [&str; 44] = [
    "pro",
    "flash",
    "ultra",
    "lite",
    "nano",
    "mini",
    "preview",
    "max",
    "plus",
    "turbo",
    "codex",
    "spark",
    "thinking",
    "reasoner",
    "coder",
    "code",
    "chat",
    "instruct",
    "vl",
    "next",
    "exp",
    "high",
    "xhigh",
    "medium",
    "low",
    "minimal",
    "extended",
    "fast",
    "oss",
    "large",
    "small",
    "latest",
    "deep",
    "research",
    "scout",
    "maverick",
    "mlx",
    "context",
    "experimental",
    "nemo",
    "air",
    "omni",
    "adaptive",
    "reasoning",
];

/// Whether a word behind a version is a name that the vendor gave it: `GPT-5.6 Sol`. Nothing
/// but the end or a mark may follow.
fn is_codename(written: &str, next: Option<&Token<'_>>) -> bool {
    let is_name = written.chars().next().is_some_and(char::is_uppercase)
        && written.chars().skip(1).all(|it| it.is_ascii_lowercase())
        && (3..=10).contains(&written.len());
    is_name && next.is_none_or(|next| next.is_mark(".,;)]"))
}
