//! Faults of single calls: errors, throttling, delay, credentials, sign-in, monitoring.

use super::Names;
use crate::sim::Time;
use crate::world::{RegionId, Service, World};

/// A fault of calls.
#[derive(Clone, Debug)]
pub enum Api {
    /// A lower request quota.
    Throttle {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// Requests admitted a second.
        quota: u64,
    },
}

impl Api {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Api::Throttle { .. } => "throttle",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Api::Throttle { region, .. } => Some(*region),
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Api::Throttle { region, service, quota } => {
                format!("{service} in {}: {quota}/s", names.region(*region))
            }
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, _now: Time) {
        match self {
            Api::Throttle { region, service, quota } => {
                world.endpoint_mut(*service, *region).throttle(id, *quota);
            }
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Api::Throttle { region, service, .. } => {
                world.endpoint_mut(*service, *region).unthrottle(id);
            }
        }
    }
}
