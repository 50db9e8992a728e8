//! Client-side envelope encryption: which calls a keyring makes, and which data keys it accepts.

use super::{KeyName, Keyring, rules};
use crate::rulebook::RuleRef;
use crate::services::kms::Wrapping;
use crate::services::kms::{Kms, Wrap};
use crate::services::{ErrorCode, Refusal, Remedy};
use crate::world::RegionId;

/// Why something cannot be had: the error that the application sees and the rule behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error.
    pub error: ErrorCode,
    /// The rule.
    pub rule: RuleRef,
}

impl Failure {
    /// A failure by one of the rules of [`rules`].
    pub fn new(error: ErrorCode, rule: RuleRef) -> Failure {
        Failure { error, rule }
    }
}

/// A key as a keyring in one Region is configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Key ARN, key ID or alias, as it goes into the call.
    pub identifier: String,
    /// The Region whose endpoint is called (KMS-ESDK-4).
    pub endpoint: RegionId,
}

/// The names of the Regions, to find the one that an ARN names.
pub type Places = [crate::world::Region];

/// Binds a key of a keyring to the instances' Region: the ARN of the key there, or the primary's where the
/// Region has none. Literal identifiers are taken as written.
pub fn bind(key: &KeyName, at: RegionId, kms: &Kms, places: &Places) -> Bound {
    match key {
        KeyName::Declared(set) => {
            let local = kms.ever_had(*set, at);
            let endpoint = if local { at } else { kms.home(*set) };
            Bound { identifier: kms.arn(*set, endpoint), endpoint }
        }
        KeyName::Literal(identifier) => {
            let named = identifier.split(':').nth(3);
            let found = places.iter().position(|place| Some(place.name.as_str()) == named);
            let endpoint = found.map_or(at, |i| RegionId(i as u8));
            Bound { identifier: identifier.clone(), endpoint }
        }
    }
}

/// The keys of a keyring in the order in which they are tried; the first is the generator.
pub fn keys(keyring: &Keyring) -> &[KeyName] {
    match keyring {
        Keyring::Plain(key) | Keyring::MrkAware(key) => std::slice::from_ref(key),
        Keyring::Multi(keys) => keys,
    }
}

/// Whether a keyring's key takes a data key that `wrapped_by` (a key ARN) wrapped.
pub fn accepts(keyring: &Keyring, bound: &Bound, wrapped_by: &str, any_sdk: bool) -> Result<(), RuleRef> {
    if bound.identifier == wrapped_by {
        return Ok(());
    }
    if !bound.identifier.contains(":key/") {
        return Err(rules::AN_ALIAS_NEVER_DECRYPTS);
    }
    let aware = any_sdk || !matches!(keyring, Keyring::Plain(_));
    match (aware, related(&bound.identifier, wrapped_by)) {
        (true, true) => Ok(()),
        (true, false) => Err(rules::MRK_AWARE_MATCH),
        (false, _) => Err(rules::A_PLAIN_KEYRING_WANTS_ITS_OWN_ARN),
    }
}

/// KMS-ESDK-1: both are multi-Region key ARNs that differ in nothing but the Region.
fn related(a: &str, b: &str) -> bool {
    let parts = |arn: &str| arn.split(':').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(a), parts(b));
    let same = a.len() == b.len() && a.iter().zip(&b).enumerate().all(|(i, (x, y))| i == 3 || x == y);
    same && a.last().is_some_and(|resource| resource.starts_with("key/mrk-"))
}

/// One KMS call that a keyring may make.
#[derive(Clone, Debug)]
pub struct Path<T> {
    /// The Region whose endpoint is called.
    pub endpoint: RegionId,
    /// What the rules say, given that the endpoint answers.
    pub verdict: Result<T, (Failure, Remedy)>,
}

fn verdict<T>(answer: Result<T, Refusal>) -> Result<T, (Failure, Remedy)> {
    answer.map_err(|refusal| (Failure::new(refusal.error, refusal.rule), refusal.remedy))
}

