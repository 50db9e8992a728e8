//! Amazon Aurora: one writer, storage-level replication; switchover, failover, detach; write forwarding; keys.

pub mod api;
pub mod rules;

mod clusters;
mod describe;
mod failover;
mod keys;
mod routing;
pub mod rpo;
mod setup;
mod switchover;

pub use setup::{ClusterSetup, Engine, Forwarding};

use super::replication::{Bits, Order, Replicas};
use super::store::{Awaited, Barrier, Effects, KeyHealth, Stored};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Sampler, Span, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use keys::Key;
use serde_json::Value;

/// What a member cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The primary cluster: reads and writes.
    Writer,
    /// A secondary cluster: reads.
    Secondary,
    /// A secondary being rebuilt from the new primary: nothing.
    Rebuilding,
    /// The old primary after a failover, fenced and waiting for its Region.
    Replaced,
    /// The old primary after a failover that could not fence it: it goes on as if nothing had happened.
    Unfenced,
    /// Detached, or never part of a global database: reads and writes of its own.
    Standalone,
}

/// Whether a cluster runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    On,
    Off,
    Starting,
}

/// One cluster.
#[derive(Clone, Debug)]
struct Member {
    place: String,
    role: Role,
    power: Power,
    key: Key,
    /// Whether it has an instance.
    instance: bool,
    /// Restarts under way.
    restarts: u8,
    /// Counts what is begun and may be overtaken: rebuilding, starting, stopping, waiting for a key.
    round: u16,
    /// Writes that only its volume held when another was promoted.
    alone: u64,
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
        fenced: bool,
    },
}

/// The timers of a database, and what its clusters tell each other across Regions. `round`: of the member, when it was
/// set; what has been overtaken comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuroraEvent {
    /// The target is the writer now.
    Promoted,
    /// A failover tells the old primary to stop writing.
    Fence,
    /// A new primary reaches the old one's Region: a new volume is filled there.
    Readded {
        /// The member.
        member: u8,
        /// The new primary.
        primary: u8,
    },
    /// A secondary's new volume would be level, if the primary's sends it the rest.
    Filled {
        /// The member.
        member: u8,
        /// Its round.
        round: u16,
    },
    /// A secondary's new volume is level.
    Rebuilt {
        /// The member.
        member: u8,
        /// Its round.
        round: u16,
    },
    /// Instances are back from a restart.
    Restarted {
        /// Their clusters (bits).
        members: Bits,
    },
    /// An instance has been made.
    InstanceMade {
        /// Its cluster.
        member: u8,
    },
    /// A stopped cluster is due to start by itself.
    StartDue {
        /// The member.
        member: u8,
        /// Its round.
        round: u16,
    },
    /// A cluster that was being started runs.
    Started {
        /// The member.
        member: u8,
        /// Its round.
        round: u16,
    },
    /// Nobody has started a cluster whose key was lost.
    KeyGivenUp {
        /// The member.
        member: u8,
        /// Its round.
        round: u16,
    },
}

/// How long what Aurora does takes.
#[derive(Clone, Debug)]
struct Times {
    promotion: Sampler,
    switchover: Sampler,
    rebuild: Sampler,
    restart: Sampler,
    instance: Sampler,
}

