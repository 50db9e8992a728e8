//! CreateKey, DescribeKey, UpdateKeyDescription, and the metadata that a key shows.

use super::authorization::{Asking, Subject};
use super::naming::{self, Naming};
use super::policies::with_bypass;
use super::request::{Request, invalid, not_modelled, refuse};
use super::spec::{KeySpec, KeyUsage, Origin};
use super::state::{KeyRef, KeyState, Related, Set};
use super::{Answer, KeyClass, Kms, KmsEvent, SetId, rules, tags};
use crate::services::dates::date;
use crate::services::iam::Document;
use crate::services::{ErrorCode, Outbox, Refusal};
use crate::sim::Span;
use crate::world::RegionId;
use serde_json::{Value, json};

/// The service-linked role of KMS, and whose it is.
const SYNCHRONISER: &str = "mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys";
/// The longest description (botocore 1.44.5 KMS service model, DescriptionType).
const DESCRIPTION: usize = 8192;

impl Kms {
    /// CreateKey: a single-Region key, or a primary key without replicas.
    pub(super) fn create_key(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let class = class_asked_for(request)?;
        let description = description(request)?;
        let tags = tags::given(request)?;
        let multi_region = request.params.flag("MultiRegion");
        let region = request.caller.region;
        let owned = (class, self.account_of(request.caller.principal));
        let policy = self.authorize_creation(request, owned, multi_region)?;
        no_custom_key_store(request)?;
        self.check_partition(class.spec, region)?;
        self.check_room_for_a_key(owned.1, region)?;
        let id = self.add_set(multi_region, owned, region, request.caller.fresh);
        let (state, rule) = match (class.is_external(), multi_region) {
            (true, _) => (KeyState::PendingImport, rules::NO_MATERIAL_YET),
            (false, true) => (KeyState::Enabled, rules::CREATED_PRIMARY),
            (false, false) => (KeyState::Enabled, rules::CREATED_ENABLED),
        };
        self.set_mut(id).add(region, state, request.caller.now, description);
        let key = KeyRef { set: id, region };
        if let Some(key) = self.key_mut(key) {
            key.policy = policy;
        }
        self.tag_at_birth(key, tags);
        self.changed(key, "CreateKey", rule, String::new(), out);
        Ok(json!({ "KeyMetadata": self.metadata(key) }))
    }

    /// Whether the Region has the key spec.
    pub(super) fn check_partition(&self, spec: KeySpec, region: RegionId) -> Result<(), Refusal> {
        let place = self.place(region);
        if spec.exists_in(&place.partition) {
            return Ok(());
        }
        let message = format!("{} is not supported in {}.", spec.name(), place.name);
        Err(refuse(rules::SOME_SPECS_ARE_REGIONAL, ErrorCode::UnsupportedOperationException, message))
    }

    /// Whether the caller may create such a key with the tags and the policy given; the policy, if one is.
    fn authorize_creation(
        &self,
        request: &Request,
        (class, account): (KeyClass, usize),
        multi_region: bool,
    ) -> Result<Option<Document>, Refusal> {
        let region = request.caller.region;
        let role = multi_region.then_some("PRIMARY");
        let asking = with_bypass(Asking::of_request(request)?.of_new_key(class, role), request);
        self.authorize_without_key("CreateKey", region, &asking)?;
        if !asking.tags.is_empty() {
            self.authorize_without_key("TagResource", region, &asking)?;
        }
        let first = !self.sets.iter().any(|set| set.multi_region && set.account == account);
        if multi_region && first {
            self.authorize_service_linked_role(region, &asking)?;
        }
        let id = naming::key_id(naming::uuid_bits(request.caller.fresh), multi_region);
        let subject = Subject {
            arn: self.key_arn(&id, account, region),
            account,
            account_id: self.config.directory.account_id(account),
            region,
            class,
            role,
            tags: &asking.tags,
            aliases: Box::new(Vec::new),
        };
        self.given_policy(request, &subject, &asking)
    }

