//! AWS Secrets Manager: a secret and its replicas.
//!
//! The primary is in the first Region. In commands secret `s` is the item 0 of store `s`, and `s/7` its item 7; a name
//! may also be given as ARN.

pub mod api;
mod commands;
pub mod rules;
mod setup;

pub use setup::SecretSetup;

use super::replication::{Bits, MAX_REPLICAS, Order, Replicas};
use super::store::{Barrier, Effects, Fate, KeyHealth, Put, Stored};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Sampler, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;

/// The copy that is in charge.
const PRIMARY: u8 = 0;

/// The class of what a command or a rotation writes: the application did not encrypt it.
const PLAIN: u16 = 0;

/// Its timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretEvent {
    /// The next rotation is due.
    Rotate,
    /// A replica is made.
    Created {
        /// The replica.
        replica: u8,
        /// Its state when the timer was set; a later one makes the timer void.
        ticket: u16,
    },
}

/// What there is in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Absent,
    Primary,
    /// `made`: it has received its first values.
    Replica {
        made: bool,
    },
    /// Once a replica, now a secret of its own.
    Standalone,
}

/// The secret in one Region.
#[derive(Clone, Copy, Debug)]
struct Member {
    role: Role,
    health: KeyHealth,
    /// Replication to it has failed, by a key or by another secret of the same name.
    failed: bool,
    ticket: u16,
}

/// A secret with its replicas.
#[derive(Clone, Debug)]
pub struct Secrets {
    name: String,
    account: String,
    places: Vec<String>,
    replicas: Replicas,
    members: Vec<Member>,
    setup: SecretSetup,
    creation: Sampler,
}

impl Secrets {
    /// Empty copies in these Regions (`places`: their names), the first one's in charge.
    pub fn new(
        name: &str,
        account: &str,
        (regions, places): (Vec<RegionId>, Vec<String>),
        items: u32,
        setup: &SecretSetup,
    ) -> Secrets {
        let role = |(replica, region): (usize, &RegionId)| match replica == usize::from(PRIMARY) {
            true => Role::Primary,
            false if setup.later.contains(region) => Role::Absent,
            false => Role::Replica { made: true },
        };
        let member = |role| Member { role, health: KeyHealth::Usable, failed: false, ticket: 0 };
        Secrets {
            name: name.to_owned(),
            account: account.to_owned(),
            places,
            members: regions.iter().enumerate().map(role).map(member).collect(),
            replicas: Replicas::new(regions, Order::LastWriterWins, items),
            creation: Sampler::new(&setup.creation),
            setup: setup.clone(),
        }
    }

    fn member(&self, replica: u8) -> &Member {
        &self.members[usize::from(replica)]
    }

    fn member_mut(&mut self, replica: u8) -> &mut Member {
        &mut self.members[usize::from(replica)]
    }

    /// A secret's ARN: that of a replica differs by the Region only (SEC-1).
    fn arn(&self, replica: u8) -> String {
        let place = &self.places[usize::from(replica)];
        format!("arn:aws:secretsmanager:{place}:{}:secret:{}", self.account, self.name)
    }

    /// What a copy's key does to whoever asks for a value, or brings one.
    fn unlocked(&self, replica: u8, work: Work) -> Result<(), Barrier> {
        let fate = match self.member(replica).health {
            KeyHealth::Usable => return Ok(()),
            KeyHealth::Unusable { deadline, .. } => Fate::Mendable { deadline },
            KeyHealth::Gone { .. } => Fate::Gone,
        };
        let (error, rule) = match work {
            Work::Read => (ErrorCode::DecryptionFailure, rules::A_READ_NEEDS_THE_KEY),
            Work::Write => (ErrorCode::EncryptionFailure, rules::A_WRITE_NEEDS_THE_KEY),
        };
        Err(Barrier { error, rule, fate })
    }

    fn keys_work(&self, replica: u8) -> bool {
        [PRIMARY, replica].iter().all(|copy| self.member(*copy).health == KeyHealth::Usable)
    }

    /// Finds out whether replication to a replica has failed, and reports it if that has changed.
    fn look_at(&mut self, replica: u8, out: &mut Outbox<SecretEvent>) {
        if self.member(replica).role != (Role::Replica { made: true }) {
            return;
        }
        let waits = self.replicas.open(PRIMARY, replica) > 0;
        let failed = !self.keys_work(replica) && (waits || self.member(replica).failed);
        if std::mem::replace(&mut self.member_mut(replica).failed, failed) != failed {
            self.note(replica, "ReplicateSecretVersion", rules::REPLICATION_NEEDS_BOTH_KEYS, out);
        }
    }

    /// New values for every item of the primary.
    fn rotate(&mut self, out: &mut Outbox<SecretEvent>) -> Effects {
        let rule = rules::ROTATION_IS_THE_PRIMARY_S;
        if let Err(barrier) = self.unlocked(PRIMARY, Work::Write) {
            self.report(PRIMARY, "RotateSecret", barrier.error.name().to_owned(), barrier.rule, out);
            return Effects::default();
        }
        self.report(PRIMARY, "RotateSecret", "rotated".to_owned(), rule, out);
        let keys = self.replicas.tables[usize::from(PRIMARY)].keys();
        let put = |item| Put { source: PRIMARY, item, class: PLAIN, value: None };
        Effects { writes: (0..keys).map(put).collect(), ..Effects::default() }
    }