/// A global database and its member clusters, or one ordinary cluster.
#[derive(Clone, Debug)]
pub struct GlobalDatabase {
    name: String,
    /// Its volumes and the log between them.
    pub replicas: Replicas,
    account: String,
    global: bool,
    engine: Engine,
    members: Vec<Member>,
    status: Status,
    rpo: Option<Span>,
    forwarding: Option<Forwarding>,
    readers_restart: bool,
    /// Faults that keep old primaries from being fenced.
    fence_failures: u32,
    times: Times,
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
        let member = |(region, place): (&RegionId, String)| Member {
            place,
            role: match *region == setup.writer {
                _ if !setup.global => Role::Standalone,
                true => Role::Writer,
                false => Role::Secondary,
            },
            power: Power::On,
            key: Key::Usable,
            instance: !setup.headless.contains(region),
            restarts: 0,
            round: 0,
            alone: 0,
        };
        let members = regions.iter().zip(places).map(member).collect();
        let mut replicas = Replicas::new(regions, Order::Log, items);
        if setup.rpo.is_some() {
            replicas.track_lag();
        }
        GlobalDatabase {
            name: name.to_owned(),
            account: account.to_owned(),
            global: setup.global,
            engine: setup.engine,
            members,
            replicas,
            status: Status::Available,
            rpo: setup.rpo,
            forwarding: setup.forwarding,
            readers_restart: setup.version.is_some_and(|version| setup.engine.restarts_readers(version)),
            fence_failures: 0,
            times: Times {
                promotion: Sampler::new(&setup.promotion),
                switchover: Sampler::new(&setup.switchover),
                rebuild: Sampler::new(&setup.rebuild),
                restart: Sampler::new(&setup.restart),
                instance: Sampler::new(&setup.instance),
            },
            fresh: 0,
        }
    }

    fn at(&self, member: u8) -> &Member {
        &self.members[usize::from(member)]
    }

    fn at_mut(&mut self, member: u8) -> &mut Member {
        &mut self.members[usize::from(member)]
    }

    /// What a member is.
    pub fn role(&self, member: u8) -> Role {
        self.at(member).role
    }

    fn region(&self, member: u8) -> RegionId {
        self.replicas.regions[usize::from(member)]
    }

    /// Every member, by number.
    fn each(&self) -> std::ops::Range<u8> {
        0..self.members.len() as u8
    }

    /// The clusters of the global database: all but those that have left it.
    fn linked(&self) -> impl Iterator<Item = u8> + '_ {
        self.each().filter(|member| self.role(*member) != Role::Standalone)
    }

    /// The member that holds the writer role, also while it may not write; the only cluster, if there is one.
    pub fn primary(&self) -> Option<u8> {
        let writer = self.each().find(|member| self.role(*member) == Role::Writer);
        writer.or((!self.global).then_some(0))
    }

    /// A member's `DBClusterIdentifier`.
    fn identifier(&self, member: u8) -> String {
        match self.global {
            true => format!("{}-{}", self.name, self.at(member).place),
            false => self.name.clone(),
        }
    }

    /// The ARN of a member cluster.
    pub fn arn(&self, member: u8) -> String {
        let place = &self.at(member).place;
        format!("arn:aws:rds:{place}:{}:cluster:{}", self.account, self.identifier(member))
    }

    /// The member of that identifier or ARN.
    fn named(&self, identifier: &str) -> Option<u8> {
        self.each().find(|member| self.identifier(*member) == identifier || self.arn(*member) == identifier)
    }

    fn member(&self, identifier: Option<&str>) -> Result<u8, Refusal> {
        let found = self.named(identifier.unwrap_or_default());
        found.ok_or_else(|| refuse(rules::THE_CLUSTER_EXISTS, ErrorCode::DBClusterNotFoundFault))
    }

    /// The member of that name in the Region that is asked.
    fn member_here(&self, identifier: Option<&str>, caller: &Caller) -> Result<u8, Refusal> {
        let member = self.member(identifier)?;
        let here = self.region(member) == caller.region;
        require(here, rules::THE_CLUSTER_EXISTS, ErrorCode::DBClusterNotFoundFault)?;
        Ok(member)
    }

    fn note(
        &self,
        operation: &'static str,
        member: u8,
        outcome: &str,
        rule: RuleRef,
        out: &mut Outbox<AuroraEvent>,
    ) {
        self.note_more(operation, member, (outcome, self.name.clone()), rule, out);
    }

    fn note_more(
        &self,
        operation: &'static str,
        member: u8,
        (outcome, detail): (&str, String),
        rule: RuleRef,
        out: &mut Outbox<AuroraEvent>,
    ) {
        out.note(Note {
            region: self.region(member),
            operation,
            target: self.arn(member),
            outcome: outcome.to_owned(),
            rule,
            detail,
        });
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

    fn hears_ends(&self) -> bool {
        true
    }

    fn routed(&self, home: RegionId, read: bool) -> Option<u8> {
        if read { self.read_target(home) } else { self.write_target(home) }
    }

    fn writer(&self) -> Option<u8> {
        self.primary()
    }

    fn may(&self, member: u8, work: Work) -> Result<(), Barrier> {
        match work {
            Work::Read => self.may_read(member),
            Work::Write => self.may_write(member),
        }
    }

    /// Not once another is the writer.
    fn may_commit(&self, member: u8) -> Result<(), Barrier> {
        self.runs(member)?;
        match self.role(member) {
            Role::Standalone | Role::Writer | Role::Unfenced => Ok(()),
            _ => Err(Barrier::passes(ErrorCode::ReadOnlySqlTransaction, rules::ONE_WRITER)),
        }
    }

    #[inline]
    fn holds_commits(&self, source: u8, now: Time) -> Option<RuleRef> {
        self.rpo.and_then(|bound| self.out_of_bound(source, now, bound))
    }

    #[inline]
    fn forwards(&self, member: u8) -> Option<u8> {
        self.forwarding.and_then(|_| self.primary_behind(member))
    }

    #[inline]
    fn awaited(&self, member: u8) -> Option<Awaited> {
        let primary = self.forwards(member)?;
        match self.forwarding? {
            Forwarding::Eventual => None,
            Forwarding::Session => Some(Awaited::Own(primary)),
            Forwarding::Global => Some(Awaited::All(primary)),
        }
    }

    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        match self.role(source) {
            Role::Standalone => 0,
            _ => self.linked().filter(|m| *m != source).fold(0, |bits, member| bits | 1 << member),
        }
    }

    /// Whether a volume sends, and another takes, log records now.
    fn flows(&self, from: u8, to: u8) -> bool {
        let (from, to) = (self.at(from), self.at(to));
        from.role != Role::Unfenced
            && matches!(to.role, Role::Writer | Role::Secondary)
            && from.key == Key::Usable
            && to.key == Key::Usable
    }

    fn pair_ended(&mut self, now: Time, out: &mut Outbox<AuroraEvent>) {
        self.go_on_switching(now, out);
    }

    fn status(&self, member: u8) -> String {
        self.cluster_status(member).to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        let cluster = || params.get("DBClusterIdentifier").and_then(|name| self.named(name));
        let global = params.get("GlobalClusterIdentifier").or(params.get("DBClusterParameterGroupName"));
        operation.service == Service::Rds
            && match global {
                Some(name) => self.global && name == self.name,
                None => cluster().is_some(),
            }
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let mut effects = Effects::default();
        if params.get("GlobalClusterIdentifier").is_some() {
            let target = || self.member(params.get("TargetDbClusterIdentifier"));
            match (operation.name, params.flag("AllowDataLoss"), params.flag("Switchover")) {
                ("SwitchoverGlobalCluster", ..) | ("FailoverGlobalCluster", false, true) => {
                    self.switch_over(target()?, caller, out)?;
                }
                ("FailoverGlobalCluster", true, false) => self.fail_over(target()?, caller, out)?,
                ("FailoverGlobalCluster", ..) => {
                    target()?;
                    let error = ErrorCode::InvalidParameterCombination;
                    return Err(refuse(rules::FAILOVER_NEEDS_CONSENT, error));
                }
                ("RemoveFromGlobalCluster", ..) => {
                    let member = self.member_here(params.get("DbClusterIdentifier"), caller)?;
                    effects = self.detach(member, out)?;
                }
                _ => {}
            }
            return Ok((self.describe(caller.now), effects));
        }
        if operation.name == "ModifyDBClusterParameterGroup" {
            return Ok((self.change_parameters(params, out)?, effects));
        }
        let member = self.member_here(params.get("DBClusterIdentifier"), caller)?;
        match operation.name {
            "ModifyDBCluster" => {
                return Err(refuse(rules::THE_KEY_IS_FIXED, ErrorCode::InvalidParameterCombination));
            }
            "StopDBCluster" => self.stop(member, caller, out)?,
            "StartDBCluster" => self.start(member, caller, out)?,
            "CreateDBInstance" => return Ok((self.create_instance(member, params, caller, out)?, effects)),
            _ => {}
        }
        effects.replaced = operation.name == "StopDBCluster";
        Ok((self.describe_cluster(member, operation, caller.now), effects))
    }

    fn handle(&mut self, event: AuroraEvent, now: Time, out: &mut Outbox<AuroraEvent>) -> Effects {
        match event {
            AuroraEvent::Promoted => self.promoted(now, out),
            AuroraEvent::Fence => self.fence(out),
            AuroraEvent::Readded { member, primary } => self.readd(member, primary, now, out),
            AuroraEvent::Filled { member, round } => self.filled(member, round, out),
            AuroraEvent::Rebuilt { member, round } => self.rebuilt(member, round, out),
            AuroraEvent::Restarted { members } => self.restarted(members),
            AuroraEvent::InstanceMade { member } => self.instance_made(member, out),
            AuroraEvent::StartDue { member, round } => self.start_due(member, round, now, out),
            AuroraEvent::Started { member, round } => self.started(member, round, out),
            AuroraEvent::KeyGivenUp { member, round } => self.give_key_up(member, round, out),
        }
    }

    fn key_found(
        &mut self,
        member: u8,
        health: KeyHealth,
        now: Time,
        out: &mut Outbox<AuroraEvent>,
    ) -> Effects {
        self.key_changed(member, health, now, out)
    }
}

/// What a command that names no database is answered.
pub fn unknown(operation: &Operation) -> (ErrorCode, RuleRef) {
    let global = operation.params.iter().any(|param| param.name == "GlobalClusterIdentifier");
    let error =
        if global { ErrorCode::GlobalClusterNotFoundFault } else { ErrorCode::DBClusterNotFoundFault };
    (error, rules::THE_CLUSTER_EXISTS)
}

fn refuse(rule: RuleRef, error: ErrorCode) -> Refusal {
    Refusal { error, message: rule.says.to_owned(), rule, remedy: Remedy::None }
}

fn require(holds: bool, rule: RuleRef, error: ErrorCode) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refuse(rule, error)) }
}