    /// The first multi-Region key of an account brings the role that synchronises all of them (KMS-ID-13).
    fn authorize_service_linked_role(&self, at: RegionId, asking: &Asking) -> Result<(), Refusal> {
        let partition = &self.place(at).partition;
        let account = self.config.directory.account_id(self.account_of(asking.principal));
        let role = format!("arn:{partition}:iam::{account}:role/aws-service-role/{SYNCHRONISER}");
        let asking = asking.clone().with("iam:AWSServiceName", "mrk.kms.amazonaws.com");
        let rule = rules::A_ROLE_SYNCHRONISES;
        self.authorize_by_iam("iam:CreateServiceLinkedRole", &role, at, &asking, rule)
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
            "KeyUsage": set.class.usage.name(),
            "KeyState": key.state.name(),
            "Origin": set.class.origin.name(),
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": set.class.spec.name(),
            "KeySpec": set.class.spec.name(),
            (set.class.usage.list()): algorithm_names(set.class),
            "MultiRegion": set.multi_region,
        });
        if set.multi_region {
            shown["MultiRegionConfiguration"] = self.configuration(at, &key.shown);
        }
        if let (true, Some(version)) =
            (set.class.is_symmetric() && key.state != KeyState::Creating, set.current())
        {
            shown["CurrentKeyMaterialId"] = json!(set.material_id(version));
        }
        if set.class.is_external() && key.state != KeyState::PendingImport {
            self.describe_expiry(&mut shown, key, set.material);
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

/// The class of the key to create. An HMAC or asymmetric key must name its usage (KMS-CRE-5).
fn class_asked_for(request: &Request) -> Result<KeyClass, Refusal> {
    let specs = [
        request.choice("KeySpec", KeySpec::named)?,
        request.choice("CustomerMasterKeySpec", KeySpec::named)?,
    ];
    let default = KeyClass::default();
    let spec = match specs {
        [Some(_), Some(_)] => {
            return Err(invalid("KeySpec and CustomerMasterKeySpec are two names of one parameter"));
        }
        [spec, deprecated] => spec.or(deprecated).unwrap_or(default.spec),
    };
    let misused =
        |message: String| Err(refuse(rules::USAGE_FITS_THE_SPEC, ErrorCode::ValidationException, message));
    let usage = match request.choice("KeyUsage", KeyUsage::named)? {
        Some(usage) if spec.can(usage) => usage,
        Some(usage) => {
            return misused(format!(
                "KeyUsage {} is not compatible with KeySpec {}",
                usage.name(),
                spec.name()
            ));
        }
        None if spec == default.spec => default.usage,
        None => {
            let message =
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
            return misused(message.to_owned());
        }
    };
    // Custom key stores have their own refusal, once the caller is known to be allowed.
    let origin = request.choice("Origin", |text| match text {
        "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE" => Some(Origin::AWS_KMS),
        _ => Origin::named(text),
    })?;
    Ok(KeyClass { spec, usage, origin: origin.unwrap_or(default.origin) })
}

/// Keys in custom key stores are not modelled; multi-Region ones AWS refuses, too (KMS-ID-9).
fn no_custom_key_store(request: &Request) -> Result<(), Refusal> {
    let store = matches!(request.text("Origin"), Some("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE"));
    match store || request.text("CustomKeyStoreId").is_some() {
        false => Ok(()),
        true if request.params.flag("MultiRegion") => {
            let message = "A multi-Region key cannot be in a custom key store.";
            Err(refuse(rules::MULTI_REGION_TYPES, ErrorCode::UnsupportedOperationException, message))
        }
        true => Err(not_modelled("custom key stores are not modelled".to_owned())),
    }
}

/// The algorithms of a key, as its metadata lists them.
pub(super) fn algorithm_names(class: KeyClass) -> Value {
    class.algorithms().iter().map(|algorithm| algorithm.name()).collect()
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
