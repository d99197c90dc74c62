//! Very many cheap marks in front of a real one: a bound on what is looked at must never end
//! in a push that is accepted.

use crate::support::{CLAUDE, Client, Options, TestServer, clean};

/// Fillers by name: messages, without the real mark at their end.
fn fillers() -> Vec<(&'static str, String)> {
    let times = |line: &str, count: usize| format!("Subject\n\n{}", line.repeat(count));
    let numbered = |count: usize, line: &dyn Fn(usize) -> String| {
        format!("Subject\n\n{}", (0..count).map(line).collect::<String>())
    };
    let differing =
        |count: usize| (0..count).map(|n| format!("AI-Lines: {n}\n")).collect::<String>();
    vec![
        (
            "weak lines behind one with two marks",
            format!("Subject\n\nAI-Lines: 1\rAgent-ID-JKT: 9f2c\n{}", "AI-Lines: 1\n".repeat(998)),
        ),
        (
            "weak lines that differ behind one with two marks",
            format!("Subject\n\nAI-Lines: 1\rAgent-ID-JKT: 9f2c\n{}", differing(998)),
        ),
        (
            "lines with two marks each",
            numbered(1_200, &|n| format!("AI-Lines: {n}\rAgent-ID-JKT: 9f2c{n}\n")),
        ),
        ("weak lines that differ", format!("Subject\n\n{}", differing(3_000))),
        ("one weak line a thousand times", times("AI-Lines: 1\n", 1_000)),
        ("one weak line ten thousand times", times("AI-Lines: 1\n", 10_000)),
        ("weak lines between CR", times("AI-Lines: 1\r", 3_000)),
        ("weak lines between LS", times("AI-Lines: 1\u{2028}", 3_000)),
        ("weak lines in references", times("A&#73;-Lines: 1\n", 3_000)),
        ("weak lines with invisible characters", times("AI-\u{200b}Lines: 1\n", 3_000)),
        ("credit lines of people", numbered(12_000, &|n| format!("Key-{n}: value\n"))),
        ("names of tools without a mark", times("claude copilot cursor devin gemini\n", 20_000)),
        ("addresses of tools in sentences", times("see noreply@anthropic.com there\n", 20_000)),
        ("one line of a megabyte", format!("Subject\n\n{}\n", "claude ".repeat(150_000))),
        ("escape sequences", times("\u{1b}[0m\u{1b}[1;31m", 100_000)),
        ("unterminated sequences", times("\u{1b}]\u{1b}P\u{1b}_", 30_000)),
        ("ampersands", times("&#&#x&amp;#", 60_000)),
        ("zeros in a reference", format!("Subject\n\n&#{};\n", "0".repeat(500_000))),
        ("backspaces", times("\u{8}\u{8}x", 200_000)),
        ("NUL", format!("Subject\n\n{}\n", "\0".repeat(500_000))),
        ("blank lines", times("\n", 500_000)),
    ]
}

/// A server whose hook decides on each ref by itself.
pub(super) fn start() -> (TestServer, Client) {
    let server = Options::default().hook("#!/bin/sh\nexit 0\n").start();
    server.install("update", "#!/bin/sh\nexec @PROVOST@ update \"$1\" \"$2\" \"$3\"\n");
    let client = server.client();
    client.commit(clean("Base")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.accepted("refs/heads/main"), "{}", pushed.all());
    (server, client)
}

#[test]
fn no_number_of_cheap_marks_hides_a_real_one() {
    let (_server, client) = start();
    let mut specs = Vec::new();
    let mut cases = Vec::new();
    for (name, filler) in fillers() {
        // The same mark, plain and disguised once.
        for (form, mark) in [("plain", CLAUDE.to_owned()), ("disguised", CLAUDE.replace('a', "а"))]
        {
            let name_of_ref = format!("refs/heads/case-{}", cases.len());
            let id = client.raw(format!("{filler}\n{mark}\n")).write();
            specs.push(format!("{id}:{name_of_ref}"));
            cases.push((name_of_ref, format!("{name}, {form}")));
        }
    }
    // A hook that refuses everything would prove nothing.
    let harmless = client.raw(clean("Harmless")).write();
    specs.push(format!("{harmless}:refs/heads/harmless"));
    let pushed = client.push(&specs);
    assert!(pushed.accepted("refs/heads/harmless"), "{}", pushed.all());
    let accepted: Vec<&str> = cases
        .iter()
        .filter(|(name, _)| pushed.accepted(name))
        .map(|(_, case)| case.as_str())
        .collect();
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
}
