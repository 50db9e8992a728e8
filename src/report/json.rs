//! `summary.json`, for scripts and CI, with its JSON Schema; and `answers.jsonl`.

use crate::rulebook::Basis;
use crate::runlog::expression::Value;
use crate::runlog::{Answer, RunLog, metrics};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of `summary.json`'s form: it grows when a property changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// What a run came to.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "summary.json of mrksim")]
struct Summary<'a> {
    /// The version of this form.
    schema: u32,
    /// The program that made it.
    program: Program,
    /// What was played.
    scenario: Scenario<'a>,
    /// The seed of every random stream.
    seed: u64,
    /// The trial.
    trial: u64,
    /// `aws` (documented behaviour) or `notes` (what popular study notes claim).
    rule_set: &'static str,
    /// Digest of all logical records, in hexadecimal: equal for equal histories.
    digest: String,
    /// Whether every expectation was met, those of steps included.
    met: bool,
    /// The expectations of `[expect]`, in file order.
    expectations: Vec<Expectation<'a>>,
    /// The steps of the timeline.
    steps: Steps,
    /// The faults, in order of their start.
    faults: Vec<Fault<'a>>,
    /// Every metric by the name that users write. Shares are 0 to 1, durations are seconds, costs US dollars a month.
    metrics: BTreeMap<String, Measured>,
    /// Counts of the whole run.
    totals: Totals,
    /// Every rule that decided something, and how often; a request counts once.
    rules: BTreeMap<&'static str, u64>,
    /// What the run leaned on without AWS's word for it.
    assumptions: Assumptions<'a>,
}

/// The program that made it.
#[derive(Serialize, JsonSchema)]
struct Program {
    /// `mrksim`
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// What was played.
#[derive(Serialize, JsonSchema)]
struct Scenario<'a> {
    /// The file's stem.
    name: &'a str,
    /// The title.
    title: &'a str,
    /// The variant, if not the base.
    variant: Option<&'a str>,
    /// Hash of every file read and every overlay, in hexadecimal.
    hash: &'a str,
    /// When arrivals stopped, in seconds.
    duration_s: f64,
    /// When the last event happened, in seconds.
    ended_s: f64,
}

/// An expectation and what it came to.
#[derive(Serialize, JsonSchema)]
struct Expectation<'a> {
    /// As written.
    text: &'a str,
    /// What it came to.
    value: Measured,
    /// Whether it holds.
    met: bool,
    /// `file:line`.
    location: &'a str,
}

/// The value of a metric.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Measured {
    /// A count.
    Count(u64),
    /// A share from 0 to 1, a duration in seconds, or US dollars a month.
    Number(f64),
    /// A state, a Region, an error; `not recovered` for a recovery time that never came.
    Text(String),
    /// Nothing to measure.
    Nothing(()),
}

/// The steps of the timeline.
#[derive(Serialize, JsonSchema)]
struct Steps {
    /// How many were answered.
    answered: usize,
    /// How many were refused or failed.
    failed: usize,
    /// How many did not come as expected.
    unmet: usize,
}

/// A fault's time on the axis.
#[derive(Serialize, JsonSchema)]
struct Fault<'a> {
    /// Its name.
    name: &'a str,
    /// Its kind.
    kind: &'a str,
    /// What it hit.
    scope: &'a str,
    /// From, in seconds.
    start_s: f64,
    /// To, in seconds; null: for good.
    end_s: Option<f64>,
}

/// Counts of the whole run.
#[derive(Serialize, JsonSchema)]
struct Totals {
    /// Requests that arrived.
    requests: u64,
    /// Requests that succeeded.
    succeeded: u64,
    /// Requests that failed.
    failed: u64,
    /// Acknowledged writes.
    writes: u64,
    /// Events the kernel handled.
    events: u64,
}

/// What the run leaned on without AWS's word for it.
#[derive(Serialize, JsonSchema)]
struct Assumptions<'a> {
    /// Rules that decided something and are reported or assumed, not documented.
    rules: Vec<AssumedRule>,
    /// Numbers about the outside world.
    numbers: Vec<AssumedNumber<'a>>,
}

/// A rule that is reported or assumed.
#[derive(Serialize, JsonSchema)]
struct AssumedRule {
    /// Its id.
    id: &'static str,
    /// What it says.
    says: &'static str,
    /// `reported` or `assumed`.
    basis: &'static str,
    /// Who saw it, or why it is assumed.
    source: &'static str,
    /// How often it decided.
    decided: u64,
}

/// A number about the outside world.
#[derive(Serialize, JsonSchema)]
struct AssumedNumber<'a> {
    /// What it is.
    what: &'a str,
    /// Its value.
    value: &'a str,
    /// `assumed`, `measured`, `documented` or `reported`.
    basis: &'a str,
    /// Source and date, or why.
    source: &'a str,
}

const PLAIN: &str = "texts, numbers and maps with text keys can always be written";

