//! Many trials: how they are asked for, played with progress, and put in place.

use super::output::{Format, say};
use super::{Exit, Scenario, builtin, output};
use crate::compare::{Batch, Played, Range, stored, terminal, trials};
use crate::model::{self, setup::Setup};
use crate::report::files;
use crate::runlog::RunLog;
use crate::scenario;
use crate::sim::Time;
use clap::Args;
use std::cell::Cell;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How trials are spread.
#[derive(Args)]
pub struct Spread {
    /// Threads that play trials; the results do not depend on it [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// Raised by Ctrl-C.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends a run between two events.
pub fn listen() {
    // Without a handler the run ends at once, which loses nothing either.
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
}

/// Loads a scenario, with its warnings on standard error, and the names of its variants.
pub fn load(scenario: &Scenario, file: &Path, quiet: bool) -> Result<(Arc<Setup>, Vec<String>), Exit> {
    match scenario::load_with(&scenario.request(file), &builtin::read) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() && !quiet {
                say(&scenario::render(&loaded.warnings, &loaded.sources, output::stderr_color()));
            }
            Ok((Arc::new(loaded.setup), loaded.variants))
        }
        Err(invalid) => {
            say(&scenario::render(&invalid.problems, &invalid.sources, output::stderr_color()));
            Err(super::cannot_run(file, &scenario.with, &invalid))
        }
    }
}

impl Spread {
    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(cores, usize::from)
    }

    /// Plays trials, with progress on a terminal.
    pub fn play(&self, setup: &Arc<Setup>, range: Range, what: &str, quiet: bool) -> Played {
        let progress = |done: &(dyn Fn(u64) + Sync)| trials::play(setup, range, self.threads(), &STOP, done);
        shown(what, range.count(), quiet, progress)
    }

    /// Plays the same trials of each scenario, with progress on a terminal.
    pub fn play_all(&self, setups: &[Arc<Setup>], range: Range, what: &str, quiet: bool) -> Vec<Batch> {
        let progress =
            |done: &(dyn Fn(u64) + Sync)| trials::play_all(setups, range, self.threads(), &STOP, done);
        shown(what, range.count() * setups.len() as u64, quiet, progress)
    }
}

/// Plays one trial, with progress on a terminal if it takes longer than a second; `None`: interrupted.
pub fn play_one(setup: &Arc<Setup>, quiet: bool) -> Option<RunLog> {
    let shows = !quiet && std::io::stderr().is_terminal();
    let (began, last) = (Instant::now(), Cell::new(Instant::now()));
    let watch = |now: Time| {
        if shows && began.elapsed() > Duration::from_secs(1) && last.get().elapsed() > BETWEEN_SIGNS {
            last.set(Instant::now());
            let share = (now.0 as f64 / setup.duration.0 as f64).clamp(1e-6, 1.0);
            let left = began.elapsed().as_secs_f64() / share * (1.0 - share);
            say(&format!(
                "\r{}: {:.0} % of {}, {left:.0} s left \u{1b}[K",
                setup.name,
                share * 100.0,
                setup.duration
            ));
        }
    };
    let log = model::run_watched(setup, 0, &STOP, &watch);
    if shows {
        say("\r\u{1b}[K");
    }
    log
}

/// How often progress is shown anew.
const BETWEEN_SIGNS: Duration = Duration::from_millis(200);

/// Work that says how many trials are done, shown on a terminal with an estimate.
fn shown<T>(what: &str, all: u64, quiet: bool, work: impl Fn(&(dyn Fn(u64) + Sync)) -> T) -> T {
    let shows = !quiet && std::io::stderr().is_terminal();
    let (began, last) = (Instant::now(), Mutex::new(Instant::now()));
    let done = |done: u64| {
        let Ok(mut last) = last.lock() else { return };
        if shows && (last.elapsed() > BETWEEN_SIGNS || done == all) {
            *last = Instant::now();
            let left = began.elapsed().as_secs_f64() / done as f64 * (all - done) as f64;
            say(&format!("\r{what}: {done} of {all} trials, {left:.0} s left \u{1b}[K"));
        }
    };
    let result = work(&done);
    if shows {
        say("\r\u{1b}[K");
    }
    result
}

/// `mrksim run --trials`: plays them, writes `trials.csv` and `summary.json`, prints what they came to.
pub fn run(
    setup: &Arc<Setup>,
    range: Range,
    spread: &Spread,
    (dir, force): (&Path, bool),
    (quiet, format): (bool, Format),
) -> Exit {
    let batch = match spread.play(setup, range, &setup.name, quiet) {
        Played::Whole(batch) => batch,
        Played::Partial(batch) if batch.trials.is_empty() => {
            say("interrupted: nothing was written\n");
            return Exit::Interrupted;
        }
        Played::Partial(batch) => batch,
    };
    let written = write(&batch, dir, force, quiet);
    if written != Exit::Met {
        return written;
    }
    let printed = show(&batch, quiet, format);
    let end = if batch.partial { Exit::Interrupted } else { printed.max(met(&batch)) };
    if batch.partial {
        say("interrupted: the trials that were played are written, and the summary says `partial`\n");
    }
    end
}

/// Puts a batch in place.
pub fn write(batch: &Batch, dir: &Path, force: bool, quiet: bool) -> Exit {
    if let Err(error) = files::write_texts((&batch.name, &batch.title), dir, force, stored::files(batch)) {
        say(&format!("error: {error}\n"));
        return Exit::Io;
    }
    if !quiet {
        say(&format!("results: {}\n", dir.display()));
    }
    Exit::Met
}

/// Prints a batch.
pub fn show(batch: &Batch, quiet: bool, format: Format) -> Exit {
    match (quiet, format) {
        (true, _) => Exit::Met,
        (false, Format::Json) => {
            let files = stored::files(batch);
            let summary = files.iter().find(|(name, _)| name == "summary.json");
            summary.map_or(Exit::Met, |(_, text)| output::print(text))
        }
        (false, Format::Human) => output::print(&terminal::trials(batch)),
    }
}

/// Whether every expectation held in as many trials as it is to, and steps came as expected in all.
pub fn met(batch: &Batch) -> Exit {
    let of = batch.trials.len() as u64;
    let held = |index: usize| batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
    let shares = batch.expected.iter().map(|one| one.share).chain([1.0]);
    match shares.enumerate().all(|(index, share)| stored::is_met(held(index), of, share)) {
        true => Exit::Met,
        false => Exit::NotMet,
    }
}
