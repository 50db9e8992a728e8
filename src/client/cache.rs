//! Data-key caching (the AWS Encryption SDK's caching CMM): what an instance remembers, and for how long.
//!
//! A data key goes by a number: messages that were encrypted under one cached data key share it. An instance keeps
//! one data key to encrypt with, since its encryption context is always the same (KMS-CACHE-3), and those that it has
//! had decrypted, by their numbers.

use crate::services::replication::ClassId;
use crate::sim::{Span, Time};
use std::collections::BTreeMap;

/// A data key: messages with the same number were encrypted under the same one.
pub type DataKeyId = u32;

/// Limits of cached data keys (KMS-CACHE-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSetup {
    /// How long a data key may be used; longer than 0.
    pub max_age: Span,
    /// How many messages it may encrypt.
    pub max_messages: u64,
    /// How many bytes it may encrypt.
    pub max_bytes: u64,
    /// The bytes of one message.
    pub message_size: u64,
    /// How many decrypted data keys an instance keeps; the one least recently used goes first.
    pub capacity: usize,
}

/// The most messages that a data key may encrypt, and the default (KMS-CACHE-1).
pub const MOST_MESSAGES: u64 = 1 << 32;
/// The most bytes, and the default.
pub const MOST_BYTES: u64 = (1 << 63) - 1;

impl CacheSetup {
    /// How many messages a data key encrypts by both limits. Zero: it is not kept.
    pub fn messages(&self) -> u64 {
        self.max_messages.min(self.max_bytes / self.message_size.max(1))
    }
}

/// A data key that encrypts.
#[derive(Clone, Copy, Debug)]
struct Encrypting {
    key: DataKeyId,
    class: ClassId,
    until: Time,
    left: u64,
}

/// A data key that was decrypted.
#[derive(Clone, Copy, Debug)]
struct Decrypted {
    until: Time,
    used: u64,
}

/// What one instance has cached.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// The spell of being up of its Region in which it was filled.
    spell: u16,
    encrypting: Option<Encrypting>,
    decrypted: BTreeMap<DataKeyId, Decrypted>,
    /// The data keys by their last use.
    by_use: BTreeMap<u64, DataKeyId>,
    uses: u64,
}

impl Cache {
    /// An instance that was stopped with its Region starts with nothing.
    pub fn survive(&mut self, spell: u16) {
        if self.spell != spell {
            *self = Cache { spell, ..Cache::default() };
        }
    }

    /// The data key to encrypt the next message with, and its envelope class.
    pub fn encrypt(&mut self, now: Time) -> Option<(DataKeyId, ClassId)> {
        let entry = self.encrypting.as_mut().filter(|entry| now < entry.until && entry.left > 0)?;
        entry.left -= 1;
        Some((entry.key, entry.class))
    }

    /// Keeps a data key that KMS has just made, and that has encrypted one message.
    pub fn generated(&mut self, key: DataKeyId, class: ClassId, now: Time, setup: &CacheSetup) {
        let left = setup.messages().saturating_sub(1);
        self.encrypting = Some(Encrypting { key, class, until: now + setup.max_age, left });
    }

    /// Whether a message's data key is there, decrypted.
    pub fn decrypt(&mut self, key: DataKeyId, now: Time) -> bool {
        let Some(entry) = self.decrypted.get_mut(&key) else { return false };
        self.by_use.remove(&entry.used);
        if now >= entry.until {
            self.decrypted.remove(&key);
            return false;
        }
        self.uses += 1;
        entry.used = self.uses;
        self.by_use.insert(self.uses, key);
        true
    }

    /// Keeps a data key that KMS has just decrypted.
    pub fn decrypted(&mut self, key: DataKeyId, now: Time, setup: &CacheSetup) {
        self.uses += 1;
        let entry = Decrypted { until: now + setup.max_age, used: self.uses };
        if let Some(before) = self.decrypted.insert(key, entry) {
            self.by_use.remove(&before.used);
        }
        self.by_use.insert(self.uses, key);
        while self.decrypted.len() > setup.capacity {
            let Some((_, oldest)) = self.by_use.pop_first() else { return };
            self.decrypted.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: CacheSetup = CacheSetup {
        max_age: Span::MINUTE,
        max_messages: 3,
        max_bytes: MOST_BYTES,
        message_size: 1024,
        capacity: 2,
    };

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::secs(seconds)
    }

    #[test]
    fn a_data_key_dies_of_age_messages_and_bytes() {
        let mut cache = Cache::default();
        cache.generated(7, 1, at(0), &SETUP);
        assert_eq!(
            (0..3).map(|_| cache.encrypt(at(1))).collect::<Vec<_>>(),
            [Some((7, 1)), Some((7, 1)), None]
        );
        cache.generated(8, 1, at(0), &SETUP);
        assert_eq!((cache.encrypt(at(59)), cache.encrypt(at(60))), (Some((8, 1)), None));
        cache.generated(9, 1, at(0), &CacheSetup { max_bytes: 2048, ..SETUP });
        assert_eq!((cache.encrypt(at(1)), cache.encrypt(at(1))), (Some((9, 1)), None));
        cache.generated(10, 1, at(0), &CacheSetup { max_bytes: 1000, ..SETUP });
        assert_eq!(cache.encrypt(at(0)), None, "a message is larger than the limit");
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = Cache::default();
        cache.decrypted(1, at(0), &SETUP);
        cache.decrypted(2, at(0), &SETUP);
        assert!(cache.decrypt(1, at(1)));
        cache.decrypted(3, at(2), &SETUP);
        assert!(cache.decrypt(1, at(3)) && cache.decrypt(3, at(3)) && !cache.decrypt(2, at(3)));
        assert!(!cache.decrypt(1, at(60)) && cache.decrypt(3, at(61)), "each by its own age");
        assert_eq!(cache.decrypted.len(), cache.by_use.len());
    }

    #[test]
    fn nothing_survives_the_end_of_the_instance() {
        let mut cache = Cache::default();
        cache.decrypted(1, at(0), &SETUP);
        cache.survive(0);
        assert!(cache.decrypt(1, at(1)));
        cache.survive(1);
        assert!(!cache.decrypt(1, at(1)));
    }
}
