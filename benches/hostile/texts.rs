//! Pushes whose texts are made to be expensive: messages, notes, contents of files.
//!
//! Each function fills an empty repository with the refs of one push. `scale` multiplies the one
//! dimension that its name speaks of and leaves the others alone, so the work of judging the
//! push may grow by no more than `scale` does. What is quadratic in two dimensions at once is
//! here once for each of them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A mark that says little: one of these in a message is weak.
const WEAK: &str = "AI-Lines: ";
/// A mark that is refused where nothing else is configured.
pub(crate) const STRONG: &str = "Co-authored-by: Claude <noreply@anthropic.com>";
const PROSE: &str = "The quick brown fox jumps over the lazy dog and goes home again by bus.\n";
const MIB: usize = 1 << 20;
const ID: &str = "1234567890abcdef1234567890abcdef12345678";

/// 899 weak marks behind a message of `scale` MiB.
pub(crate) fn weak_marks_behind_a_message(repository: &Path, scale: usize) {
    let mut message = repeated(PROSE, scale * MIB);
    (0..899).for_each(|at| line(&mut message, WEAK, at));
    commit(repository, &message, &[]);
}

/// `scale` times 50 weak marks behind a message of 4 MiB.
pub(crate) fn many_weak_marks_behind_a_message(repository: &Path, scale: usize) {
    let mut message = repeated(PROSE, 4 * MIB);
    (0..50 * scale).for_each(|at| line(&mut message, WEAK, at));
    commit(repository, &message, &[]);
}

/// Every keyword of the catalogue, each behind a carriage return, in one line of `scale` MiB.
pub(crate) fn marks_behind_carriage_returns(repository: &Path, scale: usize) {
    let mut message = "Subject\n\n".to_owned();
    message.push_str(&"The quick brown fox. ".repeat(scale * MIB / 21));
    for mark in marks() {
        message.push('\r');
        message.push_str(&mark);
    }
    message.push('\n');
    commit(repository, &message, &[]);
}

/// One line of `scale` MiB with every keyword of the catalogue.
pub(crate) fn keywords_on_one_line(repository: &Path, scale: usize) {
    let words = words().join(" ");
    let line = repeated(&format!("{words} "), scale * MIB);
    commit(repository, &format!("Subject\n\n{line}\n"), &[]);
}

/// A credit line of `scale` MiB with every keyword of the catalogue in its value.
pub(crate) fn keywords_below_a_key(repository: &Path, scale: usize) {
    let line = repeated(&format!("{} ", words().join(" ")), scale * MIB);
    commit(repository, &format!("Subject\n\nAI-Tool: {line}\n"), &[]);
}

/// `scale` MiB of credit lines with every keyword of the catalogue in the value of each.
pub(crate) fn keywords_below_many_keys(repository: &Path, scale: usize) {
    let value = words().join(" ");
    let mut message = "Subject\n\n".to_owned();
    for at in 0.. {
        if message.len() >= scale * MIB {
            break;
        }
        let _ = writeln!(message, "AI-Tool: {at} {value}");
    }
    commit(repository, &message, &[]);
}

/// The same in letters of other scripts between the keywords.
pub(crate) fn keywords_among_other_letters(repository: &Path, scale: usize) {
    let line = repeated(&format!("{} ", words().join(" \u{4e2d}\u{6587} ")), scale * MIB);
    commit(repository, &format!("Subject\n\nAI-Tool: {line}\n"), &[]);
}

/// `scale` MiB of lines of 60 KiB, each with every keyword of the catalogue.
pub(crate) fn keywords_on_many_lines(repository: &Path, scale: usize) {
    let line = repeated(&format!("{} ", words().join(" ")), 60 << 10).replace('\n', " ");
    commit(repository, &repeated(&format!("{line}\n"), scale * MIB), &[]);
}

/// A file with one comment of `scale` MiB that holds every keyword of the catalogue.
pub(crate) fn keywords_in_a_file(repository: &Path, scale: usize) {
    let line = repeated(&format!("{} ", words().join(" ")), scale * MIB);
    commit(repository, "Subject\n", &[("a.c".to_owned(), format!("// {line}\n"))]);
}

