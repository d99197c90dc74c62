//! One trick on the characters of a line at a time, tried out to the end: every invisible
//! character, every look-alike of every letter, every form of escape sequence. Each must be
//! found.

use provost::finding::Kind;

use super::characters::ALL;
use super::hunt::{Hunt, Round, between, in_the_middle};
use super::marks::{Carrier, MARKS, Mark};
use super::references::NAMED;
use super::sequences::{CONTROLS, FORMS};

/// Whether a mark is a line of a key and a value.
fn is_credit(mark: &Mark) -> bool {
    matches!(mark.kind, Kind::Trailer | Kind::SignOff) && mark.text.contains(": ")
}

#[test]
fn invisible_characters_hide_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    let all = ALL.invisible.iter().chain(&ALL.c1).copied().chain(CONTROLS.chars());
    for character in all {
        let (name, what) = (format!("U+{:04X}", u32::from(character)), character.to_string());
        let mark = round.next();
        hunt.try_text(&name, mark, &between(mark, &what));
        let mark = round.next();
        hunt.try_text(&name, mark, &in_the_middle(mark, &what.repeat(3)));
    }
    hunt.end(8_000);
}

#[test]
fn characters_that_look_like_others_hide_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    let letters = |c: char| c.is_ascii_alphabetic() || ":.-<>/@".contains(c);
    for (name, lists) in [
        ("look-alike", &ALL.look_alikes),
        ("compatible", &ALL.compatible),
        ("accented", &ALL.accented),
    ] {
        for (ascii, twins) in lists.iter().filter(|(ascii, _)| letters(**ascii)) {
            for twin in twins {
                let has = |mark: &Mark| mark.text.contains(*ascii);
                let Some(mark) = round.next_with(has) else { continue };
                let name = format!("{name} of {ascii} U+{:04X}", u32::from(*twin));
                hunt.try_text(name, mark, &mark.text.replace(*ascii, &twin.to_string()));
            }
        }
    }
    hunt.end(2_000);
}

#[test]
fn other_blanks_and_drawn_over_letters_hide_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    for &blank in &ALL.blanks {
        for _ in 0..20 {
            let has = |mark: &Mark| mark.text.contains(' ');
            let Some(mark) = round.next_with(has) else { continue };
            let name = format!("blank U+{:04X}", u32::from(blank));
            hunt.try_text(&name, mark, &mark.text.replace(' ', &blank.to_string()));
            let Some(mark) = round.next_with(is_credit) else { continue };
            hunt.try_text(&name, mark, &mark.text.replacen(": ", &format!("{blank}: "), 1));
        }
    }
    for &over in &ALL.combining {
        let mark = round.next();
        let letter =
            |c: char| format!("{c}{}", if c.is_ascii_alphabetic() { over } else { '\u{301}' });
        let name = format!("combining U+{:04X}", u32::from(over));
        let over_letters: String = mark
            .text
            .chars()
            .map(|c| if c.is_ascii_alphabetic() { letter(c) } else { c.to_string() })
            .collect();
        hunt.try_text(name, mark, &over_letters);
    }
    for mark in MARKS.iter().filter(|mark| is_credit(mark)) {
        if let Some((key, value)) = mark.text.split_once(": ") {
            for (name, colon) in [
                ("a tab before the colon", "\t: "),
                ("tabs around the colon", "\t:\t"),
                ("blanks around the colon", "  :  "),
                ("a full-width colon", "："),
                ("a full-width colon and a blank", "： "),
                ("a no-break space before the colon", "\u{a0}: "),
                ("a narrow no-break space before the colon", "\u{202f}: "),
            ] {
                hunt.try_text(name, mark, &format!("{key}{colon}{value}"));
            }
        }
    }
    hunt.end(1_500);
}

/// Symbols and letters that are drawn as a blank, in the place of one: taking them away would
/// join the words.
#[test]
fn what_is_drawn_as_a_blank_hides_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    for blank in ['\u{2800}', '\u{3164}', '\u{ffa0}', '\u{115f}'] {
        for _ in 0..20 {
            let has = |mark: &Mark| mark.text.contains(' ');
            let Some(mark) = round.next_with(has) else { continue };
            let name = format!("U+{:04X} for a blank", u32::from(blank));
            hunt.try_text(&name, mark, &mark.text.replace(' ', &blank.to_string()));
        }
    }
    hunt.end(80);
}

