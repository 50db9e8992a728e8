//! What the rules say at time 0: keys that refuse who is to read, or let in who is not.

use super::context::Context;
use super::designs::{keyring_at, listed_at, places};
use super::problem::Problem;
use crate::client::{ClientSetup, KeyName, Keyring};
use crate::model::kms_at_start;
use crate::model::setup::Setup;
use crate::services::kms::{KeySetup, Kms, SetId, Wrap};
use crate::services::{ErrorCode, Refusal};
use crate::world::RegionId;
use std::collections::{BTreeMap, BTreeSet};

/// Warns of what the rules refuse, or allow, against what the design seems to want.
pub fn check(cx: &Context, setup: &Setup) {
    // Rules can be asked about a scenario without errors only.
    if cx.sink.has_errors() {
        return;
    }
    let (kms, _) = kms_at_start(setup, 0);
    lax_replicas(cx, setup, &kms);
    for (index, client) in setup.clients.iter().enumerate() {
        refused_reads(cx, setup, &kms, index, client);
        missing_alias(cx, setup, index, client);
    }
}

/// The keys of a client's keyring.
fn names(client: &ClientSetup) -> Vec<&KeyName> {
    client.keyring.iter().flat_map(Keyring::keys).collect()
}

fn declared(name: &KeyName) -> Option<SetId> {
    let KeyName::Declared(set) = name else { return None };
    Some(*set)
}

/// The rules are asked at time 0: a Region that holds the client's data, and a key that refuses it to the client.
fn refused_reads(cx: &Context, setup: &Setup, kms: &Kms, index: usize, client: &ClientSetup) {
    let store = &setup.stores[client.store];
    let names = names(client);
    let sets: Vec<SetId> = names.iter().filter_map(|name| declared(name)).collect();
    if sets.len() < names.len() {
        return;
    }
    let plain = matches!(client.keyring, Some(Keyring::Plain(_))) && !setup.switches.any_sdk_any_region;
    for region in store.regions.iter().filter(|region| !plain || **region == client.region) {
        let local = sets.iter().filter(|set| kms.state(**set, *region).is_some());
        let answers = local.map(|set| {
            let home = if kms.state(*set, client.region).is_some() { client.region } else { kms.home(*set) };
            let wrap = Wrap { set: *set, region: home, material: 0 };
            let key = kms.arn(*set, *region);
            kms.may_unwrap(*region, Some(&key), wrap, &client.principal, &client.context)
        });
        let Some(refusals) = answers.map(Result::err).collect::<Option<Vec<Refusal>>>() else { continue };
        let Some(refusal) = refusals.into_iter().next() else { continue };
        let name = cx.regions.name(region.index());
        let message = format!(
            "client `{}` cannot decrypt its data in `{name}` at the start: {}",
            client.name,
            refusal.error.name()
        );
        let problem = Problem::warning(&listed_at(cx, client.store, "regions", name), message)
            .and(&keyring_at(cx, index), "its keyring")
            .rule(refusal.rule.id);
        cx.sink.report(match refusal.message.is_empty() {
            true => problem,
            false => problem.help(refusal.message),
        });
    }
}

/// A listed reader whom most keys of a set refuse and one lets in: that one opens all the data.
fn lax_replicas(cx: &Context, setup: &Setup, kms: &Kms) {
    for (index, store) in setup.stores.iter().enumerate() {
        let clients = setup.clients.iter().filter(|client| client.store == index);
        // What a reader asks to decrypt carries the encryption context with which it was written.
        let of_client =
            |client| names(client).into_iter().filter_map(declared).map(|set| (set, &client.context));
        let sets: BTreeSet<(SetId, &BTreeMap<String, String>)> = clients.flat_map(of_client).collect();
        for (reader, (set, context)) in
            store.readers.iter().flat_map(|reader| sets.iter().map(move |one| (reader, *one)))
        {
            let key = &setup.keys[set.0 as usize];
            let wrap = Wrap { set, region: key.primary, material: 0 };
            let may = |region: &RegionId| kms.may_unwrap(*region, None, wrap, reader, context);
            let regions = std::iter::once(key.primary).chain(key.replicas.iter().copied());
            let (open, closed): (Vec<RegionId>, Vec<RegionId>) =
                regions.partition(|region| may(region).is_ok());
            let denies = |region: &RegionId| {
                may(region).is_err_and(|refusal| refusal.error == ErrorCode::AccessDeniedException)
            };
            if let (Some(open), Some(closed)) = (open.first(), closed.iter().find(|region| denies(region))) {
                let (open, closed) = (cx.regions.name(open.index()), cx.regions.name(closed.index()));
                let message = format!(
                    "`{reader}` may not decrypt with key `{}` in `{closed}`, but may in `{open}`",
                    key.name
                );
                cx.sink.report(
                    Problem::warning(&listed_at(cx, index, "readers", reader), message)
                        .and(&cx.keys.at(set.0 as usize), "the key")
                        .help("related keys decrypt each other's ciphertexts: the laxest policy of a set is in force for all of its data")
                        .rule("KMS-POL-14"),
                );
            }
        }
    }
}

/// A keyring that names an alias where there is none.
fn missing_alias(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let account = setup.directory.account_of(&client.principal);
    for name in names(client) {
        let KeyName::Literal(alias) = name else { continue };
        let own = |key: &&KeySetup| {
            Some(key.name.as_str()) == alias.strip_prefix("alias/") && key.account == account
        };
        let Some(key) = setup.keys.iter().find(own) else { continue };
        let exists = |region: RegionId| match &key.aliases {
            Some(listed) => listed.contains(&region),
            None => key.primary == region || key.replicas.contains(&region),
        };
        for region in places(setup, index).into_iter().filter(|region| !exists(*region)) {
            let message = format!(
                "client `{}` names `{alias}` in `{}`, where there is no such alias at the start",
                client.name,
                cx.regions.name(region.index())
            );
            cx.sink.report(
                Problem::warning(&keyring_at(cx, index), message)
                    .and(&cx.keys.position(&key.name).map_or(0..0, |index| cx.keys.at(index)), "its key")
                    .help("an alias belongs to one Region, and ReplicateKey copies none")
                    .rule("KMS-ID-4"),
            );
        }
    }
}
