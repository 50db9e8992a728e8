//! Requests in flight and the clients that send them: arrival and end. What happens in between: `calls`.

use super::caching::Caching;
use super::horizon::Horizon;
use super::plans::bindings;
use super::setup::Setup;
use super::{Event, Simulation};
use crate::client::cache::DataKeyId;
use crate::client::classes::PLAINTEXT;
use crate::client::pace::Pace;
use crate::client::retry::Budget;
use crate::client::{ClientId, ClientSetup, Failure, Mix, RetryMode, rules};
use crate::rulebook::RuleRef;
use crate::services::replication::{ClassId, NEW_ITEM};
use crate::services::{ErrorCode, Service};
use crate::sim::rng::{below, unit};
use crate::sim::{Draws, Law, Sampler, Span, Stream, Time};
use crate::world::RegionId;
use crate::world::outage::Holds;

/// A request in flight, by slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(u32);

/// What each of a request's random numbers decides (the purpose of [`Draws::at`]).
pub(super) mod purpose {
    pub const KIND: u8 = 0;
    pub const ITEM: u8 = 1;
    /// How long ago its resolver asked.
    pub const RESOLVER: u8 = 8;
    /// Of a call to KMS; the same for the store, 16 higher.
    pub const OUT: u8 = 16;
    pub const FAULT: u8 = 17;
    pub const SERVICE: u8 = 18;
    pub const BACK: u8 = 19;
    pub const BACKOFF: u8 = 20;
    pub const STORE: u8 = 16;
    /// Of the way to the n-th participant whose consent is asked, and back.
    pub const CONSENT: u8 = 48;
    /// Of replication to the n-th replica.
    pub const LAG: u8 = 128;
}

/// The replication delay of a write to the n-th replica.
#[inline]
pub fn lag_draw(draw: u64, to: u8) -> u64 {
    Draws(draw).at(purpose::LAG + to, 0)
}

/// What a request does to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads it.
    Read,
    /// Writes it.
    Write,
    /// Makes it.
    Insert,
}

impl Kind {
    /// All three, in the order of the reports.
    pub const ALL: [Kind; 3] = [Kind::Read, Kind::Write, Kind::Insert];

    /// The reports' name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Read => "read",
            Kind::Write => "write",
            Kind::Insert => "insert",
        }
    }
}

/// A request in flight.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// First attempt.
    pub arrived: Time,
    pub(super) draws: Draws,
    /// When the attempt in hand was sent.
    pub(super) sent: Time,
    /// The last instant at which an answer to it still counts.
    pub(super) deadline: Time,
    /// Time spent so far, for the phases.
    pub spent: Phases,
    /// What the call in hand will answer.
    pub(super) answer: Result<ClassId, Failure>,
    pub(super) item: u32,
    /// A write: the class so far. A read: the class of what it read.
    pub(super) class: ClassId,
    /// The number of its data key; 0 until it has one.
    pub(super) data_key: DataKeyId,
    /// Who.
    pub client: ClientId,
    /// Where its instance runs.
    pub home: RegionId,
    /// The spell of that Region in which the instance started on it.
    pub(super) spell: u16,
    pub(super) instance: u16,
    /// What it is.
    pub kind: Kind,
    /// Index of the row of its second.
    pub second: u32,
    /// Which KMS call of the plan.
    pub(super) key: u8,
    /// Which Region of the failover order.
    pub(super) path: u8,
    /// Attempts of this call in this Region.
    pub(super) tries: u8,
    /// Attempts of this service's calls, for the draws.
    pub(super) attempt: u16,
    /// The tokens that this call's last retry cost.
    pub(super) paid: u16,
    pub(super) service: Service,
    /// The Region called.
    pub endpoint: RegionId,
    /// The replica called.
    pub(super) replica: u8,
    /// Whether another replica has passed the call on to it.
    pub(super) forwarded: bool,
    /// The endpoint's spell at acceptance.
    pub(super) endpoint_spell: u16,
}

/// Where a request's time went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    /// On the network.
    pub network: Span,
    /// Waiting for a KMS server.
    pub kms_queue: Span,
    /// Served by KMS.
    pub kms_service: Span,
    /// Waiting for the store and served by it.
    pub store: Span,
}