/// `scale` files of 60 KiB with every keyword of the catalogue in each of their first lines.
pub(crate) fn files_of_keywords(repository: &Path, scale: usize) {
    let line = format!("// {}\n", words().join(" "));
    let file = |at| (format!("{at}.c"), format!("// {at}\n{}", repeated(&line, 60 << 10)));
    commit(repository, "Subject\n", &(0..scale).map(file).collect::<Vec<_>>());
}

/// `scale` JSON files with 4,000 values below one key of 190 KiB.
pub(crate) fn values_below_a_long_key(repository: &Path, scale: usize) {
    let key = "k".repeat(190 << 10);
    let values: Vec<String> = (0..4000).map(|at| format!("\"{at}\":1")).collect();
    let file = |at: usize| {
        let text = format!(
            "{{\"n\":{at},\"mcpServers\":{{\"{key}\":{{{}}}}},\"permissions\":{{\"allow\":[\"Bash(x)\"]}}}}",
            values.join(",")
        );
        (format!("data-{at}.json"), text)
    };
    commit(repository, "Subject\n", &(0..scale).map(file).collect::<Vec<_>>());
}

/// `scale` times ten tools' configuration files that are one JSON file of 250 KiB.
pub(crate) fn configurations_that_are_one_file(repository: &Path, scale: usize) {
    let values: Vec<String> = (0..3900).map(|at| format!("\"key-{at:050}\":1")).collect();
    let text = format!("{{\"permissions\":{{\"allow\":[\"Bash(x)\"]}},{}}}", values.join(","));
    let names = [".claude/settings.json", ".gemini/settings.json", "opencode.json", ".mcp.json"];
    let file = |at: usize| (format!("{at}/{}", names[at % names.len()]), text.clone());
    commit(repository, "Subject\n", &(0..10 * scale).map(file).collect::<Vec<_>>());
}

/// `scale` times ten notes that are one blob of 1 MiB.
pub(crate) fn notes_of_one_blob(repository: &Path, scale: usize) {
    notes(repository, &trace(MIB), 10 * scale);
}

/// A note that is `scale` MiB of JSON.
pub(crate) fn a_note_of_json(repository: &Path, scale: usize) {
    notes(repository, &trace(scale * MIB), 1);
}

/// `scale` times a thousand lines `This reverts commit`, of a commit that is not there.
pub(crate) fn reverts_of_one_commit(repository: &Path, scale: usize) {
    named(repository, scale, &|_| format!("This reverts commit {ID}.\n"));
}

/// The same of other commits each time.
pub(crate) fn reverts_of_many_commits(repository: &Path, scale: usize) {
    named(repository, scale, &|at| format!("This reverts commit {at:040x}.\n"));
}

/// `scale` times a thousand lines `(cherry picked from commit`, of a commit that is not there.
pub(crate) fn picks_of_one_commit(repository: &Path, scale: usize) {
    named(repository, scale, &|_| format!("(cherry picked from commit {ID})\n"));
}

/// `scale` times a hundred marks behind 9,000 lines `Reviewed-by`.
pub(crate) fn marks_behind_credits(repository: &Path, scale: usize) {
    let mut message = "Subject\n\n".to_owned();
    (0..9000).for_each(|at| {
        let _ = writeln!(message, "Assisted-by: none {at}");
    });
    (0..100 * scale).for_each(|at| {
        let _ = writeln!(message, "Assisted-by: Claude:opus-{at}");
    });
    commit(repository, &message, &[]);
}

/// `scale` times a hundred lines `Assisted-by` behind 900 marks.
pub(crate) fn credits_behind_marks(repository: &Path, scale: usize) {
    let mut message = "Subject\n\n".to_owned();
    (0..900).for_each(|at| line(&mut message, WEAK, at));
    (0..100 * scale).for_each(|at| {
        let _ = writeln!(message, "Assisted-by: none {at}");
    });
    commit(repository, &message, &[]);
}

