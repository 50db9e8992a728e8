//! What a scenario says about a DNS record before the run.

use crate::sim::{Law, Span};
use crate::world::RegionId;

/// A record by which a client's requests find a Region.
#[derive(Clone, Debug)]
pub struct RecordSetup {
    /// Its name.
    pub name: String,
    /// What it answers at time 0.
    pub primary: RegionId,
    /// The other Region that it may answer.
    pub secondary: Option<RegionId>,
    /// What decides between the two.
    pub policy: Policy,
    /// How long a resolver may keep an answer.
    pub ttl: Span,
    /// How much longer resolvers and clients keep it all the same.
    pub client_cache: Span,
    /// After an impairment of the control plane has lasted this long, changes are possible again (R53-3); `None`: only
    /// once it is over.
    pub accelerated_recovery: Option<Span>,
    /// From an accepted change of the record until every name server answers by it.
    pub propagation: Law,
}

/// What decides which Region a record answers.
#[derive(Clone, Debug)]
pub enum Policy {
    /// Whoever edits the record.
    Simple,
    /// A health check of the primary (R53-1).
    Failover(CheckSetup),
    /// Routing controls, one a Region, in a cluster with endpoints in these Regions (ARC-1).
    RoutingControl(Vec<String>),
}

/// A health check.
#[derive(Clone, Copy, Debug)]
pub struct CheckSetup {
    /// Between two probes.
    pub interval: Span,
    /// Consecutive probes with another result that turn it.
    pub threshold: u32,
    /// What a probe looks at.
    pub of: Probed,
}

/// What a probe of a health check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed {
    /// Whether the application's instances in the Region answer.
    Application,
    /// Also whether they reach what they need there: the store, and a key of the keyring.
    Dependencies,
}
