//! Habits of languages that look like tricks and are none, one by one: French blanks before
//! a colon, the full-width colon, letters of names that resemble Latin ones.

use crate::evasion::marks::{Parts, findings};
use crate::support::{CLAUDE, CLAUDE_MARKER};

use super::honest::seen;

/// Messages with Claude's trailer, as `CLAUDE`.
const MESSAGES: [(&str, &str); 30] = [
    ("plain", "Fix\n\nCLAUDE\n"),
    ("French", "Corrige l’erreur\u{a0}: «\u{a0}cache\u{a0}»\n\nCo-Authored-By\u{a0}: VALUE\n"),
    ("French, narrow", "Corrige\u{202f}!\n\nCo-Authored-By\u{202f}: VALUE\n"),
    ("no-break space behind the colon", "Fix\n\nCo-Authored-By:\u{a0}VALUE\n"),
    ("Chinese", "修复缓存\n\nCo-Authored-By：VALUE\n"),
    ("Chinese with a blank", "修复缓存\n\nCo-Authored-By： VALUE\n"),
    ("Japanese", "修正\n\nCo-Authored-By:\u{3000}VALUE\n"),
    ("small colon", "修正\n\nCo-Authored-By﹕ VALUE\n"),
    ("CRLF", "Fix\r\n\r\nCLAUDE\r\n"),
    ("byte order mark", "\u{feff}Fix\n\nCLAUDE\n"),
    ("byte order mark in front of the line", "Fix\n\n\u{feff}CLAUDE\n"),
    ("Turkish", "Önbellek hatası\n\nSigned-off-by: Işıl Yıldız <i@example.tr>\nCLAUDE\n"),
    ("Turkish, dotted", "İzin\n\nReviewed-by: İbrahim Kılıç <i@example.tr>\nCLAUDE\n"),
    ("Ukrainian", "Виправлення\n\nSigned-off-by: Ігор Їжакевич <i@example.ua>\nCLAUDE\n"),
    ("Ukrainian, mixed", "Fix for Ігор і Олена\n\nCLAUDE\nCc: Ігор <i@example.ua>\n"),
    ("Russian", "Сохранять аватары в кэше\n\nCLAUDE\nReviewed-by: Сосо <s@example.ru>\n"),
    ("Greek", "Διόρθωση\n\nReviewed-by: Όλγα Οικονόμου <o@example.gr>\nCLAUDE\n"),
    ("German", "Größe geprüft\n\nReviewed-by: Jürgen Groß <j@example.de>\nCLAUDE\n"),
    ("decomposed", "Gro\u{308}ße\n\nReviewed-by: Ju\u{308}rgen <j@example.de>\nCLAUDE\n"),
    ("Vietnamese", "Sửa lỗi\n\nReviewed-by: Nguyễn Văn Đức <d@example.vn>\nCLAUDE\n"),
    (
        "Arabic",
        "\u{200f}إصلاح خطأ\u{200f}\n\nSigned-off-by: \u{202b}أحمد\u{202c} <a@example.eg>\nCLAUDE\n",
    ),
    ("Arabic around the line", "إصلاح\n\n\u{200f}CLAUDE\u{200f}\n"),
    ("Hebrew", "\u{2067}תיקון\u{2069}\n\nReviewed-by: דוד\u{200e} <d@example.il>\nCLAUDE\n"),
    ("Hebrew around the line", "תיקון\n\n\u{2066}CLAUDE\u{2069}\n"),
    ("Persian", "می\u{200c}خواهم\n\nSigned-off-by: علی\u{200c}رضا <a@example.ir>\nCLAUDE\n"),
    ("Sinhala", "ශ්\u{200d}රී ලංකා\n\nCLAUDE\n"),
    ("Thai", "แก้\u{200b}ไข\u{200b}แคช\n\nCLAUDE\n"),
    ("soft hyphens", "Donau\u{ad}dampf\u{ad}schiff\n\nCLAUDE\n"),
    ("emoji", "👩\u{200d}💻 ♻\u{fe0f} 🏳\u{fe0f}\u{200d}🌈 1\u{fe0f}\u{20e3}\n\nCLAUDE\n"),
    ("white space behind", "Fix\n\nCLAUDE\u{a0}\u{3000} \t\n"),
];

#[test]
fn habits_of_languages_are_no_disguise() {
    let value = CLAUDE.split_once(": ").unwrap().1;
    let message = |text: &str| text.replace("CLAUDE", CLAUDE).replace("VALUE", value);
    let found = |message: &str| {
        seen(&findings(&Parts { message: message.as_bytes(), ..Parts::default() }.raw()))
    };
    let plain = found(&message(MESSAGES[0].1));
    assert!(plain.iter().any(|(id, _)| id == CLAUDE_MARKER), "{plain:?}");
    let mut wrong = Vec::new();
    for (name, text) in MESSAGES {
        let marked = found(&message(text));
        if marked != plain {
            wrong.push(format!("{name}: {marked:?}"));
        }
        let lines = text.split_inclusive('\n');
        let without: String =
            lines.filter(|l| !l.contains("CLAUDE") && !l.contains("VALUE")).collect();
        let clean = found(&without);
        if !clean.is_empty() {
            wrong.push(format!("{name}, without the mark: {clean:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The same in the headers, where one person is a tool and the other has such a name.
#[test]
fn names_of_people_beside_a_tool_are_no_disguise() {
    let tool = "Claude <noreply@anthropic.com>";
    let of = |author: &str, committer: &str| {
        let (author, committer) = (author.as_bytes(), committer.as_bytes());
        seen(&findings(&Parts { author, committer, ..Parts::default() }.raw()))
    };
    let plain = of(tool, "A Person <a@example.com>");
    assert!(!plain.is_empty());
    for name in
        ["Işıl Yıldız", "Ігор", "Όλγα Οικονόμου", "Jürgen", "Ju\u{308}rgen", "דוד\u{200e}", "Сосо"]
    {
        let person = format!("{name} <a@example.com>");
        assert_eq!(of(tool, &person), plain, "{name}");
        assert_eq!(of(&person, &person), [], "{name}");
    }
}
