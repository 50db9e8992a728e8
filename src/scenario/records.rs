//! `[records.<name>]`: DNS records, by which clients find a Region.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXTS, field};
use super::tree::{Entry, Value};
use super::value;
use crate::client::ClientSetup;
use crate::services::route53::{CLUSTER, CheckSetup, Policy, Probed, RecordSetup};
use crate::sim::Span;
use crate::world::RegionId;

/// `[records.<name>]`
pub static RECORD: Shape = Shape {
    what: "a record",
    fields: &[
        field("client", Form::Text, "the client whose requests go where it says"),
        field("primary", Form::Text, "the Region that it answers: the client's"),
        field("secondary", Form::Text, "the Region that it answers instead"),
        field(
            "policy",
            Form::OneOf(&["failover", "simple", "routing-control"]),
            "what decides: a health check of the primary, whoever edits the record, or routing controls (simple)",
        ),
        field("ttl", Form::Duration, "how long resolvers keep an answer (60s)"),
        field("client-cache", Form::Duration, "how much longer resolvers and clients keep it (0s)"),
        field("health-check", Form::Table(&CHECK), "with `failover`: how the primary is probed"),
        field("accelerated-recovery", Form::Flag, "with `simple`: whether the zone has it (false)"),
        field(
            "cluster",
            TEXTS,
            "with `routing-control`: the five Regions of its endpoints (us-east-1, us-west-2, eu-west-1, ap-northeast-1, ap-southeast-2)",
        ),
        field("propagation", Form::Law, "with `simple`: until every name server answers by a change"),
    ],
};

/// `health-check`
pub static CHECK: Shape = Shape {
    what: "a health check",
    fields: &[
        field("interval", Form::Duration, "between two probes: 30s or 10s (30s)"),
        field("threshold", Form::Integer, "consecutive probes that turn it, 1 to 10 (3)"),
        field(
            "of",
            Form::OneOf(&["application", "dependencies"]),
            "what it looks at: the instances, or also their store and keys (application)",
        ),
    ],
};

/// What only one policy has.
const OF_POLICIES: [(&str, &str); 4] = [
    ("health-check", "failover"),
    ("accelerated-recovery", "simple"),
    ("propagation", "simple"),
    ("cluster", "routing-control"),
];

/// Reads every record, in file order, each with its client.
pub fn read(cx: &Context, clients: &[ClientSetup]) -> Vec<(usize, RecordSetup)> {
    let mut records: Vec<(usize, RecordSetup)> = Vec::new();
    for entry in cx.scenario.tables("records") {
        let Some((client, record)) = record(cx, clients, entry) else { continue };
        if let Some((_, other)) = records.iter().find(|(other, _)| *other == client) {
            let message = format!("client `{}` already has record `{}`", cx.clients.name(client), other.name);
            cx.sink.report(Problem::error(&entry.at, message).help("a client is routed by one record"));
        }
        records.push((client, record));
    }
    records
}

/// The record that routes a client, by name.
pub fn of_client<'a>(cx: &'a Context, client: &str) -> Option<&'a Entry> {
    let names = |entry: &&Entry| {
        let table = entry.value.table();
        table.and_then(|table| table.get("client")).and_then(Value::text) == Some(client)
    };
    cx.scenario.tables("records").iter().find(names)
}

