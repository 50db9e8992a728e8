//! FailoverGlobalCluster --allow-data-loss: for a primary Region that is gone. Promotion, fencing, rebuilding.

use super::keys::Key;
use super::{AuroraEvent, GlobalDatabase, Role, Status, require, rules};
use crate::services::replication::{End, Ended};
use crate::services::store::Effects;
use crate::services::{Caller, ErrorCode, Outbox, Refusal};
use crate::sim::{Span, Time};

impl GlobalDatabase {
    pub(super) fn fail_over(
        &mut self,
        target: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        let syncing = matches!(self.status, Status::Available | Status::SwitchingOver { syncing: true, .. });
        require(syncing, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        self.can_be_promoted(target)?;
        let here = self.region(target) == caller.region;
        require(here, rules::FAILOVER_NEEDS_CONSENT, ErrorCode::InvalidParameterCombination)?;
        self.fresh = caller.fresh;
        self.status = Status::FailingOver { target, fenced: false };
        let takes = self.times.promotion.sample(caller.fresh as u64);
        out.timer(caller.now + takes, caller.region, AuroraEvent::Promoted);
        if let Some(writer) = self.primary() {
            out.tell(caller.region, self.region(writer), AuroraEvent::Fence);
        }
        self.note("FailoverGlobalCluster", target, "failing-over", rules::FAILOVER_LOSES_THE_LAG, out);
        self.note_less_lag(target, caller.now, out);
        Ok(())
    }

    /// Says which secondary would have lost less.
    fn note_less_lag(&self, target: u8, now: Time, out: &mut Outbox<AuroraEvent>) {
        let lag = |member: u8| self.lag(member, now);
        let others = self.each().filter(|member| self.can_be_promoted(*member).is_ok());
        let Some(best) = others.min_by_key(|member| lag(*member)) else { return };
        let more = Span(lag(target).0.saturating_sub(lag(best).0));
        if more > Span::ZERO {
            let detail = format!("{} lags {more} less", self.identifier(best));
            self.note_more("FailoverGlobalCluster", target, ("lags-more", detail), rules::LEAST_LAG, out);
        }
    }

    /// How long ago the primary committed the oldest write that a secondary lacks.
    pub(super) fn lag(&self, member: u8, now: Time) -> Span {
        let Some(primary) = self.primary() else { return Span::ZERO };
        let lacking = self.replicas.missing(primary, member);
        lacking.map(|(_, write)| now - write.acked).max().unwrap_or(Span::ZERO)
    }

    /// The failover's word reaches the old primary.
    pub(super) fn fence(&mut self, out: &mut Outbox<AuroraEvent>) -> Effects {
        if let (Status::FailingOver { target, fenced: false }, Some(writer)) = (self.status, self.primary())
            && self.fence_failures == 0
        {
            self.status = Status::FailingOver { target, fenced: true };
            self.note("FenceWrites", writer, "succeeded", rules::THE_OLD_PRIMARY_IS_FENCED, out);
        }
        Effects::default()
    }

    /// A fault begins to keep old primaries from being fenced, or ends; then those that still write are replaced.
    pub fn let_fencing_fail(&mut self, fails: bool, out: &mut Outbox<AuroraEvent>) {
        match fails {
            true => self.fence_failures += 1,
            false => self.fence_failures = self.fence_failures.saturating_sub(1),
        }
        if self.fence_failures > 0 {
            return;
        }
        for member in self.each().filter(|member| self.role(*member) == Role::Unfenced) {
            self.ask_back(member, out);
        }
        if let (Status::FailingOver { target, fenced: false }, Some(writer)) = (self.status, self.primary()) {
            out.tell(self.region(target), self.region(writer), AuroraEvent::Fence);
        }
    }

    /// The primary asks an old one to come back as a secondary, as soon as its Region answers.
    fn ask_back(&self, member: u8, out: &mut Outbox<AuroraEvent>) {
        if let Some(primary) = self.primary() {
            out.tell(self.region(primary), self.region(member), AuroraEvent::Readded { member, primary });
        }
    }

    /// The target of a switchover or failover is the primary.
    pub(super) fn promoted(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) -> Effects {
        let (target, lossy, fenced) = match self.status {
            Status::SwitchingOver { target, .. } => (target, false, true),
            Status::FailingOver { target, fenced } => (target, true, fenced),
            Status::Available => return Effects::default(),
        };
        self.status = Status::Available;
        let Some(writer) = self.primary() else { return Effects::default() };
        let alone = self.replicas.open(writer, target);
        let ended = if lossy { self.drop_log(target) } else { Vec::new() };
        self.at_mut(target).role = Role::Writer;
        self.at_mut(writer).role = Role::Secondary;
        let rule =
            if lossy { rules::FAILOVER_LOSES_THE_LAG } else { rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD };
        self.note("PromoteGlobalCluster", target, "writer", rule, out);
        self.note("MoveWriterEndpoint", target, "moved", rules::THE_WRITER_ENDPOINT_MOVES, out);
        if lossy {
            self.at_mut(writer).alone = alone;
            self.at_mut(writer).role = if fenced { Role::Replaced } else { Role::Unfenced };
            if !fenced {
                self.note("FenceWrites", writer, "timed out", rules::THE_OLD_PRIMARY_IS_FENCED, out);
            }
            self.replace_others(target, now, out);
        }
        Effects { takeover: Some((writer, target)), ended, ..Effects::default() }
    }

    /// What is on its way from any volume but the new primary's is lost; an older primary that still writes keeps its
    /// own log until it is replaced.
    fn drop_log(&mut self, target: u8) -> Vec<Ended> {
        let keeps = |member: &u8| *member == target || self.role(*member) == Role::Unfenced;
        let sources: Vec<u8> = self.each().filter(|member| !keeps(member)).collect();
        let all = sources.into_iter();
        all.flat_map(|source| self.replicas.end_all(source, End::Lost)).collect()
    }

    /// After a failover every other volume is rebuilt to the new primary's point in time.
    fn replace_others(&mut self, target: u8, now: Time, out: &mut Outbox<AuroraEvent>) {
        for member in self.each() {
            match self.role(member) {
                Role::Replaced | Role::Unfenced => self.ask_back(member, out),
                Role::Secondary | Role::Rebuilding if member != target => self.rebuild(member, now, out),
                _ => {}
            }
        }
    }

    /// A new volume is made for a member, and filled from the primary's.
    fn rebuild(&mut self, member: u8, now: Time, out: &mut Outbox<AuroraEvent>) {
        let takes = self.times.rebuild.sample((self.fresh >> 64) as u64);
        let cluster = self.at_mut(member);
        cluster.role = Role::Rebuilding;
        cluster.round = cluster.round.wrapping_add(1);
        let round = cluster.round;
        out.timer(now + takes, self.region(member), AuroraEvent::Filled { member, round });
    }

    /// The old primary's Region answers the new primary: a snapshot of the old volume is tried, then a new one replaces
    /// it. What has been detached meanwhile, or belongs to a later failover, keeps its role.
    pub(super) fn readd(
        &mut self,
        member: u8,
        primary: u8,
        now: Time,
        out: &mut Outbox<AuroraEvent>,
    ) -> Effects {
        let waits = match self.role(member) {
            Role::Replaced => true,
            Role::Unfenced => self.fence_failures == 0,
            _ => false,
        };
        if !waits || self.primary() != Some(primary) {
            return Effects::default();
        }
        if self.at(member).key != Key::Usable {
            let rule = rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS;
            self.note("AddToGlobalCluster", member, "failed", rule, out);
            return Effects::default();
        }
        let alone = self.at(member).alone + self.replicas.open(member, primary);
        let snapshot = format!("rds:unplanned-global-failover-{}-{now}", self.identifier(member));
        let detail = format!("{snapshot} keeps {alone} writes that no other cluster had");
        let rule = rules::THE_OLD_VOLUME_IS_REPLACED;
        self.note_more("CreateDBClusterSnapshot", member, ("attempted", detail), rule, out);
        self.at_mut(member).alone = 0;
        let ended = self.replicas.end_all(member, End::Lost);
        self.rebuild(member, now, out);
        self.note("AddToGlobalCluster", member, "rebuilding", rule, out);
        Effects { ended, replaced: true, ..Effects::default() }
    }

    fn is_rebuilding(&self, member: u8, round: u16) -> bool {
        let cluster = self.at(member);
        cluster.role == Role::Rebuilding && cluster.round == round
    }

    /// The time to fill a new volume is over: it is level once the primary reaches it.
    pub(super) fn filled(&mut self, member: u8, round: u16, out: &mut Outbox<AuroraEvent>) -> Effects {
        if let Some(primary) = self.primary().filter(|_| self.is_rebuilding(member, round)) {
            let event = AuroraEvent::Rebuilt { member, round };
            out.tell(self.region(primary), self.region(member), event);
        }
        Effects::default()
    }

    pub(super) fn rebuilt(&mut self, member: u8, round: u16, out: &mut Outbox<AuroraEvent>) -> Effects {
        let sends = |primary: &u8| self.at(*primary).key == Key::Usable && self.is_rebuilding(member, round);
        let Some(primary) = self.primary().filter(sends) else { return Effects::default() };
        self.at_mut(member).role = Role::Secondary;
        self.replicas.copy(primary, member);
        self.note("RebuildSecondaryCluster", member, "connected", rules::OTHERS_ARE_REBUILT, out);
        Effects { replaced: true, ..Effects::default() }
    }
}