#[test]
fn escape_sequences_hide_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    let long = |lead: &str, body: &str, end: &str| format!("{lead}{}{end}", body.repeat(4_000));
    let long_forms = [
        ("a long CSI", long("\u{1b}[", "1;", "m")),
        ("a long 8-bit CSI", long("\u{9b}", "1;", "m")),
        ("a long OSC", long("\u{1b}]0;", "title ", "\u{7}")),
        ("a long APC", long("\u{1b}_", "AAAA", "\u{1b}\\")),
    ];
    let forms = FORMS.iter().map(|(name, form)| (*name, (*form).to_owned()));
    for (name, form) in forms.chain(long_forms) {
        for _ in 0..20 {
            let mark = round.next();
            hunt.try_text(name, mark, &in_the_middle(mark, &form));
            if form.len() < 100 {
                let mark = round.next();
                hunt.try_text(name, mark, &between(mark, &form));
            }
        }
    }
    // What no terminator follows.
    for (name, lead) in [
        ("an unterminated OSC", "\u{1b}]"),
        ("an unterminated 8-bit OSC", "\u{9d}"),
        ("an unterminated DCS", "\u{1b}P"),
        ("an unterminated APC", "\u{1b}_"),
        ("an unterminated PM", "\u{1b}^"),
        ("an unterminated SOS", "\u{1b}X"),
        ("an unterminated CSI", "\u{1b}[\u{200b}"),
        ("an unterminated 8-bit CSI", "\u{9b}\u{200b}"),
    ] {
        for _ in 0..20 {
            let mark = round.next();
            hunt.try_text(name, mark, &in_the_middle(mark, lead));
            hunt.try_text(name, mark, &between(mark, lead));
        }
    }
    hunt.end(2_000);
}

#[test]
fn backspaces_and_nul_hide_nothing() {
    let mut hunt = Hunt::default();
    for mark in MARKS.iter() {
        hunt.try_text("a backspace", mark, &in_the_middle(mark, "X\u{8}"));
        hunt.try_text("backspaces", mark, &in_the_middle(mark, "XyzQ\u{8}\u{8}\u{8}\u{8}"));
        hunt.try_text("backspaces by turns", mark, &in_the_middle(mark, "X\u{8}y\u{8}"));
        hunt.try_text("backspaces everywhere", mark, &between(mark, "é\u{8}"));
        let struck: String = mark.text.chars().map(|c| format!("{c}\u{8}{c}")).collect();
        hunt.try_text("overstruck", mark, &struck);
        let underlined: String = mark.text.chars().map(|c| format!("_\u{8}{c}")).collect();
        hunt.try_text("underlined", mark, &underlined);
        if mark.carrier == Carrier::Line {
            hunt.try_text("a NUL", mark, &in_the_middle(mark, "\0"));
            hunt.try_text("NUL everywhere", mark, &between(mark, "\0"));
        }
    }
    hunt.end(3_000);
}

#[test]
fn character_references_hide_nothing() {
    let mut hunt = Hunt::default();
    let mut round = Round(0);
    type Write = fn(u32) -> String;
    let writings: [(&str, Write); 9] = [
        ("decimal", |c| format!("&#{c};")),
        ("hexadecimal", |c| format!("&#x{c:x};")),
        ("upper-case hexadecimal", |c| format!("&#X{c:X};")),
        ("leading zeros", |c| format!("&#{c:030};")),
        ("very many zeros", |c| format!("&#{}{c};", "0".repeat(5_000))),
        ("hexadecimal with zeros", |c| format!("&#x{c:0300x};")),
        ("in two rounds", |c| format!("&amp;#{c};")),
        ("in three rounds", |c| format!("&#38;amp;#x{c:x};")),
        ("in four rounds", |c| format!("&#38;#38;amp;#x{c:x};")),
    ];
    for mark in MARKS.iter() {
        for (name, write) in writings {
            let mut first = true;
            let one = |c: char| {
                let due = c.is_ascii_alphabetic() && std::mem::take(&mut first);
                if due { write(u32::from(c)) } else { c.to_string() }
            };
            let disguised: String = mark.text.chars().map(one).collect();
            hunt.try_text(name, mark, &disguised);
        }
        let written =
            |write: Write| mark.text.chars().map(|c| write(u32::from(c))).collect::<String>();
        hunt.try_text("decimal everywhere", mark, &written(|c| format!("&#{c};")));
        hunt.try_text("decimal without ends", mark, &written(|c| format!("&#{c}")));
        hunt.try_text("hexadecimal without ends", mark, &written(|c| format!("&#x{c:x}")));
        let digit_behind = |at: char| {
            let mut parts = mark.text.split(at).skip(1);
            parts.any(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        };
        if !digit_behind('@') && !digit_behind(':') {
            let text = mark.text.replace('@', "&#64").replace(':', "&#58");
            hunt.try_text("punctuation without ends", mark, &text);
        }
    }
    for (name, character) in NAMED {
        let invisible = ALL.invisible.contains(&character);
        // Of ASCII that it resembles, the letters first: `&Iukcy;` is drawn as I and as 1.
        let base = ('A'..='z').chain('!'..='~').find(|ascii| {
            let twins = [&ALL.look_alikes, &ALL.compatible, &ALL.accented];
            *ascii == character
                || twins.iter().any(|map| map.get(ascii).is_some_and(|l| l.contains(&character)))
        });
        let reference = format!("&{name};");
        for _ in 0..20 {
            let blank = ALL.blanks.contains(&character);
            let base = if blank { Some(' ') } else { base };
            if invisible {
                let mark = round.next();
                hunt.try_text(name, mark, &in_the_middle(mark, &reference));
            } else if let Some(base) = base
                && let Some(mark) = round.next_with(|mark| mark.text.contains(base))
            {
                hunt.try_text(name, mark, &mark.text.replace(base, &reference));
            }
        }
    }
    hunt.end(7_000);
}
