//! Client-side envelope encryption: which calls a keyring makes, and which data keys it accepts.

use super::{KeyName, Keyring, rules};
use crate::rulebook::RuleRef;
use crate::services::kms::Wrapping;
use crate::services::kms::{Kms, Wrap};
use crate::services::{ErrorCode, Refusal, Remedy};
use crate::world::RegionId;
use std::collections::BTreeMap;

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

impl<T> Path<T> {
    /// A call at this endpoint, with what KMS would answer.
    pub fn of(endpoint: RegionId, answer: Result<T, Refusal>) -> Path<T> {
        let verdict = answer.map_err(|no| (Failure::new(no.error, no.rule), no.remedy));
        Path { endpoint, verdict }
    }
}

/// A keyring as the application's instances in one Region use it.
pub struct Instance<'a> {
    /// The keyring.
    pub keyring: &'a Keyring,
    /// Who calls.
    pub principal: &'a str,
    /// The encryption context of its calls.
    pub context: &'a BTreeMap<String, String>,
    /// The instances' own Region, then those of their failover list.
    pub bindings: Vec<RegionId>,
    /// The study notes' SDK, which reads everything (KMS-SEED-18).
    pub any_sdk: bool,
}

impl Instance<'_> {
    /// The calls that wrap a data key: for each key of the keyring, the one at home, then those on failover. A
    /// Region whose call would be the same is left out.
    pub fn wraps(&self, kms: &Kms, places: &Places) -> Vec<Vec<Path<Wrap>>> {
        let calls = |(i, key)| {
            let by = if i == 0 { Wrapping::GenerateDataKey } else { Wrapping::Encrypt };
            let answer = |bound: &Bound| {
                kms.may_wrap(by, bound.endpoint, &bound.identifier, self.principal, self.context)
            };
            let path = |bound: &Bound| Path::of(bound.endpoint, answer(bound));
            distinct(key, &self.bindings, kms, places).iter().map(path).collect()
        };
        keys(self.keyring).iter().enumerate().map(calls).collect()
    }

    /// The calls that unwrap a message's data keys: for each key of the keyring, each data key that it takes, the
    /// call at home, then those on failover. Without any: the rule by which no call is made (KMS-ESDK-14).
    pub fn unwraps(
        &self,
        data_keys: &[Wrap],
        kms: &Kms,
        places: &Places,
    ) -> Result<Vec<Vec<Path<RuleRef>>>, RuleRef> {
        let mut why_not = rules::MRK_AWARE_MATCH;
        let mut attempts = Vec::new();
        for key in keys(self.keyring) {
            let bound = distinct(key, &self.bindings, kms, places);
            for wrap in data_keys {
                let mut paths = Vec::new();
                let wrapped_by = kms.arn(wrap.set, wrap.region);
                for bound in &bound {
                    let path = || self.unwrap(bound, *wrap, kms);
                    match accepts(self.keyring, bound, &wrapped_by, false) {
                        Ok(()) => paths.push(path()),
                        Err(_) if accepts(self.keyring, bound, &wrapped_by, self.any_sdk).is_ok() => {
                            let Path { endpoint, verdict } = path();
                            let verdict = verdict.map(|_| rules::ANY_SDK_READS_EVERYTHING);
                            paths.push(Path { endpoint, verdict });
                        }
                        Err(rule) => why_not = rule,
                    }
                }
                if !paths.is_empty() {
                    attempts.push(paths);
                }
            }
        }
        if attempts.is_empty() { Err(why_not) } else { Ok(attempts) }
    }

    fn unwrap(&self, bound: &Bound, wrap: Wrap, kms: &Kms) -> Path<RuleRef> {
        let answer =
            kms.may_unwrap(bound.endpoint, Some(&bound.identifier), wrap, self.principal, self.context);
        Path::of(bound.endpoint, answer)
    }
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
