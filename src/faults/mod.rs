//! What can go wrong: the faults of a scenario, and what each does when it starts and when it lifts.

use crate::services::Command;
use crate::services::kms::SetId;
use crate::sim::{Law, Sampler, Time};
pub use crate::world::endpoint::Mode;
use crate::world::{RegionId, Service, World};

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
    /// KMS's own operations on a key of one Region, authorization skipped.
    Key {
        /// The scenario language's name.
        kind: &'static str,
        /// The key.
        key: SetId,
        /// In which Region.
        region: RegionId,
        /// What is done to it.
        start: Vec<Command>,
        /// What is done at the lift; nothing, if only people can mend it.
        lift: Vec<Command>,
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
            Fault::Key { kind, .. } => kind,
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Fault::RegionOutage { region, .. }
            | Fault::ServiceOutage { region, .. }
            | Fault::ControlPlaneOutage { region, .. }
            | Fault::Throttle { region, .. }
            | Fault::ReplicationPause { region, .. }
            | Fault::Key { region, .. } => Some(*region),
            Fault::Partition { .. } | Fault::Latency { .. } | Fault::PacketLoss { .. } => None,
        }
    }

    /// The operations that it carries out, by their API names.
    pub fn operations(&self) -> Vec<&'static str> {
        match self {
            Fault::Key { start, lift, .. } => {
                start.iter().chain(lift).map(|one| one.operation.name).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it has no lift: what it did stays.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Fault::Key { lift, .. } if lift.is_empty())
    }

    /// Starts it in the world; `id` tells it from other faults in force. Data and keys are not part of the world.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Fault::RegionOutage { region, mode } => world.crash(now, *region, id, *mode),
            Fault::ServiceOutage { region, service, mode, ratio } => {
                world.endpoint_mut(*service, *region).stop(id, *mode, *ratio);
            }
            Fault::ControlPlaneOutage { region, service } => {
                for service in services(*service) {
                    world.endpoint_mut(service, *region).control.hold(now);
                }
            }
            Fault::Partition { from, to, both, traffic } if *traffic != Traffic::Replication => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).app.hold(now));
            }
            Fault::Latency { from, to, both, add, ratio } => {
                let added = Sampler::new(add);
                ways(*from, *to, *both)
                    .for_each(|(a, b)| world.link_mut(a, b).slow(id, added.clone(), *ratio));
            }
            Fault::PacketLoss { from, to, both, ratio } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).lose(id, *ratio));
            }
            Fault::Throttle { region, service, quota } => {
                world.endpoint_mut(*service, *region).throttle(id, *quota);
            }
            Fault::Partition { .. } | Fault::ReplicationPause { .. } | Fault::Key { .. } => {}
        }
    }

    /// Lifts it again.
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Fault::RegionOutage { region, .. } => world.recover(*region, id),
            Fault::ServiceOutage { region, service, .. } => {
                world.endpoint_mut(*service, *region).restart(id);
            }
            Fault::ControlPlaneOutage { region, service } => {
                for service in services(*service) {
                    world.endpoint_mut(service, *region).control.lift();
                }
            }
            Fault::Partition { from, to, both, traffic } if *traffic != Traffic::Replication => {
                for (a, b) in ways(*from, *to, *both) {
                    world.link_mut(a, b).app.lift();
                }
            }
            Fault::Latency { from, to, both, .. } | Fault::PacketLoss { from, to, both, .. } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).clear(id));
            }
            Fault::Throttle { region, service, .. } => {
                world.endpoint_mut(*service, *region).unthrottle(id);
            }
            Fault::Partition { .. } | Fault::ReplicationPause { .. } | Fault::Key { .. } => {}
        }
    }
}

/// One service, or all of them.
fn services(one: Option<Service>) -> impl Iterator<Item = Service> {
    Service::ALL.into_iter().filter(move |service| one.is_none_or(|only| only == *service))
}

/// The way there and, unless one-way, the way back.
fn ways(from: RegionId, to: RegionId, both: bool) -> impl Iterator<Item = (RegionId, RegionId)> {
    [(from, to)].into_iter().chain(both.then_some((to, from)))
}
