//! What a month of the design costs, line by line: a function of the finished run.
//!
//! The month has 730 hours. What stood for half of the run is charged for half of the month. Requests come as they came
//! before the first fault, the ordinary days: a design is not cheaper because it fails. They are those of clients; what
//! steps, runbooks and faults call happens once and is left out. What has no price is listed, and in no sum.

mod keys;
pub mod prices;
mod stores;

use super::RunLog;
use crate::sim::Span;
use prices::Price;

/// Hours of the month that AWS's price lists reckon with.
pub const HOURS: f64 = 730.0;

/// A GB of AWS's price lists, in bytes.
const GB: f64 = (1u64 << 30) as f64;

/// Requests to KMS that are free each month, over all Regions together (KMS-PRC-7).
const FREE_KMS_REQUESTS: f64 = 20_000.0;

/// What the price list needs to know besides the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Design {
    /// Transfer between the Regions of a global table is charged, as older documents have it (PRC-2).
    pub table_transfer: bool,
    /// Each replica key bears the surcharge of a rotation (KMS-UNV-11).
    pub surcharge_of_replicas: bool,
    /// The stores, as the log has them.
    pub stores: Vec<Kept>,
    /// Instances that stand ready where no requests go at the start.
    pub standby: Vec<Standby>,
    /// Health checks: the record's name, and whether it probes at the fast interval.
    pub checks: Vec<(String, bool)>,
    /// Records that a cluster of routing controls decides about.
    pub clusters: Vec<String>,
    /// What clients ask of it.
    pub traffic: Traffic,
}

/// What clients' requests came to on ordinary days: until the first fault, or in a run that begins with one, or has
/// none, all the time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// How long that was.
    pub over: Span,
    /// What they called.
    pub calls: Vec<Calls>,
    /// What replication brought of what they wrote.
    pub replicated: Vec<Replicated>,
}

/// Writes that replication brought from a Region to another one, also those that a newer one had overtaken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicated {
    /// Index of the store.
    pub store: usize,
    /// Index of the Region written in.
    pub from: usize,
    /// Index of the Region that they came to.
    pub to: usize,
    /// How many.
    pub writes: u64,
}

/// What is kept in a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// Bytes of an item.
    pub item_size: u64,
    /// By which service.
    pub by: Keeper,
}

/// The service that keeps data, and what its bill depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keeper {
    /// DynamoDB.
    Table {
        /// Provisioned write capacity units of each replica; `None`: on demand.
        write_capacity: Option<u64>,
        /// Whether the table has a witness.
        witness: bool,
    },
    /// Aurora.
    Cluster {
        /// Secondary Regions with an instance.
        readers: u64,
    },
    /// Amazon S3.
    Buckets {
        /// Replication Time Control.
        time_control: bool,
    },
    /// Snapshots and backups.
    Copies {
        /// Between two of them.
        every: Span,
        /// Bytes of the volume.
        size: u64,
        /// The share that changes from one to the next.
        changes: f64,
        /// The completion time asked for.
        completion: Option<Span>,
    },
    /// Secrets Manager.
    Secrets,
}

/// Instances of a client that stand ready in another Region than its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Standby {
    /// Index of the client.
    pub client: usize,
    /// Index of the Region.
    pub region: usize,
    /// How many.
    pub instances: u32,
    /// US dollars an hour for one, as the client states.
    pub price: Option<f64>,
}

/// Calls of one client's requests from instances in one Region to one Region's endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Index of the client.
    pub client: usize,
    /// Index of the Region of the instances.
    pub from: usize,
    /// Index of the Region called.
    pub to: usize,
    /// Those that KMS took in.
    pub kms: u64,
    /// Reads that the store answered.
    pub reads: u64,
    /// Writes that the store took in.
    pub writes: u64,
}

/// The parts of the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// KMS keys.
    Keys,
    /// Requests of clients, to KMS and to stores.
    Requests,
    /// What replication writes.
    ReplicatedWrites,
    /// Data kept.
    Storage,
    /// Bytes between Regions.
    Transfer,
    /// Capacity that stands ready, and what watches over it.
    Standby,
}

impl Group {
    /// Every part, in the order of the reports.
    pub const ALL: [Group; 6] = [
        Group::Keys,
        Group::Requests,
        Group::ReplicatedWrites,
        Group::Storage,
        Group::Transfer,
        Group::Standby,
    ];

    /// `keys`, …
    pub fn name(self) -> &'static str {
        match self {
            Group::Keys => "keys",
            Group::Requests => "requests",
            Group::ReplicatedWrites => "replicated-writes",
            Group::Storage => "storage",
            Group::Transfer => "transfer",
            Group::Standby => "standby",
        }
    }
}

/// One line of the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The part that it belongs to.
    pub group: Group,
    /// What is charged: `key orders in us-east-1`.
    pub what: String,
    /// The key, store, client or record that it is charged for.
    pub of: Option<String>,
    /// So many units a month.
    pub quantity: f64,
    /// What a unit costs.
    pub price: Price,
    /// The rule by which it is charged; empty: none.
    pub rule: &'static str,
}

impl Line {
    fn new(group: Group, what: String, of: Option<String>, quantity: f64, price: &Price) -> Line {
        Line { group, what, of, quantity, price: price.clone(), rule: "" }
    }

    /// With the rule by which it is charged.
    fn by(self, rule: &'static str) -> Line {
        Line { rule, ..self }
    }

