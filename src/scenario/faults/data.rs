//! Faults of replication and of stored data.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Field, Form, Shape, field};
use super::super::stores;
use super::super::tree::Value;
use super::super::value;
use super::{Kind, ratio};
use crate::faults::{Attack, Data, Fault};
use crate::services::kms::KeySetup;
use crate::sim::{Law, Span};
use crate::world::RegionId;

static REPLICATION_PAUSE: Shape = Shape {
    what: "a replication-pause",
    fields: &[
        field("store", Form::Text, "the store"),
        field("region", Form::Text, "one of its Regions"),
        field("direction", Form::OneOf(&["in", "out", "both"]), "into it, out of it, or both (both)"),
        field(
            "ramp",
            Form::Duration,
            "how long replication goes on first: of DynamoDB up to 5m, of S3 up to 1h (0s)",
        ),
    ],
};

const STORE: Field = field("store", Form::Text, "the store");
const REPLICA: Field = field("region", Form::Text, "the Region whose replica is written to");
const RATIO: Field = field("ratio", Form::Share, "the share of its items (1)");
const PRINCIPAL: Field =
    field("principal", Form::Text, "who does it; data calls are not authorised here: it may do everything");

static DATA_CORRUPTION: Shape = Shape { what: "a data-corruption", fields: &[STORE, REPLICA, RATIO] };

static BULK_DELETE: Shape = Shape { what: "a bulk-delete", fields: &[STORE, REPLICA, RATIO, PRINCIPAL] };

static RANSOM_REENCRYPT: Shape = Shape {
    what: "a ransom-reencrypt",
    fields: &[
        STORE,
        REPLICA,
        RATIO,
        PRINCIPAL,
        field("key", Form::OneOf(&["customer-provided"]), "whose key it is (customer-provided: SSE-C)"),
    ],
};

static SNAPSHOT_COPY_DELAY: Shape = Shape {
    what: "a snapshot-copy-delay",
    fields: &[
        field("store", Form::Text, "the store whose snapshots are copied"),
        field("factor", Form::Factor, "copies take so many times as long, 1 to 1 000 000 (1)"),
        field("add", Form::Law, "and longer by this (0s)"),
    ],
};

static VOLUME_IO_PAUSE: Shape = Shape {
    what: "a volume-io-pause",
    fields: &[
        STORE,
        field("region", Form::Text, "the Region in which reads and writes hang until their time-out"),
    ],
};

static REPLICATION_SLOW: Shape = Shape {
    what: "a replication-slow fault",
    fields: &[
        field("store", Form::Text, "the store"),
        field("from", Form::Text, "the Region replicated from; absent: any"),
        field("to", Form::Text, "the Region replicated to; absent: any"),
        field("factor", Form::Factor, "the delay is so many times as long, 1 to 1 000 000 (1)"),
        field("add", Form::Law, "and longer by this (0s)"),
    ],
};

static REPLICATION_NOT_AUTHORIZED: Shape = Shape {
    what: "a replication-not-authorized fault",
    fields: &[
        field("store", Form::Text, "the DynamoDB global table"),
        field("region", Form::Text, "the Region in which the replication role is denied"),
    ],
};

static CLOCK_SKEW: Shape = Shape {
    what: "a clock-skew",
    fields: &[
        field("region", Form::Text, "the Region whose clock is wrong"),
        field("offset", Form::Duration, "by how much"),
        field("behind", Form::Flag, "whether it is behind instead of ahead (false)"),
    ],
};

static WRITE_FENCE_FAILURE: Shape = Shape {
    what: "a write-fence-failure",
    fields: &[field("store", Form::Text, "the global database whose old primary cannot be fenced")],
};

static WRITER_FAILOVER: Shape = Shape {
    what: "a writer-failover",
    fields: &[
        field("store", Form::Text, "the Aurora database"),
        field("region", Form::Text, "the Region of the cluster whose instance restarts"),
    ],
};

