//! The replicas of a table: which are there, what they show, how they come and go.

use super::{GlobalTable, TableEvent, refuse, rules};
use crate::rulebook::RuleRef;
use crate::services::replication::End;
use crate::services::store::{Barrier, Effects, Fate, KeyHealth};
use crate::services::{Caller, ErrorCode, Note, Outbox, Params, Refusal};
use crate::sim::{Span, Time};
use serde_json::{Value, json};

/// What a replica shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is no table in this Region.
    Absent,
    /// A new replica is being filled.
    Creating,
    /// It takes reads and writes.
    Active,
    /// Its key cannot be used, since it was noticed at this instant.
    Inaccessible {
        /// `InaccessibleEncryptionDateTime`.
        since: Time,
    },
    /// It lacked its key for too long: only a backup is left, whose restore needs the key.
    Archived,
}

impl Status {
    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Absent => "DELETED",
            Status::Creating => "CREATING",
            Status::Active => "ACTIVE",
            Status::Inaccessible { .. } => "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
            Status::Archived => "ARCHIVED",
        }
    }
}

/// One replica.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it shows.
    pub status: Status,
    /// What was found of its key last.
    pub health: KeyHealth,
    /// Whether it is part of the global table. One that is not goes on as a single-Region table.
    pub joined: bool,
    /// Whether the replication role may use it (DDB-KEY-5).
    pub authorized: bool,
    /// Grows with every change that makes timers void.
    pub ticket: u16,
    /// When a replica was last added from it.
    pub source_since: Option<Time>,
}

impl Member {
    /// A replica that is there at time 0, or is not.
    pub fn new(there: bool) -> Member {
        let status = if there { Status::Active } else { Status::Absent };
        Member {
            status,
            health: KeyHealth::Usable,
            joined: there,
            authorized: true,
            ticket: 0,
            source_since: None,
        }
    }

    /// Whether writes are sent to it, now or once it is there.
    #[inline]
    pub fn takes_part(&self) -> bool {
        self.joined && self.status != Status::Absent
    }

    /// Whether writes go in and out now.
    #[inline]
    pub fn replicates(&self) -> bool {
        self.joined && self.status == Status::Active && self.authorized
    }
}

/// A table from which a replica was added cannot be deleted for this long (DDB-GT-6).
const SOURCE_IS_KEPT: Span = Span(24 * Span::HOUR.0);

impl GlobalTable {
    /// Why a replica that is not active can neither be read nor written.
    pub(super) fn why_not(&self, replica: u8) -> Barrier {
        let gone = |rule| Barrier { error: ErrorCode::ResourceNotFoundException, rule, fate: Fate::Passes };
        match self.member(replica).status {
            Status::Absent | Status::Creating | Status::Active => gone(rules::THE_TABLE_EXISTS),
            Status::Inaccessible { .. } | Status::Archived => self.locked(replica),
        }
    }

    /// The replica in the Region that is called.
    pub(super) fn here(&self, caller: &Caller) -> Result<u8, Refusal> {
        let found = self.replicas.replica_in(caller.region);
        found.filter(|replica| self.is_a_table(*replica)).ok_or_else(|| self.not_found())
    }

    /// Whether there is a table in the Region of a replica.
    pub(super) fn is_a_table(&self, replica: u8) -> bool {
        self.member(replica).status != Status::Absent
    }

    pub(super) fn not_found(&self) -> Refusal {
        let message = format!("Requested resource not found: Table: {} not found", self.name);
        refuse(rules::THE_TABLE_EXISTS, ErrorCode::ResourceNotFoundException, message)
    }

