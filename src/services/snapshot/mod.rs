//! Snapshots and backups that are copied to other Regions: EBS, RDS, RDS automated backups, AWS Backup.

pub mod api;
pub mod rules;
mod setup;

pub use setup::{CopyOf, CopySetup};

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
pub enum CopyEvent {}

/// A volume or database in one Region and the copies of its snapshots elsewhere.
#[derive(Clone, Debug)]
pub struct Copies {
    name: String,
    replicas: Replicas,
}

impl Copies {
    /// Empty copies in these Regions, the first one's in charge.
    pub fn new(name: &str, regions: Vec<RegionId>, items: u32, _setup: &CopySetup) -> Copies {
        Copies { name: name.to_owned(), replicas: Replicas::new(regions, Order::Log, items) }
    }
}

impl Stored for Copies {
    type Event = CopyEvent;

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
        "completed".to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::Ec2 && params.get("SnapshotId") == Some(&self.name)
    }

    fn call(
        &mut self,
        _operation: &Operation,
        _params: &Params,
        _caller: &Caller,
        _out: &mut Outbox<CopyEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        Ok((json!({ "Name": self.name }), Effects::default()))
    }

    fn handle(&mut self, event: CopyEvent, _now: Time, _out: &mut Outbox<CopyEvent>) -> Effects {
        match event {}
    }
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::SnapshotNotFound, rules::THE_SNAPSHOT_EXISTS)
}
