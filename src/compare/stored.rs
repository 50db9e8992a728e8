//! What is stored of a batch: `trials.csv`, a row a trial, and `summary.json`. Slices are read back and joined exactly.

use super::summary;
use super::trials::{Batch, Expected, Trial};
use crate::runlog::expression::Value;
use crate::sim::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why stored trials cannot be used.
#[derive(Debug, Error)]
pub enum StoredError {
    /// A file cannot be read.
    #[error("cannot read {path}: {error}; name a directory that `run --trials` or `merge` wrote")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// It is not what this program writes.
    #[error("{path} is not what `run --trials` writes: {what}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Slices of different things.
    #[error(
        "{path} holds other trials: its {what} differs from that of {first}; slices are joined of one scenario, seed and program"
    )]
    Different {
        /// The directory.
        path: PathBuf,
        /// The first directory.
        first: PathBuf,
        /// `seed`, `scenario`, …
        what: &'static str,
    },
    /// A trial stands in two slices.
    #[error("trial {number} is in {path} and in another slice: slices may not overlap")]
    Twice {
        /// The directory.
        path: PathBuf,
        /// The trial.
        number: u64,
    },
}

/// What trials came to.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "summary.json of trials of mrksim")]
struct Summary {
    /// The version of this form.
    schema: u32,
    /// The program that made it.
    program: Program,
    /// What was played.
    scenario: Scenario,
    /// The seed of every random stream.
    seed: u64,
    /// `aws` (documented behaviour) or `notes` (what popular study notes claim).
    rule_set: String,
    /// How many trials: `trials.csv` has a row for each.
    trials: u64,
    /// The number of the first.
    first_trial: Option<u64>,
    /// The number of the last.
    last_trial: Option<u64>,
    /// Whether it was interrupted before every trial was played.
    partial: bool,
    /// The expectations of `[expect]`, in file order.
    expectations: Vec<Expectation>,
    /// Every metric by the name that users write.
    metrics: BTreeMap<String, summary::Summary>,
}

/// The program that made it.
#[derive(Serialize, Deserialize, PartialEq, JsonSchema)]
pub(super) struct Program {
    /// `mrksim`
    name: String,
    /// Its version.
    version: String,
}

/// What was played.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Scenario {
    /// The file's stem, or the name of the results.
    pub(super) name: String,
    /// The title.
    pub(super) title: String,
    /// The variant, if not the base.
    pub(super) variant: Option<String>,
    /// Hash of every file read and every overlay, in hexadecimal.
    pub(super) hash: String,
}

impl Scenario {
    /// That of a batch.
    pub(super) fn of(batch: &Batch) -> Scenario {
        Scenario {
            name: batch.name.clone(),
            title: batch.title.clone(),
            variant: batch.variant.clone(),
            hash: batch.hash.clone(),
        }
    }
}

/// An expectation over trials.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Expectation {
    /// As written.
    text: String,
    /// The share of trials in which it is to hold.
    wanted: f64,
    /// In how many it held.
    held: u64,
    /// Whether that is enough.
    met: bool,
}

/// The version of the form of `summary.json` of trials.
const SCHEMA: u32 = 1;

/// The files of a batch: (name, content).
pub fn files(batch: &Batch) -> Vec<(String, String)> {
    vec![("trials.csv".to_owned(), table(batch)), ("summary.json".to_owned(), summary_of(batch))]
}

fn summary_of(batch: &Batch) -> String {
    let summary = Summary {
        schema: SCHEMA,
        program: program(),
        scenario: Scenario::of(batch),
        seed: batch.seed,
        rule_set: batch.rule_set.clone(),
        trials: batch.trials.len() as u64,
        first_trial: batch.trials.first().map(|trial| trial.number),
        last_trial: batch.trials.last().map(|trial| trial.number),
        partial: batch.partial,
        expectations: expectations(batch),
        metrics: summary::all(batch).into_iter().collect(),
    };
    let text = serde_json::to_string_pretty(&summary).unwrap_or_default();
    text + "\n"
}

