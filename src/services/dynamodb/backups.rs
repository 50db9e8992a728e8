//! Backups of a table, and its state at earlier instants: what a restore makes a new table of.

use super::{GlobalTable, TableEvent, refuse, rules};
use crate::rulebook::RuleRef;
use crate::services::replication::{Record, Table};
use crate::services::store::Effects;
use crate::services::{Caller, ErrorCode, Note, Outbox, Params, Refusal, dates, shorthand};
use crate::sim::{Span, Time};
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
    expires: Option<Time>,
    content: Table,
}

/// Everything that a replica held since recovery was switched on.
#[derive(Clone, Debug)]
struct Journal {
    since: Time,
    window: Span,
    /// The whole table at the beginning, and whenever it was replaced.
    wholes: Vec<(Time, Table)>,
    /// What was stored since, in order.
    changes: Vec<(Time, u32, Record)>,
}

impl Journal {
    fn earliest(&self, now: Time) -> Time {
        self.since.max(Time(now.0.saturating_sub(self.window.0)))
    }

    /// The latest state that can be restored.
    fn latest(now: Time) -> Time {
        Time(now.0.saturating_sub(NEWEST.0))
    }

    /// The table at an instant, and how many changes came after it.
    fn at(&self, time: Time) -> (Table, u64) {
        let (start, mut table) =
            self.wholes.iter().rfind(|(at, _)| *at <= time).cloned().unwrap_or_default();
        let later = self.changes.iter().filter(|(at, ..)| *at >= start);
        let mut missing = 0;
        for (at, item, record) in later {
            match *at <= time {
                true => {
                    table.put(*item, *record);
                }
                false => missing += 1,
            }
        }
        (table, missing)
    }
}

/// The backups of a table's replicas.
#[derive(Clone, Debug)]
pub struct Backups {
    /// By replica: its point-in-time recovery, if it is on.
    recovery: Vec<Option<Journal>>,
    made: Vec<Backup>,
}

/// What a restore brings back.
#[derive(Clone, Debug)]
pub struct Restorable {
    /// The replica that it is of.
    pub replica: u8,
    /// The backup, unless it is the state at an instant.
    pub backup: Option<String>,
    /// As of when.
    pub as_of: Time,
    /// The items.
    pub content: Table,
    /// How many later changes it lacks, where that is known.
    pub missing: Option<u64>,
    /// The rule by which it can be restored.
    pub rule: RuleRef,
}

