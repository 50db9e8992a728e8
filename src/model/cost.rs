//! What the price list needs to know of a run: calls, counted as they are taken in, and the design as it is set up.

use super::data::Store;
use super::requests::Request;
use super::setup::{CostSetup, RunbookStep, Setup, StoreKind, StoreSetup};
use crate::client::ClientSetup;
use crate::runlog::cost::{Calls, Design, Keeper, Kept, Replicated, Standby, Traffic};
use crate::services::route53::Policy;
use crate::sim::Span;
use crate::world::RegionId;
use std::collections::BTreeSet;

/// Between two probes of a health check at the fast interval.
const FAST: Span = Span::secs(10);

/// Whom a call was taken in by, and for what.
#[derive(Clone, Copy, Debug)]
pub enum Called {
    /// KMS.
    Kms,
    /// The store, which answers a read.
    Read,
    /// The store, which takes a write in hand.
    Write,
}

/// Counts of calls, by client, Region of its instances and Region called.
#[derive(Clone, Debug)]
pub struct Counter {
    regions: usize,
    counts: Vec<[u64; 3]>,
}

impl Counter {
    /// Nothing counted.
    pub fn new(setup: &Setup) -> Counter {
        let regions = setup.world.regions.len();
        Counter { regions, counts: vec![[0; 3]; setup.clients.len() * regions * regions] }
    }

    /// A call of a request to the endpoint that it is at.
    #[inline]
    pub fn count(&mut self, request: &Request, called: Called) {
        self.count_from(request, request.home, called);
    }

    /// The store's own call to KMS, in its Region, on behalf of a request (KMS-PRC-8).
    #[inline]
    pub fn count_of_store(&mut self, request: &Request) {
        self.count_from(request, request.endpoint, Called::Kms);
    }

    #[inline]
    fn count_from(&mut self, request: &Request, from: RegionId, called: Called) {
        let place = request.client.index() * self.regions + from.index();
        self.counts[place * self.regions + request.endpoint.index()][called as usize] += 1;
    }

    /// What has been called so far, since the start.
    pub fn traffic(&self, stores: &[Store], over: Span) -> Traffic {
        let rows = stores.iter().enumerate().flat_map(|(index, store)| store.replication(index));
        let replicated = rows.map(|row| Replicated {
            store: row.store,
            from: row.from,
            to: row.to,
            writes: row.applied + row.superseded,
        });
        Traffic { over, calls: self.rows(), replicated: replicated.collect() }
    }

    fn rows(&self) -> Vec<Calls> {
        let row = |(index, counts): (usize, &[u64; 3])| {
            let (place, to) = (index / self.regions, index % self.regions);
            let [kms, reads, writes] = *counts;
            Calls { client: place / self.regions, from: place % self.regions, to, kms, reads, writes }
        };
        let made = self.counts.iter().enumerate().filter(|(_, counts)| **counts != [0; 3]);
        made.map(row).collect()
    }
}

/// The design, if somebody asks what it costs.
pub fn design(setup: &Setup, traffic: Traffic) -> Option<Design> {
    let CostSetup { table_transfer, surcharge_of_replicas } = setup.cost?;
    let records = || setup.records.iter().map(|(_, record)| record);
    let checks = records().filter_map(|record| match &record.policy {
        Policy::Failover(check) => Some((record.name.clone(), check.interval <= FAST)),
        Policy::Simple | Policy::RoutingControl(_) => None,
    });
    let clusters = records().filter(|record| matches!(record.policy, Policy::RoutingControl(_)));
    let clients = setup.clients.iter().enumerate();
    Some(Design {
        table_transfer,
        surcharge_of_replicas,
        stores: setup.stores.iter().map(kept).collect(),
        standby: clients.flat_map(|(index, client)| standby(setup, index, client)).collect(),
        checks: checks.collect(),
        clusters: clusters.map(|record| record.name.clone()).collect(),
        traffic,
    })
}

fn kept(store: &StoreSetup) -> Kept {
    let by = match &store.kind {
        StoreKind::DynamoDb(table) => {
            Keeper::Table { write_capacity: table.write_capacity, witness: table.witness.is_some() }
        }
        StoreKind::Aurora(cluster) => {
            let reads =
                |region: &&RegionId| **region != cluster.writer && !cluster.headless.contains(*region);
            Keeper::Cluster { readers: store.regions.iter().filter(reads).count() as u64 }
        }
        StoreKind::S3(buckets) => Keeper::Buckets { time_control: buckets.rtc },
        StoreKind::Snapshot(copy) => Keeper::Copies {
            every: copy.every,
            size: copy.size,
            changes: copy.changes,
            completion: copy.completion,
        },
        StoreKind::Secret(_) => Keeper::Secrets,
    };
    Kept { item_size: store.item_size, by }
}

/// The instances of a client that stand ready elsewhere: where it says so, and where a runbook or a record may send
/// its requests.
fn standby(setup: &Setup, index: usize, client: &ClientSetup) -> Vec<Standby> {
    let steps = setup.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let routed = steps.filter_map(|step| match step {
        RunbookStep::Route { client, region } if *client == index => Some(*region),
        _ => None,
    });
    let records = setup.records.iter().filter(|(of, _)| *of == index);
    let answered = records.filter_map(|(_, record)| record.secondary);
    let mut regions: BTreeSet<RegionId> =
        client.standby.keys().copied().chain(routed).chain(answered).collect();
    regions.remove(&client.region);
    let one = |region: RegionId| Standby {
        client: index,
        region: region.index(),
        instances: client.standby.get(&region).copied().unwrap_or(client.instances),
        price: client.instance_price,
    };
    regions.into_iter().map(one).collect()
}
