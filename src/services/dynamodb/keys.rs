//! Encryption at rest: what becomes of a replica whose key cannot be used, and when.

use super::members::{Member, Status};
use super::{GlobalTable, TableEvent, refuse, rules};
use crate::rulebook::RuleRef;
use crate::services::store::{Barrier, Effects, Fate, KeyHealth};
use crate::services::{ErrorCode, Outbox, Params, Refusal, shorthand};
use crate::sim::{Span, Time};
use serde_json::Value;

/// How long a replica with eventual consistency may lack its key before it leaves the global table (DDB-KEY-2).
const LEAVES_AFTER: Span = Span(20 * Span::HOUR.0);
/// How long any other table may before it is archived (DDB-KEY-3, DDB-KEY-4).
const ARCHIVED_AFTER: Span = Span::days(7);

impl GlobalTable {
    /// What those meet who ask a replica whose key cannot be used. The data is there, and the key opens it: as long as
    /// there is one.
    pub(super) fn locked(&self, replica: u8) -> Barrier {
        let rule = self.clock(replica);
        let fate = match (self.member(replica).status, self.member(replica).health) {
            (_, KeyHealth::Gone { .. }) => Fate::Gone,
            // After its time the table is archived; a restore of its backup needs the key as well.
            (Status::Inaccessible { since }, KeyHealth::Unusable { deadline, .. }) => {
                let archived = since + ARCHIVED_AFTER;
                Fate::Mendable {
                    deadline: Some(deadline.map_or(archived, |deletion| deletion.min(archived))),
                }
            }
            (_, KeyHealth::Unusable { deadline, .. }) => Fate::Mendable { deadline },
            _ => Fate::Mendable { deadline: None },
        };
        Barrier { error: ErrorCode::AccessDeniedException, rule, fate }
    }

    /// The rule whose clock runs for a replica.
    fn clock(&self, replica: u8) -> RuleRef {
        match (self.is_strong(), self.leaves(replica)) {
            (true, _) => rules::STRONG_REPLICAS_WAIT_A_WEEK,
            (false, true) => rules::A_REPLICA_WAITS_TWENTY_HOURS,
            (false, false) => rules::A_TABLE_WAITS_A_WEEK,
        }
    }

    /// Whether there is a global table that the replica can leave.
    fn leaves(&self, replica: u8) -> bool {
        let others = self.members.iter().enumerate().filter(|(other, _)| *other != usize::from(replica));
        !self.is_strong()
            && self.member(replica).joined
            && others.into_iter().any(|(_, member)| member.takes_part())
    }

    /// UpdateTable with another key for this Region's replica, which must be open: the old key is needed for it.
    pub(super) fn switch_key(&self, replica: u8, params: &Params) -> Result<(Value, Effects), Refusal> {
        if self.member(replica).status != Status::Active {
            let barrier = self.why_not(replica);
            return Err(refuse(barrier.rule, barrier.error, barrier.rule.says));
        }
        let stated = params.get("SSESpecification").and_then(shorthand::structure).unwrap_or_default();
        let text = |name: &str| {
            stated.get(name).map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        let key = match (text("Enabled").as_deref(), text("KMSMasterKeyId")) {
            (Some("true"), key) => key,
            (Some("false"), None) => None,
            _ => {
                let message = "SSESpecification says Enabled=true, with KMSMasterKeyId, or Enabled=false";
                return Err(refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message));
            }
        };
        let effects = Effects { rekey: Some((replica, key)), ..Effects::default() };
        Ok((self.describe(replica), effects))
    }

    /// The service has tried the key of a replica.
    pub(super) fn key_changed(
        &mut self,
        replica: u8,
        health: KeyHealth,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        self.members[usize::from(replica)].health = health;
        let status = match (self.member(replica).status, health) {
            // What is being made finds its key as it is once it is made.
            (Status::Active, KeyHealth::Usable) | (Status::Absent | Status::Creating, _) => {
                return Effects::default();
            }
            (Status::Inaccessible { .. }, KeyHealth::Usable) => Status::Active,
            // Archived for good: the key only matters to a restore of the backup.
            (status @ (Status::Archived | Status::Inaccessible { .. }), _) => status,
            (Status::Active, _) => Status::Inaccessible { since: now },
        };
        let before = std::mem::replace(&mut self.members[usize::from(replica)].status, status);
        let rule = self.clock(replica);
        match (before, status) {
            (Status::Active, Status::Inaccessible { .. }) => self.start_clock(replica, now, out),
            (_, Status::Active) => self.members[usize::from(replica)].ticket += 1,
            _ => {}
        }
        self.note(replica, "DescribeKey", rule, out);
        Effects { replaced: true, ..Effects::default() }
    }

    fn start_clock(&mut self, replica: u8, now: Time, out: &mut Outbox<TableEvent>) {
        let leaves = self.leaves(replica);
        let member = &mut self.members[usize::from(replica)];
        member.ticket += 1;
        let ticket = member.ticket;
        let region = self.replicas.regions[usize::from(replica)];
        if leaves {
            out.timer(now + LEAVES_AFTER, region, TableEvent::Leaves { replica, ticket });
        } else {
            out.timer(now + ARCHIVED_AFTER, region, TableEvent::Archived { replica, ticket });
        }
    }

    /// Twenty hours without the key, or without permission: the replica is a single-Region table from now on.
    pub(super) fn time_to_leave(
        &mut self,
        replica: u8,
        ticket: u16,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        if self.member(replica).ticket != ticket {
            return Effects::default();
        }
        let authorized = self.member(replica).authorized;
        let rule = match (self.is_strong(), authorized) {
            (false, true) => rules::A_REPLICA_WAITS_TWENTY_HOURS,
            _ => rules::REPLICATION_NEEDS_PERMISSION,
        };
        let effects = self.leave(replica, self.member(replica).status);
        if let Status::Inaccessible { since } = self.member(replica).status {
            let ticket = self.member(replica).ticket;
            let region = self.replicas.regions[usize::from(replica)];
            out.timer(since + ARCHIVED_AFTER, region, TableEvent::Archived { replica, ticket });
        }
        self.note(replica, "LeaveGlobalTable", rule, out);
        effects
    }

    /// Seven days without the key: only a backup is left.
    pub(super) fn archived(
        &mut self,
        replica: u8,
        ticket: u16,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        let Member { status, ticket: current, .. } = *self.member(replica);
        if current != ticket || !matches!(status, Status::Inaccessible { .. }) {
            return Effects::default();
        }
        let rule = self.clock(replica);
        let name = self.name.clone();
        let arn = self.back_up(replica, &name, rule, now);
        let effects = self.leave(replica, Status::Archived);
        self.note(replica, "ArchiveTable", rule, out);
        Effects { backup: Some((replica, arn)), ..effects }
    }

    /// The replication role may use a replica, or may not any more (DDB-KEY-5).
    pub(super) fn authorize(
        &mut self,
        replica: u8,
        authorized: bool,
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        let member = &mut self.members[usize::from(replica)];
        if member.authorized == authorized || !member.joined {
            return Effects::default();
        }
        member.authorized = authorized;
        member.ticket += 1;
        let ticket = member.ticket;
        if !authorized {
            let after = if self.is_strong() { ARCHIVED_AFTER } else { LEAVES_AFTER };
            let region = self.replicas.regions[usize::from(replica)];
            out.timer(now + after, region, TableEvent::Leaves { replica, ticket });
        }
        self.note(replica, "AuthorizeReplication", rules::REPLICATION_NEEDS_PERMISSION, out);
        Effects { replaced: true, ..Effects::default() }
    }
}
