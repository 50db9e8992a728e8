//! DNS: which Region a client's record answers, what health checks see, and who may still change it.

use super::commands::Refused;
use super::setup::Setup;
use super::{Event, Simulation};
use crate::client::{KeyName, Keyring};
use crate::services::route53::{self, CHECKERS, Policy, Probed, Route53, RouteEvent};
use crate::services::store::KeyHealth;
use crate::services::{Caller, Note, Operation, Outbox, Params, Service};
use crate::sim::Stream;
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;

/// Of a check's probes, the share in percent that must succeed is above this (R53-1).
const UNHEALTHY_AT: usize = 18;

/// The records at time 0.
pub fn records(setup: &Setup, trial: u64) -> Route53 {
    let regions = setup.world.regions.iter().map(|region| region.name.clone()).collect();
    let records: Vec<_> = setup.records.iter().map(|(_, record)| record.clone()).collect();
    Route53::new(regions, &records, |record| {
        Stream::new(setup.seed, trial, &format!("{}/probe-phase", record.name)).next_u64()
    })
}

/// The record (index) by which a client's requests are routed.
pub fn record_of(setup: &Setup, client: &str) -> Option<u16> {
    let of = |(index, _): &(usize, _)| setup.clients[*index].name == client;
    setup.records.iter().position(of).map(|record| record as u16)
}

impl Simulation {
    /// The world or a key has changed: the probes of health checks may see something else.
    pub(super) fn look_at_records(&mut self) {
        for index in 0..self.route53.records.len() {
            let record = &self.route53.records[index];
            let Some(of) = record.check().map(route53::Check::of) else { continue };
            let primary = record.setup().primary;
            let up = self.is_reached(primary)
                && (of == Probed::Application
                    || self.has_what_it_needs(self.setup.records[index].0, primary));
            let mut out = Outbox::default();
            self.route53.see(index, up, self.kernel.now(), &mut out);
            self.take_route(index, out);
        }
    }

    /// Whether the instances in a Region answer enough of the health checkers; those outside the scenario's Regions
    /// are cut off from none.
    fn is_reached(&self, region: RegionId) -> bool {
        let reaches = |name: &&&str| {
            self.region_named(name).is_none_or(|from| from == region || self.world.connected(from, region))
        };
        let reached = CHECKERS.iter().filter(reaches).count();
        !self.world.region(region).is_down() && reached * 100 > UNHEALTHY_AT * CHECKERS.len()
    }

    /// Whether a client's instances in a Region can read its store there, and find a key of its keyring: in the Region,
    /// or where its primary is.
    fn has_what_it_needs(&self, client: usize, region: RegionId) -> bool {
        let setup = &self.setup.clients[client];
        let answers = |service, region| {
            let endpoint = self.world.endpoint(service, region);
            endpoint.outage().is_none() && endpoint.names.fresh().is_none()
        };
        let works = |name: &KeyName| match name {
            KeyName::Declared(set) => {
                let is_here = self.kms.state(*set, region).is_some();
                let at = if is_here { region } else { self.kms.home(*set) };
                let health = self.key_health(*set, at, &setup.principal);
                answers(Service::Kms, at) && health == KeyHealth::Usable
            }
            KeyName::InRegion(set, at) => {
                let health = self.key_health(*set, *at, &setup.principal);
                answers(Service::Kms, *at) && health == KeyHealth::Usable
            }
            KeyName::Literal(_) => answers(Service::Kms, region),
        };
        let mut names = setup.keyring.iter().flat_map(Keyring::keys).peekable();
        let needs_none = names.peek().is_none();
        let store = &self.stores[setup.store];
        let is_open = |replica| store.may(replica, Work::Read).is_ok();
        let reads = store.replicas().replica_in(region).is_none_or(is_open);
        answers(store.service, region) && reads && (needs_none || names.any(works))
    }

    /// Something is due for a record.
    pub(super) fn handle_route(&mut self, record: u16, event: RouteEvent) {
        let mut out = Outbox::default();
        self.route53.handle(usize::from(record), event, self.kernel.now(), &mut out);
        self.take_route(usize::from(record), out);
    }

    /// Schedules what Route 53 wants done, records what it reports, and moves the client if the answer is another.
    fn take_route(&mut self, record: usize, out: Outbox<RouteEvent>) {
        let now = self.kernel.now();
        for (at, _, event) in out.timers {
            self.kernel.schedule(at, Event::Route(record as u16, event));
        }
        for note in out.notes {
            self.recorder.note(now, "route53.amazonaws.com", note);
        }
        let (client, answer) = (self.setup.records[record].0, self.route53.records[record].answer());
        if self.clients[client].home != answer {
            self.clients[client].home = answer;
            self.recorder.moved(client, answer, now);
            self.something_happens();
        }
    }

    /// Whether Route 53 takes changes: its control plane is in one Region, wherever the command is typed. With
    /// accelerated recovery it does so again after a while.
    pub(super) fn route53_answers(
        &mut self,
        operation: &'static Operation,
        params: &Params,
        from: Option<RegionId>,
        principal: &str,
    ) -> Result<(), Refused> {
        let Some(home) = self.region_named(route53::HOME) else { return Ok(()) };
        let Err(no) = self.health(operation, home, from, principal) else { return Ok(()) };
        let now = self.kernel.now();
        let control = &self.world.endpoint(Service::Route53, home).control;
        let record = self.route53.meant(operation, params).map(|index| self.route53.records[index].setup());
        let after = record.and_then(|record| record.accelerated_recovery);
        match (record, after.is_some_and(|after| control.is_down() && now - control.since() >= after)) {
            (Some(record), true) => {
                let note = Note {
                    region: home,
                    operation: "AcceleratedRecovery",
                    target: record.name.clone(),
                    outcome: "changes are possible".to_owned(),
                    rule: route53::rules::CHANGES_ARE_POSSIBLE_AGAIN,
                    detail: String::new(),
                };
                self.recorder.note(now, "route53.amazonaws.com", note);
                Ok(())
            }
            _ => Err(no.into()),
        }
    }

    /// An operation of Route 53 or of a routing-control cluster.
    pub(super) fn call_routing(
        &mut self,
        operation: &'static Operation,
        params: &Params,
        caller: &Caller,
    ) -> Result<Value, Refused> {
        let index = self.route53.meant(operation, params);
        let cluster = match index.map(|index| &self.route53.records[index].setup().policy) {
            Some(Policy::RoutingControl(cluster)) => cluster.as_slice(),
            _ => &[],
        };
        let works = |name: &&String| {
            let region = self.region_named(name);
            region.is_none_or(|at| self.world.endpoint(Service::RecoveryCluster, at).outage().is_none())
        };
        let usable = cluster.iter().filter(works).count();
        let mut out = Outbox::default();
        let answer = self.route53.call(operation, params, caller, usable, &mut out);
        if let Some(index) = index {
            self.take_route(index, out);
        }
        Ok(answer?)
    }
}
