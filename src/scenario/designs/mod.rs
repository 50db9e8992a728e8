//! Designs that will hurt: each is allowed, each surprises people when a Region fails.

mod data;
mod keys;
mod routing;

use super::context::Context;
use super::permits;
use super::problem::Problem;
use super::source::Span as Place;
use super::stores;
use super::tree::{Table, Value};
use crate::client::{ClientSetup, KeyName, Keyring};
use crate::model::setup::{RunbookStep, Setup};
use crate::services::kms::KeySetup;
use crate::world::RegionId;
use std::collections::BTreeSet;

/// Warns of what will hurt. What could not be read is left out of the setup: then its indices are wrong.
pub fn check(cx: &Context, setup: &Setup, always_mrk: bool) {
    let read = [setup.keys.len(), setup.stores.len(), setup.clients.len()];
    if read != ["keys", "stores", "clients"].map(|name| cx.scenario.tables(name).len()) {
        return;
    }
    permits::check(cx, setup);
    stores::aurora::check_keys(cx, setup);
    if always_mrk {
        keys::single_region_keys(cx, setup);
    }
    for (index, client) in setup.clients.iter().enumerate() {
        long_run(cx, setup, index, client);
        let Some(store) = setup.stores.get(client.store) else { continue };
        keys::keyless_replicas(cx, setup, index, client, &store.regions);
        keys::plain_keyring(cx, setup, index, client, &store.regions);
        keys::mute_keyring(cx, setup, index, client);
        keys::scattered_keyring(cx, setup, index, client);
        routing::idle_failover(cx, setup, index, client);
    }
    routing::check(cx, setup);
    // Warnings about data are of use only where everything else is right.
    if !cx.sink.has_errors() {
        (0..setup.stores.len()).for_each(|index| data::check(cx, setup, index));
    }
}

/// Requests of one client beyond which a run takes very long: several minutes on one core.
const MANY_REQUESTS: u64 = 500_000_000;

/// A client with more requests than anybody waits for.
fn long_run(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let Some(rate) = client.rate else { return };
    let requests = (setup.duration.0 / rate.gap.0.max(1)).min(client.requests.unwrap_or(u64::MAX));
    if requests > MANY_REQUESTS && setup.horizon.is_none() {
        let entry = &cx.scenario.tables("clients")[index];
        let at = entry.value.table().and_then(|table| table.entry("rate")).map_or(&entry.at, |rate| &rate.at);
        let message =
            format!("client `{}` will send about {} million requests", client.name, requests / 1_000_000);
        cx.sink.report(
            Problem::warning(at, message)
                .help("the run will take long: end it earlier, take a lower `rate`, or `[horizon] traffic = \"around-faults\"`"),
        );
    }
}

/// The declared keys of a client's keyring.
fn declared<'a>(setup: &'a Setup, client: &'a ClientSetup) -> impl Iterator<Item = &'a KeySetup> {
    let names = client.keyring.iter().flat_map(Keyring::keys);
    names.filter_map(|name| match name {
        KeyName::Declared(set) => setup.keys.get(set.0 as usize),
        KeyName::InRegion(..) | KeyName::Literal(_) => None,
    })
}

fn is_in(key: &KeySetup, region: RegionId) -> bool {
    key.primary == region || key.replicas.contains(&region)
}

/// The Regions in which a client's instances may be asked to run: its own, its failover's, its record's, a runbook's.
pub fn places(setup: &Setup, index: usize) -> BTreeSet<RegionId> {
    let client = &setup.clients[index];
    let steps = setup.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let routed = steps.filter_map(|step| match step {
        RunbookStep::Route { client, region } if *client == index => Some(*region),
        _ => None,
    });
    let records = setup.records.iter().filter(|(of, _)| *of == index);
    let answers = records.filter_map(|(_, record)| record.secondary);
    let own = std::iter::once(client.region).chain(client.failover.iter().copied());
    own.chain(answers).chain(routed).collect()
}

/// Where a name stands in a list of a store.
pub fn listed_at(cx: &Context, store: usize, list: &str, name: &str) -> Place {
    let store = &cx.scenario.tables("stores")[store];
    let items = store.value.table().and_then(|table| table.get(list)).map(Value::items).unwrap_or_default();
    let found = items.iter().find(|item| item.text() == Some(name));
    found.map_or(store.at.clone(), |item| item.span.clone())
}

/// Where the keyring of a client is stated.
pub fn keyring_at(cx: &Context, client: usize) -> Place {
    let entry = &cx.scenario.tables("clients")[client];
    let table: Option<&Table> = entry.value.table();
    table
        .and_then(|table| table.entry("keyring"))
        .map_or(entry.at.clone(), |keyring| keyring.value.span.clone())
}
