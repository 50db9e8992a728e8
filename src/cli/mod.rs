//! The commands: one file each. They talk to people and own files, terminal and exit codes.

mod builtin;
mod check;
mod compare;
mod completions;
mod diagram;
mod examples;
mod explain;
mod init;
mod merge;
mod output;
mod quiz;
mod rules;
mod run;
mod schema;
mod shell;
mod sweep;
mod trials;
mod what_if;

use crate::model::setup::RuleSet;
use crate::scenario::{Invalid, Request, Source};
use clap::{Args, Parser, Subcommand, ValueEnum};
use output::say;
use std::path::PathBuf;
use std::process::ExitCode;

/// When an AWS Region fails: who can still read the encrypted data, how fast, and what was lost?
#[derive(Parser)]
#[command(name = "mrksim", version, about, long_about = None, max_term_width = 110, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  everything expected was met
    1  a file could not be read or written
    2  the command line is wrong
    3  the scenario is not valid
    4  an expectation was not met
    5  two runs of the same scenario differed
  130  interrupted";

#[derive(Subcommand)]
enum Command {
    /// Play scenarios, print a report and write results/<name>/
    #[command(after_help = examples::RUN)]
    Run(run::Arguments),
    /// Compare variants, files or stored results under the same random numbers
    #[command(after_help = examples::COMPARE)]
    Compare(compare::Arguments),
    /// Play a scenario on a grid of values
    #[command(after_help = examples::SWEEP)]
    Sweep(sweep::Arguments),
    /// Join stored slices of trials
    #[command(after_help = examples::MERGE)]
    Merge(merge::Arguments),
    /// Play a scenario twice, once with a change: where the two part, and what comes of it
    #[command(after_help = examples::WHAT_IF)]
    WhatIf(what_if::Arguments),
    /// A world at a prompt: AWS CLI commands, `wait 7d`, `fail us-east-1`, `who can read orders`
    #[command(after_help = examples::SHELL)]
    Shell(shell::Arguments),
    /// Draw Regions, keys, data and applications: Mermaid, Graphviz or SVG
    #[command(after_help = examples::DIAGRAM)]
    Diagram(diagram::Arguments),
    /// Validate scenarios and warn of designs that will hurt
    #[command(after_help = examples::CHECK)]
    Check(check::Arguments),
    /// List the rulebook: what holds, how sure that is, and what a scenario can set
    #[command(after_help = examples::RULES)]
    Rules(rules::Arguments),
    /// Explain entries of the rulebook: the source of each, and the scenarios that play it
    #[command(after_help = examples::EXPLAIN)]
    Explain(explain::Arguments),
    /// Ask exam questions, play them, and say what is right and why
    #[command(after_help = examples::QUIZ)]
    Quiz(quiz::Arguments),
    /// Print flash cards of exam facts, for Anki
    #[command(after_help = examples::CARDS)]
    Cards(quiz::Cards),
    /// Write a small scenario to start from
    #[command(after_help = examples::INIT)]
    Init(init::Arguments),
    /// Print the JSON Schema of scenario files or of summary.json
    #[command(after_help = examples::SCHEMA)]
    Schema(schema::Arguments),
    /// Print the script by which a shell completes commands and options
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::Arguments),
    /// Print the manual page: `mrksim man | man -l -`
    Man,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything expected was met.
    Met = 0,
    /// A file could not be read or written.
    Io = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The scenario is not valid.
    Invalid = 3,
    /// An expectation was not met.
    NotMet = 4,
    /// Two runs of the same scenario differed.
    NotDeterministic = 5,
    /// Ctrl-C.
    Interrupted = 130,
}

