//! `[stores.<name>]`: replicated data.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXTS, field, later};
use super::source::Span as Place;
use super::tree::{Entry, Value};
use super::value;
use super::world::{World, shifted};
use crate::model::setup::{StoreKind, StoreSetup};
use crate::services::replication::MAX_REPLICAS;
use crate::sim::Law;
use crate::world::RegionId;
use std::collections::BTreeMap;

const KINDS: &[(&str, Kind)] =
    &[("dynamodb-global-table", Kind::GlobalTable), ("aurora-global-database", Kind::GlobalDatabase)];

/// The kinds of store that are modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DynamoDB global table.
    GlobalTable,
    /// Aurora Global Database.
    GlobalDatabase,
}

/// Kinds of store of the language, with the nearest that is modelled.
const LATER: &[(&str, &str)] = &[
    ("s3-replication", "nearest: `dynamodb-global-table`"),
    ("snapshot-copy", "nearest: `aurora-global-database`"),
    ("secret", "nearest: `dynamodb-global-table`"),
];

/// The most items that all replicas may hold together: some five gigabytes of memory.
const MOST_RECORDS: u64 = 200_000_000;

/// `[stores.<name>]`
pub static STORE: Shape = Shape {
    what: "a store",
    fields: &[
        field("kind", Form::OneOf(&["dynamodb-global-table", "aurora-global-database"]), "what it is"),
        field("regions", TEXTS, "the Regions that hold a replica"),
        field("consistency", Form::OneOf(&["eventual"]), "of a global table: eventual (MREC)"),
        field("items", Form::Integer, "the item keys that requests choose from, uniformly"),
        field(
            "preload",
            Form::Text,
            "the client that wrote all items before time 0; absent: the store starts empty",
        ),
        field("lag", Form::List(&Form::Table(&LAG)), "replication delay"),
        field("catch-up", Form::Rate, "held writes applied a second after a lift; absent: all at once"),
        field("readers", TEXTS, "principals, besides the store's clients, who ask for plaintext"),
        field("writer", Form::Text, "of a global database: the Region of the writer; absent: the first"),
        field("promotion", Form::Law, "of a global database: time of a failover's promotion"),
        field("switchover", Form::Law, "of a global database: time of a switchover beyond the lag"),
        field(
            "rebuild",
            Form::Law,
            "of a global database: time to rebuild another secondary after a failover",
        ),
        later("write-forwarding", "send writes to the writer's Region: `route` its clients there"),
        later("key", "encryption at rest is not modelled; `keyring` of a client is client-side encryption"),
    ],
};

/// `[[stores.<name>.lag]]`
pub static LAG: Shape = Shape {
    what: "a lag",
    fields: &[
        field("from", Form::Text, "the Region written in"),
        field("to", Form::Text, "the Region replicated to"),
        field("between", TEXTS, "two or more Regions: both ways between each two of them"),
        field("delay", Form::Law, "the whole delay from acknowledgement to the other replica"),
    ],
};

/// The kind that a store states, if it is one that is modelled.
pub fn kind_of(entry: &Entry) -> Option<Kind> {
    let stated = entry.value.table()?.get("kind")?.text()?;
    KINDS.iter().find(|(name, _)| *name == stated).map(|(_, kind)| *kind)
}

/// The Regions that a store states, as far as the scenario has them.
pub fn regions_of(cx: &Context, store: usize) -> Vec<RegionId> {
    let entry = &cx.scenario.tables("stores")[store];
    let listed = entry.value.table().and_then(|table| table.get("regions")).map(Value::items);
    listed.unwrap_or_default().iter().filter_map(|value| cx.region(value).ok()).collect()
}

/// Reads every store, in file order.
pub fn read(cx: &Context, world: &World) -> Vec<StoreSetup> {
    let stores: Vec<StoreSetup> =
        cx.scenario.tables("stores").iter().filter_map(|entry| store(cx, world, entry)).collect();
    let records: u64 =
        stores.iter().map(|store| store.items.saturating_mul(store.regions.len() as u64)).sum();
    if records > MOST_RECORDS {
        let at = cx.stores.at(0);
        let message =
            format!("{records} items in all replicas are more than {MOST_RECORDS}, which fit in memory");
        cx.sink.report(
            Problem::error(&at, message).help("take fewer `items`: shares do not depend on their number"),
        );
    }
    stores
}

