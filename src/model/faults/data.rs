//! Faults of stored data.

use super::super::data::Slowed;
use super::super::{Simulation, StoreEvent};
use crate::client::classes::{CORRUPT, FOREIGN_KEY};
use crate::faults::{Attack, Data};
use crate::services::Outbox;
use crate::services::aurora::{AuroraEvent, GlobalDatabase};
use crate::services::replication::ABSENT;
use crate::services::s3::rules as s3;
use crate::services::store::Put;
use crate::sim::rng::unit;
use crate::sim::{Sampler, Stream};
use crate::world::RegionId;

impl Simulation {
    /// Something happens to an Aurora database; it comes with a random number of its own.
    fn break_database(
        &mut self,
        store: usize,
        happens: impl FnOnce(&mut GlobalDatabase, u64, &mut Outbox<AuroraEvent>),
    ) {
        let purpose = format!("fault/{store}/{}", self.kernel.now().0);
        let draw = Stream::new(self.setup.seed, self.trial, &purpose).next_u64();
        let Some(database) = self.stores[store].database_mut() else { return };
        let mut out = Outbox::default();
        happens(database, draw, &mut out);
        self.take_out(store as u16, out.map(StoreEvent::Database));
    }

    /// A share of a replica's items is written to, each chosen by a random number of the fault's own. The writes replicate
    /// as any other.
    fn overwrite(&mut self, attack: Attack, store: usize, region: RegionId, ratio: f64, id: u32) {
        let Some(replica) = self.stores[store].replicas().replica_in(region) else { return };
        let mut stream = Stream::new(self.setup.seed, self.trial, &format!("attack/{id}/{store}"));
        let class = match attack {
            Attack::Corrupt => CORRUPT,
            Attack::Ransom => FOREIGN_KEY,
            Attack::Delete => ABSENT,
        };
        for item in 0..self.stores[store].replicas().tables[usize::from(replica)].keys() {
            let hit = unit(stream.next_u64()) < ratio;
            let there = self.stores[store].replicas().tables[usize::from(replica)].get(item).is_some();
            if hit && there {
                self.put(store as u16, Put { source: replica, item, class, value: None });
            }
        }
        if attack == Attack::Delete && !self.stores[store].replicates_deletions(replica) {
            self.recorder.count_rule(s3::DELETE_MARKERS_STAY);
        }
        self.sample_items();
    }

    /// A fault of stored data starts or lifts.
    pub(super) fn break_data(&mut self, fault: &Data, id: u32, lift: bool) {
        match fault {
            Data::ReplicationPause { store, region, inbound, outbound } => {
                let hit = |from, to| (*inbound && to == *region) || (*outbound && from == *region);
                self.block_pairs(!lift, |index, from, to| index == *store && hit(from, to));
            }
            Data::Attack { attack, store, region, ratio } => {
                if !lift {
                    self.overwrite(*attack, *store, *region, *ratio, id);
                }
            }
            Data::SnapshotCopyDelay { store, factor, add } => {
                let late = (!lift).then(|| (*factor, Sampler::new(add)));
                if let Some(copies) = self.stores[*store].copies_mut() {
                    copies.delay_copies(id, late);
                }
            }
            Data::VolumeIoPause { store, region } => {
                let store = &mut self.stores[*store];
                if let Some(replica) = store.replicas().replica_in(*region) {
                    store.hang(replica, !lift);
                }
            }
            Data::ReplicationSlow { store, from, to, factor, add } => {
                let slow = (!lift).then(|| Slowed { factor: *factor, add: Sampler::new(add) });
                self.stores[*store].slow(id, *from, *to, slow);
            }
            Data::ReplicationNotAuthorized { store, region } => {
                let Some(replica) = self.stores[*store].replicas().replica_in(*region) else { return };
                let now = self.kernel.now();
                let (effects, out) = self.stores[*store].replication_authorized(replica, lift, now);
                self.take_effects(*store as u16, effects);
                self.take_out(*store as u16, out);
                self.release_all(*store as u16);
            }
            Data::ClockSkew { region, offset, behind } => {
                let skew = if *behind { -(offset.0 as i64) } else { offset.0 as i64 };
                for store in &mut self.stores {
                    store.replicas_mut().skew(*region, if lift { -skew } else { skew });
                }
            }
            Data::WriteFenceFailure { store } => {
                self.break_database(*store, |database, _, out| database.let_fencing_fail(!lift, out));
            }
            Data::WriterFailover { store, region } => {
                let now = self.kernel.now();
                self.break_database(*store, |database, draw, out| {
                    if let Some(member) = database.replicas.replica_in(*region) {
                        database.restart(member, draw, now, out);
                    }
                });
            }
        }
    }
}
