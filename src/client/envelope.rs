//! Client-side envelope encryption: which calls a keyring makes, and which data keys it accepts.

use super::classes::Context;
use super::keyring::{Filter, KeyName, Keyring, Member};
use super::rules;
use crate::rulebook::RuleRef;
use crate::services::kms::{Kms, Wrap, Wrapping};
use crate::services::store::Barrier;
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

    /// The keyring cannot be made, or cannot encrypt.
    pub fn of_keyring(rule: RuleRef) -> Failure {
        Failure::new(ErrorCode::InvalidKeyring, rule)
    }
}

impl From<Barrier> for Failure {
    fn from(barrier: Barrier) -> Failure {
        Failure::new(barrier.error, barrier.rule)
    }
}

/// A call of KMS that a keyring makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Key ARN, key ID or alias, as it goes into the call.
    pub identifier: String,
    /// The Region whose endpoint is called (KMS-ESDK-4).
    pub endpoint: RegionId,
    /// The rule by which it is made.
    pub by: RuleRef,
}

/// The names of the Regions, to find the one that an ARN names.
pub type Places = [crate::world::Region];

/// The identifier with which the instances in a Region configure a key, and the Region whose endpoint they call with
/// it: the ARN of the key there, or the primary's where the Region has none. Literal identifiers are taken as written.
pub fn bind(key: &KeyName, at: RegionId, kms: &Kms, places: &Places) -> (String, RegionId) {
    match key {
        KeyName::Declared(set) => {
            let local = kms.ever_had(*set, at);
            let endpoint = if local { at } else { kms.home(*set) };
            (kms.arn(*set, endpoint), endpoint)
        }
        KeyName::InRegion(set, region) => (kms.arn(*set, *region), *region),
        KeyName::Literal(identifier) => {
            let named = identifier.split(':').nth(3);
            let found = places.iter().position(|place| Some(place.name.as_str()) == named);
            (identifier.clone(), found.map_or(at, |i| RegionId(i as u8)))
        }
    }
}

/// Whether a strict keyring with this identifier takes a data key that `wrapped_by` (a key ARN) wrapped.
fn accepts(identifier: &str, aware: bool, wrapped_by: &str) -> Result<RuleRef, RuleRef> {
    if identifier == wrapped_by {
        return Ok(if aware { rules::MRK_AWARE_MATCH } else { rules::A_PLAIN_KEYRING_WANTS_ITS_OWN_ARN });
    }
    if !identifier.contains(":key/") {
        return Err(rules::AN_ALIAS_NEVER_DECRYPTS);
    }
    match (aware, related(identifier, wrapped_by)) {
        (true, true) => Ok(rules::MRK_AWARE_MATCH),
        (true, false) => Err(rules::MRK_AWARE_MATCH),
        (false, _) => Err(rules::A_PLAIN_KEYRING_WANTS_ITS_OWN_ARN),
    }
}

fn is_multi_region(arn: &str) -> bool {
    arn.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("key/mrk-"))
}

/// KMS-ESDK-1: both are multi-Region key ARNs that differ in nothing but the Region.
fn related(a: &str, b: &str) -> bool {
    let parts = |arn: &str| arn.split(':').map(str::to_owned).collect::<Vec<_>>();
    let both_multi_region = is_multi_region(a) && is_multi_region(b);
    let (a, b) = (parts(a), parts(b));
    both_multi_region
        && a.len() == b.len()
        && a.iter().zip(&b).enumerate().all(|(i, (x, y))| i == 3 || x == y)
}

/// The identifier with which a discovery keyring of a Region decrypts a data key, if it takes it.
fn discovered(
    aware: bool,
    region: &str,
    filter: Option<&Filter>,
    wrapped_by: &str,
) -> Result<(String, RuleRef), RuleRef> {
    if filter.is_some_and(|filter| !filter.takes(wrapped_by)) {
        return Err(rules::ONLY_DATA_KEYS_THAT_MATCH);
    }
    let mut parts: Vec<&str> = wrapped_by.split(':').collect();
    match parts.get_mut(3) {
        Some(named) if aware && is_multi_region(wrapped_by) => *named = region,
        Some(named) if aware && *named != region => return Err(rules::ONLY_DATA_KEYS_THAT_MATCH),
        _ if !aware => return Ok((wrapped_by.to_owned(), rules::PLAIN_DISCOVERY_TAKES_THE_NAME)),
        _ => {}
    }
    Ok((parts.join(":"), rules::DISCOVERY_ONLY_DECRYPTS))
}

/// One KMS call that a keyring may make.
#[derive(Clone, Debug)]
pub struct Path<T> {
    /// Key ARN, key ID or alias, as it goes into the call; empty: the call names no key.
    pub identifier: String,
    /// The Region whose endpoint is called.
    pub endpoint: RegionId,
    /// What the rules say, given that the endpoint answers.
    pub verdict: Result<T, (Failure, Remedy)>,
}

