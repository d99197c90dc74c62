//! The text pipeline, by every encoding: `text::read`.

use provost::text::{
    Effort, Form, Unwatched, is_plain_encoding, is_unreadable, read, shown, undisguised,
};

/// The labels of one encoding of each kind that is known, and some that are not.
const LABELS: [Option<&str>; 28] = [
    None,
    Some("UTF-8"),
    Some("ISO-8859-1"),
    Some("ISO-8859-5"),
    Some("windows-1252"),
    Some("KOI8-R"),
    Some("GBK"),
    Some("GB18030"),
    Some("Big5"),
    Some("EUC-JP"),
    Some("EUC-KR"),
    Some("Shift_JIS"),
    Some("UTF-7"),
    Some("UTF-7-IMAP"),
    Some("UTF-16"),
    Some("UTF-16LE"),
    Some("UTF-16BE"),
    Some("UTF-32"),
    Some("UTF-32LE"),
    Some("UCS-4BE"),
    Some("ISO-2022-JP"),
    Some("ISO-2022-KR"),
    Some("ISO-2022-CN"),
    Some("HZ-GB-2312"),
    Some("JAVA"),
    Some("C99"),
    Some("cp437"),
    Some("IBM037"),
];

/// How many times the size of a text all its readings together may have, with as many bytes
/// for each as a short text takes.
const MOST_TIMES: usize = 256;

pub(crate) fn run(data: &[u8]) {
    let (&choice, rest) = data.split_first().unwrap_or((&0, b""));
    let form = if choice & 0x80 == 0 { Form::Message } else { Form::Line };
    match LABELS.get(usize::from(choice & 0x7f)) {
        Some(label) => look(form, label.map(str::as_bytes), rest),
        // A label that the input gives.
        None => {
            let (label, text) = rest.split_at(rest.len().min(usize::from(choice & 0x1f)));
            look(form, Some(label), text);
        }
    }
}

fn look(form: Form, label: Option<&[u8]>, text: &[u8]) {
    let feeds = |text: &[u8]| text.iter().filter(|&&byte| byte == b'\n').count();
    let (mut bytes, mut count, mut first) = (0, 0, None);
    let effort = Effort::new(&Unwatched, text.len());
    read(form, label, text, &effort, &mut |reading| {
        assert_eq!(feeds(reading.text), feeds(reading.shown), "line feeds keep their number");
        bytes += reading.text.len();
        count += 1;
        first.get_or_insert_with(|| (reading.text.to_vec(), reading.undone));
    });
    let (plainest, undone) = first.expect("every text has a reading");
    assert_eq!(undone, None, "the first reading undoes nothing");
    assert!(count <= 32, "{count} readings");
    assert!(bytes <= MOST_TIMES * text.len() + 64, "{bytes} bytes of {}", text.len());
    let shown = shown(form, label, text);
    assert!(shown.len() <= 3 * text.len() + 4);
    let is_plain = is_plain_encoding(label);
    if is_plain {
        assert_eq!(plainest, *shown);
        assert!(!is_unreadable(label, text));
    }
    assert!(undisguised(text).len() <= MOST_TIMES * text.len());
}
