//! What goes on after an answer: KMS's timers and messages between Regions.

use super::state::{KeyRef, KeyState};
use super::{Kms, SetId, rules};
use crate::services::Outbox;
use crate::sim::Time;
use crate::world::RegionId;

/// KMS's own timers and messages between Regions. `process` tells a process under way from one that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KmsEvent {
    /// Timer at the replica: its Creating is over.
    Replicated {
        /// The set.
        set: SetId,
        /// Which process of the key.
        process: u16,
    },
    /// Timer at either key of a change of primary: its Updating is over.
    Updated {
        /// The set.
        set: SetId,
        /// Which process of the key.
        process: u16,
    },
    /// Timer at the key: its waiting period is over, and deletion as late as it comes.
    WaitingPeriodOver {
        /// The set.
        set: SetId,
        /// Which process of the key.
        process: u16,
    },
    /// Timer at the primary: the other keys are to be told.
    Synchronise {
        /// The set.
        set: SetId,
    },
    /// Message to a key: the set as its primary knows it.
    Synchronised {
        /// The set.
        set: SetId,
    },
    /// Message to the primary: a replica was deleted.
    ReplicaDeleted {
        /// The set.
        set: SetId,
        /// Where.
        replica: RegionId,
    },
    /// Timer at the primary: an automatic rotation is due.
    RotationDue {
        /// The set.
        set: SetId,
    },
    /// Timer where new key material was made: it is copied to the other Regions.
    CopyMaterial {
        /// The set.
        set: SetId,
    },
    /// Message to a replica: new key material.
    MaterialCopied {
        /// The set.
        set: SetId,
        /// Which.
        version: u16,
    },
    /// Message to the primary: a key has the new key material, or may not be waited for any longer.
    MaterialHeld {
        /// The set.
        set: SetId,
    },
    /// Timer at the key: imported material expires, unless it was imported again meanwhile.
    MaterialExpires {
        /// The set.
        set: SetId,
        /// Which.
        version: u16,
    },
    /// Timer at the key: a grant holds without its token.
    GrantHolds {
        /// The set.
        set: SetId,
        /// The grant's number.
        grant: u16,
    },
    /// Timer at the key: a grant that was retired or revoked allows nothing any more.
    GrantGone {
        /// The set.
        set: SetId,
        /// The grant's number.
        grant: u16,
    },
    /// Timer at the key: policies go by a change of its tags or aliases.
    LabelsSettled {
        /// The set.
        set: SetId,
        /// The change's number.
        change: u16,
    },
    /// Timer at the key: cryptographic operations come to act by it, and its aliases, as they are (KMS-EC-1).
    Propagated {
        /// The set.
        set: SetId,
    },
    /// Message to a key: a related key was changed, and it follows (KMS-SEED-2, KMS-SEED-10).
    Mirrored {
        /// The set.
        set: SetId,
        /// Where the other key is.
        from: RegionId,
    },
    /// Message to a replica: its primary was scheduled for deletion, and it goes along (KMS-SEED-1).
    DeletedWithPrimary {
        /// The set.
        set: SetId,
    },
}

const _: () = assert!(size_of::<KmsEvent>() <= 8);

impl Kms {
    pub(super) fn process(&mut self, at: RegionId, event: KmsEvent, now: Time, out: &mut Outbox<KmsEvent>) {
        let here = |set| KeyRef { set, region: at };
        match event {
            KmsEvent::Replicated { set, process } if self.under_way(here(set), process) => {
                let (state, rule) = match self.usable_state(here(set)) {
                    KeyState::PendingImport => (KeyState::PendingImport, rules::A_REPLICA_HAS_NO_MATERIAL),
                    state => (state, rules::REPLICA_GETS_READY),
                };
                self.enter(here(set), state, "SynchronizeMultiRegionKey", rule, String::new(), out);
            }
            KmsEvent::Updated { set, process } if self.under_way(here(set), process) => {
                let rule = rules::UPDATE_ENDS;
                self.show_current(here(set));
                self.enter(here(set), KeyState::Enabled, "UpdatePrimaryRegion", rule, String::new(), out);
            }
            KmsEvent::WaitingPeriodOver { set, process } if self.under_way(here(set), process) => {
                self.delete(here(set), out);
            }
            KmsEvent::Synchronise { set } => self.synchronise(at, set, out),
            KmsEvent::Synchronised { set } => self.synchronised(here(set), out),
            KmsEvent::ReplicaDeleted { set, replica } => self.replica_deleted(at, set, replica, now, out),
            KmsEvent::RotationDue { set } => self.rotation_due(here(set), now, out),
            KmsEvent::CopyMaterial { set } => self.copy_material(here(set), now, out),
            KmsEvent::MaterialCopied { set, version } => self.material_copied(here(set), version, now, out),
            KmsEvent::MaterialHeld { set } => self.material_held(here(set), now, out),
            KmsEvent::MaterialExpires { set, version } => self.material_expires(here(set), version, now, out),
            KmsEvent::DeletedWithPrimary { set } if self.state_of(here(set)).is_some() => {
                self.deleted_with_primary(here(set), out);
            }
            KmsEvent::GrantHolds { set, grant } => self.grant_holds(here(set), grant, out),
            KmsEvent::GrantGone { set, grant } => self.grant_gone(here(set), grant, out),
            KmsEvent::LabelsSettled { set, change } => self.labels_settled(here(set), change, out),
            KmsEvent::Propagated { set } => self.publish(here(set)),
            KmsEvent::Mirrored { set, from } => self.mirror(here(set), from, out),
            // A process that was given up meanwhile.
            _ => {}
        }
    }

    fn under_way(&self, key: KeyRef, process: u16) -> bool {
        self.set(key.set).keys.get(&key.region).is_some_and(|key| key.process == process)
    }
}
