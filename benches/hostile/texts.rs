//! Pushes whose texts are made to be expensive: messages, notes, contents of files. What is
//! quadratic in two dimensions at once is here once for each of them.

use std::fmt::Display;

use super::made::{Dimensions, Push, of};

/// A mark that says little: one of these in a message is weak.
const WEAK: &str = "AI-Lines: ";
/// A mark that is refused where nothing else is configured.
const STRONG: &str = "Co-authored-by: Claude <noreply@anthropic.com>";
const PROSE: &str = "The quick brown fox jumps over the lazy dog and goes home again by bus.\n";
const MIB: usize = 1 << 20;
const KIB: usize = 1 << 10;
const ID: &str = "1234567890abcdef1234567890abcdef12345678";

/// A unit, repeated up to a number of bytes.
fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes.div_ceil(unit.len()))
}

/// A text for each of some numbers.
fn each<D: Display>(count: usize, of: impl FnMut(usize) -> D) -> String {
    (0..count).map(of).map(|text| text.to_string()).collect()
}

fn weak(count: usize) -> String {
    each(count, |at| format!("{WEAK}{at}\n"))
}

/// That many bytes of every literal that a marker of the catalogue asks for.
fn keywords(bytes: usize) -> String {
    repeated(&(words().join(" ") + " "), bytes)
}

/// A commit of the empty tree.
fn message(push: &mut Push<'_>, text: &str) {
    push.headers("", text.as_bytes());
}

/// A commit of files.
fn files(push: &mut Push<'_>, count: usize, file: impl Fn(usize) -> (String, String)) {
    let tree = push.files((0..count).map(file));
    push.first(tree, "Subject\n");
}

/// `scale` times a thousand lines that name commits which do not exist, with 50 marked files.
fn named(push: &mut Push<'_>, scale: usize, line: impl Fn(usize) -> String) {
    let tree = push.files((0..50).map(|at| (format!("{at}/CLAUDE.md"), format!("{at}\n"))));
    push.first(tree, &format!("Subject\n\n{STRONG}\n{}", each(1000 * scale, line)));
}

/// Notes of one blob on each ref that records AI authorship, as Agent Trace writes them: people
/// wrote everything but the last line.
fn notes(push: &mut Push<'_>, bytes: usize, count: usize) {
    let person =
        "{\"contributor\":{\"type\":\"human\"},\"ranges\":[{\"start_line\":1,\"end_line\":2}]},";
    let (people, tool) = (repeated(person, bytes), "{\"contributor\":{\"type\":\"ai\"}}");
    let blob = push.blob(format!("{{\"version\":\"0.1\",\"files\":[{people}{tool}]}}\n"));
    let tree = push.tree((0..count).map(|at| (false, format!("{at:040x}"), blob)).collect());
    let commit = push.commit(tree, &[], "Notes");
    for name in ["agent-trace", "ai-attribution", "ai"] {
        push.reference(&format!("refs/notes/{name}"), commit);
    }
}

