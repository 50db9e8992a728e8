//! AWS KMS: keys of one Region and sets of related multi-Region keys, as a pure state machine.
//!
//! Where to start: [`rules`] says what is true, [`matrix`] is AWS's table of operations and key states, [`api`] lists
//! the operations, [`setup`] what a scenario may set. A [`call`](Kms::call) goes through the same steps for each
//! operation (KMS-ERR-20):
//!
//! 1. `quotas`: does the account's request quota allow one call more?
//! 2. `request`: are the parameters of the right shape?
//! 3. `naming`: which key do they mean?
//! 4. `authorization`, `condition_keys`, `grant`: may this principal? IAM policies are `services::iam`'s.
//! 5. `admission`: do role, key state and kind of key allow it?
//! 6. What is particular to the operation: `keys`, `lifecycle`, `replication`, `rotation`, `import`, `policies`,
//!    `grants`, `aliases`, `tags`, `cryptography`, `signing`, `mac`, `agreement`, `pairs`, `listing` (`paging`).
//! 7. `consistency`, `labels`: who sees the change, and when? `mirroring`: what the study notes would copy along.
//!
//! `outside`: lost Regions, closed accounts, changed organisations.
//!
//! What takes time goes on as events (`process`). `state` holds the keys, `material` what they work with, `spec` what
//! kinds of key there are, `ciphertext` and `rsa` what a blob is made of, `primitives` what a secret makes of a
//! message.
//!
//! Not modelled, and refused as such: custom key stores.

mod admission;
mod agreement;
mod aliases;
pub mod api;
mod authorization;
mod ciphertext;
mod condition_keys;
mod consistency;
mod cryptography;
mod grant;
mod grants;
mod import;
mod keys;
mod labels;
mod lifecycle;
mod listing;
mod mac;
mod material;
pub mod matrix;
mod mirroring;
mod naming;
mod outside;
mod paging;
mod pairs;
mod policies;
mod primitives;
mod process;
pub mod quotas;
mod replication;
mod request;
mod rotation;
mod rsa;
pub mod rules;
pub mod setup;
mod signing;
pub mod spec;
mod state;
mod tags;
pub mod vocabulary;

pub use super::dates::date;
pub use material::material_bytes;
pub use policies::default_key_policy;
pub use process::KmsEvent;
pub use setup::{
    CancelWithoutMaterial, Imported, KeySetup, PendingDeletionError, QuotaVintage, Settings, Switches, Timing,
};
pub use spec::{Algorithm, KeyClass, KeySpec, KeyUsage, Origin};
pub use state::KeyState;

use crate::rulebook::RuleRef;
use crate::services::iam::{Directory, Document};
use crate::services::{Caller, Note, Operation, Outbox, Params, Refusal};
use crate::sim::{Sampler, Time};
use crate::world::{RegionId, RegionSet};
use aliases::Alias;
use authorization::Asking;
use naming::Naming;
use request::Request;
use serde_json::Value;
use state::{Key, KeyRef, Set};
use std::collections::BTreeMap;

/// A set of related multi-Region keys, or a single-Region key alone: an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub u32);

/// A Region as KMS sees it.
#[derive(Clone, Debug)]
pub struct Place {
    /// `us-east-1`.
    pub name: String,
    /// `aws`, `aws-cn`, …
    pub partition: String,
}

/// What one KMS plays by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Regions; `RegionId(i)` is the i-th.
    pub regions: Vec<Place>,
    /// Accounts and principals. Declared keys belong to one of them, a created key to its creator's.
    pub directory: Directory,
    /// Times of its own processes.
    pub timing: Timing,
    /// Open points.
    pub settings: Settings,
    /// Departures from documented behaviour.
    pub switches: Switches,
}

/// One wrap of a data key: what the message names (KMS-CT-1, KMS-ESDK-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wrap {
    /// The related keys that can unwrap it.
    pub set: SetId,
    /// The Region of the key that wrapped it: its ARN stands in the message.
    pub region: RegionId,
    /// The key material version.
    pub material: u16,
}

/// Which call makes a wrapped data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// The generator's.
    GenerateDataKey,
    /// A child's of a multi-keyring.
    Encrypt,
}

type Answer = Result<Value, Refusal>;

