//! SwitchoverGlobalCluster: planned, loses nothing, needs both Regions.

use super::{AuroraEvent, GlobalDatabase, Role, Status, refuse, require, rules};
use crate::services::{Caller, ErrorCode, Outbox, Refusal};
use crate::sim::Time;

impl GlobalDatabase {
    pub(super) fn switch_over(
        &mut self,
        target: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        let writer = self.primary().ok_or_else(|| refuse(rules::THE_CLUSTER_EXISTS, fault))?;
        require(self.status == Status::Available, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        self.can_be_promoted(target)?;
        let reached = |member: u8| caller.reach.has(self.region(member));
        let healthy = reached(writer) && reached(target) && self.runs(writer).is_ok();
        require(healthy, rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD, fault)?;
        self.fresh = caller.fresh;
        self.status = Status::SwitchingOver { target, syncing: true };
        let rule = rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD;
        self.note("SwitchoverGlobalCluster", target, "switching-over", rule, out);
        self.go_on_switching(caller.now, out);
        Ok(())
    }

    /// Whether a cluster is one that can become the primary.
    pub(super) fn can_be_promoted(&self, target: u8) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidDBClusterStateFault;
        let role = self.role(target);
        let rebuilt = !matches!(role, Role::Rebuilding | Role::Replaced | Role::Unfenced);
        require(rebuilt, rules::OTHERS_ARE_REBUILT, fault)?;
        require(role == Role::Secondary, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        self.runs(target).map_err(|barrier| refuse(barrier.rule, fault))
    }

    /// Goes on with a switchover whose target has caught up.
    pub(super) fn go_on_switching(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) {
        let Status::SwitchingOver { target, syncing: true } = self.status else { return };
        let Some(writer) = self.primary() else { return };
        if self.replicas.open(writer, target) == 0 {
            self.status = Status::SwitchingOver { target, syncing: false };
            let takes = self.times.switchover.sample(self.fresh as u64);
            out.timer(now + takes, self.region(target), AuroraEvent::Promoted);
        }
    }
}
