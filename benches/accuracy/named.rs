//! Which tool or person a sentence names.

use std::collections::{HashMap, HashSet};

use crate::catalogue::Tool;

/// Names that tools share with people; some of them are no tool's name in the catalogue.
const PEOPLE: [&str; 7] = ["Claude", "Devin", "Jules", "Junie", "Cody", "Serena", "Cline"];

/// The names of a catalogue, looked up by word.
pub(crate) struct Names {
    names: Vec<String>,
    /// By its first word: the further words of a name, and its place in `names`.
    by_first_word: HashMap<String, Vec<(Vec<String>, usize)>>,
    /// The places of names in scripts that put no spaces between words, in lower case.
    without_spaces: Vec<(String, usize)>,
    /// The addresses and logins of tools, in lower case.
    addresses: HashSet<String>,
    logins: HashSet<String>,
}

impl Names {
    pub(crate) fn new(tools: &[Tool]) -> Self {
        let mut names: Vec<String> = PEOPLE.map(str::to_owned).to_vec();
        names.extend(tools.iter().flat_map(Tool::names).flatten().cloned());
        let mut by_first_word: HashMap<_, Vec<_>> = HashMap::new();
        let mut without_spaces = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let name = name.to_lowercase();
            if !name.is_ascii() {
                without_spaces.push((name, at));
                continue;
            }
            let mut words = words(&name).map(str::to_owned);
            if let Some(first) = words.next() {
                by_first_word.entry(first).or_default().push((words.collect(), at));
            }
        }
        let lower = |all: &[String]| all.iter().map(|it| it.to_lowercase()).collect::<Vec<_>>();
        let addresses = tools.iter().flat_map(|it| [lower(&it.emails), lower(&it.weak_emails)]);
        let logins = tools.iter().flat_map(|it| [lower(&it.logins), lower(&it.weak_logins)]);
        let (addresses, logins) = (addresses.flatten().collect(), logins.flatten().collect());
        Self { names, by_first_word, without_spaces, addresses, logins }
    }

    /// The first name in a line, as whole words in any case; of several that begin with the
    /// same word the longest.
    pub(crate) fn named(&self, line: &str) -> Option<&str> {
        let line = line.to_lowercase();
        let mut rest = words(&line);
        while let Some(word) = rest.next() {
            let Some(names) = self.by_first_word.get(word) else { continue };
            let is_here = |further: &[String]| {
                let mut next = rest.clone();
                further.iter().all(|word| next.next() == Some(word.as_str()))
            };
            let here = names.iter().filter(|(further, _)| is_here(further));
            if let Some((_, at)) = here.max_by_key(|(further, _)| further.len()) {
                return self.names.get(*at).map(String::as_str);
            }
        }
        if line.is_ascii() {
            return None;
        }
        let (_, at) = self.without_spaces.iter().find(|(name, _)| line.contains(name))?;
        self.names.get(*at).map(String::as_str)
    }

    /// Whether a line is a credit line at an address that the catalogue lists: that is an
    /// attribution where it stands, and no sentence that only mentions the tool.
    pub(crate) fn is_listed_credit(&self, line: &str) -> bool {
        let line = line.to_lowercase();
        let line = line.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        let Some((key, value)) = line.split_once(':') else { return false };
        let is_key = key.ends_with("-by") && !key.contains(' ');
        let address = value.split(['<', '>']).nth(1).unwrap_or_default().trim();
        let login = address.strip_suffix("@users.noreply.github.com");
        let login = login.map(|it| it.split_once('+').map_or(it, |(_, login)| login));
        is_key
            && (self.addresses.contains(address)
                || login.is_some_and(|login| self.logins.contains(login)))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}
