//! Time to live: items that expire are deleted by the service, in its own time.
//!
//! The service passes over a table again and again; an item that has expired goes when the pass comes to it.

use super::members::Status;
use super::{GlobalTable, TableEvent, refuse, rules};
use crate::services::replication::ABSENT;
use crate::services::store::{Effects, Put};
use crate::services::{Caller, ErrorCode, Note, Outbox, Params, Refusal, shorthand};
use crate::sim::{Span, Time};
use serde_json::{Value, json};

/// In how many steps a pass goes over a table.
const STEPS: u8 = 48;

/// How long a change of TTL takes, and keeps the next one out (botocore 1.44.5 DynamoDB service model, UpdateTimeToLive).
const A_CHANGE_TAKES: Span = Span(Span::HOUR.0);

/// How long expired items are still deleted in a replica whose key cannot be used (DDB-KEY-9).
const GOES_ON: Span = Span(30 * Span::MINUTE.0);

/// The TTL of a table, the same in every Region (DDB-GT-5).
#[derive(Clone, Debug)]
pub struct TimeToLive {
    /// Items say that they expire so long after they were written; `None`: they do not.
    after: Option<Span>,
    /// How long a pass takes.
    pass: Span,
    enabled: bool,
    /// When it was last switched by a command.
    switched: Option<Time>,
    /// Grows with every change that makes timers void.
    ticket: u16,
}

impl TimeToLive {
    /// Enabled from the start, if items expire.
    pub fn new(after: Option<Span>, pass: Span) -> TimeToLive {
        TimeToLive { after, pass, enabled: after.is_some(), switched: None, ticket: 0 }
    }

    fn step(&self) -> Span {
        Span(self.pass.0 / u64::from(STEPS)).max(Span::SECOND)
    }

    fn status(&self, now: Time) -> &'static str {
        let changing = self.switched.is_some_and(|since| now - since < A_CHANGE_TAKES);
        match (self.enabled, changing) {
            (true, true) => "ENABLING",
            (true, false) => "ENABLED",
            (false, true) => "DISABLING",
            (false, false) => "DISABLED",
        }
    }
}

impl GlobalTable {
    /// The passes begin, each replica's at a time and a place of its own.
    pub(super) fn begin_passes(&self, now: Time, out: &mut Outbox<TableEvent>) {
        if !self.ttl.enabled || self.ttl.after.is_none() {
            return;
        }
        let (step, replicas) = (self.ttl.step(), self.members.len() as u64);
        for (replica, region) in self.replicas.regions.iter().enumerate() {
            let place = replica as u64 * u64::from(STEPS);
            let first = Span(step.0 * (replica as u64 + 1) / replicas);
            let step = (place / replicas) as u8;
            let event = TableEvent::Expiry { replica: replica as u8, step, ticket: self.ttl.ticket };
            out.timer(now + first, *region, event);
        }
    }

    /// A pass comes to its next step: what has expired there is deleted in this Region, and the deletions replicate.
    pub(super) fn expire(
        &mut self,
        (replica, step, ticket): (u8, u8, u16),
        now: Time,
        out: &mut Outbox<TableEvent>,
    ) -> Effects {
        let Some(after) = self.ttl.after.filter(|_| self.ttl.enabled && self.ttl.ticket == ticket) else {
            return Effects::default();
        };
        let next = TableEvent::Expiry { replica, step: (step + 1) % STEPS, ticket };
        out.timer(now + self.ttl.step(), self.replicas.regions[usize::from(replica)], next);
        let mut effects = Effects::default();
        match self.member(replica).status {
            Status::Active => {}
            Status::Inaccessible { since } => {
                effects.decided.push(rules::DELETIONS_OUTLAST_THE_KEY);
                if now - since > GOES_ON {
                    return effects;
                }
            }
            Status::Absent | Status::Creating | Status::Archived => return effects,
        }
        let table = &self.replicas.tables[usize::from(replica)];
        let expired = |item: &u32| table.get(*item).is_some_and(|record| record.written + after <= now);
        let delete = |item| Put { source: replica, item, class: ABSENT, value: None };
        let items = (u32::from(step)..table.keys()).step_by(usize::from(STEPS));
        effects.writes = items.filter(expired).map(delete).collect();
        if !effects.writes.is_empty() {
            effects.decided.push(rules::EXPIRY_REPLICATES);
        }
        effects
    }

    /// UpdateTimeToLive: for the replicas in every Region at once.
    pub(super) fn update_time_to_live(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<TableEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let no = |rule, message: &str| Err(refuse(rule, ErrorCode::ValidationException, message));
        if self.is_strong() {
            return no(rules::WHAT_STRONG_TABLES_LACK, "TTL is not supported with strong consistency");
        }
        let stated = params.get("TimeToLiveSpecification").and_then(shorthand::structure).unwrap_or_default();
        let enabled = match stated.get("Enabled") {
            Some(Value::Bool(enabled)) => *enabled,
            Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
            _ => return no(rules::VALID_INPUT, "TimeToLiveSpecification says Enabled=true or Enabled=false"),
        };
        if enabled == self.ttl.enabled {
            let message = if enabled { "TTL is already enabled" } else { "TTL is already disabled" };
            return no(rules::VALID_INPUT, message);
        }
        if self.ttl.status(caller.now).ends_with("ING") {
            let message = "TTL was changed within the last hour";
            return no(rules::A_CHANGE_OF_EXPIRY_TAKES_AN_HOUR, message);
        }
        self.ttl.enabled = enabled;
        self.ttl.switched = Some(caller.now);
        self.ttl.ticket += 1;
        self.begin_passes(caller.now + A_CHANGE_TAKES, out);
        out.note(Note {
            region: caller.region,
            operation: "UpdateTimeToLive",
            target: self.arn(replica),
            outcome: self.ttl.status(caller.now).to_owned(),
            rule: rules::A_CHANGE_OF_EXPIRY_TAKES_AN_HOUR,
            detail: self.name.clone(),
        });
        Ok((json!({ "TimeToLiveSpecification": stated }), Effects::default()))
    }

    /// DescribeTimeToLive.
    pub(super) fn describe_time_to_live(&self, now: Time) -> Value {
        json!({ "TimeToLiveDescription": { "TimeToLiveStatus": self.ttl.status(now) } })
    }
}
