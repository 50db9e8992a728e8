//! Long times: requests are simulated around what happens. The time between counts like the settled stretch before it.
//!
//! ```text
//!          lead          event … runbooks …      settle     settle
//!   ─ ─ ─ ├──────────────┼──────────────────────┼──────────┼──────────┤ ─ ─ ─ ─ ─
//!   none    requests are simulated                held       measured   none
//! ```
//!
//! The first stretch is chosen because the objective held in it, so its failures are too few to stand for others. What
//! is measured after it is not chosen by its outcome.
//!
//! Everything else (keys, replication, restores, DNS) goes on by its own events, asleep or not. What the time between
//! comes to: `skipped`.

use super::runbooks::LOOK;
use super::setup::{HorizonSetup, Setup};
use super::skipped::{Owed, Tally};
use super::{Event, Simulation};
use crate::client::ClientId;
use crate::runlog::recovery::{Objective, Recovery, recovery};
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
    /// The next look. A look at another instant was called off.
    look: Time,
    /// Since when requests are simulated.
    awake_since: Time,
    /// Since when they are not.
    pub(super) asleep_since: Option<Time>,
    /// How long they were simulated before that.
    awake: Span,
    /// Since when outcomes are measured that will stand for skipped time.
    measured_since: Option<Time>,
    /// By client: what its requests came to since something last happened.
    pub(super) tallies: Vec<Tally>,
    /// And before outcomes were measured.
    pub(super) unmeasured: Vec<Tally>,
    /// By client: writes of skipped time that have not reached the items.
    pub(super) owed: Vec<Owed>,
    /// Whether conditions of runbooks are not looked at any more.
    unwatched: bool,
}

impl Horizon {
    /// Awake at the start.
    pub fn new(setup: &Setup) -> Option<Horizon> {
        let clients = setup.clients.len();
        setup.horizon.map(|setup| Horizon {
            setup,
            due: BinaryHeap::new(),
            last: Time::ZERO,
            look: Time::MAX,
            awake_since: Time::ZERO,
            asleep_since: None,
            awake: Span::ZERO,
            measured_since: None,
            tallies: vec![Tally::default(); clients],
            unmeasured: vec![Tally::default(); clients],
            owed: vec![Owed::default(); clients],
            unwatched: false,
        })
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

    /// Conditions of runbooks are not looked at while nothing is simulated.
    pub fn leave_unwatched(&mut self) {
        self.unwatched = true;
    }

    /// The next thing that will happen after now.
    fn next(&mut self, now: Time) -> Option<Time> {
        while self.due.peek().is_some_and(|Reverse(at)| *at <= now) {
            self.due.pop();
        }
        self.due.peek().map(|Reverse(at)| *at)
    }

    /// What came before says nothing about what comes now.
    fn begin_anew(&mut self) {
        self.measured_since = None;
        self.tallies.fill(Tally::default());
        self.unmeasured.fill(Tally::default());
    }
}

impl Simulation {
    /// Schedules an event that changes what requests meet.
    pub(super) fn plan(&mut self, at: Time, event: Event) {
        if let Some(horizon) = &mut self.horizon {
            horizon.due.push(Reverse(at));
        }
        self.kernel.schedule(at, event);
    }

    /// The next look at whether requests go to sleep or wake up. Any other is called off.
    fn look_at(&mut self, at: Time) {
        let at = at.max(self.kernel.now());
        if let Some(horizon) = &mut self.horizon {
            horizon.look = at;
            self.kernel.schedule(at, Event::Horizon);
        }
    }

    /// Requests are simulated from the start; a first look when they may have settled.
    pub(super) fn begin_horizon(&mut self) {
        if let Some(horizon) = &self.horizon {
            self.look_at(Time::ZERO + horizon.setup.settle);
        }
    }

