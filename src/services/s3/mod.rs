//! Amazon S3 buckets in several Regions, and the replication of objects between them.

pub mod api;
pub mod rules;
mod setup;

pub use setup::BucketSetup;

use super::replication::{Bits, MAX_REPLICAS, Order, Replicas};
use super::store::{Barrier, Effects, Stored};
use super::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Service};
use crate::rulebook::RuleRef;
use crate::sim::Time;
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// Its timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketEvent {}

/// Buckets of one scenario store.
#[derive(Clone, Debug)]
pub struct Buckets {
    name: String,
    replicas: Replicas,
}

impl Buckets {
    /// Empty copies in these Regions, the first one's in charge.
    pub fn new(name: &str, regions: Vec<RegionId>, items: u32, _setup: &BucketSetup) -> Buckets {
        Buckets { name: name.to_owned(), replicas: Replicas::new(regions, Order::LastWriterWins, items) }
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

    fn may(&self, _replica: u8, _work: Work) -> Result<(), Barrier> {
        Ok(())
    }

    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        (Bits::MAX >> (MAX_REPLICAS - self.replicas.regions.len())) & !(1 << source)
    }

    fn status(&self, _replica: u8) -> String {
        "COMPLETED".to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::S3 && params.get("Bucket") == Some(&self.name)
    }

    fn call(
        &mut self,
        _operation: &Operation,
        _params: &Params,
        _caller: &Caller,
        _out: &mut Outbox<BucketEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        Ok((json!({ "Name": self.name }), Effects::default()))
    }

    fn handle(&mut self, event: BucketEvent, _now: Time, _out: &mut Outbox<BucketEvent>) -> Effects {
        match event {}
    }
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::NoSuchBucket, rules::THE_BUCKET_EXISTS)
}
