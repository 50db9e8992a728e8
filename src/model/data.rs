//! Replicated data in the running world: where calls go, writes on their way, what holds them up.

pub use super::DataEvent;
use super::setup::{Setup, StoreKind, StoreSetup};
use super::{Event, Simulation, requests};
use crate::client::Failure;
use crate::runlog::ReplicationRow;
use crate::services::aurora::{self, AuroraEvent, GlobalDatabase, Takeover};
use crate::services::dynamodb::GlobalTable;
use crate::services::replication::{Bits, Change, End, Ended, Replicas};
use crate::services::{Outbox, Service};
use crate::sim::{Histogram, Sampler, Span, Tables, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;

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
}

#[derive(Clone, Debug)]
enum Data {
    Table(GlobalTable),
    Database(Box<GlobalDatabase>),
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
        let (service, data) = match &store.kind {
            StoreKind::DynamoDbGlobalTable => {
                (Service::DynamoDb, Data::Table(GlobalTable::new(store.regions.clone(), items)))
            }
            StoreKind::AuroraGlobalDatabase { writer, promotion, switchover, rebuild } => {
                let timing = aurora::Timing {
                    promotion: promotion.clone(),
                    switchover: switchover.clone(),
                    rebuild: rebuild.clone(),
                };
                let places = store.regions.iter().map(name).collect();
                let regions = store.regions.clone();
                let database = GlobalDatabase::new(
                    &store.name,
                    setup.directory.account_id(0),
                    (regions, places),
                    *writer,
                    items,
                    &timing,
                );
                (Service::Rds, Data::Database(Box::new(database)))
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
            service,
            data,
            catch_up: store.catch_up,
            pairs: store.lag.iter().flatten().map(pair).collect(),
            stalest: vec![Span::ZERO; n],
        }
    }

    /// Its replicas.
    #[inline]
    pub fn replicas(&self) -> &Replicas {
        match &self.data {
            Data::Table(table) => &table.replicas,
            Data::Database(database) => &database.replicas,
        }
    }

    /// The same, to change them.
    #[inline]
    pub fn replicas_mut(&mut self) -> &mut Replicas {
        match &mut self.data {
            Data::Table(table) => &mut table.replicas,
            Data::Database(database) => &mut database.replicas,
        }
    }

    /// The Aurora database, if it is one.
    pub fn database(&self) -> Option<&GlobalDatabase> {
        match &self.data {
            Data::Table(_) => None,
            Data::Database(database) => Some(database),
        }
    }

    /// The same, to change it.
    pub fn database_mut(&mut self) -> Option<&mut GlobalDatabase> {
        match &mut self.data {
            Data::Table(_) => None,
            Data::Database(database) => Some(database),
        }
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
        match &self.data {
            Data::Table(_) => replicas.get(usize::from(path)).copied(),
            Data::Database(database) => {
                let member = match (read, path) {
                    (true, 0) => database.read_target(home),
                    (true, path) => replicas.get(usize::from(path)).map(|(_, member)| *member),
                    (false, 0) => database.write_target(home),
                    (false, _) => None,
                }?;
                Some((database.replicas.regions[usize::from(member)], member))
            }
        }
    }

    /// Whether the rules of the store let a replica do this now.
    #[inline]
    pub fn may(&self, replica: u8, work: Work) -> Result<(), Failure> {
        let Data::Database(database) = &self.data else { return Ok(()) };
        let answer = match work {
            Work::Read => database.may_read(replica),
            Work::Write => database.may_write(replica),
        };
        answer.map_err(|(error, rule)| Failure::new(error, rule))
    }

    /// Whether a write that was accepted can still be carried out.
    #[inline]
    fn may_commit(&self, replica: u8) -> Result<(), Failure> {
        let Data::Database(database) = &self.data else { return Ok(()) };
        database.may_commit(replica).map_err(|(error, rule)| Failure::new(error, rule))
    }

