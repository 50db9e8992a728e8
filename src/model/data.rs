//! Replicated data in the running world: where calls go, writes on their way, what holds them up.

pub use super::DataEvent;
use super::requests::RequestId;
use super::setup::{Setup, StoreKind, StoreSetup};
use super::{Event, Simulation, requests};
use crate::client::Failure;
use crate::rulebook::RuleRef;
use crate::runlog::ReplicationRow;
use crate::services::aurora::{AuroraEvent, GlobalDatabase};
use crate::services::dynamodb::{GlobalTable, TableEvent};
use crate::services::replication::{ABSENT, Bits, Change, End, Ended, Replicas, Write, WriteId};
use crate::services::s3::{BucketEvent, Buckets};
use crate::services::secrets::{SecretEvent, Secrets};
use crate::services::snapshot::{Copies, CopyEvent};
use crate::services::store::{Barrier, Effects, Fate, KeyHealth, Put, Stored};
use crate::services::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Service};
use crate::sim::{Histogram, Sampler, Span, Stream, Tables, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;
use std::collections::BTreeMap;

/// Who is said to have done what a service does by itself.
fn principal(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "dynamodb.amazonaws.com",
        Service::S3 => "s3.amazonaws.com",
        Service::Ec2 => "ec2.amazonaws.com",
        Service::SecretsManager => "secretsmanager.amazonaws.com",
        _ => "rds.amazonaws.com",
    }
}

/// Buckets an octave of replication delays.
const DELAY_STEPS: u32 = 128;

/// A store while the run goes on.
#[derive(Clone, Debug)]
pub struct Store {
    /// Whose endpoints its calls go to.
    pub service: Service,
    data: Data,
    catch_up: Option<Span>,
    /// By `from * replicas + to`.
    pairs: Vec<Pair>,
    /// The largest staleness of each replica since the last sample.
    stalest: Vec<Span>,
    /// Replicas that are gone for good, and why. What they held stays countable, as lost.
    gone: BTreeMap<u8, RuleRef>,
}

#[derive(Clone, Debug)]
enum Data {
    Table(Box<GlobalTable>),
    Database(Box<GlobalDatabase>),
    Buckets(Box<Buckets>),
    Copies(Box<Copies>),
    Secrets(Box<Secrets>),
}

/// A timer of a store, by its service.
#[derive(Clone, Copy, Debug)]
pub enum StoreEvent {
    /// DynamoDB.
    Table(TableEvent),
    /// Aurora.
    Database(AuroraEvent),
    /// Amazon S3.
    Buckets(BucketEvent),
    /// Snapshots.
    Copies(CopyEvent),
    /// Secrets Manager.
    Secrets(SecretEvent),
    /// The service tries the key of a copy (its index).
    Key(u8),
}

/// The same for a store of whatever service.
macro_rules! of_any {
    ($data:expr, $store:ident => $do:expr) => {
        match $data {
            Data::Table($store) => $do,
            Data::Database($store) => $do,
            Data::Buckets($store) => $do,
            Data::Copies($store) => $do,
            Data::Secrets($store) => $do,
        }
    };
}

/// The same where the service sets timers.
macro_rules! with_timers {
    ($data:expr, ($store:ident, $out:ident) => $do:expr) => {
        match $data {
            Data::Table($store) => with_timers!(@ Table, $out, $do),
            Data::Database($store) => with_timers!(@ Database, $out, $do),
            Data::Buckets($store) => with_timers!(@ Buckets, $out, $do),
            Data::Copies($store) => with_timers!(@ Copies, $out, $do),
            Data::Secrets($store) => with_timers!(@ Secrets, $out, $do),
        }
    };
    (@ $kind:ident, $out:ident, $do:expr) => {{
        let mut $out = Outbox::default();
        let done = $do;
        (done, $out.map(StoreEvent::$kind))
    }};
}

