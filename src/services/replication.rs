//! Items in several Regions and the writes on their way between them: what all replicated stores have in common.
//!
//! Each pair (acknowledged write, other replica) ends exactly once: [`End`].

use crate::sim::{Span, Time};
use crate::world::RegionId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Index of an envelope class: which keys wrapped an item's data key, under which context.
pub type ClassId = u16;

/// The class of an item that is not there.
pub const ABSENT: ClassId = ClassId::MAX;

/// An item as one replica has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// When the write was acknowledged.
    pub written: Time,
    /// How it is encrypted; [`ABSENT`] if there is no such item. If it was written, the item was deleted then.
    pub class: ClassId,
    /// The replica that took the write.
    pub source: u8,
    /// The number of its data key, if they are tracked.
    pub data_key: u32,
}

const _: () = assert!(size_of::<Record>() == 16);

const NOTHING: Record = Record { written: Time::ZERO, class: ABSENT, source: 0, data_key: 0 };

/// One replica's items, and how many there are of each class.
#[derive(Clone, Debug, Default)]
pub struct Table {
    records: Vec<Record>,
    /// By class.
    counts: Vec<u64>,
    /// Classes with items, rising: few, however many there are in the run.
    present: Vec<ClassId>,
}

/// What a write changed in a table's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The class before; [`ABSENT`] if the item is new here.
    pub from: ClassId,
    /// The class now; [`ABSENT`] if the item was deleted.
    pub to: ClassId,
}

impl Table {
    /// The item, if it is there.
    #[inline]
    pub fn get(&self, item: u32) -> Option<Record> {
        self.records.get(item as usize).copied().filter(|record| record.class != ABSENT)
    }

    /// What was last written under an item key: also a deletion.
    #[inline]
    pub fn last(&self, item: u32) -> Option<Record> {
        self.records.get(item as usize).copied().filter(|record| *record != NOTHING)
    }

    /// How many items there are.
    pub fn len(&self) -> u64 {
        self.classes().map(|(_, items)| items).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the largest item key ever written.
    pub fn keys(&self) -> u32 {
        self.records.len() as u32
    }

    /// Classes with items, rising.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, u64)> + Clone + '_ {
        self.present.iter().map(|class| (*class, self.counts[usize::from(*class)]))
    }

    /// Stores a record under an item key.
    #[inline]
    pub fn put(&mut self, item: u32, record: Record) -> Change {
        let item = item as usize;
        if item >= self.records.len() {
            self.records.resize(item + 1, NOTHING);
        }
        let old = std::mem::replace(&mut self.records[item], record);
        if old.class != record.class {
            self.take_off(old.class);
            self.add(record.class);
        }
        Change { from: old.class, to: record.class }
    }

    #[inline]
    fn take_off(&mut self, class: ClassId) {
        if class != ABSENT {
            let count = &mut self.counts[usize::from(class)];
            *count -= 1;
            if *count == 0 {
                self.present.retain(|present| *present != class);
            }
        }
    }

    #[inline]
    fn add(&mut self, class: ClassId) {
        if class != ABSENT {
            let index = usize::from(class);
            if index >= self.counts.len() {
                self.counts.resize(index + 1, 0);
            }
            self.counts[index] += 1;
            if self.counts[index] == 1 {
                let place = self.present.partition_point(|present| *present < class);
                self.present.insert(place, class);
            }
        }
    }
}

/// How a replicated write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Stored at the other replica.
    Applied,
    /// A newer write to the item was there, or merged with it while both waited.
    Superseded,
    /// Still on the way at the end of the run.
    Pending,
    /// Its source's storage is gone, or Aurora replaced the volume.
    Lost,
}

/// How concurrent changes are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Item by item, the newest write wins; changes that wait together are merged (DDB-MREC-2, -3).
    LastWriterWins,
    /// One log, shipped and applied in order (AUR-2).
    Log,
}

/// A write on its way, by slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WriteId(pub u32);