/// The JSON Schema of the `summary.json` of trials.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Summary).to_value()
}

/// In how many trials each expectation held, and whether that is enough.
pub(super) fn expectations(batch: &Batch) -> Vec<Expectation> {
    let held = |index: usize| batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
    let expectation = |(index, one): (usize, &Expected)| Expectation {
        text: one.text.clone(),
        wanted: one.share,
        held: held(index),
        met: is_met(held(index), batch.trials.len() as u64, one.share),
    };
    batch.expected.iter().enumerate().map(expectation).collect()
}

/// This program.
pub(super) fn program() -> Program {
    Program { name: "mrksim".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// Whether so many of so many trials are the share that is wanted.
pub fn is_met(held: u64, of: u64, wanted: f64) -> bool {
    // Both are whole numbers of trials: a share is met if no trial more would be needed.
    held as f64 >= wanted * of as f64 - 1e-9 && of > 0
}

/// `trials.csv`: number, digest, one column an expectation, one a metric with its unit.
fn table(batch: &Batch) -> String {
    let names = batch.names();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unit = |name: &str| batch.values(name).find_map(unit_of).unwrap_or("");
    let head = ["trial".to_owned(), "digest".to_owned()].into_iter();
    let expected = batch.expected.iter().map(|one| format!("met: {}", one.text));
    let columns = names.iter().map(|name| match unit(name) {
        "" => (*name).to_owned(),
        unit => format!("{name} [{unit}]"),
    });
    // Writing into memory cannot fail.
    let _ = writer.write_record(head.chain(expected).chain(["met: steps".to_owned()]).chain(columns));
    for trial in &batch.trials {
        let head = [trial.number.to_string(), format!("{:032x}", trial.digest)].into_iter();
        let met = trial.met.iter().map(|met| met.to_string());
        let values = names.iter().map(|name| trial.values.get(*name).map(written).unwrap_or_default());
        let _ = writer.write_record(head.chain(met).chain(values));
    }
    super::difference::text(writer)
}

/// The unit of a value, as a column has it; `None`: none of its own.
pub fn unit_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Share(_) => Some("share"),
        Value::Duration(_) => Some("s"),
        Value::Number(_) => Some(""),
        Value::Money(_) => Some("USD"),
        Value::Text(_) => Some("text"),
        Value::Never | Value::NotAvailable => None,
    }
}