/// The way from one replica to another, and how the writes ended that took it.
#[derive(Clone, Debug)]
struct Pair {
    lag: Sampler,
    /// Faults that hold its replication up.
    blocked: u32,
    /// Held writes are being let through at the catch-up rate.
    draining: bool,
    applied: u64,
    superseded: u64,
    pending: u64,
    lost: u64,
    delay: Histogram,
}

impl Store {
    /// An empty store.
    pub fn new(store: &StoreSetup, setup: &Setup, tables: &mut Tables) -> Store {
        let items = u32::try_from(store.items).unwrap_or(u32::MAX - 1);
        let name = |region: &RegionId| setup.world.regions[region.index()].name.clone();
        let n = store.regions.len();
        let places = || store.regions.iter().map(name).collect();
        let regions = store.regions.clone();
        let data = match &store.kind {
            StoreKind::DynamoDb(table) => {
                Data::Table(Box::new(GlobalTable::new(&store.name, regions, items, table)))
            }
            StoreKind::Aurora(cluster) => {
                let account = setup.directory.account_id(0);
                let regions = (regions, places());
                let database = GlobalDatabase::new(&store.name, account, regions, items, cluster);
                Data::Database(Box::new(database))
            }
            StoreKind::S3(bucket) => {
                Data::Buckets(Box::new(Buckets::new(&store.name, regions, items, bucket)))
            }
            StoreKind::Snapshot(copy) => {
                Data::Copies(Box::new(Copies::new(&store.name, regions, items, copy)))
            }
            StoreKind::Secret(secret) => {
                Data::Secrets(Box::new(Secrets::new(&store.name, regions, items, secret)))
            }
        };
        let pair = |law| Pair {
            lag: tables.sampler(law),
            blocked: 0,
            draining: false,
            applied: 0,
            superseded: 0,
            pending: 0,
            lost: 0,
            delay: Histogram::new(DELAY_STEPS),
        };
        Store {
            service: store.kind.service(),
            data,
            catch_up: store.catch_up,
            pairs: store.lag.iter().flatten().map(pair).collect(),
            stalest: vec![Span::ZERO; n],
            gone: BTreeMap::new(),
        }
    }

    /// Its replicas.
    #[inline]
    pub fn replicas(&self) -> &Replicas {
        of_any!(&self.data, store => store.replicas())
    }

    /// The same, to change them.
    #[inline]
    pub fn replicas_mut(&mut self) -> &mut Replicas {
        of_any!(&mut self.data, store => store.replicas_mut())
    }

    /// Whether the service's own endpoints decide where calls go.
    #[inline]
    pub fn routes(&self) -> bool {
        of_any!(&self.data, store => store.routes())
    }

    /// The one replica that takes writes, if there is only one.
    pub fn writer(&self) -> Option<u8> {
        of_any!(&self.data, store => store.writer())
    }

    /// What the service shows of a replica.
    pub fn status(&self, replica: u8) -> String {
        of_any!(&self.data, store => store.status(replica))
    }

