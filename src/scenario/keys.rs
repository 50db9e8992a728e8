//! `[keys.<name>]`: KMS keys that exist at time 0.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXTS, field, later};
use super::tree::Entry;
use super::value;
use crate::services::kms::KeySetup;
use crate::world::{RegionId, regions};

/// `[keys.<name>]`
pub static KEY: Shape = Shape {
    what: "a key",
    fields: &[
        field(
            "kind",
            Form::OneOf(&["multi-region", "single-region"]),
            "multi-Region (a primary key and replica keys) or single-Region",
        ),
        field("primary", Form::Text, "the Region of the primary key, or of the single-Region key"),
        field("replicas", TEXTS, "the Regions of the replica keys"),
        field("aliases", TEXTS, "the Regions in which `alias/<name>` exists; absent: wherever the key does"),
        later("rotation", "keys keep their first key material"),
        later("policies", "every key has the default key policy"),
    ],
};

/// Reads every key, in file order.
pub fn read(cx: &Context) -> Vec<KeySetup> {
    cx.scenario.tables("keys").iter().filter_map(|entry| key(cx, entry)).collect()
}

fn key(cx: &Context, entry: &Entry) -> Option<KeySetup> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &KEY, cx.sink)?;
    let kinds = [("multi-region", true), ("single-region", false)];
    let multi_region = fields.need("kind", |v| value::one_of(v, &kinds));
    let primary = fields.need("primary", |v| cx.region(v));
    let replicas = fields.each("replicas", |v| match (cx.region(v)?, primary) {
        (region, Some(primary)) if region == primary => {
            let problem = Problem::error(&v.span, "a replica key cannot be in the primary key's Region");
            Err(problem.and(&fields.place("primary"), "the primary key is here").rule("KMS-REP-4"))
        }
        (region, _) => Ok((region, v)),
    });
    for (index, (region, v)) in replicas.iter().enumerate() {
        if replicas[..index].iter().any(|(other, _)| other == region) {
            let message = format!("two replica keys in Region `{}`", cx.regions.name(region.index()));
            cx.sink.report(Problem::error(&v.span, message).rule("KMS-REP-4"));
        }
        let partition =
            |region: RegionId| regions::partition(cx.regions.name(region.index())).unwrap_or("aws");
        if primary.is_some_and(|primary| partition(primary) != partition(*region)) {
            cx.sink.report(
                Problem::error(&v.span, "related keys cannot be in different partitions")
                    .help("`aws`, `aws-cn`, `aws-us-gov` and `aws-eusc` are separate partitions")
                    .rule("KMS-REP-5"),
            );
        }
    }
    let multi_region = multi_region?;
    if !multi_region && !replicas.is_empty() {
        let problem = Problem::warning(&fields.place("replicas"), "a single-Region key has no replicas");
        cx.sink.report(problem.label("ignored").and(&fields.place("kind"), "the key is single-Region"));
    }
    let mut replicas: Vec<RegionId> = replicas.into_iter().map(|(region, _)| region).collect();
    if !multi_region {
        replicas.clear();
    }
    let primary = primary?;
    let aliases = fields.get("aliases").map(|_| {
        fields.each("aliases", |v| match cx.region(v)? {
            region if region == primary || replicas.contains(&region) || !multi_region => Ok(region),
            _ => Err(Problem::error(&v.span, "an alias needs a key in its Region")
                .help(format!("key `{}` has none there", entry.key))),
        })
    });
    let aliases = aliases
        .map(|listed| listed.into_iter().filter(|at| *at == primary || replicas.contains(at)).collect());
    Some(KeySetup { multi_region, replicas, aliases, ..KeySetup::single_region(&entry.key, primary) })
}
