//! Who pushes: two people, by their passwords or by their keys.

/// Each with his password.
pub(crate) const USERS: [(&str, &str); 2] = [("alice", "secret-of-alice"), ("bob", "b-secret")];

/// `user:password@` of one of [`USERS`].
pub(crate) fn login(user: &str) -> String {
    let (_, password) = USERS.iter().find(|(name, _)| *name == user).unwrap();
    format!("{user}:{password}@")
}
