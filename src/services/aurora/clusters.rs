//! What is done to single clusters: detaching, instances, stop and start, restarts.

use super::keys::Key;
use super::{AuroraEvent, GlobalDatabase, Power, Role, Status, refuse, require, rules};
use crate::services::replication::{Bits, End, Ended};
use crate::services::store::Effects;
use crate::services::{Caller, ErrorCode, Outbox, Params, Refusal};
use crate::sim::{Span, Time};
use serde_json::Value;

/// How long a cluster stays stopped at most (AUR-OTHERa).
const LONGEST_STOP: Span = Span::days(7);

impl GlobalDatabase {
    /// RemoveFromGlobalCluster: detach and promote. What is on its way to the cluster never arrives.
    pub(super) fn detach(&mut self, member: u8, out: &mut Outbox<AuroraEvent>) -> Result<Effects, Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        require(self.status == Status::Available, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        let role = self.role(member);
        let left = role == Role::Standalone;
        require(!left, rules::THE_CLUSTER_EXISTS, ErrorCode::DBClusterNotFoundFault)?;
        let writer = self.primary();
        require(writer != Some(member) || self.linked().count() == 1, rules::THE_PRIMARY_LEAVES_LAST, fault)?;
        let has_instance = self.at(member).instance;
        require(has_instance, rules::ONE_WRITER, ErrorCode::InvalidDBClusterStateFault)?;
        let mut ended: Vec<Ended> = Vec::new();
        for from in self.each() {
            ended.extend(self.replicas.end_between(from, member, End::Lost));
        }
        if role == Role::Unfenced {
            ended.extend(self.replicas.end_all(member, End::Lost));
        }
        self.at_mut(member).role = Role::Standalone;
        self.note("RemoveFromGlobalCluster", member, "standalone", rules::DETACH_PROMOTES_AT_ONCE, out);
        let takeover = writer.filter(|writer| *writer != member).map(|writer| (writer, member));
        Ok(Effects { takeover, ended, ..Effects::default() })
    }

    /// CreateDBInstance: a reader, or the first instance of a cluster that has none.
    pub(super) fn create_instance(
        &mut self,
        member: u8,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<Value, Refusal> {
        let engine = params.get("Engine") == Some(self.engine.name());
        require(engine, rules::THE_CLUSTER_EXISTS, ErrorCode::InvalidParameterCombination)?;
        let cluster = self.at(member);
        let fault = ErrorCode::InvalidDBClusterStateFault;
        require(cluster.key == Key::Usable, rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS, fault)?;
        require(cluster.power == Power::On, rules::A_STOPPED_CLUSTER_IS_STARTED, fault)?;
        let takes = self.times.instance.sample(caller.fresh as u64);
        out.timer(caller.now + takes, caller.region, AuroraEvent::InstanceMade { member });
        Ok(self.describe_instance(member, params))
    }

    pub(super) fn instance_made(&mut self, member: u8, out: &mut Outbox<AuroraEvent>) -> Effects {
        if !std::mem::replace(&mut self.at_mut(member).instance, true) {
            self.note("CreateDBInstance", member, "available", rules::ONE_WRITER, out);
        }
        Effects::default()
    }

    /// StopDBCluster.
    pub(super) fn stop(
        &mut self,
        member: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidDBClusterStateFault;
        let alone = self.role(member) == Role::Standalone;
        require(alone, rules::MEMBERS_ARE_NOT_STOPPED, fault)?;
        self.runs(member).map_err(|barrier| refuse(barrier.rule, fault))?;
        self.fresh = caller.fresh;
        let cluster = self.at_mut(member);
        cluster.power = Power::Off;
        cluster.round = cluster.round.wrapping_add(1);
        let round = cluster.round;
        out.timer(caller.now + LONGEST_STOP, caller.region, AuroraEvent::StartDue { member, round });
        self.note("StopDBCluster", member, "stopped", rules::A_STOPPED_CLUSTER_IS_STARTED, out);
        Ok(())
    }

    /// StartDBCluster: also of a cluster that its key stopped, once the key works.
    pub(super) fn start(
        &mut self,
        member: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidDBClusterStateFault;
        let alone = self.role(member) == Role::Standalone;
        require(alone, rules::MEMBERS_ARE_NOT_STOPPED, fault)?;
        let rule = match self.at(member).key {
            Key::Usable => rules::A_STOPPED_CLUSTER_IS_STARTED,
            Key::Recoverable { works: true, .. } => rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS,
            Key::Recoverable { .. } | Key::Terminal => {
                return Err(refuse(rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS, fault));
            }
        };
        require(self.at(member).power == Power::Off, rules::A_STOPPED_CLUSTER_IS_STARTED, fault)?;
        self.fresh = caller.fresh;
        self.at_mut(member).key = Key::Usable;
        self.power_up(member, caller.now, out);
        self.note("StartDBCluster", member, "starting", rule, out);
        Ok(())
    }

    fn power_up(&mut self, member: u8, now: Time, out: &mut Outbox<AuroraEvent>) {
        let takes = self.times.instance.sample(self.fresh as u64);
        let cluster = self.at_mut(member);
        cluster.power = Power::Starting;
        cluster.round = cluster.round.wrapping_add(1);
        let round = cluster.round;
        out.timer(now + takes, self.region(member), AuroraEvent::Started { member, round });
    }

    /// Seven days are over: Aurora starts a stopped cluster by itself.
    pub(super) fn start_due(
        &mut self,
        member: u8,
        round: u16,
        now: Time,
        out: &mut Outbox<AuroraEvent>,
    ) -> Effects {
        let cluster = self.at(member);
        if (cluster.power, cluster.round) == (Power::Off, round) {
            self.power_up(member, now, out);
            self.note("StartDBCluster", member, "starting", rules::A_STOPPED_CLUSTER_IS_STARTED, out);
        }
        Effects::default()
    }

    pub(super) fn started(&mut self, member: u8, round: u16, out: &mut Outbox<AuroraEvent>) -> Effects {
        let cluster = self.at_mut(member);
        if (cluster.power, cluster.round) == (Power::Starting, round) {
            cluster.power = Power::On;
            self.note("StartDBCluster", member, "available", rules::A_STOPPED_CLUSTER_IS_STARTED, out);
        }
        Effects::default()
    }

    /// A fault restarts the instances of a cluster, or fails its writer over; with an old engine version readers in
    /// secondary clusters restart with the primary's writer.
    pub fn restart(&mut self, member: u8, draw: u64, now: Time, out: &mut Outbox<AuroraEvent>) {
        let takes = self.times.restart.sample(draw);
        let mut members: Bits = 1 << member;
        self.note("FailoverDBCluster", member, "restarting", rules::A_RESTART_STOPS_WRITES, out);
        if self.readers_restart && self.role(member) == Role::Writer {
            for other in self.linked().filter(|other| *other != member) {
                members |= 1 << other;
                self.note("RebootDBInstance", other, "restarting", rules::OLD_READERS_RESTART_TOO, out);
            }
        }
        self.count_restarts(members, |restarts| restarts.saturating_add(1));
        out.timer(now + takes, self.region(member), AuroraEvent::Restarted { members });
    }

    pub(super) fn restarted(&mut self, members: Bits) -> Effects {
        self.count_restarts(members, |restarts| restarts.saturating_sub(1));
        Effects { replaced: true, ..Effects::default() }
    }

    fn count_restarts(&mut self, members: Bits, count: impl Fn(u8) -> u8) {
        for member in self.each().filter(|member| members >> member & 1 == 1) {
            let cluster = self.at_mut(member);
            cluster.restarts = count(cluster.restarts);
        }
    }
}
