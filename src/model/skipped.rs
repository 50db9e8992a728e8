//! What a time without simulated requests comes to: as many requests as the rate makes, with measured outcomes, and items
//! written by as many writes.

use super::Simulation;
use super::requests::{ClientState, Kind};
use super::setup::StoreKind;
use crate::client::ClientId;
use crate::runlog::SkippedRow;
use crate::services::replication::{ClassId, Record};
use crate::sim::rng::{below, unit};
use crate::sim::{Span, Stream, Time};
use std::collections::BTreeMap;

/// What a client's requests came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    requests: u64,
    good: u64,
    writes: u64,
    written: u64,
}

impl Tally {
    fn count(&mut self, kind: Kind, is_good: bool) {
        self.requests += 1;
        self.good += u64::from(is_good);
        if kind == Kind::Write {
            self.writes += 1;
            self.written += u64::from(is_good);
        }
    }

    /// What came after an earlier tally; if nothing did, all there is.
    fn after(self, before: Tally) -> Tally {
        match self.requests == before.requests {
            true => self,
            false => Tally {
                requests: self.requests - before.requests,
                good: self.good - before.good,
                writes: self.writes - before.writes,
                written: self.written - before.written,
            },
        }
    }

    /// The shares of requests, and of writes, that succeeded. No requests, no failure.
    fn shares(self) -> (f64, f64) {
        let share = |good: u64, all: u64| if all == 0 { 1.0 } else { good as f64 / all as f64 };
        (share(self.good, self.requests), share(self.written, self.writes))
    }
}

/// Writes that items have yet to see, and since when.
#[derive(Clone, Copy, Debug, Default)]
pub struct Owed {
    writes: f64,
    since: Time,
}

/// Who wrote how much of what is rewritten.
struct Writer {
    client: usize,
    writes: f64,
    class: ClassId,
    /// The replica that takes its writes.
    source: u8,
    /// Each of its instances uses a data key so long; `None`: for one write.
    keeps: Option<Span>,
}

impl Simulation {
    /// A request of a client has ended.
    #[inline]
    pub(super) fn tally(&mut self, client: ClientId, kind: Kind, is_good: bool) {
        if let Some(horizon) = &mut self.horizon {
            horizon.tallies[client.index()].count(kind, is_good);
        }
    }

    /// Counts the requests of a time in which none was simulated, and rewrites items.
    pub(super) fn make_up_for(&mut self, from: Time, to: Time) {
        let Some(horizon) = &mut self.horizon else { return };
        for (index, client) in self.clients.iter_mut().enumerate() {
            let Some(rate) = self.setup.clients[index].rate else { continue };
            let (share, written) = horizon.tallies[index].after(horizon.unmeasured[index]).shares();
            let expected = (to - from).as_secs_f64() / rate.gap.as_secs_f64().max(f64::MIN_POSITIVE);
            let requests = (libm::round(expected) as u64).min(client.left);
            client.left -= requests;
            let good = libm::round(requests as f64 * share) as u64;
            self.recorder.skipped(SkippedRow { client: index, from, to, requests, good });
            let owed = &mut horizon.owed[index];
            if owed.writes <= 0.0 {
                owed.since = from;
            }
            owed.writes += requests as f64 * client.mix.write * written;
        }
        for store in 0..self.stores.len() {
            // What replicas lack they still lack; until they are level the writes are owed.
            if self.stores[store].is_level() {
                self.rewrite(store, to);
            }
        }
    }

