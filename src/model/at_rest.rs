//! Encryption at rest: each replica has a key of its own Region, which its service tries again when it may have changed.

use super::data::StoreEvent;
use super::setup::{AtRest, Setup, StoreKind};
use super::{Event, Simulation};
use crate::rulebook::RuleRef;
use crate::services::dynamodb::rules as dynamodb;
use crate::services::kms::{SetId, Wrap, Wrapping};
use crate::services::store::{Effects, KeyHealth};
use crate::services::{Caller, ErrorCode, NOBODY, Note, Outbox, Refusal, Remedy, Service};
use crate::sim::{Sampler, Span, Stream};
use crate::world::RegionId;
use std::collections::BTreeMap;

/// How long it takes to wrap a table key anew (Assumed).
const REWRAPPING: Span = Span::MINUTE;

/// What the services know of their keys.
#[derive(Clone, Debug)]
pub struct Keys {
    /// By store and replica, of those with a customer managed key: what was found last, and whether a look is due.
    known: BTreeMap<(u16, u8), (KeyHealth, bool)>,
    recheck: Sampler,
    stream: Stream,
    /// By store and replica: with what it is encrypted now.
    now: Vec<Vec<AtRest>>,
    /// By store and replica: the key that it is being given.
    next: BTreeMap<(u16, u8), Option<SetId>>,
    /// By backup: the customer managed key under which it was made.
    pub(super) of_backups: BTreeMap<String, Option<SetId>>,
}

impl Keys {
    /// Every key works at time 0, as far as anybody has looked.
    pub fn new(setup: &Setup, trial: u64) -> Keys {
        let mut known = BTreeMap::new();
        for (index, store) in setup.stores.iter().enumerate() {
            for replica in 0..store.regions.len() {
                known.insert((index as u16, replica as u8), (KeyHealth::Usable, false));
            }
        }
        Keys {
            known,
            recheck: Sampler::new(&setup.table_key_recheck),
            stream: Stream::new(setup.seed, trial, "stores/key-recheck"),
            now: setup.stores.iter().map(|store| store.encryption.clone()).collect(),
            next: BTreeMap::new(),
            of_backups: BTreeMap::new(),
        }
    }
}

impl Simulation {
    /// The customer managed key with which a replica is encrypted at rest: its own, or, as the study notes have it, the
    /// first replica's multi-Region key (KMS-SEED-6).
    pub(super) fn key_at_rest(&self, store: usize, replica: u8) -> Option<SetId> {
        let encryption = &self.keys.now[store];
        let shared = |key: &AtRest| match key {
            AtRest::Customer(set) => self.setup.keys[set.0 as usize].multi_region,
            AtRest::AwsOwned | AtRest::AwsManaged => false,
        };
        let native = self.setup.switches.services_use_mrk_natively && encryption.first().is_some_and(shared);
        match encryption[if native { 0 } else { usize::from(replica) }] {
            AtRest::Customer(set) => Some(set),
            AtRest::AwsOwned | AtRest::AwsManaged => None,
        }
    }

    /// What a service finds when it uses a key of a Region, as `principal` or, by a grant of its own, as nobody.
    pub(super) fn key_health(&self, set: SetId, region: RegionId, principal: &str) -> KeyHealth {
        let arn = self.kms.arn(set, region);
        match self.kms.may_wrap(Wrapping::GenerateDataKey, region, &arn, principal, &BTreeMap::new()) {
            Ok(_) => KeyHealth::Usable,
            Err(no) => match (no.remedy, self.kms.lost(Wrap { set, region, material: 0 })) {
                (_, Some(rule)) => KeyHealth::Gone { rule },
                (Remedy::KeyOperation { deadline }, None) => KeyHealth::Unusable { rule: no.rule, deadline },
                (Remedy::None, None) => KeyHealth::Unusable { rule: no.rule, deadline: None },
            },
        }
    }

    /// Whether the role of a replication rule may use the keys of both buckets (S3-KMS-2).
    pub(super) fn role_may_replicate(&self, store: usize, from: u8, to: u8) -> bool {
        let StoreKind::S3(bucket) = &self.setup.stores[store].kind else { return true };
        let Some(role) = &bucket.role else { return true };
        [from, to].into_iter().all(|replica| {
            let region = self.stores[store].replicas().regions[usize::from(replica)];
            let key = self.key_at_rest(store, replica);
            key.is_none_or(|set| self.key_health(set, region, role) == KeyHealth::Usable)
        })
    }

