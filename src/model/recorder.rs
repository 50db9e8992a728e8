//! What the run log is made from while the run goes on. Nothing here allocates for a request.

use super::cost::Counter;
use super::latency::Latencies;
use super::requests::{Phases, Request};
use super::setup::{self, Setup, StoreKind, StoreSetup};
use crate::client::{ClientId, Failure};
use crate::rulebook::RuleRef;
use crate::runlog::cost::Traffic;
use crate::runlog::{
    Answer, AvailabilityRow, Call, ClientInfo, EventRow, FaultSpan, ItemsPoint, KeyInfo, RefusalRow,
    RequestCall, RequestRow, RunLog, SecondRow, SkippedRow, StalenessPoint, StoreInfo, Totals,
};
use crate::services::kms::SetId;
use crate::services::replication::Ended;
use crate::services::{ErrorCode, Note, Service};
use crate::sim::digest::Digest;
use crate::sim::rng::fnv1a;
use crate::sim::{Span, Time};
use crate::world::RegionId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Requests first attempted in one second by instances in one Region.
#[derive(Clone, Copy, Debug)]
struct Second {
    second: u64,
    region: RegionId,
    total: u64,
    good: u64,
}

/// How often something was refused, and when.
#[derive(Clone, Copy, Debug)]
struct Refused {
    count: u64,
    first: Time,
    last: Time,
}

/// The kinds of record in the history digest.
#[derive(Clone, Copy)]
enum Record {
    RequestEnded = 1,
    WriteEnded,
    StepAnswered,
    Changed,
    Fault,
    Skipped,
}

/// The run log in the making.
#[derive(Clone, Debug)]
pub struct Recorder {
    setup: Arc<Setup>,
    trial: u64,
    /// Counts of the whole run.
    pub totals: Totals,
    /// Calls, for the bill.
    pub counter: Counter,
    /// Those before the first fault.
    pub ordinary: Option<Traffic>,
    /// Stretches of time whose requests are kept.
    recorded: Vec<(Time, Time)>,
    requests: Vec<RequestRow>,
    request_calls: Vec<RequestCall>,
    digest: Digest,
    seconds: Vec<Vec<Second>>,
    failures: BTreeMap<(u64, ClientId, RegionId, ErrorCode), u64>,
    /// By client, Region, operation, error and rule.
    refusals: BTreeMap<(usize, usize, &'static str, ErrorCode, RuleRef), Refused>,
    latencies: Latencies,
    /// The weather in which each client's last failover of each service was written down.
    failovers: Vec<[u64; Service::ALL.len()]>,
    events: Vec<EventRow>,
    /// The answers of steps, in time order.
    pub answers: Vec<Answer>,
    calls: Vec<Call>,
    faults: Vec<FaultSpan>,
    skipped: Vec<SkippedRow>,
    staleness: Vec<StalenessPoint>,
    keys: Vec<KeyInfo>,
    /// By store: where its one writer was.
    writers: Vec<Vec<(usize, Time)>>,
    /// By store: what its service showed of each replica.
    statuses: Vec<Vec<(usize, String, Time)>>,
    /// By client: where new requests went after the start.
    moves: Vec<Vec<(usize, Time)>>,
    items: Vec<ItemsPoint>,
    rules: BTreeMap<RuleRef, u64>,
}

impl Recorder {
    /// An empty log.
    pub fn new(setup: &Arc<Setup>, trial: u64) -> Recorder {
        let clients = setup.clients.len();
        let keys = setup.keys.iter().map(|key| KeyInfo {
            name: key.name.clone(),
            key_id: String::new(),
            kind: if key.multi_region { "multi-region" } else { "single-region" },
            primary: key.primary.index(),
            replicas: key.replicas.iter().map(|region| region.index()).collect(),
            moves: Vec::new(),
            states: Vec::new(),
        });
        Recorder {
            trial,
            totals: Totals::default(),
            counter: Counter::new(setup),
            ordinary: None,
            recorded: setup.record.stretches(&setup.timeline),
            requests: Vec::new(),
            request_calls: Vec::new(),
            digest: Digest::default(),
            seconds: vec![Vec::new(); clients],
            failures: BTreeMap::new(),
            refusals: BTreeMap::new(),
            latencies: Latencies::new(clients, setup.world.regions.len()),
            failovers: vec![[u64::MAX; Service::ALL.len()]; clients],
            events: Vec::new(),
            answers: Vec::new(),
            calls: Vec::new(),
            faults: Vec::new(),
            skipped: Vec::new(),
            staleness: Vec::new(),
            keys: keys.collect(),
            writers: setup.stores.iter().map(first_writer).collect(),
            statuses: vec![Vec::new(); setup.stores.len()],
            moves: vec![Vec::new(); clients],
            items: Vec::new(),
            rules: BTreeMap::new(),
            setup: Arc::clone(setup),
        }
    }

