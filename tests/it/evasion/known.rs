//! Marks written so that people or tools overlook them: every strong textual marker of
//! the catalogue, disguised in every way that is known here, must still be found, and
//! ordinary text in any script must not be taken for a disguise.

use std::collections::BTreeMap;

use provost::finding::{Confidence, Finding, Kind};
use provost::rules::entries;

use super::marks::{BUILT_IN, Carrier, MARKS, Mark, Parts, findings, strength};
use crate::support::Client;

/// The share of disguised marks that must be found.
const BAR: f64 = 0.995;

fn find(encoding: Option<&str>, message: &[u8]) -> Vec<Finding> {
    let encoding = encoding.map(|label| ("encoding", label.as_bytes().to_vec()));
    let headers = encoding.into_iter().collect();
    findings(&Parts { headers, message, ..Parts::default() }.raw())
}

/// The characters of a line, each third letter replaced.
fn replace(line: &str, with: impl Fn(char) -> Option<String>) -> String {
    let mut letters = 0;
    let swap = |character: char| {
        letters += usize::from(character.is_ascii_alphabetic());
        let due = character.is_ascii_alphabetic() && letters % 3 == 1;
        due.then(|| with(character)).flatten().unwrap_or_else(|| character.to_string())
    };
    line.chars().map(swap).collect()
}

fn offset(character: char, upper: u32, lower: u32) -> Option<String> {
    let code = match character {
        'A'..='Z' => upper + (u32::from(character) - u32::from('A')),
        'a'..='z' => lower + (u32::from(character) - u32::from('a')),
        _ => return None,
    };
    char::from_u32(code).map(String::from)
}

/// Cyrillic, Greek and other letters that look like Latin ones.
fn confusable(character: char) -> Option<String> {
    let twins = "aаcсeеoоpрxхyуiіjјsѕAАBВCСEЕHНKКMМOОPРTТXХ";
    let twins: Vec<char> = twins.chars().collect();
    twins.chunks(2).find(|pair| pair[0] == character).map(|pair| pair[1].to_string())
}

/// An encoding header, if any, and a message.
type Hidden = (Option<&'static str>, Vec<u8>);
/// A way to hide a line.
type Trick = fn(&str) -> Hidden;

/// The ways to hide a line, by name.
fn tricks() -> Vec<(&'static str, Trick)> {
    fn plain(text: impl AsRef<str>) -> Hidden {
        let text = text.as_ref();
        (None, format!("Subject\n\n{text}\n").into_bytes())
    }
    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }
    vec![
        ("confusable letters", |line| plain(replace(line, confusable))),
        ("full-width letters", |line| plain(replace(line, |c| offset(c, 0xFF21, 0xFF41)))),
        ("mathematical bold", |line| plain(replace(line, |c| offset(c, 0x1D400, 0x1D41A)))),
        ("mathematical sans", |line| plain(replace(line, |c| offset(c, 0x1D5A0, 0x1D5BA)))),
        ("zero-width space", |line| plain(replace(line, |c| Some(format!("{c}\u{200b}"))))),
        ("zero-width joiner", |line| plain(replace(line, |c| Some(format!("{c}\u{200d}"))))),
        ("soft hyphen", |line| plain(replace(line, |c| Some(format!("{c}\u{ad}"))))),
        ("word joiner", |line| plain(replace(line, |c| Some(format!("\u{2060}{c}"))))),
        ("variation selector", |line| plain(replace(line, |c| Some(format!("{c}\u{fe0f}"))))),
        ("tag characters", |line| plain(replace(line, |c| Some(format!("{c}\u{e0061}"))))),
        ("bidirectional controls", |line| plain(format!("\u{202d}{line}\u{202c}"))),
        ("bidirectional isolates", |line| {
            plain(replace(line, |c| Some(format!("\u{2068}{c}\u{2069}"))))
        }),
        ("combining marks", |line| plain(replace(line, |c| Some(format!("{c}\u{307}"))))),
        ("no-break spaces", |line| plain(line.replace(' ', "\u{a0}"))),
        ("em spaces", |line| plain(line.replace(' ', "\u{2003}"))),
        ("tabs", |line| plain(line.replace(": ", ":\t"))),
        ("upper case", |line| plain(line.to_uppercase())),
        ("lower case", |line| plain(line.to_lowercase())),
        ("indented", |line| plain(format!("        {line}"))),
        ("quoted", |line| plain(format!("> {line}"))),
        ("CRLF", |line| (None, format!("Subject\r\n\r\n{line}\r\n").into_bytes())),
        ("behind a carriage return", |line| plain(format!("harmless\r{line}"))),
        ("behind a line separator", |line| plain(format!("harmless\u{2028}{line}"))),
        ("behind a NUL", |line| (None, format!("Subject\0\n\n{line}\n").into_bytes())),
        ("NUL between letters", |line| {
            (None, format!("Subject\n\n{line}\n").chars().flat_map(|c| [c as u8, 0]).collect())
        }),
        ("UTF-16LE", |line| (Some("UTF-16LE"), utf16(&format!("Subject\n\n{line}\n"), false))),
        ("UTF-16", |line| (Some("UTF-16"), utf16(&format!("Subject\n\n{line}\n"), true))),
        ("UTF-7", |line| {
            let first = line.chars().position(|c| c.is_ascii_alphabetic()).unwrap_or(0);
            let (before, rest) = line.split_at(first);
            let coded = replace_first_by_utf7(rest);
            let before = before.replace('+', "+-");
            (Some("UTF-7"), format!("Subject\n\n{before}{coded}\n").into_bytes())
        }),
        ("ISO-2022-JP", |line| {
            let hidden = replace(line, |c| Some(format!("{c}\u{1b}(B")));
            (Some("ISO-2022-JP"), format!("Subject\n\n{hidden}\n").into_bytes())
        }),
        ("a wrong encoding header", |line| {
            (Some("Shift_JIS"), format!("Subject\n\n{line}\n").into_bytes())
        }),
        ("colour escapes", |line| plain(replace(line, |c| Some(format!("{c}\u{1b}[0m"))))),
        ("decimal references", |line| plain(replace(line, |c| Some(format!("&#{};", c as u32))))),
        ("hexadecimal references", |line| {
            plain(replace(line, |c| Some(format!("&#x{:x};", c as u32))))
        }),
    ]
}

