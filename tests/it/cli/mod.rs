//! Commands as they are typed, and the hooks of developers.

mod audit;
mod client_hooks;
mod command_line;
mod dry_run;
mod errors;