    /// A request arrives; answers the row in which it counts.
    #[inline]
    pub fn arrived(&mut self, client: ClientId, region: RegionId, now: Time) -> u32 {
        self.totals.requests += 1;
        let rows = &mut self.seconds[client.index()];
        let second = now.second();
        match rows.last() {
            Some(last) if last.second == second && last.region == region => {}
            _ => rows.push(Second { second, region, total: 0, good: 0 }),
        }
        rows.len() as u32 - 1
    }

    /// A request ends.
    #[inline]
    pub fn ended(&mut self, request: &Request, at: Time, ending: Result<(), Failure>) {
        let client = request.client.index();
        let row = &mut self.seconds[client][request.second as usize];
        row.total += 1;
        let error = match ending {
            Ok(()) => {
                row.good += 1;
                self.totals.succeeded += 1;
                self.latencies.succeeded(request, at);
                0
            }
            Err(failure) => {
                self.totals.failed += 1;
                let bin = request.arrived.0 / self.setup.bin.0.max(1);
                *self.failures.entry((bin, request.client, request.home, failure.error)).or_default() += 1;
                u64::from(failure.error.mark())
            }
        };
        if self.keeps_requests() {
            self.keep(request, at, ending);
        }
        let who = (client as u64) << 16 | u64::from(request.home.0) << 8 | request.kind as u64;
        self.digest.add(&[Record::RequestEnded as u64 | error << 8 | who << 24, request.arrived.0, at.0]);
    }

    /// Whether single requests are kept at all.
    #[inline]
    pub fn keeps_requests(&self) -> bool {
        !self.recorded.is_empty()
    }

    /// Whether this request is among those that are kept.
    pub fn keeps(&self, request: &Request) -> bool {
        let arrived = request.arrived;
        let is_within = self.recorded.iter().any(|(from, to)| *from <= arrived && arrived <= *to);
        is_within && self.requests.len() < setup::Record::MOST
    }

    /// A service has answered a call of a request that is kept.
    pub fn request_call(&mut self, call: RequestCall) {
        self.request_calls.push(call);
    }

    /// Keeps a request of a stretch that is to be recorded.
    #[cold]
    fn keep(&mut self, request: &Request, at: Time, ending: Result<(), Failure>) {
        let arrived = request.arrived;
        if self.keeps(request) {
            let Phases { network, kms_queue, kms_service, store } = request.spent;
            self.requests.push(RequestRow {
                client: request.client.index(),
                region: request.home.index(),
                operation: request.kind.name(),
                start: arrived,
                end: at,
                network,
                kms_queue,
                kms_service,
                store,
                error: ending.err().map(|failure| failure.error),
            });
        }
    }

    /// A call was refused or not answered, or the application did not get as far as to make one.
    pub fn refused(&mut self, request: &Request, operation: &'static str, failure: Failure, now: Time) {
        let what = (request.client.index(), request.home.index(), operation, failure.error, failure.rule);
        let refused = self.refusals.entry(what).or_insert(Refused { count: 0, first: now, last: now });
        refused.count += 1;
        refused.last = now;
    }

    /// A pair of write and replica ended.
    #[inline]
    pub fn replicated(&mut self, store: u16, ended: &Ended, now: Time) {
        let who = u64::from(store) << 16 | u64::from(ended.write.source) << 8 | u64::from(ended.to);
        let kind = Record::WriteEnded as u64 | (ended.end as u64) << 8 | who << 24;
        self.digest.add(&[kind, u64::from(ended.write.item), ended.write.acked.0, now.0]);
    }

