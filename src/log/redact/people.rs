//! Who is known, and finding them in texts in any order of their names, any case and with
//! anything between.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most parts of one name.
const MOST_PARTS: usize = 6;
/// The most characters between two parts of a name.
const MOST_BETWEEN: usize = 3;
/// A name of one part that is shorter is looked for only in the record that has it: it may be
/// an ordinary word.
const SHORTEST: usize = 3;
/// Names of so few parts are looked for written together, too.
const MOST_JOINED: usize = 3;

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Group,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Group => "group",
        }
    }
}

/// A name in a text.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    /// Its parts in order.
    pub(super) key: String,
}

/// The names that are looked for.
pub(super) struct People {
    /// By their parts in order.
    known: HashMap<String, Kind>,
    /// Names written together, and their parts in order.
    joined: HashMap<String, String>,
    /// Names in scripts that put nothing between words.
    unspaced: Vec<String>,
    most_parts: usize,
    /// Parts of names that name no person, as those of tools.
    no_person: Arc<HashSet<String>>,
}

impl People {
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let no_person = words.flat_map(|word| parts(word).into_iter().map(|part| part.text));
        Self::with(Arc::new(no_person.collect()))
    }

    fn with(no_person: Arc<HashSet<String>>) -> Self {
        Self {
            known: HashMap::new(),
            joined: HashMap::new(),
            unspaced: Vec::new(),
            most_parts: 0,
            no_person,
        }
    }

    /// No person yet, with the same words that name none.
    pub(super) fn empty(&self) -> Self {
        Self::with(Arc::clone(&self.no_person))
    }

    /// Whether all parts of a name are those of tools.
    pub(super) fn is_no_person(&self, name: &str) -> bool {
        parts(name).iter().all(|part| self.no_person.contains(&part.text))
    }

    /// Adds a name, unless it is so short that it may be a word.
    pub(super) fn add(&mut self, name: &str, kind: Kind) {
        let long = parts(name).iter().map(|part| part.text.chars().count()).sum::<usize>();
        if long >= SHORTEST || !name.is_ascii() {
            self.add_any(name, kind);
        }
    }

    /// Adds a name of any length.
    pub(super) fn add_any(&mut self, name: &str, kind: Kind) {
        let all: Vec<String> = parts(name).into_iter().map(|part| part.text).collect();
        if all.is_empty() || all.len() > MOST_PARTS {
            return;
        }
        let key = ordered(all.iter().map(String::as_str));
        self.most_parts = self.most_parts.max(all.len());
        if (2..=MOST_JOINED).contains(&all.len()) {
            for order in orders(&all) {
                self.joined.entry(order).or_insert_with(|| key.clone());
            }
        }
        if let [one] = all.as_slice()
            && one.chars().all(is_unspaced)
            && !self.known.contains_key(&key)
        {
            self.unspaced.push(one.clone());
        }
        self.known.entry(key).or_insert(kind);
    }

    /// Finds the names in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        if self.known.is_empty() {
            return all;
        }
        let found = |start, end, key: &str| {
            let kind = self.known.get(key).copied().unwrap_or(Kind::Person);
            Found { start, end, kind, key: key.to_owned() }
        };
        let words = parts(text);
        let mut at = 0;
        while let Some(first) = words.get(at) {
            let longest = self.longest(text, words.get(at..).unwrap_or_default());
            if let Some((key, count, end)) = longest {
                all.push(found(first.start, end, &key));
                at += count;
                continue;
            }
            if let Some(key) = self.joined.get(&first.text) {
                all.push(found(first.start, first.end, key));
            }
            at += 1;
        }
        for name in &self.unspaced {
            let places = text.match_indices(name.as_str());
            all.extend(places.map(|(start, it)| found(start, start + it.len(), name)));
        }
        all
    }

    /// The longest name that a text begins with, by its words: its key, how many words it has,
    /// and its end.
    fn longest(&self, text: &str, words: &[Word]) -> Option<(String, usize, usize)> {
        let mut best = None;
        let mut names: Vec<&str> = Vec::new();
        let mut last: Option<&Word> = None;
        for word in words.iter().take(self.most_parts) {
            let between = last.and_then(|last| text.get(last.end..word.start)).unwrap_or_default();
            if between.chars().count() > MOST_BETWEEN {
                break;
            }
            names.push(&word.text);
            let key = ordered(names.iter().copied());
            if self.known.contains_key(&key) {
                best = Some((key, names.len(), word.end));
            }
            last = Some(word);
        }
        best
    }
}

/// The parts of a name in order, by which it is known.
pub(super) fn key_of(name: &str) -> String {
    let parts = parts(name);
    ordered(parts.iter().map(|part| part.text.as_str()))
}

fn ordered<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut all: Vec<&str> = parts.collect();
    all.sort_unstable();
    all.join(" ")
}

/// The parts written together, in every order.
fn orders(parts: &[String]) -> Vec<String> {
    if parts.is_empty() {
        return vec![String::new()];
    }
    let mut all = Vec::new();
    for at in 0..parts.len() {
        let mut rest = parts.to_vec();
        let first = rest.remove(at);
        all.extend(orders(&rest).into_iter().map(|rest| first.clone() + &rest));
    }
    all
}

/// A word of a text.
struct Word {
    start: usize,
    end: usize,
    /// In lower case, without diacritics.
    text: String,
}

/// The words of a text: letters and digits that stand together.
fn parts(text: &str) -> Vec<Word> {
    let is_part = |character: char| character.is_alphanumeric() || is_combining_mark(character);
    let mut all: Vec<Word> = Vec::new();
    let mut inside = false;
    for (start, character) in text.char_indices() {
        let end = start + character.len_utf8();
        match (is_part(character), all.last_mut().filter(|_| inside)) {
            (true, Some(word)) => word.end = end,
            (true, None) => all.push(Word { start, end, text: String::new() }),
            (false, _) => {}
        }
        inside = is_part(character);
    }
    for word in &mut all {
        let own = text.get(word.start..word.end).unwrap_or_default();
        word.text =
            own.nfkd().filter(|it| !is_combining_mark(*it)).flat_map(char::to_lowercase).collect();
    }
    all.retain(|word| !word.text.is_empty());
    all
}

/// Ideographs, kana and hangul.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

pub(super) fn expression(text: &str) -> Regex {
    #[allow(clippy::expect_used, reason = "all are written in this room, and a test runs them")]
    Regex::new(text).expect("a regular expression")
}
