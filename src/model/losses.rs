//! Data loss: for a fault that stops a Region's storage, which acknowledged writes the Region that took over
//! lacked, and how they ended.

use super::requests::RequestId;
use super::{Simulation, Store};
use crate::faults::Fault;
use crate::runlog::{LossRow, NOBODY_TOOK_OVER};
use crate::services::replication::{End, Ended, WriteId};
use crate::sim::{Span, Time};
use crate::world::RegionId;
use std::collections::BTreeMap;

/// The writes that one replica lacked of another at an instant, and how they ended.
#[derive(Clone, Copy, Debug)]
struct Lack {
    region: RegionId,
    oldest: Option<Time>,
    writes: u64,
    delayed: u64,
    suppressed: u64,
    lost: u64,
    pending: u64,
}

impl Lack {
    fn count(&mut self, end: End) {
        match end {
            End::Applied => self.delayed += 1,
            End::Superseded => self.suppressed += 1,
            End::Lost => self.lost += 1,
            End::Pending => self.pending += 1,
        }
    }
}

/// One store under one fault.
#[derive(Clone, Debug)]
struct Loss {
    store: u16,
    fault: String,
    start: Time,
    /// When the fault lifts, if it does.
    end: Option<Time>,
    from: u8,
    region: RegionId,
    /// Clients whose instances ran in the Region when the fault began.
    clients: Vec<bool>,
    /// What each other replica lacked at the start.
    at_start: Vec<Lack>,
    takeover: Option<(Time, &'static str, Lack)>,
    /// Whether a takeover from now on would be its own: not once it was over when the next fault began there.
    open: bool,
}

impl Loss {
    fn waits_for(&self, store: u16) -> bool {
        self.open && self.takeover.is_none() && self.store == store
    }
}

/// Which count of which loss a pair belongs to.
#[derive(Clone, Copy, Debug)]
enum Counted {
    AtStart(usize),
    AtTakeover,
}

/// The data losses of a run.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    all: Vec<Loss>,
    followed: BTreeMap<(u16, WriteId, u8), Vec<(usize, Counted)>>,
    untaken: usize,
}

impl Losses {
    /// Whether anything is being followed.
    #[inline]
    pub fn watching(&self) -> bool {
        self.untaken > 0 || !self.followed.is_empty()
    }

    /// A pair has ended.
    pub fn ended(&mut self, store: u16, ended: &Ended) {
        for (loss, counted) in self.followed.remove(&(store, ended.id, ended.to)).unwrap_or_default() {
            let loss = &mut self.all[loss];
            match counted {
                Counted::AtStart(i) => loss.at_start[i].count(ended.end),
                Counted::AtTakeover => {
                    if let Some((.., lack)) = &mut loss.takeover {
                        lack.count(ended.end);
                    }
                }
            }
        }
    }

    /// A new fault begins: a takeover that comes now is not due to faults that are over.
    fn close_earlier(&mut self, store: u16, from: u8, now: Time) {
        for loss in self.all.iter_mut().filter(|loss| loss.waits_for(store) && loss.from == from) {
            if loss.end.is_some_and(|end| end <= now) {
                loss.open = false;
                self.untaken -= 1;
            }
        }
    }

    fn lack(&mut self, loss: usize, counted: Counted, store: &Store, from: u8, to: u8) -> Lack {
        let index = self.all[loss].store;
        let replicas = store.replicas();
        let region = replicas.regions[usize::from(to)];
        let none = Lack { region, oldest: None, writes: 0, delayed: 0, suppressed: 0, lost: 0, pending: 0 };
        replicas.missing(from, to).fold(none, |mut lack, (id, write)| {
            self.followed.entry((index, id, to)).or_default().push((loss, counted));
            lack.oldest = Some(lack.oldest.map_or(write.acked, |oldest| oldest.min(write.acked)));
            lack.writes += 1;
            lack
        })
    }