/// The text of `summary.json`.
pub fn summary(log: &RunLog) -> String {
    serde_json::to_string_pretty(&summarise(log)).expect(PLAIN) + "\n"
}

/// The JSON Schema of `summary.json`.
pub fn summary_schema() -> serde_json::Value {
    schemars::schema_for!(Summary).to_value()
}

/// The text of `answers.jsonl`: one line a step, in time order.
pub fn answers(log: &RunLog) -> String {
    log.answers.iter().map(|answer| line(answer) + "\n").collect()
}

fn summarise(log: &RunLog) -> Summary<'_> {
    let unmet = log.answers.iter().filter(|answer| matches!(answer.expected, Some((_, false)))).count();
    Summary {
        schema: SCHEMA,
        program: Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        scenario: Scenario {
            name: &log.name,
            title: &log.title,
            variant: log.variant.as_deref(),
            hash: &log.scenario_hash,
            duration_s: log.duration.as_secs_f64(),
            ended_s: log.ended.as_secs_f64(),
        },
        seed: log.seed,
        trial: log.trial,
        rule_set: log.rule_set,
        digest: format!("{:032x}", log.digest),
        met: unmet == 0 && log.expectations.iter().all(|checked| checked.met),
        expectations: log
            .expectations
            .iter()
            .map(|checked| Expectation {
                text: &checked.text,
                value: Measured::of(&checked.value),
                met: checked.met,
                location: &checked.location,
            })
            .collect(),
        steps: Steps {
            answered: log.answers.len(),
            failed: log.answers.iter().filter(|answer| answer.error.is_some()).count(),
            unmet,
        },
        faults: log
            .faults
            .iter()
            .map(|fault| Fault {
                name: &fault.name,
                kind: fault.kind,
                scope: &fault.scope,
                start_s: fault.start.as_secs_f64(),
                end_s: fault.end.map(|end| end.as_secs_f64()),
            })
            .collect(),
        metrics: metrics::table(log).into_iter().map(|(name, value)| (name, Measured::of(&value))).collect(),
        totals: Totals {
            requests: log.totals.requests,
            succeeded: log.totals.succeeded,
            failed: log.totals.failed,
            writes: log.totals.writes,
            events: log.totals.events,
        },
        rules: log.rules.iter().map(|(rule, decided)| (rule.0.id, *decided)).collect(),
        assumptions: assumptions(log),
    }
}

fn assumptions(log: &RunLog) -> Assumptions<'_> {
    let undocumented = log.rules.iter().filter(|(rule, _)| !matches!(rule.basis, Basis::Documented(_)));
    Assumptions {
        rules: undocumented
            .map(|(rule, decided)| AssumedRule {
                id: rule.0.id,
                says: rule.0.says,
                basis: rule.basis.name(),
                source: rule.basis.text(),
                decided: *decided,
            })
            .collect(),
        numbers: log
            .assumptions
            .iter()
            .map(|number| AssumedNumber {
                what: &number.what,
                value: &number.value,
                basis: number.basis,
                source: &number.source,
            })
            .collect(),
    }
}

impl Measured {
    /// A value as JSON has it.
    pub fn of(value: &Value) -> Measured {
        match value {
            Value::Number(number) if *number >= 0.0 && number.fract() == 0.0 && *number < 9e15 => {
                Measured::Count(*number as u64)
            }
            Value::Share(number) | Value::Number(number) | Value::Money(number) => Measured::Number(*number),
            Value::Duration(span) => Measured::Number(span.as_secs_f64()),
            Value::Text(_) | Value::Never => Measured::Text(value.to_string()),
            Value::NotAvailable => Measured::Nothing(()),
        }
    }
}

/// A step and its answer.
#[derive(Serialize)]
struct Line<'a> {
    time_s: f64,
    name: Option<&'a str>,
    saved: Option<&'a str>,
    command: &'a str,
    region: &'a str,
    principal: &'a str,
    ok: bool,
    error: Option<&'a str>,
    message: &'a str,
    rule: Option<&'static str>,
    expected: Option<&'a str>,
    met: Option<bool>,
    location: &'a str,
    response: &'a serde_json::Value,
}

fn line(answer: &Answer) -> String {
    let line = Line {
        time_s: answer.time.as_secs_f64(),
        name: answer.name.as_deref(),
        saved: answer.saved.as_deref(),
        command: &answer.command,
        region: &answer.region,
        principal: &answer.principal,
        ok: answer.error.is_none(),
        error: answer.error.as_deref(),
        message: &answer.message,
        rule: answer.rule.map(|rule| rule.0.id),
        expected: answer.expected.as_ref().map(|(text, _)| text.as_str()),
        met: answer.expected.as_ref().map(|(_, met)| *met),
        location: &answer.location,
        response: &answer.response,
    };
    serde_json::to_string(&line).expect(PLAIN)
}
