//! A metric over trials.

use super::statistics::{self, Estimate};
use super::trials::Batch;
use crate::runlog::expression::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What trials say of one metric. Shares are 0 to 1, durations seconds; numbers that are infinite ("not recovered") are
/// counted, not averaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// `share`, `s`, `USD`, `number` or `text`.
    pub unit: String,
    /// In how many trials it has a value, `not recovered` counted.
    pub trials: u64,
    /// In how many it is `not recovered`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub never: u64,
    /// The mean of a number that every trial has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The mean's 95 % interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// The smallest, the quantiles 5 %, 50 % and 95 %, the largest; `null`: infinite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<[Option<f64>; 5]>,
    /// How often each text came.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, u64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A value as a number: seconds, a share, a count; infinite if it never came.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Share(number) | Value::Number(number) | Value::Money(number) => Some(*number),
        Value::Duration(span) => Some(span.as_secs_f64()),
        Value::Never => Some(f64::INFINITY),
        Value::Text(_) | Value::NotAvailable => None,
    }
}

fn unit(value: &Value) -> Option<&'static str> {
    match value {
        Value::Share(_) => Some("share"),
        Value::Duration(_) => Some("s"),
        Value::Number(_) => Some("number"),
        Value::Money(_) => Some("USD"),
        Value::Text(_) => Some("text"),
        Value::Never | Value::NotAvailable => None,
    }
}

/// The part of an interval that a mean can lie in: no metric is below zero, and no share above one. Whatever true mean
/// the interval held, this part still holds.
fn possible(estimate: Estimate, unit: &str) -> (f64, f64) {
    let most = if unit == "share" { 1.0 } else { f64::INFINITY };
    (estimate.low.max(0.0), estimate.high.min(most))
}

/// Every metric of a batch.
pub fn all(batch: &Batch) -> Vec<(String, Summary)> {
    batch.names().into_iter().map(|name| (name.to_owned(), of(batch, name))).collect()
}

/// One metric of a batch.
pub fn of(batch: &Batch, name: &str) -> Summary {
    let values: Vec<&Value> = batch.values(name).filter(|value| **value != Value::NotAvailable).collect();
    let unit = values.iter().find_map(|value| unit(value)).unwrap_or("s");
    let mut texts = BTreeMap::new();
    for value in &values {
        if let Value::Text(text) = value {
            *texts.entry(text.clone()).or_default() += 1;
        }
    }
    let mut numbers: Vec<f64> = values.iter().filter_map(|value| number(value)).collect();
    let estimate: Option<Estimate> =
        statistics::mean(&numbers).filter(|_| numbers.iter().all(|number| number.is_finite()));
    numbers.sort_by(f64::total_cmp);
    let quantile = |p| statistics::quantile(&numbers, p).filter(|value| value.is_finite());
    Summary {
        unit: unit.to_owned(),
        trials: values.len() as u64,
        never: values.iter().filter(|value| ***value == Value::Never).count() as u64,
        mean: estimate.map(|estimate| estimate.mean),
        interval: estimate.map(|estimate| possible(estimate, unit)),
        quantiles: (!numbers.is_empty()).then(|| [0.0, 0.05, 0.5, 0.95, 1.0].map(quantile)),
        texts,
    }
}
