//! Faults of Regions and zones: what they do to storage and keys.

use super::super::Simulation;
use crate::client::rules;
use crate::faults::Scope;
use crate::services::Outbox;
use crate::world::RegionId;

impl Simulation {
    /// A fault of a Region, a zone or a service has started, or lifted. `lacked`: whether the Region had too few zones
    /// before.
    pub(super) fn break_scope(&mut self, fault: &Scope, lift: bool, lacked: bool, name: &str) {
        match fault {
            Scope::AzOutage { region, .. } => {
                let lacks = self.world.region(*region).lacks_quorum();
                if lacks != lacked {
                    self.block_region(*region, None, lacks);
                }
            }
            other => {
                if let Some((region, service)) = other.stops_storage(&self.world) {
                    self.block_region(region, service, !lift);
                }
            }
        }
        if let Scope::RegionOutage { region, lost: true, .. } = fault {
            self.lose_region(*region, name);
        }
    }

    /// A Region is gone for good, with everything that is stored there.
    fn lose_region(&mut self, region: RegionId, name: &str) {
        let mut out = Outbox::default();
        self.kms.lose_region(region, &mut out);
        self.take_kms(name, out);
        for index in 0..self.stores.len() {
            if let Some(replica) = self.stores[index].replicas().replica_in(region) {
                self.lose_replica(index as u16, replica, rules::STORAGE_GOES_WITH_ITS_REGION);
            }
        }
    }
}
