//! Amazon Aurora Global Database: one writer, storage-level replication, switchover, failover, detach.

pub mod api;
pub mod rules;

use super::replication::{Bits, End, Ended, Order, Replicas};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy};
use crate::rulebook::RuleRef;
use crate::sim::{Law, Sampler, Time};
use crate::world::RegionId;
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

/// How long Aurora's own processes take.
#[derive(Clone, Debug)]
pub struct Timing {
    /// A failover's promotion (AUR-FO-2).
    pub promotion: Law,
    /// A switchover, beyond waiting for the lag (AUR-SW-1).
    pub switchover: Law,
    /// Rebuilding a secondary after a failover (AUR-FO-3).
    pub rebuild: Law,
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

/// What the end of a process did to the data.
#[derive(Clone, Debug, Default)]
pub struct Takeover {
    /// Member that took over, from which one, if somebody did.
    pub change: Option<(u8, u8)>,
    /// Pairs that ended.
    pub ended: Vec<Ended>,
    /// Whether a volume was replaced, so that counts must be read anew.
    pub replaced: bool,
}

impl GlobalDatabase {
    /// A database with member clusters in these Regions (`places`: their names), the writer in `writer`.
    pub fn new(
        name: &str,
        account: &str,
        (regions, places): (Vec<RegionId>, Vec<String>),
        writer: RegionId,
        items: u32,
        timing: &Timing,
    ) -> GlobalDatabase {
        let role = |region: &RegionId| if *region == writer { Role::Writer } else { Role::Secondary };
        GlobalDatabase {
            name: name.to_owned(),
            account: account.to_owned(),
            roles: regions.iter().map(role).collect(),
            replicas: Replicas::new(regions, Order::Log, items),
            places,
            status: Status::Available,
            promotion: Sampler::new(&timing.promotion),
            switchover: Sampler::new(&timing.switchover),
            rebuild: Sampler::new(&timing.rebuild),
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
    pub fn may_write(&self, member: u8) -> Result<(), (ErrorCode, RuleRef)> {
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

    /// Whether a write that the member accepted can still be carried out: not once another is the writer.
    pub fn may_commit(&self, member: u8) -> Result<(), (ErrorCode, RuleRef)> {
        match self.role(member) {
            Role::Standalone | Role::Writer => Ok(()),
            _ => Err((ErrorCode::ReadOnlySqlTransaction, rules::ONE_WRITER)),
        }
    }

    /// Whether a member answers reads now.
    pub fn may_read(&self, member: u8) -> Result<(), (ErrorCode, RuleRef)> {
        match self.role(member) {
            Role::Rebuilding | Role::Replaced => {
                Err((ErrorCode::EndpointConnectionError, rules::OTHERS_ARE_REBUILT))
            }
            _ => Ok(()),
        }
    }

    /// The members (bits) that a write taken by `source` is sent to.
    pub fn targets(&self, source: u8) -> Bits {
        if self.role(source) == Role::Standalone {
            return 0;
        }
        let others =
            (0..self.roles.len() as u8).filter(|m| *m != source && self.role(*m) != Role::Standalone);
        others.fold(0, |bits, member| bits | 1 << member)
    }

    /// Whether a member's volume takes log records now.
    pub fn takes_log(&self, member: u8) -> bool {
        matches!(self.role(member), Role::Writer | Role::Secondary)
    }

    /// The ARN of the member cluster in a Region.
    pub fn arn(&self, member: u8) -> String {
        let place = &self.places[usize::from(member)];
        format!("arn:aws:rds:{place}:{}:cluster:{}-{place}", self.account, self.name)
    }

    /// Carries an operation out.
    pub fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(Value, Takeover), Refusal> {
        let mut takeover = Takeover::default();
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
                takeover.change = self.detach(member, caller, out)?;
            }
            _ => {}
        }
        Ok((self.describe(), takeover))
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
        self.promote_when_level(caller.now, out);
        Ok(())
    }

    /// Goes on with a switchover whose target has caught up. Called after each pair's end.
    pub fn promote_when_level(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) {
        let Status::SwitchingOver { target, syncing: true } = self.status else { return };
        let Some(writer) = self.primary() else { return };
        if self.replicas.open(writer, target) == 0 {
            self.status = Status::SwitchingOver { target, syncing: false };
            let takes = self.switchover.sample(self.fresh as u64);
            out.timer(now + takes, self.replicas.regions[usize::from(target)], AuroraEvent::Promoted);
        }
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

    /// A timer fires.
    pub fn handle(&mut self, event: AuroraEvent, now: Time, out: &mut Outbox<AuroraEvent>) -> Takeover {
        match event {
            AuroraEvent::Promoted => self.promoted(now, out),
            // What has been detached meanwhile, or is already rebuilt and promoted, keeps its role.
            AuroraEvent::Readded { member } if self.role(member) != Role::Replaced => Takeover::default(),
            AuroraEvent::Rebuilt { member } if self.role(member) != Role::Rebuilding => Takeover::default(),
            AuroraEvent::Readded { member } => {
                self.roles[usize::from(member)] = Role::Rebuilding;
                let region = self.replicas.regions[usize::from(member)];
                let takes = self.rebuild.sample((self.fresh >> 64) as u64);
                out.timer(now + takes, region, AuroraEvent::Rebuilt { member });
                self.note("AddToGlobalCluster", member, "rebuilding", rules::THE_OLD_VOLUME_IS_REPLACED, out);
                Takeover::default()
            }
            AuroraEvent::Rebuilt { member } => {
                let Some(writer) = self.primary() else { return Takeover::default() };
                self.roles[usize::from(member)] = Role::Secondary;
                self.replicas.copy(writer, member);
                self.note("RebuildSecondaryCluster", member, "connected", rules::OTHERS_ARE_REBUILT, out);
                Takeover { replaced: true, ..Takeover::default() }
            }
        }
    }

    fn promoted(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) -> Takeover {
        let (target, lossy) = match self.status {
            Status::SwitchingOver { target, .. } => (target, false),
            Status::FailingOver { target } => (target, true),
            Status::Available => return Takeover::default(),
        };
        self.status = Status::Available;
        let Some(writer) = self.primary() else { return Takeover::default() };
        self.roles[usize::from(target)] = Role::Writer;
        self.roles[usize::from(writer)] = Role::Secondary;
        let rule =
            if lossy { rules::FAILOVER_LOSES_THE_LAG } else { rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD };
        self.note("PromoteGlobalCluster", target, "writer", rule, out);
        let mut takeover = Takeover { change: Some((writer, target)), ..Takeover::default() };
        if lossy {
            self.replace_others(writer, target, now, out);
            takeover.ended = self.replicas.end_all(writer, End::Lost);
        }
        takeover
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

fn refuse(rule: RuleRef, error: ErrorCode) -> Refusal {
    Refusal { error, message: rule.says.to_owned(), rule, remedy: Remedy::None }
}

fn require(holds: bool, rule: RuleRef, error: ErrorCode) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refuse(rule, error)) }
}
