//! Aurora clusters and global databases.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::value;
use crate::services::aurora::{ClusterSetup, Engine, Forwarding};
use crate::sim::Span;
use crate::world::RegionId;

/// The keys that only a cluster has.
pub const OWN: &[&str] =
    &["writer", "engine", "rpo", "write-forwarding", "headless", "promotion", "switchover", "rebuild"];

/// What a cluster says of itself; `global`: it is part of a global database.
pub fn cluster(cx: &Context, fields: &Fields, regions: &[RegionId], global: bool) -> Option<ClusterSetup> {
    if regions.len() > 11 {
        let problem =
            Problem::error(&fields.place("regions"), "a global database has at most 10 secondary Regions");
        fields.report(problem.rule("AUR-1"));
    }
    let member = |v| match cx.region(v)? {
        region if regions.contains(&region) => Ok(region),
        _ => Err(Problem::error(&v.span, "this Region is not one of the store's")
            .and(&fields.place("regions"), "the store's Regions")),
    };
    let writer = fields.read("writer", |v| match cx.region(v)? {
        region if regions.contains(&region) => Ok(region),
        _ => Err(Problem::error(&v.span, "the writer's Region is not one of the store's")
            .and(&fields.place("regions"), "the store's Regions")),
    });
    let time = |key, name| fields.read(key, value::law).unwrap_or_else(|| cx.default(name));
    let engines = [("postgresql", Engine::PostgreSql), ("mysql", Engine::MySql)];
    let forwarding = [
        ("eventual", Forwarding::Eventual),
        ("session", Forwarding::Session),
        ("global", Forwarding::Global),
    ];
    Some(ClusterSetup {
        global,
        engine: fields.read("engine", |v| value::one_of(v, &engines)).unwrap_or_default(),
        writer: writer.or(regions.first().copied())?,
        headless: fields.each("headless", member),
        rpo: fields.read("rpo", value::duration_from(Span::SECOND)),
        forwarding: fields.read("write-forwarding", |v| value::one_of(v, &forwarding)),
        promotion: time("promotion", "promotion"),
        switchover: time("switchover", "switchover"),
        rebuild: time("rebuild", "rebuild"),
    })
}
