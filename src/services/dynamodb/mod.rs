//! Amazon DynamoDB global tables with multi-Region eventual consistency (MREC).

pub mod rules;

use super::replication::{Bits, MAX_REPLICAS, Order, Replicas};
use crate::world::RegionId;

/// A global table: every replica takes reads and writes (DDB-GT-1).
#[derive(Clone, Debug)]
pub struct GlobalTable {
    /// Its replica tables and the writes between them.
    pub replicas: Replicas,
}

impl GlobalTable {
    /// An empty table with replicas in these Regions.
    pub fn new(regions: Vec<RegionId>, items: u32) -> GlobalTable {
        GlobalTable { replicas: Replicas::new(regions, Order::LastWriterWins, items) }
    }

    /// The replicas (bits) that a write taken by `source` is sent to.
    #[inline]
    pub fn targets(&self, source: u8) -> Bits {
        (Bits::MAX >> (MAX_REPLICAS - self.replicas.regions.len())) & !(1 << source)
    }
}
