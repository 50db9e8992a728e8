//! Request quotas (KMS-QUO-1 to -11): how many calls an account may make in a Region each second, class by class. The
//! numbers and their sources are in `quotas.csv`.

use super::request::{Request, refuse};
use super::{Kms, QuotaVintage, rules};
use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Params, Refusal};
use crate::world::RegionId;
use crate::world::quota::Bucket;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SYMMETRIC: &str = "symmetric cryptography";

/// A request quota: of one class of operations, in some Regions.
#[derive(Debug)]
struct Quota {
    class: String,
    /// Names of Regions, or `*`.
    regions: String,
    of_2026: u64,
    /// Not recorded for every class.
    of_2023: Option<u64>,
    rule: RuleRef,
}

static QUOTAS: LazyLock<Vec<Quota>> = LazyLock::new(|| {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(include_bytes!("quotas.csv").as_slice());
    let quota = |row: csv::StringRecord| {
        Some(Quota {
            class: row[0].to_owned(),
            regions: row[1].to_owned(),
            of_2026: row[2].parse().ok()?,
            of_2023: row[3].parse().ok(),
            rule: *rules::REQUEST_QUOTAS.iter().find(|rule| rule.id == &row[4])?,
        })
    };
    reader.records().filter_map(Result::ok).filter_map(quota).collect()
});

impl Quota {
    fn of(class: &str, region: &str) -> Option<&'static Quota> {
        let holds = |regions: &str| regions == "*" || regions.split(' ').any(|name| name == region);
        QUOTAS.iter().find(|quota| quota.class == class && holds(&quota.regions))
    }

    fn rate(&self, vintage: QuotaVintage) -> u64 {
        match vintage {
            QuotaVintage::Of2026 => self.of_2026,
            QuotaVintage::Of2023 => self.of_2023.unwrap_or(self.of_2026),
        }
    }

    fn rule_in(&self, vintage: QuotaVintage) -> RuleRef {
        match (vintage, self.of_2023) {
            (QuotaVintage::Of2023, Some(_)) => rules::QUOTAS_OF_2023,
            _ => self.rule,
        }
    }
}

/// Where the quotas of a year come from, for reports.
pub fn source(vintage: QuotaVintage) -> &'static str {
    match vintage {
        QuotaVintage::Of2026 => "AWS KMS Developer Guide, Request quotas, 2026 (KMS-QUO-1)",
        QuotaVintage::Of2023 => "AWS KMS Developer Guide, Request quotas, 2023 (KMS-QUO-1L)",
    }
}

/// Symmetric cryptographic operations a second that KMS admits in a Region, unless raised (KMS-QUO-1, KMS-QUO-1L).
pub fn symmetric(region: &str, vintage: QuotaVintage) -> Option<u64> {
    Quota::of(SYMMETRIC, region).map(|quota| quota.rate(vintage))
}

