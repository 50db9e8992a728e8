//! Faults of single calls (errors, throttling, delay), and of what calls need: credentials, sign-in, monitoring.

use super::Names;
use crate::services::ErrorCode;
use crate::sim::{Law, Sampler, Time};
use crate::world::calls::Calls;
use crate::world::{RegionId, Service, World};

/// A fault of calls.
#[derive(Clone, Debug)]
pub enum Api {
    /// Some calls to one endpoint.
    Calls {
        /// The Region.
        region: RegionId,
        /// The service.
        service: Service,
        /// The calls hit.
        calls: Calls,
        /// What is done to them.
        does: Does,
    },
    /// AWS STS issues no credentials: sessions live until they expire.
    CredentialsOutage {
        /// The Region.
        region: RegionId,
    },
    /// People cannot sign in: manual steps wait, automation does not.
    ConsoleLoginOutage {
        /// The Regions.
        regions: Vec<RegionId>,
    },
    /// Metrics of what runs in a Region stand still.
    MonitoringBlind {
        /// The Region.
        region: RegionId,
    },
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
        match self {
            Api::Calls { does: Does::Error(_), .. } => "api-error",
            Api::Calls { does: Does::Throttle(_), .. } => "throttle",
            Api::Calls { does: Does::Delay(_), .. } => "api-latency",
            Api::CredentialsOutage { .. } => "credentials-outage",
            Api::ConsoleLoginOutage { .. } => "console-login-outage",
            Api::MonitoringBlind { .. } => "monitoring-blind",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Api::Calls { region, .. }
            | Api::CredentialsOutage { region }
            | Api::MonitoringBlind { region } => Some(*region),
            Api::ConsoleLoginOutage { regions } => match regions[..] {
                [region] => Some(region),
                _ => None,
            },
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Api::Calls { region, service, calls, does } => {
                let does = match does {
                    Does::Error(error) => format!(": {}", error.name()),
                    Does::Throttle(Some(quota)) => format!(": {quota}/s"),
                    Does::Throttle(None) => String::new(),
                    Does::Delay(law) => format!(" + {}", law.mean()),
                };
                format!("{service} in {}{}{does}", names.region(*region), calls.in_words())
            }
            Api::CredentialsOutage { region } | Api::MonitoringBlind { region } => {
                names.region(*region).to_owned()
            }
            Api::ConsoleLoginOutage { regions } => {
                regions.iter().map(|region| names.region(*region)).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Api::Calls { region, service, calls, does } => {
                let endpoint = world.endpoint_mut(*service, *region);
                let calls = calls.clone();
                match does {
                    Does::Error(error) => endpoint.fail(id, *error as u16, calls),
                    // A quota for all calls is the endpoint's own, lowered.
                    Does::Throttle(Some(quota)) if calls.are_all() => endpoint.throttle(id, *quota),
                    Does::Throttle(quota) => endpoint.throttle_some(id, *quota, calls),
                    Does::Delay(added) => endpoint.slow(id, Sampler::new(added), calls),
                }
            }
            Api::CredentialsOutage { region } => world.site_mut(*region).credentials.hold(now),
            Api::ConsoleLoginOutage { regions } => {
                regions.iter().for_each(|region| world.site_mut(*region).sign_in.hold(now));
            }
            Api::MonitoringBlind { region } => world.site_mut(*region).monitoring.hold(now),
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        match self {
            Api::Calls { region, service, .. } => world.endpoint_mut(*service, *region).clear(id),
            Api::CredentialsOutage { region } => {
                world.site_mut(*region).credentials.lift();
            }
            Api::ConsoleLoginOutage { regions } => {
                regions.iter().for_each(|region| {
                    world.site_mut(*region).sign_in.lift();
                });
            }
            Api::MonitoringBlind { region } => {
                world.site_mut(*region).monitoring.lift();
            }
        }
    }
}
