//! The policies that `policy init` writes: where an organisation starts from.

/// A policy to start from.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The commented file.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal: $about:literal),+ $(,)?) => {
        /// All presets.
        pub const PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            about: $about,
            text: include_str!(concat!("presets/", $name, ".toml")),
        }),+];
    };
}

presets! {
    "observe": "record everything, refuse nothing: the first weeks on a server",
    "approved-tools": "one tool forbidden as high-risk, named alternatives allowed or disclosed",
    "forbid-all": "no AI tool at all",
    "disclose": "AI tools are welcome where commits say so, as in the Linux kernel",
    "forbid-with-waiver": "no AI without prior written approval, as in NetBSD and QEMU",
    "no-trailers": "disclosure belongs elsewhere: no AI in trailers, as in Kubernetes",
}

/// A preset by name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
