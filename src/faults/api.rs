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

impl Api {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Api::Throttle { .. } => "throttle",
            Api::CredentialsOutage { .. } => "credentials-outage",
            Api::ConsoleLoginOutage { .. } => "console-login-outage",
            Api::MonitoringBlind { .. } => "monitoring-blind",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Api::Throttle { region, .. }
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
            Api::Throttle { region, service, quota } => {
                format!("{service} in {}: {quota}/s", names.region(*region))
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
            Api::Throttle { region, service, quota } => {
                world.endpoint_mut(*service, *region).throttle(id, *quota);
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
            Api::Throttle { region, service, .. } => {
                world.endpoint_mut(*service, *region).unthrottle(id);
            }
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