/// A value as it can be read back without loss.
pub fn written(value: &Value) -> String {
    match value {
        Value::Share(number) | Value::Number(number) | Value::Money(number) => number.to_string(),
        Value::Duration(span) => {
            let (whole, part) = (span.0 / Span::SECOND.0, span.0 % Span::SECOND.0);
            format!("{whole}.{part:09}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Value::Text(text) => text.clone(),
        Value::Never => "never".to_owned(),
        Value::NotAvailable => String::new(),
    }
}

fn read_value(text: &str, unit: &str) -> Option<Value> {
    Some(match (text, unit) {
        ("", _) => Value::NotAvailable,
        ("never", unit) if unit != "text" => Value::Never,
        (text, "text") => Value::Text(text.to_owned()),
        (text, "USD") => Value::Money(text.parse().ok()?),
        (text, "share") => Value::Share(text.parse().ok()?),
        (text, "s") => {
            let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
            let part: u64 = format!("{part:0<9}").parse().ok()?;
            Value::Duration(Span(whole.parse::<u64>().ok()?.checked_mul(Span::SECOND.0)?.checked_add(part)?))
        }
        (text, _) => Value::Number(text.parse().ok()?),
    })
}

/// Reads a batch back.
///
/// # Errors
/// A file is missing or is not what [`files`] makes.
pub fn read(dir: &Path) -> Result<Batch, StoredError> {
    let (summary_path, table_path) = (dir.join("summary.json"), dir.join("trials.csv"));
    let text = |path: &Path| {
        fs::read_to_string(path).map_err(|error| StoredError::Io { path: path.to_owned(), error })
    };
    let malformed = |path: &Path, what: String| StoredError::Malformed { path: path.to_owned(), what };
    let table = text(&table_path)?;
    let summary: Summary = serde_json::from_str(&text(&summary_path)?)
        .map_err(|error| malformed(&summary_path, error.to_string()))?;
    if summary.schema != SCHEMA || summary.program != program() {
        let what = format!("it was written by {} {}", summary.program.name, summary.program.version);
        return Err(malformed(&summary_path, what));
    }
    let expected: Vec<Expected> =
        summary.expectations.into_iter().map(|one| Expected { text: one.text, share: one.wanted }).collect();
    let trials = rows(&table, expected.len()).map_err(|what| malformed(&table_path, what))?;
    Ok(Batch {
        name: summary.scenario.name,
        title: summary.scenario.title,
        variant: summary.scenario.variant,
        hash: summary.scenario.hash,
        seed: summary.seed,
        rule_set: summary.rule_set,
        expected,
        trials,
        partial: summary.partial,
    })
}

fn rows(text: &str, expectations: usize) -> Result<Vec<Trial>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| error.to_string())?.clone();
    let first = 3 + expectations;
    if head.get(0) != Some("trial") || head.len() < first {
        return Err("the header is another".to_owned());
    }
    let columns: Vec<(&str, &str)> = head
        .iter()
        .skip(first)
        .map(|column| {
            let split =
                column.rsplit_once(" [").and_then(|(name, unit)| Some((name, unit.strip_suffix(']')?)));
            split.unwrap_or((column, ""))
        })
        .collect();
    let mut trials: Vec<Trial> = Vec::new();
    for (number, row) in reader.records().enumerate() {
        let row = row.map_err(|error| error.to_string())?;
        let trial =
            trial(&row, &columns, first).ok_or_else(|| format!("row {} makes no sense", number + 2))?;
        if trials.last().is_some_and(|last| last.number >= trial.number) {
            return Err(format!("row {} is out of order", number + 2));
        }
        trials.push(trial);
    }
    Ok(trials)
}

fn trial(row: &csv::StringRecord, columns: &[(&str, &str)], first: usize) -> Option<Trial> {
    let met =
        row.iter().skip(2).take(first - 2).map(|met| met.parse().ok()).collect::<Option<Vec<bool>>>()?;
    let mut values = BTreeMap::new();
    for ((name, unit), text) in columns.iter().zip(row.iter().skip(first)) {
        match read_value(text, unit)? {
            Value::NotAvailable => {}
            value => {
                values.insert((*name).to_owned(), value);
            }
        }
    }
    Some(Trial {
        number: row.get(0)?.parse().ok()?,
        digest: u128::from_str_radix(row.get(1)?, 16).ok()?,
        met,
        values,
    })
}

/// Joins slices of one batch, in whatever order they are named.
///
/// # Errors
/// They are of different scenarios, seeds or rule sets, or overlap.
pub fn merge(slices: Vec<(PathBuf, Batch)>) -> Result<Option<Batch>, StoredError> {
    let mut slices = slices.into_iter();
    let Some((first, mut whole)) = slices.next() else { return Ok(None) };
    for (path, slice) in slices {
        let different = [
            (slice.hash != whole.hash, "scenario"),
            (slice.variant != whole.variant, "variant"),
            (slice.seed != whole.seed, "seed"),
            (slice.rule_set != whole.rule_set, "rule set"),
        ];
        if let Some((_, what)) = different.into_iter().find(|(differs, _)| *differs) {
            return Err(StoredError::Different { path, first, what });
        }
        let known: std::collections::BTreeSet<u64> = whole.trials.iter().map(|trial| trial.number).collect();
        if let Some(twice) = slice.trials.iter().find(|trial| known.contains(&trial.number)) {
            return Err(StoredError::Twice { path, number: twice.number });
        }
        whole.trials.extend(slice.trials);
        whole.partial |= slice.partial;
    }
    whole.trials.sort_by_key(|trial| trial.number);
    Ok(Some(whole))
}