    /// Whether a command is about this store.
    pub fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        self.gone.len() < self.stalest.len()
            && of_any!(&self.data, store => store.is_meant(operation, params))
    }

    /// Where a call of an instance in `home` goes: `path` counts the Regions that it tries.
    #[inline]
    pub fn target(
        &self,
        replicas: &[(RegionId, u8)],
        home: RegionId,
        read: bool,
        path: u8,
    ) -> Option<(RegionId, u8)> {
        match (self.routes(), path) {
            (true, 0) => {
                let member = of_any!(&self.data, store => store.routed(home, read))?;
                Some((self.replicas().regions[usize::from(member)], member))
            }
            (true, _) if !read => None,
            _ => replicas.get(usize::from(path)).copied(),
        }
    }

    /// Whether the rules of the store let a replica do this now.
    #[inline]
    pub fn may(&self, replica: u8, work: Work) -> Result<(), Barrier> {
        self.is_there(replica)?;
        of_any!(&self.data, store => store.may(replica, work))
    }

    #[inline]
    fn is_there(&self, replica: u8) -> Result<(), Barrier> {
        match self.gone.is_empty() {
            true => Ok(()),
            false => self.gone.get(&replica).map_or(Ok(()), |rule| {
                Err(Barrier { error: ErrorCode::ResourceNotFoundException, rule: *rule, fate: Fate::Gone })
            }),
        }
    }

    /// Whether a replica is still there: it is not gone for good.
    pub fn has(&self, replica: u8) -> bool {
        self.is_there(replica).is_ok()
    }

    /// How many items a replica has.
    pub fn items(&self, replica: u8) -> u64 {
        if self.has(replica) { self.replicas().tables[usize::from(replica)].len() } else { 0 }
    }

    /// Whether a write that was accepted can still be carried out.
    #[inline]
    fn may_commit(&self, replica: u8) -> Result<(), Barrier> {
        self.is_there(replica)?;
        of_any!(&self.data, store => store.may_commit(replica))
    }

    /// The replicas (bits) that a write is sent to.
    #[inline]
    fn targets(&self, source: u8, deletes: bool) -> Bits {
        of_any!(&self.data, store => store.targets(source, deletes))
    }

    #[inline]
    fn pair(&self, from: u8, to: u8) -> usize {
        usize::from(from) * self.stalest.len() + usize::from(to)
    }

    /// Whether a write from one replica to another goes through now.
    #[inline]
    fn flows(&self, from: u8, to: u8) -> bool {
        let free = self.pairs[self.pair(from, to)].blocked == 0;
        free && of_any!(&self.data, store => store.flows(from, to))
    }

    /// Carries an operation of its service out.
    pub fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
    ) -> (Result<(Value, Effects), Refusal>, Outbox<StoreEvent>) {
        with_timers!(&mut self.data, (store, out) => store.call(operation, params, caller, &mut out))
    }

    /// A timer fires; none is meant for another service.
    fn handle(&mut self, event: StoreEvent, now: Time) -> (Effects, Outbox<StoreEvent>) {
        macro_rules! fire {
            ($($kind:ident),*) => {
                match (&mut self.data, event) {
                    $((Data::$kind(store), StoreEvent::$kind(event)) => {
                        let mut out = Outbox::default();
                        let effects = store.handle(event, now, &mut out);
                        (effects, out.map(StoreEvent::$kind))
                    })*
                    _ => (Effects::default(), Outbox::default()),
                }
            };
        }
        fire!(Table, Database, Buckets, Copies, Secrets)
    }

    /// The service found the key of a replica changed.
    pub fn key_found(&mut self, replica: u8, health: KeyHealth, now: Time) -> (Effects, Outbox<StoreEvent>) {
        with_timers!(&mut self.data, (store, out) => store.key_found(replica, health, now, &mut out))
    }

    /// The account has had the Region of a replica disabled for too long.
    pub fn opted_out(&mut self, replica: u8, now: Time) -> (Effects, Outbox<StoreEvent>) {
        with_timers!(&mut self.data, (store, out) => store.opted_out(replica, now, &mut out))
    }

    /// What waited for the end of a pair may go on.
    fn heard_of_end(&mut self, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.pair_ended(now, &mut out)).1
    }

    /// How the replicated writes of each pair ended, for the run log.
    pub fn replication(&self, store: usize) -> Vec<ReplicationRow> {
        let regions = &self.replicas().regions;
        let row = |(i, pair): (usize, &Pair)| ReplicationRow {
            store,
            from: regions[i / regions.len()].index(),
            to: regions[i % regions.len()].index(),
            applied: pair.applied,
            superseded: pair.superseded,
            pending: pair.pending,
            lost: pair.lost,
            delay: pair.delay.clone(),
        };
        let others = |i: &usize| i / regions.len() != i % regions.len();
        self.pairs.iter().enumerate().filter(|(i, _)| others(i)).map(row).collect()
    }
}

