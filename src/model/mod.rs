//! The simulation: the world, everything that can happen in it, and the one `match` that says what then does.
//!
//! This is the only floor that knows every part. It takes a [`Setup`], plays it event by event and leaves a
//! [`RunLog`]; nothing in it can fail.
//!
//! Events of one instant come in the order in which they were scheduled; what the file says was scheduled first,
//! in file order.

mod at_rest;
mod beforehand;
mod caching;
mod calls;
mod capacity;
mod commands;
mod conditions;
mod cost;
mod data;
mod faults;
mod forwarding;
mod horizon;
mod kept;
mod latency;
mod ledger;
mod losses;
mod messages;
mod plans;
mod recorder;
mod registry;
mod requests;
mod restores;
mod routing;
mod runbooks;
pub mod setup;
mod skipped;
mod store;
mod strong;
mod timeline;
mod verdicts;
mod waiting;

pub use registry::rules;

use crate::client::ClientId;
use crate::client::classes::Classes;
use crate::runlog::{RunLog, metrics};
use crate::services::Outbox;
use crate::services::autoscaling::GroupEvent;
use crate::services::kms::{self, Kms, KmsEvent};
use crate::services::replication::WriteId;
use crate::services::route53::{Route53, RouteEvent};
use crate::sim::{Kernel, Stream, Tables, Time};
use crate::world::{RegionId, World};
use at_rest::Keys;
use caching::DataKeys;
use capacity::Capacity;
use data::Store;
pub use data::StoreEvent;
use horizon::Horizon;
use ledger::Ledger;
use losses::Losses;
use plans::Plans;
use recorder::Recorder;
use requests::{ClientState, RequestId, Requests};
use runbooks::Runbooks;
use setup::Setup;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use timeline::Timers;

/// Everything that can happen.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A client's next request is due, of a stretch of time in which requests are simulated.
    Arrival(ClientId, u32),
    /// Something happens to a request.
    Request(RequestId, Moment),
    /// Something happens to replicated data.
    Data(DataEvent),
    /// A timer of KMS, or a message between its Regions, in this Region.
    Kms(RegionId, KmsEvent),
    /// A timer of a store (index), in this Region.
    Store(u16, RegionId, StoreEvent),
    /// Something happens to a DNS record (index).
    Route(u16, RouteEvent),
    /// A timer of a group of instances, in this Region.
    Group(RegionId, GroupEvent),
    /// A closed account (timeline entry) can no longer be opened again.
    AccountGone(u32),
    /// A disabled Region (timeline entry) has been so for too long.
    RegionLeft(u32),
    /// A fault or a step of the file.
    Timeline(timeline::Due),
    /// A runbook (index) goes on.
    Runbook(u16),
    /// A second is over: runbooks look at the monitoring.
    Second,
    /// A bin of the time series is over.
    Bin,
    /// Requests may go to sleep, or wake up.
    Horizon,
    /// An expectation asks for the ledger of this moment.
    Asked,
    /// The duration is over.
    Close,
}

/// What happens to a request. A request waits for exactly one of these at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Its call reaches the KMS endpoint.
    AtKms,
    /// KMS is done; the answer leaves.
    KmsDone,
    /// The answer of KMS is back.
    KmsAnswer,
    /// Its call reaches the store.
    AtStore,
    /// The copy has what a read waited for.
    StoreLevel,
    /// The store is done; the answer leaves.
    StoreDone,
    /// The answer of the store is back.
    StoreAnswer,
    /// No answer came in time.
    TimedOut,
    /// The pause before the next attempt is over.
    Retry,
    /// The SDK client's own rate lets the attempt in hand go.
    Paced,
}

/// What happens to replicated data; stores by index.
#[derive(Clone, Copy, Debug)]
pub enum DataEvent {
    /// A write that an endpoint accepted is carried out.
    Commit {
        /// The store.
        store: u16,
        /// The endpoint's spell of being up in which it was accepted.
        spell: u16,
        /// The write.
        write: WriteId,
        /// Who hears of it, if somebody still waits.
        request: Option<RequestId>,
    },
    /// A write reaches another replica.
    Arrive {
        /// The store.
        store: u16,
        /// The replica.
        to: u8,
        /// The write.
        write: WriteId,
    },
    /// Whoever waits in a store, by ticket, gives up.
    Overdue {
        /// The store.
        store: u16,
        /// The ticket.
        ticket: u32,
    },
    /// The next held write of a pair goes through at the catch-up rate.
    Release {
        /// The store.
        store: u16,
        /// The replica written in.
        from: u8,
        /// The replica that lacks it.
        to: u8,
    },
}

const _: () = assert!(size_of::<Event>() <= 16);

impl Event {
    /// Whether it still happens once the duration is over: requests in flight, replication, the last bin.
    fn is_followed_to_its_end(&self) -> bool {
        matches!(self, Event::Request(..) | Event::Data(_) | Event::Bin)
    }
}

