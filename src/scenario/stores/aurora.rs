//! Aurora clusters and global databases.

use super::super::context::Context;
use super::super::faults;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::tree::{Node, Value};
use super::super::value;
use crate::model::setup::{AtRest, Setup, StoreKind};
use crate::services::aurora::rpo::RANGE;
use crate::services::aurora::{ClusterSetup, Engine, Forwarding};
use crate::sim::Span;
use crate::world::RegionId;

/// The keys that only a cluster has.
pub const OWN: &[&str] = &[
    "writer",
    "engine",
    "engine-version",
    "rpo",
    "write-forwarding",
    "headless",
    "promotion",
    "switchover",
    "rebuild",
    "restart",
    "instance",
];

/// Those of them that mean nothing to a cluster on its own.
const GLOBAL: [&str; 7] =
    ["writer", "rpo", "write-forwarding", "headless", "promotion", "switchover", "rebuild"];

/// What a cluster says of itself; `global`: it is part of a global database.
pub fn cluster(cx: &Context, fields: &Fields, regions: &[RegionId], global: bool) -> Option<ClusterSetup> {
    if regions.len() > 11 {
        let problem =
            Problem::error(&fields.place("regions"), "a global database has at most 10 secondary Regions");
        fields.report(problem.rule("AUR-1"));
    }
    for key in GLOBAL.iter().filter(|key| !global && fields.get(key).is_some()) {
        let message = format!("an Aurora cluster on its own has no `{key}`");
        let problem = Problem::error(&fields.place(key), message);
        fields.report(problem.help("a cluster of `kind = \"aurora-global-database\"` has it"));
    }
    let writer = fields.read("writer", |v| match cx.region(v)? {
        region if regions.contains(&region) => Ok(region),
        _ => Err(Problem::error(&v.span, "the writer's Region is not one of the store's")
            .and(&fields.place("regions"), "the store's Regions")),
    });
    let writer = writer.or(regions.first().copied())?;
    let time = |key, name, used| fields.read(key, value::law).unwrap_or_else(|| cx.default_if(used, name));
    let headless = fields.each("headless", |v| headless(cx, fields, v, (regions, writer)));
    let engines = [("postgresql", Engine::PostgreSql), ("mysql", Engine::MySql)];
    let engine = fields.read("engine", |v| value::one_of(v, &engines)).unwrap_or_default();
    Some(ClusterSetup {
        global,
        engine,
        version: fields.read("engine-version", version),
        writer,
        rpo: fields.read("rpo", |v| rpo(fields, v, (engine, regions.len()))),
        forwarding: fields.read("write-forwarding", |v| forwarding(v, engine)).flatten(),
        promotion: time("promotion", "promotion", global),
        switchover: time("switchover", "switchover", global),
        rebuild: time("rebuild", "rebuild", global),
        restart: time("restart", "restart", faults::happens(cx, "writer-failover")),
        instance: time("instance", "db-instance", !global || !headless.is_empty()),
        headless,
    })
}

/// `16.6`, `3.09`, `8.0.mysql_aurora.3.09.0`: the major and minor version of Aurora.
fn version(v: &Value) -> Result<(u32, u32), Problem> {
    let text = value::text(v)?;
    let own = text.rsplit("mysql_aurora.").next().unwrap_or(text);
    let mut parts = own.split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) => Ok((major, minor)),
        _ => Err(Problem::error(&v.span, format!("`{text}` is no version of an Aurora engine"))
            .help("`16.6` of Aurora PostgreSQL, `3.09` of Aurora MySQL")),
    }
}

/// A secondary Region without an instance.
fn headless(
    cx: &Context,
    fields: &Fields,
    v: &Value,
    (regions, writer): (&[RegionId], RegionId),
) -> Result<RegionId, Problem> {
    match cx.region(v)? {
        region if region == writer => {
            Err(Problem::error(&v.span, "the primary cluster has an instance: it writes").rule("AUR-1"))
        }
        region if regions.contains(&region) => Ok(region),
        _ => Err(Problem::error(&v.span, "this Region is not one of the store's")
            .and(&fields.place("regions"), "the store's Regions")),
    }
}

/// `rds.global_db_rpo`.
fn rpo(fields: &Fields, v: &Value, (engine, regions): (Engine, usize)) -> Result<Span, Problem> {
    let bound = value::duration(v)?;
    if engine != Engine::PostgreSql {
        let problem = Problem::error(&v.span, "only Aurora PostgreSQL has `rds.global_db_rpo`");
        return Err(problem.rule("AUR-RPO-1"));
    }
    if bound < Span::secs(*RANGE.start()) || bound > Span::secs(*RANGE.end()) {
        let problem = Problem::error(&v.span, "`rds.global_db_rpo` is from 20 s to 2147483647 s");
        return Err(problem.rule("AUR-RPO-1"));
    }
    if regions == 2 {
        let message = "after a failover no secondary is in bound, and the new primary commits nothing";
        let problem = Problem::warning(&v.span, message).rule("AUR-RPO-3");
        fields.report(problem.help("its commits wait until the old Region is back and rebuilt"));
    }
    Ok(bound)
}

/// `true` is PostgreSQL's default, a session's own writes; MySQL has none.
fn forwarding(v: &Value, engine: Engine) -> Result<Option<Forwarding>, Problem> {
    if let Node::Flag(on) = &v.node {
        let message = "forwarded sessions of Aurora MySQL have no read consistency by default";
        return match (on, engine) {
            (false, _) => Ok(None),
            (true, Engine::PostgreSql) => Ok(Some(Forwarding::Session)),
            (true, Engine::MySql) => Err(Problem::error(&v.span, message)
                .help("`eventual`, `session` or `global`")
                .rule("AUR-WF-1")),
        };
    }
    let consistencies = [
        ("eventual", Forwarding::Eventual),
        ("session", Forwarding::Session),
        ("global", Forwarding::Global),
    ];
    value::one_of(v, &consistencies).map(Some)
}

/// Each cluster's key is one of its own Region.
pub fn check_keys(cx: &Context, setup: &Setup) {
    for (store, entry) in setup.stores.iter().zip(cx.scenario.tables("stores")) {
        if !matches!(store.kind, StoreKind::Aurora(_)) {
            continue;
        }
        for (region, at_rest) in store.regions.iter().zip(&store.encryption) {
            let AtRest::Customer(set) = at_rest else { continue };
            let key = &setup.keys[set.0 as usize];
            if key.primary == *region || key.replicas.contains(region) {
                continue;
            }
            let place = entry.value.table().and_then(|table| table.entry("encryption"));
            let at = place.map_or(&entry.at, |place| &place.at);
            let place = cx.regions.name(region.index());
            let message = format!("key `{}` is not in {place}, where a cluster is to use it", key.name);
            cx.sink.report(
                Problem::error(at, message)
                    .help("name a key of each Region: `encryption = { <Region> = \"<key>\" }`")
                    .rule("AUR-KEY-1"),
            );
        }
    }
}