/// The buckets that were ever drawn on, by account, Region and class.
pub(super) type Buckets = BTreeMap<(usize, RegionId, &'static str), Bucket>;

/// What a call takes from a bucket, and the rule that refuses it if that is not there.
struct Charge {
    region: RegionId,
    quota: &'static Quota,
    requests: u64,
    rule: RuleRef,
}

impl Kms {
    /// Counts a call against its caller's account (KMS-QUO-10). One that is refused counts nowhere.
    pub(super) fn meter(&mut self, operation: &str, request: &Request) -> Result<(), Refusal> {
        let (account, now) = (self.account_of(request.caller.principal), request.caller.now);
        let charges = self.charges(operation, request);
        let over = charges.iter().find(|charge| !self.bucket(account, charge).holds(now, charge.requests));
        if let Some(over) = over {
            let message =
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
            return Err(refuse(over.rule, ErrorCode::ThrottlingException, message));
        }
        for charge in &charges {
            self.bucket(account, charge).spend(charge.requests);
        }
        Ok(())
    }

    fn bucket(&mut self, account: usize, charge: &Charge) -> &mut Bucket {
        let rate = charge.quota.rate(self.config.settings.quota_vintage);
        let key = (account, charge.region, charge.quota.class.as_str());
        self.buckets.entry(key).or_insert_with(|| Bucket::new(Some(rate)))
    }

    /// The buckets that a call draws on: its class in the Region called and, for what needs a second Region, that
    /// one's too (KMS-QUO-8).
    fn charges(&self, operation: &str, request: &Request) -> Vec<Charge> {
        let own = class(operation, request.params);
        let here = self.charge(&own, request.caller.region, 1, None);
        let (named, there) = match operation {
            "ReplicateKey" => ("ReplicaRegion", ("CreateKey", 2, rules::REPLICATION_COUNTS_IN_BOTH_REGIONS)),
            "UpdatePrimaryRegion" => {
                ("PrimaryRegion", (operation, 1, rules::PROMOTION_COUNTS_IN_BOTH_REGIONS))
            }
            _ => return here.into_iter().collect(),
        };
        let name = request.text(named);
        let other = self.config.regions.iter().position(|place| name == Some(&place.name));
        let other = other.map(|i| RegionId(i as u8)).filter(|region| *region != request.caller.region);
        let reached = other.filter(|region| request.caller.reach.has(*region));
        let (class, requests, rule) = there;
        let there = reached.and_then(|region| self.charge(class, region, requests, Some(rule)));
        here.into_iter().chain(there).collect()
    }

    fn charge(&self, class: &str, region: RegionId, requests: u64, rule: Option<RuleRef>) -> Option<Charge> {
        let quota = Quota::of(class, &self.place(region).name)?;
        let own = || quota.rule_in(self.config.settings.quota_vintage);
        Some(Charge { region, quota, requests, rule: rule.unwrap_or_else(own) })
    }
}

/// The class that an operation counts in. What key it is about is not known yet, but cryptography other than symmetric
/// names its algorithm.
fn class(operation: &str, params: &Params) -> String {
    let by_algorithm = |name: &str| match params.get(name).unwrap_or_default() {
        algorithm if algorithm.starts_with("RSA") => "RSA cryptography",
        algorithm if algorithm.starts_with("ML_DSA") => "ML-DSA cryptography",
        "" | "SYMMETRIC_DEFAULT" => SYMMETRIC,
        _ => "ECC and SM2 cryptography",
    };
    match operation {
        "Encrypt" | "Decrypt" => by_algorithm("EncryptionAlgorithm").to_owned(),
        "ReEncrypt" => by_algorithm("SourceEncryptionAlgorithm").to_owned(),
        "Sign" | "Verify" => by_algorithm("SigningAlgorithm").to_owned(),
        "DeriveSharedSecret" => by_algorithm("KeyAgreementAlgorithm").to_owned(),
        "Encapsulate" | "Decapsulate" => "ML-KEM cryptography".to_owned(),
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            format!("{} data key pairs", params.get("KeyPairSpec").unwrap_or_default())
        }
        "GenerateDataKey"
        | "GenerateDataKeyWithoutPlaintext"
        | "GenerateMac"
        | "VerifyMac"
        | "GenerateRandom" => SYMMETRIC.to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kms::api;

    #[test]
    fn every_row_is_read_and_every_operation_has_a_quota() {
        let rows = include_str!("quotas.csv").lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(QUOTAS.len(), rows);
        for operation in api::OPERATIONS {
            let pair = ("KeyPairSpec", "RSA_2048".to_owned());
            let class = class(operation.name, &Params([pair].into()));
            assert!(Quota::of(&class, "us-east-1").is_some(), "{class}");
        }
    }

    #[test]
    fn symmetric_cryptography_has_three_groups_of_regions() {
        let regions = ["eu-west-1", "eu-central-1", "eu-west-3", "mars-1"];
        let of = |vintage| regions.map(|region| symmetric(region, vintage).unwrap_or_default());
        assert_eq!(of(QuotaVintage::Of2026), [100_000, 20_000, 10_000, 10_000]);
        assert_eq!(of(QuotaVintage::Of2023), [50_000, 10_000, 5_500, 5_500]);
    }

    #[test]
    fn algorithms_tell_the_classes_apart() {
        let class =
            |operation, name, value: &str| class(operation, &Params([(name, value.to_owned())].into()));
        assert_eq!(class("Encrypt", "EncryptionAlgorithm", "RSAES_OAEP_SHA_256"), "RSA cryptography");
        assert_eq!(class("Decrypt", "EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), SYMMETRIC);
        assert_eq!(class("Sign", "SigningAlgorithm", "ML_DSA_SHAKE_256"), "ML-DSA cryptography");
        assert_eq!(class("Verify", "SigningAlgorithm", "ECDSA_SHA_256"), "ECC and SM2 cryptography");
        assert_eq!(class("DeriveSharedSecret", "KeyAgreementAlgorithm", "ECDH"), "ECC and SM2 cryptography");
    }
}
