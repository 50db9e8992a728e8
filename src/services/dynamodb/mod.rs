//! Amazon DynamoDB: tables, and global tables over several Regions.
//!
//! | question | file |
//! | --- | --- |
//! | is a replica there, and what does it show? | `members.rs` |
//! | what becomes of one whose key cannot be used? | `keys.rs` |
//! | who must have a write before it is acknowledged? | `strong.rs` |
//! | how much does a replica take? | `capacity.rs` |
//! | when does an item expire? | `ttl.rs` |
//! | what can be restored, and as of when? | `backups.rs` |
//! | which commands are there? | `api.rs`; those of tables `members.rs`, of items `items.rs` |

pub mod api;
mod backups;
mod capacity;
mod conditions;
mod items;
mod keys;
mod members;
pub mod rules;
mod setup;
mod strong;
mod ttl;

pub use backups::{LONGEST_WINDOW, Restorable};
pub use setup::{Consistency, TableSetup};

use super::replication::{Bits, Order, Replicas, Table, Values};
use super::store::{Barrier, Effects, KeyHealth, Keys, Stored};
use super::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Sampler, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use backups::Backups;
use capacity::Capacity;
use members::{Member, Status};
use serde_json::Value;
use std::collections::BTreeMap;
use strong::Quorum;
use ttl::TimeToLive;

/// The timers of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableEvent {
    /// A new replica is filled.
    Created {
        /// The replica.
        replica: u8,
        /// Its state when the timer was set; a later one makes the timer void.
        ticket: u16,
    },
    /// A replica has lacked its key, or the permission to replicate, for so long that it leaves the global table.
    Leaves {
        /// The replica.
        replica: u8,
        /// As of `Created`.
        ticket: u16,
    },
    /// A table has lacked its key for so long that it is archived.
    Archived {
        /// The replica.
        replica: u8,
        /// As of `Created`.
        ticket: u16,
    },
    /// The service passes over some of a replica's items, to delete those that have expired.
    Expiry {
        /// The replica.
        replica: u8,
        /// Which part of the table it comes to.
        step: u8,
        /// As of `Created`, of the table's TTL.
        ticket: u16,
    },
    /// A restore is done.
    Restored {
        /// The replica.
        replica: u8,
        /// As of `Created`.
        ticket: u16,
    },
}

/// A table, or the replicas of a global table: each takes reads and writes (DDB-GT-1).
#[derive(Clone, Debug)]
pub struct GlobalTable {
    name: String,
    places: Vec<String>,
    account: String,
    consistency: Consistency,
    /// Its replica tables and the writes between them.
    replicas: Replicas,
    members: Vec<Member>,
    quorum: Quorum,
    capacity: Vec<Capacity>,
    creation: Sampler,
    keys: Keys,
    ttl: TimeToLive,
    backups: Backups,
    restore: Sampler,
    /// By replica: what a restore under way makes it.
    restoring: BTreeMap<u8, (Table, Values)>,
}

impl GlobalTable {
    /// An empty table with replicas in these Regions (`places`: their names).
    pub fn new(
        name: &str,
        account: &str,
        (regions, places): (Vec<RegionId>, Vec<String>),
        items: u32,
        setup: &TableSetup,
    ) -> GlobalTable {
        let there = |region: &RegionId| setup.exists && !setup.later.contains(region);
        GlobalTable {
            name: name.to_owned(),
            places,
            account: account.to_owned(),
            consistency: setup.consistency,
            members: regions.iter().map(|region| Member::new(there(region))).collect(),
            quorum: Quorum::new(regions.len()),
            capacity: regions.iter().map(|_| Capacity::new(setup)).collect(),
            creation: Sampler::new(&setup.creation),
            keys: Keys::new(items),
            ttl: TimeToLive::new(setup.ttl, setup.ttl_pass),
            backups: Backups::new(&regions, &setup.recovery, setup.recovery_window),
            restore: Sampler::new(&setup.restore),
            restoring: BTreeMap::new(),
            replicas: Replicas::new(regions, Order::LastWriterWins, items),
        }
    }

    fn member(&self, replica: u8) -> &Member {
        &self.members[usize::from(replica)]
    }

    fn is_strong(&self) -> bool {
        self.consistency == Consistency::Strong
    }

    /// The ARN of the table in a Region.
    fn arn(&self, replica: u8) -> String {
        let place = &self.places[usize::from(replica)];
        format!("arn:aws:dynamodb:{place}:{}:table/{}", self.account, self.name)
    }
}

impl Stored for GlobalTable {
    type Event = TableEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    fn begin(&mut self, out: &mut Outbox<TableEvent>) {
        self.begin_passes(Time::ZERO, out);
    }

    fn preloaded(&mut self) {
        for replica in 0..self.members.len() as u8 {
            self.keep_whole(replica, Time::ZERO);
        }
    }

    #[inline]
    fn keeps_changes(&self, replica: u8) -> bool {
        self.backups.keeps_changes(replica)
    }

    fn stored(&mut self, replica: u8, item: u32, now: Time, _out: &mut Outbox<TableEvent>) {
        self.keep_change(replica, item, now);
    }