/// Requests in flight, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    pub(super) slots: Vec<Request>,
    pub(super) free: Vec<RequestId>,
}

impl Requests {
    #[inline]
    fn put(&mut self, request: Request) -> RequestId {
        match self.free.pop() {
            Some(id) => {
                self.slots[id.0 as usize] = request;
                id
            }
            None => {
                self.slots.push(request);
                RequestId(self.slots.len() as u32 - 1)
            }
        }
    }

    /// The request in a slot.
    #[inline]
    pub fn read(&self, id: RequestId) -> &Request {
        &self.slots[id.0 as usize]
    }

    #[inline]
    pub(super) fn get(&mut self, id: RequestId) -> &mut Request {
        &mut self.slots[id.0 as usize]
    }
}

impl Request {
    /// The place of the call in hand in the plans of its client and Region.
    #[inline]
    pub(super) fn place(&self) -> (usize, RegionId) {
        (self.client.index(), self.home)
    }

    /// One of the random numbers of the attempt in hand.
    #[inline]
    pub(super) fn draw(&self, purpose: u8) -> u64 {
        let base = if self.service == Service::Kms { 0 } else { purpose::STORE };
        self.draws.at(base + purpose, u32::from(self.attempt))
    }

    /// AWS's name of the call in hand.
    pub(super) fn operation(&self) -> &'static str {
        match (self.service, self.kind, self.key) {
            (Service::Kms, Kind::Read, _) => "Decrypt",
            (Service::Kms, _, 0) => "GenerateDataKey",
            (Service::Kms, ..) => "Encrypt",
            (Service::DynamoDb, Kind::Read, _) => "GetItem",
            (Service::DynamoDb, ..) => "PutItem",
            (Service::S3, Kind::Read, _) => "GetObject",
            (Service::S3, ..) => "PutObject",
            (Service::SecretsManager, Kind::Read, _) => "GetSecretValue",
            (Service::SecretsManager, ..) => "PutSecretValue",
            (Service::Ec2, Kind::Read, _) => "ReadBlock",
            (Service::Ec2, ..) => "WriteBlock",
            (_, Kind::Read, _) => "SELECT",
            _ => "COMMIT",
        }
    }

    /// A first or a next call: at home, in its first attempt.
    #[inline]
    pub(super) fn turn_to(&mut self, service: Service) {
        self.service = service;
        self.key = 0;
        self.path = 0;
        self.tries = 0;
        self.attempt = 0;
    }
}

/// A client while the run goes on.
#[derive(Clone, Debug)]
pub struct ClientState {
    /// Where the instances run that new requests go to.
    pub home: RegionId,
    /// The DNS record (index) that says so, if one does.
    record: Option<u16>,
    pub(super) arrivals: Stream,
    pub(super) draws: Stream,
    pub(super) gap: Option<Sampler>,
    pub(super) left: u64,
    pub(super) number: u64,
    /// Which stretch of time its requests belong to.
    pub(super) window: u32,
    pub(super) instances: u64,
    pub(super) attempt_timeout: Span,
    pub(super) retry: RetryMode,
    /// How long the credentials of an instance are good.
    session: Span,
    /// By instance: when it first renews them.
    renewals: Vec<Time>,
    /// Retry tokens, one SDK client a service and instance.
    pub(super) budgets: Vec<[Budget; 2]>,
    /// Their rate limiters in adaptive mode, else none.
    paces: Vec<[Pace; 2]>,
    /// What its instances have cached.
    pub(super) caching: Option<Box<Caching>>,
    pub(super) mix: Mix,
    pub(super) items: u64,
    /// The envelope class that its encryption starts from; plaintext without a keyring.
    pub start: ClassId,
    pub(super) store: usize,
    /// The replicas its calls try, in order: (Region, replica), for each Region it may run in.
    pub(super) replicas: Vec<Vec<(RegionId, u8)>>,
}

