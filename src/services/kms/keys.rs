//! CreateKey, DescribeKey, UpdateKeyDescription, and the metadata that a key shows.

use super::authorization::Asking;
use super::dates::date;
use super::naming::{self, Naming};
use super::request::{Request, invalid, refuse};
use super::state::{KeyRef, KeyState, Related, Set};
use super::{Answer, KeyClass, Kms, KmsEvent, SetId, rules};
use crate::services::{ErrorCode, Outbox, Refusal};
use crate::sim::Span;
use crate::sim::rng::{Draws, fnv1a};
use crate::world::RegionId;
use serde_json::{Value, json};

const KEY_SPECS: &[&str] = &[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
];
const KEY_USAGES: &[&str] =
    &["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"];
const ORIGINS: &[&str] = &["EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];
/// The longest description (botocore 1.44.5 KMS service model, DescriptionType).
const DESCRIPTION: usize = 8192;

impl Kms {
    /// CreateKey: a single-Region key, or a primary key without replicas.
    pub(super) fn create_key(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        request.only("KeySpec", "SYMMETRIC_DEFAULT", KEY_SPECS)?;
        request.only("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT", KEY_SPECS)?;
        request.only("Origin", "AWS_KMS", ORIGINS)?;
        check_usage(request)?;
        let description = description(request)?;
        let multi_region = request.params.flag("MultiRegion");
        let region = request.caller.region;
        let asking = Asking::of_request(request)?;
        self.authorize_without_key("CreateKey", region, &asking)?;
        let owned = (KeyClass::default(), self.account_of(request.caller.principal));
        self.check_room_for_a_key(owned.1, region)?;
        let id = self.add_set(multi_region, owned, region, request.caller.fresh);
        self.set_mut(id).add(region, KeyState::Enabled, request.caller.now, description);
        let key = KeyRef { set: id, region };
        let rule = if multi_region { rules::CREATED_PRIMARY } else { rules::CREATED_ENABLED };
        self.changed(key, "CreateKey", rule, String::new(), out);
        Ok(json!({ "KeyMetadata": self.metadata(key) }))
    }

    /// An account has so many keys in a Region, whatever their state (KMS-QUO-20).
    pub(super) fn check_room_for_a_key(&self, account: usize, at: RegionId) -> Result<(), Refusal> {
        let most = self.config.settings.keys_per_region as usize;
        let has = self.sets.iter().filter(|set| set.account == account && set.keys.contains_key(&at)).count();
        match has < most {
            true => Ok(()),
            false => {
                let message = format!(
                    "Key quota for this account in this region is {most} but the current usage is {has}."
                );
                Err(refuse(rules::KEYS_PER_REGION, ErrorCode::LimitExceededException, message))
            }
        }
    }

    /// A new set without keys, under a key ID that no other has.
    pub(super) fn add_set(
        &mut self,
        multi_region: bool,
        owned: (KeyClass, usize),
        primary: RegionId,
        fresh: u128,
    ) -> SetId {
        let id = SetId(self.sets.len() as u32);
        let mut bits = naming::uuid_bits(fresh);
        while self.by_bits.contains_key(&bits) {
            bits = naming::uuid_bits(bits.wrapping_add(1));
        }
        let text = naming::key_id(bits, multi_region);
        self.by_bits.insert(bits, id);
        self.by_id.insert(text.clone(), id);
        self.sets.push(Set::new(text, bits, multi_region, owned, primary));
        id
    }

    /// DescribeKey, in any state.
    pub(super) fn describe_key(&self, request: &Request) -> Answer {
        let key = self.admit_named("DescribeKey", request, "KeyId", Naming::KeyOrAlias)?;
        Ok(json!({ "KeyMetadata": self.metadata(key) }))
    }

    /// UpdateKeyDescription: of this key alone (KMS-ID-20).
    pub(super) fn update_key_description(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let description = description(request)?;
        let key = self.admit_named("UpdateKeyDescription", request, "KeyId", Naming::KeyOnly)?;
        if let Some(key) = self.key_mut(key) {
            key.description = description.to_owned();
        }
        let note = self.note_of(key, "UpdateKeyDescription", "described", rules::THE_REST_IS_ITS_OWN);
        out.note(note);
        Ok(json!({}))
    }

    /// What DescribeKey shows (KMS-ID-6, -7, -8, -14).
    pub(super) fn metadata(&self, at: KeyRef) -> Value {
        let set = self.set(at.set);
        let Some(key) = set.keys.get(&at.region) else { return Value::Null };
        let mut shown = json!({
            "AWSAccountId": self.config.directory.account_id(set.account),
            "KeyId": set.id,
            "Arn": self.arn(at.set, at.region),
            "CreationDate": date(key.created),
            "Enabled": key.state == KeyState::Enabled,
            "Description": key.description,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": key.state.name(),
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "MultiRegion": set.multi_region,
        });
        if set.multi_region {
            shown["MultiRegionConfiguration"] = self.configuration(at, &key.shown);
        }
        if key.state != KeyState::Creating {
            shown["CurrentKeyMaterialId"] = json!(material_id(&set.id, set.material));
        }
        match (key.state, key.deletion) {
            (KeyState::PendingDeletion, Some(deletion)) => {
                shown["DeletionDate"] = json!(deletion.date.map(date));
            }
            (KeyState::PendingReplicaDeletion, Some(deletion)) => {
                shown["PendingDeletionWindowInDays"] = json!(days(deletion.window));
            }
            _ => {}
        }
        shown
    }

    /// The related keys as a key shows them.
    fn configuration(&self, at: KeyRef, shown: &Related) -> Value {
        let related =
            |region: RegionId| json!({ "Arn": self.arn(at.set, region), "Region": self.place(region).name });
        let replicas = self.config.regions.iter().zip(0..).map(|(_, i)| RegionId(i));
        let replicas = replicas.filter(|region| shown.regions.has(*region) && *region != shown.primary);
        json!({
            "MultiRegionKeyType": if shown.primary == at.region { "PRIMARY" } else { "REPLICA" },
            "PrimaryKey": related(shown.primary),
            "ReplicaKeys": replicas.map(related).collect::<Vec<_>>(),
        })
    }
}

/// A symmetric key encrypts and decrypts (KMS-CRE-5).
fn check_usage(request: &Request) -> Result<(), Refusal> {
    match request.text("KeyUsage") {
        None | Some("ENCRYPT_DECRYPT") => Ok(()),
        Some(usage) if KEY_USAGES.contains(&usage) => {
            let message = format!("KeyUsage {usage} is not compatible with KeySpec SYMMETRIC_DEFAULT");
            Err(refuse(rules::USAGE_FITS_THE_SPEC, ErrorCode::ValidationException, message))
        }
        Some(usage) => Err(invalid(format!("'{usage}' is no KeyUsage"))),
    }
}

/// The description given, or none.
pub(super) fn description<'a>(request: &Request<'a>) -> Result<&'a str, Refusal> {
    let text = request.text("Description").unwrap_or_default();
    match text.chars().count() <= DESCRIPTION {
        true => Ok(text),
        false => Err(invalid(format!("Description is longer than {DESCRIPTION} characters"))),
    }
}

/// Whole days.
pub(super) fn days(window: Span) -> u64 {
    window.0 / Span::DAY.0
}

/// The ID of a key material version: computed from key ID and version, so the same in every related key.
pub(super) fn material_id(key_id: &str, version: u16) -> String {
    let draws = Draws(fnv1a(format!("{key_id}/{version}").as_bytes()));
    (0..4).map(|i| format!("{:016x}", draws.at(1, i))).collect()
}