impl Simulation {
    /// Puts the preloaded items in place, encrypted as their client would have.
    pub(super) fn preload(&mut self) {
        for (client, setup) in self.clients.iter_mut().zip(&self.setup.clients) {
            if setup.keyring.is_some() {
                client.start = self.classes.start(&setup.context);
            }
        }
        for store in 0..self.stores.len() {
            let Some(client) = self.setup.stores[store].preload else { continue };
            let home = self.setup.clients[client].region;
            let mut class = self.clients[client].start;
            let mut key = 0;
            while let Some(calls) = self.plans.wrap(client, home, key, &self.kms, &self.setup) {
                if let Some(Ok(next)) = calls.first_mut().map(|call| call.outcome(class, &mut self.classes)) {
                    class = next;
                }
                key += 1;
            }
            let store = &mut self.stores[store];
            let source = store.writer().or_else(|| store.replicas().replica_in(home)).unwrap_or(0);
            store.replicas_mut().preload(class, source);
        }
    }

    /// Something happens to replicated data.
    pub(super) fn handle_data(&mut self, event: DataEvent) {
        match event {
            DataEvent::Commit { .. } => self.commit(event),
            DataEvent::Arrive { store, to, write } => {
                let s = &mut self.stores[usize::from(store)];
                let source = s.replicas().write(write).source;
                let flows = s.flows(source, to);
                let ended = match flows || s.has(to) {
                    true => s.replicas_mut().arrive(write, to, flows),
                    false => s.replicas_mut().arrive_nowhere(write, to),
                };
                if let Some(ended) = ended {
                    self.pair_ended(store, &ended);
                }
            }
            DataEvent::Release { store, from, to } => {
                let s = &mut self.stores[usize::from(store)];
                let pair = s.pair(from, to);
                s.pairs[pair].draining = false;
                if !s.flows(from, to) {
                    return;
                }
                if let Some(ended) = s.replicas_mut().release(from, to) {
                    self.pair_ended(store, &ended);
                    self.release(store, from, to);
                }
            }
        }
    }

    fn commit(&mut self, event: DataEvent) {
        let DataEvent::Commit { store: index, spell, write, request } = event else { return };
        let store = &mut self.stores[usize::from(index)];
        let source = store.replicas().write(write).source;
        let region = store.replicas().regions[usize::from(source)];
        let survived = self.world.endpoint(store.service, region).crashed.spell() == spell;
        let carried_out = if survived { store.may_commit(source) } else { Ok(()) };
        if !survived || carried_out.is_err() {
            store.replicas_mut().drop_write(write);
            return match request {
                Some(request) if survived => self.committed(request, carried_out.map_err(Failure::from)),
                Some(request) => self.dropped(request),
                None => {}
            };
        }
        self.carry_out(index, write, request);
        if let Some(request) = request {
            self.committed(request, Ok(()));
        }
    }

    /// A write is stored where it was taken, and sent to the other replicas.
    #[inline]
    fn carry_out(&mut self, index: u16, write: WriteId, request: Option<RequestId>) {
        let now = self.kernel.now();
        let store = &mut self.stores[usize::from(index)];
        let Write { source, class, draw, .. } = *store.replicas().write(write);
        let deletes = class == ABSENT;
        let targets = store.targets(source, deletes);
        let change = store.replicas_mut().commit(write, now, targets);
        let mut rest = targets;
        while rest != 0 {
            let to = rest.trailing_zeros() as u8;
            rest &= rest - 1;
            let lag = store.pairs[store.pair(source, to)].lag.sample(requests::lag_draw(draw, to));
            let at = store.replicas_mut().due(source, to, now + lag);
            self.kernel.schedule(at, Event::Data(DataEvent::Arrive { store: index, to, write }));
        }
        self.recorder.totals.writes += 1;
        self.note_change(index, source, change);
        if self.losses.watching() {
            self.watch_takeover(index, source, request);
        }
    }