/// KMS in every Region of one account.
#[derive(Clone, Debug)]
pub struct Kms {
    config: Config,
    sets: Vec<Set>,
    by_id: BTreeMap<String, SetId>,
    by_bits: BTreeMap<u128, SetId>,
    /// The aliases of each account and Region, by name.
    aliases: Vec<BTreeMap<String, Alias>>,
    /// The default key policy of each account and Region.
    default_policies: Vec<Document>,
    /// The aliases that cryptographic operations know, likewise.
    published_aliases: Vec<BTreeMap<String, SetId>>,
    /// The keys that the call or event under way has changed.
    touched: Vec<KeyRef>,
    buckets: quotas::Buckets,
    epoch: u64,
    propagation: Sampler,
    creating: Sampler,
    updating: Sampler,
    synchronisation: Sampler,
    rotation: Sampler,
    deletion_lateness: Sampler,
    grant: Sampler,
    alias_tag: Sampler,
}

impl Kms {
    /// No keys yet.
    pub fn new(config: Config) -> Kms {
        Kms {
            sets: Vec::new(),
            by_id: BTreeMap::new(),
            by_bits: BTreeMap::new(),
            aliases: vec![BTreeMap::new(); config.directory.accounts() * config.regions.len()],
            default_policies: policies::default_policies(&config),
            published_aliases: vec![BTreeMap::new(); config.directory.accounts() * config.regions.len()],
            touched: Vec::new(),
            buckets: quotas::Buckets::new(),
            epoch: 0,
            propagation: Sampler::new(&config.timing.propagation),
            creating: Sampler::new(&config.timing.creating),
            updating: Sampler::new(&config.timing.updating),
            synchronisation: Sampler::new(&config.timing.synchronisation),
            rotation: Sampler::new(&config.timing.rotation),
            deletion_lateness: Sampler::new(&config.timing.deletion_lateness),
            grant: Sampler::new(&config.timing.grant),
            alias_tag: Sampler::new(&config.timing.alias_tag),
            config,
        }
    }

    /// A key that exists at time 0. `fresh`: the random bits of its key ID.
    pub fn declare(&mut self, key: &KeySetup, fresh: u128, out: &mut Outbox<KmsEvent>) -> SetId {
        let id = self.add_set(key.multi_region, (key.class, key.account), key.primary, fresh);
        let regions: Vec<RegionId> =
            std::iter::once(key.primary).chain(key.replicas.iter().copied()).collect();
        for region in &regions {
            self.set_mut(id).add(*region, KeyState::Enabled, Time::ZERO, "");
        }
        self.declare_material(id, key, out);
        for region in &regions {
            let at = KeyRef { set: id, region: *region };
            self.show_current(at);
            if let Some(made) = self.key_mut(at) {
                made.policy = key.policies.get(region).cloned();
                made.tags = key.tags.get(region).cloned().unwrap_or_default();
            }
        }
        // Where there is no key there is nothing to name (KMS-ID-4).
        let named = key.aliases.as_ref().unwrap_or(&regions).iter().filter(|region| regions.contains(region));
        for region in named {
            let alias = Alias { target: id, created: Time::ZERO, updated: Time::ZERO };
            self.aliases_mut(key.account, *region).insert(format!("alias/{}", key.name), alias);
        }
        for region in regions {
            self.touch(KeyRef { set: id, region });
        }
        self.publish_now();
        id
    }

