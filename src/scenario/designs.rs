//! Designs that will hurt: each is allowed, each surprises people when a Region fails.

use super::context::Context;
use super::permits;
use super::problem::Problem;
use super::source::Span as Place;
use super::stores;
use super::tree::{Table, Value};
use crate::client::{ClientSetup, KeyName, Keyring};
use crate::model::setup::Setup;
use crate::services::kms::KeySetup;
use crate::world::RegionId;

/// Warns of what will hurt.
pub fn check(cx: &Context, setup: &Setup, always_mrk: bool) {
    permits::check(cx, setup);
    stores::aurora::check_keys(cx, setup);
    if always_mrk {
        single_region_keys(cx, setup);
    }
    for (index, client) in setup.clients.iter().enumerate() {
        long_run(cx, setup, index, client);
        let Some(store) = setup.stores.get(client.store) else { continue };
        keyless_replicas(cx, setup, index, client, &store.regions);
        plain_keyring(cx, setup, index, client, &store.regions);
        idle_failover(cx, setup, index, client);
        mute_keyring(cx, setup, index, client);
    }
}

/// Requests of one client beyond which a run takes very long: several minutes on one core.
const MANY_REQUESTS: u64 = 500_000_000;

/// A client with more requests than anybody waits for.
fn long_run(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let Some(rate) = client.rate else { return };
    let requests = (setup.duration.0 / rate.gap.0.max(1)).min(client.requests.unwrap_or(u64::MAX));
    if requests > MANY_REQUESTS {
        let entry = &cx.scenario.tables("clients")[index];
        let at = entry.value.table().and_then(|table| table.entry("rate")).map_or(&entry.at, |rate| &rate.at);
        let message =
            format!("client `{}` will send about {} million requests", client.name, requests / 1_000_000);
        cx.sink.report(
            Problem::warning(at, message)
                .help("the run will take long: end it earlier, or take a lower `rate`"),
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

/// Data is replicated to a Region where no key of its keyring is.
fn keyless_replicas(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup, regions: &[RegionId]) {
    let keys: Vec<&KeySetup> = declared(setup, client).collect();
    let literal = client.keyring.as_ref().is_some_and(|keyring| keys.len() < keyring.keys().count());
    if keys.is_empty() || literal {
        return;
    }
    for region in regions.iter().filter(|region| !keys.iter().any(|key| is_in(key, **region))) {
        let name = cx.regions.name(region.index());
        let at = listed_at(cx, client.store, "regions", name);
        let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
        let message = format!(
            "data of `{}` is replicated to `{name}`, where key {} is not",
            setup.stores[client.store].name,
            names.join(" or ")
        );
        let (remedy, rule) = match keys.iter().any(|key| key.multi_region) {
            true => ("a replica key there would do", "KMS-CT-7"),
            false => ("a multi-Region key with a replica key there would do", "KMS-CT-6"),
        };
        let mut homes: Vec<&str> = keys.iter().map(|key| cx.regions.name(key.primary.index())).collect();
        homes.dedup();
        cx.sink.report(
            Problem::warning(&at, message)
                .and(&keyring_at(cx, index), format!("client `{}` encrypts with it", client.name))
                .help(format!("reading there needs KMS in `{}`; {remedy}", homes.join("`, `")))
                .rule(rule),
        );
    }
}

/// A keyring that is not MRK-aware, over related keys.
fn plain_keyring(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup, regions: &[RegionId]) {
    if !matches!(client.keyring, Some(Keyring::Plain(_))) || setup.switches.any_sdk_any_region {
        return;
    }
    for key in declared(setup, client) {
        if regions.iter().filter(|region| is_in(key, **region)).count() < 2 {
            continue;
        }
        let message = format!(
            "a plain keyring of multi-Region key `{}` cannot read what another Region wrote",
            key.name
        );
        cx.sink.report(
            Problem::warning(&keyring_at(cx, index), message)
                .help(format!(
                    "related keys count for an MRK-aware keyring only: `keyring = {{ mrk = \"{}\" }}`",
                    key.name
                ))
                .rule("KMS-ESDK-8"),
        );
    }
}

/// The advice of study notes that AWS does not give.
fn single_region_keys(cx: &Context, setup: &Setup) {
    for key in setup.keys.iter().filter(|key| !key.multi_region) {
        let at = cx.keys.position(&key.name).map_or(0..0, |index| cx.keys.at(index));
        cx.sink.report(
            Problem::note(&at, format!("key `{}` is single-Region: the study notes want it multi-Region", key.name))
                .help(
                    "AWS advises a multi-Region key only where the same ciphertext must be read in several Regions: \
                     each replica key is one more place from which the data can be read",
                )
                .rule("KMS-SEED-9"),
        );
    }
}

/// A keyring that cannot encrypt, of a client that writes.
fn mute_keyring(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let Some(Err(rule)) = client.keyring.as_ref().map(Keyring::encrypts) else { return };
    let at = keyring_at(cx, index);
    let store = &setup.stores[client.store];
    let problem = match store.preload == Some(index) {
        true => Problem::error(
            &at,
            format!("store `{}` is preloaded with a keyring that cannot encrypt", store.name),
        ),
        false if client.rate.is_some() && client.mix.write + client.mix.insert > 0.0 => Problem::warning(
            &at,
            format!("every write of client `{}` fails: its keyring cannot encrypt", client.name),
        ),
        false => return,
    };
    cx.sink.report(problem.help(rule.says).rule(rule.id));
}

/// A failover to a Region that cannot serve.
fn idle_failover(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let store = &setup.stores[client.store];
    let entry = &cx.scenario.tables("clients")[index];
    let list =
        entry.value.table().and_then(|table| table.get("failover")).map(Value::items).unwrap_or_default();
    for (region, item) in client.failover.iter().zip(list) {
        let name = cx.regions.name(region.index());
        if !store.regions.contains(region) {
            let message = format!(
                "client `{}` fails over to `{name}`, where store `{}` has no replica",
                client.name, store.name
            );
            cx.sink
                .report(Problem::warning(&item.span, message).and(&cx.stores.at(client.store), "the store"));
        }
        let keys: Vec<&KeySetup> = declared(setup, client).collect();
        if !keys.is_empty() && !keys.iter().any(|key| is_in(key, *region)) {
            let message = format!("client `{}` fails over to `{name}`, where it has no key", client.name);
            cx.sink.report(
                Problem::warning(&item.span, message)
                    .and(&keyring_at(cx, index), "its keyring")
                    .help(format!("its KMS calls go on to `{}`", cx.regions.name(keys[0].primary.index())))
                    .rule("KMS-ESDK-4"),
            );
        }
    }
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