    #[inline]
    fn note_change(&mut self, store: u16, replica: u8, change: Change) {
        if change.from != change.to {
            self.ledger.changed(usize::from(store), replica, change, self.kernel.now());
        }
    }

    /// A pair of write and replica has ended.
    #[inline]
    pub(super) fn pair_ended(&mut self, index: u16, ended: &Ended) {
        let now = self.ended;
        let store = &mut self.stores[usize::from(index)];
        let delay = now - ended.write.acked;
        let pair = store.pair(ended.write.source, ended.to);
        let pair = &mut store.pairs[pair];
        match ended.end {
            End::Applied => pair.applied += 1,
            End::Superseded => pair.superseded += 1,
            End::Pending => pair.pending += 1,
            End::Lost => pair.lost += 1,
        }
        if matches!(ended.end, End::Applied | End::Superseded) {
            pair.delay.record(delay);
        }
        let stalest = &mut store.stalest[usize::from(ended.to)];
        *stalest = (*stalest).max(delay);
        self.recorder.replicated(index, ended, now);
        if let Some(change) = ended.change {
            self.note_change(index, ended.to, change);
        }
        if self.losses.watching() {
            self.losses.ended(index, ended);
        }
        let store = &mut self.stores[usize::from(index)];
        if store.routes() {
            let out = store.heard_of_end(now);
            self.take_out(index, out);
        }
    }

    /// A fault starts (`block`) or stops holding a pair's replication up.
    pub(super) fn block(&mut self, index: u16, from: u8, to: u8, block: bool) {
        let store = &mut self.stores[usize::from(index)];
        let pair = store.pair(from, to);
        let count = &mut store.pairs[pair].blocked;
        *count = if block { *count + 1 } else { count.saturating_sub(1) };
        if !block {
            self.release(index, from, to);
        }
    }

    /// Lets held writes of a pair through, if nothing holds it up: all at once, or one after the other at the
    /// catch-up rate.
    pub(super) fn release(&mut self, index: u16, from: u8, to: u8) {
        let store = &mut self.stores[usize::from(index)];
        let pair = store.pair(from, to);
        if !store.flows(from, to) || !store.replicas().holds(from, to) {
            return;
        }
        match store.catch_up {
            Some(_) if store.pairs[pair].draining => {}
            Some(pause) => {
                store.pairs[pair].draining = true;
                let event = DataEvent::Release { store: index, from, to };
                self.kernel.schedule(self.kernel.now() + pause, Event::Data(event));
            }
            None => {
                while let Some(ended) = self.stores[usize::from(index)].replicas_mut().release(from, to) {
                    self.pair_ended(index, &ended);
                }
            }
        }
    }

    /// A timer of a store fires.
    pub(super) fn handle_store(&mut self, index: u16, region: RegionId, event: StoreEvent) {
        let service = self.stores[usize::from(index)].service;
        if self.world.endpoint(service, region).control.is_down() {
            return self.timers.hold(service, region, Event::Store(index, region, event));
        }
        let now = self.kernel.now();
        let (effects, out) = match event {
            StoreEvent::Key(replica) => self.try_key(index, replica),
            event => self.stores[usize::from(index)].handle(event, now),
        };
        self.take_effects(index, effects);
        self.take_out(index, out);
        self.release_all(index);
    }

    /// Schedules a store's timers and records what it reports.
    pub(super) fn take_out(&mut self, index: u16, out: Outbox<StoreEvent>) {
        for (at, region, event) in out.timers {
            self.kernel.schedule(at, Event::Store(index, region, event));
        }
        if out.notes.is_empty() {
            return;
        }
        let source = principal(self.stores[usize::from(index)].service);
        for note in out.notes {
            self.recorder.note(self.kernel.now(), source, note);
        }
        self.weather_changed();
        self.note_status(index);
    }