    /// US dollars a month; `None`: not priced.
    pub fn usd(&self) -> Option<f64> {
        Some(self.quantity * self.price.usd? / self.price.per)
    }
}

/// Every line of the bill, part by part; none if nobody asks what the design costs.
pub fn lines(log: &RunLog) -> Vec<Line> {
    let Some(design) = &log.design else { return Vec::new() };
    let over = design.traffic.over.as_secs_f64();
    let month = Month { scale: HOURS * 3_600.0 / over.max(f64::MIN_POSITIVE) };
    let mut lines = keys::lines(log, design);
    lines.extend(kms_requests(log, design, month));
    lines.extend(stores::lines(log, design, month));
    lines.extend(calls_elsewhere(log, design, month));
    lines.extend(standby(log, design));
    lines.retain(|line| line.quantity != 0.0);
    lines.sort_by_key(|line| line.group);
    lines
}

/// US dollars a month of a part, or of all, for one key, store, client or record, or for all. What is not priced is
/// in no sum; `None`: nothing of it is priced.
pub fn total(lines: &[Line], group: Option<Group>, of: Option<&str>) -> Option<f64> {
    let asked = lines.iter().filter(|line| {
        group.is_none_or(|group| group == line.group) && of.is_none_or(|of| line.of.as_deref() == Some(of))
    });
    let usd: Vec<Option<f64>> = asked.map(Line::usd).collect();
    let is_known = usd.is_empty() || usd.iter().any(Option::is_some);
    is_known.then(|| usd.into_iter().flatten().fold(0.0, |sum, usd| sum + usd))
}

/// How traffic is scaled to a month.
#[derive(Clone, Copy)]
struct Month {
    scale: f64,
}

impl Month {
    fn of(self, count: u64) -> f64 {
        count as f64 * self.scale
    }
}

/// Calls to KMS by Region, and the free ones of all Regions together.
fn kms_requests(log: &RunLog, design: &Design, month: Month) -> Vec<Line> {
    let price = prices::find("kms-request");
    let line = |what, quantity| Line::new(Group::Requests, what, None, quantity, price);
    let by_region = log.regions.iter().enumerate().map(|(region, name)| {
        let calls = design.traffic.calls.iter().filter(|calls| calls.to == region).map(|calls| calls.kms);
        line(format!("requests to KMS in {name}"), month.of(calls.sum())).by("KMS-PRC-6")
    });
    let mut lines: Vec<Line> = by_region.collect();
    let all: f64 = lines.iter().map(|line| line.quantity).sum();
    let free = line("requests to KMS, free in all Regions together".to_owned(), -all.min(FREE_KMS_REQUESTS));
    lines.push(free.by("KMS-PRC-7"));
    lines
}

/// Items that clients read from, or write to, a Region in which they do not run. Calls to KMS are too small to count.
fn calls_elsewhere(log: &RunLog, design: &Design, month: Month) -> Vec<Line> {
    let line = |client: usize, from: usize, to: usize, items: u64| {
        let (name, store) = (&log.clients[client].name, log.clients[client].store);
        let bytes = month.of(items) * design.stores[store].item_size as f64;
        transfer(log, name, "items", (from, to), bytes)
    };
    let elsewhere = design.traffic.calls.iter().filter(|calls| calls.from != calls.to);
    elsewhere
        .flat_map(|calls| {
            let &Calls { client, from, to, reads, writes, .. } = calls;
            [line(client, to, from, reads), line(client, from, to, writes)]
        })
        .collect()
}

/// Bytes a month from one Region to another, for a store or a client.
fn transfer(log: &RunLog, of: &str, what: &str, (from, to): (usize, usize), bytes: f64) -> Line {
    let (from, to) = (log.regions[from].as_str(), log.regions[to].as_str());
    let price = match (from, to) {
        ("us-east-1", "us-east-2") | ("us-east-2", "us-east-1") => "transfer-near",
        ("us-east-1", _) => "transfer",
        _ => "transfer-elsewhere",
    };
    let what = format!("{what} of {of} from {from} to {to}");
    Line::new(Group::Transfer, what, Some(of.to_owned()), bytes / GB, prices::find(price)).by("PRC-5")
}

/// What stands ready: instances in other Regions, health checks, routing controls.
fn standby(log: &RunLog, design: &Design) -> Vec<Line> {
    let instances = design.standby.iter().map(|standby| {
        let client = &log.clients[standby.client].name;
        let price = standby.price.map_or_else(|| prices::find("instance").clone(), Price::stated);
        let what = format!("instances of {client} in {}", log.regions[standby.region]);
        let hours = f64::from(standby.instances) * HOURS;
        Line::new(Group::Standby, what, Some(client.clone()), hours, &price).by("DR-1")
    });
    let one = |what: String, of: &String, quantity, price| {
        Line::new(Group::Standby, what, Some(of.clone()), quantity, prices::find(price))
    };
    let checks = design.checks.iter().flat_map(|(record, fast)| {
        let check = one(format!("health check of {record}"), record, 1.0, "health-check");
        let fast = fast.then(|| {
            one(format!("health check of {record}, fast interval"), record, 1.0, "health-check-fast")
        });
        [Some(check), fast].into_iter().flatten()
    });
    let clusters = design.clusters.iter();
    let clusters =
        clusters.map(|record| one(format!("routing controls of {record}"), record, HOURS, "routing-control"));
    instances.chain(checks).chain(clusters).collect()
}

#[cfg(test)]
mod tests;