pub(crate) const TEXTS: &Dimensions = &[
    // 899 weak marks behind a message of `scale` MiB.
    ("weak_marks_behind_a_message", |push, scale| {
        message(push, &(repeated(PROSE, scale * MIB) + &weak(899)));
    }),
    // `scale` times 50 weak marks behind a message of 4 MiB.
    ("many_weak_marks_behind_a_message", |push, scale| {
        message(push, &(repeated(PROSE, 4 * MIB) + &weak(50 * scale)));
    }),
    // Every keyword of the catalogue, each behind a carriage return, in one line of `scale` MiB.
    ("marks_behind_carriage_returns", |push, scale| {
        let keys = strings(&["keys"]).into_iter().map(|key| format!("\r{key}: 1"));
        let people = strings(&["emails"]).into_iter();
        let people = people.map(|email| format!("\rCo-authored-by: X <{email}>"));
        let words = strings(&["keywords"]).into_iter().map(|word| format!("\r{word}"));
        let marks: String = keys.chain(people).chain(words).collect();
        let line = "The quick brown fox. ".repeat(scale * MIB / 21);
        message(push, &format!("Subject\n\n{line}{marks}\n"));
    }),
    // One line of `scale` MiB with every keyword of the catalogue.
    ("keywords_on_one_line", |push, scale| {
        message(push, &format!("Subject\n\n{}\n", keywords(scale * MIB)));
    }),
    // A credit line of `scale` MiB with every keyword of the catalogue in its value.
    ("keywords_below_a_key", |push, scale| {
        message(push, &format!("Subject\n\nAI-Tool: {}\n", keywords(scale * MIB)));
    }),
    // `scale` MiB of credit lines with every keyword of the catalogue in the value of each.
    ("keywords_below_many_keys", |push, scale| {
        let line = |at: usize| format!("AI-Tool: {at} {}\n", words().join(" "));
        message(push, &format!("Subject\n\n{}", each(scale * MIB / line(0).len(), line)));
    }),
    // The same in letters of other scripts between the keywords.
    ("keywords_among_other_letters", |push, scale| {
        let line = repeated(&(words().join(" \u{4e2d}\u{6587} ") + " "), scale * MIB);
        message(push, &format!("Subject\n\nAI-Tool: {line}\n"));
    }),
    // `scale` MiB of lines of 60 KiB, each with every keyword of the catalogue.
    ("keywords_on_many_lines", |push, scale| {
        let line = keywords(60 * KIB).replace('\n', " ") + "\n";
        message(push, &repeated(&line, scale * MIB));
    }),
    // A file with one comment of `scale` MiB that holds every keyword of the catalogue.
    ("keywords_in_a_file", |push, scale| {
        files(push, 1, |_| ("a.c".to_owned(), format!("// {}\n", keywords(scale * MIB))));
    }),
    // `scale` files of 60 KiB with every keyword of the catalogue in each of their first lines.
    ("files_of_keywords", |push, scale| {
        let text = repeated(&format!("// {}\n", words().join(" ")), 60 * KIB);
        files(push, scale, |at| (format!("{at}.c"), format!("// {at}\n{text}")));
    }),
    // `scale` JSON files with 4,000 values below one key of 190 KiB.
    ("values_below_a_long_key", |push, scale| {
        let (key, values) = ("k".repeat(190 * KIB), each(4000, |at| format!("\"{at}\":1,")));
        let servers = format!("\"mcpServers\":{{\"{key}\":{{{values}\"end\":1}}}}");
        let rest = format!("{servers},\"permissions\":{{\"allow\":[\"Bash(x)\"]}}");
        files(push, scale, |at| (format!("data-{at}.json"), format!("{{\"n\":{at},{rest}}}")));
    }),
    // `scale` times ten tools' configuration files that are one JSON file of 250 KiB.
    ("configurations_that_are_one_file", |push, scale| {
        let names =
            [".claude/settings.json", ".gemini/settings.json", "opencode.json", ".mcp.json"];
        let values = each(3900, |at| format!(",\"key-{at:050}\":1"));
        let text = format!("{{\"permissions\":{{\"allow\":[\"Bash(x)\"]}}{values}}}");
        files(push, 10 * scale, |at| (format!("{at}/{}", names[at % 4]), text.clone()));
    }),
    // `scale` times ten notes that are one blob of 1 MiB.
    ("notes_of_one_blob", |push, scale| notes(push, MIB, 10 * scale)),
    // A note that is `scale` MiB of JSON.
    ("a_note_of_json", |push, scale| notes(push, scale * MIB, 1)),
    ("reverts_of_one_commit", |push, scale| {
        named(push, scale, |_| format!("This reverts commit {ID}.\n"));
    }),
    ("reverts_of_many_commits", |push, scale| {
        named(push, scale, |at| format!("This reverts commit {at:040x}.\n"));
    }),
    ("picks_of_one_commit", |push, scale| {
        named(push, scale, |_| format!("(cherry picked from commit {ID})\n"));
    }),
    // `scale` times a hundred marks behind 9,000 lines of credits without one.
    ("marks_behind_credits", |push, scale| {
        let credits = each(9000, |at| format!("Assisted-by: none {at}\n"));
        let marks = each(100 * scale, |at| format!("Assisted-by: Claude:opus-{at}\n"));
        message(push, &format!("Subject\n\n{credits}{marks}"));
    }),
    // `scale` times a hundred lines `Assisted-by` behind 900 marks.
    ("credits_behind_marks", |push, scale| {
        let credits = each(100 * scale, |at| format!("Assisted-by: none {at}\n"));
        message(push, &format!("Subject\n\n{}{credits}", weak(900)));
    }),
    // `scale` times a thousand pairs of marks in headers.
    ("marks_in_headers", |push, scale| {
        let headers = each(10 * scale, |at| {
            let marks = each(100, |mark| format!(" {STRONG}{at}-{mark}\n {WEAK}{at}-{mark}\n"));
            format!("x-{at} begin\n{marks}")
        });
        push.headers(&headers, b"Subject\n");
    }),
    // A header with a key of `scale` MiB and 900 marks in its value.
    ("marks_below_a_long_key", |push, scale| {
        let marks = each(900, |at| format!(" {WEAK}{at}\n"));
        push.headers(&format!("{} begin\n{marks}", "k".repeat(scale * MIB)), b"Subject\n");
    }),
    // A message of `scale` MiB in letters of other scripts, with all that makes it be read in one
    // more way.
    ("letters_of_other_scripts", |push, scale| {
        let unit = "\u{456}\u{4cf}\u{1d5ba}\u{2800}&amp;#97;\u{8}\u{1b}[0m \u{3b1}\u{923}\u{16a0}\u{1f130}\n";
        message(push, &format!("Subject\n\n{}", repeated(unit, scale * MIB)));
    }),
    // A message of `scale` MiB that declares UTF-16.
    ("utf16_without_an_order", |push, scale| {
        let text = repeated(PROSE, scale * MIB);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        push.headers("encoding UTF-16\n", &wide);
    }),
    // A message of `scale` MiB of line feeds that are written out between unbalanced quotes.
    ("written_line_feeds", |push, scale| {
        message(push, &repeated("a\\n\"b\\n`c\\r\\n'd ", scale * MIB));
    }),
    // `scale` commits, each with a subject of 1 MiB and a mark.
    ("long_subjects", |push, scale| {
        let text = format!("{}\n\n{STRONG}\n", "word ".repeat(MIB / 5));
        let all = push.line(of(1, scale), &text);
        push.branch(all[all.len() - 1]);
    }),
    // `scale` times a hundred `author` headers below the name of an encoding of 1 MiB.
    ("people_below_a_long_label", |push, scale| {
        let person = |at| format!("author A{at} <a{at}@example.com> 1767225600 +0000\n");
        let label = format!("encoding {}UTF-7\n", " ".repeat(MIB));
        push.headers(&(label + &each(100 * scale, person)), b"Subject\n");
    }),
    // `scale` times ten commits that name one with a message of 16 MiB as their original.
    ("picks_of_a_long_commit", |push, scale| {
        let tree = push.tree(Vec::new());
        let prose = repeated(PROSE, 16 * MIB);
        let mut tip = push.commit(tree, &[], &format!("Long\n\n{STRONG}\n{prose}"));
        let picked = format!("(cherry picked from commit {tip})");
        for at in 0..10 * scale {
            tip = push.commit(tree, &[tip], &format!("{at}\n\n{STRONG}\n{picked}\n"));
        }
        push.branch(tip);
    }),
];

/// Every literal that a marker of the catalogue asks for.
fn words() -> Vec<String> {
    strings(&["keywords", "emails", "logins", "keys"])
}

/// The texts in the arrays of these keys of markers in the catalogue.
fn strings(keys: &[&str]) -> Vec<String> {
    let rules: toml::Table = include_str!("../../rules.toml").parse().expect("the catalogue");
    let arrays = |table: &toml::Value, key: &str| -> Vec<toml::Value> {
        table.get(key).and_then(|it| it.as_array()).cloned().unwrap_or_default()
    };
    let tools = arrays(&toml::Value::Table(rules), "tool");
    let markers: Vec<_> = tools.iter().flat_map(|tool| arrays(tool, "marker")).collect();
    let found = markers.iter().flat_map(|marker| keys.iter().flat_map(|key| arrays(marker, key)));
    let mut found: Vec<String> = found.filter_map(|it| it.as_str().map(str::to_owned)).collect();
    found.sort();
    found.dedup();
    found
}