/// Replicas (bits) of one store.
pub type Bits = u32;

/// The most replicas one store may have.
pub const MAX_REPLICAS: usize = Bits::BITS as usize;

/// A write: one entry, shared by its replication messages. Two to a cache line: by the time its messages arrive, the
/// entry has long left the nearer caches.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub struct Write {
    /// When the endpoint accepted it; from the acknowledgement on, when it was acknowledged.
    pub acked: Time,
    /// The item; [`NEW_ITEM`] until the commit names it.
    pub item: u32,
    /// How it is encrypted.
    pub class: ClassId,
    /// The replica that took it.
    pub source: u8,
    /// The random number of the request that made it: its replication delays come from it.
    pub draw: u64,
    /// Replicas it has not ended for.
    waiting: Bits,
    /// Messages not yet delivered.
    flying: Bits,
}

const _: () = assert!(size_of::<Write>() == 32);

/// The item of a write that makes a new one.
pub const NEW_ITEM: u32 = u32::MAX;

/// A pair's end, with what it changed.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// The slot; it may be free by now.
    pub id: WriteId,
    /// The write.
    pub write: Write,
    /// The other replica.
    pub to: u8,
    /// How.
    pub end: End,
    /// What changed in the other replica's table.
    pub change: Option<Change>,
}

/// Writes that wait for a link, an endpoint or a pause, for one pair of replicas.
#[derive(Clone, Debug, Default)]
struct Held {
    by_age: BTreeSet<(Time, WriteId)>,
    by_item: BTreeMap<u32, WriteId>,
}

/// The way from one replica to another.
#[derive(Clone, Debug, Default)]
struct Pair {
    held: Held,
    /// Writes that have not ended.
    open: u64,
    /// Writes ever sent this way.
    sent: u64,
    /// When the latest message is due.
    last_due: Time,
    /// When each open write was acknowledged, in order, if somebody asks for the age of the oldest.
    since: VecDeque<Time>,
}

/// What commands wrote, by item, instant and source: whoever has the record has the value.
pub type Values = BTreeMap<(u32, Time, u8), Value>;

/// The replicas of one store and the writes between them.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// Where the replicas are.
    pub regions: Vec<RegionId>,
    /// Their items.
    pub tables: Vec<Table>,
    order: Order,
    items: u32,
    writes: Vec<Write>,
    /// Whether the age of each pair's oldest open write is known at once.
    tracks_lag: bool,
    /// The number of each write's data key, if somebody caches them.
    data_keys: Option<Vec<u32>>,
    /// By how much each replica's clock is wrong, in nanoseconds: last writer wins goes by it.
    skew: Vec<i64>,
    /// What wrong clocks said of writes, by acknowledgement, source and item.
    misdated: BTreeMap<(Time, u8, u32), Time>,
    values: Values,
    free: Vec<u32>,
    /// By `from * replicas + to`.
    pairs: Vec<Pair>,
}

impl Replicas {
    /// Replicas in these Regions, empty, with `items` item keys to choose from.
    pub fn new(regions: Vec<RegionId>, order: Order, items: u32) -> Replicas {
        let n = regions.len();
        Replicas {
            tables: vec![Table::default(); n],
            order,
            items,
            writes: Vec::new(),
            tracks_lag: false,
            data_keys: None,
            values: BTreeMap::new(),
            skew: vec![0; n],
            misdated: BTreeMap::new(),
            free: Vec::new(),
            pairs: vec![Pair::default(); n * n],
            regions,
        }
    }

    /// The replica in a Region.
    pub fn replica_in(&self, region: RegionId) -> Option<u8> {
        self.regions.iter().position(|r| *r == region).map(|i| i as u8)
    }

    #[inline]
    fn pair(&self, from: u8, to: u8) -> &Pair {
        &self.pairs[usize::from(from) * self.regions.len() + usize::from(to)]
    }