    /// A client tried the next Region: written down once for each state of the world.
    pub fn failover(&mut self, now: Time, request: &Request, service: Service, from: RegionId, weather: u64) {
        let seen = &mut self.failovers[request.client.index()][service as usize];
        if *seen == weather {
            return;
        }
        *seen = weather;
        let name = |region: RegionId| self.setup.world.regions[region.index()].name.clone();
        let client = self.setup.clients[request.client.index()].name.clone();
        self.event(EventRow {
            time: now,
            region: Some(request.home.index()),
            principal: client,
            source: "client",
            operation: "failover".to_owned(),
            target: service.name().to_owned(),
            outcome: name(request.endpoint),
            error: String::new(),
            rule: Some(crate::client::rules::SDKS_STAY_IN_THE_REGION),
            detail: format!("the first call that {} did not answer", name(from)),
        });
    }

    /// Something that people want to read in the order of time.
    pub fn event(&mut self, row: EventRow) {
        let text = format!("{}\t{}\t{}\t{}", row.operation, row.target, row.outcome, row.error);
        let kind = match row.source {
            "fault" => Record::Fault,
            _ => Record::Changed,
        };
        let region = row.region.map_or(0, |region| region as u64 + 1);
        self.digest.add(&[kind as u64 | region << 8, fnv1a(text.as_bytes()), row.time.0]);
        if let Some(rule) = row.rule {
            self.count_rule(rule);
        }
        self.events.push(row);
    }

    /// A service reports a change of its state.
    pub fn note(&mut self, now: Time, principal: &str, note: Note) {
        self.event(EventRow {
            time: now,
            region: Some(note.region.index()),
            principal: principal.to_owned(),
            source: "service",
            operation: note.operation.to_owned(),
            target: note.target,
            outcome: note.outcome,
            error: String::new(),
            rule: Some(note.rule),
            detail: note.detail,
        });
    }

    /// A step was answered.
    pub fn answer(&mut self, answer: Answer) {
        let text = format!("{}\t{:?}\t{}", answer.command, answer.error, answer.response);
        self.digest.add(&[Record::StepAnswered as u64, fnv1a(text.as_bytes()), answer.time.0]);
        self.answers.push(answer);
    }

    /// How many rows of the event log there are.
    pub fn rows(&self) -> usize {
        self.events.len()
    }

    /// A service received a call. The digest has its answer and its changes already.
    pub fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// A fault is on the axis.
    pub fn fault(&mut self, fault: FaultSpan) {
        self.faults.push(fault);
    }

    /// Requests of a client in a time in which none was simulated.
    pub fn skipped(&mut self, row: SkippedRow) {
        let who = (row.client as u64) << 8;
        self.digest.add(&[Record::Skipped as u64 | who, row.from.0, row.to.0, row.requests, row.good]);
        self.skipped.push(row);
    }

    /// A client's requests by the second of their first attempt, from an instant on.
    pub fn since(&self, client: usize, from: Time) -> Vec<SecondRow> {
        let rows = &self.seconds[client];
        by_second(&rows[rows.partition_point(|row| row.second < from.second())..])
    }

    /// A declared key's state in a Region has changed.
    pub fn key_state(&mut self, set: SetId, region: RegionId, state: &str, now: Time) {
        self.keys[set.0 as usize].states.push((region.index(), state.to_owned(), now));
    }

    /// The key ID of a declared set.
    pub fn key_id(&mut self, set: SetId, id: &str) {
        self.keys[set.0 as usize].key_id = id.to_owned();
    }

    /// A declared set has another primary key.
    pub fn primary(&mut self, set: SetId, region: RegionId, now: Time) {
        let key = &mut self.keys[set.0 as usize];
        if key.moves.last().map_or(key.primary, |(place, _)| *place) != region.index() {
            key.moves.push((region.index(), now));
        }
    }

    /// A store has a new writer.
    pub fn writer(&mut self, store: usize, region: RegionId, now: Time) {
        self.writers[store].push((region.index(), now));
    }

