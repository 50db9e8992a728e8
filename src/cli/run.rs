//! `mrksim run`: play scenarios, print a report, write the results.

use super::output::{self, Format, say};
use super::trials::{self, STOP, Spread};
use super::{Exit, Scenario};
use crate::compare::Range;
use crate::model;
use crate::model::setup::{Record, Setup};
use crate::report::{csv, files, json, terminal, trail};
use crate::runlog::RunLog;
use crate::runlog::parse::duration;
use crate::sim::Time;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The arguments of `mrksim run`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    /// Write the results here [default: results/<name>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace whatever is there
    #[arg(long)]
    force: bool,
    /// Write trail.jsonl too: CloudTrail's records of steps, runbooks, faults, KMS itself, and of single requests
    #[arg(long)]
    trail: bool,
    /// Write trace.json too, which ui.perfetto.dev opens: Regions, faults, key states, and single requests
    #[arg(long)]
    trace: bool,
    /// Which single requests trail and trace have, at most 10,000: 59m..1h5m [default: half a minute around each
    /// start and end of a fault]
    #[arg(long, value_name = "FROM..TO", value_parser = stretch)]
    record: Option<Record>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Print no report
    #[arg(long, short)]
    quiet: bool,
    /// Play so many trials, or a slice of them (400..500), and write trials.csv
    #[arg(long, value_name = "N", conflicts_with_all = ["trail", "trace", "check_determinism"])]
    trials: Option<Range>,
    #[command(flatten)]
    spread: Spread,
    /// Play each scenario twice and compare every byte of the results
    #[arg(long)]
    check_determinism: bool,
}

/// Plays every file, and answers with the worst end among them.
pub fn run(arguments: &Arguments) -> Exit {
    if arguments.record.is_some() && !arguments.trail && !arguments.trace {
        say("error: `--record` says which single requests `--trail` or `--trace` shows; add one of them\n");
        return Exit::Usage;
    }
    if arguments.out.is_some() && arguments.scenario.files.len() > 1 {
        say("error: `--out` names one directory, but there are several scenarios; run them one by one\n");
        return Exit::Usage;
    }
    trials::listen();
    let mut worst = Exit::Met;
    for file in &arguments.scenario.files {
        worst = worst.max(run_one(arguments, file));
        if worst == Exit::Interrupted {
            break;
        }
    }
    worst
}

fn run_one(arguments: &Arguments, file: &Path) -> Exit {
    let setup = match trials::load(&arguments.scenario, file, arguments.quiet) {
        Ok((setup, _)) => setup,
        Err(exit) => return exit,
    };
    let directory = arguments.out.clone().unwrap_or_else(|| default_directory(&setup));
    if let Some(range) = arguments.trials {
        let place = (directory.as_path(), arguments.force);
        return trials::run(&setup, range, &arguments.spread, place, (arguments.quiet, arguments.format));
    }
    let setup = match arguments.trail || arguments.trace {
        true => recording(setup, arguments.record.unwrap_or(Record::AroundFaults)),
        false => setup,
    };
    let Some(log) = trials::play_one(&setup, arguments.quiet) else {
        say("interrupted: nothing was written\n");
        return Exit::Interrupted;
    };
    if arguments.check_determinism {
        match model::run(&setup, 0, &STOP) {
            None => return Exit::Interrupted,
            Some(again) if contents(&log) != contents(&again) => {
                say(&format!("error: two runs of {} differed; please report this\n", file.display()));
                return Exit::NotDeterministic;
            }
            Some(_) if !arguments.quiet => say("two runs agreed in every byte\n"),
            Some(_) => {}
        }
    }
    let reproduce = arguments.scenario.command_line(file, setup.seed);
    let options = files::Options {
        force: arguments.force,
        trail: arguments.trail,
        trace: arguments.trace,
        reproduce: reproduce.clone(),
    };
    if let Err(error) = files::write(&log, &directory, &options) {
        say(&format!("error: {error}\n"));
        return Exit::Io;
    }
    let printed = match (arguments.quiet, arguments.format) {
        (true, _) => Exit::Met,
        (false, Format::Json) => output::print(&json::summary(&log)),
        (false, Format::Human) => output::print(&terminal::render(
            &log,
            &terminal::Options { color: output::stdout_color(), width: output::width(), reproduce },
        )),
    };
    if !arguments.quiet {
        say(&format!("results: {}\n", directory.display()));
    }
    printed.max(if is_met(&log) { Exit::Met } else { Exit::NotMet })
}

/// The scenario, with single requests kept.
fn recording(mut setup: Arc<Setup>, record: Record) -> Arc<Setup> {
    Arc::make_mut(&mut setup).record = record;
    setup
}

/// `59m..1h5m`
fn stretch(text: &str) -> Result<Record, String> {
    let (from, to) = text.split_once("..").ok_or_else(|| "write `59m..1h5m`".to_owned())?;
    let (from, to) = (Time::ZERO + duration(from.trim())?, Time::ZERO + duration(to.trim())?);
    match from < to {
        true => Ok(Record::Between(from, to)),
        false => Err(format!("`{text}` ends before it begins")),
    }
}

fn default_directory(setup: &Setup) -> PathBuf {
    let name = match &setup.variant {
        Some(variant) => format!("{}-{variant}", setup.name),
        None => setup.name.clone(),
    };
    Path::new("results").join(name)
}

/// Whether every expectation and every step's expectation is met.
fn is_met(log: &RunLog) -> bool {
    let steps = log.answers.iter().filter_map(|answer| answer.expected.as_ref());
    log.expectations.iter().all(|checked| checked.met) && steps.into_iter().all(|(_, met)| *met)
}

/// Every byte of the results that must be equal on every machine.
fn contents(log: &RunLog) -> Vec<u8> {
    let mut bytes = json::summary(log).into_bytes();
    bytes.extend(json::answers(log).into_bytes());
    bytes.extend(trail::trail(log).into_bytes());
    for table in &csv::TABLES {
        // Writing into memory cannot fail.
        let _ = table.write(log, &mut bytes);
    }
    bytes
}
