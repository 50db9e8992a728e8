//! The event list: a ladder queue, so that scheduling costs the same however much is pending.
//!
//! Only the events that come next are kept sorted (the *bottom*). Those soon after wait in the buckets of
//! a *rung*, unsorted; those later still, such as an outage days ahead, wait in one list *beyond* it. A
//! bucket that turns out too full gets a finer rung of its own. After Tang, Goh and Thng, "Ladder queue: an
//! O(1) priority queue structure for large-scale discrete event simulation", ACM TOMACS 15(3), 2005; the
//! width of a bucket follows the nearest events, so that one event far away cannot stretch it.

use super::time::Time;

/// The longest bottom kept by insertion; a longer one becomes a rung.
const LONGEST_BOTTOM: usize = 48;
/// How many events a bucket should hold when its turn comes.
const OCCUPANCY: u64 = 6;
/// Buckets of a rung for each event it is built from.
const BUCKETS_PER_EVENT: usize = 1;
/// How many times are looked at to learn how close the nearest events lie.
const SAMPLE: usize = 128;
/// The end of a chain in the pool.
const NIL: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: Time,
    sequence: u64,
    event: E,
}

impl<E> Entry<E> {
    /// Time and sequence as one number: compared without a branch.
    #[inline]
    fn key(&self) -> u128 {
        u128::from(self.at.0) << 64 | u128::from(self.sequence)
    }
}

/// Pending events ordered by (time, sequence).
///
/// A steady population allocates nothing: events live in one pool, and buckets are chains through it.
#[derive(Clone, Debug)]
pub struct Ladder<E> {
    /// The events up to `bottom_last`, sorted; those before `head` are gone.
    bottom: Vec<Entry<E>>,
    head: usize,
    /// The last instant that belongs to the bottom.
    bottom_last: Time,
    /// The outermost first; those from `depth` on are unused and keep their memory.
    rungs: Vec<Rung<E>>,
    depth: usize,
    pool: Pool<E>,
    len: usize,
    popped: u64,
}

impl<E: Copy> Ladder<E> {
    /// An empty list.
    pub fn new() -> Self {
        Ladder {
            bottom: Vec::new(),
            head: 0,
            bottom_last: Time::MAX,
            rungs: Vec::new(),
            depth: 0,
            pool: Pool { entries: Vec::new(), next: Vec::new(), free: NIL },
            len: 0,
            popped: 0,
        }
    }

    /// Adds an event. `sequence` grows from call to call, and `at` is not before the last event taken.
    #[inline]
    pub fn push(&mut self, at: Time, sequence: u64, event: E) {
        let entry = Entry { at, sequence, event };
        self.len += 1;
        if at <= self.bottom_last {
            self.insert(entry);
            return;
        }
        // The outermost rung reaches to the end of time.
        if let Some(rung) = self.rungs[..self.depth].iter_mut().rev().find(|rung| at <= rung.last) {
            rung.add(entry, &mut self.pool);
        }
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        if self.head == self.bottom.len() {
            self.refill();
        }
        let entry = self.bottom.get(self.head)?;
        self.head += 1;
        self.len -= 1;
        self.popped += 1;
        Some((entry.at, entry.event))
    }

