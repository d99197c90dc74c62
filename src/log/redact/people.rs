//! Who is known, and finding them in texts in any order of their names, any case and with
//! anything between.
//!
//! A name is found by the characters that it consists of, in any order; that they make up its
//! parts is looked at then. So it does not matter how a text divides or joins the parts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;

use super::words::{Characters, Folding, Word, words};

/// The most parts of one name. Of a name that has more, each is looked for by itself.
const MOST_PARTS: usize = 24;
/// The most characters between two parts of a name.
const MOST_BETWEEN: usize = 8;
/// A name that is shorter is looked for only in the record that has it: it may be an ordinary
/// word.
const SHORTEST: usize = 3;
/// The most parts of a name that are looked for in both spellings independently.
const MOST_SPELLED: usize = 4;
/// How many attempts are made to divide a text into the parts of a name.
const MOST_ATTEMPTS: usize = 1000;

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

/// A name in one spelling.
struct Spelling {
    parts: Vec<String>,
    key: String,
}

/// The names that are looked for.
pub(super) struct People {
    /// By their parts in order.
    known: HashMap<String, Kind>,
    /// By the characters that they consist of.
    spelled: HashMap<Characters, Vec<Spelling>>,
    /// Names in scripts that put nothing between words, and their keys.
    unspaced: Vec<(String, String)>,
    /// How many characters the longest has.
    most_characters: usize,
    /// Parts of names that name no person, as those of tools.
    no_person: Arc<HashSet<String>>,
}

impl People {
    pub(super) fn new<'w>(all: impl Iterator<Item = &'w str>) -> Self {
        let parts = all.flat_map(|word| words(word, Folding::Plain));
        Self::with(Arc::new(parts.map(|part| part.text).collect()))
    }

    fn with(no_person: Arc<HashSet<String>>) -> Self {
        Self {
            known: HashMap::new(),
            spelled: HashMap::new(),
            unspaced: Vec::new(),
            most_characters: 0,
            no_person,
        }
    }

    /// No person yet, with the same words that name none.
    pub(super) fn empty(&self) -> Self {
        Self::with(Arc::clone(&self.no_person))
    }

    /// Whether all parts of a name are those of tools.
    pub(super) fn is_no_person(&self, name: &str) -> bool {
        words(name, Folding::Plain).iter().all(|part| self.no_person.contains(&part.text))
    }

    /// Whether a text names a tool, with its version perhaps, or is empty.
    pub(super) fn is_tool(&self, text: &str) -> bool {
        let all = words(text, Folding::Plain);
        let is_word = |word: &Word| {
            let name = word.text.trim_end_matches(|it: char| it.is_ascii_digit());
            self.no_person.contains(&word.text) || !name.is_empty() && self.no_person.contains(name)
        };
        let rest = |word: &&Word| !is_word(word);
        all.is_empty()
            || all.iter().any(is_word) && all.iter().filter(rest).all(|word| is_version(&word.text))
    }

    /// Adds a name, unless it is so short that it may be a word.
    pub(super) fn add(&mut self, name: &str, kind: Kind) {
        let long = words(name, Folding::Plain).iter().map(Word::length).sum::<usize>();
        if long >= SHORTEST || !name.is_ascii() {
            self.add_any(name, kind);
        }
    }

    /// Adds a name of any length.
    pub(super) fn add_any(&mut self, name: &str, kind: Kind) {
        let [plain, long] = [Folding::Plain, Folding::Long]
            .map(|folding| words(name, folding).into_iter().map(|it| it.text).collect());
        self.add_parts(plain, long, kind);
    }

    fn add_parts(&mut self, plain: Vec<String>, long: Vec<String>, kind: Kind) {
        if plain.len() > MOST_PARTS {
            for (plain, long) in plain.into_iter().zip(long) {
                if plain.chars().count() >= SHORTEST {
                    self.add_parts(vec![plain], vec![long], kind);
                }
            }
            return;
        }
        let key = ordered(plain.iter().map(String::as_str));
        if plain.is_empty() || self.known.contains_key(&key) {
            return;
        }
        self.known.insert(key.clone(), kind);
        self.add_unspaced(&plain, &key);
        let differing: Vec<usize> =
            (0..plain.len()).filter(|at| plain.get(*at) != long.get(*at)).collect();
        if differing.len() <= MOST_SPELLED {
            for chosen in 0..1_usize << differing.len() {
                let mut parts = plain.clone();
                for (bit, at) in differing.iter().enumerate() {
                    if chosen >> bit & 1 == 1
                        && let (Some(part), Some(long)) = (parts.get_mut(*at), long.get(*at))
                    {
                        part.clone_from(long);
                    }
                }
                self.add_spelling(parts, &key);
            }
        } else {
            self.add_spelling(plain, &key);
            self.add_spelling(long, &key);
        }
    }

    fn add_spelling(&mut self, mut parts: Vec<String>, key: &str) {
        parts.sort_unstable();
        let (characters, count) =
            parts.iter().fold((Characters::default(), 0), |(all, count), part| {
                (all.and(Characters::of(part)), count + part.chars().count())
            });
        self.most_characters = self.most_characters.max(count);
        let spelling = Spelling { parts, key: key.to_owned() };
        self.spelled.entry(characters).or_default().push(spelling);
    }

    fn add_unspaced(&mut self, parts: &[String], key: &str) {
        if !parts.iter().all(|part| part.chars().all(is_unspaced)) {
            return;
        }
        let backwards: String = parts.iter().rev().map(String::as_str).collect();
        if parts.len() > 1 {
            self.unspaced.push((backwards, key.to_owned()));
        }
        self.unspaced.push((parts.concat(), key.to_owned()));
    }

    /// Finds the names in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        if self.known.is_empty() {
            return all;
        }
        let plain = words(text, Folding::Plain);
        let long = (!text.is_ascii()).then(|| words(text, Folding::Long));
        self.find_among(text, &plain, &mut all);
        if let Some(long) = long.filter(|long| *long != plain) {
            self.find_among(text, &long, &mut all);
        }
        for (name, key) in &self.unspaced {
            let places = text.match_indices(name.as_str());
            all.extend(places.map(|(start, it)| self.found(start, start + it.len(), key)));
        }
        all
    }

    fn found(&self, start: usize, end: usize, key: &str) -> Found {
        let kind = self.known.get(key).copied().unwrap_or(Kind::Person);
        Found { start, end, kind, key: key.to_owned() }
    }

    fn find_among(&self, text: &str, all: &[Word], found: &mut Vec<Found>) {
        let mut at = 0;
        while let Some(first) = all.get(at) {
            let Some((key, count, end)) = self.longest(text, all.get(at..).unwrap_or_default())
            else {
                at += 1;
                continue;
            };
            found.push(self.found(first.start, end, key));
            at += count;
        }
    }

    /// The longest name that a text begins with, by its words: its key, how many words it has,
    /// and its end.
    fn longest(&self, text: &str, words: &[Word]) -> Option<(&str, usize, usize)> {
        let mut best = None;
        let mut characters = Characters::default();
        let mut count = 0;
        let mut last: Option<&Word> = None;
        for (nth, word) in words.iter().enumerate() {
            let between = last.and_then(|last| text.get(last.end..word.start)).unwrap_or_default();
            count += word.length();
            if count > self.most_characters || between.chars().count() > MOST_BETWEEN {
                break;
            }
            characters = characters.and(word.characters);
            if let Some(spellings) = self.spelled.get(&characters) {
                let window = words.get(..=nth).unwrap_or_default();
                let joined: String = window.iter().map(|word| word.text.as_str()).collect();
                let name = spellings.iter().find(|it| is_made_of(&joined, &it.parts));
                best = name.map(|name| (name.key.as_str(), nth + 1, word.end)).or(best);
            }
            last = Some(word);
        }
        best
    }
}