impl Backups {
    /// No backups; recovery is on for these replicas, over this window.
    pub fn new(replicas: usize, recovering: impl Fn(usize) -> bool, window: Span) -> Backups {
        let journal = |replica| {
            let empty = Journal { since: Time::ZERO, window, wholes: Vec::new(), changes: Vec::new() };
            recovering(replica).then_some(empty)
        };
        Backups { recovery: (0..replicas).map(journal).collect(), made: Vec::new() }
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

    /// A replica as a whole has become another.
    pub(super) fn keep_whole(&mut self, replica: u8, now: Time) {
        let table = &self.replicas.tables[usize::from(replica)];
        if let Some(journal) = &mut self.backups.recovery[usize::from(replica)] {
            journal.wholes.push((now, table.clone()));
        }
    }

    /// A backup of a replica as it is; its ARN.
    pub(super) fn back_up(&mut self, replica: u8, name: &str, made: Time, expires: Option<Time>) -> String {
        let arn = format!("{}/backup/{:014}-{:08x}", self.arn(replica), made.0 / 1_000_000, self.backups.made.len());
        let content = self.replicas.tables[usize::from(replica)].clone();
        let name = name.to_owned();
        self.backups.made.push(Backup { arn: arn.clone(), name, replica, made, expires, content });
        arn
    }

    /// CreateBackup.
    pub(super) fn create_backup(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
    ) -> Result<(Value, Effects), Refusal> {
        let name = params.get("BackupName").unwrap_or_default();
        let arn = self.back_up(replica, name, caller.now, None);
        let details = self.details(&self.backups.made[self.backups.made.len() - 1]);
        Ok((json!({ "BackupDetails": details }), Effects { backup: Some(arn), ..Effects::default() }))
    }

    /// DeleteTable leaves a backup behind if recovery was on (DDB-PITR-2).
    pub(super) fn leave_backup(&mut self, replica: u8, now: Time, out: &mut Outbox<TableEvent>) -> Option<String> {
        self.backups.recovery[usize::from(replica)].take()?;
        let arn = self.back_up(replica, &self.name.clone(), now, Some(now + SYSTEM_BACKUPS_LAST));
        out.note(Note {
            region: self.replicas.regions[usize::from(replica)],
            operation: "CreateBackup",
            target: arn.clone(),
            outcome: "AVAILABLE".to_owned(),
            rule: rules::A_DELETED_TABLE_LEAVES_A_BACKUP,
            detail: self.name.clone(),
        });
        Some(arn)
    }

    fn details(&self, backup: &Backup) -> Value {
        let mut details = json!({
            "BackupArn": backup.arn,
            "BackupName": backup.name,
            "BackupStatus": "AVAILABLE",
            "BackupType": if backup.expires.is_some() { "SYSTEM" } else { "USER" },
            "BackupCreationDateTime": dates::date(backup.made),
        });
        if let Some(expires) = backup.expires {
            details["BackupExpiryDateTime"] = json!(dates::date(expires));
        }
        details
    }

    /// The backup that a command names, if it is there.
    fn backup(&self, params: &Params, caller: &Caller) -> Result<usize, Refusal> {
        let wanted = params.get("BackupArn").unwrap_or_default();
        let there = |backup: &Backup| {
            backup.arn == wanted
                && self.replicas.regions[usize::from(backup.replica)] == caller.region
                && backup.expires.is_none_or(|expires| caller.now < expires)
        };
        self.backups.made.iter().position(there).ok_or_else(|| {
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
            "DescribeBackup" => false,
            "DeleteBackup" => true,
            _ => return None,
        };
        Some(self.backup(params, caller).map(|found| {
            let details = json!({ "BackupDetails": self.details(&self.backups.made[found]) });
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
            _ => return Err(no("PointInTimeRecoverySpecification says PointInTimeRecoveryEnabled=true or =false")),
        };
        let days = text("RecoveryPeriodInDays").map(|days| days.parse::<u64>().ok().filter(|days| (1..=35).contains(days)));
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
                let whole = (caller.now, self.replicas.tables[usize::from(replica)].clone());
                *place =
                    Some(Journal { since: caller.now, window, wholes: vec![whole], changes: Vec::new() });
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
            return Ok(Restorable {
                replica: backup.replica,
                backup: Some(backup.arn.clone()),
                as_of: backup.made,
                content: backup.content.clone(),
                missing: None,
                rule: match backup.expires {
                    Some(_) => rules::A_DELETED_TABLE_LEAVES_A_BACKUP,
                    None => rules::THE_BACKUP_EXISTS,
                },
            });
        }
        let replica = self.source(params, caller)?;
        let no = |error, message: &str| refuse(rules::A_WINDOW_CAN_BE_RESTORED, error, message);
        let Some(journal) = &self.backups.recovery[usize::from(replica)] else {
            let message = "point-in-time recovery is not enabled for this replica";
            return Err(no(ErrorCode::PointInTimeRecoveryUnavailableException, message));
        };
        let latest = Journal::latest(caller.now);
        let as_of = match (params.flag("UseLatestRestorableTime"), params.get("RestoreDateTime")) {
            (true, None) => latest,
            (false, Some(text)) => dates::parse(text)
                .ok_or_else(|| no(ErrorCode::InvalidRestoreTimeException, "RestoreDateTime is no date"))?,
            _ => {
                let message = "either UseLatestRestorableTime or RestoreDateTime";
                return Err(refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message));
            }
        };
        if as_of < journal.earliest(caller.now) || as_of > latest {
            let message = "the time is not between EarliestRestorableDateTime and LatestRestorableDateTime";
            return Err(no(ErrorCode::InvalidRestoreTimeException, message));
        }
        let (content, missing) = journal.at(as_of);
        let rule = rules::A_WINDOW_CAN_BE_RESTORED;
        Ok(Restorable { replica, backup: None, as_of, content, missing: Some(missing), rule })
    }

    /// The replica that a restore is from: the one in the Region that is called, or that the ARN names.
    fn source(&self, params: &Params, caller: &Caller) -> Result<u8, Refusal> {
        match params.get("SourceTableArn").and_then(|arn| arn.split(':').nth(3)) {
            None => self.here(caller),
            Some(place) => {
                let found = (0..self.members.len() as u8).find(|other| self.places[usize::from(*other)] == place);
                found.filter(|replica| self.is_a_table(*replica)).ok_or_else(|| self.not_found())
            }
        }
    }

    /// A restore begins to make this table, in the Region that is called.
    ///
    /// # Errors
    /// There is a table of that name already.
    pub fn begin_restore(
        &mut self,
        from: &GlobalTable,
        restorable: Restorable,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<Value, Refusal> {
        let replica = self.place_of(caller.region)?;
        if self.is_a_table(replica) {
            let message = format!("Table already exists: {}", self.name);
            return Err(refuse(rules::A_RESTORE_MAKES_A_TABLE, ErrorCode::TableAlreadyExistsException, message));
        }
        let Restorable { as_of, content, missing, rule, .. } = restorable;
        self.keys = from.keys.clone();
        let ticket = self.begin_creation(replica);
        let region = self.replicas.regions[usize::from(replica)];
        let takes = self.restore.sample(caller.fresh as u64);
        self.restoring = Some((content, from.replicas.values().clone()));
        out.timer(caller.now + takes, region, TableEvent::Restored { replica, ticket });
        let lacks = missing.map_or(String::new(), |missing| format!("; {missing} later changes are not in it"));
        out.note(Note {
            region,
            operation: "RestoreTable",
            target: self.arn(replica),
            outcome: "CREATING".to_owned(),
            rule,
            detail: format!("{} as of {as_of}{lacks}", from.name),
        });
        let source = from.arn(restorable.replica);
        Ok(json!({ "TableDescription": {
            "TableName": self.name,
            "TableStatus": "CREATING",
            "RestoreSummary": {
                "SourceTableArn": source,
                "RestoreDateTime": dates::date(as_of),
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
        let Some((content, values)) = self.restoring.take() else { return Effects::default() };
        self.replicas.adopt(replica, content, values);
        self.activate(replica, now, out);
        self.note(replica, "RestoreTable", rules::A_RESTORE_MAKES_A_TABLE, out);
        Effects { replaced: true, ..Effects::default() }
    }
}