    /// When the earliest event is due.
    pub fn peek(&mut self) -> Option<Time> {
        if self.head == self.bottom.len() {
            self.refill();
        }
        self.bottom.get(self.head).map(|entry| entry.at)
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds to the bottom. The newest of equal times goes last, so a crowd at one instant only appends.
    fn insert(&mut self, entry: Entry<E>) {
        if self.head >= LONGEST_BOTTOM && self.head * 2 >= self.bottom.len() {
            self.bottom.drain(..self.head);
            self.head = 0;
        }
        let crowded = self.bottom.len() - self.head >= LONGEST_BOTTOM;
        let mut place = self.bottom.len();
        self.bottom.push(entry);
        while place > self.head && self.bottom[place - 1].at > entry.at {
            self.bottom[place] = self.bottom[place - 1];
            place -= 1;
        }
        self.bottom[place] = entry;
        if crowded && self.bottom[self.head].at < self.bottom_last {
            self.bottom.drain(..self.head);
            self.head = 0;
            self.spawn();
            self.refill();
        }
    }

    /// Fills an empty bottom with the earliest events.
    fn refill(&mut self) {
        self.bottom.clear();
        self.head = 0;
        while self.bottom.is_empty() && self.depth > 0 {
            let rung = &mut self.rungs[self.depth - 1];
            if let Some(last) = rung.take_bucket(&mut self.pool, &mut self.bottom) {
                self.bottom_last = last;
            } else if rung.beyond.len() > LONGEST_BOTTOM {
                rung.rebuild(&mut self.pool, self.popped);
            } else {
                self.bottom.append(&mut rung.beyond);
                self.bottom_last = rung.last;
                self.depth -= 1;
            }
            if self.bottom.len() > LONGEST_BOTTOM && self.bottom.iter().any(|e| e.at < self.bottom_last) {
                self.spawn();
            }
        }
        self.bottom.sort_unstable_by_key(Entry::key);
    }

    /// Turns the bottom into a rung.
    fn spawn(&mut self) {
        if self.depth == self.rungs.len() {
            self.rungs.push(Rung::new());
        }
        let rung = &mut self.rungs[self.depth];
        self.depth += 1;
        std::mem::swap(&mut self.bottom, &mut rung.beyond);
        rung.last = self.bottom_last;
        rung.build(&mut self.pool, None, self.popped);
    }
}

impl<E: Copy> Default for Ladder<E> {
    fn default() -> Self {
        Self::new()
    }
}

/// Buckets of equal width, and one list of what lies beyond them.
#[derive(Clone, Debug)]
struct Rung<E> {
    /// The first instant of bucket 0.
    start: Time,
    /// A bucket is 2^shift nanoseconds wide.
    shift: u32,
    /// The first bucket not yet taken.
    cursor: usize,
    /// For each bucket its chain in the pool.
    heads: Vec<u32>,
    beyond: Vec<Entry<E>>,
    /// The last instant that belongs to this rung.
    last: Time,
    /// How many events the ladder had handed out when this rung was built.
    popped: u64,
}

impl<E: Copy> Rung<E> {
    fn new() -> Self {
        Rung {
            start: Time::ZERO,
            shift: 0,
            cursor: 0,
            heads: Vec::new(),
            beyond: Vec::new(),
            last: Time::MAX,
            popped: 0,
        }
    }

    #[inline]
    fn add(&mut self, entry: Entry<E>, pool: &mut Pool<E>) {
        let bucket = self.bucket(entry.at);
        match self.heads.get_mut(bucket) {
            Some(head) => pool.link(head, entry),
            None => self.beyond.push(entry),
        }
    }

    /// The bucket of an instant that is not before `start`.
    #[inline]
    fn bucket(&self, at: Time) -> usize {
        usize::try_from((at.0 - self.start.0) >> self.shift).unwrap_or(usize::MAX)
    }

    /// Moves the next bucket that holds something to `bottom`, and says the last instant of that bucket.
    #[inline]
    fn take_bucket(&mut self, pool: &mut Pool<E>, bottom: &mut Vec<Entry<E>>) -> Option<Time> {
        let skipped = self.heads[self.cursor..].iter().position(|head| *head != NIL);
        let Some(skipped) = skipped else {
            self.cursor = self.heads.len();
            return None;
        };
        self.cursor += skipped;
        pool.unlink(self.heads[self.cursor], bottom);
        self.cursor += 1;
        let end = u128::from(self.start.0) + ((self.cursor as u128) << self.shift);
        Some(Time((end - 1).min(u128::from(self.last.0)) as u64))
    }

    /// Builds the next buckets from what lay beyond the old ones, at the pace seen meanwhile.
    fn rebuild(&mut self, pool: &mut Pool<E>, popped: u64) {
        let first = self.beyond.iter().map(|e| e.at).min().unwrap_or(self.start);
        let pace = (first.0 - self.start.0).checked_div(popped - self.popped);
        self.build(pool, pace, popped);
    }

