//! Faults of the network: between Regions, and on the way to an endpoint.

use super::{Names, Traffic, ways};
use crate::sim::{Law, Sampler, Span, Time};
use crate::world::link::Narrow;
use crate::world::names::{Lookup, Resolution};
use crate::world::{RegionId, Service, World};

/// A fault of the network.
#[derive(Clone, Debug)]
pub enum Network {
    /// Messages between Regions are dropped.
    Cut {
        /// The scenario language's name: `partition`, `region-isolation`, `link-flap`.
        kind: &'static str,
        /// The directed links.
        links: Vec<(RegionId, RegionId)>,
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
        /// And more, message by message.
        jitter: Option<Law>,
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
    /// Messages wait for each other: so many bytes a second.
    Bandwidth {
        /// From here …
        from: RegionId,
        /// … to there.
        to: RegionId,
        /// Whether the way back is narrow too.
        both: bool,
        /// Time on the wire of one message.
        each: Span,
    },
    /// The way is another, of this round trip.
    RouteChange {
        /// From here …
        from: RegionId,
        /// … to there, and back.
        to: RegionId,
        /// The round trip.
        round_trip: Span,
    },
    /// The private way of a Region's applications to a service's endpoint there is down.
    VpcEndpointOutage {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
    },
    /// The name of an endpoint does not resolve, or resolves to an old address.
    DnsFailure {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// What a lookup answers.
        answers: Resolution,
        /// How long answers are kept.
        ttl: Span,
        /// How long connections live that are open already.
        connections: Span,
    },
}

impl Network {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Network::Cut { kind, .. } => kind,
            Network::Latency { .. } => "latency",
            Network::PacketLoss { .. } => "packet-loss",
            Network::Bandwidth { .. } => "bandwidth",
            Network::RouteChange { .. } => "route-change",
            Network::VpcEndpointOutage { .. } => "vpc-endpoint-outage",
            Network::DnsFailure { .. } => "dns-failure",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Network::Cut { kind: "region-isolation", links, .. } => links.first().map(|(from, _)| *from),
            Network::VpcEndpointOutage { region, .. } | Network::DnsFailure { region, .. } => Some(*region),
            _ => None,
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        let of = |service: &Service, region: &RegionId| format!("{service} in {}", names.region(*region));
        match self {
            Network::Cut { links, .. } => match (self.region(), &links[..]) {
                (Some(region), _) => names.region(region).to_owned(),
                (None, [(from, to), back @ ..]) => names.link(*from, *to, !back.is_empty()),
                (None, []) => String::new(),
            },
            Network::Latency { from, to, both, add, .. } => {
                format!("{} + {}", names.link(*from, *to, *both), add.mean())
            }
            Network::PacketLoss { from, to, both, ratio } => {
                format!("{}, {} %", names.link(*from, *to, *both), ratio * 100.0)
            }
            Network::Bandwidth { from, to, both, each } => {
                format!("{}: {each} a message", names.link(*from, *to, *both))
            }
            Network::RouteChange { from, to, round_trip } => {
                format!("{}: {round_trip}", names.link(*from, *to, true))
            }
            Network::VpcEndpointOutage { region, service } => of(service, region),
            Network::DnsFailure { region, service, answers, .. } => {
                format!("{}: {}", of(service, region), answers.name())
            }
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Network::Cut { links, traffic, .. } => {
                for (a, b) in links {
                    traffic.holds(world.link_mut(*a, *b)).into_iter().for_each(|holds| holds.hold(now));
                }
            }
            Network::Latency { from, to, both, add, jitter, ratio } => {
                let added = Sampler::new(add);
                for (a, b) in ways(*from, *to, *both) {
                    let link = world.link_mut(a, b);
                    link.slow(id, added.clone(), jitter.as_ref().map(Sampler::new), *ratio);
                }
            }
            Network::PacketLoss { from, to, both, ratio } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).lose(id, *ratio));
            }
            Network::Bandwidth { from, to, both, each } => {
                for (a, b) in ways(*from, *to, *both) {
                    world.link_mut(a, b).narrow(id, Narrow { each: *each, free: now });
                }
            }
            Network::RouteChange { from, to, round_trip } => {
                ways(*from, *to, true)
                    .for_each(|(a, b)| world.link_mut(a, b).reroute(id, Span(round_trip.0 / 2)));
            }
            Network::VpcEndpointOutage { region, service } => {
                world.endpoint_mut(*service, *region).private.hold(now);
            }
            Network::DnsFailure { region, service, answers, ttl, connections } => {
                let lookup = Lookup {
                    fault: id,
                    answers: *answers,
                    since: now,
                    until: None,
                    ttl: *ttl,
                    connections: *connections,
                };
                world.endpoint_mut(*service, *region).names.fail(lookup);
            }
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Network::Cut { links, traffic, .. } => {
                for (a, b) in links {
                    for holds in traffic.holds(world.link_mut(*a, *b)) {
                        holds.lift();
                    }
                }
            }
            Network::Latency { from, to, both, .. }
            | Network::PacketLoss { from, to, both, .. }
            | Network::Bandwidth { from, to, both, .. } => {
                ways(*from, *to, *both).for_each(|(a, b)| world.link_mut(a, b).clear(id));
            }
            Network::RouteChange { from, to, .. } => {
                ways(*from, *to, true).for_each(|(a, b)| world.link_mut(a, b).clear(id));
            }
            Network::VpcEndpointOutage { region, service } => {
                world.endpoint_mut(*service, *region).private.lift();
            }
            Network::DnsFailure { region, service, .. } => {
                world.endpoint_mut(*service, *region).names.repair(id, now);
            }
        }
    }
}
