//! What can go wrong: the faults of a scenario, class by class, and what each does to the world when it starts and when
//! it lifts. What they do to keys, stores and principals is in `model/faults`.

pub mod account;
pub mod api;
pub mod data;
pub mod network;
pub mod rules;
pub mod scope;

pub use account::Account;
pub use api::{Api, Does};
pub use data::{Attack, Data};
pub use network::Network;
pub use scope::{Planes, Scope};

use crate::services::Command;
use crate::services::kms::SetId;
use crate::sim::Time;
pub use crate::world::endpoint::Mode;
use crate::world::link::Link;
use crate::world::outage::Holds;
use crate::world::{RegionId, Service, World};

/// A fault, as a scenario states it.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Of the network.
    Network(Network),
    /// Of a Region, a zone, a service.
    Scope(Scope),
    /// Of calls.
    Api(Api),
    /// Of stored data.
    Data(Data),
    /// KMS's own operations on a key of one Region, authorization skipped.
    Key {
        /// The scenario language's name.
        kind: &'static str,
        /// The key.
        key: SetId,
        /// In which Region.
        region: RegionId,
        /// What is done to it.
        start: Vec<Command>,
        /// What is done at the lift; nothing, if only people can mend it.
        lift: Vec<Command>,
    },
    /// The key of one Region is gone at once, without a waiting period.
    KeyDeleted {
        /// The key.
        key: SetId,
        /// In which Region.
        region: RegionId,
    },
    /// Of an account.
    Account(Account),
}

/// Which messages a partition drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Requests and answers of applications.
    App,
    /// Replication of stores.
    Replication,
    /// Both.
    All,
}

impl Traffic {
    /// What of a link it holds down.
    fn holds(self, link: &mut Link) -> Vec<&mut Holds> {
        match self {
            Traffic::App => vec![&mut link.app],
            Traffic::Replication => vec![&mut link.replication],
            Traffic::All => vec![&mut link.app, &mut link.replication],
        }
    }
}

/// The names of the scenario, for a fault's scope in words.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    /// Regions.
    pub regions: Vec<&'a str>,
    /// Stores.
    pub stores: Vec<&'a str>,
    /// Keys.
    pub keys: Vec<&'a str>,
    /// Accounts.
    pub accounts: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// A Region's name.
    pub fn region(&self, region: RegionId) -> &'a str {
        self.regions.get(region.index()).copied().unwrap_or_default()
    }

    /// A store's name.
    pub fn store(&self, index: usize) -> &'a str {
        self.stores.get(index).copied().unwrap_or_default()
    }

    /// An account's name.
    pub fn account(&self, index: usize) -> &'a str {
        self.accounts.get(index).copied().unwrap_or_default()
    }

    /// A link: `us-east-1 <-> eu-west-1`.
    pub fn link(&self, from: RegionId, to: RegionId, both: bool) -> String {
        format!("{} {} {}", self.region(from), if both { "<->" } else { "->" }, self.region(to))
    }
}

impl Fault {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::Network(fault) => fault.kind(),
            Fault::Scope(fault) => fault.kind(),
            Fault::Api(fault) => fault.kind(),
            Fault::Data(fault) => fault.kind(),
            Fault::Key { kind, .. } => kind,
            Fault::KeyDeleted { .. } => "key-deleted",
            Fault::Account(fault) => fault.kind(),
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Fault::Network(fault) => fault.region(),
            Fault::Scope(fault) => fault.region(),
            Fault::Api(fault) => fault.region(),
            Fault::Data(fault) => fault.region(),
            Fault::Key { region, .. } | Fault::KeyDeleted { region, .. } => Some(*region),
            Fault::Account(fault) => fault.region(),
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Fault::Network(fault) => fault.scope(names),
            Fault::Scope(fault) => fault.scope(names),
            Fault::Api(fault) => fault.scope(names),
            Fault::Data(fault) => fault.scope(names),
            Fault::Key { key, region, .. } | Fault::KeyDeleted { key, region } => {
                let name = names.keys.get(key.0 as usize).copied().unwrap_or_default();
                format!("{name} in {}", names.region(*region))
            }
            Fault::Account(fault) => fault.scope(names),
        }
    }

    /// The operations that it carries out, by their API names.
    pub fn operations(&self) -> Vec<&'static str> {
        match self {
            Fault::Key { start, lift, .. } => {
                start.iter().chain(lift).map(|one| one.operation.name).collect()
            }
            Fault::Account(fault) => fault.operations(),
            _ => Vec::new(),
        }
    }

    /// Whether it has no lift: what it did stays, or passes by itself.
    pub fn is_for_good(&self) -> bool {
        match self {
            Fault::Key { lift, .. } => lift.is_empty(),
            Fault::Data(fault) => fault.passes(),
            Fault::KeyDeleted { .. } | Fault::Scope(Scope::RegionOutage { lost: true, .. }) => true,
            Fault::Account(fault) => fault.is_for_good(),
            _ => false,
        }
    }

    /// Starts it in the world; `id` tells it from other faults in force. Data and keys are not part of the world.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Fault::Network(fault) => fault.start(world, id, now),
            Fault::Scope(fault) => fault.start(world, id, now),
            Fault::Api(fault) => fault.start(world, id, now),
            Fault::Account(fault) => fault.start(world, id, now),
            Fault::Data(_) | Fault::Key { .. } | Fault::KeyDeleted { .. } => {}
        }
    }

    /// Lifts it again.
    pub fn lift(&self, world: &mut World, id: u32, now: Time) {
        match self {
            Fault::Network(fault) => fault.lift(world, id, now),
            Fault::Scope(fault) => fault.lift(world, id),
            Fault::Api(fault) => fault.lift(world, id),
            Fault::Account(fault) => fault.lift(world, id),
            Fault::Data(_) | Fault::Key { .. } | Fault::KeyDeleted { .. } => {}
        }
    }
}

/// One service, or all of them.
fn services(one: Option<Service>) -> impl Iterator<Item = Service> {
    Service::ALL.into_iter().filter(move |service| one.is_none_or(|only| only == *service))
}

/// The way there and, unless one-way, the way back.
fn ways(from: RegionId, to: RegionId, both: bool) -> impl Iterator<Item = (RegionId, RegionId)> {
    [(from, to)].into_iter().chain(both.then_some((to, from)))
}
