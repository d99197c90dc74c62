//! Where hooks are: the options that `install`, `uninstall` and `doctor` share.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::error::Error;
use super::global::Global;
use crate::config;
use crate::install::{Place, Request};
use crate::platform;
use crate::text::{escape, shell};

#[derive(Debug, Args)]
pub(super) struct Target {
    /// Repositories, folders with repositories, or homes of platforms
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The platform, where it shall not be found out from the files there
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(platform::NAMES))]
    platform: Option<String>,
    /// PATH is a template for new repositories
    #[arg(long, group = "place")]
    template: bool,
    /// All repositories of this machine, by core.hooksPath
    #[arg(long, group = "place", conflicts_with = "paths")]
    system: bool,
    /// All repositories of this machine, by hooks in git's configuration (git 2.54)
    #[arg(long, group = "place", conflicts_with = "paths")]
    configured: bool,
    /// PATH is a developer's repository
    #[arg(long, group = "place")]
    client: bool,
    /// Where --system keeps its hooks (otherwise /etc/provost/hooks); or a directory outside
    /// of repositories, named by their core.hooksPath, that may be changed, too
    #[arg(long, value_name = "DIR")]
    hooks_directory: Option<PathBuf>,
    /// The policy's file; it is written if it is not there
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The program that hooks run; without it, this one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Where --system keeps its hooks, if nothing else is asked for.
const HOOKS_DIRECTORY: &str = "/etc/provost/hooks";

impl Target {
    pub(super) fn request(&self, global: &Global) -> Result<Request, Error> {
        let start = global.directory.as_deref().unwrap_or(Path::new(""));
        let absolute = |path: &Path| {
            let path = start.join(path);
            let failed = |source| Error::Read { what: escape::path(&path), source };
            std::path::absolute(&path).map_err(failed)
        };
        let own = || {
            std::env::current_exe()
                .map_err(|source| Error::Read { what: "this program's own path".into(), source })
        };
        let place = if self.template {
            Some(Place::Template)
        } else if self.system {
            Some(Place::System)
        } else if self.configured {
            Some(Place::Configured)
        } else if self.client {
            Some(Place::Client)
        } else {
            None
        };
        let named = self.platform.as_deref().and_then(platform::by_name);
        Ok(Request {
            paths: self.paths.iter().map(|path| start.join(path)).collect(),
            platform: named,
            place,
            program: match &self.program {
                Some(path) => absolute(path)?,
                None => own()?,
            },
            mode: None,
            policy: self.policy.as_deref().map(absolute).transpose()?,
            machine_policy: config::SYSTEM.into(),
            hooks_directory: absolute(
                self.hooks_directory.as_deref().unwrap_or(Path::new(HOOKS_DIRECTORY)),
            )?,
            named_hooks: self.hooks_directory.as_deref().map(absolute).transpose()?,
            shell: PathBuf::new(),
            vref: false,
        })
    }

    /// Returns the options that name the same places again.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        let mut option = |name: &str, value: Option<&OsStr>| {
            words.push(name.to_owned());
            words.extend(value.map(|value| shell::shown(value.as_bytes())));
        };
        for (name, given) in [
            ("--template", self.template),
            ("--system", self.system),
            ("--configured", self.configured),
        ] {
            if given {
                option(name, None);
            }
        }
        if let Some(platform) = &self.platform {
            option("--platform", Some(platform.as_ref()));
        }
        if let Some(hooks) = &self.hooks_directory {
            option("--hooks-directory", Some(hooks.as_os_str()));
        }
        if let Some(policy) = &self.policy {
            option("--policy", Some(policy.as_os_str()));
        }
        if let Some(program) = &self.program {
            option("--program", Some(program.as_os_str()));
        }
        if !self.system && !self.configured {
            words.extend(self.paths.iter().map(|path| shell::shown(path.as_os_str().as_bytes())));
        }
        words.join(" ")
    }
}
