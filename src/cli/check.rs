//! `mrksim check`: is a scenario valid, and is its design sound?

use super::output::{self, Format, say};
use super::{Exit, Scenario, builtin};
use crate::scenario::{self, Problem, Severity, Sources};
use clap::Args;
use serde_json::{Value, json};
use std::path::Path;

/// The arguments of `mrksim check`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Print only what is wrong
    #[arg(long, short)]
    quiet: bool,
}

/// Checks every file, and answers with the worst end among them.
pub fn check(arguments: &Arguments) -> Exit {
    let ends = arguments.scenario.files.iter().map(|file| check_one(arguments, file));
    ends.max().unwrap_or(Exit::Met)
}

fn check_one(arguments: &Arguments, file: &Path) -> Exit {
    let (exit, problems, sources) =
        match scenario::load_with(&arguments.scenario.request(file), &builtin::read) {
            Ok(loaded) => (Exit::Met, loaded.warnings, loaded.sources),
            Err(invalid) if arguments.format == Format::Human => {
                say(&scenario::render(&invalid.problems, &invalid.sources, output::stderr_color()));
                return super::cannot_run(file, &arguments.scenario.with, &invalid);
            }
            Err(invalid) => {
                let exit = if invalid.io.is_some() { Exit::Io } else { Exit::Invalid };
                (exit, invalid.problems, invalid.sources)
            }
        };
    if arguments.format == Format::Json {
        let problems: Vec<Value> = problems.iter().map(|problem| as_json(problem, &sources)).collect();
        let answer =
            json!({ "file": file.to_string_lossy(), "valid": exit == Exit::Met, "problems": problems });
        return exit.max(output::print(&format!("{answer}\n")));
    }
    say(&scenario::render(&problems, &sources, output::stderr_color()));
    if arguments.quiet || exit != Exit::Met {
        return exit;
    }
    let verdict = match problems.iter().filter(|problem| problem.severity == Severity::Warning).count() {
        0 => "valid".to_owned(),
        1 => "valid, with 1 warning".to_owned(),
        n => format!("valid, with {n} warnings"),
    };
    exit.max(output::print(&format!("{}: {verdict}\n", file.display())))
}

fn as_json(problem: &Problem, sources: &Sources) -> Value {
    json!({
        "severity": match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": problem.message,
        "location": problem.primary.as_ref().map(|label| sources.location(&label.span)),
        "help": problem.help,
        "rule": problem.rule,
    })
}
