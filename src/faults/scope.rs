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
            Scope::RegionOutage { .. } | Scope::PartialOutage { .. } => "region-outage",
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
            | Scope::ServiceOutage { region, .. }
            | Scope::CapacityLoss { region, .. }
            | Scope::RecoveryThrottle { region, .. } => Some(*region),
            Scope::ControlPlaneOutage { regions, .. } => match regions[..] {
                [region] => Some(region),
                _ => None,
            },
        }
    }

    /// The Region whose storage it stops, and the services if it is not all of them.
    pub fn stops_storage(&self) -> Option<(RegionId, Option<&[Service]>)> {
        match self {
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
            Scope::RegionOutage { region, mode } => world.crash(now, *region, id, *mode),
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
