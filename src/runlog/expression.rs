//! `metric(args) [@ time|end] op value`: the one language of `[expect]`, `when` and `wait until`.

use crate::sim::{Span, Time};
use std::fmt;

/// A comparison of a metric with a bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What is measured.
    pub metric: Metric,
    /// When; `None`: over the whole run (or now, in a condition).
    pub at: Option<Moment>,
    /// How it compares.
    pub op: Op,
    /// With what.
    pub bound: Bound,
    /// In which share of the trials it is to hold, 0..=1; of one run: 1.
    pub trials: f64,
}

/// A metric and its arguments, as written (names are checked against the scenario).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Which.
    pub name: MetricName,
    /// Its arguments.
    pub args: Vec<String>,
}

/// A moment of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// This instant.
    At(Time),
    /// The end of the run.
    End,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// The right-hand side.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `99%`, as 0.99.
    Share(f64),
    /// `7m`.
    Duration(Span),
    /// `12`.
    Number(f64),
    /// `PendingReplicaDeletion`.
    Text(String),
}

impl Expression {
    /// The moment of which it asks for a share of the decryptability ledger, or a count of items.
    pub fn ledger_moment(&self) -> Option<Time> {
        use MetricName::{Decryptable, Denied, Items, Lost, Recoverable, Unreachable};
        match (self.metric.name, self.at) {
            (Decryptable | Unreachable | Recoverable | Denied | Lost | Items, Some(Moment::At(time))) => {
                Some(time)
            }
            _ => None,
        }
    }
}

/// The metrics there are. (store, Region[, reader]) means: arguments store, Region and, if wanted, reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricName {
    /// `decryptable(store, region[, reader])`: share, lowest over the run.
    Decryptable,
    /// `unreachable(store, region[, reader])`: share, highest over the run.
    Unreachable,
    /// `recoverable(store, region[, reader])`: share, highest over the run.
    Recoverable,
    /// `denied(store, region[, reader])`: share, highest over the run.
    Denied,
    /// `lost(store, region[, reader])`: share, highest over the run.
    Lost,
    /// `data-loss(store[, fault])`: duration; the worst over the faults.
    DataLoss,
    /// `writes-lost(store[, fault])`: count.
    WritesLost,
    /// `writes-suppressed(store[, fault])`: count.
    WritesSuppressed,
    /// `writes-delayed(store[, fault])`: count.
    WritesDelayed,
    /// `writes-pending(store[, fault])`: count.
    WritesPending,
    /// `recovery-time(client[, fault])`: duration, or "not recovered".
    RecoveryTime,
    /// `success(client)`: share of requests that succeeded (in a condition: of those finished in the last full second).
    Success,
    /// `staleness(store, region)`: duration, highest over the run.
    Staleness,
    /// `mean(client[, operation[, phase]])`: duration. Operations: read, write, insert; phases: total, network,
    /// kms-queue, kms-service, store.
    Mean,
    /// `p50(client[, operation[, phase]])`.
    P50,
    /// `p90(client[, operation[, phase]])`.
    P90,
    /// `p99(client[, operation[, phase]])`.
    P99,
    /// `p999(client[, operation[, phase]])`.
    P999,
    /// `max(client[, operation[, phase]])`.
    Max,
    /// `requests(client)`: count of requests that ended.
    Requests,
    /// `failures(client[, error])`: count of requests that failed.
    Failures,
    /// `state(key, region)`: text; `deleted` if there is none.
    State,
    /// `primary(key)`: text, the Region that holds the primary key.
    Primary,
    /// `writer(store)`: text, the Region of Aurora's writer.
    Writer,
    /// `error(step)`: text, the error name of the named step, or `ok`.
    Error,
    /// `status(store, region)`: text, what the service shows of the replica there: `ACTIVE`, `available`, `InSync`.
    Status,
    /// `items(store, region)`: count, at the end.
    Items,
    /// `home(client)`: text, the Region whose instances new requests go to.
    Home,
    /// `logged(event, region)`: count of the records that CloudTrail has of it there.
    Logged,
    /// `cost[([part[, name]])]`: US dollars a month, of all or of a part of the bill, for one key, store, client or record
    /// or for all.
    Cost,
}