    /// Calls an operation, within the request quotas: the AWS-shaped response, or the refusal. Dates count from
    /// 2026-01-01T00:00:00Z.
    pub fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<KmsEvent>,
    ) -> Result<Value, Refusal> {
        self.meter(operation.name, &Request { params, caller })?;
        self.carry_out(operation, params, caller, out)
    }

    /// The same without request quotas: the key was changed, whoever did it.
    pub fn carry_out(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<KmsEvent>,
    ) -> Result<Value, Refusal> {
        let answer = self.dispatch(operation, &Request { params, caller }, out);
        if let Ok(answer) = &answer {
            self.note_use(operation.name, answer, caller);
        }
        self.resume_rotations(caller.now, out);
        self.mirror_later(operation.name, out);
        self.publish_later(caller.now, out);
        answer
    }

    fn dispatch(&mut self, operation: &Operation, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        match operation.name {
            "CreateKey" => self.create_key(request, out),
            "DescribeKey" => self.describe_key(request),
            "UpdateKeyDescription" => self.update_key_description(request, out),
            "EnableKey" => self.enable_key(request, out),
            "DisableKey" => self.disable_key(request, out),
            "ScheduleKeyDeletion" => self.schedule_key_deletion(request, out),
            "CancelKeyDeletion" => self.cancel_key_deletion(request, out),
            "ListKeys" => self.list_keys(request),
            "GetKeyLastUsage" => self.get_key_last_usage(request),
            "ReplicateKey" => self.replicate_key(request, out),
            "UpdatePrimaryRegion" => self.update_primary_region(request, out),
            "EnableKeyRotation" => self.enable_key_rotation(request, out),
            "DisableKeyRotation" => self.disable_key_rotation(request, out),
            "GetKeyRotationStatus" => self.get_key_rotation_status(request),
            "RotateKeyOnDemand" => self.rotate_key_on_demand(request, out),
            "ListKeyRotations" => self.list_key_rotations(request),
            "GetParametersForImport" => self.get_parameters_for_import(request),
            "ImportKeyMaterial" => self.import_key_material(request, out),
            "DeleteImportedKeyMaterial" => self.delete_imported_key_material(request, out),
            "CreateAlias" => self.create_alias(request, out),
            "UpdateAlias" => self.update_alias(request, out),
            "DeleteAlias" => self.delete_alias(request, out),
            "ListAliases" => self.list_aliases(request),
            "TagResource" => self.tag_resource(request, out),
            "UntagResource" => self.untag_resource(request, out),
            "ListResourceTags" => self.list_resource_tags(request),
            "PutKeyPolicy" => self.put_key_policy(request, out),
            "GetKeyPolicy" => self.get_key_policy(request),
            "ListKeyPolicies" => self.list_key_policies(request),
            "CreateGrant" => self.create_grant(request, out),
            "RetireGrant" => self.retire_grant(request, out),
            "RevokeGrant" => self.revoke_grant(request, out),
            "ListGrants" => self.list_grants(request),
            "ListRetirableGrants" => self.list_retirable_grants(request),
            "Encrypt" => self.encrypt(request),
            "Decrypt" => self.decrypt(request),
            "ReEncrypt" => self.re_encrypt(request),
            "GenerateDataKey" => self.generate_data_key("GenerateDataKey", request),
            "GenerateDataKeyWithoutPlaintext" => {
                self.generate_data_key("GenerateDataKeyWithoutPlaintext", request)
            }
            "GenerateDataKeyPair" => self.generate_data_key_pair("GenerateDataKeyPair", request),
            "GenerateDataKeyPairWithoutPlaintext" => {
                self.generate_data_key_pair("GenerateDataKeyPairWithoutPlaintext", request)
            }
            "GenerateRandom" => self.generate_random(request),
            "GetPublicKey" => self.get_public_key(request),
            "Sign" => self.sign(request),
            "Verify" => self.verify(request),
            "GenerateMac" => self.generate_mac(request),
            "VerifyMac" => self.verify_mac(request),
            "DeriveSharedSecret" => self.derive_shared_secret(request),
            "Encapsulate" => self.encapsulate(request),
            "Decapsulate" => self.decapsulate(request),
            other => Err(request::not_modelled(format!("{other} is not modelled"))),
        }
    }

    /// A timer fires, or a message from another Region arrives, in `at`. `reach` as in [`Caller`]: KMS has no use for
    /// it, since what it then sends waits for its Region.
    pub fn handle(
        &mut self,
        at: RegionId,
        event: KmsEvent,
        now: Time,
        _reach: RegionSet,
        out: &mut Outbox<KmsEvent>,
    ) {
        self.process(at, event, now, out);
        self.resume_rotations(now, out);
        self.publish_now();
    }

    /// The control epoch: it grows with every change of anything that a verdict depends on.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What wrapping a data key with the identifier (key ID, ARN, alias) at a Region's endpoint answers.
    pub fn may_wrap(
        &self,
        by: Wrapping,
        at: RegionId,
        key: &str,
        principal: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<Wrap, Refusal> {
        self.wrapping_key(by, at, key, &Asking::of_client(principal, context))
    }

    /// What Decrypt of a wrapped data key answers there, with or without KeyId, given its encryption context.
    pub fn may_unwrap(
        &self,
        at: RegionId,
        key: Option<&str>,
        wrap: Wrap,
        principal: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<RuleRef, Refusal> {
        let asking = Asking::of_client(principal, context);
        self.unwrapping_key("Decrypt", at, key, Ok(Some(wrap.set)), &asking)?;
        Ok(match (wrap.region == at, key) {
            (false, _) => rules::RELATED_KEYS_DECRYPT,
            (true, Some(_)) => rules::THE_VERSION_IS_PICKED,
            (true, None) => rules::KEY_ID_IS_OPTIONAL,
        })
    }

    /// The rule by which no key anywhere can ever unwrap it again, if so.
    pub fn lost(&self, wrap: Wrap) -> Option<RuleRef> {
        self.loss(wrap.set)
    }

    /// The ARN of the set's key in a Region, whether it exists or not.
    pub fn arn(&self, set: SetId, region: RegionId) -> String {
        let set = self.set(set);
        self.key_arn(&set.id, set.account, region)
    }

    /// The key ID, shared by related keys.
    pub fn key_id(&self, set: SetId) -> &str {
        &self.set(set).id
    }

    /// How many sets there are, declared ones first.
    pub fn sets(&self) -> u32 {
        self.sets.len() as u32
    }

    /// The state of the set's key in a Region, if there is one.
    pub fn state(&self, set: SetId, region: RegionId) -> Option<KeyState> {
        self.state_of(KeyRef { set, region })
    }

    /// The Region of the primary key (or of the single-Region key), while it exists.
    pub fn primary(&self, set: SetId) -> Option<RegionId> {
        self.set(set).primary().map(|_| self.home(set))
    }

    /// The Regions that have a key of the set now.
    pub fn regions(&self, set: SetId) -> RegionSet {
        self.set(set).keys.keys().fold(RegionSet::default(), |all, region| all.with(*region))
    }

    /// Whether the Region has or had a key of the set.
    pub fn ever_had(&self, set: SetId, at: RegionId) -> bool {
        self.set(set).ever.has(at)
    }

    /// The Region of the primary key, or of the last one there was.
    pub fn home(&self, set: SetId) -> RegionId {
        self.set(set).known.primary
    }
}

/// What the operations share.
impl Kms {
    fn set(&self, set: SetId) -> &Set {
        &self.sets[set.0 as usize]
    }

    fn set_mut(&mut self, set: SetId) -> &mut Set {
        &mut self.sets[set.0 as usize]
    }

    fn key_mut(&mut self, key: KeyRef) -> Option<&mut Key> {
        self.set_mut(key.set).keys.get_mut(&key.region)
    }

    fn state_of(&self, key: KeyRef) -> Option<KeyState> {
        self.set(key.set).keys.get(&key.region).map(|key| key.state)
    }

    fn aliases_at(&self, account: usize, region: RegionId) -> usize {
        account * self.config.regions.len() + region.index()
    }

    fn aliases(&self, account: usize, region: RegionId) -> &BTreeMap<String, Alias> {
        &self.aliases[self.aliases_at(account, region)]
    }

    fn aliases_mut(&mut self, account: usize, region: RegionId) -> &mut BTreeMap<String, Alias> {
        let place = self.aliases_at(account, region);
        &mut self.aliases[place]
    }

    /// The account of a principal, as an index of the directory.
    fn account_of(&self, principal: &str) -> usize {
        self.config.directory.account_of(principal)
    }

    fn place(&self, region: RegionId) -> &Place {
        &self.config.regions[region.index()]
    }

    /// The Regions with a key of the set, as its primary knows them, without one.
    fn regions_but(&self, set: SetId, but: RegionId) -> Vec<RegionId> {
        self.regions_of(self.set(set).known.regions.without(but))
    }

    /// A set of Regions, one by one.
    fn regions_of(&self, regions: RegionSet) -> Vec<RegionId> {
        (0..self.config.regions.len() as u8).map(RegionId).filter(|region| regions.has(*region)).collect()
    }

    /// [`admit`](Kms::admit) for the key that a parameter names.
    fn admit_named(
        &self,
        operation: &'static str,
        request: &Request,
        parameter: &str,
        naming: Naming,
    ) -> Result<KeyRef, Refusal> {
        let asking = Asking::of_request(request)?;
        self.admit(operation, request.required(parameter)?, request.caller.region, naming, &asking)
    }

    /// Puts a key into a state and reports it. Returns the number of the process that may begin with it.
    fn enter(
        &mut self,
        key: KeyRef,
        state: KeyState,
        operation: &'static str,
        rule: RuleRef,
        detail: String,
        out: &mut Outbox<KmsEvent>,
    ) -> u16 {
        let process = self.set_mut(key.set).next_process();
        if let Some(key) = self.key_mut(key) {
            key.state = state;
            key.process = process;
        }
        self.changed(key, operation, rule, detail, out);
        process
    }

    /// Reports the state that a key has now; every verdict is open again.
    fn changed(
        &mut self,
        key: KeyRef,
        operation: &'static str,
        rule: RuleRef,
        detail: String,
        out: &mut Outbox<KmsEvent>,
    ) {
        self.touch(key);
        let outcome = self.state_of(key).map_or("", KeyState::name);
        out.note(Note { detail, ..self.note_of(key, operation, outcome, rule) });
    }

    fn note_of(&self, key: KeyRef, operation: &'static str, outcome: &str, rule: RuleRef) -> Note {
        Note {
            region: key.region,
            operation,
            target: self.arn(key.set, key.region),
            outcome: outcome.to_owned(),
            rule,
            detail: String::new(),
        }
    }
}
