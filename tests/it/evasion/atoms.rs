//! A disguised line as a row of atoms, and the tricks that make one from another.
//!
//! A trick never cuts through an atom in a way that would destroy it for a reader too: a
//! full-width digit inside a character reference, say, leaves no reference. So whatever the
//! tricks make of a line, a reader who sees it drawn still reads the line.

use super::characters::Palette;
use super::references;
use crate::support::Random;

/// What an atom is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A character of the line itself.
    Plain,
    /// One character outside ASCII in its place.
    StandIn,
    /// A character reference in its place, or in that of something invisible.
    Reference,
    /// Something that is not seen.
    Invisible,
    /// Something that no further trick may change.
    Sealed,
}

/// What is never divided.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The character of the line that a reader sees here.
    pub(super) base: Option<char>,
}

/// The atoms of a line that nothing has been done to.
pub(super) fn atoms(line: &str) -> Vec<Atom> {
    let atom = |c: char| Atom { text: c.to_string(), kind: Kind::Plain, base: Some(c) };
    line.chars().map(atom).collect()
}

/// The text of a row of atoms.
pub(super) fn text(atoms: &[Atom]) -> String {
    atoms.iter().map(|atom| atom.text.as_str()).collect()
}

/// How much of a line a trick is applied to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Density {
    /// Each place.
    All,
    /// About one of three.
    Some,
    /// One place.
    One,
}

impl Density {
    pub(super) fn random(random: &mut Random) -> Self {
        *random.pick(&[Self::All, Self::Some, Self::Some, Self::One])
    }

    /// For each of `places` places, whether the trick is applied there.
    fn spread(self, places: usize, random: &mut Random) -> Vec<bool> {
        let one = if places == 0 { 0 } else { random.below(places) };
        let due = |at: usize, random: &mut Random| match self {
            Self::All => true,
            Self::Some => random.one_in(3),
            Self::One => at == one,
        };
        (0..places).map(|at| due(at, random)).collect()
    }
}

/// Replaces atoms: those for which `with` knows a replacement.
pub(super) fn replace(
    atoms: &mut [Atom],
    density: Density,
    random: &mut Random,
    with: &dyn Fn(&Atom, &mut Random) -> Option<Atom>,
) {
    let mut replaced: Vec<(usize, Atom)> = Vec::new();
    for (at, atom) in atoms.iter().enumerate() {
        replaced.extend(with(atom, random).map(|atom| (at, atom)));
    }
    let due = density.spread(replaced.len(), random);
    for ((at, atom), _) in replaced.into_iter().zip(due).filter(|(_, due)| *due) {
        atoms[at] = atom;
    }
}

/// Inserts atoms between characters of the line: before or behind those for which `what`
/// knows one.
pub(super) fn insert(
    atoms: &mut Vec<Atom>,
    density: Density,
    random: &mut Random,
    before: bool,
    what: &dyn Fn(&Atom, &mut Random) -> Option<Atom>,
) {
    let mut inserted: Vec<(usize, Atom)> = Vec::new();
    // Nothing goes behind the last: an invisible character there hides nothing.
    for (at, atom) in atoms.iter().enumerate() {
        if atom.base.is_some() && (before || at + 1 < atoms.len()) {
            inserted.extend(what(atom, random).map(|new| (at + usize::from(!before), new)));
        }
    }
    let due = density.spread(inserted.len(), random);
    let chosen = inserted.into_iter().zip(due).filter(|(_, due)| *due);
    for (shift, ((at, atom), _)) in chosen.enumerate() {
        atoms.insert(at + shift, atom);
    }
}

/// Writes atoms as character references.
pub(super) fn refer(atoms: &mut [Atom], density: Density, random: &mut Random) {
    let due = density.spread(atoms.len(), random);
    for at in 0..atoms.len() {
        let next = atoms[at + 1..].iter().find_map(|atom| atom.base);
        let atom = &atoms[at];
        // What comes behind must not be read as a part of a reference that has no end.
        let open = next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != ';');
        if due[at]
            && let Some(text) = references::of(atom, open, random)
        {
            atoms[at] = Atom { text, kind: Kind::Reference, base: atom.base };
        }
    }
}

/// A trick over a line; its name, and whether it can stand in a header.
pub(super) struct Trick {
    pub(super) name: &'static str,
    pub(super) in_header: bool,
    pub(super) apply: fn(&mut Vec<Atom>, &Palette, Density, &mut Random),
}
