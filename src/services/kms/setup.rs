//! What a scenario says about KMS before the run: declared keys, times, open points, departures.

use super::spec::KeyClass;
use crate::services::ErrorCode;
use crate::services::iam::Document;
use crate::sim::{Law, Span};
use crate::world::RegionId;
use std::collections::BTreeMap;

/// A key as the scenario declares it: it exists at time 0, Enabled and synchronised.
#[derive(Clone, Debug)]
pub struct KeySetup {
    /// Its name in the scenario; `alias/<name>` is its alias.
    pub name: String,
    /// Multi-Region (a primary key and its replicas) or single-Region.
    pub multi_region: bool,
    /// The primary key's Region, or the single-Region key's.
    pub primary: RegionId,
    /// The replica keys' Regions; empty for a single-Region key.
    pub replicas: Vec<RegionId>,
    /// The Regions in which `alias/<name>` exists; `None`: wherever the key does.
    pub aliases: Option<Vec<RegionId>>,
    /// Spec, usage and origin.
    pub class: KeyClass,
    /// Index of its account.
    pub account: usize,
    /// The period of automatic rotation, enabled at time 0; `None`: off.
    pub rotation: Option<Span>,
    /// The key policy of each Region that has another than the default (KMS-POL-2).
    pub policies: BTreeMap<RegionId, Document>,
    /// The tags of each Region's key.
    pub tags: BTreeMap<RegionId, BTreeMap<String, String>>,
    /// Imported key material (origin EXTERNAL), Region by Region; a Region that is missing is PendingImport.
    pub material: BTreeMap<RegionId, Imported>,
}

impl KeySetup {
    /// A symmetric single-Region key of the first account, with AWS's defaults.
    pub fn single_region(name: &str, region: RegionId) -> KeySetup {
        KeySetup {
            name: name.to_owned(),
            multi_region: false,
            primary: region,
            replicas: Vec::new(),
            aliases: None,
            class: KeyClass::default(),
            account: 0,
            rotation: None,
            policies: BTreeMap::new(),
            tags: BTreeMap::new(),
            material: BTreeMap::new(),
        }
    }

    /// A symmetric multi-Region primary key and its replicas, with AWS's defaults.
    pub fn multi_region(name: &str, primary: RegionId, replicas: &[RegionId]) -> KeySetup {
        let replicas = replicas.to_vec();
        KeySetup { multi_region: true, replicas, ..KeySetup::single_region(name, primary) }
    }
}

/// Imported key material that a key has at time 0. Every Region of a key has the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// When it expires (KMS-IMP-5), counted from time 0; `None`: never.
    pub expires: Option<Span>,
}

/// How long KMS's own processes take (KMS-TIM-1 to -9). The defaults are our choice within what is documented.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// A change until cryptographic operations act by it (KMS-TIM-1): "a few seconds" documented, minutes possible.
    pub propagation: Law,
    /// ReplicateKey to a usable replica (KMS-TIM-2): "a few seconds" documented, minutes reported.
    pub creating: Law,
    /// UpdatePrimaryRegion (KMS-TIM-3): "a few more seconds" documented, a minute reported.
    pub updating: Law,
    /// Shared properties shown by the other keys of a set (KMS-TIM-4): unspecified.
    pub synchronisation: Law,
    /// New key material in the primary and every replica (KMS-TIM-5): unspecified.
    pub rotation: Law,
    /// A grant, or its revocation, until it holds (KMS-TIM-6): "usually less than five minutes" documented.
    pub grant: Law,
    /// An alias or a tag until policies go by it (KMS-TIM-7): "up to five minutes" documented.
    pub alias_tag: Law,
    /// Real deletion after the waiting period (KMS-TIM-9): up to 24 hours documented.
    pub deletion_lateness: Law,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            propagation: Law::Constant(Span::SECOND),
            creating: Law::Constant(Span::secs(5)),
            updating: Law::Constant(Span::secs(5)),
            synchronisation: Law::Constant(Span::secs(60)),
            rotation: Law::Constant(Span::secs(60)),
            grant: Law::Constant(Span::secs(30)),
            alias_tag: Law::Constant(Span::secs(60)),
            deletion_lateness: Law::Constant(Span::ZERO),
        }
    }
}

