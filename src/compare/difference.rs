//! Two variants under the same random numbers: trial by trial, by how much one differs from the other.

use super::json;
use super::statistics::{self, Estimate};
use super::summary::number;
use super::trials::Batch;
use crate::runlog::expression::Value;

/// How a metric of a variant differs from the reference's.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Trials that both have a value in.
    pub trials: u64,
    /// In how many of these they differ.
    pub differ: u64,
    /// In how many the variant is `not recovered`, and in how many the reference.
    pub never: (u64, u64),
    /// Variant less reference, trial by trial, of those trials in which both are finite.
    pub paired: Option<Estimate>,
    /// The mean difference as a share of the reference's mean, if that is not zero.
    pub relative: Option<f64>,
    /// What can be said.
    pub verdict: Verdict,
}

/// What can be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The variant's is more.
    More,
    /// The variant's is less.
    Less,
    /// Equal in every trial: whatever differs does so in few trials (rule of three).
    Same,
    /// They differ, and the interval holds zero.
    NotDistinguishable,
    /// Texts that differ in some trial: there is no more and no less.
    Other,
    /// There is nothing that both have.
    NotAvailable,
}

/// Compares a metric, paired by trial number.
pub fn of(reference: &Batch, variant: &Batch, name: &str) -> Difference {
    let theirs: std::collections::BTreeMap<u64, &Value> =
        reference.trials.iter().filter_map(|trial| Some((trial.number, trial.values.get(name)?))).collect();
    let pairs: Vec<(&Value, &Value)> = variant
        .trials
        .iter()
        .filter_map(|trial| Some((*theirs.get(&trial.number)?, trial.values.get(name)?)))
        .filter(|(a, b)| **a != Value::NotAvailable && **b != Value::NotAvailable)
        .collect();
    let never = |which: fn(&(&Value, &Value)) -> bool| pairs.iter().filter(|pair| which(pair)).count() as u64;
    let numbers: Vec<(f64, f64)> = pairs.iter().filter_map(|(a, b)| Some((number(a)?, number(b)?))).collect();
    let finite: Vec<(f64, f64)> =
        numbers.iter().copied().filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    let differences: Vec<f64> = finite.iter().map(|(a, b)| b - a).collect();
    let paired = statistics::mean(&differences);
    let base = finite.iter().map(|(a, _)| a).sum::<f64>() / finite.len().max(1) as f64;
    let differ = pairs.iter().filter(|(a, b)| a != b).count() as u64;
    let never = (never(|(_, b)| **b == Value::Never), never(|(a, _)| **a == Value::Never));
    let verdict = match pairs.len() {
        0 => Verdict::NotAvailable,
        _ if differ == 0 => Verdict::Same,
        _ if numbers.is_empty() => Verdict::Other,
        _ => verdict(&numbers, paired),
    };
    Difference {
        trials: pairs.len() as u64,
        differ,
        never,
        paired,
        relative: paired.filter(|_| base != 0.0).map(|paired| paired.mean / base),
        verdict,
    }
}

/// With infinite values among them the question is in how many more trials one of them never came; else it is the mean.
fn verdict(numbers: &[(f64, f64)], paired: Option<Estimate>) -> Verdict {
    let never: Vec<f64> = numbers
        .iter()
        .map(|(a, b)| f64::from(u8::from(b.is_infinite())) - f64::from(u8::from(a.is_infinite())))
        .collect();
    let estimate = match never.iter().any(|difference| *difference != 0.0) {
        true => statistics::mean(&never),
        false => paired,
    };
    match estimate {
        Some(estimate) if estimate.low > 0.0 => Verdict::More,
        Some(estimate) if estimate.high < 0.0 => Verdict::Less,
        _ => Verdict::NotDistinguishable,
    }
}

/// The files of a comparison: `comparison.csv`, a row a metric and variant; `objectives.csv`, a row an expectation and
/// variant; `trials.csv`, a row a value; `summary.json`, whose results they are.
pub fn files(name: &str, reference: &Batch, others: &[&Batch]) -> Vec<(String, String)> {
    let all: Vec<&Batch> = std::iter::once(reference).chain(others.iter().copied()).collect();
    vec![
        ("comparison.csv".to_owned(), differences(reference, others)),
        ("objectives.csv".to_owned(), objectives(&all)),
        ("trials.csv".to_owned(), values(&all)),
        ("summary.json".to_owned(), json::comparison(name, reference, others)),
    ]
}

/// `comparison.csv`.
pub fn differences(reference: &Batch, others: &[&Batch]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "metric",
        "unit",
        "variant",
        "reference",
        "trials",
        "differ",
        "mean",
        "reference_mean",
        "difference",
        "difference_low",
        "difference_high",
        "relative",
        "not_recovered",
        "reference_not_recovered",
        "verdict",
    ];
    // Writing into memory cannot fail.
    let _ = writer.write_record(head);
    let mut names: Vec<&str> = reference.names();
    names.extend(others.iter().flat_map(|other| other.names()));
    names.sort_unstable();
    names.dedup();
    for name in names {
        let theirs = super::summary::of(reference, name);
        for other in others {
            let (ours, difference) = (super::summary::of(other, name), of(reference, other, name));
            let decimal = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
            let paired = difference.paired;
            let row = [
                name.to_owned(),
                theirs.unit.clone(),
                other.label(),
                reference.label(),
                difference.trials.to_string(),
                difference.differ.to_string(),
                decimal(ours.mean),
                decimal(theirs.mean),
                decimal(paired.map(|paired| paired.mean)),
                decimal(paired.map(|paired| paired.low)),
                decimal(paired.map(|paired| paired.high)),
                decimal(difference.relative),
                difference.never.0.to_string(),
                difference.never.1.to_string(),
                difference.verdict.name().to_owned(),
            ];
            let _ = writer.write_record(row);
        }
    }
    text(writer)
}

/// A row for each variant and expectation: in how many trials it held, and whether that is enough.
pub fn objectives(all: &[&Batch]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(["variant", "objective", "trials", "held", "wanted_share", "met"]);
    for batch in all {
        for (index, one) in batch.expected.iter().enumerate() {
            let of = batch.trials.len() as u64;
            let held = batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
            let row = [
                batch.label(),
                one.text.clone(),
                of.to_string(),
                held.to_string(),
                one.share.to_string(),
                super::stored::is_met(held, of, one.share).to_string(),
            ];
            let _ = writer.write_record(row);
        }
    }
    text(writer)
}

/// A row for each variant, trial and metric.
fn values(all: &[&Batch]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(["variant", "trial", "metric", "value"]);
    for batch in all {
        for trial in &batch.trials {
            for (name, value) in &trial.values {
                let row =
                    [batch.label(), trial.number.to_string(), name.clone(), super::stored::written(value)];
                let _ = writer.write_record(row);
            }
        }
    }
    text(writer)
}

/// What was written into memory.
pub fn text(writer: csv::Writer<Vec<u8>>) -> String {
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

impl Verdict {
    /// As the files call it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::More => "more",
            Verdict::Less => "less",
            Verdict::Same => "same",
            Verdict::NotDistinguishable => "not distinguishable",
            Verdict::Other => "other",
            Verdict::NotAvailable => "n/a",
        }
    }
}