    #[inline]
    fn may(&self, replica: u8, work: Work) -> Result<(), Barrier> {
        if self.member(replica).status != Status::Active {
            return Err(self.why_not(replica));
        }
        match work {
            Work::Write if self.is_strong() => self.may_agree(replica),
            _ => Ok(()),
        }
    }

    fn may_read_strongly(&self, replica: u8) -> Result<(), Barrier> {
        self.may(replica, Work::Read)?;
        match self.is_strong() {
            true => self.may_agree(replica),
            false => Ok(()),
        }
    }

    #[inline]
    fn is_strong(&self) -> bool {
        GlobalTable::is_strong(self)
    }

    #[inline]
    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        if !self.member(source).joined {
            return 0;
        }
        let others = self.members.iter().enumerate().filter(|(_, member)| member.takes_part());
        others.fold(0, |bits, (replica, _)| bits | 1 << replica) & !(1 << source)
    }

    #[inline]
    fn flows(&self, from: u8, to: u8) -> bool {
        self.member(from).replicates() && self.member(to).replicates()
    }

    fn take_capacity(&mut self, replica: u8, work: Work, now: Time) -> Result<(), Barrier> {
        self.capacity[usize::from(replica)].take(work, now)
    }

    fn capacity_pause(&self, replica: u8) -> Option<crate::sim::Span> {
        self.capacity[usize::from(replica)].pause()
    }

    fn begin_write(&mut self, replica: u8, item: u32) -> Result<(), Barrier> {
        match self.is_strong() {
            true => self.quorum.begin(replica, item),
            false => Ok(()),
        }
    }

    fn end_write(&mut self, replica: u8, item: u32) {
        if self.is_strong() {
            self.quorum.end(replica, item);
        }
    }

    fn quorum_found(&mut self, replica: u8, has: bool, now: Time, out: &mut Outbox<TableEvent>) {
        self.note_quorum(replica, has, now, out);
    }

    fn hears_ends(&self) -> bool {
        self.is_strong()
    }

    fn pair_ended(&mut self, _now: Time, out: &mut Outbox<TableEvent>) {
        self.catch_up(out);
    }

    fn is_there(&self, replica: u8) -> bool {
        self.member(replica).status != Status::Absent
    }

    fn status(&self, replica: u8) -> String {
        self.member(replica).status.name().to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        let named = |name: &str| name == self.name || name.ends_with(&format!(":table/{}", self.name));
        let source =
            ["TableName", "SourceTableName", "SourceTableArn"].iter().find_map(|name| params.get(name));
        operation.service == Service::DynamoDb
            && match (source, params.get("BackupArn")) {
                (Some(name), _) => named(name),
                (None, Some(arn)) => self.is_of_backup(arn),
                (None, None) => self.is_of_transaction(params),
            }
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        if let Some(answer) = self.call_backups(operation.name, params, caller) {
            return answer;
        }
        let replica = self.here(caller)?;
        if let Some(answer) = self.call_items(replica, operation, params, caller) {
            return answer;
        }
        match operation.name {
            "UpdateTable" => self.update_table(replica, params, caller, out),
            "DeleteTable" => self.delete_table(replica, caller, out),
            "UpdateTimeToLive" => self.update_time_to_live(replica, params, caller, out),
            "DescribeTimeToLive" => Ok((self.describe_time_to_live(caller.now), Effects::default())),
            "CreateBackup" => self.create_backup(replica, params, caller),
            "UpdateContinuousBackups" => self.update_continuous_backups(replica, params, caller),
            "DescribeContinuousBackups" => {
                Ok((self.describe_continuous_backups(replica, caller.now), Effects::default()))
            }
            _ => Ok((self.describe(replica), Effects::default())),
        }
    }

    fn handle(&mut self, event: TableEvent, now: Time, out: &mut Outbox<TableEvent>) -> Effects {
        match event {
            TableEvent::Created { replica, ticket } => self.created(replica, ticket, now, out),
            TableEvent::Leaves { replica, ticket } => self.time_to_leave(replica, ticket, out),
            TableEvent::Archived { replica, ticket } => self.archived(replica, ticket, now, out),
            TableEvent::Expiry { replica, step, ticket } => self.expire((replica, step, ticket), now, out),
            TableEvent::Restored { replica, ticket } => self.restored(replica, ticket, now, out),
        }
    }

    fn key_found(
        &mut self,
        replica: u8,
        health: KeyHealth,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        self.key_changed(replica, health, now, out)
    }

    fn opted_out(&mut self, replica: u8, _now: Time, out: &mut Outbox<TableEvent>) -> Effects {
        if !self.member(replica).joined {
            return Effects::default();
        }
        let effects = self.leave(replica, self.member(replica).status);
        self.note(replica, "LeaveGlobalTable", rules::A_SOURCE_IS_KEPT, out);
        effects
    }

    fn replication_authorized(
        &mut self,
        replica: u8,
        authorized: bool,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        self.authorize(replica, authorized, now, out)
    }
}

/// What a command that names no table is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::ResourceNotFoundException, rules::THE_TABLE_EXISTS)
}

/// A refusal that no key operation would mend.
fn refuse(rule: RuleRef, error: ErrorCode, message: impl Into<String>) -> Refusal {
    Refusal { error, message: message.into(), rule, remedy: Remedy::None }
}
