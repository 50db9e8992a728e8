//! Why each refusal of a run happened, read from its results: `refusals.csv` has those of clients, `answers.jsonl` those of
//! steps.

use super::what_if::wrapped;
use crate::model;
use crate::rulebook::Basis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the results of a run cannot be read.
#[derive(Debug, Error)]
pub enum RefusalsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {error}; name a directory that `mrksim run` wrote")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// It is not what `mrksim run` writes.
    #[error("{path} is not what `mrksim run` writes: {what}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// Calls that were refused or not answered for the same reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The rule that decided; empty: none has a name.
    pub rule: String,
    /// What was refused, to whom: `GenerateDataKey of checkout in us-east-1`, or a command.
    pub what: String,
    /// The error.
    pub error: String,
    /// How often.
    pub count: u64,
    /// Seconds of the run: the first.
    #[serde(rename = "first_s")]
    pub first: f64,
    /// The last.
    #[serde(rename = "last_s")]
    pub last: f64,
}

#[derive(Deserialize)]
struct Row {
    client: String,
    region: String,
    operation: String,
    error: String,
    rule: String,
    count: u64,
    first_s: f64,
    last_s: f64,
}

#[derive(Deserialize)]
struct Answer {
    time_s: f64,
    command: String,
    error: Option<String>,
    rule: Option<String>,
}

/// The refusals of a run, by rule.
///
/// # Errors
/// A file is missing or makes no sense.
pub fn read(dir: &Path) -> Result<Vec<Refusal>, RefusalsError> {
    let text = |path: &Path| {
        fs::read_to_string(path).map_err(|error| RefusalsError::Io { path: path.to_owned(), error })
    };
    let (clients, steps) = (dir.join("refusals.csv"), dir.join("answers.jsonl"));
    let malformed = |path: &Path, what: String| RefusalsError::Malformed { path: path.to_owned(), what };
    let mut found = Vec::new();
    for row in csv::Reader::from_reader(text(&clients)?.as_bytes()).deserialize() {
        let row: Row = row.map_err(|error| malformed(&clients, error.to_string()))?;
        found.push(Refusal {
            rule: row.rule,
            what: format!("{} of {} in {}", row.operation, row.client, row.region),
            error: row.error,
            count: row.count,
            first: row.first_s,
            last: row.last_s,
        });
    }
    for line in text(&steps)?.lines() {
        let answer: Answer =
            serde_json::from_str(line).map_err(|error| malformed(&steps, error.to_string()))?;
        let Some(error) = answer.error else { continue };
        found.push(Refusal {
            rule: answer.rule.unwrap_or_default(),
            what: answer.command,
            error,
            count: 1,
            first: answer.time_s,
            last: answer.time_s,
        });
    }
    found.sort_by(|a, b| a.rule.cmp(&b.rule).then(a.first.total_cmp(&b.first)));
    Ok(found)
}

/// For scripts: an array, by rule.
pub fn json(refusals: &[Refusal]) -> String {
    serde_json::to_string_pretty(refusals).expect("texts and numbers can be written") + "\n"
}

/// For people: each rule with its source, and what it refused.
pub fn told(refusals: &[Refusal], width: usize) -> String {
    if refusals.is_empty() {
        return "Nothing was refused, and every call was answered.\n".to_owned();
    }
    let mut by_rule: BTreeMap<&str, Vec<&Refusal>> = BTreeMap::new();
    refusals.iter().for_each(|refusal| by_rule.entry(&refusal.rule).or_default().push(refusal));
    let known = model::rules();
    let mut text = String::new();
    for (id, refusals) in by_rule {
        let rule = known.iter().find(|rule| rule.id == id);
        let (says, source) = match rule.map(|rule| (rule.says, rule.basis)) {
            Some((says, Basis::Documented(source))) => (says, source.to_owned()),
            Some((says, Basis::Reported(source))) => (says, format!("reported: {source}")),
            Some((says, Basis::Assumed(why))) => (says, format!("assumed: {why}")),
            None => ("The service's own error, or an answer that no rule names.", String::new()),
        };
        let id = if id.is_empty() { "no rule" } else { id };
        text += &format!("{id}\n");
        for line in wrapped(says, width - 2).iter().chain(&wrapped(&source, width - 2)) {
            text += if line.is_empty() { "" } else { "  " };
            text += line;
            text += if line.is_empty() { "" } else { "\n" };
        }
        for Refusal { what, error, count, first, last, .. } in refusals {
            let time = |seconds: f64| crate::sim::Time((seconds * 1e9) as u64).to_string();
            let when = match (count, first == last) {
                (1, _) | (_, true) => format!("at {}", time(*first)),
                _ => format!("{count} times, from {} to {}", time(*first), time(*last)),
            };
            text += &format!("    {}: {error}, {when}\n", crate::report::cut(what, 70));
        }
        text.push('\n');
    }
    text.pop();
    text
}