impl<T> Path<T> {
    /// A call with this identifier at this endpoint, with what KMS would answer.
    pub fn of(identifier: &str, endpoint: RegionId, answer: Result<T, Refusal>) -> Path<T> {
        let verdict = answer.map_err(|no| (Failure::new(no.error, no.rule), no.remedy));
        Path { identifier: identifier.to_owned(), endpoint, verdict }
    }
}

/// A keyring as the application's instances in one Region use it.
pub struct Instance<'a> {
    /// The keyring.
    pub keyring: &'a Keyring,
    /// Who calls.
    pub principal: &'a str,
    /// The instances' own Region, then those of their failover list.
    pub bindings: Vec<RegionId>,
    /// The study notes' SDK, which reads everything (KMS-SEED-18).
    pub any_sdk: bool,
}

impl Instance<'_> {
    /// Whether the SDK can make the keyring here (KMS-ESDK-6, KMS-ESDK-13).
    fn constructed(&self, kms: &Kms, places: &Places) -> Result<(), Failure> {
        let home = self.bindings.first().copied().unwrap_or(RegionId(0));
        self.keyring.constructed(&|key| bind(key, home, kms, places).0).map_err(Failure::of_keyring)
    }

    /// The calls that wrap a data key: for each key of the keyring, the one at home, then those on failover. A
    /// Region whose call would be the same is left out.
    ///
    /// # Errors
    /// Why the keyring encrypts nothing.
    pub fn wrap_calls(&self, kms: &Kms, places: &Places) -> Result<Vec<Vec<Call>>, Failure> {
        self.constructed(kms, places)?;
        self.keyring.encrypts().map_err(Failure::of_keyring)?;
        let calls = |key| {
            let call = |at: &RegionId| {
                let (identifier, endpoint) = bind(key, *at, kms, places);
                Call { identifier, endpoint, by: rules::CONFIGURED_KEY_ENCRYPTS }
            };
            distinct(self.bindings.iter().map(call))
        };
        Ok(self.keyring.keys().map(calls).collect())
    }

    /// The same, with what KMS would answer. `context` goes into the calls.
    ///
    /// # Errors
    /// Why the keyring encrypts nothing.
    pub fn wraps(
        &self,
        context: &Context,
        kms: &Kms,
        places: &Places,
    ) -> Result<Vec<Vec<Path<Wrap>>>, Failure> {
        let calls = self.wrap_calls(kms, places)?;
        let path = |by, call: &Call| {
            let answer = kms.may_wrap(by, call.endpoint, &call.identifier, self.principal, context);
            Path::of(&call.identifier, call.endpoint, answer)
        };
        let paths = |(i, calls): (usize, Vec<Call>)| {
            let by = if i == 0 { Wrapping::GenerateDataKey } else { Wrapping::Encrypt };
            calls.iter().map(|call| path(by, call)).collect()
        };
        Ok(calls.into_iter().enumerate().map(paths).collect())
    }

    /// The calls that unwrap a message's data keys, given the key ARNs that wrapped them: for each member of the
    /// keyring, each data key that it takes (by its index), the call at home, then those on failover.
    ///
    /// # Errors
    /// Why no call is made (KMS-ESDK-14).
    pub fn unwrap_calls(
        &self,
        wrapped_by: &[String],
        kms: &Kms,
        places: &Places,
    ) -> Result<Vec<(usize, Vec<Call>)>, Failure> {
        self.constructed(kms, places)?;
        let mut why_not = rules::ONLY_DATA_KEYS_THAT_MATCH;
        let mut attempts = Vec::new();
        for member in self.keyring.members() {
            for (index, arn) in wrapped_by.iter().enumerate() {
                let mut taken = Vec::new();
                for at in &self.bindings {
                    match self.unwrap_call(member, *at, arn, kms, places) {
                        Ok(call) => taken.push(call),
                        Err(rule) => why_not = rule,
                    }
                }
                if !taken.is_empty() {
                    attempts.push((index, distinct(taken.into_iter())));
                }
            }
        }
        match attempts.is_empty() {
            true => Err(Failure::new(ErrorCode::CannotDecryptDataKeys, why_not)),
            false => Ok(attempts),
        }
    }

    /// The call by which one member in a Region unwraps a data key, if it takes it.
    fn unwrap_call(
        &self,
        member: Member,
        at: RegionId,
        wrapped_by: &str,
        kms: &Kms,
        places: &Places,
    ) -> Result<Call, RuleRef> {
        match member {
            Member::Strict { key, aware } => {
                let (identifier, endpoint) = bind(key, at, kms, places);
                let taken = accepts(&identifier, aware, wrapped_by);
                let by = taken.or_else(|rule| {
                    let anyway = self.any_sdk && accepts(&identifier, true, wrapped_by).is_ok();
                    if anyway { Ok(rules::ANY_SDK_READS_EVERYTHING) } else { Err(rule) }
                })?;
                Ok(Call { identifier, endpoint, by })
            }
            Member::Discovery { aware, region, filter } => {
                let endpoint = region.unwrap_or(at);
                let place = places.get(endpoint.index()).map_or("", |place| place.name.as_str());
                let (identifier, by) = discovered(aware || self.any_sdk, place, filter, wrapped_by)?;
                let by = if self.any_sdk && !aware { rules::ANY_SDK_READS_EVERYTHING } else { by };
                Ok(Call { identifier, endpoint, by })
            }
        }
    }

    /// The same for data keys by their wraps, with what KMS would answer. The `context` that the message carries goes
    /// into the calls (KMS-ESDK-15).
    ///
    /// # Errors
    /// Why no call is made (KMS-ESDK-14).
    pub fn unwraps(
        &self,
        data_keys: &[Wrap],
        context: &Context,
        kms: &Kms,
        places: &Places,
    ) -> Result<Vec<Vec<Path<RuleRef>>>, Failure> {
        let arns: Vec<String> = data_keys.iter().map(|wrap| kms.arn(wrap.set, wrap.region)).collect();
        let path = |index: usize, call: &Call| {
            let (at, identifier) = (call.endpoint, call.identifier.as_str());
            let answer = kms.may_unwrap(at, Some(identifier), data_keys[index], self.principal, context);
            let by_notes = call.by == rules::ANY_SDK_READS_EVERYTHING;
            Path::of(identifier, at, answer.map(|rule| if by_notes { call.by } else { rule }))
        };
        let attempts = self.unwrap_calls(&arns, kms, places)?.into_iter();
        Ok(attempts.map(|(index, calls)| calls.iter().map(|call| path(index, call)).collect()).collect())
    }
}

