//! Amazon Route 53 and the routing controls of Application Recovery Controller: which Region a record answers, and
//! which one those who asked earlier still go to.

pub mod api;
mod batch;
mod health;
pub mod rules;
mod setup;

pub use health::Check;
pub use setup::{CheckSetup, Policy, Probed, RecordSetup};

use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy};
use crate::rulebook::RuleRef;
use crate::sim::{Sampler, Span, Time, rng};
use crate::world::RegionId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The Region of Route 53's control plane (CP-3).
pub const HOME: &str = "us-east-1";

/// The Regions of a routing-control cluster's endpoints (Application Recovery Controller Developer Guide, Routing
/// control, 2025).
pub const CLUSTER: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// The Regions from which health checks are probed unless others are chosen (Route 53 Developer Guide, 2025).
pub const CHECKERS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// How many of a cluster's endpoints must work for a change of state (ARC-1).
const QUORUM: usize = 3;

/// Something that happens to a record by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteEvent {
    /// Its health check turns, unless this turn (number) was called off.
    Turn(u32),
    /// A change has propagated.
    Answer {
        /// What it answers from now on.
        region: RegionId,
        /// For how long resolvers may keep that, in seconds.
        ttl: u32,
    },
}

/// What a record has answered from an instant on.
#[derive(Clone, Copy, Debug)]
struct Answer {
    since: Time,
    region: RegionId,
    /// How long those who asked keep it.
    keep: Span,
}

/// A record while the run goes on.
#[derive(Clone, Debug)]
pub struct Record {
    setup: RecordSetup,
    check: Option<Check>,
    /// The Regions whose routing control is On.
    on: BTreeMap<RegionId, bool>,
    /// What it answers now, last, after what some may have kept.
    answers: Vec<Answer>,
    propagated: Time,
}

impl Record {
    fn new(setup: &RecordSetup, draw: u64) -> Record {
        let check = match setup.policy {
            Policy::Failover(check) => Some(Check::new(check, draw)),
            Policy::Simple | Policy::RoutingControl(_) => None,
        };
        let on = match setup.policy {
            Policy::RoutingControl(_) => {
                setup.secondary.iter().map(|region| (*region, false)).chain([(setup.primary, true)]).collect()
            }
            Policy::Simple | Policy::Failover(_) => BTreeMap::new(),
        };
        let first = Answer { since: Time::ZERO, region: setup.primary, keep: setup.ttl + setup.client_cache };
        Record { check, on, answers: vec![first], propagated: Time::ZERO, setup: setup.clone() }
    }

    /// The record as it was declared.
    pub fn setup(&self) -> &RecordSetup {
        &self.setup
    }

    /// Its health check, if it has one.
    pub fn check(&self) -> Option<&Check> {
        self.check.as_ref()
    }

    /// What it answers now.
    pub fn answer(&self) -> RegionId {
        self.answers.last().map_or(self.setup.primary, |answer| answer.region)
    }

    /// Where a request goes whose resolver asked some time ago: evenly within the time that answers are kept.
    #[inline]
    pub fn cached(&self, now: Time, draw: u64) -> RegionId {
        let mut newest = self.answers.len() - 1;
        while newest > 0 {
            let elapsed = now - self.answers[newest].since;
            if elapsed.0 >= rng::below(draw, self.answers[newest - 1].keep.0) {
                break;
            }
            newest -= 1;
        }
        self.answers[newest].region
    }

    fn becomes(&mut self, region: RegionId, ttl: Span, now: Time) {
        self.answers.push(Answer { since: now, region, keep: ttl + self.setup.client_cache });
        let expired = |pair: &[Answer]| matches!(pair, [old, new] if (now - new.since).0 >= old.keep.0 && now > new.since);
        let gone = self.answers.windows(2).rposition(expired).map_or(0, |last| last + 1);
        self.answers.drain(..gone);
    }

    /// By health check or routing controls.
    fn decide(&mut self, now: Time) {
        let secondary = self.setup.secondary.unwrap_or(self.setup.primary);
        let is_on = |region| self.on.get(&region).copied().unwrap_or(false);
        let region = match &self.check {
            Some(check) if !check.is_healthy() => secondary,
            None if is_on(secondary) && !is_on(self.setup.primary) => secondary,
            _ => self.setup.primary,
        };
        if region != self.answer() {
            self.becomes(region, self.setup.ttl, now);
        }
    }
}