    #[inline]
    fn pair_mut(&mut self, from: u8, to: u8) -> &mut Pair {
        &mut self.pairs[usize::from(from) * self.regions.len() + usize::from(to)]
    }

    /// From now on [`oldest`](Replicas::oldest) answers; the writes of each pair must end in their order, as a log's do.
    pub fn track_lag(&mut self) {
        if std::mem::replace(&mut self.tracks_lag, true) {
            return;
        }
        for from in 0..self.regions.len() as u8 {
            for to in 0..self.regions.len() as u8 {
                let mut since: Vec<Time> = self.missing(from, to).map(|(_, write)| write.acked).collect();
                since.sort_unstable();
                self.pair_mut(from, to).since = since.into();
            }
        }
    }

    /// From now on items remember their data keys.
    pub fn track_data_keys(&mut self) {
        self.data_keys.get_or_insert_default();
    }

    /// Whether items remember their data keys.
    #[inline]
    pub fn tracks_data_keys(&self) -> bool {
        self.data_keys.is_some()
    }

    /// Notes the number of the data key under which a write was encrypted.
    pub fn note_data_key(&mut self, id: WriteId, data_key: u32) {
        if let Some(data_keys) = &mut self.data_keys {
            let slot = id.0 as usize;
            if data_keys.len() <= slot {
                data_keys.resize(slot + 1, 0);
            }
            data_keys[slot] = data_key;
        }
    }

    /// The clock of the replica in a Region is wrong by so much more, in nanoseconds.
    pub fn skew(&mut self, region: RegionId, by: i64) {
        if let Some(replica) = self.replica_in(region) {
            self.skew[usize::from(replica)] += by;
        }
    }

    /// When a write was made by the clock of the replica that took it: the order of last writer wins.
    #[inline]
    fn by_its_clock(&self, acked: Time, source: u8, item: u32) -> Time {
        match self.misdated.is_empty() {
            true => acked,
            false => self.misdated.get(&(acked, source, item)).copied().unwrap_or(acked),
        }
    }

    /// A write is acknowledged while the clock of its replica is wrong.
    fn misdate(&mut self, acked: Time, source: u8, item: u32) {
        let skew = self.skew[usize::from(source)];
        if skew != 0 {
            self.misdated.insert((acked, source, item), Time(acked.0.saturating_add_signed(skew)));
        }
    }

    /// Keeps what a command wrote, so that reads of any copy that has the write can answer it.
    pub fn note_value(&mut self, item: u32, written: Time, source: u8, value: Value) {
        let written = self.by_its_clock(written, source, item);
        self.values.insert((item, written, source), value);
    }

    /// Everything that commands wrote.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// What a command wrote there, if the record is a command's.
    pub fn value(&self, item: u32, record: &Record) -> Option<&Value> {
        self.values.get(&(item, record.written, record.source))
    }

    #[inline]
    fn record(&self, id: WriteId, write: &Write) -> Record {
        let Write { acked, item, class, source, .. } = *write;
        let data_key = self.data_keys.as_ref().and_then(|keys| keys.get(id.0 as usize)).copied();
        Record {
            written: self.by_its_clock(acked, source, item),
            class,
            source,
            data_key: data_key.unwrap_or_default(),
        }
    }

    /// Puts every item into every replica, level, before the run. Each has a data key of its own.
    pub fn preload(&mut self, class: ClassId, source: u8) {
        let tracked = self.tracks_data_keys();
        for table in &mut self.tables {
            for item in 0..self.items {
                let data_key = if tracked { item + 1 } else { 0 };
                table.put(item, Record { written: Time::ZERO, class, source, data_key });
            }
        }
    }

    /// A write that the endpoint of `source` accepted now.
    #[inline]
    pub fn accept(&mut self, now: Time, item: u32, class: ClassId, source: u8, draw: u64) -> WriteId {
        let write = Write { acked: now, item, class, source, draw, waiting: 0, flying: 0 };
        match self.free.pop() {
            Some(slot) => {
                self.writes[slot as usize] = write;
                WriteId(slot)
            }
            None => {
                self.writes.push(write);
                WriteId(self.writes.len() as u32 - 1)
            }
        }
    }

