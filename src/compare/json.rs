//! `summary.json` of comparisons and sweeps, which `--format json` prints, with their JSON Schemas.

use super::difference::{self, Difference};
use super::stored::{self, Expectation, Program, Scenario};
use super::summary::{self, Summary};
use super::sweep::Sweep;
use super::trials::Batch;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of these forms: it grows when a property changes its meaning or goes.
const SCHEMA: u32 = 1;

/// What a comparison came to.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "summary.json of mrksim compare")]
struct Comparison {
    /// The version of this form.
    schema: u32,
    /// The program that made it.
    program: Program,
    /// What was compared.
    scenario: Scenario,
    /// The seed of every random stream.
    seed: u64,
    /// `aws` (documented behaviour) or `notes` (what popular study notes claim).
    rule_set: String,
    /// The one that the others are compared with.
    reference: String,
    /// The reference first.
    variants: Vec<Variant>,
}

/// One side of a comparison.
#[derive(Serialize, JsonSchema)]
struct Variant {
    /// Its name.
    name: String,
    /// How many trials were played of it.
    trials: u64,
    /// The expectations of `[expect]`, in file order.
    expectations: Vec<Expectation>,
    /// Every metric.
    metrics: BTreeMap<String, Summary>,
    /// By how much each metric differs from the reference's, trial by trial; empty of the reference itself.
    differences: BTreeMap<String, Paired>,
}

/// By how much a metric differs.
#[derive(Serialize, JsonSchema)]
struct Paired {
    /// Trials that both have a value in.
    trials: u64,
    /// In how many of these they differ.
    differ: u64,
    /// The mean of variant less reference, of trials in which both are numbers.
    mean: Option<f64>,
    /// The mean's 95 % interval.
    interval: Option<(f64, f64)>,
    /// The mean as a share of the reference's mean.
    relative: Option<f64>,
    /// `more`, `less`, `same`, `not distinguishable`, `other` or `n/a`.
    verdict: &'static str,
}

impl From<Difference> for Paired {
    fn from(difference: Difference) -> Paired {
        let paired = difference.paired;
        Paired {
            trials: difference.trials,
            differ: difference.differ,
            mean: paired.map(|paired| paired.mean),
            interval: paired.map(|paired| (paired.low, paired.high)),
            relative: difference.relative,
            verdict: difference.verdict.name(),
        }
    }
}

/// The text of a comparison's `summary.json`; `name`: that of the results.
pub fn comparison(name: &str, reference: &Batch, others: &[&Batch]) -> String {
    let variant = |(index, batch): (usize, &Batch)| {
        let differs = |name: &str| (name.to_owned(), difference::of(reference, batch, name).into());
        Variant {
            name: batch.label(),
            trials: batch.trials.len() as u64,
            expectations: stored::expectations(batch),
            metrics: summary::all(batch).into_iter().collect(),
            differences: match index {
                0 => BTreeMap::new(),
                _ => batch.names().into_iter().map(differs).collect(),
            },
        }
    };
    let all = std::iter::once(reference).chain(others.iter().copied());
    let comparison = Comparison {
        schema: SCHEMA,
        program: stored::program(),
        scenario: Scenario { name: name.to_owned(), variant: None, ..Scenario::of(reference) },
        seed: reference.seed,
        rule_set: reference.rule_set.clone(),
        reference: reference.label(),
        variants: all.enumerate().map(variant).collect(),
    };
    written(&comparison)
}

/// The JSON Schema of a comparison's `summary.json`.
pub fn comparison_schema() -> serde_json::Value {
    schemars::schema_for!(Comparison).to_value()
}

/// What a sweep came to.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "summary.json of mrksim sweep")]
struct Swept {
    /// The version of this form.
    schema: u32,
    /// The program that made it.
    program: Program,
    /// What was played; the hash is of the first cell.
    scenario: Scenario,
    /// The seed of every random stream.
    seed: u64,
    /// `aws` (documented behaviour) or `notes` (what popular study notes claim).
    rule_set: String,
    /// Whether it was interrupted before every cell was played.
    partial: bool,
    /// What was varied.
    axes: Vec<Axis>,
    /// The metrics that were reported and drawn.
    reported: Vec<String>,
    /// Whole cells, the last axis changing fastest.
    cells: Vec<Cell>,
}

/// What was varied.
#[derive(Serialize, JsonSchema)]
struct Axis {
    /// As `--set` has it.
    path: String,
    /// As written.
    values: Vec<String>,
}

/// One combination of values.
#[derive(Serialize, JsonSchema)]
struct Cell {
    /// One of each axis, in their order.
    values: Vec<String>,
    /// How many trials were played.
    trials: u64,
    /// The expectations of `[expect]`, in file order.
    expectations: Vec<Expectation>,
    /// Every metric.
    metrics: BTreeMap<String, Summary>,
}

/// The text of a sweep's `summary.json`; `name`: that of the results. A sweep has at least one cell.
pub fn sweep(name: &str, sweep: &Sweep) -> String {
    let Some(first) = sweep.cells.first().map(|cell| &cell.batch) else { return String::new() };
    let cell = |cell: &super::sweep::Cell| Cell {
        values: cell.values.clone(),
        trials: cell.batch.trials.len() as u64,
        expectations: stored::expectations(&cell.batch),
        metrics: summary::all(&cell.batch).into_iter().collect(),
    };
    let axis = |axis: &super::sweep::Axis| Axis { path: axis.path.clone(), values: axis.values.clone() };
    let swept = Swept {
        schema: SCHEMA,
        program: stored::program(),
        scenario: Scenario { name: name.to_owned(), ..Scenario::of(first) },
        seed: first.seed,
        rule_set: first.rule_set.clone(),
        partial: sweep.partial,
        axes: sweep.axes.iter().map(axis).collect(),
        reported: sweep.metrics.clone(),
        cells: sweep.cells.iter().map(cell).collect(),
    };
    written(&swept)
}

/// The JSON Schema of a sweep's `summary.json`.
pub fn sweep_schema() -> serde_json::Value {
    schemars::schema_for!(Swept).to_value()
}

fn written(form: &impl Serialize) -> String {
    serde_json::to_string_pretty(form).expect("texts, numbers and maps with text keys can be written") + "\n"
}
