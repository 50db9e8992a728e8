//! Amazon S3 buckets in several Regions, and the replication of objects between them.
//!
//! A bucket keeps earlier versions of its objects: replication asks for versioning (S3-2).

pub mod api;
pub mod rules;
mod setup;

pub use setup::{BucketSetup, Encryption};

use super::replication::{ABSENT, Bits, MAX_REPLICAS, Order, Replicas};
use super::store::{Barrier, Effects, Fate, KeyHealth, Keys, Put, Stored};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Span, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// The timers of buckets: there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketEvent {}

/// What Replication Time Control promises (S3-1).
const IN_TIME: Span = Span(15 * Span::MINUTE.0);

/// The buckets of one scenario store.
#[derive(Clone, Debug)]
pub struct Buckets {
    name: String,
    replicas: Replicas,
    keys: Keys,
    encryption: Encryption,
    /// What was found of each bucket's key.
    health: Vec<KeyHealth>,
    replicates_kms: bool,
    delete_markers: bool,
    two_way: bool,
    rtc: bool,
}

impl Buckets {
    /// Empty buckets in these Regions, the first one the source.
    pub fn new(
        name: &str,
        regions: Vec<RegionId>,
        items: u32,
        setup: &BucketSetup,
        encryption: Encryption,
    ) -> Buckets {
        Buckets {
            name: name.to_owned(),
            health: vec![KeyHealth::Usable; regions.len()],
            replicas: Replicas::new(regions, Order::LastWriterWins, items),
            keys: Keys::new(items),
            encryption,
            replicates_kms: setup.replicates_kms,
            delete_markers: setup.delete_markers,
            two_way: setup.two_way,
            rtc: setup.rtc,
        }
    }

    /// What a bucket's key does to requests of objects there.
    fn unlocked(&self, replica: u8) -> Result<(), Barrier> {
        let rule = rules::OBJECTS_NEED_THE_BUCKETS_KEY;
        let fate = match self.health[usize::from(replica)] {
            KeyHealth::Usable => return Ok(()),
            KeyHealth::Unusable { deadline, .. } => Fate::Mendable { deadline },
            KeyHealth::Gone { .. } => Fate::Gone,
        };
        Err(Barrier { error: ErrorCode::DisabledException, rule, fate })
    }

    /// The rule by which objects of a bucket never get to another as things are; nothing waits for a mend.
    fn stranding(&self, from: u8, to: u8) -> Option<RuleRef> {
        let kms = |replica: u8| self.encryption.by_kms[usize::from(replica)];
        let usable = |replica: u8| self.health[usize::from(replica)] == KeyHealth::Usable;
        if kms(from) && !self.replicates_kms && !self.encryption.native {
            return Some(rules::KMS_OBJECTS_NEED_THE_OPT_IN);
        }
        if kms(from) && !usable(from) {
            return Some(rules::THE_ROLE_NEEDS_BOTH_KEYS);
        }
        if kms(to) && !usable(to) {
            return Some(rules::A_BAD_KEY_SHOWS_LATER);
        }
        None
    }

    fn show(&self, replica: u8, item: u32) -> Option<Value> {
        let record = self.replicas.tables[usize::from(replica)].get(item)?;
        let elsewhere = (0..self.replicas.regions.len() as u8).filter(|other| *other != replica);
        let waits = |other: u8| {
            self.replicas.missing(replica, other).find(|(_, write)| write.item == item).map(|_| other)
        };
        let status = match (record.source == replica, elsewhere.clone().find_map(waits)) {
            (false, _) => "REPLICA",
            (true, None) => "COMPLETED",
            (true, Some(other)) if self.stranding(replica, other).is_some() => "FAILED",
            (true, Some(_)) => "PENDING",
        };
        Some(json!({
            "LastModified": super::dates::date(record.written),
            "ReplicationStatus": status,
            "ServerSideEncryption": if self.encryption.by_kms[usize::from(replica)] { "aws:kms" } else { "AES256" },
        }))
    }

    fn configure(&mut self, params: &Params, out: &mut Outbox<BucketEvent>) -> Result<Value, Refusal> {
        let text = params.get("ReplicationConfiguration").unwrap_or_default();
        let stated: Value =
            serde_json::from_str(text).map_err(|_| invalid("ReplicationConfiguration is no JSON object"))?;
        let rule = stated.pointer("/Rules/0").ok_or_else(|| invalid("a configuration has one rule"))?;
        let enabled = |path: &str| rule.pointer(path).and_then(Value::as_str) == Some("Enabled");
        self.replicates_kms = enabled("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status");
        self.delete_markers = enabled("/DeleteMarkerReplication/Status");
        self.note("PutBucketReplication", 0, rules::A_BAD_KEY_SHOWS_LATER, out);
        Ok(json!({}))
    }

