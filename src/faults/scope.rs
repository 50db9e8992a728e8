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
            Scope::RegionOutage { .. } => "region-outage",
            Scope::ServiceOutage { .. } => "service-outage",
            Scope::ControlPlaneOutage { .. } => "control-plane-outage",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Scope::RegionOutage { region, .. }
            | Scope::ServiceOutage { region, .. }
            | Scope::ControlPlaneOutage { region, .. } => Some(*region),
        }
    }

    /// The Region whose storage it stops, and the service if it is only one's.
    pub fn stops_storage(&self) -> Option<(RegionId, Option<Service>)> {
        match self {
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
            Scope::RegionOutage { region, mode } => world.crash(now, *region, id, *mode),
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
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Scope::RegionOutage { region, .. } => world.recover(*region, id),
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
