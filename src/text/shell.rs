//! Words of a shell command: for scripts, byte for byte, and for people to paste.
//!
//! A path is any bytes but NUL. In a script every word stands in single quotes, raw. What
//! people read must hold no control character, so there a word with such bytes, or with
//! bytes that are not UTF-8, is written as `$'…'`, which bash, ksh, zsh and POSIX.1-2024
//! know.

use super::escape::escape;

/// Quotes a word for a script of the POSIX shell: the same bytes, whatever they are.
#[must_use]
pub fn quote(word: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

/// A word as people see and paste it: plain where that is safe, quoted otherwise.
#[must_use]
pub fn shown(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+=:@,%".contains(byte);
    match std::str::from_utf8(word) {
        Ok(text) if !word.is_empty() && word.iter().all(plain) => text.to_owned(),
        Ok(text) if escape(word) == text => format!("'{}'", text.replace('\'', "'\\''")),
        _ => {
            let mut out = String::from("$'");
            for &byte in word {
                match byte {
                    b'\'' | b'\\' => out.extend(['\\', char::from(byte)]),
                    b'\n' => out.push_str("\\n"),
                    b' '..=b'~' => out.push(char::from(byte)),
                    // Three digits: what follows can't be taken for a part of it.
                    _ => out.push_str(&format!("\\{byte:03o}")),
                }
            }
            out.push('\'');
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    const WORDS: [&[u8]; 9] = [
        b"/srv/git/a.git",
        b"",
        b" a b ",
        b"it's",
        b"a\n",
        b"\\n$HOME`id`\"",
        b"r\xff7.git",
        b"\r\x1b[2K\t",
        "\u{202e}\u{fc}".as_bytes(),
    ];

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for word in WORDS {
            let script = [b"printf %s ".as_slice(), &quote(word)].concat();
            let output = Command::new("/bin/sh").arg("-c").arg(OsStr::from_bytes(&script)).output();
            assert_eq!(output.unwrap().stdout, word);
        }
    }

    #[test]
    fn what_people_paste_is_the_same_word() {
        for word in WORDS {
            let shown = shown(word);
            assert_eq!(escape(shown.as_bytes()), shown);
            let Ok(output) =
                Command::new("bash").arg("-c").arg(format!("printf %s {shown}")).output()
            else {
                continue;
            };
            assert_eq!(output.stdout, word, "{shown}");
        }
        assert_eq!(shown(b"/srv/git/a.git"), "/srv/git/a.git");
        assert_eq!(shown(b"r\xff7"), "$'r\\3777'");
    }
}
