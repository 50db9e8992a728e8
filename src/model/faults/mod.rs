//! What a fault does when it starts and when it lifts, beyond the world: to replication, keys, stored data, accounts.

mod account;
mod data;
mod scope;

use super::Simulation;
use super::data::Store;
use crate::faults::{Fault, Network, Traffic};
use crate::runlog::EventRow;
use crate::services::kms::SetId;
use crate::services::{Command, Outbox, Service};
use crate::world::RegionId;

impl Simulation {
    pub(super) fn apply(&mut self, fault: &Fault, id: u32, lift: bool, name: &str) {
        let now = self.kernel.now();
        let lacked = fault.region().is_some_and(|region| self.world.region(region).lacks_quorum());
        match lift {
            false => fault.start(&mut self.world, id, now),
            true => fault.lift(&mut self.world, id, now),
        }
        match fault {
            Fault::Network(fault) => self.break_network(fault, lift),
            Fault::Scope(fault) => self.break_scope(fault, lift, lacked, name),
            Fault::KeyDeleted { key, region } => {
                let mut out = Outbox::default();
                self.kms.delete_at_once(*key, *region, &mut out);
                self.take_kms(name, out);
            }
            Fault::Data(fault) => self.break_data(fault, id, lift),
            Fault::Key { kind, key, region, start, lift: end } => match lift {
                false => {
                    *self.timers.key_faults.entry((*key, *region, kind)).or_default() += 1;
                    start.iter().for_each(|command| self.act(command, *key, *region, name));
                }
                true => self.mend_key(kind, *key, *region, end, name),
            },
            Fault::Account(fault) => self.break_account(fault, id, lift, name),
            Fault::Api(_) => {}
        }
    }

    /// Partitions hold replication up.
    fn break_network(&mut self, fault: &Network, lift: bool) {
        match fault {
            Network::Cut { links, traffic, .. } if *traffic != Traffic::App => {
                self.block_pairs(!lift, |_, a, b| links.contains(&(a, b)));
            }
            _ => {}
        }
    }

    /// A Region's storage stops (or goes on) taking part in replication; with services, only theirs.
    fn block_region(&mut self, region: RegionId, services: Option<&[Service]>, block: bool) {
        let stops = |store: &Store| services.is_none_or(|services| services.contains(&store.service));
        let hit: Vec<bool> = self.stores.iter().map(stops).collect();
        self.block_pairs(block, |index, from, to| hit[index] && (from == region || to == region));
    }

    pub(super) fn block_pairs(&mut self, block: bool, hit: impl Fn(usize, RegionId, RegionId) -> bool) {
        for index in 0..self.stores.len() {
            let regions = self.stores[index].replicas().regions.clone();
            for (from, a) in regions.iter().enumerate() {
                for (to, b) in regions.iter().enumerate().filter(|(to, _)| *to != from) {
                    if hit(index, *a, *b) {
                        self.block(index as u16, from as u8, to as u8, block);
                    }
                }
            }
        }
    }

    /// The lift of a key fault mends nothing that another one still holds, and enables no key that any holds.
    fn mend_key(&mut self, kind: &'static str, key: SetId, region: RegionId, lift: &[Command], name: &str) {
        let holds = self.timers.key_faults.entry((key, region, kind)).or_default();
        *holds = holds.saturating_sub(1);
        let mut all =
            self.timers.key_faults.iter().filter(|((held, at, _), _)| (*held, *at) == (key, region));
        let mended = all.clone().all(|((_, _, other), holds)| *other != kind || *holds == 0);
        let free = all.all(|(_, holds)| *holds == 0);
        for command in lift.iter().filter(|_| mended) {
            if free || command.operation.name != "EnableKey" {
                self.act(command, key, region, name);
            }
        }
    }

    /// A key fault acts: the rulebook's own operation, authorization skipped.
    fn act(&mut self, command: &Command, key: SetId, region: RegionId, name: &str) {
        let answer = self.call_kms_directly(command, region, name);
        let (outcome, error, rule) = match answer {
            Ok(()) => ("ok", String::new(), None),
            Err(refused) => ("refused", refused.error, refused.rule),
        };
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: Some(region.index()),
            principal: name.to_owned(),
            source: "fault",
            operation: command.operation.name.to_owned(),
            target: self.kms.arn(key, region),
            outcome: outcome.to_owned(),
            error,
            rule,
            detail: self.resolve(&command.text).unwrap_or_else(|_| command.text.clone()),
        });
    }
}