fn store(cx: &Context, world: &World, entry: &Entry) -> Option<StoreSetup> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &STORE, cx.sink)?;
    let kind = fields.need("kind", store_kind);
    let regions = replicas(cx, &fields);
    fields.read("consistency", |v| match v.text() {
        Some("strong") => Err(Problem::later(&v.span, "strong", "nearest: `consistency = \"eventual\"`")),
        _ => value::one_of(v, &[("eventual", ())]),
    });
    let items = fields.need("items", |v| value::count(v, 1, value::MOST_ITEMS));
    let preload = fields.read("preload", |v| preloaded(cx, v, entry));
    let catch_up = fields.read("catch-up", value::rate).map(|rate| rate.gap);
    let readers = fields.each("readers", principal);
    if let Some(twice) = readers.iter().enumerate().find(|(i, name)| readers[..*i].contains(name)) {
        let problem = Problem::error(&fields.place("readers"), format!("reader `{}` stands twice", twice.1));
        fields.report(problem);
    }
    let kind = kind?;
    if kind == Kind::GlobalTable {
        for key in ["writer", "promotion", "switchover", "rebuild"] {
            if fields.get(key).is_some() {
                let problem =
                    Problem::error(&fields.place(key), format!("a DynamoDB global table has no `{key}`"));
                fields.report(problem.help("every replica takes writes").rule("DDB-GT-1"));
            }
        }
    } else if fields.get("consistency").is_some() {
        fields.report(Problem::error(
            &fields.place("consistency"),
            "only a DynamoDB global table has `consistency`",
        ));
    }
    let lag = lag(cx, &fields, world, kind, &regions);
    let kind = match kind {
        Kind::GlobalTable => StoreKind::DynamoDbGlobalTable,
        Kind::GlobalDatabase => global_database(cx, &fields, &regions)?,
    };
    Some(StoreSetup {
        name: entry.key.clone(),
        kind,
        regions,
        items: items?,
        preload,
        lag,
        catch_up,
        readers,
    })
}

fn store_kind(v: &Value) -> Result<Kind, Problem> {
    let written = value::text(v)?;
    match LATER.iter().find(|(name, _)| *name == written) {
        Some((_, instead)) => Err(Problem::later(&v.span, written, instead)),
        None => value::one_of(v, KINDS),
    }
}

fn replicas(cx: &Context, fields: &Fields) -> Vec<RegionId> {
    if fields.get("regions").is_none_or(|list| list.items().is_empty()) {
        let problem = Problem::error(&fields.place("regions"), "a store needs `regions`");
        fields.report(problem.help("`regions`: the Regions that hold a replica"));
    }
    if fields.get("regions").is_some_and(|list| list.items().len() > MAX_REPLICAS) {
        let message = format!("a store has at most {MAX_REPLICAS} replicas");
        fields.report(Problem::error(&fields.place("regions"), message));
        return Vec::new();
    }
    let mut regions: Vec<RegionId> = Vec::new();
    for (region, v) in fields.each("regions", |v| cx.region(v).map(|region| (region, v))) {
        match regions.contains(&region) {
            true => {
                fields.report(Problem::error(&v.span, "a store has one replica a Region").rule("DDB-GT-1"))
            }
            false => regions.push(region),
        }
    }
    regions
}

/// The client that wrote everything: it must be one of this store.
fn preloaded(cx: &Context, v: &Value, entry: &Entry) -> Result<usize, Problem> {
    let client = cx.clients.find(v)?;
    let its = cx.scenario.tables("clients")[client].value.table().and_then(|table| table.get("store"));
    match its.and_then(Value::text) {
        Some(other) if other != entry.key => {
            let message = format!("client `{}` writes to store `{other}`", cx.clients.name(client));
            Err(Problem::error(&v.span, message).help("`preload` names a client of this store"))
        }
        _ => Ok(client),
    }
}