/// Every record of a run.
#[derive(Clone, Debug)]
pub struct Route53 {
    regions: Vec<String>,
    /// In file order.
    pub records: Vec<Record>,
}

impl Route53 {
    /// The records as declared; a draw for each decides when its health check is probed.
    pub fn new(
        regions: Vec<String>,
        records: &[RecordSetup],
        draws: impl Fn(&RecordSetup) -> u64,
    ) -> Route53 {
        Route53 {
            regions,
            records: records.iter().map(|record| Record::new(record, draws(record))).collect(),
        }
    }

    fn place(&self, region: RegionId) -> &str {
        self.regions.get(region.index()).map_or("", String::as_str)
    }

    /// Probes of a record's health check see this from now on.
    pub fn see(&mut self, record: usize, up: bool, now: Time, out: &mut Outbox<RouteEvent>) {
        let record = &mut self.records[record];
        if let Some((at, turn)) = record.check.as_mut().and_then(|check| check.see(up, now)) {
            out.timer(at, record.setup.primary, RouteEvent::Turn(turn));
        }
    }

    /// Something is due for a record.
    pub fn handle(&mut self, index: usize, event: RouteEvent, now: Time, out: &mut Outbox<RouteEvent>) {
        let record = &mut self.records[index];
        let before = record.answer();
        let (operation, outcome, rule) = match event {
            RouteEvent::Turn(turn) => {
                let Some(check) = record.check.as_mut() else { return };
                if !check.turns(turn) {
                    return;
                }
                let outcome = if check.is_healthy() { "Healthy" } else { "Unhealthy" };
                record.decide(now);
                ("HealthCheckStatus", outcome, rules::A_CHECK_TURNS_AT_ITS_THRESHOLD)
            }
            RouteEvent::Answer { region, ttl } => {
                record.becomes(region, Span::secs(u64::from(ttl)), now);
                ("ChangeResourceRecordSets", "INSYNC", rules::A_CHANGE_PROPAGATES)
            }
        };
        let note = self.note(index, before, operation, outcome, rule);
        out.note(note);
    }

    fn note(
        &self,
        index: usize,
        before: RegionId,
        operation: &'static str,
        outcome: &str,
        rule: RuleRef,
    ) -> Note {
        let record = &self.records[index];
        Note {
            region: before,
            operation,
            target: record.setup.name.clone(),
            outcome: outcome.to_owned(),
            rule,
            detail: format!("answers {}", self.place(record.answer())),
        }
    }

    /// The record that a call is about, if there is such a one.
    pub fn meant(&self, operation: &Operation, params: &Params) -> Option<usize> {
        let named = |name: &str| self.records.iter().position(|record| record.setup.name == name);
        match operation.name {
            "ChangeResourceRecordSets" => named(&batch::parse(params.get("ChangeBatch")?).ok()?.name),
            _ => named(params.get("RoutingControlArn")?.rsplit_once('/')?.0),
        }
    }