    /// An event is handled now.
    #[cold]
    pub(super) fn hear_of(&mut self, event: &Event) {
        let is_change = match event {
            Event::Timeline(_) | Event::Kms(..) | Event::Group(..) => true,
            Event::AccountGone(_) | Event::RegionLeft(_) => true,
            // What is tried again changes nothing until it is accepted.
            Event::Runbook(runbook) => !self.runbooks.is_retrying(*runbook),
            // A restore or a record that is through may be what a runbook waits for.
            Event::Store(..) | Event::Route(..) => self.runbooks.somebody_waits(),
            _ => false,
        };
        if is_change {
            self.something_happens();
        }
    }

    /// What requests meet changes now.
    pub(super) fn something_happens(&mut self) {
        let now = self.kernel.now();
        let Some(horizon) = &mut self.horizon else { return };
        horizon.last = horizon.last.max(now);
        match horizon.is_asleep() {
            true => self.wake_up(),
            false => horizon.begin_anew(),
        }
    }

    /// Requests go to sleep if they may, or wake up.
    pub(super) fn look_at_horizon(&mut self) {
        let now = self.kernel.now();
        let Some(horizon) = &mut self.horizon else { return };
        if horizon.look != now {
            return;
        }
        if horizon.is_asleep() {
            return self.wake_up();
        }
        let HorizonSetup { settle, .. } = horizon.setup;
        let (last, measured_since) = (horizon.last, horizon.measured_since);
        if now < last + settle {
            return self.look_at(last + settle);
        }
        match measured_since {
            None => {
                let is_quiet = !self.runbooks.somebody_waits() && self.is_settled(settle);
                match is_quiet || now >= last + AS_IT_IS {
                    true => self.begin_measuring(),
                    false => self.look_at(now + AGAIN),
                }
            }
            Some(since) if now < since + settle => self.look_at(since + settle),
            Some(_) => self.go_to_sleep(),
        }
    }

    /// From now on outcomes stand for the time that will be skipped.
    fn begin_measuring(&mut self) {
        let now = self.kernel.now();
        if let Some(horizon) = &mut self.horizon {
            horizon.measured_since = Some(now);
            horizon.unmeasured.clone_from(&horizon.tallies);
            let until = now + horizon.setup.settle;
            self.look_at(until);
        }
    }

    /// No more requests, unless they would be woken at once.
    fn go_to_sleep(&mut self) {
        let now = self.kernel.now();
        let Some(horizon) = &mut self.horizon else { return };
        let next = horizon.next(now);
        let lead = horizon.setup.lead;
        let wake_at = next.map_or(Time::MAX, |next| Time(next.0.saturating_sub(lead.0)));
        if let Some(next) = next.filter(|_| wake_at <= now + AGAIN) {
            let then = next + horizon.setup.settle;
            return self.look_at(then);
        }
        horizon.awake += now - horizon.awake_since;
        horizon.asleep_since = Some(now);
        horizon.look = Time::MAX;
        if next.is_some() {
            self.look_at(wake_at);
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
        horizon.begin_anew();
        let then = cause + horizon.setup.settle;
        let watch = std::mem::take(&mut horizon.unwatched);
        self.look_at(then);
        for index in 0..self.clients.len() {
            let name = &self.setup.clients[index].name;
            // The same requests come in every variant, whenever each of them fell asleep.
            let stream =
                |purpose| Stream::new(self.setup.seed, self.trial, &format!("{name}/{purpose}/{}", cause.0));
            let cached = stream("cache").next_u64();
            self.clients[index].begin_window(stream("arrivals"), stream("requests"));
            if let Some(caching) = &mut self.clients[index].caching {
                caching.wake_up(now, cached);
            }
            self.schedule_arrival(ClientId(index as u16));
        }
        self.runbooks.forget();
        if watch {
            let next = Time((now.0 / LOOK.0 + 1) * LOOK.0);
            self.kernel.schedule(next, Event::Second);
        }
    }

    /// The time that was skipped ends now, or at the end of the run.
    pub(super) fn count_skipped(&mut self, now: Time) {
        let Some(horizon) = &mut self.horizon else { return };
        let Some(from) = horizon.asleep_since.take() else { return };
        horizon.awake_since = now;
        self.make_up_for(from, now.min(Time::ZERO + self.setup.duration));
    }
}