impl ClientState {
    /// A client at time 0.
    pub fn new(client: &ClientSetup, setup: &Setup, trial: u64) -> ClientState {
        let stream = |purpose| Stream::new(setup.seed, trial, &format!("{}/{purpose}", client.name));
        let store = &setup.stores[client.store];
        let routes = |home| {
            let replica = |region: &RegionId| store.regions.iter().position(|r| r == region);
            let mut replicas: Vec<(RegionId, u8)> = bindings(client, home)
                .iter()
                .filter_map(|region| replica(region).map(|i| (*region, i as u8)))
                .collect();
            if replicas.is_empty() {
                replicas.extend(store.regions.first().map(|region| (*region, 0)));
            }
            replicas
        };
        ClientState {
            home: client.region,
            record: super::routing::record_of(setup, &client.name),
            arrivals: stream("arrivals"),
            draws: stream("requests"),
            gap: client.rate.map(|rate| Sampler::new(&Law::Exponential { mean: rate.gap })),
            left: client.requests.unwrap_or(u64::MAX),
            number: 0,
            window: 0,
            instances: u64::from(client.instances.max(1)),
            attempt_timeout: client.attempt_timeout,
            retry: client.retry,
            session: client.session,
            renewals: {
                let mut sessions = stream("sessions");
                let renewal = |_| Time(below(sessions.next_u64(), client.session.0.max(1)));
                (0..client.instances.max(1)).map(renewal).collect()
            },
            budgets: vec![[Budget::default(); 2]; client.instances.max(1) as usize],
            paces: match client.retry {
                RetryMode::Adaptive => vec![Default::default(); client.instances.max(1) as usize],
                _ => Vec::new(),
            },
            caching: Caching::new(client, setup),
            mix: client.mix,
            items: store.items,
            start: PLAINTEXT,
            store: client.store,
            replicas: (0..setup.world.regions.len() as u8).map(|r| routes(RegionId(r))).collect(),
        }
    }

    /// When the session of an instance ends that was the last to begin before `then`.
    fn session_ends(&self, instance: u16, then: Time) -> Time {
        let first = self.renewals[usize::from(instance)];
        let begun = (then - first).0.div_ceil(self.session.0.max(1));
        first + Span(begun * self.session.0)
    }

    /// The rate limiter of the SDK client that makes a request's calls, in adaptive mode.
    #[inline]
    pub(super) fn pace(&mut self, r: &Request) -> Option<&mut Pace> {
        let paces = self.paces.get_mut(usize::from(r.instance))?;
        Some(&mut paces[usize::from(r.service != Service::Kms)])
    }

    fn kind(&self, draws: Draws) -> Kind {
        let share = unit(draws.at(purpose::KIND, 0));
        match share {
            s if s < self.mix.write => Kind::Write,
            s if s < self.mix.write + self.mix.read => Kind::Read,
            _ if self.mix.insert > 0.0 => Kind::Insert,
            _ => Kind::Read,
        }
    }
}

impl Simulation {
    /// Schedules the client's next arrival, if one is left before the duration.
    #[inline]
    pub(super) fn schedule_arrival(&mut self, id: ClientId) {
        let client = &mut self.clients[id.index()];
        let Some(gap) = &client.gap else { return };
        if client.left == 0 {
            return;
        }
        let at = self.kernel.now() + gap.sample(client.arrivals.next_u64());
        if at.0 < self.setup.duration.0 {
            self.kernel.schedule(at, Event::Arrival(id, client.window));
        }
    }

    /// A request arrives; the next is scheduled.
    pub(super) fn arrive(&mut self, id: ClientId, window: u32) {
        let now = self.kernel.now();
        let client = &mut self.clients[id.index()];
        if client.window != window || self.horizon.as_ref().is_some_and(Horizon::is_asleep) {
            return;
        }
        let draws = Draws(client.draws.next_u64());
        let instance = (client.number % client.instances) as u16;
        client.number += 1;
        client.left -= 1;
        let kind = client.kind(draws);
        let home = match client.record {
            None => client.home,
            Some(record) => {
                self.route53.records[usize::from(record)].cached(now, draws.at(purpose::RESOLVER, 0))
            }
        };
        let region = self.world.region(home);
        let item = match kind {
            Kind::Insert => NEW_ITEM,
            _ => below(draws.at(purpose::ITEM, 0), client.items) as u32,
        };
        let request = self.requests.put(Request {
            arrived: now,
            draws,
            sent: now,
            deadline: now,
            spent: Phases::default(),
            answer: Ok(PLAINTEXT),
            item,
            class: PLAINTEXT,
            data_key: 0,
            client: id,
            home,
            spell: region.spell(),
            instance,
            kind,
            second: self.recorder.arrived(id, home, now),
            key: 0,
            path: 0,
            tries: 0,
            attempt: 0,
            paid: 0,
            service: Service::Kms,
            endpoint: home,
            replica: 0,
            forwarded: false,
            endpoint_spell: 0,
        });
        let hampered = region.is_hampered() || self.capacity.is_gone(id, home);
        match hampered.then(|| self.hindrance(request)).flatten() {
            Some(failure) => self.stop(request, now, failure),
            None => match kind {
                Kind::Read => self.turn_to_store(request, now),
                Kind::Write | Kind::Insert => self.start_encryption(request),
            },
        }
        self.schedule_arrival(id);
    }