impl MetricName {
    /// Every metric, with the name that users write.
    pub const ALL: [(&'static str, MetricName); 30] = [
        ("decryptable", MetricName::Decryptable),
        ("unreachable", MetricName::Unreachable),
        ("recoverable", MetricName::Recoverable),
        ("denied", MetricName::Denied),
        ("lost", MetricName::Lost),
        ("data-loss", MetricName::DataLoss),
        ("writes-lost", MetricName::WritesLost),
        ("writes-suppressed", MetricName::WritesSuppressed),
        ("writes-delayed", MetricName::WritesDelayed),
        ("writes-pending", MetricName::WritesPending),
        ("recovery-time", MetricName::RecoveryTime),
        ("success", MetricName::Success),
        ("staleness", MetricName::Staleness),
        ("mean", MetricName::Mean),
        ("p50", MetricName::P50),
        ("p90", MetricName::P90),
        ("p99", MetricName::P99),
        ("p999", MetricName::P999),
        ("max", MetricName::Max),
        ("requests", MetricName::Requests),
        ("failures", MetricName::Failures),
        ("state", MetricName::State),
        ("primary", MetricName::Primary),
        ("writer", MetricName::Writer),
        ("error", MetricName::Error),
        ("status", MetricName::Status),
        ("items", MetricName::Items),
        ("home", MetricName::Home),
        ("logged", MetricName::Logged),
        ("cost", MetricName::Cost),
    ];

    /// The name that users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, metric)| *metric == self).map_or("", |(name, _)| name)
    }

    /// Whether the metric has a value at any moment of the run, so that `@ 2h` makes sense.
    pub fn has_moments(self) -> bool {
        use MetricName::*;
        matches!(
            self,
            Decryptable
                | Unreachable
                | Recoverable
                | Denied
                | Lost
                | Success
                | Staleness
                | State
                | Primary
                | Writer
                | Error
                | Status
                | Items
                | Home
        )
    }
}

/// As users write it: `decryptable(orders, eu-west-1)`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.args.is_empty() && self.name == MetricName::Cost {
            true => f.write_str(self.name.name()),
            false => write!(f, "{}({})", self.name.name(), self.args.join(", ")),
        }
    }
}

/// What a metric came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A share, 0..=1.
    Share(f64),
    /// A duration.
    Duration(Span),
    /// A count or number.
    Number(f64),
    /// US dollars.
    Money(f64),
    /// A text.
    Text(String),
    /// No bound is met by it: "not recovered".
    Never,
    /// Nothing to measure: a share of no items, an unused percentile. Meets no bound.
    NotAvailable,
}

/// For people: `99.2 %`, `99.9971 %`, `7m 12s`, `not recovered`, `n/a`. A share is never rounded to all or to nothing,
/// nor is money to nothing.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Share(share) if *share > 0.0 && *share < 0.0001 => f.write_str("<0.01 %"),
            // Availabilities are told apart by what fails: two digits of it, rounded up.
            Value::Share(share) if *share > 0.9999 && *share < 1.0 => {
                let fails = (1.0 - share) * 100.0;
                let digits = (1.0 - libm::floor(libm::log10(fails))).clamp(2.0, 12.0);
                let scale = libm::pow(10.0, digits);
                let text =
                    format!("{:.*}", digits as usize, 100.0 - libm::ceil(fails * scale - 1e-6) / scale);
                write!(f, "{} %", text.trim_end_matches('0').trim_end_matches('.'))
            }
            Value::Share(share) => {
                let text = format!("{:.2}", share * 100.0);
                write!(f, "{} %", text.trim_end_matches('0').trim_end_matches('.'))
            }
            Value::Duration(span) => span.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Money(usd) if *usd > 0.0 && *usd < 0.005 => f.write_str("<0.01 USD"),
            Value::Money(usd) => write!(f, "{usd:.2} USD"),
            Value::Text(text) => f.write_str(text),
            Value::Never => f.write_str("not recovered"),
            Value::NotAvailable => f.write_str("n/a"),
        }
    }
}