    /// UpdateTable: replicas come and go, one change at a time.
    pub(super) fn update_table(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        if params.get("MultiRegionConsistency").is_some() {
            return Err(invalid(
                rules::THE_MODE_STAYS,
                "the consistency mode of a global table cannot be changed",
            ));
        }
        if params.get("SSESpecification").is_some() {
            return self.switch_key(replica, params);
        }
        let Some(updates) = params.get("ReplicaUpdates") else {
            return Err(invalid(rules::VALID_INPUT, "nothing to update"));
        };
        let updates: Vec<Value> = serde_json::from_str(updates)
            .map_err(|_| invalid(rules::VALID_INPUT, "ReplicaUpdates is no JSON list"))?;
        let [update] = &updates[..] else {
            return Err(invalid(rules::VALID_INPUT, "one update of a replica at a time"));
        };
        self.keeps_its_replicas()?;
        let mut effects = Effects::default();
        if let Some(place) = update.pointer("/Create/RegionName").and_then(Value::as_str) {
            self.add(replica, place, caller, out)?;
        } else if let Some(place) = update.pointer("/Delete/RegionName").and_then(Value::as_str) {
            effects = self.remove(place, caller.now, out)?;
        } else {
            return Err(invalid(rules::VALID_INPUT, "an update is Create or Delete with a RegionName"));
        }
        Ok((self.describe(replica), effects))
    }

    /// No replica of a table with strong consistency comes or goes alone (DDB-MRSC-5).
    fn keeps_its_replicas(&self) -> Result<(), Refusal> {
        let message = "replicas of a table with strong consistency are neither added nor removed alone";
        match self.is_strong() {
            true => Err(invalid(rules::STRONG_TABLES_KEEP_THEIR_REPLICAS, message)),
            false => Ok(()),
        }
    }

    fn place(&self, name: &str) -> Result<u8, Refusal> {
        let found = self.places.iter().position(|place| place == name);
        let message = format!("no replica can be in {name} in this scenario");
        found.map(|index| index as u8).ok_or_else(|| invalid(rules::VALID_INPUT, message))
    }

