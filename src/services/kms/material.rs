//! Key material: the bytes that a key works with.

use super::Kms;
use super::state::KeyRef;
use crate::sim::rng::{Draws, fnv1a};

impl Kms {
    /// The secret bytes of a key's current material: the same in every related key. A model of a secret; no real key. None
    /// before the first import.
    pub(super) fn secret(&self, key: KeyRef) -> Vec<u8> {
        let set = self.set(key.set);
        if set.class.is_external() {
            return Vec::new();
        }
        let words = Draws(fnv1a(format!("{}/{}", set.id, set.material).as_bytes()));
        (0..4).flat_map(|i| words.at(2, i).to_be_bytes()).collect()
    }
}
