//! What holds of replicated data in the run log of every scenario.

use super::{Kind, Scenario, Store};
use mrksim::runlog::{ReplicationRow, RunLog};
use std::collections::{BTreeMap, BTreeSet};

/// What makes a replica leave its table, or come to it.
const COMINGS_AND_GOINGS: [&str; 5] =
    ["CreateReplica", "DeleteReplica", "DeleteTable", "LeaveGlobalTable", "ArchiveTable"];

fn ended(row: &ReplicationRow) -> u64 {
    row.applied + row.superseded + row.pending + row.lost
}

/// Whether a table's replicas are the same throughout.
fn is_steady(log: &RunLog, store: &Store) -> bool {
    let own = format!(":table/{}", store.name);
    !log.events
        .iter()
        .any(|row| COMINGS_AND_GOINGS.contains(&row.operation.as_str()) && row.target.ends_with(&own))
}

/// Each pair (acknowledged write, other replica) ends once.
pub fn replicated_writes_end_once(scenario: &Scenario, log: &RunLog) {
    let (mut writes, mut all_counted) = (0, true);
    for (index, store) in scenario.stores.iter().enumerate() {
        let others = store.regions.len() as u64 - 1;
        let mut sent: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        let mut pairs = 0;
        for row in log.replication.iter().filter(|row| row.store == index) {
            assert_eq!(row.delay.count(), row.applied + row.superseded);
            pairs += ended(row);
            sent.entry(row.from).or_default().insert(ended(row));
        }
        assert!(pairs <= (others + store.later.len() as u64) * log.totals.writes);
        let steady = match store.kind {
            Kind::Table => store.later.is_empty() && is_steady(log, store),
            Kind::Strong => is_steady(log, store),
            Kind::Buckets => true,
            Kind::Database | Kind::Copies | Kind::Secret => false,
        };
        if steady {
            assert!(sent.values().all(|ended| ended.len() == 1), "a write goes to every other replica");
        }
        let every_write = steady && store.kind != Kind::Buckets;
        if every_write {
            assert!(pairs >= others * acknowledged(log, index), "every acknowledged write is replicated");
        }
        if matches!(store.kind, Kind::Buckets | Kind::Copies) && !store.two_way {
            let first = log.stores[index].regions[0];
            let from_others = sent.iter().filter(|(from, _)| **from != first);
            assert!(from_others.flat_map(|(_, ended)| ended).all(|ended| *ended == 0), "copies send nothing");
        }
        writes += pairs.checked_div(others).filter(|_| every_write).unwrap_or(0);
        all_counted &= every_write && others > 0;
    }
    match all_counted {
        true => assert_eq!(writes, log.totals.writes),
        false => assert!(writes <= log.totals.writes),
    }
}

/// The writes of a store that its clients know to be done.
fn acknowledged(log: &RunLog, store: usize) -> u64 {
    let written = log.latency.iter().filter(|series| {
        log.clients[series.client].store == store && series.operation != "read" && series.phase == "total"
    });
    written.map(|series| series.times.count()).sum()
}

/// What a takeover lacked is counted again by how it ended.
pub fn losses_add_up(log: &RunLog) {
    for row in &log.losses {
        assert_eq!(row.writes, row.delayed + row.suppressed + row.lost + row.pending, "{row:?}");
        assert_ne!(row.from, row.to);
        let fault = log.faults.iter().find(|fault| fault.name == row.fault).expect("the fault");
        assert!(row.takeover >= fault.start);
        assert!(row.age.0 <= fault.start.0, "{row:?}");
    }
}

/// A table with strong consistency loses nothing while two of its three participants live: what another had not got
/// from the one that is gone, it gets from the third. What all have got is the same everywhere.
pub fn strong_tables_lose_nothing(scenario: &Scenario, log: &RunLog) {
    for (index, store) in scenario.stores.iter().enumerate().filter(|(_, store)| store.kind == Kind::Strong) {
        let place = |name: &&'static str| log.regions.iter().position(|region| region == name);
        let participants: Vec<usize> = store.regions.iter().chain(&store.witness).filter_map(place).collect();
        let gone = gone(scenario, log, store);
        if participants.iter().filter(|place| gone.contains(place)).count() > 1 {
            continue;
        }
        let rows = log.replication.iter().filter(|row| row.store == index && !gone.contains(&row.to));
        rows.for_each(|row| assert_eq!(row.lost, 0, "{row:?}"));
        let losses = log.losses.iter().filter(|row| row.store == index && !gone.contains(&row.to));
        losses.for_each(|row| assert_eq!(row.lost, 0, "{row:?}"));
        assert!(items_of_level_replicas(log, index, &gone).len() <= 1, "level replicas hold the same items");
    }
}

/// How many items those replicas hold in the end that have got everything, whatever order it came in.
fn items_of_level_replicas(log: &RunLog, store: usize, but: &BTreeSet<usize>) -> BTreeSet<u64> {
    let mut level: BTreeMap<usize, bool> = BTreeMap::new();
    for row in log.replication.iter().filter(|row| row.store == store && !but.contains(&row.to)) {
        *level.entry(row.to).or_insert(true) &= row.pending == 0;
    }
    let last = |place: usize| {
        let mut points = log.items.iter().rev().filter(|point| (point.store, point.region) == (store, place));
        points.next().map_or(0, |point| point.items)
    };
    level.into_iter().filter(|(_, level)| *level).map(|(place, _)| last(place)).collect()
}

/// Replicas of a table with eventual consistency that have got everything hold the same items: the newest of each.
pub fn tables_converge(scenario: &Scenario, log: &RunLog) {
    for (index, store) in scenario.stores.iter().enumerate().filter(|(_, store)| store.kind == Kind::Table) {
        let lost = log.replication.iter().any(|row| row.store == index && row.lost > 0);
        let all_there = gone(scenario, log, store).is_empty() && store.later.is_empty() && !lost;
        if all_there && is_steady(log, store) {
            let items = items_of_level_replicas(log, index, &BTreeSet::new());
            assert!(items.len() <= 1, "{items:?}");
        }
    }
}

/// The Regions whose part in a table is gone for good.
fn gone(scenario: &Scenario, log: &RunLog, store: &Store) -> BTreeSet<usize> {
    if scenario.text().contains("account-closed") {
        return (0..log.regions.len()).collect();
    }
    let lost = log.faults.iter().filter(|fault| fault.kind == "region-loss").filter_map(|fault| fault.region);
    let own = format!(":table/{}", store.name);
    let left = log
        .events
        .iter()
        .filter(|row| COMINGS_AND_GOINGS.contains(&row.operation.as_str()) && row.target.ends_with(&own));
    lost.chain(left.filter_map(|row| row.region)).collect()
}

/// No replica of a table stores more replicated writes than its write capacity allows.
pub fn capacity_bounds_replication(scenario: &Scenario, log: &RunLog) {
    for (index, store) in scenario.stores.iter().enumerate().filter(|(_, store)| store.kind == Kind::Table) {
        let Some(units) = store.write_capacity else { continue };
        let mut stored: BTreeMap<usize, u64> = BTreeMap::new();
        for row in log.replication.iter().filter(|row| row.store == index) {
            *stored.entry(row.to).or_default() += row.applied;
        }
        let most = units * (log.ended.second() + 2);
        assert!(stored.values().all(|stored| *stored <= most), "{stored:?} of {most}");
    }
}
