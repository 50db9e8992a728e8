//! Replicated data in the running world: where calls go, writes on their way, what holds them up.

pub use super::DataEvent;
use super::requests::RequestId;
use super::setup::{AtRest, Setup, StoreKind, StoreSetup};
use super::waiting::Waiting;
use super::{Event, Simulation, beforehand, requests};
use crate::client::Failure;
use crate::rulebook::RuleRef;
use crate::runlog::ReplicationRow;
use crate::services::aurora::{AuroraEvent, GlobalDatabase};
use crate::services::dynamodb::{GlobalTable, TableEvent, rules as dynamodb};
use crate::services::replication::{ABSENT, Bits, Change, End, Ended, Replicas, Write, WriteId};
use crate::services::s3::{self, BucketEvent, Buckets};
use crate::services::secrets::{SecretEvent, Secrets};
use crate::services::snapshot::{Copies, CopyEvent};
use crate::services::store::{Awaited, Barrier, Effects, Fate, KeyHealth, Put, Stored};
use crate::services::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Service};
use crate::sim::{Draws, Histogram, Sampler, Span, Stream, Tables, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;
use std::collections::BTreeMap;

/// Who is said to have done what a service does by itself.
pub(super) fn principal(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "dynamodb.amazonaws.com",
        Service::S3 => "s3.amazonaws.com",
        Service::Ec2 => "ec2.amazonaws.com",
        Service::SecretsManager => "secretsmanager.amazonaws.com",
        _ => "rds.amazonaws.com",
    }
}

/// Whether a volume is encrypted under a customer managed key, and where a related key of that is enough to read a copy
/// (KMS-SEED-11).
fn keys_of_copies(store: &StoreSetup, setup: &Setup) -> (bool, Vec<bool>) {
    let Some(AtRest::Customer(set)) = store.encryption.first() else {
        return (false, vec![false; store.regions.len()]);
    };
    let key = &setup.keys[set.0 as usize];
    let related = |region: &RegionId| key.primary == *region || key.replicas.contains(region);
    let seamless = setup.switches.dr_tip_seamless && key.multi_region;
    (true, store.regions.iter().map(|region| seamless && related(region)).collect())
}

