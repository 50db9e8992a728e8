//! Faults of single calls: errors, throttling, delay.

use super::Names;
use crate::services::ErrorCode;
use crate::sim::{Law, Sampler, Time};
use crate::world::calls::Calls;
use crate::world::{RegionId, Service, World};

/// A fault of calls to one endpoint.
#[derive(Clone, Debug)]
pub struct Api {
    /// The Region.
    pub region: RegionId,
    /// The service.
    pub service: Service,
    /// The calls hit.
    pub calls: Calls,
    /// What is done to them.
    pub does: Does,
}

/// What a fault does to calls.
#[derive(Clone, Debug)]
pub enum Does {
    /// They are answered with an error.
    Error(ErrorCode),
    /// Over this quota (requests a second) they are throttled; `None`: all of them.
    Throttle(Option<u64>),
    /// They take longer.
    Delay(Law),
}

impl Api {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self.does {
            Does::Error(_) => "api-error",
            Does::Throttle(_) => "throttle",
            Does::Delay(_) => "api-latency",
        }
    }

    /// The one Region that the fault hits.
    pub fn region(&self) -> Option<RegionId> {
        Some(self.region)
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        let Api { region, service, calls, does } = self;
        let does = match does {
            Does::Error(error) => format!(": {}", error.name()),
            Does::Throttle(Some(quota)) => format!(": {quota}/s"),
            Does::Throttle(None) => String::new(),
            Does::Delay(law) => format!(" + {}", law.mean()),
        };
        format!("{service} in {}{}{does}", names.region(*region), calls.in_words())
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, _now: Time) {
        let endpoint = world.endpoint_mut(self.service, self.region);
        let calls = self.calls.clone();
        match &self.does {
            Does::Error(error) => endpoint.fail(id, *error as u16, calls),
            // A quota for all calls is the endpoint's own, lowered.
            Does::Throttle(Some(quota)) if calls.are_all() => endpoint.throttle(id, *quota),
            Does::Throttle(quota) => endpoint.throttle_some(id, *quota, calls),
            Does::Delay(added) => endpoint.slow(id, Sampler::new(added), calls),
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        world.endpoint_mut(self.service, self.region).clear(id);
    }
}
