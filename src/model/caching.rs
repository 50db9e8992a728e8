//! Data-key caching in the running world: which instance has which data key, and which message which.

use super::Simulation;
use super::requests::{Request, RequestId};
use super::setup::Setup;
use crate::client::cache::{Cache, CacheSetup, DataKeyId};
use crate::client::{ClientSetup, rules};
use crate::rulebook::RuleRef;
use crate::sim::rng::{Draws, below};
use crate::sim::{Span, Time};

/// Stands for the data key that an instance encrypts with, whichever it is. No data key has this number.
const ENCRYPTING: DataKeyId = 0;

/// The caches of a client's instances.
#[derive(Clone, Debug)]
pub struct Caching {
    setup: CacheSetup,
    /// By Region and instance; made when an instance is first heard of.
    caches: Vec<Vec<Cache>>,
    /// Messages that needed no call to KMS.
    hits: u64,
    /// When requests last came after a time in which none was simulated, and a draw.
    woke: Option<(Time, u64)>,
}

impl Caching {
    /// Cold caches, if the client has any.
    pub fn new(client: &ClientSetup, setup: &Setup) -> Option<Box<Caching>> {
        let caches = vec![Vec::new(); setup.world.regions.len()];
        client.cache.map(|cache| Box::new(Caching { setup: cache, caches, hits: 0, woke: None }))
    }

    /// The cache of a request's instance. What was there before its Region last failed is gone.
    fn of(&mut self, r: &Request) -> &mut Cache {
        let caches = &mut self.caches[r.home.index()];
        let instance = usize::from(r.instance);
        if caches.len() <= instance {
            caches.resize(instance + 1, Cache::default());
        }
        caches[instance].survive(r.spell);
        &mut caches[instance]
    }

    /// Requests come again after a time in which none was simulated.
    pub fn wake_up(&mut self, now: Time, draw: u64) {
        self.woke = Some((now, draw));
    }

    /// The limits of what an instance caches now. Had requests come all the time, what it has would be of any age; after
    /// a sleep everything is loaded at once. So until that has died, ends of lives are spread over `max-age`: each
    /// data key's come at instants of its own, `max-age` apart.
    fn limits(&self, instance: u16, key: DataKeyId, now: Time) -> CacheSetup {
        let max_age = self.setup.max_age;
        match self.woke {
            Some((woke, draw)) if now < woke + max_age => {
                let phase = below(Draws(draw ^ u64::from(instance) << 32).at(0, key), max_age.0);
                let left = max_age.0 - (now.0 % max_age.0 + max_age.0 - phase) % max_age.0;
                CacheSetup { max_age: Span(left), ..self.setup }
            }
            _ => self.setup,
        }
    }
}

/// Numbers of data keys, so that messages under one cached data key are known as such.
#[derive(Clone, Copy, Debug, Default)]
pub struct DataKeys {
    last: DataKeyId,
}

impl DataKeys {
    /// The number of a new data key. Preloaded items have the first ones, each its own.
    pub fn next(&mut self) -> DataKeyId {
        self.last = self.last.wrapping_add(1);
        self.last
    }
}

impl Simulation {
    /// Stores whose items some client caches the data keys of remember them.
    pub(super) fn number_data_keys(&mut self) {
        for client in self.setup.clients.iter().filter(|client| client.cache.is_some()) {
            let replicas = self.stores[client.store].replicas_mut();
            replicas.track_data_keys();
            self.data_keys.last = self.data_keys.last.max(replicas.items());
        }
    }

    /// Encrypts with the instance's cached data key, if there is one.
    #[inline]
    pub(super) fn encrypt_from_cache(&mut self, id: RequestId) -> bool {
        let now = self.kernel.now();
        let r = self.requests.get(id);
        let Some(caching) = &mut self.clients[r.client.index()].caching else { return false };
        let Some((data_key, class)) = caching.of(r).encrypt(now) else { return false };
        caching.hits += 1;
        (r.data_key, r.class) = (data_key, class);
        true
    }

    /// Decrypts with a data key that the instance has decrypted before.
    #[inline]
    pub(super) fn decrypt_from_cache(&mut self, id: RequestId) -> bool {
        let now = self.kernel.now();
        let r = self.requests.get(id);
        let Some(caching) = &mut self.clients[r.client.index()].caching else { return false };
        let found = caching.of(r).decrypt(r.data_key, now);
        caching.hits += u64::from(found);
        found
    }

    /// KMS made the request's data key: the instance keeps it.
    #[inline]
    pub(super) fn keep_generated(&mut self, id: RequestId) {
        let now = self.kernel.now();
        let r = self.requests.get(id);
        if let Some(caching) = &mut self.clients[r.client.index()].caching {
            r.data_key = self.data_keys.next();
            let setup = caching.limits(r.instance, ENCRYPTING, now);
            caching.of(r).generated(r.data_key, r.class, now, &setup);
        }
    }

    /// KMS decrypted the request's data key: the instance keeps it.
    #[inline]
    pub(super) fn keep_decrypted(&mut self, id: RequestId) {
        let now = self.kernel.now();
        let r = self.requests.get(id);
        if let Some(caching) = &mut self.clients[r.client.index()].caching {
            let setup = caching.limits(r.instance, r.data_key, now);
            caching.of(r).decrypted(r.data_key, now, &setup);
        }
    }

    /// How often a cached data key was used, by rule.
    pub(super) fn cached(&self) -> Option<(RuleRef, u64)> {
        let hits =
            self.clients.iter().filter_map(|client| client.caching.as_ref()).map(|caching| caching.hits);
        let hits: u64 = hits.sum();
        (hits > 0).then_some((rules::CACHED_KEYS_OUTLIVE_KMS, hits))
    }
}