/// Every fault of stored data.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "replication-pause",
        aliases: &["aws:dynamodb:global-table-pause-replication", "aws:s3:bucket-pause-replication"],
        shape: &REPLICATION_PAUSE,
        read: replication_pause,
    },
    Kind {
        name: "write-fence-failure",
        aliases: &[],
        shape: &WRITE_FENCE_FAILURE,
        read: write_fence_failure,
    },
    Kind { name: "data-corruption", aliases: &[], shape: &DATA_CORRUPTION, read: data_corruption },
    Kind { name: "bulk-delete", aliases: &[], shape: &BULK_DELETE, read: bulk_delete },
    Kind { name: "ransom-reencrypt", aliases: &[], shape: &RANSOM_REENCRYPT, read: ransom_reencrypt },
    Kind {
        name: "snapshot-copy-delay",
        aliases: &[],
        shape: &SNAPSHOT_COPY_DELAY,
        read: snapshot_copy_delay,
    },
    Kind {
        name: "volume-io-pause",
        aliases: &["aws:ebs:pause-volume-io", "aws:ebs:volume-io-latency"],
        shape: &VOLUME_IO_PAUSE,
        read: volume_io_pause,
    },
    Kind { name: "replication-slow", aliases: &[], shape: &REPLICATION_SLOW, read: replication_slow },
    Kind {
        name: "replication-not-authorized",
        aliases: &[],
        shape: &REPLICATION_NOT_AUTHORIZED,
        read: replication_not_authorized,
    },
    Kind { name: "clock-skew", aliases: &[], shape: &CLOCK_SKEW, read: clock_skew },
    Kind {
        name: "writer-failover",
        aliases: &["aws:rds:failover-db-cluster", "aws:rds:reboot-db-instances"],
        shape: &WRITER_FAILOVER,
        read: writer_failover,
    },
];

fn snapshot_copy_delay(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| {
        let store = cx.stores.find(v)?;
        match stores::kind_of(&cx.scenario.tables("stores")[store]) {
            Some(stores::Kind::Copies) | None => Ok(store),
            Some(_) => Err(Problem::error(&v.span, "this fault is of copied snapshots")
                .and(&cx.stores.at(store), "the store")
                .help("`replication-slow` is the like of any other store")),
        }
    });
    let factor = fields.read("factor", value::factor).unwrap_or(1.0);
    let add = fields.read("add", value::law).unwrap_or(Law::Constant(Span::ZERO));
    Some(Fault::Data(Data::SnapshotCopyDelay { store: store?, factor, add }))
}

fn volume_io_pause(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let region = fields.need("region", |v| region_of(cx, v, store));
    Some(Fault::Data(Data::VolumeIoPause { store: store?, region: region? }))
}

fn attack(cx: &Context, fields: &Fields, attack: Attack) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let region = fields.need("region", |v| region_of(cx, v, store));
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    Some(Fault::Data(Data::Attack { attack, store: store?, region: region?, ratio }))
}

fn data_corruption(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    attack(cx, fields, Attack::Corrupt)
}

fn bulk_delete(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    fields.read("principal", stores::principal);
    attack(cx, fields, Attack::Delete)
}

fn ransom_reencrypt(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    fields.read("principal", stores::principal);
    fields.read("key", |v| value::one_of(v, &[("customer-provided", ())]));
    attack(cx, fields, Attack::Ransom)
}

fn replication_slow(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let from = fields.read("from", |v| region_of(cx, v, store));
    let to = fields.read("to", |v| region_of(cx, v, store));
    let factor = fields.read("factor", value::factor);
    let add = fields.read("add", value::law);
    if fields.get("factor").is_none() && fields.get("add").is_none() {
        let problem = Problem::error(&fields.at, "a replication-slow fault needs a `factor` or `add`");
        fields.report(problem.help("`factor = 10`: ten times the delay"));
    }
    let add = add.unwrap_or(Law::Constant(Span::ZERO));
    Some(Fault::Data(Data::ReplicationSlow { store: store?, from, to, factor: factor.unwrap_or(1.0), add }))
}