/// The calls with which one key of a keyring wraps a data key: at home, then in each failover Region. A Region
/// whose call would be the same is left out.
pub fn wrap_paths(
    key: &KeyName,
    operation: Wrapping,
    bindings: &[RegionId],
    principal: &str,
    kms: &Kms,
    places: &Places,
) -> Vec<Path<Wrap>> {
    let path = |bound: &Bound| Path {
        endpoint: bound.endpoint,
        verdict: verdict(kms.may_wrap(operation, bound.endpoint, &bound.identifier, principal)),
    };
    distinct(key, bindings, kms, places).iter().map(path).collect()
}

/// The calls with which one key of a keyring unwraps a data key, or the rule by which it does not try.
#[expect(clippy::too_many_arguments, reason = "each is one of the things the match depends on")]
pub fn unwrap_paths(
    keyring: &Keyring,
    key: &KeyName,
    wrap: Wrap,
    bindings: &[RegionId],
    principal: &str,
    any_sdk: bool,
    kms: &Kms,
    places: &Places,
) -> Result<Vec<Path<RuleRef>>, RuleRef> {
    let wrapped_by = kms.arn(wrap.set, wrap.region);
    let mut why_not = rules::MRK_AWARE_MATCH;
    let mut paths = Vec::new();
    for bound in distinct(key, bindings, kms, places) {
        match accepts(keyring, &bound, &wrapped_by, any_sdk) {
            Ok(()) => paths.push(Path {
                endpoint: bound.endpoint,
                verdict: verdict(kms.may_unwrap(bound.endpoint, Some(&bound.identifier), wrap, principal)),
            }),
            Err(rule) => why_not = rule,
        }
    }
    if paths.is_empty() { Err(why_not) } else { Ok(paths) }
}

fn distinct(key: &KeyName, bindings: &[RegionId], kms: &Kms, places: &Places) -> Vec<Bound> {
    let mut all: Vec<Bound> = Vec::new();
    for at in bindings {
        let bound = bind(key, *at, kms, places);
        if !all.contains(&bound) {
            all.push(bound);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kms::SetId;

    const EAST: &str = "arn:aws:kms:us-east-1:111122223333:key/mrk-00000000000000000000000000000001";
    const WEST: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-00000000000000000000000000000001";
    const OTHER: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-00000000000000000000000000000002";
    const FOREIGN: &str = "arn:aws:kms:eu-west-1:999999999999:key/mrk-00000000000000000000000000000001";
    const SINGLE: &str = "arn:aws:kms:us-east-1:111122223333:key/0b1c2d3e-0000-4000-8000-000000000001";
    const SINGLE_WEST: &str = "arn:aws:kms:eu-west-1:111122223333:key/0b1c2d3e-0000-4000-8000-000000000001";

    #[test]
    fn the_match_for_decrypt_follows_the_specification() {
        let mrk = Keyring::MrkAware(KeyName::Declared(SetId(0)));
        let plain = Keyring::Plain(KeyName::Declared(SetId(0)));
        let cases = [
            (&mrk, EAST, EAST, Ok(())),
            (&mrk, WEST, EAST, Ok(())),
            (&mrk, OTHER, EAST, Err("KMS-ESDK-1")),
            (&mrk, FOREIGN, EAST, Err("KMS-ESDK-1")),
            (&mrk, SINGLE_WEST, SINGLE, Err("KMS-ESDK-1")),
            (&plain, EAST, EAST, Ok(())),
            (&plain, WEST, EAST, Err("KMS-ESDK-8")),
            (&mrk, "alias/orders", EAST, Err("KMS-ESDK-9")),
        ];
        for (keyring, configured, message, expected) in cases {
            let bound = Bound { identifier: configured.to_owned(), endpoint: RegionId(0) };
            assert_eq!(accepts(keyring, &bound, message, false).map_err(|rule| rule.id), expected);
        }
        let bound = Bound { identifier: WEST.to_owned(), endpoint: RegionId(0) };
        assert!(accepts(&plain, &bound, EAST, true).is_ok(), "the study notes' SDK reads everything");
    }
}