/// A run in progress. It can be cloned, so that two futures can be played from one past.
#[derive(Clone, Debug)]
pub struct Simulation {
    setup: Arc<Setup>,
    kernel: Kernel<Event>,
    world: World,
    kms: Kms,
    clients: Vec<ClientState>,
    requests: Requests,
    plans: Plans,
    classes: Classes,
    data_keys: DataKeys,
    stores: Vec<Store>,
    capacity: Capacity,
    keys: Keys,
    route53: Route53,
    ledger: Ledger,
    losses: Losses,
    timers: Timers,
    runbooks: Runbooks,
    recorder: Recorder,
    /// `None`: requests are simulated all the time.
    horizon: Option<Horizon>,
    trial: u64,
    events: u64,
    /// When the last event was handled. The kernel's clock may be later: it also passes what no longer happens.
    ended: Time,
    /// The duration is over: only requests in flight and writes on their way are followed to their end.
    closed: bool,
    /// Whether events are left out where their outcome is known already.
    elide: bool,
    /// The same, while no messages wait for each other on any link.
    usually_elides: bool,
    /// Whether some link is slower than usual.
    slow: bool,
}

/// How many events are handled between two looks at whether somebody wants the run to stop.
const EVENTS_BETWEEN_LOOKS: u32 = 1 << 16;

/// Plays a scenario once. `None`: `stop` was raised before the end.
pub fn run(setup: &Arc<Setup>, trial: u64, stop: &AtomicBool) -> Option<RunLog> {
    run_watched(setup, trial, stop, &|_| {})
}

/// The same; `watch` hears now and then how far the run is.
pub fn run_watched(
    setup: &Arc<Setup>,
    trial: u64,
    stop: &AtomicBool,
    watch: &dyn Fn(Time),
) -> Option<RunLog> {
    let mut simulation = Simulation::new(setup, trial);
    loop {
        for _ in 0..EVENTS_BETWEEN_LOOKS {
            if !simulation.step() {
                return Some(simulation.finish());
            }
        }
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        watch(simulation.kernel.now());
    }
}

/// Plays a scenario up to an instant, at which arrivals stop, the ledger closes and nobody acts any more; what happens at
/// that very instant by the file happens still.
pub fn run_until(setup: &Arc<Setup>, trial: u64, until: Time) -> RunLog {
    let mut simulation = Simulation::new(setup, trial);
    simulation.kernel.schedule(until, Event::Close);
    while simulation.step() {}
    simulation.finish()
}

/// KMS at time 0: the keys that the file declares exist and have settled. With it comes what it will do by itself.
pub fn kms_at_start(setup: &Setup, trial: u64) -> (Kms, Outbox<KmsEvent>) {
    let places = setup
        .world
        .regions
        .iter()
        .map(|region| kms::Place { name: region.name.clone(), partition: region.partition.clone() });
    let mut kms = Kms::new(kms::Config {
        regions: places.collect(),
        directory: setup.directory.clone(),
        timing: setup.timing.clone(),
        settings: setup.settings,
        switches: setup.switches,
    });
    let mut declared = Outbox::default();
    for key in &setup.keys {
        let mut stream = Stream::new(setup.seed, trial, &format!("{}/key-id", key.name));
        kms.declare(key, stream.next_u128(), &mut declared);
    }
    (kms, declared)
}

impl Simulation {
    /// The world at time 0: what the file declares exists and has settled.
    pub fn new(setup: &Arc<Setup>, trial: u64) -> Simulation {
        let setup = &setup.of_trial(trial);
        let (kms, declared) = kms_at_start(setup, trial);
        let mut tables = Tables::default();
        let mut simulation = Simulation {
            kernel: Kernel::new(),
            world: World::new(&setup.world, &mut tables),
            clients: setup.clients.iter().map(|client| ClientState::new(client, setup, trial)).collect(),
            requests: Requests::default(),
            plans: Plans::new(setup),
            classes: Classes::default(),
            data_keys: DataKeys::default(),
            stores: setup.stores.iter().map(|store| Store::new(store, setup, trial, &mut tables)).collect(),
            capacity: Capacity::new(setup, trial),
            keys: Keys::new(setup, trial),
            route53: routing::records(setup, trial),
            ledger: Ledger::new(setup),
            losses: Losses::default(),
            timers: Timers::new(setup),
            runbooks: Runbooks::new(setup, trial),
            recorder: Recorder::new(setup, trial),
            horizon: Horizon::new(setup),
            setup: Arc::clone(setup),
            kms,
            trial,
            events: 0,
            ended: Time::ZERO,
            closed: false,
            elide: true,
            usually_elides: true,
            slow: false,
        };
        for (at, region, event) in declared.timers {
            simulation.plan(at, Event::Kms(region, event));
        }
        simulation.start();
        simulation
    }

