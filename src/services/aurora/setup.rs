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

impl Engine {
    /// `DBCluster.Engine`.
    pub fn name(self) -> &'static str {
        match self {
            Engine::PostgreSql => "aurora-postgresql",
            Engine::MySql => "aurora-mysql",
        }
    }

    /// Whether readers of secondary clusters restart with the primary's writer in this (major, minor) version (AUR-5).
    pub fn restarts_readers(self, (major, minor): (u32, u32)) -> bool {
        match (self, major) {
            (Engine::PostgreSql, 12) => minor < 22,
            (Engine::PostgreSql, 13) => minor < 18,
            (Engine::PostgreSql, 14) => minor < 15,
            (Engine::PostgreSql, 15) => minor < 10,
            (Engine::PostgreSql, 16) => minor < 6,
            (Engine::PostgreSql, _) => major < 12,
            (Engine::MySql, 3) => minor < 9,
            (Engine::MySql, _) => major < 3,
        }
    }
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
    /// Its major and minor version; `None`: a recent one.
    pub version: Option<(u32, u32)>,
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
    /// A restart of an instance, or a failover within its cluster (AUR-5).
    pub restart: Law,
    /// Making an instance, or starting a stopped cluster.
    pub instance: Law,
}
