//! The faults of the timeline, class by class: each is a table within its entry.

mod account;
mod api;
mod data;
mod network;
mod scope;

use super::context::Context;
use super::fields::Fields;
use super::key_faults;
use super::problem::Problem;
use super::shape::{Form, Shape};
use super::source::Span as Place;
use super::tree::Value;
use super::value;
use crate::faults::{Fault, Mode};
use crate::services::kms::KeySetup;

/// A fault of the language.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The AWS FIS actions with the same effect and the same parameters.
    pub aliases: &'static [&'static str],
    /// What it may say.
    pub shape: &'static Shape,
    pub(super) read: fn(&Context, &Fields, &[KeySetup]) -> Option<Fault>,
}

const MODES: &[(&str, Mode)] =
    &[("timeout", Mode::Timeout), ("refuse", Mode::Refuse), ("error", Mode::Error)];
const MODE: Form = Form::OneOf(&["timeout", "refuse", "error"]);
/// The services that a fault may name.
const SERVICE: Form = Form::OneOf(&[
    "kms",
    "dynamodb",
    "rds",
    "s3",
    "ec2",
    "autoscaling",
    "backup",
    "secretsmanager",
    "sts",
    "route53",
    "arc",
]);

/// Faults of the vocabulary that are not modelled yet, with the nearest that is.
pub static LATER: &[(&str, &str)] = &[
    ("region-isolation", "nearest: a `partition` to each other Region"),
    ("bandwidth", "nearest: `latency`"),
    ("route-change", "nearest: `latency`"),
    ("link-flap", "nearest: `partition` with `every`"),
    ("vpc-endpoint-outage", "nearest: `service-outage`"),
    ("dns-failure", "nearest: `service-outage`"),
    ("capacity-loss", "nearest: an `[[endpoint]]` with fewer `servers`"),
    ("recovery-throttle", "nearest: `throttle` from the end of the outage"),
    ("api-error", "nearest: `service-outage` with a `ratio`"),
    ("api-latency", "nearest: an `[[endpoint]]` with a longer `time`"),
    ("replication-slow", "nearest: `replication-pause`, or a longer `lag`"),
    ("replication-not-authorized", "nearest: `replication-pause`"),
    ("writer-failover", "nearest: `run = \"aws rds switchover-global-cluster ...\"`"),
    ("write-fence-failure", "fencing always succeeds here"),
    ("snapshot-copy-delay", "snapshots are not modelled yet"),
    ("volume-io-pause", "nearest: `service-outage`"),
    ("data-corruption", ""),
    ("bulk-delete", ""),
    ("ransom-reencrypt", ""),
    ("clock-skew", ""),
    (
        "custom-key-store-disconnected",
        "keys of a custom key store cannot be multi-Region, and key stores are outside the scope; nearest: `key-disabled`",
    ),
];

/// Every fault that is modelled.
pub fn kinds() -> impl Iterator<Item = &'static Kind> + Clone {
    [network::KINDS, scope::KINDS, api::KINDS, data::KINDS, key_faults::KINDS, account::KINDS]
        .into_iter()
        .flatten()
}

/// The kind of a key of a timeline entry, by its name or an FIS action's.
pub fn kind(key: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == key || kind.aliases.contains(&key))
}

/// Reads a fault.
pub fn read(cx: &Context, kind: &Kind, value: &Value, at: &Place, keys: &[KeySetup]) -> Option<Fault> {
    let fields = Fields::open(value, at, kind.shape, cx.sink)?;
    (kind.read)(cx, &fields, keys)
}

fn mode(v: &Value) -> Result<Mode, Problem> {
    value::one_of(v, MODES)
}

fn ratio(v: &Value) -> Result<f64, Problem> {
    match value::share(v)? {
        0.0 => Err(Problem::error(&v.span, "a fault that hits no message or request is none")),
        ratio => Ok(ratio),
    }
}
