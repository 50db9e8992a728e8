//! `mrksim merge`: stored slices of trials become one result, as if they had been played together.

use super::output::{Format, say};
use super::{Exit, trials};
use crate::compare::stored;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `mrksim merge`.
#[derive(Args)]
pub struct Arguments {
    /// Directories that `mrksim run --trials A..B` wrote
    #[arg(required = true, value_name = "DIR")]
    slices: Vec<PathBuf>,
    /// Write the whole here
    #[arg(long, required = true, value_name = "DIR")]
    out: PathBuf,
    /// Replace whatever is there
    #[arg(long)]
    force: bool,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Print no report
    #[arg(long, short)]
    quiet: bool,
}

/// Reads every slice, joins them and writes the whole.
pub fn merge(arguments: &Arguments) -> Exit {
    let read = arguments.slices.iter().map(|path| Ok((path.clone(), stored::read(path)?)));
    let joined = read.collect::<Result<Vec<_>, stored::StoredError>>().and_then(stored::merge);
    match joined {
        Ok(Some(batch)) => {
            let written = trials::write(&batch, &arguments.out, arguments.force, arguments.quiet);
            written.max(trials::show(&batch, arguments.quiet, arguments.format)).max(trials::met(&batch))
        }
        Ok(None) => Exit::Usage,
        Err(error) => {
            say(&format!("error: {error}\n"));
            Exit::Io
        }
    }
}
