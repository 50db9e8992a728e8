//! Faults of stored data.

use super::super::data::Slowed;
use super::super::{Simulation, StoreEvent};
use crate::faults::Data;
use crate::services::Outbox;
use crate::services::aurora::{AuroraEvent, GlobalDatabase};
use crate::sim::{Sampler, Stream};

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

    /// A fault of stored data starts or lifts.
    pub(super) fn break_data(&mut self, fault: &Data, id: u32, lift: bool) {
        match fault {
            Data::ReplicationPause { store, region, inbound, outbound } => {
                let hit = |from, to| (*inbound && to == *region) || (*outbound && from == *region);
                self.block_pairs(!lift, |index, from, to| index == *store && hit(from, to));
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