/// The first letter in modified base64, as RFC 2152 writes it.
fn replace_first_by_utf7(text: &str) -> String {
    let Some(first) = text.chars().next() else { return String::new() };
    let [high, low] = (first as u16).to_be_bytes();
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u32::from(high) << 16 | u32::from(low) << 8;
    let coded: String =
        [18, 12, 6].map(|at| char::from(digits[(bits >> at & 63) as usize])).iter().collect();
    format!("+{coded}-{}", text[first.len_utf8()..].replace('+', "+-"))
}

#[test]
fn strong_marks_are_found_in_every_disguise() {
    let lines = MARKS.iter().filter(|mark| mark.carrier == Carrier::Line && mark.text.is_ascii());
    let lines: Vec<&Mark> = lines.collect();
    assert!(lines.len() > 150, "only {} lines", lines.len());
    let mut tried = 0;
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, trick) in tricks() {
        for mark in &lines {
            let (encoding, message) = trick(&mark.text);
            tried += 1;
            // A quotation is found, and is weak: it hides nothing.
            let least = if name == "quoted" { Confidence::Weak } else { Confidence::Strong };
            if strength(&mark.tool, &find(encoding, &message)) < Some(least) {
                missed.entry(name).or_default().push(format!("{}: {}", mark.id, mark.text));
            }
        }
    }
    let count: usize = missed.values().map(Vec::len).sum();
    let share = 1.0 - count as f64 / tried as f64;
    let shown: Vec<String> = missed
        .iter()
        .map(|(name, lines)| {
            format!("{name}: {} missed, {:?}", lines.len(), &lines[..lines.len().min(4)])
        })
        .collect();
    assert!(share >= BAR, "found {share:.4} of {tried}\n{}", shown.join("\n"));
}

#[test]
fn a_disguise_is_named_beside_the_tool() {
    let line = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";
    for (name, trick) in tricks() {
        let (encoding, message) = trick(line);
        let found = find(encoding, &message);
        let tamper = found.iter().find(|finding| finding.marker.kind == Kind::Tamper);
        let ordinary = ORDINARY_WRITING.contains(&name);
        match tamper {
            Some(tamper) => {
                assert!(!ordinary && tamper.marker.tool == "claude-code", "{name}: {found:?}");
            }
            // A NUL before the mark is no part of it, and the mark behind it is found.
            None => assert!(ordinary || name == "behind a NUL", "{name}: {found:?}"),
        }
    }
}

/// What keyboards, editors and fonts bring along, so that it is no disguise: blanks and line
/// ends of any kind, full-width forms, diacritics, variation selectors, marks of direction
/// around a line.
const ORDINARY_WRITING: [&str; 15] = [
    "tabs",
    "upper case",
    "lower case",
    "indented",
    "quoted",
    "CRLF",
    "behind a carriage return",
    "behind a line separator",
    "a wrong encoding header",
    "bidirectional controls",
    "no-break spaces",
    "em spaces",
    "full-width letters",
    "variation selector",
    "combining marks",
];