/// How the buckets of a store are encrypted at rest.
fn bucket_encryption(store: &StoreSetup, setup: &Setup) -> s3::Encryption {
    let key = |at_rest: &AtRest| match at_rest {
        AtRest::Customer(set) => Some(*set),
        AtRest::AwsOwned | AtRest::AwsManaged => None,
    };
    let first = store.encryption.first().and_then(key);
    let shared = first.filter(|set| setup.keys[set.0 as usize].multi_region);
    let related: Vec<bool> =
        store.encryption.iter().map(|at_rest| shared.is_some() && key(at_rest) == shared).collect();
    s3::Encryption {
        by_kms: store.encryption.iter().map(|at_rest| key(at_rest).is_some()).collect(),
        native: setup.switches.services_use_mrk_natively && shared.is_some(),
        related,
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
    /// Whether its answer to a write is known beforehand.
    pub(super) steady: bool,
    catch_up: Option<Span>,
    /// By `from * replicas + to`.
    pairs: Vec<Pair>,
    /// The largest staleness of each replica since the last sample.
    stalest: Vec<Span>,
    /// By replica: faults that let its reads and writes hang.
    hanging: Vec<u32>,
    /// What waits in it for replication.
    pub(super) waiting: Waiting,
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
    /// A copy (its index) has been given another key.
    Rewrapped(u8),
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

/// What a fault makes of a replication delay.
#[derive(Clone, Debug)]
pub struct Slowed {
    /// It is so many times as long …
    pub factor: f64,
    /// … and longer by this.
    pub add: Sampler,
}

/// The way from one replica to another, and how the writes ended that took it.
#[derive(Clone, Debug)]
struct Pair {
    lag: Sampler,
    /// Faults that make its replication slower.
    slowed: Vec<(u32, Slowed)>,
    /// Faults that hold its replication up.
    blocked: u32,
    /// Held writes are being let through at the catch-up rate.
    draining: bool,
    applied: u64,
    superseded: u64,
    pending: u64,
    lost: u64,
    /// Superseded while both waited.
    merged: u64,
    /// Let through after they had waited.
    released: u64,
    /// Superseded when they were let through.
    suppressed: u64,
    delay: Histogram,
}

impl Pair {
    /// The delay of a write with this random number of its own.
    #[inline]
    fn delay_of(&self, draw: u64) -> Span {
        let lag = self.lag.sample(draw);
        if self.slowed.is_empty() { lag } else { self.slowed_down(lag, draw) }
    }

    #[cold]
    fn slowed_down(&self, lag: Span, draw: u64) -> Span {
        self.slowed.iter().fold(lag, |lag, (fault, slowed)| {
            let longer = Span((lag.0 as f64 * slowed.factor) as u64);
            longer + slowed.add.sample(Draws(draw).at(1, *fault))
        })
    }
}

impl Store {
    /// A fault makes replication between some replicas slower, or no longer does.
    pub(super) fn slow(
        &mut self,
        fault: u32,
        from: Option<RegionId>,
        to: Option<RegionId>,
        slowed: Option<Slowed>,
    ) {
        let regions = self.replicas().regions.clone();
        let hit =
            |place: usize, wanted: Option<RegionId>| wanted.is_none_or(|wanted| wanted == regions[place]);
        for (i, pair) in self.pairs.iter_mut().enumerate() {
            match &slowed {
                Some(slowed) if hit(i / regions.len(), from) && hit(i % regions.len(), to) => {
                    pair.slowed.push((fault, slowed.clone()));
                }
                Some(_) => {}
                None => pair.slowed.retain(|(other, _)| *other != fault),
            }
        }
    }

    /// An empty store.
    pub fn new(store: &StoreSetup, setup: &Setup, trial: u64, tables: &mut Tables) -> Store {
        let items = u32::try_from(store.items).unwrap_or(u32::MAX - 1);
        let name = |region: &RegionId| setup.world.regions[region.index()].name.clone();
        let n = store.regions.len();
        let places = || store.regions.iter().map(name).collect();
        let regions = store.regions.clone();
        let data = match &store.kind {
            StoreKind::DynamoDb(table) => {
                let account = setup.directory.account_id(0);
                Data::Table(Box::new(GlobalTable::new(
                    &store.name,
                    account,
                    (regions, places()),
                    items,
                    table,
                )))
            }
            StoreKind::Aurora(cluster) => {
                let account = setup.directory.account_id(0);
                let regions = (regions, places());
                let database = GlobalDatabase::new(&store.name, account, regions, items, cluster);
                Data::Database(Box::new(database))
            }
            StoreKind::S3(bucket) => {
                let encryption = bucket_encryption(store, setup);
                Data::Buckets(Box::new(Buckets::new(&store.name, regions, items, bucket, encryption)))
            }
            StoreKind::Snapshot(copy) => {
                let luck = Stream::new(setup.seed, trial, &format!("{}/copies", store.name)).next_u64();
                let regions = (regions, places());
                let keys = keys_of_copies(store, setup);
                Data::Copies(Box::new(Copies::new(&store.name, regions, items, copy, keys, luck)))
            }
            StoreKind::Secret(secret) => {
                let account = setup.directory.account_id(0);
                Data::Secrets(Box::new(Secrets::new(
                    &store.name,
                    account,
                    (regions, places()),
                    items,
                    secret,
                )))
            }
        };
        let pair = |law| Pair {
            lag: tables.sampler(law),
            slowed: Vec::new(),
            blocked: 0,
            draining: false,
            applied: 0,
            superseded: 0,
            pending: 0,
            lost: 0,
            merged: 0,
            released: 0,
            suppressed: 0,
            delay: Histogram::new(DELAY_STEPS),
        };
        Store {
            service: store.kind.service(),
            data,
            steady: beforehand::is_steady(store, setup),
            catch_up: store.catch_up,
            pairs: store.lag.iter().flatten().map(pair).collect(),
            stalest: vec![Span::ZERO; n],
            hanging: vec![0; n],
            waiting: Waiting::default(),
            gone: BTreeMap::new(),
        }
    }

    /// The Aurora database that it is, if it is one.
    pub fn database_mut(&mut self) -> Option<&mut GlobalDatabase> {
        match &mut self.data {
            Data::Database(database) => Some(database),
            _ => None,
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

    /// Whether writes and strong reads need another participant's consent.
    #[inline]
    pub fn is_strong(&self) -> bool {
        of_any!(&self.data, store => store.is_strong())
    }

    /// Whether nothing but the store's own rules holds replication of a pair up, and they do not either.
    pub(super) fn is_open(&self, from: u8, to: u8) -> bool {
        self.pairs[self.pair(from, to)].blocked == 0 && of_any!(&self.data, store => store.flows(from, to))
    }

    /// Whether a replica may answer a strongly consistent read now.
    pub(super) fn may_read_strongly(&self, replica: u8) -> Result<(), Barrier> {
        of_any!(&self.data, store => store.may_read_strongly(replica))
    }

    /// Takes a unit of a replica's capacity, if there is one.
    #[inline]
    pub(super) fn take_capacity(&mut self, replica: u8, work: Work, now: Time) -> Result<(), Barrier> {
        of_any!(&mut self.data, store => store.take_capacity(replica, work, now))
    }

    /// How long a replicated write waits for a unit of a replica's capacity.
    #[inline]
    fn capacity_pause(&self, replica: u8) -> Option<Span> {
        of_any!(&self.data, store => store.capacity_pause(replica))
    }

    /// A replica takes a write of an item in hand, unless that conflicts with another's.
    #[inline]
    pub(super) fn begin_write(&mut self, replica: u8, item: u32) -> Result<(), Barrier> {
        of_any!(&mut self.data, store => store.begin_write(replica, item))
    }

    #[inline]
    fn end_write(&mut self, replica: u8, item: u32) {
        of_any!(&mut self.data, store => store.end_write(replica, item));
    }

    /// Whether a replica reaches another participant now.
    pub(super) fn quorum_found(&mut self, replica: u8, has: bool, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.quorum_found(replica, has, now, &mut out)).1
    }

    /// The role that replicates may use a replica, or may not any more.
    pub(super) fn replication_authorized(
        &mut self,
        replica: u8,
        authorized: bool,
        now: Time,
    ) -> (Effects, Outbox<StoreEvent>) {
        with_timers!(&mut self.data, (store, out) => store.replication_authorized(replica, authorized, now, &mut out))
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

    /// A fault lets reads and writes of a replica hang, or no longer does.
    pub(super) fn hang(&mut self, replica: u8, hang: bool) {
        let faults = &mut self.hanging[usize::from(replica)];
        *faults = if hang { *faults + 1 } else { faults.saturating_sub(1) };
    }

    /// Whether reads and writes of a replica hang.
    #[inline]
    pub(super) fn hangs(&self, replica: u8) -> bool {
        self.hanging[usize::from(replica)] > 0
    }

    /// The table that it is, if it is one.
    pub fn table(&self) -> Option<&GlobalTable> {
        match &self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn table_mut(&mut self) -> Option<&mut GlobalTable> {
        match &mut self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The snapshots that it is, if it is some.
    pub fn copies_mut(&mut self) -> Option<&mut Copies> {
        match &mut self.data {
            Data::Copies(copies) => Some(copies),
            _ => None,
        }
    }

    /// Its first timers.
    pub(super) fn begin(&mut self) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.begin(&mut out)).1
    }

    /// Whether each request of a replica's items asks KMS.
    #[inline]
    pub fn asks_kms(&self, replica: u8) -> bool {
        of_any!(&self.data, store => store.asks_kms(replica))
    }

    /// Whether what is deleted in a replica is deleted in others, too.
    pub fn replicates_deletions(&self, replica: u8) -> bool {
        self.targets(replica, true) != 0
    }

    /// Whether earlier versions of items survive what overwrites them.
    pub fn keeps_versions(&self) -> bool {
        of_any!(&self.data, store => store.keeps_versions())
    }

    /// Whether a replica is there now: not gone, and not one that comes only later.
    pub fn is_present(&self, replica: u8) -> bool {
        self.has(replica) && of_any!(&self.data, store => store.is_there(replica))
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

    /// The rule that makes a commit wait.
    #[inline]
    pub(super) fn holds_commits(&self, source: u8, now: Time) -> Option<RuleRef> {
        of_any!(&self.data, store => store.holds_commits(source, now))
    }

    /// The replica to which another passes writes on.
    #[inline]
    pub(super) fn forwards(&self, replica: u8) -> Option<u8> {
        of_any!(&self.data, store => store.forwards(replica))
    }

    /// What a read waits for.
    #[inline]
    pub(super) fn awaited(&self, replica: u8) -> Option<Awaited> {
        of_any!(&self.data, store => store.awaited(replica))
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

    #[inline]
    fn keeps_changes(&self, replica: u8) -> bool {
        of_any!(&self.data, store => store.keeps_changes(replica))
    }

    /// A replica has stored a write of an item.
    fn stored(&mut self, replica: u8, item: u32, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.stored(replica, item, now, &mut out)).1
    }

    #[inline]
    fn hears_ends(&self) -> bool {
        of_any!(&self.data, store => store.hears_ends())
    }

    /// What waited for the end of a pair may go on.
    fn heard_of_end(&mut self, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.pair_ended(now, &mut out)).1
    }

    /// The rules by which replicated writes of a table waited, merged and lost, with how often.
    pub fn decided(&self) -> Vec<(RuleRef, u64)> {
        let sum = |of: fn(&Pair) -> u64| self.pairs.iter().map(of).sum::<u64>();
        let Data::Table(_) = self.data else { return Vec::new() };
        vec![
            (dynamodb::LAST_WRITER_WINS, sum(|pair| pair.superseded - pair.merged)),
            (dynamodb::CHANGES_ARE_MERGED, sum(|pair| pair.merged)),
            (dynamodb::UNREPLICATED_WRITES_WAIT, sum(|pair| pair.released)),
            (dynamodb::NEWER_WRITES_SUPPRESS, sum(|pair| pair.suppressed)),
        ]
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
            of_any!(&mut store.data, store => store.preloaded());
            for replica in 0..store.replicas().regions.len() as u8 {
                if !store.is_present(replica) {
                    store.replicas_mut().clear(replica);
                }
            }
        }
    }

    /// Something happens to replicated data.
    pub(super) fn handle_data(&mut self, event: DataEvent) {
        match event {
            DataEvent::Commit { .. } => self.commit(event),
            DataEvent::Arrive { store, to, write } => self.arrive_at_replica(store, to, write),
            DataEvent::Overdue { store, ticket } => self.give_up_waiting(store, ticket),
            DataEvent::Release { store: index, from, to } => {
                let store = &mut self.stores[usize::from(index)];
                let pair = store.pair(from, to);
                store.pairs[pair].draining = false;
                self.release_one(index, from, to);
                self.release(index, from, to);
            }
        }
    }

    #[inline]
    fn arrive_at_replica(&mut self, index: u16, to: u8, write: WriteId) {
        let source = self.stores[usize::from(index)].replicas().write(write).source;
        let mut flows = self.flows(index, source, to);
        if let Some(rule) = self.strands(index, source, to).filter(|_| flows) {
            self.stores[usize::from(index)].replicas_mut().strand(write, to);
            return self.recorder.count_rule(rule);
        }
        flows &= self.kms_replicates(index, source, to);
        let store = &mut self.stores[usize::from(index)];
        if flows && store.capacity_pause(to).is_some() && !store.replicas().holds(source, to) {
            flows = store.take_capacity(to, Work::Write, self.kernel.now()).is_ok();
        }
        let ended = match flows || store.has(to) {
            true => store.replicas_mut().arrive(write, to, flows),
            false => store.replicas_mut().arrive_nowhere(write, to),
        };
        if let Some(ended) = ended {
            if !flows && ended.end == End::Superseded {
                let pair = store.pair(source, to);
                store.pairs[pair].merged += 1;
            }
            self.pair_ended(index, &ended);
        } else if !flows {
            // What only capacity holds up goes on by itself.
            self.release(index, source, to);
        }
    }

    /// Whether a write from one replica to another goes through now. With strong consistency whoever has it can send
    /// it: it is enough that the other one is in touch with any participant.
    #[inline]
    fn flows(&self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        match store.is_strong() {
            true => self.is_in_touch(usize::from(index), to),
            false => store.is_open(from, to),
        }
    }

    /// The rule by which a write that reaches another replica now is never stored there.
    #[inline]
    fn strands(&self, index: u16, from: u8, to: u8) -> Option<RuleRef> {
        let store = &self.stores[usize::from(index)];
        if store.service != Service::S3 {
            return None;
        }
        let stranded = of_any!(&store.data, store => store.strands(from, to));
        let denied = || !self.role_may_replicate(usize::from(index), from, to);
        stranded.or_else(|| denied().then_some(s3::rules::THE_ROLE_NEEDS_BOTH_KEYS))
    }

    /// Whether KMS takes the requests that a replicated object needs, in both Regions (S3-KMS-5). If not, it is tried
    /// again a second later.
    #[inline]
    fn kms_replicates(&mut self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        if store.service != Service::S3 || !(store.asks_kms(from) && store.asks_kms(to)) {
            return true;
        }
        let now = self.kernel.now();
        let places = [from, to].map(|replica| store.replicas().regions[usize::from(replica)]);
        let admitted = places.map(|region| {
            let kms = self.world.endpoint_mut(Service::Kms, region);
            kms.outage().is_none() && kms.within_quota(now)
        });
        if admitted == [true, true] {
            return true;
        }
        self.recorder.count_rule(s3::rules::REPLICATION_TAKES_QUOTA);
        if self.kms_never_replicates(index, from, to) {
            return false;
        }
        let store = &mut self.stores[usize::from(index)];
        let pair = store.pair(from, to);
        if !std::mem::replace(&mut store.pairs[pair].draining, true) {
            let event = DataEvent::Release { store: index, from, to };
            self.kernel.schedule(now + Span::SECOND, Event::Data(event));
        }
        false
    }

    /// Whether KMS is kept from it for good: after the end no fault lifts any more.
    fn kms_never_replicates(&self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        let shut = |replica: u8| {
            let region = store.replicas().regions[usize::from(replica)];
            self.world.endpoint(Service::Kms, region).is_shut()
        };
        let asks = || store.service == Service::S3 && store.asks_kms(from) && store.asks_kms(to);
        self.closed && asks() && (shut(from) || shut(to))
    }

    /// Lets the oldest held write of a pair through, if nothing holds it up.
    fn release_one(&mut self, index: u16, from: u8, to: u8) -> bool {
        let now = self.kernel.now();
        let holds = self.stores[usize::from(index)].replicas().holds(from, to);
        if !holds || !self.flows(index, from, to) {
            return false;
        }
        if let Some(rule) = self.strands(index, from, to) {
            self.recorder.count_rule(rule);
            return self.stores[usize::from(index)].replicas_mut().strand_held(from, to);
        }
        if !self.kms_replicates(index, from, to) {
            return false;
        }
        let store = &mut self.stores[usize::from(index)];
        if store.capacity_pause(to).is_some()
            && (!store.replicas().holds(from, to) || store.take_capacity(to, Work::Write, now).is_err())
        {
            return false;
        }
        let Some(ended) = store.replicas_mut().release(from, to) else { return false };
        let pair = store.pair(from, to);
        store.pairs[pair].released += 1;
        store.pairs[pair].suppressed += u64::from(ended.end == End::Superseded);
        self.pair_ended(index, &ended);
        true
    }

    fn commit(&mut self, event: DataEvent) {
        let DataEvent::Commit { store: index, spell, write, request } = event else { return };
        let store = &mut self.stores[usize::from(index)];
        let Write { source, item, .. } = *store.replicas().write(write);
        store.end_write(source, item);
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
        if let Some(rule) = self.stores[usize::from(index)].holds_commits(source, self.kernel.now()) {
            return self.hold_commit(index, rule, event);
        }
        self.carry_out(index, write, request);
        if let Some(request) = request {
            if self.requests.read(request).forwarded {
                self.note_session(index, source, request);
            }
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
        let item = store.replicas().write(write).item;
        let consenting = match store.is_strong() {
            true => self.consenting(usize::from(index), source).filter(|other| targets >> other & 1 == 1),
            false => None,
        };
        let store = &mut self.stores[usize::from(index)];
        let mut rest = targets & !consenting.map_or(0, |other| 1 << other);
        while rest != 0 {
            let to = rest.trailing_zeros() as u8;
            rest &= rest - 1;
            let mut lag = store.pairs[store.pair(source, to)].delay_of(requests::lag_draw(draw, to));
            if let Some(longest) = of_any!(&store.data, store => store.longest_lag()) {
                lag = lag.min(longest);
            }
            if self.slow {
                let regions = &store.replicas().regions;
                let (a, b) = (regions[usize::from(source)], regions[usize::from(to)]);
                lag += self.world.link_mut(a, b).burden(now, requests::lag_draw(draw, to));
            }
            let at = store.replicas_mut().due(source, to, now + lag);
            self.kernel.schedule(at, Event::Data(DataEvent::Arrive { store: index, to, write }));
        }
        if let Some(other) = consenting {
            self.recorder.count_rule(dynamodb::ANOTHER_HAS_IT_FIRST);
            let store = &mut self.stores[usize::from(index)];
            if let Some(ended) = store.replicas_mut().arrive(write, other, true) {
                self.pair_ended(index, &ended);
            }
        }
        self.recorder.totals.writes += 1;
        self.note_change(index, source, change);
        if self.stores[usize::from(index)].keeps_changes(source) {
            self.note_stored(index, source, item, now);
        }
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

    /// A store that keeps the changes of a replica hears of one.
    #[cold]
    fn note_stored(&mut self, index: u16, replica: u8, item: u32, now: Time) {
        let out = self.stores[usize::from(index)].stored(replica, item, now);
        self.take_out(index, out);
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
        if ended.end == End::Applied && store.service == Service::S3 {
            let decided =
                of_any!(&store.data, store => store.replicated(ended.write.source, ended.to, delay));
            decided.into_iter().for_each(|rule| self.recorder.count_rule(rule));
        }
        let store = &mut self.stores[usize::from(index)];
        let stalest = &mut store.stalest[usize::from(ended.to)];
        *stalest = (*stalest).max(delay);
        let keeps = ended.end == End::Applied && store.keeps_changes(ended.to);
        self.recorder.replicated(index, ended, now);
        if keeps {
            self.note_stored(index, ended.to, ended.write.item, now);
        }
        if let Some(change) = ended.change {
            self.note_change(index, ended.to, change);
        }
        if self.losses.watching() {
            self.losses.ended(index, ended);
        }
        let store = &mut self.stores[usize::from(index)];
        if store.hears_ends() {
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
        let flows = self.flows(index, from, to) && !self.kms_never_replicates(index, from, to);
        let store = &mut self.stores[usize::from(index)];
        let pair = store.pair(from, to);
        if !flows || !store.replicas().holds(from, to) {
            return;
        }
        match store.catch_up.max(store.capacity_pause(to)) {
            Some(_) if store.pairs[pair].draining => {}
            Some(pause) => {
                store.pairs[pair].draining = true;
                let event = DataEvent::Release { store: index, from, to };
                self.kernel.schedule(self.kernel.now() + pause, Event::Data(event));
            }
            None => while self.release_one(index, from, to) {},
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
            StoreEvent::Rewrapped(replica) => self.rewrapped(index, replica),
            event => self.stores[usize::from(index)].handle(event, now),
        };
        self.take_effects(index, effects);
        self.take_out(index, out);
        self.release_all(index);
    }

    /// Schedules a store's timers, sends its messages and records what it reports.
    pub(super) fn take_out(&mut self, index: u16, out: Outbox<StoreEvent>) {
        for (at, region, event) in out.timers {
            self.kernel.schedule(at, Event::Store(index, region, event));
        }
        let service = self.stores[usize::from(index)].service;
        for (from, to, event) in out.tells {
            self.tell(service, from, to, Event::Store(index, to, event));
        }
        self.let_go_on(index);
        // Once the run is over, what is still followed to its end changes no state that anybody looks at.
        if out.notes.is_empty() || self.closed {
            return;
        }
        let source = principal(service);
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
        effects.decided.into_iter().for_each(|rule| self.recorder.count_rule(rule));
        if let Some((replica, arn)) = effects.backup {
            self.keys.of_backups.insert(arn, self.key_at_rest(usize::from(index), replica));
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
        let mut ended = Vec::new();
        let others = (0..store.stalest.len() as u8).filter(|other| *other != replica);
        // With strong consistency another participant has whatever was acknowledged.
        for other in others.clone().filter(|_| store.is_strong()).collect::<Vec<_>>() {
            if store.has(other) {
                ended.extend(store.replicas_mut().deliver(replica, other));
            }
        }
        ended.extend(store.replicas_mut().lose(replica));
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
        // Nothing of others' writes: their number would let them shift this one's luck.
        let name = &self.setup.stores[usize::from(index)].name;
        let purpose = format!("{name}/put/{source}/{item}/{}", now.0);
        let draw = Stream::new(self.setup.seed, self.trial, &purpose).next_u64();
        let store = &mut self.stores[usize::from(index)];
        let write = store.replicas_mut().accept(now, item, class, source, draw);
        self.carry_out(index, write, None);
        if let Some(value) = value {
            self.stores[usize::from(index)].replicas_mut().note_value(item, now, source, value);
        }
    }

    pub(super) fn release_all(&mut self, index: u16) {
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