    /// What an operation, or the end of a process, did to the data.
    pub(super) fn take_effects(&mut self, index: u16, effects: Effects) {
        let now = self.kernel.now();
        if let Some((from, to)) = effects.takeover {
            self.promoted(index, from, to, &effects.ended);
            let store = &self.stores[usize::from(index)];
            if store.writer() == Some(to) {
                let region = store.replicas().regions[usize::from(to)];
                self.recorder.writer(usize::from(index), region, now);
            }
        }
        for ended in &effects.ended {
            self.pair_ended(index, ended);
        }
        if effects.replaced {
            self.ledger.changed_everywhere(now);
            self.note_status(index);
        }
        for put in effects.writes {
            self.put(index, put);
        }
    }

    /// Writes down what the service shows of each replica, where that has changed.
    pub(super) fn note_status(&mut self, index: u16) {
        let store = &self.stores[usize::from(index)];
        for (replica, region) in store.replicas().regions.iter().enumerate() {
            let status = store.status(replica as u8);
            self.recorder.status(usize::from(index), *region, status, self.kernel.now());
        }
    }

    /// Writes down how many items each replica holds.
    pub(super) fn sample_items(&mut self) {
        for (index, store) in self.stores.iter().enumerate() {
            for (replica, region) in store.replicas().regions.iter().enumerate() {
                self.recorder.items(index, *region, store.items(replica as u8), self.kernel.now());
            }
        }
    }

    /// A replica of a store is gone for good, by this rule.
    pub(super) fn lose_replica(&mut self, index: u16, replica: u8, rule: RuleRef) {
        let store = &mut self.stores[usize::from(index)];
        if store.gone.insert(replica, rule).is_some() {
            return;
        }
        let ended = store.replicas_mut().lose(replica);
        let others = (0..store.stalest.len() as u8).filter(|other| *other != replica);
        for other in others.collect::<Vec<_>>() {
            self.block(index, replica, other, true);
            self.block(index, other, replica, true);
        }
        ended.iter().for_each(|ended| self.pair_ended(index, ended));
        self.recorder.count_rule(rule);
        self.sample_items();
    }

    /// A command or a fault writes an item: it is carried out at once and replicates as any other write.
    pub(super) fn put(&mut self, index: u16, put: Put) {
        let now = self.kernel.now();
        let Put { source, item, class, value } = put;
        let occurrence = u64::from(item) << 32 | self.recorder.totals.writes;
        let draw = Stream::new(self.setup.seed, self.trial, &format!("put/{index}/{occurrence}")).next_u64();
        let store = &mut self.stores[usize::from(index)];
        let write = store.replicas_mut().accept(now, item, class, source, draw);
        self.carry_out(index, write, None);
        if let Some(value) = value {
            self.stores[usize::from(index)].replicas_mut().note_value(item, now, source, value);
        }
    }

    fn release_all(&mut self, index: u16) {
        let n = self.stores[usize::from(index)].stalest.len() as u8;
        for from in 0..n {
            for to in (0..n).filter(|to| *to != from) {
                self.release(index, from, to);
            }
        }
    }

    /// Samples the staleness of every replica: the largest since the last sample.
    pub(super) fn sample_staleness(&mut self, now: Time) {
        for (index, store) in self.stores.iter_mut().enumerate() {
            for to in 0..store.stalest.len() {
                let open = store.replicas().staleness(to as u8, now);
                let stalest = std::mem::take(&mut store.stalest[to]).max(open);
                let region = store.replicas().regions[to];
                self.recorder.staleness(index, region, now, stalest);
            }
        }
    }

    /// At the end of the run: what nothing delivers any more is pending.
    pub(super) fn end_open_writes(&mut self) {
        let now = self.ended;
        self.sample_staleness(now);
        for index in 0..self.stores.len() {
            for source in 0..self.stores[index].stalest.len() as u8 {
                for ended in self.stores[index].replicas_mut().end_all(source, End::Pending) {
                    self.pair_ended(index as u16, &ended);
                }
            }
        }
    }
}
