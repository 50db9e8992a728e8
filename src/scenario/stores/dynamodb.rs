//! DynamoDB tables and global tables.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::tree::Value;
use super::super::value;
use crate::services::dynamodb::{Consistency, TableSetup};
use crate::sim::Span;
use crate::world::RegionId;

/// The keys that only a table has.
pub const OWN: &[&str] = &[
    "consistency",
    "witness",
    "write-capacity",
    "read-capacity",
    "ttl",
    "point-in-time-recovery",
    "recovery-window",
    "exists",
];

/// The most capacity units a second (the default quota of a table is 40 000).
const MOST_CAPACITY: u64 = 10_000_000;

/// What a table says of itself.
pub fn table(cx: &Context, fields: &Fields, regions: &[RegionId]) -> TableSetup {
    let modes = [("eventual", Consistency::Eventual), ("strong", Consistency::Strong)];
    let consistency = fields.read("consistency", |v| value::one_of(v, &modes)).unwrap_or_default();
    let witness = fields.read("witness", |v| match cx.region(v)? {
        region if regions.contains(&region) => {
            Err(Problem::error(&v.span, "a witness is in a Region without a replica").rule("DDB-MRSC-1"))
        }
        region => Ok(region),
    });
    let recovery = fields.each("point-in-time-recovery", |v: &Value| cx.region(v));
    TableSetup {
        consistency,
        witness,
        write_capacity: fields.read("write-capacity", |v| value::count(v, 1, MOST_CAPACITY)),
        read_capacity: fields.read("read-capacity", |v| value::count(v, 1, MOST_CAPACITY)),
        ttl: fields.read("ttl", value::duration_from(Span::SECOND)),
        recovery,
        recovery_window: fields
            .read("recovery-window", value::duration_from(Span::DAY))
            .unwrap_or(Span::days(35)),
        exists: fields.read("exists", value::flag).unwrap_or(true),
    }
}