fn replication_not_authorized(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| {
        let store = cx.stores.find(v)?;
        match stores::kind_of(&cx.scenario.tables("stores")[store]) {
            Some(stores::Kind::GlobalTable) | None => Ok(store),
            Some(_) => Err(Problem::error(&v.span, "this fault is of DynamoDB global tables")
                .and(&cx.stores.at(store), "the store")
                .help("`replication-pause` stops any store's replication")),
        }
    });
    let region = fields.need("region", |v| region_of(cx, v, store));
    Some(Fault::Data(Data::ReplicationNotAuthorized { store: store?, region: region? }))
}

fn clock_skew(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let offset = fields.need("offset", |v| match value::duration_from(Span::MILLISECOND)(v)? {
        offset if offset <= Span::days(365) => Ok(offset),
        _ => Err(Problem::error(&v.span, "a clock is wrong by a year at most")),
    });
    let behind = fields.read("behind", value::flag).unwrap_or(false);
    Some(Fault::Data(Data::ClockSkew { region: region?, offset: offset?, behind }))
}

fn write_fence_failure(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| database(cx, v, &[stores::Kind::GlobalDatabase]));
    Some(Fault::Data(Data::WriteFenceFailure { store: store? }))
}

fn writer_failover(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let kinds = [stores::Kind::GlobalDatabase, stores::Kind::Cluster];
    let store = fields.need("store", |v| database(cx, v, &kinds));
    let region = fields.need("region", |v| region_of(cx, v, store));
    Some(Fault::Data(Data::WriterFailover { store: store?, region: region? }))
}

/// A store of one of these kinds.
fn database(cx: &Context, v: &Value, kinds: &[stores::Kind]) -> Result<usize, Problem> {
    let store = cx.stores.find(v)?;
    let its = stores::kind_of(&cx.scenario.tables("stores")[store]);
    match its.is_none_or(|kind| kinds.contains(&kind)) {
        true => Ok(store),
        false => {
            let message = format!("store `{}` is no such Aurora database", cx.stores.name(store));
            Err(Problem::error(&v.span, message).and(&cx.stores.at(store), "the store"))
        }
    }
}

fn replication_pause(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let region = fields.need("region", |v| region_of(cx, v, store));
    let directions = [("in", (true, false)), ("out", (false, true)), ("both", (true, true))];
    let direction = fields.read("direction", |v| value::one_of(v, &directions));
    fields.read("ramp", |v| ramp(cx, v, store));
    let (inbound, outbound) = direction.unwrap_or((true, true));
    Some(Fault::Data(Data::ReplicationPause { store: store?, region: region?, inbound, outbound }))
}

/// How long a pause of FIS may let replication go on.
fn ramp(cx: &Context, v: &Value, store: Option<usize>) -> Result<Span, Problem> {
    let kind = store.and_then(|store| stores::kind_of(&cx.scenario.tables("stores")[store]));
    let longest = match kind {
        Some(stores::Kind::Buckets) => Span::HOUR,
        _ => Span(5 * Span::MINUTE.0),
    };
    match value::duration(v)? {
        ramp if ramp <= longest => Ok(ramp),
        _ => Err(Problem::error(&v.span, format!("replication goes on for {longest} at most")).rule("FIS-1")),
    }
}

/// A Region in which the store has a replica.
fn region_of(cx: &Context, v: &Value, store: Option<usize>) -> Result<RegionId, Problem> {
    match (cx.region(v)?, store) {
        (region, Some(store)) if !stores::regions_of(cx, store).contains(&region) => {
            let message = format!("store `{}` has no replica in this Region", cx.stores.name(store));
            Err(Problem::error(&v.span, message).and(&cx.stores.at(store), "the store"))
        }
        (region, _) => Ok(region),
    }
}