/// Calls without repetition, in their order.
fn distinct(calls: impl Iterator<Item = Call>) -> Vec<Call> {
    let mut all: Vec<Call> = Vec::new();
    for call in calls {
        if !all.contains(&call) {
            all.push(call);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const EAST: &str = "arn:aws:kms:us-east-1:111122223333:key/mrk-00000000000000000000000000000001";
    const WEST: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-00000000000000000000000000000001";
    const OTHER: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-00000000000000000000000000000002";
    const FOREIGN: &str = "arn:aws:kms:eu-west-1:999999999999:key/mrk-00000000000000000000000000000001";
    const SINGLE: &str = "arn:aws:kms:us-east-1:111122223333:key/0b1c2d3e-0000-4000-8000-000000000001";
    const SINGLE_WEST: &str = "arn:aws:kms:eu-west-1:111122223333:key/0b1c2d3e-0000-4000-8000-000000000001";

    #[test]
    fn the_match_for_decrypt_follows_the_specification() {
        let (mrk, plain) = (true, false);
        let cases = [
            (mrk, EAST, EAST, Ok("KMS-ESDK-1")),
            (mrk, WEST, EAST, Ok("KMS-ESDK-1")),
            (mrk, OTHER, EAST, Err("KMS-ESDK-1")),
            (mrk, FOREIGN, EAST, Err("KMS-ESDK-1")),
            (mrk, SINGLE, SINGLE, Ok("KMS-ESDK-1")),
            (mrk, SINGLE_WEST, SINGLE, Err("KMS-ESDK-1")),
            (plain, EAST, EAST, Ok("KMS-ESDK-8")),
            (plain, WEST, EAST, Err("KMS-ESDK-8")),
            (mrk, "alias/orders", EAST, Err("KMS-ESDK-9")),
        ];
        for (aware, configured, message, expected) in cases {
            let found = accepts(configured, aware, message);
            assert_eq!(found.map(|rule| rule.id).map_err(|rule| rule.id), expected, "{configured}");
        }
    }

    #[test]
    fn discovery_rewrites_related_keys_to_its_region() {
        let ours = Filter { partition: "aws".to_owned(), accounts: vec!["111122223333".to_owned()] };
        let found = |aware, filter, arn| discovered(aware, "eu-west-1", filter, arn).map(|(key, _)| key);
        assert_eq!(found(true, None, EAST).as_deref(), Ok(WEST));
        assert_eq!(found(true, Some(&ours), EAST).as_deref(), Ok(WEST));
        assert!(found(true, Some(&ours), FOREIGN).is_err(), "another account's");
        assert!(found(true, None, SINGLE).is_err(), "a single-Region key of another Region");
        assert_eq!(found(true, None, SINGLE_WEST).as_deref(), Ok(SINGLE_WEST));
        assert_eq!(
            found(false, None, EAST).as_deref(),
            Ok(EAST),
            "without MRK awareness: as the message has it"
        );
        let china = Filter { partition: "aws-cn".to_owned(), ..ours.clone() };
        assert!(found(true, Some(&china), EAST).is_err());
    }
}
