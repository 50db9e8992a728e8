//! What a scenario says about a secret before the run.

use crate::sim::{Law, Span};
use crate::world::RegionId;

/// A secret as the scenario declares it: the primary in the first Region, replicas in the others.
#[derive(Clone, Debug)]
pub struct SecretSetup {
    /// How often the secret is rotated; `None`: only by command.
    pub rotation: Option<Span>,
    /// Regions, among the store's, in which a replica may come only during the run.
    pub later: Vec<RegionId>,
    /// How long it takes to make a replica.
    pub creation: Law,
}