/// What AWS's documents leave open (KMS-UNV-1 to -18), with the documented or likeliest default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// ReplicateKey to the primary's own Region answers this (KMS-UNV-1, KMS-REP-4).
    pub replicate_own_region_error: ErrorCode,
    /// ReplicateKey to another partition answers this (KMS-UNV-1, KMS-REP-5).
    pub replicate_partition_error: ErrorCode,
    /// ReplicateKey to a Region that the account has not enabled answers this (KMS-UNV-1, KMS-REP-6).
    pub replicate_disabled_region_error: ErrorCode,
    /// UpdatePrimaryRegion to a Region without a replica answers this (KMS-UNV-2, KMS-UPR-4).
    pub promote_missing_error: ErrorCode,
    /// UpdatePrimaryRegion to the primary's own Region answers this (KMS-UNV-2, KMS-UPR-4).
    pub promote_own_region_error: ErrorCode,
    /// UpdatePrimaryRegion on a replica answers this (KMS-UNV-2, KMS-UPR-2).
    pub promote_on_replica_error: ErrorCode,
    /// Rotation operations on a replica answer this (KMS-UNV-3, KMS-ROT-3).
    pub rotation_on_replica_error: ErrorCode,
    /// Rotation operations look at the role before the state (KMS-UNV-3, KMS-ST-39).
    pub rotation_role_first: bool,
    /// What a key pending deletion answers where AWS documents two errors (KMS-UNV-4).
    pub pending_deletion_error: PendingDeletionError,
    /// A replica that is Disabled or pending deletion holds up the rotation of its set (KMS-UNV-5, KMS-ROT-12).
    pub rotation_waits_for_disabled_replica: bool,
    /// CancelKeyDeletion leaves a key without imported material PendingImport rather than Disabled (KMS-UNV-6).
    pub cancel_without_material: CancelWithoutMaterial,
    /// ImportKeyMaterial makes a Disabled key Enabled (KMS-UNV-7).
    pub import_enables_disabled: bool,
    /// UpdatePrimaryRegion is refused while the key is Updating (KMS-UNV-8, KMS-ST-36).
    pub strict_updating: bool,
    /// RotateKeyOnDemand while a rotation of the set is pending answers this (KMS-UNV-9, KMS-ROT-16).
    pub overlapping_rotation_error: ErrorCode,
    /// A named key is matched with the ciphertext before authorization and state (KMS-UNV-13, KMS-UNV-17).
    pub match_before_state: bool,
    /// Importing new material straight into a replica answers this (KMS-UNV-14, KMS-IMP-8).
    pub import_new_in_replica_error: ErrorCode,
    /// GetKeyRotationStatus answers for a key with imported material (KMS-UNV-16, KMS-ROT-17).
    pub rotation_status_of_imported: bool,
    /// An alias given to an operation that takes a key ID or key ARN only answers this (KMS-UNV-18, KMS-CT-18).
    pub alias_not_taken_error: ErrorCode,
    /// Which year's request quotas hold (KMS-QUO-1, KMS-QUO-1L).
    pub quota_vintage: QuotaVintage,
    /// Keys that an account can have in a Region (KMS-QUO-20).
    pub keys_per_region: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            replicate_own_region_error: ErrorCode::AlreadyExistsException,
            replicate_partition_error: ErrorCode::UnsupportedOperationException,
            replicate_disabled_region_error: ErrorCode::UnsupportedOperationException,
            promote_missing_error: ErrorCode::NotFoundException,
            promote_own_region_error: ErrorCode::UnsupportedOperationException,
            promote_on_replica_error: ErrorCode::UnsupportedOperationException,
            rotation_on_replica_error: ErrorCode::UnsupportedOperationException,
            rotation_role_first: false,
            pending_deletion_error: PendingDeletionError::default(),
            rotation_waits_for_disabled_replica: false,
            cancel_without_material: CancelWithoutMaterial::default(),
            import_enables_disabled: false,
            strict_updating: false,
            overlapping_rotation_error: ErrorCode::ConflictException,
            match_before_state: false,
            import_new_in_replica_error: ErrorCode::IncorrectKeyMaterialException,
            rotation_status_of_imported: false,
            alias_not_taken_error: ErrorCode::NotFoundException,
            quota_vintage: QuotaVintage::default(),
            keys_per_region: 100_000,
        }
    }
}

/// Which state CancelKeyDeletion leaves a key in whose imported material is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CancelWithoutMaterial {
    /// As any other key.
    #[default]
    Disabled,
    /// As its missing material would have it.
    PendingImport,
}

/// Which year's documents give the request quotas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuotaVintage {
    /// AWS KMS Developer Guide, 2026.
    #[default]
    Of2026,
    /// AWS KMS Developer Guide, 2023, which older exam material quotes.
    Of2023,
}

/// Both are documented; the first was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingDeletionError {
    /// `KMSInvalidStateException`
    #[default]
    KmsInvalidState,
    /// `DisabledException`
    Disabled,
}

/// Departures from AWS's documented behaviour, one a claim of popular study notes (KMS-SEED-1 to -21). All off:
/// AWS as documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// KMS-SEED-1: deleting the primary deletes its replicas with it, at the same time.
    pub delete_primary_cascades: bool,
    /// KMS-SEED-2: a replica gets the primary's key policy, at replication and at every PutKeyPolicy.
    pub policies_shared: bool,
    /// KMS-SEED-3: a replica can be promoted from its own Region while the primary's is down.
    pub promote_from_replica_during_outage: bool,
    /// KMS-SEED-5: a new replica is Enabled at once.
    pub replica_ready_immediately: bool,
    /// KMS-SEED-6, KMS-SEED-12: services encrypt a replica with the source's key, which must have a related key there.
    pub services_use_mrk_natively: bool,
    /// KMS-SEED-11: a copied resource can be read in the DR Region if a related key of the source's is there.
    pub dr_tip_seamless: bool,
    /// KMS-SEED-8: a Region may hold any number of replicas, in any partition; a second one is the first again.
    pub unlimited_replicas: bool,
    /// KMS-SEED-10: state, policy, tags and aliases of related keys are mirrored.
    pub twins: bool,
    /// KMS-SEED-15: rotation shows at once in every Region.
    pub rotation_instant: bool,
    /// KMS-SEED-17: a primary can be deleted at any time, by its own clock.
    pub lifecycle_independent: bool,
    /// KMS-SEED-18: any client decrypts anywhere; keyrings need not be MRK-aware.
    pub any_sdk_any_region: bool,
}

impl Switches {
    /// What the study notes say where they agree with themselves, of what is modelled.
    pub const NOTES: Switches = Switches {
        delete_primary_cascades: true,
        policies_shared: false,
        promote_from_replica_during_outage: true,
        replica_ready_immediately: true,
        services_use_mrk_natively: true,
        dr_tip_seamless: true,
        unlimited_replicas: false,
        twins: false,
        rotation_instant: true,
        lifecycle_independent: false,
        any_sdk_any_region: true,
    };
}
