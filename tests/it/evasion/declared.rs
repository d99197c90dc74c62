//! Marks in every place of a commit, and in every encoding under every spelling of its name.
//! Each must be found.

use std::fs;

use super::atoms::{Density, atoms, text};
use super::characters::{ALL, Palette};
use super::disguises::TRICKS;
use super::encodings::{CODINGS, Form, SPELLINGS, spelling};
use super::hunt::{Hunt, Round, in_the_middle};
use super::marks::{Carrier, MARKS, Mark};
use super::places::{LINE_ENDS, PLACES, Place};
use crate::support::{Random, skip};

/// The plain mark in every place, and the tricks of one kind in each.
#[test]
fn no_place_hides_a_mark() {
    let mut hunt = Hunt::default();
    let mut random = Random::new(1);
    for mark in MARKS.iter().filter(|mark| mark.carrier == Carrier::Line) {
        for place in PLACES {
            if place.takes(&mark.text) {
                let text = place.text(&mark.text, &mut random);
                let raw = place.commit(mark, None, text.as_bytes());
                hunt.try_commit(format!("{place:?}"), mark, &raw);
            }
        }
        for end in LINE_ENDS {
            let name = format!("behind {}", end.escape_unicode());
            hunt.try_text(&name, mark, &format!("harmless{end}{}", mark.text));
            hunt.try_text(&name, mark, &format!("{}{end}harmless", mark.text));
        }
    }
    let mut round = Round(0);
    for _ in 0..6 {
        let mark = round.next_with(|mark| mark.carrier == Carrier::Line).unwrap();
        let text = Place::FarBelow.text(&mark.text, &mut random);
        hunt.try_commit("FarBelow", mark, &Place::FarBelow.commit(mark, None, text.as_bytes()));
    }
    hunt.end(6_000);
}

/// Every label in every spelling, over what can be hidden in the encoding.
#[test]
fn no_declared_encoding_hides_a_mark() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    let mut random = Random::new(2);
    for coding in CODINGS.iter() {
        let fits = |mark: &Mark| mark.carrier == Carrier::Line || coding.is_ascii_compatible();
        for label in coding.labels {
            let mut labels = vec![(*label).to_owned()];
            if coding.name != "an unknown one" {
                labels.extend((0..SPELLINGS).map(|way| spelling(label, way)));
            }
            for spelled in labels {
                // What is missed under one spelling only says so in the object.
                let name = coding.name;
                // The plain mark, whatever is declared.
                let mark = round.next();
                hunt.try_commit(name, mark, &mark.commit(Some(&spelled), mark.text.as_bytes()));
                for (trick, disguised) in disguised(&mut round, &fits, &coding.palette, &mut random)
                {
                    let (mark, line) = disguised;
                    let whole = match mark.carrier {
                        Carrier::Line => Place::Last.text(&line, &mut random),
                        _ => line,
                    };
                    let Some(bytes) = coding.encode(&whole, &mut random) else { continue };
                    let raw = Place::Last.commit(mark, Some(&spelled), &bytes);
                    hunt.try_commit(format!("{name}, {trick}"), mark, &raw);
                }
            }
        }
    }
    hunt.end(4_000);
}

/// Two marks, disguised by what a palette holds.
fn disguised(
    round: &mut Round,
    fits: &dyn Fn(&Mark) -> bool,
    palette: &Palette,
    random: &mut Random,
) -> Vec<(&'static str, (&'static Mark, String))> {
    let mut found = Vec::new();
    let written = &TRICKS[..7];
    let first = random.below(written.len());
    for trick in written.iter().cycle().skip(first).take(2) {
        let Some(mark) = round.next_with(fits) else { continue };
        let mut line = atoms(&mark.text);
        (trick.apply)(&mut line, palette, Density::All, random);
        let line = text(&line);
        if line != mark.text {
            found.push((trick.name, (mark, line)));
        }
    }
    found
}

/// C1 controls are bytes of their own in ISO-8859-1, and letters in windows-1252: what is
/// declared decides.
#[test]
fn controls_of_latin_1_hide_nothing() {
    let mut hunt = Hunt::default();
    let latin = CODINGS.iter().find(|coding| coding.form == Form::Latin1).unwrap();
    for (nth, mark) in MARKS.iter().enumerate() {
        let control = ALL.c1[nth % ALL.c1.len()].to_string();
        let disguised = in_the_middle(mark, &control);
        let Some(bytes) = latin.encode(&disguised, &mut Random::new(0)) else { continue };
        hunt.try_commit("ISO-8859-1", mark, &mark.commit(Some("ISO-8859-1"), &bytes));
    }
    hunt.end(400);
}

/// Where Debian's glibc lists the names of its encodings.
const GCONV: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules",
    "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.d/gconv-modules-extra.conf",
    "/usr/lib/aarch64-linux-gnu/gconv/gconv-modules.d/gconv-modules-extra.conf",
];

/// The names that glibc has for the encodings, which are many more than anybody lists.
#[test]
fn no_other_name_of_an_encoding_hides_a_mark() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    let mut random = Random::new(6);
    let lists: Vec<String> =
        GCONV.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    for line in lists.iter().flat_map(|list| list.lines()) {
        let mut words = line.split_whitespace().map(|word| word.trim_end_matches('/'));
        let (Some("alias"), Some(alias), Some(name)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let is = |label: &&str| label.eq_ignore_ascii_case(name);
        let Some(coding) = CODINGS.iter().find(|it| it.labels.iter().any(is)) else {
            continue;
        };
        let fits = |mark: &Mark| mark.carrier == Carrier::Line;
        let mut made = 0;
        while made < 3 {
            for (_, (mark, line)) in disguised(&mut round, &fits, &coding.palette, &mut random) {
                made += 1;
                let whole = Place::Last.text(&line, &mut random);
                let Some(bytes) = coding.encode(&whole, &mut random) else { continue };
                let raw = Place::Last.commit(mark, Some(alias), &bytes);
                hunt.try_commit(format!("{alias} for {name}"), mark, &raw);
            }
        }
    }
    if hunt.tried == 0 {
        return skip("the list of glibc's encodings is elsewhere");
    }
    hunt.end(200);
}