    /// Each item of a store has been written by one of so many expected writes with probability 1 − e^(−writes/items).
    fn rewrite(&mut self, index: usize, now: Time) {
        let items = self.setup.stores[index].items;
        let since = self.owed_since(index);
        let writers = self.writers(index, now - since);
        let writes: f64 = writers.iter().map(|writer| writer.writes).sum();
        if items == 0 || writes <= 0.0 {
            return;
        }
        let name = &self.setup.stores[index].name;
        let mut chance = Stream::new(self.setup.seed, self.trial, &format!("{name}/rewritten/{}", now.0));
        let copies_later = matches!(self.setup.stores[index].kind, StoreKind::Snapshot(_));
        let untouched = libm::exp(-writes / items as f64);
        let tracks = self.stores[index].replicas().tracks_data_keys();
        let mut data_keys = BTreeMap::new();
        for item in 0..items as u32 {
            // An item is untouched for an exponential time, of which this draw is the quantile.
            let (draw, lot) = (unit(chance.next_u64()), chance.next_u64());
            if draw >= 1.0 - untouched {
                continue;
            }
            let age = -libm::log1p(-draw) * items as f64 / writes * (now - since).0 as f64;
            let age = Span(age as u64).max(Span::MILLISECOND);
            let written = Time(now.0.saturating_sub(age.0).max(since.0));
            let Some(writer) = drawn(&writers, unit(lot) * writes) else { continue };
            let data_key = match writer.keeps {
                _ if !tracks => 0,
                Some(keeps) => {
                    let instance = below(lot.rotate_left(32), self.clients[writer.client].instances);
                    let turn = age.0 / keeps.0.max(1);
                    *data_keys.entry((writer.client, instance, turn)).or_insert_with(|| self.data_keys.next())
                }
                None => self.data_keys.next(),
            };
            let store = &mut self.stores[index];
            let record = Record { written, class: writer.class, source: writer.source, data_key };
            for replica in 0..store.replicas().regions.len() as u8 {
                let holds = store.is_present(replica) && (replica == writer.source || !copies_later);
                let table = &mut store.replicas_mut().tables[usize::from(replica)];
                if holds && table.last(item).is_none_or(|last| last.written < written) {
                    table.put(item, record);
                }
            }
        }
        self.ledger.changed_everywhere(now);
    }

    /// Since when writes to a store are owed.
    fn owed_since(&self, store: usize) -> Time {
        let owed = self.horizon.iter().flat_map(|horizon| &horizon.owed);
        let of_store = owed.zip(&self.clients).filter(|(owed, c)| c.store == store && owed.writes > 0.0);
        of_store.map(|(owed, _)| owed.since).min().unwrap_or(self.kernel.now())
    }

    /// Who has written to a store over a time; nothing is owed to it any more.
    fn writers(&mut self, index: usize, over: Span) -> Vec<Writer> {
        let mut writers = Vec::new();
        for client in 0..self.clients.len() {
            let ClientState { store, home, instances, .. } = self.clients[client];
            let Some(horizon) = self.horizon.as_mut().filter(|_| store == index) else { continue };
            let writes = std::mem::take(&mut horizon.owed[client].writes);
            let class = self.wrapped(client, home);
            let store = &self.stores[index];
            let source = store.writer().or_else(|| store.replicas().replica_in(home)).unwrap_or(0);
            let keeps = self.setup.clients[client].cache.map(|cache| {
                let between = over.0 as f64 * instances as f64 / writes.max(f64::MIN_POSITIVE);
                cache.max_age.min(Span((between * cache.messages() as f64) as u64))
            });
            writers.push(Writer { client, writes, class, source, keeps });
        }
        writers
    }
}

/// The writer of the write at this place in all of them, one writer's after the other's.
fn drawn(writers: &[Writer], mut place: f64) -> Option<&Writer> {
    let mut some = writers.iter().filter(|writer| writer.writes > 0.0);
    let found = some.find(|writer| {
        place -= writer.writes;
        place < 0.0
    });
    found.or(writers.iter().rfind(|writer| writer.writes > 0.0))
}

impl ClientState {
    /// From now on requests come from these streams; one that was under way to arrive does not.
    pub(super) fn begin_window(&mut self, arrivals: Stream, draws: Stream) {
        (self.arrivals, self.draws) = (arrivals, draws);
        self.number = 0;
        self.window = self.window.wrapping_add(1);
    }
}