    /// What a service shows of a replica now; whether it is something else.
    pub fn status(&mut self, store: usize, region: RegionId, status: String, now: Time) -> bool {
        let known = self.statuses[store].iter().rev().find(|(place, ..)| *place == region.index());
        let is_new = known.is_none_or(|(_, before, _)| *before != status);
        if is_new {
            self.statuses[store].push((region.index(), status, now));
        }
        is_new
    }

    /// New requests of a client go to instances in another Region.
    pub fn moved(&mut self, client: usize, region: RegionId, now: Time) {
        self.moves[client].push((region.index(), now));
    }

    /// How many items a replica holds now.
    pub fn items(&mut self, store: usize, region: RegionId, items: u64, now: Time) {
        let place = (store, region.index());
        let known = self.items.iter().rev().find(|point| (point.store, point.region) == place);
        if known.is_none_or(|point| point.items != items) {
            self.items.push(ItemsPoint { time: now, store, region: region.index(), items });
        }
    }

    /// A replica's largest staleness since the last sample.
    pub fn staleness(&mut self, store: usize, region: RegionId, now: Time, staleness: Span) {
        let time = Time(now.0.saturating_sub(1) / self.setup.bin.0.max(1) * self.setup.bin.0);
        self.staleness.push(StalenessPoint { time, store, region: region.index(), staleness });
    }

    /// A rule decided something.
    pub fn count_rule(&mut self, rule: RuleRef) {
        *self.rules.entry(rule).or_default() += 1;
    }

    /// A bin of the time series is over.
    pub fn end_bin(&mut self, now: Time) {
        self.latencies.end_bin(Time(now.0.saturating_sub(self.setup.bin.0)));
    }

