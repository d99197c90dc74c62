//! The list of commits whose parents were left out on purpose.
//!
//! Source: gitrepository-layout(5), "shallow"; `is_repository_shallow` in git's shallow.c,
//! which reads a line to the end of the id and ends the process at any other line.

use super::damage::Damage;
use super::{IdSet, ObjectId};

/// Reads the list.
pub(super) fn parse(text: &[u8], id_length: usize) -> Result<IdSet, Damage> {
    let lines = text.strip_suffix(b"\n").unwrap_or(text);
    if lines.is_empty() {
        return if text.is_empty() { Ok(IdSet::default()) } else { Err(NO_ID) };
    }
    let id = |line: &[u8]| ObjectId::from_hex(line.get(..2 * id_length)?);
    lines.split(|&byte| byte == b'\n').map(|line| id(line).ok_or(NO_ID)).collect()
}

const NO_ID: Damage = Damage("one of its lines does not begin with an object id");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_id() {
        let id = "1".repeat(40);
        for (text, count) in [("", 0), (&*format!("{id}\n"), 1), (&*format!("{id} x\r\n{id}"), 1)] {
            assert_eq!(parse(text.as_bytes(), 20).map(|ids| ids.len()), Ok(count), "{text:?}");
        }
        for text in ["\n", "x\n", id.split_at(1).1, &format!("{id}\n\n"), &format!("\n{id}\n")] {
            assert!(parse(text.as_bytes(), 20).is_err(), "{text:?}");
        }
        assert!(parse(id.as_bytes(), 32).is_err());
    }
}
