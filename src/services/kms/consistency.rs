//! The API is eventually consistent (KMS-EC-1). Management and the lists see a change at once; cryptographic operations
//! act by what has been *published*, a while later. What KMS does by itself (the end of Creating, a deletion) is
//! published as it happens.

use super::state::{KeyRef, KeyState, Published};
use super::{Kms, KmsEvent, SetId, api};
use crate::services::{Outbox, Plane};
use crate::sim::{Span, Time};
use crate::world::RegionId;
use std::collections::BTreeMap;

/// Which keys and aliases an operation goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// As they are.
    Current,
    /// As they were last published.
    Published,
}

impl View {
    /// Cryptographic operations go by what is published.
    pub fn of(operation: &str) -> View {
        match api::OPERATIONS.iter().find(|known| known.name == operation).map(|known| known.plane) {
            Some(Plane::Data) => View::Published,
            _ => View::Current,
        }
    }
}

impl Kms {
    /// The state of a key in a view; `None`: there is no such key in it.
    pub(super) fn state_in(&self, view: View, key: KeyRef) -> Option<KeyState> {
        let key = self.set(key.set).keys.get(&key.region)?;
        match view {
            View::Current => Some(key.state),
            View::Published => key.published.as_ref().map(|published| published.state),
        }
    }

    /// Something of a key, or which aliases name it, changed: every verdict is open again, now and when that is
    /// published.
    pub(super) fn touch(&mut self, key: KeyRef) {
        self.epoch += 1;
        if !self.touched.contains(&key) {
            self.touched.push(key);
        }
    }

    /// Publishes what a call changed, a while later.
    pub(super) fn publish_later(&mut self, now: Time, out: &mut Outbox<KmsEvent>) {
        for key in std::mem::take(&mut self.touched) {
            let draw = self.set_mut(key.set).propagation_draw();
            match self.propagation.sample(draw) {
                Span::ZERO => self.publish(key),
                takes => out.timer(now + takes, key.region, KmsEvent::Propagated { set: key.set }),
            }
        }
    }

    /// Publishes what KMS itself changed, or what existed before time 0.
    pub(super) fn publish_now(&mut self) {
        for key in std::mem::take(&mut self.touched) {
            self.publish(key);
        }
    }

    /// From now on cryptographic operations act by this key and its aliases as they are.
    pub(super) fn publish(&mut self, key: KeyRef) {
        self.epoch += 1;
        if let Some(key) = self.key_mut(key) {
            key.published = Some(Published { state: key.state, policy: key.policy.clone() });
        }
        let account = self.set(key.set).account;
        let place = self.aliases_at(account, key.region);
        let (current, published) = (&self.aliases[place], &mut self.published_aliases[place]);
        published.retain(|name, set| *set != key.set || current.contains_key(name));
        let named = current.iter().filter(|(_, alias)| alias.target == key.set);
        published.extend(named.map(|(name, _)| (name.clone(), key.set)));
    }

    /// The aliases that cryptographic operations know, of an account and Region.
    pub(super) fn published_aliases(&self, account: usize, region: RegionId) -> &BTreeMap<String, SetId> {
        &self.published_aliases[self.aliases_at(account, region)]
    }
}
