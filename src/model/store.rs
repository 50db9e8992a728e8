//! A store in the running world, of whatever service: its data, its pairs of replicas, what faults do to it.

use super::beforehand;
use super::setup::{AtRest, Setup, StoreKind, StoreSetup};
use super::waiting::Waiting;
use crate::rulebook::RuleRef;
use crate::runlog::ReplicationRow;
use crate::services::aurora::{AuroraEvent, GlobalDatabase};
use crate::services::dynamodb::{GlobalTable, TableEvent, rules as dynamodb};
use crate::services::replication::{Bits, Replicas};
use crate::services::s3::{self, BucketEvent, Buckets};
use crate::services::secrets::{SecretEvent, Secrets};
use crate::services::snapshot::{Copies, CopyEvent};
use crate::services::store::{Awaited, Barrier, Effects, Fate, KeyHealth, Stored};
use crate::services::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, Service};
use crate::sim::{Draws, Histogram, Sampler, Span, Stream, Tables, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;
use std::collections::BTreeMap;

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
    pub(super) catch_up: Option<Span>,
    /// By `from * replicas + to`.
    pairs: Vec<Pair>,
    /// The largest staleness of each replica since the last sample.
    pub(super) stalest: Vec<Span>,
    /// By replica: faults that let its reads and writes hang.
    hanging: Vec<u32>,
    /// What waits in it for replication.
    pub(super) waiting: Waiting,
    /// Replicas that are gone for good, and why. What they held stays countable, as lost.
    pub(super) gone: BTreeMap<u8, RuleRef>,
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
pub(super) struct Pair {
    pub(super) lag: Sampler,
    /// Faults that make its replication slower.
    pub(super) slowed: Vec<(u32, Slowed)>,
    /// Faults that hold its replication up.
    pub(super) blocked: u32,
    /// Held writes are being let through at the catch-up rate.
    pub(super) draining: bool,
    pub(super) applied: u64,
    pub(super) superseded: u64,
    pub(super) pending: u64,
    pub(super) lost: u64,
    /// Superseded while both waited.
    pub(super) merged: u64,
    /// Let through after they had waited.
    pub(super) released: u64,
    /// Superseded when they were let through.
    pub(super) suppressed: u64,
    pub(super) delay: Histogram,
}

impl Pair {
    /// The delay of a write with this random number of its own.
    #[inline]
    pub(super) fn delay_of(&self, draw: u64) -> Span {
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
        self.pair(from, to).blocked == 0 && of_any!(&self.data, store => store.flows(from, to))
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
    pub(super) fn capacity_pause(&self, replica: u8) -> Option<Span> {
        of_any!(&self.data, store => store.capacity_pause(replica))
    }

    /// A replica takes a write of an item in hand, unless that conflicts with another's.
    #[inline]
    pub(super) fn begin_write(&mut self, replica: u8, item: u32) -> Result<(), Barrier> {
        of_any!(&mut self.data, store => store.begin_write(replica, item))
    }

    #[inline]
    pub(super) fn end_write(&mut self, replica: u8, item: u32) {
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
    pub(super) fn may_commit(&self, replica: u8) -> Result<(), Barrier> {
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
    pub(super) fn targets(&self, source: u8, deletes: bool) -> Bits {
        of_any!(&self.data, store => store.targets(source, deletes))
    }

    /// The way from one replica to another.
    #[inline]
    pub(super) fn pair(&self, from: u8, to: u8) -> &Pair {
        &self.pairs[usize::from(from) * self.stalest.len() + usize::from(to)]
    }

    /// The same, to change it.
    #[inline]
    pub(super) fn pair_mut(&mut self, from: u8, to: u8) -> &mut Pair {
        &mut self.pairs[usize::from(from) * self.stalest.len() + usize::from(to)]
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
    pub(super) fn handle(&mut self, event: StoreEvent, now: Time) -> (Effects, Outbox<StoreEvent>) {
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
    pub(super) fn keeps_changes(&self, replica: u8) -> bool {
        of_any!(&self.data, store => store.keeps_changes(replica))
    }

    /// A replica has stored a write of an item.
    pub(super) fn stored(&mut self, replica: u8, item: u32, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.stored(replica, item, now, &mut out)).1
    }

    #[inline]
    pub(super) fn hears_ends(&self) -> bool {
        of_any!(&self.data, store => store.hears_ends())
    }

    /// What waited for the end of a pair may go on.
    pub(super) fn heard_of_end(&mut self, now: Time) -> Outbox<StoreEvent> {
        with_timers!(&mut self.data, (store, out) => store.pair_ended(now, &mut out)).1
    }

    /// Every item has been put in place before the run.
    pub(super) fn preloaded(&mut self) {
        of_any!(&mut self.data, store => store.preloaded());
    }

    /// The rule by which a write that reaches another replica now is never stored there.
    #[inline]
    pub(super) fn strands(&self, from: u8, to: u8) -> Option<RuleRef> {
        of_any!(&self.data, store => store.strands(from, to))
    }

    /// The longest that replication takes while nothing holds it up, if there is a promise.
    #[inline]
    pub(super) fn longest_lag(&self) -> Option<Span> {
        of_any!(&self.data, store => store.longest_lag())
    }

    /// The rules that decided about a write which another replica has stored, after this delay.
    pub(super) fn replicated(&self, from: u8, to: u8, delay: Span) -> Vec<RuleRef> {
        of_any!(&self.data, store => store.replicated(from, to, delay))
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

    /// Whether no write is on its way or held.
    pub fn is_level(&self) -> bool {
        let n = self.replicas().regions.len() as u8;
        (0..n).all(|from| (0..n).all(|to| self.replicas().open(from, to) == 0))
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
