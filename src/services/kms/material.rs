//! Key material: the bytes that a key works with, which key of a set has which, and which of them is current.
//!
//! A set has a list of key materials. The version that a ciphertext names is an index of it; up to the current one
//! they are permanently associated with the set, and there may be one more that waits for rotation. KMS copies what it
//! generated to every key of the set; imported material is in the keys into which it was imported (KMS-ID-20).

use super::setup::KeySetup;
use super::state::{AutomaticRotation, Key, KeyRef, KeyState, Set};
use super::{Kms, KmsEvent, SetId, rules};
use crate::rulebook::RuleRef;
use crate::services::Outbox;
use crate::sim::Time;
use crate::sim::rng::{Draws, fnv1a};
use std::collections::BTreeMap;

/// The length of symmetric key material.
pub(super) const SYMMETRIC_BYTES: usize = 32;

/// One key material of a set.
#[derive(Clone, Debug)]
pub(super) struct Material {
    /// A model of a secret; no real key.
    pub bytes: Vec<u8>,
    /// What the importer says of it.
    pub description: String,
    /// The rotation that made it current. None for the first, and for one that waits.
    pub rotated: Option<(RotationType, Time)>,
}

/// A key's copy of a key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    /// When it expires; none: never.
    pub expires: Option<Time>,
}

/// What a rotation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RotationType {
    /// The schedule of EnableKeyRotation.
    Automatic,
    /// RotateKeyOnDemand.
    OnDemand,
}

impl RotationType {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            RotationType::Automatic => "AUTOMATIC",
            RotationType::OnDemand => "ON_DEMAND",
        }
    }
}

/// A rotation under way to the last key material of a set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotating {
    pub kind: RotationType,
    pub began: Time,
    /// The set does not switch before.
    pub copied: Time,
}

/// The bytes of the key material that a declared key with imported material has: they follow from its name, so that
/// they can be imported again.
pub fn material_bytes(name: &str) -> [u8; SYMMETRIC_BYTES] {
    secret_bytes(&format!("imported/{name}"))
}

fn secret_bytes(seed: &str) -> [u8; SYMMETRIC_BYTES] {
    let words = Draws(fnv1a(seed.as_bytes()));
    let mut bytes = [0; SYMMETRIC_BYTES];
    for (chunk, i) in bytes.chunks_exact_mut(8).zip(0..) {
        chunk.copy_from_slice(&words.at(2, i).to_be_bytes());
    }
    bytes
}

impl Set {
    /// KMS makes new key material. Returns its version; it is current only if it is the first.
    pub fn generate(&mut self) -> u16 {
        let bytes = secret_bytes(&format!("{}/{}", self.id, self.materials.len()));
        self.add_material(bytes.to_vec())
    }

    /// New key material. Returns its version; it is current only if it is the first.
    pub fn add_material(&mut self, bytes: Vec<u8>) -> u16 {
        self.materials.push(Material { bytes, description: String::new(), rotated: None });
        self.versions() - 1
    }

    /// How many key materials there are, a waiting one included.
    pub fn versions(&self) -> u16 {
        self.materials.len() as u16
    }

    /// The version that waits for rotation, if there is one.
    pub fn pending(&self) -> Option<u16> {
        let last = self.versions().checked_sub(1)?;
        (last > self.material).then_some(last)
    }

    /// The current version, if there is any material.
    pub fn current(&self) -> Option<u16> {
        (!self.materials.is_empty()).then_some(self.material)
    }

    /// What a new key of the set has from the start.
    pub fn copied(&self) -> BTreeMap<u16, Holding> {
        let versions = if self.class.is_external() { 0 } else { self.versions() };
        (0..versions).map(|version| (version, Holding { expires: None })).collect()
    }

    /// The key material ID of a version.
    pub fn material_id(&self, version: u16) -> String {
        let material = self.materials.get(usize::from(version));
        self.material_id_of(material.map_or(&[], |material| &material.bytes))
    }

    /// The key material ID that bytes have: computed from key ID and bytes, so the same in every related key and
    /// another in a key that is not (KMS-IMP-20).
    pub fn material_id_of(&self, bytes: &[u8]) -> String {
        let mut all = format!("{}/", self.id).into_bytes();
        all.extend(bytes);
        let draws = Draws(fnv1a(&all));
        (0..4).map(|i| format!("{:016x}", draws.at(1, i))).collect()
    }

    /// Whether a key lacks any material that is permanently associated with the set (KMS-IMP-6).
    pub fn is_incomplete(&self, key: &Key) -> bool {
        self.materials.is_empty() || (0..=self.material).any(|version| !key.held.contains_key(&version))
    }
}

