//! Long times: requests are simulated around what happens. The time between counts like the settled stretch before it.
//!
//! ```text
//!          lead          event … runbooks …      settle
//!   ─ ─ ─ ├──────────────┼──────────────────────┼──────────┤ ─ ─ ─ ─ ─
//!   none    requests are simulated                           none
//! ```
//!
//! Everything else (keys, replication, restores, DNS) goes on by its own events, asleep or not.

use super::requests::ClientState;
use super::runbooks::LOOK;
use super::setup::{HorizonSetup, Setup, StoreKind};
use super::{Event, Simulation};
use crate::client::ClientId;
use crate::runlog::recovery::{Objective, Recovery, recovery};
use crate::runlog::{SecondRow, SkippedRow};
use crate::services::replication::Record;
use crate::sim::rng::unit;
use crate::sim::{Span, Stream, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How long nothing must have happened before a client that does not hold its objective is taken as it is: only an event
/// can change that.
const AS_IT_IS: Span = Span::DAY;

/// Between two looks at whether clients have settled.
const AGAIN: Span = Span::MINUTE;

/// Whether requests are simulated, and until when.
#[derive(Clone, Debug)]
pub struct Horizon {
    setup: HorizonSetup,
    /// When something will happen by an event of its own.
    due: BinaryHeap<Reverse<Time>>,
    /// When something last happened, or will that requests were woken for.
    last: Time,
    /// Since when requests are simulated.
    awake_since: Time,
    /// Since when they are not.
    asleep_since: Option<Time>,
    /// How long they were simulated before that.
    awake: Span,
}

impl Horizon {
    /// Awake at the start.
    pub fn new(setup: &Setup) -> Option<Horizon> {
        setup.horizon.map(|setup| Horizon {
            setup,
            due: BinaryHeap::new(),
            last: Time::ZERO,
            awake_since: Time::ZERO,
            asleep_since: None,
            awake: Span::ZERO,
        })
    }

    /// Something will happen.
    pub fn expect(&mut self, at: Time) {
        self.due.push(Reverse(at));
    }

    /// Whether requests are not simulated now.
    #[inline]
    pub fn is_asleep(&self) -> bool {
        self.asleep_since.is_some()
    }

    /// How long requests have been simulated so far.
    pub fn awake(&self, now: Time) -> Span {
        match self.asleep_since {
            Some(_) => self.awake,
            None => self.awake + (now - self.awake_since),
        }
    }

    /// The next thing that will happen after now.
    fn next(&mut self, now: Time) -> Option<Time> {
        while self.due.peek().is_some_and(|Reverse(at)| *at <= now) {
            self.due.pop();
        }
        self.due.peek().map(|Reverse(at)| *at)
    }
}

impl Simulation {
    /// Schedules an event that changes what requests meet.
    pub(super) fn plan(&mut self, at: Time, event: Event) {
        if let Some(horizon) = &mut self.horizon {
            horizon.expect(at);
        }
        self.kernel.schedule(at, event);
    }

    /// Requests are simulated from the start; a first look when they may have settled.
    pub(super) fn begin_horizon(&mut self) {
        if let Some(horizon) = &self.horizon {
            self.kernel.schedule(Time::ZERO + horizon.setup.settle, Event::Horizon);
        }
    }

    /// An event of the horizon's interest happens now.
    #[cold]
    pub(super) fn hear_of(&mut self, event: &Event) {
        let waits = self.runbooks.somebody_waits();
        let Some(horizon) = &mut self.horizon else { return };
        let now = self.kernel.now();
        let is_change = match event {
            Event::Timeline(_) | Event::Kms(..) | Event::Runbook(_) | Event::Group(..) => true,
            Event::AccountGone(_) | Event::RegionLeft(_) => true,
            // A restore or a record that is through may be what a runbook waits for.
            Event::Store(..) | Event::Route(..) => waits,
            _ => false,
        };
        if is_change {
            horizon.last = horizon.last.max(now);
            if horizon.is_asleep() {
                self.wake_up();
            }
        }
    }

    /// Requests go to sleep if they may, or wake up.
    pub(super) fn look_at_horizon(&mut self) {
        let now = self.kernel.now();
        let Some(horizon) = &mut self.horizon else { return };
        if horizon.is_asleep() {
            return self.wake_up();
        }
        let HorizonSetup { lead, settle } = horizon.setup;
        let (last, next) = (horizon.last, horizon.next(now).unwrap_or(Time::MAX));
        let quiet_from = last + settle;
        let again = match now < quiet_from {
            true => Some(quiet_from),
            false => {
                let may_sleep =
                    now >= last + AS_IT_IS || (!self.runbooks.somebody_waits() && self.is_settled(settle));
                (!may_sleep).then(|| now + AGAIN)
            }
        };
        let wake_at = Time(next.0.saturating_sub(lead.0));
        let again = again.or((wake_at <= now + AGAIN).then(|| next + settle));
        match again {
            Some(again) => self.kernel.schedule(again, Event::Horizon),
            None => {
                if let Some(horizon) = &mut self.horizon {
                    horizon.awake += now - horizon.awake_since;
                    horizon.asleep_since = Some(now);
                }
                self.kernel.schedule(wake_at, Event::Horizon);
            }
        }
    }

    /// Whether every client has held its objective for so long.
    fn is_settled(&self, settle: Span) -> bool {
        let now = self.kernel.now();
        let from = Time(now.0.saturating_sub(settle.0));
        self.setup.clients.iter().enumerate().filter(|(_, client)| client.rate.is_some()).all(
            |(index, client)| {
                let objective = Objective::over(client.objective.share, client.objective.window);
                let rows = self.recorder.since(index, from);
                recovery(&rows, objective, from, now) == Recovery::After(Span::ZERO)
            },
        )
    }

    /// The time since requests went to sleep is counted, items are rewritten, and requests come again.
    fn wake_up(&mut self) {
        let now = self.kernel.now();
        self.count_skipped(now);
        let Some(horizon) = &mut self.horizon else { return };
        horizon.asleep_since = None;
        horizon.awake_since = now;
        let next = horizon.next(now).unwrap_or(now);
        let cause = next.min(now + horizon.setup.lead).max(horizon.last);
        horizon.last = cause;
        self.kernel.schedule(cause + horizon.setup.settle, Event::Horizon);
        for index in 0..self.clients.len() {
            let name = &self.setup.clients[index].name;
            // The same requests come in every variant, whenever each of them fell asleep.
            let stream =
                |purpose| Stream::new(self.setup.seed, self.trial, &format!("{name}/{purpose}/{}", cause.0));
            self.clients[index].begin_window(stream("arrivals"), stream("requests"));
            self.schedule_arrival(ClientId(index as u16));
        }
        if self.runbooks.watch() {
            let next = Time((now.0 / LOOK.0 + 1) * LOOK.0);
            self.kernel.schedule(next, Event::Second);
        }
    }

    /// At the end of the run, or of a sleep.
    pub(super) fn count_skipped(&mut self, now: Time) {
        let Some(horizon) = &mut self.horizon else { return };
        let Some(from) = horizon.asleep_since.take() else { return };
        horizon.awake_since = now;
        let settle = horizon.setup.settle;
        let to = now.min(Time::ZERO + self.setup.duration);
        let skipped = (to - from).as_secs_f64();
        let mut writes = vec![Vec::new(); self.stores.len()];
        for index in 0..self.clients.len() {
            let Some(rate) = self.setup.clients[index].rate else { continue };
            let Some(share) = self.settled_share(index, from, settle) else { continue };
            let client = &mut self.clients[index];
            let expected = skipped / rate.gap.as_secs_f64().max(f64::MIN_POSITIVE);
            let requests = (libm::round(expected) as u64).min(client.left);
            client.left -= if client.left == u64::MAX { 0 } else { requests };
            let good = libm::round(requests as f64 * share) as u64;
            writes[client.store].push((index, good as f64 * client.mix.write));
            self.recorder.skipped(SkippedRow { client: index, from, to, requests, good });
        }
        for (store, writes) in writes.into_iter().enumerate() {
            for (client, writes) in writes {
                self.rewrite(store, client, writes, now);
            }
        }
    }

    /// The share of a client's requests that succeeded in the last settled stretch, or if none came in it, so far.
    fn settled_share(&self, client: usize, until: Time, settle: Span) -> Option<f64> {
        let share = |rows: &[SecondRow]| {
            let (good, total) = rows.iter().fold((0, 0), |sum, row| (sum.0 + row.good, sum.1 + row.total));
            (total > 0).then(|| good as f64 / total as f64)
        };
        let from = Time(until.0.saturating_sub(settle.0));
        share(&self.recorder.since(client, from)).or_else(|| share(&self.recorder.since(client, Time::ZERO)))
    }

    /// Each item of a store has been written by one of so many expected writes with probability 1 − e^(−writes/items).
    /// Where replicas are not level nothing is touched: what they lack they still lack.
    fn rewrite(&mut self, index: usize, client: usize, writes: f64, now: Time) {
        let (items, home) = (self.setup.stores[index].items, self.clients[client].home);
        let is_level = self.stores[index].is_level();
        if items == 0 || writes <= 0.0 || !is_level {
            return;
        }
        let class = self.wrapped(client, home);
        let share = 1.0 - libm::exp(-writes / items as f64);
        let name = &self.setup.clients[client].name;
        let mut chance = Stream::new(self.setup.seed, self.trial, &format!("{name}/rewritten/{}", now.0));
        let copies_later = matches!(self.setup.stores[index].kind, StoreKind::Snapshot(_));
        let store = &mut self.stores[index];
        let source = store.writer().or_else(|| store.replicas().replica_in(home)).unwrap_or(0);
        let present: Vec<u8> = (0..store.replicas().regions.len() as u8)
            .filter(|replica| store.is_present(*replica) && (*replica == source || !copies_later))
            .collect();
        let written = Time(now.0.saturating_sub(Span::MILLISECOND.0));
        for item in 0..items as u32 {
            if unit(chance.next_u64()) < share {
                for replica in &present {
                    let record = Record { written, class, source, data_key: 0 };
                    store.replicas_mut().tables[usize::from(*replica)].put(item, record);
                }
            }
        }
        self.ledger.changed_everywhere(now);
    }
}

impl ClientState {
    /// From now on requests come from these streams; one that was under way to arrive does not.
    fn begin_window(&mut self, arrivals: Stream, draws: Stream) {
        (self.arrivals, self.draws) = (arrivals, draws);
        self.number = 0;
        self.window = self.window.wrapping_add(1);
    }
}