    /// What keeps the instance of a new request from working on it, if anything does.
    #[cold]
    fn hindrance(&mut self, id: RequestId) -> Option<Failure> {
        let r = self.requests.get(id);
        let (site, client) = (self.world.region(r.home), &self.clients[r.client.index()]);
        let unavailable = |rule| Some(Failure::new(ErrorCode::AppUnavailable, rule));
        if site.is_down() {
            unavailable(rules::INSTANCES_STOP_WITH_THEIR_REGION)
        } else if self.capacity.is_gone(r.client, r.home) {
            unavailable(rules::NOBODY_READY_NOBODY_ANSWERS)
        } else if site.zone_of(r.instance).is_down() {
            unavailable(rules::INSTANCES_STOP_WITH_THEIR_ZONE)
        } else if site.credentials.is_down()
            && client.session_ends(r.instance, site.credentials.since()) <= r.arrived
        {
            Some(Failure::new(ErrorCode::ExpiredTokenException, rules::SESSIONS_EXPIRE))
        } else {
            None
        }
    }

    fn start_encryption(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        let class = self.clients[r.client.index()].start;
        r.class = class;
        match class {
            PLAINTEXT => self.turn_to_store(id, self.kernel.now()),
            _ if self.encrypt_from_cache(id) => self.turn_to_store(id, self.kernel.now()),
            _ => self.send_to_kms(id),
        }
    }

    /// When and why the instance that works on a request stopped, if it has.
    #[cold]
    pub(super) fn stopped(&self, id: RequestId) -> Option<(Time, Failure)> {
        let r = self.requests.read(id);
        let site = self.world.region(r.home);
        let stops = [
            (&site.down, rules::INSTANCES_STOP_WITH_THEIR_REGION),
            (site.zone_of(r.instance), rules::INSTANCES_STOP_WITH_THEIR_ZONE),
        ];
        let stop = |(holds, rule): (&Holds, RuleRef)| {
            Some((holds.began_after(r.arrived)?, Failure::new(ErrorCode::AppUnavailable, rule)))
        };
        stops.into_iter().filter_map(stop).min_by_key(|(since, _)| *since)
    }

    /// The application's instance stopped, or cannot work.
    #[cold]
    pub(super) fn stop(&mut self, id: RequestId, at: Time, failure: Failure) {
        self.recorder.refused(self.requests.get(id), "application", failure, at);
        self.end_at(id, at, Err(failure));
    }

    /// The request fails with a call that cannot even be made.
    #[cold]
    pub(super) fn give_up(&mut self, id: RequestId, failure: Failure) {
        let r = self.requests.get(id);
        self.recorder.refused(r, r.operation(), failure, self.kernel.now());
        self.end(id, Err(failure));
    }

    pub(super) fn end(&mut self, id: RequestId, ending: Result<(), Failure>) {
        self.end_at(id, self.kernel.now(), ending);
    }

    fn end_at(&mut self, id: RequestId, at: Time, ending: Result<(), Failure>) {
        self.requests.free.push(id);
        let request = self.requests.get(id);
        let (client, kind) = (request.client, request.kind);
        self.recorder.ended(request, at, ending);
        self.runbooks.hear(client, ending.is_ok());
        self.tally(client, kind, ending.is_ok());
    }

    pub(super) fn note_failover(&mut self, id: RequestId, from: RegionId) {
        let r = *self.requests.get(id);
        self.recorder.failover(self.kernel.now(), &r, r.service, from, self.timers.weather());
    }
}
