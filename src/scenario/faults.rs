//! The faults of the timeline: each is a table within its entry.

use super::context::Context;
use super::fields::Fields;
use super::key_faults;
use super::problem::Problem;
use super::shape::{Form, Shape, field, later};
use super::source::Span as Place;
use super::stores;
use super::tree::Value;
use super::value;
use super::world::SERVICES;
use crate::faults::{Fault, Mode, Traffic};
use crate::services::kms::KeySetup;
use crate::sim::Law;
use crate::world::RegionId;

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
const SERVICE: Form = Form::OneOf(&["kms", "dynamodb", "rds"]);
const DIRECTION: Form = Form::OneOf(&["both", "one-way"]);

static REGION_OUTAGE: Shape = Shape {
    what: "a region-outage",
    fields: &[
        field("region", Form::Text, "the Region that fails"),
        field("mode", MODE, "what callers meet: silence (timeout), refused connections, 5xx (timeout)"),
        later("services", "every service of the Region fails; nearest: `service-outage`"),
        later("planes", "both planes fail; nearest: `control-plane-outage`"),
        later("storage", "storage is kept"),
    ],
};

static SERVICE_OUTAGE: Shape = Shape {
    what: "a service-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service whose data plane fails"),
        field("mode", MODE, "what callers meet (error)"),
        field("ratio", Form::Number, "share of requests hit (1)"),
    ],
};

static CONTROL_PLANE_OUTAGE: Shape = Shape {
    what: "a control-plane-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service; absent: all"),
        later("partition", "state one fault for each Region"),
        later("operations", "every operation of the control plane fails"),
    ],
};

static PARTITION: Shape = Shape {
    what: "a partition",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back is cut too (both)"),
        field("traffic", Form::OneOf(&["app", "replication", "all"]), "which messages are dropped (all)"),
    ],
};

static LATENCY: Shape = Shape {
    what: "a latency fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back is slowed too (both)"),
        field("add", Form::Law, "the one-way delay added"),
        field("ratio", Form::Number, "share of messages delayed (1)"),
        later("jitter", "state `add` as a distribution: `uniform(50ms, 150ms)`"),
    ],
};

static PACKET_LOSS: Shape = Shape {
    what: "a packet-loss fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back loses too (both)"),
        field("ratio", Form::Number, "share of messages lost"),
    ],
};

static THROTTLE: Shape = Shape {
    what: "a throttle",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service"),
        field("quota", Form::Integer, "requests admitted a second"),
        later("operations", "the quota is for all operations of the data plane"),
        later("ratio", "state the `quota` itself"),
        later("principal", "the quota is the account's"),
    ],
};

static KMS_THROTTLE: Shape = Shape {
    what: "a kms-throttle",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("quota", Form::Integer, "requests admitted a second"),
    ],
};

static REPLICATION_PAUSE: Shape = Shape {
    what: "a replication-pause",
    fields: &[
        field("store", Form::Text, "the store"),
        field("region", Form::Text, "one of its Regions"),
        field("direction", Form::OneOf(&["in", "out", "both"]), "into it, out of it, or both (both)"),
        later("ramp", "replication stops at once"),
    ],
};

/// The faults that are modelled, besides those of keys.
static OF_THE_WORLD: &[Kind] = &[
    Kind { name: "region-outage", aliases: &[], shape: &REGION_OUTAGE, read: region_outage },
    Kind { name: "service-outage", aliases: &[], shape: &SERVICE_OUTAGE, read: service_outage },
    Kind {
        name: "control-plane-outage",
        aliases: &[],
        shape: &CONTROL_PLANE_OUTAGE,
        read: control_plane_outage,
    },
    Kind {
        name: "partition",
        aliases: &[
            "aws:network:route-table-disrupt-cross-region-connectivity",
            "aws:network:transit-gateway-disrupt-cross-region-connectivity",
        ],
        shape: &PARTITION,
        read: partition,
    },
    Kind {
        name: "latency",
        aliases: &["aws:ecs:task-network-latency", "aws:eks:pod-network-latency"],
        shape: &LATENCY,
        read: latency,
    },
    Kind {
        name: "packet-loss",
        aliases: &["aws:ecs:task-network-packet-loss", "aws:eks:pod-network-packet-loss"],
        shape: &PACKET_LOSS,
        read: packet_loss,
    },
    Kind { name: "throttle", aliases: &[], shape: &THROTTLE, read: throttle },
    Kind { name: "kms-throttle", aliases: &[], shape: &KMS_THROTTLE, read: throttle },
    Kind {
        name: "replication-pause",
        aliases: &["aws:dynamodb:global-table-pause-replication"],
        shape: &REPLICATION_PAUSE,
        read: replication_pause,
    },
];

