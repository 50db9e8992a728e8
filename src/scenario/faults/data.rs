//! Faults of replication and of stored data.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, field, later};
use super::super::stores;
use super::super::tree::Value;
use super::super::value;
use super::Kind;
use crate::faults::{Data, Fault};
use crate::services::kms::KeySetup;
use crate::world::RegionId;

static REPLICATION_PAUSE: Shape = Shape {
    what: "a replication-pause",
    fields: &[
        field("store", Form::Text, "the store"),
        field("region", Form::Text, "one of its Regions"),
        field("direction", Form::OneOf(&["in", "out", "both"]), "into it, out of it, or both (both)"),
        later("ramp", "replication stops at once"),
    ],
};

/// Every fault of stored data.
pub static KINDS: &[Kind] = &[Kind {
    name: "replication-pause",
    aliases: &["aws:dynamodb:global-table-pause-replication"],
    shape: &REPLICATION_PAUSE,
    read: replication_pause,
}];

fn replication_pause(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let store = fields.need("store", |v| cx.stores.find(v));
    let region = fields.need("region", |v| region_of(cx, v, store));
    let directions = [("in", (true, false)), ("out", (false, true)), ("both", (true, true))];
    let direction = fields.read("direction", |v| value::one_of(v, &directions));
    let (inbound, outbound) = direction.unwrap_or((true, true));
    Some(Fault::Data(Data::ReplicationPause { store: store?, region: region?, inbound, outbound }))
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
