//! The entries of a ledger while its lines are read: each line costs the same, however many came
//! before it.

use std::collections::HashMap;

use super::entry::Unjudged;
use crate::git::{ObjectId, RefName};

/// The entries of what was left unchecked as they are read: the last of each ref and object
/// counts.
#[derive(Default)]
pub(super) struct Entries {
    all: Vec<Option<Unjudged>>,
    places: HashMap<(ObjectId, RefName), usize>,
}

impl Entries {
    pub(super) fn of(entries: Vec<Unjudged>) -> Self {
        let mut all = Self::default();
        entries.into_iter().for_each(|entry| all.put(entry));
        all
    }

    pub(super) fn put(&mut self, entry: Unjudged) {
        let place = self.all.len();
        let before = self.places.insert((entry.id, entry.ref_name.clone()), place);
        self.clear(before);
        self.all.push(Some(entry));
    }

    pub(super) fn remove(&mut self, name: RefName, id: ObjectId) {
        let before = self.places.remove(&(id, name));
        self.clear(before);
    }

    /// The entries that are left, in the order of their lines.
    pub(super) fn into_entries(self) -> Vec<Unjudged> {
        self.all.into_iter().flatten().collect()
    }

    fn clear(&mut self, place: Option<usize>) {
        if let Some(entry) = place.and_then(|place| self.all.get_mut(place)) {
            *entry = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, id: u8, why: &str) -> Unjudged {
        Unjudged {
            time: String::new(),
            why: why.to_owned().into(),
            ref_name: RefName::new(name),
            id: ObjectId::from_bytes(&[id; 20]).unwrap(),
            boundary: Vec::new(),
        }
    }

    #[test]
    fn the_last_line_of_each_ref_and_object_counts() {
        let mut entries = Entries::of(vec![entry("a", 1, "time"), entry("b", 1, "time")]);
        entries.put(entry("a", 2, "bytes"));
        entries.put(entry("a", 1, "commits"));
        entries.remove(RefName::new("b"), ObjectId::from_bytes(&[1; 20]).unwrap());
        entries.remove(RefName::new("c"), ObjectId::from_bytes(&[1; 20]).unwrap());
        let left = entries.into_entries();
        assert_eq!(left, [entry("a", 2, "bytes"), entry("a", 1, "commits")]);
    }
}
