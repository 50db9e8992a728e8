//! Faults of accounts.

use super::super::Simulation;
use crate::faults::Account;

impl Simulation {
    /// A fault of an account starts or lifts.
    pub(super) fn break_account(&mut self, fault: &Account, _lift: bool) {
        match *fault {}
    }
}