    /// The rows of the run log, in the order of the faults.
    pub fn finish(self) -> Vec<LossRow> {
        let row = |loss: Loss| {
            let least = loss.at_start.iter().min_by_key(|lack| lack.writes).copied();
            let (takeover, how, lack) = match (loss.takeover, least) {
                (Some(takeover), _) => takeover,
                (None, least) => (loss.start, NOBODY_TOOK_OVER, least?),
            };
            Some(LossRow {
                store: usize::from(loss.store),
                fault: loss.fault,
                from: loss.region.index(),
                to: lack.region.index(),
                takeover,
                how,
                age: lack.oldest.map_or(Span::ZERO, |oldest| loss.start - oldest),
                writes: lack.writes,
                delayed: lack.delayed,
                suppressed: lack.suppressed,
                lost: lack.lost,
                pending: lack.pending,
            })
        };
        self.all.into_iter().filter_map(row).collect()
    }
}

impl Simulation {
    /// A fault begins: whose storage does it stop?
    pub(super) fn start_losses(&mut self, name: &str, fault: &Fault, end: Option<Time>) {
        let Fault::Scope(scope) = fault else { return };
        let Some((region, services)) = scope.stops_storage(&self.world) else { return };
        for index in 0..self.stores.len() {
            let store = &self.stores[index];
            let Some(from) = store.replicas().replica_in(region) else { continue };
            if services.is_some_and(|services| !services.contains(&store.service)) {
                continue;
            }
            self.losses.close_earlier(index as u16, from, self.kernel.now());
            let id = self.losses.all.len();
            self.losses.untaken += 1;
            self.losses.all.push(Loss {
                store: index as u16,
                fault: name.to_owned(),
                start: self.kernel.now(),
                end,
                from,
                region,
                clients: self.clients.iter().map(|client| client.home == region).collect(),
                at_start: Vec::new(),
                takeover: None,
                open: true,
            });
            let others =
                (0..store.replicas().regions.len() as u8).filter(|to| *to != from && store.is_present(*to));
            for (i, to) in others.enumerate() {
                let lack = self.losses.lack(id, Counted::AtStart(i), store, from, to);
                self.losses.all[id].at_start.push(lack);
            }
        }
    }

    /// A write was acknowledged: is it the first elsewhere of a client that was routed away?
    pub(super) fn watch_takeover(&mut self, index: u16, source: u8, request: Option<RequestId>) {
        if self.stores[usize::from(index)].routes() {
            return;
        }
        let Some(client) = request.map(|id| self.requests.read(id).client.index()) else { return };
        for id in 0..self.losses.all.len() {
            let loss = &self.losses.all[id];
            if loss.waits_for(index) && loss.from != source && loss.clients[client] {
                self.taken_over(id, source, "first write elsewhere");
            }
        }
    }

    /// An Aurora cluster was promoted.
    pub(super) fn promoted(&mut self, index: u16, from: u8, to: u8, ended: &[Ended]) {
        for id in 0..self.losses.all.len() {
            let loss = &self.losses.all[id];
            if !loss.waits_for(index) || loss.from != from {
                continue;
            }
            self.taken_over(id, to, "promotion");
            // What the promotion itself replaced has ended already, without having been followed to its end.
            let replaced = ended.iter().filter(|ended| ended.to == to);
            if let Some((.., lack)) = &mut self.losses.all[id].takeover {
                for ended in replaced {
                    lack.writes += 1;
                    lack.count(ended.end);
                    let acked = ended.write.acked;
                    lack.oldest = Some(lack.oldest.map_or(acked, |oldest| oldest.min(acked)));
                }
            }
        }
    }

    fn taken_over(&mut self, id: usize, to: u8, how: &'static str) {
        let Loss { store, from, .. } = self.losses.all[id];
        let now = self.losses.lack(id, Counted::AtTakeover, &self.stores[usize::from(store)], from, to);
        // What went with the Region's storage is missing in every takeover, and is no longer under way.
        let region = now.region;
        let gone = !self.stores[usize::from(store)].has(from);
        let at_start = self.losses.all[id].at_start.iter().find(|lack| gone && lack.region == region);
        let lack = at_start.copied().unwrap_or(now);
        self.losses.all[id].takeover = Some((self.kernel.now(), how, lack));
        self.losses.untaken -= 1;
    }
}