    /// The same run with every event played out, also those whose outcome is known beforehand.
    pub fn without_elision(mut self) -> Simulation {
        (self.elide, self.usually_elides) = (false, false);
        self
    }

    fn start(&mut self) {
        self.schedule_timeline();
        self.kernel.schedule(Time(self.setup.duration.0), Event::Close);
        self.number_data_keys();
        self.preload();
        for index in 0..self.stores.len() {
            let out = self.stores[index].begin();
            self.take_out(index as u16, out);
        }
        for client in 0..self.clients.len() {
            self.schedule_arrival(ClientId(client as u16));
        }
        if self.runbooks.watch() {
            self.kernel.schedule(Time(runbooks::LOOK.0), Event::Second);
        }
        self.begin_horizon();
        self.kernel.schedule(Time(self.setup.bin.0), Event::Bin);
        let choices = self.setup.question.iter().flat_map(|question| &question.choices);
        let asked = self.setup.expect.iter().chain(choices.flat_map(|choice| &choice.holds));
        let asked: Vec<Time> = asked.filter_map(|one| one.expression.ledger_moment()).collect();
        asked.into_iter().for_each(|moment| self.plan(moment, Event::Asked));
        for set in (0..self.setup.keys.len() as u32).map(kms::SetId) {
            self.recorder.key_id(set, self.kms.key_id(set));
        }
        self.note_key_states();
        self.look_at_keys();
        self.look_at_records();
        (0..self.stores.len()).for_each(|index| self.note_status(index as u16));
        self.sample_items();
        self.ledger.changed_everywhere(Time::ZERO);
    }

    /// Handles the next event; `false` when there is none left.
    #[inline]
    pub fn step(&mut self) -> bool {
        let Some(event) = self.kernel.next() else { return false };
        if self.closed && !event.is_followed_to_its_end() {
            return true;
        }
        self.events += 1;
        self.ended = self.kernel.now();
        if self.ledger.is_due(self.ended) {
            self.settle_ledger();
        }
        if self.horizon.is_some() {
            self.hear_of(&event);
        }
        match event {
            Event::Arrival(client, window) => self.arrive(client, window),
            Event::Request(request, moment) => self.go_on(request, moment),
            Event::Data(event) => self.handle_data(event),
            Event::Kms(region, event) => self.handle_kms(region, event),
            Event::Store(store, region, event) => self.handle_store(store, region, event),
            Event::Route(record, event) => self.handle_route(record, event),
            Event::Group(region, event) => self.handle_group(region, event),
            Event::AccountGone(entry) => self.account_gone(entry),
            Event::RegionLeft(entry) => self.region_left(entry),
            Event::Timeline(due) => self.handle_timeline(due),
            Event::Runbook(runbook) => self.go_on_with(runbook),
            Event::Second => self.end_second(),
            Event::Bin => self.end_bin(),
            Event::Horizon => self.look_at_horizon(),
            Event::Asked => self.write_ledger(),
            Event::Close => self.close(),
        }
        true
    }

    /// Arrivals stop by themselves at the duration. The ledger closes, and nobody acts any more.
    fn close(&mut self) {
        self.count_skipped(self.kernel.now());
        self.closed = true;
        self.write_ledger();
        self.ledger.close();
    }

    /// Writes the counts of this moment down, whatever has been thinned out before.
    fn write_ledger(&mut self) {
        self.settle_ledger();
        self.sample_ledger(self.kernel.now());
        self.sample_items();
    }

    fn end_bin(&mut self) {
        let now = self.kernel.now();
        self.write_ledger();
        self.sample_staleness(now);
        self.recorder.end_bin(now);
        let next = now + self.setup.bin;
        if next.0 <= self.setup.duration.0 {
            self.kernel.schedule(next, Event::Bin);
        }
    }

    /// The run log, once no event is left.
    pub fn finish(mut self) -> RunLog {
        self.settle_ledger();
        self.end_open_writes();
        self.sample_items();
        let traffic = self.recorder.ordinary.take();
        let traffic = traffic.unwrap_or_else(|| self.traffic(Time::ZERO + self.setup.duration));
        let cached = self.cached();
        let stores = self.stores.iter().flat_map(Store::decided).filter(|(_, times)| *times > 0);
        let decided = self.plans.into_rules().into_iter().chain(cached).chain(stores);
        let mut log = self.recorder.finish(self.ended, self.events, decided);
        (log.ledger, log.shares) = self.ledger.finish();
        log.replication = self.stores.iter().enumerate().flat_map(|(i, s)| s.replication(i)).collect();
        log.losses = self.losses.finish();
        log.design = cost::design(&self.setup, traffic);
        let expected = self.setup.expect.iter();
        let expected =
            expected.map(|expect| (expect.text.as_str(), &expect.expression, expect.location.as_str()));
        log.expectations = metrics::check(&log, expected);
        log
    }
}
