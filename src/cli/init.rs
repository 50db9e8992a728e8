//! `mrksim init`: a scenario to start from.

use super::Exit;
use super::output::say;
use crate::report::files;
use crate::scenario::STARTER;
use crate::study::policies::FILES;
use clap::Args;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The arguments of `mrksim init`.
#[derive(Args)]
pub struct Arguments {
    /// The file to write [default: scenario.toml; with `--policy` a directory: policies]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write key policies and IAM policies for a multi-Region key, with a scenario that proves them
    #[arg(long)]
    policy: bool,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// Writes the starter scenario, or policies.
pub fn init(arguments: &Arguments) -> Exit {
    if arguments.policy {
        return policies(arguments);
    }
    let file = arguments.file.clone().unwrap_or_else(|| "scenario.toml".into());
    let written = write(&file, STARTER, arguments.force);
    if written == Exit::Met {
        say(&format!("{0} is written; `mrksim run {0}` plays it\n", file.display()));
    }
    written
}

fn policies(arguments: &Arguments) -> Exit {
    let dir = arguments.file.clone().unwrap_or_else(|| "policies".into());
    let there = FILES.iter().map(|(name, _)| dir.join(name)).find(|file| file.exists() && !arguments.force);
    if let Some(file) = there {
        return is_there(&file);
    }
    if let Err(error) = fs::create_dir_all(&dir) {
        say(&format!("error: {} could not be made: {error}; name another directory\n", dir.display()));
        return Exit::Io;
    }
    for (index, (name, text)) in FILES.iter().enumerate() {
        let written = write(&dir.join(name), text, arguments.force);
        if written != Exit::Met {
            // Some policies without the others prove nothing; what was there before stays.
            if !arguments.force {
                FILES[..index].iter().for_each(|(name, _)| drop(fs::remove_file(dir.join(name))));
                let _ = fs::remove_dir(&dir);
            }
            return written;
        }
    }
    let proof = dir.join("proof.toml");
    say(&format!("{} policies are written; `mrksim run {}` proves them\n", FILES.len() - 1, proof.display()));
    Exit::Met
}

fn is_there(file: &Path) -> Exit {
    say(&format!(
        "error: {} is there already; name another file, or replace it with `--force`\n",
        file.display()
    ));
    Exit::Io
}

fn write(path: &Path, text: &str, force: bool) -> Exit {
    match if force { files::replace(path, text) } else { files::write_new(path, text) } {
        Ok(()) => Exit::Met,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => is_there(path),
        Err(error) => {
            say(&format!("error: {} could not be written: {error}; name another file\n", path.display()));
            Exit::Io
        }
    }
}