    fn note(&self, operation: &'static str, replica: u8, rule: RuleRef, out: &mut Outbox<BucketEvent>) {
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation,
            target: self.name.clone(),
            outcome: self.status(replica),
            rule,
            detail: String::new(),
        });
    }
}

impl Stored for Buckets {
    type Event = BucketEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    fn may(&self, replica: u8, _work: Work) -> Result<(), Barrier> {
        self.unlocked(replica)
    }

    fn asks_kms(&self, replica: u8) -> bool {
        self.encryption.by_kms[usize::from(replica)]
    }

    fn keeps_versions(&self) -> bool {
        true
    }

    fn longest_lag(&self) -> Option<Span> {
        self.rtc.then_some(IN_TIME)
    }

    fn targets(&self, source: u8, deletes: bool) -> Bits {
        if (source != 0 && !self.two_way) || (deletes && !self.delete_markers) {
            return 0;
        }
        (Bits::MAX >> (MAX_REPLICAS - self.replicas.regions.len())) & !(1 << source)
    }

    fn strands(&self, from: u8, to: u8) -> Option<RuleRef> {
        self.stranding(from, to)
    }

    fn replicated(&self, from: u8, to: u8, delay: Span) -> Vec<RuleRef> {
        let mut decided = Vec::new();
        if self.rtc && delay > IN_TIME {
            decided.push(rules::TIME_CONTROL_HAS_LIMITS);
        }
        if self.encryption.related[usize::from(from)] && self.encryption.related[usize::from(to)] {
            decided.push(rules::RELATED_KEYS_ARE_JUST_KEYS);
        }
        decided
    }

    fn status(&self, replica: u8) -> String {
        match self.health[usize::from(replica)] {
            KeyHealth::Usable => "available",
            _ => "key-not-accessible",
        }
        .to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::S3 && params.get("Bucket") == Some(&self.name)
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<BucketEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let Some(replica) = self.replicas.replica_in(caller.region) else {
            let (error, rule) = unknown(operation);
            return Err(refuse(rule, error, "The specified bucket does not exist"));
        };
        let key = params.get("Key").unwrap_or_default().to_owned();
        if operation.name == "PutBucketReplication" {
            return Ok((self.configure(params, out)?, Effects::default()));
        }
        if operation.name != "DeleteObject" {
            self.unlocked(replica).map_err(|no| refuse(no.rule, no.error, no.rule.says))?;
        }
        let item = self.keys.key_of(&key, &mut self.replicas);
        let mut effects = Effects::default();
        let mut write = |class, value| {
            effects.writes = vec![Put { source: replica, item, class, value }];
        };
        let answer = match operation.name {
            "PutObject" => {
                write(0, Some(json!({ "Body": params.get("Body") })));
                json!({ "VersionId": super::dates::date(caller.now) })
            }
            "DeleteObject" => {
                write(ABSENT, None);
                if !self.delete_markers {
                    effects.decided = vec![rules::DELETE_MARKERS_STAY];
                }
                json!({ "DeleteMarker": true })
            }
            _ => self.show(replica, item).ok_or_else(|| {
                refuse(rules::THE_OBJECT_EXISTS, ErrorCode::NoSuchKey, "The specified key does not exist.")
            })?,
        };
        Ok((answer, effects))
    }

    fn handle(&mut self, event: BucketEvent, _now: Time, _out: &mut Outbox<BucketEvent>) -> Effects {
        match event {}
    }

    fn key_found(
        &mut self,
        replica: u8,
        health: KeyHealth,
        _now: Time,
        out: &mut Outbox<BucketEvent>,
    ) -> Effects {
        self.health[usize::from(replica)] = health;
        self.note("DescribeKey", replica, rules::OBJECTS_NEED_THE_BUCKETS_KEY, out);
        Effects { replaced: true, ..Effects::default() }
    }
}

fn refuse(rule: RuleRef, error: ErrorCode, message: &str) -> Refusal {
    Refusal { error, message: message.to_owned(), rule, remedy: Remedy::None }
}

fn invalid(message: &str) -> Refusal {
    refuse(rules::VALID_CONFIGURATION, ErrorCode::MalformedXML, message)
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::NoSuchBucket, rules::THE_BUCKET_EXISTS)
}
