//! `[stores.<name>]`: replicated data.

use super::context::Context;
use super::cost::ITEM_SIZE;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field};
use super::source::Span as Place;
use super::tree::{Entry, Node, Table, Value};
use super::value;
use super::world::{World, shifted};
use crate::model::setup::{AtRest, StoreKind, StoreSetup};
use crate::services::kms::SetId;
use crate::services::replication::MAX_REPLICAS;
use crate::sim::Law;
use crate::world::{RegionId, Service};
use std::collections::BTreeMap;

pub mod aurora;
mod dynamodb;
mod s3;
mod secrets;
mod snapshots;

/// The kinds of store. The second name of a service is that of a store in one Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DynamoDB table in one Region.
    Table,
    /// DynamoDB global table.
    GlobalTable,
    /// Aurora cluster in one Region.
    Cluster,
    /// Aurora Global Database.
    GlobalDatabase,
    /// S3 buckets.
    Buckets,
    /// Snapshots and backups that are copied.
    Copies,
    /// A secret.
    Secret,
}

const KINDS: &[(&str, Kind)] = &[
    ("dynamodb-global-table", Kind::GlobalTable),
    ("dynamodb-table", Kind::Table),
    ("aurora-global-database", Kind::GlobalDatabase),
    ("aurora-cluster", Kind::Cluster),
    ("s3-replication", Kind::Buckets),
    ("snapshot-copy", Kind::Copies),
    ("secret", Kind::Secret),
];

impl Kind {
    /// The keys of the language that only this kind has.
    fn own(self) -> &'static [&'static str] {
        match self {
            Kind::Table | Kind::GlobalTable => dynamodb::OWN,
            Kind::Cluster | Kind::GlobalDatabase => aurora::OWN,
            Kind::Buckets => s3::OWN,
            Kind::Copies => snapshots::OWN,
            Kind::Secret => secrets::OWN,
        }
    }

    /// The service whose endpoints its applications call, as far as the kind tells.
    pub fn service(self) -> Option<Service> {
        match self {
            Kind::Table | Kind::GlobalTable => Some(Service::DynamoDb),
            Kind::Cluster | Kind::GlobalDatabase => Some(Service::Rds),
            Kind::Buckets => Some(Service::S3),
            Kind::Copies => None,
            Kind::Secret => Some(Service::SecretsManager),
        }
    }

    /// As a message calls it.
    fn what(self) -> &'static str {
        match self {
            Kind::Table => "a DynamoDB table",
            Kind::GlobalTable => "a DynamoDB global table",
            Kind::Cluster => "an Aurora cluster",
            Kind::GlobalDatabase => "an Aurora global database",
            Kind::Buckets => "an S3 bucket",
            Kind::Copies => "a copied snapshot",
            Kind::Secret => "a secret",
        }
    }

    /// The default of its replication delay; `None`: the delay is no matter of distance.
    fn lag(self) -> (&'static str, bool) {
        match self {
            Kind::Table | Kind::GlobalTable => ("dynamodb-lag", true),
            Kind::Cluster | Kind::GlobalDatabase => ("aurora-lag", true),
            Kind::Buckets => ("s3-lag", false),
            Kind::Copies => ("snapshot-copy", false),
            Kind::Secret => ("secret-lag", false),
        }
    }
}

/// The most items that all replicas may hold together: some five gigabytes of memory.
const MOST_RECORDS: u64 = 200_000_000;

