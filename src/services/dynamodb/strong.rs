//! Multi-Region strong consistency (MRSC): a write is acknowledged when another participant has it, too.
//!
//! Who can reach whom is the network's business: the simulation says so. Here is what follows.

use super::{GlobalTable, TableEvent, rules};
use crate::services::store::Barrier;
use crate::services::{ErrorCode, Note, Outbox};
use crate::sim::Time;
use std::collections::BTreeMap;

/// What the replicas agree on.
#[derive(Clone, Debug)]
pub struct Quorum {
    /// By replica: whether it reaches another participant.
    has: Vec<bool>,
    /// By replica: it came back at this instant and still lacks writes from before.
    behind: Vec<Option<Time>>,
    /// Items with a write in hand: the replica that took it, and how many it has.
    in_hand: BTreeMap<u32, (u8, u32)>,
}

impl Quorum {
    /// Everybody reaches everybody.
    pub fn new(replicas: usize) -> Quorum {
        Quorum { has: vec![true; replicas], behind: vec![None; replicas], in_hand: BTreeMap::new() }
    }

    /// A replica takes a write of an item in hand (DDB-MRSC-3).
    pub fn begin(&mut self, replica: u8, item: u32) -> Result<(), Barrier> {
        let (other, writes) = self.in_hand.entry(item).or_insert((replica, 0));
        if *other != replica {
            return Err(Barrier::passes(
                ErrorCode::ReplicatedWriteConflictException,
                rules::CONCURRENT_WRITES_CONFLICT,
            ));
        }
        *writes += 1;
        Ok(())
    }

    /// It is through with one, or has dropped it.
    pub fn end(&mut self, replica: u8, item: u32) {
        if let Some((other, writes)) = self.in_hand.get_mut(&item)
            && *other == replica
        {
            *writes -= 1;
            if *writes == 0 {
                self.in_hand.remove(&item);
            }
        }
    }
}

impl GlobalTable {
    /// Whether a replica may write or read strongly: it must reach another participant, and be level with them.
    pub(super) fn may_agree(&self, replica: u8) -> Result<(), Barrier> {
        let place = usize::from(replica);
        match self.quorum.has[place] && self.quorum.behind[place].is_none() {
            true => Ok(()),
            false => Err(Barrier::passes(ErrorCode::InternalServerError, rules::ALONE_IT_ONLY_READS)),
        }
    }

    /// A replica reaches another participant, or none.
    pub(super) fn note_quorum(&mut self, replica: u8, has: bool, now: Time, out: &mut Outbox<TableEvent>) {
        let place = usize::from(replica);
        if self.quorum.has[place] == has || !self.member(replica).joined {
            return;
        }
        self.quorum.has[place] = has;
        self.quorum.behind[place] = has.then_some(now);
        let outcome = if has { "catching up" } else { "eventually consistent reads only" };
        self.note_agreement(replica, outcome, out);
        self.catch_up(out);
    }

    /// Replicas that have caught up take writes and strong reads again.
    pub(super) fn catch_up(&mut self, out: &mut Outbox<TableEvent>) {
        for replica in 0..self.members.len() as u8 {
            let Some(since) = self.quorum.behind[usize::from(replica)] else { continue };
            let lacks = |from: u8| self.replicas.missing(from, replica).any(|(_, write)| write.acked < since);
            if !(0..self.members.len() as u8).any(lacks) {
                self.quorum.behind[usize::from(replica)] = None;
                self.note_agreement(replica, "level", out);
            }
        }
    }

    fn note_agreement(&self, replica: u8, outcome: &str, out: &mut Outbox<TableEvent>) {
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation: "MultiRegionStrongConsistency",
            target: self.arn(replica),
            outcome: outcome.to_owned(),
            rule: rules::ALONE_IT_ONLY_READS,
            detail: self.name.clone(),
        });
    }
}
