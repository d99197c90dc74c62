//! The integration tests: one binary, a module a subject.
//!
//! Tests of the hook push with real git to a real repository; see [`support`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod audit;
mod bytes;
mod catalogue;
mod catalogue_page;
mod catalogue_variants;
mod ci_recipes;
mod claims;
mod cli_errors;
mod client_hooks;
mod command_line;
mod config_layers;
mod copies;
mod damaged_stores;
mod docs;
mod doctor;
mod dry_run;
mod evasion;
mod gate;
mod hooks_page;
mod hostile;
mod imports;
mod install;
mod judging_process;
mod large;
mod layers;
mod limits;
mod log;
mod measured_pages;
mod messages;
mod multilingual;
mod owner;
mod platforms;
mod policy;
mod proc_receive;
mod protocol;
mod published;
mod push_config_files;
mod push_history;
mod push_hostile;
mod push_objects;
mod push_paths;
mod push_protocol;
mod push_refs;
mod push_repositories;
mod rejection;
mod rules_bench;
mod rules_bench_cases;
mod rules_bench_edit;
mod rules_bench_explain;
mod rules_bench_try;
mod sequences;
mod stand_ins;
mod state;
mod support;
mod trees;