/// `[stores.<name>]`
pub static STORE: Shape = Shape {
    what: "a store",
    fields: &[
        field(
            "kind",
            Form::OneOf(&[
                "dynamodb-global-table",
                "dynamodb-table",
                "aurora-global-database",
                "aurora-cluster",
                "s3-replication",
                "snapshot-copy",
                "secret",
            ]),
            "what it is; where an overlay changes it, what only the former kind has goes",
        ),
        field("regions", TEXTS, "the Regions that hold a replica"),
        field("items", Form::Integer, "the item keys that requests choose from, uniformly"),
        field(
            "item-size",
            Form::Either(&[Form::Text, Form::Integer]),
            "bytes of an item, for its cost (1KiB)",
        ),
        field(
            "preload",
            Form::Text,
            "the client that wrote all items before time 0; absent: the store starts empty",
        ),
        field("lag", Form::List(&Form::Table(&LAG)), "replication delay"),
        field("catch-up", Form::Rate, "held writes applied a second after a lift; absent: all at once"),
        field("readers", TEXTS, "principals, besides the store's clients, who ask for plaintext"),
        field(
            "encryption",
            Form::Either(&[Form::Text, TEXT_BY_NAME]),
            "encryption at rest: the name of a key, `aws-managed` or `aws-owned` (aws-owned), for all replicas or Region by Region",
        ),
        field(
            "consistency",
            Form::OneOf(&["eventual", "strong"]),
            "of a global table: MREC or MRSC (eventual)",
        ),
        field("witness", Form::Text, "of a global table with MRSC and two replicas: the witness's Region"),
        field(
            "write-capacity",
            Form::Integer,
            "of a table: write capacity units of each replica (on demand)",
        ),
        field("read-capacity", Form::Integer, "of a table: read capacity units of each replica (on demand)"),
        field("ttl", Form::Duration, "of a table: items expire this long after they were written (never)"),
        field(
            "ttl-pass",
            Form::Duration,
            "of a table: how long it takes to pass over it for expired items (2d)",
        ),
        field(
            "point-in-time-recovery",
            TEXTS,
            "of a table: the Regions whose replica has point-in-time recovery",
        ),
        field("recovery-window", Form::Duration, "how far back point-in-time recovery reaches (35d)"),
        field("exists", Form::Flag, "of a table: false if a restore is to make it (true)"),
        field(
            "later-regions",
            TEXTS,
            "of a table or a secret: more Regions, in which a replica may come during the run",
        ),
        field("replica-creation", Form::Law, "of a table or a secret: time to make and fill a replica"),
        field("writer", Form::Text, "of a global database: the Region of the writer; absent: the first"),
        field("engine", Form::OneOf(&["postgresql", "mysql"]), "of a cluster: its engine (postgresql)"),
        field("engine-version", Form::Text, "of a cluster: its version, `16.6` or `3.09` (a recent one)"),
        field("rpo", Form::Duration, "of a global database: `rds.global_db_rpo` of every cluster (off)"),
        field(
            "write-forwarding",
            Form::Either(&[Form::Flag, Form::OneOf(&["eventual", "session", "global"])]),
            "of a global database: write forwarding, with the read consistency of its sessions (false; true: session)",
        ),
        field("headless", TEXTS, "of a global database: secondary Regions without an instance"),
        field("promotion", Form::Law, "of a global database: time of a failover's promotion"),
        field("switchover", Form::Law, "of a global database: time of a switchover beyond the lag"),
        field(
            "rebuild",
            Form::Law,
            "of a global database: time to rebuild another secondary after a failover",
        ),
        field(
            "restart",
            Form::Law,
            "of a cluster: time of an instance's restart, or a failover within the cluster",
        ),
        field("instance", Form::Law, "of a cluster: time to make an instance, or to start when stopped"),
        field("replication-time-control", Form::Flag, "of S3: Replication Time Control (false)"),
        field(
            "replicate-kms-objects",
            Form::Flag,
            "of S3: objects under a KMS key replicate too, `SseKmsEncryptedObjects` (false)",
        ),
        field("delete-marker-replication", Form::Flag, "of S3: delete markers replicate too (false)"),
        field("two-way", Form::Flag, "of S3: rules in both directions (false: from the first Region)"),
        field("role", Form::Text, "of S3: the principal as which replication uses keys"),
        field(
            "of",
            Form::OneOf(&["ebs-volume", "rds-snapshot", "rds-automated-backup", "backup-vault"]),
            "of snapshots: what is copied",
        ),
        field("every", Form::Duration, "of snapshots: how often one is taken and copied"),
        field(
            "size",
            Form::Either(&[Form::Text, Form::Integer]),
            "of snapshots: bytes of the volume (100GiB)",
        ),
        field("changes", Form::Share, "of snapshots: the share that changes from one to the next (0.1)"),
        field("copy", Form::Law, "of snapshots: how long a copy takes"),
        field("completion", Form::Duration, "of EBS snapshots: the completion time asked for (best effort)"),
        field("rotation", Form::Duration, "of a secret: how often it is rotated (never)"),
        field("restore", Form::Law, "of snapshots and tables: how long a restore takes until it can be used"),
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

/// Takes from stores what only their kind has, where what is laid over them gives them another.
pub fn give_way(base: &mut Table, over: &Table) {
    let below = base.entries.iter_mut().find(|entry| entry.key == "stores");
    let Some(Node::Table(below)) = below.map(|entry| &mut entry.value.node) else { return };
    for entry in over.tables("stores") {
        let Some(old) = below.entries.iter_mut().find(|old| old.key == entry.key) else { continue };
        let (Some(was), Some(is)) = (kind_of(old), kind_of(entry)) else { continue };
        let goes = |key: &str| was.own().contains(&key) && !is.own().contains(&key);
        if let Node::Table(table) = &mut old.value.node {
            table.entries.retain(|entry| !goes(&entry.key));
        }
    }
}

/// The kind that a store states, if it is one that is modelled.
pub fn kind_of(entry: &Entry) -> Option<Kind> {
    let stated = entry.value.table()?.get("kind")?.text()?;
    KINDS.iter().find(|(name, _)| *name == stated).map(|(_, kind)| *kind)
}

/// The Regions that a store states, as far as the scenario has them: also those in which a replica may come later.
pub fn regions_of(cx: &Context, store: usize) -> Vec<RegionId> {
    let entry = &cx.scenario.tables("stores")[store];
    let listed =
        |key| entry.value.table().and_then(|table| table.get(key)).map(Value::items).unwrap_or_default();
    let all = listed("regions").iter().chain(listed("later-regions"));
    all.filter_map(|value| cx.region(value).ok()).collect()
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
    let mut regions = replicas(cx, &fields);
    let first = regions.len();
    if matches!(kind, Some(Kind::GlobalTable | Kind::Secret)) {
        regions.extend(later(cx, &fields, &regions));
    }
    let items = fields.need("items", |v| value::count(v, 1, value::MOST_ITEMS));
    let item_size = fields.read("item-size", |v| value::size(v, 1, 5 << 40)).unwrap_or(ITEM_SIZE);
    let preload = fields.read("preload", |v| preloaded(cx, v, entry));
    let catch_up = fields.read("catch-up", value::rate).map(|rate| rate.gap);
    let readers = fields.each("readers", principal);
    if let Some(twice) = readers.iter().enumerate().find(|(i, name)| readers[..*i].contains(name)) {
        let problem = Problem::error(&fields.place("readers"), format!("reader `{}` stands twice", twice.1));
        fields.report(problem);
    }
    let kind = kind?;
    only_its_own(&fields, kind);
    single(&fields, kind, &regions);
    let lag = lag(cx, &fields, world, kind, &regions);
    let encryption = encryption(cx, &fields, &regions);
    if matches!(kind, Kind::Table | Kind::GlobalTable) {
        dynamodb::one_kind_of_key(&fields, &encryption);
    }
    let kind = match kind {
        Kind::Table | Kind::GlobalTable => StoreKind::DynamoDb(dynamodb::table(cx, &fields, &regions, first)),
        Kind::Cluster => StoreKind::Aurora(aurora::cluster(cx, &fields, &regions, false)?),
        Kind::GlobalDatabase => StoreKind::Aurora(aurora::cluster(cx, &fields, &regions, true)?),
        Kind::Buckets => StoreKind::S3(s3::buckets(&fields)),
        Kind::Copies => StoreKind::Snapshot(snapshots::copies(cx, &fields)?),
        Kind::Secret => StoreKind::Secret(secrets::secret(cx, &fields, &regions, first)),
    };
    Some(StoreSetup {
        name: entry.key.clone(),
        kind,
        regions,
        items: items?,
        item_size,
        preload,
        lag,
        catch_up,
        readers,
        encryption,
    })
}

/// The Regions in which a replica may come during the run.
fn later(cx: &Context, fields: &Fields, regions: &[RegionId]) -> Vec<RegionId> {
    let mut later: Vec<RegionId> = Vec::new();
    for (region, v) in fields.each("later-regions", |v| cx.region(v).map(|region| (region, v))) {
        match regions.contains(&region) || later.contains(&region) {
            true => {
                fields.report(Problem::error(&v.span, "a store has one replica a Region").rule("DDB-GT-1"))
            }
            false => later.push(region),
        }
    }
    later
}

fn store_kind(v: &Value) -> Result<Kind, Problem> {
    value::one_of(v, KINDS)
}

/// Reports keys of other kinds of store.
fn only_its_own(fields: &Fields, kind: Kind) {
    for (_, other) in KINDS {
        for key in other.own().iter().filter(|key| !kind.own().contains(key)) {
            if fields.get(key).is_none() {
                continue;
            }
            let problem = Problem::error(&fields.place(key), format!("{} has no `{key}`", kind.what()));
            fields.report(match (kind, *key) {
                (Kind::Table | Kind::GlobalTable, "writer") => {
                    problem.help("every replica takes writes").rule("DDB-GT-1")
                }
                _ => problem.help(format!("only {} has it", other.what())),
            });
        }
    }
}

/// A store of one Region has one Region.
fn single(fields: &Fields, kind: Kind, regions: &[RegionId]) {
    let global = match kind {
        Kind::Table => "dynamodb-global-table",
        Kind::Cluster => "aurora-global-database",
        _ => return,
    };
    if regions.len() > 1 {
        let problem = Problem::error(&fields.place("regions"), format!("{} has one Region", kind.what()));
        fields.report(problem.help(format!("over several Regions it is `kind = \"{global}\"`")));
    }
}

/// With what each replica is encrypted at rest.
fn encryption(cx: &Context, fields: &Fields, regions: &[RegionId]) -> Vec<AtRest> {
    let Some(stated) = fields.get("encryption") else { return vec![AtRest::AwsOwned; regions.len()] };
    let Some(table) = stated.table() else {
        let one = cx.sink.take(at_rest(cx, stated)).unwrap_or_default();
        return vec![one; regions.len()];
    };
    let mut all = vec![AtRest::AwsOwned; regions.len()];
    for entry in &table.entries {
        let region = cx.sink.take(cx.regions.find_at(&entry.key, &entry.at));
        let key = cx.sink.take(at_rest(cx, &entry.value));
        let Some(region) = region.map(|index| RegionId(index as u8)) else { continue };
        match regions.iter().position(|known| *known == region) {
            Some(replica) => all[replica] = key.unwrap_or_default(),
            None => fields.report(
                Problem::error(&entry.at, "the store has no replica in this Region")
                    .and(&fields.place("regions"), "the store's Regions"),
            ),
        }
    }
    all
}

fn at_rest(cx: &Context, v: &Value) -> Result<AtRest, Problem> {
    match value::text(v)? {
        "aws-owned" => Ok(AtRest::AwsOwned),
        "aws-managed" => Ok(AtRest::AwsManaged),
        _ => cx.keys.find(v).map(|index| AtRest::Customer(SetId(index as u32))),
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
    let (default, by_distance) = kind.lag();
    let one = |from: RegionId, to: RegionId| match (stated.get(&(from, to)), from == to) {
        (Some(law), _) => law.clone(),
        (None, true) => Law::Constant(crate::sim::Span::ZERO),
        (None, false) if by_distance => {
            shifted(world.distance[from.index()][to.index()], cx.default(default))
        }
        (None, false) => cx.default(default),
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