fn record(cx: &Context, clients: &[ClientSetup], entry: &Entry) -> Option<(usize, RecordSetup)> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &RECORD, cx.sink)?;
    let client = fields.need("client", |v| cx.clients.find(v));
    let primary = fields.need("primary", |v| cx.region(v));
    let kind = fields.read("policy", |v| {
        value::one_of(v, &["failover", "simple", "routing-control"].map(|name| (name, name)))
    });
    let kind = kind.unwrap_or("simple");
    for (key, policy) in OF_POLICIES.iter().filter(|(_, policy)| *policy != kind) {
        if fields.get(key).is_some() {
            let message = format!("`{key}` belongs to policy `{policy}`, not to `{kind}`");
            fields.report(Problem::error(&fields.place(key), message));
        }
    }
    let secondary = match kind {
        "simple" => fields.read("secondary", |v| cx.region(v)),
        _ => fields.need("secondary", |v| cx.region(v)),
    };
    if secondary.is_some() && secondary == primary {
        fields.report(Problem::error(&fields.value_place("secondary"), "this is the primary Region"));
    }
    let of = client.and_then(|index| clients.iter().find(|one| one.name == cx.clients.name(index)));
    if let (Some(of), Some(primary)) = (of, primary)
        && of.region != primary
    {
        let at = cx.regions.name(of.region.index());
        let message = format!("client `{}` begins in `{at}`, not in the primary Region", of.name);
        fields.report(Problem::error(&fields.value_place("primary"), message).help("name the same Region"));
    }
    let ttl = fields.read("ttl", value::duration).unwrap_or(Span::secs(60));
    let client_cache = fields.read("client-cache", value::duration).unwrap_or(Span::ZERO);
    let accelerated = fields.read("accelerated-recovery", value::flag).unwrap_or(false);
    let accelerated_recovery = accelerated.then(|| cx.default("accelerated-recovery").mean());
    let propagation = fields.read("propagation", value::law);
    let propagation = propagation.unwrap_or_else(|| cx.default_if(kind == "simple", "route53-propagation"));
    let policy = match kind {
        "failover" => Policy::Failover(check(cx, &fields)),
        "routing-control" => Policy::RoutingControl(cluster(cx, &fields)),
        _ => Policy::Simple,
    };
    let name = entry.key.clone();
    let primary = primary?;
    let record = RecordSetup {
        name,
        primary,
        secondary,
        policy,
        ttl,
        client_cache,
        accelerated_recovery,
        propagation,
    };
    Some((client?, record))
}

fn check(cx: &Context, fields: &Fields) -> CheckSetup {
    let usual = CheckSetup { interval: Span::secs(30), threshold: 3, of: Probed::Application };
    let Some(v) = fields.get("health-check") else { return usual };
    let Some(fields) = Fields::open(v, &v.span, &CHECK, cx.sink) else { return usual };
    let interval = fields.read("interval", |v| match value::duration(v)? {
        interval if [10, 30].map(Span::secs).contains(&interval) => Ok(interval),
        _ => Err(Problem::error(&v.span, "health checks are probed every 30s or every 10s").rule("R53-1")),
    });
    let threshold = fields.read("threshold", |v| value::count(v, 1, 10));
    let of = fields.read("of", |v| {
        value::one_of(v, &[("application", Probed::Application), ("dependencies", Probed::Dependencies)])
    });
    CheckSetup {
        interval: interval.unwrap_or(usual.interval),
        threshold: threshold.map_or(usual.threshold, |threshold| threshold as u32),
        of: of.unwrap_or(usual.of),
    }
}

/// The Regions of the endpoints; some of them must be in the scenario, to be called.
fn cluster(cx: &Context, fields: &Fields) -> Vec<String> {
    let Some(v) = fields.get("cluster") else {
        if !CLUSTER.iter().any(|name| cx.regions.position(name).is_some()) {
            let message = "no Region of the scenario has an endpoint of the routing-control cluster";
            fields.report(Problem::error(&fields.at, message).help("name five in `cluster`").rule("ARC-1"));
        }
        return CLUSTER.map(str::to_owned).to_vec();
    };
    let mut named: Vec<RegionId> = fields.each("cluster", |v| cx.region(v));
    named.sort_unstable();
    named.dedup();
    if named.len() != CLUSTER.len() {
        let message = "a routing-control cluster has endpoints in five Regions";
        fields.report(Problem::error(&v.span, message).rule("ARC-1"));
    }
    named.iter().map(|region| cx.regions.name(region.index()).to_owned()).collect()
}