    /// A replica is made, if both keys work, of what the primary has by then.
    fn created(&mut self, replica: u8, ticket: u16, out: &mut Outbox<SecretEvent>) -> Effects {
        if self.member(replica).ticket != ticket {
            return Effects::default();
        }
        self.member_mut(replica).role = Role::Replica { made: true };
        match self.keys_work(replica) {
            true => {
                self.replicas.copy(PRIMARY, replica);
                self.note(replica, "ReplicateSecretToRegions", rules::REPLICAS_ARE_THE_PRIMARY_S, out);
            }
            false => {
                self.member_mut(replica).failed = true;
                self.note(replica, "ReplicateSecretToRegions", rules::REPLICATION_NEEDS_BOTH_KEYS, out);
            }
        }
        Effects { replaced: true, ..Effects::default() }
    }

    fn note(&self, replica: u8, operation: &'static str, rule: RuleRef, out: &mut Outbox<SecretEvent>) {
        self.report(replica, operation, self.status(replica), rule, out);
    }

    fn report(
        &self,
        replica: u8,
        operation: &'static str,
        outcome: String,
        rule: RuleRef,
        out: &mut Outbox<SecretEvent>,
    ) {
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation,
            target: self.arn(replica),
            outcome,
            rule,
            detail: self.name.clone(),
        });
    }
}

impl Stored for Secrets {
    type Event = SecretEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    fn begin(&mut self, out: &mut Outbox<SecretEvent>) {
        if let Some(rotation) = self.setup.rotation {
            out.timer(
                Time::ZERO + rotation,
                self.replicas.regions[usize::from(PRIMARY)],
                SecretEvent::Rotate,
            );
        }
    }

    fn may(&self, replica: u8, work: Work) -> Result<(), Barrier> {
        let member = self.member(replica);
        match (member.role, work) {
            (Role::Absent | Role::Replica { made: false }, _) => {
                let error = ErrorCode::ResourceNotFoundException;
                return Err(Barrier::passes(error, rules::THE_SECRET_EXISTS));
            }
            (Role::Replica { .. }, Work::Write) => {
                let error = ErrorCode::InvalidRequestException;
                return Err(Barrier { error, rule: rules::A_REPLICA_ONLY_FOLLOWS, fate: Fate::Refused });
            }
            _ => {}
        }
        self.unlocked(replica, work)
    }

    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        if source != PRIMARY {
            return 0;
        }
        let follows = |(_, member): &(usize, &Member)| matches!(member.role, Role::Replica { .. });
        let replicas = self.members.iter().enumerate().filter(follows);
        let all = Bits::MAX >> (MAX_REPLICAS - self.members.len());
        replicas.fold(0, |bits, (replica, _)| bits | 1 << replica) & all
    }

    fn flows(&self, from: u8, to: u8) -> bool {
        from == PRIMARY && self.member(to).role == (Role::Replica { made: true }) && self.keys_work(to)
    }

    fn keeps_changes(&self, replica: u8) -> bool {
        replica == PRIMARY
    }

    /// A new value that cannot be replicated shows at once.
    fn stored(&mut self, _replica: u8, _item: u32, _now: Time, out: &mut Outbox<SecretEvent>) {
        (1..self.members.len() as u8).for_each(|replica| self.look_at(replica, out));
    }

    fn is_there(&self, replica: u8) -> bool {
        self.member(replica).role != Role::Absent
    }

    fn status(&self, replica: u8) -> String {
        let member = self.member(replica);
        match member.role {
            Role::Absent => "deleted",
            Role::Primary => "primary",
            Role::Standalone => "standalone",
            Role::Replica { .. } if member.failed => "Failed",
            Role::Replica { made: false } => "InProgress",
            Role::Replica { made: true } => "InSync",
        }
        .to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        operation.service == Service::SecretsManager
            && params.get("SecretId").is_some_and(|id| self.item(id).is_some())
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<SecretEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        self.carry_out(operation, params, caller, out)
    }

    fn handle(&mut self, event: SecretEvent, now: Time, out: &mut Outbox<SecretEvent>) -> Effects {
        match event {
            SecretEvent::Rotate => {
                if let Some(rotation) = self.setup.rotation {
                    let region = self.replicas.regions[usize::from(PRIMARY)];
                    out.timer(now + rotation, region, SecretEvent::Rotate);
                }
                self.rotate(out)
            }
            SecretEvent::Created { replica, ticket } => self.created(replica, ticket, out),
        }
    }

    fn key_found(
        &mut self,
        replica: u8,
        health: KeyHealth,
        _now: Time,
        out: &mut Outbox<SecretEvent>,
    ) -> Effects {
        self.member_mut(replica).health = health;
        let rule = match self.member(replica).role {
            Role::Replica { .. } => rules::A_READ_NEEDS_THE_KEY,
            _ => rules::A_WRITE_NEEDS_THE_KEY,
        };
        self.note(replica, "DescribeKey", rule, out);
        (1..self.members.len() as u8).for_each(|replica| self.look_at(replica, out));
        Effects { replaced: true, ..Effects::default() }
    }
}

fn refuse(rule: RuleRef, error: ErrorCode, message: impl Into<String>) -> Refusal {
    Refusal { error, message: message.into(), rule, remedy: Remedy::None }
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::ResourceNotFoundException, rules::THE_SECRET_EXISTS)
}