/// `scale` times a thousand marks in the messages of tags that a commit brings with it.
pub(crate) fn marks_in_headers(repository: &Path, scale: usize) {
    let mut headers = String::new();
    for at in 0..10 * scale {
        let _ = writeln!(headers, "x-{at} begin");
        for mark in 0..100 {
            let _ = writeln!(headers, " {STRONG}{at}-{mark}");
            let _ = writeln!(headers, " {WEAK}{at}-{mark}");
        }
    }
    raw_commit(repository, headers.as_bytes(), b"Subject\n");
}

/// A header with a key of `scale` MiB and 900 marks in its value.
pub(crate) fn marks_below_a_long_key(repository: &Path, scale: usize) {
    let mut header = format!("{} begin\n", "k".repeat(scale * MIB));
    (0..900).for_each(|at| line(&mut header, &format!(" {WEAK}"), at));
    raw_commit(repository, header.as_bytes(), b"Subject\n");
}

/// A message of `scale` MiB in letters of other scripts, with all that makes it be read in one
/// more way.
pub(crate) fn letters_of_other_scripts(repository: &Path, scale: usize) {
    let unit =
        "\u{456}\u{4cf}\u{1d5ba}\u{2800}&amp;#97;\u{8}\u{1b}[0m \u{3b1}\u{923}\u{16a0}\u{1f130}\n";
    let mut message = "Subject\n\n".to_owned();
    message.push_str(&repeated(unit, scale * MIB));
    commit(repository, &message, &[]);
}

/// A message of `scale` MiB that declares UTF-16.
pub(crate) fn utf16_without_an_order(repository: &Path, scale: usize) {
    let text = repeated(PROSE, scale * MIB);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    raw_commit(repository, b"encoding UTF-16\n", &wide);
}

/// A message of `scale` MiB of line feeds that are written out between unbalanced quotes.
pub(crate) fn written_line_feeds(repository: &Path, scale: usize) {
    let message = repeated("a\\n\"b\\n`c\\r\\n'd ", scale * MIB);
    commit(repository, &message, &[]);
}

/// `scale` commits, each with a subject of 1 MiB and a mark.
pub(crate) fn long_subjects(repository: &Path, scale: usize) {
    let subject = "word ".repeat(MIB / 5);
    let mut stream = Vec::new();
    for at in 0..scale {
        let message = format!("{at} {subject}\n\n{STRONG}\n");
        append_commit(&mut stream, &message, &[]);
    }
    import(repository, &stream);
}

/// `scale` times a hundred `author` headers below the name of an encoding of 1 MiB.
pub(crate) fn people_below_a_long_label(repository: &Path, scale: usize) {
    let mut headers = format!("encoding {}UTF-7\n", " ".repeat(MIB));
    for at in 0..100 * scale {
        let _ = writeln!(headers, "author A{at} <a{at}@example.com> 1767225600 +0000");
    }
    raw_commit(repository, headers.as_bytes(), b"Subject\n");
}

/// `scale` times ten commits that name one with a message of 16 MiB as their original.
pub(crate) fn picks_of_a_long_commit(repository: &Path, scale: usize) {
    let mut stream = Vec::new();
    append_commit(&mut stream, &format!("Long\n\n{STRONG}\n{}", repeated(PROSE, 16 * MIB)), &[]);
    import(repository, &stream);
    let original = git(repository, &["rev-parse", "refs/heads/hostile"], b"");
    stream = b"reset refs/heads/hostile\nfrom refs/heads/hostile^0\n\n".to_vec();
    for at in 0..10 * scale {
        let message = format!("{at}\n\n{STRONG}\n(cherry picked from commit {original})\n");
        append_commit(&mut stream, &message, &[]);
    }
    import(repository, &stream);
}

fn line(out: &mut String, before: &str, at: usize) {
    let _ = writeln!(out, "{before}{at}");
}

/// A unit, repeated up to a number of bytes.
fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes.div_ceil(unit.len()))
}

fn named(repository: &Path, scale: usize, line: &dyn Fn(usize) -> String) {
    let mut message = format!("Subject\n\n{STRONG}\n");
    (0..1000 * scale).for_each(|at| message.push_str(&line(at)));
    let files = (0..50).map(|at| (format!("{at}/CLAUDE.md"), format!("{at}\n")));
    commit(repository, &message, &files.collect::<Vec<_>>());
}

