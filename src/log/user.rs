//! The word that stands for a system user in the name of a log.

use crate::platform::accounts;

/// What stands for an account in the name of its file.
pub(super) fn user_word(id: u32) -> String {
    accounts::local_user(id).and_then(safe).unwrap_or_else(|| id.to_string())
}

/// The name of a system user, unless it could leave the folder of the log.
fn safe(name: Vec<u8>) -> Option<String> {
    let name = String::from_utf8(name).ok()?;
    (!name.starts_with('.') && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names_that_stay_in_the_folder() {
        assert_eq!(safe(b"ada".to_vec()).as_deref(), Some("ada"));
        for name in ["ev/il", "..", ".hidden"] {
            assert_eq!(safe(name.into()), None);
        }
        assert_eq!(safe(b"\xff".to_vec()), None);
    }
}
