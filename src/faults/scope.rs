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
