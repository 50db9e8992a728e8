//! The rows of a run log by whom they are about, each kind sorted out when it is first asked for: so the metrics of a
//! thousand clients do not read each row a thousand times.

use super::{
    AvailabilityRow, ClientInfo, KeyInfo, LatencySeries, LedgerExtremes, LedgerRow, RunLog, StalenessPoint,
    StoreInfo,
};
use crate::services::ErrorCode;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// How many requests of a client ended with each error, and without one.
type Outcomes = BTreeMap<Option<ErrorCode>, u64>;

/// Store, Region and reader, by index.
type View = (usize, usize, usize);

/// A run log with its rows sorted out.
pub struct Rows<'a> {
    /// The log.
    pub log: &'a RunLog,
    outcomes: OnceCell<Vec<Outcomes>>,
    availability: OnceCell<Vec<Vec<&'a AvailabilityRow>>>,
    ledger: OnceCell<BTreeMap<View, Vec<&'a LedgerRow>>>,
    latency: OnceCell<Vec<Vec<&'a LatencySeries>>>,
    staleness: OnceCell<BTreeMap<(usize, usize), Vec<&'a StalenessPoint>>>,
    shares: OnceCell<BTreeMap<View, &'a LedgerExtremes>>,
    replicas: OnceCell<Vec<Vec<usize>>>,
    names: OnceCell<[BTreeMap<&'a str, usize>; 3]>,
}

/// Places in `names`.
const STORES: usize = 0;
const CLIENTS: usize = 1;
const KEYS: usize = 2;

impl<'a> Rows<'a> {
    /// Those of a log.
    pub fn of(log: &'a RunLog) -> Rows<'a> {
        Rows {
            log,
            outcomes: OnceCell::new(),
            availability: OnceCell::new(),
            ledger: OnceCell::new(),
            latency: OnceCell::new(),
            staleness: OnceCell::new(),
            shares: OnceCell::new(),
            replicas: OnceCell::new(),
            names: OnceCell::new(),
        }
    }

    /// How many requests of a client ended with each error, and without one.
    pub fn outcomes(&self, client: usize) -> &Outcomes {
        let all = self.outcomes.get_or_init(|| {
            let mut outcomes = vec![BTreeMap::new(); self.log.clients.len()];
            for row in &self.log.availability {
                *outcomes[row.client].entry(row.error).or_default() += row.count;
            }
            outcomes
        });
        &all[client]
    }

    /// What became of a client's requests, bin by bin.
    pub fn availability(&self, client: usize) -> &[&'a AvailabilityRow] {
        let clients = self.log.clients.len();
        let all =
            self.availability.get_or_init(|| by_index(clients, &self.log.availability, |row| row.client));
        &all[client]
    }

    /// The rows of the ledger of (store, Region, reader), in the order of time.
    pub fn ledger(&self, who: View) -> &[&'a LedgerRow] {
        let whose = |row: &LedgerRow| (row.store, row.region, row.reader);
        let all = self.ledger.get_or_init(|| by_key(&self.log.ledger, whose));
        all.get(&who).map_or(&[], Vec::as_slice)
    }

    /// The latencies of a client.
    pub fn latency(&self, client: usize) -> &[&'a LatencySeries] {
        let clients = self.log.clients.len();
        let all = self.latency.get_or_init(|| by_index(clients, &self.log.latency, |series| series.client));
        &all[client]
    }

    /// The staleness of a store's replica in a Region, in the order of time.
    pub fn staleness(&self, store: usize, region: usize) -> &[&'a StalenessPoint] {
        let whose = |point: &StalenessPoint| (point.store, point.region);
        let all = self.staleness.get_or_init(|| by_key(&self.log.staleness, whose));
        all.get(&(store, region)).map_or(&[], Vec::as_slice)
    }

    /// The extremes of (store, Region, reader).
    pub fn shares(&self, who: View) -> Option<&'a LedgerExtremes> {
        let all = self.shares.get_or_init(|| {
            self.log.shares.iter().map(|row| ((row.store, row.region, row.reader), row)).collect()
        });
        all.get(&who).copied()
    }

    /// The Regions that held a replica of a store at any time: the first ones, then what the run added.
    pub fn replicas(&self, store: usize) -> &[usize] {
        let all = self.replicas.get_or_init(|| {
            let mut all: Vec<Vec<usize>> =
                self.log.stores.iter().map(|store| store.regions.clone()).collect();
            for shares in &self.log.shares {
                if !all[shares.store].contains(&shares.region) {
                    all[shares.store].push(shares.region);
                }
            }
            all
        });
        &all[store]
    }

    /// A store, with its index.
    pub fn store(&self, name: &str) -> Option<(usize, &'a StoreInfo)> {
        self.named(STORES, name).map(|index| (index, &self.log.stores[index]))
    }

    /// A client, with its index.
    pub fn client(&self, name: &str) -> Option<(usize, &'a ClientInfo)> {
        self.named(CLIENTS, name).map(|index| (index, &self.log.clients[index]))
    }

    /// A declared key.
    pub fn key(&self, name: &str) -> Option<&'a KeyInfo> {
        self.named(KEYS, name).map(|index| &self.log.keys[index])
    }

    fn named(&self, kind: usize, name: &str) -> Option<usize> {
        let all = self.names.get_or_init(|| {
            [
                by_name(self.log.stores.iter().map(|store| &store.name)),
                by_name(self.log.clients.iter().map(|client| &client.name)),
                by_name(self.log.keys.iter().map(|key| &key.name)),
            ]
        });
        all[kind].get(name).copied()
    }
}

/// Rows by one of so many, in their order.
fn by_index<T>(count: usize, rows: &[T], whose: fn(&T) -> usize) -> Vec<Vec<&T>> {
    let mut all = vec![Vec::new(); count];
    rows.iter().for_each(|row| all[whose(row)].push(row));
    all
}

/// Rows by whom they are about, in their order.
fn by_key<T, K: Ord>(rows: &[T], whose: fn(&T) -> K) -> BTreeMap<K, Vec<&T>> {
    let mut all: BTreeMap<K, Vec<&T>> = BTreeMap::new();
    rows.iter().for_each(|row| all.entry(whose(row)).or_default().push(row));
    all
}

fn by_name<'a>(names: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, usize> {
    names.enumerate().map(|(index, name)| (name.as_str(), index)).collect()
}
