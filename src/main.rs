//! The `provost` binary: hands the command line to the library and turns
//! its answer into an exit code. Nothing else lives here.

use std::process::ExitCode;

fn main() -> ExitCode {
    provost::cli::run(std::env::args_os())
}
