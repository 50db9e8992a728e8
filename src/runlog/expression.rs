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

/// A metric, its name, its arguments and what it means: one line each.
macro_rules! metrics {
    ($($metric:ident $name:literal $arguments:literal $says:literal;)*) => {
        /// The metrics there are. In brackets: what may be left out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum MetricName {
            $(#[doc = concat!("`", $name, $arguments, "`: ", $says, ".")] $metric,)*
        }

        impl MetricName {
            /// Every metric, with the name that users write.
            pub const ALL: [(&'static str, MetricName); [$($name),*].len()] = [$(($name, MetricName::$metric)),*];

            /// How it is written and what it means, in the same order: (`success(client)`, `share of …`).
            pub const MEANINGS: [(&'static str, &'static str); [$($name),*].len()] =
                [$((concat!($name, $arguments), $says)),*];
        }
    };
}

metrics! {
    Decryptable "decryptable" "(store, Region[, reader])"
        "share of the items that the reader, or the worst off, can decrypt; over the run the lowest";
    Unreachable "unreachable" "(store, Region[, reader])"
        "share that the rules would allow, but something on the way is down; over the run the highest";
    Recoverable "recoverable" "(store, Region[, reader])"
        "share that a key operation could bring back; over the run the highest";
    Denied "denied" "(store, Region[, reader])"
        "share that is refused to this reader; over the run the highest";
    Lost "lost" "(store, Region[, reader])"
        "share that no key anywhere can ever decrypt; over the run the highest";
    DataLoss "data-loss" "(store[, fault])"
        "how old the oldest acknowledged write was that the Region which took over lacked; the worst over the faults";
    WritesLost "writes-lost" "(store[, fault])"
        "how many such writes nothing brings back";
    WritesSuppressed "writes-suppressed" "(store[, fault])"
        "how many of them came later and were superseded by newer ones";
    WritesDelayed "writes-delayed" "(store[, fault])"
        "how many of them were applied after all";
    WritesPending "writes-pending" "(store[, fault])"
        "how many of them were still on the way at the end";
    RecoveryTime "recovery-time" "(client[, fault])"
        "from the start of a fault until the client's `objective` holds again, or `not recovered`; the worst over the faults";
    Success "success" "(client)"
        "share of requests that succeeded; in a condition: of those that finished in the last full second";
    Staleness "staleness" "(store, Region)"
        "time since the oldest write that the replica still lacks was acknowledged; over the run the longest";
    Mean "mean" "(client[, operation[, phase]])"
        "latency of requests that succeeded. Operations: `read`, `write`, `insert`; phases: `total`, `network`, `kms-queue`, `kms-service`, `store`";
    P50 "p50" "(client[, operation[, phase]])"
        "the median of the same";
    P90 "p90" "(client[, operation[, phase]])"
        "its 90th percentile";
    P99 "p99" "(client[, operation[, phase]])"
        "its 99th percentile";
    P999 "p999" "(client[, operation[, phase]])"
        "its 99.9th percentile";
    Max "max" "(client[, operation[, phase]])"
        "the longest";
    Requests "requests" "(client)"
        "how many requests ended";
    Failures "failures" "(client[, error])"
        "how many failed, or failed with an error";
    State "state" "(key, Region)"
        "the state of the key there, `deleted` if there is none";
    Primary "primary" "(key)"
        "the Region of the primary key";
    Writer "writer" "(store)"
        "the Region of an Aurora database's writer";
    Error "error" "(step)"
        "the error of the step of that name, or `ok`";
    Status "status" "(store, Region)"
        "what the service shows of the replica there: `ACTIVE`, `available`, `InSync`";
    Items "items" "(store, Region)"
        "how many items the replica holds; over the run at its end";
    Home "home" "(client)"
        "the Region to whose instances new requests go";
    Logged "logged" "(event, Region)"
        "how many records CloudTrail has of the event there, single requests not counted";
    Cost "cost" "[([part[, name]])]"
        "US dollars a month, of all or of a part of the bill, for one key, store, client or record or for all";
}

impl MetricName {
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
