//! What a scenario says about a DynamoDB table before the run.

use crate::sim::{Law, Span};
use crate::world::RegionId;

/// The consistency mode of a global table (DDB-GT-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// Multi-Region eventual consistency, MREC.
    #[default]
    Eventual,
    /// Multi-Region strong consistency, MRSC.
    Strong,
}

/// A table as the scenario declares it. With one Region it is a single-Region table.
#[derive(Clone, Debug)]
pub struct TableSetup {
    /// MREC or MRSC.
    pub consistency: Consistency,
    /// The Region of the witness of an MRSC table with two replicas.
    pub witness: Option<RegionId>,
    /// Regions, among the store's, in which a replica may come only during the run.
    pub later: Vec<RegionId>,
    /// How long it takes to make and fill a replica.
    pub creation: Law,
    /// Write capacity units of each replica, which application and replicated writes share; `None`: on demand.
    pub write_capacity: Option<u64>,
    /// Read capacity units of each replica; `None`: on demand.
    pub read_capacity: Option<u64>,
    /// Items expire this long after they were written; `None`: never.
    pub ttl: Option<Span>,
    /// How long the service takes to pass over a table for expired items.
    pub ttl_pass: Span,
    /// Regions whose replica has point-in-time recovery.
    pub recovery: Vec<RegionId>,
    /// How far back point-in-time recovery reaches.
    pub recovery_window: Span,
    /// How long a restore takes.
    pub restore: Law,
    /// Whether there is such a table at time 0; if not, a restore may make it.
    pub exists: bool,
}
