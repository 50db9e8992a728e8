//! Keys, the sets they belong to, and the states they go through.

use super::grant::Grant;
use super::labels::Labels;
use super::material::{Holding, Material, Rotating};
use super::{KeyClass, SetId};
use crate::rulebook::RuleRef;
use crate::services::iam::Document;
use crate::sim::rng::{Draws, fnv1a};
use crate::sim::{Span, Time};
use crate::world::{RegionId, RegionSet};
use std::collections::BTreeMap;

/// A key state, by AWS's name (KMS Developer Guide, Key states of KMS keys).
///
/// `Unavailable` (custom key stores) stands in the operation × state table, but no key can be in it.
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
    pub tags: BTreeMap<String, String>,
    /// Its key policy; none: the default one (KMS-POL-2).
    pub policy: Option<Document>,
    /// Tags and aliases as they were before each change that policies do not go by yet, with the change's number.
    pub earlier: Vec<(u16, Labels)>,
    /// Its grants, by number.
    pub grants: BTreeMap<u16, Grant>,
    /// When it last did cryptography, and the operation (KMS-LOG-14).
    pub last_use: Option<(Time, &'static str)>,
    /// Present in PendingDeletion and PendingReplicaDeletion.
    pub deletion: Option<Deletion>,
    /// The related keys as DescribeKey shows them here; it lags behind the set (KMS-ID-21).
    pub shown: Related,
    /// The versions of the set's key material that it has.
    pub held: BTreeMap<u16, Holding>,
    /// What cryptographic operations act by (KMS-EC-1); none until a new key is published.
    pub published: Option<Published>,
    /// The number of its last state change, so that the timer of a process that was given up changes nothing.
    pub process: u16,
}

/// What cryptographic operations know of a key.
#[derive(Clone, Debug)]
pub(super) struct Published {
    pub state: KeyState,
    pub policy: Option<Document>,
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

/// What related keys know of each other and share, seen from somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Related {
    /// The Region of the primary key.
    pub primary: RegionId,
    /// The Regions of all keys.
    pub regions: RegionSet,
    /// Automatic rotation, while it is enabled.
    pub rotation: Option<AutomaticRotation>,
}

/// Automatic rotation as it was enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AutomaticRotation {
    /// From one rotation to the next.
    pub period: Span,
    /// When the next one is due.
    pub next: Time,
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
    /// Every key material there has been; a version is an index.
    pub materials: Vec<Material>,
    /// The current version, if there is any material.
    pub material: u16,
    /// A rotation to the last version, under way.
    pub rotating: Option<Rotating>,
    /// The rule by which its last key went, if nobody deleted that.
    pub taken_by: Option<RuleRef>,
    /// How often it was rotated on demand.
    pub on_demand: u16,
    draws: Draws,
    drawn: u32,
    propagations: u32,
    processes: u16,
    changes: u16,
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
        let known = Related { primary, regions: RegionSet::default(), rotation: None };
        let draws = Draws(fnv1a(id.as_bytes()));
        let mut set = Set {
            id,
            bits,
            multi_region,
            class,
            account,
            keys: BTreeMap::new(),
            known,
            ever: RegionSet::default(),
            materials: Vec::new(),
            material: 0,
            rotating: None,
            taken_by: None,
            on_demand: 0,
            draws,
            drawn: 0,
            propagations: 0,
            processes: 0,
            changes: 0,
        };
        if !class.is_external() {
            set.generate();
        }
        set
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

    /// The number of a grant, or of a change of tags or aliases: of the whole set, so that a timer of a deleted key
    /// means nothing to a replica made in its place.
    pub fn next_change(&mut self) -> u16 {
        self.changes = self.changes.wrapping_add(1);
        self.changes
    }

    /// Adds a key to the Region; the set's primary knows of it at once. Returns the number of its first process.
    pub fn add(&mut self, region: RegionId, state: KeyState, created: Time, description: &str) -> u16 {
        self.known.regions = self.known.regions.with(region);
        self.ever = self.ever.with(region);
        let process = self.next_process();
        let description = description.to_owned();
        let (shown, held) = (self.known, self.copied());
        let key = Key {
            state,
            created,
            description,
            tags: BTreeMap::new(),
            policy: None,
            earlier: Vec::new(),
            grants: BTreeMap::new(),
            last_use: None,
            deletion: None,
            shown,
            held,
            published: None,
            process,
        };
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
