//! Faults of whole Regions, Availability Zones, services and their planes.

use super::{Mode, Names, services};
use crate::sim::Time;
use crate::world::{RegionId, Service, World};

/// A fault of a Region, a zone or a service.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Every endpoint of the Region stops, and the instances there with it; state is frozen and intact.
    RegionOutage {
        /// The Region.
        region: RegionId,
        /// How its endpoints fail.
        mode: Mode,
        /// Whether what is stored there is gone for good (`region-loss`).
        lost: bool,
    },
    /// Some of the three Availability Zones of a Region, with their share of capacity; two of them take the quorum of
    /// its services.
    AzOutage {
        /// The Region.
        region: RegionId,
        /// Which, 0 to 2.
        zones: Vec<u8>,
    },
    /// Launches of instances fail for want of capacity.
    InsufficientCapacity {
        /// The Region.
        region: RegionId,
        /// Share of launches that fail, 0..=1.
        ratio: f64,
    },
    /// The control planes of global services, in the one Region that is their home.
    HomeRegionDependency {
        /// Each with its home.
        services: Vec<(Service, RegionId)>,
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
}

impl Scope {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Scope::RegionOutage { lost: false, .. } => "region-outage",
            Scope::RegionOutage { lost: true, .. } => "region-loss",
            Scope::AzOutage { .. } => "az-outage",
            Scope::InsufficientCapacity { .. } => "insufficient-capacity",
            Scope::HomeRegionDependency { .. } => "home-region-dependency",
            Scope::ServiceOutage { .. } => "service-outage",
            Scope::ControlPlaneOutage { .. } => "control-plane-outage",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Scope::RegionOutage { region, .. }
            | Scope::AzOutage { region, .. }
            | Scope::InsufficientCapacity { region, .. }
            | Scope::ServiceOutage { region, .. }
            | Scope::ControlPlaneOutage { region, .. } => Some(*region),
            Scope::HomeRegionDependency { services } => services.first().map(|(_, home)| *home),
        }
    }

    /// The Region whose storage it stops if it starts in this world, and the service if it is only one's.
    pub fn stops_storage(&self, world: &World) -> Option<(RegionId, Option<Service>)> {
        match self {
            Scope::AzOutage { region, zones } if world.region(*region).lacks_quorum_without(zones) => {
                Some((*region, None))
            }
            Scope::RegionOutage { region, .. } => Some((*region, None)),
            Scope::ServiceOutage { region, service, ratio, .. } if *ratio >= 1.0 => {
                Some((*region, Some(*service)))
            }
            _ => None,
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Scope::RegionOutage { region, .. } | Scope::ControlPlaneOutage { region, service: None } => {
                names.region(*region).to_owned()
            }
            Scope::AzOutage { region, zones } => {
                let letters = zones.iter().map(|zone| char::from(b'a' + zone));
                format!("zones {} of {}", letters.collect::<String>(), names.region(*region))
            }
            Scope::InsufficientCapacity { region, ratio } => {
                format!("{}, {} % of launches", names.region(*region), ratio * 100.0)
            }
            Scope::HomeRegionDependency { services } => {
                let all =
                    services.iter().map(|(service, home)| format!("{service} in {}", names.region(*home)));
                all.collect::<Vec<_>>().join(", ")
            }
            Scope::ServiceOutage { region, service, ratio, .. } => match ratio {
                share if *share < 1.0 => {
                    format!("{service} in {} ({} %)", names.region(*region), share * 100.0)
                }
                _ => format!("{service} in {}", names.region(*region)),
            },
            Scope::ControlPlaneOutage { region, service: Some(service) } => {
                format!("{service} in {}", names.region(*region))
            }
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Scope::RegionOutage { region, mode, .. } => world.crash(now, *region, id, *mode),
            Scope::AzOutage { region, zones } => world.stop_zones(now, *region, id, zones),
            Scope::InsufficientCapacity { region, ratio } => world.site_mut(*region).withhold(id, *ratio),
            Scope::HomeRegionDependency { services } => {
                for (service, home) in services {
                    world.endpoint_mut(*service, *home).control.hold(now);
                }
            }
            Scope::ServiceOutage { region, service, mode, ratio } => {
                world.endpoint_mut(*service, *region).stop(id, *mode, *ratio);
            }
            Scope::ControlPlaneOutage { region, service } => {
                for service in services(*service) {
                    world.endpoint_mut(service, *region).control.hold(now);
                }
            }
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Scope::RegionOutage { region, .. } => world.recover(*region, id),
            Scope::AzOutage { region, zones } => world.restart_zones(now, *region, zones),
            Scope::InsufficientCapacity { region, .. } => world.site_mut(*region).provide(id),
            Scope::HomeRegionDependency { services } => {
                for (service, home) in services {
                    world.endpoint_mut(*service, *home).control.lift();
                }
            }
            Scope::ServiceOutage { region, service, .. } => {
                world.endpoint_mut(*service, *region).restart(id);
            }
            Scope::ControlPlaneOutage { region, service } => {
                for service in services(*service) {
                    world.endpoint_mut(service, *region).control.lift();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Law, Span, Tables};
    use crate::world::{EndpointSetup, LinkSetup, Region, Setup};

    fn world() -> World {
        let time = || Law::Constant(Span::millis(1));
        let link = || LinkSetup { one_way: time(), loss: 0.0 };
        let endpoint = || EndpointSetup {
            servers: None,
            read_time: time(),
            write_time: time(),
            quota: None,
            network: true,
        };
        let region = |name: &str| Region { name: name.to_owned(), partition: "aws".to_owned() };
        let setup = Setup {
            regions: vec![region("us-east-1"), region("eu-west-1")],
            links: (0..2).map(|_| vec![link(), link()]).collect(),
            endpoints: Service::ALL.iter().map(|_| vec![endpoint(), endpoint()]).collect(),
        };
        World::new(&setup, &mut Tables::default())
    }

    /// An outage of the home Region is one of every control plane that is there, derived or stated.
    #[test]
    fn a_home_takes_its_control_planes_along() {
        let (home, other) = (RegionId(0), RegionId(1));
        let stated = Scope::HomeRegionDependency { services: vec![(Service::Route53, home)] };
        let derived = Scope::RegionOutage { region: home, mode: Mode::Timeout, lost: false };
        for fault in [stated, derived] {
            let mut world = world();
            fault.start(&mut world, 1, Time(1));
            assert!(!world.control_answers(Service::Route53, home), "{}", fault.kind());
            assert!(world.control_answers(Service::Route53, other));
            fault.lift(&mut world, 1, Time(2));
            assert!(world.control_answers(Service::Route53, home));
        }
    }

    #[test]
    fn launches_fail_by_their_share_until_the_lift() {
        let mut world = world();
        let fault = Scope::InsufficientCapacity { region: RegionId(0), ratio: 0.25 };
        fault.start(&mut world, 1, Time(1));
        let found = |world: &World| world.region(RegionId(0)).has_capacity(0.2);
        assert!(!found(&world) && world.region(RegionId(0)).has_capacity(0.3));
        fault.lift(&mut world, 1, Time(2));
        assert!(found(&world));
    }
}
