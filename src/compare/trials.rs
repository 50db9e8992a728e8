//! Trials of one scenario, side by side on all cores.

use crate::model;
use crate::model::setup::Setup;
use crate::runlog::RunLog;
use crate::runlog::expression::Value;
use crate::runlog::metrics;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Trials by their numbers: from the first up to, without, the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: u64,
    /// One more than the last.
    pub end: u64,
}

impl Range {
    /// How many.
    pub fn count(self) -> u64 {
        self.end - self.first
    }
}

/// `200`, or a slice: `400..500`.
impl std::str::FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Range, String> {
        let number = |text: &str| {
            let plain = text.trim().replace('_', "");
            plain.parse::<u64>().map_err(|_| format!("`{text}` is no number of trials"))
        };
        let range = match text.split_once("..") {
            Some((first, end)) => Range { first: number(first)?, end: number(end)? },
            None => Range { first: 0, end: number(text)? },
        };
        match range.first < range.end && range.count() <= MOST {
            true => Ok(range),
            false => Err(format!("from 1 to {MOST} trials; a slice is written `400..500`, without its end")),
        }
    }
}

/// The most trials of one batch: their metrics are kept in memory.
const MOST: u64 = 10_000_000;

/// What is kept of one trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number.
    pub number: u64,
    /// Its history digest.
    pub digest: u128,
    /// Whether each expectation held, in file order; then whether all steps came as expected.
    pub met: Vec<bool>,
    /// Every metric that has a value, by name.
    pub values: BTreeMap<String, Value>,
}

impl Trial {
    /// What is kept of a run.
    pub fn of(log: &RunLog) -> Trial {
        let steps = log.answers.iter().filter_map(|answer| answer.expected.as_ref()).all(|(_, met)| *met);
        Trial {
            number: log.trial,
            digest: log.digest,
            met: log.expectations.iter().map(|checked| checked.met).chain([steps]).collect(),
            values: metrics::table(log)
                .into_iter()
                .filter(|(_, value)| *value != Value::NotAvailable)
                .collect(),
        }
    }
}

/// An expectation of the scenario, over trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// As written.
    pub text: String,
    /// In which share of the trials it is to hold.
    pub share: f64,
}

/// Trials of one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The scenario file's stem.
    pub name: String,
    /// The scenario's title.
    pub title: String,
    /// The variant played, if not the base.
    pub variant: Option<String>,
    /// Hash of every file read and every overlay.
    pub hash: String,
    /// The seed.
    pub seed: u64,
    /// `aws` or `notes`.
    pub rule_set: String,
    /// Its expectations.
    pub expected: Vec<Expected>,
    /// The trials, by number, rising.
    pub trials: Vec<Trial>,
    /// Whether it was interrupted before every trial was played.
    pub partial: bool,
}

impl Batch {
    /// Every metric that any trial has, sorted.
    pub fn names(&self) -> Vec<&str> {
        let names: BTreeSet<&str> =
            self.trials.iter().flat_map(|trial| trial.values.keys()).map(String::as_str).collect();
        names.into_iter().collect()
    }

    /// A metric, trial by trial.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.trials.iter().map(move |trial| trial.values.get(name).unwrap_or(&Value::NotAvailable))
    }

    /// How it is called beside others: the variant, or the file's stem.
    pub fn label(&self) -> String {
        self.variant.clone().unwrap_or_else(|| "base".to_owned())
    }
}

/// How playing ended.
pub enum Played {
    /// Every trial was played.
    Whole(Batch),
    /// Interrupted: those that were played by then, if any.
    Partial(Batch),
}

/// Plays trials on so many threads. Which thread plays which trial changes nothing: each is a function of its number.
/// `done` hears after each trial how many are done.
pub fn play(
    setup: &Arc<Setup>,
    range: Range,
    threads: usize,
    stop: &AtomicBool,
    done: &(dyn Fn(u64) + Sync),
) -> Played {
    let mut batches = play_all(std::slice::from_ref(setup), range, threads, stop, done);
    match batches.pop() {
        Some(batch) if !batch.partial => Played::Whole(batch),
        Some(batch) => Played::Partial(batch),
        None => Played::Partial(empty(setup)),
    }
}

/// Plays the same trials of each scenario, one scenario after the other, so that those before an interruption are whole.
pub fn play_all(
    setups: &[Arc<Setup>],
    range: Range,
    threads: usize,
    stop: &AtomicBool,
    done: &(dyn Fn(u64) + Sync),
) -> Vec<Batch> {
    let jobs = range.count().saturating_mul(setups.len() as u64);
    let (next, finished) = (AtomicU64::new(0), AtomicU64::new(0));
    let played: Mutex<BTreeMap<u64, (Trial, Vec<Expected>)>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            let (setup, number) =
                (&setups[(job / range.count()) as usize], range.first + job % range.count());
            let Some(log) = model::run(setup, number, stop) else { return };
            let all = log.expectations.iter();
            let all = all.map(|one| Expected { text: one.text.clone(), share: one.expression.trials });
            let one = (Trial::of(&log), all.collect());
            if let Ok(mut played) = played.lock() {
                played.insert(job, one);
            }
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1).min(jobs.try_into().unwrap_or(usize::MAX)) {
            scope.spawn(work);
        }
        work();
    });
    let mut batches: Vec<Batch> = setups.iter().map(empty).collect();
    for (job, (trial, expected)) in played.into_inner().unwrap_or_default() {
        let batch = &mut batches[(job / range.count()) as usize];
        batch.trials.push(trial);
        batch.expected = expected;
    }
    for batch in &mut batches {
        batch.partial = (batch.trials.len() as u64) < range.count();
    }
    batches
}

/// A batch without a trial.
fn empty(setup: &Arc<Setup>) -> Batch {
    Batch {
        name: setup.name.clone(),
        title: setup.title.clone(),
        variant: setup.variant.clone(),
        hash: setup.hash.clone(),
        seed: setup.seed,
        rule_set: setup.rule_set.name().to_owned(),
        expected: Vec::new(),
        trials: Vec::new(),
        partial: true,
    }
}