/// Messages as people write them, in many scripts, with the odd characters of real life.
const ORDINARY: [&str; 26] = [
    "修复缓存在并发写入时丢失数据的问题\n\n共同作者：张伟 <zhang.wei@example.cn>\n",
    "合并分支“特性/登录”\n\nCo-authored-by: 王芳 <wang@example.cn>\n",
    "優化查詢效能，並更新說明文件。\n",
    "キャッシュの不具合を修正しました。\n\nレビュー：山田太郎\n",
    "ﾃｽﾄを追加（半角カナ）\n",
    "캐시 오류를 수정합니다\n\nSigned-off-by: 홍길동 <hong@example.kr>\n",
    "Исправить ошибку в кэше\n\nCo-authored-by: Пётр Сергеев <petr@example.ru>\n",
    "Виправити помилку: «Ґ» тепер працює\n",
    "Διόρθωση σφάλματος στην κρυφή μνήμη\n\nReviewed-by: Κλαύδιος <k@example.gr>\n",
    "إصلاح خطأ في ذاكرة التخزين المؤقت\n\nSigned-off-by: أحمد <ahmed@example.eg>\n",
    "תיקון באג במטמון\n\nReviewed-by: דוד <david@example.il>\n",
    "कैश की गड़बड़ी ठीक की\n\nSigned-off-by: अमित <amit@example.in>\n",
    "แก้ไขข้อผิดพลาดของแคช\n",
    "Sửa lỗi bộ nhớ đệm\n\nCo-authored-by: Nguyễn Văn Đức <duc@example.vn>\n",
    "Corrige l’erreur du cache à l’écriture\n\nCo-authored-by: Hélène Lefèvre <h@example.fr>\n",
    "Fehler beim Schreiben behoben – Größe geprüft\n\nReviewed-by: Jürgen Müller <j@example.de>\n",
    "Önbellek hatası düzeltildi\n\nSigned-off-by: İbrahim Yılmaz <i@example.tr>\n",
    "Poprawka błędu\n\nReviewed-by: Łukasz Żółć <l@example.pl>\n",
    "Fix 👩\u{200d}💻 avatar and 🏳️\u{200d}🌈 flag rendering ✅\n",
    "A soft\u{ad}hyphen, a no\u{a0}break space, a zero\u{200b}width space and a BOM \u{feff}\n",
    "Math: 𝑓(𝑥) = 𝑥² and ℝ → ℂ, ½ of 10 ㎏\n",
    "Escape &lt;b&gt; &amp; &#39;quotes&#39; in the template\n",
    "\u{202b}שלום\u{202c} mixed with English\n",
    "Colours: \u{1b}[31mred\u{1b}[0m in the log\n",
    "Support Claude, Copilot and Gemini keys — «ключи» 密钥\n",
    "Merge branch ‘claude/fix-1’ into main\n",
];

#[test]
fn ordinary_text_in_any_script_is_no_disguise() {
    for message in ORDINARY {
        for encoding in
            [None, Some("UTF-8"), Some("ISO-8859-1"), Some("GB18030"), Some("Shift_JIS")]
        {
            let found = find(encoding, message.as_bytes());
            assert!(found.is_empty(), "{message:?} {encoding:?}: {found:?}");
        }
    }
}

/// A tool's directory in another case, or a link in its place, is still the tool's; a
/// document whose name only resembles one is not.
#[test]
fn disguised_paths_are_found_and_documents_are_not() {
    for (path, link, tricks) in [
        (".Claude/settings.json", false, vec!["tamper/case"]),
        ("sub/.CURSOR/rules/a.mdc", false, vec!["tamper/case"]),
        (".claude", true, vec!["tamper/link"]),
        (".TABNINE", true, vec!["tamper/link"]),
        ("CLAUDE.md", true, vec![]),
    ] {
        let client = Client::alone();
        client.commit("First").create();
        if link {
            std::os::unix::fs::symlink("elsewhere", client.path().join(path)).unwrap();
            client.must(&["add", path]);
            client.must(&["commit", "-q", "-m", "Second"]);
        } else {
            client.commit("Second").file(path, "{}").create();
        }
        let finished = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]).expect(1);
        let out = finished.out();
        assert_eq!(out.contains("\"kind\":\"tamper\""), !tricks.is_empty(), "{path}: {out}");
        assert!(tricks.iter().all(|trick| out.contains(trick)), "{path}: {out}");
        assert!(out.contains("\"kind\":\"path\""), "{path}: {out}");
    }
    let client = Client::alone();
    client.commit("First").create();
    let commit = client.commit("Second").file("docs/claude.md", "x").file("agents.md", "x");
    commit.file("claude/readme", "x").file("Cursor/rules", "x").create();
    let finished = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]).expect(0);
    assert!(finished.out().contains("\"findings\":0"), "{}", finished.all());
}

/// Every configuration that is known by its structure, under names that say nothing and in
/// the forms that editors give a file.
#[test]
fn renamed_configurations_are_found_under_any_name() {
    let config = &*BUILT_IN;
    let mut tried = 0;
    for entry in entries::markers(&config.merged) {
        if entry.kind() != Some(Kind::Path) || entry.marker.get("paths").is_some() {
            continue;
        }
        for (hit, _) in entry.marker.list("hits") {
            let content = hit.split_once('\n').unwrap().1;
            let forms =
                [content.to_owned(), content.replace('\n', "\r\n"), format!("\u{feff}{content}")];
            for content in forms {
                for path in ["x", "src/data.json", "tools/.hidden", "a b/ü.txt", "Claude.md"] {
                    let found = config
                        .rules
                        .matchers
                        .find_in_file(path.as_bytes(), Some(content.as_bytes()));
                    let has = |kind: Kind| {
                        let tool = entry.tool.text("id");
                        found.iter().any(|it| it.marker.kind == kind && it.marker.tool == tool)
                    };
                    assert!(has(Kind::Tamper) && has(Kind::Path), "{} {path}", entry.id());
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 9 * 3 * 5, "only {tried}");
}
