//! Backups of a table, and its state at earlier instants: what a restore makes a new table of.

use super::members::{Member, Status};
use super::{GlobalTable, TableEvent, refuse, rules};
use crate::rulebook::RuleRef;
use crate::services::replication::{Record, Table, Values};
use crate::services::store::{Effects, Keys};
use crate::services::{Caller, ErrorCode, Note, Outbox, Params, Refusal, dates, shorthand};
use crate::sim::{Span, Time};
use crate::world::RegionId;
use serde_json::{Value, json};

/// The newest state that can be restored is so old (DDB-PITR-1).
const NEWEST: Span = Span(5 * Span::MINUTE.0);

/// How long the backup of a deleted table is kept (DDB-PITR-2).
const SYSTEM_BACKUPS_LAST: Span = Span::days(35);

/// The longest window of point-in-time recovery (DDB-PITR-1).
pub const LONGEST_WINDOW: Span = Span::days(35);

/// A whole table as it was.
#[derive(Clone, Debug)]
struct Backup {
    arn: String,
    name: String,
    replica: u8,
    made: Time,
    /// Why it was made.
    rule: RuleRef,
    content: Table,
}

/// Everything that a replica held since recovery was switched on.
#[derive(Clone, Debug)]
struct Journal {
    since: Time,
    window: Span,
    /// The table as it was then.
    whole: Table,
    /// What was stored since, in order.
    changes: Vec<(Time, u32, Record)>,
}

impl Journal {
    fn new(since: Time, window: Span, whole: Table) -> Journal {
        Journal { since, window, whole, changes: Vec::new() }
    }

    fn earliest(&self, now: Time) -> Time {
        self.since.max(Time(now.0.saturating_sub(self.window.0)))
    }

    /// The latest state that can be restored.
    fn latest(now: Time) -> Time {
        Time(now.0.saturating_sub(NEWEST.0))
    }

    /// The table at an instant, and how many changes came after it.
    fn at(&self, time: Time) -> (Table, usize) {
        let mut table = self.whole.clone();
        let until = self.changes.partition_point(|(at, ..)| *at <= time);
        for (_, item, record) in &self.changes[..until] {
            table.put(*item, *record);
        }
        (table, self.changes.len() - until)
    }
}

/// The backups of a table's replicas.
#[derive(Clone, Debug)]
pub struct Backups {
    /// By replica: its point-in-time recovery, if it is on.
    recovery: Vec<Option<Journal>>,
    made: Vec<Backup>,
    /// How many were ever made.
    count: u32,
}

/// What a restore brings back.
#[derive(Clone, Debug)]
pub struct Restorable {
    /// The replica that it is of.
    pub replica: u8,
    /// The backup, unless it is the state at an instant.
    pub backup: Option<String>,
    /// As of when.
    as_of: Time,
    content: Table,
    /// How many later changes it lacks, where that is known.
    missing: Option<usize>,
    /// The rule by which it can be restored.
    rule: RuleRef,
    /// The table's name and ARN, its names of items, and what commands wrote in it.
    table: String,
    arn: String,
    keys: Keys,
    below: u32,
    values: Values,
}

impl Backup {
    /// Backups of deleted tables are kept for a time, others until they are deleted.
    fn expires(&self) -> Option<Time> {
        (self.rule == rules::A_DELETED_TABLE_LEAVES_A_BACKUP).then(|| self.made + SYSTEM_BACKUPS_LAST)
    }

    fn details(&self) -> Value {
        let by_user = self.rule == rules::A_RESTORE_MAKES_A_TABLE;
        let mut details = json!({
            "BackupArn": self.arn,
            "BackupName": self.name,
            "BackupStatus": "AVAILABLE",
            "BackupType": if by_user { "USER" } else { "SYSTEM" },
            "BackupCreationDateTime": dates::date(self.made),
        });
        if let Some(expires) = self.expires() {
            details["BackupExpiryDateTime"] = json!(dates::date(expires));
        }
        details
    }
}

