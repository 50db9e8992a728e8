//! Faults of whole Regions, Availability Zones, services and their planes.

use super::{Mode, Names, services};
use crate::sim::Time;
use crate::world::calls::Calls;
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
    /// The endpoints of some services of a Region, or one plane of all; instances and other services go on.
    PartialOutage {
        /// The Region.
        region: RegionId,
        /// The services.
        services: Vec<Service>,
        /// Which planes.
        planes: Planes,
        /// How the endpoints fail.
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
        /// The calls hit.
        calls: Calls,
    },
    /// Create, change, promote, delete fail; encrypt, decrypt, read, write go on.
    ControlPlaneOutage {
        /// The Regions.
        regions: Vec<RegionId>,
        /// The service, or all of them.
        service: Option<Service>,
        /// The calls hit.
        calls: Calls,
    },
    /// A share of an endpoint's servers is gone.
    CapacityLoss {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// The share.
        ratio: f64,
    },
    /// After a repair the service admits only so much: the backlog drains slowly.
    RecoveryThrottle {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// Requests admitted a second.
        rate: u64,
    },
}

/// The planes that an outage stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planes {
    /// Both.
    Both,
    /// Encrypt, decrypt, read, write.
    Data,
    /// Create, change, promote, delete.
    Control,
}

impl Scope {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Scope::RegionOutage { lost: false, .. } | Scope::PartialOutage { .. } => "region-outage",
            Scope::RegionOutage { lost: true, .. } => "region-loss",
            Scope::AzOutage { .. } => "az-outage",
            Scope::InsufficientCapacity { .. } => "insufficient-capacity",
            Scope::HomeRegionDependency { .. } => "home-region-dependency",
            Scope::ServiceOutage { .. } => "service-outage",
            Scope::ControlPlaneOutage { .. } => "control-plane-outage",
            Scope::CapacityLoss { .. } => "capacity-loss",
            Scope::RecoveryThrottle { .. } => "recovery-throttle",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Scope::RegionOutage { region, .. }
            | Scope::PartialOutage { region, .. }
            | Scope::AzOutage { region, .. }
            | Scope::InsufficientCapacity { region, .. }
            | Scope::ServiceOutage { region, .. }
            | Scope::CapacityLoss { region, .. }
            | Scope::RecoveryThrottle { region, .. } => Some(*region),
            Scope::ControlPlaneOutage { regions, .. } => match regions[..] {
                [region] => Some(region),
                _ => None,
            },
            Scope::HomeRegionDependency { services } => services.first().map(|(_, home)| *home),
        }
    }

    /// The Region whose storage it stops if it starts in this world, and the services if it is not all of them.
    pub fn stops_storage(&self, world: &World) -> Option<(RegionId, Option<&[Service]>)> {
        match self {
            Scope::AzOutage { region, zones } if world.region(*region).lacks_quorum_without(zones) => {
                Some((*region, None))
            }
            Scope::RegionOutage { region, .. } => Some((*region, None)),
            Scope::PartialOutage { region, services, planes, .. } if *planes != Planes::Control => {
                Some((*region, Some(services)))
            }
            Scope::ServiceOutage { region, service, calls, .. } if calls.are_all() => {
                Some((*region, Some(std::slice::from_ref(service))))
            }
            _ => None,
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        let of = |service: &Service, region: &RegionId| format!("{service} in {}", names.region(*region));
        match self {
            Scope::RegionOutage { region, .. } => names.region(*region).to_owned(),
            Scope::PartialOutage { region, services, planes, .. } => {
                let listed: Vec<&str> = services.iter().map(|service| service.name()).collect();
                let what = match services.len() == Service::ALL.len() {
                    true => "everything".to_owned(),
                    false => listed.join(", "),
                };
                let plane = match planes {
                    Planes::Both => "",
                    Planes::Data => " (data planes)",
                    Planes::Control => " (control planes)",
                };
                format!("{what} in {}{plane}", names.region(*region))
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
            Scope::ServiceOutage { region, service, calls, .. } => {
                format!("{}{}", of(service, region), calls.in_words())
            }
            Scope::ControlPlaneOutage { regions, service, calls } => {
                let places: Vec<&str> = regions.iter().map(|region| names.region(*region)).collect();
                let service = service.map_or(String::new(), |service| format!("{service} in "));
                format!("{service}{}{}", places.join(", "), calls.in_words())
            }
            Scope::CapacityLoss { region, service, ratio } => {
                format!("{}: -{} %", of(service, region), ratio * 100.0)
            }
            Scope::RecoveryThrottle { region, service, rate } => format!("{}: {rate}/s", of(service, region)),
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
            Scope::PartialOutage { region, services, planes, mode } => {
                for service in services {
                    let endpoint = world.endpoint_mut(*service, *region);
                    match planes {
                        Planes::Both => endpoint.crash(now, id, *mode),
                        Planes::Data => endpoint.stop(id, *mode, Calls::all()),
                        Planes::Control => endpoint.control.hold(now),
                    }
                }
            }
            Scope::ServiceOutage { region, service, mode, calls } => {
                world.endpoint_mut(*service, *region).stop(id, *mode, calls.clone());
            }
            Scope::ControlPlaneOutage { regions, service, calls } => {
                for (region, service) in places(regions, *service) {
                    let endpoint = world.endpoint_mut(service, region);
                    match calls.are_all() {
                        true => endpoint.control.hold(now),
                        false => endpoint.stop_control(id, calls.clone()),
                    }
                }
            }
            Scope::CapacityLoss { region, service, ratio } => {
                world.endpoint_mut(*service, *region).shrink(id, *ratio);
            }
            Scope::RecoveryThrottle { region, service, rate } => {
                world.endpoint_mut(*service, *region).throttle(id, *rate);
            }
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Scope::RegionOutage { region, .. } => world.recover(*region, id),
            Scope::AzOutage { region, zones } => world.restart_zones(*region, zones),
            Scope::InsufficientCapacity { region, .. } => world.site_mut(*region).provide(id),
            Scope::HomeRegionDependency { services } => {
                for (service, home) in services {
                    world.endpoint_mut(*service, *home).control.lift();
                }
            }
            Scope::PartialOutage { region, services, planes, .. } => {
                for service in services {
                    let endpoint = world.endpoint_mut(*service, *region);
                    match planes {
                        Planes::Both => endpoint.recover(id),
                        Planes::Data => endpoint.clear(id),
                        Planes::Control => {
                            endpoint.control.lift();
                        }
                    }
                }
            }
            Scope::ServiceOutage { region, service, .. }
            | Scope::CapacityLoss { region, service, .. }
            | Scope::RecoveryThrottle { region, service, .. } => {
                world.endpoint_mut(*service, *region).clear(id);
            }
            Scope::ControlPlaneOutage { regions, service, calls } => {
                for (region, service) in places(regions, *service) {
                    let endpoint = world.endpoint_mut(service, region);
                    match calls.are_all() {
                        true => {
                            endpoint.control.lift();
                        }
                        false => endpoint.clear(id),
                    }
                }
            }
        }
    }
}

/// Every endpoint of a service, or of all, in these Regions.
fn places(regions: &[RegionId], service: Option<Service>) -> impl Iterator<Item = (RegionId, Service)> {
    regions.iter().flat_map(move |region| services(service).map(|service| (*region, service)))
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
            fault.lift(&mut world, 1);
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
        fault.lift(&mut world, 1);
        assert!(found(&world));
    }
}
