//! Git platforms: who pushes, to which repository, and how he is spoken to.
//!
//! The platform is what the installation recorded (`--platform`), never guessed: a
//! pusher over a file path or SSH can set any environment variable. A platform is one
//! file and one name in the list below.

use crate::git::Repository;

macro_rules! platforms {
    ($($module:ident => $name:literal),+ $(,)?) => {
        $(mod $module;)+

        /// The names that `--platform` takes.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The platform of a name.
        #[must_use]
        pub fn by_name(name: &str) -> Option<Box<dyn Platform>> {
            match name {
                $($name => Some(Box::new($module::platform())),)+
                _ => None,
            }
        }
    };
}

platforms! {
    plain => "plain",
}

/// What a platform tells about a push.
pub trait Platform {
    /// The login of who pushes, as the platform authenticated it; `None` when it does
    /// not say.
    fn pusher(&self) -> Option<Vec<u8>>;

    /// The repository's name, for people, records and policy.
    fn repository_name(&self, repository: &Repository) -> String;

    /// What each line shown to the pusher must begin with.
    fn line_prefix(&self) -> &'static str;
}

/// The platform that is assumed when nothing else was recorded.
#[must_use]
pub fn plain() -> Box<dyn Platform> {
    Box::new(plain::platform())
}
