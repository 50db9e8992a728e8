//! What a scenario says about KMS before the run: declared keys, times, open points, departures.

use crate::sim::{Law, Span};
use crate::world::RegionId;

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
}

/// How long KMS's own processes take (KMS-TIM-1 to -9). The defaults are our choice within what is documented.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// ReplicateKey to a usable replica (KMS-TIM-2): "a few seconds" documented, minutes reported.
    pub creating: Law,
    /// UpdatePrimaryRegion (KMS-TIM-3): "a few more seconds" documented, a minute reported.
    pub updating: Law,
    /// Shared properties shown by the other keys of a set (KMS-TIM-4): unspecified.
    pub synchronisation: Law,
    /// Real deletion after the waiting period (KMS-TIM-9): up to 24 hours documented.
    pub deletion_lateness: Law,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            creating: Law::Constant(Span::secs(5)),
            updating: Law::Constant(Span::secs(5)),
            synchronisation: Law::Constant(Span::secs(60)),
            deletion_lateness: Law::Constant(Span::ZERO),
        }
    }
}

/// What AWS's documents leave open (KMS-UNV-1 to -18), with the documented or likeliest default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What cryptography on a key pending deletion answers (KMS-UNV-4).
    pub pending_deletion_error: PendingDeletionError,
    /// UpdatePrimaryRegion is refused while the key is Updating (KMS-UNV-8, KMS-ST-36).
    pub strict_updating: bool,
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
    /// KMS-SEED-3: a replica can be promoted from its own Region while the primary's is down.
    pub promote_from_replica_during_outage: bool,
    /// KMS-SEED-5: a new replica is Enabled at once.
    pub replica_ready_immediately: bool,
    /// KMS-SEED-18: any client decrypts anywhere; keyrings need not be MRK-aware.
    pub any_sdk_any_region: bool,
}

impl Switches {
    /// What the study notes say where they agree with themselves, of what is modelled.
    pub const NOTES: Switches = Switches {
        delete_primary_cascades: true,
        promote_from_replica_during_outage: true,
        replica_ready_immediately: true,
        any_sdk_any_region: true,
    };
}
