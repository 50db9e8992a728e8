//! DynamoDB tables and global tables.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::tree::Value;
use super::super::value;
use crate::model::setup::AtRest;
use crate::services::dynamodb::{Consistency, LONGEST_WINDOW, TableSetup};
use crate::sim::Span;
use crate::world::{RegionId, regions};

/// The keys that only a table has.
pub const OWN: &[&str] = &[
    "consistency",
    "witness",
    "write-capacity",
    "read-capacity",
    "ttl",
    "ttl-pass",
    "point-in-time-recovery",
    "recovery-window",
    "restore",
    "exists",
    "later-regions",
    "replica-creation",
];

/// How long the service takes to pass over a table for expired items.
const PASS: Span = Span::days(2);

/// The most capacity units a second (the default quota of a table is 40 000).
const MOST_CAPACITY: u64 = 10_000_000;

/// What a table says of itself. The Regions from `first` on have no replica at time 0.
pub fn table(cx: &Context, fields: &Fields, regions: &[RegionId], first: usize) -> TableSetup {
    let modes = [("eventual", Consistency::Eventual), ("strong", Consistency::Strong)];
    let consistency = fields.read("consistency", |v| value::one_of(v, &modes)).unwrap_or_default();
    let witness = fields.read("witness", |v| match cx.region(v)? {
        region if regions.contains(&region) => {
            Err(Problem::error(&v.span, "a witness is in a Region without a replica").rule("DDB-MRSC-1"))
        }
        region => Ok(region),
    });
    let there = &regions[..first];
    match consistency {
        Consistency::Strong => strong(cx, fields, there, witness),
        Consistency::Eventual if fields.get("witness").is_some() => fields.report(
            Problem::error(&fields.place("witness"), "only a table with strong consistency has a witness")
                .rule("DDB-MRSC-1"),
        ),
        Consistency::Eventual => {}
    }
    let later = &regions[first..];
    let recovery = fields.each("point-in-time-recovery", |v: &Value| cx.region(v));
    let creation = fields.read("replica-creation", value::law);
    let ttl = fields.read("ttl", value::duration_from(Span::SECOND));
    let ttl_pass = fields.read("ttl-pass", value::duration_from(Span::MINUTE));
    let ttl_pass = ttl_pass.unwrap_or_else(|| {
        if ttl.is_some() {
            let source = "our choice: within a few days (DynamoDB Developer Guide, Time to live, 2025)";
            cx.assume("passing over a table for expired items", PASS.to_string(), "assumed", source);
        }
        PASS
    });
    let exists = fields.read("exists", value::flag).unwrap_or(true);
    TableSetup {
        consistency,
        witness,
        later: later.to_vec(),
        creation: creation.unwrap_or_else(|| cx.default_if(!later.is_empty(), "replica-creation")),
        write_capacity: fields.read("write-capacity", |v| value::count(v, 1, MOST_CAPACITY)),
        read_capacity: fields.read("read-capacity", |v| value::count(v, 1, MOST_CAPACITY)),
        ttl,
        ttl_pass,
        restore: fields.read("restore", value::law).unwrap_or_else(|| cx.default_if(!exists, "restore")),
        recovery,
        recovery_window: fields.read("recovery-window", recovery_window).unwrap_or(LONGEST_WINDOW),
        exists,
    }
}

/// All replicas are encrypted with the same kind of key (DDB-KEY-1).
pub fn one_kind_of_key(fields: &Fields, encryption: &[AtRest]) {
    let kinds: Vec<_> = encryption.iter().map(std::mem::discriminant).collect();
    if kinds.windows(2).any(|two| two[0] != two[1]) {
        let message = "all replicas of a table have the same kind of key";
        let problem = Problem::error(&fields.place("encryption"), message);
        let help = "the names of keys for all Regions, or `aws-managed`, or `aws-owned`";
        fields.report(problem.help(help).rule("DDB-KEY-1"));
    }
}

/// From a day to 35 (DDB-PITR-1).
fn recovery_window(v: &Value) -> Result<Span, Problem> {
    match value::duration(v)? {
        window if (Span::DAY..=LONGEST_WINDOW).contains(&window) => Ok(window),
        _ => Err(Problem::error(&v.span, "a recovery window is from 1 to 35 days").rule("DDB-PITR-1")),
    }
}

/// What strong consistency asks for.
fn strong(cx: &Context, fields: &Fields, replicas: &[RegionId], witness: Option<RegionId>) {
    let participants = replicas.len() + usize::from(witness.is_some());
    if participants != 3 || replicas.len() < 2 {
        fields.report(
            Problem::error(
                &fields.place("consistency"),
                format!("strong consistency takes three participants, not {participants}"),
            )
            .help("three `regions`, or two and a `witness`")
            .rule("DDB-MRSC-1"),
        );
    }
    for region in replicas.iter().copied().chain(witness) {
        let name = cx.regions.name(region.index());
        if regions::is_measured(name) && !regions::has_strong_tables(name) {
            let message = format!("strong consistency is not offered in `{name}`");
            fields.report(Problem::error(&fields.place("consistency"), message).rule("DDB-MRSC-8"));
        }
    }
    for (key, rule) in [("ttl", "DDB-MRSC-4"), ("later-regions", "DDB-MRSC-5")] {
        if fields.get(key).is_some_and(|value| key == "ttl" || !value.items().is_empty()) {
            let message = format!("a table with strong consistency has no `{key}`");
            fields.report(Problem::error(&fields.place(key), message).rule(rule));
        }
    }
}
