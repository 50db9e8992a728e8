//! Faults of accounts: their principals, their Regions, their organisation.

use super::Names;
use crate::world::RegionId;

/// A fault of an account.
#[derive(Clone, Debug)]
pub enum Account {}

impl Account {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match *self {}
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match *self {}
    }

    /// What it hits, in words.
    pub fn scope(&self, _names: &Names) -> String {
        match *self {}
    }
}
