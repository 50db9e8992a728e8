//! Amazon Aurora Global Database: one writer, storage-level replication, switchover, failover, detach.

pub mod api;
pub mod rules;

mod setup;

pub use setup::{ClusterSetup, Engine, Forwarding};

use super::replication::{Bits, End, Order, Replicas};
use super::store::{Barrier, Effects, Stored};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Sampler, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// What a member cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The primary cluster: reads and writes.
    Writer,
    /// A secondary cluster: reads.
    Secondary,
    /// A secondary being rebuilt from the new primary: nothing.
    Rebuilding,
    /// The old primary after a failover, waiting for its Region.
    Replaced,
    /// Detached: reads and writes of its own.
    Standalone,
}

/// `GlobalCluster.Status` (AUR-FO-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Available,
    /// Waiting until the target is level, then promoting.
    SwitchingOver {
        target: u8,
        syncing: bool,
    },
    FailingOver {
        target: u8,
    },
}

/// The timers of a global database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuroraEvent {
    /// The target is the writer now.
    Promoted,
    /// A replaced primary's Region answers again: its new volume is being filled.
    Readded {
        /// The member.
        member: u8,
    },
    /// A secondary's new volume is level.
    Rebuilt {
        /// The member.
        member: u8,
    },
}

/// A global database and its member clusters.
#[derive(Clone, Debug)]
pub struct GlobalDatabase {
    name: String,
    /// Its volumes and the log between them.
    pub replicas: Replicas,
    places: Vec<String>,
    account: String,
    roles: Vec<Role>,
    status: Status,
    promotion: Sampler,
    switchover: Sampler,
    rebuild: Sampler,
    /// Bits for the process in hand, drawn when it began.
    fresh: u128,
}