    /// The finished log; `decided`: rules that decided about calls and writes, with how often; a rule may come several
    /// times.
    pub fn finish(
        mut self,
        ended: Time,
        events: u64,
        decided: impl IntoIterator<Item = (RuleRef, u64)>,
    ) -> RunLog {
        for (rule, count) in decided {
            *self.rules.entry(rule).or_default() += count;
        }
        let refusals: Vec<RefusalRow> = self.refusals.into_iter().map(refusal).collect();
        for row in &refusals {
            *self.rules.entry(row.rule).or_default() += row.count;
        }
        self.totals.events = events;
        let availability = availability(&self.seconds, &self.failures, self.setup.bin);
        let setup = self.setup;
        let (latency, latency_over_time) = self.latencies.finish();
        RunLog {
            name: setup.name.clone(),
            title: setup.title.clone(),
            variant: setup.variant.clone(),
            scenario_hash: setup.hash.clone(),
            seed: setup.seed,
            trial: self.trial,
            rule_set: setup.rule_set.name(),
            duration: setup.duration,
            ended,
            bin: setup.bin,
            regions: setup.world.regions.iter().map(|region| region.name.clone()).collect(),
            links: links(&setup),
            clients: self
                .moves
                .into_iter()
                .enumerate()
                .map(|(i, moves)| client_info(&setup, i, moves))
                .collect(),
            stores: (self.writers.into_iter().zip(self.statuses).enumerate())
                .map(|(i, (writers, states))| store_info(&setup, i, writers, states))
                .collect(),
            keys: self.keys,
            events: self.events,
            answers: self.answers,
            calls: self.calls,
            faults: self.faults,
            skipped: self.skipped,
            requests: self.requests,
            request_calls: self.request_calls,
            recorded: self.recorded,
            latency,
            latency_over_time,
            availability,
            seconds: self.seconds.iter().map(|rows| by_second(rows)).collect(),
            refusals,
            ledger: Vec::new(),
            shares: Vec::new(),
            staleness: self.staleness,
            items: self.items,
            replication: Vec::new(),
            losses: Vec::new(),
            design: None,
            expectations: Vec::new(),
            rules: self.rules,
            assumptions: setup.assumptions.clone(),
            totals: self.totals,
            digest: self.digest.value(),
        }
    }
}

fn refusal((what, refused): ((usize, usize, &'static str, ErrorCode, RuleRef), Refused)) -> RefusalRow {
    let (client, region, operation, error, rule) = what;
    let Refused { count, first, last } = refused;
    RefusalRow { client, region, operation, error, rule, count, first, last }
}

fn by_second(rows: &[Second]) -> Vec<SecondRow> {
    let mut all: Vec<SecondRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match all.last_mut() {
            Some(last) if last.second == row.second => {
                last.total += row.total;
                last.good += row.good;
            }
            _ => all.push(SecondRow { second: row.second, total: row.total, good: row.good }),
        }
    }
    all
}

fn availability(
    seconds: &[Vec<Second>],
    failures: &BTreeMap<(u64, ClientId, RegionId, ErrorCode), u64>,
    bin: Span,
) -> Vec<AvailabilityRow> {
    let width = bin.0.max(1);
    let mut good: BTreeMap<(u64, usize, usize), u64> = BTreeMap::new();
    for (client, rows) in seconds.iter().enumerate() {
        for row in rows.iter().filter(|row| row.good > 0) {
            let bin = row.second.saturating_mul(Span::SECOND.0) / width;
            *good.entry((bin, client, row.region.index())).or_default() += row.good;
        }
    }
    let row = |bin: u64, client, region, error, count| AvailabilityRow {
        time: Time(bin.saturating_mul(width)),
        client,
        region,
        error,
        count,
    };
    let good = good.into_iter().map(|((bin, client, region), n)| row(bin, client, region, None, n));
    let bad = failures
        .iter()
        .map(|((bin, client, region, error), n)| row(*bin, client.index(), region.index(), Some(*error), *n));
    let mut all: Vec<AvailabilityRow> = good.chain(bad).collect();
    all.sort_by_key(|row| (row.time, row.client, row.region, row.error));
    all
}

fn client_info(setup: &Setup, client: usize, moves: Vec<(usize, Time)>) -> ClientInfo {
    let client = &setup.clients[client];
    let directory = &setup.directory;
    ClientInfo {
        name: client.name.clone(),
        principal: client.principal.clone(),
        account: directory.account_id(directory.account_of(&client.principal)).to_owned(),
        region: client.region.index(),
        store: client.store,
        objective_share: client.objective.share,
        objective_window: client.objective.window,
        traffic: client.rate.is_some(),
        keyring: client.keyring.as_ref().map_or("none".to_owned(), |keyring| {
            let key = |set: SetId| setup.keys[set.0 as usize].name.as_str();
            let region = |region: RegionId| setup.world.regions[region.index()].name.as_str();
            keyring.in_words(&key, &region)
        }),
        moves,
    }
}

fn store_info(
    setup: &Setup,
    index: usize,
    writers: Vec<(usize, Time)>,
    states: Vec<(usize, String, Time)>,
) -> StoreInfo {
    let store = &setup.stores[index];
    let clients = setup.clients.iter().filter(|client| client.store == index).map(|client| &client.name);
    StoreInfo {
        name: store.name.clone(),
        kind: store.kind.name(),
        regions: store.regions.iter().map(|region| region.index()).collect(),
        readers: clients.chain(&store.readers).cloned().collect(),
        writers,
        states,
    }
}

fn first_writer(store: &StoreSetup) -> Vec<(usize, Time)> {
    match &store.kind {
        StoreKind::DynamoDb(_) => Vec::new(),
        StoreKind::Aurora(cluster) => vec![(cluster.writer.index(), Time::ZERO)],
        StoreKind::S3(bucket) if bucket.two_way => Vec::new(),
        StoreKind::S3(_) | StoreKind::Snapshot(_) | StoreKind::Secret(_) => {
            store.regions.first().map(|region| (region.index(), Time::ZERO)).into_iter().collect()
        }
    }
}

/// The mean one-way delay between each two Regions.
fn links(setup: &Setup) -> Vec<(usize, usize, Span)> {
    let links = setup.world.links.iter().enumerate();
    let row = |(from, row): (usize, &Vec<crate::world::LinkSetup>)| {
        let link = |(to, link): (usize, &crate::world::LinkSetup)| (from, to, link.one_way.mean());
        row.iter().enumerate().filter(|(to, _)| *to != from).map(link).collect::<Vec<_>>()
    };
    links.flat_map(row).collect()
}
