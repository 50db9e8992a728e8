//! Amazon DynamoDB: tables, and global tables over several Regions.

pub mod api;
pub mod rules;
mod setup;

pub use setup::{Consistency, TableSetup};

use super::replication::{Bits, MAX_REPLICAS, Order, Replicas};
use super::store::{Barrier, Effects, Stored};
use super::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Service};
use crate::rulebook::RuleRef;
use crate::sim::Time;
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// The timers of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableEvent {}

/// A global table: every replica takes reads and writes (DDB-GT-1).
#[derive(Clone, Debug)]
pub struct GlobalTable {
    name: String,
    /// Its replica tables and the writes between them.
    replicas: Replicas,
}

impl GlobalTable {
    /// An empty table with replicas in these Regions.
    pub fn new(name: &str, regions: Vec<RegionId>, items: u32, _setup: &TableSetup) -> GlobalTable {
        GlobalTable { name: name.to_owned(), replicas: Replicas::new(regions, Order::LastWriterWins, items) }
    }
}

impl Stored for GlobalTable {
    type Event = TableEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    #[inline]
    fn may(&self, _replica: u8, _work: Work) -> Result<(), Barrier> {
        Ok(())
    }

    #[inline]
    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        (Bits::MAX >> (MAX_REPLICAS - self.replicas.regions.len())) & !(1 << source)
    }

    fn status(&self, _replica: u8) -> String {
        "ACTIVE".to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::DynamoDb && params.get("TableName") == Some(&self.name)
    }

    fn call(
        &mut self,
        _operation: &Operation,
        _params: &Params,
        _caller: &Caller,
        _out: &mut Outbox<TableEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        Ok((json!({ "Table": { "TableName": self.name, "TableStatus": "ACTIVE" } }), Effects::default()))
    }

    fn handle(&mut self, event: TableEvent, _now: Time, _out: &mut Outbox<TableEvent>) -> Effects {
        match event {}
    }
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::ResourceNotFoundException, rules::THE_TABLE_EXISTS)
}
