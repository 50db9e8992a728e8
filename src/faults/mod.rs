//! What can go wrong: the faults of a scenario, and what each does when it starts and when it lifts.

use crate::services::kms::SetId;
use crate::sim::Law;
pub use crate::world::endpoint::Mode;
use crate::world::{RegionId, Service};

/// A fault, as a scenario states it.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Every endpoint of the Region stops, and the instances there with it; state is frozen and intact.
    RegionOutage {
        /// The Region.
        region: RegionId,
        /// How its endpoints fail.
        mode: Mode,
    },
    /// The data plane of one service in one Region.
    ServiceOutage {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// How it fails.
        mode: Mode,
        /// Share of requests hit, 0..=1.
        ratio: f64,
    },
    /// Create, change, promote, delete fail; encrypt, decrypt, read, write go on.
    ControlPlaneOutage {
        /// The Region.
        region: RegionId,
        /// The service, or all of them.
        service: Option<Service>,
    },
    /// Messages between two Regions are dropped.
    Partition {
        /// From here …
        from: RegionId,
        /// … to there …
        to: RegionId,
        /// … and back, unless one-way.
        both: bool,
        /// Which messages.
        traffic: Traffic,
    },
    /// Extra one-way delay, in both directions unless one-way.
    Latency {
        /// From here …
        from: RegionId,
        /// … to there.
        to: RegionId,
        /// Whether the way back is slowed too.
        both: bool,
        /// The delay added.
        add: Law,
        /// Share of messages delayed, 0..=1.
        ratio: f64,
    },
    /// Messages are lost and sent again.
    PacketLoss {
        /// From here …
        from: RegionId,
        /// … to there.
        to: RegionId,
        /// Whether the way back loses too.
        both: bool,
        /// Share of messages lost, 0..=1.
        ratio: f64,
    },
    /// A lower request quota.
    Throttle {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// Requests admitted a second.
        quota: u64,
    },
    /// Replication of a store into, out of, or to and from a Region waits.
    ReplicationPause {
        /// Index of the store.
        store: usize,
        /// The Region.
        region: RegionId,
        /// Into it.
        inbound: bool,
        /// Out of it.
        outbound: bool,
    },
    /// DisableKey, and EnableKey at the lift, authorization skipped.
    KeyDisabled {
        /// The key.
        key: SetId,
        /// In which Region.
        region: RegionId,
    },
}

/// Which messages a partition drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Requests and answers of applications.
    App,
    /// Replication of stores.
    Replication,
    /// Both.
    All,
}

impl Fault {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::RegionOutage { .. } => "region-outage",
            Fault::ServiceOutage { .. } => "service-outage",
            Fault::ControlPlaneOutage { .. } => "control-plane-outage",
            Fault::Partition { .. } => "partition",
            Fault::Latency { .. } => "latency",
            Fault::PacketLoss { .. } => "packet-loss",
            Fault::Throttle { .. } => "throttle",
            Fault::ReplicationPause { .. } => "replication-pause",
            Fault::KeyDisabled { .. } => "key-disabled",
        }
    }
}
