//! Encryption at rest that does not do what it seems to.

use super::is_in;
use crate::model::setup::{AtRest, Setup, StoreKind, StoreSetup};
use crate::scenario::context::Context;
use crate::scenario::problem::Problem;
use crate::scenario::source::Span as Place;
use crate::services::kms::KeySetup;

/// Warns of a store's encryption at rest.
pub fn check(cx: &Context, setup: &Setup, index: usize) {
    let store = &setup.stores[index];
    let entry = &cx.scenario.tables("stores")[index];
    let stated = entry.value.table().and_then(|table| table.entry("encryption"));
    let at = stated.map_or(entry.at.clone(), |stated| stated.value.span.clone());
    shared_key(cx, setup, store, &at);
    missing_key(cx, setup, store, &at);
    left_behind(cx, store, &at);
}

fn key<'a>(setup: &'a Setup, at_rest: &AtRest) -> Option<&'a KeySetup> {
    match at_rest {
        AtRest::Customer(set) => setup.keys.get(set.0 as usize),
        AtRest::AwsOwned | AtRest::AwsManaged => None,
    }
}

/// Related keys for replicas that are re-encrypted anyway.
fn shared_key(cx: &Context, setup: &Setup, store: &StoreSetup, at: &Place) {
    let keys: Vec<&KeySetup> = store.encryption.iter().filter_map(|one| key(setup, one)).collect();
    let related = keys
        .iter()
        .enumerate()
        .find(|(i, one)| one.multi_region && keys[..*i].iter().any(|other| other.name == one.name));
    if let Some((_, key)) = related.filter(|_| !setup.switches.services_use_mrk_natively) {
        let message =
            format!("replicas of `{}` are encrypted at rest with related keys `{}`", store.name, key.name);
        cx.sink.report(
            Problem::note(at, message)
                .help("the service encrypts each copy anew with its Region's key: unrelated single-Region keys would do")
                .rule("KMS-SVC-1"),
        );
    }
}

/// A copy whose key is not in its Region: nothing says so before the copy fails.
fn missing_key(cx: &Context, setup: &Setup, store: &StoreSetup, at: &Place) {
    let rule = match store.kind {
        StoreKind::S3(_) => "S3-KMS-3",
        StoreKind::Snapshot(_) => "SNP-2",
        StoreKind::DynamoDb(_) => "DDB-KEY-1",
        // Refused where it is read.
        StoreKind::Aurora(_) => return,
        StoreKind::Secret(_) => "KMS-SVC-8",
    };
    for (region, at_rest) in store.regions.iter().zip(&store.encryption) {
        let Some(key) = key(setup, at_rest).filter(|key| !is_in(key, *region)) else { continue };
        if setup.switches.services_use_mrk_natively && key.multi_region {
            continue;
        }
        let name = cx.regions.name(region.index());
        let message =
            format!("key `{}` of `{}` is not in `{name}`, where it shall encrypt", key.name, store.name);
        cx.sink.report(
            Problem::warning(at, message)
                .help("encryption at rest takes a key of the copy's own Region")
                .rule(rule),
        );
    }
}

/// Objects with SSE-KMS that nobody asked to be replicated.
fn left_behind(cx: &Context, store: &StoreSetup, at: &Place) {
    let StoreKind::S3(buckets) = &store.kind else { return };
    let source = store.encryption.first().is_some_and(|source| *source != AtRest::AwsOwned);
    if source && !buckets.replicates_kms && store.regions.len() > 1 {
        let message =
            format!("objects of `{}` are encrypted with SSE-KMS and stay where they are", store.name);
        cx.sink.report(
            Problem::warning(at, message)
                .help("replication takes them only with `replicate-kms-objects = true`")
                .rule("S3-KMS-1"),
        );
    }
}