/// Parses the command line and carries it out.
pub fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => match cli.command {
            Command::Run(arguments) => run::run(&arguments),
            Command::Compare(arguments) => compare::compare(&arguments),
            Command::Sweep(arguments) => sweep::sweep(&arguments),
            Command::Merge(arguments) => merge::merge(&arguments),
            Command::WhatIf(arguments) => what_if::what_if(&arguments),
            Command::Shell(arguments) => shell::shell(&arguments),
            Command::Diagram(arguments) => diagram::diagram(&arguments),
            Command::Check(arguments) => check::check(&arguments),
            Command::Rules(arguments) => rules::rules(&arguments),
            Command::Explain(arguments) => explain::explain(&arguments),
            Command::Quiz(arguments) => quiz::quiz(&arguments),
            Command::Cards(arguments) => quiz::cards(&arguments),
            Command::Init(arguments) => init::init(&arguments),
            Command::Schema(arguments) => schema::schema(&arguments),
            Command::Completions(arguments) => completions::completions(&arguments),
            Command::Man => completions::man(),
        },
        Err(error) => {
            let text = error.render();
            match error.use_stderr() {
                true => {
                    say(&if output::stderr_color() { text.ansi().to_string() } else { text.to_string() });
                    Exit::Usage
                }
                false => output::print(&text.to_string()),
            }
        }
    };
    ExitCode::from(exit as u8)
}

/// Which scenario, and what is laid over it.
#[derive(Args, Clone)]
struct Scenario {
    /// Scenario files, or built-in ones by name (tutorial/region-outage)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Lay another file over the scenario: strategies/dr-pilot-light (may be repeated)
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Play a variant of the scenario
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Change one value: keys.orders.kind=single-region (may be repeated)
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Another seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Whose rules are played: AWS's documented behaviour, or what popular study notes claim
    #[arg(long, value_name = "RULES")]
    rules: Option<Rules>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rules {
    Aws,
    Notes,
}

impl Scenario {
    /// What to load for one of the files.
    fn request(&self, file: &std::path::Path) -> Request {
        let built_in = file.to_str().filter(|_| !file.exists()).and_then(builtin::find);
        let source = match built_in {
            Some((name, text)) => Source::Text { name: name.to_owned(), text: text.to_owned() },
            None => Source::Path(file.to_owned()),
        };
        Request {
            file: source,
            with: self.with.clone(),
            variant: self.variant.clone(),
            set: self.set.clone(),
            seed: self.seed,
            rules: self.rules.map(|rules| match rules {
                Rules::Aws => RuleSet::Aws,
                Rules::Notes => RuleSet::Notes,
            }),
        }
    }

    /// The command line that plays the file again with this seed.
    fn command_line(&self, file: &std::path::Path, seed: u64) -> String {
        let mut words = vec!["mrksim run".to_owned(), quoted(&file.to_string_lossy())];
        words.extend(self.with.iter().map(|with| format!("--with {}", quoted(&with.to_string_lossy()))));
        words.extend(self.variant.iter().map(|variant| format!("--variant {}", quoted(variant))));
        words.extend(self.set.iter().map(|set| format!("--set {}", quoted(set))));
        if let Some(Rules::Notes) = self.rules {
            words.push("--rules notes".to_owned());
        }
        words.push(format!("--seed {seed}"));
        words.join(" ")
    }
}

/// How a command ends that cannot run a scenario; the built-in files that may have been meant are named.
fn cannot_run(file: &std::path::Path, with: &[PathBuf], invalid: &Invalid) -> Exit {
    if invalid.io.is_none() {
        return Exit::Invalid;
    }
    for name in std::iter::once(file).chain(with.iter().map(PathBuf::as_path)) {
        let written = name.to_string_lossy();
        let is_there = name.exists() || builtin::find(&written).is_some();
        if let Some(name) = builtin::nearest(&written).filter(|_| !is_there) {
            say(&format!("help: did you mean the built-in scenario `{name}`?\n"));
        }
    }
    Exit::Io
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn words_are_quoted_when_a_shell_would_split_them() {
        assert_eq!(quoted("keys.orders.kind=single-region"), "keys.orders.kind=single-region");
        assert_eq!(quoted("my file's.toml"), r"'my file'\''s.toml'");
    }
}