    fn add(
        &mut self,
        from: u8,
        place: &str,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<(), Refusal> {
        let replica = self.place(place)?;
        if self.member(replica).status != Status::Absent {
            return Err(invalid(rules::ONE_REPLICA_A_REGION, format!("there is a table in {place} already")));
        }
        let takes = self.creation.sample(caller.fresh as u64);
        let ticket = self.begin_creation(replica, true);
        self.members[usize::from(from)].source_since = Some(caller.now);
        out.timer(
            caller.now + takes,
            self.replicas.regions[usize::from(replica)],
            TableEvent::Created { replica, ticket },
        );
        self.note(replica, "CreateReplica", rules::REPLICAS_COME_AND_GO, out);
        Ok(())
    }

    /// A table begins to be made in a Region, as part of the global table or not; the ticket of what makes it.
    pub(super) fn begin_creation(&mut self, replica: u8, joined: bool) -> u16 {
        let member = &mut self.members[usize::from(replica)];
        let Member { ticket, health, .. } = *member;
        let status = Status::Creating;
        *member = Member { status, health, joined, ticket: ticket + 1, ..Member::new(true) };
        member.ticket
    }

    /// A table is made: it can be used, if its key can.
    pub(super) fn activate(
        &mut self,
        replica: u8,
        rule: RuleRef,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        let member = &mut self.members[usize::from(replica)];
        member.status = Status::Active;
        let health = member.health;
        self.keep_whole(replica, now);
        self.note(replica, "CreateTable", rule, out);
        self.key_changed(replica, health, now, out);
        Effects { replaced: true, ..Effects::default() }
    }

    /// The new replica has every item of the one that it was filled from.
    pub(super) fn created(
        &mut self,
        replica: u8,
        ticket: u16,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        if self.member(replica).ticket != ticket {
            return Effects::default();
        }
        let others = 0..self.members.len() as u8;
        let mut sources =
            others.filter(|other| *other != replica && self.member(*other).status == Status::Active);
        let Some(source) = sources.next() else { return Effects::default() };
        self.replicas.copy(source, replica);
        self.activate(replica, rules::REPLICAS_COME_AND_GO, now, out)
    }

    fn remove(&mut self, place: &str, now: Time, out: &mut Outbox<TableEvent>) -> Result<Effects, Refusal> {
        let replica = self.place(place)?;
        match self.member(replica).status {
            Status::Active if self.member(replica).joined => {}
            Status::Inaccessible { .. } | Status::Archived => return Err(self.needs_its_key()),
            _ => return Err(invalid(rules::VALID_INPUT, format!("there is no replica in {place}"))),
        }
        Ok(self.delete(replica, "DeleteReplica", now, out))
    }

    fn delete(
        &mut self,
        replica: u8,
        operation: &'static str,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        let backup = self.leave_backup(replica, now, out).map(|arn| (replica, arn));
        let effects = self.leave(replica, Status::Absent);
        self.replicas.clear(replica);
        self.note(replica, operation, rules::REPLICAS_COME_AND_GO, out);
        Effects { backup, ..effects }
    }

    /// DeleteTable: of this Region's table.
    pub(super) fn delete_table(
        &mut self,
        replica: u8,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let member = self.member(replica);
        if matches!(member.status, Status::Inaccessible { .. } | Status::Archived) {
            return Err(self.needs_its_key());
        }
        if member.joined {
            self.keeps_its_replicas()?;
        }
        if member.source_since.is_some_and(|since| caller.now - since < SOURCE_IS_KEPT) {
            let message = "a replica was added from this table within the last 24 hours";
            return Err(invalid(rules::A_SOURCE_IS_KEPT, message));
        }
        let answer = json!({ "TableDescription": { "TableName": self.name, "TableStatus": "DELETING" } });
        Ok((answer, self.delete(replica, "DeleteTable", caller.now, out)))
    }

    fn needs_its_key(&self) -> Refusal {
        let message = "a replica is deleted only while its key can be used";
        refuse(rules::DELETION_NEEDS_THE_KEY, ErrorCode::ValidationException, message)
    }

    /// A replica is no longer part of the global table: what is under way to it and from it never arrives. With strong
    /// consistency another participant has whatever was acknowledged.
    pub(super) fn leave(&mut self, replica: u8, status: Status) -> Effects {
        let member = &mut self.members[usize::from(replica)];
        member.joined = false;
        member.status = status;
        member.ticket += 1;
        let others: Vec<u8> = (0..self.members.len() as u8).filter(|other| *other != replica).collect();
        let mut ended = Vec::new();
        for other in &others {
            if self.is_strong() && self.member(*other).takes_part() {
                ended.extend(self.replicas.deliver(replica, *other));
            }
        }
        ended.extend(self.replicas.end_all(replica, End::Lost));
        for other in others {
            ended.extend(self.replicas.end_between(other, replica, End::Lost));
        }
        Effects { ended, replaced: true, ..Effects::default() }
    }

    /// Reports what a replica shows now.
    pub(super) fn note(
        &self,
        replica: u8,
        operation: &'static str,
        rule: RuleRef,
        out: &mut Outbox<TableEvent>,
    ) {
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation,
            target: self.arn(replica),
            outcome: self.member(replica).status.name().to_owned(),
            rule,
            detail: self.name.clone(),
        });
    }

    /// DescribeTable, in a Region.
    pub(super) fn describe(&self, replica: u8) -> Value {
        let shown = self.member(replica);
        let mut table = json!({
            "TableName": self.name,
            "TableArn": self.arn(replica),
            "TableStatus": shown.status.name(),
            "ItemCount": self.replicas.tables[usize::from(replica)].len(),
        });
        let joined = |member: &Member| member.takes_part();
        if shown.joined && self.members.iter().filter(|member| joined(member)).count() > 1 {
            let others = self.members.iter().zip(&self.places).filter(|(member, _)| joined(member));
            let others = others.map(|(member, place)| {
                let status = match (member.status, member.authorized) {
                    (Status::Active, false) => "REPLICATION_NOT_AUTHORIZED",
                    (status, _) => status.name(),
                };
                json!({ "RegionName": place, "ReplicaStatus": status })
            });
            table["GlobalTableVersion"] = json!("2019.11.21");
            table["MultiRegionConsistency"] = json!(if self.is_strong() { "STRONG" } else { "EVENTUAL" });
            table["Replicas"] = others.collect();
        }
        match shown.status {
            Status::Inaccessible { since } => {
                let time = crate::services::dates::date(since);
                table["SSEDescription"] = json!({ "InaccessibleEncryptionDateTime": time });
            }
            Status::Archived => {
                table["ArchivalSummary"] = json!({
                    "ArchivalReason": "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
                    "ArchivalBackupArn": self.archive(replica),
                });
            }
            _ => {}
        }
        json!({ "Table": table })
    }
}

/// A malformed or impossible request.
fn invalid(rule: RuleRef, message: impl Into<String>) -> Refusal {
    refuse(rule, ErrorCode::ValidationException, message)
}