    /// Keys have changed: services that go on with one they have tried before look again after a while.
    pub(super) fn look_at_keys(&mut self) {
        let places: Vec<(u16, u8)> = self.keys.known.keys().copied().collect();
        for (index, replica) in places {
            let store = &self.stores[usize::from(index)];
            let Some(set) = self.key_at_rest(usize::from(index), replica) else { continue };
            let region = store.replicas().regions[usize::from(replica)];
            let (known, due) = self.keys.known[&(index, replica)];
            if due || self.key_health(set, region, NOBODY) == known {
                continue;
            }
            let pause = match store.service {
                Service::DynamoDb | Service::Rds => self.keys.recheck.sample(self.keys.stream.next_u64()),
                _ => Span::ZERO,
            };
            self.keys.known.insert((index, replica), (known, true));
            let event = Event::Store(index, region, StoreEvent::Key(replica));
            self.kernel.schedule(self.kernel.now() + pause, event);
        }
    }

    /// A replica is to be encrypted with another key, named as KMS lets it be named, or with one of AWS's (DDB-KEY-8).
    pub(super) fn switch_key(
        &mut self,
        index: u16,
        (replica, key): (u8, Option<&str>),
        caller: &Caller,
    ) -> Result<(), Refusal> {
        let no = |rule: RuleRef, message: String| {
            Err(Refusal { error: ErrorCode::ValidationException, message, rule, remedy: Remedy::None })
        };
        let context = BTreeMap::new();
        let found = key.map(|key| {
            self.kms.may_wrap(Wrapping::GenerateDataKey, caller.region, key, caller.principal, &context)
        });
        let set = match found.transpose() {
            Ok(wrap) => wrap.map(|wrap| wrap.set),
            Err(refused) => {
                return no(dynamodb::A_SWITCH_REWRAPS, format!("KMS refuses: {}", refused.message));
            }
        };
        let store = &self.stores[usize::from(index)];
        let others = (0..store.replicas().regions.len() as u8).filter(|other| *other != replica);
        let own = self.key_at_rest(usize::from(index), replica).is_some();
        if own != set.is_some() && others.into_iter().any(|other| store.is_present(other)) {
            return no(dynamodb::EACH_REPLICA_HAS_A_KEY, dynamodb::EACH_REPLICA_HAS_A_KEY.says.to_owned());
        }
        self.keys.next.insert((index, replica), set);
        let event = Event::Store(index, caller.region, StoreEvent::Rewrapped(replica));
        self.kernel.schedule(caller.now + REWRAPPING, event);
        Ok(())
    }

    /// The table key of a replica is wrapped with another key, if the old one still opens it.
    pub(super) fn rewrapped(&mut self, index: u16, replica: u8) -> (Effects, Outbox<StoreEvent>) {
        let Some(set) = self.keys.next.remove(&(index, replica)) else { return Default::default() };
        let region = self.stores[usize::from(index)].replicas().regions[usize::from(replica)];
        let old = self.key_at_rest(usize::from(index), replica);
        let works = old.is_none_or(|old| self.key_health(old, region, NOBODY) == KeyHealth::Usable);
        if works {
            self.keys.now[usize::from(index)][usize::from(replica)] =
                set.map_or(AtRest::AwsOwned, AtRest::Customer);
        }
        let mut out = Outbox::default();
        out.note(Note {
            region,
            operation: "UpdateTable",
            target: self.setup.stores[usize::from(index)].name.clone(),
            outcome: if works { "rewrapped" } else { "not rewrapped" }.to_owned(),
            rule: dynamodb::A_SWITCH_REWRAPS,
            detail: set.map_or_else(|| "AWS owned key".to_owned(), |set| self.kms.arn(set, region)),
        });
        self.take_out(index, out);
        self.try_key(index, replica)
    }

    /// A service tries the key of a replica.
    pub(super) fn try_key(&mut self, index: u16, replica: u8) -> (Effects, Outbox<StoreEvent>) {
        let region = self.stores[usize::from(index)].replicas().regions[usize::from(replica)];
        let Some(set) = self.key_at_rest(usize::from(index), replica) else { return Default::default() };
        let found = self.key_health(set, region, NOBODY);
        let known = self.keys.known.insert((index, replica), (found, false));
        match known {
            Some((before, _)) if before == found => Default::default(),
            _ => {
                self.ledger.changed_everywhere(self.kernel.now());
                let told = self.stores[usize::from(index)].key_found(replica, found, self.kernel.now());
                self.look_at_records();
                told
            }
        }
    }
}