    /// Spreads `beyond`, as far as it is near, over new buckets.
    ///
    /// `pace` is the mean time between events, if known: events that are scheduled shortly before they are
    /// due make it closer than the pending ones show.
    fn build(&mut self, pool: &mut Pool<E>, pace: Option<u64>, popped: u64) {
        let count = self.beyond.len();
        let buckets = (count * BUCKETS_PER_EVENT).next_power_of_two();
        let mut sample = [0; SAMPLE];
        let sample = &mut sample[..count.min(SAMPLE)];
        let step = count / sample.len();
        for (time, entry) in sample.iter_mut().zip(self.beyond.iter().step_by(step)) {
            *time = entry.at.0;
        }
        sample.sort_unstable();
        self.start = self.beyond.iter().map(|e| e.at).min().unwrap_or(Time::ZERO);
        let nearest = (sample[sample.len() / 4] - self.start.0) / (count as u64 / 4);
        let gap = nearest.min(pace.unwrap_or(u64::MAX));
        let wanted = gap.saturating_mul(OCCUPANCY).max(1).ilog2();
        // At least half of the events must come in reach, or the rest would be looked at too often.
        let half = (sample[sample.len() / 2] - self.start.0) / buckets as u64;
        let least = half.checked_ilog2().map_or(0, |log| log + 1);
        self.shift = wanted.max(least);
        self.cursor = 0;
        self.popped = popped;
        self.heads.clear();
        self.heads.resize(buckets, NIL);

        let mut all = std::mem::take(&mut self.beyond);
        all.retain(|entry| {
            let bucket = self.bucket(entry.at);
            let head = self.heads.get_mut(bucket);
            head.map(|head| pool.link(head, *entry)).is_none()
        });
        self.beyond = all;
    }
}

/// The events of all buckets. Links lie apart from events, so that following a chain stays in the cache.
#[derive(Clone, Debug)]
struct Pool<E> {
    entries: Vec<Entry<E>>,
    next: Vec<u32>,
    free: u32,
}

impl<E: Copy> Pool<E> {
    #[inline]
    fn link(&mut self, head: &mut u32, entry: Entry<E>) {
        let slot = self.free;
        if slot == NIL {
            self.entries.push(entry);
            self.next.push(*head);
            *head = (self.entries.len() - 1) as u32;
        } else {
            self.entries[slot as usize] = entry;
            self.free = std::mem::replace(&mut self.next[slot as usize], *head);
            *head = slot;
        }
    }

    /// Moves the chain at `head` to `out`.
    #[inline]
    fn unlink(&mut self, head: u32, out: &mut Vec<Entry<E>>) {
        let mut slot = head;
        loop {
            out.push(self.entries[slot as usize]);
            let next = self.next[slot as usize];
            if next == NIL {
                break;
            }
            slot = next;
        }
        self.next[slot as usize] = self.free;
        self.free = head;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Draws, Law, Sampler, Span};

    #[test]
    fn an_event_of_sixteen_bytes_makes_half_a_cache_line() {
        assert_eq!(size_of::<Entry<[u64; 2]>>(), 32);
    }

    /// Everything that could have been allocated.
    fn capacities<E>(list: &Ladder<E>) -> Vec<usize> {
        let rungs = list.rungs.iter().flat_map(|rung| [rung.heads.capacity(), rung.beyond.capacity()]);
        [list.bottom.capacity(), list.pool.entries.capacity(), list.pool.next.capacity()]
            .into_iter()
            .chain(rungs)
            .collect()
    }

    #[test]
    fn a_steady_population_allocates_nothing() {
        const PENDING: u64 = 1_000;
        let law = Sampler::new(&Law::Exponential { mean: Span::SECOND });
        let mut list = Ladder::new();
        let mut sequence = 0;
        let mut push = |list: &mut Ladder<()>, now: Time| {
            list.push(now + law.sample(Draws(sequence).at(0, 0)), sequence, ());
            sequence += 1;
        };
        (0..PENDING).for_each(|_| push(&mut list, Time::ZERO));
        let mut hold = |list: &mut Ladder<()>| {
            let (now, ()) = list.pop().expect("a hold puts back what it takes");
            push(list, now);
        };
        (0..200 * PENDING).for_each(|_| hold(&mut list));
        let before = capacities(&list);
        (0..200 * PENDING).for_each(|_| hold(&mut list));
        assert_eq!(capacities(&list), before);
        assert!(list.pool.entries.len() as u64 <= PENDING);
    }
}
