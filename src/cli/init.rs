//! `mrksim init`: a scenario to start from.

use super::Exit;
use super::output::say;
use crate::scenario::STARTER;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
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

/// Writes the starter scenario.
pub fn init(arguments: &Arguments) -> Exit {
    let file = arguments.file.display();
    let mut options = OpenOptions::new();
    options.write(true);
    match arguments.force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    match options.open(&arguments.file).and_then(|mut out| out.write_all(STARTER.as_bytes())) {
        Ok(()) => {
            say(&format!("{file} is written; `mrksim run {file}` plays it\n"));
            Exit::Met
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            say(&format!(
                "error: {file} is there already; name another file, or replace it with `--force`\n"
            ));
            Exit::Io
        }
        Err(error) => {
            say(&format!("error: {file} could not be written: {error}\n"));
            Exit::Io
        }
    }
}
