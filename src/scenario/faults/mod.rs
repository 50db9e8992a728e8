//! The faults of the timeline, class by class: each is a table within its entry.

mod account;
mod api;
mod data;
mod network;
mod scope;

pub use network::flaps;

use super::awscli;
use super::context::Context;
use super::fields::Fields;
use super::key_faults;
use super::problem::{Problem, did_you_mean};
use super::shape::{Form, Shape};
use super::tree::{Entry, Node, Table, Value};
use super::value;
use crate::faults::{Fault, Mode};
use crate::services::Plane;
use crate::services::kms::KeySetup;
use crate::world::Service;

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
    "aurora",
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
pub static LATER: &[(&str, &str)] = &[(
    "custom-key-store-disconnected",
    "keys of a custom key store cannot be multi-Region, and key stores are outside the scope; nearest: `key-disabled`",
)];

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

/// Whether the timeline has a fault of that kind.
pub fn happens(cx: &Context, name: &str) -> bool {
    let entries = cx.scenario.get("timeline").map(Value::items).unwrap_or_default();
    let keys = entries.iter().filter_map(Value::table).flat_map(|table| &table.entries);
    keys.into_iter().any(|entry| kind(&entry.key).is_some_and(|kind| kind.name == name))
}

/// Whether a key is the name of an action of AWS FIS, whose parameters then hold as in a template.
pub fn is_pasted(key: &str) -> bool {
    key.starts_with("aws:") && kind(key).is_some()
}

/// Reads a fault.
pub fn read(cx: &Context, kind: &Kind, entry: &Entry, keys: &[KeySetup]) -> Option<Fault> {
    let value =
        if is_pasted(&entry.key) { from_template(&entry.key, &entry.value) } else { entry.value.clone() };
    let fields = Fields::open(&value, &entry.at, kind.shape, cx.sink)?;
    (kind.read)(cx, &fields, keys)
}

/// The parameters of an FIS action as a fault of the language has them: `duration` is the entry's, a `percentage` is a
/// share, operations are a list, and the action's name may say which error callers see.
fn from_template(action: &str, value: &Value) -> Value {
    let mut value = value.clone();
    let Node::Table(table) = &mut value.node else { return value };
    table.entries.retain(|entry| entry.key != "duration");
    for entry in &mut table.entries {
        let number = match &entry.value.node {
            Node::Integer(percent) => Some(*percent as f64),
            Node::Text(text) => text.parse().ok(),
            _ => None,
        };
        match (entry.key.as_str(), number, &entry.value.node) {
            ("percentage", Some(percent), _) => {
                entry.key = "ratio".to_owned();
                entry.value.node = Node::Float(percent / 100.0);
            }
            ("operations", _, Node::Text(text)) => {
                let one = |name: &str| Value {
                    span: entry.value.span.clone(),
                    node: Node::Text(name.trim().to_owned()),
                };
                entry.value.node = Node::List(text.split(',').map(one).collect());
            }
            _ => {}
        }
    }
    if let Some((_, error)) = ERRORS_OF_ACTIONS.iter().find(|(name, _)| *name == action) {
        let error = Value { span: value.span.clone(), node: Node::Text((*error).to_owned()) };
        table.entries.push(Entry { key: "error".to_owned(), at: value.span.clone(), value: error });
    }
    value
}

/// What callers see of the error that an FIS action injects.
const ERRORS_OF_ACTIONS: &[(&str, &str)] = &[
    ("aws:fis:inject-api-internal-error", "InternalFailure"),
    ("aws:fis:inject-api-unavailable-error", "ServiceUnavailable"),
];

/// How long after the start of an entry its fault takes hold, and where that is stated.
pub fn ramp(table: &Table) -> Option<&Value> {
    let stated = table.entries.iter().find(|entry| kind(&entry.key).is_some())?;
    stated.value.table()?.get("ramp")
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

/// The operations that a fault names, of a service: those of commands, and what applications do with a store.
fn operations(fields: &Fields, service: Option<Service>, plane: Option<Plane>) -> Vec<String> {
    let Some(service) = service else {
        if fields.get("operations").is_some() {
            let problem = Problem::error(&fields.place("operations"), "operations are those of a `service`");
            fields.report(problem);
        }
        return Vec::new();
    };
    let mut known: Vec<&str> = awscli::operations()
        .into_iter()
        .flatten()
        .filter(|operation| {
            operation.service == service && plane.is_none_or(|plane| operation.plane == plane)
        })
        .map(|operation| operation.name)
        .collect();
    if plane != Some(Plane::Control) {
        known.extend(requested(service));
    }
    known.sort_unstable();
    known.dedup();
    fields.each("operations", |v: &Value| {
        let name = value::text(v)?;
        match known.contains(&name) {
            true => Ok(name.to_owned()),
            false => {
                let help = did_you_mean(name, "operations", known.iter().copied());
                let message = format!("`{service}` has no operation `{name}` that this fault could hit");
                Err(Problem::error(&v.span, message).maybe_help(help))
            }
        }
    })
}

/// What the requests of applications call.
fn requested(service: Service) -> &'static [&'static str] {
    match service {
        Service::DynamoDb => &["GetItem", "PutItem"],
        Service::S3 => &["GetObject", "PutObject"],
        Service::SecretsManager => &["GetSecretValue", "PutSecretValue"],
        Service::Rds => &["SELECT", "COMMIT"],
        Service::Ec2 => &["ReadBlock", "WriteBlock"],
        _ => &[],
    }
}
