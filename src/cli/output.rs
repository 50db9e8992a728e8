//! Data goes to standard output, talk to standard error. A reader who has gone away is no failure.

use super::Exit;
use clap::ValueEnum;
use std::io::{ErrorKind, IsTerminal, Write};

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report for people
    Human,
    /// JSON for scripts
    Json,
}

/// Writes data to standard output.
pub fn print(text: &str) -> Exit {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Met,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Met,
        Err(error) => {
            say(&format!("error: standard output could not be written: {error}\n"));
            Exit::Io
        }
    }
}

/// Writes talk to standard error. If nobody can hear it, there is nobody to tell.
pub fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether standard output takes colours.
pub fn stdout_color() -> bool {
    std::io::stdout().is_terminal() && colors_wanted()
}

/// Whether standard error takes colours.
pub fn stderr_color() -> bool {
    std::io::stderr().is_terminal() && colors_wanted()
}

/// https://no-color.org
fn colors_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The command line that this is.
pub fn command() -> String {
    let words = std::env::args().skip(1).map(|word| super::quoted(&word));
    std::iter::once("mrksim".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// Columns to write for.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}
