//! Faults of accounts: their principals, their Regions, their organisation.

use super::{Mode, Names};
use crate::services::Command;
use crate::sim::{Span, Time};
use crate::world::calls::Calls;
use crate::world::{RegionId, Service, World};

/// A fault of an account.
#[derive(Clone, Debug)]
pub enum Account {
    /// Somebody with its rights makes calls.
    Compromise {
        /// The account (index).
        account: usize,
        /// As whom they are made.
        principal: String,
        /// The calls, in their order.
        calls: Vec<Command>,
    },
    /// The account is closed: after the window everything that it has is gone, in every Region.
    Closed {
        /// The account (index).
        account: usize,
        /// How long it can still be opened again, which is the lift.
        window: Span,
    },
    /// A Region is disabled for the account: nothing of it answers there.
    RegionOptOut {
        /// The account (index).
        account: usize,
        /// The Region.
        region: RegionId,
    },
    /// A service control policy denies calls in a Region.
    GuardrailDeny {
        /// The account (index).
        account: usize,
        /// The Region.
        region: RegionId,
        /// The actions: `kms:Decrypt`.
        actions: Vec<String>,
    },
}

impl Account {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Account::Compromise { .. } => "account-compromise",
            Account::Closed { .. } => "account-closed",
            Account::RegionOptOut { .. } => "region-opt-out",
            Account::GuardrailDeny { .. } => "guardrail-deny",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Account::Compromise { .. } | Account::Closed { .. } => None,
            Account::RegionOptOut { region, .. } | Account::GuardrailDeny { region, .. } => Some(*region),
        }
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Account::Compromise { account, principal, calls } => {
                format!("{}: {} calls by {principal}", names.account(*account), calls.len())
            }
            Account::Closed { account, window } => format!("{}, window {window}", names.account(*account)),
            Account::RegionOptOut { account, region } => {
                format!("{} in {}", names.account(*account), names.region(*region))
            }
            Account::GuardrailDeny { account, region, actions } => {
                format!("{} in {}: {}", names.account(*account), names.region(*region), actions.join(", "))
            }
        }
    }

    /// The operations that it carries out, by their API names.
    pub fn operations(&self) -> Vec<&'static str> {
        match self {
            Account::Compromise { calls, .. } => calls.iter().map(|call| call.operation.name).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it has no lift: what it did stays.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Account::Compromise { .. })
    }

    /// The Region that does not answer the account which owns the stores and runs the applications.
    fn shut(&self) -> Option<RegionId> {
        match self {
            Account::RegionOptOut { account: 0, region } => Some(*region),
            _ => None,
        }
    }

    /// Starts it.
    pub fn start(&self, world: &mut World, id: u32, now: Time) {
        for (service, region) in self.shut().into_iter().flat_map(|at| Service::ALL.map(|one| (one, at))) {
            let endpoint = world.endpoint_mut(service, region);
            endpoint.stop(id, Mode::Refuse, Calls::all());
            endpoint.control.hold(now);
        }
    }

    /// Lifts it.
    pub fn lift(&self, world: &mut World, id: u32) {
        for (service, region) in self.shut().into_iter().flat_map(|at| Service::ALL.map(|one| (one, at))) {
            let endpoint = world.endpoint_mut(service, region);
            endpoint.clear(id);
            endpoint.control.lift();
        }
    }
}