/// Faults of the vocabulary that are not modelled yet, with the nearest that is.
pub static LATER: &[(&str, &str)] = &[
    ("region-isolation", "nearest: a `partition` to each other Region"),
    ("bandwidth", "nearest: `latency`"),
    ("route-change", "nearest: `latency`"),
    ("link-flap", "nearest: `partition` with `every`"),
    ("vpc-endpoint-outage", "nearest: `service-outage`"),
    ("dns-failure", "nearest: `service-outage`"),
    ("region-loss", "nearest: `region-outage`, whose storage is kept"),
    ("az-outage", "nearest: `service-outage` with a `ratio`"),
    ("capacity-loss", "nearest: an `[[endpoint]]` with fewer `servers`"),
    ("home-region-dependency", "nearest: `control-plane-outage`"),
    ("insufficient-capacity", "nearest: a runbook that waits longer"),
    ("recovery-throttle", "nearest: `throttle` from the end of the outage"),
    ("api-error", "nearest: `service-outage` with a `ratio`"),
    ("api-latency", "nearest: an `[[endpoint]]` with a longer `time`"),
    ("credentials-outage", "nearest: `service-outage`"),
    ("console-login-outage", "nearest: a runbook that waits longer"),
    ("monitoring-blind", "nearest: a runbook that waits longer"),
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
    ("key-deleted", "nearest: `key-pending-deletion`, whose key is gone after 7d at the earliest"),
    ("custom-key-store-disconnected", "nearest: `key-disabled`; key stores are outside the scope"),
    ("account-compromise", "nearest: steps with `as = \"attacker\"`"),
    ("account-closed", "nearest: `region-outage`"),
    ("region-opt-out", "nearest: `region-outage`"),
    ("guardrail-deny", "nearest: `service-outage`"),
];

/// Every fault that is modelled.
pub fn kinds() -> impl Iterator<Item = &'static Kind> + Clone {
    OF_THE_WORLD.iter().chain(key_faults::KINDS)
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

fn region_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Timeout);
    Some(Fault::RegionOutage { region: region?, mode })
}

fn mode(v: &Value) -> Result<Mode, Problem> {
    value::one_of(v, MODES)
}

fn service_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Error);
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    Some(Fault::ServiceOutage { region: region?, service: service?, mode, ratio })
}

fn ratio(v: &Value) -> Result<f64, Problem> {
    match value::share(v)? {
        0.0 => Err(Problem::error(&v.span, "a fault that hits no message or request is none")),
        ratio => Ok(ratio),
    }
}

fn control_plane_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.read("service", |v| value::one_of(v, SERVICES));
    Some(Fault::ControlPlaneOutage { region: region?, service })
}

/// The two ends of a network fault and whether it holds both ways.
fn ends(cx: &Context, fields: &Fields) -> Option<(RegionId, RegionId, bool)> {
    let from = fields.need("from", |v| cx.region(v));
    let to = fields.need("to", |v| match cx.region(v)? {
        to if from == Some(to) => Err(Problem::error(&v.span, "the two ends are the same Region")),
        to => Ok(to),
    });
    let both = fields.read("direction", |v| value::one_of(v, &[("both", true), ("one-way", false)]));
    Some((from?, to?, both.unwrap_or(true)))
}

fn partition(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let classes = [("app", Traffic::App), ("replication", Traffic::Replication), ("all", Traffic::All)];
    let traffic = fields.read("traffic", |v| value::one_of(v, &classes)).unwrap_or(Traffic::All);
    let (from, to, both) = ends?;
    Some(Fault::Partition { from, to, both, traffic })
}

fn latency(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let add: Option<Law> = fields.need("add", value::law);
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    let (from, to, both) = ends?;
    Some(Fault::Latency { from, to, both, add: add?, ratio })
}

fn packet_loss(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let ratio = fields.need("ratio", |v| match ratio(v)? {
        1.0 => Err(Problem::error(&v.span, "a link that loses everything is a `partition`")),
        ratio => Ok(ratio),
    });
    cx.assume_retransmission();
    let (from, to, both) = ends?;
    Some(Fault::PacketLoss { from, to, both, ratio: ratio? })
}

fn throttle(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = match std::ptr::eq(fields.shape(), &KMS_THROTTLE) {
        true => Some(crate::world::Service::Kms),
        false => fields.need("service", |v| value::one_of(v, SERVICES)),
    };
    let quota = fields.need("quota", |v| value::count(v, 0, value::MOST_A_SECOND));
    Some(Fault::Throttle { region: region?, service: service?, quota: quota? })
}

fn replication_pause(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let region = fields.need("region", |v| match (cx.region(v)?, store) {
        (region, Some(store)) if !stores::regions_of(cx, store).contains(&region) => {
            let message = format!("store `{}` has no replica in this Region", cx.stores.name(store));
            Err(Problem::error(&v.span, message).and(&cx.stores.at(store), "the store"))
        }
        (region, _) => Ok(region),
    });
    let directions = [("in", (true, false)), ("out", (false, true)), ("both", (true, true))];
    let direction = fields.read("direction", |v| value::one_of(v, &directions));
    let (inbound, outbound) = direction.unwrap_or((true, true));
    Some(Fault::ReplicationPause { store: store?, region: region?, inbound, outbound })
}