/// A note as Agent Trace writes it, in which people wrote everything but the last line.
fn trace(bytes: usize) -> String {
    let person =
        "{\"contributor\":{\"type\":\"human\"},\"ranges\":[{\"start_line\":1,\"end_line\":2}]},";
    let people = repeated(person, bytes);
    format!("{{\"version\":\"0.1\",\"files\":[{people}{{\"contributor\":{{\"type\":\"ai\"}}}}]}}\n")
}

/// Notes of one blob on a ref that records AI authorship.
fn notes(repository: &Path, text: &str, count: usize) {
    let mut stream = format!("blob\nmark :1\ndata {}\n{text}\n", text.len()).into_bytes();
    for name in ["agent-trace", "ai-attribution", "ai"] {
        stream.extend(head(&format!("refs/notes/{name}"), "Notes"));
        for at in 0..count {
            stream.extend(format!("M 100644 :1 {at:040x}\n").into_bytes());
        }
        stream.push(b'\n');
    }
    import(repository, &stream);
}

fn head(name: &str, message: &str) -> Vec<u8> {
    let person = "A <a@example.com> 1767225600 +0000";
    let head = format!(
        "commit {name}\nauthor {person}\ncommitter {person}\ndata {}\n{message}\n",
        message.len()
    );
    head.into_bytes()
}

fn append_commit(stream: &mut Vec<u8>, message: &str, files: &[(String, String)]) {
    stream.extend(head("refs/heads/hostile", message));
    for (path, text) in files {
        stream.extend(format!("M 100644 inline {path}\ndata {}\n", text.len()).into_bytes());
        stream.extend_from_slice(text.as_bytes());
        stream.push(b'\n');
    }
    stream.push(b'\n');
}

fn commit(repository: &Path, message: &str, files: &[(String, String)]) {
    let mut stream = Vec::new();
    append_commit(&mut stream, message, files);
    import(repository, &stream);
}

/// A commit of the empty tree with further headers.
fn raw_commit(repository: &Path, headers: &[u8], message: &[u8]) {
    let tree = git(repository, &["hash-object", "-w", "-t", "tree", "--stdin"], b"");
    let person = "A <a@example.com> 1767225600 +0000";
    let head = format!("tree {tree}\nauthor {person}\ncommitter {person}\n");
    let raw = [head.as_bytes(), headers, b"\n", message].concat();
    let hash = ["hash-object", "-w", "-t", "commit", "--literally", "--stdin"];
    let id = git(repository, &hash, &raw);
    git(repository, &["update-ref", "refs/heads/hostile", &id], b"");
}

fn import(repository: &Path, stream: &[u8]) {
    git(repository, &["-c", "core.bigFileThreshold=1g", "fast-import", "--quiet"], stream);
}

fn git(repository: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is there");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input).expect("git reads it");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Every literal that a marker of the catalogue asks for.
fn words() -> Vec<String> {
    strings(&["keywords", "emails", "logins", "keys"])
}

/// Lines that hold them as trailers do.
fn marks() -> Vec<String> {
    let keys = strings(&["keys"]).into_iter().map(|key| format!("{key}: 1"));
    let people = strings(&["emails"]).into_iter();
    let people = people.map(|email| format!("Co-authored-by: X <{email}>"));
    keys.chain(people).chain(strings(&["keywords"])).collect()
}

/// The texts in the arrays of these keys in the catalogue.
fn strings(keys: &[&str]) -> Vec<String> {
    let rules = include_str!("../../rules.toml");
    let mut found = Vec::new();
    for key in keys {
        for part in rules.split(&format!("\n{key} = [")).skip(1) {
            let mut rest = part;
            loop {
                rest = rest.trim_start_matches([' ', '\n', ',']);
                let Some(quote) = rest.chars().next().filter(|it| "\"'".contains(*it)) else {
                    break;
                };
                let Some((word, after)) = rest.get(1..).and_then(|it| it.split_once(quote)) else {
                    break;
                };
                found.push(word.to_owned());
                rest = after;
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