    /// The replicas (bits) that a write is sent to.
    #[inline]
    fn targets(&self, source: u8) -> Bits {
        match &self.data {
            Data::Table(table) => table.targets(source),
            Data::Database(database) => database.targets(source),
        }
    }

    #[inline]
    fn pair(&self, from: u8, to: u8) -> usize {
        usize::from(from) * self.stalest.len() + usize::from(to)
    }

    /// Whether a write from one replica to another goes through now.
    #[inline]
    fn flows(&self, from: u8, to: u8) -> bool {
        let free = self.pairs[self.pair(from, to)].blocked == 0;
        match &self.data {
            Data::Table(_) => free,
            Data::Database(database) => free && database.takes_log(to),
        }
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
            let writer = store.database().and_then(GlobalDatabase::primary);
            let source = writer.or_else(|| store.replicas().replica_in(home)).unwrap_or(0);
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
                if let Some(ended) = s.replicas_mut().arrive(write, to, flows) {
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
        let now = self.kernel.now();
        let store = &mut self.stores[usize::from(index)];
        let source = store.replicas().write(write).source;
        let region = store.replicas().regions[usize::from(source)];
        let survived = self.world.endpoint(store.service, region).crashed.spell() == spell;
        let carried_out = if survived { store.may_commit(source) } else { Ok(()) };
        if !survived || carried_out.is_err() {
            store.replicas_mut().drop_write(write);
            return match request {
                Some(request) if survived => self.committed(request, carried_out),
                Some(request) => self.dropped(request),
                None => {}
            };
        }
        let targets = store.targets(source);
        let change = store.replicas_mut().commit(write, now, targets);
        let draw = store.replicas().write(write).draw;
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
        if let Some(request) = request {
            self.committed(request, Ok(()));
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
        if let Data::Database(_) = self.stores[usize::from(index)].data {
            self.go_on_switching(index);
        }
    }

    /// A switchover whose target has caught up goes on.
    pub(super) fn go_on_switching(&mut self, index: u16) {
        let mut out = Outbox::default();
        if let Some(database) = self.stores[usize::from(index)].database_mut() {
            database.promote_when_level(self.kernel.now(), &mut out);
        }
        self.take_aurora(index, out);
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

    /// A timer of an Aurora database fires.
    pub(super) fn handle_aurora(&mut self, index: u16, region: RegionId, event: AuroraEvent) {
        if self.world.endpoint(Service::Rds, region).control.is_down() {
            return self.timers.hold(Service::Rds, region, Event::Aurora(index, region, event));
        }
        let now = self.kernel.now();
        let mut out = Outbox::default();
        let Some(database) = self.stores[usize::from(index)].database_mut() else { return };
        let takeover = database.handle(event, now, &mut out);
        self.take_over(index, takeover);
        self.take_aurora(index, out);
        self.release_all(index);
    }

    /// Schedules an Aurora database's timers and records what it reports.
    pub(super) fn take_aurora(&mut self, index: u16, out: Outbox<AuroraEvent>) {
        for (at, region, event) in out.timers {
            self.kernel.schedule(at, Event::Aurora(index, region, event));
        }
        for note in out.notes {
            self.recorder.note(self.kernel.now(), "rds.amazonaws.com", note);
            self.weather_changed();
        }
    }

    /// What the end of an Aurora process did to the data.
    pub(super) fn take_over(&mut self, index: u16, takeover: Takeover) {
        let now = self.kernel.now();
        if let Some((from, to)) = takeover.change {
            self.promoted(index, from, to, &takeover.ended);
            let store = &self.stores[usize::from(index)];
            if store.database().and_then(GlobalDatabase::primary) == Some(to) {
                let region = store.replicas().regions[usize::from(to)];
                self.recorder.writer(usize::from(index), region, now);
            }
        }
        for ended in &takeover.ended {
            self.pair_ended(index, ended);
        }
        if takeover.replaced {
            self.ledger.changed_everywhere(now);
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