/// The name of an IAM principal.
pub fn principal(v: &Value) -> Result<String, Problem> {
    let text = value::text(v)?;
    principal_name(text, &v.span).map(|()| text.to_owned())
}

/// Whether a name is that of an account's root: `root` or `<account>/root`.
pub fn is_root(name: &str) -> bool {
    name == "root" || (name.ends_with("/root") && !name.starts_with("user/"))
}

/// Whether a text may be the name of a principal: a role, `user/<name>`, `root` or `<account>/root`.
pub fn principal_name(text: &str, at: &Place) -> Result<(), Problem> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    let name = text.strip_prefix("user/").or(text.strip_suffix("/root")).unwrap_or(text);
    match (1..=64).contains(&name.len()) && name.chars().all(belongs) {
        true => Ok(()),
        false => Err(Problem::error(at, format!("`{text}` cannot be the name of a principal")).help(
            "a principal is a role, `user/<name>`, `root` or `<account>/root`; IAM names are up to 64 letters, digits and +=,.@_-",
        )),
    }
}

fn global_database(cx: &Context, fields: &Fields, regions: &[RegionId]) -> Option<StoreKind> {
    if regions.len() > 11 {
        let problem =
            Problem::error(&fields.place("regions"), "a global database has at most 10 secondary Regions");
        fields.report(problem.rule("AUR-1"));
    }
    let writer = fields.read("writer", |v| match cx.region(v)? {
        region if regions.contains(&region) => Ok(region),
        _ => Err(Problem::error(&v.span, "the writer's Region is not one of the store's")
            .and(&fields.place("regions"), "the store's Regions")),
    });
    let time = |key, name| fields.read(key, value::law).unwrap_or_else(|| cx.default(name));
    Some(StoreKind::AuroraGlobalDatabase {
        writer: writer.or(regions.first().copied())?,
        promotion: time("promotion", "promotion"),
        switchover: time("switchover", "switchover"),
        rebuild: time("rebuild", "rebuild"),
    })
}

/// The replication delay between each two replicas: as stated, else the distance and the default.
fn lag(cx: &Context, fields: &Fields, world: &World, kind: Kind, regions: &[RegionId]) -> Vec<Vec<Law>> {
    let mut stated: BTreeMap<(RegionId, RegionId), Law> = BTreeMap::new();
    for item in fields.get("lag").map(Value::items).unwrap_or_default() {
        let Some(lag) = Fields::open(item, &item.span, &LAG, cx.sink) else { continue };
        let delay = lag.need("delay", value::law);
        let replica = |v: &Value| member(cx, v, regions, &fields.place("regions"));
        let pairs: Vec<_> = match (lag.get("from"), lag.get("to"), lag.get("between")) {
            (Some(_), Some(_), None) => {
                lag.read("from", replica).into_iter().zip(lag.read("to", replica)).collect()
            }
            (None, None, Some(_)) => {
                let mut all = lag.each("between", replica);
                all.sort_unstable();
                all.dedup();
                all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to))).collect()
            }
            _ => {
                lag.report(Problem::error(&lag.at, "a lag needs either `from` and `to`, or `between`"));
                Vec::new()
            }
        };
        for pair in pairs {
            stated.extend(delay.clone().map(|delay| (pair, delay)));
        }
    }
    let default = match kind {
        Kind::GlobalTable => "dynamodb-lag",
        Kind::GlobalDatabase => "aurora-lag",
    };
    let one = |from: RegionId, to: RegionId| match (stated.get(&(from, to)), from == to) {
        (Some(law), _) => law.clone(),
        (None, true) => Law::Constant(crate::sim::Span::ZERO),
        (None, false) => shifted(world.distance[from.index()][to.index()], cx.default(default)),
    };
    regions.iter().map(|from| regions.iter().map(|to| one(*from, *to)).collect()).collect()
}

/// A Region of the store.
fn member(cx: &Context, v: &Value, regions: &[RegionId], at: &Place) -> Result<RegionId, Problem> {
    match cx.region(v)? {
        region if regions.contains(&region) => Ok(region),
        _ => {
            Err(Problem::error(&v.span, "the store has no replica in this Region")
                .and(at, "the store's Regions"))
        }
    }
}
