//! `mrksim completions` and `mrksim man`: what a shell and a reader of manual pages want, made from the commands themselves.

use super::output::say;
use super::{Cli, Exit, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// The arguments of `mrksim completions`.
#[derive(Args)]
pub struct Arguments {
    /// For this shell: `mrksim completions bash > /etc/bash_completion.d/mrksim`
    shell: Shell,
}

/// Prints the script that completes commands, options and their choices.
pub fn completions(arguments: &Arguments) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "mrksim", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}

/// Prints the manual page: the program, then each command.
pub fn man() -> Exit {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    let mut render = |command: clap::Command| clap_mangen::Man::new(command).render(&mut text);
    let commands: Vec<clap::Command> =
        command.get_subcommands().filter(|one| one.get_name() != "help").cloned().collect();
    let rendered = std::iter::once(command).chain(commands).try_for_each(&mut render);
    match rendered {
        Ok(()) => output::print(&String::from_utf8_lossy(&text)),
        Err(error) => {
            say(&format!("error: the manual page cannot be made: {error}\n"));
            Exit::Io
        }
    }
}
