//! What a scenario says about an Aurora database before the run.

use crate::sim::{Law, Span};
use crate::world::RegionId;

/// The engine, where rules differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Aurora PostgreSQL.
    #[default]
    PostgreSql,
    /// Aurora MySQL.
    MySql,
}

/// Read consistency of a session whose writes are forwarded to the primary (AUR-WF-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// A read may miss the session's own forwarded write.
    Eventual,
    /// A read sees the session's own writes.
    Session,
    /// A read sees every committed write.
    Global,
}

/// An Aurora database as the scenario declares it.
#[derive(Clone, Debug)]
pub struct ClusterSetup {
    /// Part of a global database; `false`: one ordinary cluster.
    pub global: bool,
    /// The engine.
    pub engine: Engine,
    /// Region of the writer at time 0.
    pub writer: RegionId,
    /// Secondary Regions without an instance: replicated to, but neither read nor promoted before they get one.
    pub headless: Vec<RegionId>,
    /// `rds.global_db_rpo` in every cluster (AUR-RPO-1); `None`: off.
    pub rpo: Option<Span>,
    /// Write forwarding; `None`: off.
    pub forwarding: Option<Forwarding>,
    /// A failover's promotion (AUR-FO-2).
    pub promotion: Law,
    /// A switchover, beyond waiting for the lag (AUR-SW-1).
    pub switchover: Law,
    /// Rebuilding a secondary after a failover (AUR-FO-3).
    pub rebuild: Law,
}
