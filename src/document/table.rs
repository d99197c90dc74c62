//! A table of a configuration document.

use super::{Node, Place, Table, Text};

/// Among so few a look at each is quicker than a search: most differ in length.
const FEW: usize = 12;

impl Table {
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_ref().cmp(key))
    }

    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&(Place, Node)> {
        if self.0.len() <= FEW {
            return self.0.iter().find(|(known, _)| known == key).map(|(_, entry)| entry);
        }
        self.find(key).ok().and_then(|at| self.0.get(at)).map(|(_, entry)| entry)
    }

    /// The entry of a key, for a change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut (Place, Node)> {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, entry)| entry)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the entry of a key.
    pub fn insert(&mut self, key: Text, entry: (Place, Node)) {
        match self.find(&key) {
            Ok(at) => self.0.get_mut(at).into_iter().for_each(|slot| slot.1 = entry.clone()),
            Err(at) => self.0.insert(at, (key, entry)),
        }
    }

    /// Keeps the entries for whose keys this holds.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(key, _)| keep(key));
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &(Place, Node))> {
        self.0.iter().map(|(key, entry)| (key.as_ref(), entry))
    }
}

impl FromIterator<(Text, (Place, Node))> for Table {
    fn from_iter<I: IntoIterator<Item = (Text, (Place, Node))>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|(a, _), (b, _)| a <= b) {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        Self(entries)
    }
}

impl IntoIterator for Table {
    type Item = (Text, (Place, Node));
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