impl GlobalDatabase {
    /// A database with member clusters in these Regions (`places`: their names).
    pub fn new(
        name: &str,
        account: &str,
        (regions, places): (Vec<RegionId>, Vec<String>),
        items: u32,
        setup: &ClusterSetup,
    ) -> GlobalDatabase {
        let role = |region: &RegionId| match *region == setup.writer {
            true => Role::Writer,
            false => Role::Secondary,
        };
        GlobalDatabase {
            name: name.to_owned(),
            account: account.to_owned(),
            roles: regions.iter().map(role).collect(),
            replicas: Replicas::new(regions, Order::Log, items),
            places,
            status: Status::Available,
            promotion: Sampler::new(&setup.promotion),
            switchover: Sampler::new(&setup.switchover),
            rebuild: Sampler::new(&setup.rebuild),
            fresh: 0,
        }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a member is.
    pub fn role(&self, member: u8) -> Role {
        self.roles[usize::from(member)]
    }

    /// The member that holds the writer role, also while it may not write.
    pub fn primary(&self) -> Option<u8> {
        self.roles.iter().position(|role| *role == Role::Writer).map(|i| i as u8)
    }

    /// The member that the global writer endpoint names: also while that cluster takes no writes (AUR-4).
    /// A detached cluster in `home` is its own writer.
    pub fn write_target(&self, home: RegionId) -> Option<u8> {
        match self.replicas.replica_in(home) {
            Some(member) if self.role(member) == Role::Standalone => Some(member),
            _ => self.primary(),
        }
    }

    /// The member that an application in `home` reads: its own if it can be read, else the writer.
    pub fn read_target(&self, home: RegionId) -> Option<u8> {
        let local = self.replicas.replica_in(home);
        local.filter(|member| self.may_read(*member).is_ok()).or_else(|| self.primary())
    }

    /// Whether a member takes writes now.
    fn may_write(&self, member: u8) -> Result<(), (ErrorCode, RuleRef)> {
        let changing = match self.status {
            Status::Available => None,
            Status::SwitchingOver { .. } => Some(rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD),
            Status::FailingOver { .. } => Some(rules::PROMOTION_TAKES_MINUTES),
        };
        match (self.role(member), changing) {
            (Role::Standalone, _) | (Role::Writer, None) => Ok(()),
            (Role::Writer, Some(rule)) => Err((ErrorCode::EndpointConnectionError, rule)),
            _ => Err((ErrorCode::ReadOnlySqlTransaction, rules::ONE_WRITER)),
        }
    }

    /// Whether a member answers reads now.
    fn may_read(&self, member: u8) -> Result<(), (ErrorCode, RuleRef)> {
        match self.role(member) {
            Role::Rebuilding | Role::Replaced => {
                Err((ErrorCode::EndpointConnectionError, rules::OTHERS_ARE_REBUILT))
            }
            _ => Ok(()),
        }
    }

    /// The ARN of the member cluster in a Region.
    pub fn arn(&self, member: u8) -> String {
        let place = &self.places[usize::from(member)];
        format!("arn:aws:rds:{place}:{}:cluster:{}-{place}", self.account, self.name)
    }

    fn member(&self, identifier: Option<&str>) -> Result<u8, Refusal> {
        let wanted = identifier.unwrap_or_default();
        let is =
            |member: &u8| self.arn(*member) == wanted || self.arn(*member).ends_with(&format!(":{wanted}"));
        let found = (0..self.roles.len() as u8).find(is);
        found.ok_or_else(|| refuse(rules::THE_CLUSTER_EXISTS, ErrorCode::DBClusterNotFoundFault))
    }

    /// SwitchoverGlobalCluster: planned, loses nothing, needs both Regions.
    fn switch_over(
        &mut self,
        target: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        let writer = self.primary().ok_or_else(|| refuse(rules::THE_CLUSTER_EXISTS, fault))?;
        require(self.status == Status::Available, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        require(self.role(target) == Role::Secondary, rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD, fault)?;
        let reached = |member: u8| caller.reach.has(self.replicas.regions[usize::from(member)]);
        require(reached(writer) && reached(target), rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD, fault)?;
        self.fresh = caller.fresh;
        self.status = Status::SwitchingOver { target, syncing: true };
        self.note(
            "SwitchoverGlobalCluster",
            target,
            "switching-over",
            rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD,
            out,
        );
        self.pair_ended(caller.now, out);
        Ok(())
    }

    /// FailoverGlobalCluster --allow-data-loss: for a primary Region that is gone.
    fn fail_over(
        &mut self,
        target: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(), Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        let syncing = matches!(self.status, Status::Available | Status::SwitchingOver { syncing: true, .. });
        require(syncing, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        require(self.role(target) == Role::Secondary, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        let here = self.replicas.regions[usize::from(target)] == caller.region;
        require(here, rules::FAILOVER_NEEDS_CONSENT, ErrorCode::InvalidParameterCombination)?;
        self.fresh = caller.fresh;
        self.status = Status::FailingOver { target };
        let takes = self.promotion.sample(caller.fresh as u64);
        out.timer(caller.now + takes, caller.region, AuroraEvent::Promoted);
        self.note("FailoverGlobalCluster", target, "failing-over", rules::FAILOVER_LOSES_THE_LAG, out);
        Ok(())
    }

    /// RemoveFromGlobalCluster: detach and promote.
    fn detach(
        &mut self,
        member: u8,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<Option<(u8, u8)>, Refusal> {
        let fault = ErrorCode::InvalidGlobalClusterStateFault;
        require(self.status == Status::Available, rules::ONE_CHANGE_AT_A_TIME, fault)?;
        let here = self.replicas.regions[usize::from(member)] == caller.region;
        require(here, rules::THE_CLUSTER_EXISTS, ErrorCode::DBClusterNotFoundFault)?;
        let members = self.roles.iter().filter(|role| **role != Role::Standalone).count();
        let writer = self.primary();
        require(writer != Some(member) || members == 1, rules::THE_PRIMARY_LEAVES_LAST, fault)?;
        require(
            self.role(member) != Role::Standalone,
            rules::THE_CLUSTER_EXISTS,
            ErrorCode::DBClusterNotFoundFault,
        )?;
        self.roles[usize::from(member)] = Role::Standalone;
        self.note("RemoveFromGlobalCluster", member, "standalone", rules::DETACH_PROMOTES_AT_ONCE, out);
        Ok(writer.filter(|writer| *writer != member).map(|writer| (writer, member)))
    }

    fn promoted(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) -> Effects {
        let (target, lossy) = match self.status {
            Status::SwitchingOver { target, .. } => (target, false),
            Status::FailingOver { target } => (target, true),
            Status::Available => return Effects::default(),
        };
        self.status = Status::Available;
        let Some(writer) = self.primary() else { return Effects::default() };
        self.roles[usize::from(target)] = Role::Writer;
        self.roles[usize::from(writer)] = Role::Secondary;
        let rule =
            if lossy { rules::FAILOVER_LOSES_THE_LAG } else { rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD };
        self.note("PromoteGlobalCluster", target, "writer", rule, out);
        let mut effects = Effects { takeover: Some((writer, target)), ..Effects::default() };
        if lossy {
            self.replace_others(writer, target, now, out);
            effects.ended = self.replicas.end_all(writer, End::Lost);
        }
        effects
    }

    /// After a failover every other volume is rebuilt to the new primary's point in time.
    fn replace_others(&mut self, writer: u8, target: u8, now: Time, out: &mut Outbox<AuroraEvent>) {
        for member in 0..self.roles.len() as u8 {
            if member == target || self.role(member) == Role::Standalone {
                continue;
            }
            let region = self.replicas.regions[usize::from(member)];
            if member == writer {
                self.roles[usize::from(member)] = Role::Replaced;
                out.timer(now, region, AuroraEvent::Readded { member });
            } else {
                self.roles[usize::from(member)] = Role::Rebuilding;
                let takes = self.rebuild.sample((self.fresh >> 64) as u64);
                out.timer(now + takes, region, AuroraEvent::Rebuilt { member });
            }
        }
    }

    fn note(
        &self,
        operation: &'static str,
        member: u8,
        outcome: &str,
        rule: RuleRef,
        out: &mut Outbox<AuroraEvent>,
    ) {
        out.note(Note {
            region: self.replicas.regions[usize::from(member)],
            operation,
            target: self.arn(member),
            outcome: outcome.to_owned(),
            rule,
            detail: self.name.clone(),
        });
    }

    fn describe(&self) -> Value {
        let member = |m: u8| {
            json!({
                "DBClusterArn": self.arn(m),
                "IsWriter": self.role(m) == Role::Writer,
                "SynchronizationStatus": if self.role(m) == Role::Secondary { "connected" } else { "pending-resync" },
            })
        };
        let members = (0..self.roles.len() as u8).filter(|m| self.role(*m) != Role::Standalone);
        let status = match self.status {
            Status::Available => "available",
            Status::SwitchingOver { .. } => "switching-over",
            Status::FailingOver { .. } => "failing-over",
        };
        json!({ "GlobalCluster": {
            "GlobalClusterIdentifier": self.name,
            "Status": status,
            "GlobalClusterMembers": members.map(member).collect::<Vec<_>>(),
        }})
    }
}

impl Stored for GlobalDatabase {
    type Event = AuroraEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    fn routes(&self) -> bool {
        true
    }

    fn routed(&self, home: RegionId, read: bool) -> Option<u8> {
        if read { self.read_target(home) } else { self.write_target(home) }
    }

    fn writer(&self) -> Option<u8> {
        self.primary()
    }

    fn may(&self, member: u8, work: Work) -> Result<(), Barrier> {
        let answer = match work {
            Work::Read => self.may_read(member),
            Work::Write => self.may_write(member),
        };
        answer.map_err(|(error, rule)| Barrier::passes(error, rule))
    }

    /// Not once another is the writer.
    fn may_commit(&self, member: u8) -> Result<(), Barrier> {
        match self.role(member) {
            Role::Standalone | Role::Writer => Ok(()),
            _ => Err(Barrier::passes(ErrorCode::ReadOnlySqlTransaction, rules::ONE_WRITER)),
        }
    }

    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        if self.role(source) == Role::Standalone {
            return 0;
        }
        let others =
            (0..self.roles.len() as u8).filter(|m| *m != source && self.role(*m) != Role::Standalone);
        others.fold(0, |bits, member| bits | 1 << member)
    }

    /// Whether a member's volume takes log records now.
    fn flows(&self, _from: u8, to: u8) -> bool {
        matches!(self.role(to), Role::Writer | Role::Secondary)
    }

    /// Goes on with a switchover whose target has caught up.
    fn pair_ended(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) {
        let Status::SwitchingOver { target, syncing: true } = self.status else { return };
        let Some(writer) = self.primary() else { return };
        if self.replicas.open(writer, target) == 0 {
            self.status = Status::SwitchingOver { target, syncing: false };
            let takes = self.switchover.sample(self.fresh as u64);
            out.timer(now + takes, self.replicas.regions[usize::from(target)], AuroraEvent::Promoted);
        }
    }

    fn status(&self, member: u8) -> String {
        match self.role(member) {
            Role::Rebuilding | Role::Replaced => "pending-resync",
            Role::Writer | Role::Secondary | Role::Standalone => "available",
        }
        .to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::Rds && params.get("GlobalClusterIdentifier") == Some(&self.name)
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let mut effects = Effects::default();
        match operation.name {
            "SwitchoverGlobalCluster" => {
                let target = self.member(params.get("TargetDbClusterIdentifier"))?;
                self.switch_over(target, caller, out)?;
            }
            "FailoverGlobalCluster" => {
                let target = self.member(params.get("TargetDbClusterIdentifier"))?;
                match (params.flag("AllowDataLoss"), params.flag("Switchover")) {
                    (true, false) => self.fail_over(target, caller, out)?,
                    (false, true) => self.switch_over(target, caller, out)?,
                    _ => {
                        return Err(refuse(
                            rules::FAILOVER_NEEDS_CONSENT,
                            ErrorCode::InvalidParameterCombination,
                        ));
                    }
                }
            }
            "RemoveFromGlobalCluster" => {
                let member = self.member(params.get("DbClusterIdentifier"))?;
                effects.takeover = self.detach(member, caller, out)?;
            }
            _ => {}
        }
        Ok((self.describe(), effects))
    }

    fn handle(&mut self, event: AuroraEvent, now: Time, out: &mut Outbox<AuroraEvent>) -> Effects {
        match event {
            AuroraEvent::Promoted => self.promoted(now, out),
            // What has been detached meanwhile, or is already rebuilt and promoted, keeps its role.
            AuroraEvent::Readded { member } if self.role(member) != Role::Replaced => Effects::default(),
            AuroraEvent::Rebuilt { member } if self.role(member) != Role::Rebuilding => Effects::default(),
            AuroraEvent::Readded { member } => {
                self.roles[usize::from(member)] = Role::Rebuilding;
                let region = self.replicas.regions[usize::from(member)];
                let takes = self.rebuild.sample((self.fresh >> 64) as u64);
                out.timer(now + takes, region, AuroraEvent::Rebuilt { member });
                self.note("AddToGlobalCluster", member, "rebuilding", rules::THE_OLD_VOLUME_IS_REPLACED, out);
                Effects::default()
            }
            AuroraEvent::Rebuilt { member } => {
                let Some(writer) = self.primary() else { return Effects::default() };
                self.roles[usize::from(member)] = Role::Secondary;
                self.replicas.copy(writer, member);
                self.note("RebuildSecondaryCluster", member, "connected", rules::OTHERS_ARE_REBUILT, out);
                Effects { replaced: true, ..Effects::default() }
            }
        }
    }
}

/// What a command that names no database is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::GlobalClusterNotFoundFault, rules::THE_CLUSTER_EXISTS)
}

fn refuse(rule: RuleRef, error: ErrorCode) -> Refusal {
    Refusal { error, message: rule.says.to_owned(), rule, remedy: Remedy::None }
}

fn require(holds: bool, rule: RuleRef, error: ErrorCode) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refuse(rule, error)) }
}
