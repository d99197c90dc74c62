//! Escape sequences and controls: what a terminal does not show.
//!
//! Sources: ECMA-48 (control sequences, control strings, their 8-bit forms), ECMA-35
//! (`ESC` with intermediate bytes), xterm's ctlseqs (BEL as an end).

use crate::support::Random;

/// Controls of the C0 set, and DEL, that end no line, begin no sequence and go nowhere.
pub(super) const CONTROLS: &str = "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{e}\u{f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}\u{1c}\u{1d}\u{1e}\u{1f}\u{7f}";

/// Sequences of each form, as they are written most often.
pub(super) const FORMS: [(&str, &str); 46] = [
    ("CSI", "\u{1b}[0m"),
    ("CSI without parameters", "\u{1b}[m"),
    ("CSI of colours", "\u{1b}[1;38;2;255;0;10m"),
    ("CSI with colons", "\u{1b}[38:2::1:2:3m"),
    ("CSI of DEC", "\u{1b}[?25l"),
    ("CSI with an intermediate byte", "\u{1b}[2 q"),
    ("CSI that ends with @", "\u{1b}[0@"),
    ("CSI that ends with ~", "\u{1b}[200~"),
    ("CSI that ends with `", "\u{1b}[1`"),
    ("8-bit CSI", "\u{9b}0m"),
    ("8-bit CSI of DEC", "\u{9b}?7h"),
    ("OSC with BEL", "\u{1b}]0;title\u{7}"),
    ("OSC with ST", "\u{1b}]0;title\u{1b}\\"),
    ("OSC with 8-bit ST", "\u{1b}]0;title\u{9c}"),
    ("8-bit OSC with BEL", "\u{9d}0;title\u{7}"),
    ("8-bit OSC with 8-bit ST", "\u{9d}0;title\u{9c}"),
    ("8-bit OSC with ST", "\u{9d}0;title\u{1b}\\"),
    ("a link", "\u{1b}]8;;https://example.com/\u{1b}\\"),
    ("OSC of nothing", "\u{1b}]\u{7}"),
    ("OSC with letters of any script", "\u{1b}]0;заголовок\u{7}"),
    ("DCS with ST", "\u{1b}P1$r0m\u{1b}\\"),
    ("DCS with BEL", "\u{1b}P1$r0m\u{7}"),
    ("8-bit DCS", "\u{90}1$r0m\u{9c}"),
    ("APC with ST", "\u{1b}_Gi=1;AAAA\u{1b}\\"),
    ("APC with BEL", "\u{1b}_Gi=1;AAAA\u{7}"),
    ("8-bit APC", "\u{9f}Gi=1\u{9c}"),
    ("PM with ST", "\u{1b}^private\u{1b}\\"),
    ("PM with BEL", "\u{1b}^private\u{7}"),
    ("8-bit PM", "\u{9e}private\u{9c}"),
    ("SOS with ST", "\u{1b}Xstring\u{1b}\\"),
    ("SOS with BEL", "\u{1b}Xstring\u{7}"),
    ("8-bit SOS", "\u{98}string\u{9c}"),
    ("a character set", "\u{1b}(B"),
    ("a large character set", "\u{1b}$(C"),
    ("another coding system", "\u{1b}%G"),
    ("announcer", "\u{1b} F"),
    ("save the cursor", "\u{1b}7"),
    ("restore the cursor", "\u{1b}8"),
    ("keypad", "\u{1b}="),
    ("numeric keypad", "\u{1b}>"),
    ("locking shift", "\u{1b}n"),
    ("locking shift to the right", "\u{1b}|"),
    ("a terminator alone", "\u{1b}\\"),
    ("an 8-bit terminator alone", "\u{9c}"),
    ("shift out and in", "\u{e}\u{f}"),
    ("two sequences", "\u{1b}[1m\u{1b}[0m"),
];

/// One sequence, of random form and length.
pub(super) fn sequence(random: &mut Random, eight_bit: bool) -> String {
    let long = |random: &mut Random| match random.below(8) {
        0 => random.within(17, 400),
        1 => random.within(400, 3000),
        _ => random.within(0, 12),
    };
    match random.below(4) {
        0 => {
            let lead = if eight_bit && random.one_in(4) { "\u{9b}" } else { "\u{1b}[" };
            let length = long(random);
            let parameter = |random: &mut Random| char::from(*random.pick(b"0123456789;:<=>?"));
            let parameters: String = (0..length).map(|_| parameter(random)).collect();
            let middle = |random: &mut Random| char::from(*random.pick(b" !\"#$%&'"));
            let several = random.below(3);
            let middle: String = (0..several).map(|_| middle(random)).collect();
            format!(
                "{lead}{parameters}{middle}{}",
                random.pick(&['m', 'K', 'h', 'q', '@', '~', 'p'])
            )
        }
        1 => {
            let seven = ["\u{1b}]", "\u{1b}P", "\u{1b}_", "\u{1b}^", "\u{1b}X"];
            let eight = ["\u{9d}", "\u{90}", "\u{9f}", "\u{9e}", "\u{98}"];
            let wide = eight_bit && random.one_in(4);
            let lead = *random.pick(if wide { &eight } else { &seven });
            let length = long(random);
            let body: String =
                (0..length).map(|_| char::from(*random.pick(b"abcXYZ0129;:/=?. -_"))).collect();
            let ends = ["\u{7}", "\u{1b}\\", "\u{9c}"];
            let end = *random.pick(&ends[..if eight_bit { 3 } else { 2 }]);
            format!("{lead}{body}{end}")
        }
        _ => loop {
            let (_, form) = random.pick(&FORMS);
            let wide = form.contains(|c| ('\u{80}'..='\u{9f}').contains(&c));
            if eight_bit || !wide {
                return (*form).to_owned();
            }
        },
    }
}