    /// The write in a slot.
    pub fn write(&self, id: WriteId) -> &Write {
        &self.writes[id.0 as usize]
    }

    /// An accepted write that is never carried out.
    pub fn drop_write(&mut self, id: WriteId) {
        self.free.push(id.0);
    }

    /// The write is stored where it was taken, acknowledged, and on its way to the replicas in `to` (bits).
    #[inline]
    pub fn commit(&mut self, id: WriteId, now: Time, to: Bits) -> Change {
        let write = &mut self.writes[id.0 as usize];
        if write.item == NEW_ITEM {
            write.item = self.items;
            self.items = self.items.saturating_add(1);
        }
        write.acked = now;
        write.waiting = to;
        write.flying = to;
        let write = *write;
        let Write { item, source, .. } = write;
        let tracks_lag = self.tracks_lag;
        let mut rest = to;
        while rest != 0 {
            let pair = self.pair_mut(source, rest.trailing_zeros() as u8);
            pair.open += 1;
            pair.sent += 1;
            if tracks_lag {
                pair.since.push_back(now);
            }
            rest &= rest - 1;
        }
        if to == 0 {
            self.free.push(id.0);
        }
        self.misdate(now, source, item);
        let record = self.record(id, &write);
        self.tables[usize::from(source)].put(item, record)
    }

    /// When a message that would arrive at `at` does arrive: a log keeps its order.
    #[inline]
    pub fn due(&mut self, from: u8, to: u8, at: Time) -> Time {
        if self.order == Order::LastWriterWins {
            return at;
        }
        let pair = self.pair_mut(from, to);
        pair.last_due = pair.last_due.max(at);
        pair.last_due
    }

    /// A replication message arrives. `flowing`: source, link and destination let it through. What cannot go
    /// on is held; that may end an older write to the same item, which it then supersedes.
    #[inline]
    pub fn arrive(&mut self, id: WriteId, to: u8, flowing: bool) -> Option<Ended> {
        let bit = 1 << to;
        let mut write = self.writes[id.0 as usize];
        write.flying &= !bit;
        if write.waiting & bit == 0 {
            self.put_back(id, write);
            return None;
        }
        match flowing && !self.holds(write.source, to) {
            true => Some(self.apply(id, write, to)),
            false => self.hold(id, write, to),
        }
    }

    fn hold(&mut self, id: WriteId, write: Write, to: u8) -> Option<Ended> {
        self.writes[id.0 as usize] = write;
        let Write { acked, item, source, .. } = write;
        let order = self.order;
        let held = &mut self.pair_mut(source, to).held;
        if order == Order::Log {
            held.by_age.insert((acked, id));
            return None;
        }
        let Some(other) = held.by_item.get(&item).copied() else {
            held.by_item.insert(item, id);
            held.by_age.insert((acked, id));
            return None;
        };
        let other_acked = self.writes[other.0 as usize].acked;
        let held = &mut self.pair_mut(source, to).held;
        let loser = match (other_acked, other) < (acked, id) {
            true => {
                held.by_age.remove(&(other_acked, other));
                held.by_age.insert((acked, id));
                held.by_item.insert(item, id);
                other
            }
            false => id,
        };
        Some(self.end(loser, self.writes[loser.0 as usize], to, End::Superseded, None))
    }

    /// Lets the oldest held write of a pair through.
    pub fn release(&mut self, from: u8, to: u8) -> Option<Ended> {
        let (_, id) = self.pair_mut(from, to).held.by_age.pop_first()?;
        let write = self.writes[id.0 as usize];
        self.pair_mut(from, to).held.by_item.remove(&write.item);
        Some(self.apply(id, write, to))
    }