impl Kms {
    /// The secret bytes of an asymmetric or HMAC key: the same in every related key, for life (KMS-ASY-2), also where a
    /// switch lets such keys rotate. None before the first import.
    pub(super) fn secret(&self, key: KeyRef) -> Vec<u8> {
        self.set(key.set).materials.first().map(|material| material.bytes.clone()).unwrap_or_default()
    }

    /// The key in its set, if it lacks material that it should have.
    pub(super) fn is_incomplete(&self, key: KeyRef) -> bool {
        let set = self.set(key.set);
        set.keys.get(&key.region).is_some_and(|key| set.is_incomplete(key))
    }

    /// Enabled, or PendingImport while imported material is missing: what a key comes to when nothing else holds it.
    pub(super) fn usable_state(&self, key: KeyRef) -> KeyState {
        if self.is_incomplete(key) { KeyState::PendingImport } else { KeyState::Enabled }
    }

    /// Whether the version is in the primary and in every replica (KMS-ROT-4). A replica of which the primary has not
    /// heard that it is gone has it not; nor has one that is still Creating. Into a replica that is pending deletion
    /// nothing can be imported, so nothing is waited for.
    pub(super) fn is_everywhere(&self, set: SetId, version: u16) -> bool {
        let set = self.set(set);
        let waits = self.config.settings.rotation_waits_for_disabled_replica;
        self.regions_of(set.known.regions).into_iter().all(|region| {
            let Some(key) = set.keys.get(&region) else { return false };
            match key.state {
                KeyState::Creating => false,
                KeyState::Disabled | KeyState::PendingDeletion if waits && region != set.known.primary => {
                    false
                }
                KeyState::PendingDeletion if set.class.is_external() => true,
                _ => key.held.contains_key(&version),
            }
        })
    }

    /// Imported material leaves a key, by DeleteImportedKeyMaterial or by expiry. Without a material that is
    /// permanently associated the key, and it alone, is PendingImport (KMS-IMP-6, KMS-ST-14). One that waits for
    /// rotation goes from all keys if it goes from the primary, and changes no state (KMS-IMP-11).
    pub(super) fn drop_material(
        &mut self,
        key: KeyRef,
        version: u16,
        (operation, rule): (&'static str, RuleRef),
        out: &mut Outbox<KmsEvent>,
    ) {
        let set = self.set_mut(key.set);
        let pending = set.pending() == Some(version);
        if pending && set.known.primary == key.region {
            set.keys.values_mut().for_each(|key| key.held.retain(|held, _| *held != version));
            set.materials.truncate(usize::from(version));
            set.rotating = None;
        } else if let Some(key) = set.keys.get_mut(&key.region) {
            key.held.remove(&version);
        }
        let rule = if pending { rules::PENDING_MATERIAL_GOES_QUIETLY } else { rule };
        match self.state_of(key) {
            Some(KeyState::Enabled | KeyState::Disabled) if !pending => {
                self.enter(key, KeyState::PendingImport, operation, rule, String::new(), out);
            }
            Some(KeyState::Updating) if !pending => {
                self.show_current(key);
                self.enter(key, KeyState::PendingImport, operation, rule, String::new(), out);
            }
            _ => out.note(self.note_of(key, operation, "key material gone", rule)),
        }
    }

    /// The material, and the automatic rotation, that the keys of a declared set have at time 0.
    pub(super) fn declare_material(&mut self, id: SetId, key: &KeySetup, out: &mut Outbox<KmsEvent>) {
        let rotates =
            (key.class.is_symmetric() && !key.class.is_external()) || self.config.switches.rotation_instant;
        if let Some(period) = key.rotation.filter(|_| rotates) {
            let next = Time::ZERO + period;
            self.set_mut(id).known.rotation = Some(AutomaticRotation { period, next });
            out.timer(next, key.primary, KmsEvent::RotationDue { set: id });
        }
        if !key.class.is_external() {
            return;
        }
        if !(key.material.is_empty() && key.replicas.is_empty()) {
            self.set_mut(id).add_material(material_bytes(&key.name).to_vec());
        }
        for region in std::iter::once(key.primary).chain(key.replicas.iter().copied()) {
            let imported = key.material.get(&region);
            let at = KeyRef { set: id, region };
            if let (Some(imported), Some(key)) = (imported, self.key_mut(at)) {
                let expires = imported.expires.map(|expires| Time::ZERO + expires);
                key.held.insert(0, Holding { expires });
                let expiry = KmsEvent::MaterialExpires { set: id, version: 0 };
                expires.into_iter().for_each(|expires| out.timer(expires, region, expiry));
            }
            let state = self.usable_state(at);
            self.key_mut(at).into_iter().for_each(|key| key.state = state);
        }
    }
}
