//! Faults of stored data.

use super::super::Simulation;
use crate::faults::Data;

impl Simulation {
    /// A fault of stored data starts or lifts.
    pub(super) fn break_data(&mut self, fault: &Data, lift: bool) {
        match fault {
            Data::ReplicationPause { store, region, inbound, outbound } => {
                let hit = |from, to| (*inbound && to == *region) || (*outbound && from == *region);
                self.block_pairs(!lift, |index, from, to| index == *store && hit(from, to));
            }
        }
    }
}