    /// Whether writes of this pair wait.
    #[inline]
    pub fn holds(&self, from: u8, to: u8) -> bool {
        !self.pair(from, to).held.by_age.is_empty()
    }

    #[inline]
    fn apply(&mut self, id: WriteId, write: Write, to: u8) -> Ended {
        let Write { item, source, .. } = write;
        let record = self.record(id, &write);
        let table = &mut self.tables[usize::from(to)];
        let written = record.written;
        let newest = table.last(item).is_none_or(|there| (written, source) >= (there.written, there.source));
        let (end, change) = match (newest, self.order) {
            (true, _) => (End::Applied, Some(table.put(item, record))),
            (false, Order::Log) => (End::Applied, None),
            (false, Order::LastWriterWins) => (End::Superseded, None),
        };
        self.end(id, write, to, end, change)
    }

    #[inline]
    fn end(&mut self, id: WriteId, mut write: Write, to: u8, end: End, change: Option<Change>) -> Ended {
        write.waiting &= !(1 << to);
        self.put_back(id, write);
        let pair = self.pair_mut(write.source, to);
        pair.open -= 1;
        pair.since.pop_front();
        Ended { id, write, to, end, change }
    }

    /// Puts a write back into its slot; the slot is free if nothing of it is left.
    #[inline]
    fn put_back(&mut self, id: WriteId, write: Write) {
        self.writes[id.0 as usize] = write;
        if write.waiting | write.flying == 0 {
            self.free.push(id.0);
        }
    }

    /// Pairs from one replica to another that have not ended.
    pub fn open(&self, from: u8, to: u8) -> u64 {
        self.pair(from, to).open
    }

    /// How many writes were ever sent from one replica to another: the position of the latest in a log.
    #[inline]
    pub fn position(&self, from: u8, to: u8) -> u64 {
        self.pair(from, to).sent
    }

    /// Whether a log has been applied up to a position.
    #[inline]
    pub fn has_reached(&self, from: u8, to: u8, position: u64) -> bool {
        let pair = self.pair(from, to);
        pair.sent - pair.open >= position
    }

    /// When the oldest write was acknowledged that `to` still lacks of `from`, if lags are tracked.
    #[inline]
    pub fn oldest(&self, from: u8, to: u8) -> Option<Time> {
        self.pair(from, to).since.front().copied()
    }

