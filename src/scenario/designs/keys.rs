//! Keys that are missing where data is, and keyrings that cannot use what is there.

use super::{declared, is_in, keyring_at, listed_at};
use crate::client::{ClientSetup, KeyName, Keyring};
use crate::model::setup::Setup;
use crate::scenario::context::Context;
use crate::scenario::problem::{Problem, listing};
use crate::services::kms::KeySetup;
use crate::world::RegionId;

/// Data is replicated to a Region where no key of its keyring is.
pub fn keyless_replicas(
    cx: &Context,
    setup: &Setup,
    index: usize,
    client: &ClientSetup,
    regions: &[RegionId],
) {
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
pub fn plain_keyring(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup, regions: &[RegionId]) {
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
pub fn single_region_keys(cx: &Context, setup: &Setup) {
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
pub fn mute_keyring(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
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

/// A multi-keyring that encrypts with keys of several Regions: every write needs them all.
pub fn scattered_keyring(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let Some(keyring @ (Keyring::Multi { .. } | Keyring::MrkMulti { .. })) = &client.keyring else { return };
    let writes = client.rate.is_some() && client.mix.write + client.mix.insert > 0.0;
    if !writes || keyring.encrypts().is_err() {
        return;
    }
    let called = keyring.keys().filter_map(|name| match name {
        KeyName::Declared(set) => {
            let key = setup.keys.get(set.0 as usize)?;
            Some(if is_in(key, client.region) { client.region } else { key.primary })
        }
        KeyName::InRegion(_, region) => Some(*region),
        KeyName::Literal(_) => None,
    });
    let mut regions: Vec<RegionId> = called.collect();
    regions.sort_unstable();
    regions.dedup();
    if regions.len() > 1 {
        let names = regions.iter().map(|region| cx.regions.name(region.index()));
        let message = format!("every write of client `{}` needs KMS in {}", client.name, listing(names));
        cx.sink.report(
            Problem::warning(&keyring_at(cx, index), message)
                .help("all keys of a multi-keyring wrap the data key, so that any one can decrypt: one Region that fails stops writes")
                .rule("KMS-ESDK-7"),
        );
    }
}