impl Backups {
    /// No backups; recovery is on in some of the replicas' Regions, over this window.
    pub fn new(replicas: &[RegionId], recovering: &[RegionId], window: Span) -> Backups {
        let journal = |region: &RegionId| {
            recovering.contains(region).then(|| Journal::new(Time::ZERO, window, Table::default()))
        };
        Backups { recovery: replicas.iter().map(journal).collect(), made: Vec::new(), count: 0 }
    }

    /// Whether a replica's changes are kept.
    #[inline]
    pub fn keeps_changes(&self, replica: u8) -> bool {
        self.recovery[usize::from(replica)].is_some()
    }
}

impl GlobalTable {
    /// A replica has stored a write: it can be restored later.
    pub(super) fn keep_change(&mut self, replica: u8, item: u32, now: Time) {
        let record = self.replicas.tables[usize::from(replica)].last(item);
        if let (Some(journal), Some(record)) = (&mut self.backups.recovery[usize::from(replica)], record) {
            journal.changes.push((now, item, record));
        }
    }

    /// A replica as a whole has become another: what it was before cannot be restored.
    pub(super) fn keep_whole(&mut self, replica: u8, now: Time) {
        let whole = &self.replicas.tables[usize::from(replica)];
        if let Some(journal) = &mut self.backups.recovery[usize::from(replica)] {
            *journal = Journal::new(now, journal.window, whole.clone());
        }
    }

    /// A backup of a replica as it is; its ARN.
    pub(super) fn back_up(&mut self, replica: u8, name: &str, rule: RuleRef, made: Time) -> String {
        let (millis, count) = (made.0 / 1_000_000, self.backups.count);
        let arn = format!("{}/backup/{millis:014}-{count:08x}", self.arn(replica));
        let content = self.replicas.tables[usize::from(replica)].clone();
        let name = name.to_owned();
        self.backups.made.push(Backup { arn: arn.clone(), name, replica, made, rule, content });
        self.backups.count += 1;
        arn
    }

    /// CreateBackup.
    pub(super) fn create_backup(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
    ) -> Result<(Value, Effects), Refusal> {
        if let Status::Inaccessible { .. } | Status::Archived = self.member(replica).status {
            let barrier = self.locked(replica);
            return Err(refuse(barrier.rule, barrier.error, barrier.rule.says));
        }
        let name = params.get("BackupName").unwrap_or_default();
        let arn = self.back_up(replica, name, rules::A_RESTORE_MAKES_A_TABLE, caller.now);
        let details = self.backups.made.last().map(Backup::details);
        let effects = Effects { backup: Some((replica, arn)), ..Effects::default() };
        Ok((json!({ "BackupDetails": details }), effects))
    }