    /// The writes acknowledged at `from` that `to` still lacks.
    pub fn missing(&self, from: u8, to: u8) -> impl Iterator<Item = (WriteId, &Write)> + '_ {
        let wanted = move |write: &&Write| write.source == from && write.waiting >> to & 1 == 1;
        let slots = self.writes.iter().enumerate();
        slots.filter(move |(_, write)| wanted(write)).map(|(slot, write)| (WriteId(slot as u32), write))
    }

    /// Time since the oldest write that `to` still lacks was acknowledged; zero if it lacks none.
    pub fn staleness(&self, to: u8, now: Time) -> Span {
        if (0..self.regions.len() as u8).all(|from| self.open(from, to) == 0) {
            return Span::ZERO;
        }
        let lacking = self.writes.iter().filter(|write| write.waiting >> to & 1 == 1);
        lacking.map(|write| now - write.acked).max().unwrap_or(Span::ZERO)
    }

    /// Ends every open pair that leaves `from`.
    pub fn end_all(&mut self, from: u8, end: End) -> Vec<Ended> {
        (0..self.regions.len() as u8).flat_map(|to| self.end_between(from, to, end)).collect()
    }

    /// Ends every open pair from one replica to another.
    pub fn end_between(&mut self, from: u8, to: u8, end: End) -> Vec<Ended> {
        self.pair_mut(from, to).held = Held::default();
        let open: Vec<(WriteId, Write)> = self.missing(from, to).map(|(id, write)| (id, *write)).collect();
        open.into_iter().map(|(id, write)| self.end(id, write, to, end, None)).collect()
    }

    /// Whoever else has them sends on what a replica had not sent itself: to the replica `to`, in order.
    pub fn deliver(&mut self, from: u8, to: u8) -> Vec<Ended> {
        self.pair_mut(from, to).held = Held::default();
        let mut open: Vec<(WriteId, Write)> =
            self.missing(from, to).map(|(id, write)| (id, *write)).collect();
        open.sort_unstable_by_key(|(id, write)| (write.acked, *id));
        open.into_iter().map(|(id, write)| self.apply(id, write, to)).collect()
    }

    /// A copy arrives that holds everything acknowledged at `from` up to an instant: those writes are stored, in order.
    pub fn apply_until(&mut self, from: u8, to: u8, until: Time) -> Vec<Ended> {
        let mut open: Vec<(WriteId, Write)> = self
            .missing(from, to)
            .filter(|(_, write)| write.acked <= until)
            .map(|(id, write)| (id, *write))
            .collect();
        open.sort_unstable_by_key(|(id, write)| (write.acked, *id));
        for (id, write) in &open {
            self.pair_mut(from, to).held.by_age.remove(&(write.acked, *id));
        }
        open.into_iter().map(|(id, write)| self.apply(id, write, to)).collect()
    }

    /// A replica is gone for good: what it had not sent is lost, and what is on its way to it.
    pub fn lose(&mut self, replica: u8) -> Vec<Ended> {
        let mut ended = self.end_all(replica, End::Lost);
        for from in (0..self.regions.len() as u8).filter(|from| *from != replica) {
            ended.extend(self.end_between(from, replica, End::Lost));
        }
        ended
    }

    /// A replication message arrives and is not stored: the write stays open, and nothing delivers it any more.
    pub fn strand(&mut self, id: WriteId, to: u8) {
        let mut write = self.writes[id.0 as usize];
        write.flying &= !(1 << to);
        self.put_back(id, write);
    }

    /// The oldest held write of a pair is not stored and stays open; whether there was one.
    pub fn strand_held(&mut self, from: u8, to: u8) -> bool {
        let Some((_, id)) = self.pair_mut(from, to).held.by_age.pop_first() else { return false };
        let item = self.writes[id.0 as usize].item;
        self.pair_mut(from, to).held.by_item.remove(&item);
        true
    }

    /// A replication message arrives where nothing is left.
    pub fn arrive_nowhere(&mut self, id: WriteId, to: u8) -> Option<Ended> {
        let bit = 1 << to;
        let mut write = self.writes[id.0 as usize];
        write.flying &= !bit;
        if write.waiting & bit == 0 {
            self.put_back(id, write);
            return None;
        }
        Some(self.end(id, write, to, End::Lost, None))
    }

    /// A replica's volume is replaced by a copy of another's.
    pub fn copy(&mut self, from: u8, to: u8) {
        self.tables[usize::from(to)] = self.tables[usize::from(from)].clone();
    }

    /// A replica becomes what another store held, where commands wrote these values.
    pub fn adopt(&mut self, replica: u8, content: Table, values: Values) {
        self.tables[usize::from(replica)] = content;
        self.values.extend(values);
    }

    /// A replica loses every item.
    pub fn clear(&mut self, replica: u8) {
        self.tables[usize::from(replica)] = Table::default();
    }

    /// The newest record of an item in any replica.
    pub fn newest(&self, item: u32) -> Option<Record> {
        let there = self.tables.iter().filter_map(|table| table.last(item));
        there.max_by_key(|record| (record.written, record.source)).filter(|record| record.class != ABSENT)
    }

    /// A key for an item that is not there yet.
    pub fn new_key(&mut self) -> u32 {
        let key = self.items;
        self.items = self.items.saturating_add(1);
        key
    }

    /// Item keys below this one are taken.
    pub fn skip_keys(&mut self, below: u32) {
        self.items = self.items.max(below);
    }

    /// The item keys that requests choose from, as the file states them.
    pub fn items(&self) -> u32 {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: u8 = 0;
    const B: u8 = 1;

    fn two(order: Order) -> Replicas {
        Replicas::new(vec![RegionId(0), RegionId(1)], order, 8)
    }

    fn write(replicas: &mut Replicas, at: u64, item: u32, source: u8) -> WriteId {
        let id = replicas.accept(Time(at), item, 0, source, 0);
        replicas.commit(id, Time(at), 1 << (1 - source));
        id
    }

    #[test]
    fn the_newest_write_wins_whatever_arrives_last() {
        let mut replicas = two(Order::LastWriterWins);
        let old = write(&mut replicas, 10, 3, A);
        write(&mut replicas, 20, 3, B);
        assert_eq!(replicas.arrive(old, B, true).map(|e| e.end), Some(End::Superseded));
        assert_eq!(replicas.tables[1].get(3).map(|r| r.written), Some(Time(20)));
    }

    #[test]
    fn writes_that_wait_together_are_merged() {
        let mut replicas = two(Order::LastWriterWins);
        let (first, second) = (write(&mut replicas, 10, 3, A), write(&mut replicas, 20, 3, A));
        assert!(replicas.arrive(second, B, false).is_none());
        let merged = replicas.arrive(first, B, false).expect("merged");
        assert_eq!((merged.id, merged.end), (first, End::Superseded));
        assert_eq!(replicas.release(A, B).map(|e| (e.id, e.end)), Some((second, End::Applied)));
        assert!(replicas.release(A, B).is_none());
        assert_eq!(replicas.open(A, B), 0);
    }

    #[test]
    fn a_log_merges_nothing_and_keeps_its_order() {
        let mut replicas = two(Order::Log);
        let (first, second) = (write(&mut replicas, 10, 3, A), write(&mut replicas, 20, 3, A));
        assert_eq!(replicas.due(A, B, Time(50)), Time(50));
        assert_eq!(replicas.due(A, B, Time(40)), Time(50));
        assert!(replicas.arrive(first, B, false).is_none());
        assert!(replicas.arrive(second, B, true).is_none(), "it waits behind the first");
        assert_eq!(replicas.release(A, B).map(|e| e.id), Some(first));
        assert_eq!(replicas.release(A, B).map(|e| e.id), Some(second));
    }

    #[test]
    fn a_lost_write_ends_once_though_its_message_still_flies() {
        let mut replicas = two(Order::Log);
        let id = write(&mut replicas, 10, 3, A);
        assert_eq!(replicas.end_all(A, End::Lost).len(), 1);
        assert!(replicas.arrive(id, B, true).is_none());
        assert_eq!(replicas.staleness(B, Time(99)), Span::ZERO);
        let reused = replicas.accept(Time(99), 1, 0, A, 0);
        assert_eq!(reused, id);
    }

    #[test]
    fn a_log_knows_how_far_it_has_come() {
        let mut replicas = two(Order::Log);
        replicas.track_lag();
        let (first, second) = (write(&mut replicas, 10, 3, A), write(&mut replicas, 20, 4, A));
        assert_eq!((replicas.position(A, B), replicas.oldest(A, B)), (2, Some(Time(10))));
        replicas.arrive(first, B, true);
        assert!(replicas.has_reached(A, B, 1) && !replicas.has_reached(A, B, 2));
        assert_eq!(replicas.oldest(A, B), Some(Time(20)));
        replicas.arrive(second, B, true);
        assert!(replicas.has_reached(A, B, 2));
        assert_eq!((replicas.oldest(A, B), replicas.oldest(B, A)), (None, None));
    }

    #[test]
    fn staleness_is_the_age_of_the_oldest_missing_write() {
        let mut replicas = two(Order::LastWriterWins);
        write(&mut replicas, 10, 1, A);
        write(&mut replicas, 30, 2, A);
        assert_eq!(replicas.staleness(B, Time(100)), Span(90));
        assert_eq!(replicas.staleness(A, Time(100)), Span::ZERO);
    }
}