    /// An operation on a record; `usable` says how many endpoints of its cluster work.
    ///
    /// # Errors
    /// What AWS refuses, and why.
    pub fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        usable: usize,
        out: &mut Outbox<RouteEvent>,
    ) -> Result<Value, Refusal> {
        match operation.name {
            "ChangeResourceRecordSets" => self.change(params, caller, out),
            _ => self.routing_control(operation, params, caller, usable, out),
        }
    }

    fn change(
        &mut self,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<RouteEvent>,
    ) -> Result<Value, Refusal> {
        let refuse = |message: String| {
            refused(ErrorCode::InvalidChangeBatch, message, rules::A_BATCH_CHANGES_A_RECORD)
        };
        let change = batch::parse(params.get("ChangeBatch").unwrap_or_default()).map_err(refuse)?;
        let region = self.regions.iter().position(|name| *name == change.value);
        let region = region.ok_or_else(|| refuse(format!("{} is no Region here", change.value)))?;
        let found = self.records.iter_mut().find(|record| record.setup.name == change.name);
        let record = found.ok_or_else(|| refuse(format!("there is no record {}", change.name)))?;
        if !matches!(record.setup.policy, Policy::Simple) {
            return Err(refuse(format!("{} has records with another routing policy", change.name)));
        }
        let delay = Sampler::new(&record.setup.propagation).sample(caller.fresh as u64);
        record.propagated = record.propagated.max(caller.now + delay);
        let event = RouteEvent::Answer { region: RegionId(region as u8), ttl: change.ttl };
        out.timer(record.propagated, record.setup.primary, event);
        let id = format!("/change/C{:016X}", (caller.fresh >> 64) as u64);
        Ok(json!({ "ChangeInfo": { "Id": id, "Status": "PENDING" } }))
    }

    fn routing_control(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        usable: usize,
        out: &mut Outbox<RouteEvent>,
    ) -> Result<Value, Refusal> {
        let arn = params.get("RoutingControlArn").unwrap_or_default();
        let unknown = |error, what: &str| {
            refused(error, format!("{what}: {arn}"), rules::A_CONTROL_IS_A_RECORD_AND_A_REGION)
        };
        let none = || unknown(ErrorCode::ResourceNotFoundException, "there is no routing control");
        let index = self.meant(operation, params).ok_or_else(none)?;
        let Policy::RoutingControl(cluster) = &self.records[index].setup.policy else { return Err(none()) };
        let region = arn.rsplit_once('/').map(|(_, region)| region);
        let region = self.regions.iter().position(|name| Some(name.as_str()) == region);
        let region = RegionId(region.ok_or_else(none)? as u8);
        let was = *self.records[index].on.get(&region).ok_or_else(none)?;
        let rule = rules::THREE_OF_FIVE_ENDPOINTS;
        if !cluster.iter().any(|name| name == self.place(caller.region)) {
            let message = format!("the cluster has no endpoint in {}", self.place(caller.region));
            return Err(refused(ErrorCode::EndpointConnectionError, message, rule));
        }
        let words = |on| if on { "On" } else { "Off" };
        if operation.name == "GetRoutingControlState" {
            return Ok(json!({ "RoutingControlArn": arn, "RoutingControlState": words(was) }));
        }
        let on = match params.get("RoutingControlState") {
            Some("On") => true,
            Some("Off") => false,
            _ => return Err(unknown(ErrorCode::ValidationException, "the state is On or Off")),
        };
        if usable < QUORUM {
            let message = format!("{usable} of {} endpoints work", cluster.len());
            return Err(refused(ErrorCode::EndpointTemporarilyUnavailableException, message, rule));
        }
        let record = &mut self.records[index];
        let before = record.answer();
        record.on.insert(region, on);
        record.decide(caller.now);
        let note = self.note(index, before, "UpdateRoutingControlState", words(on), rule);
        out.note(note);
        Ok(json!({}))
    }
}

fn refused(error: ErrorCode, message: String, rule: RuleRef) -> Refusal {
    Refusal { error, message, rule, remedy: Remedy::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Law;

    fn record(ttl: u64) -> Record {
        let setup = RecordSetup {
            name: "www".to_owned(),
            primary: RegionId(0),
            secondary: Some(RegionId(1)),
            policy: Policy::Simple,
            ttl: Span::secs(ttl),
            client_cache: Span::ZERO,
            accelerated_recovery: None,
            propagation: Law::Constant(Span::ZERO),
        };
        Record::new(&setup, 0)
    }

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::secs(seconds)
    }

    /// Of a hundred resolvers, those that go to a Region.
    fn share(record: &Record, now: Time, region: u8) -> usize {
        let draws = (0..100).map(|i| u64::MAX / 100 * i + u64::MAX / 200);
        draws.filter(|draw| record.cached(now, *draw) == RegionId(region)).count()
    }

    #[test]
    fn new_answers_take_over_as_caches_expire() {
        let mut record = record(60);
        record.becomes(RegionId(1), Span::secs(60), at(100));
        let old: Vec<usize> = [100, 115, 130, 145, 160].map(|now| share(&record, at(now), 0)).to_vec();
        assert_eq!(old, [100, 75, 50, 25, 0]);
        assert_eq!(share(&record, at(130), 1), 50);
    }

    #[test]
    fn nobody_keeps_what_may_not_be_kept() {
        let mut record = record(0);
        record.becomes(RegionId(1), Span::secs(60), at(100));
        assert_eq!(share(&record, at(100), 1), 100);
    }

    #[test]
    fn of_two_changes_each_is_kept_by_who_asked_in_between() {
        let mut record = record(60);
        record.becomes(RegionId(1), Span::secs(60), at(100));
        record.becomes(RegionId(2), Span::secs(60), at(115));
        let shares = [0, 1, 2].map(|region| share(&record, at(130), region));
        assert_eq!(shares, [50, 25, 25]);
        record.becomes(RegionId(0), Span::secs(60), at(1_000));
        assert_eq!(record.answers.len(), 2, "what nobody keeps any more is dropped");
    }
}