    /// A table that is deleted leaves a backup behind if recovery was on (DDB-PITR-2).
    pub(super) fn leave_backup(
        &mut self,
        replica: u8,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Option<String> {
        self.backups.recovery[usize::from(replica)].take()?;
        let rule = rules::A_DELETED_TABLE_LEAVES_A_BACKUP;
        let arn = self.back_up(replica, &format!("{}$DeletedTableBackup", self.name), rule, now);
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation: "CreateBackup",
            target: arn.clone(),
            outcome: "AVAILABLE".to_owned(),
            rule,
            detail: self.name.clone(),
        });
        Some(arn)
    }

    /// The ARN of the backup that is left of an archived replica.
    pub(super) fn archive(&self, replica: u8) -> Option<&str> {
        self.backups.made.iter().rfind(|backup| backup.replica == replica).map(|backup| backup.arn.as_str())
    }

    /// The backups in a Region that are there now.
    fn backups_in(&self, caller: &Caller) -> impl Iterator<Item = (usize, &Backup)> {
        let (now, region) = (caller.now, caller.region);
        let there = move |(_, backup): &(usize, &Backup)| {
            self.replicas.regions[usize::from(backup.replica)] == region
                && backup.expires().is_none_or(|expires| now < expires)
        };
        self.backups.made.iter().enumerate().filter(there)
    }

    /// The backup that a command names, if it is there.
    fn backup(&self, params: &Params, caller: &Caller) -> Result<usize, Refusal> {
        let wanted = params.get("BackupArn").unwrap_or_default();
        let found = self.backups_in(caller).find(|(_, backup)| backup.arn == wanted);
        found.map(|(index, _)| index).ok_or_else(|| {
            let message = format!("Backup not found: {wanted}");
            refuse(rules::THE_BACKUP_EXISTS, ErrorCode::BackupNotFoundException, message)
        })
    }

    /// Whether a backup's ARN is one of this table's.
    pub(super) fn is_of_backup(&self, arn: &str) -> bool {
        arn.contains(&format!(":table/{}/backup/", self.name))
    }

    /// A command about a backup, which needs no table any more; `None`: it is none.
    pub(super) fn call_backups(
        &mut self,
        name: &str,
        params: &Params,
        caller: &Caller,
    ) -> Option<Result<(Value, Effects), Refusal>> {
        let deletes = match name {
            "ListBackups" => {
                let found: Vec<Value> = self.backups_in(caller).map(|(_, backup)| backup.details()).collect();
                return Some(Ok((json!({ "BackupSummaries": found }), Effects::default())));
            }
            "DescribeBackup" => false,
            "DeleteBackup" => true,
            _ => return None,
        };
        Some(self.backup(params, caller).map(|found| {
            let details = json!({ "BackupDetails": self.backups.made[found].details() });
            if deletes {
                self.backups.made.remove(found);
            }
            (json!({ "BackupDescription": details }), Effects::default())
        }))
    }

    /// UpdateContinuousBackups: of this Region's replica only.
    pub(super) fn update_continuous_backups(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
    ) -> Result<(Value, Effects), Refusal> {
        let no = |message: &str| refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message);
        let stated = params.get("PointInTimeRecoverySpecification").and_then(shorthand::structure);
        let text = |name: &str| match stated.as_ref()?.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let enabled = match text("PointInTimeRecoveryEnabled").as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                return Err(no(
                    "PointInTimeRecoverySpecification says PointInTimeRecoveryEnabled=true or =false",
                ));
            }
        };
        let days = text("RecoveryPeriodInDays")
            .map(|days| days.parse::<u64>().ok().filter(|days| (1..=35).contains(days)));
        let window = match days {
            Some(None) => return Err(no("RecoveryPeriodInDays is from 1 to 35")),
            Some(Some(days)) => Span::days(days),
            None => LONGEST_WINDOW,
        };
        let place = &mut self.backups.recovery[usize::from(replica)];
        match (enabled, place) {
            (false, place) => *place = None,
            (true, Some(journal)) => journal.window = window,
            (true, place) => {
                let whole = self.replicas.tables[usize::from(replica)].clone();
                *place = Some(Journal::new(caller.now, window, whole));
            }
        }
        Ok((self.describe_continuous_backups(replica, caller.now), Effects::default()))
    }

    /// DescribeContinuousBackups.
    pub(super) fn describe_continuous_backups(&self, replica: u8, now: Time) -> Value {
        let recovery = match &self.backups.recovery[usize::from(replica)] {
            None => json!({ "PointInTimeRecoveryStatus": "DISABLED" }),
            Some(journal) => json!({
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": journal.window.0 / Span::DAY.0,
                "EarliestRestorableDateTime": dates::date(journal.earliest(now)),
                "LatestRestorableDateTime": dates::date(Journal::latest(now).max(journal.earliest(now))),
            }),
        };
        json!({ "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        } })
    }

    /// What RestoreTableToPointInTime or RestoreTableFromBackup would bring back.
    ///
    /// # Errors
    /// There is nothing to restore.
    pub fn restorable(&self, name: &str, params: &Params, caller: &Caller) -> Result<Restorable, Refusal> {
        if name == "RestoreTableFromBackup" {
            let backup = &self.backups.made[self.backup(params, caller)?];
            let (arn, content) = (backup.arn.clone(), backup.content.clone());
            return Ok(self.state(backup.replica, backup.made, content, backup.rule, Some(arn)));
        }
        let replica = self.source(params, caller)?;
        let Some(journal) = &self.backups.recovery[usize::from(replica)] else {
            let message = "point-in-time recovery is not enabled for this replica";
            let error = ErrorCode::PointInTimeRecoveryUnavailableException;
            return Err(refuse(rules::RECOVERY_MUST_BE_ON, error, message));
        };
        let no = |message: &str| {
            refuse(rules::A_WINDOW_CAN_BE_RESTORED, ErrorCode::InvalidRestoreTimeException, message)
        };
        let latest = Journal::latest(caller.now);
        let as_of = match (params.flag("UseLatestRestorableTime"), params.get("RestoreDateTime")) {
            (true, None) => latest,
            (false, Some(text)) => dates::parse(text).ok_or_else(|| no("RestoreDateTime is no date"))?,
            _ => {
                let message = "either UseLatestRestorableTime or RestoreDateTime";
                return Err(refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message));
            }
        };
        if as_of < journal.earliest(caller.now) || as_of > latest {
            let message = "the time is not between EarliestRestorableDateTime and LatestRestorableDateTime";
            return Err(no(message));
        }
        let (content, missing) = journal.at(as_of);
        let state = self.state(replica, as_of, content, rules::A_WINDOW_CAN_BE_RESTORED, None);
        Ok(Restorable { missing: Some(missing), ..state })
    }

    fn state(
        &self,
        replica: u8,
        as_of: Time,
        content: Table,
        rule: RuleRef,
        backup: Option<String>,
    ) -> Restorable {
        Restorable {
            replica,
            backup,
            as_of,
            content,
            missing: None,
            rule,
            table: self.name.clone(),
            arn: self.arn(replica),
            keys: self.keys.clone(),
            below: self.replicas.items(),
            values: self.replicas.values().clone(),
        }
    }

    /// The replica that a restore is from: the one in the Region that is called, or that the ARN names.
    fn source(&self, params: &Params, caller: &Caller) -> Result<u8, Refusal> {
        match params.get("SourceTableArn").and_then(|arn| arn.split(':').nth(3)) {
            None => self.here(caller),
            Some(place) => {
                let found =
                    (0..self.members.len() as u8).find(|other| self.places[usize::from(*other)] == place);
                found.filter(|replica| self.is_a_table(*replica)).ok_or_else(|| self.not_found())
            }
        }
    }

    /// A restore begins to make this table, in the Region that is called.
    ///
    /// # Errors
    /// There is a table of that name already, or none can be there in this scenario.
    pub fn begin_restore(
        &mut self,
        from: Restorable,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<Value, Refusal> {
        let replica = self.replicas.replica_in(caller.region).ok_or_else(|| self.not_found())?;
        if self.is_a_table(replica) {
            let message = format!("Table already exists: {}", self.name);
            return Err(refuse(
                rules::A_RESTORE_MAKES_A_TABLE,
                ErrorCode::TableAlreadyExistsException,
                message,
            ));
        }
        self.keys.know(&from.keys);
        self.replicas.skip_keys(from.below);
        let alone = !self.members.iter().any(Member::takes_part);
        let ticket = self.begin_creation(replica, alone);
        let region = self.replicas.regions[usize::from(replica)];
        let takes = self.restore.sample(caller.fresh as u64);
        self.restoring.insert(replica, (from.content, from.values));
        out.timer(caller.now + takes, region, TableEvent::Restored { replica, ticket });
        let lacks =
            from.missing.map_or(String::new(), |missing| format!("; {missing} later changes are not in it"));
        out.note(Note {
            region,
            operation: "RestoreTable",
            target: self.arn(replica),
            outcome: self.member(replica).status.name().to_owned(),
            rule: from.rule,
            detail: format!("{} as of {}{lacks}", from.table, dates::date(from.as_of)),
        });
        Ok(json!({ "TableDescription": {
            "TableName": self.name,
            "TableArn": self.arn(replica),
            "TableStatus": "CREATING",
            "RestoreSummary": {
                "SourceTableArn": from.arn,
                "RestoreDateTime": dates::date(from.as_of),
                "RestoreInProgress": true,
            },
        } }))
    }

    /// The restored table is there.
    pub(super) fn restored(
        &mut self,
        replica: u8,
        ticket: u16,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        if self.member(replica).ticket != ticket {
            return Effects::default();
        }
        let Some((content, values)) = self.restoring.remove(&replica) else { return Effects::default() };
        self.replicas.adopt(replica, content, values);
        self.activate(replica, rules::A_RESTORE_MAKES_A_TABLE, now, out)
    }
}
