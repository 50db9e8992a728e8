//! `mrksim init`: a scenario to start from.

use super::Exit;
use super::output::say;
use crate::scenario::STARTER;
use clap::Args;
use std::fs;
use std::path::PathBuf;

/// The arguments of `mrksim init`.
#[derive(Args)]
pub struct Arguments {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "scenario.toml")]
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// Writes the starter scenario: beside its place first, so that it is there whole or not at all.
pub fn init(arguments: &Arguments) -> Exit {
    let file = arguments.file.display();
    if !arguments.force && arguments.file.exists() {
        say(&format!("error: {file} is there already; name another file, or replace it with `--force`\n"));
        return Exit::Io;
    }
    let mut beside = arguments.file.clone().into_os_string();
    beside.push(".new");
    let written = fs::write(&beside, STARTER).and_then(|()| fs::rename(&beside, &arguments.file));
    match written {
        Ok(()) => {
            say(&format!("{file} is written; `mrksim run {file}` plays it\n"));
            Exit::Met
        }
        Err(error) => {
            // What could not be written is not worth keeping; if it is not there, there is nothing to remove.
            let _ = fs::remove_file(&beside);
            say(&format!("error: {file} could not be written: {error}; name another file\n"));
            Exit::Io
        }
    }
}
