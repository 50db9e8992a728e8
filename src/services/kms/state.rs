//! Keys, the sets they belong to, and the states they go through.

use super::{KeyClass, SetId};
use crate::sim::rng::{Draws, fnv1a};
use crate::sim::{Span, Time};
use crate::world::{RegionId, RegionSet};
use std::collections::BTreeMap;

/// A key state, by AWS's name (KMS Developer Guide, Key states of KMS keys).
///
/// `PendingImport` (imported key material) and `Unavailable` (custom key stores) stand in the operation × state
/// table, but no key can be in them yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// A replica that ReplicateKey is still making.
    Creating,
    /// Usable.
    Enabled,
    /// Switched off by DisableKey, or what CancelKeyDeletion leaves.
    Disabled,
    /// Its waiting period runs; at its end it is deleted.
    PendingDeletion,
    /// A primary that is to be deleted once its last replica is.
    PendingReplicaDeletion,
    /// Waits for imported key material.
    PendingImport,
    /// Its custom key store does not answer.
    Unavailable,
    /// One of the two keys of an UpdatePrimaryRegion under way.
    Updating,
}

impl KeyState {
    /// Every state.
    pub const ALL: [KeyState; 8] = [
        KeyState::Creating,
        KeyState::Enabled,
        KeyState::Disabled,
        KeyState::PendingDeletion,
        KeyState::PendingReplicaDeletion,
        KeyState::PendingImport,
        KeyState::Unavailable,
        KeyState::Updating,
    ];

    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            KeyState::Creating => "Creating",
            KeyState::Enabled => "Enabled",
            KeyState::Disabled => "Disabled",
            KeyState::PendingDeletion => "PendingDeletion",
            KeyState::PendingReplicaDeletion => "PendingReplicaDeletion",
            KeyState::PendingImport => "PendingImport",
            KeyState::Unavailable => "Unavailable",
            KeyState::Updating => "Updating",
        }
    }
}

/// A key by where it is: the set's key in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyRef {
    pub set: SetId,
    pub region: RegionId,
}

/// One KMS key: a resource of its own, in one Region (KMS-ID-12).
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub state: KeyState,
    pub created: Time,
    pub description: String,
    /// Present in PendingDeletion and PendingReplicaDeletion.
    pub deletion: Option<Deletion>,
    /// The related keys as DescribeKey shows them here; it lags behind the set (KMS-ID-21).
    pub shown: Related,
    /// What cryptographic operations act by (KMS-EC-1); none until a new key is published.
    pub published: Option<Published>,
    /// The number of its last state change, so that the timer of a process that was given up changes nothing.
    pub process: u16,
}

/// What cryptographic operations know of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub state: KeyState,
}

/// A deletion that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deletion {
    /// The waiting period chosen.
    pub window: Span,
    /// When it ends; none while the clock does not run (KMS-DEL-4).
    pub date: Option<Time>,
    /// How much later the key really goes (KMS-DEL-2).
    pub lateness: Span,
}

/// Which keys belong together, seen from somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Related {
    /// The Region of the primary key.
    pub primary: RegionId,
    /// The Regions of all keys.
    pub regions: RegionSet,
}

/// A single-Region key, or a primary key with its replicas: one key ID, one key material.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// The key ID, as text and as its 128 bits.
    pub id: String,
    pub bits: u128,
    pub multi_region: bool,
    /// Spec, usage and origin.
    pub class: KeyClass,
    /// The account that owns it: an index of the directory.
    pub account: usize,
    /// The keys that exist.
    pub keys: BTreeMap<RegionId, Key>,
    /// The related keys as the primary knows them, which is what synchronisation spreads. A deleted replica stays
    /// listed until word of it has reached the primary's Region.
    pub known: Related,
    /// The Regions that ever had a key.
    pub ever: RegionSet,
    /// The current key material version.
    pub material: u16,
    draws: Draws,
    drawn: u32,
    propagations: u32,
    processes: u16,
}

impl Set {
    /// A set without keys. The lengths of its processes are drawn from a sequence that its key ID names.
    pub fn new(
        id: String,
        bits: u128,
        multi_region: bool,
        (class, account): (KeyClass, usize),
        primary: RegionId,
    ) -> Set {
        let known = Related { primary, regions: RegionSet::default() };
        let draws = Draws(fnv1a(id.as_bytes()));
        Set {
            id,
            bits,
            multi_region,
            class,
            account,
            keys: BTreeMap::new(),
            known,
            ever: RegionSet::default(),
            material: 0,
            draws,
            drawn: 0,
            propagations: 0,
            processes: 0,
        }
    }

    /// The next number for the length of a process.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.draws.at(0, self.drawn)
    }

    /// The next number for the length of a propagation. It comes from numbers of its own, so that the time another
    /// process takes does not depend on how many changes there were.
    pub fn propagation_draw(&mut self) -> u64 {
        self.propagations += 1;
        self.draws.at(1, self.propagations)
    }

    /// The number of a state change that begins; no earlier one of the set, deleted keys included, has it.
    pub fn next_process(&mut self) -> u16 {
        self.processes = self.processes.wrapping_add(1);
        self.processes
    }

    /// Adds a key to the Region; the set's primary knows of it at once. Returns the number of its first process.
    pub fn add(&mut self, region: RegionId, state: KeyState, created: Time, description: &str) -> u16 {
        self.known.regions = self.known.regions.with(region);
        self.ever = self.ever.with(region);
        let process = self.next_process();
        let description = description.to_owned();
        let (deletion, published, shown) = (None, None, self.known);
        let key = Key { state, created, description, deletion, shown, published, process };
        self.keys.insert(region, key);
        process
    }

    /// Whether the key there is the primary of a set of multi-Region keys (KMS-ST-39, KMS-ST-40).
    pub fn is_primary(&self, region: RegionId) -> bool {
        self.multi_region && self.known.primary == region
    }

    /// The primary key, or the single-Region key, while it exists.
    pub fn primary(&self) -> Option<&Key> {
        self.keys.get(&self.known.primary)
    }

    /// Whether the primary has a replica, as far as it knows (KMS-ST-9).
    pub fn has_replicas(&self) -> bool {
        self.known.regions.without(self.known.primary) != RegionSet::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_never_forgets_where_it_was() {
        let mut set = Set::new("mrk-1".to_owned(), 1, true, (KeyClass::default(), 0), RegionId(1));
        set.add(RegionId(1), KeyState::Enabled, Time::ZERO, "");
        assert!(!set.has_replicas());
        set.add(RegionId(0), KeyState::Creating, Time::ZERO, "");
        assert!(set.has_replicas() && set.is_primary(RegionId(1)) && !set.is_primary(RegionId(0)));
        set.keys.clear();
        assert!(set.ever.has(RegionId(0)) && set.primary().is_none());
        assert_ne!(set.draw(), set.draw());
        assert_ne!(set.next_process(), set.next_process());
    }
}
