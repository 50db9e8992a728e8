//! `mrksim sweep`: the scenario on a grid of values.

use super::output::{self, Format, say};
use super::trials::{self, Spread};
use super::{Exit, Scenario};
use crate::compare::sweep::{self, Axis, Cell, MOST_CELLS, Sweep};
use crate::compare::{Batch, Range, grid, json, pages, pictures};
use crate::model::{self, setup::Setup};
use crate::report::files;
use crate::runlog::parse;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The arguments of `mrksim sweep`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    #[command(flatten)]
    spread: Spread,
    /// An axis: `clients.app.rate=1/s,10/s`, `timeline.outage.for=1h..4h:30m` (steps), `….read=0..1/5` (so many); given
    /// again, every combination
    #[arg(long, required = true, value_name = "PATH=VALUES")]
    grid: Vec<Axis>,
    /// Trials of each cell: a number, or a slice `400..500`
    #[arg(long, value_name = "N", default_value = "1")]
    trials: Range,
    /// Report and draw these: "recovery-time(app)" [default: those of `[expect]`, else recovery, loss, success, cost]
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// Write the sweep here [default: results/<name>-sweep]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
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

/// The most trials of a sweep, over all cells.
const MOST_TRIALS: u64 = 10_000_000;

/// Plays every cell and writes what they came to.
pub fn sweep(arguments: &Arguments) -> Exit {
    trials::listen();
    let [file] = &arguments.scenario.files[..] else {
        say("error: a sweep is of one scenario\n");
        return Exit::Usage;
    };
    let cells = arguments.grid.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul);
    if cells > MOST_CELLS || arguments.trials.count().saturating_mul(cells as u64) > MOST_TRIALS {
        let count = arguments.trials.count();
        say(&format!(
            "error: {cells} cells of {count} trials: the most are {MOST_CELLS} cells and {MOST_TRIALS} trials\n"
        ));
        return Exit::Usage;
    }
    let grid = grid(&arguments.grid);
    let setups = match setups(arguments, file, &grid) {
        Ok(setups) => setups,
        Err(exit) => return exit,
    };
    let batches = arguments.spread.play_all(&setups, arguments.trials, &setups[0].name, arguments.quiet);
    let whole = |(values, batch): (Vec<String>, Batch)| (!batch.partial).then_some(Cell { values, batch });
    let cells: Vec<Cell> = grid.into_iter().zip(batches).map_while(whole).collect();
    if cells.is_empty() {
        say("interrupted: nothing was written\n");
        return Exit::Interrupted;
    }
    let metrics = match metrics(&arguments.metric, &cells) {
        Ok(metrics) => metrics,
        Err(exit) => return exit,
    };
    let partial = cells.len() < setups.len();
    finish(arguments, &setups[0], Sweep { axes: arguments.grid.clone(), cells, metrics, partial })
}

/// Loads every cell before any is played.
fn setups(arguments: &Arguments, file: &Path, grid: &[Vec<String>]) -> Result<Vec<Arc<Setup>>, Exit> {
    let mut setups = Vec::new();
    for values in grid {
        let pairs: Vec<String> =
            arguments.grid.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.path)).collect();
        let mut scenario = arguments.scenario.clone();
        scenario.set.extend(pairs.iter().cloned());
        // Warnings are about the design: once is enough.
        let quiet = arguments.quiet || !setups.is_empty();
        let (setup, _) = trials::load(&scenario, file, quiet).inspect_err(|_| {
            say(&format!("in the cell {}; nothing was played\n", pairs.join(", ")));
        })?;
        setups.push(setup);
    }
    Ok(setups)
}

/// What is reported: as asked, else what the scenario expects, else what people look at first.
fn metrics(asked: &[String], cells: &[Cell]) -> Result<Vec<String>, Exit> {
    let known: Vec<&str> = cells.iter().flat_map(|cell| cell.batch.names()).collect();
    let mut found = Vec::new();
    for metric in asked {
        if !known.contains(&metric.as_str()) {
            let help = parse::nearest(metric, known.iter().copied());
            let help = help.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            say(&format!("error: no cell has the metric `{metric}`{help}\n"));
            return Err(Exit::Usage);
        }
        found.push(metric.clone());
    }
    if found.is_empty() {
        let expected = cells.iter().flat_map(|cell| &cell.batch.expected);
        let read = expected.filter_map(|one| parse::parse(&one.text).ok());
        let whole = read.filter(|expression| expression.at.is_none());
        let names = whole.map(|expression| expression.metric.to_string());
        found.extend(names.filter(|name| known.contains(&name.as_str())));
    }
    if found.is_empty() {
        let usual = ["recovery-time(", "data-loss(", "success(", "cost"];
        let is = |name: &&&str| !name.contains(',') && usual.iter().any(|usual| name.starts_with(usual));
        let is_part = |name: &str| name.starts_with("cost(");
        found.extend(known.iter().filter(is).filter(|name| !is_part(name)).map(|name| (*name).to_owned()));
    }
    let mut metrics = Vec::new();
    for name in found {
        if !metrics.contains(&name) {
            metrics.push(name);
        }
    }
    Ok(metrics)
}

fn finish(arguments: &Arguments, setup: &Arc<Setup>, sweep: Sweep) -> Exit {
    let name = format!("{}-sweep", setup.name);
    let dir = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&name));
    let drawings = pictures::of_sweep(&sweep);
    let first = model::run(setup, arguments.trials.first, &trials::STOP);
    let page = pages::of_sweep(&sweep, &drawings, first.as_ref(), &output::command());
    let drawings = drawings.into_iter().map(|drawing| (drawing.file, drawing.svg));
    let page = ("report.html".to_owned(), page);
    let texts = sweep.files(&name).into_iter().chain([page]).chain(drawings).collect();
    if let Err(error) = files::write_texts((&name, &setup.title), &dir, arguments.force, texts) {
        say(&format!("error: {error}\n"));
        return Exit::Io;
    }
    let printed = match (arguments.quiet, arguments.format) {
        (true, _) => Exit::Met,
        (false, Format::Json) => output::print(&json::sweep(&name, &sweep)),
        (false, Format::Human) => output::print(&sweep::report(&sweep)),
    };
    if !arguments.quiet {
        say(&format!("results: {}\n", dir.display()));
    }
    match sweep.partial {
        true => {
            say("interrupted: the cells that were played are written, and the summary says `partial`\n");
            Exit::Interrupted
        }
        false => printed,
    }
}
