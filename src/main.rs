//! The `mrksim` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mrksim::cli::main()
}
