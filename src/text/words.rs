//! Numbers with their nouns, and names that were probably meant.

/// Returns a number with its noun, in the singular or the plural: `1 commit`, `2 pushes`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let (stem, ending) = match noun.strip_suffix('y') {
        Some(stem) => (stem, "ies"),
        None if noun.ends_with("sh") => (noun, "es"),
        None => (noun, "s"),
    };
    format!("{number} {stem}{ending}")
}

/// Returns the known name that is most similar to an unknown one, if it is so similar that a
/// misspelling is likely: at most one letter in three differs.
pub fn similar<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let known = known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let near = known.min().filter(|(distance, known)| *distance <= known.len().div_ceil(3));
    near.map(|(_, known)| known)
}

/// The key of a credit line as it is compared: lower case, letters and digits only.
#[must_use]
pub fn folded_key(key: &[u8]) -> String {
    let kept = key.iter().filter(|byte| byte.is_ascii_alphanumeric());
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_the_number_that_is_counted() {
        let all = [(0, "file"), (1, "push"), (2, "push"), (2, "repository"), (3, "commit")];
        let all = all.map(|(number, noun)| counted(number, noun));
        assert_eq!(all, ["0 files", "1 push", "2 pushes", "2 repositories", "3 commits"]);
    }

    #[test]
    fn a_name_is_proposed_only_where_it_was_misspelt() {
        let known = ["claude-code", "cursor", "tabnine"];
        assert_eq!(similar("claud-code", known), Some("claude-code"));
        assert_eq!(similar("cursro", known), Some("cursor"));
        assert_eq!(similar("vim", known), None);
    }
}
