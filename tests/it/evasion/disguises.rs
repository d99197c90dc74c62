//! The tricks on the characters of a line, each of random choice and extent.

use super::atoms::{Atom, Density, Kind, Trick, insert, refer, replace};
use super::characters::Palette;
use super::sequences::{CONTROLS, sequence};
use crate::support::Random;

fn stand_in(character: char, base: Option<char>) -> Atom {
    Atom { text: character.to_string(), kind: Kind::StandIn, base }
}

fn invisible(text: impl Into<String>) -> Atom {
    Atom { text: text.into(), kind: Kind::Invisible, base: None }
}

/// Replaces plain characters by one of a list.
fn by_list<'p>(
    atoms: &mut [Atom],
    density: Density,
    random: &mut Random,
    list: impl Fn(char) -> Option<&'p Vec<char>>,
) {
    replace(atoms, density, random, &|atom, random| {
        let base = atom.base.filter(|_| atom.kind == Kind::Plain)?;
        list(base).map(|list| stand_in(*random.pick(list), Some(base)))
    });
}

/// Inserts invisible texts between characters.
fn between(
    atoms: &mut Vec<Atom>,
    density: Density,
    random: &mut Random,
    text: impl Fn(&mut Random) -> String,
) {
    insert(atoms, density, random, false, &|_, random| Some(invisible(text(random))));
}

/// Letters of other scripts with the same shape.
pub(super) const LOOK_ALIKES: Trick = Trick {
    name: "look-alikes",
    in_header: true,
    apply: |atoms, palette, density, random| {
        let letter = |c: char| palette.look_alikes.get(&c).filter(|_| c.is_ascii_alphabetic());
        by_list(atoms, density, random, letter);
    },
};

/// Every trick. What does nothing under a palette leaves the line as it is.
pub(super) const TRICKS: [Trick; 15] = [
    LOOK_ALIKES,
    Trick {
        name: "look-alike punctuation",
        in_header: true,
        apply: |atoms, palette, density, random| {
            let mark = |c: char| palette.look_alikes.get(&c).filter(|_| ":.-<>/@".contains(c));
            by_list(atoms, density, random, mark);
        },
    },
    Trick {
        name: "compatible characters",
        in_header: true,
        apply: |atoms, palette, density, random| {
            by_list(atoms, density, random, |c| palette.compatible.get(&c).filter(|_| c != ' '));
        },
    },
    Trick {
        name: "accented letters",
        in_header: true,
        apply: |atoms, palette, density, random| {
            by_list(atoms, density, random, |c| palette.accented.get(&c));
        },
    },
    Trick {
        name: "other blanks",
        in_header: true,
        apply: |atoms, palette, density, random| {
            let blank = |c: char| Some(&palette.blanks).filter(|l| c == ' ' && !l.is_empty());
            by_list(atoms, density, random, blank);
        },
    },
    Trick {
        name: "combining marks",
        in_header: true,
        apply: |atoms, palette, density, random| {
            if palette.combining.is_empty() {
                return;
            }
            insert(atoms, density, random, false, &|atom, random| {
                let count = random.within(1, 3);
                let marks = (0..count).map(|_| *random.pick(&palette.combining));
                let letter = atom.base.is_some_and(|c| c.is_ascii_alphabetic());
                (letter && atom.kind == Kind::Plain).then(|| invisible(marks.collect::<String>()))
            });
        },
    },
    Trick {
        name: "invisible characters",
        in_header: true,
        apply: |atoms, palette, density, random| {
            if palette.invisible.is_empty() {
                return;
            }
            between(atoms, density, random, |random| {
                let count = if random.one_in(6) { random.within(2, 30) } else { 1 };
                // The tag characters are most of them, and one as good as another.
                let common = palette.invisible.len().min(80);
                let list = &palette.invisible;
                let list = if random.one_in(2) { list } else { &list[..common] };
                (0..count).map(|_| *random.pick(list)).collect()
            });
        },
    },
    Trick {
        name: "controls",
        in_header: true,
        apply: |atoms, _, density, random| {
            let controls: Vec<char> = CONTROLS.chars().collect();
            between(atoms, density, random, |random| random.pick(&controls).to_string());
        },
    },
    Trick {
        name: "C1 controls",
        in_header: true,
        apply: |atoms, palette, density, random| {
            if !palette.c1.is_empty() {
                between(atoms, density, random, |random| random.pick(&palette.c1).to_string());
            }
        },
    },
    Trick {
        name: "escape sequences",
        in_header: true,
        apply: |atoms, palette, density, random| {
            let eight_bit = !palette.c1.is_empty();
            between(atoms, density, random, |random| sequence(random, eight_bit));
        },
    },
    Trick {
        name: "backspaces",
        in_header: true,
        apply: |atoms, _, density, random| {
            insert(atoms, density, random, true, &|_, random| {
                let count = if random.one_in(4) { random.within(2, 5) } else { 1 };
                // No digit of any base, so that it lengthens no character reference.
                let letter = |random: &mut Random| char::from(*random.pick(b"XyzQ*-_"));
                let letters: String = (0..count).map(|_| letter(random)).collect();
                Some(invisible(letters + &"\u{8}".repeat(count)))
            });
        },
    },
    Trick {
        name: "NUL",
        in_header: false,
        apply: |atoms, _, density, random| {
            between(atoms, density, random, |random| {
                "\0".repeat(if random.one_in(4) { random.within(2, 3) } else { 1 })
            });
        },
    },
    Trick {
        name: "NUL inside of what is not seen",
        in_header: false,
        apply: |atoms, _, density, random| {
            replace(atoms, density, random, &|atom, random| {
                let inside = atom.text.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
                let places: Vec<usize> = inside.collect();
                let divisible = matches!(atom.kind, Kind::Invisible | Kind::Reference);
                if places.is_empty() || !divisible {
                    return None;
                }
                let mut text = atom.text.clone();
                text.insert(*random.pick(&places), '\0');
                Some(Atom { text, kind: Kind::Sealed, base: atom.base })
            });
        },
    },
    Trick {
        name: "character references",
        in_header: true,
        apply: |atoms, _, density, random| refer(atoms, density, random),
    },
    Trick {
        name: "references of other characters, or with some inside",
        in_header: true,
        apply: |atoms, palette, density, random| {
            replace(atoms, density, random, &|atom, random| {
                if atom.kind != Kind::Reference || atom.text.chars().any(char::is_control) {
                    return None;
                }
                let text = if random.one_in(2) {
                    full_width(&atom.text, palette, random)?
                } else {
                    let list = &palette.invisible;
                    let list = &list[..list.len().min(80)];
                    let mut text = atom.text.clone();
                    if !list.is_empty() {
                        text.insert(random.within(1, atom.text.len() - 1), *random.pick(list));
                    }
                    text
                };
                Some(Atom { text, kind: Kind::Sealed, base: atom.base })
            });
        },
    },
];

/// A reference, each of its characters replaced by a compatible one.
fn full_width(text: &str, palette: &Palette, random: &mut Random) -> Option<String> {
    let wide = |c: char| palette.compatible.get(&c).map(|list| *random.pick(list));
    text.is_ascii().then(|| text.chars().map(wide).collect::<Option<String>>()).flatten()
}
