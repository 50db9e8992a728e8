//! Faults of the network: between Regions, and on the way to an endpoint.

use super::{Names, Traffic, ways};
use crate::sim::{Law, Sampler, Time};
use crate::world::{RegionId, World};

/// A fault of the network.
#[derive(Clone, Debug)]
pub enum Network {
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
}

impl Network {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Network::Partition { .. } => "partition",
            Network::Latency { .. } => "latency",
            Network::PacketLoss { .. } => "packet-loss",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        None
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Network::Partition { from, to, both, .. } => names.link(*from, *to, *both),
            Network::Latency { from, to, both, add, .. } => {
                format!("{} + {}", names.link(*from, *to, *both), add.mean())
            }
            Network::PacketLoss { from, to, both, ratio } => {
                format!("{}, {} %", names.link(*from, *to, *both), ratio * 100.0)
            }
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Network::Partition { from, to, both, traffic } => {
                for (a, b) in ways(*from, *to, *both) {
                    let link = world.link_mut(a, b);
                    let holds = traffic.holds(link);
                    holds.into_iter().for_each(|holds| holds.hold(now));
                }
            }
            Network::Latency { from, to, both, add, ratio } => {
                let added = Sampler::new(add);
                ways(*from, *to, *both)
                    .for_each(|(a, b)| world.link_mut(a, b).slow(id, added.clone(), *ratio));
            }
            Network::PacketLoss { from, to, both, ratio } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).lose(id, *ratio));
            }
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Network::Partition { from, to, both, traffic } => {
                for (a, b) in ways(*from, *to, *both) {
                    let link = world.link_mut(a, b);
                    for holds in traffic.holds(link) {
                        holds.lift();
                    }
                }
            }
            Network::Latency { from, to, both, .. } | Network::PacketLoss { from, to, both, .. } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).clear(id));
            }
        }
    }
}