/// Whether a text is all of these parts, in any order.
fn is_made_of(text: &str, parts: &[String]) -> bool {
    fn rest(text: &str, parts: &[String], used: &mut [bool], attempts: &mut usize) -> bool {
        if text.is_empty() {
            return true;
        }
        for (at, part) in parts.iter().enumerate() {
            let is_used = |used: &[bool], at: usize| used.get(at).copied().unwrap_or(true);
            // Of equal parts one is enough.
            let is_repeated = at > 0 && parts.get(at - 1) == Some(part) && !is_used(used, at - 1);
            if is_used(used, at) || is_repeated {
                continue;
            }
            let Some(after) = text.strip_prefix(part.as_str()) else { continue };
            *attempts += 1;
            if *attempts > MOST_ATTEMPTS {
                // Nothing else has these characters in as many arrangements.
                return true;
            }
            used.iter_mut().skip(at).take(1).for_each(|used| *used = true);
            if rest(after, parts, used, attempts) {
                return true;
            }
            used.iter_mut().skip(at).take(1).for_each(|used| *used = false);
        }
        false
    }
    rest(text, parts, &mut vec![false; parts.len()], &mut 0)
}

/// The parts of a name in order, by which it is known.
pub(super) fn key_of(name: &str) -> String {
    let parts = words(name, Folding::Plain);
    ordered(parts.iter().map(|part| part.text.as_str()))
}

fn ordered<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut all: Vec<&str> = parts.collect();
    all.sort_unstable();
    all.join(" ")
}

/// A number, or a letter before one.
fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    word.len() <= 4 && digits.starts_with(|it: char| it.is_ascii_digit())
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
